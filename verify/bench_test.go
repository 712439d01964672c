package verify_test

import (
	"testing"

	"github.com/pratique/pratique/vectors"
	"github.com/pratique/pratique/verify"
)

// first returns a case of our vectors by its file and identifier, with its world.
func first(t testing.TB, name string, id int) (*verify.World, vectors.Case, verify.Question) {
	t.Helper()
	f, err := vectors.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range f.Cases {
		if c.ID == id {
			w, err := worldOf(f, c.Question.World)
			if err != nil {
				t.Fatal(err)
			}
			return w, c, verify.Question{Trip: verify.Direct(c.Question.From, nil, c.Question.To, c.Question.At), At: c.Question.At}
		}
	}
	t.Fatalf("%s has no case %d", name, id)
	return nil, vectors.Case{}, verify.Question{}
}

// BenchmarkCheck is the whole way from the text of a code to a green answer
// with the moment at which it changes.
func BenchmarkCheck(b *testing.B) {
	w, c, q := first(b, "hc1", 1)
	b.ReportAllocs()
	for b.Loop() {
		if r := verify.Check(w, c.Text, q); r.Verdict != verify.Green {
			b.Fatal(r.Verdict)
		}
	}
}

// BenchmarkCheckAmber adds what would do instead, and by when.
func BenchmarkCheckAmber(b *testing.B) {
	w, c, q := first(b, "verdict", 4)
	b.ReportAllocs()
	for b.Loop() {
		if r := verify.Check(w, c.Text, q); r.Verdict != verify.Amber {
			b.Fatal(r.Verdict)
		}
	}
}

// FuzzCheck asks about anything that could be scanned: there is always an
// answer with a reason, and nobody is shown who was not signed for.
func FuzzCheck(f *testing.F) {
	w, c, q := first(f, "hc1", 1)
	f.Add(c.Text)
	for _, name := range vectors.Names() {
		file, err := vectors.Load(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range file.Cases {
			if len(c.Text) < 4000 {
				f.Add(c.Text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := verify.Check(w, text, q)
		if len(r.Reasons) == 0 {
			t.Error("an answer without a reason")
		}
		if _, shown := r.Person(); shown && r.Checks.Signature != verify.Pass {
			t.Error("a person whom nobody signed for")
		}
		if r.Verdict == verify.Green && r.Checks != (verify.Checks{Signature: verify.Pass, KeyUse: verify.Pass, InForce: verify.Pass, Schema: r.Checks.Schema, Unrevoked: verify.Pass, Recognised: verify.Pass, Rules: verify.Pass}) {
			t.Errorf("green with %+v", r.Checks)
		}
	})
}
