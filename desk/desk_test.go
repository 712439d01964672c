package desk_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/demo"
	"github.com/pratique/pratique/desk"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/verify"
)

// sudmark is what the demo's border post has on its second day, and the code of Anna.
func sudmark(t *testing.T) (*verify.World, string) {
	t.Helper()
	play, err := demo.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &verify.World{Keys: new(trust.Keys), Data: verify.Data{AsOf: time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC)}}
	anna := ""
	for _, f := range play.Files {
		name, today := strings.CutPrefix(f.Name, "sudmark/day2/")
		switch {
		case f.Name == "anna.txt":
			anna = strings.TrimSpace(string(f.Data))
		case today && strings.HasPrefix(string(f.Data), "pratique-withdrawals/"):
			l, err := revoke.Parse(string(f.Data))
			if err != nil {
				t.Fatal(err)
			}
			w.Withdrawals = append(w.Withdrawals, l)
		case today:
			l, err := lists.Read(name, f.Data)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range l.Keys {
				w.Keys.Add(k)
			}
			w.Recognitions = append(w.Recognitions, l.Recognitions...)
		}
	}
	set, err := rules.Pack("sudmark")
	if err != nil {
		t.Fatal(err)
	}
	w.Rules = append(w.Rules, set)
	if anna == "" || w.Keys.Len() == 0 {
		t.Fatal("the demo is not what it was")
	}
	return w, anna
}

// post is a desk under test, with the clock in its hand.
type post struct {
	*desk.Desk
	disk  *platter
	key   *ecdsa.PrivateKey
	now   time.Time
	world *verify.World
	anna  string
	token string

	officers desk.Officers
}

const passphrase = "six small grey seals at dawn"

var shown = time.Date(2026, 12, 3, 14, 20, 0, 0, time.FixedZone("", 8*3600))

func newPost(t *testing.T) *post {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &post{disk: newPlatter(), key: key, now: time.Date(2000, 1, 1, 0, 5, 0, 0, time.UTC)} // a dead clock
	p.world, p.anna = sudmark(t)
	p.open(t)
	return p
}

