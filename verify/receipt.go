package verify

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
)

// Receipt is what a person leaves with after a decision: what was asked, what
// was answered by which public documents, what the officer decided, and where
// to object. It is a text (see package signed) that a desk signs with a key of
// its country for the use "receipt", short enough for a QR code that any phone
// reads:
//
//	receipt  = "pratique-receipt/1.0" LF
//	           "time " moment LF                      ; of the question and the decision
//	           ["at " moment LF]                      ; of the verdict, where it is another
//	           "desk " name LF
//	           "to " code [" " region] LF
//	           "purpose " word LF
//	           "verdict " ("green" / "amber" / "red" / "grey") LF
//	           1*16("reason " word *4(" " word "=" value) LF)   ; no word twice
//	           *16("rules " id " " version " " digest LF)
//	           ["keys now" LF]                        ; the key policy, where it is ValidNow
//	           ["bundle " (name / "-") [" " digest] LF]
//	           ["as-of " moment LF]                   ; of the data
//	           ["until " moment LF]                   ; its hard expiry
//	           "decision " outcome LF
//	           ["override " word [" " text-code] LF]
//	           *2("officer " name LF)
//	           1*3("appeal " words LF)
//	           "code " salt " " digest LF
//	           "trip " digest LF
//	moment   = RFC 3339 with an offset; fractions of a second only where there are, without trailing zeros
//	name     = 1 to 64 letters, digits and "._-", a letter or digit first; of a desk or officer up to 32
//	code     = 2 to 10 capitals, digits and hyphens, a letter first
//	region   = 1 to 8 letters and digits
//	word     = 1 to 64 small letters, digits and "_", a letter first
//	id       = 1 to 64 small letters, digits and hyphens
//	version  = number "." number "." number           ; of up to 9 digits each
//	value    = 1 to 64 letters, digits and "._:+-"
//	outcome  = "admitted" / "second_desk" / "health_service" / "refused"
//	text-code = 1 to 32 small letters and "_"
//	words    = 1 to 200 bytes without controls, no space at either end, no separators of lines
//	salt     = 16 bytes, digest = 32 bytes, in base64url without padding (RFC 4648, section 5)
//
// No rule set, officer or appeal stands twice. What [ParseReceipt] reads,
// [Receipt.Bytes] writes again byte for byte. A text is at most [MaxReceipt]
// bytes long.
//
// # The decision
//
// The verdict advises, the officer decides. What follows from a verdict needs
// no word: green, admitted; amber and grey, a second desk; red, a second desk,
// the health service or a refusal. Any other decision is an override and names
// its reason, and to refuse a person whose verdict is green takes two officers.
// A text that breaks this is no receipt. A text-code refers to a list of fixed
// sentences that the desk has published; it has no digits, and nothing is
// written freely. An officer is named as the desk names them, best by a
// pseudonym of the shift.
//
// # What it does not say
//
// There is no name in it, no birth date, no number of a document, no identifier
// of a certificate, no disease and nothing of what the certificate says. Of a
// reason it has the code, and those parameters alone that the published
// documents hold. Two reasons that would tell of a person's health, infection
// and isolation, are both written as "referred". The way of the person is not
// in it either. Who has the certificate learns it all by [Receipt.Replay].
//
// What remains can be read by who finds the slip: that somebody was at this
// desk at this time, was sent to the health service or refused, and by the
// identifiers of the rules which kind of evidence they had shown, and through
// which countries with rules of their own they came.
//
// # Which certificate it was
//
// The line "code" has a random salt and
//
//	SHA-256("pratique-receipt/1 code" LF salt text)
//
// where text is that of the health code as it was scanned, without the line
// ends around it: the whole code and not its signed content, since those whose
// signature does not verify need a receipt most, and since the signature makes
// the text impossible to guess. The line "trip" is
//
//	SHA-256("pratique-receipt/1 trip" LF salt SHA-256(text) trip)
//
// over the [Trip] as compact JSON, members in the order of its declaration.
//
// The first binds both sides: the holder can show which code was judged, and
// the desk cannot say later that it was another. Without the code nothing can
// be learnt from either, and two receipts for one code cannot be linked. They
// hide nothing from those who have the code (the holder, an issuer that keeps
// it, a checkpoint that kept a copy): these can tell that the receipt is for
// it, and can try out trips, of which there are few. Nor do they show that who
// holds the slip is the person of the certificate.
type Receipt struct {
	Decision
	Time       time.Time // of the question and the decision
	At         time.Time // of the verdict, at the place of arrival
	To, Region string    // the destination
	Purpose    string
	Reasons    []Reason // codes, and parameters that are not personal
	Rules      []Cited
	KeyPolicy  trust.Policy
	Data       Data
	Salt       [16]byte
	Code, Trip [32]byte // commitments
}

