package main

import (
	"io"
	"strings"
	"testing"
)

// What went wrong is never counted as right.
func TestVerdict(t *testing.T) {
	const (
		pass  = `{"Action":"pass","Package":"p","Test":"TestA"}` + "\n"
		fail  = `{"Action":"fail","Package":"p","Test":"TestB"}` + "\n"
		skip  = `{"Action":"skip","Package":"p","Test":"TestC"}` + "\n"
		empty = `{"Action":"skip","Package":"q"}` + "\n" // a package without tests
		broke = `{"Action":"fail","Package":"r"}` + "\n" // a package that does not build
	)
	for _, v := range []struct {
		comment, in string
		noskip, ok  bool
		want        string
	}{
		{"one passes", pass, true, true, "1 passed, 0 failed, 0 skipped"},
		{"a package without tests is not a skipped test", pass + empty, true, true, "1 passed, 0 failed, 0 skipped"},
		{"one fails", pass + fail, false, false, "1 passed, 1 failed, 0 skipped"},
		{"one is skipped", pass + skip, false, true, "1 passed, 0 failed, 1 skipped"},
		{"one is skipped where nothing may be", pass + skip, true, false, "1 passed, 0 failed, 1 skipped: nothing may be skipped here"},
		{"a package does not build", pass + broke, false, false, "1 passed, 1 failed, 0 skipped"},
		{"a package fails with its test", pass + fail + `{"Action":"fail","Package":"p"}`, false, false, "1 passed, 1 failed, 0 skipped"},
		{"nothing ran", empty, false, false, "0 passed, 0 failed, 0 skipped: no test ran"},
		{"silence", "", false, false, "0 passed, 0 failed, 0 skipped: no test ran"},
	} {
		got, err := read(strings.NewReader(v.in), io.Discard)
		if err != nil {
			t.Fatalf("%s: %v", v.comment, err)
		}
		if text, ok := got.sentence(v.noskip); text != v.want || ok != v.ok {
			t.Errorf("%s: got %q %t, want %q %t", v.comment, text, ok, v.want, v.ok)
		}
	}
}

// What a failing test printed is shown; what a passing one printed is not.
func TestOutput(t *testing.T) {
	var w strings.Builder
	in := `{"Action":"output","Package":"p","Test":"TestA","Output":"fine\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB","Output":"wrong\n"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:7: not here\n"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"build-output","ImportPath":"q","Output":"q.go:1: syntax error\n"}
`
	if _, err := read(strings.NewReader(in), &w); err != nil {
		t.Fatal(err)
	}
	if got, want := w.String(), "wrong\nskip  p TestC: not here\nq.go:1: syntax error\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A broken stream is an error.
func TestBrokenStream(t *testing.T) {
	if _, err := read(strings.NewReader("FAIL\n"), io.Discard); err == nil {
		t.Error("text that is no JSON was accepted")
	}
}
