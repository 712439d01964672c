package main

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// asked are the flags of verify.
type asked struct {
	journey
	relied
	decided
	rules         []string
	keyPolicy     string
	passport      string
	lines         bool
	together      bool
	payload, json bool
	lang          string
}

func verifyCommand() *command {
	a := &asked{}
	return &command{
		use:   "verify --trust FILE|DIR... [flags] CODE...",
		short: "is this code authentic, and does the destination accept it?",
		long: `Verify answers green, amber, red or grey, why, and what to do next. It advises; the officer decides.

Authentic and accepted are two answers, and are shown apart. A code is authentic if a key that you trust signed it, may sign it, and it is in force and not withdrawn. It is accepted if the destination recognises its issuer and the rules of the destination are met for this trip at this moment. Without --to, or without rules, nobody can say that it is accepted: grey.

--trust names what you rely on: certificates in PEM or DER, lists of keys as the EU, WHO and others publish them, and our own texts of keys, recognitions and withdrawals; or a folder of such files. Rule sets that lie there are used too. Give it several times.

--rules names a rule set, a folder of them, or one that comes with the program (` + "`pratique rules packs`" + ` lists these; baseline becomes a set of the country of --to).

With --decide the officer's decision becomes a signed receipt for the traveller: what was answered, by which rules, what was decided and why, and where to object; no name and nothing of the certificate. The exit code stays that of the answer.

With --together the codes are those of one person, who is asked for several things: a line for each code, then one answer. Where rule sets ask for different things, each is met by any of the codes.

With --lines each line of the files, or of standard input, is one code, and each is answered, readable or not, in order. The exit code is that of the first of red, grey, amber and green that occurred.

A trip in JSON, for --trip; the last leg is the destination:

  {"legs": [{"jurisdiction": "XA", "depart": "2026-12-03T06:00:00+01:00"},
            {"jurisdiction": "XC", "airport_only": true, "arrive": "2026-12-03T09:00:00+01:00", "depart": "2026-12-03T11:30:00+01:00"},
            {"jurisdiction": "XB", "arrive": "2026-12-03T14:20:00+08:00"}],
   "stays": [{"jurisdiction": "XA", "from": "2026-10-01T00:00:00+01:00", "until": "2026-12-03T06:00:00+01:00"}],
   "residence": "XA", "category": "visitor", "all_told": true}`,
		example: `# a photograph of a code; does Sudmark accept it now?
$ pratique verify --trust trust/ --rules sudmark --to XB photo.jpg

# for an arrival to come, from Norland, compared with the passport
$ pratique verify --trust trust/ --rules sudmark --from XA --to XB \
    --at 2026-12-03T14:20:00+08:00 --mrz passport.txt code.png

# only: is it authentic?
$ pratique verify --trust norland.pem code.txt

# the officer decides, and the traveller gets a receipt
$ pratique verify --trust trust/ --rules sudmark --to XB --decide second_desk \
    --desk north-pier.3 --officer o-17 --key desk.key --receipt slip.png photo.jpg

# a scanner that types one code a line, for another program
$ pratique verify --trust trust/ --rules sudmark --to XB --lines --json < scans.txt`,
		flags: func(f *pflag.FlagSet) {
			a.relied.flags(f)
			f.StringArrayVar(&a.rules, "rules", nil, "a `FILE|DIR|NAME` of rules; may be repeated")
			a.journey.flags(f)
			f.StringVar(&a.passport, "mrz", "", "the machine-readable lines of the passport, or a file with them, to compare name and birth date: `FILE|LINES`")
			f.StringVar(&a.keyPolicy, "key-policy", "issued", "`WHEN` the key itself must be good: issued (when the certificate was), or now")
			f.BoolVar(&a.together, "together", false, "the codes are of one person: one answer, for which each rule set is met by any of them")
			f.BoolVar(&a.lines, "lines", false, "each line of the files, or of standard input, is a code")
			f.BoolVar(&a.payload, "payload", false, "add what the certificate says, if its signature passes")
			f.BoolVar(&a.json, "json", false, "print one JSON object a line")
			f.StringVar(&a.lang, "lang", "", "the `LANGUAGE` of the answers: en or fr (default that of the environment)")
			a.decided.flags(f)
		},
		choices: map[string][]string{"key-policy": {"issued", "now"}, "lang": words.Languages(), "purpose": purposes, "decide": outcomes, "override": overrides},
		run:     a.run,
	}
}

func (a *asked) run(p *program, args []string) error {
	if len(args) == 0 && !a.lines {
		return misuse("there is no code to verify", "name a picture or a text file, or - for standard input", "for many, one a line: --lines")
	}
	if !a.relied.given() {
		return misuse("verify needs --trust: it believes nobody by itself", "name the keys that you rely on: --trust FILE, or a folder of them", "to look at a code without verifying it: `pratique read CODE`")
	}
	if a.together && a.lines {
		return misuse("--together is about the codes of one person, --lines about many", "leave one of them out")
	}
	deciding, err := a.decided.given(a)
	if err == nil && deciding && a.together {
		return misuse("a receipt is about one code", "decide on each code, or leave out --decide")
	}
	if err != nil {
		return err
	}
	q, err := a.journey.question(p)
	if err != nil {
		return err
	}
	if a.passport != "" {
		d, err := passportLines(a.passport)
		if err != nil {
			return err
		}
		q.Passport = &d
	}
	pr, err := a.printer(p)
	if err != nil {
		return err
	}
	asked, _ := q.Asked()
	w, err := a.relied.world(p, a.rules, asked.Jurisdiction)
	if err != nil {
		return err
	}
	switch a.keyPolicy {
	case "issued":
		w.KeyPolicy = trust.ValidAtIssuance
	case "now":
		w.KeyPolicy = trust.ValidNow
	default:
		return misuse(quote(a.keyPolicy)+" is no key policy", "--key-policy issued, or --key-policy now")
	}
	pr.zone = q.At.Location()
	if deciding {
		return a.decided.give(p, w, q, pr, args)
	}
	if a.together {
		return verifyTogether(p, w, q, pr, args)
	}
	if a.lines {
		return verifyLines(p, w, q, pr, args)
	}
	return verifyCodes(p, w, q, pr, args)
}

