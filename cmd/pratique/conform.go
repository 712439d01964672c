package main

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/conform"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust/lists"
)

// examined are the flags of conform.
type examined struct {
	command, url   string
	self           bool
	roles, formats []string
	timeout        time.Duration
	key            string
	passphrase     string
	output         string
	all, json      bool
}

func conformCommand() *command {
	e := &examined{}
	return &command{
		use:   "conform --command 'PROGRAM...' | --url URL | --self [flags]",
		short: "does another implementation say what the standard asks?",
		long: `Conform puts the test vectors to an implementation, as a reader, a verifier, an issuer or a rule engine, and says what passed and what failed: where it is more lenient than the standard, where stricter, where different, and where it did not answer. What it declares not to do is declared, and neither passed nor failed.

An implementation answers questions in JSON: a program by lines (--command, without a shell; where the command has the word ` + inputWord + `, it is started for each question, which stands in that file), a server by responses to POST (--url). The protocol is in docs/conform.md, with adapters of a few lines for npm modules. ` + "`pratique conform adapter`" + ` is this program's own.

A question that gets no answer in time, a wrong one, or one that is too long, fails its vector alone; the program is then started anew. After five in a row the rest is not asked, and fails.

With --key the report is signed, for whoever must rely on it: it has the vectors by hash, the version of this program, what the implementation says of itself, and every vector. ` + "`pratique conform check`" + ` reads it.

Exit codes: 0 nothing failed; 1 something failed, or the implementation does not introduce itself; 2 usage; 5 it could not be started.`,
		example: `# this program itself, through its own adapter
$ pratique conform --command 'pratique conform adapter'

# an npm module behind a few lines of JavaScript, as a verifier of SMART Health Cards
$ pratique conform --command 'node adapter.mjs' --role verifier --format shc

# a service, with a signed report
$ pratique conform --url http://localhost:8080/conform --key ministry.key -o report.txt
$ pratique conform check --by ministry.pem report.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&e.command, "command", "", "the `PROGRAM` that answers, with its arguments")
			f.StringVar(&e.url, "url", "", "the `URL` that answers")
			f.BoolVar(&e.self, "self", false, "ask this program, inside itself")
			f.StringSliceVar(&e.roles, "role", nil, "only this `ROLE`: reader, verifier, issuer or rules; may be repeated")
			f.StringSliceVar(&e.formats, "format", nil, "only codes of this `FORMAT`: hc1, icvp, shc, vds or divoc; may be repeated")
			f.DurationVar(&e.timeout, "timeout", 10*time.Second, "how long an answer may take")
			f.StringVar(&e.key, "key", "", "the `KEY` file to sign the report with")
			f.StringVar(&e.passphrase, "passphrase", "", "the `FILE` with the passphrase of a sealed key; else it is asked for")
			f.StringVarP(&e.output, "output", "o", "", "write the report to this `FILE`, signed or not; - for standard output")
			f.BoolVar(&e.all, "all", false, "print every vector, not only the failures")
			f.BoolVar(&e.json, "json", false, "print the report as JSON")
		},
		choices: map[string][]string{"role": {"reader", "verifier", "issuer", "rules"}, "format": {"hc1", "icvp", "shc", "vds", "divoc"}},
		run:     e.run,
		takes:   true,
		sub:     []*command{conformCheckCommand(), conformAdapterCommand(), conformQuestionsCommand()},
	}
}

func (e *examined) run(p *program, args []string) error {
	if len(args) > 0 {
		return misuse("conform takes no argument", "name the implementation by --command or --url; an adapter with arguments is one word: --command 'node adapter.mjs'")
	}
	if e.key != "" && e.output == "" {
		return misuse("a signed report is a file", "name it: -o report.txt")
	}
	o, err := e.options()
	if err != nil {
		return err
	}
	ask, stop, err := e.asker()
	if err != nil {
		return err
	}
	defer stop()
	plan, err := conform.New()
	if err != nil {
		return err
	}
	r, err := plan.Run(ask, o, func() { p.tick(1) })
	p.tick(0)
	if errors.Is(err, conform.ErrHello) {
		return &fault{exitRed, err.Error(), []string{"its first answer must be to {\"v\":1,\"id\":0,\"op\":\"hello\"}: {\"id\":0,\"name\":...,\"version\":...,\"roles\":[...],\"formats\":[...]}", "`pratique conform questions` prints what is asked"}}
	}
	if err != nil {
		if _, ok := err.(*fault); ok {
			return err
		}
		return &fault{exitRed, err.Error(), []string{"ask for a role that it has: --role"}}
	}
	r.Program, r.At, r.Command = builtFrom().Version, p.now(), e.reached()
	if e.output != "" {
		if err := e.deliver(p, r); err != nil {
			return err
		}
	}
	if e.output != "-" {
		printReport(p, r, e.all, e.json)
	}
	if !r.Passed {
		return silent(exitRed)
	}
	return nil
}

// options are what shall be asked.
func (e *examined) options() (conform.Options, error) {
	var o conform.Options
	for _, name := range e.roles {
		if !slices.Contains(conform.Roles(), conform.Role(name)) {
			return o, misuse("there is no role "+quote(name), "there are reader, verifier, issuer and rules")
		}
		o.Roles = append(o.Roles, conform.Role(name))
	}
	for _, name := range e.formats {
		if !slices.Contains([]string{"hc1", "icvp", "shc", "vds", "divoc"}, name) {
			return o, misuse("there is no format "+quote(name), "there are hc1, icvp, shc, vds and divoc")
		}
	}
	o.Formats = e.formats
	if e.timeout < time.Millisecond || e.timeout > time.Hour {
		return o, misuse("--timeout takes a millisecond to an hour", "`--timeout 30s`")
	}
	return o, nil
}

// reached says how the implementation was reached.
func (e *examined) reached() string {
	switch {
	case e.self:
		return "--self"
	case e.url != "":
		return "--url " + e.url
	}
	return "--command " + e.command
}

// asker returns what asks the implementation, and what ends it.
func (e *examined) asker() (conform.Asker, func(), error) {
	nothing := func() {}
	given := 0
	for _, is := range []bool{e.command != "", e.url != "", e.self} {
		if is {
			given++
		}
	}
	if given != 1 {
		return nil, nil, misuse("name one implementation", "--command 'node adapter.mjs', --url http://localhost:8080/conform, or --self")
	}
	switch {
	case e.self:
		own := conform.Own{Version: builtFrom().Version, Rand: rand.Reader}
		return func(q conform.Request) (conform.Answer, error) { return own.Answer(q), nil }, nothing, nil
	case e.url != "":
		u, err := url.Parse(e.url)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
			return nil, nil, misuse(quote(e.url)+" is no address of a service", "--url http://localhost:8080/conform, without a name and a password in it")
		}
		return newRemote(e.url, e.timeout).ask, nothing, nil
	}
	words, err := splitCommand(e.command)
	if err != nil {
		return nil, nil, misuse("the command: "+err.Error(), "--command 'node adapter.mjs'")
	}
	if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(w, inputWord) }) {
		dir, err := os.MkdirTemp("", "pratique-conform")
		if err != nil {
			return nil, nil, failure("making a folder for questions: "+cause(err), "make room in the folder for temporary files")
		}
		return (&anew{words, e.timeout, dir}).ask, func() { os.RemoveAll(dir) }, nil
	}
	c := &child{words: words, timeout: e.timeout}
	return c.ask, c.stop, nil
}

// deliver writes the report to its file.
func (e *examined) deliver(p *program, r conform.Report) error {
	if e.key == "" {
		return p.deliver(e.output, r.Bytes())
	}
	k, err := p.openKey(e.key, e.passphrase)
	if err != nil {
		return err
	}
	b, err := r.Sign(k.Signer, rand.Reader)
	if err != nil {
		return failure("this key signs no reports", "take one that `pratique key new` makes (es256)")
	}
	return p.deliver(e.output, b)
}

// printReport prints a report for people, or as one JSON object.
func printReport(p *program, r conform.Report, all, asJSON bool) {
	if asJSON {
		p.out.Write(jsonLine(r))
		return
	}
	roles := make([]string, len(r.Implementation.Roles))
	for i, role := range r.Implementation.Roles {
		roles[i] = string(role)
	}
	fmt.Fprint(p.out, p.look.wrap("", "  ", printable(strings.TrimSpace(r.Implementation.Name+" "+r.Implementation.Version))+": "+strings.Join(roles, ", ")))
	for _, g := range r.Groups {
		mark := "✓"
		if g.Failures() > 0 {
			mark = "✕"
		}
		fmt.Fprint(p.out, p.look.wrap(fmt.Sprintf("  %s %-9s %-22s", mark, g.Role, g.Name), strings.Repeat(" ", 37), counted(g.Count)))
	}
	for _, c := range r.Cases {
		if !all && !c.Status.Failed() {
			continue
		}
		fmt.Fprint(p.out, p.look.wrap("    ", "      ", fmt.Sprintf("%s %s, %s: %s", c.Role, c.Vector, c.Status, c.Comment)))
		if c.Why != "" {
			fmt.Fprint(p.out, p.look.wrap("      ", "      ", printable(c.Why)))
		}
	}
	total := map[conform.Status]int{}
	for _, g := range r.Groups {
		for s, n := range g.Count {
			total[s] += n
		}
	}
	word := p.look.style(onGreen, " ✓ CONFORMS ")
	if !r.Passed {
		word = p.look.style(onRed, " ✕ DOES NOT CONFORM ")
	}
	fmt.Fprintf(p.out, "\n%s  %s\n", word, counted(total))
	fmt.Fprintf(p.out, "  vectors %.16s, pratique %s\n", r.Vectors, printable(r.Program))
}

// counted says how many of each status.
func counted(count map[conform.Status]int) string {
	var parts []string
	for _, s := range []conform.Status{conform.Passed, conform.Lenient, conform.Stricter, conform.Different, conform.Broken, conform.Declared} {
		if n := count[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	return strings.Join(parts, ", ")
}

func conformCheckCommand() *command {
	var by []string
	var all, asJSON bool
	return &command{
		use:   "check --by FILE REPORT",
		short: "who signed this report, and what does it say?",
		long:  "Check verifies the signature on a report of conformance under the keys or certificates that you name, prints what it says, and says whether its vectors are those of this program. Exit codes: 0 signed, and nothing failed; 1 something failed, or the signature is wrong; 4 signed by none of these keys.",
		example: `$ pratique conform check --by ministry.pem report.txt
$ pratique conform check --json --by ministry.pem report.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringArrayVar(&by, "by", nil, "a `FILE` with a certificate or public key of who signs; may be repeated")
			f.BoolVar(&all, "all", false, "print every vector, not only the failures")
			f.BoolVar(&asJSON, "json", false, "print the report as JSON")
		},
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one report", "`pratique conform check --by FILE REPORT`")
			}
			if len(by) == 0 {
				return misuse("conform check needs --by: it believes nobody by itself", "name the certificate or public key of who signed: --by FILE")
			}
			r, err := openReport(args[0], by)
			if err != nil {
				return err
			}
			printReport(p, r, all, asJSON)
			plan, err := conform.New()
			if err != nil {
				return err
			}
			if plan.Vectors() != r.Vectors {
				p.warn("the vectors are not those of this program: another version of it asked (%s)", printable(r.Program))
			}
			if !r.Passed {
				return silent(exitRed)
			}
			return nil
		},
	}
}

