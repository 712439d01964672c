package verify

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
)

// Limits of a receipt.
const (
	MaxReceipt  = 4096 // bytes of the text, without signatures
	MaxReasons  = 16
	MaxCited    = 16
	MaxOfficers = 2
	MaxAppeals  = 3
	maxFile     = MaxReceipt + 2048 // with signatures
	maxLine     = 200               // bytes of an appeal
)

const receiptName = "pratique-receipt"

var (
	// ErrReceipt means that a text breaks the grammar of a receipt.
	ErrReceipt = errors.New("not a " + receiptName + " text")
	// ErrReceiptVersion means that a receipt is of a later version than this
	// build reads: what it says cannot be known.
	ErrReceiptVersion = errors.New("the receipt is of a later version than this program reads")
)

// Bytes returns the text of the receipt, without a signature.
func (r Receipt) Bytes() []byte {
	var b bytes.Buffer
	put := func(label string, fields ...string) {
		b.WriteString(strings.TrimRight(label+" "+strings.Join(fields, " "), " ") + "\n")
	}
	moment := func(label string, t time.Time) {
		if !t.IsZero() {
			put(label, rfc3339(t))
		}
	}
	b.WriteString(receiptName + "/1.0\n")
	moment("time", r.Time)
	if rfc3339(r.At) != rfc3339(r.Time) {
		moment("at", r.At)
	}
	put("desk", r.Desk)
	put("to", r.To, r.Region)
	put("purpose", r.Purpose)
	put("verdict", r.Verdict.String())
	for _, reason := range r.Reasons {
		put("reason", reason.line())
	}
	for _, c := range r.Rules {
		put("rules", c.ID, c.Version, shorten(c.Digest))
	}
	if r.KeyPolicy == trust.ValidNow {
		put("keys", "now")
	}
	if d := r.Data; d.Name != "" {
		put("bundle", d.Name, shorten(d.Digest))
	} else if d.Digest != "" {
		put("bundle", "-", shorten(d.Digest))
	}
	moment("as-of", r.Data.AsOf)
	moment("until", r.Data.HardExpiry)
	put("decision", string(r.Outcome))
	if r.Override != "" {
		put("override", string(r.Override), r.TextCode)
	}
	for _, o := range r.Officers {
		put("officer", o)
	}
	for _, a := range r.Appeal {
		put("appeal", a)
	}
	put("code", base64.RawURLEncoding.EncodeToString(r.Salt[:]), base64.RawURLEncoding.EncodeToString(r.Code[:]))
	put("trip", base64.RawURLEncoding.EncodeToString(r.Trip[:]))
	return b.Bytes()
}

// shorten writes a digest in hexadecimal as base64url.
func shorten(digest string) string {
	b, err := hex.DecodeString(digest)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseReceipt reads a receipt, signed or not, and verifies nothing: for that
// there is [OpenReceipt].
func ParseReceipt(data []byte) (Receipt, error) {
	r, _, err := parseReceipt(data)
	return r, err
}

func parseReceipt(data []byte) (Receipt, signed.File, error) {
	if len(data) > maxFile {
		return Receipt{}, signed.File{}, fmt.Errorf("%w: longer than %d bytes", ErrReceipt, maxFile)
	}
	f, err := signed.Parse(data)
	switch {
	case err != nil:
		return Receipt{}, signed.File{}, fmt.Errorf("%w: %w", ErrReceipt, err)
	case f.Name != receiptName:
		return Receipt{}, signed.File{}, fmt.Errorf("%w: it is a %s", ErrReceipt, f.Name)
	case f.Major != 1 || f.Minor != 0:
		return Receipt{}, signed.File{}, fmt.Errorf("%w: %d.%d", ErrReceiptVersion, f.Major, f.Minor)
	}
	p := slip{lines: strings.Split(strings.TrimSuffix(string(f.Body()), "\n"), "\n"), n: 1}
	r := p.receipt()
	if p.err == nil {
		p.err = r.check()
	}
	if p.err == nil && !bytes.Equal(r.Bytes(), f.Text) {
		p.err = errors.New("it is not written as it must be")
	}
	if p.err != nil {
		return Receipt{}, signed.File{}, fmt.Errorf("%w: %w", ErrReceipt, p.err)
	}
	return r, f, nil
}

// slip reads the lines of a receipt in their order. After an error it reads on
// and returns nothing of use. How a field must be written is seen at the end,
// when the receipt is written again.
type slip struct {
	lines []string
	n     int // of the line before the next
	err   error
}

// next returns what follows the label if it begins the next line.
func (p *slip) next(label string) (string, bool) {
	if len(p.lines) == 0 {
		return "", false
	}
	rest, ok := strings.CutPrefix(p.lines[0], label+" ")
	if ok {
		p.lines, p.n = p.lines[1:], p.n+1
	}
	return rest, ok
}

func (p *slip) fail(what string) {
	if p.err == nil {
		p.err = fmt.Errorf("line %d: want %s", p.n, what)
	}
}

// one returns the fields of a line that must stand here, of which there are
// least to most; those that are not there are empty.
func (p *slip) one(label string, least, most int) []string {
	s, ok := p.next(label)
	f := strings.Split(s, " ")
	if !ok {
		p.n++
	}
	if !ok || len(f) < least || len(f) > most {
		p.fail(label)
		f = nil
	}
	return append(f, make([]string, most)...)[:most]
}

func (p *slip) moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		p.fail("a moment")
		return time.Time{}
	}
	return t
}

