package gateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/act"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/tlog"
)

// tables are those of a gateway. A place is the index of an entry, or one of the
// numbers below zero.
var tables = []string{`
CREATE TABLE gateway_logs (
	origin TEXT PRIMARY KEY,
	head BYTEA NOT NULL,         -- as the log has signed it
	size BIGINT NOT NULL,
	witnessed BYTEA NOT NULL,    -- the newest with a quorum; empty: none
	witnessed_size BIGINT NOT NULL,
	witnessed_at BIGINT NOT NULL
);
CREATE TABLE gateway_files (
	origin TEXT NOT NULL,
	path TEXT NOT NULL,
	size BIGINT NOT NULL,        -- of the log when the file was made
	data BYTEA NOT NULL,
	PRIMARY KEY (origin, path)
);
CREATE TABLE gateway_acts (
	origin TEXT NOT NULL,
	hash BYTEA NOT NULL,
	entry BYTEA NOT NULL,
	party TEXT NOT NULL,
	received BIGINT NOT NULL,
	place BIGINT NOT NULL,
	needs TEXT NOT NULL,
	needs_size BIGINT NOT NULL,
	reason TEXT NOT NULL,
	said TEXT NOT NULL,
	PRIMARY KEY (origin, hash)
);
CREATE INDEX gateway_acts_place ON gateway_acts (origin, place, received);
CREATE TABLE gateway_contents (
	hash TEXT PRIMARY KEY,
	data BYTEA NOT NULL,
	received BIGINT NOT NULL
);
`}

const (
	placeWaiting = -1
	placeRefused = -2
)

// storage keeps a log in the database. It is a tlog.Storage.
type storage struct {
	db     *store.DB
	origin string
}

// Read implements tlog.Source.
func (s *storage) Read(ctx context.Context, path string) (data []byte, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(ctx, "SELECT data FROM gateway_files WHERE origin = ? AND path = ?", s.origin, path).Scan(&data)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, tlog.ErrMissing
	}
	return data, err
}

// Head implements tlog.Storage.
func (s *storage) Head(ctx context.Context) (head []byte, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		head, err = s.headIn(ctx, tx)
		return err
	})
	return head, err
}

func (s *storage) headIn(ctx context.Context, tx *store.Tx) (head []byte, err error) {
	err = tx.QueryRow(ctx, "SELECT head FROM gateway_logs WHERE origin = ?", s.origin).Scan(&head)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return head, err
}

// sequel is a storage on which a log grows from a head that was read, with acts
// that are marked in the same transaction.
type sequel struct {
	*storage
	from    []byte // the head that the acts were checked against
	first   int64  // the place of the first one
	taken   []Hash
	refused map[Hash]error
}