// openReport reads a report that one of the keys in the files signed.
func openReport(name string, by []string) (conform.Report, error) {
	var none conform.Report
	var pins []crypto.PublicKey
	for _, file := range by {
		data, err := readFile(file, 64<<10)
		if err != nil {
			return none, failure("reading "+quote(file)+": "+cause(err), "--by names a certificate or a public key, in PEM or DER")
		}
		found, err := lists.PinnedKeys(data)
		if err != nil {
			return none, failure(quote(file)+": "+err.Error(), "--by names a certificate or a public key, in PEM or DER")
		}
		pins = append(pins, found...)
	}
	data, err := readFile(name, 32<<20)
	if err != nil {
		return none, failure("reading the report "+quote(name)+": "+cause(err), "`pratique conform -o FILE --key KEY` writes one")
	}
	r, _, err := conform.Open(data, pins...)
	switch {
	case errors.Is(err, signed.ErrSignature):
		return none, &fault{exitRed, "the signature on the report is wrong: it was changed, or the signature is made up", []string{"ask who gave it to you for the report as it was written"}}
	case errors.Is(err, signed.ErrUnsigned), errors.Is(err, signed.ErrUnknownSigner):
		return none, &fault{exitGrey, "the report " + quote(name) + " is signed by none of these keys", []string{"name the certificate of who signed it: --by FILE"}}
	case err != nil:
		return none, failure(quote(name)+": "+err.Error(), "give the report as `pratique conform -o FILE` wrote it")
	}
	return r, nil
}

