package register

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/audit"
)

// page is how many rows are read at a time, so that no reader stands in the way of
// those who write, and memory stays flat.
const page = 1000

const standing = `SELECT e.serial, e.request, e.country, e.format, e.kind, e.laboratory, e.clerk, e.signer, e.leaf, e.signature,
	e.issued, e.until, e.batch, COALESCE(w.reason, ''), COALESCE(w.since, 0), COALESCE(w.proposal, '')
	FROM issue_entry e LEFT JOIN issue_withdrawn w ON w.authority = e.authority AND w.serial = e.serial
	WHERE e.authority = ? `

type scanner interface{ Scan(dest ...any) error }

func scan(row scanner) (issue.Standing, error) {
	var s issue.Standing
	var request, signer, leaf []byte
	var kind, reason string
	var issued, until, batch, since int64
	err := row.Scan(&s.Serial, &request, &s.Country, &s.Format, &kind, &s.Laboratory, &s.Clerk, &signer, &leaf, &s.Signature,
		&issued, &until, &batch, &reason, &since, &s.Withdrawal.Proposal)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return s, issue.ErrNoEntry
	case err != nil:
		return s, err
	}
	copy(s.Request[:], request)
	copy(s.Signer[:], signer)
	copy(s.Leaf[:], leaf)
	s.Kind, s.Issued, s.Until, s.Batch = cert.Kind(kind), moment(issued), moment(until), uint64(batch)
	s.Withdrawal.Reason, s.Withdrawal.Since = issue.Reason(reason), moment(since)
	return s, nil
}

func (r *SQL) one(ctx context.Context, where string, args ...any) (s issue.Standing, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) (err error) {
		s, err = scan(tx.QueryRow(ctx, standing+where, args...))
		return err
	})
	if err != nil {
		return issue.Standing{}, fmt.Errorf("reading an entry: %w", err)
	}
	return s, nil
}

// Requested implements issue.Register.
func (r *SQL) Requested(ctx context.Context, authority string, request [32]byte) (issue.Entry, error) {
	s, err := r.one(ctx, "AND e.request = ?", authority, request[:])
	return s.Entry, err
}

// Find implements issue.Register.
func (r *SQL) Find(ctx context.Context, authority, serial string) (issue.Entry, issue.Withdrawal, error) {
	s, err := r.one(ctx, "AND e.serial = ?", authority, serial)
	return s.Entry, s.Withdrawal, err
}

// Entries implements issue.Book.
func (r *SQL) Entries(ctx context.Context, authority string, which issue.Which) iter.Seq2[issue.Standing, error] {
	where, order := filter(which)
	query := standing + "AND " + order + " > ?" + where.text + fmt.Sprintf(" ORDER BY %s LIMIT %d", order, page)
	return func(yield func(issue.Standing, error) bool) {
		last := ""
		for {
			rows, err := r.page(ctx, query, append([]any{authority, last}, where.args...))
			if err != nil {
				yield(issue.Standing{}, fmt.Errorf("reading entries: %w", err))
				return
			}
			for _, s := range rows {
				if !yield(s, nil) {
					return
				}
				last = s.Serial
			}
			if len(rows) < page {
				return
			}
		}
	}
}

func (r *SQL) page(ctx context.Context, query string, args []any) (out []issue.Standing, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		out = out[:0]
		rows, err := tx.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			s, err := scan(rows)
			if err != nil {
				return err
			}
			out = append(out, s)
		}
		return rows.Err()
	})
	return out, err
}

type condition struct {
	text string
	args []any
}

func (c *condition) and(text string, arg any) {
	c.text += " AND " + text
	c.args = append(c.args, arg)
}

// filter is the rest of the question, and the column by which it is paged.
func filter(w issue.Which) (c condition, order string) {
	order = "e.serial"
	if w.Withdrawn {
		order = "w.serial" // few, and found by their own table
	}
	if w.Laboratory != "" {
		c.and("e.laboratory = ?", w.Laboratory)
	}
	if w.Signer != [32]byte{} {
		c.and("e.signer = ?", w.Signer[:])
	}
	if !w.Since.IsZero() {
		c.and("e.issued >= ?", micros(w.Since))
	}
	if !w.Before.IsZero() {
		c.and("e.issued < ?", micros(w.Before))
	}
	if w.Batch != 0 {
		c.and("e.batch = ?", int64(w.Batch))
	}
	return c, order
}

