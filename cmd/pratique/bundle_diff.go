package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/bundle"
)

func bundleDiffCommand() *command {
	var output string
	var asJSON bool
	return &command{
		use:   "diff OLD NEW",
		short: "what changed between two bundles; and a delta to bring one up to date",
		long:  "Diff lists the entries that are new, gone or changed. With --delta it writes what makes the new bundle of the old one: a few hundred bytes for a key, where the whole file would not go through. Nobody's signature is verified; apply does that.",
		example: `$ pratique bundle diff yesterday.bundle today.bundle
$ pratique bundle diff yesterday.bundle today.bundle --delta today.delta`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&output, "delta", "", "the `FILE` to write the delta to")
			f.BoolVar(&asJSON, "json", false, "print one JSON object a line")
		},
		run: func(p *program, args []string) error {
			if len(args) != 2 {
				return misuse("name two bundles", "`pratique bundle diff OLD NEW`")
			}
			old, err := shown(args[0])
			if err != nil {
				return err
			}
			next, err := shown(args[1])
			if err != nil {
				return err
			}
			changes := bundle.Diff(old, next)
			for _, c := range changes {
				if asJSON {
					p.out.Write(jsonLine(struct {
						Section string      `json:"section"`
						Entry   string      `json:"entry"`
						Change  bundle.Sign `json:"change"`
					}{c.Section, c.Entry, c.Sign}))
					continue
				}
				fmt.Fprintf(p.out, "%-8s %-12s %s\n", c.Sign, c.Section, printable(c.Entry))
			}
			if len(changes) == 0 && !asJSON {
				fmt.Fprintln(p.out, "they hold the same")
			}
			if output == "" {
				return nil
			}
			delta := bundle.Delta(old, next)
			if err := replaceFile(output, delta, 0o644); err != nil {
				return failure("writing "+quote(output)+": "+cause(err), "name another file: --delta FILE")
			}
			if !asJSON {
				fmt.Fprintf(p.out, "%-8s %s, %d bytes; the whole bundle has %d\n", "wrote", output, len(delta), next.Size)
			}
			return nil
		},
	}
}

func bundleApplyCommand() *command {
	var r relied
	var output string
	return &command{
		use:     "apply --pin KEY BUNDLE DELTA -o FILE",
		short:   "bring a bundle up to date with a delta",
		long:    "Apply makes the new bundle, verifies it like any other, refuses to go back, and only then writes it: whole or not at all, also in the place of the old one.",
		example: `$ pratique bundle apply --pin ministry.pem border.bundle today.delta -o border.bundle`,
		flags: func(f *pflag.FlagSet) {
			f.StringArrayVar(&r.pins, "pin", nil, "a `FILE` with the public key that signs the bundle, or its FINGERPRINT; may be repeated")
			f.StringVarP(&output, "output", "o", "", "the `FILE` to write; it may be the old bundle")
		},
		run: func(p *program, args []string) error {
			if len(args) != 2 || output == "" {
				return misuse("name the bundle, the delta, and where the new bundle goes", "`pratique bundle apply --pin KEY border.bundle today.delta -o border.bundle`")
			}
			pins, err := r.pinned()
			if err != nil {
				return err
			}
			data, err := readBundle(args[0])
			if err != nil {
				return err
			}
			old, err := openBundle(args[0], data, pins)
			if err != nil {
				return err
			}
			delta, err := readFile(args[1], bundle.MaxSize)
			if err != nil {
				return failure("reading the delta "+quote(args[1])+": "+cause(err), "`pratique bundle diff --delta FILE` makes one")
			}
			next, err := p.applied(old, args, delta, pins)
			if err != nil {
				return err
			}
			if err := replaceFile(output, next.Bytes(), 0o644); err != nil {
				return failure("writing "+quote(output)+": "+cause(err), "the old bundle is as it was; name another file: -o FILE")
			}
			fmt.Fprintf(p.out, "%-8s %s of %s, %d changes\n%-8s %s\n", "now", next.Series(), isoMoment(next.AsOf), len(bundle.Diff(old, next)), "wrote", output)
			return nil
		},
	}
}

// applied is the bundle that a delta makes, verified.
func (p *program) applied(old *bundle.Bundle, names []string, delta []byte, pins []bundle.Pin) (*bundle.Bundle, error) {
	data, err := bundle.Apply(old, delta)
	if err != nil {
		return nil, badDelta(names[1], err)
	}
	next, err := openBundle(names[1], data, pins)
	if err != nil {
		return nil, err
	}
	if err := bundle.Newer(old.Mark(), next.Mark()); err != nil {
		return nil, olderBundle(names[1], err, old.Mark())
	}
	return next, nil
}
