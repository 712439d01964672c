package keyserver

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/store"
)

// tables are made once. Moments are microseconds, as everywhere in store.
var tables = []string{
	`CREATE TABLE keyserver_keys (
		data BYTEA PRIMARY KEY, begins BIGINT NOT NULL, period BIGINT NOT NULL,
		given BIGINT NOT NULL, report BIGINT NOT NULL, risk BIGINT NOT NULL, onset BIGINT,
		revised BIGINT, report2 BIGINT NOT NULL, risk2 BIGINT NOT NULL, onset2 BIGINT,
		regions TEXT NOT NULL, traveler BOOLEAN NOT NULL, local BOOLEAN NOT NULL)`,
	`CREATE INDEX keyserver_given ON keyserver_keys (given)`,
	`CREATE INDEX keyserver_revised ON keyserver_keys (revised)`,
	`CREATE TABLE keyserver_notes (name TEXT PRIMARY KEY, data BYTEA NOT NULL)`,
}

const (
	columns = "data, begins, period, given, report, risk, onset, revised, report2, risk2, onset2, regions, traveler, local"
	width   = 14

	ofWindow = "(given >= ? AND given < ?) OR (revised >= ? AND revised < ?)"
)

type database struct{ db *store.DB }

// Open returns a [Store] in a database, whose tables it makes.
func Open(ctx context.Context, db *store.DB) (Store, error) {
	if err := db.Migrate(ctx, "keyserver", tables); err != nil {
		return nil, err
	}
	return database{db}, nil
}

// errThere means that a key which was thought to be new is here.
var errThere = errors.New("a key is here already")

// Change implements [Store]. Mostly all keys are new. Then they are written
// without being asked for: in a serializable transaction who asks for what is not
// there stands in the way of everybody who writes beside it.
func (d database) Change(ctx context.Context, keys []ID, change func([]Record) ([]Record, error)) error {
	if fresh, err := change(nil); err == nil && areOf(fresh, keys) {
		err := d.db.Do(ctx, func(tx *store.Tx) error {
			n, err := insert(ctx, tx, fresh, "ON CONFLICT (data) DO NOTHING")
			if err == nil && n != int64(len(fresh)) {
				err = errThere
			}
			return err
		})
		if !errors.Is(err, errThere) {
			return err
		}
	}
	return d.db.Do(ctx, func(tx *store.Tx) error {
		var have []Record
		if len(keys) > 0 {
			args := make([]any, len(keys))
			for i := range keys {
				args[i] = keys[i][:]
			}
			var err error
			marks := strings.TrimSuffix(strings.Repeat("?,", len(keys)), ",")
			if have, err = records(ctx, tx, "data IN ("+marks+")", args...); err != nil {
				return err
			}
		}
		changed, err := change(have)
		if err != nil || len(changed) == 0 {
			return err
		}
		_, err = insert(ctx, tx, changed, `ON CONFLICT (data) DO UPDATE SET revised = excluded.revised,
			report2 = excluded.report2, risk2 = excluded.risk2, onset2 = excluded.onset2, regions = excluded.regions`)
		return err
	})
}

// areOf reports whether there is a record of each key, and of no other.
func areOf(records []Record, keys []ID) bool {
	return len(keys) > 0 && slices.EqualFunc(records, keys, func(r Record, k ID) bool { return r.Data == k })
}

func insert(ctx context.Context, tx *store.Tx, records []Record, tail string) (int64, error) {
	args := make([]any, 0, width*len(records))
	for i := range records {
		r := &records[i]
		var revised any
		if !r.Revised.At.IsZero() {
			revised = r.Revised.At.UnixMicro()
		}
		args = append(args, r.Data[:], int64(r.Start), int64(r.Period),
			r.First.At.UnixMicro(), int64(r.First.Report), int64(r.First.Risk), r.First.onset(),
			revised, int64(r.Revised.Report), int64(r.Revised.Risk), r.Revised.onset(),
			strings.Join(r.Regions, " "), r.Traveler, r.Local)
	}
	return tx.Insert(ctx, "INSERT INTO keyserver_keys ("+columns+")", width, args, tail)
}

