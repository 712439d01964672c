package lists

import (
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pratique/pratique/internal/rdfc"
)

// ErrProof means that a document's proof does not verify under the key.
var ErrProof = errors.New("the document's signature does not verify under the key")

// CheckProof verifies the signature of a DID document of WHO's trust list
// (version 2) under a P-256 key.
//
// The proof is a JsonWebSignature2020 as WHO makes it: a detached JWS (RFC 7515,
// RFC 7797 with b64 false) over
//
//	header "." SHA-256(proof) SHA-256(document)
//
// where proof is the canonical N-Quads of the proof without its jws, with the
// document's contexts, and document those of the document without its proof.
// The signature is in ASN.1 and not, as JWS asks, r and s: both are read.
//
// A proof that verifies does not cover what JSON-LD drops; [Read] takes only
// entries that are covered.
func CheckProof(document []byte, key crypto.PublicKey) error {
	doc, err := rdfc.Decode(document)
	if err != nil {
		return fmt.Errorf("checking proof: %w", err)
	}
	p, err := readProof(doc)
	if err != nil {
		return fmt.Errorf("checking proof: %w", err)
	}
	if !p.verifies(key) {
		return fmt.Errorf("checking proof: %w", ErrProof)
	}
	return nil
}

// proof is what a document's signature is checked with.
type proof struct {
	hash      []byte // that was signed
	signature []byte
	document  rdfc.Canonical
}

func (p proof) verifies(key crypto.PublicKey) bool { return verifyES256(key, p.hash, p.signature) }

func readProof(doc map[string]any) (proof, error) {
	for _, c := range members(doc, "@context") {
		if !slices.Contains([]string{rdfc.DID, rdfc.JWS2020, rdfc.TNG, rdfc.TNGUAT, rdfc.TNGDEV}, c) {
			return proof{}, fmt.Errorf("the context %q is none of a trust list", printable(c))
		}
	}
	stated, ok := doc["proof"].(map[string]any)
	if !ok || member(stated, "type") != "JsonWebSignature2020" || member(stated, "proofPurpose") != "assertionMethod" {
		return proof{}, errors.New("not one proof of the type JsonWebSignature2020")
	}
	header, signature, ok := strings.Cut(member(stated, "jws"), "..")
	if !ok || !detached(header) {
		return proof{}, errors.New("not a detached JWS with the algorithm ES256 and b64 false")
	}
	sig, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return proof{}, errors.New("the signature is not base64")
	}
	options, body := maps.Clone(stated), maps.Clone(doc)
	delete(options, "jws")
	delete(body, "proof")
	options["@context"] = doc["@context"]
	first, err := rdfc.Canonicalize(options)
	if err != nil {
		return proof{}, err
	}
	second, err := rdfc.Canonicalize(body)
	if err != nil {
		return proof{}, err
	}
	d1, d2 := first.Hash(), second.Hash()
	hash := sha256.Sum256(slices.Concat([]byte(header+"."), d1[:], d2[:]))
	return proof{hash[:], sig, second}, nil
}

// detached reports whether a JWS header is the one of these proofs: a critical
// parameter that is not understood would change what is signed.
func detached(header string) bool {
	b, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil {
		return false
	}
	h, err := rdfc.Decode(b)
	return err == nil && h["alg"] == "ES256" && h["b64"] == false && len(h) == 3 && slices.Equal(members(h, "crit"), []string{"b64"})
}
