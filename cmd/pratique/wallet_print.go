package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/wallet"
)

func walletPrintCommand() *command {
	var k keeping
	var o wallet.Options
	var output string
	return &command{
		use:   "print [flags] FILE -o sheet.html|sheet.png",
		short: "a sheet with all codes, for people without a telephone",
		long: `Print makes pages of A4 for each person: every code, large enough to be scanned from paper, with what it is, until when, from whom, and who learns what from it; then what the person declares. No code lies on the fold to A5. There is no answer on it: answers grow old. The name is on it only if you want it.

An .html file prints from any browser and is read by screen readers; it fetches nothing. A .png file has 200 dots an inch and prints without a browser; its letters are Latin, Greek and Cyrillic, other scripts need the .html. Print either at full size (100 %).

` + "`pratique wallet add`" + ` reads a photograph of the sheet back.`,
		example: `$ pratique wallet print family.wallet --person Anna -o anna.html
$ pratique wallet print family.wallet --name --lang fr -o family.png`,
		flags: func(f *pflag.FlagSet) {
			k.flags(f)
			f.StringArrayVar(&o.People, "person", nil, "one person alone, by the `LABEL`; may be repeated")
			f.BoolVar(&o.Name, "name", false, "print the name of the person, as stated or as a certificate has it")
			f.BoolVar(&o.Document, "document", false, "put the passport's number and the birth date into the code at the head, so that they come back with the rest")
			f.StringVarP(&output, "output", "o", "", "the `FILE` to write: .html, or .png, of which each page has its own")
		},
		choices: langChoices,
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one wallet", "`pratique wallet print FILE -o sheet.html`")
			}
			kind := strings.ToLower(filepath.Ext(output))
			if kind != ".html" && kind != ".png" {
				return misuse("say where the sheet goes", "-o sheet.html, to print from a browser, or -o sheet.png")
			}
			w, err := k.open(p, args[0])
			if err != nil {
				return err
			}
			o.Lang, o.At = w.lang, p.now()
			s, err := wallet.Print(w.File, o)
			if err != nil {
				return walletFault(err)
			}
			if len(s.Pages) == 0 {
				return failure("the wallet holds nobody: there is nothing to print", "`pratique wallet add` puts something in")
			}
			for _, i := range s.Left {
				p.warn("%s %s is longer than any code can hold, and is not on the sheet", i.Kind, i.ID())
			}
			return p.printSheet(s, output, kind, k.json)
		},
	}
}

// printSheet writes a sheet to its file or files.
func (p *program) printSheet(s wallet.Sheet, output, kind string, asJSON bool) error {
	var files []string
	write := func(name string, data []byte) error {
		if err := writeNew(name, data, 0o600); err != nil {
			return failure("writing "+quote(name)+": "+cause(err), "name another file by -o; nothing is overwritten")
		}
		files = append(files, name)
		return nil
	}
	if kind == ".html" {
		if err := write(output, s.HTML()); err != nil {
			return err
		}
	} else {
		d, err := newDrawer()
		if err != nil {
			return err
		}
		for i, page := range s.Pages {
			name := output
			if len(s.Pages) > 1 {
				name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(output, filepath.Ext(output)), i+1, filepath.Ext(output))
			}
			if err := write(name, d.page(s, page)); err != nil {
				return err
			}
		}
		if d.missing {
			p.warn("the picture has no letters for all of this text: print the .html instead")
		}
	}
	codes := 0
	for _, page := range s.Pages {
		codes += len(page.Cells) - 1
	}
	if asJSON {
		p.out.Write(jsonLine(struct {
			V     int      `json:"v"`
			Files []string `json:"files"`
			Pages int      `json:"pages"`
			Codes int      `json:"codes"`
			Left  int      `json:"left"`
		}{1, files, len(s.Pages), codes, len(s.Left)}))
		return nil
	}
	for _, f := range files {
		fmt.Fprintf(p.out, "%-9s%s\n", "wrote", f)
	}
	fmt.Fprintf(p.out, "%-9s%s with %s, in modules of %.2f mm: print it at full size (100 %%)\n", "sheet", countOf(len(s.Pages), "page", "pages"), countOf(codes, "code", "codes"), wallet.Module)
	return nil
}