// Decision is what an officer enters.
type Decision struct {
	Verdict  Colour // that the officer saw: a receipt is given for no other
	Outcome  Outcome
	Override Override // empty where the outcome follows from the verdict
	TextCode string   // a code of the desk's list of fixed sentences; needed with [OtherReason]
	Desk     string
	Officers []string // two at most; both are needed to refuse a person whose verdict is green
	Appeal   []string // where to object, each one line: the desk's own first, then those that the rules name
}

// Outcome is what an officer decided.
type Outcome string

// The outcomes.
const (
	Admitted      Outcome = "admitted"
	SecondDesk    Outcome = "second_desk"
	HealthService Outcome = "health_service"
	Refused       Outcome = "refused"
)

// Override is why an outcome is not what follows from the verdict.
type Override string

// The reasons of an override. Each speaks of the case, none of a person's health.
const (
	OtherEvidence      Override = "other_evidence"       // something else was shown, and it counts
	NotShown           Override = "not_shown"            // what would do was asked for and not shown
	IdentityDoubt      Override = "identity_doubt"       // the certificate may not be this person's
	RightOfEntry       Override = "right_of_entry"       // the law does not let this person be refused
	Humanitarian       Override = "humanitarian"         // for the person's sake
	HealthServiceAsked Override = "health_service_asked" // it asked to see the person
	RandomCheck        Override = "random_check"         // chosen by lot
	Instruction        Override = "instruction"          // of an authority
	TechnicalFault     Override = "technical_fault"      // of the desk: the answer is not relied on
	OtherReason        Override = "other"                // with a text code
)

var overrides = []Override{OtherEvidence, NotShown, IdentityDoubt, RightOfEntry, Humanitarian, HealthServiceAsked, RandomCheck, Instruction, TechnicalFault, OtherReason}

// Cited is a set of rules by its name and its content.
type Cited struct {
	ID, Version string
	Digest      string // as [rules.Set.Digest] writes it
}

// follows are the outcomes that need no word, by verdict.
var follows = map[Colour][]Outcome{
	Green: {Admitted},
	Amber: {SecondDesk},
	Grey:  {SecondDesk},
	Red:   {SecondDesk, HealthService, Refused},
}

var (
	// ErrVerdict means that the question is answered with another verdict than
	// the officer saw: the data is no longer what it was. Ask again.
	ErrVerdict = errors.New("the verdict is not the one that was decided on")
	// ErrOverride means that a decision that does not follow from the verdict
	// names no reason that this program knows.
	ErrOverride = errors.New("the decision does not follow from the verdict and needs a reason")
	// ErrOfficers means that one officer alone refuses a person whose verdict is green.
	ErrOfficers = errors.New("refusing a person whose verdict is green needs two officers")
	// ErrAppeal means that neither the rules nor the desk say where to object.
	ErrAppeal = errors.New("no line says where to object")
)

// check says why a decision cannot stand.
func (d Decision) check() error {
	if d.Override != "" && !slices.Contains(overrides, d.Override) || d.Override == OtherReason && d.TextCode == "" || d.Override == "" && d.TextCode != "" {
		return ErrOverride
	}
	if d.Verdict == Green && d.Outcome == Refused && len(d.Officers) < 2 {
		return ErrOfficers
	}
	if d.Override == "" && !slices.Contains(follows[d.Verdict], d.Outcome) {
		return ErrOverride
	}
	if len(d.Appeal) == 0 {
		return ErrAppeal
	}
	return nil
}

