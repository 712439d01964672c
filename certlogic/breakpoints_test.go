package certlogic_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/certlogic"
)

func at(t testing.TB, text string) time.Time {
	t.Helper()
	m, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// script writes changes as text: "2021-05-01T00:00:00Z true".
func script(changes []certlogic.Change) []string {
	var lines []string
	for _, c := range changes {
		answer := c.Value.String()
		if c.Err != nil {
			answer = "error"
		}
		lines = append(lines, c.At.Format("2006-01-02T15:04:05.999Z07:00")+" "+answer)
	}
	return lines
}

const clock = `{"var":"external.validationClock"}`

// now, plus and date are date-times of expressions.
func now(n int, unit string) string {
	return fmt.Sprintf(`{"plusTime":[%s,%d,%q]}`, clock, n, unit)
}

func date(text string, n int, unit string) string {
	return fmt.Sprintf(`{"plusTime":[%q,%d,%q]}`, text, n, unit)
}

func TestBreakpoints(t *testing.T) {
	for _, c := range []struct {
		comment, logic, from, to string
		want                     []string
	}{
		{"no clock, no change", `true`, "2021-01-01T00:00:00Z", "2022-01-01T00:00:00Z",
			[]string{"2021-01-01T00:00:00Z true"}},
		{"72 hours, the last millisecond included", `{"not-after":[` + now(0, "day") + `,` + date("2021-05-01T10:00:00+02:00", 72, "hour") + `]}`,
			"2021-05-01T00:00:00Z", "2021-06-01T00:00:00Z",
			[]string{"2021-05-01T00:00:00Z true", "2021-05-04T08:00:00.001Z false"}},
		{"72 hours, the last millisecond not included", `{"before":[` + now(0, "day") + `,` + date("2021-05-01T10:00:00+02:00", 72, "hour") + `]}`,
			"2021-05-01T00:00:00Z", "2021-06-01T00:00:00Z",
			[]string{"2021-05-01T00:00:00Z true", "2021-05-04T08:00:00Z false"}},
		{"the same with the hours on the side of the clock", `{"not-before":[` + date("2021-05-01T10:00:00+02:00", 0, "day") + `,` + now(-72, "hour") + `]}`,
			"2021-05-01T00:00:00Z", "2021-06-01T00:00:00Z",
			[]string{"2021-05-01T00:00:00Z true", "2021-05-04T08:00:00.001Z false"}},
		{"a window, from three operands", `{"not-after":[` + date("2021-05-01", 14, "day") + `,` + now(0, "day") + `,` + date("2021-05-01", 365, "day") + `]}`,
			"2021-05-01T00:00:00Z", "2023-01-01T00:00:00Z",
			[]string{"2021-05-01T00:00:00Z false", "2021-05-15T00:00:00Z true", "2022-05-01T00:00:00.001Z false"}},
		{"strictly between, a change at both ends of the range",
			`{"before":[` + date("2021-05-01", 0, "day") + `,` + now(0, "day") + `,` + date("2021-05-02", 0, "day") + `]}`,
			"2021-05-01T00:00:00Z", "2021-05-02T00:00:00Z",
			[]string{"2021-05-01T00:00:00Z false", "2021-05-01T00:00:00.001Z true", "2021-05-02T00:00:00Z false"}},
		{"a change one millisecond after the range is not told", `{"before":[` + now(0, "day") + `,` + date("2021-05-02", 0, "day") + `]}`,
			"2021-05-01T00:00:00Z", "2021-05-01T23:59:59.999Z",
			[]string{"2021-05-01T00:00:00Z true"}},
		{"a single moment", `{"before":[` + now(0, "day") + `,` + date("2021-05-02", 0, "day") + `]}`,
			"2021-05-02T00:00:00Z", "2021-05-02T00:00:00Z",
			[]string{"2021-05-02T00:00:00Z false"}},
		{"the day someone is 18", `{"after":[{"dccDateOfBirth":["2004-02-29"]},` + now(-18, "year") + `]}`,
			"2022-01-01T00:00:00Z", "2023-01-01T00:00:00Z",
			[]string{"2022-01-01T00:00:00Z true", "2022-03-01T00:00:00Z false"}},
		{"a month back jumps where the month of the clock begins: 31 March is 3 March, 1 April is 1 March",
			`{"not-before":[` + now(-1, "month") + `,` + date("2021-03-02", 0, "day") + `]}`,
			"2021-03-28T00:00:00Z", "2021-04-30T00:00:00Z",
			[]string{"2021-03-28T00:00:00Z false", "2021-03-30T00:00:00Z true", "2021-04-01T00:00:00Z false", "2021-04-02T00:00:00Z true"}},
		{"both sides move", `{"before":[` + now(1, "month") + `,` + now(31, "day") + `]}`,
			"2021-01-01T00:00:00Z", "2021-07-01T00:00:00Z",
			[]string{"2021-01-01T00:00:00Z false", "2021-02-01T00:00:00Z true", "2021-03-01T00:00:00Z false",
				"2021-04-01T00:00:00Z true", "2021-05-01T00:00:00Z false", "2021-06-01T00:00:00Z true", "2021-07-01T00:00:00Z false"}},
		{"both sides move evenly", `{"before":[` + now(71, "hour") + `,` + now(3, "day") + `]}`,
			"0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z",
			[]string{"0000-01-01T00:00:00Z true"}},
		{"an answer that is no boolean", `{"if":[{"before":[` + now(0, "day") + `,` + date("2021-05-02", 0, "day") + `]},[1],{"var":"x"}]}`,
			"2021-05-01T00:00:00Z", "2021-06-01T00:00:00Z",
			[]string{"2021-05-01T00:00:00Z [1]", "2021-05-02T00:00:00Z null"}},
		{"an answer becomes an error", `{"if":[{"before":[` + now(0, "day") + `,` + date("2021-05-02", 0, "day") + `]},true,{"+":[1,{"var":"x"}]}]}`,
			"2021-05-01T00:00:00Z", "2021-06-01T00:00:00Z",
			[]string{"2021-05-01T00:00:00Z true", "2021-05-02T00:00:00Z error"}},
		{"comparisons in a loop", `{"reduce":[["2021-05-03","2021-05-01","2021-05-02"],{"+":[{"var":"accumulator"},{"if":[{"var":"current"},1,0]}]},0]}`,
			"2021-05-01T00:00:00Z", "2021-06-01T00:00:00Z",
			[]string{"2021-05-01T00:00:00Z 3"}},
		{"the clock may be carried into a loop",
			`{"reduce":[[` + clock + `],{"if":[{"before":[{"plusTime":[{"var":"current"},0,"day"]},` + date("2021-05-02", 0, "day") + `]},1,{"var":"accumulator"}]},0]}`,
			"2021-05-01T00:00:00Z", "2021-06-01T00:00:00Z",
			[]string{"2021-05-01T00:00:00Z 1", "2021-05-02T00:00:00Z 0"}},
		{"the clock is there, as far as conditions go", `{"if":[` + clock + `,{"!":[{"!":[{"var":"external"}]}]},false]}`,
			"2021-05-01T00:00:00Z", "2021-06-01T00:00:00Z",
			[]string{"2021-05-01T00:00:00Z true"}},
		{"the clock is no number and not null", `{"===":[` + clock + `,{"var":"x"}]}`,
			"2021-05-01T00:00:00Z", "2021-06-01T00:00:00Z",
			[]string{"2021-05-01T00:00:00Z false"}},
		{"conditions that are not evaluated do not count", `{"and":[false,{"before":[` + now(0, "day") + `,` + date("2021-05-02", 0, "day") + `]}]}`,
			"2021-05-01T00:00:00Z", "2021-06-01T00:00:00Z",
			[]string{"2021-05-01T00:00:00Z false"}},
		{"moments are cut to milliseconds", `{"before":[` + now(0, "day") + `,` + date("2021-05-02", 0, "day") + `]}`,
			"2021-05-01T23:59:59.9999Z", "2021-05-02T00:00:00.0009Z",
			[]string{"2021-05-01T23:59:59.999Z true", "2021-05-02T00:00:00Z false"}},
	} {
		got, err := parse(t, c.logic).Breakpoints(data(t, `{}`), "", at(t, c.from), at(t, c.to))
		if lines := script(got); err != nil || !slices.Equal(lines, c.want) {
			t.Errorf("%s: got %q, %v; want %q", c.comment, lines, err, c.want)
		}
	}
}

// Where the answer depends on the text of the moment, it is not predicted.
func TestUnpredictable(t *testing.T) {
	for _, c := range []struct{ comment, logic string }{
		{"the answer is the clock", clock},
		{"the answer is a date-time that moves", now(1, "day")},
		{"the answer holds the clock", `[1,[` + clock + `]]`},
		{"the answer is data that hold the clock", `{"var":""}`},
		{"the clock is compared as a text", `{"===":[` + clock + `,"2021-05-01T00:00:00Z"]}`},
		{"the clock is compared as a text, the other way round", `{"===":["2021-05-01T00:00:00Z",` + clock + `]}`},
		{"the clock is looked up", `{"in":[` + clock + `,["2021-05-01T00:00:00Z"]]}`},
		{"the clock is in a list", `{"in":["2021-05-01T00:00:00Z",[` + clock + `]]}`},
		{"the clock is taken for an identifier", `{"===":[{"extractFromUVCI":[` + clock + `,0]},"2021-05-01T00"]}`},
		{"the clock is taken for a date of birth", `{"after":[{"dccDateOfBirth":[` + clock + `]},` + now(0, "day") + `]}`},
		{"later, but not at once", `{"if":[{"before":[` + now(0, "day") + `,` + date("2021-05-02", 0, "day") + `]},1,` + clock + `]}`},
	} {
		got, err := parse(t, c.logic).Breakpoints(data(t, `{}`), "", at(t, "2021-05-01T00:00:00Z"), at(t, "2021-06-01T00:00:00Z"))
		if !errors.Is(err, certlogic.ErrUnpredictable) || got != nil {
			t.Errorf("%s: got %q, %v; want unpredictable", c.comment, script(got), err)
		}
	}
}

func TestBreakpointsRefused(t *testing.T) {
	day, later := at(t, "2021-05-01T00:00:00Z"), at(t, "2021-06-01T00:00:00Z")
	for _, c := range []struct {
		comment, data, path string
		from, to            time.Time
		want                error
	}{
		{"backwards", `{}`, "", later, day, certlogic.ErrRange},
		{"before the year 0", `{}`, "", time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), day, certlogic.ErrRange},
		{"after the year 9999", `{}`, "", day, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), certlogic.ErrRange},
		{"a malformed path", `{}`, "a.", day, later, certlogic.ErrForm},
		{"a path through a text", `{"external":"x"}`, "", day, later, certlogic.ErrKind},
		{"a path through an array", `[1]`, "0", day, later, certlogic.ErrKind},
	} {
		if got, err := parse(t, `true`).Breakpoints(data(t, c.data), c.path, c.from, c.to); !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: got %q, %v; want %v", c.comment, script(got), err, c.want)
		}
	}

	// A rule that turns in every month, and takes long each time.
	slow := parse(t, `{"reduce":[{"var":"x"},{"if":[true,{"var":"accumulator"},0]},{"before":[`+now(1, "month")+`,`+now(30, "day")+`]}]}`)
	d := data(t, `{"x":[`+strings.Repeat("1,", 50_000)+`1]}`)
	if _, err := slow.Breakpoints(d, "", at(t, "0000-01-01T00:00:00Z"), at(t, "9999-12-31T00:00:00Z")); !errors.Is(err, certlogic.ErrLimit) {
		t.Errorf("too much to compute: got %v", err)
	}
}

