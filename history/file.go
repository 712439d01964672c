package history

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/internal/signed"
)

const fileName = "pratique-history"

// File is a person's history as it is kept: what they declare, and the codes of
// what others signed.
type File struct {
	Stays      []Stay
	Stamps     []string // codes
	Notices    []string // codes
	Exposure   []Exposure
	Statements []string // codes of exposure days that are signed
	Checked    []Check
	Venues     []Venue
	Symptoms   []Symptom
}

// Check says up to which day a system on the person's own device looked for
// exposures, as far back as that system keeps. Within that time there were the
// days that the history has, and no others.
type Check struct {
	Until  cert.Date // of UTC, as the systems count
	System string    // gaen, bluetrace ...
}

// Venue is a warning for a place and time at which the person checked in.
type Venue struct {
	From, Until time.Time
	Risk        exposure.Risk
}

// Symptom is something that the person felt on a day.
type Symptom struct {
	Date cert.Date
	Word string // fever, cough ... an open set
}

// ErrFile means that a text is no history at all.
var ErrFile = errors.New("not a " + fileName + " text")

// Parse reads a file. Lines that cannot be read are findings.
func Parse(text []byte) (File, []Finding, error) {
	if len(text) > MaxFile {
		return File{}, nil, fmt.Errorf("%w: longer than %d bytes", ErrFile, MaxFile)
	}
	f, err := signed.Parse(text)
	switch {
	case err != nil:
		return File{}, nil, fmt.Errorf("%w: %w", ErrFile, err)
	case len(f.Signatures) > 0:
		return File{}, nil, fmt.Errorf("%w: nobody signs a history", ErrFile)
	case f.Name != fileName || f.Major != 1:
		return File{}, nil, fmt.Errorf("%w: it is %s/%d.%d", ErrFile, f.Name, f.Major, f.Minor)
	}
	var out File
	var found findings
	n := 1
	for line := range strings.Lines(string(f.Body())) {
		if n++; n > MaxLines {
			return File{}, nil, fmt.Errorf("%w: more than %d lines", ErrFile, MaxLines)
		}
		if len(line) > maxLine || !out.line(strings.TrimSuffix(line, "\n")) {
			found.refuse(KindLine, n, Unreadable)
		}
	}
	return out, found, nil
}

// line reads one line.
func (f *File) line(s string) bool {
	kind, rest, _ := strings.Cut(s, " ")
	if strings.HasPrefix(rest, "HC1:") {
		switch kind {
		case "stamp":
			f.Stamps = append(f.Stamps, rest)
		case "notice":
			f.Notices = append(f.Notices, rest)
		case "exposure":
			f.Statements = append(f.Statements, rest)
		default:
			return false
		}
		return true
	}
	r := tokens{strings.Split(rest, " "), true}
	switch kind {
	case "stay":
		s := Stay{Place: r.place(), From: r.bound(), Until: r.end()}
		if r.done() {
			f.Stays = append(f.Stays, s)
		}
	case "exposure":
		e := Exposure{Date: r.date(), Risk: r.risk(), System: r.word(), Rule: r.word()}
		if r.done() {
			f.Exposure = append(f.Exposure, e)
		}
	case "checked":
		c := Check{Until: r.date(), System: r.word()}
		if r.done() {
			f.Checked = append(f.Checked, c)
		}
	case "venue":
		v := Venue{From: r.moment(), Until: r.moment(), Risk: r.risk()}
		if r.done() {
			f.Venues = append(f.Venues, v)
		}
	case "symptom":
		y := Symptom{Date: r.date(), Word: r.word()}
		if r.done() {
			f.Symptoms = append(f.Symptoms, y)
		}
	default:
		return false
	}
	return r.done()
}

// tokens reads the words of a line. One that does not fit spoils the line.
type tokens struct {
	left []string
	good bool
}

func (r *tokens) done() bool { return r.good && len(r.left) == 0 }

