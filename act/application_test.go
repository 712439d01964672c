package act_test

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/pratique/pratique/act"
)

func TestApplicationIsSignedByAllItsSigners(t *testing.T) {
	a := act.Application{Network: network, Issued: start, Party: admission("XC", 2, 1, 2, 3)}
	text, err := a.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	sign := func(ks ...crypto.Signer) []byte {
		b := bytes.Clone(text)
		for _, k := range ks {
			if b, err = act.AddSignature(b, k, nil); err != nil {
				t.Fatal(err)
			}
		}
		return b
	}
	all := sign(signer("XC", 1), signer("XC", 2), signer("XC", 3))
	got, err := act.OpenApplication(all)
	if err != nil || got.Party.Code != "XC" || len(got.Party.Signers) != 3 {
		t.Fatalf("got %+v, %v", got, err)
	}
	golden(t, "application.txt", all)
	for _, v := range []struct {
		comment string
		data    []byte
		want    act.Reason
	}{
		{"one signer has not signed: has the applicant its key?", sign(signer("XC", 1), signer("XC", 2)), act.Quorum},
		{"nobody has", text, act.Unsigned},
		{"somebody else has", sign(key("thief")), act.Unsigned},
		{"changed", bytes.Replace(all, []byte("Country XC"), []byte("Country XD"), 1), act.BadSignature},
		{"another kind", bytes.Replace(text, []byte("party XC"), []byte("tariff XC"), 1), act.Newer},
		{"an act", n0(t, admission("XC", 1, 1), 1), act.Malformed},
		{"rubbish", []byte("rubbish"), act.Malformed},
		{"of a later major", bytes.Replace(text, []byte("/1.0"), []byte("/2.0"), 1), act.Newer},
	} {
		if got, err := act.OpenApplication(v.data); act.ReasonOf(err) != v.want || got.Party.Code != "" {
			t.Errorf("%s: %v, want %s", v.comment, err, v.want)
		}
	}
}

// The words are those of the published scheme: 127.0.0.1 is lusab-babad.
func TestSpokenFingerprints(t *testing.T) {
	words, digits := act.Spoken([32]byte{127, 0, 0, 1, 63, 84, 220, 193, 255, 255})
	if got := strings.Join(words[:5], " "); got != "lusab babad gutih tugad zuzuz" {
		t.Errorf("got %s", got)
	}
	if digits[0] != "32512" || digits[1] != "00001" || digits[4] != "65535" || digits[15] != "00000" {
		t.Errorf("got %v", digits)
	}
	seen := map[string]bool{}
	for n := range 1 << 16 {
		w, _ := act.Spoken([32]byte{byte(n >> 8), byte(n)})
		seen[w[0]] = true
	}
	if len(seen) != 1<<16 {
		t.Errorf("%d words for %d values", len(seen), 1<<16)
	}
	a, _ := act.Spoken(sha256.Sum256([]byte("a")))
	b, _ := act.Spoken(sha256.Sum256([]byte("b")))
	if a == b {
		t.Error("two texts, one fingerprint")
	}
}