func (p *slip) bytes(to []byte, s string) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(to) {
		p.fail(fmt.Sprintf("%d bytes in base64url", len(to)))
		return
	}
	copy(to, b)
}

func (p *slip) digest(s string) string {
	var b [32]byte
	p.bytes(b[:], s)
	return hex.EncodeToString(b[:])
}

func (p *slip) receipt() (r Receipt) {
	r.Time = p.moment(p.one("time", 1, 1)[0])
	r.At = r.Time
	if s, ok := p.next("at"); ok {
		r.At = p.moment(s)
	}
	r.Desk = p.one("desk", 1, 1)[0]
	to := p.one("to", 1, 2)
	r.To, r.Region = to[0], to[1]
	r.Purpose = p.one("purpose", 1, 1)[0]
	r.Verdict = p.colour(p.one("verdict", 1, 1)[0])
	for s, ok := p.next("reason"); ok; s, ok = p.next("reason") {
		reason, good := parseReason(s)
		if !good {
			p.fail("a reason")
		}
		r.Reasons = append(r.Reasons, reason)
	}
	for len(p.lines) > 0 && strings.HasPrefix(p.lines[0], "rules ") {
		f := p.one("rules", 3, 3)
		r.Rules = append(r.Rules, Cited{f[0], f[1], p.digest(f[2])})
	}
	p.data(&r)
	r.Outcome = Outcome(p.one("decision", 1, 1)[0])
	if len(p.lines) > 0 && strings.HasPrefix(p.lines[0], "override ") {
		f := p.one("override", 1, 2)
		r.Override, r.TextCode = Override(f[0]), f[1]
	}
	for s, ok := p.next("officer"); ok; s, ok = p.next("officer") {
		r.Officers = append(r.Officers, s)
	}
	for s, ok := p.next("appeal"); ok; s, ok = p.next("appeal") {
		r.Appeal = append(r.Appeal, s)
	}
	code := p.one("code", 2, 2)
	p.bytes(r.Salt[:], code[0])
	p.bytes(r.Code[:], code[1])
	p.bytes(r.Trip[:], p.one("trip", 1, 1)[0])
	if len(p.lines) > 0 {
		p.n++
		p.fail("the end")
	}
	return r
}

// data reads what says how the verifier's data was.
func (p *slip) data(r *Receipt) {
	if _, ok := p.next("keys"); ok {
		r.KeyPolicy = trust.ValidNow
	}
	if len(p.lines) > 0 && strings.HasPrefix(p.lines[0], "bundle ") {
		f := p.one("bundle", 1, 2)
		if f[0] != "-" {
			r.Data.Name = f[0]
		}
		if f[1] != "" {
			r.Data.Digest = p.digest(f[1])
		}
	}
	if s, ok := p.next("as-of"); ok {
		r.Data.AsOf = p.moment(s)
	}
	if s, ok := p.next("until"); ok {
		r.Data.HardExpiry = p.moment(s)
	}
}

