package conform_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/conform"
	"github.com/pratique/pratique/internal/signed"
)

// rulesReport is a report of the rule engine alone.
func rulesReport(t *testing.T, ask conform.Asker) conform.Report {
	t.Helper()
	r, err := newPlan(t).Run(ask, conform.Options{Roles: []conform.Role{conform.Rules}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Program, r.At, r.Command = "1.0.0", time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC), "--command x"
	return r
}

// A report is read as it was written, under the key that signed it and no other.
func TestAReportIsReadAsItWasWritten(t *testing.T) {
	r := rulesReport(t, own)
	if got, err := conform.Parse(r.Bytes()); err != nil || !bytes.Equal(got.Bytes(), r.Bytes()) {
		t.Fatalf("the report is not read again: %v", err)
	}
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	file, err := r.Sign(p256, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if got, by, err := conform.Open(file, p256.Public()); err != nil || len(by) != 1 || got.Vectors != r.Vectors || !got.Passed {
		t.Errorf("opening: %v", err)
	}
	if _, _, err := conform.Open(file, public); !errors.Is(err, signed.ErrUnknownSigner) {
		t.Errorf("another key: %v", err)
	}
	if _, _, err := conform.Open(r.Bytes(), public); !errors.Is(err, signed.ErrUnsigned) {
		t.Errorf("nobody signed: %v", err)
	}
	forged := bytes.Replace(file, []byte(`"--command x"`), []byte(`"--command y"`), 1)
	if _, _, err := conform.Open(forged, p256.Public()); !errors.Is(err, signed.ErrSignature) {
		t.Errorf("changed: %v", err)
	}
	if file, err = r.Sign(ed, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conform.Open(file, public); err != nil {
		t.Errorf("Ed25519: %v", err)
	}
}

// What is not a report, or does not add up, is refused.
func TestWhatIsNoReportIsRefused(t *testing.T) {
	good := string(rulesReport(t, own).Bytes())
	for comment, change := range map[string][2]string{
		"another text":             {"pratique-conformance/1.0", "pratique-receipt/1.0"},
		"a later major":            {"conformance/1.0", "conformance/2.0"},
		"a failure called a pass":  {`"status": "passed"`, `"status": "broken"`},
		"a member that we lack":    {` "program"`, ` "more": 1,` + "\n" + ` "program"`},
		"another way to write it":  {`"passed": true`, `"passed":  true`},
		"a status of its own":      {`"status": "passed"`, `"status": "perfect"`},
		"a sum that is not theirs": {`"passed": 29`, `"passed": 30`},
		"no JSON":                  {"{", "["},
	} {
		text := strings.Replace(good, change[0], change[1], 1)
		if text == good {
			t.Fatalf("%s: nothing changed", comment)
		}
		if _, err := conform.Parse([]byte(text)); !errors.Is(err, conform.ErrReport) {
			t.Errorf("%s: %v", comment, err)
		}
	}
}

// What an implementation does wrong has its name.
func TestWhatIsWrongHasItsName(t *testing.T) {
	plan, right := newPlan(t), conform.Own{Version: "test", Rand: rand.Reader}
	for comment, c := range map[string]struct {
		op     string
		change func(q conform.Request, a *conform.Answer)
		want   []conform.Status
	}{
		"every signature passes": {"verify", func(_ conform.Request, a *conform.Answer) {
			*a = conform.Answer{ID: a.ID, Checks: map[string]string{"signature": "pass"}}
		}, []conform.Status{conform.Lenient, conform.Broken}}, // its hello promises more
		"no signature passes": {"verify", func(_ conform.Request, a *conform.Answer) {
			*a = conform.Answer{ID: a.ID, Refused: "never"}
		}, []conform.Status{conform.Stricter, conform.Broken}},
		"everybody is green": {"verify", func(_ conform.Request, a *conform.Answer) { a.Verdict = "green" }, []conform.Status{conform.Lenient}},
		"everybody is red":   {"verify", func(_ conform.Request, a *conform.Answer) { a.Verdict = "red" }, []conform.Status{conform.Stricter}},
		"purple":             {"verify", func(_ conform.Request, a *conform.Answer) { a.Verdict = "purple" }, []conform.Status{conform.Broken}},
		"other reasons":      {"verify", func(_ conform.Request, a *conform.Answer) { a.Reasons = []string{"weather"} }, []conform.Status{conform.Different}},
		"a person is shown": {"verify", func(_ conform.Request, a *conform.Answer) {
			a.Person = &conform.Person{Name: "A B", BirthDate: "1990-01-01"}
		}, []conform.Status{conform.Different, conform.Lenient}},
		"no signature is spoken of": {"verify", func(_ conform.Request, a *conform.Answer) { a.Checks = nil }, []conform.Status{conform.Broken}},
		"everything is read": {"read", func(_ conform.Request, a *conform.Answer) {
			*a = conform.Answer{ID: a.ID, Format: "hc1"}
		}, []conform.Status{conform.Different, conform.Lenient}},
		"nothing is read": {"read", func(_ conform.Request, a *conform.Answer) { *a = conform.Answer{ID: a.ID, Refused: "no"} }, []conform.Status{conform.Stricter}},
		"nothing is made": {"issue", func(_ conform.Request, a *conform.Answer) { *a = conform.Answer{ID: a.ID, Refused: "no"} }, []conform.Status{conform.Stricter}},
		"another is made": {"issue", func(_ conform.Request, a *conform.Answer) { *a = conform.Answer{ID: a.ID, Text: "HC1:6BF"} }, []conform.Status{conform.Different, conform.Lenient}},
		"all is true":     {"eval", func(_ conform.Request, a *conform.Answer) { *a = conform.Answer{ID: a.ID, Result: []byte("true")} }, []conform.Status{conform.Different, conform.Lenient}},
		"nothing is said": {"eval", func(_ conform.Request, a *conform.Answer) { *a = conform.Answer{ID: a.ID} }, []conform.Status{conform.Broken}},
		"nothing is known": {"eval", func(_ conform.Request, a *conform.Answer) {
			*a = conform.Answer{ID: a.ID, Unsupported: "what?"}
		}, []conform.Status{conform.Declared}},
	} {
		role := map[string]conform.Role{"verify": conform.Verifier, "read": conform.Reader, "issue": conform.Issuer, "eval": conform.Rules}[c.op]
		r, err := plan.Run(func(q conform.Request) (conform.Answer, error) {
			a := right.Answer(q)
			if q.Op == c.op {
				c.change(q, &a)
			}
			return a, nil
		}, conform.Options{Roles: []conform.Role{role}, Formats: []string{"shc"}}, nil)
		if err != nil {
			t.Fatalf("%s: %v", comment, err)
		}
		seen := map[conform.Status]int{}
		for _, x := range r.Cases {
			seen[x.Status]++
		}
		for s, n := range seen {
			if s != conform.Passed && !slices.Contains(c.want, s) {
				t.Errorf("%s: %d are %s", comment, n, s)
			}
		}
		for _, s := range c.want {
			if seen[s] == 0 {
				t.Errorf("%s: none is %s: %v", comment, s, seen)
			}
		}
		if r.Passed != (seen[conform.Passed]+seen[conform.Declared] == len(r.Cases)) {
			t.Errorf("%s: passed is %v", comment, r.Passed)
		}
	}
}

func TestWhoSaysNothingOfItselfIsNotAsked(t *testing.T) {
	for comment, hello := range map[string]conform.Answer{
		"nothing": {}, "no role": {Name: "x"}, "another role": {Name: "x", Roles: []conform.Role{"king"}},
		"refused": {Name: "x", Roles: conform.Roles(), Refused: "no"}, "it judges what there is not": {Name: "x", Roles: conform.Roles(), Judges: []string{"taste"}},
		"a long name": {Name: strings.Repeat("x", 300), Roles: conform.Roles()},
	} {
		asked := 0
		_, err := newPlan(t).Run(func(conform.Request) (conform.Answer, error) { asked++; return hello, nil }, conform.Options{}, nil)
		if !errors.Is(err, conform.ErrHello) || asked != 1 {
			t.Errorf("%s: %v after %d questions", comment, err, asked)
		}
	}
	full := errors.New("the disk is full")
	if _, err := newPlan(t).Run(func(conform.Request) (conform.Answer, error) { return conform.Answer{}, full }, conform.Options{}, nil); !errors.Is(err, full) {
		t.Errorf("an error that is nobody's answer: %v", err)
	}
}

// Answers of any form are judged, or refused, and nothing panics.
func FuzzParse(f *testing.F) {
	f.Add([]byte("pratique-conformance/1.0\n{}\n"))
	f.Add([]byte(`{"id":1,"checks":{"signature":"pass"},"verdict":"green"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := conform.Parse(data); err == nil && !bytes.HasPrefix(data, r.Bytes()) {
			t.Error("a report is not written as it was read")
		}
		if a, err := conform.ParseAnswer(data, 1); err == nil && a.ID != 1 {
			t.Error("an answer to another question was taken")
		}
	})
}
