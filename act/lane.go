package act

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/trust/lists"
)

func readLane(a Act, r *reader, arg string) Body {
	l := Lane{By: a.By, ID: r.word(arg), Of: r.many("of"), Categories: r.words(r.one("categories")), Laboratories: r.many("laboratory")}
	for _, of := range l.Of {
		if lists.Jurisdiction(of) != of {
			r.fail(fmt.Errorf("%w: of the code of a jurisdiction", ErrFormat))
		}
	}
	for _, s := range r.many("evidence") {
		l.Evidence = append(l.Evidence, r.evidence(s))
	}
	for _, s := range r.many("obligation") {
		l.Obligations = append(l.Obligations, r.obligation(s))
	}
	if s, ok := r.next("quota"); ok {
		count, per, _ := strings.Cut(s, " ")
		if l.Quota = (Quota{r.number(count), per}); l.Quota.Count == 0 || !slices.Contains([]string{"day", "week", "month"}, per) {
			r.fail(fmt.Errorf("%w: a quota is a number and day, week or month", ErrFormat))
		}
	}
	l.From, l.Until, l.Notes = r.moment(r.maybe("from")), r.moment(r.one("until")), r.many("note")
	if r.err == nil && (len(l.Of) == 0 || len(l.Evidence) == 0) {
		r.fail(fmt.Errorf("%w: a lane is of somebody, and asks for something", ErrFormat))
	}
	return l
}

// evidence reads: kind method disease hours, with "-" for any.
func (r *reader) evidence(s string) Evidence {
	f := strings.Split(s, " ")
	if len(f) != 4 || !word(f[0], 80) || !word(f[1], 80) || !word(f[2], 80) || f[3] == "0h" {
		r.fail(fmt.Errorf("%w: evidence is a kind, a method, a disease and an age such as 72h, or - for any", ErrFormat))
		return Evidence{}
	}
	e := Evidence{Kind: f[0], Method: undash(f[1]), Disease: undash(f[2])}
	if f[3] != "-" {
		e.Hours = r.hours(f[3])
	}
	return e
}

func (r *reader) hours(s string) int {
	digits, ok := strings.CutSuffix(s, "h")
	n := r.number(digits)
	if !ok || n > 24*3660 {
		r.fail(fmt.Errorf("%w: not hours such as 72h", ErrFormat))
	}
	return int(n)
}

// obligation reads: code hours text, with "-" for as long as the stay.
func (r *reader) obligation(s string) Obligation {
	f := strings.SplitN(s, " ", 3)
	if len(f) != 3 || !word(f[0], 80) || f[1] == "0h" || strings.TrimSpace(f[2]) != f[2] || f[2] == "" {
		r.fail(fmt.Errorf("%w: an obligation is a word, hours such as 24h or -, and a sentence", ErrFormat))
		return Obligation{}
	}
	o := Obligation{Code: f[0], Text: f[2]}
	if f[1] != "-" {
		o.Hours = r.hours(f[1])
	}
	return o
}

func undash(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func dashHours(n int) string {
	if n == 0 {
		return "-"
	}
	return strconv.Itoa(n) + "h"
}

func (l Lane) write(w *writer) {
	w.line("lane " + l.ID)
	w.fields("of", l.Of)
	w.field("categories", strings.Join(l.Categories, " "))
	w.fields("laboratory", l.Laboratories)
	for _, e := range l.Evidence {
		w.field("evidence", e.Kind+" "+dash(e.Method)+" "+dash(e.Disease)+" "+dashHours(e.Hours))
	}
	for _, o := range l.Obligations {
		w.field("obligation", o.Code+" "+dashHours(o.Hours)+" "+o.Text)
	}
	if l.Quota != (Quota{}) {
		w.field("quota", strconv.FormatInt(l.Quota.Count, 10)+" "+l.Quota.Per)
	}
	w.moment("from", l.From)
	w.moment("until", l.Until)
	w.fields("note", l.Notes)
}

func (l Lane) until() (time.Time, time.Duration) { return l.Until, LongestLane }
