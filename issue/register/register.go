// Package register answers one question: what has this authority issued, and what
// of it was withdrawn, for good?
//
// [Open] gives a register in a database of package store, SQLite or PostgreSQL,
// which several processes may use; [Memory] is one for tests and exercises. Both
// keep the promises of issue.Registry, and one suite of tests asks both.
//
// # Tables
//
//	issue_entry      one row a certificate, by authority and serial; and by request
//	issue_count      how many of a day, laboratory, clerk and kind
//	issue_proposal   what shall be withdrawn, and who has confirmed it
//	issue_proposed   the serials of a proposal
//	issue_withdrawn  one row a withdrawn certificate
//	issue_record     the account of the office (package audit)
//	issue_head       its last record: the row that all who write take first
//	issue_copy       sealed copies, where the authority wants them
//
// Rows of issue_entry are never changed. Several authorities may share the
// tables: each has its own serials, limits and account.
//
// # Transactions
//
// Entries of a batch, their count against the limits, and their record in the
// account are one transaction, which begins by taking the authority's row of
// issue_head. So writers of one authority follow each other, and what one costs
// is shared by all entries of a batch: an office writes those together that come
// while it writes.
package register

import (
	"context"
	"time"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/issue"
)

var _ = []issue.Registry{(*SQL)(nil), (*Memory)(nil)}

// steps make the tables. They are only ever appended to.
var steps = []string{
	`CREATE TABLE issue_entry (
		authority TEXT NOT NULL, serial TEXT NOT NULL, request BYTEA NOT NULL, country TEXT NOT NULL,
		format TEXT NOT NULL, kind TEXT NOT NULL, laboratory TEXT NOT NULL, clerk TEXT NOT NULL,
		signer BYTEA NOT NULL, leaf BYTEA NOT NULL, signature BYTEA NOT NULL,
		issued BIGINT NOT NULL, until BIGINT NOT NULL, batch BIGINT NOT NULL,
		PRIMARY KEY (authority, serial))`,
	`CREATE UNIQUE INDEX issue_entry_request ON issue_entry (authority, request)`,
	`CREATE INDEX issue_entry_batch ON issue_entry (authority, batch)`,
	`CREATE TABLE issue_count (
		authority TEXT NOT NULL, day TEXT NOT NULL, laboratory TEXT NOT NULL, clerk TEXT NOT NULL,
		kind TEXT NOT NULL, n BIGINT NOT NULL,
		PRIMARY KEY (authority, day, laboratory, clerk, kind))`,
	`CREATE TABLE issue_head (
		authority TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, hash BYTEA NOT NULL, at BIGINT NOT NULL)`,
	`CREATE TABLE issue_record (
		authority TEXT NOT NULL, n BIGINT NOT NULL, at BIGINT NOT NULL, who TEXT NOT NULL, did TEXT NOT NULL,
		what TEXT NOT NULL, many BIGINT NOT NULL, digest BYTEA NOT NULL,
		PRIMARY KEY (authority, n))`,
	`CREATE TABLE issue_proposal (
		authority TEXT NOT NULL, id TEXT NOT NULL, digest BYTEA NOT NULL, reason TEXT NOT NULL,
		proposed_by TEXT NOT NULL, laboratory TEXT NOT NULL, since BIGINT NOT NULL, before_at BIGINT NOT NULL,
		signer BYTEA NOT NULL, confirmed_by TEXT NOT NULL, withdrawn BIGINT NOT NULL,
		PRIMARY KEY (authority, id))`,
	`CREATE TABLE issue_proposed (
		authority TEXT NOT NULL, proposal TEXT NOT NULL, serial TEXT NOT NULL,
		PRIMARY KEY (authority, proposal, serial))`,
	`CREATE TABLE issue_withdrawn (
		authority TEXT NOT NULL, serial TEXT NOT NULL, reason TEXT NOT NULL, since BIGINT NOT NULL, proposal TEXT NOT NULL,
		PRIMARY KEY (authority, serial))`,
	`CREATE INDEX issue_withdrawn_proposal ON issue_withdrawn (authority, proposal)`,
	`CREATE TABLE issue_copy (
		authority TEXT NOT NULL, serial TEXT NOT NULL, until BIGINT NOT NULL, sealed BYTEA NOT NULL,
		PRIMARY KEY (authority, serial))`,
	`CREATE INDEX issue_entry_laboratory ON issue_entry (authority, laboratory, issued)`,
}

// SQL is a register in a database.
type SQL struct {
	db    *store.DB
	guard Guard
}

// Guard says within the transaction that files entries why a laboratory may file
// none, or nil: then whoever stops a laboratory in a transaction of their own has
// stopped it, and no entry is filed beside. The second error is the database's.
type Guard func(ctx context.Context, tx *store.Tx, authority, laboratory string) (no, err error)

// Guarded returns the register with a guard, whose answers File gives for the
// filings of a laboratory that may file none. What was filed before stays filed.
func (r *SQL) Guarded(g Guard) *SQL { return &SQL{r.db, g} }

// Open opens the register of a database, and makes its tables.
func Open(ctx context.Context, db *store.DB) (*SQL, error) {
	if err := db.Migrate(ctx, "issue", steps); err != nil {
		return nil, err
	}
	return &SQL{db: db}, nil
}

// micros is a moment as columns have it; 0 is none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// day is the day on which an entry is counted.
func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
