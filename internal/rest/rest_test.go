package rest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/rest"
)

type shoe struct {
	Size  int       `json:"size"`
	Laced bool      `json:"laced,omitempty"`
	Made  time.Time `json:"made,omitzero"`
	Pair  *shoe     `json:"pair,omitempty"`
}

// A body is one JSON object, no more, of what is known, and not too long; and what is
// wrong with it is said without repeating it.
func TestABodyIsOneObject(t *testing.T) {
	for _, c := range []struct{ media, body, code string }{
		{"application/json", `{"size":44}`, ""},
		{"application/json; charset=utf-8", ` {"size":44} ` + "\n", ""},
		{"text/plain", `{"size":44}`, "media_type"},
		{"", `{"size":44}`, "media_type"},
		{"application/json", ``, "bad_request"},
		{"application/json", `{"size":44}}`, "bad_request"},
		{"application/json", `{"size":44}{"size":45}`, "bad_request"},
		{"application/json", `{"size":44}x`, "bad_request"},
		{"application/json", `{"size":"Zenobia"}`, "bad_request"},
		{"application/json", `{"Zenobia":1}`, "bad_request"},
		{"application/json", `{"size":44,` + strings.Repeat(" ", 200) + `"laced":true}`, "too_large"},
		{"application/json", `{"size":44}` + strings.Repeat(" ", 200), "too_large"},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.media)
		var got shoe
		f := rest.Take(httptest.NewRecorder(), r, 100, &got)
		switch {
		case c.code == "" && (f != nil || got.Size != 44):
			t.Errorf("%s: %+v, %+v", c.body, f, got)
		case c.code != "" && (f == nil || f.Code != c.code || f.Status < 400 || f.Hint == "" || strings.Contains(f.Text+f.Hint, "Zenobia")):
			t.Errorf("%s: %+v, want %s", c.body, f, c.code)
		}
	}
}

// An answer is JSON with its status, and letters stand as they are.
func TestAnAnswer(t *testing.T) {
	w := httptest.NewRecorder()
	rest.Guard(w.Header())
	rest.Answer(w, http.StatusTeapot, map[string]string{"a": "<&>"})
	if w.Code != http.StatusTeapot || w.Body.String() != "{\"a\":\"<&>\"}\n" || w.Header().Get("Content-Type") != "application/json; charset=utf-8" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
}

// A type is described with what it must have, also one that refers to itself.
func TestSchemas(t *testing.T) {
	s := rest.NewSchemas("rest_test")
	ref, err := json.Marshal(s.Content(reflect.TypeFor[shoe]()))
	if err != nil || string(ref) != `{"application/json":{"schema":{"$ref":"#/components/schemas/shoe"}}}` {
		t.Errorf("%s, %v", ref, err)
	}
	all, err := json.Marshal(s.All)
	want := `{"shoe":{"additionalProperties":false,"properties":{"laced":{"type":"boolean"},"made":{"format":"date-time","type":"string"},"pair":{"$ref":"#/components/schemas/shoe"},"size":{"type":"integer"}},"required":["size"],"type":"object"}}`
	if err != nil || string(all) != want {
		t.Errorf("%s, %v", all, err)
	}
}
