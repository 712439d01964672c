package gateway_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pratique/pratique/act"
	"github.com/pratique/pratique/gateway"
	"github.com/pratique/pratique/internal/srv"
	"github.com/pratique/pratique/internal/srv/plug"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
	"github.com/pratique/pratique/tlog"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/witness"
)

const network = "trust.example/log"

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func after(days int) time.Time { return start.AddDate(0, 0, days) }

// Keys of tests are derived from a word: they are known to everybody.
func key(word string) ed25519.PrivateKey {
	h := sha256.Sum256([]byte("pratique gateway test: " + word))
	return ed25519.NewKeyFromSeed(h[:])
}

// world is a network of tests: keyholders, two countries, three witnesses.
type world struct {
	t       testing.TB
	policy  tlog.Policy
	root    []byte
	numbers map[string]int64

	mu   sync.Mutex
	now  time.Time
	down map[string]bool // witnesses that do not answer
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, numbers: map[string]int64{}, now: start.Add(time.Hour), down: map[string]bool{}}
	d := act.Root{Network: network, Version: 1, Issued: start, Until: after(700), Threshold: 2, Regions: 2}
	for i, region := range []string{"east", "south", "north"} {
		id := fmt.Sprint("holder", i+1)
		d.Holders = append(d.Holders, act.Holder{ID: id, Name: "Keyholder " + id, Region: region, Key: key(id).Public()})
	}
	b, err := d.Bytes()
	for _, h := range []string{"holder1", "holder2"} {
		if err == nil {
			b, err = act.AddSignature(b, key(h), nil)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	w.root = b
	k, err := tlog.NewKey(network, tlog.LogEd25519, key("log").Public())
	if err != nil {
		t.Fatal(err)
	}
	text := "log " + k.String() + "\n"
	for _, name := range []string{"a", "b", "c"} {
		full := name + ".example/witness"
		h, err := witness.New(witness.Options{Name: full, Signer: key(full), Logs: []tlog.Key{k}, Store: witness.NewStore(plug.New()), Now: w.clock, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.mu.Lock()
			down := w.down[name]
			w.mu.Unlock()
			if down {
				http.Error(rw, "down", http.StatusServiceUnavailable)
				return
			}
			h.ServeHTTP(rw, r)
		}))
		t.Cleanup(s.Close)
		wk, err := tlog.NewKey(full, tlog.WitnessEd25519, key(full).Public())
		if err != nil {
			t.Fatal(err)
		}
		text += "witness " + name + " " + wk.String() + " " + s.URL + "\n"
	}
	if w.policy, err = tlog.ParsePolicy(text + "group g 2 a b c\nquorum g\n"); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) stop(names ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.down = map[string]bool{}
	for _, n := range names {
		w.down[n] = true
	}
}

func (w *world) options(db *store.DB, disk func(string) srv.Disk) gateway.Options {
	return gateway.Options{Root: w.root, Signer: key("log"), Policy: w.policy, DB: db, Disk: disk, Now: w.clock}
}

// act is the next act of a party, signed as it must be.
func (w *world) act(by string, b act.Body) []byte {
	w.t.Helper()
	w.numbers[by]++
	return w.numbered(by, w.numbers[by], b)
}

func (w *world) numbered(by string, n int64, b act.Body) []byte {
	w.t.Helper()
	signers := []crypto.Signer{key(by + " signer")}
	if by == act.ByRoot {
		signers = []crypto.Signer{key("holder1"), key("holder3")}
	}
	text, err := act.Act{Network: network, By: by, Number: n, Issued: start.Add(time.Duration(n) * time.Second), Body: b}.Sign(nil, signers...)
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}

func admission(code string) act.Party {
	return act.Party{Code: code, Name: "Country " + code, Region: "east", Threshold: 1, Until: after(365), Signers: []crypto.PublicKey{key(code + " signer").Public()}}
}

