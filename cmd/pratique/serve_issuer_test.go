package main

import (
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

	"github.com/pratique/pratique/internal/totp"
)

// An authority that begins with nothing: an officer by invitation, a laboratory, a
// machine, a certificate that `pratique verify` accepts, also from a second process on
// the same database and after the first was killed; then the certificate is withdrawn
// by two, and is refused.
func TestServeIssuer(t *testing.T) {
	onDatabases(t, "issuer.db", issuerStory)
}

func issuerStory(t *testing.T, database string) {
	write(t, "issuer.secret", must(t, "serve", "issuer", "--secret"))
	must(t, "key", "new", "--demo", "--country", "XA", "--authority", "Norland Institute of Health", "-o", "issuer.key")
	settings := strings.NewReplacer(`"127.0.0.1:8488"`, `"127.0.0.1:0"`, "sqlite:issuer.db", database).Replace(issuerExample)
	write(t, "issuer.json", settings)
	start := func() (stop func(os.Signal), url string) {
		t.Helper()
		c, url := listening(t, "serve", "issuer", "--config", "issuer.json")
		return func(s os.Signal) {
			if err := c.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
			_ = c.Wait() // killed, or told to stop
		}, url
	}
	type header map[string]string
	ask := func(url, method, path string, in any, h header, out any) int {
		t.Helper()
		b, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequest(method, url+path, bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Pratique", "1")
		for k, v := range h {
			r.Header.Set(k, v)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if k := res.Cookies(); len(k) > 0 && h != nil {
			h["Cookie"] = k[0].Name + "=" + k[0].Value
		}
		if out != nil && res.StatusCode == http.StatusOK {
			if err := json.Unmarshal(body, out); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
		}
		if out != nil && res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", path, res.StatusCode, body)
		}
		return res.StatusCode
	}
	const passphrase = "harbour lantern quarantine gull"
	secrets := map[string]totp.Secret{}
	now, err := time.Parse(time.RFC3339, evening) // the clock of all commands here stands still
	if err != nil {
		t.Fatal(err)
	}
	enrol := func(url, name, token string) {
		t.Helper()
		var look struct{ Secret string }
		ask(url, "POST", "/v1/invitations/look", map[string]string{"token": token}, nil, &look)
		s, err := totp.ParseSecret(look.Secret)
		if err != nil {
			t.Fatal(err)
		}
		secrets[name] = s
		ask(url, "POST", "/v1/invitations/accept", map[string]string{"token": token, "passphrase": passphrase, "code": s.At(now.Add(-totp.Period))}, nil, new(any))
	}
	signIn := func(url, name string) header {
		t.Helper()
		h := header{}
		ask(url, "POST", "/v1/session", map[string]string{"name": name, "passphrase": passphrase, "code": secrets[name].At(now)}, h, new(any))
		return h
	}

	out := must(t, "serve", "issuer", "--config", "issuer.json", "--found", "olga")
	if code, _, errs := shell(t, "", "serve", "issuer", "--config", "issuer.json", "--found", "eve"); code == 0 && !strings.Contains(out, "olga") {
		t.Fatalf("a second founder: %s", errs)
	}
	stop, url := start()
	enrol(url, "olga", strings.TrimSpace(out[strings.Index(out, "\n\n"):]))
	olga := signIn(url, "olga")
	ask(url, "POST", "/v1/laboratories", map[string]any{"id": "north-7", "name": "Laboratory 7", "clock_minutes": 0, "allow": []any{map[string]any{"kind": "test", "day": 100, "each": 50, "valid_hours": 72}}}, olga, new(any))
	var invited struct{ Token string }
	ask(url, "POST", "/v1/people", map[string]string{"name": "carl", "role": "confirmer", "laboratory": "north-7"}, olga, &invited)
	enrol(url, "carl", invited.Token)
	var machine struct{ Key string }
	ask(url, "POST", "/v1/machines", map[string]any{"laboratory": "north-7", "name": "lis", "scopes": []string{"issue", "withdraw"}, "until": now.AddDate(0, 1, 0).UTC().Format(time.RFC3339)}, olga, &machine)

	sampled := now.Add(-3 * time.Hour).UTC().Truncate(time.Second).Format(time.RFC3339)
	wanted := map[string]any{"format": "hc1", "form": map[string]any{"kind": "test", "family": "Quillfeather", "given": "Zenobia", "born": "1974-08-12", "disease": "covid-19",
		"method": "nucleic_acid", "result": "not_detected", "sampled": sampled}}
	lis := header{"Authorization": "Bearer " + machine.Key, "Idempotency-Key": "sample-1"}
	var first, again struct{ Serial, Code string }
	ask(url, "POST", "/v1/certificates", wanted, lis, &first)
	write(t, "code.txt", first.Code)
	write(t, "issuer.list", must(t, "key", "show", "--pem", "issuer.key"))
	if code, out, errs := shell(t, "", "verify", "--trust", "issuer.list", "code.txt"); code == exitBroken || !strings.Contains(out, "QUILLFEATHER") && !strings.Contains(out, "Quillfeather") {
		t.Fatalf("verify: %d %s %s", code, out, errs)
	}

	stop(syscall.SIGKILL)
	stop, url = start()
	ask(url, "POST", "/v1/certificates", wanted, lis, &again)
	if again != first {
		t.Error("after the service was killed a retry gives another certificate")
	}
	var proposed struct{ ID string }
	ask(url, "POST", "/v1/withdrawals", map[string]any{"id": "w1", "reason": "error", "serials": []string{first.Serial}}, lis, &proposed)
	if got := ask(url, "POST", "/v1/withdrawals/"+proposed.ID+"/confirm", nil, lis, nil); got != http.StatusForbidden {
		t.Errorf("the machine confirms its own withdrawal: %d", got)
	}
	var withdrawn struct{ Withdrawn int }
	ask(url, "POST", "/v1/withdrawals/"+proposed.ID+"/confirm", nil, signIn(url, "carl"), &withdrawn)
	if withdrawn.Withdrawn != 1 {
		t.Errorf("withdrawn: %d", withdrawn.Withdrawn)
	}
	res, err := http.Get(url + "/v1/lists/all")
	if err != nil {
		t.Fatal(err)
	}
	list, err := io.ReadAll(res.Body)
	if err != nil || res.Body.Close() != nil {
		t.Fatal(err)
	}
	write(t, "all.revoked", string(list))
	if code, out, errs := shell(t, "", "verify", "--trust", "issuer.list", "--trust", "all.revoked", "code.txt"); code != exitRed || !strings.Contains(out, "withdrawn") {
		t.Errorf("a withdrawn certificate: %d %s %s", code, out, errs)
	}
	account, err := http.NewRequest("GET", url+"/v1/account", nil)
	if err != nil {
		t.Fatal(err)
	}
	account.Header.Set("Cookie", olga["Cookie"])
	if res, err = http.DefaultClient.Do(account); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil || res.Body.Close() != nil {
		t.Fatal(err)
	}
	write(t, "account.txt", string(text))
	must(t, "log", "check", "--account", "account.txt")
	for _, what := range []string{" olga laboratory north-7 ", " olga machine lis ", " machine:lis propose ", " carl withdraw "} {
		if !strings.Contains(string(text), what) {
			t.Errorf("the account lacks%s:\n%s", what, text)
		}
	}
	stop(syscall.SIGTERM)
	if matches, _ := filepath.Glob("*.db"); strings.HasPrefix(database, "sqlite:") {
		b, err := os.ReadFile(matches[0])
		if err != nil {
			t.Fatal(err)
		}
		if low := bytes.ToLower(b); bytes.Contains(low, []byte("quillfeather")) || bytes.Contains(low, []byte("zenobia")) {
			t.Error("the database has a name in it")
		}
	}
}
