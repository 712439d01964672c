package keyserver_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/srv/plug"
	"github.com/pratique/pratique/keyserver"
)

// What is published depends on the keys alone: not on who came first, nor on
// when within the window, nor on how they were put together.
func TestExportsDoNotDependOnTheOrderOfUploads(t *testing.T) {
	var first []byte
	r := rand.New(rand.NewPCG(1, 2))
	for run := range 4 {
		w := newWorld(t)
		order := r.Perm(40)
		for _, n := range order {
			w.must(upload{keys: []map[string]any{w.key(n, 1+n%13)}})
			w.now = w.now.Add(time.Duration(r.IntN(30)) * time.Second)
		}
		w.now = noon
		w.work(3 * time.Hour)
		all := w.exports()
		if len(all) != 1 || len(all[0].Keys) != 40 {
			t.Fatal(len(all))
		}
		all[0].Infos = nil
		text := all[0].Append(nil)
		if run == 0 {
			first = text
		}
		if !bytes.Equal(first, text) {
			t.Errorf("run %d: another export of the same keys", run)
		}
		if !slices.IsSortedFunc(all[0].Keys, func(a, b gaen.Key) int { return bytes.Compare(a.Data[:], b.Data[:]) }) {
			t.Error("the keys are not sorted")
		}
	}
}

// A window of few keys is filled, with keys like the others that stay what they
// are when the window is made again.
func TestFewKeysAreHidden(t *testing.T) {
	w := newWorld(t, func(o *keyserver.Options) { o.Exports[0].Least, o.Exports[0].Jitter = 100, 10 })
	w.must(upload{keys: []map[string]any{w.key(1, 1), w.key(2, 2)}, report: "likely"})
	w.work(3 * time.Hour)
	all := w.exports()
	if n := len(all[0].Keys); len(all) != 1 || n < 100 || n > 110 {
		t.Fatal(len(all), n)
	}
	real := map[gaen.Interval]bool{}
	for _, k := range all[0].Keys {
		if k.Data == data(1) || k.Data == data(2) {
			real[k.Start] = true
		}
	}
	for _, k := range all[0].Keys {
		if !real[k.Start] || k.Period != 144 || k.Report != gaen.ClinicalDiagnosis || k.Risk != 4 || !k.HasOnset {
			t.Fatalf("a key that looks like none of the real ones: %+v", k)
		}
	}
	have, err := w.store.Window(t.Context(), noon.Add(-time.Hour), noon.Add(time.Hour))
	if err != nil || len(have) != len(all[0].Keys) {
		t.Errorf("%d stored, %d published, %v", len(have), len(all[0].Keys), err)
	}
	before := slices.Clone(all[0].Keys)
	if err := w.store.Replace(t.Context(), "exported/440", mustLoad(t, w, "exported/440"), nil); err != nil {
		t.Fatal(err)
	}
	w.restart()
	w.work(time.Minute)
	if again := w.exports(); len(again) != 1 || !slices.Equal(again[0].Keys, before) {
		t.Error("made again, the export has other keys")
	}
}

func mustLoad(t *testing.T, w *world, name string) []byte {
	t.Helper()
	b, err := w.store.Load(t.Context(), name)
	if err != nil || b == nil {
		t.Fatal(name, err)
	}
	return b
}

// No export, and nothing in the database, is older than fourteen days and a window.
func TestOldKeysAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.must(upload{keys: []map[string]any{w.key(1, 1)}})
	w.work(4 * time.Hour)
	w.must(upload{keys: []map[string]any{w.key(2, 1)}, report: "likely"})
	w.work(4 * time.Hour)
	if all := w.exports(); len(all) != 2 {
		t.Fatal(len(all))
	}
	w.now = noon.AddDate(0, 0, 14).Add(2 * time.Hour)
	w.work(0)
	if all := w.exports(); len(all) != 1 || published(all, false)[0] != 2 {
		t.Errorf("%d exports", len(all))
	}
	w.work(5 * time.Hour)
	names, err := w.folder.Names()
	have, err2 := w.store.Window(t.Context(), time.Time{}, w.now)
	if err := errors.Join(err, err2); err != nil || len(w.exports()) != 0 || len(have) != 0 || !slices.Equal(names, []string{"index.txt", "list.json"}) {
		t.Errorf("%v %d %v", names, len(have), err)
	}
}

