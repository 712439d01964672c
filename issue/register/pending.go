package register

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/issue"
)

// The most that Pending gives.
const (
	mostPending = 1000
	mostSerials = 100
)

// Pending implements issue.Book.
func (r *SQL) Pending(ctx context.Context, authority string) (out []issue.Pending, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		out = nil
		rows, err := tx.Query(ctx, `SELECT id, reason, proposed_by, laboratory, since, before_at, signer FROM issue_proposal
			WHERE authority = ? AND confirmed_by = '' ORDER BY id LIMIT ?`, authority, mostPending)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var p issue.Pending
			var since, before int64
			var signer []byte
			if err := rows.Scan(&p.ID, &p.Reason, &p.By, &p.Laboratory, &since, &before, &signer); err != nil {
				return err
			}
			p.Since, p.Before = moment(since), moment(before)
			copy(p.Signer[:], signer)
			out = append(out, p)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for i := range out {
			if err := named(ctx, tx, authority, &out[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading proposals: %w", err)
	}
	return out, nil
}

// named reads which serials a proposal names.
func named(ctx context.Context, tx *store.Tx, authority string, p *issue.Pending) error {
	var n int64
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM issue_proposed WHERE authority = ? AND proposal = ?", authority, p.ID).Scan(&n); err != nil {
		return err
	}
	p.Count = int(n)
	rows, err := tx.Query(ctx, "SELECT serial FROM issue_proposed WHERE authority = ? AND proposal = ? ORDER BY serial LIMIT ?", authority, p.ID, mostSerials)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return err
		}
		p.Serials = append(p.Serials, s)
	}
	return rows.Err()
}

// Pending implements issue.Book.
func (m *Memory) Pending(ctx context.Context, authority string) ([]issue.Pending, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []issue.Pending
	for _, p := range m.book(authority).proposals {
		if p.confirmed {
			continue
		}
		serials := slices.Compact(slices.Sorted(slices.Values(p.Serials)))
		q := issue.Pending{Proposal: p.Proposal, Count: len(serials)}
		q.At, q.Serials = moment(0), slices.Clone(serials[:min(len(serials), mostSerials)])
		out = append(out, q)
	}
	slices.SortFunc(out, func(a, b issue.Pending) int { return strings.Compare(a.ID, b.ID) })
	return out[:min(len(out), mostPending)], nil
}
