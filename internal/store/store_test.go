package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/internal/store/storetest"
)

var steps = []string{
	"CREATE TABLE kept (id TEXT PRIMARY KEY, n BIGINT NOT NULL, raw BYTEA, yes BOOLEAN NOT NULL DEFAULT FALSE)",
	"ALTER TABLE kept ADD COLUMN note TEXT NOT NULL DEFAULT ''",
}

func migrated(t *testing.T, d *store.DB) *store.DB {
	t.Helper()
	if err := d.Migrate(t.Context(), "test", steps); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		d := migrated(t, open())
		ctx := t.Context()
		err := d.Do(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO kept (id, n, raw, yes, note) VALUES (?, ?, ?, ?, 'a ? in quotes')", "ä?", int64(1)<<60, []byte{0, 255}, true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		other := open()
		err = other.View(ctx, func(tx *store.Tx) error {
			var n int64
			var raw []byte
			var yes bool
			var note string
			if err := tx.QueryRow(ctx, "SELECT n, raw, yes, note FROM kept WHERE id = ? AND yes = ?", "ä?", true).Scan(&n, &raw, &yes, &note); err != nil {
				return err
			}
			if n != 1<<60 || !slices.Equal(raw, []byte{0, 255}) || !yes || note != "a ? in quotes" {
				t.Errorf("%d %v %v %q", n, raw, yes, note)
			}
			return tx.QueryRow(ctx, "SELECT n FROM kept WHERE id = ?", "nobody").Scan(&n)
		})
		if !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("a row that is not there: %v", err)
		}
		if err := d.View(ctx, func(tx *store.Tx) error { _, err := tx.Exec(ctx, "DELETE FROM kept"); return err }); err == nil {
			t.Error("a view writes")
		}
	})
}

func TestWhatFailsWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		d := migrated(t, open())
		ctx := t.Context()
		stop := errors.New("stop")
		err := d.Do(ctx, func(tx *store.Tx) error {
			if _, err := tx.Exec(ctx, "INSERT INTO kept (id, n) VALUES ('a', 1)"); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) || count(t, d) != 0 {
			t.Errorf("%v, %d rows", err, count(t, d))
		}
		put := func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO kept (id, n) VALUES ('a', 1)")
			return err
		}
		if err := d.Do(ctx, put); err != nil {
			t.Fatal(err)
		}
		if err := d.Do(ctx, put); !store.Twice(err) {
			t.Errorf("the same key again: %v", err)
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if err := d.Do(gone, put); err == nil {
			t.Error("written for somebody who left")
		}
	})
}

func count(t *testing.T, d *store.DB) (n int) {
	t.Helper()
	err := d.View(context.Background(), func(tx *store.Tx) error {
		return tx.QueryRow(context.Background(), "SELECT count(*) FROM kept").Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTransactionsThatCrossCountRightly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		a, b := migrated(t, open()), open()
		ctx := t.Context()
		if err := a.Do(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO kept (id, n) VALUES ('sum', 0)")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		const each = 25
		var wg sync.WaitGroup
		for i := range 8 {
			d := a
			if i%2 == 1 {
				d = b
			}
			wg.Go(func() {
				for range each {
					err := d.Do(ctx, func(tx *store.Tx) error {
						var n int64
						if err := tx.QueryRow(ctx, "SELECT n FROM kept WHERE id = 'sum'").Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(ctx, "UPDATE kept SET n = ? WHERE id = 'sum'", n+1)
						return err
					})
					for errors.Is(err, store.ErrConflict) { // refused, and said so
						err = d.Do(ctx, func(tx *store.Tx) error {
							_, err := tx.Exec(ctx, "UPDATE kept SET n = n + 1 WHERE id = 'sum'")
							return err
						})
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		var n int64
		if err := a.View(ctx, func(tx *store.Tx) error { return tx.QueryRow(ctx, "SELECT n FROM kept").Scan(&n) }); err != nil || n != 8*each {
			t.Errorf("%d of %d, %v", n, 8*each, err)
		}
	})
}

func TestManyRowsAreWrittenWithFewStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		d := migrated(t, open())
		ctx := t.Context()
		var args []any
		for i := range 1777 {
			args = append(args, fmt.Sprint(i%1700), int64(i))
		}
		var n int64
		err := d.Do(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.Insert(ctx, "INSERT INTO kept (id, n)", 2, args, "ON CONFLICT DO NOTHING")
			return err
		})
		if err != nil || n != 1700 || count(t, d) != 1700 {
			t.Errorf("%d written, %d there, %v", n, count(t, d), err)
		}
		if err := d.Do(ctx, func(tx *store.Tx) error {
			_, err := tx.Insert(ctx, "INSERT INTO kept (id, n)", 2, args[:3], "")
			return err
		}); err == nil {
			t.Error("half a row was written")
		}
	})
}

func TestTablesAreChangedOnceThoughManyBegin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		old := open()
		if err := old.Migrate(t.Context(), "test", steps[:1]); err != nil {
			t.Fatal(err)
		}
		if err := old.Do(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO kept (id, n) VALUES ('before', 1)")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 4 {
			d := open()
			wg.Go(func() {
				if err := d.Migrate(context.Background(), "test", steps); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if v, err := old.Version(t.Context(), "test"); v != 2 || err != nil {
			t.Errorf("version %d, %v", v, err)
		}
		// The program of before goes on beside the new one.
		if err := old.Migrate(t.Context(), "test", steps[:1]); err != nil {
			t.Error(err)
		}
		if err := old.Do(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO kept (id, n) VALUES ('after', 1)")
			return err
		}); err != nil || count(t, old) != 2 {
			t.Error(err)
		}
		if err := old.Migrate(t.Context(), "wrong", []string{"CREATE TABLE ("}); err == nil || !strings.Contains(err.Error(), "wrong, step 1") {
			t.Errorf("%v", err)
		}
		if v, err := old.Version(t.Context(), "wrong"); v != 0 || err != nil {
			t.Errorf("what failed counts as done: %d, %v", v, err)
		}
	})
}

// A wrong address is refused in words, and its password is repeated to nobody.
func TestAddressesAreRefusedWithoutTheirPassword(t *testing.T) {
	for _, a := range []string{"", "sqlite:", "mysql://u:hunter2@h/d", "postgres://u:hunter2@127.0.0.1:1/d", "postgres://u:hunter2@[::1/d", "postgres://u:hunter2@127.0.0.1:99999999/d", "sqlite:" + t.TempDir() + "/no/such/folder/x.db", "test.db"} {
		d, err := store.Open(t.Context(), a)
		if err == nil || d != nil {
			t.Errorf("%q was opened", a)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}