func (r *tokens) next() string {
	if len(r.left) == 0 {
		r.good = false
		return ""
	}
	s := r.left[0]
	r.left = r.left[1:]
	return s
}

func (r *tokens) want(ok bool) { r.good = r.good && ok }

func (r *tokens) word() string {
	s := r.next()
	r.want(isWord(s))
	return s
}

func (r *tokens) risk() exposure.Risk {
	s := exposure.Risk(r.next())
	r.want(s == exposure.Low || s == exposure.High)
	return s
}

// place reads only the form: whether there is such a country is a finding of its own.
func (r *tokens) place() Place {
	in, region, slash := strings.Cut(r.next(), "/")
	r.want(len(in) == 2 && strings.Trim(in, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && slash == (region != "") && (!slash || isRegion(region)))
	return Place{in, region}
}

func (r *tokens) date() cert.Date {
	d, ok := parseDate(r.next())
	r.want(ok)
	return d
}

func (r *tokens) moment() time.Time {
	t, ok := parseMoment(r.next())
	r.want(ok)
	return t
}

func (r *tokens) bound() Bound {
	s := r.next()
	if d, ok := parseDate(s); ok {
		return Bound{Date: d}
	}
	t, ok := parseMoment(s)
	r.want(ok)
	return Bound{At: t}
}

func (r *tokens) end() Bound {
	if len(r.left) > 0 && r.left[0] == "-" {
		r.next()
		return Bound{}
	}
	return r.bound()
}

func parseDate(s string) (cert.Date, bool) {
	d, err := cert.ParseDate(s)
	return d, err == nil && d.Full() && d.Year >= 1900 && d.Year <= 2999
}

// parseMoment reads what time.RFC3339 prints, and nothing else.
func parseMoment(s string) (time.Time, bool) {
	t, err := time.ParseInLocation(time.RFC3339, s, time.UTC)
	if err != nil || !isYear(t) {
		return time.Time{}, false
	}
	_, whole := offsetOf(t)
	return t, whole && t.Format(time.RFC3339) == s
}

// Bytes prints the file. A code is one line, as scanners give it: from a line
// end on it is cut.
func (f File) Bytes() []byte {
	b := []byte(fileName + "/1.0\n")
	for _, s := range f.Stays {
		end := "-"
		if !s.Until.IsZero() {
			end = s.Until.String()
		}
		b = append(b, "stay "+s.Place.String()+" "+s.From.String()+" "+end+"\n"...)
	}
	for _, s := range f.Stamps {
		b = append(b, "stamp "+oneLine(s)+"\n"...)
	}
	for _, s := range f.Notices {
		b = append(b, "notice "+oneLine(s)+"\n"...)
	}
	for _, e := range f.Exposure {
		b = append(b, "exposure "+e.Date.String()+" "+string(e.Risk)+" "+e.System+" "+e.Rule+"\n"...)
	}
	for _, s := range f.Statements {
		b = append(b, "exposure "+oneLine(s)+"\n"...)
	}
	for _, c := range f.Checked {
		b = append(b, "checked "+c.Until.String()+" "+c.System+"\n"...)
	}
	for _, v := range f.Venues {
		b = append(b, "venue "+v.From.Format(time.RFC3339)+" "+v.Until.Format(time.RFC3339)+" "+string(v.Risk)+"\n"...)
	}
	for _, y := range f.Symptoms {
		b = append(b, "symptom "+y.Date.String()+" "+y.Word+"\n"...)
	}
	return b
}

// oneLine keeps a code from writing lines of its own.
func oneLine(s string) string {
	s, _, _ = strings.Cut(strings.ReplaceAll(s, "\r", "\n"), "\n")
	return s
}

// String returns the form that a file has.
func (b Bound) String() string {
	if b.At.IsZero() {
		return b.Date.String()
	}
	return b.At.Format(time.RFC3339)
}
