package keyserver_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/hmac"
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
	"github.com/pratique/pratique/keyserver"
)

// What a person gave is published, signed, with what the certificate says of it.
func TestKeysArePublished(t *testing.T) {
	w := newWorld(t)
	w.must(upload{keys: []map[string]any{w.key(1, 1), w.key(2, 2), w.key(3, 9)}, body: map[string]any{"symptomOnsetInterval": int(gaen.IntervalOf(noon.AddDate(0, 0, -3)))}})
	w.work(2 * time.Hour)
	if e := w.exports(); len(e) != 0 {
		t.Fatal("published before the window ended and rested")
	}
	w.work(time.Hour)
	all := w.exports()
	if len(all) != 1 || len(all[0].Keys) != 3 {
		t.Fatalf("%+v", all)
	}
	e := all[0]
	if !e.Start.Equal(noon.Truncate(time.Hour)) || !e.End.Equal(noon.Truncate(time.Hour).Add(time.Hour)) || e.Region != "440" || e.Batch != 1 || e.Batches != 1 {
		t.Errorf("%v %v %v %d/%d", e.Start, e.End, e.Region, e.Batch, e.Batches)
	}
	want := map[[16]byte]int16{data(1): 2, data(2): 1, data(3): -6}
	for _, k := range e.Keys {
		if k.Onset != want[k.Data] || !k.HasOnset || k.Report != gaen.ConfirmedTest || k.Risk != 2 || k.Period != 144 {
			t.Errorf("%+v", k)
		}
	}
}

// A list of COCOA's form names every export by its address.
func TestList(t *testing.T) {
	w := newWorld(t)
	w.must(upload{keys: []map[string]any{w.key(1, 1)}})
	w.work(4 * time.Hour)
	code, body := w.get("/440/list.json")
	var list []struct {
		Region, URL string
		Created     int64
	}
	if err := json.Unmarshal(body, &list); code != 200 || err != nil || len(list) != 1 {
		t.Fatal(code, string(body), err)
	}
	path, ok := strings.CutPrefix(list[0].URL, "https://keys.example")
	if code, _ := w.get(path); !ok || code != 200 || list[0].Region != "440" || list[0].Created != noon.Truncate(time.Hour).Add(time.Hour).UnixMilli() {
		t.Errorf("%d %+v", code, list[0])
	}
	for _, path := range []string{"/441/index.txt", "/440/", "/440/..%2fsecret", "/440/1-2-00001.zip", "/440/index.txt.part"} {
		if code, _ := w.get(path); code != 404 && code != 301 {
			t.Errorf("%s: %d", path, code)
		}
	}
}

// A request that does not hold is refused as a whole, with the code of Google's
// server, and nothing is stored.
func TestRefusesRequests(t *testing.T) {
	other := newKey(t)
	claim := func(name string, v any) upload { return upload{claims: map[string]any{name: v}} }
	member := func(name string, v any) upload { return upload{body: map[string]any{name: v}} }
	const certificate = "health_authority_verification_certificate_invalid"
	for _, v := range []struct {
		comment string
		u       upload
		status  int
		code    string
	}{
		{"of an app that is not known", member("healthAuthorityID", "other.app"), 401, "unknown_health_authority_id"},
		{"signed by another key", upload{key: other}, 401, certificate},
		{"a key id that is not known", upload{header: `{"alg":"ES256","kid":"v2"}`}, 401, certificate},
		{"no key id", upload{header: `{"alg":"ES256"}`}, 401, certificate},
		{"algorithm none", upload{header: `{"alg":"none","kid":"v1"}`}, 401, certificate},
		{"another issuer", claim("iss", "other.example"), 401, certificate},
		{"another audience", claim("aud", "other.example"), 401, certificate},
		{"it has expired", claim("exp", noon.Unix()), 401, certificate},
		{"it never expires", claim("exp", nil), 401, certificate},
		{"of tomorrow", claim("iat", noon.Add(time.Hour).Unix()), 401, certificate},
		{"not before tomorrow", claim("nbf", noon.Add(time.Hour).Unix()), 401, certificate},
		{"a report type that is none", claim("reportType", "perhaps"), 401, certificate},
		{"of other keys", claim("tekmac", base64.StdEncoding.EncodeToString(make([]byte, 32))), 401, certificate},
		{"no tekmac", claim("tekmac", ""), 401, certificate},
		{"another hmac key", member("hmacKey", base64.StdEncoding.EncodeToString([]byte("fedcba9876543210"))), 401, certificate},
		{"a short hmac key", member("hmacKey", "AAAA"), 401, certificate},
		{"no certificate", member("verificationPayload", ""), 401, certificate},
		{"no keys", member("temporaryExposureKeys", []any{}), 400, "bad_request"},
		{"a member that is not known", member("userId", "anna"), 400, "bad_request"},
		{"a number that is text", member("symptomOnsetInterval", "1"), 400, "bad_request"},
		{"too long", member("padding", strings.Repeat("A", keyserver.MaxRequest)), 413, "bad_request"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			w := newWorld(t)
			v.u.keys = []map[string]any{w.key(1, 1)}
			if a := w.publish(v.u); a.Status != v.status || a.Code != v.code || a.Error == "" || a.Token != "" {
				t.Errorf("%+v", a)
			}
			if have, err := w.store.Window(t.Context(), time.Time{}, noon.AddDate(1, 0, 0)); err != nil || len(have) > 0 {
				t.Errorf("%d stored, %v", len(have), err)
			}
		})
	}
	w := newWorld(t)
	var many []map[string]any
	for n := range 31 {
		many = append(many, w.key(n, 1+n%14))
	}
	if a := w.publish(upload{keys: many}); a.Status != 400 || a.Code != "bad_request" {
		t.Errorf("31 keys: %+v", a)
	}
	if a := w.post([]byte("{}"), "Content-Type", "text/plain"); a.Status != 415 || a.Code != "bad_request" {
		t.Errorf("not JSON: %+v", a)
	}
	if a := w.post([]byte(`{} {}`)); a.Status != 400 {
		t.Errorf("two objects: %+v", a)
	}
}

