package register

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/audit"
)

func sortDays(days []issue.DayCount) { slices.SortFunc(days, compareDays) }

// Propose implements issue.Book.
func (r *SQL) Propose(ctx context.Context, authority string, p issue.Proposal) error {
	err := r.db.Do(ctx, func(tx *store.Tx) error {
		head, err := take(ctx, tx, authority)
		if err != nil {
			return err
		}
		have, err := proposalOf(ctx, tx, authority, p.ID)
		digest := p.Digest()
		switch {
		case err == nil && have.digest == digest && have.by == p.By:
			return nil
		case err == nil:
			return issue.ErrProposed
		case !errors.Is(err, issue.ErrNoProposal):
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO issue_proposal (authority, id, digest, reason, proposed_by, laboratory, since, before_at, signer, confirmed_by, withdrawn)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0)`, authority, p.ID, digest[:], string(p.Reason), p.By, p.Laboratory, micros(p.Since), micros(p.Before), p.Signer[:])
		if err != nil {
			return err
		}
		var args []any
		for _, s := range p.Serials {
			args = append(args, authority, p.ID, s)
		}
		if _, err := tx.Insert(ctx, "INSERT INTO issue_proposed (authority, proposal, serial)", 3, args, "ON CONFLICT DO NOTHING"); err != nil {
			return err
		}
		return note(ctx, tx, authority, head, issue.ProposeRecord(p))
	})
	if err != nil {
		return fmt.Errorf("writing a proposal: %w", err)
	}
	return nil
}

// proposed is a proposal as the table has it.
type proposed struct {
	digest        [32]byte
	reason        issue.Reason
	by, confirmed string
	laboratory    string
	since, before int64
	signer        []byte
	withdrawn     int64
}

func proposalOf(ctx context.Context, tx *store.Tx, authority, id string) (proposed, error) {
	var p proposed
	var digest []byte
	var reason string
	err := tx.QueryRow(ctx, `SELECT digest, reason, proposed_by, confirmed_by, laboratory, since, before_at, signer, withdrawn
		FROM issue_proposal WHERE authority = ? AND id = ?`, authority, id).
		Scan(&digest, &reason, &p.by, &p.confirmed, &p.laboratory, &p.since, &p.before, &p.signer, &p.withdrawn)
	if errors.Is(err, sql.ErrNoRows) {
		return proposed{}, issue.ErrNoProposal
	}
	copy(p.digest[:], digest)
	p.reason = issue.Reason(reason)
	return p, err
}

// Confirm implements issue.Book.
func (r *SQL) Confirm(ctx context.Context, authority, id, by string, at time.Time) (int, error) {
	n := 0
	err := r.db.Do(ctx, func(tx *store.Tx) error {
		head, err := take(ctx, tx, authority)
		if err != nil {
			return err
		}
		p, err := proposalOf(ctx, tx, authority, id)
		switch {
		case err != nil:
			return err
		case p.by == by:
			return issue.ErrSamePerson
		case p.confirmed != "":
			n = int(p.withdrawn)
			return nil
		}
		n, err = p.withdraw(ctx, tx, authority, id, by, at, head)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("confirming a withdrawal: %w", err)
	}
	return n, nil
}

// withdraw writes what a proposal withdraws, and its record.
func (p proposed) withdraw(ctx context.Context, tx *store.Tx, authority, id, by string, at time.Time, head audit.Head) (int, error) {
	if at.Before(head.At) {
		at = head.At
	}
	var c condition
	switch {
	case p.laboratory != "":
		c.and("e.laboratory = ?", p.laboratory)
	case !allZero(p.signer):
		c.and("e.signer = ?", p.signer)
	default:
		c.and("e.serial IN (SELECT serial FROM issue_proposed WHERE authority = ? AND proposal = ?)", authority)
		c.args = append(c.args, id)
	}
	if p.since != 0 {
		c.and("e.issued >= ?", p.since)
	}
	if p.before != 0 {
		c.and("e.issued < ?", p.before)
	}
	args := append([]any{string(p.reason), micros(at), id, authority}, c.args...)
	if _, err := tx.Exec(ctx, `INSERT INTO issue_withdrawn (authority, serial, reason, since, proposal)
		SELECT e.authority, e.serial, CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS TEXT) FROM issue_entry e WHERE e.authority = ?`+c.text+` ON CONFLICT DO NOTHING`, args...); err != nil {
		return 0, err
	}
	var serials []string
	err := each(ctx, tx, func(row scanner) error {
		var s string
		err := row.Scan(&s)
		serials = append(serials, s)
		return err
	}, "SELECT serial FROM issue_withdrawn WHERE authority = ? AND proposal = ?", authority, id)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, "UPDATE issue_proposal SET confirmed_by = ?, withdrawn = ? WHERE authority = ? AND id = ?", by, int64(len(serials)), authority, id); err != nil {
		return 0, err
	}
	return len(serials), note(ctx, tx, authority, head, issue.WithdrawRecord(at, id, by, p.reason, serials))
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// Expire implements issue.Archive.
func (r *SQL) Expire(ctx context.Context, authority string, at time.Time) (int, error) {
	var n int64
	err := r.db.Do(ctx, func(tx *store.Tx) error {
		head, err := take(ctx, tx, authority)
		if err != nil {
			return err
		}
		if n, err = tx.Exec(ctx, "DELETE FROM issue_copy WHERE authority = ? AND until <= ?", authority, micros(at)); err != nil || n == 0 {
			return err
		}
		return note(ctx, tx, authority, head, audit.Record{At: at, Who: "office", Did: issue.DidExpire, What: "copies", Count: uint64(n)})
	})
	if err != nil {
		return 0, fmt.Errorf("removing copies: %w", err)
	}
	return int(n), nil
}
