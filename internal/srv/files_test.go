package srv_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pratique/pratique/internal/srv"
	"github.com/pratique/pratique/internal/srv/plug"
)

// At whichever step the power goes: a file is the last one that was acknowledged,
// or one that was being written after it, whole.
func TestReplacedFilesSurviveTheLossOfPower(t *testing.T) {
	torn := 0
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 2))
		p := plug.New()
		last, tried := 0, 0
		for range 4 {
			p.Steps = r.IntN(40)
			f := srv.Files{Disk: p}
			for {
				tried++
				if err := f.Replace("state", fmt.Appendf(nil, "%d of many", tried)); err != nil {
					if !errors.Is(err, plug.ErrPower) {
						t.Fatal(err)
					}
					break
				}
				last = tried
			}
			p = p.Cut(r)
			b, err := srv.Files{Disk: p}.Read("state")
			if err != nil {
				t.Fatal(err)
			}
			var got int
			if b != nil {
				if n, err := fmt.Sscanf(string(b), "%d of many", &got); n != 1 || err != nil || string(b) != fmt.Sprintf("%d of many", got) {
					t.Fatalf("seed %d: the file holds %q", seed, b)
				}
			}
			if got < last || got > tried {
				t.Fatalf("seed %d: the file holds %d, acknowledged was %d of %d", seed, got, last, tried)
			}
			if got != last {
				torn++
			}
			last = got
		}
	}
	if torn == 0 {
		t.Error("no power was lost between writing and acknowledging: the test tests nothing")
	}
}

func TestFolderIsARealOne(t *testing.T) {
	folder := srv.Folder(t.TempDir() + "/new")
	f := srv.Files{Disk: folder}
	if b, err := f.Read("a"); b != nil || err != nil {
		t.Errorf("got %q, %v", b, err)
	}
	for _, s := range []string{"one", "two"} {
		if err := f.Replace("a", []byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := f.Read("a"); string(b) != "two" || err != nil {
		t.Errorf("got %q, %v", b, err)
	}
	if w, err := folder.Create("b.part"); err != nil {
		t.Fatal(err)
	} else if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if names, err := f.Names(); err != nil || len(names) != 1 || names[0] != "a" {
		t.Errorf("got %v, %v", names, err)
	}
	if err := folder.Remove("a"); err != nil {
		t.Error(err)
	}
	if names, err := (srv.Files{Disk: srv.Folder(t.TempDir() + "/none")}).Names(); err != nil || names != nil {
		t.Errorf("got %v, %v", names, err)
	}
}

func TestOneProgramAFolder(t *testing.T) {
	folder := srv.Folder(t.TempDir())
	l, err := folder.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := folder.Lock(); !errors.Is(err, srv.ErrLocked) {
		t.Errorf("got %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := folder.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