// predicted looks an answer up in what Breakpoints said.
func predicted(changes []certlogic.Change, m time.Time) certlogic.Change {
	i, found := slices.BinarySearchFunc(changes, m, func(c certlogic.Change, m time.Time) int { return c.At.Compare(m) })
	if !found {
		i--
	}
	return changes[i]
}

// verifyAt compares what was predicted for a moment with an evaluation of it,
// which does not know how predictions are made.
func verifyAt(t *testing.T, e *certlogic.Expr, d certlogic.Value, changes []certlogic.Change, m time.Time) {
	t.Helper()
	text, err := certlogic.FromAny(m)
	if err != nil {
		t.Fatal(err)
	}
	d, ok := d.With(certlogic.Clock, text)
	if !ok {
		t.Fatal("the clock cannot be set")
	}
	got, err := e.Eval(d)
	want := predicted(changes, m)
	if (err == nil) != (want.Err == nil) || err == nil && !got.Equal(want.Value) || err != nil && err.Error() != want.Err.Error() {
		logic, _ := e.MarshalJSON()
		t.Fatalf("at %v: got %v, %v; predicted %v, %v\n%s\n%q", m, got, err, want.Value, want.Err, logic, script(changes))
	}
}

// verify compares predictions with evaluations at every step from from to to,
// and in the last millisecond before each change; consecutive answers differ.
func verify(t *testing.T, e *certlogic.Expr, d certlogic.Value, changes []certlogic.Change, from, to time.Time, step time.Duration) {
	t.Helper()
	if len(changes) == 0 || !changes[0].At.Equal(from) {
		t.Fatalf("predictions begin with %q, not at %v", script(changes), from)
	}
	for m := from; !m.After(to); m = m.Add(step) {
		verifyAt(t, e, d, changes, m)
	}
	for i, c := range changes {
		verifyAt(t, e, d, changes, c.At)
		if i == 0 {
			continue
		}
		verifyAt(t, e, d, changes, c.At.Add(-time.Millisecond))
		if b := changes[i-1]; !b.At.Before(c.At) || c.At.After(to) || b.Err == nil && c.Err == nil && b.Value.Equal(c.Value) {
			t.Fatalf("no change: %q", script(changes[i-1:i+1]))
		}
	}
	verifyAt(t, e, d, changes, to)
}

