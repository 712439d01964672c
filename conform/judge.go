package conform

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/vectors"
)

// finding is what was found about one vector.
type finding struct {
	Status Status
	Why    string
}

var pass = finding{Status: Passed}

func lenient(format string, args ...any) finding {
	return finding{Lenient, fmt.Sprintf(format, args...)}
}
func stricter(format string, args ...any) finding {
	return finding{Stricter, fmt.Sprintf(format, args...)}
}
func different(format string, args ...any) finding {
	return finding{Different, fmt.Sprintf(format, args...)}
}

// judged are the names of what a verifier's answers may say.
var judged = []string{"signature", "key_use", "in_force", "schema", "unrevoked", "recognised", "rules", "verdict", "reasons", "person", "changes_at", "payload"}

// unread are the reasons of what cannot be read as a health code of one of
// these formats: nothing can be said about its signature.
var unread = []string{
	"empty", "too_long", "not_health_code", "code_part", "code_mixed", "code_several", "format_unsupported", "format_unpublished", "newer_version",
	"content_unsupported", "picture_none", "picture_broken", "online_only",
}

func isUnread(reason string) bool {
	return strings.HasPrefix(reason, "read_") || slices.Contains(unread, reason)
}

// unsigned are the reasons of what was read, and whose signature does not pass.
var unsigned = []string{"signature_wrong", "signer_unknown", "algorithm_unknown", "critical_unknown", "no_key_named"}

// beyond are the reasons of signed content that is no certificate: a verifier
// may say of it that the signature passes, or that it did not get so far.
var beyond = []string{"online_only", "content_unsupported", "read_payload", "read_claims"}

// signature is what must be said of a case's signature: that it passes, or not.
// What has no reason, and content that is no certificate, may be either.
func signature(c vectors.Case) (passes, either bool) {
	if s, ok := c.Want.Checks["signature"]; ok {
		return s == "pass", false
	}
	switch {
	case slices.Contains(beyond, c.Want.Reason):
		return false, true
	case c.Want.Reason == "" && c.Want.NoPerson:
		return false, false
	case c.Want.Reason == "":
		return false, true
	}
	return !isUnread(c.Want.Reason) && !slices.Contains(unsigned, c.Want.Reason), false
}

// readerJudges reports whether the text alone says what a reader must answer.
func readerJudges(c vectors.Case) bool {
	reason := c.Want.Reason
	if isUnread(reason) || reason == "" {
		// a wrong form of signature, no algorithm, and what other families are, is not for readers
		return c.Result == "invalid" && (strings.HasPrefix(reason, "read_") || reason == "") && reason != "read_signature" && c.Want.NoPerson && !slices.Contains(c.Flags, "alg")
	}
	passes, either := signature(c)
	return passes && !either
}

func judgeRead(c vectors.Case, form string, a Answer) finding {
	if isUnread(c.Want.Reason) || c.Want.Reason == "" {
		if a.Refused == "" {
			return lenient("it reads this: %s", c.Comment)
		}
		return pass
	}
	switch {
	case a.Refused != "" && c.Result == "acceptable":
		return finding{Passed, "stricter, which is allowed: " + short(a.Refused)}
	case a.Refused != "":
		return stricter("it refuses to read this: %s", short(a.Refused))
	case a.Format != form:
		return different("it says that this is %q, not %s", short(a.Format), form)
	case len(c.Want.Payload) > 0 && len(a.Payload) > 0 && !sameJSON(c.Want.Payload, a.Payload):
		return different("the content is not what was signed")
	}
	return pass
}

func sameJSON(a, b []byte) bool {
	var x, y any
	dx, dy := json.NewDecoder(bytes.NewReader(a)), json.NewDecoder(bytes.NewReader(b))
	return dx.Decode(&x) == nil && dy.Decode(&y) == nil && reflect.DeepEqual(x, y)
}

// judgeVerify compares a verifier's answer, the signature first: who takes what
// nobody signed is judged on nothing else.
func judgeVerify(c vectors.Case, judges []string, a Answer) finding {
	passes, either := signature(c)
	got := a.Checks["signature"]
	if a.Refused != "" {
		got = cmp.Or(got, "unknown")
	}
	switch {
	case !slices.Contains([]string{"pass", "fail", "unknown"}, got):
		return finding{Broken, "the answer does not say whether the signature passes, fails, or is unknown"}
	case either:
	case got == "pass" && !passes:
		return lenient("the signature passes, and must not")
	case got != "pass" && passes && c.Result == "acceptable":
		return finding{Passed, "stricter, which is allowed: " + cmp.Or(short(a.Refused), "the signature does not pass")}
	case got != "pass" && passes:
		return stricter("the signature does not pass: %s", cmp.Or(short(a.Refused), got))
	}
	if c.Want.NoPerson && (a.Person != nil || len(a.Payload) > 0) {
		return lenient("it shows a person, and nobody signed for that")
	}
	if c.Want.Checks != nil && a.Refused == "" {
		for _, name := range judged[1:7] {
			if f := judgeCheck(name, c.Want.Checks[name], a.Checks[name], slices.Contains(judges, name)); f.Status != Passed {
				return f
			}
		}
	}
	return judgeVerdict(c, judges, a)
}

