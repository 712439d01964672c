package certlogic_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/pratique/pratique/certlogic"
)

// evalCase is an expression on data with its answer: JSON, or an error.
type evalCase struct {
	comment, logic, data, want string
	err                        error
}

func judge(t *testing.T, cases []evalCase) {
	t.Helper()
	for _, c := range cases {
		got, err := parse(t, c.logic).Eval(data(t, c.data))
		if c.err != nil {
			var e *certlogic.Error
			if !errors.Is(err, c.err) || !errors.As(err, &e) || got.Kind() != certlogic.Null {
				t.Errorf("%s: %s on %s: got %v, %v; want null and the error %v", c.comment, c.logic, c.data, got, err, c.err)
			}
			continue
		}
		if err != nil || got.String() != c.want {
			t.Errorf("%s: %s on %s: got %v, %v; want %s", c.comment, c.logic, c.data, got, err, c.want)
		}
	}
}

// Each operation gives what the specification says, and an error of the right
// cause where it has no answer.
func TestEval(t *testing.T) {
	judge(t, []evalCase{
		{"a literal is itself", `"a"`, ``, `"a"`, nil},
		{"an empty array is a value", `[]`, ``, `[]`, nil},
		{"items of an array are evaluated", `[1,{"var":"x"},[true,{"var":"y"}]]`, `{"x":2}`, `[1,2,[true,null]]`, nil},
		{"an error in an item is the error of the array", `[{"+":[1,true]}]`, ``, ``, certlogic.ErrKind},

		{"null is no literal", `null`, ``, ``, certlogic.ErrForm},
		{"null is no operand", `{"===":[{"var":"x"},null]}`, ``, ``, certlogic.ErrForm},
		{"an empty object is no literal", `{}`, ``, ``, certlogic.ErrForm},
		{"a fraction is no literal", `1.5`, ``, ``, certlogic.ErrForm},
		{"an integer of more than 64 bits is no literal", `9223372036854775808`, ``, ``, certlogic.ErrForm},
		{"a whole number may be written with a fraction", `1.0`, ``, `1`, nil},
		{"a whole number may be written with an exponent", `1.5e1`, ``, `15`, nil},
		{"minus zero is zero", `-0.0`, ``, `0`, nil},

		{"an unknown operator", `{"or":[1,2]}`, ``, ``, certlogic.ErrOperator},
		{"an unknown operator that is not reached does no harm", `{"if":[true,1,{"or":[1,2]}]}`, ``, `1`, nil},
		{"operands of an unknown operator are not evaluated", `{"or":[{"+":[1,true]}]}`, ``, ``, certlogic.ErrOperator},
		{"operands that are no array", `{"!":true}`, ``, ``, certlogic.ErrForm},
		{"two operators in one object", `{"!":[1],"var":""}`, ``, ``, certlogic.ErrForm},
		{"too few operands", `{"if":[true,1]}`, ``, ``, certlogic.ErrForm},
		{"too many operands", `{"!":[true,1]}`, ``, ``, certlogic.ErrForm},
		{"the form is judged before the operands", `{"===":[{"+":[1,true]}]}`, ``, ``, certlogic.ErrForm},
	})
}