// NewReceipt asks the question of the text of a code once more and writes down
// the answer with the officer's decision. Check answers the same each time; if
// the world has changed since the officer looked so that the verdict is
// another, it fails with [ErrVerdict]. The salt is read from rand.
func NewReceipt(w *World, text string, q Question, d Decision, rand io.Reader) (Receipt, error) {
	q = q.settled()
	to, ok := q.Trip.Destination()
	if !ok {
		return Receipt{}, errors.New("writing receipt: no destination")
	}
	report := Check(w, text, q)
	if report.Verdict != d.Verdict {
		return Receipt{}, fmt.Errorf("writing receipt: %w", ErrVerdict)
	}
	asked, issuer := w.applied(report, q)
	d.Officers, d.Appeal = slices.Clone(d.Officers), appeals(d.Appeal, asked, report)
	r := Receipt{
		Decision: d, Time: q.Now, At: q.At, To: to.Jurisdiction, Region: to.Region, Purpose: q.Purpose,
		Reasons: printable(report.Reasons), KeyPolicy: w.KeyPolicy, Data: w.Data,
	}
	for _, s := range slices.Concat(asked, issuer) {
		r.cite(s)
	}
	if _, err := io.ReadFull(rand, r.Salt[:]); err != nil {
		return Receipt{}, fmt.Errorf("writing receipt: reading salt: %w", err)
	}
	r.Code, r.Trip = r.commitCode(text), r.commitTrip(text, q.Trip)
	if err := r.check(); err != nil {
		return Receipt{}, fmt.Errorf("writing receipt: %w", err)
	}
	return r, nil
}

// applied are the sets of rules that an answer rests on. Asked are those of the
// destination in force, or else those that are not, since the answer says so,
// and those of the way; issuer those by which its country takes certificates back.
func (w *World) applied(report Report, q Question) (asked, issuer []*rules.Set) {
	to, _ := q.Trip.Destination()
	asked = inForceAt(w.sets(to, q.Purpose), q.At)
	if len(asked) == 0 {
		asked = w.sets(to, q.Purpose)
	}
	for _, leg := range q.Trip.Via() {
		at := q.At
		if !leg.Arrive.IsZero() {
			at = leg.Arrive
		}
		asked = append(asked, inForceAt(w.sets(leg, "transit"), at)...)
	}
	if report.Signed == nil {
		return asked, nil
	}
	for _, s := range w.Rules {
		if s.Jurisdiction == report.Signed.Key.Country && slices.ContainsFunc(s.Rules, func(r *rules.Rule) bool { return r.Type == rules.Invalidation }) {
			issuer = append(issuer, s)
		}
	}
	return asked, inForceAt(issuer, q.At)
}

func inForceAt(sets []*rules.Set, at time.Time) []*rules.Set {
	return slices.DeleteFunc(sets, func(s *rules.Set) bool { return at.Before(s.From) || !at.Before(s.Until) })
}

// cite names a set, once.
func (r *Receipt) cite(s *rules.Set) {
	c := Cited{ID: s.ID, Version: s.Version, Digest: s.Digest()}
	if !slices.Contains(r.Rules, c) {
		r.Rules = append(r.Rules, c)
	}
}

// appeals are the lines that say where to object, at most [MaxAppeals]: the
// desk's own, that of an issuer who withdrew the certificate, and those of the
// rules of the destination and of the way.
func appeals(own []string, asked []*rules.Set, report Report) []string {
	out := slices.Clone(own)
	add := func(line string) {
		if isLine(line) && !slices.Contains(out, line) && len(out) < MaxAppeals {
			out = append(out, line)
		}
	}
	for _, reason := range report.Reasons {
		if p, ok := param(reason, "appeal"); ok && reason.Code == "withdrawn" {
			add(p)
		}
	}
	for _, s := range asked {
		add(shortContact(s.Appeal))
	}
	return out
}

// shortContact is a contact with as many ways to reach it as fit a line.
func shortContact(c rules.Contact) string {
	for _, c := range []rules.Contact{c, {Name: c.Name, URL: c.URL, Email: c.Email}, {Name: c.Name, URL: c.URL}, {URL: c.URL}, {Email: c.Email}, {Phone: c.Phone}} {
		if s := contact(c); isLine(s) && s != c.Name {
			return s
		}
	}
	return ""
}

// commitCode is the commitment to the text of a code.
func (r *Receipt) commitCode(text string) [32]byte {
	return sha256.Sum256(slices.Concat([]byte("pratique-receipt/1 code\n"), r.Salt[:], []byte(bare(text))))
}

// commitTrip is the commitment to a trip, which only those who have the code can test.
func (r *Receipt) commitTrip(text string, t Trip) [32]byte {
	code := sha256.Sum256([]byte(bare(text)))
	b, err := json.Marshal(t)
	if err != nil {
		b = nil // a moment out of the range of years: Check has answered grey
	}
	return sha256.Sum256(slices.Concat([]byte("pratique-receipt/1 trip\n"), r.Salt[:], code[:], b))
}

// bare is a text without the line ends around it, as format.Read takes it.
func bare(text string) string { return strings.Trim(text, "\r\n") }
