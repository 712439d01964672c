package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/act"
)

func networkCheckCommand() *command {
	var fingerprint string
	var asJSON bool
	return &command{
		use:   "check FILE...",
		short: "whether root documents, applications and acts are signed and may be so",
		long: `Check reads the files of a network, puts them into their order, and says of each what it states and whether it counts: signed by enough, by whom it may be, the next of its kind, with an end. A file that one of the acts publishes is held against it. One of them must be a root document to begin with, unless all are applications: of version 1, or the one whose fingerprint you have by another way (--root).

It ends with 0 if all count, and with 1 if one does not.`,
		example: `$ pratique network check root.txt admit-xb.txt
$ pratique network check --root 3f1c...e2 root2.txt admit-xb.txt
$ pratique network check xb-application.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&fingerprint, "root", "", "begin with the root document of this `FINGERPRINT`")
			f.BoolVar(&asJSON, "json", false, "print one JSON object a line")
		},
		run: func(p *program, args []string) error {
			if len(args) == 0 {
				return misuse("name the files to check", "`pratique network check root.txt admit-xb.txt`")
			}
			return p.checkNetwork(args, fingerprint, asJSON)
		},
	}
}

// networkFile is a file of a network before it is judged.
type networkFile struct {
	name        string
	data        []byte
	root        *act.Root
	act         *act.Act
	application bool
}

// rank is the order in which files are judged: root documents by version, then
// applications and acts; of those the keyholders' first, each party's by number.
func (f networkFile) rank() (int, string, int64) {
	switch {
	case f.root != nil:
		return 0, "", f.root.Version
	case f.act != nil && f.act.By == act.ByRoot:
		return 2, "", f.act.Number
	case f.act != nil:
		return 3, f.act.By, f.act.Number
	}
	return 1, f.name, 0
}

func (p *program) checkNetwork(names []string, fingerprint string, asJSON bool) error {
	var files []networkFile
	for _, name := range names {
		data, err := readFile(name, 128<<20)
		if err != nil {
			return failure("reading "+quote(name)+": "+cause(err), "give the files that `pratique network` has made")
		}
		f := networkFile{name: name, data: data, application: true}
		text, _ := unsigned(data)
		if d, err := act.ParseRoot(text); err == nil {
			f.root, f.application = &d, false
		} else if a, err := act.Parse(text); err == nil {
			f.act, f.application = &a, false
		}
		files = append(files, f)
	}
	slices.SortStableFunc(files, func(a, b networkFile) int {
		ra, pa, na := a.rank()
		rb, pb, nb := b.rank()
		return cmp.Or(cmp.Compare(ra, rb), cmp.Compare(pa, pb), cmp.Compare(na, nb))
	})
	j := networkJudge{p: p, asJSON: asJSON, fingerprint: fingerprint, all: files}
	for _, f := range files {
		j.judge(f)
	}
	if j.refused > 0 {
		return silent(exitRed)
	}
	return nil
}

// networkJudge judges one file after another.
type networkJudge struct {
	p           *program
	asJSON      bool
	fingerprint string
	all         []networkFile
	state       *act.State
	refused     int
}

func (j *networkJudge) judge(f networkFile) {
	what, err := "", error(nil)
	switch {
	case f.root != nil && j.state == nil:
		what = fmt.Sprintf("root document of %s, version %d, %d of %d from %d regions, until %s", printable(f.root.Network), f.root.Version, f.root.Threshold, len(f.root.Holders), f.root.Regions, day(f.root.Until))
		var d act.Root
		if d, err = act.OpenRoot(f.data, j.fingerprint); err == nil {
			j.state = act.NewState(d)
			if !j.p.now().Before(d.Until) {
				j.p.warn("%s ended on %s: it can be followed by a new one, and nothing else", f.name, day(d.Until))
			}
		}
	case f.root != nil:
		what = fmt.Sprintf("root document of %s, version %d, until %s", printable(f.root.Network), f.root.Version, day(f.root.Until))
		err = j.state.Apply(f.data)
	case f.application:
		if d, by, ok := j.documentOf(f); ok {
			what = fmt.Sprintf("%s %s of %s, version %d, as its act states", d.Class, d.ID, by, d.Version)
			err = act.CheckContent(by, d, f.data)
			break
		}
		what = "not a file of a network"
		var a act.Application
		if a, err = act.OpenApplication(f.data); err == nil {
			what = fmt.Sprintf("application of %s (%s) to %s, signed by all %d keys", printable(a.Party.Name), a.Party.Code, printable(a.Network), len(a.Party.Signers))
		}
	default:
		what = fmt.Sprintf("act %d of %s", f.act.Number, f.act.By) + statedBy(f.act.Body)
		if j.state == nil {
			err = &act.Refusal{Reason: act.Quorum, Text: "no root document says who may sign it: give that, too"}
			break
		}
		err = j.state.Apply(f.data)
	}
	j.say(f, what, err)
}

func (j *networkJudge) say(f networkFile, what string, err error) {
	reason, text := act.Reason(""), ""
	if err != nil {
		j.refused++
		reason, text = act.ReasonOf(err), refusalText(err)
	}
	if j.asJSON {
		j.p.out.Write(jsonLine(struct {
			File    string     `json:"file"`
			Says    string     `json:"says"`
			Counts  bool       `json:"counts"`
			Reason  act.Reason `json:"reason,omitempty"`
			Because string     `json:"because,omitempty"`
		}{f.name, what, err == nil, reason, text}))
		return
	}
	if err == nil {
		fmt.Fprintf(j.p.out, "%-8s %s: %s\n", "counts", f.name, what)
		return
	}
	fmt.Fprintf(j.p.out, "%-8s %s: %s\n%-8s %s (%s)\n", "REFUSED", f.name, what, "", printable(text), reason)
}

// statedBy says in a few words what an act states.
func statedBy(b act.Body) string {
	switch b := b.(type) {
	case act.Party:
		return fmt.Sprintf(": admits %s (%s) until %s", printable(b.Name), b.Code, day(b.Until))
	case act.Policy:
		return ": asks for " + printable(b.Log.Requires())
	case act.Key:
		return ": a key for " + usesText(b.Uses)
	case act.Recognition:
		return fmt.Sprintf(": recognises %s for %s until %s", b.Of, scope(b.Recognition), day(b.Until))
	case act.Laboratory:
		return ": registers the laboratory " + printable(b.Name)
	case act.Lane:
		return fmt.Sprintf(": opens the lane %s until %s", b.ID, day(b.Until))
	case act.Limit:
		return ": limits a key to what it signed until " + isoMoment(b.IssuedUntil)
	case act.Document:
		return fmt.Sprintf(": publishes %s %s, version %d, until %s", b.Class, b.ID, b.Version, day(b.Until))
	case act.End:
		return ": ends the " + b.Kind + " " + printable(b.ID)
	}
	return ""
}