// The predictions for all public rule tests are what evaluating every six hours
// of five years gives, and every minute of the hours around each change.
func TestPublicBreakpoints(t *testing.T) {
	from, to := at(t, "2021-04-01T00:00:00Z"), at(t, "2026-04-01T00:00:00Z")
	changing := 0
	for _, c := range ruleTests(t) {
		changes, err := c.rule.Breakpoints(c.data, "", from, to)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		step := 6 * time.Hour
		if !slices.Contains(c.rule.Reads(), certlogic.Clock) {
			step = 365 * 24 * time.Hour
		}
		verify(t, c.rule, c.data, changes, from, to, step)
		for _, change := range changes[1:] {
			changing++
			for m := -120; m <= 120; m++ {
				verifyAt(t, c.rule, c.data, changes, change.At.Add(time.Duration(m)*time.Minute))
			}
		}
	}
	if changing < 100 {
		t.Errorf("only %d changes seen", changing)
	}
}

// Random rules with every kind of date arithmetic on both sides: the
// predictions for the days around the end of a month are what evaluating every
// minute gives.
func TestRandomBreakpoints(t *testing.T) {
	rounds := 150
	if testing.Short() {
		rounds = 15
	}
	r := rule{rand.New(rand.NewPCG(1, 2)), time.Time{}}
	changed, errs := 0, 0
	for range rounds {
		r.from = at(t, "2020-02-27T00:00:00Z").AddDate(0, r.IntN(26), 0).Add(time.Duration(r.IntN(86400000)) * time.Millisecond)
		to := r.from.AddDate(0, 0, 4)
		e := parse(t, r.condition(4))
		changes, err := e.Breakpoints(certlogic.Value{}, "", r.from, to)
		if err != nil {
			logic, _ := e.MarshalJSON()
			t.Fatalf("%s: %v", logic, err)
		}
		verify(t, e, certlogic.Value{}, changes, r.from, to, time.Minute)
		changed += len(changes) - 1
		for _, c := range changes {
			if c.Err != nil {
				errs++
			}
		}
	}
	if changed < rounds/2 || errs < rounds/20 {
		t.Errorf("only %d changes and %d errors in %d rules", changed, errs, rounds)
	}
}

