package keyserver

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/rest"
)

// MaxRequest is the length of the longest request to publish, in bytes.
const MaxRequest = 64_000

// request is what an app sends (Google's exposure-notifications-server, v1 API).
type request struct {
	Keys                []requestKey `json:"temporaryExposureKeys"`
	HealthAuthorityID   string       `json:"healthAuthorityID"`
	VerificationPayload string       `json:"verificationPayload"`
	HMACKey             string       `json:"hmacKey"`
	Onset               int32        `json:"symptomOnsetInterval"`
	Traveler            bool         `json:"traveler"`
	RevisionToken       string       `json:"revisionToken"`
	Padding             string       `json:"padding"`
}

type requestKey struct {
	Key    string `json:"key"`
	Start  int32  `json:"rollingStartNumber"`
	Period int32  `json:"rollingPeriod"`
	Risk   int    `json:"transmissionRisk"`
}

// response is what it gets.
type response struct {
	RevisionToken string   `json:"revisionToken,omitempty"`
	Inserted      int      `json:"insertedExposures,omitempty"`
	Error         string   `json:"error,omitempty"`
	Code          string   `json:"code,omitempty"`
	Warnings      []string `json:"warnings,omitempty"`
	Padding       string   `json:"padding"`
	status        int
}

// The codes of an answer.
const (
	codeUnknownApp  = "unknown_health_authority_id"
	codeCertificate = "health_authority_verification_certificate_invalid"
	codeBad         = "bad_request"
	codeInternal    = "internal_error"
	codeNoToken     = "missing_revision_token"
	codeToken       = "invalid_revision_token"
	codeRevised     = "key_already_revised"
	codeTransition  = "invalid_report_type_transition"
	codePartial     = "partial_failure"
)

// fault is a refusal of a whole request.
func fault(status int, code, text string) response {
	return response{status: status, Code: code, Error: text}
}

func (s *Server) publish(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	var a response
	q, err := readRequest(w, r)
	switch {
	case r.Header.Get("X-Chaff") != "":
		a = s.chaff(r.Context(), q)
	case err != nil:
		a = *err
	default:
		a = s.process(r.Context(), q)
	}
	body, broken := s.pad(a)
	if broken != nil {
		s.o.Log.Error("padding an answer failed", "error", broken)
		body = []byte(`{"code":"internal_error"}`)
		a.status = http.StatusServiceUnavailable
	}
	s.wait(r.Context(), began)
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Api-Version", "v1")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(body)
}

