package portal

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/issue/watch"
)

// Laboratory is one that issues, with what it may.
type Laboratory struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Clock   int     `json:"clock_minutes"` // of its working hours, east of UTC
	Allow   []Allow `json:"allow"`
	Stopped *Stop   `json:"stopped,omitempty"`
}

// Allow is what a laboratory may issue of one kind.
type Allow struct {
	Kind  cert.Kind `json:"kind"`
	Day   int       `json:"day"`         // a day (UTC), by all
	Each  int       `json:"each"`        // of these, by one account
	Hours int       `json:"valid_hours"` // the longest validity
}

// Stop is why a laboratory may do nothing.
type Stop struct {
	At     string        `json:"at"`
	By     string        `json:"by"`
	Reason access.Reason `json:"reason"`
	Since  string        `json:"since,omitempty"`
}

// Laboratories are all that somebody may see.
type Laboratories struct {
	Laboratories []Laboratory `json:"laboratories"`
}

// Stopping stops a laboratory; with since, what it issued from then on is proposed
// for withdrawal, which another officer confirms.
type Stopping struct {
	Reason access.Reason `json:"reason"` // forgery, stolen, quality, closed, requested
	Since  time.Time     `json:"since,omitzero"`
}

// Stopped is what was done.
type Stopped struct {
	Stop     Stop   `json:"stop"`
	Proposal string `json:"proposal,omitempty"` // to be confirmed by another officer
}

// Person is somebody with an account.
type Person struct {
	Name       string      `json:"name"`
	Laboratory string      `json:"laboratory,omitempty"`
	Role       access.Role `json:"role"`
	Provider   bool        `json:"provider,omitempty"`
	Disabled   bool        `json:"disabled,omitempty"`
}

// People are all that somebody may see.
type People struct {
	People []Person `json:"people"`
}

// Machine is a system of a laboratory.
type Machine struct {
	Handle     string              `json:"handle,omitempty"` // sha256:, dns: or uri: of a client certificate; none: a key is made
	Laboratory string              `json:"laboratory"`
	Name       string              `json:"name"`
	Scopes     []access.Permission `json:"scopes"`
	Until      time.Time           `json:"until"`
	Used       string              `json:"used,omitempty"`
}

// Machines are all that somebody may see.
type Machines struct {
	Machines []Machine `json:"machines"`
}

// MachineKey is a new key, shown once.
type MachineKey struct {
	Key string `json:"key,omitempty"`
}

// Handle is by what a machine's access is known.
type Handle struct {
	Handle string `json:"handle"`
}

// Alert is that a laboratory does not certify as it always did.
type Alert struct {
	ID         string     `json:"id"`
	Laboratory string     `json:"laboratory"`
	Kind       watch.Kind `json:"kind"`
	By         string     `json:"by,omitempty"`
	At         string     `json:"at"`
	Text       string     `json:"text"`
	Closed     string     `json:"closed_by,omitempty"`
}

// AlertID is the name of an alert.
type AlertID struct {
	ID string `json:"id"`
}

// Alerts are those of the last eight weeks.
type Alerts struct {
	Alerts []Alert `json:"alerts"`
}

func peopleRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/v1/laboratories", needs: access.Counts, about: "The laboratories, with what they may", out: kind[Laboratories](), do: (*Portal).laboratories},
		{method: http.MethodPost, path: "/v1/laboratories", needs: access.Laboratories, about: "Make a laboratory, or set what it may", in: kind[Laboratory](), out: kind[Done](), do: (*Portal).setLaboratory},
		{method: http.MethodPost, path: "/v1/laboratories/{id}/stop", needs: access.Halt, about: "Stop a laboratory at once; with since, propose that what it issued from then on be withdrawn", in: kind[Stopping](), out: kind[Stopped](), do: (*Portal).stop},
		{method: http.MethodPost, path: "/v1/laboratories/{id}/lift", needs: access.Lift, about: "Let a laboratory go on that another officer stopped", out: kind[Done](), do: (*Portal).lift},
		{method: http.MethodGet, path: "/v1/people", about: "The people whom the caller may invite or disable", out: kind[People](), do: (*Portal).people},
		{method: http.MethodPost, path: "/v1/people", needs: access.People, about: "Invite somebody; the answer has the token of the invitation, shown once", in: kind[Person](), out: kind[Token](), do: (*Portal).invite},
		{method: http.MethodPost, path: "/v1/people/{name}/{what}", needs: access.People, about: "disable, enable or unlock an account", out: kind[Done](), do: (*Portal).change},
		{method: http.MethodGet, path: "/v1/machines", needs: access.Machines, about: "The machines of laboratories", out: kind[Machines](), do: (*Portal).machines},
		{method: http.MethodPost, path: "/v1/machines", needs: access.Machines, about: "Let a machine in, with a new key or by its client certificate", in: kind[Machine](), out: kind[MachineKey](), do: (*Portal).letIn},
		{method: http.MethodPost, path: "/v1/machines/revoke", needs: access.Machines, about: "Let a machine in no more", in: kind[Handle](), out: kind[Done](), do: (*Portal).letOut},
		{method: http.MethodGet, path: "/v1/alerts", needs: access.Alerts, about: "Alerts of the last eight weeks, the oldest first", out: kind[Alerts](), do: (*Portal).alerts},
		{method: http.MethodPost, path: "/v1/alerts/close", needs: access.Alerts, about: "Note that somebody has looked at an alert", in: kind[AlertID](), out: kind[Done](), do: (*Portal).closeAlert},
	}
}

