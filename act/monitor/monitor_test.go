package monitor_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/act"
	"github.com/pratique/pratique/act/monitor"
	"github.com/pratique/pratique/trust"
)

const network = "trust.example/log"

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func after(days int) time.Time { return start.AddDate(0, 0, days) }

// Keys of tests are derived from a word: they are known to everybody.
func key(word string) ed25519.PrivateKey {
	h := sha256.Sum256([]byte("pratique monitor test: " + word))
	return ed25519.NewKeyFromSeed(h[:])
}

func root(t testing.TB) (act.Root, []byte) {
	t.Helper()
	d := act.Root{Network: network, Version: 1, Issued: start, Until: after(700), Threshold: 1, Regions: 1, Holders: []act.Holder{{ID: "kira", Name: "Kira", Region: "east", Key: key("kira").Public()}}}
	b, err := d.Bytes()
	if err == nil {
		b, err = act.AddSignature(b, key("kira"), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	d, err = act.OpenRoot(b, "")
	if err != nil {
		t.Fatal(err)
	}
	return d, b
}

func statement(t testing.TB, by string, number int64, day int, b act.Body, signer string) []byte {
	t.Helper()
	if signer == "" {
		signer = by
	}
	if by == act.ByRoot {
		signer = "kira"
	}
	text, err := act.Act{Network: network, By: by, Number: number, Issued: after(day).Add(time.Duration(number) * time.Second), Body: b}.Sign(nil, key(signer))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func party(code string) act.Party {
	return act.Party{Code: code, Name: "Country " + code, Region: "east", Threshold: 1, Until: after(400), Signers: []crypto.PublicKey{key(code).Public()}}
}

func recognition(by, of string, days int) act.Recognition {
	return act.Recognition{ID: "all-" + strings.ToLower(of), Recognition: trust.Recognition{By: by, Of: of, Uses: trust.Uses{Of: []trust.Use{trust.Test}}, Until: after(days)}}
}

func signingKey(country string, days int) act.Key {
	h := sha256.Sum256([]byte(country))
	return act.Key{Key: trust.Key{ID: string(h[:8]), Public: key("signs for " + country).Public(), Country: country, Uses: trust.Uses{Of: []trust.Use{trust.Test}}, NotBefore: start, NotAfter: after(days)}}
}

func withdrawals(version int64, n int64, days int) act.Document {
	return act.Document{Class: act.Withdrawals, ID: "main", Version: version, Hash: strings.Repeat("ab", 32), Size: 10, AsOf: start, Until: after(days), Counts: []act.Count{{Reason: "error", Count: n}, {Reason: "fraud", Count: 0}, {Reason: "key-lost", Count: 0}}}
}

// lines says notices in a few words each.
func lines(ns []monitor.Notice) (out []string) {
	for _, n := range ns {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %d %s", n.Code, n.By, n.Index, n.What)))
	}
	return out
}

func TestACountryHearsOfAllThatIsPublishedInItsName(t *testing.T) {
	d, first := root(t)
	rec := statement(t, "XB", 1, 1, recognition("XB", "XA", 300), "")
	stolen := statement(t, "XB", 2, 2, signingKey("XB", 300), "")
	forged := statement(t, "XB", 3, 2, signingKey("XB", 300), "somebody")
	lost := statement(t, "XB", 3, 3, recognition("XB", "XC", 300), "")
	entries := [][]byte{
		first,
		statement(t, act.ByRoot, 1, 0, party("XA"), ""),
		statement(t, act.ByRoot, 2, 0, party("XB"), ""),
		rec,
		statement(t, "XA", 1, 1, signingKey("XA", 300), ""),
		stolen,
		forged,
		[]byte("rubbish\n"),
	}
	w := monitor.Watch{Country: "XB", Root: d, Sent: [][]byte{rec, lost}, Sending: after(5)}
	got := lines(monitor.Look(w, entries, after(5)))
	want := []string{"about root 2 party XB", "unsent XB 5 key", "forged XB 6 key", "withheld XB -1 recognise XC"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	// What was looked at before is not said again; what was sent just now is not missing yet.
	w.From, w.Sending = 6, after(3)
	if got := lines(monitor.Look(w, entries, after(5))); !slices.Equal(got, []string{"forged XB 6 key"}) {
		t.Errorf("later: %q", got)
	}
	// Of another country's acts nothing is said.
	if got := lines(monitor.Look(monitor.Watch{Country: "XA", Root: d, Sent: [][]byte{entries[4]}}, entries, after(5))); !slices.Equal(got, []string{"about root 1 party XA"}) {
		t.Errorf("to the other country: %q", got)
	}
	// The thief signs, everybody else does not: the same key under another hand.
	for _, n := range monitor.Look(monitor.Watch{Country: "XB", Root: d, Sent: [][]byte{rec, stolen}}, entries, after(5)) {
		if n.Code == monitor.Unsent {
			t.Error("what the country sent itself is an alarm")
		}
	}
}

func TestACountryHearsOfWhatEndsAndOfSilence(t *testing.T) {
	d, first := root(t)
	sent := [][]byte{
		statement(t, "XB", 1, 1, recognition("XB", "XA", 100), ""),
		statement(t, "XB", 2, 1, signingKey("XB", 110), ""),
		statement(t, "XB", 3, 1, withdrawals(1, 0, 90), ""),
	}
	entries := append([][]byte{
		first,
		statement(t, act.ByRoot, 1, 0, party("XA"), ""),
		statement(t, act.ByRoot, 2, 0, party("XB"), ""),
		statement(t, "XA", 1, 1, withdrawals(1, 10, 30), ""),
		statement(t, "XA", 2, 20, withdrawals(2, 1327, 70), ""),
	}, sent...)
	w := monitor.Watch{Country: "XB", Root: d, Sent: sent, From: 100}
	for _, v := range []struct {
		day  int
		want []string
	}{
		{25, []string{"burst XA -1 document withdrawals main"}},
		{55, nil},
		{75, []string{"quiet XA -1 document withdrawals main", "ends XB -1 document withdrawals main", "ends XB -1 recognise XA"}},
		{85, []string{"quiet XA -1", "quiet XA -1 document withdrawals main", "ends XB -1 document withdrawals main", "ends XB -1 recognise XA", "ends XB -1 key"}},
		{130, []string{"ends XB -1 recognise XA", "ends XB -1 key"}},
		{390, []string{"ends XB -1 party XB"}},
	} {
		if got := lines(monitor.Look(w, entries, after(v.day))); !slices.Equal(got, v.want) {
			t.Errorf("day %d: %q\nwant %q", v.day, got, v.want)
		}
	}
	for _, n := range monitor.Look(w, entries, after(25)) {
		if n.Count != 1317 || n.Why != "error" || n.Code.Alarm() {
			t.Errorf("%+v", n)
		}
	}
	s := act.Fold(d, entries, nil)
	if rs := monitor.Relying(s, "XA", after(50)); len(rs) != 1 || rs[0].By != "XB" {
		t.Errorf("%v rely on XA", rs)
	}
	if rs := monitor.Relying(s, "XA", after(101)); len(rs) != 0 {
		t.Errorf("after its end %v rely on XA", rs)
	}
}
