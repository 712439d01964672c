package history_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/trust"
)

// holder and other are two documents.
var (
	holder = history.Holder{Number: "L898902C3", Country: "UTO", Birth: cert.Date{Year: 1974, Month: 8, Day: 12}}
	other  = history.Holder{Number: "L898902C4", Country: "UTO", Birth: cert.Date{Year: 1974, Month: 8, Day: 12}}
)

// office makes an office of a jurisdiction, whose key is for all uses given and
// in force in the years of the tests.
func office(t testing.TB, country string, uses ...trust.Use) history.Office {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return officeOf(k, country, uses...)
}

func officeOf(k crypto.Signer, country string, uses ...trust.Use) history.Office {
	h := sha256.Sum256(fmt.Appendf(nil, "%v", k.Public()))
	return history.Office{Signer: k, Key: trust.Key{ID: string(h[:8]), Public: k.Public(), Country: country, Uses: trust.Uses{Of: uses},
		NotBefore: moment("2025-01-01T00:00:00Z"), NotAfter: moment("2028-01-01T00:00:00Z")}}
}

// world has an office of each of four invented countries.
type world struct {
	offices map[string]history.Office
	keys    *trust.Keys
}

func newWorld(t testing.TB) world {
	w := world{map[string]history.Office{}, new(trust.Keys)}
	for _, c := range []string{"XA", "XB", "XC", "XD"} {
		w.offices[c] = office(t, c, trust.Stamp, trust.Notice, trust.Exposure)
		w.keys.Add(w.offices[c].Key)
	}
	return w
}

func moment(s string) time.Time {
	t, err := time.ParseInLocation(time.RFC3339, s, time.UTC)
	if err != nil {
		panic(err)
	}
	return t
}

