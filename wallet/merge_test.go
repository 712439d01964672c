package wallet_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/wallet"
)

func TestMerge(t *testing.T) {
	holder := func(n string) history.Holder { return history.Holder{Country: "UTO", Number: n} }
	type people = []wallet.Person
	for _, v := range []struct {
		comment string
		a, b    people
		want    people
		says    []wallet.Conflict
	}{
		{"two people", people{{Label: "A"}}, people{{Label: "B"}}, people{{Label: "A"}, {Label: "B"}}, nil},
		{"one label", people{{Label: "A", Certificates: []string{"1", "2"}}}, people{{Label: "A", Certificates: []string{"2\n", "3"}}},
			people{{Label: "A", Certificates: []string{"1", "2", "3"}}}, nil},
		{"a document that only one has", people{{Label: "A"}}, people{{Label: "A", Holder: holder("1")}}, people{{Label: "A", Holder: holder("1")}}, nil},
		{"one document, two labels", people{{Label: "A", Holder: holder("1")}}, people{{Label: "B", Holder: holder("1")}},
			people{{Label: "A", Holder: holder("1")}}, []wallet.Conflict{{Code: wallet.TwoLabels, Label: "A", Other: "B"}}},
		{"one document, written in two ways", people{{Label: "A", Holder: history.Holder{Country: "uto", Number: "1-2"}}}, people{{Label: "A", Holder: holder("12")}},
			people{{Label: "A", Holder: history.Holder{Country: "uto", Number: "1-2"}}}, nil},
		{"one label, two documents: two people", people{{Label: "A", Holder: holder("1")}}, people{{Label: "A", Holder: holder("2")}},
			people{{Label: "A", Holder: holder("1")}, {Label: "A (2)", Holder: holder("2")}}, []wallet.Conflict{{Code: wallet.SameLabel, Label: "A (2)", Other: "A"}}},
		{"the second label is taken too", people{{Label: "A", Holder: holder("1")}, {Label: "A (2)"}}, people{{Label: "A", Holder: holder("2"), Certificates: []string{"1"}}},
			people{{Label: "A", Holder: holder("1")}, {Label: "A (2)"}, {Label: "A (3)", Holder: holder("2"), Certificates: []string{"1"}}}, []wallet.Conflict{{Code: wallet.SameLabel, Label: "A (3)", Other: "A"}}},
		{"the document goes before the label", people{{Label: "A", Holder: holder("1")}}, people{{Label: "B", Holder: holder("1"), Certificates: []string{"1"}}, {Label: "A", Certificates: []string{"2"}}},
			people{{Label: "A", Holder: holder("1"), Certificates: []string{"1"}}, {Label: "A (2)", Certificates: []string{"2"}}},
			[]wallet.Conflict{{Code: wallet.TwoLabels, Label: "A", Other: "B"}, {Code: wallet.SameLabel, Label: "A (2)", Other: "A"}}},
		{"two names", people{{Label: "A", Name: "Ann"}}, people{{Label: "A", Name: "Anna"}}, people{{Label: "A", Name: "Ann"}}, []wallet.Conflict{{Code: wallet.TwoNames, Label: "A", Other: "Anna"}}},
		{"what was not understood", people{{Label: "A", Unread: []string{"x"}}}, people{{Label: "A", Unread: []string{"x", "y"}}}, people{{Label: "A", Unread: []string{"x", "y"}}}, nil},
	} {
		got, says, err := wallet.Merge(wallet.File{People: v.a}, wallet.File{People: v.b})
		if err != nil {
			t.Errorf("%s: %v", v.comment, err)
			continue
		}
		if a, b := mustBytes(t, got), mustBytes(t, wallet.File{People: v.want}); a != b {
			t.Errorf("%s: got\n%swant\n%s", v.comment, a, b)
		}
		if !slices.Equal(says, v.says) {
			t.Errorf("%s: %v, want %v", v.comment, says, v.says)
		}
	}
}

