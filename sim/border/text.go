package border

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pratique/pratique/internal/lines"
)

// maxTitle is how many bytes a title has at most; package lines has the other limits.
const maxTitle = 200

const header = "pratique-border/1.0"

// Parse reads a setting; the package comment has the grammar. The setting is
// checked; an error is a [*FieldError].
func Parse(text []byte) (Setting, error) {
	s := Default()
	fault := lines.Read(text, header, func(name string, values []string) (reason string) {
		if name != "title" {
			return s.setField(name, values)
		}
		if s.Title = strings.Join(values, " "); s.Title == "" || len(s.Title) > maxTitle {
			return "not 1 to 200 bytes long"
		}
		return ""
	})
	if fault.Reason != "" {
		return Setting{}, &FieldError{fault.Line, fault.Field, fault.Reason}
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
		v, reason := lines.Number(t, f.Min, f.Max)
		if reason != "" {
			return reason
		}
		values[i] = v
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
				b.WriteString(" " + lines.Text(v))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