func laboratory(l access.Laboratory) Laboratory {
	out := Laboratory{ID: l.ID, Name: l.Name, Clock: int(l.Clock / time.Minute), Allow: []Allow{}}
	for k, v := range l.Limits {
		out.Allow = append(out.Allow, Allow{k, v.Day, v.Each, int(v.Valid / time.Hour)})
	}
	slices.SortFunc(out.Allow, func(a, b Allow) int {
		if a.Kind < b.Kind {
			return -1
		}
		return 1
	})
	if l.Stopped != nil {
		s := stopOf(*l.Stopped)
		out.Stopped = &s
	}
	return out
}

func stopOf(s access.Stop) Stop { return Stop{second(s.At), s.By, s.Reason, second(s.Since)} }

func (p *Portal) laboratories(c *call) (any, error) {
	all, err := p.o.Gate.List(c, c.actor)
	if err != nil {
		return nil, err
	}
	out := Laboratories{[]Laboratory{}}
	for _, l := range all {
		out.Laboratories = append(out.Laboratories, laboratory(l))
	}
	return out, nil
}

func (p *Portal) setLaboratory(c *call) (any, error) {
	q, err := ask[Laboratory](c)
	if err != nil {
		return nil, err
	}
	l := access.Laboratory{Authority: p.o.Authority, ID: q.ID, Name: q.Name, Clock: time.Duration(q.Clock) * time.Minute, Limits: map[cert.Kind]access.Limit{}}
	for _, a := range q.Allow {
		if _, twice := l.Limits[a.Kind]; twice || a.Hours < 0 || a.Hours > 1<<20 {
			return nil, bad("pattern", "allow", "a kind stands twice, or its validity cannot be", "give each kind once, with hours")
		}
		l.Limits[a.Kind] = access.Limit{Day: a.Day, Each: a.Each, Valid: time.Duration(a.Hours) * time.Hour}
	}
	if err := p.o.Gate.Set(c, c.actor, l); err != nil {
		return nil, orBad(err, "a laboratory has an id of small letters, a name, a clock of whole minutes, and limits by kind")
	}
	return Done{true}, nil
}

// orBad makes what the gate says of a form a fault of the request.
func orBad(err error, hint string) error {
	for _, k := range known {
		if errors.Is(err, k.err) {
			return err
		}
	}
	if _, ok := errors.AsType[*access.StoppedError](err); ok {
		return err
	}
	return bad("bad_request", "", "%s", hint, err)
}

func (p *Portal) stop(c *call) (any, error) {
	q, err := ask[Stopping](c)
	if err != nil {
		return nil, err
	}
	id := c.r.PathValue("id")
	s, err := p.o.Gate.Stop(c, c.actor, access.Stopping{Laboratory: id, Reason: q.Reason, Since: q.Since})
	if err != nil {
		return nil, orBad(err, "the reasons are forgery, stolen, quality, closed and requested; since is a moment of the past")
	}
	out := Stopped{Stop: stopOf(s)}
	if q.Since.IsZero() {
		return out, nil
	}
	o := issue.Proposal{ID: "authority:stop-" + id + s.Since.UTC().Format("-20060102t150405"), Reason: issue.Fraud, By: registered(c.actor), Laboratory: id, Since: s.Since}
	if q.Reason != access.Forgery && q.Reason != access.Stolen {
		o.Reason = issue.InError
	}
	if err := p.o.Office.Propose(c, o); err != nil && !errors.Is(err, issue.ErrProposed) { // somebody did before
		return nil, err
	}
	out.Proposal = o.ID
	return out, nil
}

