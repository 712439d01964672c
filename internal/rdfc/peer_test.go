package rdfc_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"testing"

	"github.com/pratique/pratique/internal/rdfc"
)

var update = flag.Bool("update", false, "write the contexts for format/testdata/peers-jsonld")

// The contexts that no publisher has in a package stand beside the program that
// compares, as our tables have them.
func TestContextsForThePeer(t *testing.T) {
	const file = "../../format/testdata/peers-jsonld/contexts.json"
	all := map[string]any{}
	for _, url := range append(rdfc.National(), rdfc.JWS2020, rdfc.TNG, rdfc.TNGUAT, rdfc.TNGDEV, rdfc.TestResult) {
		all[url] = rdfc.ContextJSON(url)
	}
	want, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the tables say (%v): go test -run Peer -update", file, err)
	}
}

// What the npm package jsonld does otherwise, and why it is not followed.
var peerDiffers = map[string]string{
	"numbers and booleans": "jsonld takes 1e-7 for a whole number, because JavaScript prints it without a point (JSON-LD 1.1 API, 7.2.2: it is not)",
	"numbers at the edge":  "the same for the smallest number",
	"a ring of three":      "jsonld gives up on three blank nodes that look alike",
}

// Another implementation finds the same statements in every document of the
// vectors.
//
//	(cd format/testdata/peers-jsonld && npm ci) && PRATIQUE_PEERS=1 go test -run Peer ./internal/rdfc
func TestPeerAgreesOnVectors(t *testing.T) {
	if os.Getenv("PRATIQUE_PEERS") != "1" {
		t.Skip("PRATIQUE_PEERS is not 1: not compared with jsonld")
	}
	vs := loadVectors(t)
	var in bytes.Buffer
	for _, v := range vs {
		line, err := json.Marshal(map[string]any{"document": v.Document})
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	node := exec.CommandContext(t.Context(), "node", "peer.mjs")
	node.Dir, node.Stdin, node.Stderr = "../../format/testdata/peers-jsonld", &in, os.Stderr
	out, err := node.Output()
	if err != nil {
		t.Fatalf("running the peer: %v", err)
	}
	answers := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	if len(answers) != len(vs) {
		t.Fatalf("%d answers for %d documents", len(answers), len(vs))
	}
	for i, v := range vs {
		var peer struct{ NQuads, Error string }
		if err := json.Unmarshal(answers[i], &peer); err != nil {
			t.Fatal(err)
		}
		same := peer.Error == "" && peer.NQuads == string(canonical(t, string(v.Document)).NQuads)
		if why := peerDiffers[v.Comment]; same != (why == "") {
			t.Errorf("%s: the peer says the same: %v; explained by %q: %s%s", v.Comment, same, why, peer.Error, peer.NQuads)
		}
	}
}
