package border

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The limits of a setting's text.
const (
	maxText  = 64 << 10 // bytes
	maxLines = 500
	maxTitle = 200 // bytes
)

const header = "pratique-border/1.0"

// Parse reads a setting; the package comment has the grammar. The setting is
// checked; an error is a [*FieldError].
func Parse(text []byte) (Setting, error) {
	s := Default()
	line := 0
	refuse := func(field, reason string) (Setting, error) {
		return Setting{}, &FieldError{Line: line, Field: field, Reason: reason}
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
		seen[name] = true
		if name == "title" {
			if s.Title = strings.Join(values, " "); s.Title == "" || len(s.Title) > maxTitle {
				return refuse(name, "not 1 to 200 bytes long")
			}
			continue
		}
		if reason := s.setField(name, values); reason != "" {
			return refuse(name, reason)
		}
	}
	if line == 0 {
		return refuse("", "empty")
	}
	if err := s.Check(); err != nil {
		return Setting{}, err
	}
	return s, nil
}

// Set gives a field new values, as its line in a text would, and checks the
// setting. On error it is unchanged.
func (s *Setting) Set(name string, values ...string) error {
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

func (s *Setting) setField(name string, texts []string) (reason string) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return "there is no such field"
	}
	f := &fields[i]
	switch {
	case f.Values == 0 && len(texts) > maxTests:
		return "takes up to " + strconv.Itoa(maxTests) + " values, not " + strconv.Itoa(len(texts))
	case f.Values > 0 && len(texts) != f.Values:
		return "takes " + strconv.Itoa(f.Values) + " values, not " + strconv.Itoa(len(texts))
	case f.test:
		t := slices.Index(testNames, texts[0])
		if t < 0 {
			return "takes " + f.Unit
		}
		*f.at(s).(*Test) = Test(t)
		return ""
	}
	values := make([]float64, len(texts))
	for i, t := range texts {
		v, err := strconv.ParseFloat(t, 64)
		if err != nil || strings.ContainsAny(t, "xXpP_") || math.IsNaN(v) || math.IsInf(v, 0) {
			return "takes numbers" // "NaN", "Inf" and 0x1p3 are none
		}
		if !(v >= f.Min && v <= f.Max) {
			return number(v) + " is not between " + number(f.Min) + " and " + number(f.Max)
		}
		values[i] = v + 0 // no negative zero
	}
	f.set(s, values)
	return ""
}

// String is the text of a setting with every field. [Parse] reads it back.
func (s *Setting) String() string {
	var b strings.Builder
	b.WriteString(header + "\n")
	if s.Title != "" {
		b.WriteString("title " + s.Title + "\n")
	}
	for i := range fields {
		f := &fields[i]
		b.WriteString(f.Name)
		if f.test {
			b.WriteString(" " + f.at(s).(*Test).String())
		} else {
			for _, v := range f.values(s) {
				b.WriteString(" " + number(v))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
