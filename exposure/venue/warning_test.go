package venue_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/venue"
	"github.com/pratique/pratique/history"
)

func at(clock string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", "2026-11-02 "+clock)
	if err != nil {
		panic(err)
	}
	return t
}

// place is a German place.
func place(n byte) string { return strings.Repeat(string([]byte{n}), 32) }

func visit(s venue.System, place, from, until string) venue.Visit {
	v := venue.Visit{System: s, Place: place, Name: "x", From: at(from)}
	if until != "" {
		v.Until = at(until)
	}
	return v
}

// list is warnings that must be read without findings.
func list(t testing.TB, w []venue.Warning, found []venue.Finding, err error) []venue.Warning {
	t.Helper()
	if err != nil || len(found) != 0 {
		t.Fatalf("%v, %v", found, err)
	}
	return w
}

func said(venues []history.Venue) string {
	var out []string
	for _, v := range venues {
		out = append(out, v.From.Format("15:04")+"-"+v.Until.Format("15:04")+" "+string(v.Risk))
	}
	return strings.Join(out, ", ")
}

func items(gln, start, end string) string {
	sum := sha512.Sum384([]byte(gln))
	return fmt.Sprintf(`{"items":[{"notificationId":"n","eventId":"e","glnHash":%q,"start":"2026-11-02T%s:00Z","end":"2026-11-02T%s:00.000+00:00","appBannerTitle":"x"}]}`,
		base64.StdEncoding.EncodeToString(sum[:]), start, end)
}

// A visit counts for the time of it that was warned of, in all systems alike.
func TestMatch(t *testing.T) {
	const gln = "9429300000017"
	nz := func(from, until string) venue.Visit { return visit(venue.NewZealand, gln, from, until) }
	warnings := func(t *testing.T) []venue.Warning {
		w, found, err := venue.ParseNewZealand([]byte(items(gln, "10:00", "11:00")))
		return list(t, w, found, err)
	}(t)
	vectors := []struct {
		Comment string
		Diary   venue.Diary
		Want    string
	}{
		{"within", venue.Diary{nz("10:10", "10:20")}, "10:10-10:20 high"},
		{"around", venue.Diary{nz("09:00", "12:00")}, "10:00-11:00 high"},
		{"across the beginning", venue.Diary{nz("09:00", "10:30")}, "10:00-10:30 high"},
		{"across the end", venue.Diary{nz("10:30", "12:00")}, "10:30-11:00 high"},
		{"left as it began", venue.Diary{nz("09:00", "10:00")}, ""},
		{"came as it ended", venue.Diary{nz("11:00", "12:00")}, ""},
		{"no end, came within", venue.Diary{nz("10:30", "")}, "10:30-11:00 high"},
		{"no end, came as it began", venue.Diary{nz("10:00", "")}, "10:00-11:00 high"},
		{"no end, came before", venue.Diary{nz("09:59", "")}, ""},
		{"no end, came as it ended", venue.Diary{nz("11:00", "")}, ""},
		{"another place", venue.Diary{visit(venue.NewZealand, "9429300000024", "10:10", "10:20")}, ""},
		{"another system that knows the hash", venue.Diary{visit(venue.England, gln, "10:10", "10:20")}, ""},
		{"two visits", venue.Diary{nz("10:30", "10:40"), nz("10:10", "10:20")}, "10:10-10:20 high, 10:30-10:40 high"},
		{"nowhere", nil, ""},
	}
	for _, v := range vectors {
		if got := said(v.Diary.Match(warnings, venue.Rule{})); got != v.Want {
			t.Errorf("%s: got %q, want %q", v.Comment, got, v.Want)
		}
	}
}

