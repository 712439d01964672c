package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// all answers each line with its number, length and text.
func all(r io.Reader, limit int) ([]string, error) {
	var got []string
	err := eachLine(r, limit,
		func(l line) string { return fmt.Sprintf("%d:%d:%s", l.n, l.length, l.text) },
		func(s string) error { got = append(got, s); return nil },
		func() error { return nil })
	return got, err
}

func TestEveryLineIsAnsweredOnceAndInOrder(t *testing.T) {
	for _, v := range []struct {
		comment, in string
		want        []string
	}{
		{"nothing", "", nil},
		{"one without its end", "a", []string{"1:1:a"}},
		{"an end after the last is none more", "a\n", []string{"1:1:a"}},
		{"empty lines count", "\n\na\n", []string{"1:0:", "2:0:", "3:1:a"}},
		{"line ends of other systems", "a\r\nb\r\n", []string{"1:1:a", "2:1:b"}},
		{"a carriage return inside stays", "a\rb\n", []string{"1:3:a\rb"}},
		{"a space at the end belongs to the code", "a \n", []string{"1:2:a "}},
		{"a line longer than the limit is cut and counted", "abcdefgh\ni", []string{"1:8:abcde", "2:1:i"}},
		{"one of exactly the limit is whole", "abcde\r\n", []string{"1:5:abcde"}},
	} {
		got, err := all(strings.NewReader(v.in), 5)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(v.want) {
			t.Errorf("%s: got %q, %v, want %q", v.comment, got, err, v.want)
		}
	}
}

func TestLinesAroundTheEdgeOfTheBuffer(t *testing.T) {
	for n := 64<<10 - 3; n < 64<<10+3; n++ {
		got, err := all(strings.NewReader(strings.Repeat("x", n)+"\r\nb"), 4)
		if want := []string{fmt.Sprintf("1:%d:xxxx", n), "2:1:b"}; err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%d: got %q, %v", n, got, err)
		}
	}
}

func TestManyLinesKeepTheirOrder(t *testing.T) {
	const n = 20_000
	var in strings.Builder
	for i := range n {
		fmt.Fprintf(&in, "%d\n", i)
	}
	next := 0
	err := eachLine(strings.NewReader(in.String()), 100,
		func(l line) int {
			if l.n%997 == 0 {
				time.Sleep(time.Millisecond) // a slow one in between
			}
			return l.n
		},
		func(got int) error {
			if next++; got != next {
				return fmt.Errorf("line %d came where %d was expected", got, next)
			}
			return nil
		}, func() error { return nil })
	if err != nil || next != n {
		t.Errorf("%d of %d lines: %v", next, n, err)
	}
}

// A scanner types a code and waits for the answer before the next.
func TestALineIsAnsweredBeforeTheNextIsTyped(t *testing.T) {
	r, w := io.Pipe()
	answered := make(chan string)
	done := make(chan error)
	go func() {
		var waiting []string
		done <- eachLine(r, 100, func(l line) string { return l.text },
			func(s string) error { waiting = append(waiting, s); return nil },
			func() error {
				for _, s := range waiting {
					answered <- s
				}
				waiting = nil
				return nil
			})
	}()
	for _, text := range []string{"first", "second", "third"} {
		if _, err := io.WriteString(w, text+"\n"); err != nil {
			t.Fatal(err)
		}
		if got := <-answered; got != text {
			t.Errorf("answered %q, want %q", got, text)
		}
	}
	w.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestABrokenInputIsSaidAfterWhatCameBefore(t *testing.T) {
	broken := errors.New("the cable was pulled")
	got, err := all(io.MultiReader(strings.NewReader("a\nb\n"), errReader{broken}), 5)
	if !errors.Is(err, broken) || fmt.Sprint(got) != "[1:1:a 2:1:b]" {
		t.Errorf("got %q, %v", got, err)
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func TestAnEndOfTheOutputEndsTheWork(t *testing.T) {
	full := errors.New("full")
	endless := io.MultiReader(strings.NewReader("a\n"), repeat{})
	if err := eachLine(endless, 10, func(l line) int { return l.n }, func(int) error { return full }, func() error { return nil }); err != full {
		t.Errorf("got %v", err)
	}
}

type repeat struct{}

func (repeat) Read(b []byte) (int, error) { return copy(b, "x\n"), nil }

func FuzzLines(f *testing.F) {
	f.Add("a\nb\r\n\nc", 3)
	f.Add(strings.Repeat("x", 70_000)+"\r\n", 5)
	f.Fuzz(func(t *testing.T, in string, limit int) {
		if limit < 1 || limit > 1<<16 {
			return
		}
		got, err := all(strings.NewReader(in), limit)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for l := range strings.Lines(in) {
			l = strings.TrimSuffix(l, "\n")
			if strings.Contains(in, "\n") {
				// A carriage return is part of an end only before a line feed.
				if i := len(want); i < strings.Count(in, "\n") {
					l = strings.TrimSuffix(l, "\r")
				}
			}
			want = append(want, fmt.Sprintf("%d:%d:%s", len(want)+1, len(l), l[:min(len(l), limit)]))
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