// stamp signs one, and fails the test if it cannot.
func (w world) stamp(t testing.TB, s history.Stamp, h history.Holder) string {
	t.Helper()
	if s.Until.IsZero() {
		s.Until = s.At.AddDate(1, 0, 0)
	}
	code, err := w.offices[s.Jurisdiction].Stamp(s, h, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func (w world) notice(t testing.TB, n history.Notice, h history.Holder) string {
	t.Helper()
	if n.Expires.IsZero() {
		n.Expires = n.Issued.AddDate(1, 0, 0)
	}
	code, err := w.offices[n.Jurisdiction].Notice(n, h, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func sha(s string) history.Hash {
	h := sha256.Sum256([]byte(s))
	return history.Hash(h[:16])
}

// A file with mistakes keeps the rest, and says which lines are wrong.
func TestFileSurvives(t *testing.T) {
	text := "pratique-history/1.0\n" +
		"stay XA 2026-11-01 2026-11-05\n" + // 2
		"stay XA 2026-11-31 2026-12-05\n" + // no such day
		"stay XA 2026-11 2026-12\n" + // no full date
		"stay xa 2026-11-01 2026-11-05\n" +
		"stay XA/ 2026-11-01 2026-11-05\n" +
		"stay XA/no 2026-11-01 2026-11-05\n" +
		"stay XA 2026-11-01\n" +
		"stay XA 2026-11-01 2026-11-05 \n" + // a space at the end
		"stay XA  2026-11-01 2026-11-05\n" + // 10: two spaces
		"stay XA 2026-11-01T10:00:00 2026-11-05\n" + // no offset
		"stay XA 2026-11-01T10:00:00.5Z 2026-11-05\n" +
		"stay XA 2026-11-01T10:00:00+00:00 2026-11-05\n" + // UTC is Z
		"stay XA 2026-11-01T10:00:00+15:00 2026-11-05\n" + // there is no such offset
		"stay XA 0001-01-01 2026-11-05\n" +
		"stamp XX1:ABC\n" +
		"notice \n" +
		"exposure 2026-11-03 medium gaen cwa\n" +
		"exposure 2026-11-03 high gaen\n" +
		"venue 2026-11-03 2026-11-04 high\n" + // 20: dates
		"symptom 2026-11-03 Fever\n" +
		"colour red\n" + // nobody sets a colour
		"\n" +
		"# a comment\n" +
		"symptom 2026-11-03 fever\n" + // 25
		"stay XB/01 2026-11-05T10:00:00+01:00 -\n"
	f, found, err := history.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Stays) != 2 || len(f.Symptoms) != 1 || len(found) != 22 {
		t.Errorf("%d stays, %d symptoms, %d findings: %v", len(f.Stays), len(f.Symptoms), len(found), found)
	}
	for i, x := range found {
		if x.Kind != history.KindLine || x.Code != history.Unreadable || x.Index != i+3 {
			t.Errorf("finding %d: %v", i, x)
		}
	}
}

// What is said twice, or of tomorrow, leaves all else in its place and in order.
func TestItemsSurvive(t *testing.T) {
	f, _, err := history.Parse([]byte("pratique-history/1.0\nexposure 2026-11-21 low gaen b\nexposure 2026-11-20 high gaen a\nexposure 2026-11-20 high gaen a\nexposure 2026-11-20 high blue a\n" +
		"exposure 2026-11-23 low gaen b\nvenue 2026-11-21T10:00:00Z 2026-11-21T11:00:00Z low\nvenue 2026-11-20T10:00:00Z 2026-11-20T11:00:00Z low\nvenue 2026-11-20T11:00:00+01:00 2026-11-20T12:00:00+01:00 low\n" +
		"venue 2026-11-20T10:00:00Z 2026-11-20T11:00:00Z high\nsymptom 2026-11-22 fever\nsymptom 2026-11-01 fever\nsymptom 2026-11-01 fever\nsymptom 2026-11-02 cough\n"))
	if err != nil {
		t.Fatal(err)
	}
	h, _ := f.Open(nil)
	h.Exposure = append(h.Exposure, history.Exposure{Date: cert.Date{Year: 2026, Month: 11}, Risk: "high", System: "gaen", Rule: "a"}, history.Exposure{Date: cert.Date{Year: 2026, Month: 11, Day: 1}, Risk: "medium", System: "gaen", Rule: "a"})
	e, found := h.Sift(holder, moment("2026-11-22T12:00:00+01:00"))
	var got []string
	for _, x := range e.Exposure {
		got = append(got, x.Date.String()+string(x.Risk)+x.System)
	}
	for _, x := range e.Venues {
		got = append(got, x.From.UTC().Format(time.RFC3339)+string(x.Risk))
	}
	for _, x := range e.Symptoms {
		got = append(got, x.Date.String()+x.Word)
	}
	want := []string{"2026-11-20highblue", "2026-11-20highgaen", "2026-11-21lowgaen", "2026-11-20T10:00:00Zhigh", "2026-11-20T10:00:00Zlow", "2026-11-21T10:00:00Zlow", "2026-11-01fever", "2026-11-02cough", "2026-11-22fever"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if fmt.Sprint(found) != "[exposure 2: repeated exposure 4: future exposure 5: unknown_code exposure 6: unknown_code symptom 2: repeated venue 2: repeated]" {
		t.Errorf("found %v", found)
	}
}

// A code cannot write lines of its own into a file.
func TestCodesAreLines(t *testing.T) {
	f := history.File{Stamps: []string{"HC1:A\nstay XA 2026-11-01 -"}, Notices: []string{"HC1:B\r\nsymptom 2026-11-03 fever\n"}}
	if got, want := string(f.Bytes()), "pratique-history/1.0\nstamp HC1:A\nnotice HC1:B\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A bad code takes nothing with it: the others of the file are opened.
func TestCodesSurvive(t *testing.T) {
	w := newWorld(t)
	at := moment("2026-11-01T10:00:00+01:00")
	stamp := w.stamp(t, history.Stamp{Jurisdiction: "XA", Direction: history.Entry, At: at}, holder)
	notice := w.notice(t, history.Notice{Jurisdiction: "XA", Issued: at, Order: "test", Reason: "r", Appeal: "a", From: at, Until: at.AddDate(0, 0, 1)}, holder)
	f := history.File{Stamps: []string{"HC1:", stamp, notice, stamp}, Notices: []string{stamp, notice, "HC1:X", notice}}
	h, found := f.Open(w.keys)
	if len(h.Stamps) != 2 || len(h.Notices) != 2 ||
		fmt.Sprint(found) != "[stamp 0: not_a_code stamp 2: wrong_content notice 0: wrong_content notice 2: not_a_code]" {
		t.Errorf("%d stamps, %d notices, found %v", len(h.Stamps), len(h.Notices), found)
	}
	e, found := h.Sift(holder, at.Add(time.Hour))
	if len(e.Stamps) != 1 || len(e.Notices) != 1 || fmt.Sprint(found) != "[notice 1: repeated stamp 1: repeated]" {
		t.Errorf("%d stamps, %d notices, found %v", len(e.Stamps), len(e.Notices), found)
	}
	// What was not opened counts for nothing.
	h.Stamps[0].KeyID, h.Stamps[1].KeyID, h.Notices[0].KeyID, h.Notices[1].KeyID = "", "", "", ""
	e, found = h.Sift(holder, at.Add(time.Hour))
	if len(e.Stamps) != 0 || len(e.Notices) != 0 || len(found) != 4 || found[0].Code != history.UnknownSigner {
		t.Errorf("%d stamps, %d notices, found %v", len(e.Stamps), len(e.Notices), found)
	}
}

// The first and last years, offsets and lengths that a file may have are read; one more is not.
func TestLimitsOfALine(t *testing.T) {
	for line, want := range map[string]bool{
		"symptom 1900-01-01 fever":                                   true,
		"symptom 1899-12-31 fever":                                   false,
		"symptom 2999-12-31 fever":                                   true,
		"symptom 3000-01-01 fever":                                   false,
		"stay XA 1900-01-01T00:00:00Z -":                             true,
		"stay XA 1899-12-31T23:59:59Z -":                             false,
		"stay XA 2999-12-31T23:59:59Z -":                             true,
		"stay XA 3000-01-01T00:00:00Z -":                             false,
		"stay XA 2026-11-01T00:00:00+14:00 -":                        true,
		"stay XA 2026-11-01T00:00:00+14:01 -":                        false,
		"stay XA 2026-11-01T00:00:00-14:00 -":                        true,
		"stay XA 2026-11-01T00:00:00-14:01 -":                        false,
		"stay XA/ABCDE-7890 2026-11-01 -":                            true,
		"stay XA/ABCDE-78901 2026-11-01 -":                           false,
		"symptom 2026-11-01 " + strings.Repeat("a", 32):              true,
		"symptom 2026-11-01 " + strings.Repeat("a", 33):              false,
		"stamp HC1:" + strings.Repeat("A", 2000-len("stamp HC1:")-1): true, // and the line end
		"stamp HC1:" + strings.Repeat("A", 2000-len("stamp HC1:")):   false,
		"venue 2026-11-01T00:00:00Z 2026-11-01T00:00:00Z high":       true, // reversed, which Sift says
		"exposure 2026-11-01 low a-b_c.0 z9":                         true,
		"exposure 2026-11-01 low A z9":                               false,
		"stay XA 2026-11-01 - -":                                     false,
		"stay - 2026-11-01 -":                                        false,
		"stay XA - 2026-11-01":                                       false,
		"symptom 2026-11-01 fever symptom 2026-11-01 fever":          false,
	} {
		_, found, err := history.Parse([]byte("pratique-history/1.0\n" + line + "\n"))
		if err != nil || (len(found) == 0) != want {
			t.Errorf("%.60s: %v, %v", line, found, err)
		}
	}
}

// What is no file at all is an error.
func TestNoFile(t *testing.T) {
	for comment, text := range map[string]string{
		"empty":                 "",
		"another kind":          "pratique-areas/1.0\n",
		"a later major version": "pratique-history/2.0\n",
		"signed":                "pratique-history/1.0\nsignature ed25519 " + strings.Repeat("0", 64) + " AAAA\n",
		"line ends of Windows":  "pratique-history/1.0\r\n",
		"too many lines":        "pratique-history/1.0\n" + strings.Repeat("symptom 2026-11-03 fever\n", history.MaxLines),
		"too long":              "pratique-history/1.0\n" + strings.Repeat("x", history.MaxFile) + "\n",
	} {
		if _, _, err := history.Parse([]byte(text)); err == nil {
			t.Errorf("%s: no error", comment)
		}
	}
	if _, found, err := history.Parse([]byte("pratique-history/1.0\n" + strings.Repeat("symptom 2026-11-03 fever\n", history.MaxLines-1))); err != nil || len(found) > 0 {
		t.Errorf("as many lines as allowed: %v, %v", found, err)
	}
}

// The sort of a key does not matter: Ed25519 makes stamps too.
func TestOtherKeys(t *testing.T) {
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	o := officeOf(k, "XA", trust.Stamp)
	w := world{map[string]history.Office{"XA": o}, new(trust.Keys)}
	w.keys.Add(o.Key)
	at := moment("2026-11-01T10:00:00+01:00")
	s, err := history.OpenStamp(w.stamp(t, history.Stamp{Jurisdiction: "XA", Direction: history.Entry, At: at}, holder), w.keys)
	if err != nil || !s.At.Equal(at) {
		t.Errorf("got %+v, %v", s, err)
	}
}
