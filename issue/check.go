package issue

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/issue/audit"
)

// What the records of a register say was done.
const (
	DidIssue    = "issue"
	DidPropose  = "propose"
	DidWithdraw = "withdraw"
	DidExpire   = "expire"
)

// IssueRecord is the record of a batch of entries, whose order does not matter.
func IssueRecord(at time.Time, entries []Entry) audit.Record {
	entries = slices.Clone(entries)
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Serial, b.Serial) })
	return audit.Record{At: at, Who: "office", Did: DidIssue, What: "certificates", Count: uint64(len(entries)), Digest: Digest(entries)}
}

// ProposeRecord is the record of a proposal.
func ProposeRecord(p Proposal) audit.Record {
	return audit.Record{At: p.At, Who: p.By, Did: DidPropose, What: p.ID, Count: uint64(len(p.Serials)), Digest: p.Digest()}
}

// Digest is a SHA-256 of what the proposal says; who made it and when is not in it.
func (p Proposal) Digest() [32]byte {
	serials := slices.Clone(p.Serials)
	slices.Sort(serials)
	serials = slices.Compact(serials)
	at := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return strconv.FormatInt(t.Unix(), 10)
	}
	return sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s\n%x\n%s\n", p.Reason, p.Laboratory, at(p.Since), at(p.Before), p.Signer, strings.Join(serials, "\n")))
}

// WithdrawRecord is the record of what a confirmed proposal has withdrawn.
func WithdrawRecord(at time.Time, id, by string, reason Reason, serials []string) audit.Record {
	return audit.Record{At: at, Who: by, Did: DidWithdraw, What: id, Count: uint64(len(serials)), Digest: withdrawnDigest(reason, serials)}
}

func withdrawnDigest(reason Reason, serials []string) [32]byte {
	serials = slices.Clone(serials)
	slices.Sort(serials)
	h := sha256.New()
	fmt.Fprintln(h, reason)
	for _, s := range serials {
		fmt.Fprintln(h, s)
	}
	return [32]byte(h.Sum(nil))
}

// Account writes the account of the office as a text that audit.Check reads.
func (o *Office) Account(ctx context.Context, w io.Writer) (audit.Head, error) {
	return audit.Write(w, o.Authority, o.Register.Records(ctx, o.Authority))
}

// Check reads the register through and looks whether it is what its account says:
// that the records are a chain and meet the heads that were kept, that each batch
// of entries is whole, that there is no entry beside them, and that what was
// withdrawn is withdrawn and nothing else. The error is audit.ErrChanged if not.
// The office may go on meanwhile; what it adds is not judged.
func (o *Office) Check(ctx context.Context, kept ...audit.Head) (audit.Head, error) {
	head, found := audit.Begin(o.Authority), 0
	var withdrawn []audit.Record
	batches := map[uint64]bool{}
	for r, err := range o.Register.Records(ctx, o.Authority) {
		if err != nil {
			return audit.Head{}, fmt.Errorf("checking the account: %w", err)
		}
		next, after, err := head.Next(r)
		if err != nil || !next.At.Equal(r.At) {
			return audit.Head{}, fmt.Errorf("checking record %d: %w", head.N+1, audit.ErrChanged)
		}
		head = after
		for _, k := range kept {
			if k.N == head.N {
				if k.Hash != head.Hash {
					return audit.Head{}, fmt.Errorf("checking record %d: it is not the one that was kept: %w", head.N, audit.ErrChanged)
				}
				found++
			}
		}
		switch r.Did {
		case DidIssue:
			batches[head.N] = true
			if err := o.checkBatch(ctx, head.N, r); err != nil {
				return audit.Head{}, err
			}
		case DidWithdraw:
			withdrawn = append(withdrawn, r)
		}
	}
	if found != len(kept) {
		return audit.Head{}, fmt.Errorf("checking the account: it ends before a head that was kept: %w", audit.ErrChanged)
	}
	return head, o.checkEntries(ctx, head, batches, withdrawn)
}

func (o *Office) checkBatch(ctx context.Context, n uint64, r audit.Record) error {
	var entries []Entry
	for s, err := range o.Register.Entries(ctx, o.Authority, Which{Batch: n}) {
		if err != nil {
			return fmt.Errorf("checking record %d: %w", n, err)
		}
		entries = append(entries, s.Entry)
	}
	if want := IssueRecord(r.At, entries); want.Digest != r.Digest || want.Count != r.Count {
		return fmt.Errorf("checking record %d: the register has other entries: %w", n, audit.ErrChanged)
	}
	return nil
}

// checkEntries looks for entries and withdrawals that no record speaks of.
func (o *Office) checkEntries(ctx context.Context, head audit.Head, batches map[uint64]bool, records []audit.Record) error {
	type key struct {
		proposal string
		reason   Reason
	}
	serials := map[key][]string{}
	for s, err := range o.Register.Entries(ctx, o.Authority, Which{}) {
		switch {
		case err != nil:
			return fmt.Errorf("checking entries: %w", err)
		case s.Batch <= head.N && !batches[s.Batch]:
			return fmt.Errorf("checking entries: one that no record speaks of: %w", audit.ErrChanged)
		case s.Withdrawal.Reason != "" && !s.Withdrawal.Since.After(head.At):
			k := key{s.Withdrawal.Proposal, s.Withdrawal.Reason}
			serials[k] = append(serials[k], s.Serial)
		}
	}
	for _, r := range records {
		good := r.Count == 0
		for _, reason := range Reasons {
			k := key{r.What, reason}
			if list, ok := serials[k]; ok && uint64(len(list)) == r.Count && withdrawnDigest(reason, list) == r.Digest {
				delete(serials, k)
				good = true
			}
		}
		if !good {
			return fmt.Errorf("checking withdrawals of %s: the register has others: %w", r.What, audit.ErrChanged)
		}
	}
	if len(serials) > 0 {
		return fmt.Errorf("checking withdrawals: some that no record speaks of: %w", audit.ErrChanged)
	}
	return nil
}
