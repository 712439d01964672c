package shl_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pratique/pratique/format/shl"
	"github.com/pratique/pratique/internal/deflate"
)

var linkKey = bytes.Repeat([]byte{7}, 32)

// linkTo is a link with a key of tests.
func linkTo(t testing.TB, url, flag string) shl.Link {
	payload := fmt.Sprintf(`{"url":%q,"key":%q,"flag":%q}`, url, base64.RawURLEncoding.EncodeToString(linkKey), flag)
	l, err := shl.Parse("shlink:/" + base64.RawURLEncoding.EncodeToString([]byte(payload)))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// jwe encrypts a content as the framework says.
func jwe(head string, content, key []byte) string {
	block, _ := aes.NewCipher(key)
	gcm, _ := cipher.NewGCM(block)
	h := base64.RawURLEncoding.EncodeToString([]byte(head))
	iv := bytes.Repeat([]byte{9}, 12)
	sealed := gcm.Seal(nil, iv, content, []byte(h))
	b64 := base64.RawURLEncoding.EncodeToString
	return h + ".." + b64(iv) + "." + b64(sealed[:len(content)]) + "." + b64(sealed[len(content):])
}

const (
	plainHead = `{"alg":"dir","enc":"A256GCM","cty":"application/fhir+json"}`
	zipHead   = `{"alg":"dir","enc":"A256GCM","zip":"DEF","cty":"application/smart-health-card"}`
)

func TestAFileOpensWithTheKeyOfItsLinkAlone(t *testing.T) {
	l := linkTo(t, "https://example.org/x", "U")
	content := []byte(`{"resourceType":"Bundle"}`)
	got, kind, err := l.Decrypt(jwe(plainHead, content, linkKey))
	if err != nil || !bytes.Equal(got, content) || kind != "application/fhir+json" {
		t.Errorf("plain: %q %q %v", got, kind, err)
	}
	got, kind, err = l.Decrypt("\n" + jwe(zipHead, deflate.EncodeRaw(nil, content), linkKey) + "\n")
	if err != nil || !bytes.Equal(got, content) || kind != "application/smart-health-card" {
		t.Errorf("compressed: %q %q %v", got, kind, err)
	}
	good := jwe(plainHead, content, linkKey)
	parts := strings.Split(good, ".")
	for comment, c := range map[string]struct {
		text string
		want error
	}{
		"another key":                  {jwe(plainHead, content, bytes.Repeat([]byte{8}, 32)), shl.ErrOpen},
		"a changed letter":             {parts[0] + ".." + parts[2] + "." + "A" + parts[3][1:] + "." + parts[4], shl.ErrOpen},
		"another head":                 {jwe(zipHead, content, linkKey)[:0] + base64.RawURLEncoding.EncodeToString([]byte(zipHead)) + good[len(parts[0]):], shl.ErrOpen},
		"an encrypted key":             {parts[0] + ".AAAA." + parts[2] + "." + parts[3] + "." + parts[4], shl.ErrSealed},
		"four parts":                   {strings.Join(parts[:4], "."), shl.ErrSealed},
		"alg none":                     {jwe(`{"alg":"none","enc":"A256GCM"}`, content, linkKey), shl.ErrSealed},
		"another cipher":               {jwe(`{"alg":"dir","enc":"A128CBC-HS256"}`, content, linkKey), shl.ErrSealed},
		"something critical":           {jwe(`{"alg":"dir","enc":"A256GCM","crit":["x"]}`, content, linkKey), shl.ErrSealed},
		"another compression":          {jwe(`{"alg":"dir","enc":"A256GCM","zip":"LZ"}`, content, linkKey), shl.ErrSealed},
		"two algorithms":               {jwe(`{"alg":"dir","alg":"none","enc":"A256GCM"}`, content, linkKey), shl.ErrSealed},
		"no tag":                       {strings.Join(append(parts[:4:4], ""), "."), shl.ErrSealed},
		"padding":                      {parts[0] + ".." + parts[2] + "=." + parts[3] + "." + parts[4], shl.ErrSealed},
		"compressed, and not":          {jwe(zipHead, content, linkKey), shl.ErrInflate},
		"a bomb":                       {jwe(zipHead, bomb(), linkKey), shl.ErrInflate},
		"nothing":                      {"", shl.ErrSealed},
		"a page that says it is gone":  {"<html>gone</html>", shl.ErrSealed},
		"more than the largest of all": {strings.Repeat("A", shl.MaxFile+1), shl.ErrSealed},
	} {
		if _, _, err := l.Decrypt(c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", comment, err, c.want)
		}
	}
}

// bomb is a stream of stored and repeated zeros that is longer than allowed.
func bomb() []byte {
	// A block of the fixed codes: a zero, then 258 more as often as fits.
	w := &bits{}
	w.put(1, 1)
	w.put(1, 2)
	w.put(0b00001100, 8) // literal 0, its code reversed
	for range shl.MaxFile/258 + 2 {
		w.put(0b10100011, 8) // length 258: code 285
		w.put(0, 5)          // distance 1
	}
	w.put(0, 7)
	return w.out
}

type bits struct {
	out []byte
	acc uint64
	n   uint
}

func (b *bits) put(v uint64, n uint) {
	b.acc |= v << b.n
	for b.n += n; b.n >= 8; b.n -= 8 {
		b.out = append(b.out, byte(b.acc))
		b.acc >>= 8
	}
}

func TestAManifestNamesFilesThatAreSomewhere(t *testing.T) {
	m, err := shl.ParseManifest(`{"status":"can-change","more":1,"files":[{"contentType":"application/fhir+json","location":"https://example.org/f"},{"contentType":"application/smart-health-card","embedded":"a..b.c.d","lastUpdated":"2026-01-01"}]}`)
	if err != nil || m.Status != shl.Changing || len(m.Files) != 2 || m.Files[0].Location != "https://example.org/f" || m.Files[1].Embedded != "a..b.c.d" {
		t.Errorf("%+v %v", m, err)
	}
	for comment, text := range map[string]string{
		"nothing":                 "",
		"no files":                `{}`,
		"files that are no array": `{"files":{}}`,
		"a file that is nowhere":  `{"files":[{"contentType":"a"}]}`,
		"a file in the open":      `{"files":[{"contentType":"a","location":"http://example.org/f"}]}`,
		"a file of this computer": `{"files":[{"contentType":"a","location":"file:///etc/passwd"}]}`,
		"a number for a file":     `{"files":[1]}`,
		"files twice":             `{"files":[],"files":[]}`,
		"too many":                `{"files":[` + strings.Repeat(`{"location":"https://a.example"},`, shl.MaxFiles) + `{"location":"https://a.example"}]}`,
	} {
		if _, err := shl.ParseManifest(text); !errors.Is(err, shl.ErrManifest) {
			t.Errorf("%s: %v", comment, err)
		}
	}
}

func FuzzDecrypt(f *testing.F) {
	l := linkTo(f, "https://example.org/x", "U")
	f.Add(jwe(plainHead, []byte("{}"), linkKey))
	f.Add(jwe(zipHead, deflate.EncodeRaw(nil, []byte("{}")), linkKey))
	f.Add("a..b.c.d")
	f.Fuzz(func(t *testing.T, text string) {
		if content, _, err := l.Decrypt(text); err == nil && len(content) > shl.MaxFile {
			t.Error("more than the largest file")
		}
	})
}

func FuzzParseManifest(f *testing.F) {
	f.Add(`{"status":"finalized","files":[{"contentType":"application/fhir+json","location":"https://example.org/f"}]}`)
	f.Add(`{"files":[{"contentType":"application/smart-health-card","embedded":"a..b.c.d"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := shl.ParseManifest(text)
		if err == nil && len(m.Files) > shl.MaxFiles {
			t.Error("more than the most files")
		}
	})
}
