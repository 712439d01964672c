package verify

import (
	"cmp"
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/words"
)

// Question is what is asked of a code. The zero Question names no destination
// and no moment, and is answered grey.
type Question struct {
	Trip    Trip
	Purpose string    // entry, transit, exit, venue, self ...; empty means entry
	At      time.Time // the moment of the verdict, at the place of arrival; zero means the arrival of the trip
	Now     time.Time // the moment of asking, which the age of the data is judged by; zero means At

	// Passport is the document that the person shows, to be compared with the
	// certificate; nil: none.
	Passport *mrz.Document
}

// Epoch is before every health code that this program reads: a clock that
// shows less is wrong.
var Epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// Asked is the leg whose jurisdiction is asked: the destination, or, of somebody
// who leaves, where they leave from.
func (q Question) Asked() (Leg, bool) {
	if q.Purpose == "exit" && len(q.Trip.Legs) > 1 {
		return q.Trip.Legs[0], q.Trip.Legs[0].Jurisdiction != ""
	}
	return q.Trip.Destination()
}

// settled returns the question with its defaults filled in.
func (q Question) settled() Question {
	if from, ok := q.Asked(); q.At.IsZero() && ok && q.Purpose == "exit" {
		q.At = from.Depart
	}
	if q.At.IsZero() {
		if d, ok := q.Trip.Destination(); ok {
			q.At = d.Arrive
		}
	}
	if q.Now.IsZero() {
		q.Now = q.At
	}
	if q.Purpose == "" {
		q.Purpose = "entry"
	}
	return q
}

// Check answers a question about the text of a code.
func Check(w *World, text string, q Question) Report {
	u, err := format.Read(text)
	if err != nil {
		return unreadable(w, len(text), err)
	}
	return CheckCode(w, u, q)
}

// unreadable is the answer to what could not be read as a health code.
func unreadable(w *World, length int, err error) Report {
	r := Report{Data: w.Data}
	e, ok := errors.AsType[*format.Error](err)
	if !ok {
		r.add("read_payload")
		return r
	}
	r.Format = e.Format
	var params []words.Param
	switch {
	case e.Code == "too_long":
		params = append(params, words.Count("length", length), words.Count("limit", format.Limit(e.Format)))
	case e.Code == "code_part":
		params = append(params, words.Count("of", e.Of), words.Count("have", e.Have))
		if e.Number > 0 {
			params = append(params, words.Count("number", e.Number))
		}
	case e.Host != "":
		params = append(params, words.Text("host", e.Host))
	case e.What != "":
		params = append(params, words.Word("what", "what_"+string(e.What)))
	}
	if e.Cause != "" {
		params = append(params, words.Text("cause", e.Cause))
	}
	r.add(e.Code, params...)
	return r
}

// CheckCode answers a question about a code that was read.
func CheckCode(w *World, u format.Unverified, q Question) Report {
	q = q.settled()
	c := candidate{w: w, u: u}
	c.signed, c.err = u.Verify(w.Keys)
	r := c.judge(q)
	r.ChangesAt, r.ChangesTo = c.change(q, r)
	return r
}

// CheckSigned answers a question about a code whose signature was verified, as
// what the caller made of its certificate: one of its events, say.
func CheckSigned(w *World, u format.Unverified, s trust.Signed, q Question) Report {
	q = q.settled()
	c := candidate{w: w, u: u, signed: s}
	return c.judge(q)
}

// candidate is a code whose signature has been looked at once; it can then be
// judged for several moments.
type candidate struct {
	w      *World
	u      format.Unverified
	signed trust.Signed
	err    error
}

// judge runs every check for one moment.
func (c *candidate) judge(q Question) Report {
	w, u := c.w, c.u
	r := Report{Format: u.Format(), Content: u.Content(), KeyID: u.KeyID(), Country: u.Country(), Data: w.Data, place: q.At.Location()}
	clock(&r, w.Data, q)
	if c.err != nil {
		notSigned(&r, w, u, c.err)
		return r.settle()
	}
	r.Checks.Signature = Pass
	r.Signed = &c.signed
	r.Country = c.signed.Key.Country
	if c.signed.Key.Demo {
		r.add("demo_key")
	}
	derived(&r, c.signed)
	keyUse(&r, c.signed)
	wording(&r, c.signed)
	inForce(&r, w.KeyPolicy, c.signed, q.At)
	schema(&r, c.signed)
	assumed(&r, c.signed)
	unrevoked(&r, w, c.signed, q)
	if events(&r, c.signed) {
		acceptable(&r, w, counting(&r, w, c.signed, q), q)
	}
	passport(&r, c.signed, q.Passport)
	return r.settle()
}

