package portal

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/pratique/pratique/internal/rest"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/issue/claim"
	"github.com/pratique/pratique/issue/cohort"
	"github.com/pratique/pratique/issue/intake"
	"github.com/pratique/pratique/issue/watch"
)

// Fault is why a request was not served.
type Fault struct {
	Status   int              `json:"-"`
	Code     string           `json:"code"`
	Text     string           `json:"text"`
	Hint     string           `json:"hint"`
	Field    string           `json:"field,omitempty"`
	Findings []intake.Finding `json:"findings,omitempty"` // of code findings: what is wrong where
}

// Error implements error.
func (f *Fault) Error() string { return f.Code + ": " + f.Text }

// Failure is the body of an answer that is not 200.
type Failure struct {
	Error Fault `json:"error"`
}

// known are the errors that a caller is told, with what to do.
var known = []struct {
	err    error
	status int
	code   string
	hint   string
}{
	{access.ErrSignIn, http.StatusUnauthorized, "sign_in", "after some failures an account must wait; an officer can end that"},
	{access.ErrSession, http.StatusUnauthorized, "session", "sign in (POST /v1/session), or send a machine's key as Authorization: Bearer KEY"},
	{access.ErrCredential, http.StatusUnauthorized, "credential", "ask the authority for a new key"},
	{access.ErrInvitation, http.StatusNotFound, "invitation", "ask who invited you for another one"},
	{access.ErrForbidden, http.StatusForbidden, "forbidden", "GET /v1/session says what this account may do"},
	{access.ErrSame, http.StatusForbidden, "second_person", "ask a colleague to confirm it"},
	{access.ErrUnknown, http.StatusNotFound, "unknown", "look at the name"},
	{access.ErrName, http.StatusBadRequest, "name", "choose another name"},
	{access.ErrPassphrase, http.StatusBadRequest, "passphrase", "four words that nobody else would put together do"},
	{issue.ErrConflict, http.StatusConflict, "key_taken", "give each certificate a key of its own; for the same certificate send exactly the same again"},
	{issue.ErrLimit, http.StatusTooManyRequests, "limit", "an officer of the authority can raise the limit; tomorrow (UTC) it begins anew"},
	{issue.ErrNoEntry, http.StatusNotFound, "no_entry", "look at the serial"},
	{issue.ErrSamePerson, http.StatusForbidden, "second_person", "ask a colleague to confirm it"},
	{issue.ErrProposed, http.StatusConflict, "proposed", "choose another id for this proposal"},
	{issue.ErrNoProposal, http.StatusNotFound, "no_proposal", "look at the id"},
	{issue.ErrNotKnown, http.StatusServiceUnavailable, "not_known", "send the same request with the same key again: it gives the same certificate"},
	{issue.ErrSigner, http.StatusServiceUnavailable, "signer", "nothing was issued; the authority's engineer looks at the key or its device"},
	{cohort.ErrEmpty, http.StatusServiceUnavailable, "no_key", "nothing was issued; the authority's engineer adds the next key"},
	{claim.ErrTerms, http.StatusBadRequest, "terms", "a code that is good for longer needs something that the person knows"},
	{claim.ErrTaken, http.StatusConflict, "taken", "give the person another slip"},
	{claim.ErrTyped, http.StatusBadRequest, "typed", "compare each character"},
	{watch.ErrUnknown, http.StatusNotFound, "unknown", "look at the id"},
}

// explain makes of an error what the caller is told. What is not theirs to know is
// told the log, without what the request said.
func (p *Portal) explain(route string, err error) *Fault {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	if r, ok := errors.AsType[*issue.Refusal](err); ok {
		return &Fault{Status: http.StatusUnprocessableEntity, Code: r.What, Text: "this cannot be certified as it is", Hint: r.Do, Field: r.Field}
	}
	if s, ok := errors.AsType[*access.StoppedError](err); ok {
		return &Fault{Status: http.StatusForbidden, Code: "stopped", Text: s.Error(), Hint: "turn to the authority"}
	}
	if l, ok := errors.AsType[*access.LimitError](err); ok {
		return &Fault{Status: http.StatusForbidden, Code: "limit_" + l.What, Text: l.Error(), Hint: "an officer of the authority sets what a laboratory may issue"}
	}
	if f, ok := errors.AsType[*intake.FieldError](err); ok {
		return &Fault{Status: http.StatusUnprocessableEntity, Code: "unknown_code", Text: f.Error(), Hint: "choose one of these", Field: f.Field}
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			if k.status == http.StatusServiceUnavailable {
				p.fault(route, err)
			}
			return &Fault{Status: k.status, Code: k.code, Text: k.err.Error(), Hint: k.hint}
		}
	}
	p.fault(route, err)
	return &Fault{Status: http.StatusServiceUnavailable, Code: "unavailable", Text: "something that is needed does not answer; nothing was handed out", Hint: "send the same request with the same key again in a moment"}
}

// fault tells the log what a caller is not told. Errors of the packages beneath
// repeat nothing of an order (package issue).
func (p *Portal) fault(route string, err error) {
	if errors.Is(err, context.Canceled) {
		return // the client has gone
	}
	p.metrics.faulted()
	p.o.Log.Error("not served", "route", route, "error", err)
}

// refuse answers with a fault and returns its status.
func (p *Portal) refuse(w http.ResponseWriter, f *Fault) int {
	p.metrics.refused(f.Code)
	h := w.Header()
	switch f.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "2")
	}
	rest.Answer(w, f.Status, Failure{*f})
	return f.Status
}

func bad(code, field, message, hint string, args ...any) *Fault {
	return &Fault{Status: http.StatusBadRequest, Code: code, Field: field, Text: fmt.Sprintf(message, args...), Hint: hint}
}

// unread is what is wrong with a body, or nil.
func unread(f *rest.Fault) error {
	if f == nil {
		return nil
	}
	return &Fault{Status: f.Status, Code: f.Code, Text: f.Text, Hint: f.Hint}
}

// media says that a body is not said to be of the right kind.
func media(what, want string) *Fault {
	return &Fault{Status: http.StatusUnsupportedMediaType, Code: "media_type", Text: "the body is not said to be " + what, Hint: "send Content-Type: " + want}
}
