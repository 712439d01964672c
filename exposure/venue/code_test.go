package venue_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/venue"
	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/internal/protowire"
)

const entry = `{"typ":"entry","ver":"c19:1","gln":"9429300000017","opn":"The Blue Teapot","adr":"1 Quay Street\nPort Ashe"}`

func newZealand(json string) string {
	return "NZCOVIDTRACER:" + base64.StdEncoding.EncodeToString([]byte(json))
}

// New Zealand's codes are read as they stand on doors, and as nothing else.
func TestNewZealand(t *testing.T) {
	want := venue.Code{System: venue.NewZealand, Place: "9429300000017", Name: "The Blue Teapot", Address: "1 Quay Street\nPort Ashe"}
	change := func(from, to string) string { return newZealand(strings.Replace(entry, from, to, 1)) }
	vectors := []struct {
		Comment string
		Text    string
		Err     error // nil: it is the code
	}{
		{"as it is made", newZealand(entry), nil},
		{"without padding", strings.TrimRight(newZealand(entry), "="), nil},
		{"in small letters", strings.Replace(newZealand(entry), "NZCOVIDTRACER", "nzcovidtracer", 1), nil},
		{"members in another order", newZealand(`{"adr":"1 Quay Street\nPort Ashe","gln":"9429300000017","opn":"The Blue Teapot","typ":"entry","ver":"c19:1"}`), nil},
		{"with a member more", change(`"typ"`, `"x":1,"typ"`), nil},
		{"a name with a control character", change("The Blue", `The\u0007Blue`), nil},
		{"a later version", change("c19:1", "c19:2"), venue.ErrVersion},
		{"no version", change(`"ver":"c19:1",`, ``), venue.ErrVersion},
		{"another kind", change(`"entry"`, `"exit"`), venue.ErrMalformed},
		{"twelve digits", change("9429300000017", "942930000001"), venue.ErrMalformed},
		{"a letter among the digits", change("9429300000017", "942930000001O"), venue.ErrMalformed},
		{"a number that is a number", change(`"9429300000017"`, `9429300000017`), venue.ErrMalformed},
		{"no name", change(`"opn":"The Blue Teapot",`, ``), venue.ErrMalformed},
		{"an empty name", change(`The Blue Teapot`, ` `), venue.ErrMalformed},
		{"a name that is a book", change(`The Blue Teapot`, strings.Repeat("x", 401)), venue.ErrMalformed},
		{"a member twice", change(`"typ"`, `"gln":"1","typ"`), venue.ErrMalformed},
		{"a list", newZealand(`[]`), venue.ErrMalformed},
		{"no JSON", newZealand(`entry`), venue.ErrMalformed},
		{"no base64", "NZCOVIDTRACER:!!!", venue.ErrMalformed},
		{"nothing", "NZCOVIDTRACER:", venue.ErrMalformed},
		{"base64 with a line end", newZealand(entry)[:40] + "\n" + newZealand(entry)[40:], venue.ErrMalformed},
		{"without its colon", strings.Replace(newZealand(entry), ":", "", 1), venue.ErrNotVenue},
		{"a text that is too long", newZealand(entry) + strings.Repeat("=", venue.MaxText), venue.ErrNotVenue},
	}
	for _, v := range vectors {
		c, err := venue.Read(v.Text, venue.Options{})
		if v.Err != nil {
			want = venue.Code{}
		}
		if !errors.Is(err, v.Err) || c != want {
			t.Errorf("%s: got %+v, %v", v.Comment, c, err)
		}
		want = venue.Code{System: venue.NewZealand, Place: "9429300000017", Name: "The Blue Teapot", Address: "1 Quay Street\nPort Ashe"}
	}
}

func testKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func england(t testing.TB, k *ecdsa.PrivateKey, header, payload string) string {
	t.Helper()
	s, err := jws.Make(header, []byte(payload), func(b []byte) ([]byte, error) { return jws.Sign(rand.Reader, k, b) })
	if err != nil {
		t.Fatal(err)
	}
	return "UKC19TRACING:1:" + s
}

