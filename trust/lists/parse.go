package lists

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/trust"
)

// The fields of a block, in their order; "*" after a name allows several.
const (
	headFields      = "jurisdiction authority issued until demo note*"
	keyFields       = "key authority issuer uses domains from until spki certificate"
	recogniseFields = "recognise uses formats diseases methods laboratory* from until note*"
)

// textParser fills a text, block by block.
type textParser struct{ text Text }

// fields are the values of a block by name, and the lines at which they stand.
type fields struct {
	values map[string][]string
	lines  map[string]int
	line   int // of the block
}

func (f fields) has(name string) bool { return len(f.values[name]) > 0 }

func (f fields) one(name string) string {
	if !f.has(name) {
		return ""
	}
	return f.values[name][0]
}

func (f fields) errorf(name, format string, args ...any) error {
	return fmt.Errorf("line %d: %s: %w", cmp.Or(f.lines[name], f.line), name, fmt.Errorf(format, args...))
}

// block reads the head or an entry.
func (p *textParser) block(b string, head bool, line int) error {
	lines := strings.Split(b, "\n")
	n := slices.IndexFunc(lines, func(l string) bool { return !strings.HasPrefix(l, "#") })
	if n < 0 {
		return fmt.Errorf("line %d: a comment that nothing follows", line)
	}
	comment := slices.Clip(lines[:n])
	if n == 0 {
		comment = nil
	}
	lines, line = lines[n:], line+n
	if i := slices.Index(lines, ""); i >= 0 {
		return fmt.Errorf("line %d: an empty line where none is expected", line+i)
	}
	if head {
		f, err := readFields(lines, headFields, "", line)
		if err != nil {
			return err
		}
		p.text.Comment = comment
		return p.head(f)
	}
	e, err := p.entry(lines, line)
	if err != nil {
		var unknown unknownField
		if p.text.Minor == 0 || !errors.As(err, &unknown) {
			return err
		}
		e = Entry{Other: lines}
	}
	e.Comment = comment
	p.text.Entries = append(p.text.Entries, e)
	return nil
}

// unknownField is an error that a later minor version explains.
type unknownField string

func (u unknownField) Error() string { return string(u) }

// readFields reads the lines of a block. All but the first are indented.
func readFields(lines []string, order, indent string, line int) (fields, error) {
	f := fields{make(map[string][]string), make(map[string]int), line}
	names := strings.Fields(order)
	at := 0
	for i, l := range lines {
		n := line + i
		if l == "" {
			return f, fmt.Errorf("line %d: an empty line where none is expected", n)
		}
		if i > 0 {
			var ok bool
			if l, ok = strings.CutPrefix(l, indent); !ok || strings.HasPrefix(l, " ") {
				return f, fmt.Errorf("line %d: it is not indented by %d spaces, as the fields of this block are", n, len(indent))
			}
		}
		name, value, has := strings.Cut(l, " ")
		k := slices.IndexFunc(names, func(s string) bool { return strings.TrimSuffix(s, "*") == name })
		switch {
		case k < 0:
			return f, unknownField(fmt.Sprintf("line %d: %q is none of: %s", n, printable(name), strings.ReplaceAll(order, "*", "")))
		case k < at || k == at && f.has(name) && !strings.HasSuffix(names[k], "*"):
			return f, fmt.Errorf("line %d: %s is out of order or stands twice; the order is: %s", n, name, strings.ReplaceAll(order, "*", ""))
		case has != (name != "demo") || has && (value == "" || strings.TrimSpace(value) != value):
			return f, fmt.Errorf("line %d: %s: no value, or a space too many", n, name)
		case len(value) > 1000 && name != "spki" && name != "certificate":
			return f, fmt.Errorf("line %d: %s: longer than 1000 bytes", n, name)
		}
		at = k
		f.values[name], f.lines[name] = append(f.values[name], value), n
	}
	return f, nil
}

func (p *textParser) head(f fields) (err error) {
	t := &p.text
	if t.Jurisdiction, err = f.code("jurisdiction"); err != nil {
		return err
	}
	if t.Issued, err = f.moment("issued", true); err != nil {
		return err
	}
	if t.Until, err = f.moment("until", true); err != nil {
		return err
	}
	if !t.Issued.Before(t.Until) {
		return f.errorf("until", "not after issued")
	}
	t.Authority, t.Demo = f.one("authority"), f.has("demo")
	t.Note = strings.Join(f.values["note"], "\n")
	return nil
}

func (p *textParser) entry(lines []string, line int) (Entry, error) {
	switch name, _, _ := strings.Cut(lines[0], " "); name {
	case "key":
		f, err := readFields(lines, keyFields, "  ", line)
		if err != nil {
			return Entry{}, err
		}
		k, err := p.key(f)
		return Entry{Key: &k}, err
	case "recognise":
		f, err := readFields(lines, recogniseFields, "  ", line)
		if err != nil {
			return Entry{}, err
		}
		r, err := p.recognition(f)
		return Entry{Recognition: &r}, err
	default:
		return Entry{}, unknownField(fmt.Sprintf("line %d: %q begins no entry: key or recognise does", line, printable(name)))
	}
}