func signingKey(country string, n int) act.Key {
	k := key(fmt.Sprint("signs certificates of ", country, n)).Public()
	h := sha256.Sum256([]byte(fmt.Sprint(country, n)))
	return act.Key{Key: trust.Key{ID: string(h[:8]), Public: k, Country: country, Uses: trust.Uses{Of: []trust.Use{trust.Test}}, NotBefore: start, NotAfter: after(200)}}
}

func document(content string, version int64) act.Document {
	h := sha256.Sum256([]byte(content))
	return act.Document{Class: act.Bundle, ID: "main", Version: version, Hash: hex.EncodeToString(h[:]), Size: int64(len(content)), Until: after(30)}
}

// folder is a real one, as a disk and as a file system.
func folder(t testing.TB) (string, func(string) srv.Disk) {
	dir := t.TempDir()
	return dir, func(name string) srv.Disk { return srv.Folder(filepath.Join(dir, filepath.FromSlash(name))) }
}

func open(t testing.TB, o gateway.Options) *gateway.Gateway {
	t.Helper()
	g, err := gateway.New(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// alone is a gateway on a database and a folder of its own.
func alone(t testing.TB, w *world) (*gateway.Gateway, string) {
	t.Helper()
	d, err := store.Open(context.Background(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	dir, disk := folder(t)
	return open(t, w.options(d, disk)), dir
}

func submit(t testing.TB, g *gateway.Gateway, entry []byte) (gateway.Hash, gateway.Standing) {
	t.Helper()
	h, st, err := g.Submit(context.Background(), entry)
	if err != nil {
		t.Fatal(err)
	}
	return h, st
}

func step(t testing.TB, g *gateway.Gateway) {
	t.Helper()
	if _, err := g.Step(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// files reads a published log as a stranger does, who has the policy alone.
type files struct {
	dir string
}

func (f files) Read(_ context.Context, path string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(f.dir, filepath.FromSlash(path)))
	if errors.Is(err, os.ErrNotExist) {
		return nil, tlog.ErrMissing
	}
	return b, err
}

func read(t testing.TB, policy tlog.Policy, root []byte, src tlog.Source) (tlog.Witnessed, *act.State, [][]byte) {
	t.Helper()
	note, err := src.Read(context.Background(), "checkpoint")
	if err != nil {
		t.Fatal(err)
	}
	w, err := policy.Open(note)
	if err != nil {
		t.Fatal(err)
	}
	var entries [][]byte
	for int64(len(entries)) < w.Size {
		more, err := tlog.Entries(context.Background(), src, w.Checkpoint, int64(len(entries))/tlog.Width)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, more...)
	}
	d, err := act.OpenRoot(root, "")
	if err != nil {
		t.Fatal(err)
	}
	return w, act.Fold(d, entries, nil), entries
}

func TestAnActIsSeenOnceTheWitnessesHaveSeenIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db func() *store.DB) {
		w := newWorld(t)
		dir, disk := folder(t)
		g := open(t, w.options(db(), disk))
		w.stop("a", "b")
		h, st := submit(t, g, w.act(act.ByRoot, admission("XA")))
		if st.Stage != gateway.Waiting {
			t.Errorf("at once: %+v", st)
		}
		if _, err := g.Step(t.Context()); !errors.Is(err, gateway.ErrQuorum) {
			t.Errorf("one witness of three: %v", err)
		}
		if st, err := g.Standing(t.Context(), h); err != nil || st.Stage != gateway.Witnessing {
			t.Errorf("in the log, without a quorum: %+v, %v", st, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "checkpoint")); !errors.Is(err, os.ErrNotExist) {
			t.Error("something was published without a quorum")
		}
		if _, err := g.Prove(t.Context(), h); !errors.Is(err, gateway.ErrNotThere) {
			t.Errorf("a proof without a quorum: %v", err)
		}
		w.stop("b")
		step(t, g)
		if st, err := g.Standing(t.Context(), h); err != nil || st.Stage != gateway.Shown || st.Index != 1 {
			t.Errorf("with a quorum: %+v, %v", st, err)
		}
		seen, state, _ := read(t, w.policy, w.root, files{dir})
		if seen.Size != 2 || len(state.Members()) != 1 || len(state.Refused()) > 0 {
			t.Errorf("published: %d entries, %v", seen.Size, state.Members())
		}
		p, err := g.Prove(t.Context(), h)
		if err != nil {
			t.Fatal(err)
		}
		w.numbers[act.ByRoot] = 0
		entry := w.act(act.ByRoot, admission("XA"))
		if _, err := p.Check(w.policy, entry); err != nil {
			t.Errorf("the proof: %v", err)
		}
		if again, st := submit(t, g, entry); again != h || st.Stage != gateway.Shown {
			t.Errorf("the same act again: %+v", st)
		}
	})
}

func TestActsEnterInTheOrderOfTheirNumbers(t *testing.T) {
	w := newWorld(t)
	g, dir := alone(t, w)
	submit(t, g, w.act(act.ByRoot, admission("XA")))
	step(t, g)
	third, second, first := w.numbered("XA", 3, signingKey("XA", 3)), w.numbered("XA", 2, signingKey("XA", 2)), w.numbered("XA", 1, signingKey("XA", 1))
	submit(t, g, third)
	h, _ := submit(t, g, second)
	step(t, g)
	if st, _ := g.Standing(t.Context(), h); st.Stage != gateway.Waiting {
		t.Errorf("without its predecessor: %+v", st)
	}
	submit(t, g, first)
	step(t, g)
	_, state, entries := read(t, w.policy, w.root, files{dir})
	if len(entries) != 5 || len(state.Refused()) > 0 || state.NextNumber("XA") != 4 {
		t.Errorf("%d entries, refused %v", len(entries), state.Refused())
	}
	// What waits too long for one that does not come is refused, and says so.
	h, _ = submit(t, g, w.numbered("XA", 6, signingKey("XA", 6)))
	w.pass(gateway.Patience + time.Minute)
	step(t, g)
	if st, _ := g.Standing(t.Context(), h); st.Stage != gateway.Refused || st.Reason != act.Gap {
		t.Errorf("a gap for ever: %+v", st)
	}
}

func TestAFileIsTakenOnlyIfAnActNamesIt(t *testing.T) {
	w := newWorld(t)
	g, dir := alone(t, w)
	submit(t, g, w.act(act.ByRoot, admission("XA")))
	step(t, g)
	if err := g.Content(t.Context(), []byte("nobody's")); !errors.Is(err, gateway.ErrNotAsked) {
		t.Errorf("a file without an act: %v", err)
	}
	doc := document("all that a border needs", 1)
	h, st := submit(t, g, w.act("XA", doc))
	if st.Stage != gateway.NeedsContent || st.Needs != doc.Hash {
		t.Errorf("an act without its file: %+v", st)
	}
	step(t, g)
	if st, _ := g.Standing(t.Context(), h); st.Stage != gateway.NeedsContent {
		t.Errorf("it entered the log without its file: %+v", st)
	}
	if err := g.Content(t.Context(), []byte("all that a border needs")); err != nil {
		t.Fatal(err)
	}
	step(t, g)
	if b, err := os.ReadFile(filepath.Join(dir, "content", doc.Hash)); err != nil || string(b) != "all that a border needs" {
		t.Errorf("%q, %v", b, err)
	}
	// A file that its party must not publish refuses the act, in the network's words.
	bad := document("pratique-rules of another country", 1)
	bad.Class = act.Rules
	h, _ = submit(t, g, w.act("XA", bad))
	if err := g.Content(t.Context(), []byte("pratique-rules of another country")); act.ReasonOf(err) != act.Content {
		t.Errorf("%v", err)
	}
	if st, _ := g.Standing(t.Context(), h); st.Stage != gateway.Refused || st.Reason != act.Content {
		t.Errorf("%+v", st)
	}
	w.numbers["XA"]-- // the number was not used
	late := document("never sent", 1)
	late.ID = "late"
	h, _ = submit(t, g, w.act("XA", late))
	w.pass(gateway.Patience + time.Minute)
	step(t, g)
	if st, _ := g.Standing(t.Context(), h); st.Stage != gateway.Refused {
		t.Errorf("a file that never comes: %+v", st)
	}
}

func TestWhatTheNetworkRefusesIsNotKept(t *testing.T) {
	w := newWorld(t)
	g, _ := alone(t, w)
	submit(t, g, w.act(act.ByRoot, admission("XA")))
	step(t, g)
	good := w.numbered("XA", 1, signingKey("XA", 1))
	future, err := act.Act{Network: network, By: "XA", Number: 1, Issued: after(2), Body: signingKey("XA", 1)}.Sign(nil, key("XA signer"))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		comment string
		entry   []byte
		want    act.Reason
	}{
		{"rubbish", []byte("rubbish\n"), act.Malformed},
		{"a country that is not admitted", w.numbered("XB", 1, signingKey("XB", 1)), act.Stranger},
		{"another country's key", w.numbered("XA", 1, signingKey("XB", 1)), act.WrongCountry},
		{"a byte changed", bytes.Replace(good, []byte("number 1"), []byte("number 2"), 1), act.BadSignature},
		{"nobody's signature", good[:bytes.Index(good, []byte("\nsignature"))+1], act.Unsigned},
		{"a replay of the keyholders' act", w.numbered(act.ByRoot, 1, admission("XC")), act.Replay},
		{"the future", future, ""},
	} {
		h, _, err := g.Submit(t.Context(), v.entry)
		if err == nil || act.ReasonOf(err) != v.want || v.want == "" && !errors.Is(err, gateway.ErrFuture) {
			t.Errorf("%s: %v", v.comment, err)
		}
		if _, err := g.Standing(t.Context(), h); !errors.Is(err, gateway.ErrNotThere) {
			t.Errorf("%s was kept: %v", v.comment, err)
		}
	}
	o := w.options(nil, nil)
	o.Signer = key("another log")
	if _, err := gateway.New(t.Context(), o); err == nil {
		t.Error("a gateway with another key than the policy's was opened")
	}
}

