package history

import (
	"cmp"
	"io"
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/trust"
)

// Exposure is a day with a risk. A system on the person's own device reckons it
// and the person writes it down, or a health authority signs it: then [Exposure.Signed]
// is true, and says more than the first four fields.
//
// # Form of one that is signed
//
// An HC1 code whose claim -260 is {-9: exposure}, under a key with the use
// "exposure" of the jurisdiction that claim 1 states. Claim 6 is when it was
// made, claim 4 until when its signature is to be relied on.
//
//	exposure = { 1: 0 / 1 / 2,      ; risk of the day: none, low, high
//	             2: -840 to 840,    ; offset of the office from UTC, in minutes
//	             3: word,           ; the system that found it: bluetrace ...
//	             4: word,           ; identifier of the rule that judged it
//	             6: bytes .size 16, ; salt
//	             7: bytes .size 16, ; commitment to the document, see Commitment
//	             9: int,            ; the day, in days since 1970-01-01 (RFC 8943, without its tag)
//	             ? 11: text,        ; disease, SNOMED CT
//	             ? 12: text }       ; authority within the jurisdiction
//
// The day is not after the one on which the statement is made, and at most a
// year and a day before. There is no place in it, no time of day and nobody else.
//
// # When the authority was wrong
//
// A later statement of the same authority (jurisdiction and name, word by word)
// about the same day, system and disease replaces the earlier one, whatever its
// rule: from low to high, from high to low, or to none, which takes the day
// back and is no statement that there was no risk. It does so for who shows it,
// and who got it has reason to. A release from an order ([Notice]) does not touch
// exposure days: an order is a decision, a day is a fact, and each has its own end.
type Exposure struct {
	Date   cert.Date // of UTC, as the systems count
	Risk   exposure.Risk
	System string // gaen, bluetrace ...
	Rule   string // identifier of the configuration

	// The rest is of one that is signed. One that [OpenExposure] did not return
	// has no KeyID, and is the person's own word.
	Jurisdiction string
	Authority    string
	Disease      string
	Issued       time.Time
	Expires      time.Time // the signature
	Holder       Commitment
	Hash         Hash
	KeyID        string
	Demo         bool
}

// Signed reports whether a health authority signed the day: that of Jurisdiction,
// by the name of Authority. If not, a device reckons it and the person says so.
func (x Exposure) Signed() bool { return x.KeyID != "" }

var risks = []exposure.Risk{exposure.None, exposure.Low, exposure.High}

// Exposure signs a day with a risk for the holder of a document. Of x it takes
// everything but the jurisdiction, which is the office's, and what the
// signature makes.
func (o Office) Exposure(x Exposure, h Holder, rand io.Reader) (string, error) {
	var err error
	if x.Holder, err = h.Commit(rand); err != nil {
		return "", &Error{OtherHolder, err}
	}
	offset, whole := offsetOf(x.Issued)
	if !whole || !x.valid() {
		return "", &Error{Malformed, errMalformed}
	}
	return o.seal(trust.Exposure, contentExposure, x.appendTo(nil, offset), x.Issued, x.Expires, rand)
}

// valid checks what a signed day must have.
func (x *Exposure) valid() bool {
	day := midnight(x.Date, 0, time.UTC)
	return slices.Contains(risks, x.Risk) && isWord(x.System) && isWord(x.Rule) &&
		isLine(x.Disease) && len(x.Disease) <= maxDisease && isLine(x.Authority) && len(x.Authority) <= maxAuthority &&
		cert.DateOf(day) == x.Date && compareDates(x.Date, lastDay(x.Issued)) <= 0 && x.Issued.Sub(day) <= maxLife
}

func (x *Exposure) appendTo(b []byte, offset int) []byte {
	count := 7
	for _, there := range []bool{x.Disease != "", x.Authority != ""} {
		if there {
			count++
		}
	}
	b = cbor.AppendMap(b, count)
	b = cbor.AppendInt(cbor.AppendInt(b, 1), int64(slices.Index(risks, x.Risk)))
	b = cbor.AppendInt(cbor.AppendInt(b, 2), int64(offset))
	b = cbor.AppendText(cbor.AppendInt(b, 3), x.System)
	b = cbor.AppendText(cbor.AppendInt(b, 4), x.Rule)
	b = cbor.AppendBytes(cbor.AppendInt(b, 6), x.Holder.Salt[:])
	b = cbor.AppendBytes(cbor.AppendInt(b, 7), x.Holder.Digest[:])
	b = cbor.AppendInt(cbor.AppendInt(b, 9), midnight(x.Date, 0, time.UTC).Unix()/secondsOfDay)
	if x.Disease != "" {
		b = cbor.AppendText(cbor.AppendInt(b, 11), x.Disease)
	}
	if x.Authority != "" {
		b = cbor.AppendText(cbor.AppendInt(b, 12), x.Authority)
	}
	return b
}

const (
	secondsOfDay = 24 * 60 * 60
	maxDay       = 400_000 // of the year 3065
)

