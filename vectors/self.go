package vectors

import (
	"encoding/json"
	"fmt"
	"time"
)

// SelfFormat is the first member of self.json.
const SelfFormat = "pratique-self-vectors/1.0"

// SelfSchema returns the JSON Schema of self.json.
func SelfSchema() []byte {
	b, err := files.ReadFile("schema-self.json")
	if err != nil {
		panic(err)
	}
	return b
}

// LoadSelf returns the vectors of people's own colours. A file without cases is
// an error.
func LoadSelf() (*SelfFile, error) {
	b, err := files.ReadFile("self.json")
	if err != nil {
		return nil, fmt.Errorf("loading vectors: %w", err)
	}
	var f SelfFile
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("loading vectors of own colours: %w", err)
	}
	if f.Format != SelfFormat || len(f.Cases) == 0 {
		return nil, fmt.Errorf("loading vectors of own colours: not %s, or no cases", SelfFormat)
	}
	return &f, nil
}

// SelfFile is a set of vectors of people's own colours.
type SelfFile struct {
	Format  string            `json:"format"`
	About   string            `json:"about"`
	Notes   map[string]Note   `json:"notes"`   // by flag
	Files   map[string]string `json:"files"`   // by name, as text: pratique-trust, pratique-areas, pratique-rules
	Keys    []string          `json:"keys"`    // the files whose keys every case trusts
	Holders map[string]Holder `json:"holders"` // by name: travel documents
	Cases   []SelfCase        `json:"cases"`
}

// SelfCase is what a person holds, and the colour that it gives. A case that
// negates another differs from it in one thing alone, and in its answer.
type SelfCase struct {
	ID      int       `json:"id"`
	Negates int       `json:"negates,omitempty"`
	Comment string    `json:"comment"`
	Flags   []string  `json:"flags"`
	Text    string    `json:"text"`             // pratique-history
	Codes   []string  `json:"codes,omitempty"`  // of certificates
	Rules   []string  `json:"rules,omitempty"`  // files
	Lists   []string  `json:"lists,omitempty"`  // files: area lists
	Holder  string    `json:"holder,omitempty"` // whose document is known; empty: none is
	In      string    `json:"in"`               // XA, or XA/01: where the person is
	At      time.Time `json:"at"`
	Want    SelfWant  `json:"want"`
}

// SelfWant is the answer.
type SelfWant struct {
	Verdict string      `json:"verdict"`
	Reasons []string    `json:"reasons"` // codes, in their order
	Changes time.Time   `json:"changes_at,omitzero"`
	To      string      `json:"changes_to,omitempty"`
	Green   time.Time   `json:"green_at,omitzero"`
	Aside   []SelfAside `json:"aside,omitempty"`
}

// SelfAside is a thing that is set aside, or marked and used all the same.
type SelfAside struct {
	Kind   string `json:"kind"`
	Index  int    `json:"index"` // among the codes, or the items of the kind
	Reason string `json:"reason"`
	Kept   bool   `json:"kept,omitempty"`
}
