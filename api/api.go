package api

import (
	"crypto"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/pratique/pratique/internal/rest"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// Options say which service it is.
type Options struct {
	World  func() *verify.World // what the answers rest on, now; never nil
	Signer crypto.Signer        // of receipts; nil: none
	Desk   string               // the name of the service, as receipts have it
	Appeal []string             // where to object, beside what the rules name

	Clients   []Client
	Anonymous int // cost that one address without a token may spend a minute; zero: none is let in

	Now  func() time.Time
	Rand io.Reader // salts and signatures of receipts
}

// Service is the API. Its zero value does not work: see [New].
type Service struct {
	o     Options
	mux   *http.ServeMux
	meter meter
}

// New returns the service.
func New(o Options) (*Service, error) {
	switch {
	case o.World == nil || o.World() == nil:
		return nil, errors.New("making the verification API: no data to answer by")
	case o.Now == nil || o.Rand == nil:
		return nil, errors.New("making the verification API: no clock or no randomness")
	case o.Signer != nil && o.Desk == "":
		return nil, errors.New("making the verification API: receipts need the name of the desk")
	}
	for _, c := range o.Clients {
		if c.Name == "" || len(c.Token) != 64 || c.Budget <= 0 {
			return nil, errors.New("making the verification API: a client has a name, the SHA-256 of its token in 64 digits, and a budget")
		}
	}
	s := &Service{o: o, mux: http.NewServeMux()}
	for _, c := range calls() {
		s.mux.HandleFunc(c.path, s.method(c))
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "not_found", "there is nothing here", "GET /v1/openapi.json lists all calls")
	})
	return s, nil
}

// call is one path.
type call struct {
	method, path string
	open         bool // asked by anybody, and without a cost
	do           func(s *Service, w http.ResponseWriter, r *http.Request, c spender)
}

func calls() []call {
	return []call{
		{http.MethodPost, "/v1/verify", false, (*Service).one},
		{http.MethodPost, "/v1/verify/batch", false, (*Service).several},
		{http.MethodGet, "/v1/data", false, (*Service).data},
		{http.MethodGet, "/v1/openapi.json", true, (*Service).description},
		{http.MethodGet, "/healthz", true, (*Service).healthy},
		{http.MethodGet, "/readyz", true, (*Service).ready},
	}
}

// ServeHTTP implements [http.Handler].
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest.Guard(w.Header())
	s.mux.ServeHTTP(w, r)
}

func (s *Service) method(c call) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != c.method && (c.method != http.MethodGet || r.Method != http.MethodHead) {
			w.Header().Set("Allow", c.method)
			refuse(w, http.StatusMethodNotAllowed, "method", "this call is a "+c.method, "GET /v1/openapi.json lists all calls")
			return
		}
		var by spender
		if !c.open {
			var ok bool
			by, ok = s.client(r)
			if !ok {
				w.Header().Set("WWW-Authenticate", "Bearer")
				refuse(w, http.StatusUnauthorized, "unauthorised", "the token is missing or not known", "send Authorization: Bearer TOKEN, with the token that the operator gave you")
				return
			}
		}
		c.do(s, w, r, by)
	}
}

// one answers about one person.
func (s *Service) one(w http.ResponseWriter, r *http.Request, by spender) {
	var req Request
	if !receive(w, r, &req) {
		return
	}
	if !s.pay(w, by, req.cost()) {
		return
	}
	j, ok := s.journey(w, req.Journey)
	if !ok {
		return
	}
	a, err := s.answer(j, req.Showing)
	if err != nil {
		refuse(w, http.StatusBadRequest, "bad_request", err.Error(), "GET /v1/openapi.json says what a request has")
		return
	}
	reply(w, a)
}

// several answers about the people of a batch.
func (s *Service) several(w http.ResponseWriter, r *http.Request, by spender) {
	var req Batch
	if !receive(w, r, &req) {
		return
	}
	if n := len(req.Items); n == 0 || n > MaxItems {
		refuse(w, http.StatusBadRequest, "bad_request", fmt.Sprintf("a batch has 1 to %d items", MaxItems), "send several batches")
		return
	}
	cost := 0
	for _, item := range req.Items {
		cost += item.cost()
	}
	if !s.pay(w, by, cost) {
		return
	}
	j, ok := s.journey(w, req.Journey)
	if !ok {
		return
	}
	out := Answers{V: 1, Items: make([]Answer, 0, len(req.Items)), Summary: map[string]int{"green": 0, "amber": 0, "red": 0, "grey": 0}}
	for i, item := range req.Items {
		a, err := s.answer(j, item)
		if err != nil {
			refuse(w, http.StatusBadRequest, "bad_request", fmt.Sprintf("item %d: %v", i+1, err), "GET /v1/openapi.json says what a request has; nothing of this batch was answered")
			return
		}
		out.Items = append(out.Items, a)
		out.Summary[a.Verdict]++
	}
	reply(w, out)
}