func (p *slip) colour(s string) Colour {
	for _, c := range []Colour{Grey, Amber, Red, Green} {
		if c.String() == s {
			return c
		}
	}
	p.fail("a verdict")
	return Grey
}

// check says what of a receipt the grammar does not allow, or why its decision
// cannot stand.
func (r Receipt) check() error {
	for _, v := range []struct {
		ok   bool
		what string
	}{
		{isMoment(r.Time) && isMoment(r.At), "moment"},
		{isName(r.Desk, 32), "desk"},
		{isPlace(r.To), "destination"},
		{r.Region == "" || len(r.Region) <= 8 && only(r.Region, alnum), "region"},
		{isWord(r.Purpose), "purpose"},
		{len(r.Reasons) >= 1 && len(r.Reasons) <= MaxReasons, "number of reasons"},
		{len(r.Rules) <= MaxCited && once(r.Rules), "list of rule sets"},
		{!slices.ContainsFunc(r.Rules, func(c Cited) bool { return !c.valid() }), "rule set"},
		{r.Data.Name == "" || isName(r.Data.Name, 64), "name of the bundle"},
		{r.Data.Digest == "" || isDigest(r.Data.Digest), "digest of the bundle"},
		{r.Data.AsOf.IsZero() || isMoment(r.Data.AsOf), "moment of the data"},
		{r.Data.HardExpiry.IsZero() || isMoment(r.Data.HardExpiry), "end of the data"},
		{slices.Contains([]Outcome{Admitted, SecondDesk, HealthService, Refused}, r.Outcome), "decision"},
		{r.TextCode == "" || len(r.TextCode) <= 32 && only(r.TextCode, lower+"_"), "text code"},
		{len(r.Officers) <= MaxOfficers && once(r.Officers), "list of officers"},
		{!slices.ContainsFunc(r.Officers, func(s string) bool { return !isName(s, 32) }), "officer"},
		{len(r.Appeal) <= MaxAppeals && once(r.Appeal), "list of appeals"},
		{!slices.ContainsFunc(r.Appeal, func(s string) bool { return !isLine(s) }), "appeal"},
	} {
		if !v.ok {
			return errors.New("bad " + v.what)
		}
	}
	if err := r.Decision.check(); err != nil {
		return err
	}
	if n := len(r.Bytes()); n > MaxReceipt {
		return fmt.Errorf("%d bytes, more than %d", n, MaxReceipt)
	}
	return nil
}

func (c Cited) valid() bool {
	parts := strings.Split(c.Version, ".")
	return len(c.ID) <= 64 && only(c.ID, lower+digits+"-") && len(parts) == 3 && isDigest(c.Digest) &&
		!slices.ContainsFunc(parts, func(s string) bool { return !only(s, digits) || len(s) > 9 })
}

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
	alnum  = lower + upper + digits
)

// only reports whether s is not empty and has no other characters than these.
func only(s, chars string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(chars, r) })
}

func isWord(s string) bool {
	return len(s) <= 64 && only(s, lower+digits+"_") && strings.ContainsRune(lower, rune(s[0]))
}

func isName(s string, most int) bool {
	return len(s) <= most && only(s, alnum+"._-") && strings.ContainsRune(alnum, rune(s[0]))
}

func isPlace(s string) bool {
	return len(s) >= 2 && len(s) <= 10 && only(s, upper+digits+"-") && strings.ContainsRune(upper, rune(s[0]))
}

func isValue(s string) bool { return len(s) <= 64 && only(s, alnum+"._:+-") }

func isDigest(s string) bool { return len(s) == 64 && only(s, digits+"abcdef") }

// isMoment reports whether a moment can be written so that it is read again.
func isMoment(t time.Time) bool {
	have, err := time.Parse(time.RFC3339Nano, rfc3339(t))
	return err == nil && have.Equal(t)
}

// isLine reports whether s can be printed as a line.
func isLine(s string) bool {
	return s != "" && len(s) <= maxLine && utf8.ValidString(s) && strings.TrimSpace(s) == s &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) })
}

func once[T comparable](list []T) bool {
	for i, v := range list {
		if slices.Contains(list[:i], v) {
			return false
		}
	}
	return true
}
