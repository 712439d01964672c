package main

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

func receiptCommand() *command {
	return &command{
		use:   "receipt",
		short: "what was decided at a border, by which rules, and where to object",
		long: `After a decision a traveller leaves with a receipt: what was asked and answered, by which rules, what the officer decided and why, and where to object, signed by the desk. It has no name on it and nothing of what the certificate says. ` + "`pratique verify --decide`" + ` makes one.

A RECEIPT is a picture of its code, a text file, the text itself, or - for standard input.`,
		example: `$ pratique receipt show receipt.png
$ pratique receipt check --trust sudmark/ --rules sudmark/ receipt.png code.png`,
		sub: []*command{receiptCheckCommand(), receiptShowCommand()},
	}
}

// checked are the flags of receipt check.
type checked struct {
	relied
	withdrawals, rules   []string
	from, trip, passport string
	via                  []string
	json                 bool
	lang                 string
}

func receiptCheckCommand() *command {
	c := &checked{}
	return &command{
		use:   "check --trust FILE|DIR... [flags] RECEIPT [CODE]",
		short: "did this desk give this receipt, and is its answer what the rules say?",
		long: `Check verifies that a desk of the destination signed the receipt, and says in plain words what it says: who decided what, when, by which rules, where to object.

With the code that was shown it asks the same question again, of the public documents at hand, and says whether the answer agrees, and each difference. Rules must be those that the receipt names, by their content; with others the answer is undecided. The journey is not on the receipt: say it as it was told at the desk (--from, --via, or --trip). Where the answer rested on a passport, give its lines too.

Exit codes of this command: 0 agrees, or authentic where no code was given; 1 disagrees, for another code, or not authentic; 4 undecided, or nobody can say who signed it.`,
		example: `# is it authentic, and what does it say?
$ pratique receipt check --trust sudmark.txt receipt.png

# and is the answer what the rules of that day say?
$ pratique receipt check --trust sudmark.txt --trust norland.pem --rules sudmark.json --from XA receipt.png code.png`,
		flags: func(f *pflag.FlagSet) {
			c.relied.flags(f)
			f.StringArrayVar(&c.withdrawals, "withdrawals", nil, "a `FILE|DIR` of withdrawals, beside those in --trust; may be repeated")
			f.StringArrayVar(&c.rules, "rules", nil, "a `FILE|DIR|NAME` of rules; may be repeated")
			f.StringVar(&c.from, "from", "", "the `COUNTRY` where the trip began")
			f.StringSliceVar(&c.via, "via", nil, "a `COUNTRY` on the way; may be repeated")
			f.StringVar(&c.trip, "trip", "", "a `FILE` with the whole trip in JSON, instead of these two")
			f.StringVar(&c.passport, "mrz", "", "the machine-readable lines of the passport, or a file with them: `FILE|LINES`")
			f.BoolVar(&c.json, "json", false, "print one JSON object")
			f.StringVar(&c.lang, "lang", "", "the `LANGUAGE`: en or fr (default that of the environment)")
		},
		choices: map[string][]string{"lang": words.Languages()},
		run:     c.run,
	}
}

func (c *checked) run(p *program, args []string) error {
	if len(args) == 0 || len(args) > 2 {
		return misuse("name a receipt, and if you like the code that it is for", "`pratique receipt check --trust FILE RECEIPT CODE`")
	}
	if !c.relied.given() {
		return misuse("receipt check needs --trust: it believes nobody by itself", "name the list of keys of the destination: --trust FILE", "to look at a receipt without checking it: `pratique receipt show`")
	}
	pr, err := (&asked{lang: c.lang, json: c.json}).printer(p)
	if err != nil {
		return err
	}
	text, err := p.readReceipt(args[0])
	if err != nil {
		return err
	}
	r, err := verify.ParseReceipt(text)
	if errors.Is(err, verify.ErrReceipt) {
		return notAReceipt(args[0], text, err)
	}
	c.relied.files = slices.Concat(c.relied.files, c.withdrawals)
	w, err := c.relied.world(p, c.rules, r.To)
	if err != nil {
		return err
	}
	a := receiptAnswer{V: 1, Input: inputName(args[0], 1)}
	r, a.signer, err = verify.OpenReceipt(text, w.Keys)
	if a.open(r, text, err, pr.lang); a.Authentic == nil || !*a.Authentic {
		pr.receipt(p, a, nil)
		if a.Authentic == nil {
			return silent(exitGrey)
		}
		return silent(exitRed)
	}
	if len(args) == 1 {
		pr.receipt(p, a, &r)
		return nil
	}
	name, again, err := c.replay(p, w, r, args[1])
	if err != nil {
		return err
	}
	a.replayed(r, again, name, pr.lang)
	pr.receipt(p, a, &r)
	switch again.Agreement {
	case verify.Agrees:
		return nil
	case verify.Undecided:
		return silent(exitGrey)
	}
	return silent(exitRed)
}

