package main

import (
	"crypto/rand"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/issue/intake"
	"github.com/pratique/pratique/trust"
)

func exposureCommand() *command {
	return &command{
		use:   "exposure",
		short: "days of exposure, as a health authority states them to a person",
		long:  "A day of exposure feeds a person's own colour (`pratique self`). A device states it for its owner, who writes it into their history; a health authority whose system finds contacts itself signs it for the person.",
		example: `$ pratique exposure sign --key health.key --day 2026-11-17 --risk high --system bluetrace --rule close-15min \
    --mrz passport.txt -o day.png`,
		sub: []*command{exposureSignCommand(), exposureExportCommand(), exposureMatchCommand(), exposureStoryCommand()},
	}
}

var riskWords = []string{"none", string(exposure.Low), string(exposure.High)}

// stated are the flags of exposure sign.
type stated struct {
	signing
	day, risk, system, rule, until, disease, authority string
}

func exposureSignCommand() *command {
	s := &stated{}
	return &command{
		use:   "sign --key KEY --day DATE --risk RISK --system WORD --rule WORD --mrz FILE|LINES [flags]",
		short: "state a day of exposure to one person",
		long: `Sign states that a person was exposed on a day: the day (of UTC), the risk, the system that found it and the rule that judged it; no place, no time of day and nobody else. A later statement of the same authority about the same day, system and disease replaces it; one of the risk none takes the day back.

The code has no name and no number: only who holds the document can show, or be shown, that it is theirs. Nothing is kept here.`,
		example: `$ pratique key new --demo --country XB --uses exposure -o health.key
$ pratique exposure sign --key health.key --day 2026-11-17 --risk high --system bluetrace --rule close-15min --mrz passport.txt -o day.png

# it was somebody else's telephone
$ pratique exposure sign --key health.key --day 2026-11-17 --risk none --system bluetrace --rule close-15min --mrz passport.txt -o correction.png`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&s.day, "day", "", "the `DATE` of the exposure, of UTC")
			f.StringVar(&s.risk, "risk", "", "the `RISK`: none, low or high")
			f.StringVar(&s.system, "system", "", "the `WORD` of the system that found it: bluetrace, venue ...")
			f.StringVar(&s.rule, "rule", "", "the `WORD` of the published rule that judged it")
			f.StringVar(&s.until, "until", "", "the `MOMENT` until which the statement is to be relied on; else 60 days")
			f.StringVar(&s.disease, "disease", "", "the disease, covid-19 or a `CODE` of SNOMED CT")
			f.StringVar(&s.authority, "authority", "", "the `NAME` of the authority within its country")
			s.signing.flags(f)
		},
		choices: map[string][]string{"risk": riskWords},
		run:     s.run,
	}
}

func (s *stated) run(p *program, args []string) error {
	d, err := cert.ParseDate(s.day)
	switch {
	case len(args) > 0:
		return misuse("exposure sign takes no argument", "all that it needs are flags: `pratique exposure sign --help`")
	case err != nil || !d.Full():
		return misuse("which day?", "--day DATE, as in 2026-11-17")
	case !slices.Contains(riskWords, s.risk):
		return misuse("which risk?", "--risk "+strings.Join(riskWords, ", or --risk "))
	case s.system == "" || s.rule == "":
		return misuse("a person may know what found it, and by which rule", "--system WORD and --rule WORD: small letters, digits and _ - .")
	}
	o, err := s.signing.open(p, trust.Exposure)
	if err != nil {
		return err
	}
	x := history.Exposure{Date: d, Risk: exposure.Risk(strings.TrimPrefix(s.risk, "none")), System: s.system, Rule: s.rule, Authority: s.authority, Disease: s.disease, Issued: o.at, Expires: o.at.AddDate(0, 0, 60)}
	if code := intake.Disease(s.disease); code != "" {
		x.Disease = code
	}
	if s.until != "" {
		if x.Expires, err = moment("--until", s.until); err != nil {
			return err
		}
	}
	if !x.Issued.Before(x.Expires) {
		return misuse("it would have ended already", "give a later --until")
	}
	text, err := o.Exposure(x, o.holder, rand.Reader)
	if err != nil {
		return officeFault(err)
	}
	return s.deliver(p, o, s.risk+" exposure on "+s.day, text, x.Expires)
}
