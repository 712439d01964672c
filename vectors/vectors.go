// Package vectors answers one question: what must any program say that reads,
// judges or issues these certificates?
//
// The vectors are data, made by our own tool (cmd at vectors/make) with demo
// keys and invented persons, in JSON files that this package embeds; import it
// to test another implementation in Go, or copy the files to test one in any
// other language. schema.json describes them.
//
// # A file
//
// A [File] has files, worlds, notes and cases. A world is what the verifier
// knows: some of the files, in our public text formats: keys and recognitions (pratique-trust),
// rules (pratique-rules) and withdrawals (pratique-withdrawals). A case is a
// text that was scanned, a question (world, destination, purpose, moment) and
// what must be answered. Its flags name what is odd about it; each flag has a
// note that says what it is, what goes wrong where it is missed, and where it
// was seen or is required.
//
// # Three results
//
//	valid       must be read and verified as said
//	invalid     must be refused as said
//	acceptable  what the field really issued against its own standard: this
//	            program reads it as said, another may refuse it for the same reason
//
// Identifiers of cases are never used again for another case.
//
// # Histories
//
// What a person's travel history proves is in a file of its own form ([HistoryFile],
// schema-history.json): the history as text with codes, the keys and area lists
// that are known, a question, and what must be said of it, line by line.
//
// # Receipts
//
// So are the receipts of decisions at a border ([ReceiptFile],
// schema-receipts.json): a signed text, what the one who checks it knows, the
// code that was judged, and whether it is authentic and agrees.
//
// # Issuing, and rules
//
// What issuers must make ([IssueFile], schema-issue.json) and what engines of
// the rule language must answer ([RulesFile], schema-rules.json) have forms of
// their own, too.
//
// # Bundles
//
// What a verifier relies on, in one signed file ([BundleFile], schema-bundle.json).
//
// # Own colours
//
// And so is what one person holds ([SelfFile], schema-self.json): certificates
// and a history, the rules and area lists of the place, and the colour, its
// reasons, its changes and what was set aside.
package vectors

import (
	"embed"
	"encoding/json"
	"fmt"
	"time"
)

//go:embed *.json
var files embed.FS

// Format is the first member of every file.
const Format = "pratique-vectors/1.0"

// Names are the files, without .json.
func Names() []string { return []string{"hc1", "verdict", "formats"} }

// Schema returns the JSON Schema of the files.
func Schema() []byte {
	b, err := files.ReadFile("schema.json")
	if err != nil {
		panic(err)
	}
	return b
}

// Raw returns the bytes of a file, by its name without .json. It panics if there
// is none.
func Raw(name string) []byte {
	b, err := files.ReadFile(name + ".json")
	if err != nil {
		panic(err)
	}
	return b
}

// Load returns a file by its name. A file without cases is an error.
func Load(name string) (*File, error) {
	b, err := files.ReadFile(name + ".json")
	if err != nil {
		return nil, fmt.Errorf("loading vectors: %w", err)
	}
	var f File
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("loading vectors %s: %w", name, err)
	}
	if f.Format != Format || len(f.Cases) == 0 {
		return nil, fmt.Errorf("loading vectors %s: not %s, or no cases", name, Format)
	}
	return &f, nil
}

// File is a set of vectors.
type File struct {
	Format string            `json:"format"`
	About  string            `json:"about"`
	Notes  map[string]Note   `json:"notes"` // by flag
	Files  map[string]string `json:"files"` // by name, as text
	Worlds map[string]World  `json:"worlds"`
	Cases  []Case            `json:"cases"`
}

// Note says what a flag means.
type Note struct {
	What   string `json:"what"`   // what is odd
	Effect string `json:"effect"` // what goes wrong where it is missed
	Source string `json:"source"` // standard and section, or where it was seen
}

// World is what the verifier knows.
type World struct {
	Files      []string   `json:"files"`                // names
	KeyPolicy  string     `json:"key_policy,omitempty"` // issued (default) or now
	AsOf       *time.Time `json:"as_of,omitempty"`
	HardExpiry *time.Time `json:"hard_expiry,omitempty"`
}

// Case is a text, a question and the answer.
type Case struct {
	ID       int      `json:"id"`
	Comment  string   `json:"comment"`
	Flags    []string `json:"flags,omitempty"`
	Text     string   `json:"text"` // what was scanned
	Question Question `json:"question"`
	Result   string   `json:"result"` // valid, invalid, acceptable
	Want     Want     `json:"want"`
}

// Question is what is asked of the text.
type Question struct {
	World   string    `json:"world"`
	To      string    `json:"to,omitempty"`
	From    string    `json:"from,omitempty"`
	Via     []string  `json:"via,omitempty"`
	Purpose string    `json:"purpose,omitempty"` // empty: entry
	At      time.Time `json:"at"`
	Now     time.Time `json:"now,omitzero"` // zero: at
}

// Want is what must be answered. What is empty is not judged.
type Want struct {
	Verdict  string            `json:"verdict"`
	Reason   string            `json:"reason,omitempty"`  // code of the first reason
	Reasons  []string          `json:"reasons,omitempty"` // codes that must be among the reasons
	Checks   map[string]string `json:"checks,omitempty"`
	Name     string            `json:"name,omitempty"` // of the person
	Birth    string            `json:"birth_date,omitempty"`
	NoPerson bool              `json:"no_person,omitempty"` // nobody may be shown
	Changes  string            `json:"changes_at,omitempty"`
	Payload  json.RawMessage   `json:"payload,omitempty"` // as signed; compare as JSON values
}
