package conform

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/vectors"
)

// Plan is the vectors as questions.
type Plan struct {
	hash    string
	vectors []vector
}

// vector is one question with what must be answered.
type vector struct {
	Case
	format string // hc1, shc, vds; empty: of none
	ask    Request
	judge  func(judges []string, a Answer) finding
}

// New makes the plan of all vectors.
func New() (*Plan, error) {
	p := &Plan{}
	sum := sha256.New()
	for _, name := range vectors.Names() {
		f, err := vectors.Load(name)
		if err != nil {
			return nil, err
		}
		sum.Write(vectors.Raw(name))
		if err := p.addCodes(name, f); err != nil {
			return nil, fmt.Errorf("planning %s: %w", name, err)
		}
	}
	issue, err := vectors.LoadIssue()
	if err != nil {
		return nil, err
	}
	sum.Write(vectors.Raw("issue"))
	if err := p.addIssue(issue); err != nil {
		return nil, fmt.Errorf("planning issue: %w", err)
	}
	rules, err := vectors.LoadRules()
	if err != nil {
		return nil, err
	}
	sum.Write(vectors.Raw("rules"))
	p.addRules(rules)
	p.hash = hex.EncodeToString(sum.Sum(nil))
	return p, nil
}

// Vectors returns the SHA-256 of the files that the questions come from, one
// after the other.
func (p *Plan) Vectors() string { return p.hash }

// Len is how many questions a role has.
func (p *Plan) Len(r Role) int {
	n := 0
	for _, v := range p.vectors {
		if v.Role == r {
			n++
		}
	}
	return n
}

// Flags are what is odd about the vectors of a role, each once, ascending.
func (p *Plan) Flags(r Role) []string {
	seen := map[string]bool{}
	for _, v := range p.vectors {
		if v.Role == r {
			for _, f := range v.Flags {
				seen[f] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func (p *Plan) add(v vector) {
	v.ask.V, v.ask.ID = 1, len(p.vectors)+1
	p.vectors = append(p.vectors, v)
}

// addCodes adds the vectors of a file of codes: for verifiers, and where it can
// be told from the text alone, for readers.
func (p *Plan) addCodes(name string, f *vectors.File) error {
	worlds := map[string]*World{}
	for w := range f.Worlds {
		var err error
		if worlds[w], err = worldOf(f, w); err != nil {
			return err
		}
	}
	for _, c := range f.Cases {
		form := formatOf(c.Text)
		group := name
		if name == "formats" {
			group = name + "/" + form
			if form == "" {
				group = name + "/other"
			}
		}
		about := func(r Role) Case {
			return Case{Group: group, ID: c.ID, Role: r, Comment: c.Comment, Flags: c.Flags, Vector: fmt.Sprintf("%s/%d", name, c.ID)}
		}
		if readerJudges(c) && name != "verdict" {
			p.add(vector{about(Reader), form, Request{Op: "read", Text: c.Text}, func(_ []string, a Answer) finding { return judgeRead(c, form, a) }})
		}
		q := c.Question
		p.add(vector{about(Verifier), form, Request{Op: "verify", Text: c.Text, World: worlds[q.World],
			Question: &Question{To: q.To, From: q.From, Via: q.Via, Purpose: q.Purpose, At: q.At, Now: q.Now}},
			func(judges []string, a Answer) finding { return judgeVerify(c, judges, a) }})
	}
	return nil
}

// formatOf is the format that a text claims to be of.
func formatOf(text string) string {
	switch format.Identify(text) {
	case format.HC1:
		return "hc1"
	case format.SHC:
		return "shc"
	case format.VDS:
		return "vds"
	case format.DIVOC:
		return "divoc"
	}
	return ""
}

// worldOf is a world of a file with its keys written out.
func worldOf(f *vectors.File, name string) (*World, error) {
	v := f.Worlds[name]
	w := &World{Name: name, Files: map[string]string{}, Keys: []Key{}, KeyPolicy: v.KeyPolicy, AsOf: v.AsOf, HardExpiry: v.HardExpiry}
	var keys trust.Keys
	for _, file := range v.Files {
		text := f.Files[file]
		w.Files[file] = text
		if !strings.HasPrefix(text, "pratique-trust/") {
			continue
		}
		l, err := lists.Read(file, []byte(text))
		if err != nil {
			return nil, fmt.Errorf("world %s: %w", name, err)
		}
		for _, k := range l.Keys {
			keys.Add(k)
		}
	}
	for _, k := range keys.All() {
		jwk, err := publicJWK(k.Public)
		if err != nil {
			return nil, fmt.Errorf("world %s: %w", name, err)
		}
		w.Keys = append(w.Keys, Key{[]byte(k.ID), jwk, k.Country, uses(k.Uses), k.Issuer, k.DER, k.NotBefore, k.NotAfter})
	}
	return w, nil
}

func uses(u trust.Uses) []string {
	var out []string
	if u.Any {
		out = append(out, "any")
	}
	for _, x := range u.Of {
		out = append(out, string(x))
	}
	return out
}

func (p *Plan) addIssue(f *vectors.IssueFile) error {
	for _, c := range f.Cases {
		k, ok := f.Keys[c.Key]
		if !ok {
			return fmt.Errorf("case %d: no key %q", c.ID, c.Key)
		}
		key := SigningKey{KeyID: k.KeyID, JWK: k.JWK, PKCS8: k.PKCS8, Country: k.Country, Issuer: k.Issuer, Certificate: k.Certificate}
		p.add(vector{
			Case{Group: "issue/" + c.Format, ID: c.ID, Role: Issuer, Comment: c.Comment, Flags: c.Flags, Vector: fmt.Sprintf("issue/%d", c.ID)}, c.Format,
			Request{Op: "issue", Format: c.Format, Certificate: c.Certificate, Payload: c.Payload, Key: &key, At: c.At, Until: c.Until},
			func(_ []string, a Answer) finding { return judgeIssue(c, key, a) },
		})
	}
	return nil
}

func (p *Plan) addRules(f *vectors.RulesFile) {
	for _, c := range f.Cases {
		group := "rules"
		if len(c.Flags) > 0 {
			group += "/" + c.Flags[0]
		}
		p.add(vector{
			Case{Group: group, ID: c.ID, Role: Rules, Comment: c.Comment, Flags: c.Flags, Vector: fmt.Sprintf("rules/%d", c.ID)}, "",
			Request{Op: "eval", Logic: c.Logic, Data: data(c.Data)},
			func(_ []string, a Answer) finding { return judgeEval(c, a) },
		})
	}
}

func data(d json.RawMessage) json.RawMessage {
	if d == nil {
		return json.RawMessage("null")
	}
	return d
}

// Questions are what is asked, hello first; of these roles only, or of all.
func (p *Plan) Questions(roles ...Role) iter.Seq[Request] {
	return func(yield func(Request) bool) {
		if !yield(Request{V: 1, Op: "hello"}) {
			return
		}
		for _, v := range p.vectors {
			if (len(roles) == 0 || slices.Contains(roles, v.Role)) && !yield(v.ask) {
				return
			}
		}
	}
}