func TestVar(t *testing.T) {
	judge(t, []evalCase{
		{"all the data", `{"var":""}`, `{"b":1,"a":[null]}`, `{"a":[null],"b":1}`, nil},
		{"an index", `{"var":"x.1"}`, `{"x":["a","b"]}`, `"b"`, nil},
		{"an index beyond the end", `{"var":"x.2"}`, `{"x":["a","b"]}`, `null`, nil},
		{"an index with leading zeros", `{"var":"x.01"}`, `{"x":["a","b"]}`, `"b"`, nil},
		{"an index beyond all arrays", `{"var":"x.99999999999999999999"}`, `{"x":["a"]}`, `null`, nil},
		{"a negative index is a name", `{"var":"x.-1"}`, `{"x":["a"]}`, `null`, nil},
		{"digits then letters are a name", `{"var":"x.1b"}`, `{"x":["a","b"]}`, `null`, nil},
		{"digits are a name in an object", `{"var":"x.1"}`, `{"x":{"1":"a"}}`, `"a"`, nil},
		{"an array has no members", `{"var":"x.length"}`, `{"x":["a"]}`, `null`, nil},
		{"a text has no items", `{"var":"x.0"}`, `{"x":"abc"}`, `null`, nil},
		{"a number has no members", `{"var":"x.toString"}`, `{"x":1}`, `null`, nil},
		{"through null", `{"var":"x.y.z"}`, `{"x":null}`, `null`, nil},
		{"names that differ after seven letters", `{"var":"abcdefgx"}`, `{"abcdefgh":1,"abcdefgx":2}`, `2`, nil},
		{"names of which one begins the other", `{"var":"abcdefgh"}`, `{"abcdefg":1,"abcdefgh":2,"abcdefghi":3}`, `2`, nil},
		{"an empty fragment at the end", `{"var":"x."}`, `{"x":{"":1}}`, ``, certlogic.ErrForm},
		{"an empty fragment at the beginning", `{"var":".x"}`, `{"x":1}`, ``, certlogic.ErrForm},
		{"a path that is no text", `{"var":0}`, `[1]`, ``, certlogic.ErrForm},
		{"a path in an array", `{"var":["x"]}`, `{"x":1}`, ``, certlogic.ErrForm},
		{"a fraction in the data can be there", `{"var":"y"}`, `{"x":1.5,"y":2}`, `2`, nil},
		{"a fraction in the data cannot be read", `{"var":"x"}`, `{"x":1.5}`, ``, certlogic.ErrKind},
		{"a whole number in the data may have a fraction", `{"var":"x"}`, `{"x":2.0}`, `2`, nil},
		{"the largest integer", `{"var":"x"}`, `{"x":9223372036854775807}`, `9223372036854775807`, nil},
		{"one more than the largest integer", `{"var":"x"}`, `{"x":9223372036854775808}`, ``, certlogic.ErrKind},
	})

	// Large objects are searched in another way than small ones.
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, `,"name %d":%d`, i*7919%300, i*7919%300)
	}
	large := data(t, "{"+b.String()[1:]+"}")
	for i := range 300 {
		if n, ok := large.At(fmt.Sprintf("name %d", i)).Int(); !ok || n != int64(i) {
			t.Errorf("name %d of a large object: got %d, %v", i, n, ok)
		}
	}
	if v := large.At("name 300"); v.Kind() != certlogic.Null {
		t.Errorf("a name that a large object lacks: got %v", v)
	}
}

func TestTruth(t *testing.T) {
	for _, falsy := range []string{`false`, `null`, `""`, `0`, `-0`, `[]`, `{}`} {
		judge(t, []evalCase{{"falsy", `{"if":[{"var":""},"T","F"]}`, falsy, `"F"`, nil}})
	}
	for _, truthy := range []string{`true`, `"0"`, `" "`, `-1`, `[null]`, `{"a":null}`} {
		judge(t, []evalCase{{"truthy", `{"if":[{"var":""},"T","F"]}`, truthy, `"T"`, nil}})
	}
	const moment = `{"plusTime":["2021-01-01",0,"day"]}`
	judge(t, []evalCase{
		{"a date-time guards nothing", `{"if":[` + moment + `,1,2]}`, ``, ``, certlogic.ErrKind},
		{"a date-time is not negated", `{"!":[` + moment + `]}`, ``, ``, certlogic.ErrKind},
		{"a date-time is no operand of and, not even the last", `{"and":[true,` + moment + `]}`, ``, ``, certlogic.ErrKind},
		{"a falsy operand decides before a date-time", `{"and":[0,` + moment + `]}`, ``, `0`, nil},
		{"and is lazy", `{"and":["",{"+":[1,true]}]}`, ``, `""`, nil},
		{"and gives the last operand", `{"and":[1,[2],{"var":"x"}]}`, `{"x":{"y":1}}`, `{"y":1}`, nil},
		{"if does not evaluate the other branch", `{"if":[[],{"+":[1,true]},2]}`, ``, `2`, nil},
	})
}

