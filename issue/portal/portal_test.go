package portal_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/internal/totp"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/issue/claim"
	"github.com/pratique/pratique/issue/issuetest"
	"github.com/pratique/pratique/issue/portal"
	"github.com/pratique/pratique/issue/print"
	"github.com/pratique/pratique/issue/register"
	"github.com/pratique/pratique/issue/watch"
	"github.com/pratique/pratique/revoke"
)

// service is a portal with an officer, a second one, and a laboratory with a clerk,
// a confirmer and a machine.
type service struct {
	*portal.Portal
	t      testing.TB
	office *issue.Office
	url    string
	gate   *access.Gate
	ring   *issuetest.Ring
	log    *bytes.Buffer
	mu     *sync.Mutex
	now    *time.Time
	all    *bytes.Buffer // every answer that was no success
	key    string        // of the machine
	codes  map[string]totp.Secret
}

type locked struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

const passphrase = "harbour lantern quarantine gull"

func begin(t testing.TB, db *store.DB) *service {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	ring, err := issuetest.NewRing()
	must(err)
	now := issuetest.Day
	s := &service{t: t, ring: ring, log: new(bytes.Buffer), all: new(bytes.Buffer), mu: new(sync.Mutex), now: &now, codes: map[string]totp.Secret{}}
	clockOf := func() time.Time { s.mu.Lock(); defer s.mu.Unlock(); return *s.now }
	r, err := register.Open(ctx, db)
	must(err)
	records, err := access.Open(ctx, db)
	must(err)
	s.gate, err = access.New(records, access.Options{Key: bytes.Repeat([]byte{7}, 32), Now: clockOf, Work: access.Work{Memory: 64, Passes: 1, Lanes: 1}})
	must(err)
	office, err := issue.New(issue.Options{Authority: "norland", URL: "https://health.example/shc", Register: r.Guarded(access.Guard), Keys: ring, Now: clockOf, Random: rand.Reader})
	must(err)
	s.office = office
	cdb, err := claim.NewDatabase(ctx, db)
	must(err)
	claims, err := claim.New(claim.Options{Store: cdb, Secret: bytes.Repeat([]byte{9}, 32), Now: clockOf, Random: rand.Reader})
	must(err)
	wdb, err := watch.Open(ctx, db)
	must(err)
	w, err := watch.New(wdb, watch.Options{Key: bytes.Repeat([]byte{5}, 32)})
	must(err)
	fonts, err := print.ReadFonts(nil)
	must(err)
	s.Portal, err = portal.New(portal.Options{Authority: "norland", Name: "Norland Institute of Health", Country: "XA", Appeal: "appeal@health.example", Office: office, Gate: s.gate,
		Fonts: fonts, Secret: bytes.Repeat([]byte{3}, 32), Trusted: ring.Trusted(), Claims: claims, Watch: w, Insecure: true, Ready: db.Ping, Log: slog.New(slog.NewTextHandler(locked{s.mu, s.log}, nil)), Now: clockOf, Random: rand.Reader})
	must(err)
	server := httptest.NewServer(s.Portal)
	t.Cleanup(server.Close)
	s.url = server.URL

	token, err := s.gate.Found(ctx, "norland", "olga")
	must(err)
	s.enrol("olga", token)
	olga := s.signIn("olga")
	olga.ok("POST", "/v1/laboratories", portal.Laboratory{ID: "laboratory-7", Name: "Laboratory 7", Allow: []portal.Allow{{Kind: cert.KindTest, Day: 2000, Each: 1000, Hours: 72}, {Kind: cert.KindVaccination, Day: 3, Each: 2, Hours: 8760}}}, new(portal.Done))
	for _, who := range []portal.Person{{Name: "oscar", Role: access.Officer}, {Name: "ana", Role: access.Clerk, Laboratory: "laboratory-7"}, {Name: "carl", Role: access.Confirmer, Laboratory: "laboratory-7"}} {
		var invited portal.Token
		olga.ok("POST", "/v1/people", who, &invited)
		s.enrol(who.Name, invited.Token)
	}
	var key portal.MachineKey
	olga.ok("POST", "/v1/machines", portal.Machine{Laboratory: "laboratory-7", Name: "lis", Scopes: []access.Permission{access.Issue, access.Find, access.Withdraw, access.Counts}, Until: now.AddDate(0, 3, 0)}, &key)
	s.key = key.Key
	return s
}