// Codes of England and Wales are read only with the key that signed them.
func TestEngland(t *testing.T) {
	k, other := testKey(t), testKey(t)
	o := venue.Options{Keys: map[string]*ecdsa.PublicKey{"k1": &k.PublicKey, "k2": &other.PublicKey, "none": nil}}
	const header, payload = `{"alg":"ES256","typ":"JWT","kid":"k1"}`, `{"id":"4AB2C9ZZ","opn":"The Pilchard","vt":"000","pc":"XA12 3XB"}`
	good := england(t, k, header, payload)
	parts := strings.Split(strings.TrimPrefix(good, "UKC19TRACING:1:"), ".")
	vectors := []struct {
		Comment string
		Text    string
		Err     error
	}{
		{"as it is made", good, nil},
		{"a later version is the same", strings.Replace(good, ":1:", ":2:", 1), nil},
		{"without a type", england(t, k, `{"alg":"ES256","kid":"k1"}`, payload), nil},
		{"version 0", strings.Replace(good, ":1:", ":0:", 1), venue.ErrVersion},
		{"an empty version", strings.Replace(good, ":1:", "::", 1), venue.ErrVersion},
		{"version Z", strings.Replace(good, ":1:", ":Z:", 1), venue.ErrVersion},
		{"no version", strings.Replace(good, ":1:", ":", 1), venue.ErrVersion},
		{"a part too many", strings.Replace(good, ":1:", ":1:2:", 1), venue.ErrMalformed},
		{"another prefix", strings.Replace(good, "UKC19", "DEC19", 1), venue.ErrNotVenue},
		{"no prefix", strings.TrimPrefix(good, "UKC19TRACING:"), venue.ErrNotVenue},
		{"a key that is not known", england(t, k, `{"alg":"ES256","kid":"k3"}`, payload), venue.ErrUnknownKey},
		{"a key that is nothing", england(t, k, `{"alg":"ES256","kid":"none"}`, payload), venue.ErrUnknownKey},
		{"no key named", england(t, k, `{"alg":"ES256"}`, payload), venue.ErrUnknownKey},
		{"signed by another key", england(t, other, header, payload), venue.ErrSignature},
		{"another payload", "UKC19TRACING:1:" + parts[0] + "." + jws.Encode([]byte(strings.Replace(payload, "Pilchard", "Pilcherd", 1))) + "." + parts[2], venue.ErrSignature},
		{"no signature", "UKC19TRACING:1:" + parts[0] + "." + parts[1] + ".", venue.ErrSignature},
		{"two parts", "UKC19TRACING:1:" + parts[0] + "." + parts[1], venue.ErrMalformed},
		{"no base64", "UKC19TRACING:1:$§fg§:", venue.ErrMalformed},
		{"algorithm none", england(t, k, `{"alg":"none","kid":"k1"}`, payload), venue.ErrMalformed},
		{"another algorithm", england(t, k, `{"alg":"HS256","kid":"k1"}`, payload), venue.ErrMalformed},
		{"an id of seven", england(t, k, header, `{"id":"4AB2C9Z","opn":"The Pilchard"}`), venue.ErrMalformed},
		{"an id in small letters", england(t, k, header, `{"id":"4ab2c9zz","opn":"The Pilchard"}`), venue.ErrMalformed},
		{"no name", england(t, k, header, `{"id":"4AB2C9ZZ"}`), venue.ErrMalformed},
		{"no object", england(t, k, header, `"4AB2C9ZZ"`), venue.ErrMalformed},
	}
	for _, v := range vectors {
		c, err := venue.Read(v.Text, o)
		if !errors.Is(err, v.Err) {
			t.Errorf("%s: got %v", v.Comment, err)
		}
		want := venue.Code{System: venue.England, Place: "4AB2C9ZZ", Name: "The Pilchard", Address: c.Address}
		if v.Err != nil {
			want = venue.Code{}
		}
		if c != want {
			t.Errorf("%s: got %+v", v.Comment, c)
		}
	}
	if _, err := venue.Read(good, venue.Options{}); !errors.Is(err, venue.ErrUnknownKey) {
		t.Errorf("without keys: %v", err)
	}
}

func varint(n int, v int64) []byte { return protowire.AppendInt(nil, n, v) }
func field(n int, v string) []byte { return protowire.AppendBytes(nil, n, v) }
func join(parts ...[]byte) []byte  { return bytes.Join(parts, nil) }
func message(n int, p ...[]byte) []byte {
	return protowire.AppendBytes(nil, n, join(p...))
}

var (
	seed     = message(3, varint(1, 1), field(2, "a public key"), field(3, "0123456789abcdef"))
	location = message(2, varint(1, 1), field(2, "Hairdresser"), field(3, "Hafenstadt"))
	usual    = message(4, varint(1, 1), varint(2, 5), varint(3, 120))
	payload  = join(varint(1, 1), location, seed, usual)
)

func germany(b []byte) string {
	return "https://e.coronawarn.app?v=1#" + base64.RawURLEncoding.EncodeToString(b)
}

