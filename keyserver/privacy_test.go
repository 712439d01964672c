package keyserver_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/keyserver"
)

// A request without meaning and every other get an answer of one distribution of
// lengths, with the same headers.
func TestAnswersHaveOneSize(t *testing.T) {
	type kind struct {
		body    []byte
		headers []string
	}
	kinds := func(w *world, n int) map[string]kind {
		keys := []map[string]any{}
		for i := range 14 {
			keys = append(keys, w.key(n*100+i, 1+i))
		}
		bad := w.key(n*100+50, 3)
		bad["rollingPeriod"] = 145
		return map[string]kind{
			"one key":     {w.request(upload{keys: keys[:1]}), nil},
			"fourteen":    {w.request(upload{keys: keys[1:]}), nil},
			"a bad one":   {w.request(upload{keys: []map[string]any{w.key(n*100+60, 1), bad}}), nil},
			"chaff":       {w.request(upload{keys: keys, key: newKey(w)}), []string{"X-Chaff", "1"}},
			"empty chaff": {[]byte(`{"padding":"AAAA"}`), []string{"X-Chaff", "1"}},
			"no JSON":     {[]byte(`padding`), []string{"X-Chaff", "1"}},
		}
	}
	// With the same random bytes for the length, the lengths are the same to the byte.
	lengths := map[int]bool{}
	for n := range 6 {
		var draw [2]byte
		draw[0], draw[1] = byte(n*40), byte(n)
		size := 0
		w := newWorld(t, func(o *keyserver.Options) { o.Rand = fixed{draw} })
		for name, k := range kinds(w, n) {
			a := w.post(k.body, k.headers...)
			if size == 0 {
				size = a.Size
			}
			if a.Size != size || a.Status != 200 || a.Padded < 1000 {
				t.Errorf("%s: %d bytes, others %d, %d of them padding, status %d", name, a.Size, size, a.Padded, a.Status)
			}
			if names := slices.Sorted(maps.Keys(a.Header)); !slices.Equal(names, []string{"Content-Length", "Content-Type", "X-Api-Version"}) {
				t.Errorf("%s: %v", name, names)
			}
		}
		lengths[size] = true
	}
	if len(lengths) < 6 {
		t.Errorf("lengths do not vary: %v", lengths)
	}
	// A refusal has no other length either.
	w := newWorld(t)
	for range 20 {
		if a := w.post([]byte("{}")); a.Status != 401 || a.Size < 6<<10 || a.Size >= 7<<10 {
			t.Errorf("%d: %d bytes", a.Status, a.Size)
		}
	}
}

// fixed gives the two bytes that decide a length always alike.
type fixed struct{ draw [2]byte }

func (f fixed) Read(b []byte) (int, error) {
	if len(b) == 2 {
		return copy(b, f.draw[:]), nil
	}
	return rand.Read(b)
}

// Chaff asks the database and stores nothing.
func TestChaffStoresNothing(t *testing.T) {
	w := newWorld(t)
	if a := w.post(w.request(upload{keys: []map[string]any{w.key(1, 1)}}), "X-Chaff", "1"); a.Status != 200 || a.Token == "" {
		t.Errorf("%+v", a)
	}
	if have, err := w.store.Window(t.Context(), time.Time{}, noon.AddDate(1, 0, 0)); err != nil || len(have) > 0 {
		t.Errorf("%d, %v", len(have), err)
	}
}

// All answers leave at the multiples of one span of time.
func TestAnswersTakeOneTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *keyserver.Options) { o.Slot = 250 * time.Millisecond })
		for name, send := range map[string]func(){
			"keys":  func() { w.must(upload{keys: []map[string]any{w.key(1, 1)}}) },
			"chaff": func() { w.post([]byte(`{}`), "X-Chaff", "1") },
			"bad":   func() { w.post([]byte(`{}`)) },
		} {
			began := time.Now()
			send()
			if took := time.Since(began); took != 250*time.Millisecond {
				t.Errorf("%s: %v", name, took)
			}
		}
	})
}