// One bad key does not take the others with it; it is named with its fault.
func TestBadKeysAreNamed(t *testing.T) {
	w := newWorld(t)
	with := func(name string, v any) map[string]any {
		k := w.key(50, 5)
		k[name] = v
		return k
	}
	now := int(gaen.IntervalOf(noon))
	for _, v := range []struct {
		comment string
		bad     map[string]any
		says    string
	}{
		{"15 bytes", with("key", base64.StdEncoding.EncodeToString(make([]byte, 15))), "wrong_length"},
		{"17 bytes", with("key", base64.StdEncoding.EncodeToString(make([]byte, 17))), "wrong_length"},
		{"no base64", with("key", "!"), "base64"},
		{"a period of 0", with("rollingPeriod", 0), "wrong_period"},
		{"a period of 145", with("rollingPeriod", 145), "wrong_period"},
		{"a period below 0", with("rollingPeriod", -1), "wrong_period"},
		{"of the next ten minutes", with("rollingStartNumber", now+1), "future"},
		{"no beginning", with("rollingStartNumber", 0), "wrong_start"},
		{"it ended 15 days and ten minutes ago", with("rollingStartNumber", now-15*144-144-1), "old"},
		{"a risk of 9", with("transmissionRisk", 9), "wrong_risk"},
		{"a risk below 0", with("transmissionRisk", -1), "wrong_risk"},
		{"the same key as another", w.key(1, 5), "repeated"},
		{"it overlaps another", with("rollingStartNumber", int(gaen.IntervalOf(noon.Truncate(24*time.Hour).AddDate(0, 0, -2)))+1), "overlapping"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			w := newWorld(t)
			a := w.publish(upload{keys: []map[string]any{w.key(1, 1), v.bad, w.key(2, 2)}})
			if a.Status != 200 || a.Code != "partial_failure" || a.Inserted != 2 || !strings.Contains(a.Error, "key ") || !strings.Contains(a.Error, v.says) || a.Token == "" {
				t.Fatalf("%d %d %s %s", a.Status, a.Inserted, a.Code, a.Error)
			}
		})
	}
	if a := w.publish(upload{keys: []map[string]any{with("rollingPeriod", 145)}}); a.Status != 400 || a.Code != "bad_request" {
		t.Errorf("no good key: %s %s", a.Code, a.Error)
	}
	a := w.publish(upload{keys: []map[string]any{w.key(1, 1), w.key(2, 14)}, body: map[string]any{"symptomOnsetInterval": now - 1}})
	if a.Status != 200 || a.Code != "" || a.Inserted != 2 {
		t.Errorf("the oldest that is taken: %+v", a)
	}
	a = w.publish(upload{keys: []map[string]any{w.key(3, 1), w.key(4, 13)}, body: map[string]any{"symptomOnsetInterval": now - 16*144}})
	if a.Status != 200 || a.Code != "" || a.Inserted != 1 || len(a.Warnings) != 1 {
		t.Errorf("an onset of long ago is a warning, for iOS cannot bear a part: %+v", a)
	}
}

// The keys of a telephone that renewed its key within a day have one beginning.
func TestKeysOfOneDay(t *testing.T) {
	w := newWorld(t)
	var keys []map[string]any
	for n := range 4 {
		k := w.key(n, 2)
		k["rollingPeriod"] = 30 * (n + 1)
		keys = append(keys, k)
	}
	if a := w.publish(upload{keys: keys}); a.Inserted != 3 || !strings.Contains(a.Error, "too_many") {
		t.Errorf("%+v", a)
	}
}

