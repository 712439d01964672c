package rdfc_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/rdfc"
)

// public returns a public file, or skips the test where there are none.
func public(t testing.TB, path string) []byte {
	t.Helper()
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	b, err := os.ReadFile(filepath.Join(dir, path))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func canonical(t testing.TB, doc string) rdfc.Canonical {
	t.Helper()
	m, err := rdfc.Decode([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	c, err := rdfc.Canonicalize(m)
	if err != nil {
		t.Fatalf("%v\n%s", err, doc)
	}
	return c
}

const (
	didOnly  = `"@context":"https://www.w3.org/ns/did/v1"`
	contexts = `"@context":["https://www.w3.org/ns/did/v1","https://w3id.org/security/suites/jws-2020/v1","https://smart.who.int/trust/tng-context/v1-DEV.jsonld"]`
)

// vector is one document of testdata/canonical.json.
type vector struct {
	Comment  string          `json:"comment"`
	Document json.RawMessage `json:"document"`
	NQuads   []string        `json:"nquads"`
	Dropped  []string        `json:"dropped"`
	Differs  string          `json:"differs"` // why json-gold gives another form
}

func loadVectors(t testing.TB) []vector {
	t.Helper()
	b, err := os.ReadFile("testdata/canonical.json")
	if err != nil {
		t.Fatal(err)
	}
	var vs []vector
	if err := json.Unmarshal(b, &vs); err != nil {
		t.Fatal(err)
	}
	if len(vs) == 0 {
		t.Fatal("no vectors")
	}
	return vs
}

func TestCanonicalForm(t *testing.T) {
	for _, v := range loadVectors(t) {
		t.Run(v.Comment, func(t *testing.T) {
			c := canonical(t, string(v.Document))
			want := ""
			for _, l := range v.NQuads {
				want += l + "\n"
			}
			if got := string(c.NQuads); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			if got := drops(c); !slices.Equal(got, v.Dropped) {
				t.Errorf("dropped %q, want %q", got, v.Dropped)
			}
		})
	}
}

func drops(c rdfc.Canonical) []string {
	var got []string
	for _, d := range c.Dropped {
		got = append(got, d.Path+" "+d.Why)
	}
	return got
}

// Random graphs of blank nodes, self-links too: the labels must not depend on
// how the document names its nodes or orders its parts.
func TestLabelsDoNotDependOnTheDocument(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		nodes, links := 2+r.IntN(6), r.IntN(9)
		var edges [][3]int
		for range links {
			edges = append(edges, [3]int{r.IntN(nodes), r.IntN(nodes), r.IntN(2)})
		}
		doc := graph(edges, r.Perm(nodes), r)
		want := canonical(t, string(doc)).NQuads
		for range 3 {
			other := graph(edges, r.Perm(nodes), r)
			if got := canonical(t, string(other)).NQuads; !bytes.Equal(got, want) {
				t.Fatalf("%s\n%s\ngot\n%swant\n%s", doc, other, got, want)
			}
		}
	}
}

func graph(edges [][3]int, names []int, r *rand.Rand) []byte {
	var nodes []string
	for _, i := range r.Perm(len(edges)) {
		e := edges[i]
		nodes = append(nodes, fmt.Sprintf(`{"id":"_:n%d","%s":"_:n%d"}`, names[e[0]], []string{"controller", "alsoKnownAs"}[e[2]], names[e[1]]))
	}
	return []byte(`{` + didOnly + `,"id":"x:top","keyAgreement":[` + strings.Join(nodes, ",") + `]}`)
}

func TestPoisonedGraphIsRefused(t *testing.T) {
	var edges [][3]int
	for a := range 12 { // every node linked to every other: 12! orders
		for b := range 12 {
			if a != b {
				edges = append(edges, [3]int{a, b, 0})
			}
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	m, err := rdfc.Decode(graph(edges, r.Perm(12), r))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rdfc.Canonicalize(m); !errors.Is(err, rdfc.ErrLimit) {
		t.Errorf("got %v, want %v", err, rdfc.ErrLimit)
	}
}

func TestDroppedPartsAreNamed(t *testing.T) {
	c := canonical(t, `{`+contexts+`,"id":"did:web:x","colour":"blue","verificationMethod":[
		{"id":"did:web:x#1","type":"JsonWebKey2020","publicKeyJwk":{}},
		{"id":"did:web:x#2 added","type":"JsonWebKey2020","publicKeyJwk":{}},
		{"id":"did:web:x#3","type":"JsonWebKey2021","publicKeyJwk":{},"PublicKeyJwk":{}},
		{"id":"did:web:x#4","a/b~c":1,"_:p":1}]}`)
	got := drops(c)
	want := []string{
		"/colour undefined_term",
		"/verificationMethod/1/id bad_iri", "/verificationMethod/1/publicKeyJwk bad_iri", "/verificationMethod/1/type bad_iri", "/verificationMethod/1 bad_iri",
		"/verificationMethod/2/PublicKeyJwk undefined_term", "/verificationMethod/2/publicKeyJwk undefined_term", "/verificationMethod/2/type bad_iri",
		"/verificationMethod/3/_:p blank_property", "/verificationMethod/3/a~1b~0c undefined_term",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for path, covered := range map[string]bool{
		"/verificationMethod/0": true, "/verificationMethod/0/publicKeyJwk": true, "/verificationMethod/1": false,
		"/verificationMethod/1/controller": false, "/verificationMethod/2": false, "/verificationMethod/2/id": true,
		"/verificationMethod": false, "/verificationMethod/10": true,
	} {
		if c.Covers(path) != covered {
			t.Errorf("Covers(%s) = %v", path, !covered)
		}
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"k%d":0,`, i)
	}
	return b.String()
}

func numbers(n int) string {
	var s []string
	for i := range n {
		s = append(s, fmt.Sprint(i))
	}
	return strings.Join(s, ",")
}

func TestRefusals(t *testing.T) {
	deep := strings.Repeat(`{"id":"x:y","controller":`, 70) + `1` + strings.Repeat(`}`, 70)
	for _, v := range []struct {
		comment, doc string
		want         error
	}{
		{"not JSON", `{`, rdfc.ErrJSON},
		{"an array", `[]`, rdfc.ErrJSON},
		{"a key twice", `{"a":1,"a":2}`, rdfc.ErrJSON},
		{"a key twice, spelt differently", `{"a":{"b":1,"\u0062":2}}`, rdfc.ErrJSON},
		{"two values", `{} {}`, rdfc.ErrJSON},
		{"not UTF-8", "{\"a\":\"\xff\"}", rdfc.ErrJSON},
		{"too deep", deep, rdfc.ErrLimit},
		{"a context that is not bundled", `{"@context":"https://www.w3.org/ns/odrl.jsonld"}`, rdfc.ErrContext},
		{"a context of nearly the name", `{"@context":"https://www.w3.org/ns/did/v1/"}`, rdfc.ErrContext},
		{"a context in the document", `{"@context":[{"id":"@id"}]}`, rdfc.ErrContext},
		{"no context", `{"@context":null}`, rdfc.ErrContext},
		{"too many contexts", `{"@context":[` + strings.Repeat(`"https://www.w3.org/ns/did/v1",`, 16) + `"https://www.w3.org/ns/did/v1"]}`, rdfc.ErrLimit},
		{"contexts one upon another", strings.Repeat(`{"@context":[`+strings.Repeat(`"https://www.w3.org/ns/did/v1",`, 15)+`"https://www.w3.org/ns/did/v1"],"controller":`, 20) + `1` + strings.Repeat(`}`, 20), rdfc.ErrLimit},
		{"many dropped parts", `{` + contexts + `,"proof":{` + strings.TrimSuffix(manyKeys(rdfc.MaxDropped+1), ",") + `}}`, rdfc.ErrLimit},
		{"a long name said often", `{` + contexts + `,"id":"x:` + strings.Repeat("y", 1<<20) + `","proof":[` + numbers(200) + `]}`, rdfc.ErrLimit},
		{"two names", `{` + didOnly + `,"id":"x:y","@id":"x:z"}`, rdfc.ErrInvalid},
		{"two types", `{` + didOnly + `,"type":"x:y","@type":"x:z"}`, rdfc.ErrInvalid},
		{"a name that is no text", `{` + didOnly + `,"id":5}`, rdfc.ErrInvalid},
		{"a type that is no text", `{` + didOnly + `,"type":[{}]}`, rdfc.ErrInvalid},
		{"a list", `{` + didOnly + `,"controller":{"@list":[]}}`, rdfc.ErrUnsupported},
		{"a value that is a graph", `{"@context":"` + rdfc.Credentials + `","proof":{}}`, rdfc.ErrUnsupported},
		{"a value that is a list", `{"@context":"` + rdfc.SecurityV2 + `","capabilityChain":[]}`, rdfc.ErrUnsupported},
		{"a graph", `{"@graph":[]}`, rdfc.ErrUnsupported},
		{"reversed", `{"@reverse":{}}`, rdfc.ErrUnsupported},
		{"a value with a language and a type", `{` + contexts + `,"proof":{"@value":"a","@language":"fr","@type":"x:t"}}`, rdfc.ErrInvalid},
		{"a language that would end the statement", `{` + contexts + `,"proof":{"@value":"a","@language":"fr . <x:y>"}}`, rdfc.ErrInvalid},
		{"a type that would end the statement", `{` + contexts + `,"proof":{"@value":"a","@type":"x:t> ."}}`, rdfc.ErrInvalid},
		{"a path relative to a base", `{` + contexts + `,"domain":{"code":"../other"}}`, rdfc.ErrUnsupported},
		{"a number that no float holds", `{` + contexts + `,"proof":1e999}`, rdfc.ErrInvalid},
		{"an empty reference to a base", `{` + contexts + `,"domain":{"code":""}}`, rdfc.ErrUnsupported},
	} {
		t.Run(v.comment, func(t *testing.T) {
			m, err := rdfc.Decode([]byte(v.doc))
			if err == nil {
				_, err = rdfc.Canonicalize(m)
			}
			if !errors.Is(err, v.want) {
				t.Errorf("got %v, want %v", err, v.want)
			}
		})
	}
}

// The tables say of WHO's contexts what the public files say.
func TestTablesAreThePublicContexts(t *testing.T) {
	for url, file := range map[string]string{rdfc.TNG: "v1", rdfc.TNGUAT: "v1-UAT", rdfc.TNGDEV: "v1-DEV"} {
		var want map[string]any
		if err := json.Unmarshal(public(t, "who/trustlist-dev/tng-context-"+file+".jsonld"), &want); err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(rdfc.ContextJSON(url))
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %s", url, b)
		}
	}
}

// WHO's own list: nothing of it is dropped. (That its signature verifies over
// these statements is proven in trust/lists.)
func TestWHOList(t *testing.T) {
	b := public(t, "who/trustlist-dev/did.json")
	m, err := rdfc.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	delete(m, "proof")
	c, err := rdfc.Canonicalize(m)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Dropped) != 0 {
		t.Errorf("dropped %v", c.Dropped)
	}
	if n := bytes.Count(c.NQuads, []byte("\n")); n != 1786 { // 255 keys of 7, and the controller
		t.Errorf("%d statements", n)
	}
}

func FuzzCanonicalize(f *testing.F) {
	for _, v := range loadVectors(f) {
		f.Add([]byte(v.Document))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := rdfc.Decode(b)
		if err != nil {
			return
		}
		c, err := rdfc.Canonicalize(m)
		if err != nil {
			return
		}
		again, err := json.Marshal(m) // the same, written down otherwise
		if err != nil {
			t.Fatal(err)
		}
		if d := canonical(t, string(again)); !bytes.Equal(c.NQuads, d.NQuads) {
			t.Errorf("the form depends on how the document is written:\n%s\n%s", c.NQuads, d.NQuads)
		}
		for line := range bytes.Lines(c.NQuads) {
			if !bytes.HasSuffix(line, []byte(" .\n")) || bytes.ContainsRune(line, '\r') {
				t.Errorf("a line that is no statement: %q", line)
			}
		}
	})
}

func BenchmarkCanonicalizeWHO(b *testing.B) {
	data := public(b, "who/trustlist-dev/did.json")
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		m, err := rdfc.Decode(data)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := rdfc.Canonicalize(m); err != nil {
			b.Fatal(err)
		}
	}
}

// The benchmark's twin that needs no public file: a ring of alike blank nodes.
func BenchmarkCanonicalizeAlike(b *testing.B) {
	var edges [][3]int
	for i := range 20 {
		edges = append(edges, [3]int{i, (i + 1) % 20, 0})
	}
	r := rand.New(rand.NewPCG(5, 6))
	doc := graph(edges, r.Perm(20), r)
	m, err := rdfc.Decode(doc)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := rdfc.Canonicalize(m); err != nil {
			b.Fatal(err)
		}
	}
}
