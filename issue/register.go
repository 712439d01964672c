package issue

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"iter"
	"strconv"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/issue/audit"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/trust"
)

// MaxBatch is the most entries that a register is given at a time.
const MaxBatch = 4096

// What a register answers of a single filing.
var (
	// ErrRequested means that the request is there already: ask [Register.Requested].
	ErrRequested = errors.New("the register has this request")
	// ErrSerial means that the serial is there already: draw another one.
	ErrSerial = errors.New("the register has this serial")
)

// Entry is what a register keeps of a certificate.
type Entry struct {
	Serial     string
	Request    [32]byte // of laboratory and key of the order
	Country    string   // that the certificate names as its issuer
	Format     string
	Kind       cert.Kind
	Laboratory string
	Clerk      string
	Signer     [32]byte // SHA-256 of the signer's certificate
	Leaf       [32]byte // SHA-256 of what was signed
	Signature  []byte   // as the certificate has it: r and s, or of RSA
	Issued     time.Time
	Until      time.Time // whole seconds, UTC; zero: none
	Batch      uint64    // the record of the account that it was written with; set by the register
}

// Append writes the entry as the line whose SHA-256 the account of the office
// holds, together with the others of its batch in the order of their serials.
func (e Entry) Append(b []byte) []byte {
	for _, s := range []string{e.Serial, hex.EncodeToString(e.Request[:]), e.Country, e.Format, string(e.Kind), e.Laboratory, e.Clerk} {
		b = append(append(b, s...), ' ')
	}
	for _, h := range [][]byte{e.Signer[:], e.Leaf[:], e.Signature} {
		b = append(hex.AppendEncode(b, h), ' ')
	}
	b = append(strconv.AppendInt(b, e.Issued.Unix(), 10), ' ')
	if e.Until.IsZero() {
		return append(b, '-', '\n')
	}
	return append(strconv.AppendInt(b, e.Until.Unix(), 10), '\n')
}

// Digest is the SHA-256 of entries in the order of their serials.
func Digest(entries []Entry) [32]byte {
	h := sha256.New()
	var line []byte
	for _, e := range entries {
		line = e.Append(line[:0])
		h.Write(line)
	}
	return [32]byte(h.Sum(nil))
}

// Handles are what verifiers find a withdrawal of the certificate by.
func (e Entry) Handles() []revoke.Handle {
	s := trust.Signed{Signature: string(e.Signature)}
	if len(e.Signature) > 64 {
		s.Key.Public = &rsa.PublicKey{}
	}
	switch e.Format {
	case SHC:
		s.RevocationID = e.Serial
	case HC1, VDS:
		country := e.Country
		if e.Format == VDS {
			country = threeLetters(country)
		}
		s.Certificate = &cert.Certificate{Issuer: cert.Issuer{Country: country}, Events: []cert.Event{&cert.Test{Statement: cert.Statement{ID: e.Serial}}}}
	}
	return revoke.Handles(s)
}

// Mark is the handle by the signature: who does not have the certificate cannot
// make it.
func (e Entry) Mark() revoke.Handle { return e.Handles()[0] }

// Filing is an entry that shall be written, under limits.
type Filing struct {
	Entry
	ClerkLimit int // entries a day of the clerk, of this kind
	LabLimit   int // entries a day of the laboratory, of this kind
	Copy       []byte
	CopyUntil  time.Time
}

// Register keeps the entries of authorities. When a method that writes returns
// no error, what it wrote survives a loss of power; when it returns one, it wrote
// all of it or nothing. All methods may be called from several goroutines and
// processes.
type Register interface {
	// File writes the entries and a record of them in the account, in one
	// transaction, and answers for each: nil, ErrRequested, ErrSerial or ErrLimit.
	// An entry of which the answer is not nil is not written.
	File(ctx context.Context, authority string, at time.Time, filings []Filing) ([]error, error)
	// Requested returns the entry of a request, or ErrNoEntry.
	Requested(ctx context.Context, authority string, request [32]byte) (Entry, error)
	// Find returns the entry of a serial and how it was withdrawn, if it was; or
	// ErrNoEntry.
	Find(ctx context.Context, authority, serial string) (Entry, Withdrawal, error)
}

