package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/pratique/pratique/conform"
)

// inputWord stands in a command for the file of one question.
const inputWord = "{input}"

// splitCommand splits a command as a shell does for words and quotes, and does
// nothing else that a shell does.
func splitCommand(s string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	open, escaped := false, false
	for _, r := range s {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			open, escaped = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			open, quote = true, r
		case r == ' ' || r == '\t' || r == '\n':
			if open {
				words = append(words, word.String())
				word.Reset()
			}
			open = false
		default:
			open = true
			word.WriteRune(r)
		}
	}
	if quote != 0 || escaped {
		return nil, errors.New("a quote is not closed")
	}
	if open {
		words = append(words, word.String())
	}
	if len(words) == 0 {
		return nil, errors.New("it is empty")
	}
	return words, nil
}

func broken(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{conform.ErrBroken}, args...)...)
}

// child is an implementation that runs beside this program and answers lines.
// After a question that got no answer it is ended and started anew.
type child struct {
	words   []string
	timeout time.Duration
	cmd     *exec.Cmd
	in      io.WriteCloser
	lines   chan []byte // of standard output; closed at its end
	told    *tail
}

// tail keeps the end of what an implementation writes to standard error.
type tail struct{ text []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.text = append(t.text, b...)
	if n := len(t.text) - 2048; n > 0 {
		t.text = append(t.text[:0], t.text[n:]...)
	}
	return len(b), nil
}

func (c *child) start() error {
	cmd := exec.Command(c.words[0], c.words[1:]...)
	c.told = &tail{}
	cmd.Stderr, cmd.WaitDelay = c.told, time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return failure("starting "+quote(c.words[0])+": "+cause(errors.Unwrap(err)), "name a program that can be run, with its arguments: --command 'node adapter.mjs'")
	}
	c.cmd, c.in, c.lines = cmd, in, make(chan []byte, 1)
	go readAnswers(out, c.lines)
	return nil
}

// readAnswers sends each line, and one that is too long as a longer one than
// any answer, after which it reads no more.
func readAnswers(r io.Reader, lines chan<- []byte) {
	defer close(lines)
	b := bufio.NewReaderSize(r, 64<<10)
	for {
		var line []byte
		for {
			part, err := b.ReadSlice('\n')
			line = append(line, part...)
			if len(line) > conform.MaxAnswer+1 {
				lines <- line
				return
			}
			if err == nil {
				break
			}
			if !errors.Is(err, bufio.ErrBufferFull) {
				if len(bytes.TrimSpace(line)) > 0 {
					lines <- line
				}
				return
			}
		}
		lines <- bytes.TrimRight(line, "\r\n")
	}
}

// stop ends the child, if there is one.
func (c *child) stop() {
	if c.cmd == nil {
		return
	}
	c.in.Close()
	c.cmd.Process.Kill()
	for range c.lines { // so that its reader ends
	}
	c.cmd.Wait()
	c.cmd = nil
}

func (c *child) ask(q conform.Request) (conform.Answer, error) {
	a, err := c.try(q)
	if errors.Is(err, conform.ErrBroken) {
		c.stop()
	}
	return a, err
}

func (c *child) try(q conform.Request) (conform.Answer, error) {
	if c.cmd == nil {
		if err := c.start(); err != nil {
			return conform.Answer{}, err
		}
	}
	b, err := json.Marshal(q)
	if err != nil {
		return conform.Answer{}, err
	}
	go func(in io.Writer) { in.Write(append(b, '\n')) }(c.in) // it may read late, or never
	timer := time.NewTimer(c.timeout)
	defer timer.Stop()
	select {
	case line, ok := <-c.lines:
		if !ok {
			return conform.Answer{}, broken("the program ended")
		}
		return conform.ParseAnswer(line, q.ID)
	case <-timer.C:
		return conform.Answer{}, broken("nothing came within %v", c.timeout)
	}
}

// anew is an implementation that is started for each question, which stands in a file.
type anew struct {
	words   []string
	timeout time.Duration
	dir     string
}

func (o *anew) ask(q conform.Request) (conform.Answer, error) {
	b, err := json.Marshal(q)
	if err != nil {
		return conform.Answer{}, err
	}
	name := filepath.Join(o.dir, "question.json")
	if err := os.WriteFile(name, append(b, '\n'), 0o600); err != nil {
		return conform.Answer{}, failure("writing a question: "+cause(err), "make room in the folder for temporary files")
	}
	words := make([]string, len(o.words))
	for i, w := range o.words {
		words[i] = strings.ReplaceAll(w, inputWord, name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), o.timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.WaitDelay = time.Second
	out := &limited{most: conform.MaxAnswer}
	cmd.Stdout = out
	err = cmd.Run()
	if e, ok := errors.AsType[*exec.Error](err); ok {
		return conform.Answer{}, failure("starting "+quote(words[0])+": "+cause(e.Err), "name a program that can be run, with its arguments: --command 'verifier "+inputWord+"'")
	}
	switch {
	case out.over:
		return conform.Answer{}, broken("longer than %d bytes", conform.MaxAnswer)
	case ctx.Err() != nil:
		return conform.Answer{}, broken("nothing came within %v", o.timeout)
	case err != nil && len(bytes.TrimSpace(out.Bytes())) == 0:
		return conform.Answer{}, broken("the program ended without an answer: %v", err)
	}
	return conform.ParseAnswer(bytes.TrimSpace(out.Bytes()), q.ID)
}

// limited is a buffer that takes so much and no more.
type limited struct {
	bytes.Buffer
	most int
	over bool
}

func (l *limited) Write(b []byte) (int, error) {
	if l.Len()+len(b) > l.most {
		l.over = true
		return 0, errors.New("too long")
	}
	return l.Buffer.Write(b)
}

// remote is an implementation behind an address.
type remote struct {
	url    string
	client *http.Client
}

func newRemote(url string, timeout time.Duration) *remote {
	return &remote{url, &http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (r *remote) ask(q conform.Request) (conform.Answer, error) {
	b, err := json.Marshal(q)
	if err != nil {
		return conform.Answer{}, err
	}
	resp, err := r.client.Post(r.url, "application/json", bytes.NewReader(b))
	if err != nil {
		if e, ok := errors.AsType[interface {
			error
			Timeout() bool
		}](err); ok && e.Timeout() {
			return conform.Answer{}, broken("nothing came within %v", r.client.Timeout)
		}
		return conform.Answer{}, broken("%v", cmp.Or(errors.Unwrap(err), err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return conform.Answer{}, broken("the status is %d, not 200", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, conform.MaxAnswer+1))
	if err != nil {
		return conform.Answer{}, broken("the answer broke off")
	}
	return conform.ParseAnswer(body, q.ID)
}