// judgeCheck compares one check beside the signature.
func judgeCheck(name, want, got string, promised bool) finding {
	switch {
	case want == "" || got == want || got == "" && !promised:
		return pass
	case got == "":
		return finding{Broken, "its hello promises " + name + ", and the answer does not say it"}
	case got == "pass":
		return lenient("%s is pass, not %s", name, want)
	case want == "pass":
		return stricter("%s is %s, not pass", name, short(got))
	}
	return different("%s is %s, not %s", name, short(got), want)
}

// nearness is how near to green a colour is.
var nearness = map[string]int{"red": 1, "grey": 2, "amber": 3, "green": 4}

// judgeVerdict compares the colour and what stands beside it.
func judgeVerdict(c vectors.Case, judges []string, a Answer) finding {
	has := func(name string) bool { return slices.Contains(judges, name) }
	w := c.Want
	switch {
	case a.Verdict == "" && has("verdict"):
		return finding{Broken, "its hello promises verdict, and the answer does not say it"}
	case a.Verdict == "" || a.Verdict == w.Verdict:
	case nearness[a.Verdict] == 0:
		return finding{Broken, "the verdict is none of green, amber, red and grey"}
	case nearness[a.Verdict] > nearness[w.Verdict]:
		return lenient("%s, not %s", a.Verdict, w.Verdict)
	default:
		return stricter("%s, not %s", a.Verdict, w.Verdict)
	}
	if has("reasons") {
		if w.Reason != "" && (len(a.Reasons) == 0 || a.Reasons[0] != w.Reason) {
			return different("the first reason is %s, not %s", short(strings.Join(a.Reasons, ", ")), w.Reason)
		}
		for _, code := range w.Reasons {
			if !slices.Contains(a.Reasons, code) {
				return different("%s is not among the reasons", code)
			}
		}
	}
	switch {
	case w.Name == "" || a.Person == nil && !has("person"):
	case a.Person == nil:
		return different("nobody is named")
	case a.Person.Name != w.Name || a.Person.BirthDate != w.Birth:
		return different("another person is named than the certificate's")
	}
	if w.Changes != "" && (has("changes_at") || a.ChangesAt != "") && !sameMoment(a.ChangesAt, w.Changes) {
		return different("the answer changes at %s, not at %s", short(a.ChangesAt), w.Changes)
	}
	if len(w.Payload) > 0 && (has("payload") || len(a.Payload) > 0) && !sameJSON(w.Payload, a.Payload) {
		return different("the content is not what was signed")
	}
	return pass
}

func sameMoment(a, b string) bool {
	x, err := time.Parse(time.RFC3339Nano, a)
	y, bad := time.Parse(time.RFC3339Nano, b)
	return err == nil && bad == nil && x.Equal(y)
}

// judgeIssue reads, verifies and compares what was made.
func judgeIssue(c vectors.IssueCase, k SigningKey, a Answer) finding {
	switch {
	case c.Result == "invalid" && a.Refused != "":
		return pass
	case c.Result == "invalid":
		return lenient("it makes a code of this: %s", c.Comment)
	case a.Refused != "":
		return stricter("it refuses to make this: %s", short(a.Refused))
	case a.Text == "":
		return finding{Broken, "no text was made"}
	}
	keys, err := verifying(c.Format, k)
	if err != nil {
		return finding{Broken, err.Error()}
	}
	u, err := format.Read(a.Text)
	if err != nil {
		return different("what was made cannot be read: %s", short(err.Error()))
	}
	if u.Format() != formOf(c.Format) {
		return different("what was made is %s, not %s", u.Format(), c.Format)
	}
	s, err := u.Verify(keys)
	if err != nil {
		return different("what was made does not verify: %s", short(err.Error()))
	}
	if issues := format.Schema(s); len(issues) > 0 {
		return different("what was made breaks its format's schema: %s %s", issues[0].Path, issues[0].What)
	}
	if p := s.Certificate.Signed; c.At.Before(p.Issued) || !p.Until.IsZero() && c.At.After(p.Until) {
		return different("what was made is not in force when it was made")
	}
	var want cert.Certificate
	if err := json.Unmarshal(c.Certificate, &want); err != nil {
		return finding{Broken, "the vector cannot be read"}
	}
	diff, err := cert.Compare(&want, s.Certificate)
	switch {
	case err != nil:
		return finding{Broken, err.Error()}
	case len(diff) > 0:
		return different("what was made says something else: %s is %s", diff[0].Field, diff[0].What)
	}
	return pass
}

// formOf is the format under which a code of it is read.
func formOf(name string) string {
	if name == "icvp" {
		return "hc1"
	}
	return name
}

// verifying are the keys by which what a demo key signed is verified.
func verifying(form string, k SigningKey) (*trust.Keys, error) {
	key, err := k.public(form)
	if err != nil {
		return nil, err
	}
	keys := new(trust.Keys)
	keys.Add(key)
	return keys, nil
}

func judgeEval(c vectors.RulesCase, a Answer) finding {
	failed := a.Error != "" || a.Refused != ""
	switch {
	case !failed && len(a.Result) == 0:
		return finding{Broken, "the answer has neither a result nor an error"}
	case c.Error && failed:
		return pass
	case c.Error:
		return lenient("%s, where there is no answer", short(string(a.Result)))
	case failed:
		return stricter("no answer: %s", short(cmp.Or(a.Error, a.Refused)))
	case !sameJSON(c.Want, a.Result):
		return different("%s, not %s", short(string(a.Result)), c.Want)
	}
	return pass
}
