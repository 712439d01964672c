package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/demo"
	"github.com/pratique/pratique/internal/qr"
)

func demoCommand() *command {
	var output string
	return &command{
		use:   "demo",
		short: "the whole story in the terminal, without a network",
		long: `Demo shows a traveller between two invented countries: a laboratory result becomes a code, a border says amber, then green, then amber again; others are red, and one is grey. It needs no network and no preparation, ends by itself, and says at the end what was stored about the traveller.

It leaves a folder with the codes and with all that the two countries have, in which each command that it prints can be repeated.`,
		example: `$ pratique demo
$ cd pratique-demo
$ pratique read anna.png`,
		flags: func(f *pflag.FlagSet) {
			f.StringVarP(&output, "output", "o", "pratique-demo", "the `FOLDER` to leave")
		},
		run: func(p *program, args []string) error {
			if len(args) > 0 {
				return misuse("demo takes no argument", "the folder is named by -o")
			}
			play, err := demo.New()
			if err != nil {
				return err
			}
			if err := writePlay(play, output); err != nil {
				return err
			}
			return stage(p, play, output)
		},
	}
}

// writePlay writes the files of the play. It goes over an older one, and over
// nothing else.
func writePlay(play demo.Play, dir string) error {
	files, err := os.ReadDir(dir)
	mark := play.Files[0]
	if err == nil && len(files) > 0 {
		have, err := readFile(filepath.Join(dir, mark.Name), 1<<16)
		if err != nil || !strings.HasPrefix(string(have), demo.Mark+"\n") {
			return failure("the folder "+quote(dir)+" has something else in it", "name another one: -o FOLDER")
		}
	}
	for _, f := range play.Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		mode := os.FileMode(0o644)
		if f.Secret {
			mode = 0o600
		}
		err := os.MkdirAll(filepath.Dir(name), 0o755)
		if err == nil {
			err = os.WriteFile(name, f.Data, mode)
		}
		if err != nil {
			return failure("writing "+quote(name)+": "+cause(err), "name a folder where you may write: -o FOLDER")
		}
	}
	return nil
}

// stage shows the scenes. Their commands are run in the folder, as a visitor would.
func stage(p *program, play demo.Play, dir string) error {
	home, err := os.Getwd()
	if err != nil {
		return err
	}
	if err := os.Chdir(dir); err != nil {
		return failure("going into "+quote(dir)+": "+cause(err), "name a folder where you may write: -o FOLDER")
	}
	defer os.Chdir(home)
	fmt.Fprintf(p.out, "%s\n\n%s", p.look.style(bold, play.Title), p.look.wrap("", "", play.Opening))
	for i, s := range play.Scenes {
		fmt.Fprintf(p.out, "\n\n%s\n", p.look.style(bold, fmt.Sprintf("%d. %s", i+1, s.Title)))
		fmt.Fprint(p.out, "\n"+p.look.wrap("   ", "   ", s.Tells))
		if s.Show != "" {
			fmt.Fprintln(p.out)
			for line := range strings.Lines(s.Show) {
				fmt.Fprint(p.out, "     "+line)
			}
		}
		if s.Draw != "" {
			if err := p.drawDemo(s.Draw); err != nil {
				return err
			}
		}
		if s.Command == nil {
			continue
		}
		fmt.Fprint(p.out, "\n"+p.look.style(faint, p.typed(s.Command))+"\n")
		if s.Run {
			fmt.Fprintln(p.out)
			if err := p.play(s); err != nil {
				return err
			}
		}
	}
	fmt.Fprint(p.out, "\n\n"+p.look.wrap("", "", "All of it is in the folder "+dir+": go there and repeat a command, or try `pratique read anna.png`. The commands are in README.txt too."))
	fmt.Fprintf(p.out, "\n%s\n", play.Stored)
	return nil
}

// play runs the command of a scene, with the clock of the scene.
func (p *program) play(s demo.Scene) error {
	q := &program{in: strings.NewReader(""), out: p.out, errs: p.errs, lang: p.lang, look: p.look, now: func() time.Time { return s.Clock }}
	got := q.run(s.Command)
	if want := exitCode(verdict(s.Want)); got != want {
		return fmt.Errorf("the scene %q did not go as it is told: exit code %d, not %d", s.Title, got, want)
	}
	return nil
}

// drawDemo draws a code in the terminal, under it that it is worth nothing.
func (p *program) drawDemo(text string) error {
	lines, err := drawn(text, p.look)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.out)
	for line := range strings.Lines(lines) {
		fmt.Fprint(p.out, line)
	}
	fmt.Fprintf(p.out, "%s\n", caption)
	return nil
}

// drawn draws a code in half blocks, with as much error correction as the width allows.
func drawn(text string, l look) (string, error) {
	var s *qr.Symbol
	var err error
	for _, level := range []qr.Level{qr.Q, qr.M, qr.L} {
		if s, err = qr.Encode(text, level); err == nil && s.Size()+2*qr.Quiet <= l.width {
			break
		}
	}
	switch {
	case err != nil:
		return "", err
	case l.colour:
		return s.Terminal(qr.Painted), nil
	case l.terminal:
		return s.Terminal(qr.OnDark), nil
	}
	return s.Terminal(qr.OnLight), nil
}

// typed writes a command as one types it, over several lines if it is long.
func (p *program) typed(args []string) string {
	var b strings.Builder
	line := "   $ pratique"
	for i, a := range args {
		// A flag stays with its value.
		next := ""
		if strings.HasPrefix(a, "-") && i+1 < len(args) {
			next = " " + args[i+1]
		}
		if len(line)+1+len(a)+len(next)+2 > p.look.width {
			b.WriteString(line + " \\\n")
			line = "      "
		}
		line += " " + a
	}
	return b.String() + line
}
