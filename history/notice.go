package history

import (
	"io"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/trust"
)

// Notice is what a health authority orders one person to do, or the release from
// such an order. One that [OpenNotice] did not return has no KeyID, and counts
// for nothing.
//
// # Form
//
// An HC1 code whose claim -260 is {-8: notice}, under a key with the use "notice"
// of the jurisdiction that claim 1 states. Claim 6 is when it was made, claim 4
// until when its signature is to be relied on.
//
//	notice = { 1: 1 / 2,          ; order, release
//	           2: -840 to 840,    ; offset of the office from UTC, in minutes
//	           3: word,           ; what is ordered or ended: isolation, quarantine, monitoring, test ...
//	           4: text,           ; reason, 1 to 300 bytes on one line
//	           ? 5: text,         ; how to appeal, likewise; an order has one
//	           6: bytes .size 16, ; salt
//	           7: bytes .size 16, ; commitment to the document, see Commitment
//	           ? 8: bytes .size 16, ; hash of the order that a release ends; a release has one
//	           9: time,           ; from, seconds since 1970
//	           ? 10: time,        ; until; an order has one
//	           ? 11: text,        ; disease, SNOMED CT
//	           ? 12: text }       ; authority within the jurisdiction
//
// An order without an end, a reason or an appeal is refused: there is no such
// thing here as isolation until further notice. An order lasts at most a year.
type Notice struct {
	Jurisdiction string
	Issued       time.Time
	Expires      time.Time // the signature
	Release      bool
	Order        string // what is ordered, or ended
	Reason       string
	Appeal       string
	From         time.Time
	Until        time.Time // of an order; its own end
	Of           Hash      // of a release: the order that it ends
	Disease      string
	Authority    string
	Holder       Commitment
	Hash         Hash // of this notice
	KeyID        string
	Demo         bool
}

// The longest texts, in bytes.
const (
	maxWord      = 32
	maxReason    = 300
	maxDisease   = 32
	maxAuthority = 100
)

// Notice signs an order or a release for the holder of a document. Of n it takes
// everything but the jurisdiction, which is the office's, and what the signature
// makes.
func (o Office) Notice(n Notice, h Holder, rand io.Reader) (string, error) {
	var err error
	if n.Holder, err = h.Commit(rand); err != nil {
		return "", &Error{OtherHolder, err}
	}
	if n.From.IsZero() {
		n.From = n.Issued
	}
	offset, whole := offsetOf(n.Issued)
	texts := isLine(n.Reason) && len(n.Reason) <= maxReason && isLine(n.Appeal) && len(n.Appeal) <= maxReason &&
		isLine(n.Disease) && len(n.Disease) <= maxDisease && isLine(n.Authority) && len(n.Authority) <= maxAuthority
	if !whole || !texts || !n.valid() {
		return "", &Error{Malformed, errMalformed}
	}
	return o.seal(trust.Notice, contentNotice, n.appendTo(nil, offset), n.Issued, n.Expires, rand)
}

// valid checks what orders and releases must have.
func (n *Notice) valid() bool {
	if !isWord(n.Order) || n.Reason == "" || n.From.IsZero() {
		return false
	}
	if n.Release {
		return n.Of != Hash{} && n.Until.IsZero()
	}
	return n.Of == Hash{} && n.Appeal != "" && n.From.Before(n.Until) && n.Until.Sub(n.From) <= maxLife
}

func (n *Notice) appendTo(b []byte, offset int) []byte {
	kind, count := int64(1), 7
	if n.Release {
		kind = 2
	}
	for _, there := range []bool{n.Appeal != "", n.Of != Hash{}, !n.Until.IsZero(), n.Disease != "", n.Authority != ""} {
		if there {
			count++
		}
	}
	text := func(key int64, s string) {
		if s != "" {
			b = cbor.AppendText(cbor.AppendInt(b, key), s)
		}
	}
	b = cbor.AppendMap(b, count)
	b = cbor.AppendInt(cbor.AppendInt(b, 1), kind)
	b = cbor.AppendInt(cbor.AppendInt(b, 2), int64(offset))
	text(3, n.Order)
	text(4, n.Reason)
	text(5, n.Appeal)
	b = cbor.AppendBytes(cbor.AppendInt(b, 6), n.Holder.Salt[:])
	b = cbor.AppendBytes(cbor.AppendInt(b, 7), n.Holder.Digest[:])
	if n.Of != (Hash{}) {
		b = cbor.AppendBytes(cbor.AppendInt(b, 8), n.Of[:])
	}
	b = cbor.AppendInt(cbor.AppendInt(b, 9), n.From.Unix())
	if !n.Until.IsZero() {
		b = cbor.AppendInt(cbor.AppendInt(b, 10), n.Until.Unix())
	}
	text(11, n.Disease)
	text(12, n.Authority)
	return b
}

// OpenNotice reads the code of a notice and verifies it. The error is an [*Error].
func OpenNotice(text string, keys *trust.Keys) (Notice, error) {
	c, err := open(text, contentNotice, trust.Notice, keys)
	if err != nil {
		return Notice{}, err
	}
	return c.notice()
}

// NoticeSkippingVerification returns what the code of a notice says although
// nobody checked who signed it: to look at one's own, not to decide anything.
func NoticeSkippingVerification(text string) (Notice, error) {
	c, err := skim(text, contentNotice)
	if err != nil {
		return Notice{}, err
	}
	return c.notice()
}

func (c sealed) notice() (Notice, error) {
	n := Notice{Jurisdiction: c.jurisdiction, Expires: c.until, Hash: c.hash, KeyID: c.keyID, Demo: c.demo}
	r := fields{content: c.content}
	n.Release = r.number(1, 1, 2) == 2
	place := zone(r.number(2, -maxOffset, maxOffset))
	n.Issued = c.issued.In(place)
	n.Order = r.text(3, maxWord, false)
	n.Reason = r.text(4, maxReason, false)
	n.Appeal = r.text(5, maxReason, true)
	r.bytes(6, n.Holder.Salt[:])
	r.bytes(7, n.Holder.Digest[:])
	n.Of = r.hash(8)
	n.From = r.moment(9, place)
	if _, there := r.get(10); there {
		n.Until = r.moment(10, place)
	}
	n.Disease = r.text(11, maxDisease, true)
	n.Authority = r.text(12, maxAuthority, true)
	if r.broken || !n.valid() {
		return Notice{}, &Error{Malformed, errMalformed}
	}
	return n, nil
}

// moment reads seconds since 1970, of years that a calendar has.
func (r *fields) moment(key int64, place *time.Location) time.Time {
	v, _ := r.get(key)
	n, ok := v.Int()
	t := time.Unix(n, 0).In(place)
	if !ok || !isYear(t) {
		r.broken = true
		return time.Time{}
	}
	return t
}

// Event returns the notice as evidence of a certificate, which rules judge.
func (n Notice) Event() *cert.Notice {
	e := &cert.Notice{
		Order:   cert.Coded{Source: cert.Coding{System: cert.Pratique, Code: n.Order}},
		Release: n.Release, From: n.From, Until: n.Until, Reason: n.Reason, Appeal: n.Appeal,
	}
	e.Country, e.Authority = n.Jurisdiction, n.Authority
	if n.Disease != "" {
		e.Disease = cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: n.Disease}}
	}
	return e
}
