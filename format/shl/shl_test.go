package shl_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/shl"
)

const key = "rxTgYlOaKJPFtcEd0qcceN8wEU4p94SqAwIWQe6uX7Q"

func link(prefix, payload string) string {
	return prefix + base64.RawURLEncoding.EncodeToString([]byte(payload))
}

func payload(more string) string {
	return `{"url":"https://ehr.example.org/qr/Y9xwkUdtmN9wwoJoN3ffJIhX2UGvCL1JnlPVNL3kDWM/m","key":"` + key + `"` + more + `}`
}

func TestLinksAreRead(t *testing.T) {
	const host = "ehr.example.org"
	at := time.Date(2022, 6, 28, 15, 8, 6, 0, time.UTC)
	for _, v := range []struct {
		comment, text string
		want          cert.Link
		ihe, direct   bool
	}{
		{"of the specification", link("shlink:/", payload(`,"flag":"LP","label":"Back-to-school immunizations for Oliver Brown"`)),
			cert.Link{Host: host, Passcode: true, LongTerm: true, Label: "Back-to-school immunizations for Oliver Brown"}, false, false},
		{"with a viewer", link("https://viewer.example.org/ips#shlink:/", payload("")), cert.Link{Host: host}, false, false},
		{"with an end", link("shlink:/", payload(`,"exp":1656428886,"v":1`)), cert.Link{Host: host, Until: at}, false, false},
		{"with a fraction of an end", link("shlink:/", payload(`,"exp":1656428886.5`)), cert.Link{Host: host, Until: at.Add(time.Second / 2)}, false, false},
		{"to one file", link("shlink:/", payload(`,"flag":"U"`)), cert.Link{Host: host}, false, true},
		{"of IHE", link("vhlink:/", payload(`,"extension":{"fhirBaseUrl":"https://x.example"}`)), cert.Link{Host: host}, true, false},
		{"with padding", "shlink:/" + base64.URLEncoding.EncodeToString([]byte(payload(``))), cert.Link{Host: host}, false, false},
		{"who is at a host does not matter", link("shlink:/", `{"url":"https://bank.example@evil.example/x","key":"`+key+`"}`), cert.Link{Host: "evil.example"}, false, false},
	} {
		l, err := shl.Parse(v.text)
		if err != nil || l.About() != v.want || l.IHE() != v.ihe || l.Direct() != v.direct {
			t.Errorf("%s: %+v, IHE %t, direct %t, %v", v.comment, l.About(), l.IHE(), l.Direct(), err)
			continue
		}
		url, secret := l.Secret()
		if !strings.HasPrefix(url, "https://") || len(secret) != 32 || base64.RawURLEncoding.EncodeToString(secret) != key {
			t.Errorf("%s: leads to %s with %x", v.comment, url, secret)
		}
		if s := fmt.Sprintf("%v %+v %#v %s", l, l, l, l); strings.Contains(s, "ehr") || strings.Contains(s, "rxTg") {
			t.Errorf("%s: printing shows %s", v.comment, s)
		}
	}
	var none shl.Link
	if url, secret := none.Secret(); url != "" || secret != nil || none.About() != (cert.Link{}) || none.Direct() || none.IHE() {
		t.Error("the zero link leads somewhere")
	}
}

func TestWhatIsNoLinkIsRefused(t *testing.T) {
	for _, v := range []struct {
		comment, text string
		want          error
	}{
		{"nothing", "", shl.ErrPrefix},
		{"another address", "https://example.org/#menu", shl.ErrPrefix},
		{"a link in no address", "see#" + link("shlink:/", payload("")), shl.ErrPrefix},
		{"too long", "shlink:/" + strings.Repeat("A", shl.MaxText), shl.ErrTooLong},
		{"no base64url", "shlink:/a+b/", shl.ErrBase64},
		{"bits to spare", "shlink:/eyB", shl.ErrBase64},
		{"no JSON", link("shlink:/", "{"), shl.ErrJSON},
		{"a list", link("shlink:/", "[]"), shl.ErrJSON},
		{"the URL twice", link("shlink:/", payload(`,"url":"https://evil.example"`)), shl.ErrJSON},
		{"no URL", link("shlink:/", `{"key":"`+key+`"}`), shl.ErrURL},
		{"a URL in clear", link("shlink:/", `{"url":"http://x.example","key":"`+key+`"}`), shl.ErrURL},
		{"a script", link("shlink:/", `{"url":"javascript:alert(1)","key":"`+key+`"}`), shl.ErrURL},
		{"a URL with a line end", link("shlink:/", `{"url":"https://x.example/\r\nHost: y","key":"`+key+`"}`), shl.ErrURL},
		{"no host", link("shlink:/", `{"url":"https:///x","key":"`+key+`"}`), shl.ErrURL},
		{"no key", link("shlink:/", `{"url":"https://x.example"}`), shl.ErrKey},
		{"a short key", link("shlink:/", `{"url":"https://x.example","key":"AAAA"}`), shl.ErrKey},
		{"an unknown flag", link("shlink:/", payload(`,"flag":"X"`)), shl.ErrFlag},
		{"a passcode for one file", link("shlink:/", payload(`,"flag":"PU"`)), shl.ErrFlag},
		{"flags in a list", link("shlink:/", payload(`,"flag":["P"]`)), shl.ErrFlag},
		{"an end in words", link("shlink:/", payload(`,"exp":"soon"`)), shl.ErrTime},
		{"an end before all time", link("shlink:/", payload(`,"exp":-1`)), shl.ErrTime},
		{"an end after all time", link("shlink:/", payload(`,"exp":1e300`)), shl.ErrTime},
		{"a long label", link("shlink:/", payload(`,"label":"`+strings.Repeat("ä", 81)+`"`)), shl.ErrLabel},
		{"a version to come", link("shlink:/", payload(`,"v":2`)), shl.ErrVersion},
	} {
		_, err := shl.Parse(v.text)
		if !errors.Is(err, v.want) || shl.Cause(err) == "" {
			t.Errorf("%s: %v (%q), want %v", v.comment, err, shl.Cause(err), v.want)
		}
	}
}

func TestThePublicLinkIsRead(t *testing.T) {
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set")
	}
	text, err := os.ReadFile(filepath.Join(dir, "shl", "IPS_IG-bundle-01-shl.txt"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := shl.Parse(strings.TrimSpace(string(text)))
	if err != nil || l.About().Host != "raw.githubusercontent.com" {
		t.Errorf("%+v, %v", l.About(), err)
	}
}

// FuzzParse reads any text: what is read leads to a host over https and has a key.
func FuzzParse(f *testing.F) {
	f.Add(link("shlink:/", payload(`,"flag":"LP","exp":1656428886,"label":"x","v":1`)))
	f.Add(link("https://viewer.example.org/ips#vhlink:/", payload(`,"flag":"U"`)))
	f.Add("shlink:/")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := shl.Parse(text)
		if err != nil {
			if shl.Cause(err) == "" {
				t.Errorf("an error without a name: %v", err)
			}
			return
		}
		url, secret := l.Secret()
		if !strings.HasPrefix(url, "https://") || len(secret) != 32 || l.About().Host == "" {
			t.Errorf("leads to %q (%+v) with %d bytes", url, l.About(), len(secret))
		}
	})
}
