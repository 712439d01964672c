package history_test

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/vectors"
)

// Every published vector comes out as it says, in whatever order the items of the file come.
func TestVectors(t *testing.T) {
	f, err := vectors.LoadHistory()
	if err != nil {
		t.Fatal(err)
	}
	keys := new(trust.Keys)
	for _, name := range f.Keys {
		l, err := lists.Read(name, []byte(f.Files[name]))
		if err != nil || len(l.Skipped) > 0 {
			t.Fatal(name, err, l.Skipped)
		}
		for _, k := range l.Keys {
			keys.Add(k)
		}
	}
	if len(f.Cases) < 200 || keys.Len() < 4*len(f.Keys) {
		t.Fatalf("%d cases, %d keys", len(f.Cases), keys.Len())
	}
	for _, c := range f.Cases {
		t.Run(fmt.Sprintf("%d %s", c.ID, c.Comment), func(t *testing.T) { run(t, f, c, keys) })
	}
}

func run(t *testing.T, f *vectors.HistoryFile, c vectors.HistoryCase, keys *trust.Keys) {
	file, wrong, err := history.Parse([]byte(c.Text))
	if (err != nil) != c.Want.NoFile {
		t.Fatalf("no file: %v", err)
	}
	if err != nil {
		return
	}
	if again, _, err := history.Parse(file.Bytes()); err != nil || !reflect.DeepEqual(again, file) {
		t.Errorf("printed as %s", file.Bytes())
	}
	at := numbered(c.Text, wrong)
	found := at.lines(wrong)
	h, wrong := file.Open(keys)
	found = append(found, at.lines(wrong)...)
	at.leaveOut(wrong)
	d := f.Holders[c.Holder]
	birth, err := cert.ParseDate(d.Birth)
	if err != nil {
		t.Fatal(err)
	}
	e, wrong := h.Sift(history.Holder{Number: d.Number, Country: d.Country, Birth: birth}, c.At)
	found = append(found, at.lines(wrong)...)
	slices.SortFunc(found, func(a, b vectors.LineFinding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Code, b.Code))
	})
	if !slices.Equal(found, c.Want.Findings) {
		t.Errorf("found %v, want %v", found, c.Want.Findings)
	}
	open, refused := areaLists(f, c, keys)
	if len(refused) != len(c.Want.Refused) || len(refused) > 0 && !reflect.DeepEqual(refused, c.Want.Refused) {
		t.Errorf("lists refused %v, want %v", refused, c.Want.Refused)
	}
	judge(t, c, e, open)
	if got := at.orders(h, e); !slices.Equal(got, c.Want.Orders) {
		t.Errorf("orders in lines %v, want %v", got, c.Want.Orders)
	}
	if c.Question != nil && c.Want.Fewest != nil {
		var got []int
		for _, i := range e.Fewest(question(c)) {
			got = append(got, at[history.KindStamp][slices.IndexFunc(h.Stamps, func(s history.Stamp) bool { return s.Hash == e.Stamps[i].Hash })])
		}
		if slices.Sort(got); !slices.Equal(got, c.Want.Fewest) {
			t.Errorf("fewest in lines %v, want %v", got, c.Want.Fewest)
		}
	}
	for _, r := range c.Want.Reads {
		if got := at.reads(h, r.Line); !reflect.DeepEqual(got, r.Says) {
			t.Errorf("line %d reads %v, want %v", r.Line, got, r.Says)
		}
	}
	slices.Reverse(h.Stays)
	slices.Reverse(h.Stamps)
	slices.Reverse(h.Notices)
	slices.Reverse(h.Exposure)
	slices.Reverse(h.Statements)
	slices.Reverse(h.Checked)
	slices.Reverse(open)
	e, _ = h.Sift(history.Holder{Number: d.Number, Country: d.Country, Birth: birth}, c.At)
	judge(t, c, e, open)
}

// judge compares what does not depend on lines.
func judge(t *testing.T, c vectors.HistoryCase, e history.Evidence, open []history.AreaList) {
	t.Helper()
	if changes := e.Changes(); !changes.Equal(c.Want.Changes) {
		t.Errorf("changes at %v, want %v", changes, c.Want.Changes)
	}
	var days []vectors.ExposureDay
	for _, x := range e.Exposure {
		days = append(days, vectors.ExposureDay{Date: x.Date.String(), Risk: string(x.Risk), System: x.System, By: x.Jurisdiction})
	}
	slices.SortFunc(days, func(a, b vectors.ExposureDay) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Risk, b.Risk), cmp.Compare(a.By, b.By))
	})
	if !slices.Equal(days, c.Want.Days) {
		t.Errorf("exposure %v, want %v", days, c.Want.Days)
	}
	looked := map[string]string{}
	for _, x := range e.Checked {
		looked[x.System] = x.Until.String()
	}
	if len(looked) != len(c.Want.Checked) || len(looked) > 0 && !reflect.DeepEqual(looked, c.Want.Checked) {
		t.Errorf("checked %v, want %v", looked, c.Want.Checked)
	}
	if c.Question == nil {
		return
	}
	a := e.Was(question(c))
	if string(a.Presence) != c.Want.Presence || a.Presence != "" && a.Grade.String() != c.Want.Grade {
		t.Errorf("%s by %s, want %s by %s", a.Presence, a.Grade, c.Want.Presence, c.Want.Grade)
	}
	var parts []vectors.HistoryPart
	var local []vectors.LocalLevel
	for _, p := range a.Parts {
		part := vectors.HistoryPart{From: p.From.UTC(), Grade: p.Grade.String(), Sure: p.Sure}
		for _, place := range p.Places {
			part.Places = append(part.Places, place.String())
		}
		parts = append(parts, part)
		for _, l := range p.Local(open) {
			local = append(local, vectors.LocalLevel{From: l.From.UTC(), Place: l.Place.String(), Level: l.Area.Level, Lacks: string(l.Lacks), Sure: l.Sure})
		}
	}
	wantParts, wantLocal := slices.Clone(c.Want.Parts), slices.Clone(c.Want.Local)
	for i := range wantParts {
		wantParts[i].From = wantParts[i].From.UTC()
	}
	for i := range wantLocal {
		wantLocal[i].From = wantLocal[i].From.UTC()
	}
	if wantParts != nil && !reflect.DeepEqual(parts, wantParts) {
		t.Errorf("parts\n got %v\nwant %v", parts, wantParts)
	}
	if wantLocal != nil && !reflect.DeepEqual(local, wantLocal) {
		t.Errorf("local\n got %v\nwant %v", local, wantLocal)
	}
}

