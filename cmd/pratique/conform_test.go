package main

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/conform"
)

// oddAdapter is an implementation that does one thing wrong, as its argument
// says, at the questions whose number ends in 7, and answers the others by this
// program: odd-adapter crash.
func oddAdapter() {
	own := conform.Own{Version: "1", Rand: rand.Reader}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	how := os.Args[1]
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var q conform.Request
		if json.Unmarshal(line, &q) != nil {
			os.Exit(9)
		}
		a := own.Answer(q)
		switch odd := q.ID%10 == 7; {
		case q.Op == "hello" && how == "rude":
			a = conform.Answer{ID: q.ID}
		case q.Op == "hello" && how == "proud":
			a.Roles = []conform.Role{"emperor"}
		case q.Op == "hello" && how == "modest":
			a.Name, a.Formats, a.Judges = "modest", []string{"shc"}, nil
		case how == "silent" && q.Op != "hello":
			continue
		case !odd:
		case how == "crash":
			fmt.Fprintln(os.Stderr, "a stack trace")
			os.Exit(3)
		case how == "garbage":
			fmt.Println("Segmentation fault (not really)")
			continue
		case how == "long":
			fmt.Println(`{"id":` + strings.Repeat(" ", conform.MaxAnswer) + "}")
			continue
		case how == "slow":
			time.Sleep(2 * time.Second)
		case how == "confused":
			a.ID++
		case how == "lenient":
			a = conform.Answer{ID: q.ID, Format: "hc1", Checks: map[string]string{"signature": "pass"}, Verdict: "green", Result: json.RawMessage("true"), Text: "HC1:"}
		case how == "shy":
			a = conform.Answer{ID: q.ID, Unsupported: "not this one"}
		}
		b, _ := json.Marshal(a)
		os.Stdout.Write(append(b, '\n'))
	}
}

// engine puts the questions of a rule engine, which are many and quick.
func engine(t *testing.T, ask conform.Asker) conform.Report {
	t.Helper()
	plan, err := conform.New()
	if err != nil {
		t.Fatal(err)
	}
	r, err := plan.Run(ask, conform.Options{Roles: []conform.Role{conform.Rules}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func statuses(r conform.Report) map[conform.Status]int {
	m := map[conform.Status]int{}
	for _, c := range r.Cases {
		m[c.Status]++
	}
	return m
}

// longest is how long an answer may take: of all but those that never come, as
// long as a busy machine needs.
func longest(how string) time.Duration {
	if how == "slow" {
		return time.Second
	}
	return time.Minute
}

// A service that fails at some questions fails those vectors and no other.
func TestAServiceThatFailsAtSomeQuestionsFailsThose(t *testing.T) {
	own := conform.Own{Version: "1", Rand: rand.Reader}
	for how, want := range map[string]string{
		"status": "the status is 500, not 200", "redirect": "the status is 302, not 200", "garbage": "what came is not an answer in JSON",
		"long": "longer than 1048576 bytes", "slow": "nothing came within 1s", "cut": "", "fine": "",
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var q conform.Request
			if json.NewDecoder(r.Body).Decode(&q) != nil || r.Method != http.MethodPost {
				t.Error("no question came")
			}
			b, _ := json.Marshal(own.Answer(q))
			if q.ID%50 == 7 {
				switch how {
				case "status":
					w.WriteHeader(http.StatusInternalServerError)
				case "redirect":
					http.Redirect(w, r, "/elsewhere", http.StatusFound)
					return
				case "garbage":
					io.WriteString(w, "<html>")
					return
				case "long":
					io.WriteString(w, strings.Repeat(" ", conform.MaxAnswer+10))
				case "slow":
					select {
					case <-r.Context().Done(): // who asks has gone
					case <-time.After(10 * time.Second):
					}
				case "cut":
					w.Header().Set("Content-Length", "100000")
					w.Write(b[:5])
					return
				}
			}
			w.Write(b)
		}))
		r := engine(t, newRemote(srv.URL, longest(how)).ask)
		srv.Close()
		got := statuses(r)
		if how == "fine" {
			if !r.Passed {
				t.Errorf("%s: %v", how, got)
			}
			continue
		}
		if n := got[conform.Broken]; n < 3 || n > 6 || got[conform.Passed] != len(r.Cases)-n {
			t.Errorf("%s: %v of %d", how, got, len(r.Cases))
		}
		for _, c := range r.Cases {
			if c.Status == conform.Broken && want != "" && c.Why != want {
				t.Errorf("%s: %s, want %s", how, c.Why, want)
			}
		}
	}
	if _, err := newRemote("http://127.0.0.1:1", time.Second).ask(conform.Request{}); !errors.Is(err, conform.ErrBroken) {
		t.Errorf("nobody answers: %v", err)
	}
}

func TestCommandsAreSplitAsAShellDoes(t *testing.T) {
	for text, want := range map[string][]string{
		"node a.mjs":                 {"node", "a.mjs"},
		"  node   a.mjs\t--x ":       {"node", "a.mjs", "--x"},
		`"a b" 'c "d"' e\ f`:         {"a b", `c "d"`, "e f"},
		`verify --file={input} ''`:   {"verify", "--file={input}", ""},
		`a'b c'd "e\"f" 'g\h' $HOME`: {"ab cd", `e"f`, `g\h`, "$HOME"},
		"":                           nil, "   ": nil, `a "b`: nil, `a\`: nil,
	} {
		got, err := splitCommand(text)
		if (err == nil) != (want != nil) || !slices.Equal(got, want) {
			t.Errorf("%q: got %q %v, want %q", text, got, err, want)
		}
	}
}
