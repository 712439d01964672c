package tlog_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/tlog"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Keys of tests are derived from a word: they are known to everybody.
func key(word string) ed25519.PrivateKey {
	h := sha256.Sum256([]byte("pratique tlog test: " + word))
	return ed25519.NewKeyFromSeed(h[:])
}

const origin = "trust.example/log"

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func vkey(t testing.TB, name string, a tlog.Algorithm) string {
	t.Helper()
	k, err := tlog.NewKey(name, a, key(name).Public())
	if err != nil {
		t.Fatal(err)
	}
	return k.String()
}

// Five witnesses in three regions; two regions must agree.
func policyText(t testing.TB) string {
	w := func(n string) string { return vkey(t, n+".example/w", tlog.WitnessEd25519) }
	return "# of the tests\nlog " + vkey(t, origin, tlog.LogEd25519) + " https://trust.example/log\n\n" +
		"witness east1 " + w("east1") + "\nwitness east2 " + w("east2") + "\nwitness south " + w("south") + "\nwitness north1\t" + w("north1") + " https://w.example\n witness north2 " + w("north2") + "\n" +
		"group east any east1 east2\ngroup north all north1 north2\ngroup regions 2 east north south\nquorum regions\n"
}

func policy(t testing.TB) tlog.Policy {
	t.Helper()
	p, err := tlog.ParsePolicy(policyText(t))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func cosign(t testing.TB, c tlog.Checkpoint, who string, at time.Time) string {
	t.Helper()
	line, err := tlog.Cosign(c, who+".example/w", key(who+".example/w"), at)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func entry(n int) []byte { return fmt.Appendf(nil, "entry %d of the log", n) }

// grown is a log of n entries, added in steps.
func grown(t testing.TB, n, step int) (*tlog.Memory, tlog.Checkpoint, []byte) {
	t.Helper()
	m := new(tlog.Memory)
	tree := &tlog.Tree{Origin: origin, Signer: key(origin), Storage: m}
	for i := 0; i < n; i += step {
		var es [][]byte
		for j := i; j < min(n, i+step); j++ {
			es = append(es, entry(j))
		}
		first, _, err := tree.Append(t.Context(), es...)
		if err != nil || first != int64(i) {
			t.Fatalf("entry %d stands at %d: %v", i, first, err)
		}
	}
	if _, _, err := tree.Append(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, head, err := tree.Head(t.Context())
	if err != nil || c.Size != int64(n) {
		t.Fatalf("a log of %d entries, want %d: %v", c.Size, n, err)
	}
	return m, c, head
}

// root is RFC 6962, section 2.1, word for word.
func root(entries [][]byte) tlog.Hash {
	switch n := len(entries); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, entries[0]...))
	default:
		k := 1
		for 2*k < n {
			k *= 2
		}
		l, r := root(entries[:k]), root(entries[k:])
		return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
	}
}

func TestTheLogIsTheTreeOfTheSpecification(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 255, 256, 257, 600, 66000} {
		step := 1 + n/3
		var all [][]byte
		for i := range n {
			all = append(all, entry(i))
		}
		if _, c, _ := grown(t, n, step); c.Root != root(all) {
			t.Errorf("the root of %d entries is another", n)
		}
	}
}

// The files are those of c2sp.org/tlog-tiles: its own example of 70,000 entries.
func TestFilesAreThoseOfTheSpecification(t *testing.T) {
	m, c, _ := grown(t, 70000, 70000)
	files := m.Files()
	count := map[string]int{}
	for name, data := range files {
		f := strings.Split(name, "/")
		kind := f[1]
		if strings.Contains(name, ".p/") {
			kind += " partial " + f[len(f)-1]
		} else if f[1] != "entries" && len(data) != 8192 {
			t.Errorf("%s has %d bytes", name, len(data))
		}
		count[kind]++
	}
	for kind, want := range map[string]int{"0": 273, "0 partial 112": 1, "1": 1, "1 partial 17": 1, "2 partial 1": 1, "entries": 273, "entries partial 112": 1} {
		if count[kind] != want {
			t.Errorf("%d of %q, want %d", count[kind], kind, want)
		}
		delete(count, kind)
	}
	if len(count) > 0 {
		t.Errorf("more files: %v", count)
	}
	if _, ok := files["tile/0/x000/272"]; ok {
		t.Error("272 has three digits")
	}
	if got := tlog.EntriesPath(1234067, 256); got != "tile/entries/x001/x234/067" {
		t.Errorf("got %s", got)
	}
	es, err := tlog.Entries(t.Context(), m, c, 273)
	if err != nil || len(es) != 112 || string(es[111]) != string(entry(69999)) {
		t.Errorf("%d entries, %v", len(es), err)
	}
}

