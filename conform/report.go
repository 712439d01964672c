package conform

import (
	"bytes"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/pratique/pratique/internal/signed"
)

// Status is what became of a vector.
type Status string

// What may become of one: the first two are no failures.
const (
	Passed    Status = "passed"
	Declared  Status = "declared"  // the implementation says that it does not do this
	Lenient   Status = "lenient"   // it takes what it must not, or gives a colour nearer to green
	Stricter  Status = "stricter"  // it refuses what it must take, or gives a colour farther from green
	Different Status = "different" // it answers, and otherwise
	Broken    Status = "broken"    // it does not answer
)

var statuses = []Status{Passed, Declared, Lenient, Stricter, Different, Broken}

// Failed reports whether the implementation does not do what it must.
func (s Status) Failed() bool { return s != Passed && s != Declared }

// Report says how an implementation answered.
//
// As a file it is a signed text (package signed) that begins with
// pratique-conformance/1.0 and goes on with the report as one JSON object, a
// member a line. What parses is written again with the same bytes.
type Report struct {
	Program        string         `json:"program"` // the version of the program that asked
	At             time.Time      `json:"at"`
	Vectors        string         `json:"vectors"` // SHA-256, see [Plan.Vectors]
	Command        string         `json:"command"` // how the implementation was reached, as it was typed
	Implementation Implementation `json:"implementation"`
	Passed         bool           `json:"passed"` // nothing failed
	Groups         []Group        `json:"groups"`
	Cases          []Case         `json:"cases"`
}

// Implementation is what it says of itself.
type Implementation struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Roles   []Role   `json:"roles"`
	Formats []string `json:"formats,omitempty"`
	Judges  []string `json:"judges,omitempty"`
}

// Group is a role and a file of vectors, or a format of it.
type Group struct {
	Role  Role           `json:"role"`
	Name  string         `json:"name"`
	Count map[Status]int `json:"count"`
}

// Of is how many vectors a group has.
func (g Group) Of() int {
	n := 0
	for _, c := range g.Count {
		n += c
	}
	return n
}

// Failures are how many of them failed.
func (g Group) Failures() int { return g.Of() - g.Count[Passed] - g.Count[Declared] }

// Case is one vector.
type Case struct {
	Vector  string   `json:"vector"` // "hc1/19": file and identifier
	Role    Role     `json:"role"`
	Group   string   `json:"group"`
	ID      int      `json:"id"`
	Comment string   `json:"comment"`
	Flags   []string `json:"flags,omitempty"`
	Status  Status   `json:"status"`
	Why     string   `json:"why,omitempty"` // of a pass: what was stricter, and may be
}

func (c *Case) set(f finding) { c.Status, c.Why = f.Status, f.Why }

// count makes the groups of the cases, in their order.
func (r *Report) count() {
	r.Groups, r.Passed = nil, true
	for _, c := range r.Cases {
		i := slices.IndexFunc(r.Groups, func(g Group) bool { return g.Role == c.Role && g.Name == c.Group })
		if i < 0 {
			i = len(r.Groups)
			r.Groups = append(r.Groups, Group{c.Role, c.Group, map[Status]int{}})
		}
		r.Groups[i].Count[c.Status]++
		r.Passed = r.Passed && !c.Status.Failed()
	}
}

const head = "pratique-conformance/1.0\n"

// ErrReport means that a text is no report.
var ErrReport = errors.New("no report of conformance")

// Bytes returns the report as a text without signatures.
func (r Report) Bytes() []byte {
	var b bytes.Buffer
	b.WriteString(head)
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	enc.Encode(r) // of our own types, which cannot fail
	return b.Bytes()
}

// Sign returns the report with a signature of an Ed25519 or P-256 key.
func (r Report) Sign(signer crypto.Signer, rand io.Reader) ([]byte, error) {
	b, err := signed.Sign(r.Bytes(), signer, rand)
	if err != nil {
		return nil, fmt.Errorf("signing the report: %w", err)
	}
	return b, nil
}

// Parse reads a report and verifies nothing.
func Parse(data []byte) (Report, error) {
	f, err := signed.Parse(data)
	if err != nil {
		return Report{}, fmt.Errorf("%w: %w", ErrReport, err)
	}
	return parse(f)
}

// Open reads a report that one of the keys signed, and returns the identifiers
// of those that did. Its errors are [ErrReport] and those of package signed.
func Open(data []byte, keys ...crypto.PublicKey) (Report, []string, error) {
	f, by, err := signed.Open(data, keys...)
	if err != nil {
		return Report{}, nil, fmt.Errorf("opening the report: %w", err)
	}
	r, err := parse(f)
	if err != nil {
		return Report{}, nil, err
	}
	return r, by, nil
}

func parse(f signed.File) (Report, error) {
	var r Report
	if !bytes.HasPrefix(f.Text, []byte(head)) {
		return Report{}, fmt.Errorf("%w: its first line is not %s", ErrReport, head[:len(head)-1])
	}
	if err := json.Unmarshal(f.Body(), &r); err != nil {
		return Report{}, fmt.Errorf("%w: its body is not JSON of this form", ErrReport)
	}
	if !bytes.Equal(r.Bytes(), f.Text) {
		return Report{}, fmt.Errorf("%w: it is not as this program writes it", ErrReport)
	}
	counted := r
	counted.count()
	if !bytes.Equal(counted.Bytes(), f.Text) || len(r.Cases) == 0 {
		return Report{}, fmt.Errorf("%w: its sums are not those of its vectors", ErrReport)
	}
	for _, c := range r.Cases {
		if !slices.Contains(statuses, c.Status) {
			return Report{}, fmt.Errorf("%w: vector %s has an unknown status", ErrReport, c.Vector)
		}
	}
	return r, nil
}
