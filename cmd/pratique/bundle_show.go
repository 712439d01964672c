package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

func bundleCheckCommand() *command {
	var r relied
	var asJSON bool
	return &command{
		use:   "check --pin KEY FILE",
		short: "may this bundle be relied on?",
		long:  "Check verifies that a pinned key signed the bundle, that it is whole, that this program knows all of it that matters, and how long it is good. With --last it must not be older than the last one. It exits 0 if the bundle is good, 3 if it is due for renewal, 4 if it has ended or needs a later program, and 5 if it is refused.",
		example: `$ pratique bundle check --pin ministry.pem border.bundle
$ pratique bundle check --pin ministry.pem --last last.txt border.bundle`,
		flags: func(f *pflag.FlagSet) {
			f.StringArrayVar(&r.pins, "pin", nil, "a `FILE` with the public key that signs the bundle, or its FINGERPRINT; may be repeated")
			f.StringVar(&r.last, "last", "", "a `FILE` that remembers the last bundle; an older one is refused")
			f.BoolVar(&asJSON, "json", false, "print one JSON object")
		},
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one bundle", "`pratique bundle check --pin KEY border.bundle`")
			}
			r.bundle = args[0]
			pins, err := r.pinned()
			if err != nil {
				return err
			}
			b, err := r.opened(p, pins)
			if err != nil {
				return err
			}
			colour := p.standing(b)
			p.tellBundle(b, args[0], &colour, asJSON)
			return verdict(colour)
		},
	}
}

// standing says whether a bundle can be relied on now: amber, if it is due.
func (p *program) standing(b *bundle.Bundle) verify.Colour {
	switch now := p.now(); {
	case now.After(b.Hard), now.Before(b.AsOf), b.Unknown(builtFrom().Version) != "":
		return verify.Grey
	case now.After(b.Soft):
		return verify.Amber
	}
	return verify.Green
}

func bundleShowCommand() *command {
	var asJSON bool
	return &command{
		use:   "show FILE",
		short: "what a bundle says of itself and holds; verifies nothing",
		long:  "Show prints what stands in a bundle. Nobody's signature is verified: for that there is check.",
		example: `$ pratique bundle show border.bundle
$ pratique bundle show --json border.bundle

# the bundle that is in this program, for exercises
$ pratique bundle show demo`,
		flags: func(f *pflag.FlagSet) { f.BoolVar(&asJSON, "json", false, "print one JSON object") },
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one bundle", "`pratique bundle show FILE`")
			}
			b, err := shown(args[0])
			if err != nil {
				return err
			}
			p.tellBundle(b, args[0], nil, asJSON)
			return nil
		},
	}
}

// shown opens a bundle to be looked at.
func shown(name string) (*bundle.Bundle, error) {
	if name == demoBundle {
		return (&relied{bundle: name}).opened(nil, nil)
	}
	data, err := readBundle(name)
	if err != nil {
		return nil, err
	}
	u, err := bundle.Parse(data)
	if err != nil {
		return nil, badBundle(name, err)
	}
	b, err := u.SkipVerification()
	if err != nil {
		return nil, badBundle(name, err)
	}
	b.By = u.Signers()
	return b, nil
}

// saidBundle is a bundle in JSON.
type saidBundle struct {
	V            int              `json:"v"`
	Input        string           `json:"input"`
	Verified     bool             `json:"verified"`
	Standing     string           `json:"standing,omitempty"` // good, due, ended, unknown
	Series       string           `json:"series"`
	Jurisdiction string           `json:"jurisdiction"`
	Digest       string           `json:"digest"`
	Bytes        int              `json:"bytes"`
	AsOf         time.Time        `json:"as_of,omitzero"`
	Covers       time.Time        `json:"covers,omitzero"`
	Soft         time.Time        `json:"soft_expiry,omitzero"`
	Hard         time.Time        `json:"hard_expiry,omitzero"`
	Program      string           `json:"program,omitempty"`
	Demo         bool             `json:"demo,omitempty"`
	Note         string           `json:"note,omitempty"`
	Signers      []string         `json:"signers"`
	Sections     []bundle.Section `json:"sections"`
	Keys         int              `json:"keys"`
	Recognitions int              `json:"recognitions"`
	Rules        []string         `json:"rules"`
	Withdrawals  []string         `json:"withdrawals"`
	Areas        int              `json:"areas"`
	Unknown      string           `json:"unknown,omitempty"`
}

