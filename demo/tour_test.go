package demo_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/demo"
)

// pages stand for those of package web.
var pages = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
	w.Header().Set("ETag", `"b"`)
	switch r.URL.Path {
	case "/tour/", "/desk/", "/wallet/":
		io.WriteString(w, `<head><title>x</title><link rel="stylesheet" href="/a/x.css"><script type="module" src="/a/x.js"></script></head>`)
	case "/tour/guide.css", "/tour/guide.js":
		io.WriteString(w, "guide")
	default:
		http.NotFound(w, r)
	}
})

type visit struct {
	*testing.T
	h      http.Handler
	folder string
}

func begin(t *testing.T) visit {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tour")
	h, err := demo.NewTour(demo.TourOptions{Pages: pages, Hosts: []string{"localhost:1"}, Folder: dir, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return visit{t, h, dir}
}

// ask asks as a page of the tour does.
func (v visit) ask(method, path string, body any) (int, map[string]any, http.Header) {
	v.Helper()
	b, _ := json.Marshal(body)
	r := httptest.NewRequest(method, "http://localhost:1"+path, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", "http://localhost:1")
	w := httptest.NewRecorder()
	v.h.ServeHTTP(w, r)
	var out map[string]any
	json.Unmarshal(w.Body.Bytes(), &out)
	return w.Code, out, w.Header()
}

// form is the one that the laboratory begins with, changed.
func (v visit) form(change map[string]string) map[string]any {
	v.Helper()
	_, s, _ := v.ask("GET", "/tour/api/state", nil)
	f := s["form"].(map[string]any)
	for k, x := range change {
		f[k] = x
	}
	return f
}

func TestTheClockIsWrittenBeforeTheScriptsOfAPageAndNowhereElse(t *testing.T) {
	v := begin(t)
	for _, path := range []string{"/tour/", "/desk/", "/wallet/"} {
		w := httptest.NewRecorder()
		v.h.ServeHTTP(w, httptest.NewRequest("GET", "http://localhost:1"+path, nil))
		body := w.Body.String()
		at, own := strings.Index(body, `<script src="/tour/guide.js" data-clock="1796230800000">`), strings.Index(body, "/a/x.js")
		if w.Code != 200 || at < 0 || own < at {
			t.Errorf("%s: %d %s", path, w.Code, body)
		}
		if h := w.Header(); h.Get("Content-Security-Policy") != "default-src 'none'" || h.Get("ETag") != "" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestTheClockOfTheTourGoesForwardOnly(t *testing.T) {
	v := begin(t)
	for _, x := range []struct {
		to   string
		want int
	}{
		{"2026-12-03T14:20:00+08:00", 200}, {"2026-12-03T14:20:00+08:00", 200}, {"2026-12-03T14:19:59+08:00", 409},
		{"2028-01-01T00:00:00Z", 409}, {"tomorrow", 400},
	} {
		if got, _, _ := v.ask("POST", "/tour/api/clock", map[string]string{"to": x.to}); got != x.want {
			t.Errorf("%s: %d", x.to, got)
		}
	}
	if _, s, _ := v.ask("GET", "/api/desk", nil); s["clock"] != "2026-12-03T14:20:00+08:00" {
		t.Errorf("the desk has another clock: %v", s["clock"])
	}
	if _, s, _ := v.ask("POST", "/tour/api/restart", struct{}{}); s["clock"] != "2026-12-02T18:00:00+01:00" {
		t.Errorf("begun again at %v", s["clock"])
	}
}

func TestTheLaboratoryIssuesOnlyWhatFitsThePassport(t *testing.T) {
	v := begin(t)
	for comment, change := range map[string]map[string]string{
		"another name":               {"family": "Svensson"},
		"another birth date":         {"born": "1975-08-12"},
		"no date":                    {"born": "12.8.74"},
		"a wrong check digit":        {"lines": strings.Replace(v.form(nil)["lines"].(string), "L898902C36", "L898902C37", 1)},
		"no lines":                   {"lines": ""},
		"a sample of tomorrow":       {"sampled": "2026-12-03T07:30:00+01:00"},
		"no result":                  {"result": ""},
		"a result that there is not": {"result": "perhaps"},
	} {
		f := v.form(change)
		_, p, _ := v.ask("POST", "/tour/api/preview", f)
		if wrong, _ := p["wrong"].([]any); len(wrong) == 0 {
			t.Errorf("%s: the preview finds nothing wrong", comment)
		}
		if got, _, _ := v.ask("POST", "/tour/api/issue", f); got != 409 {
			t.Errorf("%s was issued: %d", comment, got)
		}
	}
	if _, p, _ := v.ask("POST", "/tour/api/preview", v.form(nil)); p["icao"] != "ERIKSSON<<ANNA<MARIA" || p["fits"] != true {
		t.Errorf("preview: %v", p)
	}
}

func TestTheRegisterHasACertificateBeforeAnybodyElse(t *testing.T) {
	v := begin(t)
	_, s, _ := v.ask("POST", "/tour/api/issue", v.form(nil))
	text := s["codes"].(map[string]any)["anna"].(map[string]any)["text"].(string)
	register, err := os.ReadFile(filepath.Join(v.folder, "1/laboratory/register.jsonl"))
	if err != nil || !bytes.Contains(register, []byte(text)) {
		t.Errorf("the register: %s, %v", register, err)
	}
	if _, s, _ = v.ask("GET", "/tour/api/stored", nil); len(s["files"].([]any)) != 1 {
		t.Errorf("stored: %v", s)
	}
	// A folder that cannot be written: nothing leaves.
	os.RemoveAll(v.folder)
	if got, s, _ := v.ask("POST", "/tour/api/issue", v.form(nil)); got != 500 || s["codes"] != nil {
		t.Errorf("issued without a register: %d", got)
	}
}

func TestAWithdrawalReachesTheDeskAndNamesNobody(t *testing.T) {
	v := begin(t)
	_, s, _ := v.ask("POST", "/tour/api/issue", v.form(nil))
	id := s["issued"].([]any)[0].(map[string]any)["id"]
	entries := func() string {
		_, w, _ := v.ask("GET", "/api/world", nil)
		file, err := base64.StdEncoding.DecodeString(w["bundle"].(string))
		if err != nil {
			t.Fatal(err)
		}
		u, err := bundle.Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		b, err := u.SkipVerification()
		if err != nil || len(b.Contents.Withdrawals) != 1 {
			t.Fatalf("%v, %v", b, err)
		}
		return b.Contents.Withdrawals[0].String()
	}
	before := entries()
	for _, x := range []struct {
		id, reason any
		want       int
	}{{id, "because", 409}, {id, "", 409}, {"URN:UVCI:01:XA:OTHER", "error", 404}} {
		if got, _, _ := v.ask("POST", "/tour/api/withdraw", map[string]any{"id": x.id, "reason": x.reason}); got != x.want {
			t.Errorf("%v for %q: %d", x.id, x.reason, got)
		}
	}
	if entries() != before {
		t.Error("something was withdrawn by what was refused")
	}
	if got, _, _ := v.ask("POST", "/tour/api/withdraw", map[string]any{"id": id, "reason": "error"}); got != 200 {
		t.Fatal(got)
	}
	after := entries()
	if !strings.Contains(after, " error ") || strings.Contains(after, "Eriksson") || strings.Contains(after, "TOUR1") {
		t.Errorf("the list:\n%s", after)
	}
}

func TestNobodyElseCanSteerTheTour(t *testing.T) {
	v := begin(t)
	for comment, change := range map[string]func(*http.Request){
		"another name of this machine": func(r *http.Request) { r.Host = "evil.example" },
		"another page":                 func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"a form":                       func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") },
		"no origin":                    func(r *http.Request) { r.Header.Del("Origin") },
	} {
		r := httptest.NewRequest("POST", "http://localhost:1/tour/api/end", strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", "http://localhost:1")
		change(r)
		w := httptest.NewRecorder()
		v.h.ServeHTTP(w, r)
		if w.Code < 400 {
			t.Errorf("%s: %d", comment, w.Code)
		}
	}
	if _, err := os.Stat(v.folder); err != nil {
		t.Error("the tour was ended")
	}
}

func TestTheEndRemovesEverything(t *testing.T) {
	v := begin(t)
	v.ask("POST", "/tour/api/issue", v.form(nil))
	_, s, _ := v.ask("POST", "/tour/api/end", struct{}{})
	if files, _ := s["files"].([]any); len(files) != 0 || s["folder"] != v.folder {
		t.Errorf("left: %v", s)
	}
	if _, err := os.Stat(v.folder); !os.IsNotExist(err) {
		t.Errorf("the folder: %v", err)
	}
}