// However it was added, the same history has the same root and full tiles.
func TestStepsDoNotMatter(t *testing.T) {
	one, a, _ := grown(t, 700, 700)
	many, b, _ := grown(t, 700, 13)
	if a.String() != b.String() {
		t.Fatal("another checkpoint")
	}
	all := many.Files()
	for name, data := range one.Files() {
		if !bytes.Equal(all[name], data) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestEveryEntryCanBeProvenAndNothingElse(t *testing.T) {
	m, c, head := grown(t, 300, 77)
	p := policy(t)
	note, err := p.Merge(head, cosign(t, c, "east1", noon)+cosign(t, c, "south", noon))
	if err != nil {
		t.Fatal(err)
	}
	w, err := p.Open(note)
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(300) {
		proof, err := tlog.Prove(t.Context(), m, w, i)
		if err != nil {
			t.Fatal(err)
		}
		again, err := tlog.ParseProof(proof.Bytes())
		if err != nil || !bytes.Equal(again.Bytes(), proof.Bytes()) {
			t.Fatal(err)
		}
		if _, err := again.Check(p, entry(int(i))); err != nil {
			t.Errorf("entry %d: %v", i, err)
		}
		if _, err := again.Check(p, entry(int(i+1))); !errors.Is(err, tlog.ErrInclusion) {
			t.Errorf("the proof of %d is one of %d: %v", i, i+1, err)
		}
		again.Index++
		if _, err := again.Check(p, entry(int(i))); !errors.Is(err, tlog.ErrInclusion) {
			t.Errorf("the proof of %d holds at %d: %v", i, i+1, err)
		}
	}
	for _, i := range []int64{-1, 300} {
		if _, err := tlog.Prove(t.Context(), m, w, i); !errors.Is(err, tlog.ErrMissing) {
			t.Errorf("entry %d: %v", i, err)
		}
	}
}

func TestConsistencyOfEverySizeWithEveryLaterOne(t *testing.T) {
	const n = 40
	var cs []tlog.Checkpoint
	m := new(tlog.Memory)
	tree := &tlog.Tree{Origin: origin, Signer: key(origin), Storage: m}
	for i := range n {
		if _, _, err := tree.Append(t.Context(), entry(i)); err != nil {
			t.Fatal(err)
		}
		c, _, _ := tree.Head(t.Context())
		cs = append(cs, c)
	}
	other, _, _ := grown(t, 7, 7)
	for i, a := range cs {
		for _, b := range cs[i:] {
			proof, err := tlog.Consistency(t.Context(), m, b, a.Size)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Follows(a, proof); err != nil {
				t.Errorf("%d to %d: %v", a.Size, b.Size, err)
			}
			fork := a
			fork.Root[0] ^= 1
			if err := b.Follows(fork, proof); !errors.Is(err, tlog.ErrSplit) {
				t.Errorf("%d to %d after another history: %v", a.Size, b.Size, err)
			}
			if a.Size < b.Size {
				if err := a.Follows(b, proof); !errors.Is(err, tlog.ErrRollback) {
					t.Errorf("%d after %d: %v", a.Size, b.Size, err)
				}
			}
		}
	}
	// A log that has not begun has one root, and is followed by all.
	none := tlog.Checkpoint{Origin: origin, Root: root(nil)}
	if err := none.Follows(tlog.Checkpoint{Origin: origin}, nil); err != nil {
		t.Error(err)
	}
	if err := cs[0].Follows(none, nil); err != nil {
		t.Error(err)
	}
	none.Root[0] ^= 1
	if err := none.Follows(tlog.Checkpoint{Origin: origin}, nil); !errors.Is(err, tlog.ErrSplit) {
		t.Errorf("no entries with a root of some: %v", err)
	}
	// The files of another log prove nothing of this one.
	if _, err := tlog.Consistency(t.Context(), other, cs[20], 7); err == nil {
		t.Error("another log's files were taken")
	}
}

// What the operator can do to a checkpoint, and a reader who sees it: each case
// differs from the first in one thing.
func TestCheckpointsOfACheat(t *testing.T) {
	_, c, head := grown(t, 12, 5)
	p := policy(t)
	east, east2, south := cosign(t, c, "east1", noon), cosign(t, c, "east2", noon), cosign(t, c, "south", noon.Add(-time.Hour))
	north1, north2 := cosign(t, c, "north1", noon), cosign(t, c, "north2", noon.Add(time.Hour))
	text, log, _ := bytes.Cut(head, []byte("\n\n"))
	with := func(text, sigs string) []byte { return []byte(text + "\n\n" + sigs) }
	fork := c
	fork.Root[5] ^= 1
	forged, err := tlog.Sign(fork, key(origin))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := c
	elsewhere.Origin = "other.example/log"
	foreign, err := tlog.Sign(elsewhere, key("other.example/log"))
	if err != nil {
		t.Fatal(err)
	}
	stolen, err := tlog.Sign(c, key("thief"))
	if err != nil {
		t.Fatal(err)
	}
	_, forgedLine, _ := bytes.Cut(forged, []byte("\n\n"))
	sig := func(line, name string) string { // under another name and its key hash
		k, err := tlog.NewKey(name, tlog.WitnessEd25519, key(name).Public())
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(line[strings.LastIndex(line, " "):]))
		id := k.ID()
		copy(raw, []byte{byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id)})
		return "— " + name + " " + base64.StdEncoding.EncodeToString(raw) + "\n"
	}
	for _, v := range []struct {
		comment string
		note    []byte
		err     error
		asOf    time.Time
	}{
		{"two regions agree", append(bytes.Clone(head), east+south...), nil, noon.Add(-time.Hour)},
		{"a third one, newer, counts for the age", append(bytes.Clone(head), east+south+north1+north2...), nil, noon},
		{"strangers sign, too", append(bytes.Clone(head), east+south+cosign(t, c, "stranger", noon)...), nil, noon.Add(-time.Hour)},
		{"no witness", head, tlog.ErrQuorum, time.Time{}},
		{"one region", append(bytes.Clone(head), east...), tlog.ErrQuorum, time.Time{}},
		{"the same region twice", append(bytes.Clone(head), east+east2...), tlog.ErrQuorum, time.Time{}},
		{"the same witness twice", append(bytes.Clone(head), east+east...), tlog.ErrQuorum, time.Time{}},
		{"the same witness at two times", append(bytes.Clone(head), east+cosign(t, c, "east1", noon.Add(time.Minute))...), tlog.ErrQuorum, time.Time{}},
		{"half of a region that must agree", append(bytes.Clone(head), east+north1...), tlog.ErrQuorum, time.Time{}},
		{"a cosignature put under another's name", append(bytes.Clone(head), east+sig(east, "south.example/w")...), tlog.ErrSignature, time.Time{}},
		{"cosignatures of another tree", append(bytes.Clone(forged), east+south...), tlog.ErrSignature, time.Time{}},
		{"the log's signature of another tree", with(string(text), string(forgedLine)+east+south), tlog.ErrSignature, time.Time{}},
		{"not the log's key", append(bytes.Clone(stolen), east+south...), tlog.ErrUnsigned, time.Time{}},
		{"witnesses, and no log", with(string(text), east+south), tlog.ErrUnsigned, time.Time{}},
		{"another log", foreign, tlog.ErrUnsigned, time.Time{}},
		{"no signature at all", []byte(c.String()), tlog.ErrFormat, time.Time{}},
		{"a size with a zero before it", with(strings.Replace(string(text), "\n12\n", "\n012\n", 1), string(log)), tlog.ErrSignature, time.Time{}},
		{"cut", head[:len(head)-1], tlog.ErrFormat, time.Time{}},
		{"longer than any", append(bytes.Clone(head), bytes.Repeat([]byte("x"), tlog.MaxNote)...), tlog.ErrFormat, time.Time{}},
	} {
		t.Run(v.comment, func(t *testing.T) {
			w, err := p.Open(v.note)
			if !errors.Is(err, v.err) {
				t.Fatalf("got %v, want %v", err, v.err)
			}
			if err == nil && (w.Checkpoint.String() != c.String() || !w.AsOf.Equal(v.asOf) || w.Log.Name != origin) {
				t.Errorf("got %v of %s as of %s", w.Checkpoint, w.Log.Name, w.AsOf)
			}
			if err != nil && (w.Note != nil || w.Size != 0) {
				t.Error("half a checkpoint")
			}
		})
	}
}

