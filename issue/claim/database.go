package claim

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pratique/pratique/internal/store"
)

// Database is a store in a database, which several processes share.
type Database struct{ db *store.DB }

// tables are the steps that make the tables; steps are only ever added.
var tables = []string{
	`CREATE TABLE claims (
		name BYTEA PRIMARY KEY,
		ref BYTEA NOT NULL,
		until BIGINT NOT NULL,
		blob BYTEA NOT NULL,
		wallet BYTEA NOT NULL,
		redeemed BIGINT NOT NULL)`,
	`CREATE INDEX claims_ref ON claims (ref)`,
	`CREATE INDEX claims_until ON claims (until)`,
	`CREATE TABLE claim_counts (
		who BYTEA NOT NULL,
		span BIGINT NOT NULL,
		n BIGINT NOT NULL,
		PRIMARY KEY (who, span))`,
}

// NewDatabase returns the store in a database, with its tables.
func NewDatabase(ctx context.Context, db *store.DB) (*Database, error) {
	if err := db.Migrate(ctx, "claim", tables); err != nil {
		return nil, err
	}
	return &Database{db}, nil
}

// Put implements [Store].
func (d *Database) Put(ctx context.Context, r Record, now time.Time) error {
	return d.db.Do(ctx, func(tx *store.Tx) error {
		var ref []byte
		var until, redeemed int64
		err := tx.QueryRow(ctx, `SELECT ref, until, redeemed FROM claims WHERE name = ?`, r.Name[:]).Scan(&ref, &until, &redeemed)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		case redeemed != 0 || string(ref) != string(r.Ref[:]) && until > now.UnixMicro():
			return ErrTaken
		default:
			if _, err := tx.Exec(ctx, `DELETE FROM claims WHERE name = ?`, r.Name[:]); err != nil {
				return err
			}
		}
		if err := end(ctx, tx, r.Ref, now); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO claims (name, ref, until, blob, wallet, redeemed) VALUES (?, ?, ?, ?, ?, 0)`,
			r.Name[:], r.Ref[:], r.Until.UnixMicro(), r.Blob, []byte{})
		return err
	})
}

// end ends the codes of a certificate.
func end(ctx context.Context, tx *store.Tx, ref [16]byte, now time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM claims WHERE ref = ? AND redeemed = 0`, ref[:]); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE claims SET blob = ?, until = CASE WHEN until > ? THEN ? ELSE until END WHERE ref = ?`,
		[]byte{}, now.UnixMicro(), now.UnixMicro(), ref[:])
	return err
}

// Claim implements [Store].
func (d *Database) Claim(ctx context.Context, name [16]byte, wallet [32]byte, now time.Time) (Record, error) {
	var r Record
	err := d.db.Do(ctx, func(tx *store.Tx) error {
		r = Record{}
		var ref, bound []byte
		var until, redeemed int64
		err := tx.QueryRow(ctx, `SELECT ref, until, blob, wallet, redeemed FROM claims WHERE name = ?`, name[:]).Scan(&ref, &until, &r.Blob, &bound, &redeemed)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrCode
		case err != nil:
			return err
		case until <= now.UnixMicro() || len(r.Blob) == 0 || redeemed != 0 && string(bound) != string(wallet[:]):
			return ErrCode
		}
		r.Name, r.Until = name, time.UnixMicro(until).UTC()
		copy(r.Ref[:], ref)
		if redeemed != 0 {
			return nil
		}
		_, err = tx.Exec(ctx, `UPDATE claims SET wallet = ?, redeemed = ? WHERE name = ?`, wallet[:], now.UnixMicro(), name[:])
		return err
	})
	if err != nil {
		return Record{}, err
	}
	return r, nil
}

// Cancel implements [Store].
func (d *Database) Cancel(ctx context.Context, ref [16]byte, now time.Time) (int, error) {
	var n int
	err := d.db.Do(ctx, func(tx *store.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM claims WHERE ref = ? AND redeemed = 0 AND until > ?`, ref[:], now.UnixMicro()).Scan(&n); err != nil {
			return err
		}
		return end(ctx, tx, ref, now)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Redeemed implements [Store].
func (d *Database) Redeemed(ctx context.Context, ref [16]byte) ([]Redeemed, error) {
	var out []Redeemed
	err := d.db.View(ctx, func(tx *store.Tx) error {
		out = nil
		rows, err := tx.Query(ctx, `SELECT wallet, redeemed FROM claims WHERE ref = ? AND redeemed <> 0 ORDER BY redeemed, name`, ref[:])
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var wallet []byte
			var at int64
			if err := rows.Scan(&wallet, &at); err != nil {
				return err
			}
			r := Redeemed{At: time.UnixMicro(at).UTC()}
			if copy(r.Wallet[:], wallet) != len(r.Wallet) {
				return fmt.Errorf("the name of a wallet has %d bytes", len(wallet))
			}
			out = append(out, r)
		}
		return rows.Err()
	})
	return out, err
}

// Count implements [Store].
func (d *Database) Count(ctx context.Context, counters []Counter, n int64) (bool, error) {
	var ok bool
	err := d.db.Do(ctx, func(tx *store.Tx) error {
		ok = true
		for _, c := range counters {
			if _, err := tx.Exec(ctx, `INSERT INTO claim_counts (who, span, n) VALUES (?, ?, 0) ON CONFLICT (who, span) DO NOTHING`, c.Who[:], c.Window); err != nil {
				return err
			}
			var had int64
			if err := tx.QueryRow(ctx, `SELECT n FROM claim_counts WHERE who = ? AND span = ?`, c.Who[:], c.Window).Scan(&had); err != nil {
				return err
			}
			if n > 0 && had+n > c.Most {
				ok = false
				return errFull // nothing of it is kept
			}
			if _, err := tx.Exec(ctx, `UPDATE claim_counts SET n = ? WHERE who = ? AND span = ?`, max(0, had+n), c.Who[:], c.Window); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errFull) {
		return false, nil
	}
	return ok, err
}

var errFull = errors.New("the counter is full")

// Purge implements [Store].
func (d *Database) Purge(ctx context.Context, now, before time.Time, window int64) error {
	return d.db.Do(ctx, func(tx *store.Tx) error {
		for _, s := range []struct {
			query string
			args  []any
		}{
			{`DELETE FROM claims WHERE until <= ? AND redeemed < ?`, []any{now.UnixMicro(), before.UnixMicro()}}, // zero: not redeemed
			{`UPDATE claims SET blob = ? WHERE until <= ? AND blob <> ?`, []any{[]byte{}, now.UnixMicro(), []byte{}}},
			{`DELETE FROM claim_counts WHERE span < ?`, []any{window}},
		} {
			if _, err := tx.Exec(ctx, s.query, s.args...); err != nil {
				return err
			}
		}
		return nil
	})
}
