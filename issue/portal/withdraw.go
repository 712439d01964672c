package portal

import (
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/access"
)

// Withdrawal says which certificates shall be withdrawn: by serials, as a list or as
// the first column of a CSV file; by laboratory and time; or by key. One of them.
type Withdrawal struct {
	ID         string       `json:"id"` // of the sender's choice: the same again is no second one
	Reason     issue.Reason `json:"reason"`
	Serials    []string     `json:"serials,omitempty"`
	CSV        string       `json:"csv,omitempty"`
	Laboratory string       `json:"laboratory,omitempty"`
	Since      time.Time    `json:"since,omitzero"`
	Before     time.Time    `json:"before,omitzero"`
	Signer     string       `json:"signer,omitempty"` // SHA-256 of the signer's certificate, hexadecimal
}

// Proposed is the name of a proposal, by which a second person confirms it.
type Proposed struct {
	ID      string `json:"id"`
	Serials int    `json:"serials,omitempty"` // how many were named
}

// Withdrawn is how many certificates are withdrawn that were not before.
type Withdrawn struct {
	Withdrawn int `json:"withdrawn"`
}

// Waiting are the proposals that nobody has confirmed, at most 1000.
type Waiting struct {
	Proposals []Waits `json:"proposals"`
}

// Waits is one of them.
type Waits struct {
	ID         string       `json:"id"`
	By         string       `json:"by"`
	Reason     issue.Reason `json:"reason"`
	Count      int          `json:"count,omitempty"`   // serials that it names
	Serials    []string     `json:"serials,omitempty"` // the first 100
	Laboratory string       `json:"laboratory,omitempty"`
	Since      string       `json:"since,omitempty"`
	Before     string       `json:"before,omitempty"`
	Signer     string       `json:"signer,omitempty"`
}

func withdrawRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/v1/withdrawals", needs: access.Withdraw, about: "Propose that certificates be withdrawn; nothing is until a second person confirms it", in: kind[Withdrawal](), out: kind[Proposed](), do: (*Portal).propose},
		{method: http.MethodGet, path: "/v1/withdrawals", needs: access.ConfirmWithdrawal, about: "What was proposed and waits for a second person", out: kind[Waiting](), do: (*Portal).waiting},
		{method: http.MethodPost, path: "/v1/withdrawals/{id}/confirm", needs: access.ConfirmWithdrawal, about: "Confirm what another person proposed", out: kind[Withdrawn](), do: (*Portal).confirm},
	}
}

// whose is what proposals of an actor begin with: people of a laboratory confirm
// those of their laboratory.
func whose(a access.Actor) string {
	if a.Laboratory == "" {
		return "authority:"
	}
	return a.Laboratory + ":"
}

func (p *Portal) propose(c *call) (any, error) {
	q, err := ask[Withdrawal](c)
	if err != nil {
		return nil, err
	}
	if !access.IsID(q.ID) {
		return nil, bad("pattern", "id", "the id of a proposal is missing or none", "give each proposal a name of up to 32 small letters, digits, dots and hyphens that begins with a letter")
	}
	o := issue.Proposal{ID: whose(c.actor) + q.ID, Reason: q.Reason, By: registered(c.actor), Serials: q.Serials, Laboratory: q.Laboratory, Since: q.Since, Before: q.Before}
	if q.CSV != "" {
		list, err := issue.ReadSerials(strings.NewReader(q.CSV))
		if err != nil {
			return nil, bad("pattern", "csv", "%s", "the first column has serials, a line each", err)
		}
		o.Serials = append(o.Serials, list...)
	}
	if q.Signer != "" && !hash(q.Signer, &o.Signer) {
		return nil, bad("pattern", "signer", "signer is a SHA-256", "write it as 64 hexadecimal digits")
	}
	if o.Laboratory != "" || o.Signer != [32]byte{} {
		if _, err := p.o.Gate.May(c, c.actor, access.WithdrawMany, c.actor.Laboratory); err != nil {
			return nil, err
		}
	}
	if c.actor.Laboratory != "" {
		for _, serial := range o.Serials {
			e, _, err := p.o.Office.Register.Find(c, p.o.Authority, serial)
			if err != nil {
				return nil, err
			}
			if e.Laboratory != c.actor.Laboratory {
				return nil, issue.ErrNoEntry
			}
		}
	}
	if err := o.Check(); err != nil {
		return nil, bad("bad_request", "", "%s", "name serials, or a laboratory, or a signer, with one of the reasons error, fraud, key-lost, holder", err)
	}
	if err := p.o.Office.Propose(c, o); err != nil {
		return nil, err
	}
	return Proposed{o.ID, len(o.Serials)}, nil
}

func (p *Portal) waiting(c *call) (any, error) {
	all, err := p.o.Office.Register.Pending(c, p.o.Authority)
	if err != nil {
		return nil, err
	}
	out := Waiting{[]Waits{}}
	for _, q := range all {
		if c.actor.Laboratory != "" && !strings.HasPrefix(q.ID, whose(c.actor)) {
			continue
		}
		w := Waits{ID: q.ID, By: q.By, Reason: q.Reason, Count: q.Count, Serials: q.Serials, Laboratory: q.Laboratory, Since: second(q.Since), Before: second(q.Before)}
		if q.Signer != [32]byte{} {
			w.Signer = hex.EncodeToString(q.Signer[:])
		}
		out.Proposals = append(out.Proposals, w)
	}
	return out, nil
}

func (p *Portal) confirm(c *call) (any, error) {
	id := c.r.PathValue("id")
	if c.actor.Laboratory != "" && !strings.HasPrefix(id, whose(c.actor)) {
		return nil, issue.ErrNoProposal
	}
	n, err := p.o.Office.Confirm(c, id, registered(c.actor))
	if err != nil {
		return nil, err
	}
	return Withdrawn{n}, nil
}