// settle sorts the reasons, those that gave the verdict first, and sets the verdict.
func (r *Report) settle() Report {
	verdict, any := Green, false
	for _, reason := range r.Reasons {
		if c, ok := reason.Colour(); ok {
			verdict, any = verdict.Worse(c), true
		}
	}
	if !any {
		verdict = Grey
	}
	r.Verdict = verdict
	slices.SortStableFunc(r.Reasons, func(a, b Reason) int { return cmp.Compare(weight(b), weight(a)) })
	return *r
}

func weight(r Reason) int {
	if c, ok := r.Colour(); ok {
		return 1 + c.rank()
	}
	return 0
}

// clock answers whether the moments and the data can be relied on at all.
func clock(r *Report, d Data, q Question) {
	if q.At.IsZero() {
		r.add("no_moment")
		return
	}
	floor := Epoch
	if d.AsOf.After(floor) {
		floor = d.AsOf
	}
	if q.Now.Before(floor) || q.At.Before(Epoch) {
		r.add("clock_impossible", r.moment("now", q.Now), r.moment("as_of", floor))
	}
	if !d.HardExpiry.IsZero() && q.Now.After(d.HardExpiry) {
		r.add("data_expired", r.moment("since", d.HardExpiry))
	} else if !d.SoftExpiry.IsZero() && q.Now.After(d.SoftExpiry) {
		r.add("data_old", r.moment("since", d.SoftExpiry))
	}
	if d.Unknown != "" {
		r.add("data_newer", words.Text("what", d.Unknown))
	}
}

// notSigned says why no key was found to have signed the code.
func notSigned(r *Report, w *World, u format.Unverified, err error) {
	kid := words.Text("kid", base64.StdEncoding.EncodeToString([]byte(u.KeyID())))
	switch {
	case errors.Is(err, trust.ErrUnknownKey):
		r.add("signer_unknown", kid, claimed(u))
	case errors.Is(err, trust.ErrNoKeyID):
		r.add("no_key_named")
	case errors.Is(err, trust.ErrAlgorithm):
		r.add("algorithm_unknown", words.Text("algorithm", u.Algorithm()))
	case errors.Is(err, trust.ErrCritical):
		r.add("critical_unknown", words.Text("what", "crit"))
	case errors.Is(err, trust.ErrSignature):
		r.Checks.Signature = Fail
		who := claimed(u)
		if ks := w.Keys.Find(u.KeyID()); len(ks) > 0 && ks[0].Country != "" {
			who = words.Place("country", ks[0].Country)
		}
		r.add("signature_wrong", who)
	default:
		r.Checks.Signature = Pass // and what it signs cannot be read: nothing of it is shown
		r.add("read_payload")
	}
}

// claimed is the issuer that a code claims: its country, or what it names itself by.
func claimed(u format.Unverified) words.Param {
	if i, ok := u.(interface{ Issuer() string }); ok && u.Country() == "" {
		return words.Text("country", i.Issuer())
	}
	return words.Place("country", u.Country())
}

// answers is who answers for a key: its country, or its issuer where no list
// says in which country that is.
func answers(name string, k trust.Key) words.Param {
	if k.Country == "" {
		return words.Text(name, cmp.Or(k.Issuer, k.Authority, k.Source))
	}
	return words.Place(name, k.Country)
}

func keyUse(r *Report, s trust.Signed) {
	if s.Certificate.Derived != nil {
		r.Checks.KeyUse = Pass
		if !s.Key.Uses.Allows(trust.Derived) {
			r.Checks.KeyUse = Fail
			r.add("key_not_entitled", answers("country", s.Key), words.Word("use", string(trust.Derived)))
		}
		return
	}
	for _, e := range s.Certificate.Events {
		if use := trust.UseFor(e.Kind()); !s.Key.Uses.Allows(use) {
			r.Checks.KeyUse = Fail
			r.add("key_not_entitled", answers("country", s.Key), words.Word("use", string(use)))
			return
		}
		r.Checks.KeyUse = Pass
	}
}

func inForce(r *Report, policy trust.Policy, s trust.Signed, at time.Time) {
	r.Checks.InForce = Pass
	p := lifeOf(s.Certificate)
	begin := p.Issued
	if p.From.After(begin) {
		begin = p.From
	}
	switch {
	case !p.Until.IsZero() && at.After(p.Until) && forLife(s.Certificate):
		r.add("for_life", r.moment("until", p.Until))
	case !p.Until.IsZero() && at.After(p.Until):
		r.Checks.InForce = Fail
		r.add("signature_expired", r.moment("until", p.Until))
	case !begin.IsZero() && at.Before(begin):
		r.Checks.InForce = Fail
		r.add("signature_not_yet", r.moment("from", begin))
	}
	if forLife(s.Certificate) && !p.Issued.IsZero() {
		policy = trust.ValidAtIssuance // nor does the life of its key
	}
	if !policy.InForce(s.Key, p.Issued, at) {
		r.Checks.InForce = Fail
		r.add("key_not_in_force", r.moment("from", s.Key.NotBefore), r.moment("until", s.Key.NotAfter))
	}
}

