package web_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pratique/pratique/web"
)

func packed(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.Bytes()
}

func site(t *testing.T) *web.Handler {
	t.Helper()
	page, script := packed("<p>desk"), packed("script")
	h, err := web.NewHandler(fstest.MapFS{
		"manifest.json": {Data: fmt.Appendf(nil, `{"version":"pratique-pages/1.0","build":"b1","files":{
			"/desk/":{"file":"desk/index.html","type":"text/html; charset=utf-8","size":7,"br":9,"gz":%d},
			"/a/desk-X.js":{"file":"a/desk-X.js","type":"text/javascript","fixed":true,"size":6,"br":5,"gz":%d},
			"/tour/guide.js":{"file":"tour/guide.js","type":"text/javascript","size":6},
			"/a/icon-X.png":{"file":"a/icon-X.png","type":"image/png","fixed":true,"size":3}}}`, len(page), len(script))},
		"desk/index.html.gz": {Data: page}, "desk/index.html.br": {Data: []byte("brotliful")},
		"a/desk-X.js.gz": {Data: script}, "a/desk-X.js.br": {Data: []byte("small")},
		"a/icon-X.png": {Data: []byte("png")}, "tour/guide.js": {Data: []byte("tour it")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(h http.Handler, path, encoding string) *http.Response {
	r := httptest.NewRequest("GET", path, nil)
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func TestAPageIsSentInTheFormThatTheBrowserTakes(t *testing.T) {
	h := site(t)
	for _, v := range []struct{ comment, path, accept, encoding, body string }{
		{"brotli first", "/desk/", "gzip, deflate, br, zstd", "br", "brotliful"},
		{"gzip", "/desk/", "gzip", "gzip", string(packed("<p>desk"))},
		{"neither", "/desk/", "", "", "<p>desk"},
		{"not what is refused", "/desk/", "br;q=0, gzip", "gzip", string(packed("<p>desk"))},
		{"a picture as it is", "/a/icon-X.png", "br", "", "png"},
	} {
		r := get(h, v.path, v.accept)
		b, _ := io.ReadAll(r.Body)
		if r.StatusCode != 200 || r.Header.Get("Content-Encoding") != v.encoding || string(b) != v.body || r.ContentLength != int64(len(b)) {
			t.Errorf("%s: %d %q, %q of %d bytes", v.comment, r.StatusCode, r.Header.Get("Content-Encoding"), b, r.ContentLength)
		}
	}
}

func TestEveryPageHasAStrictPolicy(t *testing.T) {
	h := site(t)
	for _, path := range []string{"/desk/", "/a/desk-X.js", "/nothing"} {
		r := get(h, path, "br")
		if r.Header.Get("Content-Security-Policy") != web.Policy || r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, r.Header)
		}
	}
	for _, never := range []string{"unsafe-inline", "'unsafe-eval'", "http:", "https:", "data:", "*"} {
		if strings.Contains(web.Policy, never) {
			t.Errorf("the policy allows %s", never)
		}
	}
	for _, must := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(web.Policy, must) {
			t.Errorf("the policy lacks %s", must)
		}
	}
}

func TestFixedFilesAreKeptAndOthersAskedAgain(t *testing.T) {
	h := site(t)
	if r := get(h, "/a/desk-X.js", ""); !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("a fixed file: %v", r.Header)
	}
	r := get(h, "/desk/", "")
	if r.Header.Get("Cache-Control") != "no-cache" || r.Header.Get("ETag") != `"b1"` {
		t.Errorf("a page: %v", r.Header)
	}
	again := httptest.NewRequest("GET", "/desk/", nil)
	again.Header.Set("If-None-Match", `"b1"`)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, again)
	if w.Code != http.StatusNotModified {
		t.Errorf("a page that has not changed: %d", w.Code)
	}
}

func TestOnlyATourHasWhatIsOfTheTour(t *testing.T) {
	h := site(t)
	if r := get(h, "/tour/guide.js", ""); r.StatusCode != 404 {
		t.Errorf("a desk gives it: %d", r.StatusCode)
	}
	tour := h.Tour()
	for _, path := range []string{"/tour/guide.js", "/desk/", "/a/icon-X.png"} {
		if r := get(tour, path, "br"); r.StatusCode != 200 {
			t.Errorf("a tour lacks %s: %d", path, r.StatusCode)
		}
	}
	if r := get(h, "/tour/guide.js", ""); r.StatusCode != 404 {
		t.Errorf("after a tour a desk gives it: %d", r.StatusCode)
	}
}

func TestWhatIsNotThereIsSaid(t *testing.T) {
	h := site(t)
	if r := get(h, "/desk", ""); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/desk/" {
		t.Errorf("without its slash: %d", r.StatusCode)
	}
	for _, path := range []string{"/", "/manifest.json", "/desk/index.html", "/desk/index.html.gz", "/../go.mod"} {
		if r := get(h, path, ""); r.StatusCode != 404 {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/desk/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
	if _, err := web.NewHandler(fstest.MapFS{}); !errors.Is(err, web.ErrNone) {
		t.Errorf("no pages: %v", err)
	}
	for comment, text := range map[string]string{
		"another version":          `{"version":"pratique-pages/2.0","files":{}}`,
		"no JSON":                  `x`,
		"a file that is not there": `{"version":"pratique-pages/1.0","files":{"/x":{"file":"x","size":1}}}`,
	} {
		if _, err := web.NewHandler(fstest.MapFS{"manifest.json": {Data: []byte(text)}}); err == nil {
			t.Errorf("%s was accepted", comment)
		}
	}
}

// A program has all pages or none.
func TestThePagesThatAreBuiltInAreWhole(t *testing.T) {
	files, err := web.Built()
	if errors.Is(err, web.ErrNone) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	h, err := web.NewHandler(files)
	if err != nil {
		t.Fatal(err)
	}
	if r := get(h, "/desk/", ""); r.StatusCode != 200 || h.Build() == "" {
		t.Errorf("the desk is not among them: %d", r.StatusCode)
	}
}
