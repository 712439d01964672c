package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/act"
	"github.com/pratique/pratique/act/monitor"
	"github.com/pratique/pratique/tlog"
)

// watching are the flags of log monitor.
type watching struct {
	log, policy, root, fingerprint, country, sent, keep string
	every, age, grace, soon, quiet                      time.Duration
	burst                                               int64
	asJSON                                              bool

	said map[string]bool // in this run
}

func logMonitorCommand() *command {
	o := &watching{said: map[string]bool{}}
	return &command{
		use:   "monitor --log URL --policy FILE --root FILE --country COUNTRY --sent FOLDER",
		short: "tell a country what is published in its name that it did not send",
		long: `Monitor reads a log and says what its country should know:

  ALARM   an act of the country that it did not send (a stolen key, or an office that told nobody); one that it sent and that is not in the log; an act of the keyholders about it; a log that was rolled back, rewritten, frozen, or shows others another history
  notice  an entry in its name that everybody refuses; many withdrawals of a country at a time; something of its own that ends soon; a country on which it relies that has fallen silent; and who would refuse its certificates if its keys went

--sent is the folder with the acts that the country has sent, as they were signed. --keep remembers the last checkpoint, so that the next run says what is new and notices a log that changes its past. With --every it goes on looking; run it on a machine of the country's own, against a mirror that is not the gateway's operator's.

It ends with 1 after an alarm, with 3 if there were notices, and with 0 if all is quiet.`,
		example: `$ pratique log monitor --log https://gateway.example --policy policy.txt --root root.txt --country XB --sent sent/ --keep xb.checkpoint
$ pratique log monitor --log https://mirror.example --policy policy.txt --root root.txt --country XB --sent sent/ --keep xb.checkpoint --every 30s`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&o.log, "log", "", "the `FOLDER` with the files of the log, or its address")
			f.StringVar(&o.policy, "policy", "", "the `FILE` that says whose checkpoints count")
			f.StringVar(&o.root, "root", "", "the `FILE` with the root document from which one began to rely on the network")
			f.StringVar(&o.fingerprint, "fingerprint", "", "the `FINGERPRINT` of that document, as it was compared")
			f.StringVar(&o.country, "country", "", "the `COUNTRY`: two capital letters")
			f.StringVar(&o.sent, "sent", "", "the `FOLDER` with the acts that the country has sent")
			f.StringVar(&o.keep, "keep", "", "the `FILE` in which the last checkpoint is remembered")
			f.DurationVar(&o.every, "every", 0, "look again after this `DURATION`, until it is stopped")
			f.DurationVar(&o.age, "max-age", time.Hour, "a log that no quorum has confirmed for this `DURATION` is an alarm")
			f.DurationVar(&o.grace, "grace", 10*time.Minute, "an act that was sent and is not in the log after this `DURATION` is an alarm")
			f.DurationVar(&o.soon, "soon", 30*24*time.Hour, "say what ends within this `DURATION`")
			f.DurationVar(&o.quiet, "quiet", 60*24*time.Hour, "a country is silent after this `DURATION`")
			f.Int64Var(&o.burst, "burst", 1000, "so many withdrawals for one reason at a time are many: `NUMBER`")
			f.BoolVar(&o.asJSON, "json", false, "print JSON, an object a line")
		},
		run: o.run,
	}
}

func (o *watching) run(p *program, args []string) error {
	if len(args) > 0 || o.log == "" || o.root == "" || o.country == "" || o.sent == "" {
		return misuse("name the log, the root document, the country, and the folder of what it has sent", "`pratique log monitor --log URL --policy policy.txt --root root.txt --country XB --sent sent/`")
	}
	policy, err := readPolicy(o.policy)
	if err != nil {
		return err
	}
	text, err := readFile(o.root, act.MaxSize)
	if err != nil {
		return failure("reading the root document "+quote(o.root)+": "+cause(err), "--root names the file that the keyholders have signed")
	}
	root, err := act.OpenRoot(text, o.fingerprint)
	if err != nil {
		return failure("the root document "+quote(o.root)+": "+cause(err), "`pratique network check "+o.root+"` says what it lacks")
	}
	w := monitor.Watch{Country: o.country, Root: root, Soon: o.soon, Quiet: o.quiet, Burst: o.burst}
	if o.every <= 0 {
		worst, err := o.look(p, policy, w)
		if err != nil || worst == exitGreen {
			return err
		}
		return silent(worst)
	}
	stop, done := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer done()
	ever := exitGreen
	for {
		worst, err := o.look(p, policy, w)
		if err != nil {
			p.report(err)
			worst = max(worst, exitCode(err))
		}
		if worst == exitRed || ever == exitGreen {
			ever = worst
		}
		if err := p.out.Flush(); err != nil {
			return err
		}
		select {
		case <-stop.Done():
			if ever == exitGreen {
				return nil
			}
			return silent(ever)
		case <-time.After(o.every):
		}
	}
}