// code is what the authenticator of somebody shows; each time a later one.
func (s *service) code(name string) string {
	c := s.codes[name]
	s.mu.Lock()
	defer s.mu.Unlock()
	*s.now = s.now.Add(30 * time.Second)
	return c.At(*s.now)
}

func (s *service) enrol(name, token string) {
	s.t.Helper()
	var i portal.Invited
	s.by("").ok("POST", "/v1/invitations/look", portal.Token{Token: token}, &i)
	secret, err := totp.ParseSecret(i.Secret)
	if err != nil || i.Name != name {
		s.t.Fatalf("the invitation of %s is for %s: %v", name, i.Name, err)
	}
	s.codes[name] = secret
	var r portal.Recovery
	s.by("").ok("POST", "/v1/invitations/accept", portal.Accept{Token: token, Passphrase: passphrase, Code: s.code(name)}, &r)
	if len(r.Codes) != 10 {
		s.t.Fatalf("%d recovery codes", len(r.Codes))
	}
}

// client is somebody who asks.
type client struct {
	s      *service
	cookie string
	bearer string
	header map[string]string
}

func (s *service) by(bearer string) *client { return &client{s: s, bearer: bearer} }

func (s *service) signIn(name string) *client {
	s.t.Helper()
	c := s.by("")
	res, body := c.ask("POST", "/v1/session", portal.SignIn{Name: name, Passphrase: passphrase, Code: s.code(name)})
	if res.StatusCode != 200 {
		s.t.Fatalf("signing in as %s: %d %s", name, res.StatusCode, body)
	}
	k := res.Cookies()[0]
	if !k.HttpOnly || k.SameSite != http.SameSiteStrictMode {
		s.t.Errorf("the cookie can be read, or sent by others: %v", k)
	}
	c.cookie = k.Name + "=" + k.Value
	return c
}

func (c *client) ask(method, path string, in any) (*http.Response, string) {
	c.s.t.Helper()
	if in == nil {
		return c.send(method, path, "application/json", "", "")
	}
	b, err := json.Marshal(in)
	if err != nil {
		c.s.t.Fatal(err)
	}
	return c.send(method, path, "application/json", "", string(b))
}

// send sends a body of any kind.
func (c *client) send(method, path, media, accept, body string) (*http.Response, string) {
	c.s.t.Helper()
	r, err := http.NewRequest(method, c.s.url+path, strings.NewReader(body))
	if err != nil {
		c.s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", media)
	r.Header.Set("Accept", accept)
	if c.cookie != "" {
		r.Header.Set("Cookie", c.cookie)
		r.Header.Set("X-Pratique", "1")
	}
	if c.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		c.s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.s.t.Fatal(err)
	}
	if res.StatusCode != 200 {
		c.s.all.Write(text)
	}
	return res, string(text)
}

func (c *client) ok(method, path string, in, out any) {
	c.s.t.Helper()
	res, body := c.ask(method, path, in)
	if res.StatusCode != 200 {
		c.s.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, body)
	}
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(out); err != nil {
		c.s.t.Fatalf("%s %s: %v: %s", method, path, err, body)
	}
}

// not wants a refusal with a code.
func (c *client) not(status int, code, method, path string, in any) {
	c.s.t.Helper()
	res, body := c.ask(method, path, in)
	var f portal.Failure
	if err := json.Unmarshal([]byte(body), &f); err != nil || res.StatusCode != status || f.Error.Code != code || f.Error.Text == "" || f.Error.Hint == "" {
		c.s.t.Errorf("%s %s: %d %s, want %d %s", method, path, res.StatusCode, body, status, code)
	}
}

func (c *client) with(key string) *client {
	out := *c
	out.header = map[string]string{"Idempotency-Key": key}
	return &out
}

