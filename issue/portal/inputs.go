package portal

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/rest"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/issue/fhir"
	"github.com/pratique/pratique/issue/intake"
	"github.com/pratique/pratique/issue/table"
)

// Received is the answer to a resource of FHIR.
type Received struct {
	Outcome      json.RawMessage `json:"outcome"` // an OperationOutcome: what was found where
	Certificates []Line          `json:"certificates"`
}

func inputRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/v1/tables/template", needs: access.Issue, about: "A table with the head of all columns (text/csv)", do: (*Portal).template},
		{method: http.MethodPost, path: "/v1/tables", needs: access.Issue, about: "Issue what a table asks for (text/csv), a line of JSON for each row as it is done; with Accept: text/csv the rows that could not be used, with the reason. ?format=, ?dry=1: nothing is issued; ?offset=+01:00 of moments without one; ?charset=", do: (*Portal).table},
		{method: http.MethodPost, path: "/v1/fhir", needs: access.Issue, about: "Issue what a Bundle, DiagnosticReport, Observation or Immunization of FHIR R4 asks for (application/fhir+json). ?format=, ?dry=1", out: kind[Received](), do: (*Portal).fhir},
	}
}

// options are what the readers of inputs need to know.
func (p *Portal) inputOptions(c *call) (intake.Options, error) {
	o := intake.Options{Now: p.o.Now(), Country: p.o.Country, Authority: p.o.Name, Secret: p.o.Secret}
	if text := c.r.URL.Query().Get("offset"); text != "" {
		t, err := time.Parse("-07:00", text)
		if err != nil {
			return o, bad("pattern", "offset", "the offset is none", "write it as +01:00; in an address + is %%2B")
		}
		_, seconds := t.Zone()
		o.Zone = time.FixedZone("", seconds)
	}
	return o, nil
}

// wantedFormat is the format that a request names; hc1 if it names none.
func (c *call) wantedFormat() string {
	if f := c.r.URL.Query().Get("format"); f != "" {
		return f
	}
	return issue.HC1
}

func (c *call) dry() bool { d, _ := strconv.ParseBool(c.r.URL.Query().Get("dry")); return d }

// file issues what items ask for, together, and answers each. What an item corrects
// or takes back is not withdrawn here: two people do that.
func (p *Portal) file(c *call, route string, items []intake.Item) []Line {
	lines := make([]Line, len(items))
	var b batch
	for i, it := range items {
		lines[i].Key, lines[i].Result = it.Key, it.Result
		if it.Do == intake.Replace || it.Do == intake.Withdraw {
			lines[i].Do = it.Do
		}
		switch {
		case it.Do == intake.Nothing:
			lines[i].Not = &Fault{Code: "findings", Text: "this cannot be certified as it is", Hint: "look at the findings", Findings: it.Findings}
		case it.Do == intake.Withdraw:
		case transcribed(it.Certificate):
			lines[i].Not = p.explain(route, errTranscribed)
		case c.dry():
			lines[i].Ready = true
		default:
			b.add(issue.Order{Laboratory: c.actor.Laboratory, Clerk: registered(c.actor), Permit: c.permit(it.Certificate.Events[0].Kind()), Key: it.Key, Format: c.wantedFormat(), Certificate: it.Certificate}, it.Findings, i)
		}
	}
	p.issue(c, route, b, lines)
	return lines
}

var errTranscribed = &Fault{Status: http.StatusUnprocessableEntity, Code: "transcribed", Field: "basis", Text: "a paper card is confirmed by a second person before it is certified", Hint: "certify what this laboratory has given or has in its registry; transcribed cards are not yet taken here"}

func transcribed(c *cert.Certificate) bool {
	return slices.ContainsFunc(c.Events, func(e cert.Event) bool {
		v, ok := e.(*cert.Vaccination)
		return ok && v.Basis == cert.Transcribed
	})
}

func (p *Portal) template(c *call) (any, error) {
	c.wrote = true
	c.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	_, err := io.WriteString(c.w, table.Template())
	return nil, err
}

// table reads rows as they come, issues some together, and answers as it goes: in the
// memory of a batch, however long the table is.
func (p *Portal) table(c *call) (any, error) {
	if !rest.Is(c.r, "text/csv") {
		return nil, media("a table", "text/csv")
	}
	o, err := p.inputOptions(c)
	if err != nil {
		return nil, err
	}
	s, err := p.stream(c)
	if err != nil {
		return nil, err
	}
	defer s.end()
	t, err := table.NewReader(s, table.Options{Options: o, Charset: c.r.URL.Query().Get("charset")})
	if err != nil {
		return nil, &Fault{Status: http.StatusUnprocessableEntity, Code: "table", Text: "this is not a table that is read: " + err.Error(), Hint: "GET /v1/tables/template has the head; a table in other letters than UTF-8 is named by ?charset="}
	}
	c.wrote = true
	tell, flush := s.answers()
	if c.r.Header.Get("Accept") == "text/csv" {
		c.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		e := table.NewErrors(c.w, t)
		tell, flush = func(r table.Row, l Line) error {
			if l.Not == nil {
				return nil
			}
			if len(l.Not.Findings) == 0 {
				r.Item.Findings = append(r.Item.Findings, intake.Finding{Severity: intake.Error, Code: intake.Code(l.Not.Code), Place: l.Not.Field})
			}
			e.Write(r)
			return nil
		}, e.Flush
	}
	for n, more := 0, true; more; {
		var rows []table.Row
		var items []intake.Item
		for len(rows) < batchSize {
			r, err := t.Next()
			if err != nil || p.closing.Load() {
				more = false
				if !errors.Is(err, io.EOF) { // the answer breaks off: the sender knows how far it came
					return nil, s.broken()
				}
				break
			}
			rows, items = append(rows, r), append(items, r.Item)
		}
		for i, l := range p.file(c, "POST /v1/tables", items) {
			n++
			l.Line = rows[i].Number
			if err := tell(rows[i], l); err != nil {
				return nil, err
			}
		}
		if err := errors.Join(flush(), s.flush()); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (p *Portal) fhir(c *call) (any, error) {
	if !rest.Is(c.r, "application/fhir+json") {
		return nil, media("FHIR", "application/fhir+json")
	}
	o, err := p.inputOptions(c)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, fhir.MaxText))
	if err != nil {
		return nil, unread(rest.Body(err, fhir.MaxText))
	}
	m, err := fhir.Read(text, o)
	if err != nil {
		return nil, &Fault{Status: http.StatusUnprocessableEntity, Code: "fhir", Text: "this is no resource of FHIR R4 that is read", Hint: "docs/intake.md says what is read; the text is JSON of at most 1 MiB"}
	}
	out := Received{Outcome: fhir.Outcome(m), Certificates: []Line{}}
	if intake.HasError(m.Findings) {
		return out, nil // of the message as a whole: nothing of it is used
	}
	for i, l := range p.file(c, "POST /v1/fhir", m.Items) {
		l.Line = i + 1
		out.Certificates = append(out.Certificates, l)
	}
	return out, nil
}