func (s Statement) onset() any {
	if !s.HasOnset {
		return nil
	}
	return int64(s.Onset)
}

// records reads those that meet a condition, sorted by their keys.
func records(ctx context.Context, tx *store.Tx, condition string, args ...any) ([]Record, error) {
	rows, err := tx.Query(ctx, "SELECT "+columns+" FROM keyserver_keys WHERE "+condition+" ORDER BY data", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Record
	for rows.Next() {
		var r Record
		var data []byte
		var begins, period, given, report, risk, report2, risk2 int64
		var onset, revised, onset2 sql.NullInt64
		var regions string
		if err := rows.Scan(&data, &begins, &period, &given, &report, &risk, &onset, &revised, &report2, &risk2, &onset2, &regions, &r.Traveler, &r.Local); err != nil {
			return nil, err
		}
		if len(data) != gaen.KeySize {
			return nil, fmt.Errorf("a key of %d bytes", len(data))
		}
		r.Data, r.Start, r.Period = ID(data), gaen.Interval(begins), uint8(period)
		r.First = Statement{time.UnixMicro(given).UTC(), gaen.ReportType(report), int8(risk), int8(onset.Int64), onset.Valid}
		if revised.Valid {
			r.Revised = Statement{time.UnixMicro(revised.Int64).UTC(), gaen.ReportType(report2), int8(risk2), int8(onset2.Int64), onset2.Valid}
		}
		r.Regions = strings.Fields(regions)
		out = append(out, r)
	}
	return out, rows.Err()
}

func (d database) Window(ctx context.Context, from, until time.Time) (out []Record, err error) {
	a, b := from.UnixMicro(), until.UnixMicro()
	err = d.db.View(ctx, func(tx *store.Tx) (err error) {
		out, err = records(ctx, tx, ofWindow, a, b, a, b)
		return err
	})
	return out, err
}

func (d database) Settle(ctx context.Context, from, until time.Time) error {
	a, b := from.UnixMicro(), until.UnixMicro()
	return d.db.Do(ctx, func(tx *store.Tx) error {
		all, err := records(ctx, tx, ofWindow, a, b, a, b)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM keyserver_keys WHERE "+ofWindow, a, b, a, b); err != nil {
			return err
		}
		_, err = insert(ctx, tx, all, "")
		return err
	})
}

func (d database) Forget(ctx context.Context, before time.Time) error {
	at := before.UnixMicro()
	return d.db.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM keyserver_keys WHERE given < ? AND (revised IS NULL OR revised < ?)", at, at)
		return err
	})
}

func (d database) Load(ctx context.Context, name string) (out []byte, err error) {
	err = d.db.View(ctx, func(tx *store.Tx) (err error) {
		out, err = note(ctx, tx, name)
		return err
	})
	return out, err
}

func note(ctx context.Context, tx *store.Tx, name string) ([]byte, error) {
	var data []byte
	err := tx.QueryRow(ctx, "SELECT data FROM keyserver_notes WHERE name = ?", name).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return data, err
}

func (d database) Replace(ctx context.Context, name string, old, data []byte) error {
	return d.db.Do(ctx, func(tx *store.Tx) error {
		have, err := note(ctx, tx, name)
		switch {
		case err != nil:
			return err
		case (have == nil) != (old == nil) || !bytes.Equal(have, old):
			return ErrChanged
		case data == nil:
			_, err = tx.Exec(ctx, "DELETE FROM keyserver_notes WHERE name = ?", name)
		default:
			_, err = tx.Exec(ctx, "INSERT INTO keyserver_notes (name, data) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET data = excluded.data", name, data)
		}
		return err
	})
}
