package bluetrace_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/bluetrace"
)

// server is a test key of a server, and blob a text that Python's cryptography sealed for it.
var server = func() *ecdh.PrivateKey {
	sum := sha256.Sum256([]byte("server"))
	k, err := ecdh.P256().NewPrivateKey(sum[:])
	if err != nil {
		panic(err)
	}
	return k
}()

const blob = "A5p4HKbQVafzDQyf+Hk2xzn2gW719ecrS5RkBLChqDsqAQLgRGmpHp8xwFnZygEjd8gUFe3hyBmelolmi2i8cXPYEqHNsqkoG+bQJbHykqZWgAyEzi5rw4gybDCM+HPGXTmmVusBqp18LjgeCZRQPEeXkAMmZpijFWLOJBaGnhWrkAs="

func sealed(t testing.TB, text string) string {
	t.Helper()
	b, err := bluetrace.SealBlob([]byte(text), server.PublicKey(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A blob opens with the server's key; changed in whatever byte, it does not.
func TestBlob(t *testing.T) {
	want := `{"timestamp":1600000000,"modelP":"Phone X","msg":"an opaque TempID"}`
	if got, err := bluetrace.OpenBlob(blob, server); err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	if got, err := bluetrace.OpenBlob(blob[:76]+"\n"+blob[76:152]+"\r\n"+blob[152:]+"\n", server); err != nil || string(got) != want {
		t.Errorf("with line ends: %s, %v", got, err)
	}
	raw, _ := base64.StdEncoding.DecodeString(blob)
	for i := range raw {
		for _, bit := range []byte{1, 0x80} {
			b := bytes.Clone(raw)
			b[i] ^= bit
			if got, err := bluetrace.OpenBlob(base64.StdEncoding.EncodeToString(b), server); !errors.Is(err, bluetrace.ErrBlob) || got != nil {
				t.Errorf("byte %d changed: %q, %v", i, got, err)
			}
		}
	}
	other, _ := ecdh.P256().GenerateKey(rand.Reader)
	for comment, err := range map[string]error{
		"another key":      second(bluetrace.OpenBlob(blob, other)),
		"another curve":    second(bluetrace.OpenBlob(blob, x25519(t))),
		"nothing":          second(bluetrace.OpenBlob("", server)),
		"a block less":     second(bluetrace.OpenBlob(base64.StdEncoding.EncodeToString(raw[:len(raw)-16]), server)),
		"half a block":     second(bluetrace.OpenBlob(base64.StdEncoding.EncodeToString(raw[:len(raw)-8]), server)),
		"no ciphertext":    second(bluetrace.OpenBlob(base64.StdEncoding.EncodeToString(append(bytes.Clone(raw[:35]), raw[len(raw)-16:]...)), server)),
		"no base64":        second(bluetrace.OpenBlob("!"+blob[1:], server)),
		"too long":         second(bluetrace.OpenBlob(strings.Repeat(blob, 30), server)),
		"a point at x = 5": second(bluetrace.OpenBlob(base64.StdEncoding.EncodeToString(append(append([]byte{2}, append(make([]byte, 31), 1)...), raw[33:]...)), server)),
	} {
		if !errors.Is(err, bluetrace.ErrBlob) {
			t.Errorf("%s: %v", comment, err)
		}
	}
}

func x25519(t testing.TB) *ecdh.PrivateKey {
	k, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// What is sealed opens, in every length of its last block, and no two blobs are alike.
func TestSealBlob(t *testing.T) {
	seen := map[string]bool{}
	for n := range 50 {
		text := strings.Repeat("x", n)
		b := sealed(t, text)
		seen[b[:60]] = true
		if got, err := bluetrace.OpenBlob(b, server); err != nil || string(got) != text {
			t.Errorf("%d bytes: %q, %v", n, got, err)
		}
	}
	if len(seen) != 50 {
		t.Errorf("%d of 50 have a key of their own", len(seen))
	}
	if b, err := bluetrace.SealBlob([]byte("x"), x25519(t).PublicKey(), rand.Reader); err == nil || b != "" {
		t.Error("sealed for a key of another curve")
	}
}

// A record of COVIDSafe opens at its server; of another system it keeps what that one sent.
func TestSealedRecord(t *testing.T) {
	remote, local := sealed(t, `{"timestamp":1600000090,"modelP":"Phone B","msg":"their id"}`), sealed(t, `{"modelC":"Phone A","rssi":-61,"txPower":7}`)
	central := sealed(t, `{"timestamp":1600000090,"modelC":"Phone A","rssi":-70,"txPower":9,"msg":"their id"}`)
	line := func(org, local, remote string) string {
		return fmt.Sprintf(`{"v":2,"id":7,"timestamp":1600000100250,"org":%q,"localBlob":%q,"remoteBlob":%q}`, org, local, remote)
	}
	want := bluetrace.Record{At: start.Add(100 * time.Second), Msg: "their id", Org: "AU_DTA", ModelC: "Phone A", ModelP: "Phone B", RSSI: -61, TxPower: 7, HasTxPower: true}
	vectors := []struct {
		Comment string
		Line    string
		Want    bluetrace.Record
		Err     bool
	}{
		{"both blobs", line("AU_DTA", local, remote), want, false},
		{"written by the central: its strength, where one's own phone has none", line("AU_DTA", sealed(t, `{"modelP":"Phone B"}`), central),
			bluetrace.Record{At: want.At, Msg: want.Msg, Org: want.Org, ModelC: want.ModelC, ModelP: want.ModelP, RSSI: -70, TxPower: 9, HasTxPower: true}, false},
		{"one's own phone counts first", line("AU_DTA", local, central), bluetrace.Record{At: want.At, Msg: want.Msg, Org: want.Org, ModelC: "Phone A", RSSI: -61, TxPower: 7, HasTxPower: true}, false},
		{"a phone of Singapore", line("SG_MOH", local, tempID), bluetrace.Record{At: want.At, Msg: tempID, Org: "SG_MOH", ModelC: "Phone A", RSSI: -61, TxPower: 7, HasTxPower: true}, false},
		{"an empty local blob", line("AU_DTA", "", remote), bluetrace.Record{At: want.At, Msg: want.Msg, Org: want.Org, ModelP: "Phone B"}, false},
		{"a remote blob of nobody", line("AU_DTA", local, tempID), bluetrace.Record{}, true},
		{"a local blob of nobody", line("AU_DTA", "x", remote), bluetrace.Record{}, true},
		{"a blob that holds no JSON", line("AU_DTA", sealed(t, "x"), remote), bluetrace.Record{}, true},
		{"a blob with a text for a number", line("AU_DTA", sealed(t, `{"rssi":"x"}`), remote), bluetrace.Record{}, true},
		{"a blob with a strength beyond a byte", line("AU_DTA", sealed(t, `{"rssi":999}`), remote), bluetrace.Record{}, true},
	}
	for _, v := range vectors {
		records, found, err := bluetrace.ParseSealed([]byte(`{"records":[` + v.Line + `]}`))
		if err != nil || len(found) != 0 || len(records) != 1 {
			t.Errorf("%s: %d records, %v, %v", v.Comment, len(records), found, err)
			continue
		}
		got, err := records[0].Open(server)
		if (err != nil) != v.Err || got != v.Want {
			t.Errorf("%s: got %+v, %v", v.Comment, got, err)
		}
	}
	for comment, l := range map[string]string{
		"no time":         strings.Replace(line("AU_DTA", "", ""), "1600000100250", "0", 1),
		"no organisation": line("", "", ""),
		"a long blob":     line("AU_DTA", strings.Repeat("x", bluetrace.MaxMessage+1), ""),
		"a number":        "5",
	} {
		if records, found, err := bluetrace.ParseSealed([]byte(`{"records":[` + l + `,` + line("AU_DTA", local, remote) + `]}`)); err != nil || len(found) != 1 || len(records) != 1 {
			t.Errorf("%s: %d records, %v, %v", comment, len(records), found, err)
		}
	}
	for _, data := range []string{"", "[]", "{}", `{"records":5}`} {
		if records, found, err := bluetrace.ParseSealed([]byte(data)); !errors.Is(err, bluetrace.ErrUpload) || records != nil || found != nil {
			t.Errorf("%q: %d records, %v", data, len(records), err)
		}
	}
}

// Whatever is sealed opens, and whatever opens was sealed.
func FuzzBlob(f *testing.F) {
	f.Add(blob)
	f.Add(blob[:76] + "\n" + blob[76:])
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if plain, err := bluetrace.OpenBlob(text, server); err != nil && plain != nil {
			t.Errorf("%q with %v", plain, err)
		}
		if len(text) < 1000 {
			if got, err := bluetrace.OpenBlob(sealed(t, text), server); err != nil || string(got) != text {
				t.Errorf("%q became %q, %v", text, got, err)
			}
		}
	})
}

func BenchmarkOpenBlob(b *testing.B) {
	for b.Loop() {
		if _, err := bluetrace.OpenBlob(blob, server); err != nil {
			b.Fatal(err)
		}
	}
}
