package api_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/api"
	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/demo"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/verify"
)

var now = time.Date(2026, 12, 3, 15, 20, 0, 0, time.FixedZone("", 8*3600))

// stage is the demo's border behind the API.
type stage struct {
	t     testing.TB
	codes map[string]string
	world *verify.World
	o     api.Options
	h     http.Handler
	desk  *keys.Key
}

func newStage(t testing.TB, change func(o *api.Options)) *stage {
	t.Helper()
	play, err := demo.New()
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, codes: map[string]string{}, world: &verify.World{Keys: new(trust.Keys)}}
	for _, f := range play.Files {
		name := filepath.Base(f.Name)
		switch {
		case strings.HasSuffix(f.Name, ".txt") && !strings.Contains(f.Name, "/"):
			s.codes[strings.TrimSuffix(name, ".txt")] = strings.TrimSpace(string(f.Data))
		case f.Name == "sudmark/day2/norland-withdrawals.txt":
			l, err := revoke.Parse(string(f.Data))
			if err != nil {
				t.Fatal(err)
			}
			s.world.Withdrawals = append(s.world.Withdrawals, l)
		case strings.HasPrefix(f.Name, "sudmark/day2/"):
			l, err := lists.Read(f.Name, f.Data)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range l.Keys {
				s.world.Keys.Add(k)
			}
			s.world.Recognitions = append(s.world.Recognitions, l.Recognitions...)
		}
	}
	set, err := rules.Pack("sudmark")
	if err != nil {
		t.Fatal(err)
	}
	s.world.Rules = []*rules.Set{set}
	s.world.Data = verify.Data{Name: "demo", AsOf: now.AddDate(0, 0, -2), HardExpiry: now.AddDate(0, 1, 0)}
	if s.desk, err = keys.NewDemo("sudmark-gate", keys.Options{Country: "XB", Authority: "Gate", Uses: []trust.Use{trust.Receipt}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0)}); err != nil {
		t.Fatal(err)
	}
	s.o = api.Options{World: func() *verify.World { return s.world }, Signer: s.desk.Signer, Desk: "gate-7", Anonymous: 10_000,
		Now: func() time.Time { return now }, Rand: rand.Reader}
	if change != nil {
		change(&s.o)
	}
	h, err := api.New(s.o)
	if err != nil {
		t.Fatal(err)
	}
	s.h = h
	return s
}

// send sends a request and returns the status and the body.
func (s *stage) send(method, path, body string, header ...string) (int, string) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func (s *stage) ask(req any) (int, string) {
	s.t.Helper()
	b, err := json.Marshal(req)
	if err != nil {
		s.t.Fatal(err)
	}
	path := "/v1/verify"
	if _, ok := req.(api.Batch); ok {
		path = "/v1/verify/batch"
	}
	return s.send(http.MethodPost, path, string(b))
}

// got is an answer as a program reads it.
type got struct {
	api.Answer
	Desk map[string]any `json:"desk"`
}

func (s *stage) answer(req api.Request) got {
	s.t.Helper()
	status, body := s.ask(req)
	var a got
	if err := json.Unmarshal([]byte(body), &a); err != nil || status != http.StatusOK {
		s.t.Fatalf("%d: %s", status, body)
	}
	return a
}

func to(code string) api.Request {
	return api.Request{Journey: api.Journey{To: "XB", From: "XA"}, Showing: api.Showing{Code: code}}
}

// The API gives the four answers, each with a receipt that replays.
func TestAnswers(t *testing.T) {
	s := newStage(t, nil)
	known := new(trust.Keys)
	known.Add(s.desk.Public())
	for name, want := range map[string]string{"anna": "green", "bo": "red", "forged": "red", "clara": "red", "nothing": "grey"} {
		code := s.codes[name]
		if name == "nothing" {
			code = "https://menu.example/"
		}
		a := s.answer(to(code))
		if a.Verdict != want || len(a.Reasons) == 0 || a.V != 1 || a.Word == "" {
			t.Errorf("%s: %+v", name, a)
		}
		r, _, err := verify.OpenReceipt([]byte(a.Receipt), known)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		q := verify.Direct("XA", nil, "XB", now)
		if got := r.Replay(s.world, code, q, nil); got.Agreement != verify.Agrees || r.Desk != "gate-7" {
			t.Errorf("%s: replayed %+v", name, got)
		}
	}
	if late := to(s.codes["anna"]); true {
		late.At = "2026-12-05T22:30:00+08:00"
		if a := s.answer(late); a.Verdict != "amber" || a.Reasons[0].Code != "rule_failed" {
			t.Errorf("%+v", a)
		}
	}
}

