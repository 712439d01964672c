package conform_test

import (
	"crypto/rand"
	"encoding/json"
	"testing"

	"github.com/pratique/pratique/conform"
)

func newPlan(t *testing.T) *conform.Plan {
	t.Helper()
	p, err := conform.New()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// own asks this program, through the protocol's JSON.
func own(q conform.Request) (conform.Answer, error) {
	b, err := json.Marshal(q)
	if err != nil {
		return conform.Answer{}, err
	}
	var asked conform.Request
	if err := json.Unmarshal(b, &asked); err != nil {
		return conform.Answer{}, err
	}
	if b, err = json.Marshal(conform.Own{Version: "test", Rand: rand.Reader}.Answer(asked)); err != nil {
		return conform.Answer{}, err
	}
	return conform.ParseAnswer(b, q.ID)
}

// This program answers every vector of every role as it must, and none is declared.
func TestThisProgramConforms(t *testing.T) {
	p := newPlan(t)
	r, err := p.Run(own, conform.Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Cases {
		if c.Status != conform.Passed || c.Why != "" {
			t.Errorf("%s %s (%s): %s: %s", c.Role, c.Vector, c.Comment, c.Status, c.Why)
		}
	}
	if !r.Passed {
		t.Error("the report says that something failed")
	}
	for role, least := range map[conform.Role]int{conform.Reader: 200, conform.Verifier: 350, conform.Issuer: 20, conform.Rules: 200} {
		if n := p.Len(role); n < least {
			t.Errorf("%d vectors for a %s, want %d", n, role, least)
		}
	}
}
