package portal

import (
	"net/http"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/access"
)

// SignIn is how somebody shows who they are.
type SignIn struct {
	Name       string `json:"name"`
	Passphrase string `json:"passphrase"`
	Code       string `json:"code"` // of the authenticator, or a recovery code
}

// Session is who asks, and what they may.
type Session struct {
	Authority  string              `json:"authority"`
	Laboratory *Laboratory         `json:"laboratory,omitempty"`
	Name       string              `json:"name"`
	Role       access.Role         `json:"role"`
	May        []access.Permission `json:"may"`
	Today      []Today             `json:"today,omitempty"` // of the laboratory
}

// Today is how many of a kind were issued since midnight (UTC).
type Today struct {
	Kind       cert.Kind `json:"kind"`
	Laboratory int       `json:"laboratory"`
	Left       int       `json:"left"` // that the laboratory may still issue
}

// Token is that of an invitation.
type Token struct {
	Token string `json:"token"`
}

// Invited is what an invitation is for.
type Invited struct {
	Name       string      `json:"name"`
	Role       access.Role `json:"role"`
	Laboratory string      `json:"laboratory,omitempty"`
	URI        string      `json:"uri"`    // for an authenticator, otpauth://...
	Secret     string      `json:"secret"` // the same, to be typed
}

// Accept makes the account of an invitation.
type Accept struct {
	Token      string `json:"token"`
	Passphrase string `json:"passphrase"`
	Code       string `json:"code"` // that the authenticator shows
}

// Recovery are codes that stand for the authenticator, once each.
type Recovery struct {
	Codes []string `json:"codes"`
}

// Done is the answer of what has no other.
type Done struct {
	Done bool `json:"done"`
}

func sessionRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/v1/session", open: true, about: "Sign in; the answer sets the cookie of the session", in: kind[SignIn](), out: kind[Done](), do: (*Portal).signIn},
		{method: http.MethodGet, path: "/v1/session", about: "Who am I, what may I, and how many were issued today", out: kind[Session](), do: (*Portal).session},
		{method: http.MethodDelete, path: "/v1/session", open: true, about: "Sign out", out: kind[Done](), do: (*Portal).signOut},
		{method: http.MethodPost, path: "/v1/invitations/look", open: true, about: "What an invitation is for, and the secret for the authenticator", in: kind[Token](), out: kind[Invited](), do: (*Portal).invited},
		{method: http.MethodPost, path: "/v1/invitations/accept", open: true, about: "Make the account of an invitation; the answer has the recovery codes, shown once", in: kind[Accept](), out: kind[Recovery](), do: (*Portal).accept},
	}
}

func (p *Portal) signIn(c *call) (any, error) {
	q, err := ask[SignIn](c)
	if err != nil {
		return nil, err
	}
	token, err := p.o.Gate.SignIn(c, access.Proof{Authority: p.o.Authority, Name: q.Name, Passphrase: q.Passphrase, Code: q.Code})
	if err != nil {
		return nil, err
	}
	p.setCookie(c.w, token)
	return Done{true}, nil
}

func (p *Portal) signOut(c *call) (any, error) {
	k, err := c.r.Cookie(p.cookie())
	if err != nil {
		return nil, access.ErrSession
	}
	if _, err := p.who(c.r); err != nil {
		return nil, err
	}
	if err := p.o.Gate.SignOut(c, k.Value); err != nil {
		return nil, err
	}
	p.setCookie(c.w, "")
	return Done{true}, nil
}

func (p *Portal) session(c *call) (any, error) {
	out := Session{Authority: p.o.Authority, Name: c.actor.Name, Role: c.actor.Role, May: []access.Permission{}}
	for _, what := range access.Permissions() {
		if _, err := p.o.Gate.May(c, c.actor, what, c.actor.Laboratory); err == nil {
			out.May = append(out.May, what)
		}
	}
	if c.actor.Laboratory == "" {
		return out, nil
	}
	l := laboratory(c.lab)
	out.Laboratory = &l
	n, err := p.today(c)
	if err != nil {
		return nil, err
	}
	for _, a := range l.Allow {
		out.Today = append(out.Today, Today{a.Kind, n[a.Kind], max(0, a.Day-n[a.Kind])})
	}
	return out, nil
}

// today counts what the laboratory of a call has issued since midnight.
func (p *Portal) today(c *call) (map[cert.Kind]int, error) {
	counts, err := p.o.Office.Register.Counts(c, p.o.Authority)
	if err != nil {
		return nil, err
	}
	day, n := p.o.Now().UTC().Format("2006-01-02"), map[cert.Kind]int{}
	for _, d := range counts.Days {
		if d.Day == day && d.Laboratory == c.actor.Laboratory {
			n[d.Kind] += d.Issued
		}
	}
	return n, nil
}

func (p *Portal) invited(c *call) (any, error) {
	q, err := ask[Token](c)
	if err != nil {
		return nil, err
	}
	e, err := p.o.Gate.Enrolment(c, q.Token)
	if err != nil {
		return nil, err
	}
	return Invited{Name: e.Name, Role: e.Role, Laboratory: e.Laboratory, URI: e.URI, Secret: e.Secret}, nil
}

func (p *Portal) accept(c *call) (any, error) {
	q, err := ask[Accept](c)
	if err != nil {
		return nil, err
	}
	codes, err := p.o.Gate.Enrol(c, q.Token, q.Passphrase, q.Code)
	if err != nil {
		return nil, err
	}
	return Recovery{codes}, nil
}

// permit is what the actor of a call may issue of a kind, as the office has it.
func (c *call) permit(k cert.Kind) issue.Permit {
	l, ok := c.lab.Limits[k]
	if !ok {
		return issue.Permit{}
	}
	return issue.Permit{Kinds: []cert.Kind{k}, Clerk: l.Each, Laboratory: l.Day, Life: l.Valid}
}

// registered returns the machine's or person's name in the register: those of
// machines cannot be mistaken for those of people.
func registered(a access.Actor) string {
	if a.Role == access.Machine {
		return "machine:" + a.Name
	}
	return a.Name
}
