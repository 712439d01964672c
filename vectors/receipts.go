package vectors

import (
	"encoding/json"
	"fmt"
)

// ReceiptsFormat is the first member of receipts.json.
const ReceiptsFormat = "pratique-receipt-vectors/1.0"

// ReceiptsSchema returns the JSON Schema of receipts.json.
func ReceiptsSchema() []byte {
	b, err := files.ReadFile("schema-receipts.json")
	if err != nil {
		panic(err)
	}
	return b
}

// LoadReceipts returns the vectors of receipts. A file without cases is an error.
func LoadReceipts() (*ReceiptFile, error) {
	b, err := files.ReadFile("receipts.json")
	if err != nil {
		return nil, fmt.Errorf("loading vectors: %w", err)
	}
	var f ReceiptFile
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("loading vectors of receipts: %w", err)
	}
	if f.Format != ReceiptsFormat || len(f.Cases) == 0 {
		return nil, fmt.Errorf("loading vectors of receipts: not %s, or no cases", ReceiptsFormat)
	}
	return &f, nil
}

// ReceiptFile is a set of vectors of receipts: what a traveller leaves with
// after a decision at a border. Worlds and files are as in [File].
type ReceiptFile struct {
	Format string            `json:"format"`
	About  string            `json:"about"`
	Notes  map[string]Note   `json:"notes"` // by flag
	Files  map[string]string `json:"files"` // by name, as text
	Worlds map[string]World  `json:"worlds"`
	Cases  []ReceiptCase     `json:"cases"`
}

// ReceiptCase is a receipt, what the one who checks it knows, and what must be
// answered. Where Code is not empty, and the receipt is authentic, the question
// is asked again.
type ReceiptCase struct {
	ID       int         `json:"id"`
	Comment  string      `json:"comment"`
	Flags    []string    `json:"flags"`
	Receipt  string      `json:"receipt"` // with its signatures
	World    string      `json:"world"`
	Code     string      `json:"code,omitempty"` // the health code, as it was scanned
	From     string      `json:"from,omitempty"` // the way, as the traveller tells it; the end of it is on the receipt
	Via      []string    `json:"via,omitempty"`
	Passport string      `json:"passport,omitempty"` // its lines
	Result   string      `json:"result"`             // valid: authentic; invalid: not, or nobody can say
	Want     ReceiptWant `json:"want"`
}

// ReceiptWant is what must be answered. What is empty is not judged, but the
// differences are, in their order, where an agreement is wanted.
type ReceiptWant struct {
	// Opened is authentic; or why not: not_a_receipt (it breaks the grammar, or
	// its decision cannot stand), later_version, unsigned, unknown_key,
	// signature, use (the key may not sign receipts), country (it is not one of
	// the destination), time (it was not in force).
	Opened string `json:"opened"`

	Verdict string `json:"verdict,omitempty"` // that it says
	Outcome string `json:"outcome,omitempty"`

	Agreement   string   `json:"agreement,omitempty"`   // agrees, disagrees, undecided, another_code
	Differences []string `json:"differences,omitempty"` // codes
	Again       string   `json:"again,omitempty"`       // the verdict of the question asked again
}
