package tlog

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// Policy says whose word is enough: which logs, which witnesses, and how many of
// which groups of them. Read one with [ParsePolicy]. The zero Policy accepts
// nothing.
type Policy struct {
	Logs      []Party
	Witnesses []Party
	groups    map[string]group // by name, witnesses among them as groups of themselves
	quorum    string           // "none": no witness is needed
	text      string
}

// Party is a log or a witness of a policy.
type Party struct {
	Name string // within the policy; of a log, its origin
	Key  Key
	URL  string // may be empty
}

type group struct {
	k       int
	members []string
	witness bool
}

// none is the quorum of those who rely on the log alone.
const none = "none"

// ParsePolicy reads a policy (c2sp.org/tlog-policy). [Policy.String] is the text
// as it was read, comments and all.
func ParsePolicy(text string) (Policy, error) {
	p := Policy{groups: map[string]group{}, text: text}
	if len(text) > MaxPolicy || text != "" && !strings.HasSuffix(text, "\n") {
		return Policy{}, fmt.Errorf("reading policy: %w: too long, or the last line does not end", ErrFormat)
	}
	n := 0
	for line := range strings.Lines(text) {
		n++
		if strings.IndexFunc(line, func(r rune) bool { return r < 0x20 && r != '\t' && r != '\n' || r == 0x7f }) >= 0 {
			return Policy{}, fmt.Errorf("reading policy: %w: line %d: control character", ErrFormat, n)
		}
		f := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' })
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if err := p.line(f); err != nil {
			return Policy{}, fmt.Errorf("reading policy: %w: line %d: %w", ErrFormat, n, err)
		}
	}
	if p.quorum == "" {
		return Policy{}, fmt.Errorf("reading policy: %w: no quorum", ErrFormat)
	}
	return p, nil
}

// String is the text of the policy.
func (p Policy) String() string { return p.text }

func (p *Policy) line(f []string) error {
	switch {
	case f[0] == "log" && (len(f) == 2 || len(f) == 3):
		return p.log(f[1], f[2:])
	case f[0] == "witness" && (len(f) == 3 || len(f) == 4):
		return p.witness(f[1], f[2], f[3:])
	case f[0] == "group" && len(f) >= 4:
		return p.group(f[1], f[2], f[3:])
	case f[0] == "quorum" && len(f) == 2:
		if p.quorum != "" {
			return errors.New("a second quorum")
		}
		if _, ok := p.groups[f[1]]; !ok && f[1] != none {
			return errors.New("the quorum is no witness or group of an earlier line")
		}
		p.quorum = f[1]
		return nil
	}
	return errors.New("not a line of a policy: log, witness, group, quorum")
}

func (p *Policy) log(vkey string, url []string) error {
	k, err := ParseKey(vkey)
	if err != nil {
		return err
	}
	if k.Algorithm == WitnessEd25519 {
		return errors.New("a witness's key for a log")
	}
	if len(p.Logs) == MaxNames || has(p.Logs, k) {
		return errors.New("the log stands twice, or there are too many")
	}
	p.Logs = append(p.Logs, Party{k.Name, k, strings.Join(url, "")})
	return nil
}

func (p *Policy) witness(name, vkey string, url []string) error {
	k, err := ParseKey(vkey)
	if err != nil {
		return err
	}
	if k.Algorithm == LogEd25519 {
		return errors.New("a key for notes without time: witnesses have one of type 4")
	}
	// Also under another name or of another type the same key is the same witness.
	if len(p.Witnesses) == MaxNames || has(p.Witnesses, k) {
		return errors.New("the witness stands twice, or there are too many")
	}
	p.Witnesses = append(p.Witnesses, Party{name, k, strings.Join(url, "")})
	return p.define(name, group{witness: true})
}

func has(ps []Party, k Key) bool {
	return slices.ContainsFunc(ps, func(q Party) bool { return bytes.Equal(q.Key.Public, k.Public) })
}

