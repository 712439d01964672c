package main

import (
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/history"
)

// What people declare themselves: a line of their history each.

// saying is a declaration under way.
type saying struct {
	adding
	in, from, until, on, risk, system, rule string
}

func (s *saying) command(use, short, long, example string, own func(*pflag.FlagSet), lines func(p *program, words []string) ([]string, error)) *command {
	return &command{
		use: use, short: short, long: long, example: example,
		flags: func(f *pflag.FlagSet) {
			own(f)
			s.flags(f)
			s.personFlag(f, "whose it is, by a `LABEL`; not needed where the wallet has one person")
		},
		choices: langChoices,
		run: func(p *program, args []string) error {
			if len(args) < 1 {
				return misuse("name a wallet", "`pratique wallet "+use+"`")
			}
			declared, err := lines(p, args[1:])
			if err != nil {
				return err
			}
			return s.declare(p, args[0], declared)
		},
	}
}

// declare adds lines of a history.
func (s *saying) declare(p *program, name string, lines []string) error {
	text := "pratique-history/1.0\n" + strings.Join(lines, "\n") + "\n"
	if _, found, err := history.Parse([]byte(text)); err != nil || len(found) > 0 {
		return misuse("this is no line of a history", "a day is 2026-11-01, a moment 2026-11-01T09:30:00+01:00, a place XA or XA/REGION, a word small letters, digits and _")
	}
	var err error
	if s.w, err = s.open(p, name); err != nil {
		return err
	}
	s.out = s.w.File
	if err := s.one(p, "the line", text); err != nil {
		return err
	}
	if err := p.save(s.w, s.out); err != nil {
		return err
	}
	s.tell(p)
	return nil
}

// bound is a day or a moment, as a history has it.
func bound(flag, s string) (string, error) {
	if _, err := time.Parse(time.DateOnly, s); err == nil {
		return s, nil
	}
	t, err := moment(flag, s)
	if err != nil {
		return "", misuse(flag+": "+quote(s)+" is neither a day nor a moment", "a day is 2026-11-01; a moment has an offset: 2026-11-01T09:30:00+01:00")
	}
	return t.Format(time.RFC3339), nil
}

// day is a day, today if there is none.
func (s *saying) day(p *program, flag, given string) (string, error) {
	if given == "" {
		return p.now().Format(time.DateOnly), nil
	}
	if _, err := time.Parse(time.DateOnly, given); err != nil {
		return "", misuse(flag+": "+quote(given)+" is no day", "a day is 2026-11-01")
	}
	return given, nil
}

func walletStayCommand() *command {
	s := &saying{}
	return s.command("stay [flags] FILE", "declare where somebody was",
		"Stay adds a stay that the person declares: their own word, which a border stamp outweighs. Days are enough; moments with an offset say more.",
		`$ pratique wallet stay family.wallet --in XA --from 2026-11-01 --until 2026-11-20
$ pratique wallet stay family.wallet --person Anna --in XB/01 --from 2026-11-20T21:30:00+08:00`,
		func(f *pflag.FlagSet) {
			f.StringVar(&s.in, "in", "", "the `COUNTRY[/REGION]`")
			f.StringVar(&s.from, "from", "", "since when, a `DAY|MOMENT`")
			f.StringVar(&s.until, "until", "", "until when, a `DAY|MOMENT`; else the person is still there")
		},
		func(p *program, rest []string) ([]string, error) {
			switch {
			case len(rest) > 0:
				return nil, misuse("stay takes one wallet", "the place is named by --in")
			case s.in == "" || s.from == "":
				return nil, misuse("a stay has a place and a beginning", "--in XA --from 2026-11-01")
			}
			from, err := bound("--from", s.from)
			until := "-"
			if err == nil && s.until != "" {
				until, err = bound("--until", s.until)
			}
			return []string{"stay " + s.in + " " + from + " " + until}, err
		})
}

