package register

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/audit"
)

const entryColumns = "authority, serial, request, country, format, kind, laboratory, clerk, signer, leaf, signature, issued, until, batch"

// File implements issue.Register.
func (r *SQL) File(ctx context.Context, authority string, at time.Time, filings []issue.Filing) ([]error, error) {
	if len(filings) > issue.MaxBatch {
		return nil, fmt.Errorf("writing entries: more than %d", issue.MaxBatch)
	}
	var answers []error
	err := r.db.Do(ctx, func(tx *store.Tx) (err error) {
		head, err := take(ctx, tx, authority)
		if err != nil {
			return err
		}
		answers, err = file(ctx, tx, r.guard, authority, at, head, filings)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("writing entries: %w", err)
	}
	return answers, nil
}

// refuse answers for the filings of laboratories that the guard does not let file,
// but for those that were written before.
func refuse(ctx context.Context, tx *store.Tx, guard Guard, authority string, filings []issue.Filing, answers []error) error {
	asked := map[string]error{}
	refused := false
	for i := range filings {
		name := filings[i].Laboratory
		if _, ok := asked[name]; !ok {
			no, err := guard(ctx, tx, authority, name)
			if err != nil {
				return err
			}
			asked[name] = no
		}
		answers[i] = asked[name]
		refused = refused || answers[i] != nil
	}
	if !refused {
		return nil
	}
	return known(ctx, tx, authority, filings, answers, func(error) bool { return true })
}

func file(ctx context.Context, tx *store.Tx, guard Guard, authority string, at time.Time, head audit.Head, filings []issue.Filing) ([]error, error) {
	used, err := counted(ctx, tx, authority, filings)
	if err != nil {
		return nil, err
	}
	answers := make([]error, len(filings))
	if guard != nil {
		if err := refuse(ctx, tx, guard, authority, filings, answers); err != nil {
			return nil, err
		}
	}
	if !used.limit(filings, answers) {
		// Those that were written before count no more, and are no new ones.
		if err := known(ctx, tx, authority, filings, answers, func(error) bool { return true }); err != nil {
			return nil, err
		}
		used.limit(filings, answers)
	}
	if err := insert(ctx, tx, authority, int64(head.N+1), filings, answers); err != nil {
		return nil, err
	}
	var written []issue.Entry
	for i, f := range filings {
		if answers[i] == nil {
			written = append(written, f.Entry)
		}
	}
	if len(written) == 0 {
		return answers, nil
	}
	if err := count(ctx, tx, authority, written); err != nil {
		return nil, err
	}
	if err := keep(ctx, tx, authority, filings, answers); err != nil {
		return nil, err
	}
	return answers, note(ctx, tx, authority, head, issue.IssueRecord(at, written))
}

// insert writes the entries that have no answer, and answers for those that are
// there already.
func insert(ctx context.Context, tx *store.Tx, authority string, batch int64, filings []issue.Filing, answers []error) error {
	var args []any
	n := 0
	for i := range filings {
		if answers[i] == nil {
			e := &filings[i].Entry
			args = append(args, authority, e.Serial, e.Request[:], e.Country, e.Format, string(e.Kind), e.Laboratory, e.Clerk,
				e.Signer[:], e.Leaf[:], e.Signature, micros(e.Issued), micros(e.Until), batch)
			n++
		}
	}
	written, err := tx.Insert(ctx, "INSERT INTO issue_entry ("+entryColumns+")", 14, args, "ON CONFLICT DO NOTHING")
	if err != nil || written == int64(n) {
		return err
	}
	// Seldom: some were there, or stand twice in the batch.
	ours, err := pairs(ctx, tx, "SELECT serial, request FROM issue_entry WHERE authority = ? AND batch = ?", authority, batch)
	if err != nil {
		return err
	}
	for i := range filings {
		if answers[i] != nil {
			continue
		}
		f := &filings[i]
		if request, ok := ours[f.Serial]; ok && request == string(f.Request[:]) {
			delete(ours, f.Serial) // the same a second time is one that is there
			continue
		}
		answers[i] = issue.ErrSerial
	}
	return known(ctx, tx, authority, filings, answers, func(err error) bool { return errors.Is(err, issue.ErrSerial) })
}

// known answers for those filings of which the request is there.
func known(ctx context.Context, tx *store.Tx, authority string, filings []issue.Filing, answers []error, which func(err error) bool) error {
	at := map[string][]int{}
	var requests []any
	for i := range filings {
		if !which(answers[i]) {
			continue
		}
		request := string(filings[i].Request[:])
		if at[request] == nil {
			requests = append(requests, filings[i].Request[:])
		}
		at[request] = append(at[request], i)
	}
	for part := range slices.Chunk(requests, 500) {
		args := append([]any{authority}, part...)
		there, err := pairs(ctx, tx, "SELECT request, serial FROM issue_entry WHERE authority = ? AND request IN ("+marks(len(part))+")", args...)
		if err != nil {
			return err
		}
		for request := range there {
			for _, i := range at[request] {
				answers[i] = issue.ErrRequested
			}
		}
	}
	return nil
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

// pairs reads rows of two texts, or of bytes.
func pairs(ctx context.Context, tx *store.Tx, query string, args ...any) (map[string]string, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var a, b []byte
		if err := rows.Scan(&a, &b); err != nil {
			return nil, err
		}
		out[string(a)] = string(b)
	}
	return out, rows.Err()
}

// keep writes the sealed copies.
func keep(ctx context.Context, tx *store.Tx, authority string, filings []issue.Filing, answers []error) error {
	var args []any
	for i := range filings {
		if f := &filings[i]; answers[i] == nil && f.Copy != nil {
			args = append(args, authority, f.Serial, micros(f.CopyUntil), f.Copy)
		}
	}
	_, err := tx.Insert(ctx, "INSERT INTO issue_copy (authority, serial, until, sealed)", 4, args, "")
	return err
}

// take takes the authority's row, which makes those who write follow each other,
// and returns the head of its account.
func take(ctx context.Context, tx *store.Tx, authority string) (audit.Head, error) {
	n, err := tx.Exec(ctx, "UPDATE issue_head SET n = n WHERE authority = ?", authority)
	if err == nil && n == 0 {
		begin := audit.Begin(authority)
		_, err = tx.Exec(ctx, "INSERT INTO issue_head (authority, n, hash, at) VALUES (?, 0, ?, 0) ON CONFLICT DO NOTHING", authority, begin.Hash[:])
	}
	if err != nil {
		return audit.Head{}, err
	}
	return headOf(ctx, tx, authority)
}

func headOf(ctx context.Context, tx *store.Tx, authority string) (audit.Head, error) {
	var h audit.Head
	var n, at int64
	var hash []byte
	err := tx.QueryRow(ctx, "SELECT n, hash, at FROM issue_head WHERE authority = ?", authority).Scan(&n, &hash, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return audit.Begin(authority), nil
	}
	if err != nil {
		return h, err
	}
	h.N, h.At = uint64(n), moment(at)
	if copy(h.Hash[:], hash) != len(h.Hash) {
		return audit.Head{}, audit.ErrChanged
	}
	return h, nil
}

// note writes a record after the head.
func note(ctx context.Context, tx *store.Tx, authority string, head audit.Head, r audit.Record) error {
	r, head, err := head.Next(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO issue_record (authority, n, at, who, did, what, many, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		authority, int64(head.N), micros(r.At), r.Who, r.Did, r.What, int64(r.Count), r.Digest[:])
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE issue_head SET n = ?, hash = ?, at = ? WHERE authority = ?", int64(head.N), head.Hash[:], micros(head.At), authority)
	return err
}

// Note implements issue.Account.
func (r *SQL) Note(ctx context.Context, authority string, rec audit.Record) error {
	err := r.db.Do(ctx, func(tx *store.Tx) error {
		head, err := take(ctx, tx, authority)
		if err != nil {
			return err
		}
		return note(ctx, tx, authority, head, rec)
	})
	if err != nil {
		return fmt.Errorf("writing a record: %w", err)
	}
	return nil
}
