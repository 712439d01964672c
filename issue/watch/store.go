package watch

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pratique/pratique/internal/store"
)

// Memory is a Store that forgets everything at the end of the process. The zero
// Memory is empty.
type Memory struct {
	mu     sync.Mutex
	states map[string][]byte
	alerts []Alert
}

// Change implements Store.
func (m *Memory) Change(_ context.Context, authority, laboratory string, f func([]byte) ([]byte, []Alert, error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := authority + " " + laboratory
	state, alerts, err := f(m.states[key])
	if err != nil {
		return err
	}
	if m.states == nil {
		m.states = map[string][]byte{}
	}
	m.states[key] = state
	m.alerts = append(m.alerts, alerts...)
	slices.SortStableFunc(m.alerts, inOrder)
	return nil
}

// Alerts implements Store.
func (m *Memory) Alerts(_ context.Context, authority string, since time.Time) ([]Alert, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Alert
	for _, a := range m.alerts {
		if a.Authority == authority && !a.At.Before(since) {
			out = append(out, a)
		}
	}
	return out, nil
}

// Close implements Store.
func (m *Memory) Close(_ context.Context, authority, id, by string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, a := range m.alerts {
		if a.Authority == authority && a.ID() == id {
			m.alerts[i].Closed = by
			return nil
		}
	}
	return ErrUnknown
}

func inOrder(a, b Alert) int {
	if n := a.At.Compare(b.At); n != 0 {
		return n
	}
	return strings.Compare(a.ID(), b.ID())
}

// SQL is a Store in a database, which several processes may share.
type SQL struct{ db *store.DB }

var steps = []string{
	`CREATE TABLE watch_laboratories (authority TEXT NOT NULL, laboratory TEXT NOT NULL, state BYTEA NOT NULL, PRIMARY KEY (authority, laboratory))`,
	`CREATE TABLE watch_alerts (authority TEXT NOT NULL, id TEXT NOT NULL, at BIGINT NOT NULL, alert BYTEA NOT NULL, closed TEXT NOT NULL, PRIMARY KEY (authority, id))`,
	`CREATE INDEX watch_alerts_at ON watch_alerts (authority, at)`,
}

// Open makes the tables if they are not there.
func Open(ctx context.Context, db *store.DB) (*SQL, error) {
	if err := db.Migrate(ctx, "watch", steps); err != nil {
		return nil, err
	}
	return &SQL{db}, nil
}

// Change implements Store.
func (s *SQL) Change(ctx context.Context, authority, laboratory string, f func([]byte) ([]byte, []Alert, error)) error {
	return s.db.Do(ctx, func(tx *store.Tx) error {
		var old []byte
		err := tx.QueryRow(ctx, `SELECT state FROM watch_laboratories WHERE authority = ? AND laboratory = ?`, authority, laboratory).Scan(&old)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		state, alerts, err := f(old)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO watch_laboratories (authority, laboratory, state) VALUES (?, ?, ?)
			ON CONFLICT (authority, laboratory) DO UPDATE SET state = excluded.state`, authority, laboratory, state)
		if err != nil {
			return err
		}
		for _, a := range alerts {
			b, err := json.Marshal(a)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO watch_alerts (authority, id, at, alert, closed) VALUES (?, ?, ?, ?, '') ON CONFLICT DO NOTHING`,
				authority, a.ID(), a.At.UnixMicro(), b); err != nil {
				return err
			}
		}
		return nil
	})
}

// Alerts implements Store.
func (s *SQL) Alerts(ctx context.Context, authority string, since time.Time) ([]Alert, error) {
	var out []Alert
	err := s.db.View(ctx, func(tx *store.Tx) error {
		out = nil
		rows, err := tx.Query(ctx, `SELECT alert, closed FROM watch_alerts WHERE authority = ? AND at >= ?`, authority, since.UnixMicro())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var b []byte
			var a Alert
			var closed string
			if err := rows.Scan(&b, &closed); err != nil {
				return err
			}
			if err := json.Unmarshal(b, &a); err != nil {
				return errors.New("reading alerts: one of them is not of this program")
			}
			a.Closed = closed
			out = append(out, a)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(out, inOrder)
	return out, nil
}

// Close implements Store.
func (s *SQL) Close(ctx context.Context, authority, id, by string) error {
	return s.db.Do(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE watch_alerts SET closed = ? WHERE authority = ? AND id = ?`, by, authority, id)
		if err == nil && n == 0 {
			err = ErrUnknown
		}
		return err
	})
}