func TestALongLabelIsShortenedToBeFree(t *testing.T) {
	long := strings.Repeat("é", wallet.MaxLabel/2)
	holder := func(n string) history.Holder { return history.Holder{Country: "UTO", Number: n} }
	got, _, err := wallet.Merge(wallet.File{People: []wallet.Person{{Label: long, Holder: holder("1")}}}, wallet.File{People: []wallet.Person{{Label: long, Holder: holder("2")}}})
	if err != nil || len(got.People) != 2 || !strings.HasSuffix(got.People[1].Label, "é (2)") {
		t.Errorf("%v, %d people", err, len(got.People))
	}
}

func TestAMergeBeyondTheLimitsIsRefused(t *testing.T) {
	var a, b wallet.File
	for i := range wallet.MaxPeople {
		a.People = append(a.People, wallet.Person{Label: fmt.Sprint("a", i)})
	}
	b.People = []wallet.Person{{Label: "b"}}
	if f, _, err := wallet.Merge(a, b); !errors.Is(err, wallet.ErrLimit) || f.People != nil {
		t.Errorf("%v", err)
	}
}

// random is a small wallet of few labels, documents and things, so that two of
// them have much in common.
func random(r *rand.Rand) wallet.File {
	var f wallet.File
	for _, label := range []string{"A", "B", "C"} {
		if r.IntN(3) == 0 {
			continue
		}
		p := wallet.Person{Label: label}
		if n := r.IntN(5); n < 3 {
			p.Holder = history.Holder{Country: "UTO", Number: fmt.Sprint(n)}
		}
		text := "pratique-history/1.0\n"
		for range r.IntN(6) {
			switch n := fmt.Sprint(r.IntN(4)); r.IntN(6) {
			case 0:
				p.Receipts = append(p.Receipts, "receipt\n"+n+"\n")
			case 1:
				p.Unread = append(p.Unread, "x "+n)
			case 2:
				text += "stay XA 2026-01-0" + fmt.Sprint(1+r.IntN(4)) + " -\n"
			case 3:
				text += "stamp HC1:" + n + "\n"
			default:
				p.Certificates = append(p.Certificates, "HC1:"+n)
			}
		}
		p.History = must1(history.Parse([]byte(text)))
		f.People = append(f.People, p)
	}
	return f
}

func must1[T, U any](v T, _ U, err error) T { return must(v, err) }

// held is what a wallet holds, whatever the labels and the order: for each
// person the document and the things.
func held(f wallet.File) []string {
	var out []string
	for _, p := range f.People {
		var things []string
		for _, i := range p.Items() {
			things = append(things, string(i.Kind)+" "+i.Text)
		}
		slices.Sort(things)
		out = append(out, fmt.Sprint(p.Holder, slices.Compact(things)))
	}
	slices.Sort(out)
	return out
}

func TestMergingIsIdempotentAndCommutes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	merge := func(a, b wallet.File) wallet.File { f, _, err := wallet.Merge(a, b); return must(f, err) }
	conflicts := 0
	for range 3000 {
		a, b := random(r), random(r)
		ab, says, err := wallet.Merge(a, b)
		if err != nil {
			t.Fatal(err)
		}
		conflicts += len(says)
		if x, y := held(ab), held(merge(b, a)); !slices.Equal(x, y) {
			t.Fatalf("a and b:\n%q\nb and a:\n%q\na: %q\nb: %q", x, y, held(a), held(b))
		}
		for _, again := range []wallet.File{merge(ab, b), merge(ab, a), merge(ab, ab)} {
			if mustBytes(t, again) != mustBytes(t, ab) {
				t.Fatalf("merged again:\n%s\nbefore:\n%s\nb:\n%s", mustBytes(t, again), mustBytes(t, ab), mustBytes(t, b))
			}
		}
		// Nothing is lost and nothing is made up.
		all := map[string]bool{}
		for _, f := range []wallet.File{a, b} {
			for _, p := range f.People {
				for _, i := range p.Items() {
					all[string(i.Kind)+i.Text] = true
				}
			}
		}
		for _, p := range ab.People {
			for _, i := range p.Items() {
				if !all[string(i.Kind)+i.Text] {
					t.Fatalf("made up: %q", i)
				}
			}
		}
		if n := len(slices.Concat(held(a), held(b))); len(ab.People) > n {
			t.Fatalf("%d people of %d", len(ab.People), n)
		}
	}
	if conflicts < 100 {
		t.Errorf("only %d conflicts: the test sees too little", conflicts)
	}
}

