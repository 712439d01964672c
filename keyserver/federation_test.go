package keyserver_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/efgs"
	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/keyserver"
)

// country is a partner of a gateway.
type country struct {
	name            string
	client, signing *x509.Certificate
	key             *ecdsa.PrivateKey
}

func newCountry(t testing.TB, name string) country {
	t.Helper()
	c := country{name: name, key: newKey(t)}
	certify := func(n int64) *x509.Certificate {
		template := &x509.Certificate{SerialNumber: big.NewInt(n), Subject: pkix.Name{Country: []string{name}, CommonName: "test"}, NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(1, 0, 0)}
		der, err := x509.CreateCertificate(rand.Reader, template, template, &c.key.PublicKey, c.key)
		if err != nil {
			t.Fatal(err)
		}
		x, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	c.client, c.signing = certify(1), certify(2)
	return c
}

func (c country) partner() keyserver.Partner {
	return keyserver.Partner{Country: c.name, Client: c.client, ClientOperator: "b3A=", Signing: []*x509.Certificate{c.signing}, SigningOperator: "b3A="}
}

// union is a gateway with two partners and a home.
type union struct {
	*world
	home, de, ie country
	g            *keyserver.Federation
}

func newUnion(t *testing.T, kept keyserver.Store) *union {
	t.Helper()
	u := &union{home: newCountry(t, "XA"), de: newCountry(t, "XB"), ie: newCountry(t, "XC")}
	u.world = newWorld(t, func(o *keyserver.Options) { o.Store = kept })
	g, err := keyserver.NewFederation(keyserver.FederationOptions{Partners: []keyserver.Partner{u.de.partner(), u.ie.partner()}, Store: kept, Rand: rand.Reader,
		Home: &keys.Key{Certificate: u.home.signing, Signer: u.home.key}, Regions: []string{"440"}, Now: func() time.Time { return u.now }})
	if err != nil {
		t.Fatal(err)
	}
	u.g = g
	return u
}

// diagnosed is a key of so many days ago of a country.
func (u *union) diagnosed(c country, n, daysAgo int) efgs.Key {
	d := data(n)
	return efgs.FromKey(gaen.Key{Data: d, Start: gaen.IntervalOf(u.now.Truncate(24*time.Hour).AddDate(0, 0, -daysAgo)), Period: 144, Report: gaen.ConfirmedTest, HasOnset: true, Onset: 1}, c.name, []string{"XC"})
}

func (u *union) sign(c country, batch []efgs.Key) string {
	u.Helper()
	cms, err := (&keys.Key{Signer: c.key, Certificate: c.signing}).SignCMS(efgs.Signed(batch), true, rand.Reader)
	if err != nil {
		u.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(cms)
}

// ask asks as the proxy in front passes it on.
func (u *union) ask(c country, method, path string, body []byte, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	print := sha256.Sum256(c.client.Raw)
	r.Header.Set("X-SSL-Client-SHA256", hex.EncodeToString(print[:]))
	r.Header.Set("X-SSL-Client-DN", "CN=test,C="+c.name)
	r.Header.Set("Content-Type", "application/protobuf; version=1.0")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	u.g.Handler().ServeHTTP(w, r)
	return w
}

func (u *union) upload(c country, tag string, keys ...efgs.Key) *httptest.ResponseRecorder {
	u.Helper()
	return u.ask(c, "POST", "/diagnosiskeys/upload", efgs.AppendBatch(nil, keys), "batchTag", tag, "batchSignature", u.sign(c, keys))
}

// downloaded are all keys of a day that a country gets, batch by batch, with
// audits that it verifies.
func (u *union) downloaded(c country, date string) (keys []efgs.Key) {
	u.Helper()
	tag := ""
	for tag != "null" {
		var headers []string
		if tag != "" {
			headers = []string{"batchTag", tag}
		}
		w := u.ask(c, "GET", "/diagnosiskeys/download/"+date, nil, headers...)
		if w.Code == 404 && tag == "" {
			return nil
		}
		part, found, err := efgs.ParseBatch(w.Body.Bytes())
		if w.Code != 200 || err != nil || len(found) > 0 {
			u.Fatal(w.Code, w.Body, err, found)
		}
		tag = w.Header().Get("batchTag")
		a := u.ask(c, "GET", "/diagnosiskeys/audit/download/"+date+"/"+tag, nil)
		audit, err := efgs.ParseAudit(a.Body.Bytes())
		if a.Code != 200 || err != nil || len(audit) != 1 {
			u.Fatal(a.Code, a.Body, err)
		}
		if audit[0].Country != c.name {
			u.checkAudit(audit, part, a.Body.String())
		} else if len(part) > 0 {
			u.Error("a country got its own keys")
		}
		keys = append(keys, part...)
		tag = w.Header().Get("nextBatchTag")
	}
	return keys
}

func (u *union) checkAudit(a efgs.Audit, part []efgs.Key, text string) {
	u.Helper()
	parts, err := a.Parts(part)
	if err != nil {
		u.Fatal(err, text)
	}
	der, err := base64.StdEncoding.DecodeString(a[0].Signature)
	if err != nil {
		u.Fatal(err)
	}
	c, err := keyserver.VerifyDetached(der, efgs.Signed(parts[0]))
	whole := !strings.Contains(text, "leftOut")
	if (err == nil) != whole {
		u.Errorf("the signature of an upload, whole: %v: %v", whole, err)
	}
	if c != nil {
		if h := sha256.Sum256(c.Raw); hex.EncodeToString(h[:]) != a[0].SigningThumbprint {
			u.Error("another thumbprint than the signer's")
		}
	}
	if strings.Contains(text, `"keys"`) || strings.Contains(text, `"name"`) {
		u.Error("an audit tells more than it should")
	}
}

func numbers(keys []efgs.Key) (out []int) {
	for n := range 200 {
		d := data(n)
		for _, k := range keys {
			if bytes.Equal(k.Data, d[:]) {
				out = append(out, n)
			}
		}
	}
	return out
}

// Countries exchange keys through the gateway, each gets those of the others,
// and people here those of all; what came from people here goes to the others.
func TestFederation(t *testing.T) {
	t.Run("memory", func(t *testing.T) { testFederation(t, keyserver.NewMemory()) })
	eachStore(t, func(t *testing.T, _ *store.DB, kept keyserver.Store) { testFederation(t, kept) })
}

func testFederation(t *testing.T, kept keyserver.Store) {
	u := newUnion(t, kept)
	if w := u.upload(u.de, "a", u.diagnosed(u.de, 2, 3), u.diagnosed(u.de, 1, 3)); w.Code != 201 || w.Header().Get("batchTag") != "a" {
		t.Fatal(w.Code, w.Body)
	}
	keys := []efgs.Key{u.diagnosed(u.ie, 3, 4), u.diagnosed(u.ie, 4, 5)}
	if w := u.ask(u.ie, "POST", "/diagnosiskeys/upload", efgs.AppendJSON(nil, keys), "batchTag", "a", "batchSignature", u.sign(u.ie, keys), "Content-Type", "application/json; version=1.0"); w.Code != 201 {
		t.Fatal("JSON, and the tag of another country:", w.Code, w.Body)
	}
	u.must(upload{keys: []map[string]any{u.key(5, 1), u.key(6, 0)}}) // the second is in use
	u.now = u.now.Add(3 * time.Hour)
	if err := u.g.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	date := u.now.Format(time.DateOnly)
	for _, v := range []struct {
		who  country
		want []int
	}{{u.de, []int{3, 4, 5}}, {u.ie, []int{1, 2, 5}}} {
		if got := numbers(u.downloaded(v.who, date)); !slices.Equal(got, v.want) {
			t.Errorf("%s gets %v", v.who.name, got)
		}
	}
	w := u.ask(u.ie, "GET", "/diagnosiskeys/download/"+date, nil, "Accept", "application/json; version=1.0")
	if got, _, err := efgs.ParseJSON(w.Body.Bytes()); err != nil || !slices.Equal(numbers(got), []int{1, 2}) || !slices.IsSortedFunc(got, func(a, b efgs.Key) int { return bytes.Compare(a.Data, b.Data) }) {
		t.Error("JSON:", w.Body, err)
	}
	u.work(3 * time.Hour)
	if got := published(u.exports(), false); !slices.Equal(got, []int{1, 2, 3, 4, 5}) {
		t.Errorf("people here get %v", got)
	}
	// A day later the key that was in use is offered, once, and nothing again.
	u.now = u.now.AddDate(0, 0, 1)
	for range 2 {
		if err := u.g.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := numbers(u.downloaded(u.de, u.now.Format(time.DateOnly))); !slices.Equal(got, []int{6}) {
		t.Errorf("the day after %v", got)
	}
	u.now = u.now.AddDate(0, 0, 20)
	if err := u.g.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b, err := kept.Load(t.Context(), "federation/batch/"+strings.ReplaceAll(date, "-", "")+"-1"); b != nil || err != nil {
		t.Error("three weeks later a batch is still kept", err)
	}
}

// One bad key does not take the others with it, and is named with its fault.
func TestFederationNamesBadKeys(t *testing.T) {
	u := newUnion(t, keyserver.NewMemory())
	if w := u.upload(u.de, "before", u.diagnosed(u.de, 9, 3)); w.Code != 201 {
		t.Fatal(w.Code)
	}
	alive, short, old, ours := u.diagnosed(u.de, 1, 0), u.diagnosed(u.de, 2, 3), u.diagnosed(u.de, 3, 16), u.diagnosed(u.ie, 4, 3)
	short.Data = short.Data[:15]
	w := u.upload(u.de, "mixed", u.diagnosed(u.de, 10, 3), alive, short, old, ours, u.diagnosed(u.de, 9, 3), u.diagnosed(u.de, 11, 3))
	var places map[string][]int
	if err := json.Unmarshal(w.Body.Bytes(), &places); w.Code != 207 || err != nil || fmt.Sprint(places) != "map[201:[0 6] 400:[1 2 3 4] 409:[5]]" {
		t.Fatal(w.Code, w.Body)
	}
	if got := w.Header().Get("batchFindings"); got != "1:alive, 2:wrong_length, 3:old, 4:wrong_origin" {
		t.Error(got)
	}
	if got := numbers(u.downloaded(u.ie, u.now.Format(time.DateOnly))); !slices.Equal(got, []int{9, 10, 11}) {
		t.Error(got)
	}
	if w := u.upload(u.de, "again", u.diagnosed(u.de, 10, 3)); w.Code != 207 || w.Body.String() != `{"409":[0]}` {
		t.Error("replayed:", w.Code, w.Body)
	}
	if w := u.upload(u.de, "mixed", u.diagnosed(u.de, 12, 3)); w.Code != 409 {
		t.Error("a tag a second time:", w.Code, w.Body)
	}
}

// What is not of a partner, or not signed by its certificate, is refused.
func TestFederationRefuses(t *testing.T) {
	u := newUnion(t, keyserver.NewMemory())
	keys := []efgs.Key{u.diagnosed(u.de, 1, 3)}
	body, good := efgs.AppendBatch(nil, keys), u.sign(u.de, keys)
	stranger := newCountry(t, "XB")
	liar := u.ie
	liar.name = "XB"
	for _, v := range []struct {
		comment string
		who     country
		method  string
		path    string
		body    []byte
		status  int
		headers []string
	}{
		{"another certificate of the country", stranger, "POST", "upload", body, 403, []string{"batchTag", "t", "batchSignature", good}},
		{"the certificate of another country", liar, "POST", "upload", body, 403, []string{"batchTag", "t", "batchSignature", good}},
		{"no certificate", u.de, "POST", "upload", body, 403, []string{"X-SSL-Client-SHA256", "", "batchTag", "t", "batchSignature", good}},
		{"no tag", u.de, "POST", "upload", body, 400, []string{"batchSignature", good}},
		{"no signature", u.de, "POST", "upload", body, 400, []string{"batchTag", "t"}},
		{"signed by another", u.de, "POST", "upload", body, 400, []string{"batchTag", "t", "batchSignature", u.sign(stranger, keys)}},
		{"signed by another partner", u.de, "POST", "upload", body, 400, []string{"batchTag", "t", "batchSignature", u.sign(u.ie, keys)}},
		{"over other keys", u.de, "POST", "upload", body, 400, []string{"batchTag", "t", "batchSignature", u.sign(u.de, nil)}},
		{"no batch", u.de, "POST", "upload", []byte("x"), 400, []string{"batchTag", "t", "batchSignature", good}},
		{"without a version", u.de, "POST", "upload", body, 406, []string{"batchTag", "t", "batchSignature", good, "Content-Type", "application/protobuf"}},
		{"too long", u.de, "POST", "upload", make([]byte, efgs.MaxBatch+1), 413, []string{"batchTag", "t", "batchSignature", good}},
		{"a day with nothing", u.de, "GET", "download/2026-11-23", nil, 404, nil},
		{"no day", u.de, "GET", "download/today", nil, 400, nil},
		{"three days ago", u.de, "GET", "download/2026-11-20", nil, 410, nil},
		{"no such batch", u.de, "GET", "download/2026-11-23", nil, 404, []string{"batchTag", "20261123-7"}},
		{"a text that is no tag", u.de, "GET", "download/2026-11-23", nil, 404, []string{"batchTag", "../notes"}},
		{"another format", u.de, "GET", "download/2026-11-23", nil, 406, []string{"Accept", "text/html"}},
		{"the audit of nothing", u.de, "GET", "audit/download/2026-11-23/20261123-1", nil, 404, nil},
		{"an audit for strangers", stranger, "GET", "audit/download/2026-11-23/20261123-1", nil, 403, nil},
	} {
		if w := u.ask(v.who, v.method, "/diagnosiskeys/"+v.path, v.body, v.headers...); w.Code != v.status || !strings.Contains(w.Body.String(), `"message"`) {
			t.Errorf("%s: %d %s", v.comment, w.Code, w.Body)
		}
	}
	u.now = u.now.AddDate(2, 0, 0)
	keys = []efgs.Key{u.diagnosed(u.de, 1, 3)}
	if w := u.upload(u.de, "t", keys...); w.Code != 400 || !strings.Contains(w.Body.String(), "not valid now") {
		t.Error("an expired certificate:", w.Code, w.Body)
	}
	if w := u.ask(u.de, "PUT", "/diagnosiskeys/upload", nil); w.Code != http.StatusMethodNotAllowed {
		t.Error(w.Code)
	}
}

// A process that fell between writing a batch and listing it loses none, and
// those that upload at once get a batch each.
func TestFederationBatchesAreNotLost(t *testing.T) {
	eachStore(t, func(t *testing.T, _ *store.DB, kept keyserver.Store) {
		u := newUnion(t, kept)
		first, err := json.Marshal(map[string]any{"country": "XC", "name": "XC/fell", "amount": 1, "keys": efgs.AppendBatch(nil, []efgs.Key{u.diagnosed(u.ie, 1, 3)})})
		if err != nil {
			t.Fatal(err)
		}
		if err := kept.Replace(t.Context(), "federation/batch/20261123-1", nil, first); err != nil {
			t.Fatal(err)
		}
		done := make(chan int)
		for n := range 6 {
			c := []country{u.de, u.ie}[n%2]
			go func() { done <- u.upload(c, fmt.Sprint("t", n), u.diagnosed(c, 10+n, 3)).Code }()
		}
		for range 6 {
			if code := <-done; code != 201 {
				t.Errorf("%d", code)
			}
		}
		list, err := kept.Load(t.Context(), "federation/day/2026-11-23")
		if err != nil || strings.Count(string(list), "\n") != 6 || !strings.HasPrefix(string(list), "XC/fell\n") {
			t.Errorf("%q %v", list, err)
		}
	})
}
