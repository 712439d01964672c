package main

import (
	"embed"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/vectors"
)

// The cases of own colours are written like those of histories (see history.go),
// with these words beside:
//
//	in PLACE, rules NAME ... (or none), lists NAME ... (or none), holder NAME (or none)
//	cert RESULT SAMPLED [OPTION]       a certificate of a test: negative, positive
//	uncert N, recert N RESULT SAMPLED  take one away, or make it otherwise
//
// and then what is wanted:
//
//	COLOUR REASON ...
//	changes MOMENT COLOUR, by-itself MOMENT (when it is green)
//	aside KIND INDEX REASON [kept]
//
// Options of a certificate: issued until by name born tt (antigen) sig=flip.

//go:embed self/*.txt
var selfTexts embed.FS

// selfCase is a case as it is written.
type selfCase struct {
	historyCase
	vectors.SelfCase
	certs []string
}

const ownNoon = "2026-11-20T09:00:00+01:00"

// selfFile makes the vectors of own colours.
func selfFile() vectors.SelfFile {
	f := vectors.SelfFile{
		Format: vectors.SelfFormat,
		About:  "From all that one person holds to their own colour, by three rule documents: each case with one that differs in one thing alone.",
		Notes:  selfNotes, Files: map[string]string{},
		Holders: map[string]vectors.Holder{"anna": documents["anna"], "other": documents["other"]},
	}
	for _, c := range countries {
		f.Files["keys-"+c] = officeList(c)
		f.Keys = append(f.Keys, "keys-"+c)
	}
	for name, text := range ownLists() {
		f.Files[name] = text
	}
	for _, name := range []string{"self-baseline", "self-strict", "self-lenient"} {
		f.Files[name] = ownRules(name, nil)
	}
	f.Files["lapsed"] = ownRules("self-lenient", func(m map[string]any) { m["until"] = "2026-11-01T00:00:00Z" })
	f.Files["refusing"] = ownRules("self-lenient", func(m map[string]any) {
		m["refuse"] = []any{map[string]any{"rule": "GR-XA-0101", "reason": map[string]any{"en": "A day of high exposure refuses, says this example."}}}
	})
	b, err := selfTexts.ReadFile("self/colours.txt")
	must(err)
	for _, c := range readSelf(string(b)) {
		if c.SelfCase.Negates != 0 && c.edits != 1 {
			panic(fmt.Sprintf("self case %d differs from %d in %d things, not in one", c.SelfCase.ID, c.SelfCase.Negates, c.edits))
		}
		c.SelfCase.Text = c.file()
		c.SelfCase.At = c.historyCase.At
		for _, s := range c.certs {
			c.Codes = append(c.Codes, readLine(s).certificate())
		}
		f.Cases = append(f.Cases, c.SelfCase)
	}
	return f
}

// ownRules is a pack as Norland applies it, changed.
func ownRules(name string, change func(m map[string]any)) string {
	set, err := rules.Pack(name)
	must(err)
	set, err = set.For("XA")
	must(err)
	return packed(set, change)
}

// ownLists are the lists of two countries, of the weeks before and after.
func ownLists() map[string]string {
	list := func(country, from, until, areas string) string {
		text := "pratique-areas/1.0\njurisdiction " + country + "\npublished " + from + "T00:00:00+01:00\nuntil " + until + "T00:00:00+01:00\nfloor 20000\ndays 7\n\n" + areas
		b, err := signed.Sign([]byte(text), officeKey(country+"-statistics").priv, nil)
		must(err)
		return string(b)
	}
	const a, b = "area 01 812000 12 low North\narea 02 97500 240 high The Isles\narea 03 55000 49.5 medium East\n", "area 02 97500 240 high South\narea 04 61000 50 medium West\narea 05 44000 49 medium Lakes\n"
	return map[string]string{
		"xa-before": list("XA", "2026-10-28", "2026-11-27", a),
		"xa-after":  list("XA", "2026-11-27", "2026-12-27", a),
		"xb-before": list("XB", "2026-10-28", "2026-11-27", b),
	}
}

