package act_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/act"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/tlog"
	"github.com/pratique/pratique/trust"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Keys of tests are derived from a word: they are known to everybody.
func key(word string) ed25519.PrivateKey {
	h := sha256.Sum256([]byte("pratique act test: " + word))
	return ed25519.NewKeyFromSeed(h[:])
}

const network = "trust.example/log"

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func after(days int) time.Time { return start.AddDate(0, 0, days) }

// Five keyholders of three regions, of whom three from two regions must agree.
func root() act.Root {
	d := act.Root{Network: network, Version: 1, Issued: start, Until: after(700), Threshold: 3, Regions: 2}
	for i, region := range []string{"east", "east", "south", "south", "north"} {
		id := fmt.Sprint("holder", i+1)
		d.Holders = append(d.Holders, act.Holder{ID: id, Name: "Keyholder " + id, Region: region, Key: key(id).Public()})
	}
	return d
}

func holders(ns ...int) []crypto.Signer {
	var ks []crypto.Signer
	for _, n := range ns {
		ks = append(ks, key(fmt.Sprint("holder", n)))
	}
	return ks
}

func rootFile(t testing.TB, d act.Root, signers ...crypto.Signer) []byte {
	t.Helper()
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range signers {
		if b, err = act.AddSignature(b, s, nil); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// network of tests: Norland (XA, two of three signers) and Sudmark (XB).
type net struct {
	t testing.TB
	s *act.State
	n map[string]int64
}

func signer(by string, n int) ed25519.PrivateKey { return key(fmt.Sprint(by, " signer ", n)) }

func admission(code string, threshold int, signers ...int) act.Party {
	p := act.Party{Code: code, Name: "Country " + code, Region: "east", Threshold: threshold, Until: after(365), Notes: []string{"Without prejudice to statehood."}}
	for _, n := range signers {
		p.Signers = append(p.Signers, signer(code, n).Public())
	}
	return p
}

func newNet(t testing.TB) *net {
	t.Helper()
	d, err := act.OpenRoot(rootFile(t, root(), holders(1, 2, 3)...), "")
	if err != nil {
		t.Fatal(err)
	}
	n := &net{t, act.NewState(d), map[string]int64{}}
	n.must(n.act(act.ByRoot, admission("XA", 2, 1, 2, 3)))
	n.must(n.act(act.ByRoot, admission("XB", 1, 1)))
	return n
}

// act is the next act of a party, signed as it must be.
func (n *net) act(by string, b act.Body) []byte {
	return n.sign(n.next(by, b))
}

func (n *net) next(by string, b act.Body) act.Act {
	return act.Act{Network: network, By: by, Number: n.s.NextNumber(by), Issued: after(1), Body: b}
}

func (n *net) sign(a act.Act, signers ...crypto.Signer) []byte {
	n.t.Helper()
	if signers == nil {
		switch a.By {
		case act.ByRoot:
			signers = holders(1, 3, 5)
		case "XA":
			signers = []crypto.Signer{signer("XA", 1), signer("XA", 3)}
		default:
			signers = []crypto.Signer{signer(a.By, 1)}
		}
	}
	b, err := a.Sign(nil, signers...)
	if err != nil {
		n.t.Fatal(err)
	}
	return b
}

func (n *net) must(entry []byte) {
	n.t.Helper()
	if err := n.s.Apply(entry); err != nil {
		n.t.Fatal(err)
	}
}

func testKey(country string) act.Key {
	k := key("signs certificates of " + country).Public()
	h := sha256.Sum256([]byte(country))
	return act.Key{Key: trust.Key{ID: string(h[:8]), Public: k, Country: country, Uses: trust.Uses{Of: []trust.Use{trust.Test}}, NotBefore: start, NotAfter: after(200)}}
}

func recognition(by, of string) act.Recognition {
	return act.Recognition{ID: "tests-" + strings.ToLower(strings.ReplaceAll(of, "*", "all")), Recognition: trust.Recognition{By: by, Of: of, Uses: trust.Uses{Of: []trust.Use{trust.Test}},
		Formats: []string{"hc1"}, Diseases: []string{"840539006"}, Methods: []string{"nucleic_acid"}, Laboratories: []string{"NL-7"}, Until: after(180), Note: "Taken within 72 hours.\nOn paper, too."}}
}

func lane(by, of string) act.Lane {
	return act.Lane{By: by, ID: "business-" + strings.ToLower(of), Of: []string{of}, Categories: []string{"business", "crew"}, Laboratories: []string{"NL-7"},
		Evidence:    []act.Evidence{{"test", "nucleic_acid", "840539006", 72}, {"recovery", "", "840539006", 0}},
		Obligations: []act.Obligation{{"arrival_test", 24, "A test at the airport."}, {"itinerary", 0, "Stay with the itinerary that was handed in."}},
		Quota:       act.Quota{Count: 500, Per: "week"}, From: after(2), Until: after(90), Notes: []string{"By exchange of notes of 20 November 2026."}}
}

func document(class act.Class, version int64, counts ...act.Count) act.Document {
	d := act.Document{Class: class, ID: "main", Version: version, Hash: strings.Repeat("ab", 32), Size: 1000, Until: after(30), Counts: counts}
	if class == act.Withdrawals || class == act.Commitment {
		d.AsOf = start
	}
	return d
}

func policy(t testing.TB) tlog.Policy {
	t.Helper()
	text := ""
	for _, w := range []string{"a", "b", "c"} {
		k, err := tlog.NewKey(w+".example", tlog.WitnessEd25519, key(w).Public())
		if err != nil {
			t.Fatal(err)
		}
		text += "witness " + w + " " + k.String() + "\n"
	}
	k, err := tlog.NewKey(network, tlog.LogEd25519, key("log").Public())
	if err != nil {
		t.Fatal(err)
	}
	p, err := tlog.ParsePolicy("log " + k.String() + "\n" + text + "group g 2 a b c\nquorum g\n")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// bodies is one of each kind, as its party may state it after newNet.
func bodies(t testing.TB) []struct {
	name, by string
	body     act.Body
} {
	return []struct {
		name, by string
		body     act.Body
	}{
		{"party", act.ByRoot, admission("XC", 1, 1, 2)},
		{"policy", act.ByRoot, act.Policy{ID: "main", Log: policy(t), Program: "1.2", Until: after(300)}},
		{"key", "XA", testKey("XA")},
		{"recognise", "XB", recognition("XB", "XA")},
		{"laboratory", "XA", act.Laboratory{Country: "XA", ID: "NL-7", Name: "Harbour Laboratory", Accreditation: "ISO 15189, Norland 4711", Methods: []string{"nucleic_acid"}, Until: after(300)}},
		{"lane", "XB", lane("XB", "XA")},
		{"limit", "XA", act.Limit{Key: "o3Er1bT08Dk=", Reason: "stolen", IssuedUntil: after(1), Committed: true}},
		{"rules", "XB", document(act.Rules, 1)},
		{"values", "XB", document(act.Values, 1)},
		{"areas", "XB", document(act.Areas, 1)},
		{"commitment", "XA", document(act.Commitment, 1)},
		{"withdrawals", "XA", document(act.Withdrawals, 1, act.Count{"error", 12}, act.Count{"fraud", 3}, act.Count{"key-lost", 0})},
		{"bundle", "XB", document(act.Bundle, 7)},
		{"end", "XB", act.End{Kind: "recognise", ID: "tests-xa", Reason: "renegotiated", Notes: []string{"Until further notice."}}},
		{"optional", "XB", act.Other{Lines: []string{"?wish good-weather", "  until tomorrow"}}},
	}
}

func TestEveryKindIsReadAndWrittenAgain(t *testing.T) {
	n := newNet(t)
	for _, v := range bodies(t) {
		t.Run(v.name, func(t *testing.T) {
			a := n.next(v.by, v.body)
			if l, ok := v.body.(act.Limit); ok {
				_, l.Key, _ = strings.Cut(first(t, act.Act{Network: network, By: "XA", Number: 1, Issued: start, Body: testKey("XA")}), "XA ")
				a.Body = l
			}
			file := n.sign(a)
			f, err := signed.Parse(file)
			if err != nil {
				t.Fatal(err)
			}
			again, err := act.Parse(f.Text)
			if err != nil {
				t.Fatal(err)
			}
			text, err := again.Bytes()
			if err != nil || !bytes.Equal(text, f.Text) {
				t.Errorf("got %s\nwant %s, %v", text, f.Text, err)
			}
			n.must(file)
			golden(t, v.name+".txt", file)
		})
	}
	for reason, c := range n.s.Refused() {
		t.Errorf("%d refused: %s", c, reason)
	}
	if n.s.Unread("XB") {
		t.Error("an optional statement of tomorrow is critical")
	}
	golden(t, "root.txt", rootFile(t, root(), holders(1, 2, 3)...))
}

// first is the first line of what an act states.
func first(t testing.TB, a act.Act) string {
	b, err := a.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(b), "\n\n")
	line, _, _ := strings.Cut(block, "\n")
	return line
}

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

// What somebody tries who may not, or may not any more. Each case is a twin: the
// honest act is taken, the other, which differs in one thing, is refused for it.
func TestWhoMayStateWhat(t *testing.T) {
	type entry = func(n *net) []byte
	edit := func(by string, b act.Body, change func(a *act.Act)) entry {
		return func(n *net) []byte {
			a := n.next(by, b)
			change(&a)
			return n.sign(a)
		}
	}
	as := func(by string, b act.Body) entry { return func(n *net) []byte { return n.act(by, b) } }
	by := func(by string, b act.Body, signers ...crypto.Signer) entry {
		return func(n *net) []byte { return n.sign(n.next(by, b), signers...) }
	}
	with := func(c func(*act.Party)) act.Party { p := admission("XC", 1, 1); c(&p); return p }
	for _, v := range []struct {
		comment string
		before  []entry
		good    entry
		bad     entry
		want    act.Reason
	}{
		{"a key of another country", nil, as("XA", testKey("XA")), as("XA", testKey("XB")), act.WrongCountry},
		{"the operator adds a key: nobody of the country has signed", nil, as("XA", testKey("XA")), by("XA", testKey("XA"), key("operator"), key("operator 2")), act.Unsigned},
		{"another country signs", nil, as("XA", testKey("XA")), by("XA", testKey("XA"), signer("XB", 1)), act.Unsigned},
		{"one stolen signer of two that are needed", nil, by("XA", testKey("XA"), signer("XA", 2), signer("XA", 3)), by("XA", testKey("XA"), signer("XA", 2)), act.Quorum},
		{"the operator removes a key", []entry{as("XA", testKey("XA"))}, endKey("XA", nil), endKey("XA", key("operator")), act.Unsigned},
		{"another country ends a key", []entry{as("XA", testKey("XA"))}, endKey("XA", nil), endKeyBy("XB"), act.Missing},
		{"a country that nobody admitted", nil, as("XB", testKey("XB")), as("XD", testKey("XD")), act.Stranger},
		{"a country that has left", []entry{as("XB", act.End{Kind: "party", ID: "XB", Reason: "left"})}, as("XA", testKey("XA")), as("XB", testKey("XB")), act.Stranger},
		{"a country whose admission has ended", nil, as("XB", document(act.Rules, 1)), edit("XB", document(act.Rules, 1), func(a *act.Act) { a.Issued = after(365) }), act.Stranger},
		{"a country admits another", nil, as(act.ByRoot, admission("XC", 1, 1)), as("XA", admission("XC", 1, 1)), act.WrongCountry},
		{"a country expels another", nil, as(act.ByRoot, act.End{Kind: "party", ID: "XB", Reason: "expelled"}), as("XA", act.End{Kind: "party", ID: "XB", Reason: "expelled"}), act.WrongCountry},
		{"a country leaves", nil, as("XB", act.End{Kind: "party", ID: "XB", Reason: "left"}), as("XB", act.End{Kind: "party", ID: "XA", Reason: "left"}), act.WrongCountry},
		{"the keyholders speak for a country", nil, as("XB", document(act.Rules, 1)), as(act.ByRoot, document(act.Rules, 1)), act.WrongCountry},
		{"two keyholders", nil, by(act.ByRoot, admission("XC", 1, 1), holders(1, 3, 5)...), by(act.ByRoot, admission("XC", 1, 1), holders(1, 3)...), act.Quorum},
		{"a keyholder and two strangers", nil, by(act.ByRoot, admission("XC", 1, 1), holders(1, 3, 5)...), by(act.ByRoot, admission("XC", 1, 1), holders(1, 8, 9)...), act.Quorum},
		{"the root document has ended", nil, as(act.ByRoot, admission("XC", 1, 1)), edit(act.ByRoot, with(func(p *act.Party) { p.Until = after(900) }), func(a *act.Act) { a.Issued = after(700) }), act.RootEnded},
		{"another network's act", nil, as("XA", testKey("XA")), edit("XA", testKey("XA"), func(a *act.Act) { a.Network = "other.example/log" }), act.OtherNetwork},
		{"an earlier act again", []entry{as("XA", testKey("XA"))}, as("XA", testKey("XA")), edit("XA", testKey("XA"), func(a *act.Act) { a.Number = 1 }), act.Replay},
		{"an act was withheld", nil, as("XA", testKey("XA")), edit("XA", testKey("XA"), func(a *act.Act) { a.Number = 2 }), act.Gap},
		{"dated back", []entry{as("XA", testKey("XA"))}, as("XA", testKey("XA")), edit("XA", testKey("XA"), func(a *act.Act) { a.Issued = start }), act.Backdated},
		{"a recognition for ever", nil, as("XB", recognition("XB", "XA")), as("XB", func() act.Body { r := recognition("XB", "XA"); r.Until = after(3000); return r }()), act.OpenEnded},
		{"a recognition of oneself", nil, as("XB", recognition("XB", "XA")), as("XB", recognition("XB", "XB")), act.WrongCountry},
		{"a recognition of everybody", nil, as("XB", recognition("XB", "XA")), as("XB", recognition("XB", "*")), act.WrongCountry},
		{"rules for ever", nil, as("XB", document(act.Rules, 1)), as("XB", func() act.Body { d := document(act.Rules, 1); d.Until = after(3000); return d }()), act.OpenEnded},
		{"an area list for a year", nil, as("XB", document(act.Areas, 1)), as("XB", func() act.Body { d := document(act.Areas, 1); d.Until = after(365); return d }()), act.OpenEnded},
		{"a lane that has ended", nil, as("XB", lane("XB", "XA")), edit("XB", lane("XB", "XA"), func(a *act.Act) { a.Issued = after(90) }), act.Ended},
		{"a key without an end", nil, as("XA", testKey("XA")), as("XA", func() act.Body { k := testKey("XA"); k.NotAfter = time.Time{}; return k }()), act.OpenEnded},
		{"the old rules again", []entry{as("XB", document(act.Rules, 2))}, as("XB", document(act.Rules, 3)), as("XB", document(act.Rules, 2)), act.StaleVersion},
		{"withdrawals for no reason", nil, as("XA", document(act.Withdrawals, 1, act.Count{"error", 5})), as("XA", document(act.Withdrawals, 1, act.Count{"unstated", 5})), act.Unexplained},
		{"a limit of a key that is not there", []entry{as("XA", testKey("XA"))}, limitKey(after(1)), as("XA", act.Limit{Key: "AAAA", Reason: "stolen", IssuedUntil: start}), act.Missing},
		{"a limit is widened again", []entry{as("XA", testKey("XA")), limitKey(after(2))}, limitKey(after(1)), limitKey(after(3)), act.StaleVersion},
		{"an end of nothing", []entry{as("XB", recognition("XB", "XA"))}, as("XB", act.End{Kind: "recognise", ID: "tests-xa", Reason: "x"}), as("XB", act.End{Kind: "recognise", ID: "other", Reason: "x"}), act.Missing},
		{"a text that was changed", nil, as("XA", testKey("XA")), func(n *net) []byte {
			return bytes.Replace(n.act("XA", testKey("XA")), []byte("uses test"), []byte("uses any"), 1)
		}, act.BadSignature},
		{"another text with the signatures", nil, as("XA", testKey("XA")), func(n *net) []byte { return []byte("pratique-trust/1.0\n") }, act.Malformed},
		{"a critical word of tomorrow", nil, as("XB", lane("XB", "XA")), raw("XB", "lane a\n  of XA\n  categories crew\n  vehicle train\n"), act.Newer},
		{"a critical kind of tomorrow", nil, as("XB", lane("XB", "XA")), raw("XB", "tariff a\n  until 2026-12-01T00:00:00Z\n"), act.Newer},
		{"no signature", nil, as("XA", testKey("XA")), func(n *net) []byte {
			f, _ := signed.Parse(n.act("XA", testKey("XA")))
			return f.Text
		}, act.Unsigned},
	} {
		t.Run(v.comment, func(t *testing.T) {
			for _, c := range []struct {
				entry entry
				want  act.Reason
			}{{v.good, ""}, {v.bad, v.want}} {
				n := newNet(t)
				for _, b := range v.before {
					n.must(b(n))
				}
				e := c.entry(n)
				_, checked := n.s.Check(e)
				if err := n.s.Apply(e); act.ReasonOf(err) != c.want || act.ReasonOf(checked) != c.want || (err == nil) != (c.want == "") {
					t.Errorf("got %v, want %q", err, c.want)
				}
				if c.want != "" && n.s.Refused()[c.want] != 1 {
					t.Error("it was not counted")
				}
			}
		})
	}
}

func keyName(n *net) string {
	line := first(n.t, act.Act{Network: network, By: "XA", Number: 1, Issued: start, Body: testKey("XA")})
	return strings.TrimPrefix(line, "key XA ")
}

func endKey(by string, thief crypto.Signer) func(n *net) []byte {
	return func(n *net) []byte {
		a := n.next(by, act.End{Kind: "key", ID: keyName(n), Reason: "replaced"})
		if thief != nil {
			return n.sign(a, thief)
		}
		return n.sign(a)
	}
}

func endKeyBy(by string) func(n *net) []byte { return endKey(by, nil) }

func limitKey(until time.Time) func(n *net) []byte {
	return func(n *net) []byte {
		return n.act("XA", act.Limit{Key: keyName(n), Reason: "stolen", IssuedUntil: until})
	}
}

// raw is an act whose block is written by hand, as a later version may.
func raw(by, block string) func(n *net) []byte {
	return func(n *net) []byte {
		b, err := act.AddSignature(fmt.Appendf(nil, "pratique-act/1.1\nnetwork %s\nby %s\nnumber %d\nissued %s\n\n%s", network, by, n.s.NextNumber(by), after(1).Format(time.RFC3339), block), signer(by, 1), nil)
		if err != nil {
			n.t.Fatal(err)
		}
		return b
	}
}

// What this program is too old for is known to be there, and the party goes on.
func TestTomorrowsStatements(t *testing.T) {
	n := newNet(t)
	e := raw("XB", "tariff a\n")(n)
	if err := n.s.Apply(e); act.ReasonOf(err) != act.Newer || !n.s.Unread("XB") || n.s.Unread("XA") {
		t.Errorf("got %v, unread %t", err, n.s.Unread("XB"))
	}
	n.must(n.act("XB", recognition("XB", "XA")))
	// Signed by nobody of the party it says nothing of the party.
	m := newNet(t)
	forged, _ := act.AddSignature(e[:bytes.Index(e, []byte("signature"))], key("operator"), nil)
	if err := m.s.Apply(forged); err == nil || m.s.Unread("XB") {
		t.Errorf("a forger makes a party unreadable: %v", err)
	}
	// An optional line is kept, and without effect.
	e = raw("XB", "lane a\n  of XA\n  categories crew\n  evidence test - - 72h\n  until 2026-12-01T00:00:00Z\n  ?vehicle train\n")(n)
	a, err := n.s.Check(e)
	if err != nil || !slices.Equal(a.Optional, []string{"  ?vehicle train"}) {
		t.Errorf("got %q, %v", a.Optional, err)
	}
}

func TestStateSaysWhatHolds(t *testing.T) {
	n := newNet(t)
	n.must(n.act("XA", testKey("XA")))
	n.must(n.act("XB", recognition("XB", "XA")))
	mutual := recognition("XA", "XB")
	mutual.Reciprocal = true
	n.must(n.act("XA", mutual))
	n.must(n.act("XB", lane("XB", "XA")))
	n.must(n.act("XA", act.Laboratory{ID: "NL-7", Name: "Harbour Laboratory", Accreditation: "ISO 15189", Until: after(300)}))
	n.must(n.act("XB", document(act.Rules, 1)))
	n.must(n.act("XB", document(act.Rules, 2)))
	at := after(10)
	s := n.s
	if s.Keys(at).Len() != 1 || len(s.Recognitions(at)) != 2 || len(s.Lanes(at)) != 1 || len(s.Laboratories(at)) != 1 {
		t.Errorf("%d keys, %d recognitions, %d lanes, %d laboratories", s.Keys(at).Len(), len(s.Recognitions(at)), len(s.Lanes(at)), len(s.Laboratories(at)))
	}
	if ds := s.Documents(at); len(ds) != 1 || ds[0].Version != 2 || len(ds[0].Earlier) != 1 || ds[0].Earlier[0].Version != 1 {
		t.Errorf("documents %+v", ds)
	}
	if l := s.Lanes(after(1)); len(l) != 0 {
		t.Error("a lane is open before its time")
	}
	n.must(n.act("XA", act.Limit{Key: keyName(n), Reason: "stolen", IssuedUntil: after(5)}))
	if k := s.Keys(at).All()[0]; !k.NotAfter.Equal(after(5)) {
		t.Errorf("a limited key is in force until %s", k.NotAfter)
	}
	// What Sudmark gave is not returned any more: Norland's reciprocal word ends with it.
	n.must(n.act("XB", act.End{Kind: "recognise", ID: "tests-xa", Reason: "ended"}))
	if rs := s.Recognitions(at); len(rs) != 0 {
		t.Errorf("a reciprocal recognition stands alone: %v", rs)
	}
	n.must(n.act(act.ByRoot, act.End{Kind: "party", ID: "XA", Reason: "expelled"}))
	if s.Keys(at).Len() != 0 || len(s.Members()) != 2 || s.Members()[0].Left.IsZero() {
		t.Error("the keys of one who was expelled are there")
	}
	// It comes back with its numbers: nothing of before can be replayed.
	n.must(n.act(act.ByRoot, admission("XA", 1, 1)))
	if s.NextNumber("XA") != 5 {
		t.Errorf("the next number is %d", s.NextNumber("XA"))
	}
}

func TestBurstsOfWithdrawalsAreSeen(t *testing.T) {
	n := newNet(t)
	n.must(n.act("XA", document(act.Withdrawals, 1, act.Count{"error", 12}, act.Count{"fraud", 3})))
	n.must(n.act("XA", document(act.Withdrawals, 2, act.Count{"error", 13}, act.Count{"fraud", 1320})))
	bs := n.s.Bursts(100)
	if len(bs) != 1 || bs[0].By != "XA" || bs[0].Reason != "fraud" || bs[0].From != 3 || bs[0].To != 1320 {
		t.Errorf("got %+v", bs)
	}
	if bs := n.s.Bursts(1317); len(bs) != 0 {
		t.Errorf("got %+v", bs)
	}
}

func TestRootIsRotatedByBothQuorums(t *testing.T) {
	one, err := act.OpenRoot(rootFile(t, root(), holders(1, 2, 3)...), "")
	if err != nil {
		t.Fatal(err)
	}
	// Keyholders 1 and 2 give way to 6 and 7.
	next := root()
	next.Version, next.Previous, next.Issued, next.Until = 2, one.Fingerprint(), after(100), after(800)
	for i, id := range []string{"holder6", "holder7"} {
		next.Holders[i] = act.Holder{ID: id, Name: "Keyholder", Region: "west", Key: key(id).Public()}
	}
	edit := func(change func(d *act.Root)) act.Root {
		d := next
		d.Holders = slices.Clone(next.Holders)
		change(&d)
		return d
	}
	for _, v := range []struct {
		comment string
		file    []byte
		want    act.Reason
	}{
		{"old and new agree", rootFile(t, next, holders(3, 4, 5)...), ""},
		{"old, and another new", rootFile(t, next, holders(1, 3, 5, 6)...), ""},
		{"old alone: 1, 2 and 3", rootFile(t, next, holders(1, 2, 3)...), act.Quorum},
		{"new alone: 3, 6 and 7", rootFile(t, next, holders(3, 6, 7)...), act.Quorum},
		{"three of one region and none of another", rootFile(t, edit(func(d *act.Root) { d.Regions = 3 }), holders(3, 4, 5)...), act.Quorum},
		{"strangers", rootFile(t, next, holders(10, 11, 12)...), act.Quorum},
		{"nobody", rootFile(t, next), act.Quorum},
		{"the same version", rootFile(t, edit(func(d *act.Root) { d.Version, d.Previous = 1, "" }), holders(3, 4, 5)...), act.StaleVersion},
		{"a version is left out", rootFile(t, edit(func(d *act.Root) { d.Version = 3 }), holders(3, 4, 5)...), act.Gap},
		{"after another document", rootFile(t, edit(func(d *act.Root) { d.Previous = strings.Repeat("ab", 32) }), holders(3, 4, 5)...), act.Gap},
		{"another network", rootFile(t, edit(func(d *act.Root) { d.Network = "other" }), holders(3, 4, 5)...), act.OtherNetwork},
		{"dated back", rootFile(t, edit(func(d *act.Root) { d.Issued = after(-1) }), holders(3, 4, 5)...), act.Backdated},
		{"changed after it was signed", bytes.Replace(rootFile(t, next, holders(3, 4, 5)...), []byte("threshold 3"), []byte("threshold 2"), 1), act.BadSignature},
	} {
		got, err := one.Follow(v.file)
		if act.ReasonOf(err) != v.want || (err == nil) != (v.want == "") {
			t.Errorf("%s: got %v, want %q", v.comment, err, v.want)
		}
		if err == nil && got.Fingerprint() != next.Fingerprint() || err != nil && got.Version != 0 {
			t.Errorf("%s: another document", v.comment)
		}
	}
	// In the log it takes effect at once: the old quorum admits nobody any more.
	n := newNet(t)
	n.must(rootFile(t, root(), holders(1, 2, 3)...)) // the log may have the first one, too
	n.must(rootFile(t, next, holders(3, 4, 5)...))
	if err := n.s.Apply(n.sign(n.next(act.ByRoot, admission("XC", 1, 1)), holders(1, 2, 3)...)); act.ReasonOf(err) != act.Quorum {
		t.Errorf("the keyholders of before: %v", err)
	}
	n.must(n.sign(n.next(act.ByRoot, admission("XC", 1, 1)), holders(3, 6, 7)...))
	// To begin with version 2 one has to know it.
	if _, err := act.OpenRoot(rootFile(t, next, holders(3, 4, 5)...), ""); act.ReasonOf(err) != act.StaleVersion {
		t.Errorf("begun with version 2: %v", err)
	}
	if _, err := act.OpenRoot(rootFile(t, next, holders(3, 4, 5)...), next.Fingerprint()); err != nil {
		t.Error(err)
	}
	if _, err := act.OpenRoot(rootFile(t, root(), holders(1, 2, 3)...), next.Fingerprint()); act.ReasonOf(err) != act.OtherRoot {
		t.Errorf("another document: %v", err)
	}
	if d, err := act.OpenRoot(rootFile(t, root(), holders(1, 2)...), ""); act.ReasonOf(err) != act.Quorum || d.Version != 0 {
		t.Errorf("two of three: version %d, %v", d.Version, err)
	}
}

func TestRootGrammar(t *testing.T) {
	text, err := root().Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := act.ParseRoot(text); err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct{ comment, old, new string }{
		{"no end", "until ", "note "},
		{"an end in ten years", "until 2028", "until 2036"},
		{"an end before the beginning", "until 2028", "until 2020"},
		{"a threshold of none", "threshold 3", "threshold 0"},
		{"a threshold of more than there are", "threshold 3", "threshold 6"},
		{"more regions than there are", "regions 2", "regions 4"},
		{"no region", "regions 2", "regions 0"},
		{"version 0", "version 1", "version 0"},
		{"version 2 after nothing", "version 1", "version 2"},
		{"two of one name", "keyholder holder2", "keyholder holder1"},
		{"a space too many", "threshold 3", "threshold  3"},
		{"another kind", "pratique-root", "pratique-act"},
		{"a later major", "root/1.0", "root/2.0"},
		{"a word of tomorrow", "regions 2", "regions 2\ncolour blue"},
	} {
		if _, err := act.ParseRoot(bytes.Replace(text, []byte(v.old), []byte(v.new), 1)); !errors.Is(err, act.ErrFormat) && !errors.Is(err, act.ErrNewer) {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
	d := root()
	d.Holders[1].Key = d.Holders[0].Key
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := act.ParseRoot(b); !errors.Is(err, act.ErrFormat) {
		t.Errorf("one key of two keyholders: %v", err)
	}
}

func TestGrammarRefuses(t *testing.T) {
	n := newNet(t)
	bytesOf := func(by string, b act.Body) string {
		text, err := n.next(by, b).Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	l, r, d, p := bytesOf("XB", lane("XB", "XA")), bytesOf("XB", recognition("XB", "XA")), bytesOf("XA", document(act.Withdrawals, 1, act.Count{"error", 5}, act.Count{"fraud", 5})), bytesOf(act.ByRoot, admission("XC", 1, 1))
	for _, v := range []struct{ comment, text, old, new string }{
		{"no block", l, "\n\n", "\n"},
		{"two blocks", l, "  note", "\n  note"},
		{"number 0", l, "number 1", "number 0"},
		{"a number with a sign", l, "number 1", "number +1"},
		{"by no country", l, "by XB", "by Sudmark"},
		{"by a country as others write it", l, "by XB", "by UK"},
		{"a moment without offset", l, "T08:00:00Z", "T08:00:00"},
		{"a moment with parts of a second", l, "T08:00:00Z", "T08:00:00.5Z"},
		{"fields in another order", l, "  of XA\n  categories business crew\n", "  categories business crew\n  of XA\n"},
		{"a lane of nobody", l, "  of XA\n", ""},
		{"a category twice", l, "business crew", "crew crew"},
		{"evidence of three words", l, "840539006 72h", "72h"},
		{"evidence of no age", l, "72h", "0h"},
		{"an age in days", l, "72h", "3d"},
		{"an obligation without a sentence", l, " A test at the airport.", ""},
		{"a quota of none", l, "500 week", "0 week"},
		{"a quota a year", l, "500 week", "500 year"},
		{"an identifier with a slash", l, "lane business-xa", "lane business/xa"},
		{"no until", l, "  until", "  from"},
		{"reciprocal no", r, "  uses", "  reciprocal no\n  uses"},
		{"no identifier", r, "  id tests-xa\n", ""},
		{"a recognition without end", r, "  until 2027-05-22T08:00:00Z\n", ""},
		{"a hash in capitals", d, "abab", "ABAB"},
		{"a size of none", d, "size 1000", "size 0"},
		{"counts in another order", d, "count error 5\n  count fraud 5", "count fraud 5\n  count error 5"},
		{"a count twice", d, "count error 5\n  count fraud 5", "count error 5\n  count error 5"},
		{"rules with counts", d, "document withdrawals", "document rules"},
		{"a class of tomorrow", d, "document withdrawals", "document prices"},
		{"a threshold of two of one", p, "threshold 1", "threshold 2"},
		{"a signer twice", p, "  threshold", "  signer " + between(p, "signer ", "\n") + "\n  threshold"},
		{"a value too long", p, "Country XC", strings.Repeat("x", 1001)},
		{"too long", p, "Country XC", strings.Repeat("x", act.MaxSize)},
		{"another kind of text", p, "pratique-act", "pratique-trust"},
		{"a later major", p, "pratique-act/1", "pratique-act/2"},
		{"an optional line among the others", p, "  threshold", "  ?more\n  threshold"},
	} {
		text := strings.Replace(v.text, v.old, v.new, 1)
		if text == v.text {
			t.Fatalf("%s: nothing was changed in\n%s", v.comment, v.text)
		}
		if a, err := act.Parse([]byte(text)); !errors.Is(err, act.ErrFormat) && !errors.Is(err, act.ErrNewer) || a.Body != nil {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
	for _, b := range []act.Body{nil, act.Policy{}, act.Party{Signers: []crypto.PublicKey{"no key"}}, act.Lane{ID: "a\nb"}, act.Other{}} {
		if _, err := n.next("XA", b).Sign(nil, signer("XA", 1)); err == nil {
			t.Errorf("%T was signed", b)
		}
	}
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

// The same entries give the same state, however rubbish stands among them.
func TestFoldOfAWholeLog(t *testing.T) {
	n := newNet(t)
	var entries [][]byte
	entries = append(entries, rootFile(t, root(), holders(1, 2, 3)...), n0(t, admission("XA", 2, 1, 2, 3), 1), n0(t, admission("XB", 1, 1), 2), []byte("rubbish\n"))
	for _, v := range bodies(t)[3:6] {
		e := n.act(v.by, v.body)
		n.must(e)
		entries = append(entries, e, e) // the operator plays it twice
	}
	var said []int64
	s := act.Fold(root(), entries, func(i int64, err error) { said = append(said, i) })
	if !slices.Equal(said, []int64{3, 5, 7, 9}) || s.Size() != 10 || s.Refused()[act.Replay] != 3 || len(s.Recognitions(after(5))) != 1 {
		t.Errorf("refused %v: %v", said, s.Refused())
	}
	if got := act.NewState(act.Root{}); got.Keys(start).Len() != 0 || got.Apply(entries[1]) == nil {
		t.Error("without a root somebody is admitted")
	}
}

func n0(t testing.TB, b act.Body, number int64) []byte {
	f, err := act.Act{Network: network, By: act.ByRoot, Number: number, Issued: after(1), Body: b}.Sign(nil, holders(1, 3, 5)...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func FuzzAct(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 10 {
		f.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	d := root()
	parties := [][]byte{n0(f, admission("XA", 2, 1, 2, 3), 1), n0(f, admission("XB", 1, 1), 2)}
	f.Fuzz(func(t *testing.T, b []byte) {
		s := act.Fold(d, parties, nil)
		if err := s.Apply(b); err != nil && act.ReasonOf(err) == "" {
			t.Fatalf("refused without a reason: %v", err)
		}
		file, err := signed.Parse(b)
		if err != nil {
			return
		}
		if a, err := act.Parse(file.Text); err == nil {
			if again, err := a.Bytes(); err != nil || !bytes.Equal(again, file.Text) {
				t.Fatalf("%q became %q, %v", file.Text, again, err)
			}
		}
		if d, err := act.ParseRoot(file.Text); err == nil {
			if again, err := d.Bytes(); err != nil || !bytes.Equal(again, file.Text) {
				t.Fatalf("%q became %q, %v", file.Text, again, err)
			}
		}
	})
}

func BenchmarkApply(b *testing.B) {
	n := newNet(b)
	e := n.act("XA", testKey("XA"))
	for b.Loop() {
		if _, err := n.s.Check(e); err != nil {
			b.Fatal(err)
		}
	}
}