func (p *Policy) group(name, k string, members []string) error {
	g := group{members: members}
	switch n, ok := decimal(k); {
	case k == "any":
		g.k = 1
	case k == "all":
		g.k = len(members)
	case !ok || n < 1 || n > int64(len(members)):
		return errors.New("a group has any, all, or a number of its members")
	default:
		g.k = int(n)
	}
	for i, m := range members {
		if _, ok := p.groups[m]; !ok {
			return errors.New("a member is no witness or group of an earlier line")
		}
		if slices.Contains(members[:i], m) {
			return errors.New("a member stands twice")
		}
		// Each name counts in one place alone, so that nobody counts twice.
		for _, other := range p.groups {
			if slices.Contains(other.members, m) {
				return errors.New("a member is one of another group")
			}
		}
	}
	return p.define(name, g)
}

func (p *Policy) define(name string, g group) error {
	if _, ok := p.groups[name]; ok || name == none || len(p.groups) == 2*MaxNames {
		return errors.New("a name stands twice, or there are too many")
	}
	p.groups[name] = g
	return nil
}

// met reports whether these witnesses are a quorum.
func (p Policy) met(witnesses map[string]bool) bool {
	return p.quorum == none || p.quorum != "" && p.agrees(p.quorum, witnesses)
}

func (p Policy) agrees(name string, witnesses map[string]bool) bool {
	g := p.groups[name]
	if g.witness {
		return witnesses[name]
	}
	n := 0
	for _, m := range g.members {
		if p.agrees(m, witnesses) {
			n++
		}
	}
	return g.k > 0 && n >= g.k
}

// Witnessed is a checkpoint that a log has signed and a quorum has cosigned.
type Witnessed struct {
	Checkpoint
	Log  Party
	By   []Cosignature // of the policy's witnesses, the newest first
	AsOf time.Time     // a quorum says that there was nothing newer at this moment; zero if none is needed
	Note []byte        // as it was read
}

// Cosignature says when a witness has seen a checkpoint, and none newer.
type Cosignature struct {
	Witness string // its name in the policy
	At      time.Time
}

// Open reads a checkpoint with its signatures. Those of keys that are not the
// policy's are no matter; one that names a key of the policy and does not verify
// spoils them all. The errors are [ErrFormat], [ErrUnsigned], [ErrSignature],
// [ErrOrigin] and [ErrQuorum].
func (p Policy) Open(data []byte) (Witnessed, error) {
	w, err := p.open(data)
	if err != nil {
		return Witnessed{}, fmt.Errorf("opening checkpoint: %w", err)
	}
	seen := map[string]bool{}
	if p.met(seen) {
		return w, nil
	}
	// The newest cosignatures first: where a quorum is reached, all of it says
	// that at this moment there was nothing newer.
	for _, c := range w.By {
		if seen[c.Witness] = true; p.met(seen) {
			w.AsOf = c.At
			return w, nil
		}
	}
	return Witnessed{}, fmt.Errorf("opening checkpoint: %w: %d of those that the policy names", ErrQuorum, len(w.By))
}

// OpenUnwitnessed reads a checkpoint that a log of the policy has signed, and
// asks for no witness: what a log needs that collects cosignatures.
func (p Policy) OpenUnwitnessed(data []byte) (Witnessed, error) {
	w, err := p.open(data)
	if err != nil {
		return Witnessed{}, fmt.Errorf("opening checkpoint: %w", err)
	}
	return w, nil
}

func (p Policy) open(data []byte) (Witnessed, error) {
	if len(data) > MaxNote {
		return Witnessed{}, fmt.Errorf("%w: too long", ErrFormat)
	}
	type known struct {
		party Party
		log   bool
		when  int64
	}
	var all []*known
	var vs []note.Verifier
	for i, ps := range [][]Party{p.Logs, p.Witnesses} {
		for _, q := range ps {
			if q.Key.Algorithm != LogEd25519 && q.Key.Algorithm != WitnessEd25519 {
				continue // nothing can be said about it
			}
			k := &known{party: q, log: i == 0}
			all = append(all, k)
			vs = append(vs, verifier{q.Key, &k.when})
		}
	}
	n, err := note.Open(data, note.VerifierList(vs...))
	if err != nil {
		return Witnessed{}, noteError(err)
	}
	w := Witnessed{Note: bytes.Clone(data)}
	if w.Checkpoint, err = parseCheckpoint(n.Text); err != nil {
		return Witnessed{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	for _, s := range n.Sigs {
		for _, k := range all {
			switch {
			case k.party.Key.Name != s.Name || k.party.Key.ID() != s.Hash:
			case !k.log:
				w.By = append(w.By, Cosignature{k.party.Name, time.Unix(k.when, 0).UTC()})
			case s.Name != w.Origin:
				return Witnessed{}, ErrOrigin
			default:
				w.Log = k.party
			}
		}
	}
	if w.Log.Name == "" {
		return Witnessed{}, ErrUnsigned
	}
	slices.SortStableFunc(w.By, func(a, b Cosignature) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Witness, b.Witness)) })
	return w, nil
}