// Several processes on one database make one log, in which everything stands once.
func TestSeveralGatewaysMakeOneLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db func() *store.DB) {
		w := newWorld(t)
		type process struct {
			g   *gateway.Gateway
			dir string
		}
		var ps []process
		for range 3 {
			dir, disk := folder(t)
			ps = append(ps, process{open(t, w.options(db(), disk)), dir})
		}
		submit(t, ps[0].g, w.act(act.ByRoot, admission("XA")))
		submit(t, ps[0].g, w.act(act.ByRoot, admission("XB")))
		step(t, ps[0].g)
		const each = 40
		var acts [][]byte
		for n := range each {
			acts = append(acts, w.numbered("XA", int64(n+1), signingKey("XA", n)), w.numbered("XB", int64(n+1), signingKey("XB", n)))
		}
		var wg sync.WaitGroup
		for i, p := range ps {
			wg.Go(func() {
				for n, a := range acts {
					if n%3 != i {
						continue
					}
					if _, _, err := p.g.Submit(context.Background(), a); err != nil {
						t.Error(err)
					}
					if n%7 == 0 {
						_, _ = p.g.Step(context.Background()) // it may find that another was faster
					}
				}
			})
		}
		wg.Wait()
		for _, p := range ps {
			for range 3 {
				step(t, p.g)
			}
		}
		for i, p := range ps {
			seen, state, _ := read(t, w.policy, w.root, files{p.dir})
			if seen.Size != 3+2*each || len(state.Refused()) > 0 || state.NextNumber("XA") != each+1 {
				t.Errorf("gateway %d shows %d entries, refused %v", i, seen.Size, state.Refused())
			}
		}
	})
}

