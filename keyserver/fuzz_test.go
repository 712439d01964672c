package keyserver_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/keyserver"
)

// Whatever is sent, the answer is JSON of the one size, and without a certificate
// nothing is stored.
func FuzzPublish(f *testing.F) {
	for _, s := range []string{`{}`, `[]`, ``, `{"temporaryExposureKeys":[{"key":"AAAAAAAAAAAAAAAAAAAAAA==","rollingStartNumber":2900000,"rollingPeriod":144}],"healthAuthorityID":"jp.example.app","verificationPayload":"e30.e30.AA","hmacKey":"AAAAAAAAAAAAAAAAAAAAAA==","revisionToken":"CgRhYmNk"}`,
		`{"healthAuthorityID":"jp.example.app","temporaryExposureKeys":[{}]}`, `{"symptomOnsetInterval":1e99}`, "{\"padding\":\"\xff\"}", strings.Repeat(`{"padding":`, 5000)} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, body []byte, chaff bool) {
		w := newWorld(t)
		r := httptest.NewRequest("POST", "/v1/publish", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if chaff {
			r.Header.Set("X-Chaff", "1")
		}
		rec := httptest.NewRecorder()
		w.s.Handler().ServeHTTP(rec, r)
		if n := rec.Body.Len(); !json.Valid(rec.Body.Bytes()) || n < 6<<10 || n >= 7<<10 || (rec.Code == http.StatusOK) != chaff {
			t.Errorf("%d, %d bytes", rec.Code, n)
		}
		if have, err := w.store.Window(t.Context(), time.Time{}, noon.AddDate(1, 0, 0)); err != nil || len(have) > 0 {
			t.Errorf("%d stored, %v", len(have), err)
		}
	})
}

// A token that is not the one that was given revises nothing.
func FuzzRevisionToken(f *testing.F) {
	f.Add("")
	f.Add("AAAA")
	f.Add("CgoyOTY4LTAwMDAwMDAwEgQAAAAA")
	f.Add("not base64")
	f.Fuzz(func(t *testing.T, token string) {
		w := newWorld(t)
		keys := []map[string]any{w.key(1, 1)}
		given := w.must(upload{keys: keys, report: "likely"}).Token
		if token == given {
			return
		}
		a := w.publish(upload{keys: keys, body: map[string]any{"revisionToken": token}})
		if want := map[bool]string{true: "missing_revision_token", false: "invalid_revision_token"}[token == ""]; a.Status == 200 || a.Code != want && a.Code != "bad_request" {
			t.Errorf("%d %s", a.Status, a.Code)
		}
	})
}

// What is read as keys of an authority are points of P-256 with a name each.
func FuzzParseJWKS(f *testing.F) {
	f.Add([]byte(`[]`))
	f.Add([]byte(`{"keys":[]}`))
	f.Add([]byte(`[{"kty":"EC","crv":"P-256","kid":"a","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}]`))
	f.Add([]byte(`[{"kty":"EC","crv":"P-256","kid":"a","x":"AA","y":"AA"}]`))
	f.Add([]byte(`[{"kty":"RSA"}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		keys, err := keyserver.ParseJWKS(body)
		if err != nil && keys != nil {
			t.Error("keys beside an error")
		}
		for kid, k := range keys {
			if alg, err := jws.AlgFor(k); kid == "" || err != nil || alg != jws.ES256 {
				t.Errorf("%q %v", kid, err)
			}
		}
	})
}