func TestEquality(t *testing.T) {
	const both = `{"===":[{"var":"0"},{"var":"1"}]}`
	judge(t, []evalCase{
		{"texts", both, `["a","a"]`, `true`, nil},
		{"no conversion", both, `[1,"1"]`, `false`, nil},
		{"null is null", both, `[null,null]`, `true`, nil},
		{"null is not false", both, `[null,false]`, `false`, nil},
		{"zero is not false", both, `[0,false]`, `false`, nil},
		{"one way to write an integer equals another", both, `[1,1.0]`, `true`, nil},
		{"arrays are not compared", both, `[[],[]]`, ``, certlogic.ErrKind},
		{"objects are not compared", both, `[{},{}]`, ``, certlogic.ErrKind},
		{"an array is no text", both, `[[],"a"]`, `false`, nil},
		{"date-times are not compared", `{"===":[{"plusTime":["2021",0,"day"]},{"plusTime":["2021",0,"day"]}]}`, ``, ``, certlogic.ErrKind},

		{"in finds null", `{"in":[{"var":"0"},{"var":"1"}]}`, `[null,[1,null]]`, `true`, nil},
		{"in does not convert", `{"in":[{"var":"0"},{"var":"1"}]}`, `[1,["1",true]]`, `false`, nil},
		{"in finds no part of a text", `{"in":["a","abc"]}`, ``, ``, certlogic.ErrKind},
		{"in takes no null for an empty list", `{"in":["a",{"var":"x"}]}`, ``, ``, certlogic.ErrKind},
		{"in compares no arrays", `{"in":[[],[1,[]]]}`, ``, ``, certlogic.ErrKind},
		{"in may find before it comes to an array", `{"in":[1,[1,[]]]}`, ``, `true`, nil},
		{"a fraction in a list is no integer", `{"in":[1,{"var":""}]}`, `[1.5,2]`, `false`, nil},
	})
}

func TestIntegers(t *testing.T) {
	judge(t, []evalCase{
		{"a sum", `{"+":[2,-5]}`, ``, `-3`, nil},
		{"a sum beyond 64 bits", `{"+":[9223372036854775807,1]}`, ``, ``, certlogic.ErrRange},
		{"a sum below 64 bits", `{"+":[-9223372036854775808,-1]}`, ``, ``, certlogic.ErrRange},
		{"the largest sum", `{"+":[9223372036854775806,1]}`, ``, `9223372036854775807`, nil},
		{"texts are not joined", `{"+":["a","b"]}`, ``, ``, certlogic.ErrKind},
		{"null is no number", `{"<":[{"var":"x"},1]}`, ``, ``, certlogic.ErrKind},
		{"booleans are not ordered", `{"<":[false,true]}`, ``, ``, certlogic.ErrKind},
		{"dates are not ordered by <", `{"<":[{"plusTime":["2020",0,"day"]},{"plusTime":["2021",0,"day"]}]}`, ``, ``, certlogic.ErrKind},
		{"between, strictly", `{"<":[1,2,3]}`, ``, `true`, nil},
		{"between, strictly, at the end", `{"<":[1,3,3]}`, ``, `false`, nil},
		{"between, at the end", `{"<=":[1,3,3]}`, ``, `true`, nil},
		{"three that rise", `{">":[1,2,3]}`, ``, `false`, nil},
		{"three that fall", `{">":[3,2,1]}`, ``, `true`, nil},
		{"three that do not rise", `{">=":[3,3,1]}`, ``, `true`, nil},
		{"all three are evaluated", `{"<":[3,2,true]}`, ``, ``, certlogic.ErrKind},
	})
}

func TestReduce(t *testing.T) {
	judge(t, []evalCase{
		{"a sum", `{"reduce":[[1,2,3],{"+":[{"var":"accumulator"},{"var":"current"}]},10]}`, ``, `16`, nil},
		{"from the left", `{"reduce":[["a","b"],[{"var":"accumulator"},{"var":"current"}],"0"]}`, ``, `[["0","a"],"b"]`, nil},
		{"of null the beginning", `{"reduce":[{"var":"x"},0,{"var":"y"}]}`, `{"y":7}`, `7`, nil},
		{"of nothing the beginning", `{"reduce":[[],{"+":[1,true]},7]}`, ``, `7`, nil},
		{"of a text an error", `{"reduce":["abc",0,0]}`, ``, ``, certlogic.ErrKind},
		{"the lambda does not see the data", `{"reduce":[[1],{"var":"x"},0]}`, `{"x":7}`, `null`, nil},
		{"all that the lambda sees", `{"reduce":[[1],{"var":""},0]}`, ``, `{"accumulator":0,"current":1}`, nil},
		{"an inner lambda sees its own, the rest that of the outer one",
			`{"reduce":[[[1,2],[3]],{"+":[{"var":"accumulator"},{"reduce":[{"var":"current"},{"+":[{"var":"accumulator"},{"var":"current"}]},{"var":"accumulator"}]}]},0]}`,
			``, `9`, nil},
		{"the outer lambda is back after the inner one",
			`{"reduce":[[1,2],[{"reduce":[[5],{"var":"current"},0]},{"var":"accumulator"},{"var":"current"}],0]}`,
			``, `[5,[5,0,1],2]`, nil},
		{"a path into the current item", `{"reduce":[{"var":"x"},{"+":[{"var":"accumulator"},{"var":"current.n.0"}]},0]}`, `{"x":[{"n":[1]},{"n":[2]}]}`, `3`, nil},
		{"a date-time can be carried along", `{"reduce":[["2021-01-01"],{"plusTime":[{"var":"current"},1,"day"]},0]}`, ``, `"2021-01-02T00:00:00.000Z"`, nil},
	})
}

