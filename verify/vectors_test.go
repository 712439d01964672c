package verify_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/vectors"
	"github.com/pratique/pratique/verify"
)

// worldOf makes the world of a case from its public text forms.
func worldOf(f *vectors.File, name string) (*verify.World, error) {
	v := f.Worlds[name]
	var files []bundle.File
	for _, file := range v.Files {
		files = append(files, bundle.File{Name: file, Data: []byte(f.Files[file])})
	}
	s, err := bundle.Sort(files)
	if err != nil {
		return nil, err
	}
	w := &verify.World{Keys: new(trust.Keys), Rules: s.Rules, Withdrawals: s.Withdrawals}
	for _, l := range s.Lists {
		if len(l.Skipped) > 0 {
			return nil, fmt.Errorf("%s: %v", l.Name, l.Skipped)
		}
		for _, k := range l.Keys {
			w.Keys.Add(k)
		}
		w.Recognitions = append(w.Recognitions, l.Recognitions...)
	}
	if v.KeyPolicy == "now" {
		w.KeyPolicy = trust.ValidNow
	}
	if v.AsOf != nil {
		w.Data.AsOf = *v.AsOf
	}
	if v.HardExpiry != nil {
		w.Data.HardExpiry = *v.HardExpiry
	}
	return w, nil
}

func TestOurOwnVectors(t *testing.T) {
	total := 0
	for _, name := range vectors.Names() {
		f, err := vectors.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		worlds := map[string]*verify.World{}
		for w := range f.Worlds {
			if worlds[w], err = worldOf(f, w); err != nil {
				t.Fatalf("%s: world %s: %v", name, w, err)
			}
		}
		for _, c := range f.Cases {
			total++
			t.Run(fmt.Sprintf("%s/%d", name, c.ID), func(t *testing.T) {
				q := verify.Question{Trip: verify.Direct(c.Question.From, c.Question.Via, c.Question.To, c.Question.At), Purpose: c.Question.Purpose, At: c.Question.At, Now: c.Question.Now}
				r := verify.Check(worlds[c.Question.World], c.Text, q)
				for _, wrong := range judge(c, r) {
					t.Errorf("%s: %s", c.Comment, wrong)
				}
			})
		}
	}
	if total < 120 {
		t.Errorf("%d cases, want at least 120", total)
	}
}

// judge lists what an answer has that a case does not want.
func judge(c vectors.Case, r verify.Report) []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	got := codes(r)
	if r.Verdict.String() != c.Want.Verdict {
		say("%s, want %s; reasons %v", r.Verdict, c.Want.Verdict, got)
	}
	if c.Want.Reason != "" && (len(got) == 0 || got[0] != c.Want.Reason) {
		say("reasons %v, want %s first", got, c.Want.Reason)
	}
	for _, code := range c.Want.Reasons {
		if !slices.Contains(got, code) {
			say("reasons %v, want %s among them", got, code)
		}
	}
	for check, want := range c.Want.Checks {
		if s := statuses(r)[check].String(); s != want {
			say("%s is %s, want %s; reasons %v", check, s, want, got)
		}
	}
	p, shown := r.Person()
	if shown && c.Want.NoPerson {
		say("a person is shown")
	}
	if c.Want.Name != "" && (p.Name != c.Want.Name || p.BirthDate.String() != c.Want.Birth) {
		say("person %q born %q, want %q born %q", p.Name, p.BirthDate, c.Want.Name, c.Want.Birth)
	}
	if a := r.In("en", ""); c.Want.Changes != "" && a.ChangesAt != c.Want.Changes {
		say("changes at %s, want %s", a.ChangesAt, c.Want.Changes)
	}
	if len(c.Want.Payload) > 0 {
		var got, want any
		b, err := format.JSON(*r.Signed)
		if err != nil || json.Unmarshal(b, &got) != nil || json.Unmarshal(c.Want.Payload, &want) != nil || !reflect.DeepEqual(got, want) {
			say("payload %s, want %s", b, c.Want.Payload)
		}
	}
	return wrong
}

// elsewhere are the rows of the colour table that no HC1 code can reach; the
// place that tests each is named.
var elsewhere = map[string]string{
	"picture_none":      "cmd/pratique: pictures are not texts",
	"picture_broken":    "cmd/pratique: pictures are not texts",
	"too_long":          "format: would double the size of the files",
	"read_cwt":          "read_payload and read_cose stand for it in the vectors",
	"data_newer":        "check_test.go, and package bundle: worlds of the cases are no bundles",
	"no_moment":         "check_test.go: every case has a moment",
	"name_differs":      "passport_test.go: the cases show no passport",
	"accepted_together": "jointly_test.go: a case has one code",
	"birth_differs":     "passport_test.go: the cases show no passport",
}

func TestTheVectorsHaveEveryRowOfTheColourTable(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range vectors.Names() {
		f, err := vectors.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range f.Cases {
			seen[c.Want.Reason] = true
			for _, r := range c.Want.Reasons {
				seen[r] = true
			}
		}
	}
	own, err := vectors.LoadSelf()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range own.Cases {
		for _, r := range c.Want.Reasons {
			seen[r] = true
		}
	}
	for _, code := range verify.Table() {
		if _, away := elsewhere[code]; !seen[code] && !away {
			t.Errorf("no case wants %s", code)
		}
	}
}
