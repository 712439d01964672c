package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/issue/print"
	"github.com/pratique/pratique/words"
)

// printing are the flags of print.
type printing struct {
	paper
	relied
	output []string
	notice string
}

func printCommand() *command {
	v := &printing{}
	return &command{
		use:   "print [flags] CODE -o FILE",
		short: "a code on paper: to fold, as a card, a label or a receipt, or as a page that is read aloud",
		long: `Print lays a code out for a person to keep: the code, whose it is, what it certifies, in two languages; and with room for it, what the code holds, who can read it, and whom to ask.

A .pdf has a --layout: fold (A4, folded twice), card (as bank cards), label (62 x 100 mm) or receipt (80 mm wide). A .png is the same page in black and white, for printers of labels and receipts. An .html is the same content for a browser, or to be read aloud. Nothing is fetched by either. Print them at full size (100 %).

The paper says NOT VERIFIED, unless --trust names the keys that you rely on and the code is authentic, in force and not withdrawn: then it says when that was checked. Its own code is what others check.

The languages are English, French, and those of which nobody has reviewed the translation yet, which the paper says. English or French always stands beside them, as the International Health Regulations ask.

--notice KIND prints what a person should read before such a certificate is issued: test, vaccination or recovery.`,
		example: `$ pratique print code.png -o paper.pdf
$ pratique print --trust norland.pem --layout card code.png -o card.pdf
$ pratique print --language ar --fonts /usr/share/fonts code.png -o paper.pdf -o paper.html
$ pratique print --layout receipt code.txt -o receipt.png
$ pratique print --notice test --language fr`,
		flags: func(f *pflag.FlagSet) {
			f.StringArrayVarP(&v.output, "output", "o", nil, "the `FILE` to write: .pdf, .html or .png; may be repeated")
			v.paper.flags(f)
			f.StringVar(&v.notice, "notice", "", "print what is read before a certificate of this `KIND` is issued: test, vaccination or recovery")
			v.relied.flags(f)
		},
		choices: map[string][]string{"layout": layoutNames(), "language": paperLanguages(), "notice": noticeKinds},
		run:     v.run,
	}
}

var noticeKinds = []string{"test", "vaccination", "recovery"}

func (v *printing) run(p *program, args []string) error {
	page, err := v.paper.open()
	if err != nil {
		return err
	}
	if v.notice != "" {
		return v.before(p)
	}
	switch {
	case len(args) != 1:
		return misuse("name one code", "a picture or a text file, or - for standard input")
	case len(v.output) == 0:
		return misuse("say where the paper goes", "-o paper.pdf, or .html, or .png")
	}
	for _, out := range v.output {
		if kind := strings.ToLower(filepath.Ext(out)); kind != ".png" && !slices.Contains(paperKinds, kind) {
			return misuse("no paper is made for "+quote(out), "the name must end in .pdf, .html or .png; the code alone is made by `pratique issue`")
		}
	}
	found, broken := p.readEvery(args)
	if broken != nil {
		return broken
	}
	if len(found) != 1 {
		return failure("there are "+strconv.Itoa(len(found))+" codes in "+quote(args[0]), "print one at a time; `pratique wallet print` prints all that somebody holds")
	}
	sheet, how, err := v.sheet(p, page, found[0])
	if err != nil {
		return err
	}
	for _, out := range v.output {
		data, err := page.file(sheet, strings.ToLower(filepath.Ext(out)))
		if err != nil {
			return err
		}
		if err := p.deliver(out, data); err != nil {
			return err
		}
	}
	fmt.Fprintf(p.out, "%-8s %s\n", "code", how)
	for _, out := range v.output {
		fmt.Fprintf(p.out, "%-8s %s\n", "wrote", out)
	}
	return nil
}

// sheet reads a code and, where somebody is relied on, checks it.
func (v *printing) sheet(p *program, page *pages, c code) (*print.Sheet, string, error) {
	o := print.Options{At: p.now()}
	if !v.relied.given() {
		opened := open(c)
		if opened.Certificate == nil {
			return nil, "", failure(quote(c.input)+": there is no certificate in it that can be read", "`pratique read` says what it is")
		}
		p.warn("nobody checked this code, and the paper says so: name the keys that you rely on by --trust")
		sheet, err := page.sheet(c.text, opened.Certificate, o)
		return sheet, "NOT VERIFIED", err
	}
	w, err := v.relied.world(p, nil, "")
	if err != nil {
		return nil, "", err
	}
	u, err := authentic(p, w, c)
	if err != nil {
		return nil, "", err
	}
	s, err := u.Verify(w.Keys)
	if err != nil {
		return nil, "", err
	}
	o.Checked, o.Country, o.Demo = p.now(), s.Key.Country, s.Key.Demo
	sheet, err := page.sheet(c.text, s.Certificate, o)
	return sheet, "authentic, by a key of " + words.Country("en", printable(s.Key.Country)), err
}

// before prints what is read before a certificate is issued, in the language of
// the person and in one that was reviewed.
func (v *printing) before(p *program) error {
	if !slices.Contains(noticeKinds, v.notice) {
		return misuse("there is no notice for "+quote(v.notice), "there are "+strings.Join(noticeKinds, ", "))
	}
	langs := []string{v.language}
	if slices.Contains(words.Drafts(), v.language) {
		langs = append(langs, words.Languages()[0])
	}
	for i, lang := range langs {
		if i > 0 {
			p.out.WriteString("\n")
		}
		for n, text := range print.Notice(lang, cert.Kind(v.notice)) {
			if n > 0 {
				text = "- " + text
			}
			p.out.WriteString(text + "\n")
		}
	}
	return nil
}
