package vectors

import (
	"encoding/json"
	"fmt"
)

// RulesFormat is the first member of rules.json.
const RulesFormat = "pratique-rules-vectors/1.0"

// RulesSchema returns the JSON Schema of rules.json.
func RulesSchema() []byte { return Raw("schema-rules") }

// LoadRules returns what an engine of CertLogic must answer. A file without
// cases is an error.
func LoadRules() (*RulesFile, error) {
	var f RulesFile
	if err := json.Unmarshal(Raw("rules"), &f); err != nil {
		return nil, fmt.Errorf("loading vectors of rules: %w", err)
	}
	if f.Format != RulesFormat || len(f.Cases) == 0 {
		return nil, fmt.Errorf("loading vectors of rules: not %s, or no cases", RulesFormat)
	}
	return &f, nil
}

// RulesFile is a set of vectors for rule engines.
type RulesFile struct {
	Format string          `json:"format"`
	About  string          `json:"about"`
	Notes  map[string]Note `json:"notes"` // by flag
	Cases  []RulesCase     `json:"cases"`
}

// RulesCase is an expression of CertLogic, data, and its value, or that there is none.
type RulesCase struct {
	ID      int             `json:"id"`
	Comment string          `json:"comment"`
	Flags   []string        `json:"flags"`
	Logic   json.RawMessage `json:"logic"`
	Data    json.RawMessage `json:"data,omitempty"` // absent: null
	Want    json.RawMessage `json:"want,omitempty"`
	Error   bool            `json:"error,omitempty"` // there is no answer
}
