package portal

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/rest"
	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/issue/claim"
)

// route is one thing that can be asked for.
type route struct {
	method, path string
	open         bool              // anybody may ask
	needs        access.Permission // of who asks, in the laboratory that the call is about; empty: a session or key is enough
	about        string
	in, out      reflect.Type // of JSON; nil: no body; no JSON
	do           func(p *Portal, c *call) (any, error)
}

// call is one request.
type call struct {
	context.Context
	r     *http.Request
	w     http.ResponseWriter
	actor access.Actor
	lab   access.Laboratory // of the actor, if it has one
	wrote bool              // the route has answered by itself
}

// ask takes the body as JSON.
func ask[T any](c *call) (T, error) {
	var into T
	if err := unread(rest.Take(c.w, c.r, MaxBody, &into)); err != nil {
		return *new(T), err
	}
	return into, nil
}

func (p *Portal) serve(o route) http.Handler {
	name := o.method + " " + o.path
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := p.o.Now()
		c := &call{Context: r.Context(), r: r, w: w}
		answer, err := p.answer(o, c)
		status := http.StatusOK
		switch {
		case err != nil && !c.wrote:
			status = p.refuse(w, p.explain(name, err))
		case err != nil:
			p.fault(name, err)
		case !c.wrote:
			rest.Answer(w, status, answer)
		}
		p.metrics.served(name, status, p.o.Now().Sub(began))
	})
}

func (p *Portal) answer(o route, c *call) (any, error) {
	if o.open {
		return o.do(p, c)
	}
	a, err := p.who(c.r)
	if err != nil {
		return nil, err
	}
	c.actor = a
	if c.lab, err = p.o.Gate.May(c, a, needed(o.needs, a), a.Laboratory); err != nil {
		return nil, err
	}
	return o.do(p, c)
}

// needed is what a route needs. One that needs a session alone is asked for
// by everybody who may count, and that is everybody; of machines, what they may.
func needed(p access.Permission, a access.Actor) access.Permission {
	switch {
	case p != "":
		return p
	case len(a.Scopes) > 0:
		return a.Scopes[0]
	}
	return access.Counts
}

// cookie has the token of a session. With the prefix a browser takes it over TLS
// alone, and from this host alone.
func (p *Portal) cookie() string {
	if p.o.Insecure {
		return "pratique-session"
	}
	return "__Host-pratique-session"
}

func (p *Portal) setCookie(w http.ResponseWriter, token string) {
	k := &http.Cookie{Name: p.cookie(), Value: token, Path: "/", HttpOnly: true, Secure: !p.o.Insecure, SameSite: http.SameSiteStrictMode}
	if token == "" {
		k.MaxAge = -1
	}
	http.SetCookie(w, k)
}

// who returns who sends a request.
func (p *Portal) who(r *http.Request) (access.Actor, error) {
	if text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		a, err := p.o.Gate.Key(r.Context(), text)
		if err == nil && a.Authority != p.o.Authority {
			return access.Actor{}, access.ErrCredential
		}
		return a, err
	}
	if k, err := r.Cookie(p.cookie()); err == nil {
		if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get("X-Pratique") == "" {
			return access.Actor{}, &Fault{Status: http.StatusForbidden, Code: "header", Text: "the header X-Pratique is missing", Hint: "send X-Pratique: 1, which shows that no page of another site sends this"}
		}
		a, err := p.o.Gate.Session(r.Context(), k.Value)
		if err == nil && a.Authority != p.o.Authority {
			return access.Actor{}, access.ErrSession
		}
		return a, err
	}
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		return p.o.Gate.Peer(r.Context(), p.o.Authority, r.TLS)
	}
	return access.Actor{}, access.ErrSession
}

func kind[T any]() reflect.Type { return reflect.TypeFor[T]() }

// second is a moment as answers have it.
func second(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Forwarded says where a request comes from that a proxy of one's own hands on: the
// last address of X-Forwarded-For, which that proxy has added itself. What stands
// before it is what the client says.
func Forwarded(r *http.Request) string {
	all := r.Header.Values("X-Forwarded-For")
	if len(all) == 0 {
		return claim.Source(r.RemoteAddr)
	}
	list := strings.Split(all[len(all)-1], ",")
	return claim.Source(strings.TrimSpace(list[len(list)-1]))
}