// German codes and those that carry a German part are read; the place is the hash of what was scanned.
func TestGermanCodes(t *testing.T) {
	const hosts = "check-in.example"
	hash := sha256.Sum256(append([]byte("CWA-GUID"), payload...))
	event := message(2, varint(1, 1), field(2, "A feast"), field(3, "Hafenstadt"), varint(5, 1_700_000_000), varint(6, 1_700_010_000))
	vectors := []struct {
		Comment string
		Text    string
		Err     error
	}{
		{"as it is made", germany(payload), nil},
		{"with a slash", strings.Replace(germany(payload), "app?", "app/?", 1), nil},
		{"with padding, in the other alphabet", "https://e.coronawarn.app?v=1#" + base64.StdEncoding.EncodeToString(payload), nil},
		{"in another's code", "https://check-in.example/386d#42/CWA1/" + base64.RawURLEncoding.EncodeToString(payload), nil},
		{"in another's code, without its data", "https://check-in.example/#/CWA1/" + base64.RawURLEncoding.EncodeToString(payload), nil},
		{"in a code of nobody we know", "https://check-in.invalid/386d#42/CWA1/" + base64.RawURLEncoding.EncodeToString(payload), venue.ErrNotVenue},
		{"another's code without a German part", "https://check-in.example/386d#42", venue.ErrNotVenue},
		{"another's code, a later version", "https://check-in.example/386d#42/CWA2/" + base64.RawURLEncoding.EncodeToString(payload), venue.ErrNotVenue},
		{"version 2", strings.Replace(germany(payload), "v=1", "v=2", 1), venue.ErrVersion},
		{"no version", strings.Replace(germany(payload), "?v=1", "", 1), venue.ErrVersion},
		{"version 2 of the payload", germany(join(varint(1, 2), location, seed, usual)), venue.ErrVersion},
		{"another host", strings.Replace(germany(payload), "e.coronawarn", "f.coronawarn", 1), venue.ErrNotVenue},
		{"a host that ends like it", strings.Replace(germany(payload), "e.coronawarn", "evil.example/e.coronawarn", 1), venue.ErrNotVenue},
		{"not over https", strings.Replace(germany(payload), "https", "http", 1), venue.ErrNotVenue},
		{"nothing behind", "https://e.coronawarn.app?v=1#", venue.ErrMalformed},
		{"no message", germany([]byte{0x0f}), venue.ErrMalformed},
		{"cut short", germany(payload[:len(payload)-1]), venue.ErrMalformed},
		{"no location", germany(join(varint(1, 1), seed, usual)), venue.ErrMalformed},
		{"no seed: the place could be guessed", germany(join(varint(1, 1), location, message(3, varint(1, 1)), usual)), venue.ErrMalformed},
		{"a short seed", germany(join(varint(1, 1), location, message(3, field(3, "0123456789")), usual)), venue.ErrMalformed},
		{"no name", germany(join(varint(1, 1), message(2, varint(1, 1)), seed, usual)), venue.ErrMalformed},
		{"a name that is not UTF-8", germany(join(varint(1, 1), message(2, field(2, "\xff")), seed, usual)), venue.ErrMalformed},
		{"a visit of two days", germany(join(varint(1, 1), location, seed, message(4, varint(3, 2880)))), venue.ErrMalformed},
		{"an event that ends before it begins", germany(join(varint(1, 1), message(2, field(2, "x"), varint(5, 9), varint(6, 8)), seed, usual)), venue.ErrMalformed},
	}
	for _, v := range vectors {
		c, err := venue.Read(v.Text, venue.Options{Hosts: []string{hosts}})
		want := venue.Code{System: venue.German, Place: string(hash[:]), Name: "Hairdresser", Address: "Hafenstadt", Length: 2 * time.Hour}
		if v.Err != nil {
			want = venue.Code{}
		}
		if !errors.Is(err, v.Err) || c != want {
			t.Errorf("%s: got %+v, %v", v.Comment, c, err)
		}
	}
	c, err := venue.Read(germany(join(varint(1, 1), event, seed)), venue.Options{})
	if err != nil || c.From.Unix() != 1_700_000_000 || c.Until.Unix() != 1_700_010_000 || c.Length != 0 {
		t.Errorf("an event: %+v, %v", c, err)
	}
	again, err := venue.Read(germany(append(bytes.Clone(payload), varint(9, 1)...)), venue.Options{})
	if err != nil || again.Place == string(hash[:]) {
		t.Errorf("one field more is another place: %v", err)
	}
}