// forLife reports whether the protection that a certificate is about has no
// end. The life of a signature, which no signing key lets be longer than some
// years, does not end it: the International Health Regulations (Annex 7) bind
// states to accept it for the life of the person.
func forLife(c *cert.Certificate) bool {
	for _, e := range c.Events {
		if v, ok := e.(*cert.Vaccination); !ok || !v.Lifelong {
			return false
		}
	}
	return len(c.Events) > 0
}

// wording adds what the International Health Regulations (Annex 6) have a
// certificate of vaccination say.
func wording(r *Report, s trust.Signed) {
	if r.Content == "icvp" && len(s.Certificate.Events) == 1 {
		r.add("ihr_certifies", diseaseOf(s.Certificate, 0))
	}
}

func schema(r *Report, s trust.Signed) {
	issues := format.Schema(s)
	r.Checks.Schema = Pass
	for i, issue := range issues {
		r.Checks.Schema = Fail
		if i < 3 {
			r.add("schema", words.Text("where", issue.Path), words.Text("what", issue.What))
		}
	}
}

// assumed says what the reader had to guess or could not read. What was merely
// left out, or trimmed, changes no answer and is in the neutral form.
func assumed(r *Report, s trust.Signed) {
	for _, l := range s.Certificate.Losses {
		if l.What == "assumed_utc" || l.What == "unreadable" {
			r.add("losses", words.Text("where", l.Field), words.Word("what", "loss_"+l.What))
		}
	}
}

func unrevoked(r *Report, w *World, s trust.Signed, q Question) {
	own := Report{place: r.place}
	withdrawnItself(&own, w, s, q)
	r.Reasons = append(r.Reasons, own.Reasons...)
	if r.Checks.Unrevoked = own.Checks.Unrevoked; own.Checks.Unrevoked != Fail && s.Certificate.Derived.Names() {
		original := Report{place: r.place}
		originalWithdrawn(&original, w, s, q)
		r.Reasons = append(r.Reasons, original.Reasons...)
		r.Checks.Unrevoked = r.Checks.Unrevoked.and(original.Checks.Unrevoked)
	}
}

// withdrawnItself asks the lists about such certificates as this one.
func withdrawnItself(r *Report, w *World, s trust.Signed, q Question) {
	ls := w.withdrawals(s)
	if len(ls) == 0 {
		r.add("withdrawals_not_checked", answers("country", s.Key))
		return
	}
	for _, l := range ls {
		if e, ok := l.Withdraws(s); ok && !q.At.Before(e.Since) {
			r.withdrawn(s, l, e)
			return
		}
	}
	for _, l := range ls {
		if !l.Until.IsZero() && q.Now.After(l.Until) {
			r.add("withdrawals_old", r.moment("since", l.AsOf))
			return
		}
	}
	r.Checks.Unrevoked = Pass
}

// withdrawn says why a certificate no longer counts.
func (r *Report) withdrawn(s trust.Signed, l *revoke.List, e revoke.Entry) {
	r.Checks.Unrevoked = Fail
	switch e.Reason {
	case revoke.KeyLost:
		r.add("withdrawn_key_lost", r.moment("at", e.Since))
	case revoke.Ended: // and it signed later
		r.add("key_not_in_force", r.moment("from", s.Key.NotBefore), r.moment("until", e.Since))
	case revoke.Unstated:
		r.add("withdrawn_unstated", answers("country", s.Key))
	default:
		r.add("withdrawn", r.moment("at", e.Since), words.Word("why", string(e.Reason)), words.Text("appeal", l.Appeal))
	}
}

// events reports whether the certificate states what can be judged: one event
// where its format allows one, and any number else.
func events(r *Report, s trust.Signed) bool {
	switch n := len(s.Certificate.Events); {
	case n == 0 && r.Content == "link":
		host := "?"
		if links := s.Certificate.Links; len(links) > 0 {
			host = links[0].Host
		}
		r.add("online_only", words.Text("host", host))
	case n == 0 && r.Content != "dcc" && r.Content != "icvp" && r.Content != "ddcc":
		r.add("content_unsupported", words.Word("content", "content_"+r.Content))
	case n == 0:
		r.add("no_event")
	case n > 1 && r.Content == "dcc":
		r.add("several_events", words.Count("n", n))
	default:
		return true
	}
	return false
}

