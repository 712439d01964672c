package portal

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/revoke"
)

// Authority is who issues here.
type Authority struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Country   string   `json:"country"`
	Appeal    string   `json:"appeal"` // whom holders turn to
	Formats   []string `json:"formats"`
	Claims    bool     `json:"claims"`    // there are claim codes
	Languages []string `json:"languages"` // of notices and sheets
}

// Asked is the question of who has a certificate: both are computed from it.
type Asked struct {
	Serial string `json:"serial"`
	Mark   string `json:"mark"` // of its signature, hexadecimal: `pratique read --json` shows it
}

// Status is how a certificate stands.
type Status struct {
	State  string `json:"state"` // issued, withdrawn
	Since  string `json:"since,omitempty"`
	Reason string `json:"reason,omitempty"`
	Appeal string `json:"appeal"` // whom to turn to
}

// Counts are numbers for the public.
type Counts struct {
	Withdrawn map[issue.Reason]int `json:"withdrawn"`
	Days      []DayCount           `json:"days"`
}

// DayCount is how many certificates of a kind were issued on a day.
type DayCount struct {
	Day        string    `json:"day"`
	Laboratory string    `json:"laboratory,omitempty"` // for those of the authority
	Kind       cert.Kind `json:"kind"`
	Issued     int       `json:"issued"`
}

// Ready is whether everything that is needed answers.
type Ready struct {
	Ready bool `json:"ready"`
}

func publicRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/healthz", open: true, about: "It runs", out: kind[Done](), do: func(*Portal, *call) (any, error) { return Done{true}, nil }},
		{method: http.MethodGet, path: "/readyz", open: true, about: "The database answers, and there is a key that signs", out: kind[Ready](), do: (*Portal).ready},
		{method: http.MethodGet, path: "/v1/openapi.json", open: true, about: "This document", do: (*Portal).description},
		{method: http.MethodGet, path: "/v1/authority", open: true, about: "Who issues here, and whom to turn to", out: kind[Authority](), do: (*Portal).authority},
		{method: http.MethodPost, path: "/v1/status", open: true, about: "How one's own certificate stands; a mark that is not that of the serial is answered like a serial that was never given", in: kind[Asked](), out: kind[Status](), do: (*Portal).status},
		{method: http.MethodGet, path: "/v1/counts", open: true, about: "How many were issued and withdrawn", out: kind[Counts](), do: (*Portal).counts},
		{method: http.MethodGet, path: "/v1/statistics", needs: access.Counts, about: "How many were issued and withdrawn, by laboratory", out: kind[Counts](), do: (*Portal).statistics},
		{method: http.MethodGet, path: "/v1/lists/{which}", open: true, about: "What was withdrawn, for verifiers: all, or seals; not signed", do: (*Portal).list},
		{method: http.MethodGet, path: "/v1/account", needs: access.Audit, about: "The account of the office, as `pratique log check` reads it", do: (*Portal).account},
	}
}

func (p *Portal) ready(c *call) (any, error) {
	if p.closing.Load() {
		return nil, &Fault{Status: http.StatusServiceUnavailable, Code: "unavailable", Text: "the service stops", Hint: "ask another one"}
	}
	if err := p.o.Ready(c); err != nil {
		p.fault("GET /readyz", err)
		return nil, &Fault{Status: http.StatusServiceUnavailable, Code: "unavailable", Text: "the database or a key does not answer", Hint: "the log says which"}
	}
	return Ready{true}, nil
}

func (p *Portal) authority(*call) (any, error) {
	return Authority{p.o.Authority, p.o.Name, p.o.Country, p.o.Appeal, issue.Formats, p.o.Claims != nil, languages()}, nil
}

func (p *Portal) status(c *call) (any, error) {
	q, err := ask[Asked](c)
	if err != nil {
		return nil, err
	}
	h := revoke.Handle{Scheme: revoke.BySignature}
	b, err := hex.DecodeString(q.Mark)
	if err != nil || copy(h.Hash[:], b) != len(h.Hash) || len(b) != len(h.Hash) {
		return nil, bad("pattern", "mark", "the mark is no SHA-256 of 16 bytes", "write it as 32 hexadecimal digits")
	}
	w, err := p.o.Office.Status(c, q.Serial, h)
	if err != nil {
		return nil, err
	}
	if w.Since.IsZero() {
		return Status{State: "issued", Appeal: p.o.Appeal}, nil
	}
	return Status{"withdrawn", second(w.Since), string(w.Reason), p.o.Appeal}, nil
}

// counts are by day and kind: which laboratory had how many is for the authority.
func (p *Portal) counts(c *call) (any, error) {
	all, err := p.o.Office.Register.Counts(c, p.o.Authority)
	if err != nil {
		return nil, err
	}
	type key struct {
		day  string
		kind cert.Kind
	}
	sums := map[key]int{}
	out := Counts{all.Withdrawn, []DayCount{}}
	for _, d := range all.Days {
		k := key{d.Day, d.Kind}
		if sums[k] == 0 {
			out.Days = append(out.Days, DayCount{Day: d.Day, Kind: d.Kind})
		}
		sums[k] += d.Issued
	}
	for i := range out.Days {
		out.Days[i].Issued = sums[key{out.Days[i].Day, out.Days[i].Kind}]
	}
	return out, nil
}

func (p *Portal) statistics(c *call) (any, error) {
	all, err := p.o.Office.Register.Counts(c, p.o.Authority)
	if err != nil {
		return nil, err
	}
	out := Counts{Days: []DayCount{}}
	if c.actor.Laboratory == "" {
		out.Withdrawn = all.Withdrawn
	}
	for _, d := range all.Days {
		if c.actor.Laboratory == "" || c.actor.Laboratory == d.Laboratory {
			out.Days = append(out.Days, DayCount{d.Day, d.Laboratory, d.Kind, d.Issued})
		}
	}
	return out, nil
}

func (p *Portal) list(c *call) (any, error) {
	which := c.r.PathValue("which")
	if which != "all" && which != "seals" {
		return nil, &Fault{Status: http.StatusNotFound, Code: "not_found", Text: "there is nothing here", Hint: "there are /v1/lists/all and /v1/lists/seals"}
	}
	all, seals, err := p.o.Office.Lists(c, issue.Publication{Country: p.o.Country, Until: p.o.Now().Add(p.o.Lists).Truncate(time.Second), Appeal: p.o.Appeal})
	if err != nil {
		return nil, err
	}
	if which == "seals" {
		all = seals
	}
	c.wrote = true
	c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err = io.WriteString(c.w, all.String())
	return nil, err
}

func (p *Portal) account(c *call) (any, error) {
	c.wrote = true
	c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if _, err := p.o.Office.Account(c, c.w); err != nil {
		return nil, fmt.Errorf("writing the account: %w", err)
	}
	return nil, nil
}

func (p *Portal) description(c *call) (any, error) {
	c.wrote = true
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, err := c.w.Write(Description())
	return nil, err
}
