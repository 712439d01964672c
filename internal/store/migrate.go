package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// Migrate brings the tables of a component up to date. Steps are statements,
// each in a transaction of its own with the note that it was done; they are only
// ever appended to. A step must leave tables that the program before it still
// understands (new tables, new columns with a default), so that old and new
// programs may run side by side: a later one makes way for what was given up.
// Several processes may call it at once. That a newer program did more steps is
// no error: see [DB.Version].
func (d *DB) Migrate(ctx context.Context, component string, steps []string) error {
	if err := d.begin(ctx); err != nil {
		return fmt.Errorf("preparing the tables: %w", err)
	}
	for n := 0; n < len(steps); n++ {
		err := d.meeting(ctx, func(tx *Tx) error {
			done, err := tx.version(ctx, component)
			if err != nil || done > n {
				return err
			}
			// The row first: whoever makes the same step at once waits for it, and looks again.
			if _, err := tx.Exec(ctx, `INSERT INTO pratique_tables (component, version) VALUES (?, ?)
				ON CONFLICT (component) DO UPDATE SET version = excluded.version`, component, int64(n+1)); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, steps[n])
			return err
		})
		if err != nil {
			return fmt.Errorf("changing the tables of %s, step %d: %w", component, n+1, err)
		}
	}
	return nil
}

// Version returns how many steps of a component's were done.
func (d *DB) Version(ctx context.Context, component string) (int, error) {
	if err := d.begin(ctx); err != nil {
		return 0, err
	}
	var version int
	err := d.View(ctx, func(tx *Tx) (err error) {
		version, err = tx.version(ctx, component)
		return err
	})
	return version, err
}

func (d *DB) begin(ctx context.Context) error {
	return d.meeting(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "CREATE TABLE IF NOT EXISTS pratique_tables (component TEXT PRIMARY KEY, version BIGINT NOT NULL)")
		return err
	})
}

// meeting is Do for what makes tables: two programs that make one at once meet in
// PostgreSQL's catalogue, as the same row twice, and the later one has only to
// look again.
func (d *DB) meeting(ctx context.Context, f func(tx *Tx) error) error {
	var err error
	for range 10 {
		if err = d.Do(ctx, f); !met(err) {
			return err
		}
	}
	return err
}

func met(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "23505" || e.Code == "42P07" || e.Code == "42710") // unique_violation, duplicate_table, duplicate_object
}

func (t *Tx) version(ctx context.Context, component string) (int, error) {
	var version int
	err := t.QueryRow(ctx, "SELECT version FROM pratique_tables WHERE component = ?", component).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return version, err
}