// Keys go to the exports of their regions; those of travellers to whoever asks
// for them.
func TestRegions(t *testing.T) {
	home, abroad := plug.New(), plug.New()
	w := newWorld(t, func(o *keyserver.Options) {
		e := o.Exports[0]
		e.Folder = home
		x := e
		x.Region, x.Travelers, x.Folder = "525", true, abroad
		o.Exports = []keyserver.Export{e, x}
	})
	w.must(upload{keys: []map[string]any{w.key(1, 1)}})
	w.must(upload{keys: []map[string]any{w.key(2, 1)}, body: map[string]any{"traveler": true}})
	w.work(3 * time.Hour)
	count := func(region string) int {
		_, list := w.get("/" + region + "/index.txt")
		index, err := gaen.ParseIndex(string(list))
		if err != nil || len(index) != 1 {
			t.Fatal(index, err)
		}
		_, file := w.get("/" + index[0])
		e, _, err := gaen.Open(bytes.NewReader(file), int64(len(file)), gaen.PublicKey{ID: "440", Version: "v1", Key: &w.signer.PublicKey})
		if err != nil || e.Region != region {
			t.Fatal(e.Region, err)
		}
		return len(e.Keys)
	}
	if h, a := count("440"), count("525"); h != 2 || a != 1 {
		t.Errorf("%d at home, %d abroad", h, a)
	}
}

// The power goes at any step of the work: what is listed is there, whole and
// signed, and the work goes on to the same exports.
func TestTheWorkAndThePower(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	done := false
	for steps := 0; !done; steps++ {
		w := newWorld(t)
		w.must(upload{keys: []map[string]any{w.key(1, 1)}})
		w.now = w.now.Add(time.Hour)
		w.must(upload{keys: []map[string]any{w.key(2, 1)}})
		w.now = w.now.Add(3 * time.Hour)
		w.folder.Steps = steps
		done = w.s.Work(t.Context()) == nil
		*w.folder = *w.folder.Cut(r)
		if names, _ := w.folder.Names(); slices.Contains(names, "index.txt") {
			w.exports()
		}
		w.restart()
		w.work(15 * time.Minute) // the lease of the one that fell
		if all := w.exports(); !slices.Equal(published(all, false), []int{1, 2}) || len(all) != 2 {
			t.Fatalf("power lost after %d steps: %v", steps, published(all, false))
		}
		if steps > 200 {
			t.Fatal("the work never ends")
		}
	}
}

// Two processes do not work at once; one that fell is waited for no longer than ten minutes.
func TestOneWorks(t *testing.T) {
	w := newWorld(t)
	w.must(upload{keys: []map[string]any{w.key(1, 1)}})
	w.now = w.now.Add(3 * time.Hour)
	if err := w.store.Replace(t.Context(), "lease", nil, []byte(w.now.Add(9*time.Minute).Format(time.RFC3339Nano))); err != nil {
		t.Fatal(err)
	}
	w.work(0)
	if code, _ := w.get("/440/index.txt"); code != 404 {
		t.Error("worked beside another")
	}
	w.work(9 * time.Minute)
	if len(w.exports()) != 1 {
		t.Error("did not take over")
	}
}

// A clock that is set back loses no key: it comes with the next window.
func TestTheClockIsSetBack(t *testing.T) {
	w := newWorld(t)
	w.work(48 * time.Hour)
	w.now = w.now.Add(-30 * time.Hour)
	w.must(upload{keys: []map[string]any{w.key(1, 1)}})
	w.work(34 * time.Hour)
	if got := published(w.exports(), false); !slices.Equal(got, []int{1}) {
		t.Errorf("%v", got)
	}
}