// What is exported and what is left after a deletion are two parts of the
// whole: merged they give it back.
func TestExportAndDeletePartition(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 13))
	parted := 0
	for range 1000 {
		f, _, err := wallet.Merge(random(r), wallet.File{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range f.People {
			items := p.Items()
			var ids []string
			for _, i := range items {
				if r.IntN(2) == 0 {
					ids = append(ids, i.ID())
				}
			}
			if len(ids) == 0 {
				continue
			}
			parted++
			part, err := f.Export(p.Label, ids...)
			if err != nil {
				t.Fatal(err)
			}
			rest, lost, err := f.Delete(p.Label, ids...)
			if err != nil {
				t.Fatal(err)
			}
			if len(lost) != len(ids) || !slices.Equal(lost, part.People[0].Items()) {
				t.Fatalf("lost %v, exported %v", lost, part.People[0].Items())
			}
			for _, i := range must(rest.Export(p.Label)).People[0].Items() {
				if slices.Contains(lost, i) {
					t.Fatalf("still there: %v", i)
				}
			}
			whole, says, err := wallet.Merge(rest, part)
			if err != nil || len(says) > 0 || !slices.Equal(held(whole), held(f)) {
				t.Fatalf("%v, %v: %q, want %q", err, says, held(whole), held(f))
			}
		}
	}
	if parted < 500 {
		t.Errorf("only %d parted", parted)
	}
}

func TestExport(t *testing.T) {
	f := mustParse(t, family)
	all, err := f.Export("Anna")
	want, _, _ := strings.Cut(family, "person Tom")
	if err != nil || mustBytes(t, all) != want {
		t.Errorf("%v:\n%s", err, mustBytes(t, all))
	}
	id := func(kind wallet.Kind) string {
		for _, i := range f.People[0].Items() {
			if i.Kind == kind {
				return i.ID()
			}
		}
		return ""
	}
	// Without what is committed to it, the document stays at home; the name does in any case.
	one, err := f.Export("Anna", id(wallet.KindSymptom))
	if err != nil || mustBytes(t, one) != "pratique-wallet/1.0\nperson Anna\nsymptom 2026-11-12 fever\n" {
		t.Errorf("%v:\n%s", err, mustBytes(t, one))
	}
	one, err = f.Export("Anna", id(wallet.KindStamp)[:6])
	if err != nil || mustBytes(t, one) != "pratique-wallet/1.0\nperson Anna\ndocument UTO L898902C3 740812\nstamp HC1:BBB\n" {
		t.Errorf("%v:\n%s", err, mustBytes(t, one))
	}
	for _, v := range []struct {
		comment, label, id string
		want               error
	}{
		{"nobody", "Ann", "", wallet.ErrPerson},
		{"no such thing", "Anna", "00000000", wallet.ErrItem},
		{"too few digits", "Anna", id(wallet.KindStamp)[:3], wallet.ErrItem},
		{"somebody else's", "Tom", id(wallet.KindStamp), wallet.ErrItem},
	} {
		var ids []string
		if v.id != "" {
			ids = []string{v.id}
		}
		if out, err := f.Export(v.label, ids...); !errors.Is(err, v.want) || out.People != nil {
			t.Errorf("export %s: %v", v.comment, err)
		}
		if out, lost, err := f.Delete(v.label, ids...); !errors.Is(err, v.want) || out.People != nil || lost != nil {
			t.Errorf("delete %s: %v", v.comment, err)
		}
	}
}

func TestDeletingAPersonLeavesTheOthers(t *testing.T) {
	f := mustParse(t, family)
	rest, lost, err := f.Delete("Anna")
	_, want, _ := strings.Cut(family, "person Tom")
	if err != nil || mustBytes(t, rest) != "pratique-wallet/1.0\nperson Tom"+want || len(lost) != 10 {
		t.Errorf("%v, %d lost:\n%s", err, len(lost), mustBytes(t, rest))
	}
	if mustBytes(t, f) != family {
		t.Error("the file that was given was changed")
	}
}