// rule writes random conditions that turn in the days after from.
type rule struct {
	*rand.Rand
	from time.Time
}

func (r rule) condition(depth int) string {
	sub := func() string { return r.condition(depth - 1) }
	kind := r.IntN(8)
	if depth == 0 {
		kind = 7
	}
	switch kind {
	case 0:
		return fmt.Sprintf(`{"if":[%s,%s,%s]}`, sub(), sub(), sub())
	case 1:
		return fmt.Sprintf(`{"and":[%s,{"!":[%s]}]}`, sub(), sub())
	case 2:
		return fmt.Sprintf(`{"===":[%s,%s]}`, sub(), sub())
	case 3:
		return fmt.Sprintf(`{"in":[true,[%s,%s]]}`, sub(), sub())
	case 4:
		if r.IntN(4) == 0 {
			return fmt.Sprintf(`{"if":[%s,{"+":[{"var":"none"},1]},%s]}`, sub(), sub())
		}
		return fmt.Sprintf(`{"===":[{"reduce":[[%s,%s,%s],{"+":[{"var":"accumulator"},{"if":[{"var":"current"},1,2]}]},0]},5]}`, sub(), sub(), sub())
	case 5:
		item := func() string { return fmt.Sprintf("%q", r.moment().Format("2006-01-02T15:04:05.000Z07:00")) }
		return fmt.Sprintf(`{"reduce":[[%s,%s],{"if":[{"var":"accumulator"},{"after":[{"plusTime":[{"var":"current"},0,"day"]},%s]},{"var":"accumulator"}]},%s]}`,
			item(), item(), date(r.moment().Format(time.RFC3339), 0, "day"), sub())
	}
	return r.comparison()
}

