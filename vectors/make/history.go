package main

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/vectors"
)

// The cases of histories are written in texts, one after the other:
//
//	flag NAME ...                      of the cases that follow
//	case ID COMMENT
//	case ID like ID COMMENT            the same file and question, then changed
//	case ID not ID COMMENT             likewise, in exactly one thing, so that the answer is another
//	at MOMENT                          of the verdict
//	ask nothing / PLACE FROM [until=MOMENT] [transit=HOURS] [here=CODE]
//	holder NAME, head LINE, lists NAME ...
//	LINE                               a line of the file: its lines are counted from 2
//	drop N, change N LINE              of the lines that were taken over
//
// and then what is wanted:
//
//	want PRESENCE GRADE, part FROM GRADE [PLACE [or PLACE]] [perhaps], fewest N ...
//	found N CODE [kept], orders N ..., changes MOMENT, none (of a file that is none)
//	day DATE RISK SYSTEM [by CODE], looked DATE SYSTEM, reads N NAME=VALUE ...
//	refused LIST WHY, local FROM PLACE LEVEL-OR-LACKS [perhaps]
//
// A line is what it is in the file, or a code that is made for it:
//
//	stamp CODE entry/exit MOMENT [OPTION]
//	notice CODE order WORD FROM UNTIL [OPTION] / notice CODE release WORD FROM of=N [OPTION]
//	signed CODE DATE none/low/high SYSTEM RULE made=MOMENT [OPTION]
//	again N [OPTION]
//
// Options are listed in history_codes.go; "_" in a value is a space.

//go:embed history/*.txt
var historyTexts embed.FS

var historyTextNames = []string{"coverage", "stays", "stamps", "notices", "exposure", "areas"}

// itemWords begin the lines of a file.
var itemWords = []string{"stay", "stamp", "notice", "signed", "again", "exposure", "checked", "venue", "symptom", "text"}

const noon = "2026-11-22T12:00:00+01:00"

// historyCase is a case as it is written.
type historyCase struct {
	vectors.HistoryCase
	ask   string
	head  string
	lines []string
	edits int
}

// historyFile makes the vectors of histories.
func historyFile() vectors.HistoryFile {
	f := vectors.HistoryFile{
		Format: vectors.HistoryFormat,
		About:  "From the file that a person holds to what it proves: stays, border stamps, notices and releases, exposure days, checks and area lists, each case with the one that differs in one thing alone.",
		Notes:  historyNotes, Files: map[string]string{},
		Holders: map[string]vectors.Holder{"anna": documents["anna"], "other": documents["other"]},
	}
	for _, c := range countries {
		f.Files["keys-"+c] = officeList(c)
		f.Keys = append(f.Keys, "keys-"+c)
	}
	for name, text := range areaLists() {
		f.Files[name] = text
	}
	var cases []*historyCase
	for _, name := range historyTextNames {
		b, err := historyTexts.ReadFile("history/" + name + ".txt")
		must(err)
		cases = readCases(name, string(b), cases)
	}
	for _, c := range cases {
		if c.Negates != 0 && c.edits != 1 {
			panic(fmt.Sprintf("history case %d differs from %d in %d things, not in one", c.ID, c.Negates, c.edits))
		}
		c.Text = c.file()
		f.Cases = append(f.Cases, c.HistoryCase)
	}
	return f
}

// readCases adds the cases of a text to those before it.
func readCases(name, text string, cases []*historyCase) []*historyCase {
	var flags []string
	var c *historyCase
	for i, line := range strings.Split(text, "\n") {
		fail := func(what string) { panic(fmt.Sprintf("history/%s.txt:%d: %s", name, i+1, what)) }
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case word == "" || word[0] == '#':
		case word == "flag":
			flags = strings.Fields(rest)
		case word == "case":
			c = newCase(rest, cases)
			if c == nil {
				fail("want: case ID [like/not ID of an earlier case] COMMENT")
			}
			c.Flags = slices.Clone(flags)
			cases = append(cases, c)
		case c == nil || !c.set(word, rest) && !c.wants(word, rest):
			fail("not understood: " + line)
		}
	}
	return cases
}

func newCase(rest string, cases []*historyCase) *historyCase {
	id, comment, _ := strings.Cut(rest, " ")
	c := &historyCase{head: "pratique-history/1.0"}
	c.At, c.Holder = moment(noon), "anna"
	how, after, _ := strings.Cut(comment, " ")
	if how == "like" || how == "not" {
		of, after, _ := strings.Cut(after, " ")
		i := slices.IndexFunc(cases, func(c *historyCase) bool { return c.ID == number(of) })
		if i < 0 {
			return nil
		}
		*c = *cases[i]
		c.Want, c.Negates, c.edits, c.lines, comment = vectors.HistoryWant{}, 0, 0, slices.Clone(c.lines), after
		if how == "not" {
			c.Negates = number(of)
		}
	}
	if c.ID, c.Comment = number(id), comment; comment == "" {
		return nil
	}
	return c
}