// tellBundle prints a bundle; standing is nil if nobody verified it.
func (p *program) tellBundle(b *bundle.Bundle, name string, standing *verify.Colour, asJSON bool) {
	word := map[bool]string{true: "NOT VERIFIED"}[standing == nil]
	unknown := b.Unknown(builtFrom().Version)
	if standing != nil {
		word = map[verify.Colour]string{verify.Green: "good", verify.Amber: "due", verify.Grey: "ended"}[*standing]
		switch {
		case unknown != "":
			word = "unknown"
		case p.now().Before(b.AsOf):
			word = "future"
		}
	}
	if asJSON {
		v := saidBundle{V: 1, Input: name, Verified: standing != nil, Series: b.Series(), Jurisdiction: b.Jurisdiction, Digest: b.Digest, Bytes: b.Size,
			AsOf: b.AsOf, Covers: b.Manifest.Covers, Soft: b.Soft, Hard: b.Hard, Program: b.Program, Demo: b.Manifest.Demo, Note: b.Note, Signers: slices.Concat([]string{}, b.By),
			Sections: slices.Concat([]bundle.Section{}, b.Sections), Keys: len(b.Keys), Recognitions: len(b.Recognitions), Rules: []string{}, Withdrawals: []string{}, Areas: len(b.Areas), Unknown: unknown}
		if standing != nil {
			v.Standing = word
		}
		for _, s := range b.Contents.Rules {
			v.Rules = append(v.Rules, s.ID+" "+s.Version)
		}
		for _, l := range b.Withdrawals {
			v.Withdrawals = append(v.Withdrawals, bundle.Of(l))
		}
		p.out.Write(jsonLine(v))
		return
	}
	p.bundleText(b, name, word, standing, unknown)
}

func (p *program) bundleText(b *bundle.Bundle, name, word string, standing *verify.Colour, unknown string) {
	row := func(label, format string, args ...any) {
		fmt.Fprintf(p.out, "  %-12s %s\n", label, printable(fmt.Sprintf(format, args...)))
	}
	colour := verify.Grey
	if standing != nil {
		colour = *standing
	}
	fmt.Fprintf(p.out, "%s %s\n\n", p.look.badge(colour, strings.ToUpper(word)), printable(name))
	if b.Manifest.Demo {
		row("DEMO", "for exercises: keys in it are known to everybody")
	}
	row("of", "%s, series %s", words.Country(p.lang, b.Jurisdiction), b.Series())
	row("made", "%s", stamp(b.AsOf))
	row("covers", "withdrawals up to %s", orUnknown(stamp(b.Manifest.Covers)))
	row("due", "%s", stamp(b.Soft))
	row("ends", "%s", stamp(b.Hard))
	if unknown != "" {
		row("unknown", "%s: update the program", unknown)
	}
	if b.Note != "" {
		row("note", "%s", b.Note)
	}
	for _, id := range b.By {
		row(map[bool]string{true: "claims", false: "signed"}[standing == nil], "%s", id)
	}
	row("digest", "%s", b.Digest)
	row("keys", "%d, of %s", len(b.Keys), strings.Join(b.Jurisdictions(), " "))
	row("recognitions", "%d", len(b.Recognitions))
	for _, s := range b.Contents.Rules {
		row("rules", "%s %s for %s in %s, until %s", s.ID, s.Version, s.Purpose, placeOf(s), stamp(s.Until))
	}
	for _, l := range b.Withdrawals {
		row("withdrawals", "of %s, as of %s", bundle.Of(l), orUnknown(stamp(l.AsOf)))
	}
	row("areas", "%d", len(b.Areas))
	for _, s := range b.Contents.Sources {
		row("from", "%s (%s), %s", s.Name, s.Kind, map[bundle.Proof]string{bundle.Proven: "signature verified", bundle.NotProven: "SIGNATURE NOT VERIFIED", bundle.NotSigned: "not signed"}[s.Proof])
	}
}

func orUnknown(s string) string {
	if s == "" {
		return "not stated"
	}
	return s
}

func placeOf(s *rules.Set) string {
	if s.Jurisdiction == rules.Any {
		return "any country"
	}
	return strings.TrimSpace(s.Jurisdiction + " " + s.Region)
}
