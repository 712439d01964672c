package sim

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The limits of a scenario's text.
const (
	maxText  = 64 << 10 // bytes
	maxLines = 500
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
	line := 0
	refuse := func(field, reason string) (Scenario, error) {
		return Scenario{}, &FieldError{Line: line, Field: field, Reason: reason}
	}
	if len(text) > maxText {
		return refuse("", "over 64 KiB")
	}
	if !utf8.Valid(text) {
		return refuse("", "not UTF-8")
	}
	seen := map[string]bool{}
	for l := range bytes.Lines(text) {
		if line++; line > maxLines {
			return refuse("", "over 500 lines")
		}
		said, _, _ := strings.Cut(string(l), "#")
		words := strings.Fields(said)
		if line == 1 {
			if len(words) != 1 || words[0] != header {
				return refuse("", "the first line is not "+header)
			}
			continue
		}
		if len(words) == 0 {
			continue
		}
		name, values := words[0], words[1:]
		if seen[name] {
			return refuse(name, "stands twice")
		}
		switch name {
		case "title":
			s.Title = strings.Join(values, " ")
			if s.Title == "" || len(s.Title) > maxTitle {
				return refuse(name, "not 1 to 200 bytes long")
			}
		case "like":
			if len(seen) > 1 || len(seen) == 1 && !seen["title"] {
				return refuse(name, "stands behind other fields")
			}
			if len(values) != 1 {
				return refuse(name, "takes the name of one scenario")
			}
			if depth >= maxLike {
				return refuse(name, "too deep")
			}
			base, err := like(values[0], depth+1)
			if err != nil {
				return Scenario{}, err
			}
			if s.Title != "" {
				base.Title = s.Title
			}
			s = base
		default:
			if reason := s.setField(name, values); reason != "" {
				return refuse(name, reason)
			}
		}
		seen[name] = true
	}
	if line == 0 {
		return refuse("", "empty")
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
		v, err := strconv.ParseFloat(t, 64)
		if err != nil || strings.ContainsAny(t, "xXpP_") || math.IsNaN(v) || math.IsInf(v, 0) {
			return "takes numbers" // "NaN", "Inf" and 0x1p3 are none
		}
		if !(v >= f.Min && v <= f.Max) {
			return number(v) + " is not between " + number(f.Min) + " and " + number(f.Max)
		}
		if f.whole && v != math.Trunc(v) {
			return number(v) + " is not a whole number"
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
				b.WriteString(number(v))
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
