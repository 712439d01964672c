package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
)

// What Do has acknowledged is there after the power went at any moment, and what
// it has refused is there whole or not at all.
func TestNothingAcknowledgedIsLostWithThePower(t *testing.T) {
	ctx := context.Background()
	r := rand.New(rand.NewPCG(1, 2))
	cut := 0
	for run := range 150 {
		disk := storetest.NewDisk(fmt.Sprint("durable-", run))
		acknowledged := map[string]bool{}
		tried := 0
		for life := range 4 {
			disk.CutAfter(r.IntN(120))
			if life == 3 {
				disk.CutAfter(-1)
			}
			d, err := store.Open(ctx, disk.Address())
			if err == nil {
				err = d.Migrate(ctx, "test", steps)
			}
			for n := 0; err == nil && n < 12; n++ {
				id := fmt.Sprint(tried)
				tried++
				err = d.Do(ctx, func(tx *store.Tx) error {
					_, err := tx.Insert(ctx, "INSERT INTO kept (id, n, note)", 3, []any{id, int64(1), string(make([]byte, r.IntN(9000))), id + "b", int64(2), ""}, "")
					return err
				})
				if err == nil {
					acknowledged[id] = true
				}
			}
			if err != nil && life == 3 {
				t.Fatalf("run %d: with power: %v", run, err)
			}
			if d != nil && life == 3 {
				there := ids(t, d)
				for id := range acknowledged {
					if !there[id] {
						t.Errorf("run %d: %s was acknowledged and is lost", run, id)
					}
				}
				for n := range tried {
					if id := fmt.Sprint(n); there[id] != there[id+"b"] {
						t.Errorf("run %d: half of %s is there", run, id)
					}
				}
			}
			if err != nil {
				cut++
			}
			if d != nil {
				d.Close()
			}
			disk.Restore(r)
		}
		disk.Close()
	}
	if cut < 100 {
		t.Errorf("the power went in only %d lives", cut)
	}
}

func ids(t *testing.T, d *store.DB) map[string]bool {
	t.Helper()
	there := map[string]bool{}
	err := d.View(context.Background(), func(tx *store.Tx) error {
		clear(there)
		rows, err := tx.Query(context.Background(), "SELECT id FROM kept")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return err
			}
			there[id] = true
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return there
}

// A server that says that it does not sync is not trusted with anything.
func TestAServerThatDoesNotSyncIsRefused(t *testing.T) {
	address := storetest.Postgres(t)
	d, err := store.Open(t.Context(), address+"&options=-c%20synchronous_commit%3Doff")
	if !errors.Is(err, store.ErrNotDurable) || d != nil {
		t.Errorf("%v", err)
	}
}

// A server that dies under a transaction gives an error, and with it back the
// same database goes on; what was acknowledged is there.
func TestADatabaseThatIsKilledLosesNothing(t *testing.T) {
	s := server(t)
	ctx := t.Context()
	d, err := store.Open(ctx, s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	migrated(t, d)
	acknowledged := 0
	for life := range 3 {
		dead := make(chan struct{})
		for n := 0; ; n++ {
			if n == 20 {
				go func() { s.Kill(); close(dead) }()
			}
			id := fmt.Sprintf("%d-%d", life, n)
			err := d.Do(ctx, func(tx *store.Tx) error {
				_, err := tx.Exec(ctx, "INSERT INTO kept (id, n) VALUES (?, 1)", id)
				return err
			})
			if err != nil {
				break
			}
			acknowledged++
		}
		<-dead
		if err := s.Start(); err != nil {
			t.Fatal(err)
		}
	}
	// The pool may hold connections of before; each is found broken once.
	for err = errors.New("not tried"); err != nil; err = d.Ping(ctx) {
		if ctx.Err() != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, d); acknowledged < 60 || n < acknowledged || n > acknowledged+3 {
		t.Errorf("%d acknowledged, %d there", acknowledged, n)
	}
}

func server(t *testing.T) *storetest.Server {
	t.Helper()
	storetest.Postgres(t) // skips where there is none
	dir := storetest.Folder(t)
	s, err := storetest.NewServer(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	return s
}
