// Package portal answers one question: what does an issuing authority answer its
// laboratories, its officers and the holders of its certificates over HTTP?
//
// A [Portal] puts an issue.Office, an access.Gate, claim.Claims and a watch.Watch
// behind one interface in JSON. It decides nothing of its own: who may do what is
// asked of the gate in each request, what can be certified of packages intake and
// issue, and what was handed out is in the register.
//
// # Who asks
//
// People have a session, which is a cookie that no script reads and no other site
// sends; each request of theirs that changes something has the header X-Pratique,
// which no form of another site can set. Machines have a key, in Authorization:
// Bearer, or a client certificate of TLS. Holders and wallets need nothing.
//
// # Answers
//
// What went well is 200 and JSON. What did not is
//
//	{"error":{"code":"...","text":"...","hint":"...","field":"..."}}
//
// with one of the codes of this package: the text says what is wrong and the
// hint what to do; neither repeats anything of the request. 400 is a fault of the
// request, 401 that nobody is known to have sent it, 403 that they may not, 404 that
// there is no such thing for them, 409 that it contradicts what is there, 422 that it
// cannot be certified, 429 that a limit is reached, 503 that something needed is
// away: then nothing was handed out, and the same request with the same key can be
// sent again.
//
// [Description] is the OpenAPI 3.1 document of all of it, made from the table of
// routes by which requests are served.
//
// # What is not there
//
// No personal data is in an address, a log, an error or a metric, and none is stored:
// a request has it while it is served.
package portal

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pratique/pratique/internal/rest"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/issue/claim"
	"github.com/pratique/pratique/issue/print"
	"github.com/pratique/pratique/issue/watch"
	"github.com/pratique/pratique/trust"
)

// Options are what a portal works with. All but Claims, Watch, Log and the texts must
// be there.
type Options struct {
	Authority string // its name in the register and at the gate
	Name      string // for people: "Norland Institute of Health"
	Country   string // that its certificates name as their issuer
	Appeal    string // whom holders turn to: an address, a telephone
	Office    *issue.Office
	Gate      *access.Gate
	Trusted   *trust.Keys   // the office's own keys
	Fonts     *print.Fonts  // of printed sheets
	Claims    *claim.Claims // nil: no claim codes
	Watch     *watch.Watch  // nil: no alerts
	Secret    []byte        // 32 bytes, mixed into identifiers of what laboratories send; the same in all processes
	Lists     time.Duration // for how long a list that is asked for now may be relied on. Zero: 7 days
	Insecure  bool          // cookies go over HTTP without TLS: on this machine alone
	Ready     func(ctx context.Context) error
	Source    func(r *http.Request) string // where a request comes from; nil: its connection
	Log       *slog.Logger                 // nil: nobody is told
	Now       func() time.Time
	Random    io.Reader
}

// Portal answers over HTTP. Its zero value does not work: see [New].
type Portal struct {
	o       Options
	mux     *http.ServeMux
	metrics metrics
	busy    chan struct{}
	many    chan struct{}
	closing atomic.Bool
	pages   sync.Mutex
}

// Limits of requests.
const (
	MaxBody   = 1 << 20 // bytes of a request, and of a line of many
	MaxLines  = 100_000 // orders of a request
	MaxBusy   = 256     // requests at a time; more wait, and are refused after [MaxWait]
	MaxMany   = 4       // requests of many orders at a time
	MaxWait   = 10 * time.Second
	batchSize = 512
)

// New makes a portal.
func New(o Options) (*Portal, error) {
	switch {
	case o.Office == nil || o.Gate == nil || o.Trusted == nil || o.Fonts == nil:
		return nil, errors.New("making the portal: it needs an office, its keys, a gate and fonts")
	case o.Now == nil || o.Random == nil || o.Ready == nil:
		return nil, errors.New("making the portal: it needs a clock, randomness, and a way to ask whether all is there")
	case len(o.Secret) != 32:
		return nil, errors.New("making the portal: the secret has 32 bytes")
	case !access.IsID(o.Authority) || o.Name == "" || o.Appeal == "":
		return nil, errors.New("making the portal: the authority has an id, a name, and somebody whom holders can turn to")
	}
	if o.Lists == 0 {
		o.Lists = 7 * 24 * time.Hour
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Source == nil {
		o.Source = func(r *http.Request) string { return claim.Source(r.RemoteAddr) }
	}
	p := &Portal{o: o, mux: http.NewServeMux(), busy: make(chan struct{}, MaxBusy), many: make(chan struct{}, MaxMany)}
	p.metrics.began = o.Now()
	for _, r := range routes() {
		p.mux.Handle(r.method+" "+r.path, p.serve(r))
	}
	if o.Claims != nil {
		p.mux.Handle(redeemPath, o.Claims.Handler(o.Source, p.stands, func(err error) { p.fault("POST "+redeemPath, err) }))
	}
	p.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		for _, other := range routes() {
			if other.method != r.Method && other.path == r.URL.Path {
				w.Header().Set("Allow", other.method)
				p.refuse(w, &Fault{Status: http.StatusMethodNotAllowed, Code: "method", Text: "this is asked for with " + other.method, Hint: "GET /v1/openapi.json lists all routes"})
				return
			}
		}
		p.refuse(w, &Fault{Status: http.StatusNotFound, Code: "not_found", Text: "there is nothing here", Hint: "GET /v1/openapi.json lists all routes"})
	})
	return p, nil
}

const redeemPath = "/v1/claims/redeem"

// ServeHTTP implements [http.Handler].
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rest.Guard(w.Header())
	select {
	case p.busy <- struct{}{}:
	default:
		t := time.NewTimer(MaxWait)
		defer t.Stop()
		select {
		case p.busy <- struct{}{}:
		case <-r.Context().Done():
			return
		case <-t.C:
			p.refuse(w, &Fault{Status: http.StatusServiceUnavailable, Code: "busy", Text: "too many requests at once", Hint: "send it again in a moment, with the same key"})
			return
		}
	}
	defer func() { <-p.busy }()
	p.mux.ServeHTTP(w, r)
}

// Close lets requests of many orders end after the orders that are being served:
// their senders are told where to go on. Other requests end by themselves.
func (p *Portal) Close() { p.closing.Store(true) }

// Purge takes away what is over: sessions, invitations, claim codes, sealed copies.
// It is to be called every few minutes.
func (p *Portal) Purge(ctx context.Context, expire func(ctx context.Context) error) error {
	errs := []error{p.o.Gate.Purge(ctx)}
	if p.o.Claims != nil {
		errs = append(errs, p.o.Claims.Purge(ctx))
	}
	if expire != nil {
		errs = append(errs, expire(ctx))
	}
	return errors.Join(errs...)
}
