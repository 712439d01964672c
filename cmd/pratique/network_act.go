package main

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/act"
)

func networkActCommand() *command {
	var a act.Act
	var document, id, until, output string
	var version int64
	var c ceremony
	return &command{
		use:   "act --network NAME --by COUNTRY --number N FILE",
		short: "write a statement of a country, for its signers to sign",
		long: `Act makes a statement out of a text that says what is stated, in the form of docs/network.md: recognise, key, laboratory, lane, limit, end.

With --document it publishes a file by its hash instead: rules, values, areas, withdrawals, commitment, bundle. The file is checked as everybody will check it: rules that read who a person is, lists of areas with too few people and withdrawals without reason or appeal are refused here.

The number is that of the country's next act: they count from 1, without gaps.`,
		example: `$ pratique network act --network trust.example/log --by XB --number 1 recognise-xa.txt -o act-1.txt
$ pratique network act --network trust.example/log --by XB --number 2 --document rules --id entry --version 1 --until 2027-06-01T00:00:00Z sudmark.json -o act-2.txt
$ pratique network sign --key xb-1.key act-1.txt -o act-1-1.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&a.Network, "network", "", "the `NAME` of the network's log")
			f.StringVar(&a.By, "by", "", "the `COUNTRY` that states it; root for the keyholders")
			f.Int64Var(&a.Number, "number", 0, "the number of its next act: `NUMBER`")
			f.StringVar(&document, "document", "", "publish the file as one of this `CLASS`")
			f.StringVar(&id, "id", "main", "what the document is called from version to version: `NAME`")
			f.Int64Var(&version, "version", 1, "its version: `NUMBER`")
			f.StringVar(&until, "until", "", "the `MOMENT` until which the document counts")
			f.StringVarP(&output, "output", "o", "", "the `FILE` to write; else standard output")
			c.flag(f)
		},
		choices: map[string][]string{"document": {"rules", "values", "areas", "withdrawals", "commitment", "bundle"}},
		run: func(p *program, args []string) error {
			if len(args) != 1 || a.Network == "" || a.Number < 1 || !isCountry(a.By) && a.By != act.ByRoot {
				return misuse("name one file, the network, the country and the number of its act", "`pratique network act --network trust.example/log --by XB --number 1 FILE`")
			}
			a.Issued = p.now().UTC()
			var text []byte
			var err error
			if document != "" {
				text, err = p.documentAct(a, act.Class(document), id, version, until, args[0])
			} else {
				text, err = blockAct(a, args[0])
			}
			if err != nil {
				return err
			}
			if err := p.deliver(output, text); err != nil || output == "" || output == "-" {
				return err
			}
			stated, err := act.Parse(text)
			if err != nil {
				return err
			}
			c.say(p, "made", output+" (not signed)")
			sayAct(p, &c, stated, text)
			c.say(p, "next", "each signer: `pratique network sign --key KEY "+output+"`")
			return c.done(p)
		},
	}
}

// documentAct publishes a file that may be published.
func (p *program) documentAct(a act.Act, class act.Class, id string, version int64, until, name string) ([]byte, error) {
	if until == "" {
		return nil, misuse("a document ends", "--until says when")
	}
	end, err := moment("--until", until)
	if err != nil {
		return nil, err
	}
	content, err := readFile(name, 128<<20)
	if err != nil {
		return nil, failure("reading "+quote(name)+": "+cause(err), "name the file that is to be published")
	}
	d, err := act.Describe(class, id, version, end, content)
	if err == nil && class == act.Commitment {
		d.AsOf = a.Issued
	}
	if err == nil {
		err = act.CheckContent(a.By, d, content)
	}
	if err != nil {
		return nil, failure("the file "+quote(name)+" may not be published: "+refusalText(err), "whoever takes it in checks the same: mend the file")
	}
	a.Body = d
	text, err := a.Sign(rand.Reader)
	if err != nil {
		return nil, failure("the document cannot be stated: "+plainAct(err), "--document is rules, values, areas, withdrawals, commitment or bundle; --id is one word")
	}
	return text, nil
}

// blockAct makes an act of a text that has what is stated.
func blockAct(a act.Act, name string) ([]byte, error) {
	block, err := readText(name, act.MaxSize)
	if err != nil {
		return nil, failure("reading "+quote(name)+": "+cause(err), "name the text that says what is stated")
	}
	// The head as acts are written, from one that states something short.
	a.Body = act.End{Kind: "party", ID: "XA", Reason: "x"}
	b, err := a.Bytes()
	if err != nil {
		return nil, failure("the statement cannot be written: "+plainAct(err), "the network, the country and the number are each of one line")
	}
	head, _, _ := strings.Cut(string(b), "\n\n")
	text := []byte(head + "\n\n" + strings.TrimRight(block, "\n") + "\n")
	if _, err := act.Parse(text); err != nil {
		hint := "its first line says the kind, such as recognise XA; the fields follow, each after two spaces, in the order of docs/network.md"
		if errors.Is(err, act.ErrNewer) {
			hint = "look for a misspelt word; " + hint
		}
		return nil, failure("the text "+quote(name)+": "+plainAct(err), hint)
	}
	return text, nil
}

func plainAct(err error) string {
	s := err.Error()
	for _, lead := range []string{"reading act: ", "writing act: ", "not a text of this kind: "} {
		s = strings.TrimPrefix(s, lead)
	}
	return s
}

// documentOf is the content that an act names, if one of the files is it.
func (j *networkJudge) documentOf(f networkFile) (act.Document, string, bool) {
	h := sha256.Sum256(f.data)
	for _, o := range j.all {
		if o.act == nil {
			continue
		}
		if d, ok := o.act.Body.(act.Document); ok && d.Hash == fmt.Sprintf("%x", h) {
			return d, o.act.By, true
		}
	}
	return act.Document{}, "", false
}
