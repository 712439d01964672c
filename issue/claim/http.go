package claim

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/pratique/pratique/internal/rest"
)

// maxBody is the longest question, in bytes.
const maxBody = 4096

// question is what a wallet posts.
type question struct {
	Code   string `json:"code"`
	Proof  string `json:"proof,omitempty"`
	Wallet []byte `json:"wallet"` // base64
}

// reply is what it gets: an answer, or an error.
type reply struct {
	Answer []byte `json:"answer,omitempty"` // base64
	Error  string `json:"error,omitempty"`
	Text   string `json:"text,omitempty"`
	Until  string `json:"until,omitempty"` // of limited: when to try again, RFC 3339
}

// Handler answers wallets over HTTP, on whatever path it stands:
//
//	POST {"code":"K7RM-4XWA","proof":"1974-08-12","wallet":BASE64}
//	200  {"answer":BASE64}                       for [Wallet.Open]
//	400  {"error":"typed"|"wallet"|"request"}    nobody was asked
//	404  {"error":"code"}                        [ErrCode]: the same bytes for whatever reason
//	410  {"error":"withdrawn"}                   [ErrWithdrawn], said to nobody without the right code
//	429  {"error":"limited","until":TIME}        with Retry-After
//	503  {"error":"unavailable"}                 the store is away; fault is told why
//
// Pages of any origin may ask, without cookies. Source says where a request comes
// from, as [Source] does. Good is asked about each certificate before it is handed
// out, and says [ErrWithdrawn] or what else is against it; nil asks nobody. Fault,
// which may be nil, is called with what a caller is not told.
func (c *Claims) Handler(source func(*http.Request) string, good func(context.Context, []byte) error, fault func(error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cache-Control", "no-store")
		switch r.Method {
		case http.MethodOptions:
			h.Set("Access-Control-Allow-Methods", "POST")
			h.Set("Access-Control-Allow-Headers", "Content-Type")
			w.WriteHeader(http.StatusNoContent)
			return
		case http.MethodPost:
		default:
			h.Set("Allow", "POST")
			rest.Answer(w, http.StatusMethodNotAllowed, reply{Error: "request", Text: "post a code"})
			return
		}
		var q question
		if err := rest.Read(http.MaxBytesReader(w, r.Body, maxBody), &q); err != nil {
			rest.Answer(w, http.StatusBadRequest, reply{Error: "request", Text: "not a question for a certificate"})
			return
		}
		answer, err := c.Redeem(r.Context(), Attempt{Source: source(r), Code: q.Code, Proof: q.Proof, Wallet: q.Wallet}, good)
		var l *Limited
		switch {
		case err == nil:
			rest.Answer(w, http.StatusOK, reply{Answer: answer})
		case errors.Is(err, ErrTyped):
			rest.Answer(w, http.StatusBadRequest, reply{Error: "typed", Text: ErrTyped.Error()})
		case errors.Is(err, ErrWallet):
			rest.Answer(w, http.StatusBadRequest, reply{Error: "wallet", Text: err.Error()})
		case errors.Is(err, ErrCode):
			rest.Answer(w, http.StatusNotFound, reply{Error: "code", Text: ErrCode.Error()})
		case errors.Is(err, ErrWithdrawn):
			rest.Answer(w, http.StatusGone, reply{Error: "withdrawn", Text: ErrWithdrawn.Error()})
		case errors.As(err, &l):
			wait := max(time.Second, l.Until.Sub(c.o.Now()).Round(time.Second))
			h.Set("Retry-After", strconv.Itoa(int(wait/time.Second)))
			rest.Answer(w, http.StatusTooManyRequests, reply{Error: "limited", Text: ErrLimited.Error(), Until: l.Until.UTC().Format(time.RFC3339)})
		default:
			if fault != nil {
				fault(err)
			}
			rest.Answer(w, http.StatusServiceUnavailable, reply{Error: "unavailable", Text: "the office cannot answer now: try again later, the code stays good"})
		}
	})
}

// Source is where an address comes from: of IPv6 the first 64 bits, which one
// customer has. An address that is none is a source like any other.
func Source(address string) string {
	if p, err := netip.ParseAddrPort(address); err == nil {
		address = p.Addr().String()
	}
	a, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return "unknown"
	}
	return p.String()
}
