package tracing_test

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/demo/tracing"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/verify"
)

func tell(t *testing.T) tracing.Story {
	s, err := tracing.Tell(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// got is everything that a party was sent, and what archives of it hold.
func got(t *testing.T, s tracing.Story, parties ...tracing.Party) []byte {
	var b bytes.Buffer
	for _, m := range s.Messages {
		if !slices.Contains(parties, m.To) {
			continue
		}
		b.Write(m.Data)
		if z, err := zip.NewReader(bytes.NewReader(m.Data), int64(len(m.Data))); err == nil {
			for _, f := range z.File {
				r, err := f.Open()
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.Copy(&b, r); err != nil {
					t.Fatal(err)
				}
				r.Close()
			}
		}
		if _, body, ok := bytes.Cut(m.Data, []byte("\nbody ")); ok {
			line, _, _ := bytes.Cut(body, []byte("\n"))
			plain, err := base64.StdEncoding.DecodeString(string(line))
			if err != nil {
				t.Fatal(err)
			}
			b.Write(plain)
		}
	}
	if b.Len() == 0 {
		t.Fatalf("%v got nothing", parties)
	}
	return b.Bytes()
}

// has looks for a secret in every form in which it could be written.
func has(data, secret []byte) bool {
	for _, form := range [][]byte{
		secret, []byte(hex.EncodeToString(secret)), []byte(base64.StdEncoding.EncodeToString(secret)),
		[]byte(base64.RawStdEncoding.EncodeToString(secret)), []byte(base64.RawURLEncoding.EncodeToString(secret)),
	} {
		if bytes.Contains(data, form) {
			return true
		}
	}
	return false
}

func TestEachCountryFindsItsExposureAndTheTravellerLearnsOfAllThree(t *testing.T) {
	s := tell(t)
	var learned []string
	for _, step := range s.Steps {
		learned = append(learned, step.Learned...)
	}
	for _, want := range []string{
		"Anna: that she was exposed on 2026-11-10, signed, by the rule close-15min",
		"Anna: that she was exposed on 2026-11-13, signed by Norland",
		"Anna's phone: 2026-11-16, high, by Midland's published rule",
		"Anna's phone: that there was no exposure on 2026-11-16",
		"Midland's key server: that these keys belong to somebody whose diagnosis Sudmark attests",
		"Sudmark's authority: a number, 5 good records",
	} {
		if !slices.ContainsFunc(learned, func(l string) bool { return strings.HasPrefix(l, want) }) {
			t.Errorf("nobody learned %q of:\n%s", want, strings.Join(learned, "\n"))
		}
	}
}

// What each system learns and cannot learn: in no form does anything reach a
// party that is not for it. A secret that is found where it belongs shows that
// the search can find it.
func TestNothingReachesWhomItIsNotFor(t *testing.T) {
	s := tell(t)
	anna, bo := s.Secrets.Accounts[tracing.Anna], s.Secrets.Accounts[tracing.Bo]
	tempID := []byte(s.Secrets.TempIDs[tracing.Anna]) // of the day in Sudmark
	all := []tracing.Party{tracing.Anna, tracing.Bo, tracing.Cleo, tracing.Dai, tracing.Norland, tracing.Sudmark, tracing.Midland, tracing.Everyone}
	except := func(some ...tracing.Party) []tracing.Party {
		return slices.DeleteFunc(slices.Clone(all), func(p tracing.Party) bool { return slices.Contains(some, p) })
	}
	dead, alive := s.Secrets.Keys[tracing.Dai][0], s.Secrets.Keys[tracing.Dai][1]
	for _, c := range []struct {
		what   string
		secret []byte
		only   []tracing.Party // may have it; the first must
	}{
		{"Anna's account", anna[:], nil},
		{"Bo's account", bo[:], nil},
		{"what Anna's phone sent in Sudmark", tempID, []tracing.Party{tracing.Cleo, tracing.Sudmark}},
		{"Dai's key of the day", dead.Data[:], []tracing.Party{tracing.Everyone, tracing.Midland}},
		{"Dai's key that is in use", alive.Data[:], []tracing.Party{tracing.Midland}},
		{"Dai's identifier key", sub(dead.IdentifierKey()), nil},
		{"an identifier that Anna's phone heard", s.Secrets.Heard[3][:], []tracing.Party{tracing.Anna}},
		{"the secret with which Dai's phone committed", s.Secrets.Devices, []tracing.Party{tracing.Midland}},
		{"the number of Anna's passport", []byte("L898902C3"), nil},
		{"Anna's name", []byte("ERIKSSON"), nil},
	} {
		for _, p := range except(c.only...) {
			if sent(s, p) && has(got(t, s, p), c.secret) {
				t.Errorf("%s got %s", p, c.what)
			}
		}
		if len(c.only) > 0 && !has(got(t, s, c.only[0]), c.secret) {
			t.Errorf("%s did not get %s: the search finds nothing", c.only[0], c.what)
		}
	}
}

func sub(k [16]byte) []byte { return k[:] }

func sent(s tracing.Story, to tracing.Party) bool {
	return slices.ContainsFunc(s.Messages, func(m tracing.Message) bool { return m.To == to })
}

// No request says where somebody was, whom they met, or which colour they have,
// other than BlueTrace's own uploads to its own authority.
func TestNoCountryIsToldAMovementAContactOrAColour(t *testing.T) {
	s := tell(t)
	for _, m := range s.Messages {
		for _, word := range []string{"green", "amber", "\"red\"", "colour", "latitude", "longitude", "passport"} {
			if bytes.Contains(bytes.ToLower(m.Data), []byte(word)) && !strings.HasPrefix(string(m.Data), "HC1:") {
				t.Errorf("%s to %s (%s) says %q", m.From, m.To, m.What, word)
			}
		}
		upload := m.What == "an upload"
		if upload != (m.From == tracing.Bo || m.From == tracing.Cleo) {
			t.Errorf("%s to %s: %s", m.From, m.To, m.What)
		}
		if m.From == tracing.Anna && m.What != "a Bluetooth message" {
			t.Errorf("Anna's phone sent %s to %s", m.What, m.To)
		}
	}
}

func TestOneExposureIsTracedToTheColourThatItCausesAndItsEnd(t *testing.T) {
	s := tell(t)
	var lines []string
	for _, c := range s.Colours {
		t.Logf("%s: %v", c.What, c.Why)
		lines = append(lines, fmt.Sprintf("%s: %s until %s", c.What, c.Is, c.Ends.UTC().Format("2006-01-02T15:04")))
	}
	want := []string{
		"with all three days: amber until 2026-11-26T00:00",
		"without the day in Norland: amber until 2026-11-26T00:00",
		"without the day in Sudmark: amber until 2026-11-26T00:00",
		"without the day in Midland: amber until 2026-11-23T00:00",
		"after the correction: amber until 2026-11-23T00:00",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if s.Colours[0].Is != verify.Amber || len(s.Colours[0].Why) == 0 {
		t.Error("the colour has no reason")
	}
}

func TestTheFolderHoldsWhatAnnaHolds(t *testing.T) {
	s := tell(t)
	files := map[string][]byte{}
	for _, f := range s.Files {
		files[f.Name] = f.Data
	}
	f, found, err := history.Parse(files["history.txt"])
	if err != nil || len(found) != 0 || len(f.Statements) != 2 || len(f.Exposure) != 1 || f.Exposure[0].Signed() {
		t.Errorf("history.txt: %v %v: %d signed days and %d of one's own word", err, found, len(f.Statements), len(f.Exposure))
	}
	g, _, err := history.Parse(files["history-corrected.txt"])
	if err != nil || len(g.Statements) != 2 || len(g.Exposure) != 0 {
		t.Errorf("history-corrected.txt: %v: %d and %d", err, len(g.Statements), len(g.Exposure))
	}
	for _, name := range []string{"public/XA.pem", "public/XB.pem", "public/XC.pem", "passport.txt"} {
		if len(files[name]) == 0 {
			t.Errorf("%s is not there", name)
		}
	}
}
