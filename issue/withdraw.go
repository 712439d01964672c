package issue

import (
	"bufio"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pratique/pratique/issue/audit"
	"github.com/pratique/pratique/revoke"
)

// Reason is why a certificate was withdrawn.
type Reason string

// The reasons. A list for verifiers has no word for the last one, and says that
// the reason is not stated: why a person gives a certificate back is theirs.
const (
	InError Reason = "error"
	Fraud   Reason = "fraud"
	KeyLost Reason = "key-lost"
	Holder  Reason = "holder"
)

// Reasons are all of them.
var Reasons = []Reason{InError, Fraud, KeyLost, Holder}

// published is the reason as lists for verifiers say it.
func (r Reason) published() revoke.Reason {
	switch r {
	case InError:
		return revoke.Error
	case Fraud:
		return revoke.Fraud
	case KeyLost:
		return revoke.KeyLost
	}
	return revoke.Unstated
}

// What a register answers about proposals.
var (
	ErrProposed   = errors.New("there is another proposal with this name")
	ErrNoProposal = errors.New("there is no such proposal")
	ErrSamePerson = errors.New("a second person must confirm: not the one who proposed it")
)

// MaxSerials is the most serials of a proposal.
const MaxSerials = 100_000

// Proposal says which certificates shall be withdrawn: by serials, by laboratory
// and time, or by key; one of them.
type Proposal struct {
	ID     string // its name: [IsAccount]
	Reason Reason
	By     string    // who proposes it, an account
	At     time.Time // set by the office

	Serials    []string
	Laboratory string
	Since      time.Time // with a laboratory or a key: issued at this moment or later; zero: always
	Before     time.Time // and before this one; zero: until it is confirmed
	Signer     [32]byte  // SHA-256 of the signer's certificate
}

// Pending is a proposal that nobody has confirmed. Its moment is in the account.
type Pending struct {
	Proposal
	Count int // serials that it names; zero if it is by laboratory or key
}

// Check checks the form of a proposal.
func (p Proposal) Check() error {
	ways := 0
	for _, is := range []bool{len(p.Serials) > 0, p.Laboratory != "", p.Signer != [32]byte{}} {
		if is {
			ways++
		}
	}
	switch {
	case !IsAccount(p.ID):
		return &Refusal{"id", "pattern", "name the proposal by letters and digits"}
	case !IsAccount(p.By):
		return &Refusal{"by", "pattern", "say by an account who proposes it"}
	case p.Reason != InError && p.Reason != Fraud && p.Reason != KeyLost && p.Reason != Holder:
		return &Refusal{"reason", "unknown", "there are error, fraud, key-lost and holder"}
	case ways != 1:
		return &Refusal{"serials", "conflict", "say which by serials, by a laboratory, or by a key: one of them"}
	case len(p.Serials) > MaxSerials:
		return &Refusal{"serials", "length", "make several proposals of at most 100000 serials"}
	case p.Laboratory != "" && !IsAccount(p.Laboratory):
		return &Refusal{"laboratory", "pattern", "name the laboratory by its account"}
	case len(p.Serials) > 0 && (!p.Since.IsZero() || !p.Before.IsZero()):
		return &Refusal{"since", "conflict", "serials have no span of time"}
	case !p.Before.IsZero() && !p.Since.Before(p.Before):
		return &Refusal{"before", "conflict", "let the span end after it begins"}
	case p.Reason == Holder && len(p.Serials) == 0:
		return &Refusal{"reason", "conflict", "a holder asks for certificates by their serials"}
	}
	for _, s := range p.Serials {
		if len(s) > 80 || !audit.IsWord(s) {
			return &Refusal{"serials", "pattern", "a serial has 1 to 80 printable characters and no space"}
		}
	}
	return nil
}

// Propose writes down what shall be withdrawn. Nothing is, until another person
// confirms it. The same proposal again is no error.
func (o *Office) Propose(ctx context.Context, p Proposal) error {
	if err := p.Check(); err != nil {
		return err
	}
	p.At = o.Now().UTC().Truncate(time.Second)
	return o.Register.Propose(ctx, o.Authority, p)
}

// Confirm withdraws what was proposed, and returns how many certificates that
// were. A serial that the register does not have withdraws nothing: ask how many.
func (o *Office) Confirm(ctx context.Context, id, by string) (int, error) {
	if !IsAccount(by) {
		return 0, &Refusal{"by", "pattern", "say by an account who confirms it"}
	}
	return o.Register.Confirm(ctx, o.Authority, id, by, o.Now().UTC().Truncate(time.Second))
}

// Status tells who has a certificate how it stands. The mark (of revoke.Handles,
// the one of scheme revoke.BySignature) is only made by who has it; without the
// right one the answer is ErrNoEntry, as for a serial that was never given.
func (o *Office) Status(ctx context.Context, serial string, mark revoke.Handle) (Withdrawal, error) {
	e, w, err := o.Register.Find(ctx, o.Authority, serial)
	if err != nil {
		return Withdrawal{}, err
	}
	have := e.Mark()
	if mark.Scheme != have.Scheme || subtle.ConstantTimeCompare(mark.Hash[:], have.Hash[:]) != 1 {
		return Withdrawal{}, ErrNoEntry
	}
	w.Proposal = ""
	return w, nil
}

// ReadSerials reads a list of serials: the first column of a CSV file, parted by
// comma or semicolon, whose first line may be the word serial. Empty lines are
// passed over, and what stands twice counts once. A line that is none is an error
// that names it.
func ReadSerials(r io.Reader) ([]string, error) {
	s := bufio.NewScanner(io.LimitReader(r, 32<<20))
	s.Buffer(nil, 4096)
	var out []string
	there := map[string]bool{}
	for line := 1; s.Scan(); line++ {
		text := strings.TrimPrefix(s.Text(), "\ufeff")
		if i := strings.IndexAny(text, ",;"); i >= 0 {
			text = text[:i]
		}
		text = strings.Trim(strings.TrimSpace(text), `"`)
		switch {
		case text == "" || there[text] || line == 1 && strings.EqualFold(text, "serial"):
			continue
		case len(text) > 80 || !audit.IsWord(text):
			return nil, fmt.Errorf("reading serials: line %d: not a serial", line)
		case len(out) == MaxSerials:
			return nil, fmt.Errorf("reading serials: line %d: more than %d serials", line, MaxSerials)
		}
		there[text] = true
		out = append(out, text)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("reading serials: %w", err)
	}
	return out, nil
}
