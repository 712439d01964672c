package desk_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/pratique/pratique/desk"
	"github.com/pratique/pratique/verify"
)

const own = "four calm horses under rain"

func officers(t *testing.T, names ...string) desk.Officers {
	t.Helper()
	var o desk.Officers
	for _, n := range names {
		var err error
		if o, err = o.With(n, own+" "+n); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func TestOfficersAreReadAsTheyWereWritten(t *testing.T) {
	o := officers(t, "o-9", "o-11")
	text := o.String()
	again, err := desk.ParseOfficers(text)
	if err != nil || again.String() != text || again.Len() != 2 {
		t.Fatalf("read again: %v, %d officers", err, again.Len())
	}
	if strings.Contains(text, "horses") {
		t.Error("a passphrase stands in the file")
	}
	for _, v := range []struct {
		name, passphrase string
		want             bool
	}{
		{"o-9", own + " o-9", true}, {"o-11", own + " o-11", true},
		{"o-9", own + " o-11", false}, {"o-9", "", false}, {"o-7", own + " o-9", false}, {"", "", false},
		{"o-9", strings.Repeat("x", 1<<20), false},
	} {
		if got := again.Confirms(v.name, v.passphrase); got != v.want {
			t.Errorf("%s confirms: %v, want %v", v.name, got, v.want)
		}
	}
	changed, err := again.With("o-9", "another passphrase")
	if err != nil || changed.Len() != 2 || changed.Confirms("o-9", own+" o-9") || !changed.Confirms("o-9", "another passphrase") {
		t.Errorf("a new passphrase does not take the place of the old one: %v", err)
	}
	if gone, err := again.With("o-9", ""); err != nil || gone.Len() != 1 || gone.Confirms("o-9", own+" o-9") {
		t.Errorf("an officer is not taken off the list: %v", err)
	}
	for comment, v := range map[string]struct {
		name, passphrase string
		want             error
	}{
		"a name with a space":   {"Ana Maria", own, desk.ErrOfficer},
		"no name":               {"", own, desk.ErrOfficer},
		"a short passphrase":    {"o-9", "123456789", desk.ErrShort},
		"an endless passphrase": {"o-9", strings.Repeat("x", 2000), desk.ErrShort},
	} {
		if _, err := o.With(v.name, v.passphrase); !errors.Is(err, v.want) {
			t.Errorf("%s: %v, want %v", comment, err, v.want)
		}
	}
}

func TestAFileThatIsNoListOfOfficersIsRefused(t *testing.T) {
	good := officers(t, "o-9").String()
	line := strings.SplitAfter(good, "\n")[1]
	for comment, text := range map[string]string{
		"empty":               "",
		"another version":     strings.Replace(good, "/1.0", "/2.0", 1),
		"a name twice":        good + line,
		"little work":         strings.Replace(good, "scrypt 16", "scrypt 4", 1),
		"endless work":        strings.Replace(good, "scrypt 16", "scrypt 40", 1),
		"a line cut short":    good[:len(good)-5],
		"no end of line":      good[:len(good)-1],
		"something behind it": strings.Replace(good, "\n", "\n\n", 2),
	} {
		if o, err := desk.ParseOfficers(text); err == nil || o.Len() != 0 {
			t.Errorf("%s: taken", comment)
		}
	}
}

func FuzzOfficers(f *testing.F) {
	o, err := desk.Officers{}.With("o-9", own)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(o.String())
	f.Add("pratique-officers/1.0\n")
	f.Fuzz(func(t *testing.T, text string) {
		if o, err := desk.ParseOfficers(text); err == nil && o.String() != text {
			t.Errorf("%q is written again as %q", text, o.String())
		}
	})
}

// Nobody who met the rules is refused unless a second person confirmed it, and
// who tries passphrases learns nothing and soon cannot go on.
func TestTheSecondOfficerConfirmsWithTheirOwnPassphrase(t *testing.T) {
	p := newPost(t)
	p.officers = officers(t, "o-9")
	p.open(t)
	p.begin(t)
	refusing := p.receipt(t, refusal("7", "o-9"))
	ask := func(confirm string) (int, map[string]any) {
		return p.ask(t, http.MethodPost, "/api/decision", map[string]string{"receipt": refusing, "confirm": confirm})
	}
	for range 2 {
		if status, got := ask("not the passphrase"); status != http.StatusForbidden || got["error"] != desk.WrongOfficer {
			t.Fatalf("a wrong passphrase: %d %v", status, got)
		}
	}
	stranger := p.receipt(t, refusal("7", "o-8"))
	status, unknown := p.ask(t, http.MethodPost, "/api/decision", map[string]string{"receipt": stranger, "confirm": own + " o-9"})
	_, wrong := ask("wrong again")
	if status != http.StatusForbidden || unknown["error"] != wrong["error"] || unknown["why"] != wrong["why"] {
		t.Errorf("an officer who is not on the list is told from a wrong passphrase: %v and %v", unknown, wrong)
	}
	if status, got := ask(own + " o-9"); status != http.StatusOK || got["signed"] != true {
		t.Fatalf("confirmed: %d %v", status, got)
	}
	ask("wrong for the fifth time")
	if status, got := ask(own + " o-9"); status != http.StatusForbidden || got["error"] != desk.NoConfirming {
		t.Errorf("after five wrong passphrases: %d %v", status, got)
	}
	if p.counted(t) != 1 {
		t.Errorf("%d decisions are counted", p.counted(t))
	}
}

// refusal makes of a decision a refusal of somebody who met the rules.
func refusal(officers ...string) func(*verify.World, *string, *verify.Question, *verify.Decision) {
	return func(_ *verify.World, _ *string, _ *verify.Question, d *verify.Decision) {
		d.Outcome, d.Override, d.Officers = verify.Refused, verify.Instruction, officers
	}
}

func TestADeskWithoutAListConfirmsNothing(t *testing.T) {
	p := newPost(t)
	p.begin(t)
	refusing := p.receipt(t, refusal("7", "o-9"))
	status, got := p.ask(t, http.MethodPost, "/api/decision", map[string]string{"receipt": refusing, "confirm": own})
	if status != http.StatusForbidden || got["error"] != desk.NoConfirming {
		t.Errorf("%d %v", status, got)
	}
	status, got = p.ask(t, http.MethodPost, "/api/counts", map[string]any{"counts": []map[string]string{{"hour": "2026-12-03T14:00:00+08:00", "verdict": "green", "outcome": "refused", "override": "instruction", "sentence": ""}}})
	if status != http.StatusBadRequest {
		t.Errorf("a refusal that nobody confirmed is counted afterwards: %d %v", status, got)
	}
}
