package openid_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/issue/access/openid"
)

// mock is a provider that says what a test wants it to say.
type mock struct {
	*httptest.Server
	key       *ecdsa.PrivateKey
	discovery func(map[string]any)
	answer    func(form url.Values) (status int, body string) // of the token endpoint
}

var now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func newMock(t *testing.T) *mock {
	m := &mock{discovery: func(map[string]any) {}}
	var err error
	if m.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			d := map[string]any{"issuer": m.URL, "authorization_endpoint": m.URL + "/auth", "token_endpoint": m.URL + "/token", "jwks_uri": m.URL + "/keys", "id_token_signing_alg_values_supported": []string{"ES256"}}
			m.discovery(d)
			json.NewEncoder(w).Encode(d)
		case "/keys":
			b, err := m.key.PublicKey.Bytes()
			if err != nil {
				t.Error(err)
			}
			fmt.Fprintf(w, `{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"k","x":%q,"y":%q}]}`, jws.Encode(b[1:33]), jws.Encode(b[33:]))
		case "/token":
			r.ParseForm()
			status, body := m.answer(r.PostForm)
			w.WriteHeader(status)
			w.Write([]byte(body))
		}
	}))
	t.Cleanup(m.Close)
	return m
}

func (m *mock) provider(t *testing.T) *openid.Provider {
	t.Helper()
	p, err := openid.Discover(t.Context(), config(m.URL), openid.Options{Key: bytes.Repeat([]byte{1}, 32), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// es256 signs a token with a key.
func es256(key *ecdsa.PrivateKey, header string, claims map[string]any) string {
	b, _ := json.Marshal(claims)
	text, err := jws.Make(header, b, func(signed []byte) ([]byte, error) { return jws.Sign(rand.Reader, crypto.Signer(key), signed) })
	if err != nil {
		panic(err)
	}
	return text
}

const header = `{"alg":"ES256","kid":"k"}`

// A token is good only if all of it is: each fault alone is refused, with an
// error that repeats nothing of it.
func TestTokens(t *testing.T) {
	m := newMock(t)
	p := m.provider(t)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := func(nonce string) map[string]any {
		return map[string]any{"iss": m.URL, "aud": "pratique", "sub": "secret-subject", "nonce": nonce, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "groups": []string{"x", "north-7 clerks"}}
	}
	with := func(name string, value any) func(map[string]any) string {
		return func(c map[string]any) string {
			if value == nil {
				delete(c, name)
			} else {
				c[name] = value
			}
			return es256(m.key, header, c)
		}
	}
	b, _ := m.key.PublicKey.Bytes()
	for _, v := range []struct {
		comment string
		token   func(map[string]any) string
		want    error
	}{
		{"good", with("x", 1), nil},
		{"for us among others, and ours", func(c map[string]any) string {
			c["azp"] = "pratique"
			return with("aud", []string{"other", "pratique"})(c)
		}, nil},
		{"for us among others, of nobody", with("aud", []string{"other", "pratique"}), openid.ErrToken},
		{"of another party", with("azp", "other"), openid.ErrToken},
		{"for another", with("aud", "other"), openid.ErrToken},
		{"for nobody", with("aud", nil), openid.ErrToken},
		{"of another issuer", with("iss", "https://other.example"), openid.ErrToken},
		{"of no issuer", with("iss", nil), openid.ErrToken},
		{"with another nonce", with("nonce", "x"), openid.ErrToken},
		{"without nonce", with("nonce", nil), openid.ErrToken},
		{"that has ended", with("exp", now.Add(-time.Second).Unix()), openid.ErrToken},
		{"without an end", with("exp", nil), openid.ErrToken},
		{"not begun", with("nbf", now.Add(time.Hour).Unix()), openid.ErrToken},
		{"from the future", with("iat", now.Add(time.Hour).Unix()), openid.ErrToken},
		{"of yesterday", with("iat", now.Add(-24*time.Hour).Unix()), openid.ErrToken},
		{"of nobody", with("sub", nil), openid.ErrToken},
		{"of too long a name", with("sub", strings.Repeat("x", 256)), openid.ErrToken},
		{"of another access token", with("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), openid.ErrToken},
		{"in no group", with("groups", nil), openid.ErrNotMapped},
		{"in a group of a like name", with("groups", []string{"north-7 clerk"}), openid.ErrNotMapped},
		{"in a text that has the group in it", with("groups", "x, north-7 clerks"), openid.ErrNotMapped},
		{"signed by another key", func(c map[string]any) string { return es256(other, header, c) }, openid.ErrToken},
		{"signed by a key that it brings", func(c map[string]any) string {
			return es256(other, fmt.Sprintf(`{"alg":"ES256","jwk":{"kty":"EC","crv":"P-256","x":%q,"y":%q}}`, jws.Encode(b[1:33]), jws.Encode(b[33:])), c)
		}, openid.ErrToken},
		{"not signed", func(c map[string]any) string {
			b, _ := json.Marshal(c)
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(b) + "."
		}, openid.ErrToken},
		{"keyed with our public key", func(c map[string]any) string {
			b, _ := json.Marshal(c)
			text, _ := jws.Make(`{"alg":"HS256","kid":"k"}`, b, func(signed []byte) ([]byte, error) {
				h := hmac.New(sha256.New, b)
				h.Write(signed)
				return h.Sum(nil), nil
			})
			return text
		}, openid.ErrToken},
		{"empty", func(map[string]any) string { return "" }, openid.ErrToken},
		{"too long", func(c map[string]any) string { return with("x", strings.Repeat("x", 2<<20))(c) }, openid.ErrProvider},
	} {
		t.Run(v.comment, func(t *testing.T) {
			address, cookie, err := p.Begin()
			if err != nil {
				t.Fatal(err)
			}
			u, _ := url.Parse(address)
			q := u.Query()
			m.answer = func(form url.Values) (int, string) {
				sum := sha256.Sum256([]byte(form.Get("code_verifier")))
				if q.Get("code_challenge_method") != "S256" || base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge") || form.Get("code") != "c" || form.Get("redirect_uri") != redirect {
					t.Errorf("asked for %v after %v", form, q)
				}
				a, _ := json.Marshal(map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": v.token(maps.Clone(good(q.Get("nonce"))))})
				return http.StatusOK, string(a)
			}
			g, err := p.Finish(t.Context(), cookie, url.Values{"code": {"c"}, "state": {q.Get("state")}})
			if !errors.Is(err, v.want) || v.want == nil && err != nil {
				t.Fatalf("got %v, want %v", err, v.want)
			}
			if v.want == nil && g != (access.Grant{Authority: "xa-health", Laboratory: "north-7", Role: access.Clerk, Issuer: m.URL, Subject: "secret-subject"}) {
				t.Errorf("got %+v", g)
			}
			if err != nil && (g != access.Grant{} || strings.Contains(err.Error(), "secret")) {
				t.Errorf("got %+v, %v", g, err)
			}
		})
	}
}

// What comes back must be the answer to what this browser began.
func TestAnswers(t *testing.T) {
	m := newMock(t)
	m.answer = func(url.Values) (int, string) { return http.StatusBadRequest, `{"error":"invalid_grant"}` }
	p := m.provider(t)
	address, cookie, err := p.Begin()
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(address)
	state := u.Query().Get("state")
	foreign, err := openid.Discover(t.Context(), config(m.URL), openid.Options{Key: bytes.Repeat([]byte{2}, 32), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	_, foreignCookie, _ := foreign.Begin()
	for _, v := range []struct {
		comment, cookie string
		answer          url.Values
		want            error
	}{
		{"a code that the provider does not know", cookie, url.Values{"code": {"c"}, "state": {state}}, openid.ErrDeclined},
		{"its issuer", cookie, url.Values{"code": {"c"}, "state": {state}, "iss": {m.URL}}, openid.ErrDeclined},
		{"another issuer", cookie, url.Values{"code": {"c"}, "state": {state}, "iss": {"https://other.example"}}, openid.ErrAnswer},
		{"two issuers", cookie, url.Values{"code": {"c"}, "state": {state}, "iss": {m.URL, m.URL}}, openid.ErrAnswer},
		{"a refusal", cookie, url.Values{"error": {"access_denied"}, "state": {state}}, openid.ErrDeclined},
		{"no code", cookie, url.Values{"state": {state}}, openid.ErrDeclined},
		{"two codes", cookie, url.Values{"code": {"c", "d"}, "state": {state}}, openid.ErrDeclined},
		{"another state", cookie, url.Values{"code": {"c"}, "state": {state + "x"}}, openid.ErrAnswer},
		{"no state", cookie, url.Values{"code": {"c"}}, openid.ErrAnswer},
		{"two states", cookie, url.Values{"code": {"c"}, "state": {state, state}}, openid.ErrAnswer},
		{"no cookie", "", url.Values{"code": {"c"}, "state": {state}}, openid.ErrAnswer},
		{"a cookie cut short", cookie[:len(cookie)-4], url.Values{"code": {"c"}, "state": {state}}, openid.ErrAnswer},
		{"a cookie of another key", foreignCookie, url.Values{"code": {"c"}, "state": {state}}, openid.ErrAnswer},
		{"a long cookie", strings.Repeat("A", 1<<20), url.Values{"code": {"c"}, "state": {state}}, openid.ErrAnswer},
	} {
		if g, err := p.Finish(t.Context(), v.cookie, v.answer); !errors.Is(err, v.want) || g != (access.Grant{}) {
			t.Errorf("%s: %v, want %v", v.comment, err, v.want)
		}
	}
	late := now
	p, err = openid.Discover(t.Context(), config(m.URL), openid.Options{Key: bytes.Repeat([]byte{1}, 32), Now: func() time.Time { return late }})
	if err != nil {
		t.Fatal(err)
	}
	late = late.Add(10 * time.Minute)
	if _, err := p.Finish(t.Context(), cookie, url.Values{"code": {"c"}, "state": {state}}); !errors.Is(err, openid.ErrAnswer) {
		t.Errorf("ten minutes later: %v", err)
	}
	m.answer = func(url.Values) (int, string) { return http.StatusOK, "<html>" }
	late = now
	if _, err := p.Finish(t.Context(), cookie, url.Values{"code": {"c"}, "state": {state}}); !errors.Is(err, openid.ErrProvider) {
		t.Errorf("an answer that is none: %v", err)
	}
}

// A provider that calls itself otherwise, or whose doors can be listened at, is
// none.
func TestDiscovery(t *testing.T) {
	for comment, change := range map[string]func(map[string]any){
		"another issuer":          func(d map[string]any) { d["issuer"] = "https://other.example" },
		"a token door in clear":   func(d map[string]any) { d["token_endpoint"] = "http://other.example/token" },
		"a sign-in door in clear": func(d map[string]any) { d["authorization_endpoint"] = "http://other.example/auth" },
		"no token door":           func(d map[string]any) { delete(d, "token_endpoint") },
		"endless":                 func(d map[string]any) { d["x"] = strings.Repeat("x", 2<<20) },
	} {
		m := newMock(t)
		m.discovery = change
		if p, err := openid.Discover(t.Context(), config(m.URL), openid.Options{Key: bytes.Repeat([]byte{1}, 32)}); !errors.Is(err, openid.ErrProvider) || p != nil {
			t.Errorf("%s: %v", comment, err)
		}
	}
	m := newMock(t)
	if _, err := openid.Discover(t.Context(), config(m.URL), openid.Options{}); err == nil {
		t.Error("without a key")
	}
	if _, err := openid.Discover(t.Context(), openid.Config{}, openid.Options{Key: bytes.Repeat([]byte{1}, 32)}); err == nil {
		t.Error("the zero configuration")
	}
}

const example = `pratique-openid/1.0
issuer https://login.health.example
client pratique
authority xa-health
redirect https://issue.health.example/openid
scopes openid groups
require amr mfa
map officer - groups Health Authority Officers
map head north-7 groups north-7-heads
map clerk north-7 realm_access.roles north-7 clerks
end
`

// The configuration is read as it is written, and what is wrong with it is said
// with its line.
func TestConfig(t *testing.T) {
	c, err := openid.ParseConfig(example)
	if err != nil || len(c.Map) != 3 || c.Map[2].Value != "north-7 clerks" || c.Require[0].Value != "mfa" || c.String() != example {
		t.Fatalf("%+v, %v", c, err)
	}
	for _, v := range []struct{ from, to, want string }{
		{"openid/1.0", "openid/2.0", "line 1: want pratique-openid/1.0"},
		{"https://login", "http://login", "line 2: want an https address"},
		{"https://login", "https://u@login", "line 2: want an address without user"},
		{"login.health.example", "login.health.example?x", "line 2: want an address without user"},
		{"client pratique", "client ", "line 3: want the identifier"},
		{"authority xa-health", "authority XA", "line 4: a name is"},
		{"head north-7", "head North", "line 9: a name is"},
		{"https://issue.health.example", "http://localhost", "line 5: want an https address"},
		{"scopes openid groups", "scopes groups", "line 6: want openid"},
		{"require amr mfa", "require amr", "line 7: want a claim and a value"},
		{"map officer - ", "map officer north-7 ", "line 8: clerks, confirmers and heads"},
		{"map head north-7 ", "map head - ", "line 9: clerks, confirmers and heads"},
		{"map head", "map machine", "line 9: want one of the roles"},
		{"map head", "map root", "line 9: want one of the roles"},
		{"map head north-7 groups north-7-heads", "map head", `line 9: want "map ROLE`},
		{"map head", "give head", `line 9: want "require`},
		{"end\n", "end", "of which the last is end"},
		{"require amr mfa\nmap officer", "map officer", ""},
		{"map officer - groups Health Authority Officers\n", "map officer - groups Health Authority Officers\nrequire a b\n", "require before map"},
	} {
		_, err := openid.ParseConfig(strings.Replace(example, v.from, v.to, 1))
		if (err == nil) != (v.want == "") || err != nil && !strings.Contains(err.Error(), v.want) {
			t.Errorf("%q for %q: %v, want %s", v.to, v.from, err, v.want)
		}
	}
	if _, err := openid.ParseConfig(example[:strings.Index(example, "require")] + "end\n"); err == nil || !strings.Contains(err.Error(), "nobody would be anything") {
		t.Errorf("without a map: %v", err)
	}
}

func FuzzConfig(f *testing.F) {
	f.Add(example)
	f.Add("pratique-openid/1.0\nissuer http://127.0.0.1:1\nclient a\nauthority a\nredirect https://a\nscopes openid\nmap auditor - a.b c d\nend\n")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := openid.ParseConfig(text); err == nil && c.String() != text {
			t.Errorf("%q is written %q", text, c.String())
		}
	})
}

// FuzzToken gives tokens to a provider's client that the provider did not sign.
func FuzzToken(f *testing.F) {
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add(`{"payload":"e30","signatures":[{"header":{"alg":"ES256"},"signature":"AA"}]}`)
	m := &mock{discovery: func(map[string]any) {}}
	var token string
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/.well-known/openid-configuration":
			fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"jwks_uri":%q}`, m.URL, m.URL+"/auth", m.URL+"/token", m.URL+"/keys")
		case "/keys":
			w.Write([]byte(`{"keys":[]}`))
		default:
			json.NewEncoder(w).Encode(map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": token})
		}
	}))
	f.Cleanup(m.Close)
	p, err := openid.Discover(f.Context(), config(m.URL), openid.Options{Key: bytes.Repeat([]byte{1}, 32)})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		token = text
		address, cookie, err := p.Begin()
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(address)
		if g, err := p.Finish(t.Context(), cookie, url.Values{"code": {"c"}, "state": {u.Query().Get("state")}}); err == nil || g != (access.Grant{}) {
			t.Errorf("%+v, %v", g, err)
		}
	})
}
