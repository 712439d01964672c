package keyserver_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/internal/srv/plug"
	"github.com/pratique/pratique/keyserver"
)

// world is a key server with an authority, an app and a clock.
type world struct {
	testing.TB
	now       time.Time
	authority *ecdsa.PrivateKey
	signer    *ecdsa.PrivateKey
	folder    *plug.Platter
	store     keyserver.Store
	o         keyserver.Options
	s         *keyserver.Server
}

var noon = time.Date(2026, 11, 23, 12, 34, 56, 789_000_000, time.UTC)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newWorld(t testing.TB, change ...func(*keyserver.Options)) *world {
	t.Helper()
	w := &world{TB: t, now: noon, authority: newKey(t), signer: newKey(t), folder: plug.New(), store: keyserver.NewMemory()}
	w.o = keyserver.Options{
		Apps:        []keyserver.App{{ID: "jp.example.app", Regions: []string{"440"}, Issuers: []string{"health.example"}}},
		Authorities: []keyserver.Authority{{Issuer: "health.example", Audience: "keys.example", Keys: map[string]*ecdsa.PublicKey{"v1": &w.authority.PublicKey}}},
		Exports:     []keyserver.Export{{Region: "440", Period: time.Hour, Folder: w.folder, URL: "https://keys.example", Signer: w.signer, KeyID: "440", KeyVersion: "v1"}},
		Secrets:     [][]byte{bytes.Repeat([]byte{7}, 32)},
		Store:       w.store,
		Rand:        rand.Reader,
		Now:         func() time.Time { return w.now },
	}
	for _, c := range change {
		c(&w.o)
	}
	w.store = w.o.Store
	w.restart()
	return w
}

func (w *world) restart() {
	w.Helper()
	var err error
	if w.s, err = keyserver.New(w.o); err != nil {
		w.Fatal(err)
	}
}

// key is a key of so many days ago, of which the bytes are the number.
func (w *world) key(n, daysAgo int) map[string]any {
	day := gaen.IntervalOf(w.now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -daysAgo))
	return map[string]any{"key": text(n), "rollingStartNumber": int(day), "rollingPeriod": 144, "transmissionRisk": 0}
}

func data(n int) [16]byte {
	h := sha256.Sum256(fmt.Append(nil, n))
	return [16]byte(h[:])
}

func text(n int) string { d := data(n); return base64.StdEncoding.EncodeToString(d[:]) }

// upload is a request with what makes its certificate.
type upload struct {
	keys   []map[string]any
	report string
	body   map[string]any // more members
	claims map[string]any
	header string
	key    *ecdsa.PrivateKey
	mac    func([]map[string]any) string
}

var macKey = []byte("0123456789abcdef")

func macOf(keys []map[string]any) string {
	keys = slices.Clone(keys)
	slices.SortFunc(keys, func(a, b map[string]any) int { return strings.Compare(a["key"].(string), b["key"].(string)) })
	var parts []string
	for _, k := range keys {
		parts = append(parts, fmt.Sprintf("%v.%v.%v.%v", k["key"], k["rollingStartNumber"], k["rollingPeriod"], k["transmissionRisk"]))
	}
	h := hmac.New(sha256.New, macKey)
	io.WriteString(h, strings.Join(parts, ","))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func (w *world) request(u upload) []byte {
	w.Helper()
	if u.report == "" {
		u.report = "confirmed"
	}
	if u.key == nil {
		u.key = w.authority
	}
	if u.mac == nil {
		u.mac = macOf
	}
	if u.header == "" {
		u.header = `{"alg":"ES256","kid":"v1","typ":"JWT"}`
	}
	c := map[string]any{"iss": "health.example", "aud": "keys.example", "iat": w.now.Unix(), "exp": w.now.Add(15 * time.Minute).Unix(), "reportType": u.report, "tekmac": u.mac(u.keys)}
	for k, v := range u.claims {
		c[k] = v
	}
	payload, _ := json.Marshal(c)
	certificate, err := jws.Make(u.header, payload, func(b []byte) ([]byte, error) { return jws.Sign(rand.Reader, u.key, b) })
	if err != nil {
		w.Fatal(err)
	}
	q := map[string]any{"temporaryExposureKeys": u.keys, "healthAuthorityID": "jp.example.app", "verificationPayload": certificate,
		"hmacKey": base64.StdEncoding.EncodeToString(macKey), "padding": "cGFk"}
	for k, v := range u.body {
		q[k] = v
	}
	b, err := json.Marshal(q)
	if err != nil {
		w.Fatal(err)
	}
	return b
}

// answer is what a server answered.
type answer struct {
	Status   int      `json:"-"`
	Size     int      `json:"-"`
	Token    string   `json:"revisionToken"`
	Inserted int      `json:"insertedExposures"`
	Error    string   `json:"error"`
	Code     string   `json:"code"`
	Warnings []string `json:"warnings"`
	Padding  string   `json:"padding"`
	Padded   int      `json:"-"`
	Header   http.Header
}

func (w *world) post(body []byte, headers ...string) answer {
	w.Helper()
	r := httptest.NewRequest("POST", "/v1/publish", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.s.Handler().ServeHTTP(rec, r)
	a := answer{Status: rec.Code, Size: rec.Body.Len(), Header: rec.Result().Header}
	if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil {
		w.Fatalf("%d %s: %v", rec.Code, rec.Body, err)
	}
	a.Padded, a.Padding = len(a.Padding), ""
	return a
}

func (w *world) publish(u upload) answer {
	w.Helper()
	return w.post(w.request(u))
}

// must publishes keys, all of them.
func (w *world) must(u upload) answer {
	w.Helper()
	a := w.publish(u)
	if a.Status != 200 || a.Code != "" || a.Inserted != len(u.keys) {
		w.Fatalf("%+v", a)
	}
	return a
}

// work lets time pass and makes the exports.
func (w *world) work(d time.Duration) {
	w.Helper()
	w.now = w.now.Add(d)
	if err := w.s.Work(w.Context()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) get(path string) (int, []byte) {
	rec := httptest.NewRecorder()
	w.s.Handler().ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
	return rec.Code, rec.Body.Bytes()
}

// exports fetches what is listed, as a telephone does, and verifies it.
func (w *world) exports() []gaen.Export {
	w.Helper()
	code, list := w.get("/440/index.txt")
	if code != 200 {
		w.Fatalf("no index: %d", code)
	}
	index, err := gaen.ParseIndex(string(list))
	if err != nil {
		w.Fatal(err)
	}
	var out []gaen.Export
	for _, path := range index {
		code, file := w.get("/" + path)
		e, found, err := gaen.Open(bytes.NewReader(file), int64(len(file)), gaen.PublicKey{ID: "440", Version: "v1", Key: &w.signer.PublicKey})
		if code != 200 || err != nil || len(found) > 0 {
			w.Fatal(path, code, err, found)
		}
		out = append(out, e)
	}
	return out
}

// published are the numbers of the keys that are in exports, of 1 to 99.
func published(exports []gaen.Export, revised bool) (out []int) {
	for n := 1; n < 100; n++ {
		for _, e := range exports {
			keys := e.Keys
			if revised {
				keys = e.Revised
			}
			if slices.ContainsFunc(keys, func(k gaen.Key) bool { return k.Data == data(n) }) {
				out = append(out, n)
			}
		}
	}
	return out
}
