// Package store answers one question: is it in the database, for good?
//
// A [DB] is a SQLite file, for one machine with nothing to install, or a
// PostgreSQL database, and what speaks its protocol, where several processes
// serve. Both are asked in one language, which this package keeps small.
//
// # Address
//
//	sqlite:PATH            a file, made if it is not there; its folder is
//	postgres://USER@HOST/DATABASE?...    as libpq reads it
//
// # SQL
//
// Statements have ? for their arguments, which are int64, bool, string, []byte
// or nil, and are otherwise what SQLite 3.24 and PostgreSQL 12 both read.
// Columns are BIGINT, BOOLEAN, TEXT and BYTEA; a moment is a BIGINT of
// microseconds since 1970. There is nothing that CockroachDB, YugabyteDB or
// Citus lack: no sequence, no notification, no advisory lock, no constraint that
// is deferred or excludes, no trigger.
//
// # Transactions
//
// [DB.Do] runs a function in a serializable transaction and runs it again, from
// nothing, when the database found that it crossed another one. The function
// must therefore do nothing but ask the database and fill variables that it
// first empties. [DB.View] is the same for reading alone.
//
// # Durable
//
// When Do returns nil, what it wrote is on the disk, synced: SQLite runs with a
// write-ahead log and synchronous=EXTRA, and a PostgreSQL server that says that it
// acknowledges before it syncs (fsync or synchronous_commit off) is refused with
// [ErrNotDurable]. When the connection breaks while a transaction is being
// committed, nobody can know whether it was: the error is [ErrUnknown], and the
// caller asks again by a key of its own.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/ncruces/go-sqlite3/driver"
)

var (
	// ErrAddress means that an address names no database.
	ErrAddress = errors.New("not the address of a database: sqlite:PATH or postgres://USER@HOST/DATABASE")
	// ErrNotDurable means that a server acknowledges what a loss of power takes away.
	ErrNotDurable = errors.New("the database acknowledges what it has not synced")
	// ErrUnknown means that the connection broke in a commit: it may have happened.
	ErrUnknown = errors.New("it is not known whether this was stored")
	// ErrConflict means that a transaction crossed others again and again.
	ErrConflict = errors.New("the database is too busy with the same rows")
)

// DB is a database. Its methods may be called from several goroutines.
type DB struct {
	sql      *sql.DB
	postgres bool
}

// Open opens a database and looks whether it is there and durable. The error
// never repeats a password.
func Open(ctx context.Context, address string) (*DB, error) {
	scheme, rest, ok := strings.Cut(address, ":")
	switch {
	case ok && scheme == "sqlite" && rest != "":
		return openSQLite(ctx, rest)
	case ok && (scheme == "postgres" || scheme == "postgresql"):
		return openPostgres(ctx, address)
	}
	return nil, ErrAddress
}

func openSQLite(ctx context.Context, rest string) (*DB, error) {
	path, query, _ := strings.Cut(rest, "?")
	q, err := url.ParseQuery(query)
	if err != nil {
		return nil, ErrAddress
	}
	// A file system for tests has no memory that programs share.
	q["_pragma"] = []string{"busy_timeout(20000)", "synchronous(extra)", "journal_mode(wal)", "foreign_keys(on)"}
	if q.Has("vfs") {
		q["_pragma"] = []string{"locking_mode(exclusive)", "synchronous(extra)", "journal_mode(wal)", "foreign_keys(on)"}
	}
	name := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
	conn, err := sql.Open("sqlite3", name)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	if q.Has("vfs") {
		conn.SetMaxOpenConns(1)
	}
	d := &DB{sql: conn}
	var mode string
	var level int
	// The first of several programs turns the log on, for which the others are
	// told at once that they must wait: busy_timeout does not count here.
	for range 100 {
		if err = conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err == nil || !crossed(err) || ctx.Err() != nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err == nil {
		err = conn.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&level)
	}
	if err == nil && (mode != "wal" || level < 2) {
		err = fmt.Errorf("%w: journal_mode=%s, synchronous=%d", ErrNotDurable, mode, level)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the database: %w", err), conn.Close())
	}
	return d, nil
}

func openPostgres(ctx context.Context, address string) (*DB, error) {
	conn, err := sql.Open("pgx", address)
	if err != nil {
		return nil, ErrAddress // the driver's own error may repeat what stands in it
	}
	conn.SetMaxOpenConns(16)
	conn.SetMaxIdleConns(16)
	d := &DB{sql: conn, postgres: true}
	if err := conn.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the database: %w", err), conn.Close())
	}
	for _, setting := range []string{"fsync", "synchronous_commit"} {
		var value string
		// Servers that only speak the protocol may not know the setting.
		if err := conn.QueryRowContext(ctx, "SHOW "+setting).Scan(&value); err == nil && value == "off" {
			return nil, errors.Join(fmt.Errorf("%w: %s = off; turn it on", ErrNotDurable, setting), conn.Close())
		}
	}
	return d, nil
}

// Postgres reports whether the database speaks PostgreSQL's protocol.
func (d *DB) Postgres() bool { return d.postgres }

// Ping looks whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.sql.PingContext(ctx) }

// Close closes the database.
func (d *DB) Close() error { return d.sql.Close() }
