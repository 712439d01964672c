package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/web"
)

// packedPages are pages as `make pages` writes them, of a few bytes.
func packedPages(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{"desk/index.html": "<p>desk", "wallet/index.html": "<p>wallet", "a/wallet-ABCDEFGH.js": "script", "sw.js": "worker", "wallet/manifest.webmanifest": "{}"}
	types := map[string]string{".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".webmanifest": "application/manifest+json"}
	m := map[string]any{}
	for name, text := range files {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		io.WriteString(z, text)
		z.Close()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		for end, data := range map[string][]byte{".gz": b.Bytes(), ".br": []byte("br" + text)} {
			if err := os.WriteFile(path+end, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		m["/"+strings.TrimSuffix(name, "index.html")] = map[string]any{"file": name, "type": types[filepath.Ext(name)], "fixed": strings.HasPrefix(name, "a/"), "size": len(text), "br": len(text) + 2, "gz": b.Len()}
	}
	text, err := json.Marshal(map[string]any{"version": "pratique-pages/1.0", "build": "b1", "files": m})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// running is a server under test.
type running struct {
	origin string
	host   string
	client *http.Client
	told   string
}

// serveWeb starts what the flags say, on a free port.
func serveWeb(t *testing.T, f *webFlags) running {
	t.Helper()
	var out bytes.Buffer
	p := &program{in: strings.NewReader(""), out: bufio.NewWriter(&out), errs: &noise{}, lang: "en", now: func() time.Time { return shift }}
	f.pages = packedPages(t)
	s, err := f.open(p)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	h, _, err := s.handler(p, port)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.until(ctx, l, h) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	p.out.Flush()
	r := running{host: fmt.Sprintf("localhost:%d", port), told: out.String()}
	transport := &http.Transport{DisableCompression: true, ForceAttemptHTTP2: true}
	r.origin = "http://" + r.host
	if s.tls != nil {
		pool := x509.NewCertPool()
		pool.AddCert(s.tls.Certificates[0].Leaf)
		transport.TLSClientConfig = &tls.Config{RootCAs: pool, Time: func() time.Time { return shift }}
		r.origin = "https://" + r.host
	}
	r.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(transport.CloseIdleConnections)
	return r
}

func (r running) get(t *testing.T, path string, header ...string) (*http.Response, string) {
	t.Helper()
	return r.ask(t, "GET", path, "", header...)
}

func (r running) ask(t *testing.T, method, path, body string, header ...string) (*http.Response, string) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, r.origin+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			q.Host = header[i+1]
		}
		q.Header.Set(header[i], header[i+1])
	}
	a, err := r.client.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a, string(b)
}

// The wallet over HTTPS: HTTP/2, strict headers, the bundle as its data, and
// nothing of a desk.
func TestTheWalletIsServedOverHTTPS(t *testing.T) {
	r := serveWeb(t, &webFlags{bundle: demoBundle, listen: "localhost:0", selfSigned: true})
	if !strings.Contains(r.told, "certificate  ") || strings.Count(r.told, ":") < 31 {
		t.Errorf("the fingerprint is not told: %q", r.told)
	}
	a, body := r.get(t, "/wallet/", "Accept-Encoding", "gzip, br")
	h := a.Header
	if a.StatusCode != 200 || a.ProtoMajor != 2 || a.TLS == nil || a.TLS.Version < tls.VersionTLS12 || body != "br<p>wallet" || h.Get("Content-Encoding") != "br" {
		t.Errorf("%s %s %q %v", a.Proto, a.Status, body, h)
	}
	if h.Get("Content-Security-Policy") != web.Policy || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" ||
		h.Get("Cross-Origin-Opener-Policy") != "same-origin" || h.Get("Cache-Control") != "no-cache" || h.Get("Strict-Transport-Security") != "" {
		t.Errorf("%v", h)
	}
	for word := range strings.FieldsSeq(strings.ReplaceAll(web.Policy, ";", " ")) {
		if strings.Contains(word, "://") || strings.Contains(word, "*") || strings.Contains(word, "unsafe-inline") || word == "'unsafe-eval'" {
			t.Errorf("the policy lets another origin, or inline script, in: %s", word)
		}
	}
	if a, _ := r.get(t, "/a/wallet-ABCDEFGH.js", "Accept-Encoding", "gzip"); !strings.Contains(a.Header.Get("Cache-Control"), "immutable") || a.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("a hashed file: %v", a.Header)
	}
	// The worker's file lies above both pages, so that each may have its own
	// scope, and is never kept.
	if a, body := r.get(t, "/sw.js"); a.StatusCode != 200 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/javascript") || a.Header.Get("Cache-Control") != "no-cache" || body != "worker" {
		t.Errorf("the worker: %s %v", a.Status, a.Header)
	}
	if a, _ := r.get(t, "/wallet/manifest.webmanifest"); a.Header.Get("Content-Type") != "application/manifest+json" {
		t.Errorf("it cannot be installed: %v", a.Header)
	}
	a, body = r.get(t, "/api/world")
	var in pageWorld
	if err := json.Unmarshal([]byte(body), &in); err != nil || in.To != "XB" {
		t.Fatalf("%v %.100s", err, body)
	}
	u, err := bundle.Parse(in.Bundle)
	if err != nil || u.Claims().Series() != "XB-demo" {
		t.Errorf("%v", err)
	}
	if again, _ := r.get(t, "/api/world", "If-None-Match", a.Header.Get("ETag")); again.StatusCode != http.StatusNotModified || a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%s %v", again.Status, a.Header)
	}
	if a, _ := r.get(t, "/"); a.Header.Get("Location") != "/wallet/" {
		t.Errorf("the first page: %v", a.Header)
	}
	for _, v := range []struct {
		comment, method, path string
		header                []string
		want                  int
	}{
		{"the page of the desk", "GET", "/desk/", nil, 404},
		{"what a desk is", "GET", "/api/desk", nil, 404},
		{"a shift", "POST", "/api/shift", nil, 405},
		{"data is not taken", "POST", "/api/world", nil, 405},
		{"another name that leads here", "GET", "/wallet/", []string{"Host", "evil.example"}, 421},
		{"a path out of the pages", "GET", "/../../etc/passwd", nil, 404},
	} {
		if a, _ := r.ask(t, v.method, v.path, "", v.header...); a.StatusCode != v.want {
			t.Errorf("%s: %d, want %d", v.comment, a.StatusCode, v.want)
		}
	}
	plain := &http.Client{Timeout: 5 * time.Second}
	if a, err := plain.Get("http://" + r.host + "/wallet/"); err == nil {
		if a.Body.Close(); a.StatusCode == 200 {
			t.Error("the page is given without TLS")
		}
	}
}

