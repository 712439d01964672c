package demo_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pratique/pratique/demo"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
)

func play(t *testing.T) demo.Play {
	t.Helper()
	p, err := demo.New()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func file(t *testing.T, p demo.Play, name string) []byte {
	t.Helper()
	for _, f := range p.Files {
		if f.Name == name {
			return f.Data
		}
	}
	t.Fatalf("there is no %s", name)
	return nil
}

func TestThePlayIsTheSameForEverybody(t *testing.T) {
	a, b := play(t), play(t)
	if len(a.Files) < 15 || len(a.Files) != len(b.Files) {
		t.Fatalf("%d and %d files", len(a.Files), len(b.Files))
	}
	for i := range a.Files {
		if a.Files[i].Name != b.Files[i].Name || !bytes.Equal(a.Files[i].Data, b.Files[i].Data) {
			t.Errorf("%s differs from one time to the next", a.Files[i].Name)
		}
	}
}

func TestTheCodesAreWhatTheStorySays(t *testing.T) {
	p := play(t)
	k, err := keys.Parse(file(t, p, "norland/lab.key"), "")
	if err != nil {
		t.Fatal(err)
	}
	if !k.Demo() || !k.Public().Demo {
		t.Error("the key of the demo does not say that it is one")
	}
	var known trust.Keys
	known.Add(k.Public())
	for name, authentic := range map[string]bool{"anna": true, "bo": true, "clara": true, "forged": false} {
		u, err := format.Read(string(file(t, p, name+".txt")))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := u.Verify(&known); (err == nil) != authentic {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheStoryHasAllFourAnswers(t *testing.T) {
	p := play(t)
	seen := map[verify.Colour]int{}
	for _, s := range p.Scenes {
		if s.Title == "" || s.Tells == "" || s.Clock.IsZero() || s.Command == nil && s.Show == "" && s.Draw == "" {
			t.Errorf("the scene %q tells nothing", s.Title)
		}
		if s.Run {
			seen[s.Want]++
		}
	}
	if seen[verify.Green] < 1 || seen[verify.Amber] < 2 || seen[verify.Red] < 3 || seen[verify.Grey] < 1 {
		t.Errorf("answers: %v", seen)
	}
	if !strings.HasPrefix(p.Stored, "Stored about the traveller: nothing") {
		t.Errorf("the last line is %q", p.Stored)
	}
	if !strings.HasPrefix(string(p.Files[0].Data), demo.Mark+"\n") {
		t.Error("the first file is not the one by which the folder is known again")
	}
}

func TestOnlyTheKeyIsSecret(t *testing.T) {
	for _, f := range play(t).Files {
		if secret := bytes.Contains(f.Data, []byte("PRIVATE KEY")); secret != f.Secret {
			t.Errorf("%s: secret %v, marked %v", f.Name, secret, f.Secret)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := demo.New(); err != nil {
			b.Fatal(err)
		}
	}
}
