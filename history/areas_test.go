package history_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
)

const areas = `pratique-areas/1.0
jurisdiction XA
published 2026-11-20T06:00:00+01:00
until 2026-11-27T06:00:00+01:00
floor 20000
days 7

area 01 812000 41.7 medium North
area 02 97500 8 low The Isles
area 03 20000 0.05 low Süd-Île
`

// A list is read, printed again byte for byte, and asked.
func TestAreas(t *testing.T) {
	l, err := history.ParseAreas([]byte(areas))
	if err != nil {
		t.Fatal(err)
	}
	if string(l.Bytes()) != areas {
		t.Errorf("printed as\n%s", l.Bytes())
	}
	if a, ok := l.Find("01"); !ok || a != (history.Area{Region: "01", Population: 812000, Cases: 4170, Level: "medium", Name: "North"}) {
		t.Errorf("01 is %+v", a)
	}
	if a, ok := l.Find("03"); !ok || a.Cases != 5 {
		t.Errorf("03 is %+v", a)
	}
	if _, ok := l.Find("04"); ok {
		t.Error("04 was found")
	}
}

// A list with one mistake is refused, whole; one that names too few people says so.
func TestBadAreas(t *testing.T) {
	for _, v := range []struct {
		Comment, From, To string
		Want              error
	}{
		{"a unit one below the floor", "03 20000", "03 19999", history.ErrFloor},
		{"a floor below every floor", "floor 20000", "floor 19999", history.ErrFloor},
		{"a floor that one unit is below", "floor 20000", "floor 20001", history.ErrFloor},
		{"no floor", "floor 20000\n", "", history.ErrAreas},
		{"another kind", "pratique-areas", "pratique-trust", history.ErrAreas},
		{"a later major version", "/1.0", "/2.0", history.ErrAreas},
		{"no such jurisdiction", "jurisdiction XA", "jurisdiction QQ", history.ErrAreas},
		{"no end", "until 2026-11-27T06:00:00+01:00\n", "", history.ErrAreas},
		{"an end before the beginning", "until 2026-11-27", "until 2026-11-19", history.ErrAreas},
		{"an end at the beginning", "until 2026-11-27", "until 2026-11-20", history.ErrAreas},
		{"an end the same second, at another offset", "until 2026-11-27T06:00:00+01:00", "until 2026-11-20T05:00:00Z", history.ErrAreas},
		{"an end after more than a month", "until 2026-11-27", "until 2026-12-22", history.ErrAreas},
		{"a moment without offset", "published 2026-11-20T06:00:00+01:00", "published 2026-11-20T06:00:00", history.ErrAreas},
		{"no days", "days 7", "days 0", history.ErrAreas},
		{"a region twice", "area 02", "area 01", history.ErrAreas},
		{"regions out of order", "area 02", "area 04", history.ErrAreas},
		{"a region in small letters", "area 02", "area o2", history.ErrAreas},
		{"a negative number of people", "97500", "-97500", history.ErrAreas},
		{"a zero before a number", "97500", "097500", history.ErrAreas},
		{"more people than there are", "97500", "97500000000", history.ErrAreas},
		{"a figure with three places", "41.7", "41.725", history.ErrAreas},
		{"a figure that ends with a zero", "41.7", "41.70", history.ErrAreas},
		{"a figure with a comma", "41.7", "41,7", history.ErrAreas},
		{"a figure of more cases than people", "41.7", "100000.01", history.ErrAreas},
		{"a negative figure", "41.7", "-1", history.ErrAreas},
		{"a level in capitals", "medium", "MEDIUM", history.ErrAreas},
		{"no name", " North", "", history.ErrAreas},
		{"a space after a name", "North", "North ", history.ErrAreas},
		{"an empty line between", "\narea 02", "\n\narea 02", history.ErrAreas},
		{"a line of another kind", "area 02 97500 8 low The Isles", "person 02 97500 8 low The Isles", history.ErrAreas},
		{"no area", areas[strings.Index(areas, "area 01"):], "", history.ErrAreas},
		{"a signature that nobody checks", "Süd-Île\n", "Süd-Île\nsignature ed25519 " + strings.Repeat("0", 64) + " AAAA\n", history.ErrAreas},
	} {
		t.Run(v.Comment, func(t *testing.T) {
			text := strings.Replace(areas, v.From, v.To, 1)
			if text == areas {
				t.Fatal("nothing was changed")
			}
			if l, err := history.ParseAreas([]byte(text)); !errors.Is(err, v.Want) || l.Areas != nil {
				t.Errorf("got %v, want %v", err, v.Want)
			}
		})
	}
	var long strings.Builder
	long.WriteString(areas[:strings.Index(areas, "area 01")])
	for i := range history.MaxAreas + 1 {
		fmt.Fprintf(&long, "area %05d 20000 1 low N\n", i)
	}
	if _, err := history.ParseAreas([]byte(long.String())); !errors.Is(err, history.ErrAreas) {
		t.Errorf("too many areas: %v", err)
	}
	if _, err := history.ParseAreas([]byte(strings.TrimSuffix(long.String(), fmt.Sprintf("area %05d 20000 1 low N\n", history.MaxAreas)))); err != nil {
		t.Errorf("as many areas as allowed: %v", err)
	}
}

