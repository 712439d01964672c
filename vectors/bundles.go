package vectors

import (
	"encoding/json"
	"fmt"
)

// BundlesFormat is the first member of bundle.json.
const BundlesFormat = "pratique-bundle-vectors/1.0"

// BundlesSchema returns the JSON Schema of bundle.json.
func BundlesSchema() []byte {
	b, err := files.ReadFile("schema-bundle.json")
	if err != nil {
		panic(err)
	}
	return b
}

// LoadBundles returns the vectors of bundles. A file without cases is an error.
func LoadBundles() (*BundleFile, error) {
	b, err := files.ReadFile("bundle.json")
	if err != nil {
		return nil, fmt.Errorf("loading vectors: %w", err)
	}
	var f BundleFile
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("loading vectors of bundles: %w", err)
	}
	if f.Format != BundlesFormat || len(f.Cases) == 0 {
		return nil, fmt.Errorf("loading vectors of bundles: not %s, or no cases", BundlesFormat)
	}
	return &f, nil
}

// BundleFile is a set of vectors of bundles: what a verifier relies on, in one
// signed file.
type BundleFile struct {
	Format string          `json:"format"`
	About  string          `json:"about"`
	Notes  map[string]Note `json:"notes"` // by flag
	Cases  []BundleCase    `json:"cases"`
}

// BundleCase is a bundle, and the key that its verifier was given.
type BundleCase struct {
	ID      int      `json:"id"`
	Comment string   `json:"comment"`
	Flags   []string `json:"flags"`
	Bundle  []byte   `json:"bundle"`          // in base64
	Delta   []byte   `json:"delta,omitempty"` // to be applied to it before it is judged
	Pin     string   `json:"pin"`             // SHA-256 of the signer's SubjectPublicKeyInfo
	Program string   `json:"program,omitempty"`
	Result  string   `json:"result"` // valid, or invalid: it must not be relied on

	// Of one that is invalid, why: torn, unsigned, signer, changed, format, version, other (the delta is for another bundle).
	Why string `json:"why,omitempty"`
	// Of one that is valid:
	Digest       string `json:"digest,omitempty"` // SHA-256 of its text
	Series       string `json:"series,omitempty"`
	Keys         int    `json:"keys,omitempty"`
	Recognitions int    `json:"recognitions,omitempty"`
	Rules        int    `json:"rules,omitempty"`
	Withdrawals  int    `json:"withdrawals,omitempty"`
	Unknown      string `json:"unknown,omitempty"` // what makes every answer grey
}