// A minimal answer holds nothing of the person, also where the receipt does not
// say it; more is there only for who asks.
func TestMinimalSaysNothingOfThePerson(t *testing.T) {
	s := newStage(t, nil)
	passport := "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	for name, code := range s.codes {
		req := to(code)
		req.Passport = passport
		_, body := s.ask(req)
		for _, secret := range []string{"Eriksson", "ERIKSSON", "Lindstr", "Jónsd", "1974", "740812", "1988", "1959", "2026-12-02", "2 Dec", "07:30", "L898902C3", "URN:", "DEMOANNA", "Laboratory", code} {
			if strings.Contains(body, secret) {
				t.Errorf("%s: %q stands in %s", name, secret, body)
			}
		}
	}
	req := to(s.codes["anna"])
	req.Detail, req.Passport = "desk", passport
	a := s.answer(req)
	if p, _ := a.Desk["person"].(map[string]any); p["name"] != "Anna Maria Eriksson" || a.Desk["certificate"] != nil || a.Passport.Name != "same" || a.Passport.BirthDate != "equal" {
		t.Errorf("%+v", a)
	}
	if req.Detail = "full"; s.answer(req).Desk["certificate"] == nil {
		t.Error("full has no certificate")
	}
}

// Several codes of one person count together, and a batch is answered in order.
func TestSeveralCodesAndBatches(t *testing.T) {
	s := newStage(t, nil)
	req := to("")
	req.Codes = []string{s.codes["clara"], s.codes["anna"]}
	if a := s.answer(req); a.Verdict != "red" { // what speaks against a person is not hidden by another code
		t.Errorf("%+v", a)
	}
	req.Codes = []string{"nothing", s.codes["anna"]}
	if a := s.answer(req); a.Verdict != "green" {
		t.Errorf("%+v", a)
	}
	b := api.Batch{Journey: api.Journey{To: "XB", From: "XA"}}
	order := []string{"anna", "bo", "clara", "forged", "anna"}
	for i, name := range order {
		b.Items = append(b.Items, api.Showing{ID: fmt.Sprint(i), Code: s.codes[name]})
	}
	_, body := s.ask(b)
	var all api.Answers
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Items) != len(order) || all.Summary["green"] != 2 || all.Summary["red"] != 3 || all.Items[4].ID != "4" || all.Items[1].Verdict != "red" {
		t.Errorf("%+v", all)
	}
}

