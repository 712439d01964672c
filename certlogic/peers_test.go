package certlogic_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/pratique/pratique/certlogic"
)

// The reference implementation gives the same answers to random expressions on
// random data, but for those on which this package decided otherwise (package
// comment, "Where the public engines disagree").
//
//	(cd testdata/bench && npm ci) && PRATIQUE_PEERS=1 go test -run Peer .
func TestPeer(t *testing.T) {
	if os.Getenv("PRATIQUE_PEERS") != "1" {
		t.Skip("PRATIQUE_PEERS is not 1: not compared with certlogic-js")
	}
	const rounds = 200_000
	g := generator{rand.New(rand.NewPCG(5, 6))}
	var in bytes.Buffer
	var cases [][2]string
	for range rounds {
		c := [2]string{g.expr(4, false), g.context()}
		cases = append(cases, c)
		fmt.Fprintf(&in, `{"logic":%s,"data":%s}`+"\n", c[0], c[1])
	}
	node := exec.CommandContext(t.Context(), "node", "answer.mjs")
	node.Dir, node.Stdin, node.Stderr = "testdata/bench", &in, os.Stderr
	out, err := node.Output()
	if err != nil {
		t.Fatalf("running the peer: %v", err)
	}
	tally := map[string]int{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	n := 0
	for ; lines.Scan(); n++ {
		var peer struct {
			Result json.RawMessage
			Error  *string
			Issues int
		}
		if err := json.Unmarshal(lines.Bytes(), &peer); err != nil {
			t.Fatalf("the peer says %s: %v", lines.Bytes(), err)
		}
		e := parse(t, cases[n][0])
		got, err := e.Eval(data(t, cases[n][1]))
		verdict := compareWithPeer(got, err, peer.Result, peer.Error != nil)
		if peer.Issues > 0 && len(e.Issues()) == 0 {
			verdict = "BAD: the peer sees issues, we do not"
		}
		if tally[verdict]++; strings.HasPrefix(verdict, "BAD") && tally[verdict] < 10 {
			t.Errorf("%s: %s on %s: got %v, %v; peer %s", verdict, cases[n][0], cases[n][1], got, err, lines.Bytes())
		}
	}
	if n != rounds {
		t.Errorf("%d answers for %d questions", n, rounds)
	}
	t.Logf("%v", tally)
	if tally["same answer"] < rounds/3 || tally["both errors"] < rounds/20 {
		t.Errorf("too few comparisons: %v", tally)
	}
}

// compareWithPeer says how an answer compares, beginning with BAD if the
// difference is not one that was decided on.
func compareWithPeer(got certlogic.Value, err error, result []byte, failed bool) string {
	switch {
	case failed && err != nil:
		return "both errors"
	case failed:
		return "BAD: only the peer has an error"
	case err == nil:
		want, bad := certlogic.FromJSON(result)
		if bad != nil || got.String() != want.String() {
			return "BAD: other answer"
		}
		return "same answer"
	}
	var e *certlogic.Error
	errors.As(err, &e)
	switch {
	case e.Cause == certlogic.ErrDate:
		return "we refuse a date that is not in the calendar"
	case e.Cause == certlogic.ErrKind && strings.Contains(e.Why, "cannot be compared"):
		return "we do not compare arrays, objects and date-times"
	case e.Cause == certlogic.ErrKind && strings.Contains(e.Why, "no integer"):
		return "we do not read fractions"
	case e.Cause == certlogic.ErrForm && (strings.Contains(e.Why, "surplus full stop") || strings.Contains(e.Why, "; this has")):
		return "we refuse empty fragments and surplus operands"
	}
	return "BAD: only we have an error"
}

// generator writes expressions and data, mostly sensible ones.
type generator struct{ *rand.Rand }

func (g generator) pick(list ...string) string { return list[g.IntN(len(list))] }

func (g generator) date() string {
	if g.IntN(12) == 0 {
		return g.pick(`"2021-02-30"`, `"2021-13"`, `"2021-05-31T24:00:00Z"`, `"21-1-1"`, `""`)
	}
	return g.pick(`"2021"`, `"2020-02"`, `"2021-05-31"`, `"2020-02-29"`, `"2021-05-31T10:11:12"`, `"2021-05-31T10:11:12.3456+2"`, `"2021-01-31T23:59:59.999-1130"`,
		`"2021-05-31T10:11:12Z"`, `"1999-12-31T23:30:00-1:30"`, `"1969-12-31T23:59:59.9+00:00"`)
}

func (g generator) context() string {
	value := func() string {
		return g.pick(`1`, `0`, `2`, `-3`, `1.5`, `"a"`, `"b"`, `""`, `"URN:UVCI:01:AT:x/y#z"`, `true`, `false`, `null`, `[]`, `{}`, `[1,"a",null]`, `[[1],[2,3]]`,
			`{"0":1,"a":[{"b":2}]}`, `["2021-01-01","2021-02"]`, g.date(), g.date())
	}
	if g.IntN(20) == 0 {
		return value()
	}
	return fmt.Sprintf(`{"a":%s,"b":%s,"c":{"a":%s,"list":[%s,%s]},"list":[%s,%s,%s],"date":%s}`,
		value(), value(), value(), value(), value(), value(), value(), value(), g.date())
}

// path never takes an item of a text, which JavaScript has and others have not.
func (g generator) path(lambda bool) string {
	if lambda && g.IntN(5) > 0 {
		return g.pick("accumulator", "current", "accumulator.a", "current.a", "")
	}
	return g.pick("a", "b", "c", "c.a", "c.list", "c.list.0", "list", "list", "list.1", "list.7", "list.-1", "date", "date", "a.b.c", "x", "", "a.", "b.a.0.b")
}

func (g generator) expr(depth int, lambda bool) string {
	sub := func() string { return g.expr(depth-1, lambda) }
	if depth == 0 || g.IntN(6) == 0 {
		switch g.IntN(10) {
		case 0, 1:
			return g.pick(`1`, `0`, `2`, `-3`)
		case 2:
			return g.pick(`"a"`, `"b"`, `""`, `true`, `false`)
		case 3:
			return g.pick(`[]`, `[1,"a"]`, `[true,false]`, `["2021-01-01","2021-02"]`)
		case 4:
			return g.date()
		}
		return fmt.Sprintf(`{"var":%q}`, g.path(lambda))
	}
	number := func() string {
		switch g.IntN(8) {
		case 0:
			return sub()
		case 1:
			return fmt.Sprintf(`{"reduce":[{"var":"list"},{"+":[{"var":"accumulator"},{"if":[{"var":"current"},1,0]}]},%s]}`, g.pick("0", "-1"))
		case 2:
			return fmt.Sprintf(`{"if":[%s,1,2]}`, sub())
		}
		return g.pick("0", "1", "2", "-3")
	}
	moment := func() string {
		if g.IntN(20) == 0 {
			return sub()
		}
		when := g.pick(g.date(), `{"var":"date"}`)
		if lambda {
			when = g.pick(g.date(), fmt.Sprintf(`{"if":[{"in":[{"var":"current"},["2021-01-01","2021-02"]]},{"var":"current"},%s]}`, g.date()))
		}
		return fmt.Sprintf(`{"plusTime":[%s,%d,%q]}`, when, g.IntN(100)-50, g.pick("year", "month", "day", "hour"))
	}
	switch g.IntN(24) {
	case 0, 1, 2:
		return fmt.Sprintf(`{"if":[%s,%s,%s]}`, sub(), sub(), sub())
	case 3, 4:
		return fmt.Sprintf(`{"and":[%s,%s,%s]}`, sub(), sub(), sub())
	case 5:
		return fmt.Sprintf(`{"!":[%s]}`, sub())
	case 6, 7:
		return fmt.Sprintf(`{"===":[%s,%s]}`, sub(), sub())
	case 8, 9:
		return fmt.Sprintf(`{"in":[%s,%s]}`, sub(), g.pick(`{"var":"list"}`, `{"var":"c.list"}`, `[1,"a",true]`, "["+sub()+","+sub()+"]"))
	case 10:
		return fmt.Sprintf(`{"+":[%s,%s]}`, number(), number())
	case 11:
		return fmt.Sprintf(`{%q:[%s,%s]}`, g.pick("<", ">", "<=", ">="), number(), number())
	case 12:
		return fmt.Sprintf(`{%q:[%s,%s,%s]}`, g.pick("<", ">", "<=", ">="), number(), number(), number())
	case 13, 14:
		return fmt.Sprintf(`{%q:[%s,%s]}`, g.pick("before", "after", "not-before", "not-after"), moment(), moment())
	case 15:
		return fmt.Sprintf(`{%q:[%s,%s,%s]}`, g.pick("before", "after", "not-before", "not-after"), moment(), moment(), moment())
	case 16:
		return moment()
	case 17:
		return fmt.Sprintf(`{"dccDateOfBirth":[%s]}`, g.pick(g.date(), `{"var":"date"}`, sub()))
	case 18, 19, 20:
		return fmt.Sprintf(`{"reduce":[%s,%s,%s]}`, g.pick(`{"var":"list"}`, `{"var":"c.list"}`, `{"var":"x"}`, `[1,2,3]`, `["2021-01-01","2021-02"]`, "["+sub()+","+sub()+"]"), g.expr(depth-1, true), sub())
	case 21:
		return fmt.Sprintf(`{"extractFromUVCI":[%s,%d]}`, g.pick(`{"var":"x"}`, `{"var":"date"}`, `"URN:UVCI:01:AT:x/y#z"`, `"a::/#b"`, sub()), g.IntN(6)-1)
	case 22:
		return fmt.Sprintf(`[%s,%s]`, sub(), sub())
	}
	if g.IntN(4) > 0 {
		return sub()
	}
	return g.pick(`{"or":[1,2]}`, `null`, `1.5`, `{}`, `{"!":true}`, `{"if":[true,1]}`, `{"if":[true,1,2,3]}`, `{"and":[true]}`, `{"!":[]}`, `{"!":[1,2]}`, `{"var":1}`, `{"+":[1]}`,
		`{"plusTime":["2021",1.5,"day"]}`, `{"plusTime":["2021",1,"week"]}`, `{"reduce":[[1],2]}`, `{"a":1,"b":2}`, `{"===":[]}`)
}
