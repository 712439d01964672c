package shc_test

import (
	"strings"
	"testing"

	"github.com/pratique/pratique/format/shc"
)

// Nothing panics, a numeric text is its JWS and back, and nothing verifies
// under a key that did not sign it.
func FuzzRead(f *testing.F) {
	good := sign(f, bundle(dose, lab))
	numeric, err := shc.Numeric(good)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{good, numeric, string(shc.File(good)), "shc:/1/2/1234", "shc:/", "ey..", `{"verifiableCredential":["ey.."]}`} {
		f.Add(s)
	}
	keys := keysOf(demo(f).Key)
	f.Fuzz(func(t *testing.T, text string) {
		u, err := shc.Read(text)
		if err != nil {
			if codeOf(err) == "" || strings.HasSuffix(codeOf(err), "_broken") {
				t.Fatalf("no code for %v", err)
			}
			return
		}
		s, err := u.Verify(keys)
		if err == nil && string(s.Raw) != bundle(dose, lab) {
			t.Fatal("a forgery verifies")
		}
		if strings.HasPrefix(text, "ey") {
			n, err := shc.Numeric(strings.Trim(text, "\r\n"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := shc.Read(n); err != nil {
				t.Fatalf("not as digits: %v", err)
			}
		}
	})
}

// Whatever an issuer signs maps, or says why not; JSON and Schema agree that it can be read.
func FuzzPayload(f *testing.F) {
	for _, s := range []string{bundle(dose, lab), wrap(`null`), wrap(`{"resourceType":"Bundle","entry":[{"resource":[]},7,null]}`), "[]",
		bundle(strings.Replace(dose, `"status"`, `"performer":[{"actor":{"display":null}}],"lotNumber":7,"protocolApplied":[{"doseNumberPositiveInt":1e3,"targetDisease":[{}]}],"status"`, 1))} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, payload string) {
		if len(payload) > 1<<14 {
			return
		}
		u, err := shc.Read(sign(t, payload))
		if err != nil {
			return
		}
		raw := u.RawSkippingVerification()
		if _, err := shc.JSON(raw); err != nil {
			t.Fatal(err)
		}
		shc.Schema(raw)
		c, err := u.SkipVerification()
		if err == nil && c.Carrier.Format != "shc" || err != nil && !strings.HasPrefix(codeOf(err), "payload_") {
			t.Fatalf("%v", err)
		}
	})
}

// Parts join to a text of their digits, or say why not.
func FuzzJoin(f *testing.F) {
	f.Add("shc:/1/2/12", "shc:/2/2/34")
	f.Add("shc:/2/2/12", "shc:/1/2/34")
	f.Add("shc:/1/64/12", "shc:/1/1/")
	f.Fuzz(func(t *testing.T, a, b string) {
		joined, err := shc.Join([]string{a, b})
		if err != nil {
			return
		}
		if n, of, ok := shc.Part(joined); n != 1 || of != 1 || !ok || len(joined) > len(a)+len(b) {
			t.Fatalf("%q and %q give %q", a, b, joined)
		}
	})
}