// set reads what a case is.
func (c *historyCase) set(word, rest string) bool {
	c.edits++
	switch {
	case word == "at":
		c.At = moment(rest)
	case word == "ask":
		c.ask = rest
		c.Question = question(rest)
	case word == "holder":
		c.Holder = rest
	case word == "head":
		c.head = rest
	case word == "lists":
		c.Lists = strings.Fields(rest)
	case word == "drop":
		n := number(rest) - 2
		c.lines = slices.Delete(c.lines, n, n+1)
	case word == "change":
		n, line, _ := strings.Cut(rest, " ")
		c.lines[number(n)-2] = strings.TrimSpace(line)
	case slices.Contains(itemWords, word):
		c.lines = append(c.lines, word+" "+rest)
	default:
		c.edits--
		return false
	}
	return true
}

func question(s string) *vectors.HistoryQuestion {
	if s == "nothing" {
		return nil
	}
	f := strings.Fields(s)
	q := &vectors.HistoryQuestion{Place: f[0], From: moment(f[1])}
	for _, o := range f[2:] {
		switch k, v, _ := strings.Cut(o, "="); k {
		case "until":
			q.Until = moment(v)
		case "transit":
			q.Transit = number(v)
		case "here":
			q.Here = v
		default:
			panic("question: " + o)
		}
	}
	return q
}

// wants reads what is wanted.
func (c *historyCase) wants(word, rest string) bool {
	w, f := &c.Want, strings.Fields(rest)
	perhaps := len(f) > 0 && f[len(f)-1] == "perhaps"
	if perhaps {
		f = f[:len(f)-1]
	}
	switch word {
	case "want":
		w.Presence, w.Grade = f[0], f[1]
	case "part":
		p := vectors.HistoryPart{From: moment(f[0]), Grade: f[1]}
		for _, place := range f[2:] {
			if place != "or" {
				p.Places = append(p.Places, place)
			}
		}
		p.Sure = len(p.Places) > 0 && !perhaps
		w.Parts = append(w.Parts, p)
	case "fewest":
		w.Fewest = numbers(f)
	case "found":
		w.Findings = append(w.Findings, vectors.LineFinding{Line: number(f[0]), Code: f[1], Kept: len(f) == 3})
	case "orders":
		w.Orders = numbers(f)
	case "changes":
		w.Changes = moment(f[0])
	case "none":
		w.NoFile = true
	case "day":
		d := vectors.ExposureDay{Date: f[0], Risk: f[1], System: f[2]}
		if len(f) == 5 {
			d.By = f[4]
		}
		w.Days = append(w.Days, d)
	case "looked":
		if w.Checked == nil {
			w.Checked = map[string]string{}
		}
		w.Checked[f[1]] = f[0]
	case "reads":
		r := vectors.LineReading{Line: number(f[0]), Says: map[string]string{}}
		for _, o := range f[1:] {
			k, v, _ := strings.Cut(o, "=")
			r.Says[k] = spaced(v)
		}
		w.Reads = append(w.Reads, r)
	case "refused":
		if w.Refused == nil {
			w.Refused = map[string]string{}
		}
		w.Refused[f[0]] = f[1]
	case "local":
		l := vectors.LocalLevel{From: moment(f[0]), Place: f[1], Level: f[2], Sure: !perhaps}
		if strings.HasPrefix(f[2], "no_") {
			l.Level, l.Lacks = "", f[2]
		}
		w.Local = append(w.Local, l)
	default:
		return false
	}
	return true
}

// finishHistory refuses a file that breaks its own rules: identifiers and flags
// as in the other files, and each case with one that differs in one thing and in
// its answer.
func finishHistory(f vectors.HistoryFile) error {
	paired := map[int]bool{}
	byID := map[int]vectors.HistoryCase{}
	used := map[string]bool{}
	for _, c := range f.Cases {
		if _, twice := byID[c.ID]; c.ID == 0 || twice {
			return fmt.Errorf("history case %d (%s): identifiers are positive and used once", c.ID, c.Comment)
		}
		byID[c.ID] = c
		for _, flag := range c.Flags {
			if used[flag] = true; f.Notes[flag].What == "" {
				return fmt.Errorf("history case %d: flag %q has no note", c.ID, flag)
			}
		}
		if len(c.Flags) == 0 {
			return fmt.Errorf("history case %d has no flag", c.ID)
		}
		if c.Negates == 0 {
			continue
		}
		if _, there := byID[c.Negates]; !there {
			return fmt.Errorf("history case %d negates %d, which is not before it", c.ID, c.Negates)
		}
		if paired[c.ID], paired[c.Negates] = true, true; same(c.Want, byID[c.Negates].Want) {
			return fmt.Errorf("history case %d negates %d and wants the same", c.ID, c.Negates)
		}
	}
	for _, c := range f.Cases {
		if !paired[c.ID] {
			return fmt.Errorf("history case %d has no negation", c.ID)
		}
	}
	for flag := range f.Notes {
		if !used[flag] {
			return fmt.Errorf("no history case has the flag %q", flag)
		}
	}
	return nil
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	must(err)
	return n
}

func numbers(f []string) []int {
	out := make([]int, len(f))
	for i, s := range f {
		out[i] = number(s)
	}
	return out
}

func moment(s string) time.Time {
	t, err := time.ParseInLocation(time.RFC3339, s, time.UTC)
	must(err)
	return t
}

func spaced(s string) string { return strings.ReplaceAll(s, "_", " ") }