// A log of the policy that signs under the name of another log of the policy.
func TestALogSpeaksForItselfAlone(t *testing.T) {
	p, err := tlog.ParsePolicy("log " + vkey(t, origin, tlog.LogEd25519) + "\nlog " + vkey(t, "other.example/log", tlog.LogEd25519) + "\nquorum none\n")
	if err != nil {
		t.Fatal(err)
	}
	_, _, head := grown(t, 3, 3)
	text, _, _ := bytes.Cut(head, []byte("\n\n"))
	// The other log's signature over this log's text, under its own name.
	raw := ed25519.Sign(key("other.example/log"), append(bytes.Clone(text), '\n'))
	k, _ := tlog.NewKey("other.example/log", tlog.LogEd25519, key("other.example/log").Public())
	id := k.ID()
	line := "— other.example/log " + base64.StdEncoding.EncodeToString(append([]byte{byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id)}, raw...)) + "\n"
	if _, err := p.Open([]byte(string(text) + "\n\n" + line)); !errors.Is(err, tlog.ErrOrigin) {
		t.Errorf("got %v", err)
	}
	if w, err := p.Open(head); err != nil || !w.AsOf.IsZero() {
		t.Errorf("its own: %v, %v", w.AsOf, err)
	}
}

// One witness that lies about the time cannot make old news fresh.
func TestFreeze(t *testing.T) {
	_, c, head := grown(t, 12, 12)
	p := policy(t)
	old, lie := noon.AddDate(0, 0, -9), noon.AddDate(1, 0, 0)
	open := func(lines ...string) tlog.Witnessed {
		w, err := p.Open([]byte(string(head) + strings.Join(lines, "")))
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	for _, v := range []struct {
		comment string
		w       tlog.Witnessed
		want    error
	}{
		{"confirmed an hour ago", open(cosign(t, c, "east1", noon.Add(-time.Hour)), cosign(t, c, "south", noon.Add(-time.Hour))), nil},
		{"frozen for nine days", open(cosign(t, c, "east1", old), cosign(t, c, "south", old)), tlog.ErrStale},
		{"frozen, and one witness lies", open(cosign(t, c, "east1", lie), cosign(t, c, "south", old)), tlog.ErrStale},
		{"frozen, and a region lies", open(cosign(t, c, "east1", lie), cosign(t, c, "east2", lie), cosign(t, c, "south", old)), tlog.ErrStale},
		{"the clock is a year behind", open(cosign(t, c, "east1", lie), cosign(t, c, "south", lie)), tlog.ErrFuture},
		{"nothing", tlog.Witnessed{}, tlog.ErrStale},
	} {
		if err := v.w.Fresh(noon, 24*time.Hour, time.Minute); !errors.Is(err, v.want) {
			t.Errorf("%s: got %v, want %v", v.comment, err, v.want)
		}
	}
}

func TestMergeKeepsWhatVerifies(t *testing.T) {
	_, c, head := grown(t, 12, 12)
	p := policy(t)
	other := c
	other.Size++
	newer := cosign(t, c, "east1", noon.Add(time.Hour))
	got, err := p.Merge(append(bytes.Clone(head), cosign(t, c, "east1", noon)...),
		newer+cosign(t, c, "east1", noon.Add(-time.Hour))+cosign(t, c, "stranger", noon)+cosign(t, other, "south", noon)+"— rubbish\nrubbish\n"+cosign(t, c, "north1", noon))
	if err != nil {
		t.Fatal(err)
	}
	if want := string(head) + newer + cosign(t, c, "north1", noon); string(got) != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if _, err := p.Merge([]byte("rubbish"), newer); err == nil {
		t.Error("rubbish was merged")
	}
}

// A checkpoint of an algorithm of tomorrow beside today's.
func TestUnknownAlgorithmNeverCounts(t *testing.T) {
	_, c, head := grown(t, 12, 12)
	k := tlog.Key{Name: "future.example/w", Algorithm: 0x06, Public: bytes.Repeat([]byte{7}, 1312)}
	if again, err := tlog.ParseKey(k.String()); err != nil || again.String() != k.String() {
		t.Fatal(err)
	}
	text := "log " + vkey(t, origin, tlog.LogEd25519) + "\nwitness today " + vkey(t, "east1.example/w", tlog.WitnessEd25519) + "\nwitness future " + k.String() + "\n"
	id := k.ID()
	line := "— future.example/w " + base64.StdEncoding.EncodeToString(append([]byte{byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id)}, make([]byte, 2428)...)) + "\n"
	note := []byte(string(head) + cosign(t, c, "east1", noon) + line)
	for quorum, want := range map[string]error{"group g any today future\nquorum g\n": nil, "group g all today future\nquorum g\n": tlog.ErrQuorum, "quorum future\n": tlog.ErrQuorum} {
		p, err := tlog.ParsePolicy(text + quorum)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Open(note); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", quorum, err, want)
		}
	}
}

