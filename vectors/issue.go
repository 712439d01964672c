package vectors

import (
	"encoding/json"
	"fmt"
	"time"
)

// IssueFormat is the first member of issue.json.
const IssueFormat = "pratique-issue-vectors/1.0"

// IssueSchema returns the JSON Schema of issue.json.
func IssueSchema() []byte { return Raw("schema-issue") }

// LoadIssue returns what issuers must make, and what they must refuse. A file
// without cases is an error.
func LoadIssue() (*IssueFile, error) {
	var f IssueFile
	if err := json.Unmarshal(Raw("issue"), &f); err != nil {
		return nil, fmt.Errorf("loading vectors of issuing: %w", err)
	}
	if f.Format != IssueFormat || len(f.Cases) == 0 {
		return nil, fmt.Errorf("loading vectors of issuing: not %s, or no cases", IssueFormat)
	}
	return &f, nil
}

// IssueFile is a set of vectors for issuers.
type IssueFile struct {
	Format string              `json:"format"`
	About  string              `json:"about"`
	Notes  map[string]Note     `json:"notes"` // by flag
	Keys   map[string]IssueKey `json:"keys"`  // by name: demo keys with their private parts
	Cases  []IssueCase         `json:"cases"`
}

// IssueKey is a demo key. It is no secret, and not meant to be one.
type IssueKey struct {
	KeyID       []byte          `json:"kid"`
	JWK         json.RawMessage `json:"jwk"`
	PKCS8       []byte          `json:"pkcs8"`
	Country     string          `json:"country"`
	Issuer      string          `json:"issuer,omitempty"` // of a SMART Health Card
	Certificate []byte          `json:"certificate,omitempty"`
}

// IssueCase is what shall be made into a code: in the neutral form, and as the
// format has it. What is read from the code must be the neutral form again.
type IssueCase struct {
	ID          int             `json:"id"`
	Comment     string          `json:"comment"`
	Flags       []string        `json:"flags"`
	Format      string          `json:"format"` // hc1, icvp, shc, vds
	Key         string          `json:"key"`
	At          time.Time       `json:"at"`
	Until       time.Time       `json:"until,omitzero"`
	Certificate json.RawMessage `json:"certificate"`
	Payload     json.RawMessage `json:"payload"`
	Result      string          `json:"result"` // valid; invalid: must be refused
}