// Counts implements issue.Book.
func (r *SQL) Counts(ctx context.Context, authority string) (issue.Counts, error) {
	var c issue.Counts
	err := r.db.View(ctx, func(tx *store.Tx) error {
		c = issue.Counts{Withdrawn: map[issue.Reason]int{}}
		err := each(ctx, tx, func(row scanner) error {
			var reason string
			var n int64
			err := row.Scan(&reason, &n)
			c.Withdrawn[issue.Reason(reason)] = int(n)
			return err
		}, "SELECT reason, COUNT(*) FROM issue_withdrawn WHERE authority = ? GROUP BY reason", authority)
		if err != nil {
			return err
		}
		return each(ctx, tx, func(row scanner) error {
			var d issue.DayCount
			var kind string
			var n int64
			err := row.Scan(&d.Day, &d.Laboratory, &kind, &n)
			d.Kind, d.Issued = cert.Kind(kind), int(n)
			c.Days = append(c.Days, d)
			return err
		}, `SELECT day, laboratory, kind, CAST(SUM(n) AS BIGINT) FROM issue_count WHERE authority = ?
			GROUP BY day, laboratory, kind ORDER BY day, laboratory, kind`, authority)
	})
	if err != nil {
		return issue.Counts{}, fmt.Errorf("counting: %w", err)
	}
	sortDays(c.Days) // each database has an order of its own
	return c, nil
}

func each(ctx context.Context, tx *store.Tx, f func(row scanner) error, query string, args ...any) error {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Records implements issue.Account.
func (r *SQL) Records(ctx context.Context, authority string) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		for last := int64(0); ; {
			records, err := r.records(ctx, authority, last)
			if err != nil {
				yield(audit.Record{}, fmt.Errorf("reading the account: %w", err))
				return
			}
			for _, rec := range records {
				if !yield(rec, nil) {
					return
				}
			}
			if last += int64(len(records)); len(records) < page {
				return
			}
		}
	}
}

// records reads those after number last. A number that is missing is an error.
func (r *SQL) records(ctx context.Context, authority string, last int64) (out []audit.Record, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		out = out[:0]
		return each(ctx, tx, func(row scanner) error {
			var rec audit.Record
			var n, at, many int64
			var digest []byte
			if err := row.Scan(&n, &at, &rec.Who, &rec.Did, &rec.What, &many, &digest); err != nil {
				return err
			}
			if n != last+int64(len(out))+1 {
				return fmt.Errorf("record %d is missing: %w", last+int64(len(out))+1, audit.ErrChanged)
			}
			rec.At, rec.Count = moment(at), uint64(many)
			copy(rec.Digest[:], digest)
			out = append(out, rec)
			return nil
		}, fmt.Sprintf("SELECT n, at, who, did, what, many, digest FROM issue_record WHERE authority = ? AND n > ? ORDER BY n LIMIT %d", page), authority, last)
	})
	return out, err
}

// Copy implements issue.Archive.
func (r *SQL) Copy(ctx context.Context, authority, serial string) (sealed []byte, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		err := tx.QueryRow(ctx, "SELECT sealed FROM issue_copy WHERE authority = ? AND serial = ?", authority, serial).Scan(&sealed)
		if errors.Is(err, sql.ErrNoRows) {
			return issue.ErrNoEntry
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading a copy: %w", err)
	}
	return sealed, nil
}

func compareDays(a, b issue.DayCount) int {
	if c := strings.Compare(a.Day, b.Day); c != 0 {
		return c
	}
	if c := strings.Compare(a.Laboratory, b.Laboratory); c != 0 {
		return c
	}
	return strings.Compare(string(a.Kind), string(b.Kind))
}