// pay takes the cost of a request from the client's budget.
func (s *Service) pay(w http.ResponseWriter, by spender, cost int) bool {
	wait, ok := s.meter.spend(by, cost, s.o.Now())
	if !ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		refuse(w, http.StatusTooManyRequests, "too_many", fmt.Sprintf("this client may ask about %d codes a minute", by.budget), "wait as long as Retry-After says, or ask the operator for more")
	}
	return ok
}

func (p Showing) cost() int { return max(1, len(p.Codes)) }

// asked is a journey that was understood.
type asked struct {
	world    *verify.World
	question verify.Question
	lang     string
	detail   string
}

func (s *Service) journey(w http.ResponseWriter, j Journey) (asked, bool) {
	a := asked{world: s.o.World(), lang: "en", detail: "minimal"}
	a.question.Now = s.o.Now()
	a.question.At, a.question.Purpose = a.question.Now, j.Purpose
	bad := func(what, hint string) (asked, bool) {
		refuse(w, http.StatusBadRequest, "bad_request", what, hint)
		return asked{}, false
	}
	if j.At != "" {
		at, err := time.Parse(time.RFC3339, j.At)
		if err != nil {
			return bad("at is no moment", "a date, a time and an offset: 2026-12-03T14:20:00+08:00")
		}
		a.question.At = at
	}
	if j.Purpose != "" && !slices.Contains([]string{"entry", "transit", "exit", "venue", "self"}, j.Purpose) {
		return bad("the purpose is not known", "entry, transit, exit, venue or self")
	}
	if j.Lang != "" {
		if a.lang = j.Lang; !slices.Contains(words.Languages(), j.Lang) {
			return bad("the language is not known", "en or fr")
		}
	}
	if j.Detail != "" {
		if a.detail = j.Detail; !slices.Contains([]string{"minimal", "desk", "full"}, j.Detail) {
			return bad("the detail is not known", "minimal, desk or full")
		}
	}
	countries := append([]string{j.To, j.From}, j.Via...)
	if j.Trip != nil {
		if j.To != "" || j.From != "" || len(j.Via) > 0 {
			return bad("trip stands for to, from and via", "leave these out")
		}
		countries = nil
		for _, l := range j.Trip.Legs {
			countries = append(countries, l.Jurisdiction)
		}
		a.question.Trip = *j.Trip
		if d, ok := j.Trip.Destination(); ok && j.At == "" && !d.Arrive.IsZero() {
			a.question.At = d.Arrive
		}
		if len(j.Trip.Legs) > 20 || len(j.Trip.Stays) > 100 {
			return bad("the trip is too long", "at most 20 legs and 100 stays")
		}
	} else {
		a.question.Trip = verify.Direct(j.From, j.Via, j.To, a.question.At)
	}
	for i, c := range countries {
		optional := j.Trip == nil && i == 1
		if !isCountry(c) && !(optional && c == "") {
			return bad("a country is missing, or is not two capital letters", "name the destination: \"to\": \"CH\"")
		}
	}
	return a, true
}

func isCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

// answer answers about one person. An error is one of the request, and repeats
// nothing of it.
func (s *Service) answer(j asked, p Showing) (Answer, error) {
	codes := p.Codes
	if p.Code != "" {
		codes = append([]string{p.Code}, codes...)
	}
	switch {
	case p.Code != "" && len(p.Codes) > 0:
		return Answer{}, errors.New("codes stands for code")
	case len(codes) == 0 || len(codes) > MaxCodes:
		return Answer{}, fmt.Errorf("a person shows 1 to %d codes", MaxCodes)
	case len(p.ID) > 64:
		return Answer{}, errors.New("id is longer than 64 characters")
	}
	q := j.question
	if p.Passport != "" {
		d, err := mrz.Parse(p.Passport)
		if err != nil {
			return Answer{}, fmt.Errorf("passport: %w", err)
		}
		q.Passport = &d
	}
	reports := make([]verify.Report, len(codes))
	for i, c := range codes {
		reports[i] = verify.Check(j.world, c, q)
	}
	r, by := verify.Jointly(reports)
	if len(by) == 0 {
		r, by = reports[0], []int{0}
	}
	one, code := reports[by[0]], codes[by[0]] // which the receipt is about
	full := r.In(j.lang, p.ID)
	a := Answer{V: 1, ID: p.ID, Verdict: r.Verdict.String(), Word: full.Word, Obligations: []verify.SaidObligation{}, Data: full.Data}
	if r.Verdict == verify.Green {
		a.Obligations = full.Obligations
	}
	if m := full.Passport; m != nil {
		a.Passport = &Fit{Name: m.Name, Near: m.Near, BirthDate: m.BirthDate}
	}
	decision := s.decision(one.Verdict, p)
	together := r.Verdict == verify.Green && one.Verdict != verify.Green
	if together && p.Outcome == "" {
		decision.Outcome, decision.Override = verify.Admitted, verify.OtherEvidence
	}
	receipt, err := verify.NewReceipt(j.world, code, q, decision, s.o.Rand)
	switch {
	case errors.Is(err, verify.ErrOverride), errors.Is(err, verify.ErrOfficers):
		return Answer{}, fmt.Errorf("outcome: %w", err)
	case err == nil && together:
		for _, said := range full.Reasons[:1] { // accepted_together: the receipt is about one of them
			a.Reasons = []Reason{{Code: said.Code, Colour: said.Colour, Text: said.Text}}
		}
		err = s.sign(&a, receipt)
	case err == nil:
		a.Reasons = reasons(j.lang, receipt)
		err = s.sign(&a, receipt)
	default: // no receipt can say it: codes alone
		a.Unsigned, err = true, nil
		a.Reasons = make([]Reason, 0, len(full.Reasons))
		for _, reason := range full.Reasons {
			a.Reasons = append(a.Reasons, Reason{Code: reason.Code, Colour: reason.Colour})
		}
	}
	if j.detail != "minimal" {
		if j.detail == "full" {
			full = full.WithPayload(r)
		}
		a.Desk = &full
	}
	return a, err
}