func (p *Portal) lift(c *call) (any, error) {
	return Done{true}, p.o.Gate.Lift(c, c.actor, c.r.PathValue("id"))
}

func (p *Portal) people(c *call) (any, error) {
	all, err := p.o.Gate.Look(c, c.actor)
	if err != nil {
		return nil, err
	}
	out := People{[]Person{}}
	for _, o := range all {
		out.People = append(out.People, Person{o.Name, o.Laboratory, o.Role, o.Provider, o.Disabled})
	}
	return out, nil
}

func (p *Portal) invite(c *call) (any, error) {
	q, err := ask[Person](c)
	if err != nil {
		return nil, err
	}
	token, err := p.o.Gate.Invite(c, c.actor, access.Person{Authority: p.o.Authority, Laboratory: q.Laboratory, Name: q.Name, Role: q.Role})
	if err != nil {
		return nil, err
	}
	return Token{token}, nil
}

func (p *Portal) change(c *call) (any, error) {
	name := c.r.PathValue("name")
	switch c.r.PathValue("what") {
	case "disable":
		return Done{true}, p.o.Gate.Disable(c, c.actor, name)
	case "enable":
		return Done{true}, p.o.Gate.Enable(c, c.actor, name)
	case "unlock":
		return Done{true}, p.o.Gate.Unlock(c, c.actor, name)
	}
	return nil, &Fault{Status: http.StatusNotFound, Code: "not_found", Text: "there is nothing here", Hint: "disable, enable or unlock"}
}

func (p *Portal) machines(c *call) (any, error) {
	all, err := p.o.Gate.Credentials(c, c.actor)
	if err != nil {
		return nil, err
	}
	out := Machines{[]Machine{}}
	for _, m := range all {
		out.Machines = append(out.Machines, Machine{m.Handle, m.Laboratory, m.Name, m.Scopes, m.Until, second(m.Used)})
	}
	return out, nil
}

func (p *Portal) letIn(c *call) (any, error) {
	q, err := ask[Machine](c)
	if err != nil {
		return nil, err
	}
	m := access.Credential{Authority: p.o.Authority, Laboratory: q.Laboratory, Name: q.Name, Scopes: q.Scopes, Until: q.Until, Handle: q.Handle}
	hint := "a machine has a laboratory, a name, scopes such as issue and find, and an end within 400 days"
	if q.Handle != "" {
		if err := p.o.Gate.GiveCertificate(c, c.actor, m); err != nil {
			return nil, orBad(err, hint)
		}
		return MachineKey{}, nil
	}
	key, err := p.o.Gate.GiveKey(c, c.actor, m)
	if err != nil {
		return nil, orBad(err, hint)
	}
	return MachineKey{key}, nil
}

func (p *Portal) letOut(c *call) (any, error) {
	q, err := ask[Handle](c)
	if err != nil {
		return nil, err
	}
	return Done{true}, p.o.Gate.Revoke(c, c.actor, q.Handle)
}

func (p *Portal) alerts(c *call) (any, error) {
	out := Alerts{[]Alert{}}
	if p.o.Watch == nil {
		return out, nil
	}
	all, err := p.o.Watch.Alerts(c, p.o.Authority, p.o.Now().AddDate(0, 0, -56))
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if c.actor.Laboratory == "" || a.Laboratory == c.actor.Laboratory {
			out.Alerts = append(out.Alerts, Alert{a.ID(), a.Laboratory, a.Kind, a.By, second(a.At), a.String(), a.Closed})
		}
	}
	return out, nil
}

func (p *Portal) closeAlert(c *call) (any, error) {
	if c.actor.Role == access.Auditor {
		return nil, access.ErrForbidden // sees everything, changes nothing
	}
	all, err := p.alerts(c)
	if err != nil {
		return nil, err
	}
	q, err := ask[AlertID](c)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(all.(Alerts).Alerts, func(a Alert) bool { return a.ID == q.ID }) {
		return nil, watch.ErrUnknown
	}
	return Done{true}, p.o.Watch.Close(c, p.o.Authority, q.ID, c.actor.Name)
}
