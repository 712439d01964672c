package keys_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pratique/pratique/keys"
)

const soft1 = "pkcs11:token=issuer;object=norland-1?module-path=/usr/lib/softhsm/libsofthsm2.so"

func TestAReferenceIsRead(t *testing.T) {
	for _, v := range []struct {
		comment, text string
		want          keys.Reference
	}{
		{"the usual one", soft1 + "&pin-source=file:/etc/pratique/pin",
			keys.Reference{Token: "issuer", Object: "norland-1", Module: "/usr/lib/softhsm/libsofthsm2.so", PINSource: "/etc/pratique/pin"}},
		{"escapes, an identifier, a type", "pkcs11:type=private;id=%00%ff%41;serial=a1b2?pin-source=/p%20in&module-path=/m",
			keys.Reference{Serial: "a1b2", ID: []byte("\x00\xffA"), Module: "/m", PINSource: "/p in"}},
		{"a file as URLs write it", "PKCS11:token=a;object=b?module-path=/m&pin-source=file:///pin", keys.Reference{Token: "a", Object: "b", Module: "/m", PINSource: "/pin"}},
		{"a letter beyond ASCII", "pkcs11:token=%C3%A9;object=b?module-path=c:/m.dll", keys.Reference{Token: "é", Object: "b", Module: "c:/m.dll"}},
	} {
		got, err := keys.ParseReference(v.text)
		if err != nil || got.String() != v.want.String() {
			t.Errorf("%s: %v, %v", v.comment, got, err)
		}
		if again, err := keys.ParseReference(got.String()); err != nil || again.String() != got.String() {
			t.Errorf("%s: written as %s, read as %v, %v", v.comment, got, again, err)
		}
	}
}

func TestAReferenceIsRefused(t *testing.T) {
	for comment, text := range map[string]string{
		"nothing":                     "",
		"another scheme":              "https://token=a;object=b?module-path=/m",
		"the PIN in it":               soft1 + "&pin-value=1234",
		"the PIN from a program":      soft1 + "&pin-source=%7C/bin/pin",
		"the PIN from another host":   soft1 + "&pin-source=file://host/pin",
		"a relative library":          "pkcs11:token=a;object=b?module-path=m.so",
		"a relative PIN":              soft1 + "&pin-source=file:pin",
		"no library":                  "pkcs11:token=a;object=b",
		"no token":                    "pkcs11:object=b?module-path=/m",
		"a token named twice":         "pkcs11:token=a;serial=c;object=b?module-path=/m",
		"no key":                      "pkcs11:token=a?module-path=/m",
		"an attribute twice":          "pkcs11:token=a;token=a;object=b?module-path=/m",
		"an attribute without value":  "pkcs11:token;object=b?module-path=/m",
		"an empty value":              "pkcs11:token=;object=b?module-path=/m",
		"a public key":                "pkcs11:token=a;object=b;type=public?module-path=/m",
		"an attribute unknown":        "pkcs11:token=a;object=b;model=x?module-path=/m",
		"a question unknown":          soft1 + "&x-pin=1",
		"half an escape":              "pkcs11:token=a%4;object=b?module-path=/m",
		"an escape that is none":      "pkcs11:token=a%zz;object=b?module-path=/m",
		"a space":                     "pkcs11:token=a b;object=b?module-path=/m",
		"a line break, escaped":       "pkcs11:token=a;object=b?module-path=/m%0A",
		"a label longer than a token": "pkcs11:token=" + strings.Repeat("a", 33) + ";object=b?module-path=/m",
		"longer than anybody needs":   "pkcs11:token=a;object=" + strings.Repeat("b", keys.MaxReference) + "?module-path=/m",
	} {
		r, err := keys.ParseReference(text)
		if err == nil {
			t.Errorf("%s: read as %v", comment, r)
		} else if strings.Contains(err.Error(), "1234") {
			t.Errorf("%s: the error repeats the PIN: %v", comment, err)
		}
	}
}

// The file of a key in hardware says what is public without its hardware.
func TestWhatIsPublicNeedsNoHardware(t *testing.T) {
	k := newKey(t, keys.Options{Country: "CH"})
	file := append([]byte(soft1+"\n"), k.CertificatePEM()...)
	got, err := keys.ParsePublic(file, "")
	if err != nil || got.Fingerprint() != k.Fingerprint() || got.Signer != nil || got.Reference.Token != "issuer" {
		t.Fatalf("%+v, %v", got, err)
	}
	if r, err := keys.FileReference(file); err != nil || r.String() != soft1 {
		t.Errorf("%v, %v", r, err)
	}
	again, err := got.File()
	if err != nil || string(again) != string(file) {
		t.Errorf("%s, %v", again, err)
	}
	if _, err := keys.ParsePublic([]byte(soft1), ""); !errors.Is(err, keys.ErrNoCertificate) {
		t.Errorf("without a certificate: %v", err)
	}
	secret, err := k.File()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Parse(append([]byte(soft1+"\n"), secret...), "1234"); err == nil {
		t.Error("a secret beside a reference was read")
	}
	if keys.Refers(secret) || !keys.Refers([]byte(" \nPKCS11:")) {
		t.Error("which file refers to hardware?")
	}
}

func FuzzReference(f *testing.F) {
	for _, seed := range []string{soft1, soft1 + "&pin-source=file:/pin", "pkcs11:serial=1;id=%00?module-path=/m", "pkcs11:?", "pkcs11:token=%;object=b?module-path=/m"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := keys.ParseReference(text)
		if err != nil {
			return
		}
		written := r.String()
		again, err := keys.ParseReference(written)
		// An octet may take three when it is written: only then is a good one too long.
		if err != nil && len(written) <= keys.MaxReference || err == nil && again.String() != written {
			t.Errorf("%q was read, written as %q, and read as %v, %v", text, written, again, err)
		}
	})
}
