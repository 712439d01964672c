package sim

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pratique/pratique/internal/lines"
)

// The limits of a scenario's text, beside those of package lines.
const (
	maxTitle = 200 // bytes
	maxLike  = 4   // shipped scenarios may stand upon each other so deep
)

const header = "pratique-scenario/1.0"

//go:embed scenarios/*.txt
var shipped embed.FS

// Names are the names of the scenarios that come with the program.
func Names() []string {
	files, _ := fs.Glob(shipped, "scenarios/*.txt")
	for i, f := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(f, "scenarios/"), ".txt")
	}
	return files
}

// ShippedText is the text of a scenario that comes with the program.
func ShippedText(name string) ([]byte, bool) {
	if !slices.Contains(Names(), name) {
		return nil, false
	}
	b, err := shipped.ReadFile("scenarios/" + name + ".txt")
	return b, err == nil
}

// Shipped is a scenario that comes with the program.
func Shipped(name string) (Scenario, error) { return like(name, 0) }

func like(name string, depth int) (Scenario, error) {
	text, ok := ShippedText(name)
	if !ok {
		return Scenario{}, &FieldError{Field: "like", Reason: "there is no scenario " + strconv.Quote(name) + "; there are " + strings.Join(Names(), ", ")}
	}
	return parse(text, depth)
}

// Parse reads a scenario; the package comment has the grammar. The scenario is
// checked; an error is a [*FieldError].
func Parse(text []byte) (Scenario, error) { return parse(text, 0) }

func parse(text []byte, depth int) (Scenario, error) {
	var s Scenario
	var behind error // what is wrong with the scenario that it is like
	seen := map[string]bool{}
	fault := lines.Read(text, header, func(name string, values []string) (reason string) {
		switch name {
		case "title":
			s.Title = strings.Join(values, " ")
			if s.Title == "" || len(s.Title) > maxTitle {
				return "not 1 to 200 bytes long"
			}
		case "like":
			if len(seen) > 1 || len(seen) == 1 && !seen["title"] {
				return "stands behind other fields"
			}
			if len(values) != 1 {
				return "takes the name of one scenario"
			}
			if depth >= maxLike {
				return "too deep"
			}
			base, err := like(values[0], depth+1)
			if err != nil {
				behind = err
				return err.Error()
			}
			if s.Title != "" {
				base.Title = s.Title
			}
			s = base
		default:
			if reason := s.setField(name, values); reason != "" {
				return reason
			}
		}
		seen[name] = true
		return ""
	})
	switch {
	case behind != nil:
		return Scenario{}, behind
	case fault.Reason != "":
		return Scenario{}, &FieldError{fault.Line, fault.Field, fault.Reason}
	}
	if !seen["like"] {
		for _, f := range fields {
			if !seen[f.Name] {
				return Scenario{}, &FieldError{Field: f.Name, Reason: "missing, and the scenario is like no other"}
			}
		}
	}
	if err := s.Check(); err != nil {
		return Scenario{}, err
	}
	return s, nil
}

// Set gives a field new values, as its line in a text would, and checks the
// scenario. On error it is unchanged.
func (s *Scenario) Set(name string, values ...string) error {
	next := *s
	if reason := next.setField(name, values); reason != "" {
		return &FieldError{Field: name, Reason: reason}
	}
	if err := next.Check(); err != nil {
		return err
	}
	*s = next
	return nil
}

func (s *Scenario) setField(name string, texts []string) (reason string) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return "there is no such field"
	}
	f := &fields[i]
	if len(texts) != f.Values {
		return "takes " + strconv.Itoa(f.Values) + " values, not " + strconv.Itoa(len(texts))
	}
	values := make([]float64, len(texts))
	for i, t := range texts {
		if f.yes {
			if t != "yes" && t != "no" {
				return "takes yes or no"
			}
			if t == "yes" {
				values[i] = 1
			}
			continue
		}
		v, reason := lines.Number(t, f.Min, f.Max)
		if reason != "" {
			return reason
		}
		if f.whole && v != math.Trunc(v) {
			return lines.Text(v) + " is not a whole number"
		}
		values[i] = v
	}
	f.set(s, values)
	return ""
}

// String is the text of a scenario with every field. [Parse] reads it back.
func (s *Scenario) String() string {
	var b strings.Builder
	b.WriteString(header + "\n")
	if s.Title != "" {
		b.WriteString("title " + s.Title + "\n")
	}
	for _, f := range fields {
		b.WriteString(f.Name)
		for _, v := range f.values(s) {
			b.WriteByte(' ')
			switch {
			case f.yes && v == 1:
				b.WriteString("yes")
			case f.yes:
				b.WriteString("no")
			default:
				b.WriteString(lines.Text(v))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Hash is the SHA-256 of [Scenario.String] without the title: what a result
// depends on, beside the seed and the program.
func (s *Scenario) Hash() string {
	t := *s
	t.Title = ""
	h := sha256.Sum256([]byte(t.String()))
	return hex.EncodeToString(h[:])
}
