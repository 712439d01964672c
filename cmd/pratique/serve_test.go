//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The verification API as an operator starts it and a gate asks it: the demo's
// border, over HTTP, until it is told to stop.
func TestServeVerifier(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if code, _, errs := shell(t, "", "demo"); code != 0 {
		t.Fatal(errs)
	}
	if code, _, errs := shell(t, "", "key", "new", "--demo", "--country", "XB", "--uses", "receipt", "--from", "2026-01-01T00:00:00Z", "-o", "desk.key"); code != 0 {
		t.Fatal(errs)
	}
	code, told, errs := shell(t, "", "serve", "verifier", "--token")
	if code != 0 {
		t.Fatal(errs)
	}
	token := strings.TrimSpace(strings.Split(told, "\n")[1])
	_, hash, _ := strings.Cut(told, `"token_sha256": "`)
	settings := `{"listen":"127.0.0.1:0","country":"XB","trust":["pratique-demo/sudmark/day2"],"rules":["sudmark"],"desk":"gate-7","receipt_key":"desk.key",
		"clients":[{"name":"gate","token_sha256":"` + hash[:64] + `","codes_per_minute":100}],"anonymous_per_minute":0,"reload_minutes":1}`
	if err := os.WriteFile("verifier.json", []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := shell(t, "", "serve", "verifier", "--config", "verifier.json", "--check"); code != 0 || !strings.Contains(out, "receipts  signed by gate-7") {
		t.Fatalf("%d %s %s", code, out, errs)
	}
	if strings.Contains(told+settings, "PRIVATE") || strings.Contains(settings, token) {
		t.Error("the settings hold the token")
	}

	out, in := io.Pipe()
	var errors bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		p := &program{in: strings.NewReader(""), out: bufio.NewWriter(in), errs: &errors, lang: "en", now: func() time.Time { return time.Date(2026, 12, 3, 15, 20, 0, 0, time.FixedZone("", 8*3600)) }}
		ended <- p.run([]string{"serve", "verifier", "--config", "verifier.json"})
		in.Close()
	}()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal(errors.String())
	}
	_, address, _ := strings.Cut(lines.Text(), "listening on ")
	address, _, _ = strings.Cut(address, ",")
	anna, err := os.ReadFile(filepath.Join("pratique-demo", "anna.txt"))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := json.Marshal(map[string]string{"to": "XB", "from": "XA", "code": strings.TrimSpace(string(anna))})
	ask := func(token string) (int, map[string]any) {
		req, err := http.NewRequest(http.MethodPost, address+"/v1/verify", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var a map[string]any
		if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, a
	}
	status, a := ask(token)
	receipt, _ := a["receipt"].(string)
	if status != http.StatusOK || a["verdict"] != "green" || !strings.HasPrefix(receipt, "pratique-receipt/1.0\n") {
		t.Errorf("%d %v", status, a)
	}
	if status, _ := ask(token + "x"); status != http.StatusUnauthorized {
		t.Errorf("another token: %d", status)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	lines.Scan()
	if got := <-ended; got != 0 || lines.Text() != "stopped; nothing was stored" {
		t.Errorf("ended with %d: %s %s", got, lines.Text(), errors.String())
	}
	if errors.Len() > 0 {
		t.Errorf("said on standard error: %s", errors.String())
	}
	var found []string
	for _, pattern := range []string{"*", "pratique-demo/*.log"} {
		names, _ := filepath.Glob(pattern)
		found = append(found, names...)
	}
	if len(found) != 3 { // the demo, the key, the settings
		t.Errorf("left behind: %v", found)
	}

	// The receipt that the gate got is one for its traveller, too.
	if err := os.WriteFile("slip.txt", []byte(receipt), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := shell(t, "", "key", "show", "--pem", "desk.key"); code != 0 {
		t.Fatal(errs)
	} else {
		_, pem, _ := shell(t, "", "key", "show", "--pem", "desk.key")
		if err := os.WriteFile("desk.pem", []byte(pem), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, out, errs := shell(t, "", "receipt", "check", "--trust", "pratique-demo/sudmark/day2", "--trust", "desk.pem", "--rules", "sudmark", "--from", "XA", "slip.txt", "pratique-demo/anna.png"); code != 0 || !strings.Contains(out, "AGREES") {
		t.Errorf("%d %s %s", code, out, errs)
	}
}

// Settings that would not do what they say are refused, and what to do is said.
func TestServeRefusesSettings(t *testing.T) {
	t.Chdir(t.TempDir())
	good := map[string]any{"listen": "127.0.0.1:0", "country": "XB", "trust": []string{"."}, "clients": []any{}, "anonymous_per_minute": 10, "reload_minutes": 0}
	for name, change := range map[string]map[string]any{
		"no address": {"listen": "nowhere"}, "in clear": {"listen": "0.0.0.0:8484"}, "no country": {"country": "Sudmark"}, "no trust": {"trust": []string{}},
		"half of TLS": {"certificate": "tls.pem"}, "a policy": {"key_policy": "sometimes"}, "receipts without a desk": {"receipt_key": "desk.key"},
		"nobody may ask": {"anonymous_per_minute": 0}, "less than nothing": {"reload_minutes": -1}, "a member that is not known": {"colour": "green"},
		"a token that is none": {"clients": []any{map[string]any{"name": "x", "token_sha256": "1", "codes_per_minute": 1}}},
	} {
		m := map[string]any{}
		for k, v := range good {
			m[k] = v
		}
		for k, v := range change {
			m[k] = v
		}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("s.json", b, 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, errs := shell(t, "", "serve", "verifier", "--config", "s.json", "--check")
		if code != exitBroken || !strings.Contains(errs, "hint: ") {
			t.Errorf("%s: %d %s", name, code, errs)
		}
	}
	for _, args := range [][]string{{"serve", "verifier"}, {"serve", "verifier", "x"}} {
		if code, _, _ := shell(t, "", args...); code != exitUsage {
			t.Errorf("%v: %d", args, code)
		}
	}
	if code, _, _ := shell(t, "", "serve", "verifier", "--config", "missing.json"); code != exitBroken {
		t.Errorf("missing: %d", code)
	}
}