// A key that is still in use is in no export before nobody can use it any more.
func TestNoKeyLeavesBeforeItIsDead(t *testing.T) {
	w := newWorld(t)
	short := w.key(2, 0)
	short["rollingStartNumber"] = int(gaen.IntervalOf(noon)) - 30
	short["rollingPeriod"] = 36 // it ends in an hour
	for n, k := range map[int]map[string]any{1: w.key(1, 0), 2: short, 3: w.key(3, 1)} {
		if a := w.publish(upload{keys: []map[string]any{k}}); a.Inserted != 1 {
			t.Fatal(n, a)
		}
	}
	seen := map[int]time.Time{}
	for range 24 * 6 * 3 {
		w.work(10 * time.Minute)
		all := w.exports()
		for _, e := range all {
			for _, k := range e.Keys {
				if w.now.Before(k.Dead()) {
					t.Fatalf("%v: published a key that is in use until %v", w.now, k.End().Time())
				}
			}
		}
		for _, n := range published(all, false) {
			if _, ok := seen[n]; !ok {
				seen[n] = w.now
			}
		}
	}
	if len(seen) != 3 || !seen[3].Before(seen[2]) || !seen[2].Before(seen[1]) {
		t.Errorf("%v", seen)
	}
}

// What is said of a key changes once, by who has its token, and only towards
// what is known better.
func TestRevision(t *testing.T) {
	for _, v := range []struct {
		first, then, code string
		report            gaen.ReportType
	}{
		{"likely", "confirmed", "", gaen.ConfirmedTest},
		{"likely", "negative", "", gaen.Revoked},
		{"likely", "user-report", "invalid_report_type_transition", 0},
		{"user-report", "likely", "", gaen.ClinicalDiagnosis},
		{"user-report", "confirmed", "", gaen.ConfirmedTest},
		{"user-report", "negative", "", gaen.Revoked},
		{"confirmed", "likely", "invalid_report_type_transition", 0},
		{"confirmed", "negative", "invalid_report_type_transition", 0},
	} {
		t.Run(v.first+" to "+v.then, func(t *testing.T) {
			w := newWorld(t)
			keys := []map[string]any{w.key(1, 1), w.key(2, 2)}
			token := w.must(upload{keys: keys, report: v.first}).Token
			w.work(5 * time.Hour)
			a := w.publish(upload{keys: append(keys, w.key(3, 3)), report: v.then, body: map[string]any{"revisionToken": token}})
			if a.Code != v.code || (a.Status == 200) != (v.code == "") {
				t.Fatalf("%+v", a)
			}
			w.work(5 * time.Hour)
			all := w.exports()
			if v.code != "" {
				if got := published(all, true); len(got) > 0 || !slices.Equal(published(all, false), []int{1, 2}) {
					t.Errorf("refused, and published: %v", got)
				}
				return
			}
			if got := published(all, true); !slices.Equal(got, []int{1, 2}) {
				t.Errorf("revised: %v", got)
			}
			for _, e := range all {
				for _, k := range e.Revised {
					if k.Report != v.report {
						t.Errorf("%+v", k)
					}
				}
			}
			want := []int{1, 2, 3}
			if v.then == "negative" {
				want = want[:2] // of who is not ill, nothing new is published
			}
			if got := published(all, false); !slices.Equal(got, want) {
				t.Errorf("first published: %v", got)
			}
			again := w.publish(upload{keys: keys, report: "confirmed", body: map[string]any{"revisionToken": a.Token}})
			if v.then == "confirmed" && (again.Status != 200 || again.Inserted != 0) || v.then != "confirmed" && again.Code != "key_already_revised" {
				t.Errorf("a second time: %+v", again)
			}
		})
	}
}