func question(c vectors.HistoryCase) history.Question {
	q := history.Question{From: c.Question.From, Until: c.Question.Until, Transit: time.Duration(c.Question.Transit) * time.Hour, Here: c.Question.Here}
	q.Place.In, q.Place.Region, _ = strings.Cut(c.Question.Place, "/")
	return q
}

// areaLists opens the lists of a case and says which were refused, and why.
func areaLists(f *vectors.HistoryFile, c vectors.HistoryCase, keys *trust.Keys) (open []history.AreaList, refused map[string]string) {
	refused = map[string]string{}
	for _, name := range c.Lists {
		l, err := history.OpenAreas([]byte(f.Files[name]), keys, c.At)
		switch {
		case err == nil:
			open = append(open, l)
		case errors.Is(err, history.ErrFloor):
			refused[name] = "floor"
		case errors.Is(err, history.ErrAreaSigner):
			refused[name] = "signer"
		case errors.Is(err, history.ErrAreas):
			refused[name] = "areas"
		default:
			refused[name] = err.Error()
		}
	}
	return open, refused
}

// numbers are the lines of the items of each kind, in their order.
type numbers map[history.Kind][]int

// numbered counts the lines of a text that are items, which are those that are not wrong.
func numbered(text string, wrong []history.Finding) numbers {
	out := numbers{}
	for i, line := range strings.Split(text, "\n") {
		word, rest, _ := strings.Cut(line, " ")
		kind := history.Kind(word)
		if kind == history.KindExposure && strings.HasPrefix(rest, "HC1:") {
			kind = history.KindStatement
		}
		if !slices.ContainsFunc(wrong, func(f history.Finding) bool { return f.Index == i+1 }) {
			out[kind] = append(out[kind], i+1)
		}
	}
	return out
}

// lines gives findings their lines.
func (n numbers) lines(found []history.Finding) []vectors.LineFinding {
	var out []vectors.LineFinding
	for _, f := range found {
		line := f.Index
		if f.Kind != history.KindLine {
			line = n[f.Kind][f.Index]
		}
		out = append(out, vectors.LineFinding{Line: line, Code: string(f.Code), Kept: f.Kept})
	}
	return out
}

// leaveOut takes out what could not be opened.
func (n numbers) leaveOut(found []history.Finding) {
	for _, f := range slices.Backward(found) {
		n[f.Kind] = slices.Delete(n[f.Kind], f.Index, f.Index+1)
	}
}

func (n numbers) orders(h history.History, e history.Evidence) []int {
	var out []int
	for _, o := range e.Orders() {
		out = append(out, n[history.KindNotice][slices.IndexFunc(h.Notices, func(n history.Notice) bool { return n.Hash == o.Hash })])
	}
	slices.Sort(out)
	return out
}

// reads returns what the code on a line says, field by field.
func (n numbers) reads(h history.History, line int) map[string]string {
	out := map[string]string{}
	set := func(pairs ...string) map[string]string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i+1] != "" {
				out[pairs[i]] = pairs[i+1]
			}
		}
		return out
	}
	text := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Format(time.RFC3339)
	}
	for i, l := range n[history.KindStamp] {
		if s := h.Stamps[i]; l == line {
			return set("jurisdiction", s.Jurisdiction, "direction", string(s.Direction), "at", text(s.At), "until", text(s.Until.UTC()), "port", s.Port, "purpose", s.Purpose, "category", s.Category)
		}
	}
	for i, l := range n[history.KindNotice] {
		if x := h.Notices[i]; l == line {
			kind := map[bool]string{false: "order", true: "release"}[x.Release]
			return set("jurisdiction", x.Jurisdiction, "kind", kind, "order", x.Order, "issued", text(x.Issued), "expires", text(x.Expires.UTC()), "from", text(x.From), "until", text(x.Until),
				"reason", x.Reason, "appeal", x.Appeal, "disease", x.Disease, "authority", x.Authority)
		}
	}
	for i, l := range n[history.KindStatement] {
		if x := h.Statements[i]; l == line {
			return set("jurisdiction", x.Jurisdiction, "date", x.Date.String(), "risk", cmp.Or(string(x.Risk), "none"), "system", x.System, "rule", x.Rule,
				"issued", text(x.Issued), "expires", text(x.Expires.UTC()), "disease", x.Disease, "authority", x.Authority)
		}
	}
	return nil
}