// reasons are those of a receipt, in a language.
func reasons(lang string, r verify.Receipt) []Reason {
	out := make([]Reason, 0, len(r.Reasons))
	for i, said := range verify.SayReasons(lang, r.Said()) {
		x := Reason{Code: r.Reasons[i].Code, Text: said.Text, Next: said.Next}
		if c, ok := r.Reasons[i].Colour(); ok {
			x.Colour = c.String()
		} else if x.Code == "referred" {
			x.Colour = r.Verdict.String()
		}
		x.Rule, _ = said.Params["rule"].(string)
		out = append(out, x)
	}
	return out
}

// decision is what is written into the receipt.
func (s *Service) decision(verdict verify.Colour, p Showing) verify.Decision {
	d := verify.Decision{Verdict: verdict, Outcome: verify.SecondDesk, Desk: s.o.Desk, Appeal: s.o.Appeal}
	if verdict == verify.Green {
		d.Outcome = verify.Admitted
	}
	if p.Outcome != "" {
		d.Outcome, d.Override = verify.Outcome(p.Outcome), verify.Override(p.Override)
	}
	if d.Desk == "" {
		d.Desk = "api"
	}
	return d
}

func (s *Service) sign(a *Answer, r verify.Receipt) error {
	if s.o.Signer == nil {
		a.Unsigned = true
		return nil
	}
	text, err := r.Sign(s.o.Signer, s.o.Rand)
	if err != nil {
		return errors.New("the receipt could not be signed")
	}
	a.Receipt = string(text)
	return nil
}

// data says what the answers rest on.
func (s *Service) data(w http.ResponseWriter, _ *http.Request, by spender) {
	world := s.o.World()
	st := State{V: 1, Data: verify.SayData(world.Data), Keys: world.Keys.Len(), Rules: []RuleSet{}, Signs: s.o.Signer != nil, Ready: s.fresh(), Budget: by.budget}
	for _, set := range world.Rules {
		st.Rules = append(st.Rules, RuleSet{ID: set.ID, Version: set.Version, Jurisdiction: set.Jurisdiction, Purpose: set.Purpose, Until: set.Until.Format(time.RFC3339), Digest: set.Digest()})
	}
	reply(w, st)
}

func (s *Service) fresh() bool {
	d := s.o.World().Data
	return s.o.World().Keys.Len() > 0 && (d.HardExpiry.IsZero() || !s.o.Now().After(d.HardExpiry))
}

func (s *Service) healthy(w http.ResponseWriter, _ *http.Request, _ spender) {
	reply(w, map[string]bool{"ok": true})
}

func (s *Service) ready(w http.ResponseWriter, _ *http.Request, _ spender) {
	if !s.fresh() {
		refuse(w, http.StatusServiceUnavailable, "no_data", "there are no keys, or the data is past its end", "fetch new data")
		return
	}
	reply(w, map[string]bool{"ok": true})
}

// receive reads a request, strictly.
func receive(w http.ResponseWriter, r *http.Request, into any) bool {
	f := rest.Take(w, r, MaxBody, into)
	if f != nil {
		refuse(w, f.Status, f.Code, f.Text, f.Hint)
	}
	return f == nil
}

func reply(w http.ResponseWriter, v any) { rest.Answer(w, http.StatusOK, v) }

func refuse(w http.ResponseWriter, status int, code, text, hint string) {
	rest.Answer(w, status, Failure{Fault{code, text, hint}})
}
