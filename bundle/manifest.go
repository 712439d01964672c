package bundle

import (
	"bytes"
	"crypto"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust/lists"
)

const (
	fileName  = "pratique-bundle"
	deltaName = "pratique-bundle-delta"
)

// Manifest is what a bundle says of itself.
type Manifest struct {
	Jurisdiction string    // who issues it
	Name         string    // of the series; bundles of one series follow each other
	AsOf         time.Time // when it was put together; zero only in one that nobody signs
	Covers       time.Time // up to when its withdrawals are complete; zero: not stated
	Soft         time.Time // from here on every answer says how old it is
	Hard         time.Time // after it every answer is grey
	Program      string    // the earliest version of the program that reads it: "v1.2.3"; empty: any
	Demo         bool      // for exercises
	Note         string    // for people, one line
	Signers      []crypto.PublicKey
	Sections     []Section

	minor int
}

// Section is a line of the manifest.
type Section struct {
	Name     string `json:"name"`
	Critical bool   `json:"critical"`
	Size     int    `json:"bytes"`  // of the content
	Digest   string `json:"sha256"` // of the content, hexadecimal
}

// Series names the bundles that follow each other: "XB-border".
func (m Manifest) Series() string { return m.Jurisdiction + "-" + m.Name }

// text writes a manifest, and refuses what could not be read again.
func (m Manifest) text() ([]byte, error) {
	var b bytes.Buffer
	line := func(word, value string) {
		if value != "" {
			b.WriteString(word + " " + value + "\n")
		}
	}
	moment := func(word string, t time.Time) {
		if !t.IsZero() {
			line(word, t.UTC().Format(time.RFC3339))
		}
	}
	fmt.Fprintf(&b, "%s/1.%d\n", fileName, m.minor)
	line("jurisdiction", m.Jurisdiction)
	line("name", m.Name)
	moment("as-of", m.AsOf)
	moment("covers", m.Covers)
	moment("soft", m.Soft)
	moment("hard", m.Hard)
	line("program", m.Program)
	if m.Demo {
		b.WriteString("demo\n")
	}
	line("note", m.Note)
	for _, k := range m.Signers {
		spki, err := pki.MarshalKey(k)
		if err != nil {
			return nil, err
		}
		line("signer", base64.StdEncoding.EncodeToString(spki))
	}
	for _, s := range m.Sections {
		importance := "optional"
		if s.Critical {
			importance = "critical"
		}
		line("section", fmt.Sprintf("%s %s %d %s", s.Name, importance, s.Size, s.Digest))
	}
	f, err := signed.Parse(b.Bytes())
	if err != nil {
		return nil, err
	}
	if _, err := parseManifest(f); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// parseManifest reads the text of a bundle.
func parseManifest(f signed.File) (Manifest, error) {
	switch {
	case f.Name != fileName:
		return Manifest{}, fmt.Errorf("%w: it is a %s", ErrFormat, f.Name)
	case f.Major != 1:
		return Manifest{}, fmt.Errorf("%w: %d.%d", ErrVersion, f.Major, f.Minor)
	}
	p := manifestReader{m: Manifest{minor: f.Minor}}
	n := 1
	for line := range strings.Lines(string(f.Body())) {
		n++
		if err := p.line(strings.TrimSuffix(line, "\n")); err != nil {
			return Manifest{}, fmt.Errorf("%w: line %d: %w", ErrFormat, n, err)
		}
	}
	if err := p.m.check(len(f.Signatures) > 0); err != nil {
		return Manifest{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return p.m, nil
}

// order is that of the words of a manifest.
var order = []string{"jurisdiction", "name", "as-of", "covers", "soft", "hard", "program", "demo", "note", "signer", "section"}

type manifestReader struct {
	m    Manifest
	at   int // in order
	last string
}

var errLine = errors.New("a line that is not as it must be")

func (p *manifestReader) line(line string) error {
	word, value, _ := strings.Cut(line, " ")
	at := slices.Index(order, word)
	several := word == "signer" || word == "section"
	if at < 0 || at < p.at || at == p.at && !several && at > 0 {
		return fmt.Errorf("%w, or not in its place", errLine)
	}
	if at > p.at {
		p.last = ""
	}
	p.at = at
	moment := func(into *time.Time) error {
		t, err := time.Parse(time.RFC3339, value)
		if err != nil || t.Nanosecond() != 0 || t.UTC().Format(time.RFC3339) != value {
			return errLine
		}
		*into = t.UTC()
		return nil
	}
	switch word {
	case "jurisdiction":
		if p.m.Jurisdiction != "" || lists.Country(value) != value || value == "" {
			return errLine
		}
		p.m.Jurisdiction = value
	case "name":
		if !isName(value) {
			return errLine
		}
		p.m.Name = value
	case "as-of":
		return moment(&p.m.AsOf)
	case "covers":
		return moment(&p.m.Covers)
	case "soft":
		return moment(&p.m.Soft)
	case "hard":
		return moment(&p.m.Hard)
	case "program":
		if _, ok := numbers(value); !ok {
			return errLine
		}
		p.m.Program = value
	case "demo":
		if line != "demo" {
			return errLine
		}
		p.m.Demo = true
	case "note":
		if value == "" || value != strings.TrimSpace(value) || len(value) > 1000 {
			return errLine
		}
		p.m.Note = value
	case "signer":
		return p.signer(value)
	case "section":
		return p.section(value)
	}
	return nil
}

func (p *manifestReader) signer(value string) error {
	spki, err := base64.StdEncoding.DecodeString(value)
	if err != nil || base64.StdEncoding.EncodeToString(spki) != value {
		return errLine
	}
	key, err := pki.ParseKey(spki)
	if err != nil {
		return errLine
	}
	id, err := signed.KeyID(key)
	if err != nil || id <= p.last || len(p.m.Signers) == signed.MaxSignatures {
		return errLine
	}
	if again, err := pki.MarshalKey(key); err != nil || !bytes.Equal(again, spki) {
		return errLine
	}
	p.last, p.m.Signers = id, append(p.m.Signers, key)
	return nil
}

func (p *manifestReader) section(value string) error {
	f := strings.Split(value, " ")
	if len(f) != 4 || !isWord(f[0]) || f[0] <= p.last || f[1] != "critical" && f[1] != "optional" {
		return errLine
	}
	size, err := strconv.Atoi(f[2])
	if err != nil || strconv.Itoa(size) != f[2] || size < 1 || size > MaxContent {
		return errLine
	}
	sum, err := hex.DecodeString(f[3])
	if err != nil || len(sum) != 32 || hex.EncodeToString(sum) != f[3] {
		return errLine
	}
	if len(p.m.Sections) == MaxSections {
		return fmt.Errorf("more than %d sections", MaxSections)
	}
	p.last = f[0]
	p.m.Sections = append(p.m.Sections, Section{f[0], f[1] == "critical", size, f[3]})
	return nil
}

// check refuses a manifest that does not say what it must.
func (m Manifest) check(signed bool) error {
	total := 0
	for _, s := range m.Sections {
		total += s.Size
	}
	switch {
	case m.Jurisdiction == "" || m.Name == "":
		return errors.New("nobody says whose bundle it is, or of which series")
	case (signed || len(m.Signers) > 0) && (m.AsOf.IsZero() || m.Soft.IsZero() || m.Hard.IsZero()):
		return errors.New("as-of, soft or hard is missing")
	case !m.Hard.IsZero() && (m.Soft.After(m.Hard) || m.AsOf.After(m.Soft)):
		return errors.New("as-of, soft and hard are not in the order of time")
	case !m.Covers.IsZero() && m.Covers.After(m.AsOf):
		return errors.New("it covers more than the time before it was made")
	case total > MaxContent:
		return fmt.Errorf("more than %d bytes", MaxContent)
	}
	return nil
}

func isName(s string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	return s != "" && len(s) <= 32 && strings.Trim(s, letters+"._-") == "" && strings.Contains(letters, s[:1])
}

func isWord(s string) bool {
	return s != "" && len(s) <= 32 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_-") == ""
}

// numbers are those of a version, v1.2.3.
func numbers(version string) (n [3]int, ok bool) {
	rest, ok := strings.CutPrefix(version, "v")
	parts := strings.Split(rest, ".")
	if !ok || len(parts) != 3 {
		return n, false
	}
	for i, s := range parts {
		v, err := strconv.Atoi(s)
		if err != nil || v < 0 || len(s) > 5 || strconv.Itoa(v) != s {
			return n, false
		}
		n[i] = v
	}
	return n, true
}

// tooOld reports whether a program of a version is earlier than one that is
// asked for. Of a build that has no version, such as one between two releases,
// nothing can be said: it is let through.
func tooOld(have, want string) bool {
	if want == "" {
		return false
	}
	have, _, _ = strings.Cut(have, "-")
	have, _, _ = strings.Cut(have, "+")
	h, ok := numbers(have)
	w, asks := numbers(want)
	return ok && asks && h != [3]int{} && slices.Compare(h[:], w[:]) < 0
}
