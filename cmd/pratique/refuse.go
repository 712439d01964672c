package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/pratique/pratique/verify"
)

// How this program speaks to people when it cannot do what it was asked:
//
//   - To standard error, each line after "pratique: error:", "pratique: hint:"
//     or "pratique: warning:". Standard output carries answers and nothing else.
//   - No capital at the beginning, no full stop at the end.
//   - An error says what was wrong; a hint says what to do now, if possible as
//     a command between backquotes. No refusal is without a hint.
//   - Never the text of a code, a name, a birth date, the number of a
//     certificate or of a passport, or anything of a secret key: what is shown
//     on a screen is photographed, and what is logged is kept.
//   - A warning does not change the exit code.

// The exit codes.
const (
	exitGreen  = 0 // or: done
	exitRed    = 1
	exitUsage  = 2
	exitAmber  = 3
	exitGrey   = 4
	exitBroken = 5
)

// fault is a refusal.
type fault struct {
	code  int
	what  string
	hints []string
}

func (f *fault) Error() string { return f.what }

// misuse is the refusal of what was typed.
func misuse(what, hint string, more ...string) error {
	return &fault{exitUsage, what, append([]string{hint}, more...)}
}

// failure is the refusal of what was read, or could not be read or written.
func failure(what, hint string, more ...string) error {
	return &fault{exitBroken, what, append([]string{hint}, more...)}
}

// silent is an exit code whose reason has been said.
type silent int

func (silent) Error() string { return "" }

// verdict is the exit code of a colour; none for green.
func verdict(c verify.Colour) error {
	switch c {
	case verify.Green:
		return nil
	case verify.Red:
		return silent(exitRed)
	case verify.Amber:
		return silent(exitAmber)
	}
	return silent(exitGrey)
}

// exitCode is the code that an error ends the program with.
func exitCode(err error) int {
	switch e := err.(type) {
	case nil:
		return exitGreen
	case silent:
		return int(e)
	case *fault:
		return e.code
	}
	return exitBroken
}

// report says an error and returns the exit code.
func (p *program) report(err error) int {
	switch e := err.(type) {
	case nil, silent:
	case *fault:
		p.say(e)
	default:
		p.say(&fault{what: err.Error(), hints: []string{"if this surprises you, please report it with the command that you typed and without the code"}})
	}
	return exitCode(err)
}

func (p *program) say(f *fault) {
	var b strings.Builder
	b.WriteString("pratique: error: " + f.what + "\n")
	for _, h := range f.hints {
		b.WriteString("pratique: hint: " + h + "\n")
	}
	fmt.Fprint(p.errs, b.String())
}

// warn says something that does not stop the command.
func (p *program) warn(format string, args ...any) {
	fmt.Fprintf(p.errs, "pratique: warning: "+format+"\n", args...)
}

// cause is the part of an error of the system that people need: not the
// operation and not the path, which the text around it has.
func cause(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "not allowed"
	case errors.Is(err, fs.ErrExist):
		return "it exists already"
	case errors.Is(err, syscall.EISDIR):
		return "it is a folder"
	}
	return err.Error()
}

// quote quotes what somebody typed, unless it is as long as a code.
func quote(s string) string {
	if len(s) > 80 || strings.HasPrefix(s, "HC1:") {
		return fmt.Sprintf("a text of %d characters", utf8.RuneCountInString(s))
	}
	return strconv.Quote(s)
}

// errWriting means that standard output takes no more.
var errWriting = failure("writing the answer failed", "look whether the disk is full or the reader of the pipe has gone")

// readFault is the refusal of an input that broke off; a fault stays itself.
func readFault(name string, err error) error {
	switch err.(type) {
	case *fault, silent:
		return err
	}
	return failure("reading "+name+": "+cause(err), "what came before has been answered; try again with the rest")
}