func readSelf(text string) []*selfCase {
	var cases []*selfCase
	var flags []string
	var c *selfCase
	for i, line := range strings.Split(text, "\n") {
		fail := func(what string) { panic(fmt.Sprintf("self/colours.txt:%d: %s", i+1, what)) }
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case word == "" || word[0] == '#':
		case word == "flag":
			flags = strings.Fields(rest)
		case word == "case":
			if c = newSelf(rest, cases); c == nil {
				fail("want: case ID [like/not ID of an earlier case] COMMENT")
			}
			c.SelfCase.Flags = slices.Clone(flags)
			cases = append(cases, c)
		case c == nil || !c.wanted(word, rest) && !c.is(word, rest):
			fail("not understood: " + line)
		}
	}
	return cases
}

func newSelf(rest string, cases []*selfCase) *selfCase {
	id, comment, _ := strings.Cut(rest, " ")
	c := &selfCase{}
	c.head, c.historyCase.At = "pratique-history/1.0", moment(ownNoon)
	c.SelfCase.Holder, c.In, c.Rules, c.SelfCase.Lists = "anna", "XA/01", []string{"self-lenient"}, []string{"xa-before", "xa-after", "xb-before"}
	if how, after, _ := strings.Cut(comment, " "); how == "like" || how == "not" {
		of, after, _ := strings.Cut(after, " ")
		i := slices.IndexFunc(cases, func(c *selfCase) bool { return c.SelfCase.ID == number(of) })
		if i < 0 {
			return nil
		}
		*c = *cases[i]
		c.SelfCase.Want, c.SelfCase.Negates, c.edits, comment = vectors.SelfWant{}, 0, 0, after
		c.lines, c.certs, c.Codes = slices.Clone(c.lines), slices.Clone(c.certs), nil
		if how == "not" {
			c.SelfCase.Negates = number(of)
		}
	}
	if c.SelfCase.ID, c.SelfCase.Comment = number(id), comment; comment == "" {
		return nil
	}
	return c
}

// is reads what a case is.
func (c *selfCase) is(word, rest string) bool {
	names := strings.Fields(rest)
	if rest == "none" {
		names = nil
	}
	c.edits++
	switch word {
	case "in":
		c.In = rest
	case "rules":
		c.Rules = names
	case "lists":
		c.SelfCase.Lists = names
	case "holder":
		c.SelfCase.Holder = strings.Join(names, "")
	case "cert":
		c.certs = append(c.certs, rest)
	case "uncert":
		c.certs = slices.Delete(c.certs, number(rest), number(rest)+1)
	case "recert":
		n, line, _ := strings.Cut(rest, " ")
		c.certs[number(n)] = line
	default:
		c.edits--
		return c.set(word, rest)
	}
	return true
}

// wanted reads what is wanted.
func (c *selfCase) wanted(word, rest string) bool {
	w, f := &c.SelfCase.Want, strings.Fields(rest)
	switch word {
	case "green", "amber", "red", "grey":
		w.Verdict, w.Reasons = word, f
	case "changes":
		w.Changes, w.To = moment(f[0]), f[1]
	case "by-itself":
		w.Green = moment(f[0])
	case "aside":
		w.Aside = append(w.Aside, vectors.SelfAside{Kind: f[0], Index: number(f[1]), Reason: f[2], Kept: len(f) == 4})
	default:
		return false
	}
	return true
}

// certificate makes the code of a test.
func (l line) certificate() string {
	e := testEntry()
	e.set("sc", l.words[1])
	if l.words[0] == "positive" {
		e.set("tr", "260373001")
	}
	if l.option("tt", "") == "antigen" {
		e.set("tt", "LP217198-3")
	}
	d := dcc("t", e)
	d.set("nam", omap{{"fn", "Eriksson"}, {"fnt", "ERIKSSON"}, {"gn", l.option("name", "Anna Maria")}, {"gnt", strings.ReplaceAll(strings.ToUpper(l.option("name", "Anna Maria")), " ", "<")}})
	d.set("dob", l.option("born", "1974-08-12"))
	c := newCode(officeKey(l.option("by", "XA-laboratory")), d)
	at := moment(l.words[1])
	c.claims = omap{{1, l.option("issuer", "XA")}, {4, int(moment(l.option("until", at.AddDate(0, 0, 60).Format("2006-01-02T15:04:05Z07:00"))).Unix())},
		{6, int(moment(l.option("issued", l.words[1])).Unix())}, {-260, nil}}
	if l.option("sig", "") == "flip" {
		c.sig = func(b []byte) []byte { b[5] ^= 1; return b }
	}
	return c.String()
}

