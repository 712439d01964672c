package main

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/trust"
)

// The words of a stamp, as package history documents them.
var (
	stampPurposes   = []string{"tourism", "business", "work", "study", "family", "transit", "pilgrimage", "medical", "official", "return"}
	stampCategories = []string{"resident", "visitor", "business", "crew", "pilgrim", "diplomat", "refugee"}
)

// stamped are the flags of stamp.
type stamped struct {
	signing
	entry, exit             bool
	port, purpose, category string
	previous, until         string
}

func stampCommand() *command {
	s := &stamped{}
	return &command{
		use:   "stamp --key KEY --entry|--exit --mrz FILE|LINES [flags]",
		short: "a border stamp that its holder can show again",
		long: `Stamp signs that the holder of a document crossed the border, in or out, as a code that the traveller keeps: a picture for paper or telephone. The code has the country, the moment, the port and whether it was an entry or an exit. It has no name and no number: only who holds the document can show that the stamp is theirs. Nothing is kept here.

A stamp fades: its signature ends after a year. --previous names the stamp before, which the traveller showed, so that a stamp left out in between can be noticed. It must be of the same document, and its signature must verify: by this key or by one in --trust.`,
		example: `$ pratique key new --demo --country XB --uses stamp,receipt -o desk.key
$ pratique stamp --key desk.key --entry --port XBSUD --mrz passport.txt -o stamp.png

# a year of business trips; the stamp of the exit before is shown
$ pratique stamp --key desk.key --entry --port XBSUD --purpose business --mrz passport.txt \
    --previous last.png --trust keys/ -o stamp.png`,
		flags: func(f *pflag.FlagSet) {
			f.BoolVar(&s.entry, "entry", false, "the person comes in")
			f.BoolVar(&s.exit, "exit", false, "the person goes out")
			f.StringVar(&s.port, "port", "", "the `PORT` of entry or exit, UN/LOCODE without its space: XBSUD")
			f.StringVar(&s.purpose, "purpose", "", "the `PURPOSE` of the journey: "+strings.Join(stampPurposes, ", "))
			f.StringVar(&s.category, "category", "", "the `CATEGORY` of the traveller: "+strings.Join(stampCategories, ", "))
			f.StringVar(&s.previous, "previous", "", "the `CODE` of the stamp before: a picture, a file or the text")
			f.StringVar(&s.until, "until", "", "the `MOMENT` at which the stamp fades; else a year later, or when the key ends")
			s.signing.flags(f)
		},
		choices: map[string][]string{"purpose": stampPurposes, "category": stampCategories},
		run:     s.run,
	}
}

func (s *stamped) run(p *program, args []string) error {
	switch {
	case len(args) > 0:
		return misuse("stamp takes no argument", "the key is named by --key, the document by --mrz")
	case s.entry == s.exit:
		return misuse("a stamp is of an entry or of an exit", "--entry, or --exit")
	case s.purpose != "" && !slices.Contains(stampPurposes, s.purpose):
		return misuse(quote(s.purpose)+" is no purpose that a stamp knows", "one of "+strings.Join(stampPurposes, ", "))
	case s.category != "" && !slices.Contains(stampCategories, s.category):
		return misuse(quote(s.category)+" is no category that a stamp knows", "one of "+strings.Join(stampCategories, ", "))
	}
	o, err := s.signing.open(p, trust.Stamp)
	if err != nil {
		return err
	}
	stamp := history.Stamp{At: o.at, Direction: history.Entry, Port: s.port, Purpose: s.purpose, Category: s.category}
	if s.exit {
		stamp.Direction = history.Exit
	}
	if stamp.Until, err = end(o, s.until, o.at.AddDate(1, 0, 0)); err != nil {
		return err
	}
	if s.previous != "" {
		if stamp.Previous, err = s.before(p, o); err != nil {
			return err
		}
	}
	text, err := o.Stamp(stamp, o.holder, rand.Reader)
	if err != nil {
		return officeFault(err)
	}
	return s.deliver(p, o, string(stamp.Direction)+" stamp", text, stamp.Until)
}

// end is the moment that a flag gives, or else the usual one; no signature
// outlives its key.
func end(o office, until string, usual time.Time) (time.Time, error) {
	if until != "" {
		return moment("--until", until)
	}
	if last := o.Key.NotAfter; !last.IsZero() && last.Before(usual) {
		return last, nil
	}
	return usual, nil
}

// before is the stamp that the traveller showed, if it is theirs and authentic.
func (s *stamped) before(p *program, o office) (history.Hash, error) {
	text, err := p.oneCode("--previous", s.previous)
	if err != nil {
		return history.Hash{}, err
	}
	if _, err := history.StampSkippingVerification(text); err != nil {
		return history.Hash{}, seenFault("the stamp before", err) // whoever signed it, it is none
	}
	last, err := history.OpenStamp(text, o.keys)
	switch {
	case err != nil:
		return history.Hash{}, seenFault("the stamp before", err)
	case !last.Holder.Is(o.holder):
		return history.Hash{}, seenFault("the stamp before", &history.Error{Code: history.OtherHolder})
	case last.At.After(o.at.Add(history.Skew)):
		return history.Hash{}, seenFault("the stamp before", &history.Error{Code: history.Future})
	}
	return last.Hash, nil
}
