package portal

import (
	"context"
	"errors"
	"net/http"

	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/issue/claim"
	"github.com/pratique/pratique/trust"
)

// Handed is a certificate that a person shall fetch with a code.
type Handed struct {
	Code  string `json:"code"`            // the certificate, as it was issued
	Proof string `json:"proof,omitempty"` // what the person knows beside the code: the birth date, as 1974-08-12
	Slip  string `json:"slip,omitempty"`  // of a slip that was given out before (POST /v1/claims/draw)
}

// Slip is what a person takes home.
type Slip struct {
	Slip  string `json:"slip"`
	Until string `json:"until,omitempty"` // none: not yet filled
}

func claimRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/v1/claims", needs: access.Issue, about: "Give out a claim code for a certificate of this laboratory; one that was given out for it before ends", in: kind[Handed](), out: kind[Slip](), do: (*Portal).hand},
		{method: http.MethodPost, path: "/v1/claims/draw", needs: access.Issue, about: "Draw a code before there is a certificate, for a slip where the line to the laboratory is down", out: kind[Slip](), do: (*Portal).draw},
	}
}

// hand gives out a code. The certificate must be one of ours, of the laboratory that
// asks, and not withdrawn: the register is asked for its serial, and the signature
// must be the one that it has.
func (p *Portal) hand(c *call) (any, error) {
	if p.o.Claims == nil {
		return nil, errNoClaims
	}
	q, err := ask[Handed](c)
	if err != nil {
		return nil, err
	}
	s, err := p.ours(c, q.Code)
	if err != nil {
		return nil, err
	}
	serial := issue.SerialOf(s)
	if q.Slip != "" {
		code, err := claim.Parse(q.Slip)
		if err != nil {
			return nil, err
		}
		until, err := p.o.Claims.Fill(c, code, serial, []byte(q.Code), claim.Terms{Proof: q.Proof})
		if err != nil {
			return nil, err
		}
		return Slip{code.String(), second(until)}, nil
	}
	code, until, err := p.o.Claims.Make(c, serial, []byte(q.Code), claim.Terms{Proof: q.Proof})
	if err != nil {
		return nil, err
	}
	return Slip{code.String(), second(until)}, nil
}

var errNoClaims = &Fault{Status: http.StatusNotFound, Code: "not_found", Text: "this authority gives out no claim codes", Hint: "print the certificate"}

// stands says whether a certificate that lies behind a claim code was withdrawn since
// the code was given out. One under a key that is not the office's any more is
// recognised by nobody, and so is as good as withdrawn.
func (p *Portal) stands(ctx context.Context, text []byte) error {
	_, _, err := p.standing(ctx, string(text))
	if errors.Is(err, errNotOurs) {
		return claim.ErrWithdrawn
	}
	return err
}

// ours returns a certificate that this laboratory issued.
func (p *Portal) ours(c *call, text string) (trust.Signed, error) {
	s, e, err := p.standing(c, text)
	if err != nil {
		return trust.Signed{}, err
	}
	if e.Laboratory != c.actor.Laboratory {
		return trust.Signed{}, errNotOurs
	}
	return s, nil
}

// standing finds a certificate of this office in the register. One that is under no
// key of the office, or is withdrawn, is [errNotOurs].
func (p *Portal) standing(ctx context.Context, text string) (trust.Signed, issue.Entry, error) {
	u, err := format.Read(text)
	if err != nil {
		return trust.Signed{}, issue.Entry{}, errNotOurs
	}
	s, err := u.Verify(p.o.Trusted)
	if err != nil {
		return trust.Signed{}, issue.Entry{}, errNotOurs
	}
	e, w, err := p.o.Office.Register.Find(ctx, p.o.Authority, issue.SerialOf(s))
	if err != nil {
		return trust.Signed{}, issue.Entry{}, err
	}
	if !w.Since.IsZero() {
		return trust.Signed{}, issue.Entry{}, errNotOurs
	}
	return s, e, nil
}

var errNotOurs = &Fault{Status: http.StatusNotFound, Code: "no_entry", Text: "this laboratory has not issued this certificate, or it is withdrawn", Hint: "send the code as it was issued"}

func (p *Portal) draw(*call) (any, error) {
	if p.o.Claims == nil {
		return nil, errNoClaims
	}
	code, err := claim.Draw(p.o.Random)
	if err != nil {
		return nil, err
	}
	return Slip{Slip: code.String()}, nil
}