// OpenExposure reads the code of an exposure statement and verifies it. The
// error is an [*Error].
func OpenExposure(text string, keys *trust.Keys) (Exposure, error) {
	c, err := open(text, contentExposure, trust.Exposure, keys)
	if err != nil {
		return Exposure{}, err
	}
	return c.exposure()
}

// ExposureSkippingVerification returns what the code of an exposure statement
// says although nobody checked who signed it: to look at one's own, not to
// decide anything.
func ExposureSkippingVerification(text string) (Exposure, error) {
	c, err := skim(text, contentExposure)
	if err != nil {
		return Exposure{}, err
	}
	return c.exposure()
}

func (c sealed) exposure() (Exposure, error) {
	x := Exposure{Jurisdiction: c.jurisdiction, Expires: c.until, Hash: c.hash, KeyID: c.keyID, Demo: c.demo}
	r := fields{content: c.content}
	x.Risk = risks[r.number(1, 0, 2)]
	x.Issued = c.issued.In(zone(r.number(2, -maxOffset, maxOffset)))
	x.System = r.text(3, maxWord, false)
	x.Rule = r.text(4, maxWord, false)
	r.bytes(6, x.Holder.Salt[:])
	r.bytes(7, x.Holder.Digest[:])
	x.Date = cert.DateOf(time.Unix(int64(r.number(9, -maxDay, maxDay))*secondsOfDay, 0).UTC())
	x.Disease = r.text(11, maxDisease, true)
	x.Authority = r.text(12, maxAuthority, true)
	if r.broken || !x.valid() {
		return Exposure{}, &Error{Malformed, errMalformed}
	}
	return x, nil
}

// lastDay is the latest day that it can be at a moment for whom it concerns:
// that of the place, or that of UTC, in which systems count.
func lastDay(t time.Time) cert.Date {
	local, utc := cert.DateOf(t), cert.DateOf(t.UTC())
	if compareDates(utc, local) > 0 {
		return utc
	}
	return local
}

// siftExposure keeps the days that the person's device states and those that
// authorities state of the holder, without those that were replaced or taken back.
func (e *Evidence) siftExposure(h *History, holder Holder, found *findings) {
	today := lastDay(e.At)
	e.Exposure = siftDays(h.Exposure, KindExposure, today, found, func(x Exposure) (cert.Date, bool) {
		return x.Date, isRisk(x.Risk) && isWord(x.System) && isWord(x.Rule)
	}, compareDays)
	for i, x := range e.Exposure {
		e.Exposure[i] = Exposure{Date: x.Date, Risk: x.Risk, System: x.System, Rule: x.Rule}
	}
	position := screen(h.Statements, KindStatement, holder, e.At, found, func(x *Exposure) signature {
		return signature{x.KeyID, &x.Holder, x.Issued, x.Expires, x.Hash}
	})
	type subject struct {
		jurisdiction, authority, system, disease string
		date                                     cert.Date
	}
	of := func(x *Exposure) subject {
		return subject{x.Jurisdiction, x.Authority, x.System, x.Disease, x.Date}
	}
	last := make(map[subject]time.Time, len(position))
	for _, p := range position {
		x := &h.Statements[p]
		last[of(x)] = later(last[of(x)], x.Issued)
	}
	for _, p := range position {
		switch x := &h.Statements[p]; {
		case compareDates(x.Date, today) > 0:
			found.refuse(KindStatement, p, Future)
		case x.Issued.Before(last[of(x)]):
			found.refuse(KindStatement, p, Replaced)
		case x.Risk == exposure.None:
			found.mark(KindStatement, p, TakesBack)
		default:
			e.Exposure = append(e.Exposure, *x)
		}
	}
	slices.SortStableFunc(e.Exposure, compareDays)
}

// compareDays orders exposure days by what they say, not by who says it.
func compareDays(a, b Exposure) int {
	return cmp.Or(compareDates(a.Date, b.Date), cmp.Compare(a.System, b.System), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Risk, b.Risk))
}

// siftChecked keeps for each system the last day up to which it looked.
func (e *Evidence) siftChecked(checked []Check, found *findings) {
	today := lastDay(e.At)
	last := make(map[string]cert.Date, len(checked))
	position := make([]int, 0, len(checked))
	for i, c := range checked {
		switch {
		case !isWord(c.System) || !c.Until.Full():
			found.refuse(KindChecked, i, UnknownCode)
		case compareDates(c.Until, today) > 0:
			found.refuse(KindChecked, i, Future)
		default:
			position = append(position, i)
			if compareDates(c.Until, last[c.System]) > 0 {
				last[c.System] = c.Until
			}
		}
	}
	position = slices.DeleteFunc(position, func(i int) bool {
		old := compareDates(checked[i].Until, last[checked[i].System]) < 0
		if old {
			found.refuse(KindChecked, i, Replaced)
		}
		return old
	})
	e.Checked = pick(checked, position, KindChecked, found, func(a, b Check) int {
		return cmp.Or(cmp.Compare(a.System, b.System), compareDates(a.Until, b.Until))
	})
}