// wait waits for the next multiple of the slot after the beginning. It measures
// time and does not ask for it: the clock of [Options.Now] may be set.
func (s *Server) wait(ctx context.Context, began time.Time) {
	if s.o.Slot <= 0 {
		return
	}
	t := time.NewTimer(s.o.Slot - time.Since(began)%s.o.Slot)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func readRequest(w http.ResponseWriter, r *http.Request) (*request, *response) {
	refuse := func(status int, text string) (*request, *response) {
		a := fault(status, codeBad, text)
		return nil, &a
	}
	if !rest.Is(r, "application/json") {
		return refuse(http.StatusUnsupportedMediaType, "content-type is not application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxRequest))
	if err != nil {
		return refuse(http.StatusRequestEntityTooLarge, "the request is longer than "+strconv.Itoa(MaxRequest)+" bytes, or broke off")
	}
	q, err := parseRequest(body)
	if err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	return q, nil
}

// parseRequest reads a request. The error does not repeat it.
func parseRequest(body []byte) (*request, error) {
	q := new(request)
	if err := rest.Read(bytes.NewReader(body), q); err != nil {
		if typed, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return nil, fmt.Errorf("invalid value of %q at position %d", typed.Field, typed.Offset)
		}
		return nil, errors.New("not one JSON object, or one with an unknown field")
	}
	return q, nil
}

// process takes the keys of a person.
func (s *Server) process(ctx context.Context, q *request) response {
	at := s.o.Now()
	i := slices.IndexFunc(s.o.Apps, func(a App) bool { return a.ID == q.HealthAuthorityID })
	if i < 0 {
		return fault(http.StatusUnauthorized, codeUnknownApp, "unauthorized health authority")
	}
	app := &s.o.Apps[i]
	if len(q.Keys) == 0 || len(q.Keys) > s.o.Intake.Most {
		return fault(http.StatusBadRequest, codeBad, fmt.Sprintf("unable to read request data: 1 to %d exposure keys in a publish request", s.o.Intake.Most))
	}
	c, err := s.verify(app, q, at)
	if err != nil {
		return fault(http.StatusUnauthorized, codeCertificate, "unable to validate diagnosis verification: "+err.Error())
	}
	t := s.take(q, c, app, at)
	if len(t.records) == 0 && len(t.errors) > 0 {
		a := fault(http.StatusBadRequest, codeBad, "unable to read request data: "+strings.Join(t.errors, "; "))
		a.Warnings = t.warnings
		return a
	}
	return s.keep(ctx, q, t, at)
}

// taken is what a request comes to.
type taken struct {
	records          []Record
	errors, warnings []string
}

// take makes records of the keys of a request, of those that are good.
func (s *Server) take(q *request, c claims, app *App, at time.Time) taken {
	var t taken
	var keys []gaen.Key
	var index []int // of a key in the request
	reject := func(n int, text string) {
		t.errors = append(t.errors, fmt.Sprintf("key %d cannot be imported: %s", n, text))
	}
	oldest := gaen.IntervalOf(at.Add(-s.o.Intake.MaxAge))
	onset := onsetOf(q, c, at)
	for n, k := range q.Keys {
		data, err := decodeBase64(k.Key)
		switch {
		case err != nil:
			reject(n, "not base64")
			continue
		case len(data) != gaen.KeySize:
			reject(n, string(gaen.WrongLength))
			continue
		case k.Period < 1 || k.Period > gaen.MaxPeriod:
			reject(n, string(gaen.WrongPeriod))
			continue
		case k.Start < 1:
			reject(n, string(gaen.WrongStart))
			continue
		case k.Risk < 0 || k.Risk > 8:
			reject(n, string(gaen.WrongRisk))
			continue
		}
		g := gaen.Key{Data: ID(data), Start: gaen.Interval(k.Start), Period: uint8(k.Period), Risk: int32(risk(c.ReportType, k.Risk)), Report: reports[c.ReportType]}
		days := dayOf(g.Start) - dayOf(onset)
		switch {
		case g.End() < oldest:
			reject(n, string(gaen.Old))
			continue
		case days < -14 || days > 14:
			t.warnings = append(t.warnings, fmt.Sprintf("key %d symptom onset is too large, %d > 14 - saving without this key", n, max(days, -days)))
			continue
		}
		g.Onset, g.HasOnset = int16(days), true
		keys, index = append(keys, g), append(index, n)
	}
	in := s.o.Intake
	in.SameDay = true           // they are held back below
	in.MaxAge += 24 * time.Hour // by their beginning; their end was judged above
	good, found := in.Sift(keys, at)
	for _, f := range found {
		reject(index[f.Index], string(f.Code))
	}
	for _, k := range good {
		t.records = append(t.records, Record{Data: k.Data, Start: k.Start, Period: k.Period, Regions: app.Regions, Traveler: q.Traveler, Local: true,
			First: Statement{At: s.arrival(k, at), Report: k.Report, Risk: int8(k.Risk), Onset: int8(k.Onset), HasOnset: true}})
	}
	return t
}

// arrival is the hour in which a key is said to have come: this one, or the
// first one after the end of its use, and none that was exported already.
func (s *Server) arrival(k gaen.Key, at time.Time) time.Time {
	hourOf := at.UTC().Truncate(hour)
	if end := k.End().Time(); k.End() > gaen.IntervalOf(at) {
		hourOf = end.Truncate(hour).Add(hour)
	}
	if done := time.Unix(s.done.Load(), 0).UTC(); hourOf.Before(done) { // the clock was set back
		hourOf = done
	}
	return hourOf
}

// risk is the transmission risk of a key without one (Google's server, for
// telephones of the first version).
func risk(report string, given int) int {
	if given == 0 {
		return map[string]int{confirmed: 2, likely: 4, negative: 6}[report]
	}
	return given
}

// onsetOf is when symptoms began.
func onsetOf(q *request, c claims, at time.Time) gaen.Interval {
	now := gaen.IntervalOf(at)
	first := gaen.IntervalOf(at.UTC().Truncate(24*hour).AddDate(0, 0, -28))
	for _, o := range []int64{int64(q.Onset), c.Onset} {
		if o >= int64(first) && o < int64(now) {
			return gaen.Interval(o)
		}
	}
	return gaen.IntervalOf(at.AddDate(0, 0, -4))
}

func dayOf(i gaen.Interval) int { return int(i) / gaen.MaxPeriod }

// refusal is why nothing of a request is stored.
type refusal struct{ code, text string }

func (r *refusal) Error() string { return r.text }

// keep stores the keys of a person.
func (s *Server) keep(ctx context.Context, q *request, t taken, at time.Time) response {
	var old []bound
	var tokenErr error
	if q.RevisionToken != "" {
		old, tokenErr = s.tokens.read(q.RevisionToken, q.HealthAuthorityID, at)
	}
	var changed []Record
	inserted := 0
	err := s.o.Store.Change(ctx, ids(t.records), func(have []Record) (out []Record, err error) {
		changed, inserted = nil, 0
		if len(have) > 0 && q.RevisionToken == "" {
			return nil, &refusal{codeNoToken, "no revision token, but sent existing keys"}
		}
		if len(have) > 0 && tokenErr != nil {
			return nil, &refusal{codeToken, "revision token is invalid"}
		}
		for i := range t.records {
			in := &t.records[i]
			n := slices.IndexFunc(have, func(r Record) bool { return r.Data == in.Data })
			if n < 0 {
				if in.First.Report != gaen.Revoked { // what is not true is not stored
					out = append(out, *in)
					inserted++
				}
				continue
			}
			r, err := have[n].revise(in, old)
			if err != nil {
				return nil, err
			}
			if r != nil {
				out = append(out, *r)
			}
		}
		changed = out
		return out, nil
	})
	if r, ok := errors.AsType[*refusal](err); ok {
		a := fault(http.StatusBadRequest, r.code, r.text)
		a.Warnings = t.warnings
		return a
	}
	if err != nil {
		s.o.Log.Error("storing keys failed", "error", err)
		return fault(http.StatusServiceUnavailable, codeInternal, "the server cannot store keys now: send them again")
	}
	a := response{status: http.StatusOK, Inserted: inserted, Warnings: t.warnings}
	keys := together(old, changed, gaen.IntervalOf(at.Add(-s.o.Intake.MaxAge)))
	if len(keys) > 0 {
		if a.RevisionToken, err = s.tokens.make(keys, q.HealthAuthorityID, at); err != nil {
			s.o.Log.Error("making a revision token failed", "error", err) // the keys are stored
		}
	}
	if len(t.errors) > 0 {
		a.Code, a.Error = codePartial, strings.Join(t.errors, "; ")
	}
	return a
}

func ids(records []Record) []ID {
	out := make([]ID, len(records))
	for i := range records {
		out[i] = records[i].Data
	}
	return out
}

// revise returns a record as it is after somebody said another thing of its key;
// nil if that changes nothing.
func (r Record) revise(in *Record, token []bound) (*Record, error) {
	same := bound{r.Data, r.Start, r.Period}
	if !slices.Contains(token, same) || in.Start != r.Start || in.Period != r.Period {
		return nil, &refusal{codeToken, "revision token is invalid"}
	}
	switch from, to := r.First.Report, in.First.Report; {
	case from == to, !r.Revised.At.IsZero() && r.Revised.Report == to:
		return nil, nil
	case !r.Local:
		return nil, &refusal{codeToken, "revision token is invalid"}
	case !r.Revised.At.IsZero():
		return nil, &refusal{codeRevised, "key was already revised"}
	case !mayBecome(from, to):
		return nil, &refusal{codeTransition, "invalid report type transition"}
	}
	// What is revised before it was published is published first.
	r.Revised = in.First
	if r.Revised.At.Before(r.First.At) {
		r.Revised.At = r.First.At
	}
	regions := slices.Clone(r.Regions)
	for _, x := range in.Regions {
		if !slices.Contains(regions, x) {
			regions = append(regions, x)
		}
	}
	r.Regions = regions
	return &r, nil
}

func mayBecome(from, to gaen.ReportType) bool {
	switch from {
	case gaen.ClinicalDiagnosis:
		return to == gaen.ConfirmedTest || to == gaen.Revoked
	case gaen.SelfReport:
		return to == gaen.ConfirmedTest || to == gaen.ClinicalDiagnosis || to == gaen.Revoked
	}
	return false
}

// chaff does for a request of no meaning what is done for one that has some.
func (s *Server) chaff(ctx context.Context, q *request) response {
	if q == nil {
		q = new(request)
	}
	dummy := dummySignature()
	ecdsa.VerifyASN1(&dummy.key.PublicKey, dummy.sum[:], dummy.signature)
	keyMACs(q.Keys[:min(len(q.Keys), s.o.Intake.Most)], dummy.sum[:])
	records := make([]Record, 14) // a fortnight
	for i := range records {
		if _, err := io.ReadFull(s.o.Rand, records[i].Data[:]); err != nil {
			break
		}
		records[i].Period = 1
	}
	if err := s.o.Store.Change(ctx, ids(records), func([]Record) ([]Record, error) { return nil, nil }); err != nil {
		s.o.Log.Error("asking the database for a request without meaning failed", "error", err)
	}
	a := response{status: http.StatusOK, Inserted: len(records)}
	a.RevisionToken, _ = s.tokens.make(together(nil, records, 0), q.HealthAuthorityID, s.o.Now())
	return a
}

type dummy struct {
	key       *ecdsa.PrivateKey
	sum       [sha256.Size]byte
	signature []byte
}

// dummySignature is one of a key that signs nothing else and is not secret, so
// that it takes as long to verify as that of a certificate.
var dummySignature = sync.OnceValue(func() dummy {
	d := dummy{sum: sha256.Sum256([]byte("chaff"))}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d.sum[:])
	if err != nil {
		panic("keyserver: " + err.Error()) // a hash that is a number below the order of P-256
	}
	d.key = key
	if d.signature, err = key.Sign(nil, d.sum[:], crypto.SHA256); err != nil {
		panic("keyserver: " + err.Error())
	}
	return d
})

// The length of an answer, whatever it says.
const (
	leastAnswer = 6 << 10
	moreAnswer  = 1 << 10
)

// pad makes the text of an answer, of a length that has nothing to do with what
// it says.
func (s *Server) pad(a response) ([]byte, error) {
	var b [2]byte
	if _, err := io.ReadFull(s.o.Rand, b[:]); err != nil {
		return nil, err
	}
	a.Padding = ""
	bare, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	n := leastAnswer + int(binary.LittleEndian.Uint16(b[:])%moreAnswer) - len(bare)
	noise := make([]byte, max(n, 0)/4*3+3)
	if _, err := io.ReadFull(s.o.Rand, noise); err != nil {
		return nil, err
	}
	a.Padding = base64.StdEncoding.EncodeToString(noise)[:max(n, 0)]
	return json.Marshal(a)
}