// A token is for the keys with which it was given, the app and some weeks.
func TestRevisionTokens(t *testing.T) {
	w := newWorld(t, func(o *keyserver.Options) {
		o.Apps = append(o.Apps, keyserver.App{ID: "other.app", Regions: []string{"440"}, Issuers: []string{"health.example"}})
	})
	keys := []map[string]any{w.key(1, 1), w.key(2, 2)}
	revise := func(u upload, token string) answer {
		u.report = "confirmed"
		if u.keys == nil {
			u.keys = keys
		}
		if u.body == nil {
			u.body = map[string]any{}
		}
		u.body["revisionToken"] = token
		return w.publish(u)
	}
	token := w.must(upload{keys: keys, report: "likely"}).Token
	others := w.must(upload{keys: []map[string]any{w.key(3, 3)}, report: "likely"}).Token
	if len(token) != len(others) {
		t.Errorf("tokens of %d and %d characters tell how many keys there were", len(token), len(others))
	}
	if a := w.publish(upload{keys: keys, report: "confirmed"}); a.Code != "missing_revision_token" {
		t.Errorf("without a token: %+v", a)
	}
	broken := []byte(token)
	broken[len(broken)/2] ^= 1
	moved := w.key(1, 1)
	moved["rollingPeriod"] = 143
	for _, v := range []struct {
		comment, token string
		u              upload
	}{
		{"of other keys", others, upload{}},
		{"rubbish", "AAAA", upload{}},
		{"a bit of it is another", string(broken), upload{}},
		{"of another app", token, upload{body: map[string]any{"healthAuthorityID": "other.app"}}},
		{"the period is another", token, upload{keys: []map[string]any{moved}}},
	} {
		if a := revise(v.u, v.token); a.Status != 400 || a.Code != "invalid_revision_token" {
			t.Errorf("%s: %+v", v.comment, a)
		}
	}
	if a := revise(upload{keys: []map[string]any{w.key(4, 4)}}, "AAAA"); a.Status != 200 || a.Inserted != 1 {
		t.Errorf("new keys need no token, so a bad one is no matter: %+v", a)
	}

	w.o.Secrets = [][]byte{bytes.Repeat([]byte{8}, 32), w.o.Secrets[0]}
	w.restart()
	w.now = w.now.AddDate(0, 0, 8)
	if a := revise(upload{}, token); a.Status != 200 {
		t.Errorf("after a week and a new secret: %+v", a)
	}
	w.o.Secrets = w.o.Secrets[:1]
	w.restart()
	if a := revise(upload{keys: []map[string]any{w.key(3, 11)}}, others); a.Code != "invalid_revision_token" {
		t.Errorf("of a secret that was given up: %+v", a)
	}
}

// An authority changes its keys; what it took away counts no longer, and if its
// list cannot be read the last one stays.
func TestAuthorityKeysRotate(t *testing.T) {
	jwk := func(kid string, k *ecdsa.PrivateKey) string {
		b, err := k.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf(`{"kty":"EC","crv":"P-256","kid":%q,"x":%q,"y":%q}`, kid, jws.Encode(b[1:33]), jws.Encode(b[33:]))
	}
	first, second := newKey(t), newKey(t)
	body, status := "["+jwk("a", first)+"]", 200
	list := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, body)
	}))
	defer list.Close()
	w := newWorld(t, func(o *keyserver.Options) { o.Authorities[0].JWKS = list.URL })
	n := 0
	try := func(kid string, k *ecdsa.PrivateKey) bool {
		n++
		return w.publish(upload{keys: []map[string]any{w.key(n, 1)}, key: k, header: fmt.Sprintf(`{"alg":"ES256","kid":%q}`, kid)}).Status == 200
	}
	refresh := func() error { return w.s.Refresh(t.Context(), list.Client()) }
	if try("a", first) {
		t.Error("believed before it was fetched")
	}
	if err := refresh(); err != nil || !try("a", first) || try("a", second) || !try("v1", w.authority) {
		t.Error("the first list", err)
	}
	body = `{"keys":[` + jwk("b", second) + `,{"kty":"RSA","kid":"r","n":"AQAB","e":"AQAB"}]}`
	if err := refresh(); err != nil || try("a", first) || !try("b", second) {
		t.Error("the second list", err)
	}
	for _, bad := range []string{"", "{}", `[` + jwk("b", second) + `,` + jwk("b", first) + `]`, `[{"kty":"EC","crv":"P-256","kid":"c","x":"AQAB","y":"AQAB"}]`} {
		body = bad
		if err := refresh(); err == nil || !try("b", second) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	status = 500
	if err := refresh(); err == nil || !try("b", second) {
		t.Error("not there", err)
	}
	body, status = "[]", 200
	if err := refresh(); err != nil || try("b", second) {
		t.Error("all taken back", err)
	}
}

// The two forms of tekmac that Google's verification server certifies.
func TestMACWithoutRisk(t *testing.T) {
	w := newWorld(t)
	short := func(keys []map[string]any) string {
		h := hmac.New(sha256.New, macKey)
		fmt.Fprintf(h, "%v.%v.144", keys[0]["key"], keys[0]["rollingStartNumber"])
		return base64.StdEncoding.EncodeToString(h.Sum(nil))
	}
	w.must(upload{keys: []map[string]any{w.key(1, 1)}, mac: short})
	k := w.key(2, 1)
	k["transmissionRisk"] = 3
	if a := w.publish(upload{keys: []map[string]any{k}, mac: short}); a.Status != 401 {
		t.Errorf("a risk that the certificate does not bind: %+v", a)
	}
	w.must(upload{keys: []map[string]any{k}})
}
