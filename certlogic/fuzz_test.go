package certlogic_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/pratique/pratique/certlogic"
)

var fuzzRules = []string{
	traced,
	`{"and":[{"var":"payload.dob"},{"after":[{"dccDateOfBirth":[{"var":"payload.dob"}]},{"plusTime":[{"var":"external.validationClock"},-18,"year"]}]}]}`,
	`{"===":[{"reduce":[[{"var":"a"},[1,2]],{"+":[{"var":"accumulator"},{"if":[{"var":"current.0"},1,0]}]},0]},1]}`,
	`{"in":[true,[{"<":[1,{"var":"a"},3]},{"!":[{"extractFromUVCI":[{"var":"b"},1]}]}]]}`,
	`{"reduce":[{"var":"x"},{"reduce":[{"var":"accumulator"},[{"var":""}],{"var":"current"}]},{"var":"x"}]}`,
	`{"or":[null,1.5,{"var":"a..b"},{"if":[]},{"a":1,"b":2}]}`,
}

var fuzzData = []string{
	traveller,
	`{"a":[[1],1.5,null],"b":"URN:UVCI:01:AT:1#B","x":[1,"2",[3],{"y":4}],"payload":{"dob":"2004-02"},"external":{"validationClock":"2021-05-05T10:00:00.5+230"}}`,
	`null`,
}

// What parses is written as something that parses to the same, and can be
// asked everything.
func FuzzParse(f *testing.F) {
	for _, rule := range fuzzRules {
		f.Add([]byte(rule))
	}
	f.Fuzz(func(t *testing.T, logic []byte) {
		e, err := certlogic.Parse(logic)
		if err != nil {
			if !errors.Is(err, certlogic.ErrSyntax) && !errors.Is(err, certlogic.ErrLimit) {
				t.Fatalf("%q: %v", logic, err)
			}
			return
		}
		text, err := e.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := certlogic.Parse(text)
		if err != nil {
			t.Fatalf("%q became %q: %v", logic, text, err)
		}
		if twice, _ := again.MarshalJSON(); !bytes.Equal(twice, text) {
			t.Fatalf("%q became %q, then %q", logic, text, twice)
		}
		if a, b := e.Issues(), again.Issues(); len(a) != len(b) {
			t.Fatalf("%q has the issues %v, then %v", logic, a, b)
		}
		if a, b := e.Explain("fr"), again.Explain("fr"); a != b {
			t.Fatalf("%q is explained as %q, then %q", logic, a, b)
		}
		for _, text := range fuzzData {
			d := data(t, text)
			a, errA := e.Eval(d)
			b, errB := again.Eval(d)
			if !a.Equal(b) || (errA == nil) != (errB == nil) || errA != nil && errA.Error() != errB.Error() {
				t.Fatalf("%q gives %v, %v, then %v, %v", logic, a, errA, b, errB)
			}
		}
		e.Reads()
	})
}

// Evaluation never panics and ends; an error is of a known cause, and its
// answer is null; what has an answer has it again after printing; predictions
// agree with evaluation.
func FuzzEval(f *testing.F) {
	for _, rule := range fuzzRules {
		for _, text := range fuzzData {
			f.Add([]byte(rule), []byte(text), int64(1620000000000))
		}
	}
	f.Add([]byte(`{"before":[{"plusTime":[{"var":"external.validationClock"},-1,"month"]},{"plusTime":[{"var":"external.validationClock"},-30,"day"]}]}`), []byte(`{}`), int64(-1e12))
	f.Fuzz(func(t *testing.T, logic, text []byte, ms int64) {
		e, err := certlogic.Parse(logic)
		if err != nil {
			return
		}
		d, err := certlogic.FromJSON(text)
		if err != nil {
			return
		}
		v, err := e.Eval(d)
		if err != nil {
			known := false
			for _, cause := range []error{certlogic.ErrOperator, certlogic.ErrForm, certlogic.ErrKind, certlogic.ErrDate, certlogic.ErrRange, certlogic.ErrLimit} {
				known = known || errors.Is(err, cause)
			}
			if !known || v.Kind() != certlogic.Null {
				t.Fatalf("%q on %q: %v, %v", logic, text, v, err)
			}
		} else if _, err := certlogic.FromJSON(v.AppendJSON(nil)); err != nil && !errors.Is(err, certlogic.ErrLimit) {
			t.Fatalf("%q on %q gives %v: %v", logic, text, v, err)
		}
		e.Trace(d, "en")

		from := time.UnixMilli(ms)
		changes, err := e.Breakpoints(d, "", from, from.Add(90*24*time.Hour))
		if err != nil {
			return
		}
		for i, c := range changes {
			verifyAt(t, e, d, changes, c.At)
			if i > 0 {
				verifyAt(t, e, d, changes, c.At.Add(-time.Millisecond))
			}
			if i > 20 {
				break
			}
		}
	})
}
