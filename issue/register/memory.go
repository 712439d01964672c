package register

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/audit"
)

// Memory is a register that forgets all when the program ends: for tests and
// exercises. The zero Memory is empty.
type Memory struct {
	mu    sync.Mutex
	books map[string]*book
}

// book is what one authority has.
type book struct {
	head      audit.Head
	records   []audit.Record
	entries   map[string]*issue.Standing
	batches   map[uint64][]string
	requests  map[[32]byte]string
	used      usage
	proposals map[string]*proposal
	copies    map[string]sealed
}

type proposal struct {
	issue.Proposal
	confirmed bool
	withdrawn int
}

type sealed struct {
	until time.Time
	data  []byte
}

func (m *Memory) book(authority string) *book {
	if m.books == nil {
		m.books = map[string]*book{}
	}
	b := m.books[authority]
	if b == nil {
		b = &book{head: audit.Begin(authority), entries: map[string]*issue.Standing{}, batches: map[uint64][]string{}, requests: map[[32]byte]string{},
			used: usage{}, proposals: map[string]*proposal{}, copies: map[string]sealed{}}
		m.books[authority] = b
	}
	return b
}

func (b *book) note(r audit.Record) error {
	r, head, err := b.head.Next(r)
	if err != nil {
		return err
	}
	b.head, b.records = head, append(b.records, r)
	return nil
}

// File implements issue.Register.
func (m *Memory) File(ctx context.Context, authority string, at time.Time, filings []issue.Filing) ([]error, error) {
	if len(filings) > issue.MaxBatch {
		return nil, fmt.Errorf("writing entries: more than %d", issue.MaxBatch)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.book(authority)
	answers := make([]error, len(filings))
	var written []issue.Entry
	for i, f := range filings {
		c := counterOf(&f.Entry)
		_, requested := b.requests[f.Request]
		switch {
		case requested:
			answers[i] = issue.ErrRequested
		case b.entries[f.Serial] != nil:
			answers[i] = issue.ErrSerial
		case b.used[c] >= f.ClerkLimit || b.used[c.whole()] >= f.LabLimit:
			answers[i] = issue.ErrLimit
		default:
			f.Batch = b.head.N + 1
			b.entries[f.Serial], b.requests[f.Request] = &issue.Standing{Entry: f.Entry}, f.Serial
			b.batches[f.Batch] = append(b.batches[f.Batch], f.Serial)
			if f.Copy != nil {
				b.copies[f.Serial] = sealed{f.CopyUntil, f.Copy}
			}
			b.used.add(c, 1)
			written = append(written, f.Entry)
		}
	}
	if len(written) == 0 {
		return answers, nil
	}
	return answers, b.note(issue.IssueRecord(at, written))
}

// Requested implements issue.Register.
func (m *Memory) Requested(ctx context.Context, authority string, request [32]byte) (issue.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.book(authority)
	if s := b.entries[b.requests[request]]; s != nil {
		return s.Entry, nil
	}
	return issue.Entry{}, issue.ErrNoEntry
}

// Find implements issue.Register.
func (m *Memory) Find(ctx context.Context, authority, serial string) (issue.Entry, issue.Withdrawal, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.book(authority).entries[serial]; s != nil {
		return s.Entry, s.Withdrawal, nil
	}
	return issue.Entry{}, issue.Withdrawal{}, issue.ErrNoEntry
}

// Propose implements issue.Book.
func (m *Memory) Propose(ctx context.Context, authority string, p issue.Proposal) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.book(authority)
	if have := b.proposals[p.ID]; have != nil {
		if have.Digest() != p.Digest() || have.By != p.By {
			return issue.ErrProposed
		}
		return nil
	}
	b.proposals[p.ID] = &proposal{Proposal: p}
	return b.note(issue.ProposeRecord(p))
}

// Confirm implements issue.Book.
func (m *Memory) Confirm(ctx context.Context, authority, id, by string, at time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.book(authority)
	p := b.proposals[id]
	switch {
	case p == nil:
		return 0, issue.ErrNoProposal
	case p.By == by:
		return 0, issue.ErrSamePerson
	case p.confirmed:
		return p.withdrawn, nil
	}
	if at.Before(b.head.At) {
		at = b.head.At
	}
	which := issue.Which{Laboratory: p.Laboratory, Signer: p.Signer, Since: p.Since, Before: p.Before}
	var serials []string
	for _, s := range b.entries {
		if s.Withdrawal.Reason == "" && which.Has(*s) && (len(p.Serials) == 0 || slices.Contains(p.Serials, s.Serial)) {
			s.Withdrawal = issue.Withdrawal{Reason: p.Reason, Since: at, Proposal: id}
			serials = append(serials, s.Serial)
		}
	}
	p.confirmed, p.withdrawn = true, len(serials)
	return len(serials), b.note(issue.WithdrawRecord(at, id, by, p.Reason, serials))
}

// Entries implements issue.Book.
func (m *Memory) Entries(ctx context.Context, authority string, which issue.Which) iter.Seq2[issue.Standing, error] {
	m.mu.Lock()
	b := m.book(authority)
	var out []issue.Standing
	if which.Batch != 0 {
		for _, serial := range b.batches[which.Batch] {
			out = append(out, *b.entries[serial])
		}
	} else {
		for _, s := range b.entries {
			out = append(out, *s)
		}
	}
	m.mu.Unlock()
	out = slices.DeleteFunc(out, func(s issue.Standing) bool { return !which.Has(s) })
	slices.SortFunc(out, func(a, b issue.Standing) int { return strings.Compare(a.Serial, b.Serial) })
	return func(yield func(issue.Standing, error) bool) {
		for _, s := range out {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// Counts implements issue.Book.
func (m *Memory) Counts(ctx context.Context, authority string) (issue.Counts, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := m.book(authority)
	c := issue.Counts{Withdrawn: map[issue.Reason]int{}}
	days := map[counter]int{}
	for _, s := range b.entries {
		if s.Withdrawal.Reason != "" {
			c.Withdrawn[s.Withdrawal.Reason]++
		}
		k := counterOf(&s.Entry)
		k.clerk = ""
		days[k]++
	}
	for k, n := range days {
		c.Days = append(c.Days, issue.DayCount{Day: k.day, Laboratory: k.laboratory, Kind: cert.Kind(k.kind), Issued: n})
	}
	sortDays(c.Days)
	return c, nil
}

// Records implements issue.Account.
func (m *Memory) Records(ctx context.Context, authority string) iter.Seq2[audit.Record, error] {
	m.mu.Lock()
	records := slices.Clone(m.book(authority).records)
	m.mu.Unlock()
	return func(yield func(audit.Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Note implements issue.Account.
func (m *Memory) Note(ctx context.Context, authority string, r audit.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.book(authority).note(r)
}

// Copy implements issue.Archive.
func (m *Memory) Copy(ctx context.Context, authority, serial string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, ok := m.book(authority).copies[serial]; ok {
		return c.data, nil
	}
	return nil, issue.ErrNoEntry
}

// Expire implements issue.Archive.
func (m *Memory) Expire(ctx context.Context, authority string, at time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, n := m.book(authority), 0
	for serial, c := range b.copies {
		if !c.until.After(at) {
			delete(b.copies, serial)
			n++
		}
	}
	if n == 0 {
		return 0, nil
	}
	return n, b.note(audit.Record{At: at, Who: "office", Did: issue.DidExpire, What: "copies", Count: uint64(n)})
}