// Swiss codes are read in the frame, with their own numbers.
func TestSwitzerland(t *testing.T) {
	b := join(varint(1, 3), message(2, varint(1, 3), field(2, "Seebad"), field(3, "Seestadt"), varint(4, 1_700_000_000), varint(5, 1_700_010_000)), seed, message(4, field(1, "whatever")))
	text := "https://qr.notify-me.ch?v=3#" + base64.RawURLEncoding.EncodeToString(b)
	c, err := venue.Read(text, venue.Options{})
	if err != nil || c.System != venue.Switzerland || c.Name != "Seebad" || c.From.Unix() != 1_700_000_000 || c.Until.Unix() != 1_700_010_000 {
		t.Errorf("got %+v, %v", c, err)
	}
	if _, err := venue.Read(strings.Replace(text, "v=3", "v=2", 1), venue.Options{}); !errors.Is(err, venue.ErrVersion) {
		t.Errorf("version 2, which had another frame: %v", err)
	}
}

func france(b []byte) string {
	return "https://tac.gouv.fr?v=0#" + base64.RawURLEncoding.EncodeToString(b)
}

var part = append([]byte("\x000123456789abcdef"), make([]byte, 93)...)

// Of French codes the place is read, and nothing that is sealed.
func TestFrance(t *testing.T) {
	change := func(at int, v byte) []byte { b := bytes.Clone(part); b[at] = v; return b }
	vectors := []struct {
		Comment string
		Text    string
		Err     error
	}{
		{"as it is made", france(part), nil},
		{"of another kind", france(change(0, 7<<2)), nil},
		{"with the time of the code", strings.Replace(france(part), "v=0", "v=0&t=3840000000", 1), nil},
		{"version 1 of the address", strings.Replace(france(part), "v=0", "v=1", 1), nil},
		{"in the other alphabet", "https://tac.gouv.fr?v=0#" + base64.StdEncoding.EncodeToString(part), nil},
		{"version 2 of the address", strings.Replace(france(part), "v=0", "v=2", 1), venue.ErrVersion},
		{"version 1 within", france(change(0, 1<<5)), venue.ErrVersion},
		{"padding that is not 0", france(change(0, 1)), venue.ErrMalformed},
		{"too short for what is sealed", france(part[:65]), venue.ErrMalformed},
		{"too long", france(append(bytes.Clone(part), make([]byte, 500)...)), venue.ErrMalformed},
		{"another path", strings.Replace(france(part), "fr?", "fr/x?", 1), venue.ErrNotVenue},
	}
	for _, v := range vectors {
		c, err := venue.Read(v.Text, venue.Options{})
		want := venue.Code{System: venue.France, Place: "0123456789abcdef"}
		if v.Err != nil {
			want = venue.Code{}
		}
		if !errors.Is(err, v.Err) || c != want {
			t.Errorf("%s: got %+v, %v", v.Comment, c, err)
		}
	}
}

// Errors say nothing of where somebody was.
func TestErrorsNameNoPlace(t *testing.T) {
	for _, text := range []string{newZealand(strings.Replace(entry, "entry", "exit", 1)), germany(payload[:40]), "UKC19TRACING:1:Teapot"} {
		_, err := venue.Read(text, venue.Options{})
		if err == nil || strings.Contains(err.Error(), "Teapot") || strings.Contains(err.Error(), "Hair") || strings.Contains(err.Error(), "9429") {
			t.Errorf("got %v", err)
		}
	}
}

// Whatever is read can be written into a diary and read from it.
func FuzzRead(f *testing.F) {
	k := testKey(f)
	f.Add(newZealand(entry))
	f.Add(germany(payload))
	f.Add(france(part))
	f.Add(england(f, k, `{"alg":"ES256","kid":"k1"}`, `{"id":"4AB2C9ZZ","opn":"The Pilchard"}`))
	f.Add("https://qr.notify-me.ch?v=3#" + base64.RawURLEncoding.EncodeToString(payload))
	f.Add("https://check-in.example/#/CWA1/" + base64.RawURLEncoding.EncodeToString(payload))
	o := venue.Options{Keys: map[string]*ecdsa.PublicKey{"k1": &k.PublicKey}, Hosts: []string{"check-in.example"}}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := venue.Read(text, o)
		if err != nil {
			if c != (venue.Code{}) {
				t.Errorf("with an error: %+v", c)
			}
			return
		}
		d := venue.Diary{c.Visit(time.Unix(1_700_000_000, 0))}
		got, found, err := venue.ParseDiary(d.Bytes())
		if err != nil || len(found) != 0 || len(got) != 1 || got[0] != d[0] {
			t.Errorf("%+v became %+v, %v, %v", d, got, found, err)
		}
	})
}