// Commit implements tlog.Storage.
func (s *sequel) Commit(ctx context.Context, old, head []byte, files map[string][]byte) error {
	if !bytes.Equal(old, s.from) {
		return tlog.ErrConflict
	}
	size, err := sizeOf(head)
	if err != nil {
		return err
	}
	return s.db.Do(ctx, func(tx *store.Tx) error {
		now, err := s.headIn(ctx, tx)
		if err != nil {
			return err
		}
		if !bytes.Equal(now, old) {
			return tlog.ErrConflict
		}
		if old == nil {
			_, err = tx.Exec(ctx, "INSERT INTO gateway_logs (origin, head, size, witnessed, witnessed_size, witnessed_at) VALUES (?, ?, ?, ?, -1, 0)", s.origin, head, size, []byte{})
		} else {
			_, err = tx.Exec(ctx, "UPDATE gateway_logs SET head = ?, size = ? WHERE origin = ?", head, size, s.origin)
		}
		if err != nil {
			return err
		}
		for path, data := range files {
			if _, err := tx.Exec(ctx, `INSERT INTO gateway_files (origin, path, size, data) VALUES (?, ?, ?, ?)
				ON CONFLICT (origin, path) DO UPDATE SET size = excluded.size, data = excluded.data`, s.origin, path, size, data); err != nil {
				return err
			}
		}
		for i, h := range s.taken {
			if _, err := tx.Exec(ctx, "UPDATE gateway_acts SET place = ? WHERE origin = ? AND hash = ?", s.first+int64(i), s.origin, h[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

func sizeOf(note []byte) (int64, error) {
	c, err := checkpointOf(note)
	return c.Size, err
}

// checkpointOf reads a checkpoint of our own.
func checkpointOf(note []byte) (tlog.Checkpoint, error) {
	text, _, ok := bytes.Cut(note, []byte("\n\n"))
	if !ok {
		return tlog.Checkpoint{}, tlog.ErrFormat
	}
	return tlog.ParseCheckpoint(string(text) + "\n")
}

// waiting is an act that waits.
type waiting struct {
	hash     Hash
	entry    []byte
	by       string
	received time.Time
	needs    string // the hash of a file, in hex
	size     int64
	there    bool // the file
}

// wait keeps an act, once.
func (s *storage) wait(ctx context.Context, w waiting) error {
	return s.db.Do(ctx, func(tx *store.Tx) error {
		var all, own int
		if err := tx.QueryRow(ctx, "SELECT count(*), coalesce(sum(CASE WHEN party = ? THEN 1 ELSE 0 END), 0) FROM gateway_acts WHERE origin = ? AND place = ?", w.by, s.origin, int64(placeWaiting)).Scan(&all, &own); err != nil {
			return err
		}
		if all >= MaxWaiting || own >= MaxWaiting/10 {
			return ErrBusy
		}
		_, err := tx.Exec(ctx, `INSERT INTO gateway_acts (origin, hash, entry, party, received, place, needs, needs_size, reason, said)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '') ON CONFLICT DO NOTHING`,
			s.origin, w.hash[:], w.entry, w.by, w.received.UnixMicro(), int64(placeWaiting), w.needs, w.size)
		return err
	})
}

const waitingColumns = `SELECT a.hash, a.entry, a.party, a.received, a.needs, a.needs_size, CASE WHEN c.hash IS NULL THEN 0 ELSE 1 END
	FROM gateway_acts a LEFT JOIN gateway_contents c ON c.hash = a.needs WHERE a.origin = ? AND a.place = ?`

// line returns what waits, the longest first.
func (s *storage) line(ctx context.Context) ([]waiting, error) {
	return s.waiting(ctx, waitingColumns+" ORDER BY a.received, a.hash LIMIT ?", s.origin, int64(placeWaiting), int64(MaxWaiting))
}

// askers returns the acts that wait for a file.
func (s *storage) askers(ctx context.Context, h Hash) ([]waiting, error) {
	return s.waiting(ctx, waitingColumns+" AND a.needs = ?", s.origin, int64(placeWaiting), hex.EncodeToString(h[:]))
}

func (s *storage) waiting(ctx context.Context, query string, args ...any) (out []waiting, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		out = nil
		rows, err := tx.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var w waiting
			var hash []byte
			var at int64
			var there int
			if err := rows.Scan(&hash, &w.entry, &w.by, &at, &w.needs, &w.size, &there); err != nil {
				return err
			}
			copy(w.hash[:], hash)
			w.received, w.there = time.UnixMicro(at).UTC(), there == 1 || w.needs == ""
			out = append(out, w)
		}
		return rows.Err()
	})
	return out, err
}

// unpublished counts what is not published while the log is published up to a
// size, by party.
func (s *storage) unpublished(ctx context.Context, size int64) (out map[string]int, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		out = map[string]int{}
		rows, err := tx.Query(ctx, "SELECT party, count(*) FROM gateway_acts WHERE origin = ? AND (place = ? OR place >= ?) GROUP BY party", s.origin, int64(placeWaiting), size)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var party string
			var n int
			if err := rows.Scan(&party, &n); err != nil {
				return err
			}
			out[party] = n
		}
		return rows.Err()
	})
	return out, err
}

// refuse marks an act that waits as refused.
func (s *storage) refuse(ctx context.Context, h Hash, why error) error {
	reason, said := act.ReasonOf(why), why.Error()
	if r, ok := errors.AsType[*act.Refusal](why); ok {
		said = r.Text
	}
	return s.db.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE gateway_acts SET place = ?, reason = ?, said = ? WHERE origin = ? AND hash = ? AND place = ?",
			int64(placeRefused), string(reason), said, s.origin, h[:], int64(placeWaiting))
		return err
	})
}

func (s *storage) standing(ctx context.Context, h Hash) (Standing, error) {
	var place, shown int64
	var needs, reason, said string
	var there int
	err := s.db.View(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(ctx, `SELECT a.place, a.needs, a.reason, a.said, CASE WHEN c.hash IS NULL THEN 0 ELSE 1 END, l.witnessed_size
			FROM gateway_acts a JOIN gateway_logs l ON l.origin = a.origin LEFT JOIN gateway_contents c ON c.hash = a.needs
			WHERE a.origin = ? AND a.hash = ?`, s.origin, h[:]).Scan(&place, &needs, &reason, &said, &there, &shown)
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Standing{}, ErrNotThere
	case err != nil:
		return Standing{}, err
	case place == placeRefused:
		return Standing{Stage: Refused, Reason: act.Reason(reason), Text: said}, nil
	case place == placeWaiting && needs != "" && there == 0:
		return Standing{Stage: NeedsContent, Needs: needs}, nil
	case place == placeWaiting:
		return Standing{Stage: Waiting}, nil
	case place >= shown:
		return Standing{Stage: Witnessing}, nil
	}
	return Standing{Stage: Shown, Index: place}, nil
}

