package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/demo/tracing"
)

// exposureStoryCommand plays three countries' tracking systems and the bridge
// between them.
func exposureStoryCommand() *command {
	var output string
	var asJSON bool
	return &command{
		use:   "story",
		short: "three countries, three tracking systems, one traveller: who learns what",
		long: `Story plays eight days of a traveller in three invented countries whose tracking systems are modelled on three that never talked to each other: Norland's on Singapore's TraceTogether, Sudmark's on Australia's COVIDSafe, Midland's on Japan's COCOA. She is exposed once in each. The phones, servers and envelopes are played by the code that reads and writes the real formats; who learned what is computed from what they could open.

With -o it writes a folder with what she holds in the end, for ` + "`pratique self`" + `.`,
		example: `$ pratique exposure story -o three
$ pratique self --in XA/01 --trust three/public --rules self-baseline --mrz three/passport.txt --at 2026-11-19T09:00:00Z three/history.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVarP(&output, "output", "o", "", "the `FOLDER` to write; it must not be there yet")
			f.BoolVar(&asJSON, "json", false, "print one JSON object")
		},
		run: func(p *program, args []string) error {
			if len(args) > 0 {
				return misuse("exposure story takes no argument", "`pratique exposure story -o FOLDER`")
			}
			s, err := tracing.Tell(rand.Reader)
			if err != nil {
				return err
			}
			if output != "" {
				if err := writeStory(output, s.Files); err != nil {
					return err
				}
			}
			if asJSON {
				p.out.Write(jsonLine(storyJSON(s)))
				return nil
			}
			p.tellStory(s, output)
			return nil
		},
	}
}

func writeStory(folder string, files []tracing.File) error {
	const hint = "name a folder that is not there yet"
	if err := os.Mkdir(folder, 0o755); err != nil {
		return failure("making the folder "+quote(folder)+": "+cause(err), hint)
	}
	for _, f := range files {
		name := filepath.Join(folder, filepath.FromSlash(f.Name))
		err := os.MkdirAll(filepath.Dir(name), 0o755)
		if err == nil {
			err = writeNew(name, f.Data, 0o644)
		}
		if err != nil {
			return failure("writing "+quote(name)+": "+cause(err), hint)
		}
	}
	return nil
}

func (p *program) tellStory(s tracing.Story, folder string) {
	p.out.WriteString("Three countries, three tracking systems, one traveller\n")
	p.out.WriteString(p.look.wrap("", "", "The countries and the people are invented. Each is exposed to what its own protocol allows, and to nothing else."))
	for _, step := range s.Steps {
		fmt.Fprintf(p.out, "\n%s  %s\n", step.At.Format("2 Jan 2006"), step.Title)
		p.out.WriteString(p.look.wrap("  ", "  ", step.Tells))
		for _, l := range step.Learned {
			p.out.WriteString(p.look.wrap("  learns   ", "           ", l))
		}
		for _, l := range step.Cannot {
			p.out.WriteString(p.look.wrap("  cannot   ", "           ", l))
		}
	}
	fmt.Fprintf(p.out, "\n%s  What Anna's own phone makes of it, by Norland's public rules\n", s.Asked.Format("2 Jan 2006"))
	for _, c := range s.Colours {
		end := ""
		if !c.Ends.IsZero() {
			end = ", green by itself on " + c.Ends.UTC().Format("2 Jan 2006")
		}
		fmt.Fprintf(p.out, "  %s  %s%s\n", p.look.badge(c.Is, strings.ToUpper(c.Is.String())), c.What, end)
	}
	for _, why := range s.Colours[0].Why {
		p.out.WriteString(p.look.wrap("  because  ", "           ", why))
	}
	fmt.Fprintf(p.out, "\n%d messages left a party; none named Anna, a place or a colour to a country.\n", len(s.Messages))
	if folder != "" {
		fmt.Fprintf(p.out, "\nwritten  %s; ask it yourself:\n  pratique self --in XA/01 --trust %[1]s/public --rules self-baseline --mrz %[1]s/passport.txt --at %[2]s %[1]s/history.txt\n",
			filepath.ToSlash(folder), s.Asked.Format(time.RFC3339))
	}
}

// storyJSON is the story for programs, without what was sent.
func storyJSON(s tracing.Story) any {
	type step struct {
		At      time.Time `json:"at"`
		Title   string    `json:"title"`
		Learned []string  `json:"learned"`
		Cannot  []string  `json:"cannot"`
	}
	type message struct {
		At    time.Time     `json:"at"`
		From  tracing.Party `json:"from"`
		To    tracing.Party `json:"to"`
		What  string        `json:"what"`
		Bytes int           `json:"bytes"`
	}
	type colour struct {
		What  string    `json:"what"`
		At    time.Time `json:"at"`
		Is    string    `json:"verdict"`
		Green time.Time `json:"green_at,omitzero"`
	}
	v := struct {
		V        int       `json:"v"`
		Steps    []step    `json:"steps"`
		Messages []message `json:"messages"`
		Colours  []colour  `json:"colours"`
	}{V: 1}
	for _, x := range s.Steps {
		v.Steps = append(v.Steps, step{x.At, x.Title, append([]string{}, x.Learned...), append([]string{}, x.Cannot...)})
	}
	for _, m := range s.Messages {
		v.Messages = append(v.Messages, message{m.At, m.From, m.To, m.What, len(m.Data)})
	}
	for _, c := range s.Colours {
		v.Colours = append(v.Colours, colour{c.What, c.At, c.Is.String(), c.Ends})
	}
	return v
}