// sample is a test of a person of that number.
func sample(n int) portal.Wanted {
	w := portal.Wanted{Format: issue.HC1}
	w.Form.Kind, w.Form.Family, w.Form.Given = "test", fmt.Sprint("Quillfeather ", strings.Repeat("o", n%40)), "Zenobia"
	w.Form.Born = cert.Date{Year: 1974, Month: 8, Day: int8(n%28) + 1}
	w.Form.Disease, w.Form.Method, w.Form.Result = "covid-19", "nucleic_acid", "not_detected"
	w.Form.Sampled = issuetest.Day.Add(-3 * time.Hour)
	return w
}

// From nothing to a certificate that verifies, a withdrawal by two and the holder's
// own question, over HTTP alone, on both databases.
func TestALaboratoryCertifiesAndTwoWithdraw(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		s := begin(t, open())
		ana, carl := s.signIn("ana"), s.signIn("carl")
		var p portal.Preview
		ana.ok("POST", "/v1/check", sample(1), &p)
		if !p.Ready || p.FamilyICAO != "QUILLFEATHER<O" || len(p.Findings) != 0 {
			t.Errorf("preview: %+v", p)
		}
		var first, again portal.Certified
		ana.with("n1").ok("POST", "/v1/certificates", sample(1), &first)
		ana.with("n1").ok("POST", "/v1/certificates", sample(1), &again)
		if first.Again || !again.Again || first.Code != again.Code || first.Serial != again.Serial {
			t.Errorf("a retry gave another certificate: %+v %+v", first, again)
		}
		ana.with("n1").not(409, "key_taken", "POST", "/v1/certificates", sample(2))
		u, err := format.Read(first.Code)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := u.Verify(s.ring.Trusted())
		if err != nil || signed.Certificate.Subject.Names[0].Given != "Zenobia" || issue.SerialOf(signed) != first.Serial {
			t.Fatalf("the code: %+v, %v", signed, err)
		}
		var row portal.Row
		ana.ok("POST", "/v1/entries", portal.Serial{Serial: first.Serial}, &row)
		if row.Clerk != "ana" || row.Laboratory != "laboratory-7" || row.Withdrawn != "" {
			t.Errorf("row: %+v", row)
		}
		mark := ""
		for _, h := range revoke.Handles(signed) {
			if h.Scheme == revoke.BySignature {
				mark = hex.EncodeToString(h.Hash[:])
			}
		}
		public := s.by("")
		var st portal.Status
		public.ok("POST", "/v1/status", portal.Asked{Serial: first.Serial, Mark: mark}, &st)
		if st.State != "issued" || st.Appeal == "" {
			t.Errorf("status: %+v", st)
		}
		public.not(404, "no_entry", "POST", "/v1/status", portal.Asked{Serial: first.Serial, Mark: strings.Repeat("0", 32)})
		public.not(404, "no_entry", "POST", "/v1/status", portal.Asked{Serial: "URN:UVCI:01:XA:NEVER#0", Mark: mark})

		w := portal.Withdrawal{ID: "w1", Reason: issue.InError, CSV: "serial\n" + first.Serial + "\n"}
		var proposed portal.Proposed
		ana.ok("POST", "/v1/withdrawals", w, &proposed)
		if proposed.Serials != 1 {
			t.Errorf("proposed: %+v", proposed)
		}
		ana.not(403, "forbidden", "POST", "/v1/withdrawals/"+proposed.ID+"/confirm", nil)
		public.ok("POST", "/v1/status", portal.Asked{Serial: first.Serial, Mark: mark}, &st)
		if st.State != "issued" {
			t.Error("one person has withdrawn a certificate")
		}
		var wait portal.Waiting
		carl.ok("GET", "/v1/withdrawals", nil, &wait)
		if len(wait.Proposals) != 1 || wait.Proposals[0].ID != proposed.ID || wait.Proposals[0].By != "ana" || wait.Proposals[0].Serials[0] != first.Serial {
			t.Errorf("what waits: %+v", wait)
		}
		ana.not(403, "forbidden", "GET", "/v1/withdrawals", nil)
		var n portal.Withdrawn
		carl.ok("POST", "/v1/withdrawals/"+proposed.ID+"/confirm", nil, &n)
		carl.ok("GET", "/v1/withdrawals", nil, &wait)
		if len(wait.Proposals) != 0 {
			t.Errorf("what was confirmed waits: %+v", wait)
		}
		public.ok("POST", "/v1/status", portal.Asked{Serial: first.Serial, Mark: mark}, &st)
		if n.Withdrawn != 1 || st.State != "withdrawn" || st.Reason != "error" {
			t.Errorf("withdrawn: %+v %+v", n, st)
		}
		_, list := public.ask("GET", "/v1/lists/all", nil)
		l, err := revoke.Parse(list)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := l.Withdraws(signed); !ok {
			t.Error("the list does not withdraw it")
		}
		var counts portal.Counts
		public.ok("GET", "/v1/counts", nil, &counts)
		if counts.Withdrawn[issue.InError] != 1 || len(counts.Days) != 1 || counts.Days[0].Issued != 1 || counts.Days[0].Laboratory != "" {
			t.Errorf("counts: %+v", counts)
		}
		var me portal.Session
		ana.ok("GET", "/v1/session", nil, &me)
		if me.Name != "ana" || len(me.Today) != 2 || me.Today[0].Laboratory != 1 || me.Today[0].Left != 1999 {
			t.Errorf("session: %+v", me)
		}
		ana.ok("DELETE", "/v1/session", nil, new(portal.Done))
		ana.not(401, "session", "GET", "/v1/session", nil)
	})
}