// The desk for several officers of one post: the shift begins with the
// passphrase, and counts are the server's.
func TestADeskIsServedOverHTTPSWithASealedKeyAlone(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	run := func(args ...string) {
		t.Helper()
		if code, _, errs := shell(t, "", args...); code != 0 {
			t.Fatalf("%v: %s", args, errs)
		}
	}
	if err := os.MkdirAll("post", 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, "pass.txt", "six small grey seals at dawn\n")
	write(t, "post/desk.txt", "pratique-desk/1.0\ndesk north-pier\ncountry XB\n")
	p := &program{in: strings.NewReader(""), out: bufio.NewWriter(io.Discard), errs: &noise{}, lang: "en", now: func() time.Time { return shift }}
	if _, err := (&webFlags{bundle: demoBundle, listen: "localhost:0", desk: "post", selfSigned: true, pages: packedPages(t)}).open(p); err == nil || !strings.Contains(err.Error(), "no sealed key") {
		t.Errorf("without a key: %v", err)
	}
	run("key", "new", "--demo", "--country", "XB", "--uses", "receipt", "--from", "2026-01-01T00:00:00Z", "--seal", "pass.txt", "-o", "post/desk.key")
	r := serveWeb(t, &webFlags{bundle: demoBundle, listen: "localhost:0", desk: "post", selfSigned: true})
	if a, body := r.get(t, "/api/desk"); a.StatusCode != 200 || !strings.Contains(body, `"desk":"north-pier"`) || !strings.Contains(body, `"sealed":true`) {
		t.Errorf("%s %s", a.Status, body)
	}
	for _, page := range []string{"/desk/", "/wallet/"} {
		if a, _ := r.get(t, page); a.StatusCode != 200 {
			t.Errorf("%s: %s", page, a.Status)
		}
	}
	shiftOf := func(pass string) (int, string) {
		a, body := r.ask(t, "POST", "/api/shift", `{"officer":"o-7","clock":"2026-12-03T14:20:00+08:00","passphrase":"`+pass+`"}`,
			"Origin", r.origin, "Content-Type", "application/json", "Sec-Fetch-Site", "same-origin")
		return a.StatusCode, body
	}
	if code, _ := shiftOf("guess"); code != http.StatusForbidden {
		t.Errorf("a guess begins a shift: %d", code)
	}
	if code, body := shiftOf("six small grey seals at dawn"); code != 200 || !strings.Contains(body, `"signs":true`) {
		t.Errorf("%d %s", code, body)
	}
	if a, _ := r.ask(t, "POST", "/api/shift", "{}", "Origin", "https://evil.example", "Content-Type", "application/json"); a.StatusCode != http.StatusForbidden {
		t.Errorf("another page begins a shift: %s", a.Status)
	}
}

func TestWithoutTLSPagesAreForThisComputerAlone(t *testing.T) {
	for _, v := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--bundle", "demo", "--listen", ":0"}, exitUsage, "to https alone"},
		{[]string{"--bundle", "demo", "--listen", "0.0.0.0:0"}, exitUsage, "to https alone"},
		{[]string{"--bundle", "demo", "--listen", "here"}, exitUsage, "no address"},
		{[]string{"--bundle", "demo", "--cert", "a.pem"}, exitUsage, "name both"},
		{[]string{"--bundle", "demo", "--cert", "a.pem", "--key", "b.pem", "--self-signed"}, exitUsage, "certificate already"},
		{[]string{"--bundle", "demo", "--cert", "a.pem", "--key", "b.pem", "--check"}, exitBroken, "the certificate for TLS"},
		{[]string{"--bundle", "none.bundle", "--check"}, exitUsage, "with which key"},
		{[]string{"--bundle", "none.bundle", "--pin", strings.Repeat("ab", 32), "--check"}, exitBroken, "no such file"},
		{[]string{"--check"}, exitUsage, "needs a bundle"},
		{[]string{"--bundle", "demo", "more"}, exitUsage, "takes no argument"},
	} {
		code, _, errs := shell(t, "", append([]string{"serve", "web"}, v.args...)...)
		if code != v.code || !strings.Contains(errs, v.says) || !strings.Contains(errs, "pratique: hint: ") {
			t.Errorf("%v: %d %s", v.args, code, errs)
		}
	}
	code, out, errs := shell(t, "", "serve", "web", "--bundle", "demo", "--check")
	if code != 0 || !strings.Contains(out, "XB-demo") {
		t.Errorf("%d %s%s", code, out, errs)
	}
	r := serveWeb(t, &webFlags{bundle: demoBundle, listen: "localhost:0"})
	if a, _ := r.get(t, "/wallet/"); a.StatusCode != 200 || a.TLS != nil {
		t.Errorf("plain, on this computer: %s", a.Status)
	}
}
