package format_test

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/pratique/pratique/format/divoc"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/vectors"
)

// peer asks another implementation of JSON-LD, and node's own cryptography,
// about documents with their proofs.
func peer(t *testing.T, questions []question) []verdict {
	t.Helper()
	if os.Getenv("PRATIQUE_PEERS") != "1" {
		t.Skip("PRATIQUE_PEERS is not 1: not compared with jsonld")
	}
	var in bytes.Buffer
	for _, q := range questions {
		der, err := x509.MarshalPKIXPublicKey(q.public)
		if err != nil {
			t.Fatal(err)
		}
		q.Key = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
		line, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	node := exec.CommandContext(t.Context(), "node", "peer.mjs")
	node.Dir, node.Stdin, node.Stderr = "testdata/peers-jsonld", &in, os.Stderr
	out, err := node.Output()
	if err != nil {
		t.Fatalf("running the peer: %v", err)
	}
	var answers []verdict
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 8<<20)
	for lines.Scan() {
		var v verdict
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, v)
	}
	if len(answers) != len(questions) || len(questions) == 0 {
		t.Fatalf("%d answers for %d questions", len(answers), len(questions))
	}
	return answers
}

type question struct {
	comment  string
	Document json.RawMessage `json:"document"`
	Key      string          `json:"key"`
	DER      bool            `json:"der,omitempty"`
	public   any
	ours     error // what this program says
}

type verdict struct {
	NQuads   string
	Verified bool
	Error    string
}

// Every DIVOC certificate of the vectors that is read here is judged alike by
// the npm package jsonld with node's cryptography, under the key of its issuer:
// the contexts are those that others published.
//
//	(cd testdata/peers-jsonld && npm ci) && PRATIQUE_PEERS=1 go test -run Peer .
func TestPeerAgreesOnDIVOC(t *testing.T) {
	f, err := vectors.Load("formats")
	if err != nil {
		t.Fatal(err)
	}
	l, err := lists.Read("norland-formats.txt", []byte(f.Files["norland-formats.txt"]))
	if err != nil {
		t.Fatal(err)
	}
	keys := l.Set()
	var questions []question
	for _, c := range f.Cases {
		u, err := divoc.Read(c.Text)
		if err != nil {
			continue
		}
		_, err = u.Verify(keys)
		if errors.Is(err, trust.ErrAlgorithm) || errors.Is(err, trust.ErrCritical) {
			continue // the peer does not look at these
		}
		for _, k := range keys.Find(u.KeyID()) {
			if k.Issuer == u.Issuer() {
				questions = append(questions, question{comment: c.Comment, Document: []byte(u.RawSkippingVerification()), public: k.Public, ours: err})
			}
		}
	}
	good := 0
	for i, v := range peer(t, questions) {
		q := questions[i]
		// Where the kind of key is not that of the signature, node throws.
		if v.Verified != (q.ours == nil) || v.Error != "" && !errors.Is(q.ours, trust.ErrSignature) {
			t.Errorf("%s: the peer says %v %s, we say %v", q.comment, v.Verified, v.Error, q.ours)
		}
		if v.Verified {
			good++
		}
	}
	if good < 10 || len(questions)-good < 3 {
		t.Errorf("%d certificates, of which %d are authentic: too few", len(questions), good)
	}
}

// The signature of WHO's trust list, too.
func TestPeerAgreesOnWHOList(t *testing.T) {
	if os.Getenv("PRATIQUE_PEERS") != "1" {
		t.Skip("PRATIQUE_PEERS is not 1: not compared with jsonld")
	}
	const dir = "who/trustlist-dev"
	document := []byte(public(t, filepath.Join(dir, "did.json")))
	pinned, err := lists.PinnedKeys([]byte(public(t, filepath.Join(dir, "signing-did.json"))))
	if err != nil {
		t.Fatal(err)
	}
	altered := bytes.Replace(document, []byte(`"P-256"`), []byte(`"P-384"`), 1)
	questions := []question{{Document: document, DER: true, public: pinned[0]}, {Document: altered, DER: true, public: pinned[0]}}
	for i, v := range peer(t, questions) {
		ours := lists.CheckProof(questions[i].Document, pinned[0])
		if v.Error != "" || v.Verified != (ours == nil) || v.Verified != (i == 0) {
			t.Errorf("document %d: the peer says %v %s, we say %v", i, v.Verified, v.Error, ours)
		}
	}
}
