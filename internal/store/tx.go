package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"
)

// Tx is a transaction.
type Tx struct {
	tx       *sql.Tx
	postgres bool
}

// tries is how often a transaction is begun before it is given up.
const tries = 30

// Do runs a function in a serializable transaction and commits it; if the
// function fails, nothing was written. See the package comment.
func (d *DB) Do(ctx context.Context, f func(tx *Tx) error) error {
	return d.again(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable}, f)
}

// View runs a function that reads one state of the database.
func (d *DB) View(ctx context.Context, f func(tx *Tx) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if d.postgres {
		o.Isolation = sql.LevelRepeatableRead
	}
	return d.again(ctx, o, f)
}

func (d *DB) again(ctx context.Context, o *sql.TxOptions, f func(tx *Tx) error) error {
	for n := 1; ; n++ {
		err := d.once(ctx, o, f)
		if err == nil || !crossed(err) {
			return err
		}
		if n == tries {
			return fmt.Errorf("%w: %w", ErrConflict, err)
		}
		wait := time.Duration(rand.Int64N(int64(min(n, 8)))+1) * 2 * time.Millisecond
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

func (d *DB) once(ctx context.Context, o *sql.TxOptions, f func(tx *Tx) error) error {
	tx, err := d.sql.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("beginning: %w", unbegun{err})
	}
	defer tx.Rollback() // after a commit it does nothing
	if err := f(&Tx{tx, d.postgres}); err != nil {
		return err
	}
	err = tx.Commit()
	if err != nil && !crossed(err) && !o.ReadOnly && (ctx.Err() != nil || broken(err)) {
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	if err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

// unbegun is why a transaction could not begin.
type unbegun struct{ error }

func (u unbegun) Unwrap() error { return u.error }

// crossed reports whether the same transaction may go well if it is run again: it
// met another one, or was to begin on a connection of before a server's restart.
func crossed(err error) bool {
	if u, ok := errors.AsType[unbegun](err); ok && broken(u.error) {
		return true
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "40001" || e.Code == "40P01" // serialization failure, deadlock
	}
	return errors.Is(err, sqlite3.BUSY) || errors.Is(err, sqlite3.LOCKED)
}

// broken reports whether a server said nothing of what became of a commit.
func broken(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(e.Code, "57P") || strings.HasPrefix(e.Code, "08") // shut down, connection
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		pgconn.Timeout(err) || isConnection(err) || errors.Is(err, sqlite3.IOERR)
}

func isConnection(err error) bool {
	var safe interface{ SafeToRetry() bool } // an error of pgconn that is no answer of the server
	return errors.As(err, &safe) && !safe.SafeToRetry()
}

// Twice reports whether an error says that a row with this key is there already.
// On PostgreSQL the transaction is then lost; INSERT ... ON CONFLICT DO NOTHING
// keeps it.
func Twice(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "23505"
	}
	return errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) || errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY)
}

// Exec runs a statement and returns how many rows it changed.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	r, err := t.tx.ExecContext(ctx, t.dialect(query), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Query runs a statement that answers with rows.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.tx.QueryContext(ctx, t.dialect(query), args...)
}

// QueryRow runs a statement that answers with a row; without one, Scan returns
// sql.ErrNoRows.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(ctx, t.dialect(query), args...)
}

// maxArgs is how many arguments a statement may have in either database.
const maxArgs = 32766

// Insert writes many rows with few statements: head is "INSERT INTO t (a, b)", of
// which each row has width values in args, and tail what follows the values,
// such as "ON CONFLICT DO NOTHING". It returns how many rows were written.
func (t *Tx) Insert(ctx context.Context, head string, width int, args []any, tail string) (int64, error) {
	if width <= 0 || width > maxArgs || len(args)%width != 0 {
		return 0, fmt.Errorf("%d values are no rows of %d", len(args), width)
	}
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", width), ",") + ")"
	most := 1 // a power of two rows, so that few different statements are prepared
	for most*2*width <= maxArgs && most < 512 {
		most *= 2
	}
	var written int64
	for len(args) > 0 {
		for most*width > len(args) {
			most /= 2
		}
		n := most * width
		rows := strings.TrimSuffix(strings.Repeat(row+",", most), ",")
		w, err := t.Exec(ctx, head+" VALUES "+rows+" "+tail, args[:n]...)
		if err != nil {
			return 0, err
		}
		written, args = written+w, args[n:]
	}
	return written, nil
}

// Skip is what a SELECT ends with that takes rows for this transaction alone and
// passes over those that others have: a queue. SQLite has one writer at a time.
func (t *Tx) Skip() string {
	if t.postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// dialect numbers the arguments for PostgreSQL. A ? within quotes is none.
func (t *Tx) dialect(query string) string {
	if !t.postgres || !strings.Contains(query, "?") {
		return query
	}
	return numbered(query)
}

func numbered(query string) string {
	b := make([]byte, 0, len(query)+len(query)/4+16)
	n, quote := 0, byte(0)
	for i := range len(query) {
		c := query[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '?':
			n++
			b = fmt.Appendf(b, "$%d", n)
			continue
		}
		b = append(b, c)
	}
	return string(b)
}
