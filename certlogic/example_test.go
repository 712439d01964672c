package certlogic_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/pratique/pratique/certlogic"
)

// A rule that asks for a test of at most 72 hours.
const rule72 = `{"not-after":[
	{"plusTime":[{"var":"external.validationClock"}, 0, "day"]},
	{"plusTime":[{"var":"payload.t.0.sc"}, 72, "hour"]}
]}`

func Example() {
	rule, err := certlogic.Parse([]byte(rule72))
	if err != nil {
		fmt.Println(err)
		return
	}
	payload, err := certlogic.FromJSON([]byte(`{"t":[{"sc":"2021-05-01T10:00:00+02:00"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := certlogic.FromAny(map[string]any{
		"payload":  payload,
		"external": map[string]any{"validationClock": time.Date(2021, 5, 3, 0, 0, 0, 0, time.UTC)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := rule.Eval(data)
	fmt.Println(answer, err)
	fmt.Println(rule.Explain("en"))
	// Output:
	// true <nil>
	// The moment of the check is not after the time of sampling plus 72 hours.
}

// An answer that cannot be given is an error, not false.
func ExampleExpr_Eval_error() {
	rule, _ := certlogic.Parse([]byte(rule72))
	data, _ := certlogic.FromJSON([]byte(`{"external":{"validationClock":"2021-05-03"}}`))
	_, err := rule.Eval(data)
	fmt.Println(err)
	fmt.Println(errors.Is(err, certlogic.ErrKind))
	// Output:
	// evaluating /not-after/1: "plusTime": operand 1 is of kind null
	// true
}

func ExampleCheck() {
	for _, issue := range certlogic.Check([]byte(`{"and":[{"var":"payload.v.0"},{"or":[true,false]}]}`)) {
		fmt.Println(issue.At, issue.Message)
	}
	// Output:
	// /and/1 unknown operator: write a or b as {"if": [a, a, b]}
}

func ExampleExpr_Breakpoints() {
	rule, _ := certlogic.Parse([]byte(rule72))
	data, _ := certlogic.FromJSON([]byte(`{"payload":{"t":[{"sc":"2021-05-01T10:00:00+02:00"}]}}`))
	from := time.Date(2021, 5, 1, 0, 0, 0, 0, time.UTC)
	changes, err := rule.Breakpoints(data, certlogic.Clock, from, from.AddDate(0, 1, 0))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range changes {
		fmt.Println(c.At.Format("2006-01-02T15:04:05.000Z07:00"), c.Value, c.Err)
	}
	// Output:
	// 2021-05-01T00:00:00.000Z true <nil>
	// 2021-05-04T08:00:00.001Z false <nil>
}

func ExampleExpr_Trace() {
	rule, _ := certlogic.Parse([]byte(rule72))
	data, _ := certlogic.FromJSON([]byte(`{"payload":{"t":[{"sc":"2021-05-01T10:00:00Z"}]},"external":{"validationClock":"2021-05-05T00:00:00Z"}}`))
	for _, step := range rule.Trace(data, "en") {
		fmt.Println(step.Outcome)
		fmt.Println(step.Fact)
	}
	// Output:
	// failed
	// the moment of the check (2021-05-05T00:00:00Z) is after the time of sampling (2021-05-01T10:00:00Z) plus 72 hours (2021-05-04T10:00:00Z)
}

func ExampleExpr_Reads() {
	rule, _ := certlogic.Parse([]byte(`{"reduce":[{"var":"payload.v"},{"+":[{"var":"accumulator"},{"var":"current.dn"}]},0]}`))
	fmt.Printf("%q\n", rule.Reads())
	// Output:
	// ["./accumulator" "./current.dn" "payload.v"]
}
