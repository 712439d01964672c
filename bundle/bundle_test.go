package bundle_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/verify"
)

var now = time.Date(2026, 12, 3, 6, 0, 0, 0, time.UTC)

// keyOf is a key that is derived from a word: everybody knows it.
func keyOf(t testing.TB, word string) *ecdsa.PrivateKey {
	t.Helper()
	h := sha256.Sum256([]byte(word))
	h[0] &= 0x7f
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), h[:])
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func edKey(word string) ed25519.PrivateKey {
	h := sha256.Sum256([]byte(word))
	return ed25519.NewKeyFromSeed(h[:])
}

// idOf is the identifier by which one pins a key.
func idOf(t testing.TB, k crypto.PublicKey) string {
	t.Helper()
	id, err := signed.KeyID(k)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func pack(t testing.TB, name string) *rules.Set {
	t.Helper()
	s, err := rules.Pack(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// contents are of a small country.
func contents(t testing.TB, keys int) bundle.Contents {
	t.Helper()
	c := bundle.Contents{
		Recognitions: trust.Recognitions{{By: "XB", Of: "XA", Uses: trust.Uses{Of: []trust.Use{trust.Test}}, Until: now.AddDate(1, 0, 0), Note: "as agreed"},
			{By: "XB", Of: "XC", Uses: trust.Uses{Any: true}, Methods: []string{"nucleic_acid"}, Until: now.AddDate(1, 0, 0)}},
		Rules: []*rules.Set{pack(t, "sudmark"), pack(t, "baseline")},
		Withdrawals: []*revoke.List{revoke.NewList("XA", now.Add(-time.Hour), now.AddDate(0, 0, 7), "https://appeals.norland.example/",
			revoke.Entry{Handle: revoke.CardHandle("x"), Reason: revoke.Fraud, Since: now.Add(-2 * time.Hour)})},
		Sources: []bundle.Source{{Name: "norland.txt", Kind: lists.Own, Jurisdiction: "XA", Issued: now, Until: now.AddDate(0, 0, 7), Digest: strings.Repeat("ab", 32), Proof: bundle.Proven}},
	}
	for i := range keys {
		k := keyOf(t, fmt.Sprint("signer ", i))
		c.Keys = append(c.Keys, trust.Key{ID: string(binary.BigEndian.AppendUint64(nil, uint64(i)*0x9E3779B97F4A7C15)), Public: &k.PublicKey, Country: []string{"XA", "XC", "XD"}[i%3],
			Uses: trust.Uses{Any: i%2 == 0, Of: []trust.Use{trust.Test}}, NotBefore: now.AddDate(-1, 0, -i), NotAfter: now.AddDate(1, 0, i), Source: "gateway.json", Demo: true})
	}
	return c
}

func manifest() bundle.Manifest {
	return bundle.Manifest{Jurisdiction: "XB", Name: "border", AsOf: now, Soft: now.Add(12 * time.Hour), Hard: now.AddDate(0, 0, 3), Note: "for the tests"}
}

func build(t testing.TB, m bundle.Manifest, c bundle.Contents, signers ...crypto.Signer) []byte {
	t.Helper()
	b, err := bundle.Build(m, c, nil, signers...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func open(t testing.TB, data []byte, pins ...bundle.Pin) *bundle.Bundle {
	t.Helper()
	u, err := bundle.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	b, err := u.Verify(pins...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var ministry = edKey("ministry of Sudmark")

func pinned(t testing.TB) bundle.Pin { return bundle.Pin{ID: idOf(t, ministry.Public())} }

// What goes in comes out, under the key and under its identifier alone.
func TestABundleGivesTheWorldThatWentIn(t *testing.T) {
	c := contents(t, 5)
	data := build(t, manifest(), c, ministry)
	for _, pin := range []bundle.Pin{pinned(t), {Key: ministry.Public()}, {ID: strings.ToUpper(pinned(t).ID)}} {
		b := open(t, data, pin)
		w, err := b.World("XB", "")
		if err != nil {
			t.Fatal(err)
		}
		if w.Keys.Len() != 5 || len(w.Recognitions) != 2 || len(w.Rules) != 2 || len(w.Withdrawals) != 1 {
			t.Fatalf("%d keys, %d recognitions, %d rule sets, %d lists", w.Keys.Len(), len(w.Recognitions), len(w.Rules), len(w.Withdrawals))
		}
		for _, k := range c.Keys {
			have := w.Keys.Find(k.ID)
			if len(have) != 1 || !have[0].Public.(*ecdsa.PublicKey).Equal(k.Public) || have[0].Country != k.Country || have[0].Source != k.Source ||
				!have[0].NotBefore.Equal(k.NotBefore) || !have[0].NotAfter.Equal(k.NotAfter) || have[0].Uses.Any != k.Uses.Any || !have[0].Demo {
				t.Errorf("a key came out as %+v", have)
			}
		}
		if !slices.ContainsFunc(w.Rules, func(s *rules.Set) bool { return s.Digest() == c.Rules[0].Digest() }) {
			t.Error("a rule set is another")
		}
		want := verify.Data{Name: "XB-border", Digest: b.Digest, AsOf: now, SoftExpiry: now.Add(12 * time.Hour), HardExpiry: now.AddDate(0, 0, 3)}
		if w.Data != want {
			t.Errorf("data %+v", w.Data)
		}
		if !b.Covers.Equal(now.Add(-time.Hour)) || len(b.Sources) != 1 || b.Sources[0].Proof != bundle.Proven || len(b.By) != 1 {
			t.Errorf("%+v %v %v", b.Manifest, b.Sources, b.By)
		}
	}
}

// The order of what goes in does not matter, and what is read is written again.
func TestTheSameContentsGiveTheSameBytes(t *testing.T) {
	c := contents(t, 9)
	one := build(t, manifest(), c, ministry)
	slices.Reverse(c.Keys)
	slices.Reverse(c.Rules)
	slices.Reverse(c.Recognitions)
	if two := build(t, manifest(), c, ministry); !bytes.Equal(one, two) {
		t.Error("another order gives other bytes")
	}
	b := open(t, one, pinned(t))
	if !bytes.Equal(b.Bytes(), one) {
		t.Error("it is not written as it was read")
	}
	if again := build(t, b.Manifest, b.Contents, ministry); !bytes.Equal(again, one) {
		t.Error("what was read does not build the same")
	}
}

// Power of zero: what nobody signed, or nobody gave, trusts nobody.
func TestZeroTrustsNobody(t *testing.T) {
	var zero bundle.Bundle
	for _, b := range []*bundle.Bundle{nil, &zero} {
		w, err := b.World("XB", "v1.0.0")
		if err != nil || w.Keys.Len() != 0 || len(w.Rules) != 0 || len(w.Recognitions) != 0 {
			t.Errorf("%+v %v", w, err)
		}
		if r := verify.Check(w, "HC1:X", verify.Question{At: now}); r.Verdict != verify.Grey {
			t.Errorf("it answers %s", r.Verdict)
		}
	}
	u, err := bundle.Parse(build(t, manifest(), bundle.Contents{}, ministry))
	if err != nil {
		t.Fatal(err)
	}
	for _, pins := range [][]bundle.Pin{nil, {{}}, {{ID: ""}}, {{ID: "x"}}} {
		if b, err := u.Verify(pins...); err == nil || b != nil {
			t.Errorf("%v: verified without a pin", pins)
		}
	}
}

// Who signed, and who did not.
func TestABundleOfAnotherSignerIsRefused(t *testing.T) {
	other := keyOf(t, "somebody else")
	whole := build(t, manifest(), contents(t, 2), ministry)
	stranger := build(t, manifest(), contents(t, 2), other)
	text, body, _ := bytes.Cut(whole, []byte("\n\n"))
	lines := strings.SplitAfter(string(text)+"\n", "\n")
	unsigned := strings.Join(lines[:len(lines)-2], "") + "\n" + string(body)
	later := strings.Replace(string(whole), "hard 2026-12-06", "hard 2027-12-06", 1)
	forged := strings.Replace(string(stranger), idOf(t, other.Public()), pinned(t).ID, 1)
	forged = strings.Replace(forged, "signature es256", "signature ed25519", 1)
	for _, v := range []struct {
		comment string
		data    string
		pin     bundle.Pin
		want    error
	}{
		{"nobody signed it", unsigned, pinned(t), bundle.ErrUnsigned},
		{"somebody else signed it", string(stranger), pinned(t), bundle.ErrSigner},
		{"somebody else, and the pin is a key", string(stranger), bundle.Pin{Key: ministry.Public()}, bundle.ErrSigner},
		{"its end was moved", later, pinned(t), bundle.ErrChanged},
		{"a signature under another's name", forged, bundle.Pin{Key: ministry.Public()}, bundle.ErrChanged},
		{"the pin is a key on another curve", string(whole), bundle.Pin{Key: func() crypto.PublicKey {
			k, err := ecdsa.ParseRawPrivateKey(elliptic.P384(), append(make([]byte, 47), 1))
			if err != nil {
				t.Fatal(err)
			}
			return &k.PublicKey
		}()}, bundle.ErrSigner},
	} {
		u, err := bundle.Parse([]byte(v.data))
		if err != nil {
			t.Errorf("%s: %v", v.comment, err)
			continue
		}
		if b, err := u.Verify(v.pin); !errors.Is(err, v.want) || b != nil {
			t.Errorf("%s: %v, want %v", v.comment, err, v.want)
		}
	}
	both := build(t, manifest(), contents(t, 2), other, ministry)
	if b := open(t, both, pinned(t)); len(b.By) != 1 {
		t.Errorf("of two signers, %d are the pinned one", len(b.By))
	}
}

// A second algorithm stands beside the first: what this build does not know is
// neither counted nor in the way.
func TestASignatureOfAnUnknownAlgorithmStandsBeside(t *testing.T) {
	data := build(t, manifest(), contents(t, 1), ministry)
	text, body, _ := bytes.Cut(data, []byte("\n\n"))
	more := string(text) + "\nsignature ml-dsa-65 " + strings.Repeat("0a", 32) + " AAAA\n\n" + string(body)
	b := open(t, []byte(more), pinned(t))
	if string(b.Bytes()) != more || b.Digest != open(t, data, pinned(t)).Digest {
		t.Error("it is not kept, or made it another bundle")
	}
	alone := strings.Replace(more, "signature ed25519", "signature ed25518", 1)
	u, err := bundle.Parse([]byte(alone))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.Verify(pinned(t)); !errors.Is(err, bundle.ErrSigner) {
		t.Errorf("unknown algorithms alone: %v", err)
	}
}

// A stick that is pulled leaves a part of the file: every part is refused.
func TestATornBundleIsRefused(t *testing.T) {
	data := build(t, manifest(), contents(t, 3), ministry)
	judge := func(what string, b []byte) {
		u, err := bundle.Parse(b)
		if err == nil {
			_, err = u.Verify(pinned(t))
		}
		if err == nil {
			t.Fatalf("%s was accepted", what)
		}
	}
	for n := 0; n < len(data); n += 23 {
		judge(fmt.Sprintf("%d of %d bytes", n, len(data)), data[:n])
	}
	for n := 0; n < len(data); n += 41 {
		zeros := slices.Concat(data[:n], make([]byte, len(data)-n)) // a file system that had made room
		if !bytes.Equal(zeros, data) {
			judge(fmt.Sprintf("%d bytes and zeros", n), zeros)
		}
	}
	judge("more bytes", append(slices.Clone(data), 0))
	head := bytes.Index(data, []byte("\n\n")) + 2
	for n := head; n < len(data); n += 19 {
		spoiled := slices.Clone(data)
		spoiled[n] ^= 0x10
		u, err := bundle.Parse(spoiled)
		if err != nil {
			continue
		}
		// Some bits of deflate mean nothing: without them it is the same bundle.
		if b, err := u.Verify(pinned(t)); err == nil && !bytes.Equal(b.Bytes(), data) {
			t.Fatalf("byte %d spoiled was accepted", n)
		}
	}
	u, err := bundle.Parse(data[:len(data)-10])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.Verify(pinned(t)); !errors.Is(err, bundle.ErrTorn) {
		t.Errorf("the last bytes are missing: %v", err)
	}
}

// extra puts a section more into a bundle that nobody has signed yet, as a later
// program would, and signs it.
func extra(t *testing.T, name, importance, content string) []byte {
	t.Helper()
	data := build(t, manifest(), contents(t, 2), ministry)
	text, body, _ := bytes.Cut(data, []byte("\n\n"))
	lines := strings.SplitAfter(string(text)+"\n", "\n")
	lines = lines[:len(lines)-2] // without the signature
	line := fmt.Sprintf("section %s %s %d %x\n", name, importance, len(content), sha256.Sum256([]byte(content)))
	packed := append([]byte{0, byte(len(content)), 0, 0, byte(len(content))}, content...)
	file, err := signed.Sign([]byte(strings.Replace(strings.Join(append(lines, line), ""), "bundle/1.0", "bundle/1.7", 1)), ministry, nil)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(file, []byte("\n"), body, packed, []byte{0, 0})
}

func TestALaterProgramsSectionIsSkippedOrMakesAllGrey(t *testing.T) {
	optional := open(t, extra(t, "zones", "optional", "later"), pinned(t))
	if w, err := optional.World("XB", ""); err != nil || w.Data.Unknown != "" || w.Keys.Len() != 2 {
		t.Errorf("an optional section: %+v %v", w, err)
	}
	data := extra(t, "zones", "critical", "later")
	critical := open(t, data, pinned(t))
	w, err := critical.World("XB", "")
	if err != nil || w.Data.Unknown != "zones" {
		t.Fatalf("a critical section: %+v %v", w, err)
	}
	if !bytes.Equal(critical.Bytes(), data) {
		t.Error("what is not known is not kept")
	}
	if again, err := bundle.Apply(optional, bundle.Delta(optional, critical)); err != nil || !bytes.Equal(again, data) {
		t.Errorf("a delta with a section that is not known: %v", err)
	}
	r := verify.Check(w, "HC1:X", verify.Question{At: now})
	if r.Verdict != verify.Grey {
		t.Errorf("it answers %s", r.Verdict)
	}
}

// The network will bring these: they may be there already, and decide nothing.
func TestReservedSectionsAreKept(t *testing.T) {
	for _, name := range []string{"root", "checkpoint", "proof"} {
		data := build(t, manifest(), bundle.Contents{Rules: []*rules.Set{pack(t, "sudmark")}}, ministry)
		text, body, _ := bytes.Cut(data, []byte("\n\n"))
		lines := strings.SplitAfter(string(text)+"\n", "\n")
		before := lines[:len(lines)-2] // without the signature
		line := fmt.Sprintf("section %s optional 6 %x\n", name, sha256.Sum256([]byte("\x05later")))
		packed := "\x00\x06\x00\x00\x06\x05later\x00\x00"
		rules := before[len(before)-1]
		before = before[:len(before)-1]
		all, content := rules+line, string(body)+packed
		if name < "rules" {
			all, content = line+rules, packed+string(body)
		}
		file, err := signed.Sign([]byte(strings.Join(before, "")+all), ministry, nil)
		if err != nil {
			t.Fatal(err)
		}
		data = slices.Concat(file, []byte("\n"), []byte(content))
		b := open(t, data, pinned(t))
		if !bytes.Equal(b.Bytes(), data) || b.Unknown("") != "" || len(b.Contents.Rules) != 1 {
			t.Errorf("%s is not kept, or decides", name)
		}
	}
}

func TestTheProgramMustBeNewEnough(t *testing.T) {
	m := manifest()
	m.Program = "v1.2.3"
	b := open(t, build(t, m, bundle.Contents{}, ministry), pinned(t))
	for version, want := range map[string]string{
		"v1.2.3": "", "v1.2.4": "", "v2.0.0": "", "v1.10.0": "", "v1.2.2": "program v1.2.3", "v0.9.9": "program v1.2.3", "v1.2.2-rc.1": "program v1.2.3",
		"": "", "(devel)": "", "unknown": "", "v0.0.0-20261101000000-abcdef012345+dirty": "",
	} {
		if got := b.Unknown(version); got != want {
			t.Errorf("%s: %q, want %q", version, got, want)
		}
	}
}

func TestGoingBackIsRefused(t *testing.T) {
	at := func(name string, h int, digest string) bundle.Mark {
		return bundle.Mark{Series: name, AsOf: now.Add(time.Duration(h) * time.Hour), Digest: digest}
	}
	for _, v := range []struct {
		comment   string
		old, next bundle.Mark
		want      error
	}{
		{"the first", bundle.Mark{}, at("XB-border", 0, "a"), nil},
		{"a later one", at("XB-border", 0, "a"), at("XB-border", 1, "b"), nil},
		{"the same again", at("XB-border", 0, "a"), at("XB-border", 0, "a"), nil},
		{"an older one", at("XB-border", 1, "b"), at("XB-border", 0, "a"), bundle.ErrOlder},
		{"two of one moment", at("XB-border", 0, "a"), at("XB-border", 0, "b"), bundle.ErrSplit},
		{"another series", at("XB-border", 0, "a"), at("XB-ship", 1, "b"), bundle.ErrSeries},
		{"another country", at("XB-border", 0, "a"), at("XA-border", 1, "b"), bundle.ErrSeries},
	} {
		if err := bundle.Newer(v.old, v.next); !errors.Is(err, v.want) || v.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", v.comment, err, v.want)
		}
	}
}

func TestABundleThatSaysTooLittleIsNotBuilt(t *testing.T) {
	for comment, change := range map[string]func(*bundle.Manifest){
		"no jurisdiction":             func(m *bundle.Manifest) { m.Jurisdiction = "" },
		"no country":                  func(m *bundle.Manifest) { m.Jurisdiction = "Norland" },
		"no name":                     func(m *bundle.Manifest) { m.Name = "" },
		"a name with a space":         func(m *bundle.Manifest) { m.Name = "a b" },
		"a name on two lines":         func(m *bundle.Manifest) { m.Name = "a\nhard 2030" },
		"no moment":                   func(m *bundle.Manifest) { m.AsOf = time.Time{} },
		"no end":                      func(m *bundle.Manifest) { m.Hard = time.Time{} },
		"soft after hard":             func(m *bundle.Manifest) { m.Soft = m.Hard.Add(time.Second) },
		"ended before it began":       func(m *bundle.Manifest) { m.Soft = m.AsOf.Add(-time.Second) },
		"a version that is none":      func(m *bundle.Manifest) { m.Program = "1.2" },
		"a note on two lines":         func(m *bundle.Manifest) { m.Note = "a\nb" },
		"it covers what is to come":   func(m *bundle.Manifest) { m.Covers = m.AsOf.Add(time.Second) },
		"a note that ends in a space": func(m *bundle.Manifest) { m.Note = "a " },
	} {
		m := manifest()
		change(&m)
		if _, err := bundle.Build(m, bundle.Contents{}, nil, ministry); err == nil {
			t.Errorf("%s: built", comment)
		}
	}
	if _, err := bundle.Build(manifest(), bundle.Contents{}, nil, ministry, ministry); err == nil {
		t.Error("one key signed twice")
	}
}

// A file of another kind is told from one that is damaged.
func TestAnotherFileIsNoBundle(t *testing.T) {
	for _, v := range []struct {
		data string
		want error
	}{
		{"", bundle.ErrFormat}, {"PK\x03\x04", bundle.ErrFormat}, {"pratique-trust/1.0\n", bundle.ErrFormat},
		{"pratique-bundle/1.0\njurisdiction XB\n", bundle.ErrTorn},
		{"pratique-bundle/2.0\njurisdiction XB\n\n", bundle.ErrVersion},
		{"pratique-bundle/1.0\njurisdiction XB\ncolour blue\n\n", bundle.ErrFormat},
		{"pratique-bundle/1.0\njurisdiction XB\njurisdiction XB\n\n", bundle.ErrFormat},
		{"pratique-bundle/1.0\nname a\njurisdiction XB\n\n", bundle.ErrFormat},
		{"pratique-bundle/1.0\n" + strings.Repeat("# x\n", 1<<15), bundle.ErrFormat},
	} {
		if _, err := bundle.Parse([]byte(v.data)); !errors.Is(err, v.want) {
			t.Errorf("%.40q: %v, want %v", v.data, err, v.want)
		}
	}
}