func TestWitnessesAreAskedAgainThoughNothingIsNew(t *testing.T) {
	w := newWorld(t)
	g, dir := alone(t, w)
	step(t, g)
	first, _, _ := read(t, w.policy, w.root, files{dir})
	w.pass(time.Minute)
	step(t, g)
	if again, _, _ := read(t, w.policy, w.root, files{dir}); !again.AsOf.Equal(first.AsOf) {
		t.Error("asked again after a minute")
	}
	w.pass(10 * time.Minute)
	step(t, g)
	if again, _, _ := read(t, w.policy, w.root, files{dir}); !again.AsOf.After(first.AsOf) {
		t.Error("the checkpoint gets old")
	}
}

func TestTheGatewayOverHTTP(t *testing.T) {
	w := newWorld(t)
	g, dir := alone(t, w)
	s := httptest.NewServer(gateway.Handler(g, os.DirFS(dir)))
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			_, _ = g.Step(ctx)
			time.Sleep(5 * time.Millisecond)
		}
	})
	defer wg.Wait()
	defer cancel()
	do := func(method, path string, body []byte) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(b)
	}
	entry := w.act(act.ByRoot, admission("XA"))
	status, body := do("POST", "/v1/acts?wait=20", entry)
	var said gateway.Said
	if err := json.Unmarshal([]byte(body), &said); err != nil || status != http.StatusCreated || said.Stage != gateway.Shown || said.Index == nil || *said.Index != 1 {
		t.Fatalf("%d %s", status, body)
	}
	_, body = do("GET", "/v1/acts/"+said.Hash+"/proof", nil)
	p, err := tlog.ParseProof([]byte(body))
	if err == nil {
		_, err = p.Check(w.policy, entry)
	}
	if err != nil {
		t.Errorf("the proof: %v", err)
	}
	doc := document("a bundle", 1)
	if status, body = do("POST", "/v1/acts", w.act("XA", doc)); status != http.StatusAccepted || !strings.Contains(body, `"needs":"`+doc.Hash+`"`) {
		t.Errorf("%d %s", status, body)
	}
	if status, body = do("PUT", "/v1/content/"+doc.Hash, []byte("another file")); status != http.StatusConflict {
		t.Errorf("%d %s", status, body)
	}
	if status, body = do("PUT", "/v1/content/"+doc.Hash, []byte("a bundle")); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	for range 200 {
		if status, body = do("GET", "/content/"+doc.Hash, nil); status == http.StatusOK {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if body != "a bundle" {
		t.Errorf("%d %s", status, body)
	}
	if status, body = do("GET", "/checkpoint", nil); status != http.StatusOK || !strings.HasPrefix(body, network+"\n") {
		t.Errorf("%d %s", status, body)
	}
	if status, body = do("GET", "/v1/policy", nil); body != w.policy.String() {
		t.Errorf("%d %s", status, body)
	}
	if status, body = do("GET", "/v1/parties", nil); status != http.StatusOK || !strings.Contains(body, `"code":"XA"`) || !strings.Contains(body, `"next":2`) || !strings.Contains(body, `"documents":{"bundle":1}`) {
		t.Errorf("%d %s", status, body)
	}
	for _, v := range []struct {
		method, path, body, code string
		status                   int
	}{
		{"POST", "/v1/acts", "rubbish", "malformed", 422},
		{"POST", "/v1/acts?wait=1000", "x", "bad_request", 400},
		{"POST", "/v1/acts", strings.Repeat("x", act.MaxSize+1), "too_large", 413},
		{"GET", "/v1/acts/abc", "", "bad_request", 400},
		{"GET", "/v1/acts/" + strings.Repeat("00", 32), "", "not_found", 404},
		{"PUT", "/v1/content/" + strings.Repeat("00", 32), "x", "not_asked", 409},
		{"GET", "/tile/", "", "not_found", 404},
		{"GET", "/../gateway.go", "", "not_found", 404},
		{"GET", "/nothing", "", "not_found", 404},
	} {
		if status, body := do(v.method, v.path, []byte(v.body)); status != v.status || !strings.Contains(body, `"code":"`+v.code+`"`) || !strings.Contains(body, `"hint":"`) {
			t.Errorf("%s %s: %d %s", v.method, v.path, status, body)
		}
	}
}
