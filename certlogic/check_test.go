package certlogic_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/certlogic"
)

// Each mistake is found where it is, and the message says what to do.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		logic string
		want  []string // "place: a part of the message"
	}{
		{`{"and":[true,{"if":[1,2,3]}]}`, nil},
		{`null`, []string{": use var"}},
		{`1.5`, []string{": use an integer"}},
		{`{}`, []string{": exactly one key"}},
		{`{"var":""}`, nil},
		{`{"var":"a..b"}`, []string{": take out the surplus full stop"}},
		{`{"if":[1,2]}`, []string{`: "if" takes 3 operands; this has 2`}},
		{`{"and":[1]}`, []string{`: "and" takes at least 2 operands; this has 1`}},
		{`{"!":[]}`, []string{`: "!" takes 1 operand; this has 0`}},
		{`{"<":[1]}`, []string{`: "<" takes 2 or 3 operands; this has 1`}},
		{`{"!":true}`, []string{`: the operands must be in an array: {"!": [...]}`}},
		{`{"or":[1,2]}`, []string{`: write a or b as {"if": [a, a, b]}`}},
		{`{"==":[1,2]}`, []string{`: write "==="`}},
		{`{"filter":[1,2]}`, []string{`: write it with "reduce"`}},
		{`{"all":[null,{"foo":1}]}`, []string{`: write it with "reduce"`}},
		{`[1,{"if":[1,{"foo":[]},[null]]}]`, []string{"/1/if/1: unknown operator", "/1/if/2/0: null"}},
		{`{"plusTime":["2021",1.5,"week"]}`, []string{": the amount", ": the unit"}},
		{`{"plusTime":["2021",-100001,"year"]}`, []string{": at most 100,000 years"}},
		{`{"extractFromUVCI":["x","1"]}`, []string{": the index"}},

		// What is well formed, but certain to be an error.
		{`{"<":[{"plusTime":[{"var":"x"},0,"day"]},{"var":"y"}]}`, []string{"/</0: use before, after"}},
		{`{"after":[{"var":"x"},{"dccDateOfBirth":[{"var":"y"}]}]}`, []string{`/after/0: make one with {"plusTime"`}},
		{`{"!":[{"plusTime":[{"var":"x"},0,"day"]}]}`, []string{"/!/0: always date-time"}},
		{`{"if":[{"dccDateOfBirth":[{"var":"x"}]},1,2]}`, []string{"/if/0: always date-time"}},
		{`{"in":["a","abc"]}`, []string{"/in/1: takes array"}},
		{`{"in":["a",{"if":[1,"a","b"]}]}`, []string{"/in/1: always string"}},
		{`{"+":[1,"a"]}`, []string{"/+/1: takes integer"}},
		{`{"===":[[1],{"var":"x"}]}`, nil},
		{`{"===":[[1],[1]]}`, []string{": two values of kind array"}},
		{`{"plusTime":[{"plusTime":["2021",0,"day"]},0,"day"]}`, []string{"/plusTime/0: takes string"}},
		{`{"plusTime":["2021-02-30",0,"day"]}`, []string{"/plusTime/0: 2021-05-31T10:00:00Z"}},
		{`{"dccDateOfBirth":["2021-02-20T00:00:00Z"]}`, []string{"/dccDateOfBirth/0: no date"}},
		{`{"reduce":["a",1,2]}`, []string{"/reduce/0: takes null or array"}},
		{`{"reduce":[[],{"after":[{"var":"accumulator"},{"plusTime":["2021",0,"day"]}]},{"plusTime":["2021",0,"day"]}]}`, nil},
		{`{"extractFromUVCI":[true,1]}`, []string{"/extractFromUVCI/0: takes null or string"}},
	} {
		issues := certlogic.Check([]byte(c.logic))
		good := len(issues) == len(c.want)
		for i := 0; good && i < len(issues); i++ {
			at, part, _ := strings.Cut(c.want[i], ": ")
			good = issues[i].At == at && strings.Contains(issues[i].Message, part)
		}
		if !good {
			t.Errorf("%s: got %q, want %q", c.logic, issues, c.want)
		}
	}
}

// An expression in which Check finds something has an error wherever the place
// is reached; here it always is.
func TestIssuesAreErrors(t *testing.T) {
	for _, logic := range []string{
		`{"<":[{"plusTime":["2021",0,"day"]},1]}`, `{"in":["a","abc"]}`, `{"===":[[1],[1]]}`, `{"!":[{"plusTime":["2021",0,"day"]}]}`,
		`{"plusTime":["2021-02-30",0,"day"]}`, `{"reduce":["a",1,2]}`, `{"extractFromUVCI":[true,1]}`, `{"or":[1,1]}`, `null`, `{"+":[1,"a"]}`,
	} {
		e := parse(t, logic)
		if len(e.Issues()) == 0 {
			t.Errorf("%s has no issues", logic)
		}
		if v, err := e.Eval(certlogic.Value{}); err == nil {
			t.Errorf("%s: got %v, want an error", logic, v)
		}
	}
}

// A caller cannot change what an expression remembers.
func TestIssuesAreACopy(t *testing.T) {
	e := parse(t, `null`)
	e.Issues()[0].Message = ""
	if e.Issues()[0].Message == "" {
		t.Error("the issues were changed")
	}
}

// Reads finds every path, also where no data lead.
func TestReads(t *testing.T) {
	for _, c := range []struct {
		logic string
		want  []string
	}{
		{`1`, nil},
		{`{"and":[{"var":"b"},{"if":[{"var":"a.0"},{"var":"b"},{"var":""}]}]}`, []string{"", "a.0", "b"}},
		{`{"reduce":[{"var":"payload.v"},{"+":[{"var":"current.dn"},{"var":"accumulator"}]},{"var":"first"}]}`,
			[]string{"./accumulator", "./current.dn", "first", "payload.v"}},
		{`{"or":[{"var":"payload.nam.fn"},{"plusTime":[{"var":"x"},1]}]}`, []string{"payload.nam.fn", "x"}},
		{`{"plusTime":[{"var":"x."},0,"day"]}`, []string{"x."}},
	} {
		if got := parse(t, c.logic).Reads(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.logic, got, c.want)
		}
	}
}

// An expression is written as it was read, but for what has no meaning.
func TestMarshal(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{ "if" : [ true , 1.0 , {"var":"\u0061"} ] }`, `{"if":[true,1,{"var":"a"}]}`},
		{`{"b":null,"a":[1.50]}`, `{"a":[1.50],"b":null}`},
	} {
		got, err := parse(t, c.in).MarshalJSON()
		if err != nil || string(got) != c.want {
			t.Errorf("%s: got %s, %v; want %s", c.in, got, err, c.want)
		}
	}
}
