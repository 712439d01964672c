package act

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
)

// maxLines is the most lines of a block.
const maxLines = 1000

// maxValue is the most bytes of a value that people read.
const maxValue = 1000

// reader takes fields from lines in their order and keeps the first error.
type reader struct {
	lines  []string
	indent string
	err    error
}

func newReader(text, indent string) *reader {
	r := &reader{indent: indent}
	if text != "" {
		r.lines = strings.Split(text, "\n")
	}
	if len(r.lines) > maxLines {
		r.fail(fmt.Errorf("%w: more than %d lines", ErrFormat, maxLines))
	}
	return r
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// next takes the next line if it is a field of that name.
func (r *reader) next(name string) (string, bool) {
	if r.err != nil || len(r.lines) == 0 {
		return "", false
	}
	v, ok := strings.CutPrefix(r.lines[0], r.indent+name+" ")
	if !ok {
		return "", false
	}
	if v == "" || strings.TrimSpace(v) != v || len(v) > maxValue && (name != "line" || len(v) > 4*maxValue) {
		r.fail(fmt.Errorf("%w: field %s: a value of 1 to %d bytes without spaces at its ends", ErrFormat, name, maxValue))
		return "", false
	}
	r.lines = r.lines[1:]
	return v, true
}

// one takes a field that must be there.
func (r *reader) one(name string) string {
	v, ok := r.next(name)
	if !ok {
		r.fail(r.unexpected("where " + name + " is expected"))
	}
	return v
}

// maybe takes a field that may be there.
func (r *reader) maybe(name string) string {
	v, _ := r.next(name)
	return v
}

func (r *reader) many(name string) []string {
	var vs []string
	for {
		v, ok := r.next(name)
		if !ok {
			return vs
		}
		vs = append(vs, v)
	}
}

// unexpected says of the next line what is wrong with it. Of a word that no
// field has it says that it may be one of tomorrow.
func (r *reader) unexpected(what string) error {
	if len(r.lines) == 0 {
		return fmt.Errorf("%w: the text ends %s", ErrFormat, what)
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(r.lines[0], r.indent), " ")
	if !known[name] && word(name, 80) {
		return fmt.Errorf("%w: the field %q", ErrNewer, name)
	}
	return fmt.Errorf("%w: another line %s", ErrFormat, what)
}

// done returns the first error, or that something is left.
func (r *reader) done() error {
	if r.err == nil && len(r.lines) > 0 {
		r.fail(r.unexpected("where nothing more is expected"))
	}
	return r.err
}

// known are the names of all fields of this version.
var known = map[string]bool{"network": true, "by": true, "number": true, "issued": true, "name": true, "region": true, "signer": true, "threshold": true,
	"until": true, "from": true, "note": true, "line": true, "program": true, "id": true, "reciprocal": true, "accreditation": true, "diseases": true,
	"methods": true, "of": true, "categories": true, "laboratory": true, "evidence": true, "obligation": true, "quota": true, "reason": true,
	"issued-until": true, "committed": true, "version": true, "hash": true, "size": true, "count": true, "previous": true, "regions": true, "spki": true,
	"uses": true, "formats": true, "authority": true, "issuer": true, "domains": true, "certificate": true}

func (r *reader) number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if r.err == nil && (err != nil || n < 0 || strconv.FormatInt(n, 10) != s) {
		r.fail(fmt.Errorf("%w: not a number", ErrFormat))
		return 0
	}
	return n
}

func (r *reader) moment(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if r.err == nil && (err != nil || t.Format(time.RFC3339) != s || t.Year() < 1900) {
		r.fail(fmt.Errorf("%w: not a moment of the form 2026-11-23T08:00:00Z", ErrFormat))
		return time.Time{}
	}
	return t
}

func (r *reader) words(s string) []string {
	if s == "" {
		return nil
	}
	ws := strings.Split(s, " ")
	for i, w := range ws {
		if !word(w, 80) || slices.Contains(ws[:i], w) {
			r.fail(fmt.Errorf("%w: words with one space between them, none twice", ErrFormat))
		}
	}
	return ws
}

func (r *reader) word(s string) string {
	if r.err == nil && !word(s, 80) {
		r.fail(fmt.Errorf("%w: not 1 to 80 of A-Z a-z 0-9 . _ : -", ErrFormat))
	}
	return s
}

func (r *reader) key(s string) crypto.PublicKey {
	if r.err != nil {
		return nil
	}
	der, err := base64.StdEncoding.Strict().DecodeString(s)
	if err == nil {
		var k crypto.PublicKey
		if k, err = pki.ParseKey(der); err == nil {
			if _, err = signed.KeyID(k); err == nil {
				return k
			}
		}
	}
	r.fail(fmt.Errorf("%w: not the SubjectPublicKeyInfo of an Ed25519 or P-256 key in base64", ErrFormat))
	return nil
}

func word(s string, most int) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("._:-", rune(c)) {
			return false
		}
	}
	return s != "" && len(s) <= most
}

func isHash(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32 && hex.EncodeToString(b) == s
}

// writer writes lines and keeps the first error.
type writer struct {
	b   bytes.Buffer
	act Act
	err error
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *writer) line(s string) {
	if strings.ContainsAny(s, "\r\n") {
		w.fail(errors.New("a line feed within a value"))
	}
	w.b.WriteString(s + "\n")
}

// field writes a field, if it has a value.
func (w *writer) field(name, value string) {
	if value != "" {
		w.line("  " + name + " " + value)
	}
}

func (w *writer) fields(name string, values []string) {
	for _, v := range values {
		if v == "" {
			w.fail(errors.New("an empty " + name))
		}
		w.field(name, v)
	}
}

func (w *writer) moment(name string, t time.Time) {
	if !t.IsZero() {
		w.field(name, w.momentText(t))
	}
}

func (w *writer) momentText(t time.Time) string {
	if t.Nanosecond() != 0 || t.IsZero() {
		w.fail(errors.New("no moment, or one that is not of whole seconds"))
	}
	return t.Format(time.RFC3339)
}

func (w *writer) key(name string, k crypto.PublicKey) {
	if _, err := signed.KeyID(k); err != nil {
		w.fail(err)
		return
	}
	der, err := pki.MarshalKey(k)
	if err != nil {
		w.fail(err)
		return
	}
	w.field(name, base64.StdEncoding.EncodeToString(der))
}