func (p *post) open(t *testing.T) {
	t.Helper()
	counts, err := desk.OpenCounts(p.disk)
	if err != nil {
		t.Fatal(err)
	}
	p.Desk, err = desk.New(desk.Options{
		Name: "gate-2", Country: "XB", Appeal: []string{"https://appeals.example/"}, Sentences: []desk.Sentence{{Code: "paper_card", Text: "A paper card was seen."}},
		World: json.RawMessage(`{"files":{}}`), Relied: p.world, Sealed: true, Counts: counts,
		Pages: http.NotFoundHandler(), Hosts: []string{"localhost:7411"}, Now: func() time.Time { return p.now }, Officers: p.officers,
		Key: func(given string) (crypto.Signer, error) {
			if given != passphrase {
				return nil, errors.New("no")
			}
			return p.key, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ask sends a request as a page of this desk does, but for what change does to it.
func (p *post) ask(t *testing.T, method, path string, body any, change ...func(*http.Request)) (int, map[string]any) {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(b))
	r.Host = "localhost:7411"
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method != http.MethodGet {
		r.Header.Set("Origin", "http://localhost:7411")
		r.Header.Set("Content-Type", "application/json")
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	answer := map[string]any{}
	raw, _ := io.ReadAll(w.Body)
	if json.Unmarshal(raw, &answer) != nil {
		answer["text"] = string(raw)
	}
	return w.Code, answer
}

func (p *post) begin(t *testing.T) {
	t.Helper()
	code, a := p.ask(t, "POST", "/api/shift", map[string]any{"officer": "7", "clock": shown, "passphrase": passphrase})
	if code != 200 || a["signs"] != true {
		t.Fatalf("no shift: %d %v", code, a)
	}
	p.token = a["token"].(string)
}

// receipt is what the page writes; change does what a wrong page might.
func (p *post) receipt(t *testing.T, change ...func(*verify.World, *string, *verify.Question, *verify.Decision)) string {
	t.Helper()
	w, text := *p.world, p.anna
	q := verify.Question{Trip: verify.Direct("XA", nil, "XB", shown), At: shown, Now: shown}
	d := verify.Decision{Verdict: verify.Green, Outcome: verify.Admitted, Desk: "gate-2", Officers: []string{"7"}, Appeal: []string{"https://appeals.example/"}}
	for _, f := range change {
		f(&w, &text, &q, &d)
	}
	r, err := verify.NewReceipt(&w, text, q, d, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(r.Bytes())
}

func (p *post) counted(t *testing.T) int {
	t.Helper()
	c, err := desk.OpenCounts(p.disk)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	sums, _ := total(t, c)
	for _, k := range sums {
		n += k
	}
	return n
}

func TestADecisionIsCountedAndItsReceiptSigned(t *testing.T) {
	p := newPost(t)
	p.begin(t)
	text := p.receipt(t)
	code, a := p.ask(t, "POST", "/api/decision", map[string]string{"receipt": text})
	if code != 200 || a["signed"] != true {
		t.Fatalf("%d %v", code, a)
	}
	signed := a["receipt"].(string)
	var known trust.Keys
	known.Add(trust.Key{ID: "desk", Country: "XB", Public: p.key.Public(), Uses: trust.Uses{Of: []trust.Use{trust.Receipt}}, NotBefore: shown.AddDate(-1, 0, 0), NotAfter: shown.AddDate(1, 0, 0)})
	r, _, err := verify.OpenReceipt([]byte(signed), &known)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Replay(p.world, p.anna, verify.Direct("XA", nil, "XB", shown), nil); got.Agreement != verify.Agrees {
		t.Errorf("asked again, the receipt %v", got.Agreement)
	}
	if p.counted(t) != 1 {
		t.Errorf("%d decisions are counted", p.counted(t))
	}
	// An answer that was lost is asked for again, and nothing is counted twice.
	if code, again := p.ask(t, "POST", "/api/decision", map[string]string{"receipt": text}); code != 200 || again["receipt"] != signed || p.counted(t) != 1 {
		t.Errorf("sent again: %d, %d decisions", code, p.counted(t))
	}
	if code, csv := p.ask(t, "GET", "/api/return?week=2026-W49", nil); code != 200 || !strings.Contains(csv["text"].(string), "\r\ngate-2,XB,2026-W49,2026-12-03,green,admitted,,,1\r\n") {
		t.Errorf("the return is %d %v", code, csv)
	}
	if _, weeks := p.ask(t, "GET", "/api/return", nil); len(weeks["weeks"].([]any)) != 1 {
		t.Errorf("weeks: %v", weeks)
	}
	p.disk.full = true
	if code, a := p.ask(t, "POST", "/api/decision", map[string]string{"receipt": p.receipt(t)}); code != http.StatusInsufficientStorage || a["error"] != desk.NotCounted || a["receipt"] != nil {
		t.Errorf("a full disk: %d %v", code, a)
	}
}

func TestOnlyAReceiptOfThisDeskAndShiftAndOfNowIsSigned(t *testing.T) {
	p := newPost(t)
	p.begin(t)
	for _, v := range []struct {
		comment string
		change  func(*verify.World, *string, *verify.Question, *verify.Decision)
		tell    string
	}{
		{"of another desk", func(_ *verify.World, _ *string, _ *verify.Question, d *verify.Decision) { d.Desk = "gate-3" }, "desk"},
		{"by another officer", func(_ *verify.World, _ *string, _ *verify.Question, d *verify.Decision) { d.Officers = []string{"8"} }, "officer"},
		{"by nobody", func(_ *verify.World, _ *string, _ *verify.Question, d *verify.Decision) { d.Officers = nil }, "officer"},
		{"of yesterday", func(_ *verify.World, _ *string, q *verify.Question, _ *verify.Decision) {
			q.Now = shown.Add(-11 * time.Minute)
		}, "now"},
		{"of tomorrow", func(_ *verify.World, _ *string, q *verify.Question, _ *verify.Decision) {
			q.Now = shown.Add(11 * time.Minute)
		}, "now"},
		{"by other data", func(w *verify.World, _ *string, _ *verify.Question, _ *verify.Decision) {
			w.Data.AsOf = w.Data.AsOf.Add(-time.Hour)
		}, "data"},
		{"by other rules", func(w *verify.World, text *string, _ *verify.Question, d *verify.Decision) {
			f := w.Rules[0].File
			f.Version = "9.9.9"
			set, err := rules.New(f)
			if err != nil {
				t.Fatal(err)
			}
			w.Rules = []*rules.Set{set}
		}, "rules"},
		{"of another destination", func(w *verify.World, _ *string, q *verify.Question, d *verify.Decision) {
			q.Trip = verify.Direct("XA", nil, "XC", shown)
			d.Verdict, d.Outcome = verify.Grey, verify.SecondDesk
		}, "destination"},
		{"with a sentence that the desk does not have", func(_ *verify.World, text *string, _ *verify.Question, d *verify.Decision) {
			*text, d.Verdict, d.Override, d.TextCode = "", verify.Grey, verify.OtherEvidence, "the_weather"
		}, "sentence"},
	} {
		code, a := p.ask(t, "POST", "/api/decision", map[string]string{"receipt": p.receipt(t, v.change)})
		if why, _ := a["why"].(string); code != http.StatusConflict || a["error"] != desk.ForeignReceipt || !strings.Contains(why, v.tell) {
			t.Errorf("%s: %d %v", v.comment, code, a)
		}
	}
	for _, text := range []string{"", "pratique-receipt/1.0\n", p.anna, strings.Replace(p.receipt(t), "decision admitted", "decision refused", 1), strings.Repeat("x", 5000)} {
		if code, a := p.ask(t, "POST", "/api/decision", map[string]string{"receipt": text}); code != 400 || a["error"] != desk.NotAReceipt {
			t.Errorf("%.30q: %d %v", text, code, a)
		}
	}
	_, a := p.ask(t, "POST", "/api/decision", map[string]string{"receipt": p.receipt(t)})
	if code, again := p.ask(t, "POST", "/api/decision", map[string]string{"receipt": a["receipt"].(string)}); code != http.StatusConflict {
		t.Errorf("a signed receipt: %d %v", code, again)
	}
	if p.counted(t) != 1 {
		t.Errorf("%d decisions are counted, want the one that was signed", p.counted(t))
	}
	paper := p.receipt(t, func(_ *verify.World, text *string, _ *verify.Question, d *verify.Decision) {
		*text, d.Verdict, d.Override, d.TextCode = "", verify.Grey, verify.OtherEvidence, "paper_card"
	})
	if code, a := p.ask(t, "POST", "/api/decision", map[string]string{"receipt": paper}); code != 200 {
		t.Errorf("a paper card: %d %v", code, a)
	}
}

// A page sends one object. What follows it, or does not end, is not passed over.
func TestARequestIsOneObject(t *testing.T) {
	good, err := json.Marshal(map[string]any{"officer": "7", "clock": shown, "passphrase": passphrase})
	if err != nil {
		t.Fatal(err)
	}
	for after, want := range map[string]int{"": 200, "\n": 200, "}": 400, "{}": 400, "]": 400, "x": 400, strings.Repeat(" ", 64<<10): 413} {
		p := newPost(t)
		code, a := p.ask(t, "POST", "/api/shift", nil, func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(string(good) + after)) })
		if code != want || want != 200 && a["error"] != desk.BadRequest {
			t.Errorf("%.8q after it: %d %v", after, code, a["error"])
		}
	}
}

func TestAShiftNeedsAnOfficerAPassphraseAndAPossibleClock(t *testing.T) {
	p := newPost(t)
	for _, v := range []struct {
		comment string
		body    map[string]any
		code    int
		word    string
	}{
		{"no officer", map[string]any{"clock": shown, "passphrase": passphrase}, 400, desk.BadRequest},
		{"a name with a blank", map[string]any{"officer": "Ole Berg", "clock": shown, "passphrase": passphrase}, 400, desk.BadRequest},
		{"the wrong passphrase", map[string]any{"officer": "7", "clock": shown, "passphrase": "x"}, 403, desk.WrongPass},
		{"no passphrase", map[string]any{"officer": "7", "clock": shown}, 403, desk.WrongPass},
		{"the dead clock itself", map[string]any{"officer": "7", "clock": p.now, "passphrase": passphrase}, 409, desk.WrongClock},
		{"before the data", map[string]any{"officer": "7", "clock": p.world.Data.AsOf.Add(-time.Second), "passphrase": passphrase}, 409, desk.WrongClock},
		{"no clock", map[string]any{"officer": "7", "passphrase": passphrase}, 409, desk.WrongClock},
		{"a member that nobody knows", map[string]any{"officer": "7", "clock": shown, "passphrase": passphrase, "admin": true}, 400, desk.BadRequest},
		{"a novel", map[string]any{"officer": strings.Repeat("7", 1<<17)}, 413, desk.BadRequest},
	} {
		if code, a := p.ask(t, "POST", "/api/shift", v.body); code != v.code || a["error"] != v.word {
			t.Errorf("%s: %d %v", v.comment, code, a)
		}
	}
	if code, _ := p.ask(t, "POST", "/api/decision", map[string]string{"receipt": p.receipt(t)}); code != 401 {
		t.Errorf("without a shift: %d", code)
	}
	p.begin(t)
	if code, _ := p.ask(t, "POST", "/api/decision", map[string]string{"receipt": p.receipt(t)}); code != 200 {
		t.Errorf("in a shift: %d", code)
	}
	// After a loss of power the clock is dead again; the last decision is its floor.
	p.disk.steps = -1
	p.open(t)
	p.token = ""
	_, a := p.ask(t, "GET", "/api/desk", nil)
	floor, err := time.Parse(time.RFC3339, a["floor"].(string))
	if err != nil || !floor.Equal(shown.Truncate(time.Hour)) {
		t.Errorf("the floor is %v", a["floor"])
	}
	if code, a := p.ask(t, "POST", "/api/shift", map[string]any{"officer": "7", "clock": floor.Add(-time.Minute), "passphrase": passphrase}); code != 409 {
		t.Errorf("before the last decision: %d %v", code, a)
	}
	p.begin(t)
	p.now = p.now.Add(17 * time.Hour)
	if code, _ := p.ask(t, "POST", "/api/decision", map[string]string{"receipt": p.receipt(t)}); code != 401 {
		t.Errorf("a forgotten shift: %d", code)
	}
	p.begin(t)
	if code, _ := p.ask(t, "POST", "/api/end", struct{}{}); code != 200 {
		t.Errorf("the end of a shift: %d", code)
	}
	if code, _ := p.ask(t, "POST", "/api/decision", map[string]string{"receipt": p.receipt(t)}); code != 401 {
		t.Errorf("after the end: %d", code)
	}
}

func TestDecisionsMadeWhileTheDeskWasAwayAreCounted(t *testing.T) {
	p := newPost(t)
	p.begin(t)
	one := map[string]any{"hour": shown.Add(-2 * time.Hour), "verdict": "amber", "outcome": "second_desk", "override": "", "sentence": ""}
	if code, a := p.ask(t, "POST", "/api/counts", map[string]any{"counts": []any{one, one}}); code != 200 || p.counted(t) != 2 {
		t.Errorf("%d %v, %d counted", code, a, p.counted(t))
	}
	for member, wrong := range map[string]any{"hour": shown.Add(time.Hour), "verdict": "blue", "outcome": "eaten", "override": "two words", "sentence": "x\ny"} {
		other := map[string]any{}
		for k, v := range one {
			other[k] = v
		}
		other[member] = wrong
		if code, _ := p.ask(t, "POST", "/api/counts", map[string]any{"counts": []any{one, other}}); code != 400 {
			t.Errorf("%s %v: %d", member, wrong, code)
		}
	}
	if p.counted(t) != 2 {
		t.Errorf("%d counted", p.counted(t))
	}
}

// What other pages can make a browser ask is refused, and so is a name that
// somebody else let lead here.
func TestOtherPagesAndNamesAreRefused(t *testing.T) {
	p := newPost(t)
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	host := func(h string) func(*http.Request) { return func(r *http.Request) { r.Host = h } }
	shift := map[string]any{"officer": "7", "clock": shown, "passphrase": passphrase}
	for _, v := range []struct {
		comment, method, path string
		change                func(*http.Request)
		want                  int
	}{
		{"this page", "GET", "/api/desk", func(*http.Request) {}, 200},
		{"an address that was typed", "GET", "/api/return", set("Sec-Fetch-Site", "none"), 200},
		{"a browser that says no site", "GET", "/api/desk", func(r *http.Request) { r.Header.Del("Sec-Fetch-Site") }, 200},
		{"another page reads", "GET", "/api/world", set("Sec-Fetch-Site", "cross-site"), 403},
		{"a page of another port reads", "GET", "/api/desk", set("Sec-Fetch-Site", "same-site"), 403},
		{"a rebound name", "GET", "/api/desk", host("evil.example:7411"), 421},
		{"a rebound name for the page itself", "GET", "/desk/", host("evil.example"), 421},
		{"no name", "GET", "/desk/", host(""), 421},
		{"another port's name", "GET", "/desk/", host("localhost"), 421},
		{"this page begins", "POST", "/api/shift", func(*http.Request) {}, 200},
		{"another page begins", "POST", "/api/shift", set("Origin", "https://evil.example"), 403},
		{"a sandbox begins", "POST", "/api/shift", set("Origin", "null"), 403},
		{"nobody says who begins", "POST", "/api/shift", func(r *http.Request) { r.Header.Del("Origin") }, 403},
		{"a page of another port begins", "POST", "/api/shift", set("Origin", "http://localhost:8000"), 403},
		{"a form begins", "POST", "/api/shift", set("Content-Type", "text/plain"), 415},
		{"nothing is said of the content", "POST", "/api/shift", func(r *http.Request) { r.Header.Del("Content-Type") }, 415},
		{"a call that there is not", "GET", "/api/people", func(*http.Request) {}, 404},
		{"a wrong method", "DELETE", "/api/desk", func(*http.Request) {}, 404},
		{"a week that is a path", "GET", "/api/return?week=../../etc/passwd", func(*http.Request) {}, 400},
	} {
		if code, a := p.ask(t, v.method, v.path, shift, v.change); code != v.want {
			t.Errorf("%s: %d %v, want %d", v.comment, code, a, v.want)
		}
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.Host = "localhost:7411"
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/desk/" || w.Header().Get("Cross-Origin-Resource-Policy") != "same-origin" || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("the first page: %d %v", w.Code, w.Header())
	}
}

func TestADeskThatLacksSomethingIsNotOpened(t *testing.T) {
	if _, err := desk.New(desk.Options{}); err == nil {
		t.Error("a desk of nothing was opened")
	}
	if _, err := desk.New(desk.Options{Name: "a", Country: "XB"}); err == nil {
		t.Error("a desk without data was opened")
	}
}
