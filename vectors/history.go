package vectors

import (
	"encoding/json"
	"fmt"
	"time"
)

// HistoryFormat is the first member of history.json.
const HistoryFormat = "pratique-history-vectors/1.0"

// HistorySchema returns the JSON Schema of history.json.
func HistorySchema() []byte {
	b, err := files.ReadFile("schema-history.json")
	if err != nil {
		panic(err)
	}
	return b
}

// LoadHistory returns the vectors of travel histories: stays, border stamps,
// notices and releases, exposure days, checks and area lists. A file without
// cases is an error.
func LoadHistory() (*HistoryFile, error) {
	b, err := files.ReadFile("history.json")
	if err != nil {
		return nil, fmt.Errorf("loading vectors: %w", err)
	}
	var f HistoryFile
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("loading vectors of histories: %w", err)
	}
	if f.Format != HistoryFormat || len(f.Cases) == 0 {
		return nil, fmt.Errorf("loading vectors of histories: not %s, or no cases", HistoryFormat)
	}
	return &f, nil
}

// HistoryFile is a set of vectors of travel histories.
type HistoryFile struct {
	Format  string            `json:"format"`
	About   string            `json:"about"`
	Notes   map[string]Note   `json:"notes"`   // by flag
	Files   map[string]string `json:"files"`   // by name, as text: pratique-trust, pratique-areas
	Keys    []string          `json:"keys"`    // the files whose keys every case trusts
	Holders map[string]Holder `json:"holders"` // by name: travel documents
	Cases   []HistoryCase     `json:"cases"`
}

// Holder is a travel document, as its machine-readable zone has it.
type Holder struct {
	Number  string `json:"number"`
	Country string `json:"country"`
	Birth   string `json:"birth_date"`
}

// HistoryCase is a person's file, a question, and what it says. A case that
// negates another differs from it in one thing alone, and in its answer.
type HistoryCase struct {
	ID       int              `json:"id"`
	Negates  int              `json:"negates,omitempty"`
	Comment  string           `json:"comment"`
	Flags    []string         `json:"flags"`
	Text     string           `json:"text"`            // pratique-history
	Lists    []string         `json:"lists,omitempty"` // files: area lists
	Holder   string           `json:"holder"`          // whose document is shown
	At       time.Time        `json:"at"`              // the verdict, at the offset of its place
	Question *HistoryQuestion `json:"question,omitempty"`
	Want     HistoryWant      `json:"want"`
}

// HistoryQuestion asks whether the holder was in a place within a window.
type HistoryQuestion struct {
	Place   string    `json:"place"` // XA, or XA/01
	From    time.Time `json:"from"`
	Until   time.Time `json:"until,omitzero"`    // none: at
	Transit int       `json:"transit,omitempty"` // hours between an exit and the next entry that need no stay
	Here    string    `json:"here,omitempty"`    // at whose desk the holder stands
}

// HistoryWant is what must be said. Parts, fewest and local are judged where they
// are there, the rest always. Lines are those of the text, from 1.
type HistoryWant struct {
	NoFile   bool          `json:"no_file,omitempty"` // the text is no history at all
	Findings []LineFinding `json:"findings,omitempty"`

	Presence string        `json:"presence,omitempty"` // none: the question has no window
	Grade    string        `json:"grade,omitempty"`
	Parts    []HistoryPart `json:"parts,omitzero"`
	Fewest   []int         `json:"fewest,omitzero"` // lines of stamps

	Orders  []int             `json:"orders,omitempty"`    // lines of the orders in force
	Changes time.Time         `json:"changes_at,omitzero"` // when other orders are
	Days    []ExposureDay     `json:"exposure,omitempty"`  // by date
	Checked map[string]string `json:"checked,omitempty"`   // system: date
	Reads   []LineReading     `json:"reads,omitempty"`     // what a signed line says
	Refused map[string]string `json:"refused,omitempty"`   // list: areas (not one that can be read now), floor, signer
	Local   []LocalLevel      `json:"local,omitzero"`      // what the lists say of the parts
}

// LineFinding is what is wrong with a line.
type LineFinding struct {
	Line int    `json:"line"`
	Code string `json:"code"`
	Kept bool   `json:"kept,omitempty"` // marked, and still used
}

// HistoryPart begins a time of which a history says the same.
type HistoryPart struct {
	From   time.Time `json:"from"`
	Grade  string    `json:"grade"`
	Places []string  `json:"places,omitempty"`
	Sure   bool      `json:"sure,omitempty"`
}

// ExposureDay is a day that counts. By is the jurisdiction that signed it; none:
// the person's own word.
type ExposureDay struct {
	Date   string `json:"date"`
	Risk   string `json:"risk"`
	System string `json:"system"`
	By     string `json:"by,omitempty"`
}

// LineReading is what a code says, field by field.
type LineReading struct {
	Line int               `json:"line"`
	Says map[string]string `json:"says"`
}

// LocalLevel is what an area list says of a place from a moment on: its level,
// or what is lacking.
type LocalLevel struct {
	From  time.Time `json:"from"`
	Place string    `json:"place"`
	Level string    `json:"level,omitempty"`
	Lacks string    `json:"lacks,omitempty"`
	Sure  bool      `json:"sure,omitempty"`
}
