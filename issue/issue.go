// Package issue answers one question: how does a result become a certificate in
// somebody's hand, so that nothing that was handed out is lost, and all of it can
// be withdrawn?
//
// An [Office] takes an [Order], completes and checks the certificate, signs it,
// and hands it out only when its [Register] has it for good. It withdraws, with a
// reason and a second person's word ([Office.Propose], [Office.Confirm]), tells
// the holder of a certificate how it stands ([Office.Status]), and makes the
// lists that verifiers take ([Office.Lists], [Office.Cards], [Office.Batches]).
//
// # What is kept
//
// Of each certificate an [Entry]: its serial, what was signed as a SHA-256, the
// signature, key, kind, format, laboratory, clerk and moment. No personal data: a
// name is in none of it, and cannot be guessed from it as long as the entry stays
// in the office. The hash and the signature are what the certificate alone
// reproduces (cert.Carrier.Hash, trust.Signed.Signature).
//
// # Once
//
// An order has a key of its sender's choice. The same order with the same key
// gives the same certificate, bit by bit, as often as it is asked for, in
// whichever process: the certificate is built again from the order, with the
// serial and the moment of the entry, and must have the hash that the register
// has; the signature is the one that was kept. Another order with the key is
// refused ([ErrConflict]). A sender that got no answer asks again.
//
// # Serials
//
// A serial has 130 random bits (of a seal, 60; of a card, 80), and says nothing.
//
//	hc1     URN:UVCI:01:CC:OPAQUE#C    the certificate's identifier, with its country
//	vds     12 characters              the seal's identifier; its country stands beside
//	shc     16 characters              the card's rid
//	icvp    26 characters              of the SHA-256 of the signature's first half: a
//	                                   yellow card has no place for an identifier
//
// The register takes no serial twice; an office that drew one which is there
// draws again. [SerialOf] reads it from a verified certificate.
//
// # Two ways to sign
//
// The office builds the certificate; or the page of the clerk builds it, draws
// the serial, and sends the hash of what is to be signed ([Blind]): then nobody
// but the page has seen the person, and nobody but the page has checked what it
// says. Keys are ES256 or PS256: what they sign is the hash that is kept.
//
// # Limits
//
// An order carries what its sender may do ([Permit]). The numbers a day are
// counted in the transaction that writes the entry, so that they hold for any
// number of processes. A day is one of UTC.
package issue

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/format/vds"
)

// Errors where callers branch. A [*Refusal] is the fault of an order.
var (
	// ErrConflict means that this key of an order stands for another order.
	ErrConflict = errors.New("another certificate was issued for this key of an order")
	// ErrLimit means that a clerk or a laboratory has issued all that it may today.
	ErrLimit = errors.New("no more may be issued today")
	// ErrNotKnown means that the register did not answer: the certificate was
	// issued or not. The same order with the same key will tell.
	ErrNotKnown = errors.New("it is not known whether this was issued: send the same order with the same key again")
	// ErrSigner means that a key did not sign, or not rightly.
	ErrSigner = errors.New("the key does not sign")
	// ErrNoEntry means that the register has no such entry.
	ErrNoEntry = errors.New("the register has no such entry")
)

// Refusal says which field of an order keeps it from being served. It repeats
// nothing of the order.
type Refusal struct {
	Field string // of the order, or of its certificate: "events.0.sampled_at"
	What  string // a code: missing, pattern, future, conflict, not_permitted ...
	Do    string // what to do about it
}

// Error implements error.
func (r *Refusal) Error() string { return "issuing: " + r.Field + ": " + r.What + ": " + r.Do }

// refused makes a Refusal of what a format says.
func refused(err error) error {
	if e, ok := errors.AsType[*hc1.FieldError](err); ok {
		return &Refusal{e.Field, e.What, e.Do}
	}
	if e, ok := errors.AsType[*shc.FieldError](err); ok {
		return &Refusal{e.Field, e.What, e.Do}
	}
	if e, ok := errors.AsType[*vds.FieldError](err); ok {
		return &Refusal{e.Field, e.What, e.Do}
	}
	return err
}

// The formats that are issued.
const (
	HC1  = "hc1"  // European certificate
	ICVP = "icvp" // certificate of vaccination of the International Health Regulations
	SHC  = "shc"  // SMART Health Card
	VDS  = "vds"  // ICAO seal
)

// Formats are all of them.
var Formats = []string{HC1, ICVP, SHC, VDS}

// Order is a wish for one certificate.
type Order struct {
	Laboratory string // an account of the authority: [IsAccount]
	Clerk      string // an account of the laboratory, a person or a machine
	Permit     Permit // what the sender may do; the office believes it

	// Key is chosen by the sender, once for each certificate: 1 to 128 bytes.
	// Orders of two laboratories do not meet.
	Key    string
	Format string
	Until  time.Time // end of the signature; zero: what the format has by custom

	Certificate *cert.Certificate // it is not changed
	Blind       *Blind            // in its place
}

// Blind is a certificate that the sender has built: the office signs its hash.
type Blind struct {
	Kind   cert.Kind
	Serial string    // drawn by the sender as [NewSerial] does; of icvp none
	Signer [32]byte  // SHA-256 of the certificate of [Office.Signer]
	Leaf   [32]byte  // SHA-256 of what shall be signed
	Issued time.Time // that the content states: not older than [Patience], not of the future
}

// Patience is how old a moment of issue may be that a page has written into the
// certificate, and how much before the office's clock it may be.
const Patience = 10 * time.Minute

// Permit is what a sender may do. The zero Permit permits nothing.
type Permit struct {
	Kinds      []cert.Kind
	Clerk      int           // certificates a day of the clerk, of each kind
	Laboratory int           // certificates a day of the laboratory, of each kind, by all its clerks
	Life       time.Duration // the longest life of a signature that has an end; zero: none may have one
}

// Issued is an answer to an order.
type Issued struct {
	Text        string            // the certificate, as its format writes it; of a blind order none
	Certificate *cert.Certificate // as it was completed; of a blind order nil
	Entry       Entry
	Again       bool // it had been issued before
}

// IsAccount reports whether a text can name an authority, a laboratory or a
// clerk: 1 to 64 of a-z, A-Z, 0-9, ".", "-", "_", ":" and "@".
func IsAccount(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:@") == ""
}

// Options are what an office works with.
type Options struct {
	Authority string // its name in the register: [IsAccount]
	URL       string // the issuer of SMART Health Cards; empty: none are issued
	Register  Registry
	Keys      Keys
	Now       func() time.Time
	Random    io.Reader // may be called from several goroutines
	Batch     int       // most entries of one transaction; zero: 512
	// Copies, if not nil, lets the register keep a sealed copy of each order's
	// certificate.
	Copies *Copies
}

// Office issues for one authority. Several in several processes may share a
// register. Its methods may be called from several goroutines.
type Office struct {
	Options
	workers int

	mu      sync.Mutex
	queue   []*waiting
	writing bool
}

// New opens an office.
func New(o Options) (*Office, error) {
	switch {
	case !IsAccount(o.Authority):
		return nil, errors.New("opening office: name the authority")
	case o.Register == nil || o.Keys == nil || o.Now == nil || o.Random == nil:
		return nil, errors.New("opening office: it needs a register, keys, a clock and randomness")
	case o.Batch < 0 || o.Batch > MaxBatch:
		return nil, errors.New("opening office: a batch has at most 4096 entries")
	}
	if o.Batch == 0 {
		o.Batch = 512
	}
	return &Office{Options: o, workers: runtime.GOMAXPROCS(0)}, nil
}