func walletSymptomCommand() *command {
	s := &saying{}
	return s.command("symptom [flags] FILE WORD...", "declare what somebody felt",
		"Symptom adds what the person felt on a day: fever, cough, sore_throat, in one word each. Rules may ask for a test because of it; none may punish who tells.",
		"$ pratique wallet symptom family.wallet --on 2026-11-12 fever cough",
		func(f *pflag.FlagSet) { f.StringVar(&s.on, "on", "", "the `DAY`; else today") },
		func(p *program, rest []string) ([]string, error) {
			if len(rest) == 0 {
				return nil, misuse("name what was felt", "`pratique wallet symptom FILE fever cough`")
			}
			on, err := s.day(p, "--on", s.on)
			var lines []string
			for _, w := range rest {
				lines = append(lines, "symptom "+on+" "+strings.ReplaceAll(strings.ToLower(w), " ", "_"))
			}
			return lines, err
		})
}

func walletExposureCommand() *command {
	s := &saying{}
	return s.command("exposure [flags] FILE", "declare a day of exposure that a device found",
		"Exposure adds a day on which the person's own device saw somebody infectious, as the device says it. A statement of a health authority is a code: `pratique wallet add`.",
		"$ pratique wallet exposure family.wallet --on 2026-11-10 --risk high --system gaen --rule cwa-2",
		func(f *pflag.FlagSet) {
			f.StringVar(&s.on, "on", "", "the `DAY`, of UTC; else today")
			f.StringVar(&s.risk, "risk", "low", "the `RISK`: low or high")
			f.StringVar(&s.system, "system", "gaen", "the `SYSTEM` that found it")
			f.StringVar(&s.rule, "rule", "unknown", "the `RULE` that judged it, as the app names it")
		},
		func(p *program, rest []string) ([]string, error) {
			if len(rest) > 0 {
				return nil, misuse("exposure takes one wallet", "the day is named by --on")
			}
			on, err := s.day(p, "--on", s.on)
			return []string{"exposure " + on + " " + s.risk + " " + s.system + " " + s.rule}, err
		})
}

func walletCheckedCommand() *command {
	s := &saying{}
	return s.command("checked [flags] FILE", "declare up to when a device looked for exposures",
		"Checked says up to which day the person's own device looked. Without it, no day of exposure means that nobody looked.",
		"$ pratique wallet checked family.wallet --on 2026-11-20 --system gaen",
		func(f *pflag.FlagSet) {
			f.StringVar(&s.on, "on", "", "the last `DAY`, of UTC; else today")
			f.StringVar(&s.system, "system", "gaen", "the `SYSTEM` that looked")
		},
		func(p *program, rest []string) ([]string, error) {
			if len(rest) > 0 {
				return nil, misuse("checked takes one wallet", "the day is named by --on")
			}
			on, err := s.day(p, "--on", s.on)
			return []string{"checked " + on + " " + s.system}, err
		})
}

func walletVenueCommand() *command {
	s := &saying{}
	return s.command("venue [flags] FILE", "declare a warning for a place where somebody was",
		"Venue adds a warning that matched a time at which the person had checked in somewhere. The place itself is not written down.",
		"$ pratique wallet venue family.wallet --from 2026-11-11T18:00:00Z --until 2026-11-11T20:00:00Z --risk high",
		func(f *pflag.FlagSet) {
			f.StringVar(&s.from, "from", "", "since when, a `MOMENT`")
			f.StringVar(&s.until, "until", "", "until when, a `MOMENT`")
			f.StringVar(&s.risk, "risk", "low", "the `RISK`: low or high")
		},
		func(p *program, rest []string) ([]string, error) {
			if len(rest) > 0 || s.from == "" || s.until == "" {
				return nil, misuse("a warning has a beginning and an end", "--from and --until, moments with an offset")
			}
			from, err := moment("--from", s.from)
			if err != nil {
				return nil, err
			}
			until, err := moment("--until", s.until)
			return []string{"venue " + from.Format(time.RFC3339) + " " + until.Format(time.RFC3339) + " " + s.risk}, err
		})
}
