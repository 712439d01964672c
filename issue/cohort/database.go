package cohort

import (
	"context"
	"fmt"
	"time"

	"github.com/pratique/pratique/internal/store"
)

// Database is a store in a database, which several processes share.
type Database struct{ db *store.DB }

// tables are the steps that make the tables; steps are only ever added.
var tables = []string{
	`CREATE TABLE cohort_keys (
		cohort TEXT NOT NULL,
		key BYTEA NOT NULL,
		used BIGINT NOT NULL,
		since BIGINT NOT NULL,
		PRIMARY KEY (cohort, key))`,
}

// NewDatabase returns the store in a database, with its tables.
func NewDatabase(ctx context.Context, db *store.DB) (*Database, error) {
	if err := db.Migrate(ctx, "cohort", tables); err != nil {
		return nil, err
	}
	return &Database{db}, nil
}

// Take implements [Store].
func (d *Database) Take(ctx context.Context, cohort string, key [32]byte, n, most int64, long time.Duration, now time.Time) (int64, Count, error) {
	var got int64
	var c Count
	err := d.db.Do(ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO cohort_keys (cohort, key, used, since) VALUES (?, ?, 0, ?) ON CONFLICT (cohort, key) DO NOTHING`,
			cohort, key[:], now.UnixMicro()); err != nil {
			return err
		}
		c = Count{Key: key}
		var since int64
		if err := tx.QueryRow(ctx, `SELECT used, since FROM cohort_keys WHERE cohort = ? AND key = ?`, cohort, key[:]).Scan(&c.Used, &since); err != nil {
			return err
		}
		c.Since = time.UnixMicro(since).UTC()
		if got = granted(c, n, most, long, now); got == 0 {
			return nil
		}
		c.Used += got
		_, err := tx.Exec(ctx, `UPDATE cohort_keys SET used = used + ? WHERE cohort = ? AND key = ?`, got, cohort, key[:])
		return err
	})
	if err != nil {
		return 0, Count{}, fmt.Errorf("counting: %w", err)
	}
	return got, c, nil
}

// Counts implements [Store].
func (d *Database) Counts(ctx context.Context, cohort string) ([]Count, error) {
	var out []Count
	err := d.db.View(ctx, func(tx *store.Tx) error {
		out = nil
		rows, err := tx.Query(ctx, `SELECT key, used, since FROM cohort_keys WHERE cohort = ? ORDER BY since, key`, cohort)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var key []byte
			var since int64
			var c Count
			if err := rows.Scan(&key, &c.Used, &since); err != nil {
				return err
			}
			if copy(c.Key[:], key) != len(c.Key) {
				return fmt.Errorf("a key of %d bytes", len(key))
			}
			c.Since = time.UnixMicro(since).UTC()
			out = append(out, c)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("reading counts: %w", err)
	}
	return out, nil
}