// moment is one at which a condition could turn.
func (r rule) moment() time.Time {
	m := r.from.Add(time.Duration(r.IntN(4*86400000)) * time.Millisecond)
	if r.IntN(2) == 0 {
		m = m.Truncate(24 * time.Hour)
	}
	return m
}

// comparison compares the clock, shifted, with what it is then, or with the
// clock in another way.
func (r rule) comparison() string {
	unit := []string{"year", "month", "month", "day", "hour"}[r.IntN(5)]
	most := map[string]int{"year": 3, "month": 25, "day": 62, "hour": 100}[unit]
	n := r.IntN(2*most+1) - most
	shifted := func(m time.Time) time.Time {
		switch unit {
		case "year":
			return m.AddDate(n, 0, 0)
		case "month":
			return m.AddDate(0, n, 0)
		case "day":
			return m.AddDate(0, 0, n)
		}
		return m.Add(time.Duration(n) * time.Hour)
	}
	moving := now(n, unit)
	fixed := func() string { return date(shifted(r.moment()).Format("2006-01-02T15:04:05.000Z07:00"), 0, "day") }
	op := []string{"before", "after", "not-before", "not-after"}[r.IntN(4)]
	switch r.IntN(5) {
	case 0:
		return fmt.Sprintf(`{%q:[%s,%s,%s]}`, op, fixed(), moving, fixed())
	case 1:
		return fmt.Sprintf(`{%q:[%s,%s]}`, op, fixed(), moving)
	case 2: // a shift by months against a shift by about as many hours
		m := r.moment()
		return fmt.Sprintf(`{%q:[%s,%s]}`, op, moving, now(int(shifted(m).Sub(m)/time.Hour), "hour"))
	}
	return fmt.Sprintf(`{%q:[%s,%s]}`, op, moving, fixed())
}