// look reads the log once and says what is new.
func (o *watching) look(p *program, policy tlog.Policy, w monitor.Watch) (worst int, err error) {
	if w.Sent, err = readSent(o.sent); err != nil {
		return 0, err
	}
	l := logAt(o.log)
	seen, err := openLog(l, policy)
	if err != nil {
		return 0, err
	}
	if o.keep != "" {
		note, err := readFile(o.keep, tlog.MaxNote)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return 0, failure("reading "+quote(o.keep)+": "+cause(err), "--keep names the file that an earlier run has written, or none")
		default:
			if err := followsKept(policy, l, seen, o.keep, note); err != nil {
				return 0, err
			}
			old, err := policy.Open(note)
			if err != nil {
				return 0, logFault("the checkpoint "+quote(o.keep), err)
			}
			w.From = old.Size
		}
	}
	if err := seen.Fresh(p.now(), o.age, 5*time.Minute); err != nil {
		return 0, logFault("the log", err)
	}
	var entries [][]byte
	for int64(len(entries)) < seen.Size {
		more, err := tlog.Entries(context.Background(), l, seen.Checkpoint, int64(len(entries))/tlog.Width)
		if err != nil {
			return 0, logFault("the entries of the log", err)
		}
		entries = append(entries, more...)
	}
	at := p.now()
	w.Sending = at.Add(-o.grace)
	for _, n := range monitor.Look(w, entries, at) {
		if n.Code.Alarm() {
			worst = exitRed
		} else if worst == exitGreen {
			worst = exitAmber
		}
		o.say(p, n)
	}
	relying := monitor.Relying(act.Fold(w.Root, entries, nil), w.Country, at)
	o.sayRelying(p, relying)
	if o.keep != "" {
		if err := replaceFile(o.keep, seen.Note, 0o644); err != nil {
			return 0, failure("writing "+quote(o.keep)+": "+cause(err), "--keep names a file in a folder that this program may write")
		}
	}
	if worst == exitGreen && !o.asJSON && !o.said["quiet"] {
		o.said["quiet"] = true
		fmt.Fprintf(p.out, "quiet    %d entries, nothing in the name of %s that it did not send\n", seen.Size, o.country)
	}
	return worst, nil
}

// readSent reads the acts of a folder; other files in it are passed over.
func readSent(folder string) ([][]byte, error) {
	names, err := os.ReadDir(folder)
	if err != nil {
		return nil, failure("reading the folder "+quote(folder)+": "+cause(err), "--sent names the folder with the acts that the country has sent, as they were signed")
	}
	var out [][]byte
	for _, n := range names {
		info, err := n.Info()
		if err != nil || n.IsDir() || info.Size() > act.MaxSize {
			continue
		}
		b, err := readFile(filepath.Join(folder, n.Name()), act.MaxSize)
		if err != nil {
			return nil, failure("reading "+quote(filepath.Join(folder, n.Name()))+": "+cause(err), "the folder of what was sent must be readable: what is not in it is an alarm")
		}
		out = append(out, b)
	}
	return out, nil
}

// sentences say what a notice is about.
func noticeText(n monitor.Notice) string {
	switch n.Code {
	case monitor.Unsent:
		return fmt.Sprintf("an act of %s that is not among those it sent: %s, issued on %s, entry %d. If no office of the country knows it, a key is stolen: end it now (network act: limit)", n.By, printable(n.What), isoMoment(n.At), n.Index)
	case monitor.Withheld:
		return fmt.Sprintf("an act that %s sent is not in the log: %s, issued on %s. Send it again, by another gateway if there is one", n.By, printable(n.What), isoMoment(n.At))
	case monitor.About:
		return fmt.Sprintf("the keyholders have stated %s on %s, entry %d", printable(n.What), isoMoment(n.At), n.Index)
	case monitor.Forged:
		return fmt.Sprintf("entry %d claims to be an act of %s and is refused by everybody (%s)", n.Index, n.By, n.Why)
	case monitor.Burst:
		return fmt.Sprintf("%s withdrew %d certificates more for the reason %s on %s", n.By, n.Count, printable(n.Why), isoMoment(n.At))
	case monitor.Unread:
		return fmt.Sprintf("%s stated something critical that this program is too old for: get a newer one", n.By)
	case monitor.Quiet:
		if n.What != "" {
			return fmt.Sprintf("%s: its withdrawals ended on %s; nobody learns of new ones", n.By, isoMoment(n.At))
		}
		return fmt.Sprintf("%s has stated nothing since %s", n.By, isoMoment(n.At))
	case monitor.Ends:
		return fmt.Sprintf("%s ends on %s: renew it", printable(n.What), isoMoment(n.At))
	}
	return string(n.Code)
}

func (o *watching) say(p *program, n monitor.Notice) {
	if o.asJSON {
		v := struct {
			Alarm bool      `json:"alarm"`
			Code  string    `json:"code"`
			By    string    `json:"by"`
			Entry *int64    `json:"entry,omitempty"`
			What  string    `json:"what,omitempty"`
			At    time.Time `json:"at,omitzero"`
			Count int64     `json:"count,omitempty"`
			Why   string    `json:"why,omitempty"`
			Text  string    `json:"text"`
		}{n.Code.Alarm(), string(n.Code), n.By, nil, n.What, n.At, n.Count, n.Why, noticeText(n)}
		if n.Index >= 0 {
			v.Entry = &n.Index
		}
		o.once(p, string(jsonLine(v)))
		return
	}
	o.once(p, map[bool]string{true: "ALARM    ", false: "notice   "}[n.Code.Alarm()]+noticeText(n)+"\n")
}

// once prints what was not printed before in this run.
func (o *watching) once(p *program, line string) {
	if !o.said[line] {
		o.said[line] = true
		_, _ = p.out.WriteString(line)
	}
}

func (o *watching) sayRelying(p *program, rs []monitor.Reliance) {
	if o.asJSON || len(rs) == 0 {
		return
	}
	var by []string
	for _, r := range rs {
		if !slices.Contains(by, r.By) {
			by = append(by, r.By)
		}
	}
	o.once(p, fmt.Sprintf("relies   %d countries recognise certificates of %s, and would refuse them without its keys: %s\n", len(by), o.country, strings.Join(by, " ")))
}
