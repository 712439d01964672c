package access

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/pratique/pratique/internal/store"
)

// SQL is a Store in a database, which several processes may share.
type SQL struct{ db *store.DB }

// steps are the tables. Records are found by their key alone, so one table holds
// them all; a value is JSON.
var steps = []string{
	`CREATE TABLE access_records (
		authority TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, value BYTEA NOT NULL, until BIGINT,
		PRIMARY KEY (authority, kind, id))`,
	`CREATE INDEX access_ends ON access_records (until)`,
}

// Open makes the tables if they are not there.
func Open(ctx context.Context, db *store.DB) (*SQL, error) {
	if err := db.Migrate(ctx, "access", steps); err != nil {
		return nil, err
	}
	return &SQL{db}, nil
}

// Do implements Store.
func (s *SQL) Do(ctx context.Context, f func(Tx) error) error {
	return s.db.Do(ctx, func(tx *store.Tx) error { return f(In(ctx, tx)) })
}

// View implements Store.
func (s *SQL) View(ctx context.Context, f func(Tx) error) error {
	return s.db.View(ctx, func(tx *store.Tx) error { return f(In(ctx, tx)) })
}

// In is the records within a transaction on the database, for [May] and [StopIn]
// beside what else is written there.
func In(ctx context.Context, tx *store.Tx) Tx { return sqlTx{ctx, tx} }

// sqlTx lives no longer than the call that its context belongs to.
type sqlTx struct {
	ctx context.Context
	tx  *store.Tx
}

func (t sqlTx) Get(kind, authority, key string) ([]byte, error) {
	var b []byte
	err := t.tx.QueryRow(t.ctx, `SELECT value FROM access_records WHERE authority = ? AND kind = ? AND id = ?`, authority, kind, key).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return b, err
}

func (t sqlTx) Put(kind, authority, key string, value []byte, until time.Time) error {
	var end any
	if !until.IsZero() {
		end = until.UnixMicro()
	}
	_, err := t.tx.Exec(t.ctx, `INSERT INTO access_records (authority, kind, id, value, until) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (authority, kind, id) DO UPDATE SET value = excluded.value, until = excluded.until`, authority, kind, key, value, end)
	return err
}

func (t sqlTx) Delete(kind, authority, key string) error {
	_, err := t.tx.Exec(t.ctx, `DELETE FROM access_records WHERE authority = ? AND kind = ? AND id = ?`, authority, kind, key)
	return err
}

func (t sqlTx) Each(kind, authority string, f func(key string, value []byte) error) error {
	rows, err := t.tx.Query(t.ctx, `SELECT id, value FROM access_records WHERE authority = ? AND kind = ?`, authority, kind)
	if err != nil {
		return err
	}
	defer rows.Close()
	found := map[string][]byte{} // read to the end first: f may ask, too
	for rows.Next() {
		var id string
		var value []byte
		if err := rows.Scan(&id, &value); err != nil {
			return err
		}
		found[id] = value
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return inOrder(found, f)
}

func (t sqlTx) Purge(before time.Time) error {
	_, err := t.tx.Exec(t.ctx, `DELETE FROM access_records WHERE until < ?`, before.UnixMicro())
	return err
}