// What is published in New Zealand, England and France is read; what is none is a finding.
func TestParseWarnings(t *testing.T) {
	const good, uuid = `"riskyWindow":{"from":"2026-11-02T10:00:00Z","until":"2026-11-02T11:00:00Z"}`, "30313233-3435-3637-3839-616263646566"
	seconds := at("10:00").Unix() + 2_208_988_800
	nz, gb, fr := visit(venue.NewZealand, "9429300000017", "10:10", "10:20"), visit(venue.England, "4AB2C9ZZ", "10:10", "10:20"), visit(venue.France, "0123456789abcdef", "10:10", "10:20")
	vectors := []struct {
		Comment string
		Parse   func([]byte) ([]venue.Warning, []venue.Finding, error)
		Data    string
		Want    string // what comes of the visits
		Found   int    // entries that are none
	}{
		{"New Zealand", venue.ParseNewZealand, items("9429300000017", "10:00", "11:00"), "10:10-10:20 high", 0},
		{"a hash of another length", venue.ParseNewZealand, strings.Replace(items("9429300000017", "10:00", "11:00"), `"glnHash":"`, `"glnHash":"AAAA`, 1), "", 1},
		{"an end before its beginning", venue.ParseNewZealand, items("9429300000017", "11:00", "10:00"), "", 1},
		{"a number for a moment", venue.ParseNewZealand, `{"items":[{"glnHash":"","start":5,"end":6}]}`, "", 1},
		{"no events today", venue.ParseNewZealand, `{"items":[]}`, "", 0},
		{"England, be alert", venue.ParseEngland, `{"venues":[{"id":"4AB2C9ZZ",` + good + `,"messageType":"M1"}]}`, "10:10-10:20 low", 0},
		{"England, book a test", venue.ParseEngland, `{"venues":[{"id":"4AB2C9ZZ",` + good + `,"messageType":"M2"}]}`, "10:10-10:20 high", 0},
		{"England, with a telephone number", venue.ParseEngland, `{"venues":[{"id":"4AB2C9ZZ",` + good + `,"messageType":"M3","optionalParameter":"0"}]}`, "10:10-10:20 high", 0},
		{"England, both: the higher counts", venue.ParseEngland, `{"venues":[{"id":"4AB2C9ZZ",` + good + `,"messageType":"M2"},{"id":"4AB2C9ZZ",` + good + `,"messageType":"M1"}]}`, "10:10-10:20 high", 0},
		{"a message that is not known, among others", venue.ParseEngland, `{"venues":[{"id":"4AB2C9ZZ",` + good + `,"messageType":"M9"},{"id":"4AB2C9ZZ",` + good + `,"messageType":"M1"}]}`, "10:10-10:20 low", 1},
		{"an id that is none", venue.ParseEngland, `{"venues":[{"id":"4ab",` + good + `,"messageType":"M1"},7]}`, "", 2},
		{"France, from level 3 on", venue.ParseFrance, fmt.Sprintf(`[{"ltid":%q,"exp":[{"s":%d,"d":3600,"r":3.0}]}]`, uuid, seconds), "10:10-10:20 high", 0},
		{"France, below", venue.ParseFrance, fmt.Sprintf(`[{"ltid":%q,"exp":[{"s":%d,"d":3600,"r":2.0}]}]`, uuid, seconds), "10:10-10:20 low", 0},
		{"France, twice", venue.ParseFrance, fmt.Sprintf(`[{"ltid":%q,"exp":[{"s":%d,"d":660,"r":2.0},{"s":%d,"d":60,"r":2.0}]}]`, uuid, seconds, seconds+1140), "10:10-10:20 low", 0},
		{"France, level 0", venue.ParseFrance, fmt.Sprintf(`[{"ltid":%q,"exp":[{"s":%d,"d":3600,"r":0}]}]`, uuid, seconds), "", 1},
		{"France, no time", venue.ParseFrance, fmt.Sprintf(`[{"ltid":%q,"exp":[{"s":%d,"d":0,"r":1}]}]`, uuid, seconds), "", 1},
		{"France, a month", venue.ParseFrance, fmt.Sprintf(`[{"ltid":%q,"exp":[{"s":%d,"d":2592000,"r":1}]}]`, uuid, seconds), "", 1},
		{"France, before 1970", venue.ParseFrance, fmt.Sprintf(`[{"ltid":%q,"exp":[{"s":1,"d":3600,"r":1}]}]`, uuid), "", 1},
		{"France, an entry that is a book", venue.ParseFrance, `[{"ltid":"` + strings.Repeat("0", 70_000) + `"}]`, "", 1},
		{"France, no number of a place", venue.ParseFrance, `[{"ltid":"x","exp":[]},{"ltid":"30","exp":[]}]`, "", 2},
	}
	for _, v := range vectors {
		w, found, err := v.Parse([]byte(v.Data))
		if err != nil || len(found) != v.Found {
			t.Errorf("%s: %v, %v", v.Comment, found, err)
		}
		if got := said(venue.Diary{nz, gb, fr}.Match(w, venue.Rule{})); got != v.Want {
			t.Errorf("%s: got %q, want %q", v.Comment, got, v.Want)
		}
	}
	for comment, parse := range map[string]func([]byte) ([]venue.Warning, []venue.Finding, error){"New Zealand": venue.ParseNewZealand, "England": venue.ParseEngland, "France": venue.ParseFrance} {
		for _, data := range []string{"", "{}", "5", "[{]", strings.Repeat(" ", venue.MaxFile) + "[]", `{"items":5,"venues":5}`, `{"items":[1` + strings.Repeat(",1", venue.MaxWarnings) + `],"venues":[1` + strings.Repeat(",1", venue.MaxWarnings) + `]}`, `[1` + strings.Repeat(",1", venue.MaxWarnings) + `]`} {
			if w, found, err := parse([]byte(data)); !errors.Is(err, venue.ErrWarnings) || w != nil || found != nil {
				t.Errorf("%s, %.20q: %d warnings, %v", comment, data, len(w), err)
			}
		}
	}
}