// The database, the log and what is published are dumped and searched for what
// must not be there.
func TestWhatIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.db")
	db, err := store.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := keyserver.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	w := newWorld(t, func(o *keyserver.Options) {
		o.Store = kept
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
		o.Exports[0].Least = 50
	})
	var secret [][]byte // of the requests
	for n := range 30 {
		at := noon.Add(time.Duration(n) * 37 * time.Second / 2)
		w.now = at
		body := w.request(upload{keys: []map[string]any{w.key(30-n, 1), w.key(130-n, 2)}, body: map[string]any{"padding": "bWFya2VyLW9mLXBhZGRpbmc="}})
		a := w.post(body, "User-Agent", "Mozilla-marker", "X-Forwarded-For", "192.0.2.77", "X-Request-Id", "request-marker")
		if a.Inserted != 2 {
			t.Fatalf("%+v", a)
		}
		for _, s := range []int64{at.Unix(), at.UnixMilli(), at.UnixMicro()} {
			secret = append(secret, strconv.AppendInt(nil, s, 10))
			for shift := range 3 { // as a database writes a number, whole
				b := []byte{byte(s >> 40), byte(s >> 32), byte(s >> 24), byte(s >> 16), byte(s >> 8), byte(s)}
				secret = append(secret, b[shift:])
			}
		}
		secret = append(secret, []byte(a.Token[:40]))
	}
	for _, s := range []string{"marker", "192.0.2", "health.example", "keys.example", "jp.example.app", string(macKey), base64.StdEncoding.EncodeToString(macKey), "eyJ", "confirmed", "tekmac"} {
		secret = append(secret, []byte(s))
	}
	w.now = noon
	w.work(3 * time.Hour)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	places := map[string][]byte{"log": log.Bytes()}
	for _, end := range []string{"", "-wal", "-shm"} {
		if b, err := os.ReadFile(path + end); err == nil {
			places["database"+end] = b
		}
	}
	_, places["index"] = w.get("/440/index.txt")
	_, places["list"] = w.get("/440/list.json")
	delete(places, "-")
	for place, b := range places {
		for _, s := range secret {
			if place == "list" && string(s) == "keys.example" {
				continue // its own address
			}
			if len(s) < 4 {
				continue
			}
			if i := bytes.Index(b, s); i >= 0 {
				t.Errorf("the %s holds %q (%s)", place, s, hex.EncodeToString(b[max(i-8, 0):min(i+16, len(b))]))
			}
		}
	}
	if d := data(7); !bytes.Contains(places["database"], d[:]) {
		t.Fatal("the search finds nothing at all")
	}
}

// Once a window is exported, neither the order of rows nor anything else in the
// tables tells who came first, or which keys came together.
func TestNoOrderIsKept(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, kept keyserver.Store) {
		w := newWorld(t, func(o *keyserver.Options) { o.Store = kept; o.Exports[0].Least = 60 })
		var tokens []string
		for n := range 25 {
			tokens = append(tokens, w.must(upload{keys: []map[string]any{w.key(n, 1), w.key(100+n, 2)}, report: "likely"}).Token)
		}
		rows := func() (out [][]byte) {
			err := db.View(t.Context(), func(tx *store.Tx) error {
				out = nil
				rows, err := tx.Query(t.Context(), "SELECT data, given FROM keyserver_keys")
				if err != nil {
					return err
				}
				defer rows.Close()
				for rows.Next() {
					var d []byte
					var given int64
					if err := rows.Scan(&d, &given); err != nil {
						return err
					}
					if given%time.Hour.Microseconds() != 0 {
						t.Errorf("a moment that is no whole hour: %d", given)
					}
					out = append(out, d)
				}
				return rows.Err()
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if slices.IsSortedFunc(rows(), bytes.Compare) {
			t.Error("this test would not see an order")
		}
		w.work(3 * time.Hour)
		if all := rows(); len(all) < 60 || !slices.IsSortedFunc(all, bytes.Compare) {
			t.Errorf("%d rows that are not in the order of their keys", len(all))
		}
		for n := range 10 { // what is revised together stays together no longer
			if a := w.publish(upload{keys: []map[string]any{w.key(n, 1), w.key(100+n, 2)}, body: map[string]any{"revisionToken": tokens[n]}}); a.Status != 200 {
				t.Fatalf("%+v", a)
			}
		}
		w.work(3 * time.Hour)
		if db.Postgres() {
			err := db.View(t.Context(), func(tx *store.Tx) error {
				var n int
				if err := tx.QueryRow(t.Context(), "SELECT count(DISTINCT CAST(xmin AS TEXT)) FROM keyserver_keys").Scan(&n); err != nil {
					return err
				}
				if n != 2 { // of a window each
					t.Errorf("rows of %d transactions", n)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
