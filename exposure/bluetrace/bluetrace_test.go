package bluetrace_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/bluetrace"
)

// uid is an account of nobody.
var uid = bluetrace.UID([]byte("a twenty-one byte uid"))

var start = time.Unix(1_600_000_000, 0).UTC()

// secret is a key of 32 bytes that are all different.
func secret(n byte) []byte {
	b := make([]byte, 32)
	for i := range b {
		b[i] = n + byte(i)
	}
	return b
}

func keys(t testing.TB, org string, secrets ...[]byte) *bluetrace.Keys {
	t.Helper()
	k, err := bluetrace.NewKeys(org, secrets[0], secrets[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func random(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

// tempID and token were made with Python's cryptography, of secret(0).
const (
	tempID = "qakhES6q+znLLnGkhBn6Bxw8r+M1sE00+OYbPsVzaXh0ZWVuIGJ5dGVzIGl2ODlw3znzXuZGPdgQnRFwIA=="
	token  = "s6sgDy/mtWK/El3xwEnVBh1Usf4z3SZIsf4PGCVECbCqP8AHCZZb8td8GJTWTWz3JRC8mfzlqMhgKN/YmjOKKwrX9BJflJ2tvRCJKiQroLfd6HNpeHRlZW4gYnl0ZXMgaXYK7OhjdVl9mrOHKx0/fNT5"
)

// A TempID is what another implementation makes of the same account, times and IV.
func TestTempIDBytes(t *testing.T) {
	k := keys(t, "SG_MOH", secret(0))
	got, err := k.Issue(uid, start, start.Add(15*time.Minute), strings.NewReader("sixteen bytes iv"))
	if err != nil || got.Text != tempID || len(got.Text) != 84 {
		t.Errorf("got %s, %v", got.Text, err)
	}
	opened, err := k.OpenTempID(tempID)
	if err != nil || opened != got {
		t.Errorf("opened: %+v, %v", opened, err)
	}
}

// A TempID opens with any key of its authority, and changed in whatever byte with none.
func TestOpenTempID(t *testing.T) {
	if _, err := keys(t, "SG_MOH", secret(9), secret(5), secret(0)).OpenTempID(tempID); err != nil {
		t.Errorf("with an older key: %v", err)
	}
	k := keys(t, "SG_MOH", secret(0))
	raw, _ := base64.StdEncoding.DecodeString(tempID)
	for i := range raw {
		b := bytes.Clone(raw)
		b[i] ^= 1
		if got, err := k.OpenTempID(base64.StdEncoding.EncodeToString(b)); !errors.Is(err, bluetrace.ErrTempID) || got != (bluetrace.TempID{}) {
			t.Errorf("byte %d changed: %+v, %v", i, got, err)
		}
	}
	for comment, text := range map[string]string{
		"nothing":                    "",
		"cut short":                  tempID[:80],
		"no base64":                  strings.Replace(tempID, "q", "!", 1),
		"in the other alphabet":      strings.NewReplacer("+", "-", "/", "_").Replace(tempID),
		"with a line end":            tempID + "\n",
		"bits that mean nothing":     strings.Replace(tempID, "IA==", "IB==", 1),
		"a token, of another length": token,
		"an IV and a tag alone":      base64.StdEncoding.EncodeToString(raw[29:]),
		"too long":                   strings.Repeat(tempID, 50),
	} {
		if got, err := k.OpenTempID(text); !errors.Is(err, bluetrace.ErrTempID) || got != (bluetrace.TempID{}) {
			t.Errorf("%s: got %+v, %v", comment, got, err)
		}
	}
	if _, err := keys(t, "SG_MOH", secret(1)).OpenTempID(tempID); !errors.Is(err, bluetrace.ErrTempID) {
		t.Errorf("with another key: %v", err)
	}
	var zero bluetrace.Keys
	if _, err := zero.OpenTempID(tempID); !errors.Is(err, bluetrace.ErrTempID) {
		t.Errorf("with no key: %v", err)
	}
	if _, err := zero.Issue(uid, start, start.Add(time.Minute), random(1)); !errors.Is(err, bluetrace.ErrKeys) {
		t.Errorf("issued with no key: %v", err)
	}
}

// A batch has no gap and no two alike, and begins a minute early.
func TestBatch(t *testing.T) {
	k := keys(t, "SG_MOH", secret(0))
	ids, err := k.Batch(uid, start, 100, 15*time.Minute, random(1))
	if err != nil || len(ids) != 100 || !ids[0].From.Equal(start.Add(-time.Minute)) {
		t.Fatalf("%d TempIDs, %v", len(ids), err)
	}
	seen := map[string]bool{}
	for i, id := range ids {
		seen[id.Text] = true
		if i > 0 && !id.From.Equal(ids[i-1].Until) || id.Until.Sub(id.From) != 15*time.Minute {
			t.Errorf("TempID %d is from %s until %s", i, id.From, id.Until)
		}
		if got, err := k.OpenTempID(id.Text); err != nil || got != id {
			t.Errorf("TempID %d: %+v, %v", i, got, err)
		}
	}
	if len(seen) != 100 {
		t.Errorf("%d different", len(seen))
	}
	for comment, err := range map[string]error{
		"none":     second(k.Batch(uid, start, 0, time.Minute, random(1))),
		"too many": second(k.Batch(uid, start, bluetrace.MaxBatch+1, time.Minute, random(1))),
		"no time":  second(k.Batch(uid, start, 1, 0, random(1))),
	} {
		if err == nil {
			t.Errorf("%s were made", comment)
		}
	}
	if _, err := k.Batch(uid, start, 3, time.Minute, bytes.NewReader(make([]byte, 20))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("without randomness: %v", err)
	}
	for _, at := range []time.Time{time.Unix(0, 0), time.Unix(1<<31, 0), {}} {
		if _, err := k.Batch(uid, at, 1, time.Minute, random(1)); !errors.Is(err, bluetrace.ErrTime) {
			t.Errorf("at %s: %v", at, err)
		}
	}
	if _, err := k.Issue(uid, start, start, random(1)); !errors.Is(err, bluetrace.ErrTime) {
		t.Errorf("for no time: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// What cannot be an authority's keys is refused.
func TestBadKeys(t *testing.T) {
	for _, org := range []string{"", "sg_moh", "SG MOH", "SG-MOH", strings.Repeat("A", 33)} {
		if k, err := bluetrace.NewKeys(org, secret(0)); !errors.Is(err, bluetrace.ErrKeys) || k != nil {
			t.Errorf("organisation %q: %v", org, err)
		}
	}
	for _, n := range []int{0, 8, 15, 31, 33} {
		if k, err := bluetrace.NewKeys("SG_MOH", secret(0), make([]byte, n)); !errors.Is(err, bluetrace.ErrKeys) || k != nil {
			t.Errorf("a key of %d bytes: %v", n, err)
		}
	}
	for _, n := range []int{16, 24, 32} {
		if _, err := bluetrace.NewKeys("SG_MOH", make([]byte, n)); err != nil {
			t.Errorf("a key of %d bytes: %v", n, err)
		}
	}
}

// An account is read and written in one way.
func TestUID(t *testing.T) {
	got, err := bluetrace.ParseUID(uid.String())
	if err != nil || got != uid || len(uid.String()) != 28 {
		t.Errorf("%s is read as %v, %v", uid, got, err)
	}
	for _, s := range []string{"", uid.String()[:24], uid.String() + "AAAA", strings.Repeat("!", 28)} {
		if got, err := bluetrace.ParseUID(s); !errors.Is(err, bluetrace.ErrUID) || got != (bluetrace.UID{}) {
			t.Errorf("%q is read as %v, %v", s, got, err)
		}
	}
}

// A token says who uploads, for two hours, and is no TempID.
func TestToken(t *testing.T) {
	k := keys(t, "SG_MOH", secret(0))
	for _, v := range []struct {
		Comment string
		Text    string
		At      time.Time
		Err     error
	}{
		{"one that another implementation made, with a fraction of a second", token, start, nil},
		{"after two hours", token, start.Add(2 * time.Hour), nil},
		{"after two hours and a second", token, start.Add(2*time.Hour + time.Second), bluetrace.ErrTokenExpired},
		{"from five minutes ahead", token, start.Add(-4 * time.Minute), nil},
		{"from the future", token, start.Add(-6 * time.Minute), bluetrace.ErrToken},
		{"a TempID", tempID, start, bluetrace.ErrToken},
		{"nothing", "", start, bluetrace.ErrToken},
		{"changed", strings.Replace(token, "s6", "s7", 1), start, bluetrace.ErrToken},
	} {
		got, code, err := k.OpenToken(v.Text, v.At)
		if !errors.Is(err, v.Err) || err == nil && (got != uid || code != "123456") || err != nil && (got != bluetrace.UID{} || code != "") {
			t.Errorf("%s: got %v, %q, %v", v.Comment, got, code, err)
		}
	}
	made, err := k.IssueToken(uid, "ABC123", start.Add(250*time.Millisecond), random(1))
	if err != nil {
		t.Fatal(err)
	}
	if got, code, err := k.OpenToken(made, start.Add(time.Hour)); err != nil || got != uid || code != "ABC123" {
		t.Errorf("issued: %v, %q, %v", got, code, err)
	}
	for _, code := range []string{"", "12345", "1234567", "12345\n", "12345\xff"} {
		if made, err := k.IssueToken(uid, code, start, random(1)); err == nil || made != "" {
			t.Errorf("a token for the code %q", code)
		}
	}
	if _, err := k.OpenTempID(made); !errors.Is(err, bluetrace.ErrTempID) {
		t.Errorf("a token is a TempID: %v", err)
	}
}

// Errors name nobody.
func TestErrorsNameNobody(t *testing.T) {
	k := keys(t, "SG_MOH", secret(1))
	_, a := k.OpenTempID(tempID)
	_, _, b := k.OpenToken(token, start)
	_, c := bluetrace.ParseUID(uid.String() + "x")
	for _, err := range []error{a, b, c} {
		if err == nil || strings.Contains(err.Error(), tempID[:8]) || strings.Contains(err.Error(), uid.String()[:8]) {
			t.Errorf("got %v", err)
		}
	}
}

// What opens is what was sealed, and is sealed again the same.
func FuzzTempID(f *testing.F) {
	k := keys(f, "SG_MOH", secret(0), secret(7))
	f.Add(tempID)
	f.Add(token)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if id, err := k.OpenTempID(text); err == nil {
			raw, _ := base64.StdEncoding.DecodeString(text)
			again, err := k.Issue(id.UID, id.From, id.Until, bytes.NewReader(raw[29:45]))
			if err != nil || again.Text != text {
				t.Errorf("%s became %s, %v", text, again.Text, err)
			}
		}
		if got, _, err := k.OpenToken(text, start); err != nil && got != (bluetrace.UID{}) {
			t.Errorf("%v with %v", got, err)
		}
	})
}

func BenchmarkOpenTempID(b *testing.B) {
	k := keys(b, "SG_MOH", secret(0))
	for b.Loop() {
		if _, err := k.OpenTempID(tempID); err != nil {
			b.Fatal(err)
		}
	}
}