// Who signs a list is its own jurisdiction, with a key for lists.
func TestAreaSigners(t *testing.T) {
	xa := office(t, "XA", trust.Areas)
	data, err := signed.Sign([]byte(areas), xa.Signer, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	at := moment("2026-11-22T12:00:00+01:00")
	with := func(change ...func(*trust.Key)) *trust.Keys {
		keys := new(trust.Keys)
		for _, c := range change {
			k := xa.Key
			c(&k)
			keys.Add(k)
		}
		return keys
	}
	wide, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		Comment string
		Keys    *trust.Keys
		At      time.Time
		Data    []byte
		Want    error
	}{
		{"its key", with(func(*trust.Key) {}), at, data, nil},
		{"at the second of its publication", with(func(*trust.Key) {}), moment("2026-11-20T05:00:00Z"), data, nil},
		{"a second before", with(func(*trust.Key) {}), moment("2026-11-20T04:59:59Z"), data, history.ErrAreas},
		{"no key", new(trust.Keys), at, data, history.ErrAreaSigner},
		{"a key of another country", with(func(k *trust.Key) { k.Country = "XB" }), at, data, history.ErrAreaSigner},
		{"a key for stamps", with(func(k *trust.Key) { k.Uses.Of = []trust.Use{trust.Stamp} }), at, data, history.ErrAreaSigner},
		{"a key that was not in force", with(func(k *trust.Key) { k.NotAfter = moment("2026-11-20T04:59:59Z") }), at, data, history.ErrAreaSigner},
		{"a key that cannot sign texts", with(func(k *trust.Key) { k.Public = &wide.PublicKey }), at, data, history.ErrAreaSigner},
		{"not signed", with(func(*trust.Key) {}), at, []byte(areas), history.ErrAreaSigner},
		{"a number changed after signing", with(func(*trust.Key) {}), at, []byte(strings.Replace(string(data), "41.7", "141.7", 1)), signed.ErrSignature},
		{"too small, though signed", with(func(*trust.Key) {}), at, mustSign(t, xa, strings.Replace(areas, "03 20000", "03 500", 1)), history.ErrFloor},
	} {
		t.Run(v.Comment, func(t *testing.T) {
			if _, err := history.OpenAreas(v.Data, v.Keys, v.At); !errors.Is(err, v.Want) {
				t.Errorf("got %v, want %v", err, v.Want)
			}
		})
	}
}

// An Ed25519 key signs lists too, and one that is cut short signs none.
func TestAreaSignerEd25519(t *testing.T) {
	xa := officeOf(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), "XA", trust.Areas)
	data := mustSign(t, xa, areas)
	at := moment("2026-11-22T12:00:00+01:00")
	keys := new(trust.Keys)
	keys.Add(xa.Key)
	if l, err := history.OpenAreas(data, keys, at); err != nil || len(l.Areas) != 3 {
		t.Errorf("%d areas, %v", len(l.Areas), err)
	}
	short := xa.Key
	short.Public = xa.Key.Public.(ed25519.PublicKey)[:31]
	keys = new(trust.Keys)
	keys.Add(short)
	if _, err := history.OpenAreas(data, keys, at); !errors.Is(err, history.ErrAreaSigner) {
		t.Errorf("with half a key: %v", err)
	}
}