func TestExtractFromUVCI(t *testing.T) {
	extract := func(i int) string { return fmt.Sprintf(`{"extractFromUVCI":[{"var":""},%d]}`, i) }
	const id = `"URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813#B"`
	judge(t, []evalCase{
		{"of null", extract(0), `null`, `null`, nil},
		{"of a number", extract(0), `1`, ``, certlogic.ErrKind},
		{"of nothing", extract(0), `""`, `""`, nil},
		{"of nothing, the second", extract(1), `""`, `null`, nil},
		{"the version", extract(0), id, `"01"`, nil},
		{"the country", extract(1), id, `"AT"`, nil},
		{"the check character", extract(3), id, `"B"`, nil},
		{"beyond the end", extract(4), id, `null`, nil},
		{"below zero", extract(-1), id, `null`, nil},
		{"the prefix is optional", extract(1), `"01:AT:1"`, `"AT"`, nil},
		{"the prefix is taken off once", extract(0), `"URN:UVCI:URN:UVCI:01"`, `"URN"`, nil},
		{"the prefix in small letters is no prefix", extract(0), `"urn:uvci:01"`, `"urn"`, nil},
		{"three separators side by side", extract(3), `"a::c/#/f"`, `""`, nil},
		{"the last of six", extract(5), `"a::c/#/f"`, `"f"`, nil},
		{"the index is not computed", `{"extractFromUVCI":["a",{"+":[0,0]}]}`, ``, ``, certlogic.ErrForm},
	})
}

// Many goroutines may share an expression and its data.
func TestConcurrentEval(t *testing.T) {
	e := parse(t, `{"reduce":[{"var":"x"},{"+":[{"var":"accumulator"},{"var":"current"}]},0]}`)
	d := data(t, `{"x":[1,2,3]}`)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 200 {
				if v, err := e.Eval(d); err != nil || v.String() != "6" {
					t.Errorf("got %v, %v; want 6", v, err)
				}
			}
		})
	}
	wait.Wait()
}

// The zero Expr, which says nothing, has no answer.
func TestZeroExpr(t *testing.T) {
	var e certlogic.Expr
	if v, err := e.Eval(certlogic.Value{}); !errors.Is(err, certlogic.ErrForm) {
		t.Errorf("got %v, %v; want an error", v, err)
	}
	if text := e.Explain("en"); !strings.Contains(text, "no expression") {
		t.Errorf("explained as %q", text)
	}
}

// An error says where it arose, and nothing of the data.
func TestErrorText(t *testing.T) {
	for _, c := range []struct{ logic, data, want string }{
		{`{"if":[true,{"and":[1,{"plusTime":[{"var":"x"},0,"day"]}]},0]}`, `{"x":"secret"}`, `evaluating /if/1/and/1: "plusTime": operand 1 is no date or date-time of an allowed form`},
		{`{"and":[1,{"<":[{"var":"x"},1]}]}`, `{"x":"secret"}`, `evaluating /and/1: "<": operand 1 is of kind string`},
		{`[1,{"a/b~c":[1]}]`, ``, `evaluating /1: "a/b~c": unknown operator: CertLogic 1.3.3 has var if and`},
		{`{"dccDateOfBirth":["secret"]}`, ``, `evaluating rule: "dccDateOfBirth": operand 1 is no date of birth`},
	} {
		_, err := parse(t, c.logic).Eval(data(t, c.data))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v, want %s", c.logic, err, c.want)
		}
	}
	e := parse(t, `{"a/b~c":[]}`)
	if issues := e.Issues(); len(issues) != 1 || issues[0].At != "" {
		t.Errorf("got %v", issues)
	}
}
