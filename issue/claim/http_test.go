package claim_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/issue/claim"
)

type reply struct {
	Answer             []byte
	Error, Text, Until string
}

// post asks a handler, and returns status, header and reply.
func post(t testing.TB, h http.Handler, body string) (*http.Response, reply) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/claim", strings.NewReader(body))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var out reply
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%s: %v", w.Body, err)
	}
	out.Text = w.Body.String()
	return w.Result(), out
}

func ask(t testing.TB, code claim.Code, proof string, w *claim.Wallet) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"code": code.String(), "proof": proof, "wallet": w.Public()})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func remote(r *http.Request) string { return claim.Source(r.RemoteAddr) }

// A wallet asks over HTTP; whatever is wrong with a code, the answer has the same bytes.
func TestWalletsAskOverHTTP(t *testing.T) {
	d := newDesk(t, new(claim.Memory), generous)
	h := d.Handler(remote, nil, nil)
	w := newWallet(t)
	code := d.give("serial-1", claim.Terms{Proof: "1974-08-12"})
	got, r := post(t, h, ask(t, code, "1974-08-12", w))
	if content, err := w.Open(r.Answer); got.StatusCode != 200 || err != nil || string(content) != certificate {
		t.Errorf("%d: %q, %v", got.StatusCode, content, err)
	}
	if got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%v", got.Header)
	}
	expired := d.give("serial-2", claim.Terms{Life: time.Minute})
	d.at(time.Hour)
	said := ""
	for comment, body := range map[string]string{
		"unknown": ask(t, draw(t), "", w), "used": ask(t, code, "1974-08-12", newWallet(t)), "expired": ask(t, expired, "", w),
		"another proof": ask(t, code, "1974-08-13", w), "a proof without end": ask(t, code, strings.Repeat("x", 65), w),
	} {
		got, r := post(t, h, body)
		if got.StatusCode != http.StatusNotFound || r.Error != "code" || said != "" && r.Text != said {
			t.Errorf("%s: %d %s", comment, got.StatusCode, r.Text)
		}
		said = r.Text
	}
	for comment, v := range map[string]struct {
		body, want string
	}{
		"nothing":              {"", "request"},
		"no object":            {"[]", "request"},
		"another field":        {`{"code":"","wallet":"","name":""}`, "request"},
		"something after it":   {ask(t, code, "", w) + "{}", "request"},
		"more than is read":    {`{"code":"` + strings.Repeat("3", 5000) + `"}`, "request"},
		"a key that is none":   {`{"code":"` + draw(t).String() + `","wallet":"AAAA"}`, "wallet"},
		"a mistyped code":      {`{"code":"3333-3334","wallet":""}`, "typed"},
		"base64 that is wrong": {`{"code":"","wallet":"A"}`, "request"},
	} {
		if got, r := post(t, h, v.body); got.StatusCode != 400 || r.Error != v.want {
			t.Errorf("%s: %d %s", comment, got.StatusCode, r.Text)
		}
	}
}

func TestTheHandlerLimits(t *testing.T) {
	d := newDesk(t, new(claim.Memory))
	h := d.Handler(remote, nil, nil)
	w := newWallet(t)
	d.at(30 * time.Minute)
	for range 5 {
		post(t, h, ask(t, draw(t), "", w))
	}
	got, r := post(t, h, ask(t, d.give("serial-1", claim.Terms{}), "", w))
	if got.StatusCode != http.StatusTooManyRequests || r.Error != "limited" || got.Header.Get("Retry-After") != "1800" || r.Until != start.Add(time.Hour).Format(time.RFC3339) {
		t.Errorf("%d %v %s", got.StatusCode, got.Header, r.Text)
	}
}

// The office is asked about what is handed out, and about nothing else; what it is
// against does not leave, and who has the right code is told that it is withdrawn.
func TestWhatWasWithdrawnStaysAtTheOffice(t *testing.T) {
	d := newDesk(t, new(claim.Memory), generous)
	w := newWallet(t)
	code := d.give("serial-1", claim.Terms{Proof: "1974-08-12"})
	var asked []string
	var answer error
	h := d.Handler(remote, func(_ context.Context, content []byte) error {
		asked = append(asked, string(content))
		return answer
	}, nil)
	for _, v := range []struct {
		comment, proof string
		answer         error
		status         int
		word           string
		asked          int
	}{
		{"a wrong proof is nobody's certificate", "1974-08-13", claim.ErrWithdrawn, 404, "code", 0},
		{"withdrawn", "1974-08-12", claim.ErrWithdrawn, 410, "withdrawn", 1},
		{"the register is away", "1974-08-12", errors.New("no answer"), 503, "unavailable", 1},
		{"it stands", "1974-08-12", nil, 200, "", 1},
	} {
		asked, answer = nil, v.answer
		got, r := post(t, h, ask(t, code, v.proof, w))
		if got.StatusCode != v.status || r.Error != v.word || len(asked) != v.asked || (len(r.Answer) > 0) != (v.status == 200) {
			t.Errorf("%s: %d %q, asked about %q", v.comment, got.StatusCode, r.Error, asked)
		}
		for _, a := range asked {
			if a != certificate {
				t.Errorf("%s: asked about %q", v.comment, a)
			}
		}
	}
}

func TestTheHandlerTellsFaultsToTheOfficeAlone(t *testing.T) {
	gone := errors.New("the database at db.example is away")
	d := newDesk(t, away{err: gone})
	var told error
	got, r := post(t, d.Handler(remote, nil, func(err error) { told = err }), ask(t, draw(t), "", newWallet(t)))
	if got.StatusCode != http.StatusServiceUnavailable || r.Error != "unavailable" || strings.Contains(r.Text, "example") || !errors.Is(told, gone) {
		t.Errorf("%d %s; told %v", got.StatusCode, r.Text, told)
	}
	for method, want := range map[string]int{"GET": 405, "PUT": 405, "OPTIONS": 204} {
		w := httptest.NewRecorder()
		d.Handler(remote, nil, nil).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, "/claim", nil))
		if w.Code != want {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
}

func TestSources(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1:4711": "192.0.2.1", "192.0.2.1": "192.0.2.1", "[::ffff:192.0.2.1]:80": "192.0.2.1",
		"[2001:db8:1:2:3:4:5:6]:80": "2001:db8:1:2::/64", "2001:db8:1:2:ffff::1": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "unknown", "nobody": "unknown",
	} {
		if got := claim.Source(address); got != want {
			t.Errorf("%q comes from %q, want %q", address, got, want)
		}
	}
}

func FuzzHandler(f *testing.F) {
	d := newDesk(f, new(claim.Memory), generous)
	h := d.Handler(remote, nil, nil)
	f.Add(ask(f, draw(f), "1974-08-12", newWallet(f)))
	f.Add("{}")
	f.Fuzz(func(t *testing.T, body string) {
		got, r := post(t, h, body)
		if got.StatusCode != 400 && got.StatusCode != 404 || r.Error == "" || r.Answer != nil {
			t.Errorf("%q: %d %s", body, got.StatusCode, r.Text)
		}
	})
}