func mustSign(t *testing.T, o history.Office, text string) []byte {
	t.Helper()
	data, err := signed.Sign([]byte(text), o.Signer, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func list(t *testing.T, jurisdiction, published, until, level string) history.AreaList {
	t.Helper()
	text := strings.NewReplacer("XA", jurisdiction, "2026-11-20T06:00:00+01:00", published, "2026-11-27T06:00:00+01:00", until, "medium", level).Replace(areas)
	l, err := history.ParseAreas([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A stay is looked up in the lists of its own days, at every boundary, whatever their order.
func TestLocal(t *testing.T) {
	lists := []history.AreaList{
		list(t, "XA", "2026-11-01T06:00:00+01:00", "2026-11-08T06:00:00+01:00", "low"),
		list(t, "XA", "2026-11-08T06:00:00+01:00", "2026-11-15T06:00:00+01:00", "high"),
		list(t, "XA", "2026-11-12T06:00:00+01:00", "2026-11-19T06:00:00+01:00", "medium"), // replaces the one before early
		list(t, "XB", "2026-11-01T06:00:00+01:00", "2026-11-30T06:00:00+01:00", "extreme"),
	}
	part := func(from, until string, sure bool, places ...history.Place) history.Part {
		return history.Part{From: moment(from), Until: moment(until), Places: places, Sure: sure}
	}
	xa := history.Place{In: "XA", Region: "01"}
	for _, v := range []struct {
		Comment string
		Part    history.Part
		Want    []string
	}{
		{"within one list", part("2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z", true, xa), []string{"2026-11-02T00:00:00Z XA/01 low"}},
		{"up to the second at which the next begins", part("2026-11-07T00:00:00Z", "2026-11-08T14:00:00+09:00", true, xa), []string{"2026-11-07T00:00:00Z XA/01 low"}},
		{"one second of the next", part("2026-11-07T00:00:00Z", "2026-11-08T14:00:01+09:00", true, xa), []string{"2026-11-07T00:00:00Z XA/01 low", "2026-11-08T05:00:00Z XA/01 high"}},
		{"a later list replaces one that has not ended", part("2026-11-11T00:00:00Z", "2026-11-16T00:00:00Z", true, xa), []string{"2026-11-11T00:00:00Z XA/01 high", "2026-11-12T05:00:00Z XA/01 medium"}},
		{"before the first list", part("2026-10-31T00:00:00Z", "2026-11-02T00:00:00Z", true, xa), []string{"2026-10-31T00:00:00Z XA/01 no_list", "2026-11-01T05:00:00Z XA/01 low"}},
		{"after the last list", part("2026-11-18T00:00:00Z", "2026-11-20T00:00:00Z", true, xa), []string{"2026-11-18T00:00:00Z XA/01 medium", "2026-11-19T05:00:00Z XA/01 no_list"}},
		{"a country without a list", part("2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z", true, history.Place{In: "XC", Region: "01"}), []string{"2026-11-02T00:00:00Z XC/01 no_list"}},
		{"a region that the list does not have", part("2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z", true, history.Place{In: "XA", Region: "99"}), []string{"2026-11-02T00:00:00Z XA/99 no_area"}},
		{"a stay of which only the country is known", part("2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z", true, history.Place{In: "XA"}), []string{"2026-11-02T00:00:00Z XA no_region"}},
		{"a day in either of two places", part("2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z", true, xa, history.Place{In: "XB", Region: "01"}), []string{"2026-11-02T00:00:00Z XA/01 low perhaps", "2026-11-02T00:00:00Z XB/01 extreme perhaps"}},
		{"nowhere", part("2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z", false), nil},
	} {
		t.Run(v.Comment, func(t *testing.T) {
			for range 2 {
				var got []string
				last := time.Time{}
				for _, l := range v.Part.Local(lists) {
					s := l.From.UTC().Format(time.RFC3339) + " " + l.Place.String() + " " + l.Area.Level + string(l.Lacks)
					if !l.Sure {
						s += " perhaps"
					}
					got, last = append(got, s), l.Until
				}
				if !slices.Equal(got, v.Want) || got != nil && !last.Equal(v.Part.Until) {
					t.Errorf("got %q until %v, want %q", got, last, v.Want)
				}
				slices.Reverse(lists)
			}
		})
	}
}

// What parses is printed again byte for byte.
func FuzzParseAreas(f *testing.F) {
	f.Add([]byte(areas))
	f.Add([]byte("pratique-areas/1.3\njurisdiction FR\npublished 2026-11-20T06:00:00Z\nuntil 2026-11-27T06:00:00-09:30\nfloor 100000\ndays 14\n\narea IDF 12271794 1234.56 high Île-de-France\n"))
	f.Add([]byte("pratique-areas/1.0\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := history.ParseAreas(text)
		if err != nil {
			return
		}
		if string(l.Bytes()) != string(text) {
			t.Errorf("%q was printed as %q", text, l.Bytes())
		}
		for _, a := range l.Areas {
			if a.Population < history.MinFloor {
				t.Errorf("%d people", a.Population)
			}
		}
	})
}