// Where a destination asks for two things, two codes of one person meet what
// neither does alone; somebody else's does not help.
func TestSeveralCodesMeetSeveralRuleSets(t *testing.T) {
	s := newStage(t, nil)
	pack, err := rules.Pack("yellow-fever")
	if err != nil {
		t.Fatal(err)
	}
	fever, err := pack.For("XB")
	if err != nil {
		t.Fatal(err)
	}
	s.world.Rules = append(s.world.Rules, fever)
	s.world.Recognitions = append(s.world.Recognitions, trust.Recognition{By: "XB", Of: "XA", Uses: trust.Uses{Any: true}, Until: now.AddDate(1, 0, 0)})
	lab, err := keys.NewDemo("norland", keys.Options{Country: "XA", NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	s.world.Keys.Add(lab.Public())
	card := func(name string, born cert.Date) string {
		text, err := hc1.Issuer{Signer: lab.Signer, Key: lab.Public()}.IssueICVP(&cert.Certificate{
			Subject: cert.Person{Names: []cert.Name{{Full: name}}, BirthDate: born, Sex: cert.Female, Nationality: "XA"},
			Signed:  cert.Period{Issued: now.AddDate(0, -1, 0)},
			Events: []cert.Event{&cert.Vaccination{Statement: cert.Statement{Authority: "Norland"}, Lot: "1", Date: cert.Date{Year: 2026, Month: 6, Day: 1},
				Product: cert.Coded{Source: cert.Coding{System: cert.PreQual, Code: "YellowFeverProductd2c75a15ed309658b3968519ddb31690"}}}},
		}, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	anna := card("Eriksson Anna Maria", cert.Date{Year: 1974, Month: 8, Day: 12})
	ask := func(codes ...string) got {
		return s.answer(api.Request{Journey: api.Journey{To: "XB", From: "KE"}, Showing: api.Showing{Codes: codes}})
	}
	for _, one := range []string{s.codes["anna"], anna} {
		if a := ask(one); a.Verdict != "amber" {
			t.Errorf("one alone: %+v", a)
		}
	}
	if a := ask(s.codes["anna"], card("Berg Ole", cert.Date{Year: 1974, Month: 8, Day: 12})); a.Verdict != "amber" {
		t.Errorf("with somebody else's: %+v", a)
	}
	a := ask(s.codes["anna"], anna)
	if a.Verdict != "green" || len(a.Reasons) != 1 || a.Reasons[0].Code != "accepted_together" || !strings.Contains(a.Receipt, "decision admitted\noverride other_evidence\n") {
		t.Errorf("%+v", a)
	}
}

// A decision is written down as it was made, and one that does not follow needs its reason.
func TestOutcome(t *testing.T) {
	s := newStage(t, nil)
	req := to(s.codes["anna"])
	req.Outcome = "second_desk"
	if status, body := s.ask(req); status != http.StatusBadRequest || !strings.Contains(body, "reason") {
		t.Errorf("%d %s", status, body)
	}
	req.Override = "random_check"
	if a := s.answer(req); !strings.Contains(a.Receipt, "decision second_desk\noverride random_check\n") {
		t.Errorf("%s", a.Receipt)
	}
}

// Whoever may not ask is told so, and who asks too much waits; the others do not.
func TestClientsAndBudgets(t *testing.T) {
	token := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return hex.EncodeToString(sum[:])
	}
	clock := now
	s := newStage(t, func(o *api.Options) {
		o.Anonymous, o.Now = 0, func() time.Time { return clock }
		o.Clients = []api.Client{{"airline", token("one"), 3}, {"gate", token("two"), 100}}
	})
	body := `{"to":"XB","code":"x"}`
	if status, _ := s.send(http.MethodPost, "/v1/verify", body); status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", status)
	}
	if status, _ := s.send(http.MethodPost, "/v1/verify", body, "Authorization", "Bearer three"); status != http.StatusUnauthorized {
		t.Errorf("with a wrong token: %d", status)
	}
	for i := range 4 {
		want := http.StatusOK
		if i == 3 {
			want = http.StatusTooManyRequests
		}
		if status, got := s.send(http.MethodPost, "/v1/verify", body, "Authorization", "Bearer one"); status != want {
			t.Errorf("call %d: %d %s", i, status, got)
		}
	}
	if status, _ := s.send(http.MethodPost, "/v1/verify", body, "Authorization", "Bearer two"); status != http.StatusOK {
		t.Errorf("the other client waits too: %d", status)
	}
	batch := `{"to":"XB","items":[` + strings.Repeat(`{"code":"x"},`, 99) + `{"code":"x"}]}`
	if status, _ := s.send(http.MethodPost, "/v1/verify/batch", batch, "Authorization", "Bearer two"); status != http.StatusTooManyRequests {
		t.Errorf("a batch costs what its codes cost: %d", status)
	}
	clock = clock.Add(time.Minute)
	if status, _ := s.send(http.MethodPost, "/v1/verify", body, "Authorization", "Bearer one"); status != http.StatusOK {
		t.Errorf("a minute later: %d", status)
	}
	if status, _ := s.send(http.MethodGet, "/healthz", ""); status != http.StatusOK {
		t.Errorf("health asks for a token: %d", status)
	}
}

// What is not understood is refused with what to do, and nothing of it is repeated.
func TestRefusals(t *testing.T) {
	s := newStage(t, nil)
	const secret = "ERIKSSON"
	for _, v := range []struct {
		method, path, body, kind string
		status                   int
		code                     string
	}{
		{"POST", "/v1/verify", "", "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"to":"XB","code":"` + secret, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"to":"XB","code":"x","name":"` + secret + `"}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"to":"XB","code":"x"}{"to":"XB"}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"code":"` + secret + `"}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"to":"` + secret + `","code":"x"}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"to":"XB"}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"to":"XB","code":"x","codes":["y"]}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"to":"XB","codes":["1","2","3","4","5","6"]}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"to":"XB","code":"x","at":"2026-12-03"}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"to":"XB","code":"x","purpose":"spying"}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"to":"XB","code":"x","lang":"tlh"}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"to":"XB","code":"x","detail":"all"}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"to":"XB","code":"x","passport":"P<UTO` + secret + `"}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"trip":{"legs":[{"jurisdiction":"XB"}]},"to":"XB","code":"x"}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify", `{"to":"XB","code":"x"}`, "text/plain", 415, "media_type"},
		{"POST", "/v1/verify", `{"to":"XB","code":"` + strings.Repeat("x", api.MaxBody) + `"}`, "application/json", 413, "too_large"},
		{"POST", "/v1/verify/batch", `{"to":"XB","items":[]}`, "application/json", 400, "bad_request"},
		{"POST", "/v1/verify/batch", `{"to":"XB","items":[` + strings.Repeat(`{"code":"x"},`, api.MaxItems) + `{"code":"x"}]}`, "application/json", 400, "bad_request"},
		{"GET", "/v1/verify", "", "", 405, "method"},
		{"POST", "/v1/data", "{}", "application/json", 405, "method"},
		{"GET", "/" + secret, "", "", 404, "not_found"},
	} {
		status, body := s.send(v.method, v.path, v.body, "Content-Type", v.kind)
		var f api.Failure
		if err := json.Unmarshal([]byte(body), &f); err != nil || status != v.status || f.Error.Code != v.code || f.Error.Text == "" || f.Error.Hint == "" {
			t.Errorf("%s %s %.60s: %d %s", v.method, v.path, v.body, status, body)
		}
		if strings.Contains(body, secret) {
			t.Errorf("%s %s: the refusal repeats what was sent: %s", v.method, v.path, body)
		}
	}
}

// Without a key there is no receipt, and the answer says so; past its end the
// data is not ready, and the answer grey.
func TestWithoutAKeyAndWithOldData(t *testing.T) {
	s := newStage(t, func(o *api.Options) { o.Signer = nil })
	if a := s.answer(to(s.codes["anna"])); a.Receipt != "" || !a.Unsigned || a.Verdict != "green" {
		t.Errorf("%+v", a)
	}
	if status, _ := s.send(http.MethodGet, "/readyz", ""); status != http.StatusOK {
		t.Errorf("ready: %d", status)
	}
	s.world.Data.HardExpiry = now.Add(-time.Second)
	if a := s.answer(to(s.codes["anna"])); a.Verdict != "grey" || a.Reasons[0].Code != "data_expired" {
		t.Errorf("%+v", a)
	}
	if status, _ := s.send(http.MethodGet, "/readyz", ""); status != http.StatusServiceUnavailable {
		t.Errorf("ready: %d", status)
	}
	for _, o := range []api.Options{{}, {World: s.o.World}, {World: func() *verify.World { return nil }, Now: s.o.Now, Rand: rand.Reader},
		{World: s.o.World, Now: s.o.Now, Rand: rand.Reader, Signer: s.desk.Signer}, {World: s.o.World, Now: s.o.Now, Rand: rand.Reader, Clients: []api.Client{{}}}} {
		if _, err := api.New(o); err == nil {
			t.Errorf("made of %+v", o)
		}
	}
}

// What the document says is what is answered: every call, and every answer of
// these tests fits its schema; no member lacks a description.
func TestTheDocumentIsTrue(t *testing.T) {
	s := newStage(t, nil)
	_, body := s.send(http.MethodGet, "/v1/openapi.json", "")
	var doc map[string]any
	if err := json.Unmarshal([]byte(body), &doc); err != nil || !bytes.Equal([]byte(body), api.Description()) {
		t.Fatal(err)
	}
	full := to(s.codes["anna"])
	full.Detail, full.Passport = "full", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	late := full
	late.At = "2026-12-05T22:30:00+08:00"
	requests := map[string][]any{"/v1/verify": {to(s.codes["anna"]), to(s.codes["bo"]), to("nothing"), full, late}, "/v1/verify/batch": {api.Batch{Journey: full.Journey, Items: []api.Showing{full.Showing, {Code: "x"}}}}}
	paths := doc["paths"].(map[string]any)
	if len(paths) != 6 {
		t.Errorf("%d paths", len(paths))
	}
	checked := 0
	for path, item := range paths {
		for method, op := range item.(map[string]any) {
			op := op.(map[string]any)
			bodies := []string{""}
			if in, ok := op["requestBody"].(map[string]any); ok {
				bodies = nil
				for _, req := range requests[path] {
					b, err := json.Marshal(req)
					if err != nil {
						t.Fatal(err)
					}
					bodies = append(bodies, string(b))
					fits(t, doc, schemaOf(in), string(b), path+" request")
				}
			}
			for _, b := range bodies {
				status, answer := s.send(strings.ToUpper(method), path, b)
				if status != http.StatusOK {
					t.Errorf("%s %s: %d %s", method, path, status, answer)
				}
				fits(t, doc, schemaOf(op["responses"].(map[string]any)["200"]), answer, path)
				checked++
			}
			_, failure := s.send("PATCH", path, "")
			fits(t, doc, schemaOf(op["responses"].(map[string]any)["default"]), failure, path+" error")
		}
	}
	if checked < 9 {
		t.Errorf("only %d answers", checked)
	}
	for name, schema := range doc["components"].(map[string]any)["schemas"].(map[string]any) {
		if strings.HasPrefix(name, "Verify") || strings.HasPrefix(name, "Cert") {
			continue // described where they are made
		}
		for member, p := range schema.(map[string]any)["properties"].(map[string]any) {
			if p.(map[string]any)["description"] == nil {
				t.Errorf("%s.%s has no description", name, member)
			}
		}
	}
	if strings.Contains(body, os.TempDir()) {
		t.Error("the document has a path of this machine")
	}
}

func schemaOf(holder any) map[string]any {
	return holder.(map[string]any)["content"].(map[string]any)["application/json"].(map[string]any)["schema"].(map[string]any)
}

// fits holds JSON against a schema, as far as the document uses JSON Schema.
func fits(t *testing.T, doc, schema map[string]any, text, at string) {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Errorf("%s: %v", at, err)
		return
	}
	var check func(s map[string]any, v any, at string)
	check = func(s map[string]any, v any, at string) {
		if ref, ok := s["$ref"].(string); ok {
			name := strings.TrimPrefix(ref, "#/components/schemas/")
			s, ok = doc["components"].(map[string]any)["schemas"].(map[string]any)[name].(map[string]any)
			if !ok {
				t.Errorf("%s: no schema %s", at, name)
				return
			}
		}
		is := map[string]func() bool{
			"string":  func() bool { _, ok := v.(string); return ok },
			"boolean": func() bool { _, ok := v.(bool); return ok },
			"integer": func() bool { f, ok := v.(float64); return ok && f == float64(int64(f)) },
			"number":  func() bool { _, ok := v.(float64); return ok },
			"array":   func() bool { _, ok := v.([]any); return ok },
			"object":  func() bool { _, ok := v.(map[string]any); return ok },
		}
		kind, typed := s["type"].(string)
		if typed && !is[kind]() {
			t.Errorf("%s is no %s: %v", at, kind, v)
			return
		}
		switch v := v.(type) {
		case []any:
			if items, ok := s["items"].(map[string]any); ok {
				for i, x := range v {
					check(items, x, fmt.Sprintf("%s[%d]", at, i))
				}
			}
		case map[string]any:
			properties, _ := s["properties"].(map[string]any)
			for name, x := range v {
				switch p, ok := properties[name].(map[string]any); {
				case ok:
					check(p, x, at+"."+name)
				case s["additionalProperties"] == false:
					t.Errorf("%s has %s, which the document has not", at, name)
				default:
					if more, ok := s["additionalProperties"].(map[string]any); ok {
						check(more, x, at+"."+name)
					}
				}
			}
			required, _ := s["required"].([]any)
			for _, name := range required {
				if _, ok := v[name.(string)]; !ok {
					t.Errorf("%s lacks %s", at, name)
				}
			}
		}
	}
	check(schema, v, at)
}

// Requests of any form are answered, and never with a panic or a 5xx.
func FuzzRequest(f *testing.F) {
	s := newStage(f, nil)
	for _, b := range []string{`{"to":"XB","code":"HC1:"}`, `{"to":"XB","items":[{"code":"x"}]}`, `{"trip":{"legs":[{"jurisdiction":"XB","arrive":"2026-12-03T14:20:00+08:00"}]},"codes":["a","b"],"passport":"P<"}`, `[]`, `{"to":"XB","code":"x","outcome":"refused","override":"other"}`} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{"/v1/verify", "/v1/verify/batch"} {
			status, answer := s.send(http.MethodPost, path, body)
			if !slices.Contains([]int{200, 400, 413, 415, 429}, status) || !json.Valid([]byte(answer)) {
				t.Errorf("%s: %d %s", path, status, answer)
			}
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	s := newStage(b, func(o *api.Options) { o.Anonymous = 1 << 40 })
	body, err := json.Marshal(to(s.codes["anna"]))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if status, answer := s.send(http.MethodPost, "/v1/verify", string(body)); status != http.StatusOK {
			b.Fatal(answer)
		}
	}
}
