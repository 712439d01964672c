// Package storetest answers one question: does a store keep its promises in
// SQLite and in PostgreSQL, and when the power goes?
//
// [Each] runs a test on both, [Stores] one on a store in memory, too. The PostgreSQL server is the one whose address
// stands in PRATIQUE_POSTGRES, where every test makes a database of its own; `make
// unit` starts one for its run. Without it the test on PostgreSQL is skipped,
// and says so. A [Server] of its own is for tests that kill it; a [Disk] is a
// file system for SQLite that forgets, when the power goes, what was not synced.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/pratique/pratique/internal/store"
)

// Variable names the environment variable with the address of a server.
const Variable = "PRATIQUE_POSTGRES"

// Each runs a test on each kind of database. What open returns is one database,
// which is opened once more by each call; it is closed and removed in the end.
func Each(t *testing.T, test func(t *testing.T, open func() *store.DB)) {
	t.Run("sqlite", func(t *testing.T) { run(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"), test) })
	t.Run("postgres", func(t *testing.T) { run(t, Postgres(t), test) })
}

// Stores runs a test on every kind of a store: the one in memory, which is one
// however often it is opened, and the one in each kind of database.
func Stores[S any](t *testing.T, memory S, in func(context.Context, *store.DB) (S, error), test func(t *testing.T, open func() S)) {
	t.Run("memory", func(t *testing.T) { test(t, func() S { return memory }) })
	Each(t, func(t *testing.T, db func() *store.DB) {
		test(t, func() S {
			t.Helper()
			s, err := in(context.Background(), db())
			if err != nil {
				t.Fatal(err)
			}
			return s
		})
	})
}

func run(t *testing.T, address string, test func(t *testing.T, open func() *store.DB)) {
	test(t, func() *store.DB {
		t.Helper()
		d, err := store.Open(context.Background(), address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return d
	})
}

// SQLite returns the address of a new SQLite database.
func SQLite(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") }

// Postgres returns the address of a new database on the server that the
// environment names, or skips the test.
func Postgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Variable)
	if server == "" {
		t.Skip(Variable + " is not set: PostgreSQL is not tried (make unit starts one)")
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s is no address", Variable)
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		admin.Close()
	})
	u.Path = "/" + name
	return u.String()
}
