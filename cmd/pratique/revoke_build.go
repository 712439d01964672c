package main

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/revoke"
)

// compaction is how the layers of a list are made.
type compaction struct {
	population, issued, scheme, output string
	json                               bool
}

func revokeBuildCommand() *command {
	var b compaction
	return &command{
		use:   "build --population FILE --issued-until MOMENT LIST",
		short: "make a long list small, without false answers",
		long: `Build takes up the entries of a list into layers: filters over all that you issued, which answer rightly for each of these certificates and take little more than the fewest bits that can say it. 100,000 withdrawn out of ten million take 108 kB in place of 8 MB. Nobody but the issuer can build them: nobody else knows all that was issued.

The population is a text file with a line for each certificate: its identifier, or the handle that ` + "`pratique revoke add`" + ` writes (32 hex digits). It stays with you: of what is in it and not withdrawn, the list says nothing but how many there are. Every line must be there again the next time, in any case the same number of them.

With a list that has layers, build takes up what was added since then in further ones, over the same population: a day's thousand withdrawals take 2 kB. Where the population has grown, begin from a list of all entries.`,
		example: `$ pratique revoke build --population issued.txt --issued-until 2026-11-01T00:00:00Z norland.txt -o small.txt
$ pratique revoke show small.txt`,
		choices: map[string][]string{"scheme": {string(revoke.ByCountryID), string(revoke.ByID), string(revoke.BySignature), string(revoke.ByRID)}},
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&b.population, "population", "", "the `FILE` with all that was issued")
			f.StringVar(&b.issued, "issued-until", "", "the `MOMENT` up to which it is all")
			f.StringVar(&b.scheme, "scheme", string(revoke.ByCountryID), "by `WHAT` certificates are known; identifiers go with by-country-uci and by-uci")
			f.StringVarP(&b.output, "output", "o", "", "the `FILE` to write; else standard output")
			f.BoolVar(&b.json, "json", false, "with -o: print what was built as one JSON object")
		},
		run: func(p *program, args []string) error {
			switch {
			case len(args) != 1:
				return misuse("name one list", "`pratique revoke build --population FILE --issued-until MOMENT LIST`")
			case b.population == "" || b.issued == "":
				return misuse("layers are over all that was issued up to a moment", "--population FILE --issued-until MOMENT")
			}
			return p.buildLayers(b, args[0])
		},
	}
}

func (p *program) buildLayers(b compaction, name string) error {
	issued, err := moment("--issued-until", b.issued)
	if err != nil {
		return err
	}
	l, err := readWithdrawals(name)
	if err != nil {
		return err
	}
	if issued.After(p.now()) {
		return misuse("--issued-until is in the future", "what will be issued until then is not in the population")
	}
	all := &issuedFile{name: b.population, scheme: revoke.Scheme(b.scheme), country: l.Country}
	for range all.handles { // counts, and finds what is wrong before anything long is begun
		all.count++
	}
	if all.err != nil {
		return all.err
	}
	before := len(l.Entries())
	err = l.Compact(revoke.Population{Scheme: all.scheme, Count: all.count, Issued: issued.UTC()}, all.handles)
	switch {
	case all.err != nil:
		return all.err
	case errors.Is(err, revoke.ErrUnsolved):
		return failure("no filter was found", "two lines of the population are equal, or are no hashes; take care that each certificate has one line")
	case errors.Is(err, revoke.ErrPopulation), errors.Is(err, revoke.ErrLayers):
		return failure(err.Error(), "keep a list with all entries, and build from it; the list here is as it was")
	case err != nil:
		return failure(err.Error(), "look at the population and the list; nothing was written")
	}
	if err := p.deliver(b.output, []byte(l.String())); err != nil {
		return err
	}
	if b.output == "" || b.output == "-" {
		return nil
	}
	if b.json {
		p.showWithdrawals(l, true)
		return nil
	}
	layers, bytes := l.Layers()
	fmt.Fprintf(p.out, "built  %d layers of %d bytes for %d of %d; %d entries stay\n", layers, bytes, before-len(l.Entries()), all.count, len(l.Entries()))
	return nil
}

// issuedFile is a population in a file, read anew in each run.
type issuedFile struct {
	name    string
	scheme  revoke.Scheme
	country string
	count   int
	err     error
}

// maxIssuedLine is the longest line of a population.
const maxIssuedLine = 256

// handles gives the handle of each line. It stops at the first that is wrong.
func (f *issuedFile) handles(yield func([16]byte) bool) {
	file, err := os.Open(f.name)
	if err != nil {
		f.err = failure("opening "+quote(f.name)+": "+cause(err), "name the file with all that was issued, one a line")
		return
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(make([]byte, 0, 64<<10), maxIssuedLine)
	n := 0
	for lines.Scan() {
		n++
		text := strings.TrimSpace(lines.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		h, ok := f.handle(text)
		if !ok {
			f.err = failure(fmt.Sprintf("%s: line %d is no handle of the scheme %s", quote(f.name), n, f.scheme), "a handle has 32 hex digits; identifiers go with --scheme by-country-uci and by-uci")
			return
		}
		if !yield(h) {
			return
		}
	}
	if err := lines.Err(); err != nil {
		f.err = failure(fmt.Sprintf("%s: after line %d: %s", quote(f.name), n, cause(err)), fmt.Sprintf("a line has at most %d bytes", maxIssuedLine))
	}
}

func (f *issuedFile) handle(text string) (h [16]byte, ok bool) {
	if len(text) == 32 && text == strings.ToLower(text) {
		if _, err := hex.Decode(h[:], []byte(text)); err == nil {
			return h, true
		}
	}
	for _, k := range revoke.Handles(identified(f.country, text)) {
		if k.Scheme == f.scheme {
			return k.Hash, true
		}
	}
	return h, false
}
