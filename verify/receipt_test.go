package verify_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/internal/qr/layout"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/vectors"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// salted is a source of "random" bytes that is the same each time.
func salted(label string) *bytes.Reader {
	h := sha256.Sum256([]byte(label))
	return bytes.NewReader(h[:])
}

// deskKey is the key of a border desk, made from its label.
func deskKey(label string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("pratique demo desk: " + label))
	return ed25519.NewKeyFromSeed(seed[:])
}

// sudmarkDesk is how a trust list of Sudmark has the key of its desk.
func sudmarkDesk(public crypto.PublicKey) trust.Key {
	return trust.Key{
		ID: "desk", Public: public, Country: "XB", Uses: trust.Uses{Of: []trust.Use{trust.Receipt}}, Source: "sudmark.txt", Demo: true,
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

func keysOf(list ...trust.Key) *trust.Keys {
	keys := new(trust.Keys)
	for _, k := range list {
		keys.Add(k)
	}
	return keys
}

// usual is the decision that follows from a verdict, at a desk of Sudmark.
func usual(c verify.Colour) verify.Decision {
	d := verify.Decision{Verdict: c, Outcome: verify.SecondDesk, Desk: "north-pier.3"}
	if c == verify.Green {
		d.Outcome = verify.Admitted
	}
	return d
}

func ask(c vectors.Case) verify.Question {
	q := c.Question
	return verify.Question{Trip: verify.Direct(q.From, q.Via, q.To, q.At), Purpose: q.Purpose, At: q.At, Now: q.Now}
}

// issued is the receipt of a case of our vectors, whatever its verdict.
func issued(t testing.TB, name string, id int) (verify.Receipt, *verify.World, vectors.Case) {
	t.Helper()
	w, c, _ := first(t, name, id)
	w.Data.Name, w.Data.Digest = "day-2026-12-03", fmt.Sprintf("%x", sha256.Sum256([]byte("bundle")))
	r, err := verify.NewReceipt(w, c.Text, ask(c), usual(verify.Check(w, c.Text, ask(c)).Verdict), salted("salt"))
	if err != nil {
		t.Fatal(err)
	}
	return r, w, c
}

func mustSign(t testing.TB, r verify.Receipt, key crypto.Signer) []byte {
	t.Helper()
	b, err := r.Sign(key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The receipt of a person whose test was 80 hours old, before it is signed.
func ExampleReceipt() {
	f, _ := vectors.Load("verdict")
	i := slices.IndexFunc(f.Cases, func(c vectors.Case) bool { return c.ID == 4 })
	c := f.Cases[i]
	w, _ := worldOf(f, c.Question.World)
	d := verify.Decision{Verdict: verify.Amber, Outcome: verify.Admitted, Override: verify.Humanitarian, TextCode: "family_visit", Desk: "north-pier.3"}
	r, err := verify.NewReceipt(w, c.Text, ask(c), d, salted("example"))
	fmt.Printf("%s%v\n", r.Bytes(), err)
	// Output:
	// pratique-receipt/1.0
	// time 2026-12-04T16:00:00Z
	// desk north-pier.3
	// to XB
	// purpose entry
	// verdict amber
	// reason rule_failed rule=TR-XB-0003
	// reason demo_key
	// rules sudmark-entry 1.0.0 kOOHZd5X7irStcJcoi0zGgmyrwQ2JCKwqw69Pr6jWFI
	// decision admitted
	// override humanitarian family_visit
	// appeal Sudmark Office for Travellers' Rights, https://rights.sudmark.example/appeal, appeal@rights.sudmark.example, +1 202 555 0167
	// code UNhY4JhezH9gQYqvDMWrWA Lg55-WrV_OrAtTiiE8Nc-oruCWfhzq4qHAkz6v8csps
	// trip uf_5Mn9tj_-UJAEyozik5NbmlrNyYZgGddLly8jdkyI
	// <nil>
}

// everyCase calls f for each case of our vectors that has a destination and a moment.
func everyCase(t *testing.T, f func(t *testing.T, w *verify.World, c vectors.Case, q verify.Question)) {
	t.Helper()
	n := 0
	for _, name := range vectors.Names() {
		file, err := vectors.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		worlds := map[string]*verify.World{}
		for w := range file.Worlds {
			if worlds[w], err = worldOf(file, w); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range file.Cases {
			if c.Question.To == "" {
				continue
			}
			n++
			w := worlds[c.Question.World]
			t.Run(fmt.Sprintf("%s/%d", name, c.ID), func(t *testing.T) { f(t, w, c, ask(c)) })
		}
	}
	if n < 200 {
		t.Errorf("%d cases, want at least 200", n)
	}
}

func TestEveryAnswerHasAReceiptThatIsReadAgainAndAgrees(t *testing.T) {
	key := deskKey("sudmark")
	everyCase(t, func(t *testing.T, w *verify.World, c vectors.Case, q verify.Question) {
		d := usual(verify.Check(w, c.Text, q).Verdict)
		d.Appeal = []string{"Where there are no rules the desk says where to object: appeals@desk.example"}
		r, err := verify.NewReceipt(w, c.Text, q, d, salted(c.Text))
		if err != nil {
			t.Fatal(err)
		}
		again, err := verify.ParseReceipt(r.Bytes())
		if err != nil || !bytes.Equal(again.Bytes(), r.Bytes()) {
			t.Fatalf("read again: %v\n%s\nbecomes\n%s", err, r.Bytes(), again.Bytes())
		}
		file := mustSign(t, again, key)
		if again, err = verify.ParseReceipt(file); err != nil || !bytes.Equal(again.Bytes(), r.Bytes()) {
			t.Fatalf("read again with its signature: %v", err)
		}
		k := sudmarkDesk(key.Public())
		k.Country, k.NotBefore = c.Question.To, time.Time{}
		opened, _, err := verify.OpenReceipt(file, keysOf(k))
		if err != nil {
			t.Fatal(err)
		}
		if got := opened.Replay(w, c.Text, q.Trip, nil); got.Agreement != verify.Agrees || len(got.Differences) > 0 {
			t.Errorf("%s: %v: %s", c.Comment, got.Agreement, said(got))
		}
	})
}

// said are the differences of a replay, as codes and parameters.
func said(p verify.Replayed) string {
	var out []string
	for _, d := range p.Differences {
		s := d.Code
		for _, param := range d.Params {
			s += fmt.Sprintf(" %s=%v", param.Name, param.Value())
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

// leaves are the texts in a value of JSON.
func leaves(v any) (out []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, e := range v {
			out = append(out, leaves(e)...)
		}
	case map[string]any:
		for _, e := range v {
			out = append(out, leaves(e)...)
		}
	}
	return out
}

func TestNothingOfTheCertificateIsOnAReceipt(t *testing.T) {
	looked := 0
	everyCase(t, func(t *testing.T, w *verify.World, c vectors.Case, q verify.Question) {
		report := verify.Check(w, c.Text, q)
		d := usual(report.Verdict)
		d.Appeal = []string{"appeals@desk.example"}
		r, err := verify.NewReceipt(w, c.Text, q, d, salted(c.Text))
		if err != nil {
			t.Fatal(err)
		}
		u, err := format.Read(c.Text)
		if err != nil {
			return
		}
		personal := []string{c.Text[4:24], base64.StdEncoding.EncodeToString([]byte(u.KeyID())), "from=", "until="}
		if got, err := u.SkipVerification(); err == nil {
			p := got.Subject
			for _, n := range p.Names {
				for _, part := range []string{n.Full, n.Family, n.Given, n.FamilyICAO, n.GivenICAO} {
					personal = append(personal, part)
					personal = append(personal, strings.FieldsFunc(part, func(r rune) bool { return r == '<' || r == ' ' || r == '-' })...)
				}
			}
			birth := p.BirthDate.String()
			personal = append(personal, birth, strings.ReplaceAll(birth, "-", ""))
			neutral, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := json.Unmarshal(neutral, &v); err != nil {
				t.Fatal(err)
			}
			personal = append(personal, leaves(v)...) // every event, and how it is carried
		}
		if report.Signed != nil {
			var v any
			b, err := format.JSON(*report.Signed)
			if err == nil && json.Unmarshal(b, &v) == nil {
				personal = append(personal, leaves(v)...)
			}
		}
		text := strings.ToLower(string(r.Bytes()))
		for _, s := range personal {
			if len(s) < 4 || s == q.At.Format(time.RFC3339) || s == q.Now.Format(time.RFC3339) {
				continue // a code of a country, or of a group; a moment that the question has of itself
			}
			if looked++; strings.Contains(text, strings.ToLower(s)) {
				t.Errorf("%s: %q is on the receipt\n%s", c.Comment, s, text)
			}
		}
		for _, s := range []string{"infection", "isolation", "vaccination", "recovery", "nucleic"} {
			if strings.Contains(text, s) {
				t.Errorf("%s: %s is on the receipt", c.Comment, s)
			}
		}
	})
	if looked < 5000 {
		t.Errorf("looked for %d strings, want at least 5000", looked)
	}
}

func TestAReceiptDoesNotSayThatSomebodyIsInfected(t *testing.T) {
	r, w, c := issued(t, "verdict", 6)
	if len(r.Reasons) == 0 || r.Reasons[0].Code != "referred" || len(r.Reasons[0].Params) > 0 {
		t.Errorf("reasons %+v, want referred and no more", r.Reasons)
	}
	if got := r.Replay(w, c.Text, ask(c).Trip, nil); got.Agreement != verify.Agrees || codes(got.Report)[0] != "infection" {
		t.Errorf("%v with %v: who has the certificate learns the reason", got.Agreement, codes(got.Report))
	}
}

func TestEveryReasonWithAColourHasBeenThoughtAbout(t *testing.T) {
	for _, code := range verify.Table() {
		if !verify.Printed(code) {
			t.Errorf("%s: may a receipt say it, and which of its parameters? See printed", code)
		}
	}
	if verify.Printed("a_reason_of_tomorrow") {
		t.Error("a reason that nobody knows is printed")
	}
	if got := verify.PrintableCodes("a_line_of_tomorrow", "losses", "name_check", "schema", "demo_key"); !slices.Equal(got, []string{"demo_key"}) {
		t.Errorf("lines beside the verdict: %v, want demo_key alone", got)
	}
}

func TestADecisionAgainstTheVerdictNeedsAReason(t *testing.T) {
	cases := map[verify.Colour]int{verify.Green: 1, verify.Amber: 4, verify.Red: 40, verify.Grey: 66}
	free := map[verify.Colour][]verify.Outcome{
		verify.Green: {verify.Admitted}, verify.Amber: {verify.SecondDesk}, verify.Grey: {verify.SecondDesk},
		verify.Red: {verify.SecondDesk, verify.HealthService, verify.Refused},
	}
	for colour, id := range cases {
		w, c, _ := first(t, "verdict", id)
		for _, outcome := range []verify.Outcome{verify.Admitted, verify.SecondDesk, verify.HealthService, verify.Refused} {
			d := verify.Decision{Verdict: colour, Outcome: outcome, Desk: "1"}
			give := func() error {
				r, err := verify.NewReceipt(w, c.Text, ask(c), d, salted("x"))
				if err == nil {
					_, err = verify.ParseReceipt(r.Bytes())
				}
				return err
			}
			follows := slices.Contains(free[colour], outcome)
			alone := colour == verify.Green && outcome == verify.Refused
			switch err := give(); {
			case follows && err != nil:
				t.Errorf("%s, %s: %v", colour, outcome, err)
			case alone && !errors.Is(err, verify.ErrOfficers):
				t.Errorf("%s, %s by nobody: %v, want %v", colour, outcome, err, verify.ErrOfficers)
			case !follows && !alone && !errors.Is(err, verify.ErrOverride):
				t.Errorf("%s, %s without a reason: %v, want %v", colour, outcome, err, verify.ErrOverride)
			}
			d.Override, d.Officers = verify.Instruction, []string{"o-17"}
			if err := give(); alone != errors.Is(err, verify.ErrOfficers) || !alone && err != nil {
				t.Errorf("%s, %s by one officer, with a reason: %v", colour, outcome, err)
			}
			d.Officers = []string{"o-17", "o-17"}
			if err := give(); err == nil {
				t.Errorf("%s, %s: one officer counts twice", colour, outcome)
			}
			d.Officers = []string{"o-17", "o-18"}
			if err := give(); err != nil {
				t.Errorf("%s, %s by two officers, with a reason: %v", colour, outcome, err)
			}
			for _, o := range []struct {
				why  verify.Override
				text string
				ok   bool
			}{{"because", "", false}, {verify.OtherReason, "", false}, {verify.OtherReason, "lost_luggage", true}, {"", "lost_luggage", false}, {verify.Instruction, "Lindqvist", false}, {verify.Instruction, "l898902c", false}} {
				d.Override, d.TextCode = o.why, o.text
				if err := give(); (err == nil) != o.ok {
					t.Errorf("%s, %s, override %q %q: %v", colour, outcome, o.why, o.text, err)
				}
			}
		}
	}
}

func TestAReceiptIsForTheVerdictThatTheOfficerSaw(t *testing.T) {
	w, c, _ := first(t, "verdict", 4)
	for _, v := range []verify.Colour{verify.Grey, verify.Red, verify.Green} {
		if _, err := verify.NewReceipt(w, c.Text, ask(c), usual(v), salted("x")); !errors.Is(err, verify.ErrVerdict) {
			t.Errorf("amber, and the officer saw %s: %v, want %v", v, err, verify.ErrVerdict)
		}
	}
	if _, err := verify.NewReceipt(w, c.Text, ask(c), usual(verify.Amber), salted("x")); err != nil {
		t.Error(err)
	}
}

func TestAReceiptIsNotWrittenWithout(t *testing.T) {
	for _, v := range []struct {
		comment string
		change  func(w *verify.World, q *verify.Question, d *verify.Decision)
	}{
		{"a destination", func(_ *verify.World, q *verify.Question, d *verify.Decision) {
			q.Trip, d.Verdict = verify.Trip{}, verify.Grey
		}},
		{"a moment", func(_ *verify.World, q *verify.Question, d *verify.Decision) {
			q.At, q.Trip, d.Verdict = time.Time{}, verify.Direct("XA", nil, "XB", time.Time{}), verify.Grey
		}},
		{"a desk", func(_ *verify.World, _ *verify.Question, d *verify.Decision) { d.Desk = "" }},
		{"a desk that is no sentence", func(_ *verify.World, _ *verify.Question, d *verify.Decision) { d.Desk = "the desk" }},
		{"a short desk", func(_ *verify.World, _ *verify.Question, d *verify.Decision) { d.Desk = strings.Repeat("a", 33) }},
		{"an officer without a line end", func(_ *verify.World, _ *verify.Question, d *verify.Decision) {
			d.Officers = []string{"a\nappeal nobody"}
		}},
		{"at most two officers", func(_ *verify.World, _ *verify.Question, d *verify.Decision) { d.Officers = []string{"a", "b", "c"} }},
		{"an outcome", func(_ *verify.World, _ *verify.Question, d *verify.Decision) { d.Outcome = "" }},
		{"an outcome that exists", func(_ *verify.World, _ *verify.Question, d *verify.Decision) { d.Outcome = "deported" }},
		{"somewhere to object", func(w *verify.World, _ *verify.Question, d *verify.Decision) { w.Rules, d.Verdict = nil, verify.Grey }},
		{"appeals of one line", func(_ *verify.World, _ *verify.Question, d *verify.Decision) { d.Appeal = []string{"a\nb"} }},
		{"short appeals", func(_ *verify.World, _ *verify.Question, d *verify.Decision) {
			d.Appeal = []string{strings.Repeat("a", 201)}
		}},
		{"at most three appeals", func(_ *verify.World, _ *verify.Question, d *verify.Decision) {
			d.Appeal = []string{"a", "b", "c", "d"}
		}},
		{"a purpose that is a word", func(_ *verify.World, q *verify.Question, d *verify.Decision) {
			q.Purpose, d.Verdict, d.Appeal = "to see Åsa", verify.Grey, []string{"a"}
		}},
		{"a bundle with a name", func(w *verify.World, _ *verify.Question, _ *verify.Decision) { w.Data.Name = "my bundle" }},
		{"a digest of 32 bytes", func(w *verify.World, _ *verify.Question, _ *verify.Decision) { w.Data.Digest = "00ff" }},
	} {
		w, c, _ := first(t, "verdict", 4)
		q, d := ask(c), usual(verify.Amber)
		v.change(w, &q, &d)
		if d.Verdict != verify.Amber {
			d.Outcome = verify.SecondDesk
		}
		if _, err := verify.NewReceipt(w, c.Text, q, d, salted("x")); err == nil || errors.Is(err, verify.ErrVerdict) {
			t.Errorf("without %s: %v", v.comment, err)
		}
	}
	w, c, _ := first(t, "verdict", 4)
	if _, err := verify.NewReceipt(w, c.Text, ask(c), usual(verify.Amber), strings.NewReader("15 bytes only..")); err == nil {
		t.Error("a salt of 15 bytes")
	}
}

func TestOnlyAKeyOfTheDestinationForReceiptsSignsOne(t *testing.T) {
	r, _, _ := issued(t, "verdict", 4)
	key := deskKey("sudmark")
	file := mustSign(t, r, key)
	for _, v := range []struct {
		comment string
		change  func(k *trust.Key)
		want    error
	}{
		{"the desk's key", func(*trust.Key) {}, nil},
		{"a key of no stated life", func(k *trust.Key) { k.NotBefore, k.NotAfter = time.Time{}, time.Time{} }, nil},
		{"another key", func(k *trust.Key) { k.Public = deskKey("norland").Public() }, trust.ErrUnknownKey},
		{"a key that may sign tests", func(k *trust.Key) { k.Uses.Of = []trust.Use{trust.Test} }, verify.ErrReceiptUse},
		{"a key that may sign nothing", func(k *trust.Key) { k.Uses.Of = nil }, verify.ErrReceiptUse},
		{"a key without restriction", func(k *trust.Key) { k.Uses = trust.Uses{Any: true} }, verify.ErrReceiptUse},
		{"a key of another country", func(k *trust.Key) { k.Country = "XA" }, verify.ErrReceiptCountry},
		{"a key that ended before", func(k *trust.Key) { k.NotAfter = r.Time.Add(-time.Second) }, verify.ErrReceiptTime},
		{"a key that began after", func(k *trust.Key) { k.NotBefore = r.Time.Add(time.Second) }, verify.ErrReceiptTime},
	} {
		k := sudmarkDesk(key.Public())
		v.change(&k)
		got, by, err := verify.OpenReceipt(file, keysOf(k))
		if !errors.Is(err, v.want) || (err == nil) != (v.want == nil) {
			t.Errorf("%s: %v, want %v", v.comment, err, v.want)
		}
		if opened := got.Desk != "" || by.Country != ""; opened != (err == nil) {
			t.Errorf("%s: something is returned: %v, with error %v", v.comment, opened, err)
		}
	}
	if _, _, err := verify.OpenReceipt(file, nil); !errors.Is(err, trust.ErrUnknownKey) {
		t.Errorf("no keys: %v, want %v", err, trust.ErrUnknownKey)
	}
	if _, _, err := verify.OpenReceipt(r.Bytes(), keysOf(sudmarkDesk(key.Public()))); !errors.Is(err, verify.ErrReceiptUnsigned) {
		t.Errorf("not signed: %v, want %v", err, verify.ErrReceiptUnsigned)
	}
}

func TestAKeyOfTwoCountriesSignsForEach(t *testing.T) {
	r, _, _ := issued(t, "verdict", 4)
	key := deskKey("shared")
	other := sudmarkDesk(key.Public())
	other.Country = "XA"
	_, k, err := verify.OpenReceipt(mustSign(t, r, key), keysOf(other, sudmarkDesk(key.Public())))
	if err != nil || k.Country != "XB" {
		t.Errorf("%v by a key of %s, want that of XB", err, k.Country)
	}
}

func TestReceiptsAreSignedWithP256Too(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, _, _ := issued(t, "verdict", 4)
	if _, _, err := verify.OpenReceipt(mustSign(t, r, key), keysOf(sudmarkDesk(key.Public()))); err != nil {
		t.Error(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Sign(other, rand.Reader); err == nil {
		t.Error("signed with P-384, which nobody can open")
	}
	r.Override = "because"
	if _, err := r.Sign(key, rand.Reader); !errors.Is(err, verify.ErrOverride) {
		t.Errorf("signed what is no receipt: %v", err)
	}
}

func TestNoByteOfASignedReceiptCanBeChanged(t *testing.T) {
	r, _, _ := issued(t, "verdict", 4)
	key := deskKey("sudmark")
	keys, file := keysOf(sudmarkDesk(key.Public())), mustSign(t, r, key)
	if _, _, err := verify.OpenReceipt(file, keys); err != nil {
		t.Fatal(err)
	}
	for i := range file {
		for _, c := range []byte{file[i] ^ 1, file[i] ^ 0x20, '0', '\n', ' '} {
			changed := bytes.Clone(file)
			if changed[i] = c; c == file[i] {
				continue
			}
			if _, _, err := verify.OpenReceipt(changed, keys); err == nil {
				t.Errorf("byte %d of %q may be %q", i, file[i], c)
			}
		}
	}
	lines := bytes.SplitAfter(file, []byte("\n"))
	for i := range len(lines) - 1 {
		without := bytes.Join(slices.Delete(slices.Clone(lines), i, i+1), nil)
		twice := bytes.Join(slices.Insert(slices.Clone(lines), i, lines[i]), nil)
		for _, changed := range [][]byte{without, twice} {
			if _, _, err := verify.OpenReceipt(changed, keys); err == nil {
				t.Errorf("line %q may go or stand twice", lines[i])
			}
		}
	}
}

func TestWhatIsNoReceiptIsNotRead(t *testing.T) {
	r, _, _ := issued(t, "verdict", 4)
	good := string(r.Bytes())
	long := strings.Repeat("reason accepted\n", 17)
	for _, v := range []struct{ comment, from, to string }{
		{"another kind of text", "pratique-receipt/", "pratique-trust/"},
		{"a later version", "receipt/1.0", "receipt/1.1"},
		{"a later major", "receipt/1.0", "receipt/2.0"},
		{"a line end of two characters", "\n", "\r\n"},
		{"a moment without offset", "time 2026-12-04T16:00:00Z", "time 2026-12-04T16:00:00"},
		{"a moment in another form", "16:00:00Z", "16:00:00+00:00"},
		{"fractions that end in zero", "16:00:00Z", "16:00:00.50Z"},
		{"a verdict of another colour", "verdict amber", "verdict blue"},
		{"a verdict that the decision contradicts", "verdict amber", "verdict green"},
		{"a decision against the verdict", "second_desk", "admitted"},
		{"a decision that does not exist", "second_desk", "third_desk"},
		{"no desk", "desk north-pier.3\n", ""},
		{"a desk with a space", "north-pier.3", "north pier"},
		{"two spaces", "to XB", "to  XB"},
		{"a space at the end", "to XB", "to XB "},
		{"a tab", "to XB", "to\tXB"},
		{"a destination in small letters", "to XB", "to xb"},
		{"no reason", "reason rule_failed rule=TR-XB-0003\nreason demo_key\n", ""},
		{"many reasons", "reason rule_failed rule=TR-XB-0003\n", long},
		{"a parameter twice", "rule=TR-XB-0003", "rule=TR-XB-0003 rule=TR-XB-0003"},
		{"five parameters", "rule=TR-XB-0003", "a=1 b=2 c=3 d=4 e=5"},
		{"an appeal that breaks its line", "Sudmark Office", "Sudmark\u2028Office"},
		{"a parameter without a value", "rule=TR-XB-0003", "rule="},
		{"a parameter without a name", "rule=TR-XB-0003", "=TR-XB-0003"},
		{"a parameter with a letter that is none of ours", "rule=TR-XB-0003", "rule=Ørn"},
		{"a moment that is none", "rule=TR-XB-0003", "since=yesterday"},
		{"a number in another form", "rule=TR-XB-0003", "n=007"},
		{"a digest of 31 bytes", "trip ", "trip A"},
		{"a rule set twice", "rules sudmark-entry", "rules sudmark-entry 1.0.0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nrules sudmark-entry 1.0.0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nrules sudmark-entry"},
		{"a digest with loose bits", "rules sudmark-entry", "rules other 1.0.0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\nrules sudmark-entry"},
		{"a rule set without a version", "sudmark-entry 1.0.0", "sudmark-entry 1"},
		{"another key policy", "bundle ", "keys then\nbundle "},
		{"no appeal", "appeal ", "officer "},
		{"lines in another order", "desk north-pier.3\nto XB\n", "to XB\ndesk north-pier.3\n"},
		{"a line that nobody knows", "desk ", "name Lindqvist\ndesk "},
		{"an override without need of a word that nobody knows", "decision second_desk\n", "decision second_desk\noverride because\n"},
		{"a line after the end", "", "note\n"},
		{"a text cut short", "trip ", ""},
		{"a control character", "Sudmark Office", "Sudmark\x07Office"},
		{"letters that are no UTF-8", "Sudmark Office", "Sudmark\xffOffice"},
	} {
		changed := strings.Replace(good, v.from, v.to, 1)
		if v.from == "" {
			changed = good + v.to
		}
		if changed == good {
			t.Fatalf("%s: changes nothing", v.comment)
		}
		if _, err := verify.ParseReceipt([]byte(changed)); err == nil {
			t.Errorf("%s: is read", v.comment)
		}
	}
	for _, text := range []string{"", "\n", "pratique-receipt/1.0\n", strings.Repeat("a", 1<<20), good + strings.Repeat("#", 7000)} {
		if _, err := verify.ParseReceipt([]byte(text)); !errors.Is(err, verify.ErrReceipt) {
			t.Errorf("%d bytes: %v, want %v", len(text), err, verify.ErrReceipt)
		}
	}
	later := strings.Replace(good, "receipt/1.0", "receipt/1.1", 1)
	if _, err := verify.ParseReceipt([]byte(later)); !errors.Is(err, verify.ErrReceiptVersion) {
		t.Errorf("a later version: %v, want %v", err, verify.ErrReceiptVersion)
	}
}

func TestAReceiptKeepsItsMomentsAndPlaces(t *testing.T) {
	w, c, _ := first(t, "verdict", 4)
	q := ask(c)
	q.At = q.At.In(time.FixedZone("", -9*3600-1800)).Add(123_456_789)
	q.Now = q.At.Add(time.Minute)
	q.Trip = verify.Trip{Legs: []verify.Leg{{Jurisdiction: "XA"}, {Jurisdiction: "XB", Region: "12a", Arrive: q.At}}}
	w.KeyPolicy = trust.ValidNow
	w.Data = verify.Data{Digest: strings.Repeat("0f", 32), AsOf: q.At.AddDate(0, 0, -1), HardExpiry: q.At.AddDate(0, 0, 6)}
	r, err := verify.NewReceipt(w, c.Text, q, usual(verify.Amber), salted("x"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := verify.ParseReceipt(r.Bytes())
	if err != nil || !got.At.Equal(q.At) || !got.Time.Equal(q.Now) || got.Region != "12a" || got.KeyPolicy != trust.ValidNow ||
		!got.Data.AsOf.Equal(w.Data.AsOf) || !got.Data.HardExpiry.Equal(w.Data.HardExpiry) {
		t.Errorf("%v: %+v", err, got)
	}
	for _, line := range []string{"at 2026-12-04T06:30:00.123456789-09:30\n", "to XB 12a\n", "keys now\n", "bundle - Dw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8PDw8\n"} {
		if !strings.Contains(string(r.Bytes()), line) {
			t.Errorf("no line %q", line)
		}
	}
	w.KeyPolicy = trust.ValidAtIssuance
	if p := got.Replay(w, c.Text, q.Trip, nil); p.Agreement != verify.Agrees || len(p.Differences) > 0 {
		t.Errorf("%v: %s", p.Agreement, said(p))
	}
}

func TestManyReasonsAreCounted(t *testing.T) {
	w, c, _ := first(t, "verdict", 4)
	set := w.Rules[slices.IndexFunc(w.Rules, func(s *rules.Set) bool { return s.Jurisdiction == "XB" })]
	f := set.File
	i := slices.IndexFunc(f.Rules, func(r *rules.Rule) bool { return r.Identifier == "TR-XB-0003" })
	for n := range 40 {
		more := *f.Rules[i]
		more.Identifier = fmt.Sprintf("TR-XB-1%03d", n)
		f.Rules = append(slices.Clip(f.Rules), &more)
	}
	changed, err := rules.New(f)
	if err != nil {
		t.Fatal(err)
	}
	w.Rules = []*rules.Set{changed}
	r, err := verify.NewReceipt(w, c.Text, ask(c), usual(verify.Amber), salted("x"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.Reasons); n != verify.MaxReasons || r.Reasons[n-1].Code != "more_reasons" {
		t.Errorf("%d reasons, the last %v", n, r.Reasons[n-1])
	}
	if p := r.Replay(w, c.Text, ask(c).Trip, nil); p.Agreement != verify.Agrees {
		t.Errorf("%v: %s", p.Agreement, said(p))
	}
}

func TestWhereToObjectIsAlwaysSaid(t *testing.T) {
	r, _, _ := issued(t, "verdict", 40) // withdrawn for fraud
	if len(r.Appeal) != 2 || !strings.Contains(r.Appeal[0], "appeals.norland.example") || !strings.Contains(r.Appeal[1], "rights.sudmark.example") {
		t.Errorf("%q, want the issuer's and the destination's", r.Appeal)
	}
	w, c, _ := first(t, "verdict", 4)
	f := w.Rules[slices.IndexFunc(w.Rules, func(s *rules.Set) bool { return s.Jurisdiction == "XB" })].File
	f.Appeal = rules.Contact{Name: strings.Repeat("Office ", 60) + "x", URL: "https://rights.sudmark.example/", Phone: "+1 202 555 0167"}
	set, err := rules.New(f)
	if err != nil {
		t.Fatal(err)
	}
	w.Rules = []*rules.Set{set}
	d := usual(verify.Amber)
	d.Appeal = []string{"Desk 3"}
	if r, err = verify.NewReceipt(w, c.Text, ask(c), d, salted("x")); err != nil || !slices.Equal(r.Appeal, []string{"Desk 3", "https://rights.sudmark.example/"}) {
		t.Errorf("%q, %v: want the desk's, and of a long contact the way to reach it", r.Appeal, err)
	}
}

func TestACommitmentTellsNothingWithoutTheCode(t *testing.T) {
	w, c, _ := first(t, "verdict", 4)
	give := func(text, from, salt string) verify.Receipt {
		q := verify.Question{Trip: verify.Direct(from, nil, "XB", c.Question.At), At: c.Question.At}
		r, err := verify.NewReceipt(w, text, q, usual(verify.Amber), salted(salt))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	a, b, other := give(c.Text, "XA", "1"), give(c.Text, "XA", "2"), give(c.Text, "XC", "1")
	if a.Salt == b.Salt || a.Code == b.Code || a.Trip == b.Trip {
		t.Error("two receipts for one code can be linked")
	}
	if a.Code != other.Code || a.Trip == other.Trip {
		t.Error("the code does not hang on the trip, and the trip does not show where it began")
	}
	if wrapped := give("\r\n"+c.Text+"\n", "XA", "1"); wrapped.Code != a.Code || wrapped.Trip != a.Trip {
		t.Error("line ends around the code make it another")
	}
	// As another program would compute it from the documentation.
	if want := sha256.Sum256([]byte("pratique-receipt/1 code\n" + string(a.Salt[:]) + c.Text)); a.Code != want {
		t.Error("the commitment to the code is not as documented")
	}
	code := sha256.Sum256([]byte(c.Text))
	trip := `{"legs":[{"jurisdiction":"XA"},{"jurisdiction":"XB","arrive":"2026-12-04T16:00:00Z"}]}`
	if want := sha256.Sum256([]byte("pratique-receipt/1 trip\n" + string(a.Salt[:]) + string(code[:]) + trip)); a.Trip != want {
		t.Error("the commitment to the trip is not as documented")
	}
}

func TestWhatIsSaidOfAReceiptHasItsParameters(t *testing.T) {
	everyCase(t, func(t *testing.T, w *verify.World, c vectors.Case, q verify.Question) {
		d := usual(verify.Check(w, c.Text, q).Verdict)
		d.Appeal = []string{"a"}
		r, err := verify.NewReceipt(w, c.Text, q, d, salted(""))
		if err != nil {
			t.Fatal(err)
		}
		for _, reason := range r.Said() {
			names := words.Codes[reason.Code]
			for name := range strings.FieldsSeq(names) {
				if !slices.ContainsFunc(reason.Params, func(p words.Param) bool { return p.Name == name }) {
					t.Errorf("%s lacks %s", reason.Code, name)
				}
			}
		}
	})
}

func TestAReceiptIsSmallEnoughForAQRCode(t *testing.T) {
	for _, v := range []struct {
		comment string
		id      int
		most    int // version
	}{{"green", 1, 25}, {"amber", 4, 25}, {"withdrawn for fraud, two appeals", 40, 25}, {"a rule of the issuer", 70, 25}} {
		r, _, _ := issued(t, "verdict", v.id)
		file := mustSign(t, r, deskKey("sudmark"))
		s, err := qr.Encode(string(file), layout.M)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d characters, %d of them the signature; QR version %d at level M", v.comment, len(file), len(file)-len(r.Bytes()), s.Version())
		if s.Version() > v.most {
			t.Errorf("%s: version %d, want at most %d", v.comment, s.Version(), v.most)
		}
	}
}

func TestTheZeroReceiptIsNone(t *testing.T) {
	var r verify.Receipt
	if _, err := verify.ParseReceipt(r.Bytes()); err == nil {
		t.Error("the zero receipt is read")
	}
	if p := r.Replay(new(verify.World), "", verify.Trip{}, nil); p.Agreement == verify.Agrees {
		t.Error("the zero receipt agrees with something")
	}
	if a := (verify.Replayed{}).Agreement; a != verify.Undecided {
		t.Errorf("the zero agreement is %v", a)
	}
	b, err := json.Marshal([]verify.Agreement{verify.Undecided, verify.Agrees, verify.Disagrees, verify.Another})
	if want := `["undecided","agrees","disagrees","another_code"]`; err != nil || string(b) != want {
		t.Errorf("agreements %s, want %s", b, want)
	}
}

// FuzzParseReceipt reads anything as a receipt: what is read is written again
// with the same bytes, and its decision can stand.
func FuzzParseReceipt(f *testing.F) {
	for _, id := range []int{1, 4, 6, 40, 64, 70, 101} {
		r, _, _ := issued(f, "verdict", id)
		f.Add(r.Bytes())
		f.Add(mustSign(f, r, deskKey("sudmark")))
	}
	f.Add([]byte("pratique-receipt/1.0\ntime 2026-12-04T16:00:00Z\n"))
	keys := keysOf(sudmarkDesk(deskKey("sudmark").Public()))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := verify.ParseReceipt(data)
		if err != nil {
			if _, _, err := verify.OpenReceipt(data, keys); err == nil {
				t.Error("opened what cannot be read")
			}
			return
		}
		text := r.Bytes()
		if !bytes.HasPrefix(data, text) || len(text) > verify.MaxReceipt {
			t.Errorf("%q becomes %q", data, text)
		}
		if r.Verdict == verify.Green && r.Outcome == verify.Refused && len(r.Officers) < 2 {
			t.Error("one officer refuses green")
		}
		r.Said()
		if p := r.Replay(new(verify.World), "HC1:", verify.Trip{}, nil); p.Agreement == verify.Agrees {
			t.Error("agrees with a world that knows nothing")
		}
	})
}