// open is a German warning that is not sealed, in intervals of ten minutes.
func open(place string, from string, period, level int64) []byte {
	hash := sha256.Sum256([]byte(place))
	return message(3, field(1, string(hash[:])), varint(2, at(from).Unix()/600), varint(3, period), varint(4, level))
}

func report(t testing.TB, v venue.Visit, level int) []byte {
	t.Helper()
	r, err := v.Report(level, random(1))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func random(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

// German weights add up within a visit, and ten minutes of them are high.
func TestGermanRule(t *testing.T) {
	me := visit(venue.German, place(1), "10:00", "10:30")
	sealed := func(place, from, until string, level int) []byte {
		return message(4, report(t, visit(venue.German, place, from, until), level))
	}
	vectors := []struct {
		Comment string
		Package []byte
		Want    string
	}{
		{"ten minutes of level 5", open(place(1), "10:00", 1, 5), "10:00-10:10 high"},
		{"ten minutes of level 4", open(place(1), "10:00", 1, 4), "10:00-10:10 low"},
		{"twice ten minutes of level 4", join(open(place(1), "10:00", 1, 4), open(place(1), "10:20", 1, 4)), "10:00-10:30 high"},
		{"the same ten minutes of two people", join(open(place(1), "10:00", 1, 4), open(place(1), "10:00", 1, 3)), "10:00-10:10 high"},
		{"levels without a value", join(open(place(1), "10:00", 3, 2), open(place(1), "10:00", 3, 0)), ""},
		{"another place", open(place(2), "10:00", 3, 8), ""},
		{"before", open(place(1), "09:00", 6, 8), ""},
		{"sealed", sealed(place(1), "09:30", "10:10", 5), "10:00-10:10 high"},
		{"sealed, of another place", sealed(place(2), "09:30", "10:10", 5), ""},
		{"sealed and open", join(sealed(place(1), "09:30", "10:10", 4), open(place(1), "10:10", 2, 4)), "10:00-10:30 high"},
		{"none", nil, ""},
	}
	for _, v := range vectors {
		w, found, err := venue.ParseGermany(join(varint(1, 490_000), field(2, "DE"), v.Package))
		if got := said(venue.Diary{me}.Match(list(t, w, found, err), venue.Germany())); got != v.Want {
			t.Errorf("%s: got %q, want %q", v.Comment, got, v.Want)
		}
	}
}

// A report opens for who scanned the code, and for nobody else; one bit changed, for nobody.
func TestReport(t *testing.T) {
	ill := visit(venue.German, place(1), "10:00", "10:30")
	r := report(t, ill, 6)
	match := func(r []byte, p string) string {
		w, found, err := venue.ParseGermany(venue.AppendGermany(nil, at("12:00"), "DE", [][]byte{r}))
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 {
			return "unreadable"
		}
		return said(venue.Diary{visit(venue.German, p, "10:00", "10:30")}.Match(w, venue.Germany()))
	}
	if got := match(r, place(1)); got != "10:00-10:30 high" {
		t.Errorf("got %q", got)
	}
	if got := match(r, place(2)); got != "" {
		t.Errorf("elsewhere: got %q", got)
	}
	for i := range r {
		b := bytes.Clone(r)
		b[i] ^= 1
		w, _, err := venue.ParseGermany(venue.AppendGermany(nil, at("12:00"), "DE", [][]byte{b}))
		if err != nil {
			continue
		}
		if got := (venue.Diary{ill}).Match(w, venue.Germany()); len(got) != 0 {
			t.Errorf("byte %d changed: %s", i, said(got))
		}
	}
	if bytes.Contains(r, []byte(place(1))) {
		t.Error("the place stands in the report")
	}
	if _, err := ill.Report(6, bytes.NewReader(make([]byte, 3))); err == nil {
		t.Error("sealed without randomness")
	}
}

// Of what cannot be a report none is made.
func TestNoReport(t *testing.T) {
	good := visit(venue.German, place(1), "10:00", "10:30")
	for comment, change := range map[string]func(*venue.Visit) int{
		"level 0":            func(v *venue.Visit) int { return 0 },
		"level 9":            func(v *venue.Visit) int { return 9 },
		"no end":             func(v *venue.Visit) int { v.Until = time.Time{}; return 5 },
		"less than interval": func(v *venue.Visit) int { v.Until = v.From.Add(time.Second); return 5 },
		"a month":            func(v *venue.Visit) int { v.Until = v.From.AddDate(0, 1, 0); return 5 },
		"another system":     func(v *venue.Visit) int { v.System = venue.France; return 5 },
		"no place":           func(v *venue.Visit) int { v.Place = ""; return 5 },
	} {
		v := good
		level := change(&v)
		if r, err := v.Report(level, random(1)); !errors.Is(err, venue.ErrVisit) || r != nil {
			t.Errorf("%s: got %v", comment, err)
		}
	}
}

// An entry that is none is left out, and the rest of the package survives.
func TestBadGermanEntries(t *testing.T) {
	hash := place(9)
	good := report(t, visit(venue.German, place(1), "10:00", "10:30"), 8)
	for comment, entry := range map[string][]byte{
		"an open warning without a period":  message(3, field(1, hash), varint(2, 2_000_000), varint(4, 5)),
		"one of three weeks":                message(3, field(1, hash), varint(2, 2_000_000), varint(3, 3024), varint(4, 5)),
		"one without a beginning":           message(3, field(1, hash), varint(3, 1), varint(4, 5)),
		"one after 2106":                    message(3, field(1, hash), varint(2, 1<<32-1), varint(3, 1), varint(4, 5)),
		"one of level 9":                    message(3, field(1, hash), varint(2, 2_000_000), varint(3, 1), varint(4, 9)),
		"one with a hash of 31 bytes":       message(3, field(1, hash[1:]), varint(2, 2_000_000), varint(3, 1), varint(4, 5)),
		"one with a negative number":        message(3, field(1, hash), varint(2, -1), varint(3, 1), varint(4, 5)),
		"a report without a hash":           message(4, field(2, hash[:16]), field(3, hash[:16]), field(4, hash)),
		"a report with a short IV":          message(4, field(1, hash), field(2, hash[:15]), field(3, hash[:16]), field(4, hash)),
		"a report of half a block":          message(4, field(1, hash), field(2, hash[:16]), field(3, hash[:8]), field(4, hash)),
		"a report of nothing":               message(4, field(1, hash), field(2, hash[:16]), field(4, hash)),
		"a report of many blocks":           message(4, field(1, hash), field(2, hash[:16]), field(3, strings.Repeat(hash, 3)), field(4, hash)),
		"a report with half a MAC":          message(4, field(1, hash), field(2, hash[:16]), field(3, hash[:16]), field(4, hash[:16])),
		"a report that is a broken message": message(4, []byte{0x0a, 0x20, 1}),
	} {
		w, found, err := venue.ParseGermany(join(varint(1, 490_000), message(4, good), entry, message(4, good)))
		if err != nil || len(w) != 2 || !slices.Equal(found, []venue.Finding{{Index: 1}}) {
			t.Errorf("%s: %d warnings, %v, %v", comment, len(w), found, err)
		}
	}
	for comment, data := range map[string][]byte{
		"cut short":         message(4, good)[:40],
		"a number for one":  varint(4, 1),
		"too long":          make([]byte, venue.MaxFile+1),
		"too many warnings": bytes.Repeat([]byte{0x22, 0}, venue.MaxWarnings+1),
	} {
		if w, found, err := venue.ParseGermany(data); !errors.Is(err, venue.ErrWarnings) || w != nil || found != nil {
			t.Errorf("%s: %d warnings, %v", comment, len(w), err)
		}
	}
}

// reportHex was made with openssl and Python.
const reportHex = "0a2072cd6e8422c407fb6d098690f1130b7ded7ec2f7f5e1d30bd9d521f01536379312107369787465656e2062797465732069761a100c60aaa58e179c4bf3a7cd34d72db7a52220059f2a9480ab57390434006ab19a656e1497b549f051a93e9a5a24b756851afa"

// A sealed record is what another implementation makes of the same visit, byte by byte.
func TestReportBytes(t *testing.T) {
	v := venue.Visit{System: venue.German, Place: place(1), From: time.Unix(600*2_500_000, 0), Until: time.Unix(600*2_500_003, 0)}
	r, err := v.Report(7, bytes.NewReader([]byte("sixteen bytes iv")))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(r); got != reportHex {
		t.Errorf("got %s", got)
	}
}

// Neither the order of visits nor that of warnings matters.
func TestOrder(t *testing.T) {
	var d venue.Diary
	var p []byte
	for i := range 20 {
		d = append(d, visit(venue.German, place(byte(i%5)), fmt.Sprintf("%02d:00", i), fmt.Sprintf("%02d:40", i)))
		p = append(p, open(place(byte(i%5)), fmt.Sprintf("%02d:10", i), 2, int64(1+i%8))...)
	}
	w, found, err := venue.ParseGermany(p)
	w = list(t, w, found, err)
	want := said(d.Match(w, venue.Germany()))
	if strings.Count(want, "-") < 10 {
		t.Fatalf("got %s", want)
	}
	for seed := range 20 {
		r := rand.New(rand.NewPCG(1, uint64(seed)))
		r.Shuffle(len(d), func(i, j int) { d[i], d[j] = d[j], d[i] })
		r.Shuffle(len(w), func(i, j int) { w[i], w[j] = w[j], w[i] })
		if got := said(d.Match(w, venue.Germany())); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
}

// Whatever is published, reading it ends, and what matches is an interval with a risk.
func FuzzWarnings(f *testing.F) {
	v := visit(venue.German, place(1), "10:00", "10:30")
	f.Add([]byte(items("9429300000017", "10:00", "11:00")))
	f.Add([]byte(`{"venues":[{"id":"4AB2C9ZZ","riskyWindow":{"from":"2026-11-02T10:00:00Z","until":"2026-11-02T11:00:00Z"},"messageType":"M1"}]}`))
	f.Add([]byte(`[{"ltid":"30313233-3435-3637-3839-616263646566","exp":[{"s":4002400000,"d":3600,"r":3.0}]}]`))
	f.Add(venue.AppendGermany(nil, at("12:00"), "DE", [][]byte{report(f, v, 8)}))
	f.Add(open(place(1), "10:00", 3, 8))
	d := venue.Diary{v, visit(venue.NewZealand, "9429300000017", "10:10", ""), visit(venue.England, "4AB2C9ZZ", "10:10", "10:20"), visit(venue.France, "0123456789abcdef", "10:10", "10:20")}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, parse := range []func([]byte) ([]venue.Warning, []venue.Finding, error){venue.ParseGermany, venue.ParseNewZealand, venue.ParseEngland, venue.ParseFrance} {
			w, _, err := parse(data)
			if err != nil {
				continue
			}
			for _, m := range d.Match(w, venue.Germany()) {
				if !m.From.Before(m.Until) || m.Risk == "" || m.From.Nanosecond() != 0 {
					t.Errorf("got %+v", m)
				}
			}
		}
	})
}

// A diary of a fortnight and a day's package of 50,000 reports, of which one is of a place of it.
func BenchmarkMatch(b *testing.B) {
	var d venue.Diary
	for i := range 56 {
		d = append(d, visit(venue.German, place(byte(i)), "10:00", "10:30"))
	}
	reports := [][]byte{report(b, d[7], 8)}
	for i := range 50_000 {
		v := d[0]
		sum := sha256.Sum256([]byte{byte(i), byte(i >> 8), 'x'})
		v.Place = string(sum[:])
		reports = append(reports, report(b, v, 5))
	}
	data := venue.AppendGermany(nil, at("12:00"), "DE", reports)
	b.ReportAllocs()
	for b.Loop() {
		w, _, err := venue.ParseGermany(data)
		if err != nil {
			b.Fatal(err)
		}
		if got := d.Match(w, venue.Germany()); len(got) != 1 {
			b.Fatalf("%d matches", len(got))
		}
	}
}