// Book is the part of a register that is about withdrawals.
type Book interface {
	// Propose writes down a proposal; ErrProposed if there is one with its ID that
	// says something else.
	Propose(ctx context.Context, authority string, p Proposal) error
	// Confirm withdraws what a proposal says, and returns how many certificates it
	// has withdrawn that were not before; called again, the same number. What is
	// proposed by laboratory or key is what was issued before the confirmation.
	// ErrNoProposal, ErrSamePerson.
	Confirm(ctx context.Context, authority, id, by string, at time.Time) (int, error)
	// Pending gives what was proposed and not confirmed, in the order of the names; of
	// 1000 no more, and of the serials of each the first 100.
	Pending(ctx context.Context, authority string) ([]Pending, error)
	// Entries gives entries with their withdrawals, in an order that stays the same.
	// What is written meanwhile may be among them or not.
	Entries(ctx context.Context, authority string, which Which) iter.Seq2[Standing, error]
	// Counts are how many were issued and withdrawn.
	Counts(ctx context.Context, authority string) (Counts, error)
}

// Account is the part of a register that says who did what.
type Account interface {
	// Records gives the records of the office, from the first.
	Records(ctx context.Context, authority string) iter.Seq2[audit.Record, error]
	// Note writes a record of something that was done elsewhere.
	Note(ctx context.Context, authority string, r audit.Record) error
}

// Archive is the part of a register that keeps sealed copies ([Copies]).
type Archive interface {
	// Copy returns the sealed copy of a certificate, or ErrNoEntry.
	Copy(ctx context.Context, authority, serial string) ([]byte, error)
	// Expire removes the copies whose time is over at a moment, and returns how
	// many; a moment far away removes all.
	Expire(ctx context.Context, authority string, at time.Time) (int, error)
}

// Registry is all parts of a register.
type Registry interface {
	Register
	Book
	Account
	Archive
}

// Withdrawal is how a certificate was withdrawn. The zero Withdrawal: it was not.
type Withdrawal struct {
	Reason   Reason
	Since    time.Time
	Proposal string
}

// Standing is an entry with its withdrawal.
type Standing struct {
	Entry
	Withdrawal Withdrawal
}

// Which selects entries: those for which all that is not zero holds.
type Which struct {
	Withdrawn  bool // those that were withdrawn alone
	Laboratory string
	Signer     [32]byte
	Since      time.Time // issued at this moment or later
	Before     time.Time // issued before it
	Batch      uint64
}

// Has reports whether an entry is selected.
func (w Which) Has(s Standing) bool {
	return (!w.Withdrawn || s.Withdrawal.Reason != "") && (w.Laboratory == "" || w.Laboratory == s.Laboratory) &&
		(w.Signer == [32]byte{} || w.Signer == s.Signer) && !s.Issued.Before(w.Since) &&
		(w.Before.IsZero() || s.Issued.Before(w.Before)) && (w.Batch == 0 || w.Batch == s.Batch)
}

// Counts are numbers for the public.
type Counts struct {
	Withdrawn map[Reason]int
	Days      []DayCount // in the order of day, laboratory, kind
}

// DayCount is how many certificates of a kind a laboratory issued on a day.
type DayCount struct {
	Day        string // 2026-11-23
	Laboratory string
	Kind       cert.Kind
	Issued     int
}

// Purpose is what a key is wanted for.
type Purpose struct {
	Authority string
	Format    string
	Kind      cert.Kind
}

// Keys is the door to the keys of the authorities. All methods may be called from
// several goroutines.
type Keys interface {
	// Next returns the key that signs n certificates now. It must be in force.
	Next(ctx context.Context, p Purpose, n int) (*keys.Key, error)
	// Find returns a key that Next once returned, by the SHA-256 of its certificate.
	// Its Signer may be nil if it signs no more.
	Find(ctx context.Context, authority string, fingerprint [32]byte) (*keys.Key, error)
}
