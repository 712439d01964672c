package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/jws"
)

// illness is somebody's key of three days before the evening, and what a
// telephone heard of it for twenty minutes.
func illness() (gaen.Key, []byte) {
	now, err := time.Parse(time.RFC3339, evening)
	if err != nil {
		panic(err)
	}
	at := now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -3)
	k := gaen.Key{Data: [16]byte([]byte("sixteen bytes...")), Start: gaen.IntervalOf(at), Period: 144, Report: gaen.ConfirmedTest, HasOnset: true, Onset: 1}
	var heard bytes.Buffer
	for minute := 0; minute < 20; minute += 5 {
		t := at.Add(12*time.Hour + time.Duration(minute)*time.Minute)
		id := k.Identifiers()[gaen.IntervalOf(t)-k.Start]
		m := k.Seal(id, gaen.Sender{Major: 1, Power: -10}.Metadata())
		fmt.Fprintf(&heard, `{"at":%q,"id":%q,"metadata":%q,"rssi":-60,"previous":%q}`+"\n", t.Format(time.RFC3339), hex.EncodeToString(id[:]), hex.EncodeToString(m[:]), t.Add(-5*time.Minute).Format(time.RFC3339))
	}
	return k, heard.Bytes()
}

// publishedKeys writes what an authority published, and what a telephone heard:
// export.zip, forged.zip, authority.pem, other.pem, heard.jsonl.
func publishedKeys(ts *testscript.TestScript, neg bool, args []string) {
	k, heard := illness()
	from := k.End().Time().Add(24 * time.Hour)
	write := func(name string, data []byte) { ts.Check(os.WriteFile(ts.MkAbs(name), data, 0o600)) }
	key := func(name string) *ecdsa.PrivateKey {
		signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		ts.Check(err)
		text, err := publicPEM(signer.Public())
		ts.Check(err)
		write(name, text)
		return signer
	}
	signer := key("authority.pem")
	key("other.pem")
	exports, _, _, err := gaen.Batch{From: from, Until: from.Add(time.Hour), Region: "440", Least: 50}.Exports([]gaen.Key{k}, nil, from.Add(24*time.Hour), rand.Reader)
	ts.Check(err)
	bin, sig, err := exports[0].Sign(rand.Reader, signer, "440", "v1")
	ts.Check(err)
	good, err := gaen.Pack(bin, sig)
	ts.Check(err)
	write("export.zip", good)
	bin[len(bin)-1] ^= 1
	forged, err := gaen.Pack(bin, sig)
	ts.Check(err)
	write("forged.zip", forged)
	write("heard.jsonl", heard)
}

