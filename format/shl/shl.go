// Package shl answers one question: where does this health link lead, and what
// does it take to follow it?
//
// A health link (SMART Health Links, HL7 smart-health-cards-and-links 1.0; and
// IHE's Verifiable Health Link, the same payload under another name) is
//
//	[viewer "#"] ("shlink:/" / "vhlink:/") base64url of JSON
//
// with the members url (https), key (32 bytes, in base64url), exp (seconds since
// 1970), flag (L the records are kept up to date, P a passcode is asked, U one
// file without a manifest; not P with U), label (at most 80 characters) and v (1).
//
// A link is no evidence. It says nothing about anybody: it has to be followed,
// on the internet, and what is there may change. Nothing here follows it.
// Whoever has the link has the key with which the records are read: a [Link]
// prints nothing of it.
//
// A text has at most [MaxText] bytes.
package shl

import (
	"encoding/base64"
	"errors"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
)

// MaxText is the length of the longest text read, in bytes. A link of SMART's
// kind fits in some 400; one of IHE's names a search in its URL.
const MaxText = 4 << 10

// What can be wrong with a link.
var (
	ErrPrefix  = errors.New("no shlink:/ or vhlink:/")
	ErrTooLong = errors.New("too long for a health link")
	ErrBase64  = errors.New("not base64url")
	ErrJSON    = errors.New("the payload is not an object of JSON, or has something twice")
	ErrURL     = errors.New("no URL of https")
	ErrKey     = errors.New("no key of 32 bytes")
	ErrFlag    = errors.New("a flag that is not known, or flags that exclude each other")
	ErrTime    = errors.New("an end that is no moment")
	ErrLabel   = errors.New("a label of more than 80 characters")
	ErrVersion = errors.New("a version that is not known")
)

// causes are the codes of the errors.
var causes = map[error]string{
	ErrPrefix: "link_prefix", ErrTooLong: "link_length", ErrBase64: "link_base64", ErrJSON: "link_json", ErrURL: "link_url", ErrKey: "link_key",
	ErrFlag: "link_flag", ErrTime: "link_time", ErrLabel: "link_label", ErrVersion: "link_version",
}

// Cause returns the code of an error of this package.
func Cause(err error) string { return causes[err] }

// Link is a link that was read. Printing one shows nothing of it.
type Link struct{ link func() *link }

type link struct {
	url, label string
	key        string // raw bytes
	flags      string
	until      time.Time
	ihe        bool
}

// Cut returns the link in a text that may have a viewer's address before it,
// and whether there is one.
func Cut(text string) (string, bool) {
	if before, after, ok := strings.Cut(text, "#"); ok && strings.HasPrefix(before, "https://") {
		text = after
	}
	if strings.HasPrefix(text, "shlink:/") || strings.HasPrefix(text, "vhlink:/") {
		return text, true
	}
	return "", false
}

// Parse reads a link. The error is one of this package.
func Parse(text string) (Link, error) {
	if len(text) > MaxText {
		return Link{}, ErrTooLong
	}
	text, ok := Cut(text)
	if !ok {
		return Link{}, ErrPrefix
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(text[len("shlink:/"):], "="))
	if err != nil {
		return Link{}, ErrBase64
	}
	v, err := jcs.Parse(string(b))
	if err != nil || v.Kind() != jcs.Object {
		return Link{}, ErrJSON
	}
	l := &link{ihe: text[0] == 'v'}
	if err := l.read(v); err != nil {
		return Link{}, err
	}
	return Link{func() *link { return l }}, nil
}

func (l *link) read(v jcs.Value) error {
	var ok bool
	if l.url, ok = v.Get("url").Text(); !ok || host(l.url) == "" {
		return ErrURL
	}
	key, _ := v.Get("key").Text()
	b, err := base64.RawURLEncoding.Strict().DecodeString(key)
	if err != nil || len(b) != 32 {
		return ErrKey
	}
	l.key = string(b)
	if f := v.Get("flag"); f.Kind() != jcs.None {
		if l.flags, ok = f.Text(); !ok || strings.Trim(l.flags, "LPU") != "" || strings.Contains(l.flags, "P") && strings.Contains(l.flags, "U") {
			return ErrFlag
		}
	}
	if exp := v.Get("exp"); exp.Kind() != jcs.None {
		f, ok := exp.Float()
		if !ok || f < 0 || f > 253402300799 {
			return ErrTime
		}
		l.until = time.UnixMilli(int64(math.Round(f * 1000))).UTC()
	}
	if label := v.Get("label"); label.Kind() != jcs.None {
		if l.label, ok = label.Text(); !ok || utf8.RuneCountInString(l.label) > 80 {
			return ErrLabel
		}
	}
	if version := v.Get("v"); version.Kind() != jcs.None {
		if n, ok := version.Int(); !ok || n != 1 {
			return ErrVersion
		}
	}
	return nil
}

// host returns the host of a URL of https, or "".
func host(url string) string {
	rest, ok := strings.CutPrefix(url, "https://")
	if !ok || strings.IndexFunc(url, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
		return ""
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest[strings.LastIndexByte(rest, '@')+1:]
}

// About is what may be said of the link: where it leads and what it asks, and
// not its key.
func (l Link) About() cert.Link {
	if l.link == nil {
		return cert.Link{}
	}
	k := l.link()
	return cert.Link{
		Host: host(k.url), Passcode: strings.Contains(k.flags, "P"), LongTerm: strings.Contains(k.flags, "L"), Until: k.until, Label: k.label,
	}
}

// Secret returns what is needed to follow the link: its URL and its key, raw
// bytes. Whoever has them can read the records.
func (l Link) Secret() (url string, key []byte) {
	if l.link == nil {
		return "", nil
	}
	k := l.link()
	return k.url, []byte(k.key)
}

// Direct reports whether the URL leads to the one file itself, without a
// manifest (flag U).
func (l Link) Direct() bool { return l.link != nil && strings.Contains(l.link().flags, "U") }

// IHE reports whether the link is one of IHE's kind, which a receiver must
// authenticate to follow.
func (l Link) IHE() bool { return l.link != nil && l.link().ihe }

// String says that this is a link, and nothing of what is in it.
func (l Link) String() string { return "health link" }

// GoString is String.
func (l Link) GoString() string { return l.String() }