func TestPolicyRefuses(t *testing.T) {
	good := policyText(t)
	if p := policy(t); p.String() != good || p.Requires() != "2 of (1 of (east1, east2), 2 of (north1, north2), south)" {
		t.Errorf("got %s, %s", p, p.Requires())
	}
	// The zero policy accepts nothing.
	_, _, head := grown(t, 1, 1)
	if _, err := (tlog.Policy{}).Open(head); err == nil {
		t.Error("the zero policy accepts")
	}
	east := vkey(t, "east1.example/w", tlog.WitnessEd25519)
	renamed, err := tlog.NewKey("new.example/w", tlog.WitnessEd25519, key("east1.example/w").Public())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct{ comment, text string }{
		{"nothing", ""},
		{"no quorum", "witness a " + east + "\n"},
		{"two quorums", good + "quorum east\n"},
		{"a quorum before its group", "quorum a\nwitness a " + east + "\n"},
		{"a quorum of nobody", "quorum nobody\n"},
		{"a witness twice", good + "witness again " + east + "\n"},
		{"a witness twice under another name of its key", good + "witness again " + renamed.String() + "\n"},
		{"a name twice", good + "witness south " + vkey(t, "x", tlog.WitnessEd25519) + "\n"},
		{"a witness named none", "witness none " + east + "\nquorum none\n"},
		{"a log twice", good + "log " + vkey(t, origin, tlog.LogEd25519) + "\n"},
		{"a log's key for a witness", good + "witness w " + vkey(t, "w", tlog.LogEd25519) + "\n"},
		{"a witness's key for a log", good + "log " + vkey(t, "w", tlog.WitnessEd25519) + "\n"},
		{"a member of two groups", good + "group again any south east1\n"},
		{"a member twice", "witness a " + east + "\ngroup g 2 a a\nquorum g\n"},
		{"a group of itself", "group g any g\nquorum g\n"},
		{"none in a group", "group g any none\nquorum g\n"},
		{"more than there are", "witness a " + east + "\ngroup g 2 a\nquorum g\n"},
		{"none of them", "witness a " + east + "\ngroup g 0 a\nquorum g\n"},
		{"a number with a zero before it", "witness a " + east + "\ngroup g 01 a\nquorum g\n"},
		{"a group of nobody", "group g any\nquorum none\n"},
		{"an unknown line", good + "mirror a\n"},
		{"a key with another hash", strings.Replace(good, "+", "+0", 1)},
		{"no line end", strings.TrimSuffix(good, "\n")},
		{"a carriage return", strings.ReplaceAll(good, "\n", "\r\n")},
		{"too long", good + strings.Repeat("#\n", tlog.MaxPolicy/2)},
	} {
		if _, err := tlog.ParsePolicy(v.text); !errors.Is(err, tlog.ErrFormat) {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
	var many strings.Builder
	for i := range tlog.MaxNames + 1 {
		fmt.Fprintf(&many, "witness w%d %s\n", i, vkey(t, fmt.Sprint("w", i), tlog.WitnessEd25519))
	}
	if _, err := tlog.ParsePolicy(many.String() + "quorum none\n"); err == nil {
		t.Error("too many witnesses")
	}
}

func TestCheckpointRefuses(t *testing.T) {
	h := base64.StdEncoding.EncodeToString(make([]byte, 32))
	good := "a\n1\n" + h + "\nextra\n"
	if c, err := tlog.ParseCheckpoint(good); err != nil || c.String() != good {
		t.Fatal(err)
	}
	for _, text := range []string{"", "a\n1\n", "a\n1\n" + h, "\n1\n" + h + "\n", "a\n-1\n" + h + "\n", "a\n+1\n" + h + "\n", "a\n01\n" + h + "\n", "a\n1\n" + h[:40] + "\n",
		"a\n1\n" + h + "\n\n", "a\n9223372036854775808\n" + h + "\n", "a\t\n1\n" + h + "\n", "a\xff\n1\n" + h + "\n", "a\n1\n" + strings.Replace(h, "A=", "B=", 1) + "\n"} {
		if c, err := tlog.ParseCheckpoint(text); !errors.Is(err, tlog.ErrFormat) {
			t.Errorf("%q was read as %v", text, c)
		}
	}
	if _, err := tlog.Sign(tlog.Checkpoint{Origin: "a\nb", Size: 1}, key("a\nb")); err == nil {
		t.Error("a line feed in an origin was signed")
	}
	if _, err := tlog.Cosign(tlog.Checkpoint{Origin: "a", Size: 1}, "a b", key("a"), noon); err == nil {
		t.Error("a name with a space")
	}
	if _, err := tlog.Cosign(tlog.Checkpoint{Origin: "a", Size: 1}, "a", key("a"), time.Time{}); err == nil {
		t.Error("a cosignature without a time")
	}
}

// The example of c2sp.org/signed-note, section "Verifier keys".
func TestKeyOfTheSpecification(t *testing.T) {
	const text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
	k, err := tlog.ParseKey(text)
	if err != nil || k.Name != "example.com/foo" || k.ID() != 0x530d903a || k.Algorithm != tlog.LogEd25519 || k.String() != text {
		t.Errorf("got %v, %v", k, err)
	}
	for _, bad := range []string{"", "a", "a+b", strings.Replace(text, "530d", "530e", 1), strings.Replace(text, "530d903a", "530D903A", 1), strings.Replace(text, "foo", "f o", 1), text[:60]} {
		if _, err := tlog.ParseKey(bad); !errors.Is(err, tlog.ErrFormat) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A log whose files were changed, or whose head is not its own, is not built upon.
func TestDamageIsSeen(t *testing.T) {
	for _, v := range []struct {
		comment string
		damage  func(files map[string][]byte)
	}{
		{"a hash", func(f map[string][]byte) { f["tile/0/001.p/44"][3] ^= 1 }},
		{"an entry", func(f map[string][]byte) { f["tile/entries/001.p/44"][9] ^= 1 }},
		{"a length", func(f map[string][]byte) { f["tile/entries/001.p/44"][0] = 0xff }},
		{"bytes after the end", func(f map[string][]byte) {
			f["tile/entries/001.p/44"] = append(f["tile/entries/001.p/44"], 0)
		}},
		{"a file is gone", func(f map[string][]byte) { delete(f, "tile/0/001.p/44") }},
		{"the entries are gone", func(f map[string][]byte) { delete(f, "tile/entries/001.p/44") }},
	} {
		m, c, head := grown(t, 300, 300)
		files := m.Files()
		for n := range files {
			files[n] = bytes.Clone(files[n])
		}
		v.damage(files)
		spoiled := new(tlog.Memory)
		if err := spoiled.Commit(t.Context(), nil, head, files); err != nil {
			t.Fatal(err)
		}
		tree := &tlog.Tree{Origin: origin, Signer: key(origin), Storage: spoiled}
		if _, _, err := tree.Append(t.Context(), entry(300)); !errors.Is(err, tlog.ErrDamaged) && !errors.Is(err, tlog.ErrMissing) {
			t.Errorf("%s: built upon: %v", v.comment, err)
		}
		if now, _, err := tree.Head(t.Context()); err != nil || now.Size != c.Size {
			t.Errorf("%s: the head moved", v.comment)
		}
	}
	m, _, _ := grown(t, 3, 3)
	thief := &tlog.Tree{Origin: origin, Signer: key("thief"), Storage: m}
	if _, _, err := thief.Append(t.Context(), entry(3)); err == nil {
		t.Error("another key went on with the log")
	}
	mine := &tlog.Tree{Origin: origin, Signer: key(origin), Storage: m}
	for _, e := range [][]byte{nil, make([]byte, tlog.MaxEntry+1)} {
		if _, _, err := mine.Append(t.Context(), e); err == nil {
			t.Errorf("an entry of %d bytes", len(e))
		}
	}
	if _, _, err := mine.Append(t.Context(), make([]byte, tlog.MaxEntry)); err != nil {
		t.Error(err)
	}
}

// A partial tile that has been dropped is read from the full one.
func TestDroppedPartialTiles(t *testing.T) {
	m, c, _ := grown(t, 300, 100)
	later := &tlog.Tree{Origin: origin, Signer: key(origin), Storage: m}
	for i := 300; i < 600; i++ {
		if _, _, err := later.Append(t.Context(), entry(i)); err != nil {
			t.Fatal(err)
		}
	}
	files := m.Files()
	for name := range files {
		if strings.Contains(name, "001.p/") {
			delete(files, name)
		}
	}
	pruned := new(tlog.Memory)
	if err := pruned.Commit(t.Context(), nil, []byte("x"), files); err != nil {
		t.Fatal(err)
	}
	es, err := tlog.Entries(t.Context(), pruned, c, 1)
	if err != nil || len(es) != 44 {
		t.Errorf("%d entries, %v", len(es), err)
	}
	if _, err := tlog.Consistency(t.Context(), pruned, c, 257); err != nil {
		t.Error(err)
	}
}

// racing is a storage in which another is always faster once.
type racing struct {
	*tlog.Memory
	other *tlog.Tree
}

func (r *racing) Commit(ctx context.Context, old, head []byte, files map[string][]byte) error {
	if o := r.other; o != nil {
		r.other = nil
		if _, _, err := o.Append(ctx, []byte("of the other")); err != nil {
			return err
		}
	}
	return r.Memory.Commit(ctx, old, head, files)
}

func TestTwoSequencersDoNotForkTheLog(t *testing.T) {
	m := new(tlog.Memory)
	r := &racing{m, &tlog.Tree{Origin: origin, Signer: key(origin), Storage: m}}
	tree := &tlog.Tree{Origin: origin, Signer: key(origin), Storage: r}
	if _, _, err := tree.Append(t.Context(), []byte("mine")); !errors.Is(err, tlog.ErrConflict) {
		t.Fatalf("got %v", err)
	}
	first, _, err := tree.Append(t.Context(), []byte("mine"))
	if err != nil || first != 1 {
		t.Fatalf("at %d: %v", first, err)
	}
	c, _, _ := tree.Head(t.Context())
	es, err := tlog.Entries(t.Context(), m, c, 0)
	if err != nil || string(bytes.Join(es, []byte(","))) != "of the other,mine" {
		t.Errorf("got %q, %v", es, err)
	}
}

// golden compares with a file of testdata, which says what other programs must
// read and write, too.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s", name, got)
	}
}

func TestGolden(t *testing.T) {
	m, c, head := grown(t, 300, 300)
	p := policy(t)
	note, err := p.Merge(head, cosign(t, c, "south", noon)+cosign(t, c, "east2", noon.Add(-time.Minute)))
	if err != nil {
		t.Fatal(err)
	}
	w, err := p.Open(note)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := tlog.Prove(t.Context(), m, w, 258)
	if err != nil {
		t.Fatal(err)
	}
	hashes, err := tlog.Consistency(t.Context(), m, c, 200)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "policy.txt", []byte(p.String()))
	golden(t, "checkpoint", note)
	golden(t, "entry258.tlog-proof", proof.Bytes())
	golden(t, "add-checkpoint", tlog.Request{Old: 200, Hashes: hashes, Note: head}.Bytes())
}

func FuzzCheckpoint(f *testing.F) {
	_, c, head := grown(f, 12, 12)
	f.Add(head)
	f.Add([]byte(string(head) + cosign(f, c, "east1", noon) + cosign(f, c, "south", noon)))
	f.Add([]byte("a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— a AAAAAA==\n"))
	p := policy(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := tlog.ParseCheckpoint(string(b)); err == nil && c.String() != string(b) {
			t.Fatalf("%q was read as %q", b, c)
		}
		w, err := p.Open(b)
		if err == nil && (w.Origin != origin || len(w.By) < 2 || !bytes.HasPrefix(b, []byte(w.String()+"\n"))) {
			t.Fatalf("%q opens", b)
		}
	})
}