// noteError turns what package note says into our errors.
func noteError(err error) error {
	if _, ok := errors.AsType[*note.InvalidSignatureError](err); ok {
		return ErrSignature
	}
	if _, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		return ErrUnsigned
	}
	return fmt.Errorf("%w: not a signed note", ErrFormat)
}

// Fresh returns nil if a quorum has confirmed the checkpoint no longer than age
// before now, and not later than skew after it. The errors are [ErrStale], which a
// checkpoint that no witness has dated always is, and [ErrFuture].
func (w Witnessed) Fresh(now time.Time, age, skew time.Duration) error {
	switch {
	case w.AsOf.IsZero() || now.Sub(w.AsOf) > age:
		return fmt.Errorf("judging checkpoint: %w", ErrStale)
	case w.AsOf.Sub(now) > skew:
		return fmt.Errorf("judging checkpoint: %w", ErrFuture)
	}
	return nil
}

// Merge returns a checkpoint with the cosignatures of the policy's witnesses among
// lines, which may be what a witness has answered. One that does not verify, or is
// nobody's, is left out; of one witness the newest stays.
func (p Policy) Merge(data []byte, lines string) ([]byte, error) {
	w, err := p.OpenUnwitnessed(data)
	if err != nil {
		return nil, err
	}
	text := w.String()
	type made struct {
		line string
		at   time.Time
	}
	best := map[string]made{}
	_, have, _ := bytes.Cut(data, []byte("\n\n"))
	var out strings.Builder
	for line := range strings.Lines(string(have) + lines) {
		alone, err := p.witnessLine(text, line)
		if err == nil && (best[alone.Witness].line == "" || alone.At.After(best[alone.Witness].at)) {
			best[alone.Witness] = made{line, alone.At}
		}
	}
	k := w.Log.Key
	for line := range strings.Lines(string(have)) {
		if strings.HasPrefix(line, "— "+k.Name+" ") && p.isLog(text, line) {
			out.WriteString(line)
		}
	}
	for _, q := range p.Witnesses {
		out.WriteString(best[q.Name].line)
	}
	return []byte(text + "\n" + out.String()), nil
}

// witnessLine verifies one cosignature over a text.
func (p Policy) witnessLine(text, line string) (Cosignature, error) {
	for _, q := range p.Witnesses {
		if !strings.HasPrefix(line, "— "+q.Key.Name+" ") {
			continue
		}
		var when int64
		if n, err := note.Open([]byte(text+"\n"+line), note.VerifierList(verifier{q.Key, &when})); err == nil && len(n.Sigs) == 1 && n.Text == text {
			return Cosignature{q.Name, time.Unix(when, 0).UTC()}, nil
		}
	}
	return Cosignature{}, ErrUnsigned
}

func (p Policy) isLog(text, line string) bool {
	for _, q := range p.Logs {
		if n, err := note.Open([]byte(text+"\n"+line), note.VerifierList(verifier{q.Key, new(int64)})); err == nil && len(n.Sigs) == 1 && n.Text == text {
			return true
		}
	}
	return false
}

// Requires says how the quorum is made up, in one line for people.
func (p Policy) Requires() string {
	if p.quorum == none {
		return "no witness"
	}
	return p.requires(p.quorum)
}

func (p Policy) requires(name string) string {
	g := p.groups[name]
	if g.witness {
		return name
	}
	var members []string
	for _, m := range g.members {
		members = append(members, p.requires(m))
	}
	if len(members) == 1 {
		return members[0]
	}
	return strconv.Itoa(g.k) + " of (" + strings.Join(members, ", ") + ")"
}