// finishSelf refuses a file that breaks its own rules, as finishHistory does.
func finishSelf(f vectors.SelfFile) error {
	paired, byID, used := map[int]bool{}, map[int]vectors.SelfCase{}, map[string]bool{}
	for _, c := range f.Cases {
		if _, twice := byID[c.ID]; c.ID == 0 || twice {
			return fmt.Errorf("self case %d (%s): identifiers are positive and used once", c.ID, c.Comment)
		}
		byID[c.ID] = c
		for _, flag := range c.Flags {
			if used[flag] = true; f.Notes[flag].What == "" {
				return fmt.Errorf("self case %d: flag %q has no note", c.ID, flag)
			}
		}
		for _, name := range slices.Concat(c.Rules, c.Lists) {
			if f.Files[name] == "" {
				return fmt.Errorf("self case %d: no file %q", c.ID, name)
			}
		}
		if c.Want.Verdict == "" || len(c.Want.Reasons) == 0 || len(c.Flags) == 0 {
			return fmt.Errorf("self case %d wants nothing, or has no flag", c.ID)
		}
		if c.Negates == 0 {
			continue
		}
		if _, there := byID[c.Negates]; !there {
			return fmt.Errorf("self case %d negates %d, which is not before it", c.ID, c.Negates)
		}
		if paired[c.ID], paired[c.Negates] = true, true; reflect.DeepEqual(c.Want, byID[c.Negates].Want) {
			return fmt.Errorf("self case %d negates %d and wants the same", c.ID, c.Negates)
		}
	}
	for _, c := range f.Cases {
		if !paired[c.ID] {
			return fmt.Errorf("self case %d has no negation", c.ID)
		}
	}
	for flag := range f.Notes {
		if !used[flag] {
			return fmt.Errorf("no self case has the flag %q", flag)
		}
	}
	return nil
}

const ourColour = "our package verify, and docs/self.md"

var selfNotes = map[string]vectors.Note{
	"order":     {What: "an order of a health authority, and its release", Effect: "a person is held after an order ended, or green while one is in force", Source: ourColour},
	"infection": {What: "a positive test", Effect: "an infection is hidden by a later certificate, or held against a person for ever", Source: ourColour},
	"holder":    {What: "whose an order or a certificate is", Effect: "somebody else's order turns a person red, or their certificate green", Source: ourColour},
	"exposure":  {What: "a day of exposure", Effect: "an exposure has no end, or counts at another second in another time zone", Source: ourColour},
	"warning":   {What: "a warning for a place, or symptoms", Effect: "what a person tells of themselves is lost, or held against them without an end", Source: ourColour},
	"area":      {What: "a stay in an area of which a list says something", Effect: "a person is judged by a place where they were not, or no longer", Source: ourColour},
	"gap":       {What: "a time of which it is not known where the person was, or what was published", Effect: "silence turns somebody red, or green", Source: ourColour},
	"missing":   {What: "evidence that is missing, stale or expired", Effect: "what was not shown is held against a person as if it spoke against them", Source: ourColour},
	"aside":     {What: "a certificate that is not authentic, not in force or not recognised", Effect: "a forged line in a file colours its owner", Source: ourColour},
	"rules":     {What: "a rule document that lapsed, refuses, or is another one", Effect: "a colour rests on rules that nobody answers for", Source: ourColour},
	"clock":     {What: "the moment that is asked about", Effect: "a wrong clock gives a colour", Source: ourColour},
}