func FuzzPolicy(f *testing.F) {
	f.Add(policyText(f))
	f.Add("quorum none\n")
	f.Add("witness a b\ngroup g 1 a\nquorum g\n")
	_, _, head := grown(f, 1, 1)
	f.Fuzz(func(t *testing.T, s string) {
		p, err := tlog.ParsePolicy(s)
		if err != nil {
			return
		}
		if p.String() != s || p.Requires() == "" {
			t.Fatalf("%q became %q", s, p)
		}
		_, _ = p.Open(head)
	})
}

func FuzzProof(f *testing.F) {
	m, c, head := grown(f, 12, 12)
	p := policy(f)
	note, _ := p.Merge(head, cosign(f, c, "east1", noon)+cosign(f, c, "south", noon))
	w, err := p.Open(note)
	if err != nil {
		f.Fatal(err)
	}
	proof, err := tlog.Prove(context.Background(), m, w, 7)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(proof.Bytes())
	proof.Extra = []byte("more")
	f.Add(proof.Bytes())
	f.Add(tlog.Request{Old: 7, Hashes: proof.Hashes, Note: head}.Bytes())
	f.Add([]byte("old 0\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if q, err := tlog.ParseProof(b); err == nil {
			if !bytes.Equal(q.Bytes(), b) {
				t.Fatalf("%q became %q", b, q.Bytes())
			}
			if _, err := q.Check(p, []byte("an entry that is not there")); err == nil {
				t.Fatalf("%q proves it", b)
			}
		}
		if r, err := tlog.ParseRequest(b); err == nil && !bytes.Equal(r.Bytes(), b) {
			t.Fatalf("%q became %q", b, r.Bytes())
		}
	})
}

func BenchmarkCheckProof(b *testing.B) {
	m, c, head := grown(b, 5000, 5000)
	p := policy(b)
	note, _ := p.Merge(head, cosign(b, c, "east1", noon)+cosign(b, c, "south", noon)+cosign(b, c, "north1", noon))
	w, err := p.Open(note)
	if err != nil {
		b.Fatal(err)
	}
	proof, err := tlog.Prove(b.Context(), m, w, 4000)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := proof.Check(p, entry(4000)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	m := new(tlog.Memory)
	tree := &tlog.Tree{Origin: origin, Signer: key(origin), Storage: m}
	var es [][]byte
	for i := range 100 {
		es = append(es, entry(i))
	}
	for b.Loop() {
		if _, _, err := tree.Append(b.Context(), es...); err != nil {
			b.Fatal(err)
		}
	}
}