// one is a service on SQLite.
func one(t *testing.T) *service {
	t.Helper()
	db, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return begin(t, db)
}

// Machines send many at once; what is wrong in one is answered for that one, and a
// resumed run gives the same certificates.
func TestManyAreAnsweredEachForItself(t *testing.T) {
	s := one(t)
	m := s.by(s.key)
	var b strings.Builder
	for n := range 1200 {
		w := sample(n)
		w.Key = fmt.Sprint("k", n)
		switch n {
		case 7:
			w.Form.Sampled = issuetest.Day.AddDate(0, 0, 2)
		case 9:
			w.Form.Result = "perhaps"
		case 11:
			w.Form.Kind = "recovery"
		}
		line, err := json.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		if n == 13 {
			line = []byte(`{"key":"k13","shoe_size":44}`)
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	codes := map[string]bool{}
	for round := range 2 {
		res, body := m.send("POST", "/v1/certificates/many", "application/x-ndjson", "", b.String())
		lines := strings.Split(strings.TrimSpace(body), "\n")
		if res.StatusCode != 200 || len(lines) != 1200 {
			t.Fatalf("%d, %d lines: %.300s", res.StatusCode, len(lines), body)
		}
		refused := map[int]string{}
		for i, text := range lines {
			var l portal.Line
			if err := json.Unmarshal([]byte(text), &l); err != nil || l.Line != i+1 || (l.Done == nil) == (l.Not == nil) {
				t.Fatalf("line %d: %v %s", i, err, text)
			}
			if l.Not != nil {
				refused[i] = l.Not.Code
				continue
			}
			if l.Done.Again != (round == 1) || codes[l.Done.Code] != (round == 1) {
				t.Fatalf("round %d, line %d: again %v", round, i, l.Done.Again)
			}
			codes[l.Done.Code] = true
		}
		// A machine issues 1000 a day; in both rounds the same ones are refused.
		for i, want := range map[int]string{7: "findings", 9: "unknown_code", 11: "findings", 13: "bad_request", 1100: "limit"} {
			if refused[i] != want {
				t.Errorf("line %d: %q, want %q", i, refused[i], want)
			}
		}
		if len(codes) != 1000 {
			t.Errorf("%d certificates", len(codes))
		}
	}
}

// Who may not is refused, whoever it is, and in each refusal is what to do.
func TestWhoMayNotIsRefused(t *testing.T) {
	s := one(t)
	ana, olga, oscar, m := s.signIn("ana"), s.signIn("olga"), s.signIn("oscar"), s.by(s.key)
	public := s.by("")
	public.not(401, "session", "POST", "/v1/certificates", sample(1))
	s.by("pratique_norland_aaaaaaaaaaaa_"+strings.Repeat("a", 52)).not(401, "credential", "GET", "/v1/session", nil)
	olga.with("o").not(403, "forbidden", "POST", "/v1/certificates", sample(1))
	ana.not(403, "forbidden", "POST", "/v1/laboratories", portal.Laboratory{ID: "mine", Name: "Mine"})
	ana.not(403, "forbidden", "GET", "/v1/account", nil)
	ana.not(403, "forbidden", "POST", "/v1/withdrawals", portal.Withdrawal{ID: "all", Reason: issue.Fraud, Laboratory: "laboratory-7"})
	m.not(403, "forbidden", "GET", "/v1/machines", nil)
	ana.not(400, "key", "POST", "/v1/certificates", sample(1))
	ana.not(404, "not_found", "GET", "/v1/nothing", nil)
	ana.not(405, "method", "PUT", "/v1/certificates", nil)
	forged := &client{s: s, cookie: ana.cookie, header: map[string]string{"X-Pratique": ""}}
	forged.not(403, "header", "POST", "/v1/certificates", sample(1))
	public.not(401, "sign_in", "POST", "/v1/session", portal.SignIn{Name: "ana", Passphrase: "wrong", Code: "000000"})
	public.not(401, "sign_in", "POST", "/v1/session", portal.SignIn{Name: "nobody", Passphrase: "wrong", Code: "000000"})
	if res, body := public.send("POST", "/v1/status", "text/plain", "", "{}"); res.StatusCode != 415 || !strings.Contains(body, `"media_type"`) {
		t.Errorf("a text: %d %s", res.StatusCode, body)
	}
	public.not(413, "too_large", "POST", "/v1/status", portal.Asked{Serial: strings.Repeat("A", portal.MaxBody)})
	public.not(400, "bad_request", "POST", "/v1/status", map[string]string{"unknown": "member"})
	late := sample(1)
	late.Until = issuetest.Day.AddDate(1, 0, 0)
	ana.with("late").not(422, "not_permitted", "POST", "/v1/certificates", late)
	card := sample(1)
	card.Form.Kind, card.Form.Basis = "vaccination", "transcribed"
	ana.with("card").not(422, "transcribed", "POST", "/v1/certificates", card)
	s.ring.Broken = true
	ana.with("hsm").not(503, "signer", "POST", "/v1/certificates", sample(1))
	s.ring.Broken = false
	ana.with("hsm").ok("POST", "/v1/certificates", sample(1), new(portal.Certified))

	// One action stops a laboratory and proposes what it issued for withdrawal.
	var stopped portal.Stopped
	olga.ok("POST", "/v1/laboratories/laboratory-7/stop", portal.Stopping{Reason: access.Forgery, Since: issuetest.Day.Add(-time.Hour)}, &stopped)
	ana.with("after").not(403, "stopped", "POST", "/v1/certificates", sample(3))
	m.with("after").not(403, "stopped", "POST", "/v1/certificates", sample(3))
	olga.not(403, "second_person", "POST", "/v1/laboratories/laboratory-7/lift", nil)
	olga.not(403, "second_person", "POST", "/v1/withdrawals/"+stopped.Proposal+"/confirm", nil)
	var n portal.Withdrawn
	oscar.ok("POST", "/v1/withdrawals/"+stopped.Proposal+"/confirm", nil, &n)
	if n.Withdrawn != 1 {
		t.Errorf("withdrawn: %+v", n)
	}
	oscar.ok("POST", "/v1/laboratories/laboratory-7/lift", nil, new(portal.Done))
	ana.with("after").ok("POST", "/v1/certificates", sample(3), new(portal.Certified))
	olga.ok("POST", "/v1/people/ana/disable", nil, new(portal.Done))
	ana.not(401, "session", "GET", "/v1/session", nil)
	if _, account := olga.ask("GET", "/v1/account", nil); !strings.HasPrefix(account, "pratique-office-log/1.0\noffice norland\n") {
		t.Errorf("the account: %.200s", account)
	}
}

// No name and no birth date is in a log, a refusal or a metric, whatever was asked.
func TestNothingOfThePersonIsLeftBehind(t *testing.T) {
	s := one(t)
	ana := s.signIn("ana")
	for n := range 20 {
		w := sample(n)
		switch n {
		case 3:
			w.Form.Sampled = issuetest.Day.AddDate(1, 0, 0)
		case 4:
			w.Form.Family = "Quillfeather\x00"
		case 5:
			w.Format = "Quillfeather"
		case 6:
			w.Form.Sex = "Quillfeather"
		case 7:
			w.Lines = "P<XAQUILLFEATHER<<ZENOBIA"
		case 8:
			s.ring.Broken = true
		}
		ana.with(fmt.Sprint("k", n)).ask("POST", "/v1/certificates", w)
		s.ring.Broken = false
	}
	ana.ask("POST", "/v1/certificates", map[string]any{"format": "hc1", "form": map[string]string{"born": "Quillfeather"}})
	rec := httptest.NewRecorder()
	s.Metrics().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	metrics := rec.Body.String()
	for _, want := range []string{`pratique_certificates_total{format="hc1",kind="test",again="false"} `, `pratique_refusals_total{code="findings"} `, `pratique_requests_total{route="POST /v1/certificates",status="200"} `, `le="+Inf"`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics lack %s:\n%s", want, metrics)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	everything := strings.ToLower(metrics + s.log.String() + s.all.String())
	if !strings.Contains(s.log.String(), "no key") {
		t.Error("the log does not say that a key did not sign")
	}
	for _, word := range []string{"quillfeather", "zenobia", "1974"} {
		if i := strings.Index(everything, word); i >= 0 {
			t.Errorf("%s: ...%.200s", word, everything[max(0, i-100):])
		}
	}
}

// A wallet fetches a certificate by its code and the birth date; a certificate that
// the laboratory has not issued gets none.
func TestAWalletClaims(t *testing.T) {
	s := one(t)
	ana := s.signIn("ana")
	var c portal.Certified
	ana.with("k").ok("POST", "/v1/certificates", sample(1), &c)
	var slip portal.Slip
	ana.ok("POST", "/v1/claims", portal.Handed{Code: c.Code, Proof: "1974-08-02"}, &slip)
	wallet, err := claim.NewWallet(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	q := map[string]any{"code": slip.Slip, "proof": "1974-08-03", "wallet": wallet.Public()}
	if res, _ := s.by("").ask("POST", "/v1/claims/redeem", q); res.StatusCode != 404 {
		t.Errorf("a wrong birth date: %d", res.StatusCode)
	}
	q["proof"] = "1974-08-02"
	var a struct{ Answer []byte }
	s.by("").ok("POST", "/v1/claims/redeem", q, &a)
	if text, err := wallet.Open(a.Answer); err != nil || string(text) != c.Code {
		t.Errorf("what the wallet got: %q, %v", text, err)
	}
	ana.not(404, "no_entry", "POST", "/v1/claims", portal.Handed{Code: "HC1:ABC"})
	// The line is down: a slip now, the certificate later.
	var drawn portal.Slip
	ana.ok("POST", "/v1/claims/draw", nil, &drawn)
	ana.ok("POST", "/v1/claims", portal.Handed{Code: c.Code, Proof: "1974-08-02", Slip: drawn.Slip}, &slip)
	if slip.Slip != drawn.Slip || slip.Until == "" {
		t.Errorf("the slip: %+v", slip)
	}
	// Withdrawn before it was fetched: whoever has the code is told, and who has not is not.
	ana.ok("POST", "/v1/withdrawals", portal.Withdrawal{ID: "slip", Reason: issue.InError, Serials: []string{c.Serial}}, new(portal.Proposed))
	s.signIn("carl").ok("POST", "/v1/withdrawals/laboratory-7:slip/confirm", nil, new(portal.Withdrawn))
	q["code"] = slip.Slip
	for proof, want := range map[string]string{"1974-08-02": `{"error":"withdrawn","text":"this certificate is withdrawn: ask the office for the one in its place"}`, "1974-08-03": `{"error":"code","text":"there is nothing to fetch with this code, now and for this wallet"}`} {
		q["proof"] = proof
		if _, body := s.by("").ask("POST", "/v1/claims/redeem", q); strings.TrimSpace(string(body)) != want {
			t.Errorf("after it was withdrawn, with %s: %s", proof, body)
		}
	}
}

// Behind a proxy wrong codes are counted by what the proxy says, and not by what the
// client says of itself.
func TestWhoAsksBehindAProxy(t *testing.T) {
	for _, c := range []struct{ header, want string }{
		{"", "192.0.2.1"}, {"198.51.100.7", "198.51.100.7"}, {"203.0.113.9, 198.51.100.7", "198.51.100.7"}, {"2001:db8:1:2:3::4", "2001:db8:1:2::"},
	} {
		r := httptest.NewRequest("POST", "/v1/claims/redeem", nil)
		if c.header != "" {
			r.Header.Set("X-Forwarded-For", c.header)
		}
		if got := portal.Forwarded(r); !strings.HasPrefix(got, c.want) {
			t.Errorf("%q: %q, want %q", c.header, got, c.want)
		}
	}
}

// A sheet is made for a certificate of the laboratory, in every layout, and for no other.
func TestACertificateIsPrinted(t *testing.T) {
	s := one(t)
	ana := s.signIn("ana")
	var c portal.Certified
	ana.with("k").ok("POST", "/v1/certificates", sample(1), &c)
	for layout, start := range map[string]string{"fold": "%PDF-", "card": "%PDF-", "label": "%PDF-", "receipt": "%PDF-", "": "<!doctype html>"} {
		res, body := ana.ask("POST", "/v1/print", portal.Sheet{Code: c.Code, Layout: layout, Language: "fr"})
		if res.StatusCode != 200 || !strings.HasPrefix(strings.ToLower(body), strings.ToLower(start)) || layout == "" && !strings.Contains(body, "Zenobia") {
			t.Errorf("%q: %d %.100s", layout, res.StatusCode, body)
		}
	}
	ana.not(400, "layout", "POST", "/v1/print", portal.Sheet{Code: c.Code, Layout: "poster"})
	ana.not(422, "print", "POST", "/v1/print", portal.Sheet{Code: c.Code, Language: "tlh"})
	ana.not(404, "no_entry", "POST", "/v1/print", portal.Sheet{Code: c.Code[:len(c.Code)-2]})
	var about portal.Authority
	s.by("").ok("GET", "/v1/authority", nil, &about)
	for _, lang := range about.Languages {
		var r portal.Read
		s.by("").ok("POST", "/v1/notice", portal.Told{Kind: cert.KindTest, Language: lang}, &r)
		if len(r.Notice) < 5 || slices.Contains(r.Notice, "") {
			t.Errorf("the notice in %s: %q", lang, r.Notice)
		}
	}
	s.by("").not(400, "language", "POST", "/v1/notice", portal.Told{Kind: cert.KindTest, Language: "tlh"})
}

// The page builds a certificate and sends its hash: the service never sees the person.
func TestTheServiceSignsWithoutSeeing(t *testing.T) {
	s := one(t)
	ana := s.signIn("ana")
	var signer portal.Signer
	ana.ok("GET", "/v1/signer?format=hc1&kind=test", nil, &signer)
	key, err := s.ring.Next(context.Background(), issue.Purpose{Format: issue.HC1, Kind: cert.KindTest}, 0)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := issue.NewSerial(issue.HC1, "XA", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := issuetest.Order("x", issue.HC1, 3).Certificate
	terms := issue.Terms{Format: issue.HC1, Serial: serial, Issued: *s.now, Until: s.now.Add(48 * time.Hour)}
	terms.Issued = terms.Issued.Truncate(time.Second)
	d, err := issue.NewDraft(c, terms, key)
	if err != nil {
		t.Fatal(err)
	}
	var sig portal.Signature
	q := portal.Hashed{Format: issue.HC1, Kind: cert.KindTest, Serial: serial, Signer: signer.Fingerprint, Leaf: hex.EncodeToString(d.Leaf[:]), Issued: terms.Issued, Until: terms.Until}
	ana.with("b").ok("POST", "/v1/blind", q, &sig)
	b, err := base64.StdEncoding.DecodeString(sig.Signature)
	if err != nil {
		t.Fatal(err)
	}
	text, err := d.Finish(b)
	if err != nil {
		t.Fatal(err)
	}
	u, err := format.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.Verify(s.ring.Trusted()); err != nil || sig.Code != "" {
		t.Errorf("the code: %v, and the service had %q", err, sig.Code)
	}
	q.Leaf = "00"
	ana.with("c").not(400, "pattern", "POST", "/v1/blind", q)
}

// A machine may come with a client certificate whose hash an officer has let in, and
// with no other.
func TestAMachineComesWithItsCertificate(t *testing.T) {
	s := one(t)
	olga := s.signIn("olga")
	server := httptest.NewUnstartedServer(s.Portal)
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	ask := func(shown ...tls.Certificate) int {
		t.Helper()
		h := server.Client()
		h.Transport.(*http.Transport).TLSClientConfig.Certificates = shown
		h.CloseIdleConnections()
		res, err := h.Get(server.URL + "/v1/session")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	own := func() tls.Certificate {
		t.Helper()
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		about := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: issuetest.Day.AddDate(-1, 0, 0), NotAfter: issuetest.Day.AddDate(1, 0, 0)}
		der, err := x509.CreateCertificate(rand.Reader, about, about, &k.PublicKey, k)
		if err != nil {
			t.Fatal(err)
		}
		return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: k}
	}
	mine, other := own(), own()
	sum := sha256.Sum256(mine.Certificate[0])
	if got := ask(mine); got != http.StatusUnauthorized {
		t.Errorf("before it was let in: %d", got)
	}
	m := portal.Machine{Handle: "sha256:" + hex.EncodeToString(sum[:]), Laboratory: "laboratory-7", Name: "analyser", Scopes: []access.Permission{access.Issue}, Until: issuetest.Day.AddDate(0, 1, 0)}
	olga.ok("POST", "/v1/machines", m, new(portal.MachineKey))
	if got := ask(mine); got != http.StatusOK {
		t.Errorf("once it was let in: %d", got)
	}
	if got := ask(other); got != http.StatusUnauthorized {
		t.Errorf("another one: %d", got)
	}
	olga.ok("POST", "/v1/machines/revoke", portal.Handle{Handle: m.Handle}, new(portal.Done))
	if got := ask(mine); got != http.StatusUnauthorized {
		t.Errorf("once it was let out: %d", got)
	}
}

// What the document says is there is there: each route answers, as itself, and each
// answer of these tests was read strictly into the type that the document describes.
func TestTheDocumentNamesEveryRoute(t *testing.T) {
	s := one(t)
	var doc struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
	}
	_, body := s.by("").ask("GET", "/v1/openapi.json", nil)
	if err := json.Unmarshal([]byte(body), &doc); err != nil || doc.OpenAPI != "3.1.0" || len(doc.Paths) < 25 {
		t.Fatalf("the document: %v, %d paths", err, len(doc.Paths))
	}
	for _, ref := range strings.Split(body, `"#/components/schemas/`)[1:] {
		name, _, _ := strings.Cut(ref, `"`)
		if !strings.Contains(body, `"`+name+`": {`) {
			t.Errorf("no schema %s", name)
		}
	}
	for path, methods := range doc.Paths {
		for method := range methods {
			if res, text := s.by("").ask(strings.ToUpper(method), strings.NewReplacer("{", "", "}", "").Replace(path), nil); res.StatusCode == 405 || strings.Contains(text, "there is nothing here") && path != "/v1/lists/{which}" {
				t.Errorf("%s %s: %d %s", method, path, res.StatusCode, text)
			}
		}
	}
}