func (p *textParser) key(f fields) (k trust.Key, err error) {
	country, id, _ := strings.Cut(f.one("key"), " ")
	f.values["key"] = []string{country}
	if k.Country, err = f.code("key"); err != nil {
		return k, err
	}
	b, err := f.base64("key", id, maxID)
	if err != nil {
		return k, err
	}
	k.ID, k.Authority, k.Issuer, k.Demo = string(b), f.one("authority"), f.one("issuer"), p.text.Demo || TestCode(k.Country)
	if k.Uses, err = f.uses(); err != nil {
		return k, err
	}
	if k.Domains, err = f.list("domains"); err != nil {
		return k, err
	}
	if k.NotBefore, err = f.moment("from", false); err != nil {
		return k, err
	}
	if k.NotAfter, err = f.moment("until", false); err != nil {
		return k, err
	}
	switch {
	case f.has("spki") == f.has("certificate"):
		return k, f.errorf("key", "either spki or certificate, and one of them")
	case f.has("certificate"):
		return k, f.certificate(&k)
	}
	der, err := f.base64("spki", f.one("spki"), pki.MaxCertificate)
	if err != nil {
		return k, err
	}
	if k.Public, err = pki.ParseKey(der); err != nil {
		return k, f.errorf("spki", "%w", err)
	}
	if again, err := pki.MarshalKey(k.Public); err != nil || string(again) != string(der) {
		return k, f.errorf("spki", "not in the usual form: a named curve, an uncompressed point")
	}
	return k, nil
}

// certificate reads the certificate of a key, which states its own validity.
func (f fields) certificate(k *trust.Key) error {
	der, err := f.base64("certificate", f.one("certificate"), pki.MaxCertificate)
	if err != nil {
		return err
	}
	c, err := pki.Parse(der)
	if err == nil {
		err = c.NoKey
	}
	if err != nil {
		return f.errorf("certificate", "%w", err)
	}
	k.DER, k.Public = der, c.Public
	for _, v := range []struct {
		name      string
		said, own *time.Time
	}{{"from", &k.NotBefore, &c.From}, {"until", &k.NotAfter, &c.Until}} {
		switch {
		case v.said.IsZero():
			*v.said = *v.own
		case v.said.Equal(*v.own):
			return f.errorf(v.name, "the certificate says the same: leave it out")
		}
	}
	return nil
}

func (p *textParser) recognition(f fields) (r trust.Recognition, err error) {
	r.By, r.Of = p.text.Jurisdiction, f.one("recognise")
	if r.Of != trust.Anyone {
		if _, err := f.code("recognise"); err != nil {
			return r, err
		}
	}
	if r.Uses, err = f.uses(); err != nil {
		return r, err
	}
	if r.Formats, err = f.list("formats"); err != nil {
		return r, err
	}
	if r.Diseases, err = f.list("diseases"); err != nil {
		return r, err
	}
	if r.Methods, err = f.list("methods"); err != nil {
		return r, err
	}
	r.Laboratories = f.values["laboratory"]
	if twice(r.Laboratories) {
		return r, f.errorf("laboratory", "one stands twice")
	}
	if r.From, err = f.moment("from", false); err != nil {
		return r, err
	}
	if r.Until, err = f.moment("until", true); err != nil {
		return r, err
	}
	if !r.From.Before(r.Until) {
		return r, f.errorf("until", "not after from")
	}
	r.Note = strings.Join(f.values["note"], "\n")
	return r, nil
}

// code reads the code of a jurisdiction.
func (f fields) code(name string) (string, error) {
	s := f.one(name)
	switch c := Jurisdiction(s); {
	case c == "":
		return "", f.errorf(name, "not the code of a jurisdiction, such as FR")
	case c != s:
		return "", f.errorf(name, "write %s for %s", c, s)
	}
	return s, nil
}

// moment reads a moment.
func (f fields) moment(name string, needed bool) (time.Time, error) {
	s := f.one(name)
	if s == "" && !needed {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Format(time.RFC3339) != s || t.IsZero() {
		return time.Time{}, f.errorf(name, "not a moment such as 2026-11-23T08:00:00Z or 2026-11-23T16:00:00+08:00")
	}
	return t, nil
}

func (f fields) uses() (trust.Uses, error) {
	list, err := f.list("uses")
	switch {
	case err != nil:
		return trust.Uses{}, err
	case len(list) == 0:
		return trust.Uses{}, f.errorf("uses", "missing: any, or some of: test vaccination recovery ...")
	case slices.Index(list, "any") > 0:
		return trust.Uses{}, f.errorf("uses", "any stands first")
	}
	u := trust.Uses{Any: list[0] == "any"}
	for _, w := range list {
		switch {
		case w == "any":
		case u.Any && u.Allows(trust.Use(w)):
			return trust.Uses{}, f.errorf("uses", "any has %s already", w)
		default:
			u.Of = append(u.Of, trust.Use(w))
		}
	}
	return u, nil
}

// list reads words with one space between each two.
func (f fields) list(name string) ([]string, error) {
	if !f.has(name) {
		return nil, nil
	}
	words := strings.Split(f.one(name), " ")
	if slices.Contains(words, "") || twice(words) {
		return nil, f.errorf(name, "a space too many, or a word twice")
	}
	return words, nil
}

func twice(words []string) bool {
	seen := make(map[string]bool, len(words))
	for _, w := range words {
		if seen[w] {
			return true
		}
		seen[w] = true
	}
	return false
}

func (f fields) base64(name, s string, most int) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) == 0 || base64.StdEncoding.EncodeToString(b) != s {
		return nil, f.errorf(name, "not base64")
	}
	if len(b) > most {
		return nil, f.errorf(name, "longer than %d bytes", most)
	}
	return b, nil
}
