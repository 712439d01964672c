package main

import (
	"crypto"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/trust"
)

// signing are the flags by which an office signs something about the holder of
// a document.
type signing struct {
	relied
	key, passphrase, passport, at string
	output                        []string
	json                          bool
}

func (s *signing) flags(f *pflag.FlagSet) {
	f.StringVar(&s.key, "key", "", "the office's `KEY` file to sign with")
	f.StringVar(&s.passphrase, "passphrase", "", "the `FILE` with the passphrase of a sealed key; else it is asked for")
	f.StringVar(&s.passport, "mrz", "", "the machine-readable lines of the person's document, or a file with them; they do not enter the code: `FILE|LINES`")
	f.StringVar(&s.at, "at", "", "the `MOMENT` of it, with the offset of the place; else now")
	s.relied.flags(f)
	f.StringArrayVarP(&s.output, "output", "o", nil, "the `FILE` to write: .png, .svg or .txt, - for the text; may be repeated; else it is drawn")
	f.BoolVar(&s.json, "json", false, "print JSON about the code, with its text")
}

// office opens what an office needs to sign a use: its key, the person's
// document, and the keys that it relies on, its own among them.
type office struct {
	history.Office
	holder history.Holder
	at     time.Time
	key    *keys.Key
	keys   *trust.Keys
}

func (s *signing) open(p *program, use trust.Use) (office, error) {
	var o office
	if s.key == "" {
		return o, misuse("a "+string(use)+" is signed with a key", "name the key file: --key KEY; `pratique key new --demo --uses "+string(use)+"` makes one for exercises")
	}
	if s.passport == "" {
		return o, misuse("a "+string(use)+" is for the holder of a document", "give the lines at the foot of the passport's page: --mrz FILE|LINES; they do not enter the code")
	}
	if err := badOutput(s.output); err != nil {
		return o, err
	}
	o.at = p.now()
	var err error
	if s.at != "" {
		if o.at, err = moment("--at", s.at); err != nil {
			return o, err
		}
	}
	if o.at.After(p.now().Add(history.Skew)) {
		return o, misuse("--at lies in the future, and a signature says what was", "give the moment at which it was decided, or leave it out")
	}
	d, err := passportLines(s.passport)
	if err != nil {
		return o, err
	}
	o.holder = holderOfDocument(d)
	if o.keys, err = s.relied.known(p); err != nil {
		return o, err
	}
	if o.key, err = p.openKey(s.key, s.passphrase); err != nil {
		return o, err
	}
	o.Signer, o.Key = o.key.Signer, o.key.Public()
	o.keys.Add(o.Key)
	for _, k := range o.keys.Find(o.Key.ID) {
		if same, ok := k.Public.(interface{ Equal(crypto.PublicKey) bool }); ok && same.Equal(o.Key.Public) && k.Country == o.Key.Country {
			o.Key = k // with what its country's list says of it
		}
	}
	if !o.Key.Uses.Allows(use) {
		return o, misuse("the key may not sign a "+string(use)+": it is one "+signsFor(o.Key.Uses),
			"`pratique key new --uses "+string(use)+"` makes one that may; or the country's list, in --trust, names it")
	}
	return o, nil
}

func signsFor(u trust.Uses) string {
	if u.Any && len(u.Of) == 0 {
		return "for health certificates"
	}
	return "for " + usesText(u)
}

// known reads the keys that the files of --trust name, if any.
func (r *relied) known(p *program) (*trust.Keys, error) {
	s, err := r.read(p)
	if err != nil {
		return nil, err
	}
	known := new(trust.Keys)
	c, _ := p.contents(s)
	if s.bundle != nil {
		c = beside(s.bundle.Contents, c)
	}
	for _, k := range c.Keys {
		known.Add(k)
	}
	return known, nil
}