// A key goes from a person to a telephone that was near, through a key server
// that was stopped and started in between.
func TestServeKeyserver(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("signals are another there: the package's own tests judge the rest")
		return
	}
	t.Chdir(t.TempDir())
	for _, args := range [][]string{
		{"key", "new", "--demo", "--country", "XA", "--uses", "exposure", "-o", "exports.key"},
		{"serve", "keyserver", "--secret"},
	} {
		code, out, errs := shell(t, "", args...)
		if code != 0 {
			t.Fatal(errs)
		}
		if err := os.WriteFile("keyserver.secrets", []byte(out), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	authority, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := publicPEM(authority.Public())
	if err != nil {
		t.Fatal(err)
	}
	settings := strings.NewReplacer("127.0.0.1:8486", "127.0.0.1:0", `"slot_ms": 250`, `"slot_ms": 50`, `"period_hours": 24`, `"period_hours": 1`, `"least": 1000`, `"least": 60`).Replace(keyserverExample)
	for name, data := range map[string][]byte{"authority.pem": public, "keyserver.json": []byte(settings)} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, told, errs := shell(t, "", "serve", "keyserver", "--config", "keyserver.json", "--check")
	if code != 0 || !strings.Contains(told, "440, every 1h0m0s, at least 60 keys") {
		t.Fatal(code, told, errs)
	}
	if err := os.WriteFile("exports.pem", []byte(told[strings.Index(told, "-----BEGIN"):]), 0o600); err != nil {
		t.Fatal(err)
	}
	start := func(now string) (address string, stop func() string) {
		c, first, said := processAt(t, now, "serve", "keyserver", "--config", "keyserver.json")
		_, address, ok := strings.Cut(first, "listening on ")
		address, _, _ = strings.Cut(address, ";")
		if !ok {
			t.Fatal(first, said)
		}
		return address, func() string {
			if err := c.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := c.Wait(); err != nil {
				t.Errorf("told to stop: %v %s", err, said)
			}
			return said.String()
		}
	}
	k, heard := illness()
	if err := os.WriteFile("heard.jsonl", heard, 0o600); err != nil {
		t.Fatal(err)
	}

	address, stop := start(evening)
	if code, _ := get(t, address+"/health"); code != 200 {
		t.Error("not healthy", code)
	}
	code, answer := publishKey(t, address, k, authority)
	if code != 200 || !strings.Contains(answer, `"insertedExposures":1`) {
		t.Fatal(code, answer)
	}
	if code, answer = publishKey(t, address, k, authority); code != 400 || !strings.Contains(answer, "missing_revision_token") {
		t.Error("the same again", code, answer)
	}
	said := stop()
	for _, secret := range []string{"127.0.0.1:", "health.example", base64.StdEncoding.EncodeToString(k.Data[:])} {
		if strings.Contains(said, secret) {
			t.Errorf("the log holds %q: %s", secret, said)
		}
	}

	later, err := time.Parse(time.RFC3339, evening)
	if err != nil {
		t.Fatal(err)
	}
	address, stop = start(later.Add(4 * time.Hour).Format(time.RFC3339))
	path := ""
	for range 200 { // the work has begun with the server
		if _, list := get(t, address+"/440/index.txt"); strings.HasPrefix(list, "440/") {
			path = strings.TrimSpace(list)
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	code, file := get(t, address+"/"+path)
	stop()
	if err := os.WriteFile("export.zip", []byte(file), 0o600); path == "" || code != 200 || err != nil {
		t.Fatal(path, code, err)
	}
	code, told, errs = shell(t, "", "exposure", "match", "--seen", "heard.jsonl", "--key", "exports.pem", "export.zip")
	if code != 0 || !strings.Contains(told, "high") || strings.Count(told, "\n") != 2 {
		t.Error(code, told, errs)
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// publishKey does what an app does, with a certificate of the authority.
func publishKey(t *testing.T, address string, k gaen.Key, authority *ecdsa.PrivateKey) (int, string) {
	t.Helper()
	now, err := time.Parse(time.RFC3339, evening)
	if err != nil {
		t.Fatal(err)
	}
	data, secret := base64.StdEncoding.EncodeToString(k.Data[:]), []byte("sixteen of a mac")
	h := hmac.New(sha256.New, secret)
	fmt.Fprintf(h, "%s.%d.%d.0", data, k.Start, k.Period)
	claims, err := json.Marshal(map[string]any{"iss": "health.example", "aud": "keys.example", "iat": now.Unix(), "exp": now.Unix() + 900, "reportType": "confirmed", "tekmac": h.Sum(nil)})
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := jws.Make(`{"alg":"ES256","kid":"v1"}`, claims, func(b []byte) ([]byte, error) { return jws.Sign(rand.Reader, authority, b) })
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"temporaryExposureKeys": []any{map[string]any{"key": data, "rollingStartNumber": k.Start, "rollingPeriod": k.Period}},
		"healthAuthorityID": "example.health.app", "verificationPayload": certificate, "hmacKey": secret, "symptomOnsetInterval": k.Start - 144, "padding": "AAAA"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.Post(address+"/v1/publish", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(answer)
}
