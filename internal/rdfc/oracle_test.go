//go:build oracle

package rdfc_test

// The judgement of another implementation, json-gold. It stands behind a tag
// because that library links an HTTP client and its modules are needed for
// nothing else: go test -tags oracle ./internal/rdfc

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/piprate/json-gold/ld"

	"github.com/pratique/pratique/internal/rdfc"
)

// tables gives the other implementation our own tables for contexts.
type tables struct{}

func (tables) LoadDocument(url string) (*ld.RemoteDocument, error) {
	return &ld.RemoteDocument{DocumentURL: url, Document: rdfc.ContextJSON(url)}, nil
}

func oracle(t testing.TB, doc []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(doc, &v); err != nil {
		t.Fatal(err)
	}
	o := ld.NewJsonLdOptions("")
	o.Format, o.Algorithm, o.DocumentLoader = "application/n-quads", ld.AlgorithmURDNA2015, tables{}
	n, err := ld.NewJsonLdProcessor().Normalize(v, o)
	if err != nil {
		t.Fatal(err)
	}
	return n.(string)
}

func TestOracleAgreesOnVectors(t *testing.T) {
	for _, v := range loadVectors(t) {
		t.Run(v.Comment, func(t *testing.T) {
			got, want := string(canonical(t, string(v.Document)).NQuads), oracle(t, v.Document)
			if (got == want) != (v.Differs == "") {
				t.Errorf("differs: %q, got\n%swant\n%s", v.Differs, got, want)
			}
		})
	}
}

// Without statements from a node to itself, which json-gold counts twice.
func TestOracleAgreesOnLabels(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		nodes, links := 2+r.IntN(6), r.IntN(9)
		var edges [][3]int
		for range links {
			a := r.IntN(nodes)
			edges = append(edges, [3]int{a, (a + 1 + r.IntN(nodes-1)) % nodes, r.IntN(2)})
		}
		doc := graph(edges, r.Perm(nodes), r)
		if got, want := string(canonical(t, string(doc)).NQuads), oracle(t, doc); got != want {
			t.Fatalf("%s\ngot\n%swant\n%s", doc, got, want)
		}
	}
}

func TestOracleAgreesOnWHOList(t *testing.T) {
	m, err := rdfc.Decode(public(t, "who/trustlist-dev/did.json"))
	if err != nil {
		t.Fatal(err)
	}
	delete(m, "proof")
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if string(canonical(t, string(b)).NQuads) != oracle(t, b) {
		t.Error("the other implementation differs")
	}
}