// holderOfDocument is by what stamps and notices know the holder of a document.
func holderOfDocument(d mrz.Document) history.Holder {
	h := history.Holder{Number: d.Number, Country: d.Issuer}
	part := func(i int) (int, bool) {
		n, err := strconv.Atoi(string(d.Birth)[2*i : 2*i+2])
		return n, err == nil
	}
	if len(d.Birth) != 6 {
		return h
	}
	var b [3]int
	for i := range b {
		n, ok := part(i)
		if i == 0 && ok {
			n += 2000 // any century: of the year, two digits count
		}
		b[i] = n
	}
	h.Birth = cert.Date{Year: int16(b[0]), Month: int8(b[1]), Day: int8(b[2])}
	return h
}

// deliver writes a code of an office to where it was asked for, and says what it is.
func (s *signing) deliver(p *program, o office, what, text string, until time.Time) error {
	code := made{text: text, file: text + "\n", level: qr.M, demo: o.key.Demo()}
	symbol, width, err := p.write(code, s.output)
	if err != nil {
		return err
	}
	if s.json {
		p.out.Write(jsonLine(struct {
			V     int       `json:"v"`
			What  string    `json:"what"`
			Text  string    `json:"text"`
			At    time.Time `json:"at"`
			Until time.Time `json:"until"` // of the signature
			Demo  bool      `json:"demo"`
			Files []string  `json:"files"`
		}{1, what, text, o.at, until, o.key.Demo(), append([]string{}, s.output...)}))
		return nil
	}
	if len(s.output) == 0 {
		if err := p.show(code); err != nil || !p.look.terminal {
			return err
		}
	}
	if slices.Contains(s.output, "-") {
		return nil
	}
	fmt.Fprintf(p.out, "%-8s %s, %d characters, %d modules, print it %.0f mm wide or more\n", "signed", what, len(text), symbol.Size(), width)
	fmt.Fprintf(p.out, "%-8s from %s until %s\n", "good", isoMoment(o.at), isoMoment(until))
	for _, out := range s.output {
		fmt.Fprintf(p.out, "%-8s %s\n", "wrote", out)
	}
	return nil
}

// officeFault says why an office could not sign.
func officeFault(err error) error {
	e, ok := errors.AsType[*history.Error](err)
	if !ok {
		return failure(err.Error(), "look at the command's --help")
	}
	switch e.Code {
	case history.KeyNotInForce:
		return misuse(e.Err.Error(), "look at the key's dates: `pratique key show`, and at --at and --until")
	case history.OtherHolder:
		return misuse(e.Err.Error(), "give the document's own lines: --mrz")
	case history.Malformed:
		return misuse("one of the texts or moments cannot stand in the code", "texts are of one line; a port is up to 8 capitals and digits; offsets are whole minutes; `--help` has the rest")
	}
	return failure(e.Err.Error(), "look at the key: `pratique key show`")
}

// seenFault says why a code that was shown to an office does not count.
func seenFault(what string, err error) error {
	e, ok := errors.AsType[*history.Error](err)
	if !ok {
		return failure(what+": "+err.Error(), "look at the code itself")
	}
	hint := "look at the code and at who shows it"
	switch e.Code {
	case history.UnknownSigner, history.UnknownAlgorithm:
		hint = "name the list of keys of its country: --trust FILE|DIR"
	case history.NotACode, history.WrongContent:
		hint = "`pratique read` says what it is"
	}
	return &fault{exitRed, what + ": " + sayCode(e.Code), []string{hint}}
}

// sayCode is a code of package history as words.
func sayCode(c history.Code) string { return strings.ReplaceAll(string(c), "_", " ") }

// handle is how a hash is written, which names a stamp or a notice; empty where
// it names nothing.
func handle(h history.Hash) string {
	if h == (history.Hash{}) {
		return ""
	}
	return hex.EncodeToString(h[:])
}

// oneCode reads the one code of an argument.
func (p *program) oneCode(flag, arg string) (string, error) {
	codes, err := p.readCodes(arg, 1)
	switch {
	case err != nil:
		return "", err
	case len(codes) != 1 || codes[0].trouble != "":
		return "", failure("there is not one code in what "+flag+" names", "give a picture of the code alone, or its text")
	}
	return strings.Trim(codes[0].text, "\r\n"), nil
}