// maxQuestion is the longest question, in bytes.
const maxQuestion = 4 << 20

func conformAdapterCommand() *command {
	return &command{
		use:   "adapter",
		short: "answer the questions of conform, by this program",
		long:  "Adapter reads the questions of `pratique conform` from standard input, one JSON object a line, and answers each with one. It is the example of an adapter, and how this program is put to the vectors as a process of its own.",
		example: `$ pratique conform --command 'pratique conform adapter'
$ pratique conform questions --role rules | pratique conform adapter`,
		run: func(p *program, args []string) error {
			if len(args) > 0 {
				return misuse("adapter takes no argument", "it reads standard input")
			}
			own := conform.Own{Version: builtFrom().Version, Rand: rand.Reader}
			return p.eachInput(nil, func(_ string, r io.Reader) error {
				return eachLine(r, maxQuestion, func(l line) []byte {
					var q conform.Request
					a := conform.Answer{Refused: "not a question in JSON"}
					if l.length <= maxQuestion && json.Unmarshal([]byte(l.text), &q) == nil {
						a = own.Answer(q)
					}
					return bytes.TrimRight(jsonLine(a), "\n")
				}, p.put, p.out.Flush)
			})
		},
	}
}

func conformQuestionsCommand() *command {
	var roles []string
	return &command{
		use:   "questions",
		short: "what conform asks, for who writes an adapter",
		long:  "Questions prints the questions that `pratique conform` puts to an implementation, one JSON object a line, hello first; what must be answered is not among them.",
		example: `$ pratique conform questions --role verifier > questions.jsonl
$ pratique conform questions --role rules | pratique conform adapter`,
		flags: func(f *pflag.FlagSet) {
			f.StringSliceVar(&roles, "role", nil, "only for this `ROLE`: reader, verifier, issuer or rules; may be repeated")
		},
		choices: map[string][]string{"role": {"reader", "verifier", "issuer", "rules"}},
		run: func(p *program, args []string) error {
			if len(args) > 0 {
				return misuse("questions takes no argument", "--role chooses")
			}
			o, err := (&examined{roles: roles, timeout: time.Second}).options()
			if err != nil {
				return err
			}
			plan, err := conform.New()
			if err != nil {
				return err
			}
			for q := range plan.Questions(o.Roles...) {
				p.out.Write(jsonLine(q))
			}
			return nil
		},
	}
}