// counting returns the certificate with what counts of it: the events that the
// destination recognises, of which the rules judge the one that does best, and
// those that show an infection or an order, whoever recognises them. Where it
// recognises none, it says why not the first, and all are judged.
func counting(r *Report, w *World, s trust.Signed, q Question) trust.Signed {
	all := s.Certificate.Events
	var counted []cert.Event
	said := -1
	for i, e := range all {
		one := Report{Format: r.Format, place: r.place}
		recognised(&one, w, s, e, q)
		fails := one.Checks.Recognised == Fail
		if !fails || shows(e) {
			counted = append(counted, e)
		}
		if !fails && said < 0 {
			said = i
		}
	}
	recognised(r, w, s, all[max(said, 0)], q)
	if said < 0 || len(counted) == len(all) {
		return s
	}
	c := *s.Certificate
	c.Events = counted
	s.Certificate = &c
	return s
}

func recognised(r *Report, w *World, s trust.Signed, e cert.Event, q Question) {
	to, ok := q.Asked()
	if !ok {
		return
	}
	by := words.Place("by", to.Jurisdiction)
	if !w.Recognitions.Stated(to.Jurisdiction) {
		if s.Key.Country != to.Jurisdiction {
			r.add("recognition_not_stated", by)
		}
		return
	}
	rec, gap := w.Recognitions.Recognise(to.Jurisdiction, s.Key.Country, r.Format, e, q.At)
	if s.Certificate.Derived != nil && s.Key.Country != to.Jurisdiction && gap == "" {
		if gap = w.endorsers(to.Jurisdiction, s, r.Format, e, q.At); gap != "" {
			r.Checks.Recognised = Fail
			r.add("not_recognised_use", by, answers("of", s.Key), words.Word("use", string(trust.Derived)))
			return
		}
	}
	if gap == "" || s.Key.Country == to.Jurisdiction {
		r.Checks.Recognised = Pass
		return
	}
	r.Checks.Recognised = Fail
	method := ""
	if t, ok := e.(*cert.Test); ok {
		method = string(t.Method)
	}
	code := "not_recognised_" + string(gap)
	if gap == trust.GapTime {
		code = "recognition_ended"
		if q.At.Before(rec.From) {
			code = "recognition_not_begun"
		}
	}
	r.add(code, by, answers("of", s.Key),
		r.moment("from", rec.From), r.moment("until", rec.Until),
		words.Word("use", string(e.Kind())), words.Word("method", method), words.Text("format", r.Format))
}

// change returns the first moment after the question's at which the verdict is
// another, and that verdict.
func (c *candidate) change(q Question, now Report) (time.Time, Colour) {
	if c.err != nil || slices.ContainsFunc(now.Reasons, func(r Reason) bool { return r.Code == "no_moment" || r.Code == "clock_impossible" }) {
		return time.Time{}, Grey
	}
	for _, t := range c.turns(q) {
		later := q
		later.At = t
		if later.Now.Before(t) {
			later.Now = t
		}
		if then := c.judge(later).Verdict; then != now.Verdict {
			return at(t, q.At.Location()), then
		}
	}
	return time.Time{}, Grey
}

// turns lists the moments after the question's at which any check may change,
// in order. A check that covers its last moment turns just after it.
func (c *candidate) turns(q Question) []time.Time {
	const after = time.Millisecond
	s, w := c.signed, c.w
	p := lifeOf(s.Certificate)
	ts := []time.Time{p.Issued, p.From, end(p.Until, after), end(s.Key.NotAfter, after), end(w.Data.HardExpiry, after)}
	if to, ok := q.Asked(); ok {
		for _, rec := range w.Recognitions {
			if rec.By == to.Jurisdiction {
				ts = append(ts, rec.From, rec.Until)
			}
		}
	}
	for _, l := range w.withdrawals(s) {
		if e, ok := l.Withdraws(s); ok {
			ts = append(ts, e.Since)
		}
	}
	for _, l := range w.Withdrawals {
		if e, ok := l.WithdrawsOriginal(s.Certificate); ok {
			ts = append(ts, e.Since)
		}
	}
	ts = append(ts, c.ruleTurns(q)...)
	ts = slices.DeleteFunc(ts, func(t time.Time) bool { return !t.After(q.At) })
	slices.SortFunc(ts, time.Time.Compare)
	return slices.CompactFunc(ts, time.Time.Equal)
}

func end(t time.Time, by time.Duration) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(by)
}
