package witness_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pratique/pratique/internal/srv"
	"github.com/pratique/pratique/internal/srv/plug"
	"github.com/pratique/pratique/tlog"
	"github.com/pratique/pratique/witness"
)

func key(word string) ed25519.PrivateKey {
	h := sha256.Sum256([]byte("pratique witness test: " + word))
	return ed25519.NewKeyFromSeed(h[:])
}

const (
	origin = "trust.example/log"
	name   = "witness.example/w1"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func logKey(t testing.TB, name string) tlog.Key {
	t.Helper()
	k, err := tlog.NewKey(name, tlog.LogEd25519, key(name).Public())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// history is a log with its checkpoint after each entry.
type history struct {
	files *tlog.Memory
	heads []tlog.Witnessed // by size
	p     tlog.Policy
}

func newHistory(t testing.TB, word string, sizes int) history {
	t.Helper()
	v, err := witness.VerifierKey(name, key(name).Public())
	if err != nil {
		t.Fatal(err)
	}
	h := history{files: new(tlog.Memory)}
	if h.p, err = tlog.ParsePolicy("log " + logKey(t, origin).String() + "\nwitness w " + v + "\nquorum w\n"); err != nil {
		t.Fatal(err)
	}
	tree := &tlog.Tree{Origin: origin, Signer: key(origin), Storage: h.files}
	for i := range sizes + 1 {
		var es [][]byte
		if i > 0 {
			es = append(es, fmt.Appendf(nil, "%s %d", word, i))
		}
		_, head, err := tree.Append(t.Context(), es...)
		if err != nil {
			t.Fatal(err)
		}
		w, err := h.p.OpenUnwitnessed(head)
		if err != nil {
			t.Fatal(err)
		}
		h.heads = append(h.heads, w)
	}
	return h
}

func (h history) request(t testing.TB, old, size int64) tlog.Request {
	t.Helper()
	p, err := tlog.Consistency(context.Background(), h.files, h.heads[size].Checkpoint, min(old, size))
	if err != nil {
		t.Fatal(err)
	}
	return tlog.Request{Old: old, Hashes: p, Note: h.heads[size].Note}
}

type clock struct {
	sync.Mutex
	t time.Time
}

func (c *clock) now() time.Time {
	c.Lock()
	defer c.Unlock()
	return c.t
}

func (c *clock) set(t time.Time) {
	c.Lock()
	defer c.Unlock()
	c.t = t
}

func handler(t testing.TB, s witness.Store, c *clock, w io.Writer) http.Handler {
	t.Helper()
	o := witness.Options{Name: name, Signer: key(name), Logs: []tlog.Key{logKey(t, origin)}, Store: s, Now: c.now}
	if w != nil {
		o.Log = slog.New(slog.NewTextHandler(w, nil))
	}
	h, err := witness.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func post(h http.Handler, body []byte) *httptest.ResponseRecorder {
	rw := httptest.NewRecorder()
	h.ServeHTTP(rw, httptest.NewRequest("POST", "/add-checkpoint", bytes.NewReader(body)))
	return rw
}

// Every answer of the specification, with what leads to it.
func TestAnswersAreThoseOfTheSpecification(t *testing.T) {
	a, fork := newHistory(t, "entry", 12), newHistory(t, "another entry", 12)
	elsewhere, err := tlog.Sign(tlog.Checkpoint{Origin: "other.example/log", Size: 7, Root: a.heads[7].Root}, key("other.example/log"))
	if err != nil {
		t.Fatal(err)
	}
	stolen, err := tlog.Sign(a.heads[7].Checkpoint, key("thief"))
	if err != nil {
		t.Fatal(err)
	}
	empty, err := tlog.Sign(tlog.Checkpoint{Origin: origin, Root: a.heads[7].Root}, key(origin))
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(a.heads[7].Note, []byte("\n7\n"), []byte("\n8\n"), 1)
	edit := func(r tlog.Request, f func(r *tlog.Request)) []byte { f(&r); return r.Bytes() }
	for _, v := range []struct {
		comment string
		seen    int64 // what the witness has cosigned before; 0: nothing
		body    []byte
		status  int
		text    string
	}{
		{"the first checkpoint", 0, a.request(t, 0, 5).Bytes(), 200, ""},
		{"a log without entries", 0, a.request(t, 0, 0).Bytes(), 200, ""},
		{"a later one", 5, a.request(t, 5, 12).Bytes(), 200, ""},
		{"the same one again, for its time", 5, a.request(t, 5, 5).Bytes(), 200, ""},
		{"with the signatures of others", 5, edit(a.request(t, 5, 7), func(r *tlog.Request) { r.Note = append(bytes.Clone(r.Note), "— other.example AAAAAAAA\n"...) }), 200, ""},
		{"with a cosignature of this witness that does not verify", 5, edit(a.request(t, 5, 7), func(r *tlog.Request) { r.Note = append(bytes.Clone(r.Note), badLine(t)...) }), 200, ""},
		{"nothing", 0, nil, 400, ""},
		{"no old size", 0, []byte("\n" + string(a.heads[5].Note)), 400, ""},
		{"an old size with a zero before it", 0, []byte("old 00\n\n" + string(a.heads[5].Note)), 400, ""},
		{"a line that is no hash", 0, []byte("old 0\nrubbish\n\n" + string(a.heads[5].Note)), 400, ""},
		{"64 hashes", 5, edit(a.request(t, 5, 7), func(r *tlog.Request) { r.Hashes = make([]tlog.Hash, 64) }), 400, ""},
		{"no checkpoint", 0, []byte("old 0\n\nrubbish\n"), 400, ""},
		{"no signature line", 0, []byte("old 0\n\n" + a.heads[5].String()), 400, ""},
		{"an old size above the new one", 5, edit(a.request(t, 5, 7), func(r *tlog.Request) { r.Old = 8 }), 400, ""},
		{"a log that is not known", 0, tlog.Request{Note: elsewhere}.Bytes(), 404, ""},
		{"another's key", 0, tlog.Request{Note: stolen}.Bytes(), 403, ""},
		{"a text that was changed", 0, tlog.Request{Note: changed}.Bytes(), 403, ""},
		{"an old size that is not the witness's", 5, a.request(t, 3, 7).Bytes(), 409, "5\n"},
		{"from nothing, to learn the size", 5, a.request(t, 0, 7).Bytes(), 409, "5\n"},
		{"rolled back", 7, a.request(t, 5, 5).Bytes(), 409, "7\n"},
		{"the proof of other sizes", 5, edit(a.request(t, 5, 7), func(r *tlog.Request) { r.Hashes = a.request(t, 4, 7).Hashes }), 422, ""},
		{"no proof", 5, edit(a.request(t, 5, 7), func(r *tlog.Request) { r.Hashes = nil }), 422, ""},
		{"a proof from nothing", 0, edit(a.request(t, 0, 7), func(r *tlog.Request) { r.Hashes = make([]tlog.Hash, 1) }), 422, ""},
		{"another history", 5, fork.request(t, 5, 7).Bytes(), 422, ""},
		{"another history of the same size", 5, fork.request(t, 5, 5).Bytes(), 422, ""},
		{"no entries, and a root of some", 0, tlog.Request{Note: empty}.Bytes(), 422, ""},
		{"longer than any", 0, make([]byte, tlog.MaxRequest+1), 413, ""},
	} {
		t.Run(v.comment, func(t *testing.T) {
			store := witness.NewStore(plug.New())
			c := &clock{t: noon}
			h := handler(t, store, c, nil)
			if v.seen > 0 {
				if rw := post(h, a.request(t, 0, v.seen).Bytes()); rw.Code != 200 {
					t.Fatal(rw.Code)
				}
			}
			c.set(noon.Add(time.Hour))
			before, _ := store.Load(hash(origin))
			rw := post(h, v.body)
			if rw.Code != v.status || v.text != "" && rw.Body.String() != v.text {
				t.Fatalf("got %d %q, want %d %q", rw.Code, rw.Body, v.status, v.text)
			}
			if kind := rw.Header().Get("Content-Type"); v.status == 409 && kind != "text/x.tlog.size" {
				t.Errorf("the size is of the type %s", kind)
			}
			now, _ := store.Load(hash(origin))
			if (v.status == 200) == bytes.Equal(before, now) {
				t.Errorf("%d, and what is stored went from %q to %q", v.status, before, now)
			}
			if v.status != 200 {
				return
			}
			r, _ := tlog.ParseRequest(v.body)
			text, _, _ := bytes.Cut(r.Note, []byte("\n\n"))
			w, err := a.p.Open([]byte(string(text) + "\n\n" + logLine(r.Note) + rw.Body.String()))
			if err != nil || !w.AsOf.Equal(noon.Add(time.Hour)) {
				t.Errorf("the cosignature is of %s: %v", w.AsOf, err)
			}
			get := httptest.NewRecorder()
			h.ServeHTTP(get, httptest.NewRequest("GET", "/"+hash(origin)+"/checkpoint", nil))
			if shown, err := a.p.Open(get.Body.Bytes()); err != nil || shown.String() != w.String() || strings.Contains(get.Body.String(), "other.example") {
				t.Errorf("it shows %q, %v", get.Body, err)
			}
		})
	}
}

func badLine(t testing.TB) string {
	k, err := tlog.NewKey(name, tlog.WitnessEd25519, key(name).Public())
	if err != nil {
		t.Fatal(err)
	}
	id := k.ID()
	return "— " + name + " " + base64.StdEncoding.EncodeToString(append([]byte{byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id)}, make([]byte, 72)...)) + "\n"
}

func logLine(note []byte) string {
	for line := range strings.Lines(string(note)) {
		if strings.HasPrefix(line, "— "+origin) {
			return line
		}
	}
	return ""
}

func hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

func TestOnlyWhatWasCosignedIsShown(t *testing.T) {
	h := handler(t, witness.NewStore(plug.New()), &clock{t: noon}, nil)
	for path, want := range map[string]int{"/" + hash(origin) + "/checkpoint": 404, "/" + strings.ToUpper(hash("x")) + "/checkpoint": 404, "/../checkpoint": 404, "/add-checkpoint": 405, "/": 404} {
		rw := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = path
		h.ServeHTTP(rw, r)
		if rw.Code != want && rw.Code != 301 && rw.Code != 307 {
			t.Errorf("%s: %d", path, rw.Code)
		}
	}
}

// A log that shows two histories leaves both in the record of the witness.
func TestASplitIsKeptAsEvidence(t *testing.T) {
	a, fork := newHistory(t, "entry", 5), newHistory(t, "another", 7)
	var said bytes.Buffer
	h := handler(t, witness.NewStore(plug.New()), &clock{t: noon}, &said)
	post(h, a.request(t, 0, 5).Bytes())
	if rw := post(h, fork.request(t, 5, 7).Bytes()); rw.Code != 422 {
		t.Fatal(rw.Code)
	}
	for _, root := range []tlog.Hash{a.heads[5].Root, fork.heads[7].Root} {
		if !strings.Contains(said.String(), root.String()) {
			t.Error("a checkpoint is not in the record")
		}
	}
}

// The clock of a witness may be put right by a little; a witness whose clock went
// back further does not sign.
func TestTheClockGoesBack(t *testing.T) {
	a := newHistory(t, "entry", 9)
	c := &clock{t: noon}
	h := handler(t, witness.NewStore(plug.New()), c, nil)
	post(h, a.request(t, 0, 5).Bytes())
	c.set(noon.Add(-time.Minute))
	rw := post(h, a.request(t, 5, 7).Bytes())
	w, err := a.p.Open(append(bytes.Clone(a.heads[7].Note), rw.Body.Bytes()...))
	if rw.Code != 200 || err != nil || !w.AsOf.Equal(noon) {
		t.Errorf("a minute: %d, %s, %v", rw.Code, w.AsOf, err)
	}
	c.set(noon.Add(-time.Hour))
	if rw := post(h, a.request(t, 7, 9).Bytes()); rw.Code != 503 {
		t.Errorf("an hour: %d", rw.Code)
	}
}

// Many ask at once for what cannot all be true: one history is cosigned.
func TestOneHistoryIsCosignedHoweverManyAsk(t *testing.T) {
	store := witness.NewStore(plug.New())
	h := handler(t, store, &clock{t: noon}, nil)
	var hs []history
	for i := range 8 {
		hs = append(hs, newHistory(t, fmt.Sprint("history ", i), 9))
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	roots := map[string]bool{}
	for i, one := range hs {
		for size := int64(9); size > 0; size -= 4 {
			wg.Go(func() {
				if rw := post(h, one.request(t, 0, size).Bytes()); rw.Code == 200 {
					mu.Lock()
					roots[fmt.Sprint(i, " ", size)] = true
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	if len(roots) != 1 {
		t.Errorf("cosigned: %v", roots)
	}
}

// At whichever step the power goes, and whatever the log tries afterwards: all that
// this witness ever gave away is of one history, and never of an earlier state.
func TestNoLossOfPowerMakesTwoHistories(t *testing.T) {
	a, fork := newHistory(t, "entry", 30), newHistory(t, "another", 30)
	given := 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		p := plug.New()
		var seen tlog.Checkpoint
		for range 5 {
			p.Steps = r.IntN(60)
			h := handler(t, witness.NewStore(p), &clock{t: noon}, nil)
			for range 12 {
				from := newHistoryOf(a, fork, r)
				size := int64(r.IntN(30) + 1)
				known := int64(0)
				for range 2 { // as a client does: ask, learn the size, ask again
					rw := post(h, from.request(t, min(known, size), size).Bytes())
					if rw.Code == 409 {
						if _, err := fmt.Sscan(rw.Body.String(), &known); err != nil {
							t.Fatal(err)
						}
						continue
					}
					if rw.Code == 200 {
						given++
						c := from.heads[size].Checkpoint
						if seen.Size > 0 {
							proof, err := tlog.Consistency(t.Context(), from.files, c, min(seen.Size, c.Size))
							if err != nil {
								t.Fatal(err)
							}
							if err := c.Follows(seen, proof); err != nil {
								t.Fatalf("seed %d: after %d entries it has cosigned %d: %v", seed, seen.Size, c.Size, err)
							}
						}
						seen = c
					}
					break
				}
			}
			p = p.Cut(r)
		}
	}
	if given < 100 {
		t.Errorf("%d cosignatures: the test tests nothing", given)
	}
}

func newHistoryOf(a, b history, r *rand.Rand) history {
	if r.IntN(2) == 0 {
		return a
	}
	return b
}

func TestClientBringsAWitnessUpToDate(t *testing.T) {
	a, fork := newHistory(t, "entry", 12), newHistory(t, "another", 12)
	s := httptest.NewServer(handler(t, witness.NewStore(srv.Folder(t.TempDir())), &clock{t: noon}, nil))
	defer s.Close()
	c := witness.Client{URL: s.URL + "/"}
	for _, v := range []struct{ known, size int64 }{{0, 5}, {0, 7}, {7, 9}, {12, 12}} {
		lines, err := c.Cosign(t.Context(), a.files, a.heads[v.size], v.known)
		if err != nil {
			t.Fatal(err)
		}
		note, err := a.p.Merge(a.heads[v.size].Note, lines)
		if err != nil {
			t.Fatal(err)
		}
		if w, err := a.p.Open(note); err != nil || w.Size != v.size {
			t.Errorf("%d: %v", v.size, err)
		}
	}
	if _, err := c.Cosign(t.Context(), a.files, a.heads[7], 0); !errors.Is(err, tlog.ErrRollback) {
		t.Errorf("rolled back: %v", err)
	}
	_, err := c.Cosign(t.Context(), fork.files, fork.heads[12], 12)
	if r, ok := errors.AsType[*witness.Refused](err); !ok || r.Status != 422 {
		t.Errorf("another history: %v", err)
	}
	// What a bad witness answers.
	for _, bad := range []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(409); fmt.Fprint(w, "-5\n") },
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(409); fmt.Fprint(w, "many\n") },
		func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) },
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(409); fmt.Fprint(w, rand.Int64N(12), "\n") },
	} {
		b := httptest.NewServer(bad)
		if lines, err := (witness.Client{URL: b.URL}).Cosign(t.Context(), a.files, a.heads[12], 0); err == nil {
			t.Errorf("got %q", lines)
		}
		b.Close()
	}
	if _, err := (witness.Client{URL: s.URL}).Cosign(t.Context(), a.files, a.heads[12], 0); err != nil {
		t.Error(err)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, o := range []witness.Options{
		{Name: "with space", Signer: key("a"), Logs: []tlog.Key{logKey(t, origin)}},
		{Name: name, Signer: key("a")},
		{Name: name, Signer: key("a"), Logs: []tlog.Key{logKey(t, origin), logKey(t, origin)}},
	} {
		if _, err := witness.New(o); err == nil {
			t.Errorf("%q with %d logs", o.Name, len(o.Logs))
		}
	}
}
