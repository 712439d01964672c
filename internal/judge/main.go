// Command judge runs go test and says in a few lines what came of it.
//
//	judge [-noskip] ARGS...      ARGS are those of go test
//
// Where PRATIQUE_POSTGRES names no PostgreSQL server and one is installed, it
// starts one for the run, and removes it.
//
// It prints a line a package, everything that a failing test printed, and in
// the end how many tests passed, failed and were skipped. It fails where go
// test fails, where no test ran at all and, with -noskip, where one was skipped.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"

	"github.com/pratique/pratique/internal/store/storetest"
)

func main() {
	args := os.Args[1:]
	noskip := len(args) > 0 && args[0] == "-noskip"
	if noskip {
		args = args[1:]
	}
	stop, err := postgres()
	if err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
	}
	// Whoever interrupts this interrupts go test as well; the server is removed after it.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	ok := judge(args, noskip)
	stop()
	if !ok {
		os.Exit(1)
	}
}

// postgres starts a server for the tests, and returns what removes it.
func postgres() (stop func(), err error) {
	stop = func() {}
	if os.Getenv(storetest.Variable) != "" {
		return stop, nil
	}
	dir, err := os.MkdirTemp("", "pratique-postgres-")
	if err != nil {
		return stop, err
	}
	s, err := storetest.NewServer(dir)
	if err != nil {
		return stop, errors.Join(err, os.RemoveAll(dir))
	}
	if err := os.Setenv(storetest.Variable, s.Address()); err != nil {
		return stop, err
	}
	return func() {
		if err := errors.Join(s.Stop(), os.RemoveAll(dir)); err != nil {
			fmt.Fprintln(os.Stderr, "judge:", err)
		}
	}, nil
}

// judge runs the tests and reports whether all is well.
func judge(args []string, noskip bool) bool {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
		return false
	}
	v, err := read(out, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "judge:", err)
	}
	ended := cmd.Wait()
	text, ok := v.sentence(noskip)
	fmt.Println(text)
	return ok && err == nil && ended == nil
}

// verdict counts what came of the tests.
type verdict struct {
	passed, failed int
	skipped        []string
	faulty         map[string]bool // packages in which a test failed
}

// sentence is the last line, and whether all is well.
func (v verdict) sentence(noskip bool) (string, bool) {
	s := fmt.Sprintf("%d passed, %d failed, %d skipped", v.passed, v.failed, len(v.skipped))
	switch {
	case v.passed+v.failed == 0:
		return s + ": no test ran", false
	case noskip && len(v.skipped) > 0:
		return s + ": nothing may be skipped here", false
	}
	return s, v.failed == 0
}

// event is a line of go test -json, as far as it is read here.
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

// read follows the events of go test and writes what a person wants to see of them.
func read(r io.Reader, w io.Writer) (verdict, error) {
	v := verdict{faulty: map[string]bool{}}
	printed := map[string]*strings.Builder{} // what a test has printed so far
	dec := json.NewDecoder(bufio.NewReader(r))
	for {
		var e event
		switch err := dec.Decode(&e); {
		case err == io.EOF:
			return v, nil
		case err != nil:
			return v, fmt.Errorf("reading go test -json: %w", err)
		}
		key := e.Package + " " + e.Test
		switch e.Action {
		case "build-output":
			fmt.Fprint(w, e.Output)
		case "output":
			if printed[key] == nil {
				printed[key] = new(strings.Builder)
			}
			printed[key].WriteString(e.Output)
		case "pass", "fail", "skip":
			v.end(e, printed[key], w)
			delete(printed, key)
		}
	}
}

// reason is what a skipped test said: the line that begins with its place.
func reason(printed *strings.Builder) string {
	if printed != nil {
		for l := range strings.Lines(printed.String()) {
			if _, said, ok := strings.Cut(l, ".go:"); ok {
				_, said, _ = strings.Cut(said, ": ")
				return strings.TrimSpace(said)
			}
		}
	}
	return "no reason given"
}

// end counts an ended test, or prints the line of an ended package.
func (v *verdict) end(e event, printed *strings.Builder, w io.Writer) {
	if e.Test == "" {
		switch {
		case e.Action == "fail":
			if !v.faulty[e.Package] { // of its own: it does not build, or its tests ended early
				v.failed++
			}
			if printed != nil {
				fmt.Fprint(w, printed)
			}
		case e.Action == "pass":
			fmt.Fprintf(w, "ok    %s %.1fs\n", e.Package, e.Elapsed)
		}
		return
	}
	switch e.Action {
	case "pass":
		v.passed++
	case "fail":
		v.failed++
		v.faulty[e.Package] = true
		if printed != nil {
			fmt.Fprint(w, printed)
		}
	case "skip":
		v.skipped = append(v.skipped, e.Test)
		fmt.Fprintf(w, "skip  %s %s: %s\n", e.Package, e.Test, reason(printed))
	}
}
