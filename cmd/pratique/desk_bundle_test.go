package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/desk"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
)

// noise is what a program tells, written and read at once.
type noise struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (n *noise) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.Write(b)
}

func (n *noise) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.String()
}

// stick is a desk's folder with bundles.
type stick struct {
	dir    string
	signer crypto.Signer
	pin    string
	errs   noise
}

var shift = time.Date(2026, 12, 3, 6, 0, 0, 0, time.UTC)

func demoKey(t *testing.T, name string) crypto.Signer {
	t.Helper()
	k, err := keys.NewDemo(name, keys.Options{Country: "XB", Uses: []trust.Use{trust.Bundle}, NotBefore: shift.AddDate(-1, 0, 0), NotAfter: shift.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return k.Signer
}

func newStick(t *testing.T) *stick {
	t.Helper()
	s := &stick{dir: t.TempDir(), signer: demoKey(t, "ministry")}
	u, err := bundle.Parse(s.bundle(t, 0, s.signer))
	if err != nil {
		t.Fatal(err)
	}
	s.pin = u.Signers()[0]
	return s
}

// bundle is that of an hour.
func (s *stick) bundle(t *testing.T, hour int, signer crypto.Signer) []byte {
	t.Helper()
	set, err := rules.Pack("sudmark")
	if err != nil {
		t.Fatal(err)
	}
	at := shift.Add(time.Duration(hour) * time.Hour)
	b, err := bundle.Build(bundle.Manifest{Jurisdiction: "XB", Name: "border", AsOf: at, Soft: at.Add(time.Hour), Hard: at.Add(72 * time.Hour)}, bundle.Contents{Rules: []*rules.Set{set}}, nil, signer)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (s *stick) put(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// open starts the desk anew.
func (s *stick) open() (*deskBundles, deskData, error) {
	p := &program{in: strings.NewReader(""), out: bufio.NewWriter(io.Discard), errs: &s.errs, lang: "en", now: func() time.Time { return shift }}
	return openBundles(p, s.dir, "", &settings{desk: "gate-2", country: "XB", pins: []string{s.pin}})
}

func hourOf(d deskData) int { return int(d.world.Data.AsOf.Sub(shift).Hours()) }

// Whatever lies on the stick, the desk goes on with the last good bundle, and
// says in words what is wrong with the other.
func TestADeskGoesOnWithItsLastGoodBundle(t *testing.T) {
	for _, v := range []struct {
		comment string
		put     func(t *testing.T, s *stick) []byte
		hour    int
		says    string
	}{
		{"a newer one", func(t *testing.T, s *stick) []byte { return s.bundle(t, 2, s.signer) }, 2, ""},
		{"the same again", func(t *testing.T, s *stick) []byte { return s.bundle(t, 1, s.signer) }, 1, ""},
		{"half of a newer one: the stick was pulled", func(t *testing.T, s *stick) []byte { b := s.bundle(t, 2, s.signer); return b[:len(b)/2] }, 1, "is cut short or damaged"},
		{"the beginning of a newer one, and zeros", func(t *testing.T, s *stick) []byte {
			b := s.bundle(t, 2, s.signer)
			clear(b[len(b)-500:])
			return b
		}, 1, "is cut short or damaged"},
		{"an empty file", func(*testing.T, *stick) []byte { return nil }, 1, "is no bundle"},
		{"an older one", func(t *testing.T, s *stick) []byte { return s.bundle(t, 0, s.signer) }, 1, "is older than the last one"},
		{"one of somebody else", func(t *testing.T, s *stick) []byte { return s.bundle(t, 2, demoKey(t, "somebody else")) }, 1, "signed by none of the keys"},
		{"another one of the same moment", func(t *testing.T, s *stick) []byte {
			return s.other(t, 1)
		}, 1, "another one of the same moment"},
	} {
		t.Run(strings.ReplaceAll(v.comment, " ", "_"), func(t *testing.T) {
			s := newStick(t)
			s.put(t, "pratique.bundle", s.bundle(t, 1, s.signer))
			d, data, err := s.open()
			if err != nil || hourOf(data) != 1 {
				t.Fatalf("%v, of hour %d", err, hourOf(data))
			}
			d.keep(d.now)

			s.put(t, "pratique.bundle", v.put(t, s)) // during the shift
			b, err := d.newest()
			if err != nil || int(b.AsOf.Sub(shift).Hours()) != v.hour {
				t.Errorf("while it runs: %v", err)
			}
			_, data, err = s.open() // and when it is started again
			if err != nil || hourOf(data) != v.hour {
				t.Errorf("started again: %v, of hour %d", err, hourOf(data))
			}
			if said := s.errs.String(); !strings.Contains(said, v.says) || v.says == "" && said != "" {
				t.Errorf("it says %q", said)
			}
			if v.says != "" && !strings.Contains(s.errs.String(), "goes on with the last good bundle") {
				t.Errorf("it does not say that it goes on: %q", s.errs.String())
			}
		})
	}
}

// other is a bundle of the same hour that holds something else.
func (s *stick) other(t *testing.T, hour int) []byte {
	t.Helper()
	at := shift.Add(time.Duration(hour) * time.Hour)
	b, err := bundle.Build(bundle.Manifest{Jurisdiction: "XB", Name: "border", AsOf: at, Soft: at, Hard: at.Add(time.Hour)}, bundle.Contents{}, nil, s.signer)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestADeskWithoutAGoodBundleIsNotOpened(t *testing.T) {
	s := newStick(t)
	if _, _, err := s.open(); err == nil || !strings.Contains(err.Error(), "there is no bundle") {
		t.Errorf("an empty stick: %v", err)
	}
	whole := s.bundle(t, 1, s.signer)
	s.put(t, "pratique.bundle", whole[:300])
	if _, _, err := s.open(); err == nil || !strings.Contains(err.Error(), "cut short") {
		t.Errorf("a torn one: %v", err)
	}
	s.put(t, "pratique.bundle", whole)
	s.pin = ""
	d := &settings{desk: "gate-2", country: "XB"}
	p := &program{errs: &s.errs, now: func() time.Time { return shift }}
	if _, _, err := openBundles(p, s.dir, "", d); err == nil || !strings.Contains(err.Error(), "does not say with which key") {
		t.Errorf("no pin: %v", err)
	}
	// A copy that was damaged is not relied on either.
	s = newStick(t)
	if err := os.Mkdir(filepath.Join(s.dir, "counts"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.put(t, "counts/last.bundle", whole[:1000])
	s.put(t, "a [1].bundle", s.bundle(t, 1, s.signer))
	if _, data, err := s.open(); err != nil || hourOf(data) != 1 {
		t.Errorf("a damaged copy beside a good one: %v", err)
	}
}

// Of several the newest counts, and those of the days before are no trouble.
func TestOfSeveralBundlesTheNewestCounts(t *testing.T) {
	s := newStick(t)
	for hour, name := range []string{"c.bundle", "a.bundle", "b.bundle"} {
		s.put(t, name, s.bundle(t, hour, s.signer))
	}
	d, data, err := s.open()
	if err != nil || hourOf(data) != 2 {
		t.Fatalf("%v, of hour %d", err, hourOf(data))
	}
	d.keep(d.now)
	if _, data, err = s.open(); err != nil || hourOf(data) != 2 || s.errs.String() != "" {
		t.Errorf("started again: %v, of hour %d, says %q", err, hourOf(data), s.errs.String())
	}
}

// A bundle that is put there during a shift is given to the page, once it is whole.
func TestANewBundleIsNoticedDuringAShift(t *testing.T) {
	s := newStick(t)
	s.put(t, "pratique.bundle", s.bundle(t, 1, s.signer))
	d, data, err := s.open()
	if err != nil {
		t.Fatal(err)
	}
	d.keep(d.now)
	counts, err := desk.OpenCounts(desk.Folder(filepath.Join(s.dir, "counts")))
	if err != nil {
		t.Fatal(err)
	}
	served, err := desk.New(desk.Options{Name: "gate-2", Country: "XB", Appeal: []string{"a"}, World: data.text, Relied: data.world, Counts: counts,
		Pages: http.NotFoundHandler(), Hosts: []string{"localhost:1"}, Now: func() time.Time { return shift }})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(tag string) (int, int, string) {
		r := httptest.NewRequest("GET", "/api/world", nil)
		r.Host = "localhost:1"
		r.Header.Set("If-None-Match", tag)
		w := httptest.NewRecorder()
		served.ServeHTTP(w, r)
		var in pageWorld
		if w.Code == http.StatusNotModified {
			return w.Code, 0, tag
		}
		if err := json.Unmarshal(w.Body.Bytes(), &in); err != nil {
			t.Fatal(err)
		}
		u, err := bundle.Parse(in.Bundle)
		if err != nil {
			t.Fatal(err)
		}
		return w.Code, int(u.Claims().AsOf.Sub(shift).Hours()), w.Header().Get("ETag")
	}
	_, hour, tag := ask("")
	if hour != 1 || tag == "" {
		t.Fatalf("of hour %d, tag %q", hour, tag)
	}
	if code, _, _ := ask(tag); code != http.StatusNotModified {
		t.Errorf("the same again: %d", code)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { d.watch(ctx, 10*time.Millisecond, served); close(done) }()
	whole := s.bundle(t, 5, s.signer)
	s.put(t, "pratique.bundle", whole[:len(whole)/2])
	happens(t, func() bool { return strings.Contains(s.errs.String(), "cut short") })
	if _, hour, _ := ask(tag); hour != 0 {
		t.Errorf("half a bundle is given out: hour %d", hour)
	}
	s.put(t, "pratique.bundle", whole)
	happens(t, func() bool { _, hour, _ := ask(tag); return hour == 5 })
	stop()
	<-done
	if kept, err := os.ReadFile(filepath.Join(s.dir, "counts", "last.bundle")); err != nil || !bytes.Equal(kept, whole) {
		t.Errorf("it is not kept: %v", err)
	}
	r := httptest.NewRequest("GET", "/api/desk", nil)
	r.Host = "localhost:1"
	w := httptest.NewRecorder()
	served.ServeHTTP(w, r)
	if floor := fmt.Sprintf("%q", shift.Add(5*time.Hour).Format(time.RFC3339)); !strings.Contains(w.Body.String(), `"floor":`+floor) {
		t.Errorf("the clock's floor is not that of the bundle: %s", w.Body)
	}
}

func happens(t *testing.T, until func() bool) {
	t.Helper()
	for range 500 {
		if until() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("it did not happen")
}