// passportLines reads the lines of a passport, which are given as they are or
// stand in a file: what one types stays in the history of the shell.
func passportLines(given string) (mrz.Document, error) {
	text := given
	if data, err := readFile(given, 4096); err == nil {
		text = textOf(data)
	}
	d, err := mrz.Parse(text)
	if err != nil {
		return d, misuse("--mrz: "+err.Error(), "give the two or three lines at the foot of the page, or a file with them")
	}
	return d, nil
}

func (a *asked) printer(p *program) (printer, error) {
	pr := printer{look: p.look, lang: p.lang, json: a.json, payload: a.payload}
	if a.lang != "" {
		if !slices.Contains(words.Languages(), a.lang) {
			return pr, misuse("no answers in "+quote(a.lang), "--lang en, or --lang fr")
		}
		pr.lang = a.lang
	}
	return pr, nil
}

// verifyCodes answers for each code of the arguments.
func verifyCodes(p *program, w *verify.World, q verify.Question, pr printer, args []string) error {
	codes, broken := p.readEvery(args)
	pr.several = len(codes) > 1
	var t tally
	var rows []tableRow
	for i, c := range codes {
		r := check(w, q, c)
		t.add(r.Verdict)
		rows = append(rows, pr.inTable(r, c.input))
		if i > 0 && !pr.json {
			p.out.WriteString("\n")
		}
		p.out.Write(pr.answer(r, c.input))
	}
	if pr.several && !pr.json {
		p.out.WriteString("\n" + pr.table(rows))
	}
	if broken != nil {
		return broken
	}
	return t.exit()
}

// verifyTogether answers for one person who shows several codes.
func verifyTogether(p *program, w *verify.World, q verify.Question, pr printer, args []string) error {
	codes, broken := p.readEvery(args)
	if broken != nil {
		return broken
	}
	reports := make([]verify.Report, len(codes))
	for i, c := range codes {
		reports[i] = check(w, q, c)
	}
	r, by := verify.Jointly(reports)
	inputs := make([]string, len(by))
	for n, i := range by {
		inputs[n] = codes[i].input
	}
	if !pr.json {
		for i, c := range codes {
			p.out.Write(pr.brief(reports[i], c.input))
		}
		p.out.WriteString("\n")
	}
	pr.several = true
	p.out.Write(pr.answer(r, strings.Join(inputs, ", ")))
	return verdict(r.Verdict)
}

// check answers for one code.
func check(w *verify.World, q verify.Question, c code) verify.Report {
	if c.trouble != "" {
		return verify.Report{Data: w.Data, Reasons: []verify.Reason{{Code: c.trouble}}}
	}
	return verify.Check(w, c.text, q)
}

// verifyLines answers for each line of the files.
func verifyLines(p *program, w *verify.World, q verify.Question, pr printer, args []string) error {
	type answer struct {
		text   []byte
		colour verify.Colour
	}
	var t tally
	err := p.eachInput(args, func(name string, r io.Reader) error {
		work := func(l line) answer {
			report := verify.Check(w, l.text, q)
			if l.length > len(l.text) { // what was cut off was counted
				report = tooLong(w, l.length)
			}
			input := "line " + strconv.Itoa(l.n)
			if name != "" {
				input = name + ":" + strconv.Itoa(l.n)
			}
			if pr.json {
				return answer{pr.answer(report, input), report.Verdict}
			}
			return answer{pr.brief(report, input), report.Verdict}
		}
		emit := func(a answer) error {
			t.add(a.colour)
			p.tick(1)
			if _, err := p.out.Write(a.text); err != nil {
				return errWriting
			}
			return nil
		}
		return eachLine(r, format.MaxLength+1, work, emit, p.out.Flush)
	})
	p.tick(0)
	if err != nil {
		return err
	}
	return t.exit()
}

// tooLong is the answer to a line that no code can fill.
func tooLong(w *verify.World, length int) verify.Report {
	return verify.Report{Data: w.Data, Reasons: []verify.Reason{{
		Code: "too_long", Params: []words.Param{words.Count("length", length), words.Count("limit", format.MaxLength)},
	}}}
}

// tally counts the verdicts, by colour.
type tally struct{ seen [4]int }

func (t *tally) add(c verify.Colour) { t.seen[c]++ }

// exit is the exit code: the first of red, grey, amber and green that occurred.
// Of no code at all nothing can be said: grey.
func (t *tally) exit() error {
	if t.seen == [4]int{} {
		return verdict(verify.Grey)
	}
	for _, c := range []verify.Colour{verify.Red, verify.Grey, verify.Amber} {
		if t.seen[c] > 0 {
			return verdict(c)
		}
	}
	return nil
}