func (s *storage) put(ctx context.Context, h Hash, content []byte, at time.Time) error {
	return s.db.Do(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO gateway_contents (hash, data, received) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", hex.EncodeToString(h[:]), content, at.UnixMicro())
		return err
	})
}

// content returns a file; ErrNotThere.
func (s *storage) content(ctx context.Context, hash string) (data []byte, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(ctx, "SELECT data FROM gateway_contents WHERE hash = ?", hash).Scan(&data)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotThere
	}
	if err == nil {
		if got := sha256.Sum256(data); hex.EncodeToString(got[:]) != hash {
			return nil, tlog.ErrDamaged
		}
	}
	return data, err
}

// witnessed is the newest checkpoint that counts.
type witnessed struct {
	note []byte
	size int64 // -1: none
	at   time.Time
}

func (s *storage) witnessed(ctx context.Context) (w witnessed, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) (err error) {
		w, err = s.witnessedIn(ctx, tx)
		return err
	})
	return w, err
}

func (s *storage) witnessedIn(ctx context.Context, tx *store.Tx) (w witnessed, err error) {
	var at int64
	err = tx.QueryRow(ctx, "SELECT witnessed, witnessed_size, witnessed_at FROM gateway_logs WHERE origin = ?", s.origin).Scan(&w.note, &w.size, &at)
	w.at = time.UnixMicro(at).UTC()
	return w, err
}

// vouch keeps a checkpoint with a quorum, unless there is a newer one, and forgets
// the partial tiles that nobody needs any more.
func (s *storage) vouch(ctx context.Context, w witnessed) error {
	return s.db.Do(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE gateway_logs SET witnessed = ?, witnessed_size = ?, witnessed_at = ?
			WHERE origin = ? AND (witnessed_size < ? OR witnessed_size = ? AND witnessed_at < ?)`,
			w.note, w.size, w.at.UnixMicro(), s.origin, w.size, w.size, w.at.UnixMicro())
		if err != nil || n == 0 {
			return err
		}
		rows, err := tx.Query(ctx, "SELECT path FROM gateway_files WHERE origin = ? AND size <= ? AND path LIKE '%.p/%'", s.origin, w.size)
		if err != nil {
			return err
		}
		defer rows.Close()
		widest := map[string][]string{}
		for rows.Next() {
			var path string
			if err := rows.Scan(&path); err != nil {
				return err
			}
			tile, _, _ := strings.Cut(path, ".p/")
			widest[tile] = append(widest[tile], path)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, paths := range widest {
			slices.SortFunc(paths, func(a, b string) int { // by width: shorter numbers are smaller
				if len(a) != len(b) {
					return len(a) - len(b)
				}
				return strings.Compare(a, b)
			})
			for _, path := range paths[:len(paths)-1] {
				if _, err := tx.Exec(ctx, "DELETE FROM gateway_files WHERE origin = ? AND path = ?", s.origin, path); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// edition is what is published at a time.
type edition struct {
	witnessed
	files    map[string][]byte // of the log, by path, made since an earlier edition
	contents []string          // hashes of files that new entries name
}

// edition returns the newest, with what is new since one of a size.
func (s *storage) edition(ctx context.Context, from int64) (e edition, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		e = edition{files: map[string][]byte{}}
		if e.witnessed, err = s.witnessedIn(ctx, tx); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "SELECT path, data FROM gateway_files WHERE origin = ? AND size > ? AND size <= ?", s.origin, from, e.size)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var path string
			var data []byte
			if err := rows.Scan(&path, &data); err != nil {
				return err
			}
			e.files[path] = data
		}
		if err := rows.Err(); err != nil {
			return err
		}
		named, err := tx.Query(ctx, "SELECT DISTINCT needs FROM gateway_acts WHERE origin = ? AND place >= ? AND place < ? AND needs <> ''", s.origin, from, e.size)
		if err != nil {
			return err
		}
		defer named.Close()
		for named.Next() {
			var hash string
			if err := named.Scan(&hash); err != nil {
				return err
			}
			e.contents = append(e.contents, hash)
		}
		return named.Err()
	})
	return e, err
}