// replay asks the question of the receipt again.
func (c *checked) replay(p *program, w *verify.World, r verify.Receipt, arg string) (string, verify.Replayed, error) {
	var none verify.Replayed
	codes, err := p.readCodes(arg, 2)
	switch {
	case err != nil:
		return "", none, err
	case len(codes) != 1:
		return "", none, misuse("the picture shows several codes", "give the one that was shown at the desk, alone")
	case codes[0].trouble != "":
		text, next := words.Say(p.lang, codes[0].trouble)
		return "", none, failure(strings.TrimSuffix(text, "."), strings.TrimSuffix(next, "."))
	}
	trip := verify.Direct(c.from, c.via, r.To, r.At)
	trip.Legs[len(trip.Legs)-1].Region = r.Region
	if c.trip != "" {
		if c.from != "" || len(c.via) > 0 {
			return "", none, misuse("--trip stands for --from and --via", "leave them out, or leave out --trip")
		}
		if trip, err = readTrip(c.trip); err != nil {
			return "", none, err
		}
	}
	for _, country := range append([]string{c.from}, c.via...) {
		if country != "" && !isCountry(country) {
			return "", none, misuse(quote(country)+" is no country", "two capital letters, for example --from CH; XA to XZ are for exercises")
		}
	}
	var passport *mrz.Document
	if c.passport != "" {
		d, err := passportLines(c.passport)
		if err != nil {
			return "", none, err
		}
		passport = &d
	}
	return codes[0].input, r.Replay(w, strings.TrimRight(codes[0].text, "\r\n"), trip, passport), nil
}

// maxReceipt is the longest text that is taken for a receipt, in bytes.
const maxReceipt = 64 << 10

const receiptBegins = "pratique-receipt/"

// readReceipt finds the text of a receipt. Line ends of other systems, and one
// that was lost at the end, are mended: the signature covers what stands in it.
func (p *program) readReceipt(arg string) ([]byte, error) {
	var data []byte
	var err error
	switch {
	case arg == "-":
		data, err = readAll(p.in, maxFile)
	case strings.HasPrefix(arg, receiptBegins):
		data = []byte(arg)
	default:
		data, err = readFile(arg, maxFile)
	}
	if err != nil {
		return nil, failure("opening "+quote(arg)+": "+cause(err), "a receipt is a picture, a text file, or the text itself, which begins with "+receiptBegins)
	}
	if isPicture(data) {
		texts, _ := scanPicture(data)
		i := slices.IndexFunc(texts, func(s string) bool { return strings.HasPrefix(s, receiptBegins) })
		if i < 0 {
			return nil, failure("there is no receipt in the picture "+quote(arg), "take the picture from closer, flat, with the whole code in it; or give the text")
		}
		data = []byte(texts[i])
	}
	if len(data) > maxReceipt {
		return nil, failure(quote(arg)+" is too long for a receipt", "give the receipt alone")
	}
	return []byte(strings.TrimRight(strings.ReplaceAll(textOf(data), "\r\n", "\n"), "\n") + "\n"), nil
}

func notAReceipt(arg string, text []byte, err error) error {
	if format.Identify(string(text)) == format.HC1 {
		return misuse("this is a health code, not a receipt", "the receipt comes first, then the code: `pratique receipt check RECEIPT CODE`")
	}
	what := strings.TrimPrefix(err.Error(), verify.ErrReceipt.Error()+": ")
	if !strings.HasPrefix(string(text), receiptBegins) {
		what = "its first line is not that of a receipt"
	}
	return failure(quote(inputName(arg, 1))+" is no receipt: "+what, "give it as the desk did: its picture, or its text unchanged")
}

// inputName names an argument, without repeating a text that was given.
func inputName(arg string, n int) string {
	switch {
	case arg == "-":
		return "standard input"
	case strings.HasPrefix(arg, receiptBegins):
		return "argument " + string(rune('0'+n))
	}
	if _, err := os.Stat(arg); err != nil && len(arg) > 80 {
		return "argument " + string(rune('0'+n))
	}
	return arg
}

// unsaid are the reasons why a receipt is not authentic, or why nobody can say.
func unsaid(r verify.Receipt, err error) (code string, params []words.Param, unknown bool) {
	to, at := words.Place("to", r.To), words.Moment("time", r.Time)
	switch {
	case errors.Is(err, verify.ErrReceiptVersion):
		return "receipt_later", nil, true
	case errors.Is(err, verify.ErrReceiptUnsigned):
		return "receipt_unsigned", nil, false
	case errors.Is(err, trust.ErrUnknownKey):
		return "receipt_signer_missing", []words.Param{to}, true
	case errors.Is(err, verify.ErrReceiptUse):
		return "receipt_key_use", nil, false
	case errors.Is(err, verify.ErrReceiptCountry):
		return "receipt_key_country", []words.Param{to}, false
	case errors.Is(err, verify.ErrReceiptTime):
		return "receipt_key_time", []words.Param{at}, false
	}
	return "receipt_changed", nil, false
}

func receiptShowCommand() *command {
	var asJSON bool
	var lang string
	return &command{
		use:   "show RECEIPT",
		short: "what a receipt says, although nobody checked who gave it",
		long:  "Show prints what a receipt says, after a line that says that it was NOT VERIFIED: anybody can write such a text. To rely on it: `pratique receipt check`.",
		example: `$ pratique receipt show receipt.png
$ pratique receipt show --json receipt.txt`,
		flags: func(f *pflag.FlagSet) {
			f.BoolVar(&asJSON, "json", false, "print one JSON object")
			f.StringVar(&lang, "lang", "", "the `LANGUAGE`: en or fr (default that of the environment)")
		},
		choices: map[string][]string{"lang": words.Languages()},
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one receipt", "`pratique receipt show RECEIPT`")
			}
			pr, err := (&asked{lang: lang, json: asJSON}).printer(p)
			if err != nil {
				return err
			}
			text, err := p.readReceipt(args[0])
			if err != nil {
				return err
			}
			r, err := verify.ParseReceipt(text)
			if errors.Is(err, verify.ErrReceiptVersion) {
				said, next := words.Say(pr.lang, "receipt_later")
				return failure(strings.TrimSuffix(said, "."), strings.TrimSuffix(next, "."))
			}
			if err != nil {
				return notAReceipt(args[0], text, err)
			}
			pr.receiptShown(p, r, inputName(args[0], 1))
			return nil
		},
	}
}
