// Package rdfc answers one question: which bytes does a signature over a
// JSON-LD document cover?
//
// [Canonicalize] turns a document into its canonical N-Quads: two documents
// that say the same give the same bytes, however they are written down. WHO's
// trust lists and DIVOC's certificates are signed over the SHA-256 of these.
//
// Contexts are never fetched. A document may name the contexts that this
// package bundles (see [Contexts]) and no other; a context written into the
// document itself is refused too, because it could give any word any meaning.
//
// # What the signature does not cover
//
// JSON-LD drops what it has no word for, without a sound: a key that no context
// defines, an identifier that is no IRI (one with a space in it is enough), a
// value that hangs in the air. Such parts can be added to a signed document at
// will and its signature still verifies. [Canonical.Dropped] lists every one:
// whoever acts on a part of a document must first see that it is not dropped,
// and must read the same tree that was hashed, which is why [Decode] is here.
//
// # Which JSON-LD
//
// The expansion algorithm of JSON-LD 1.1 (W3C Recommendation, 16 July 2020,
// section 5.1) for node objects, value objects and sets, with aliases of @id
// and @type, coercion to @id, @vocab, @json and datatypes, compact IRIs,
// @base, @vocab, property-scoped, type-scoped and protected contexts. Anything
// else (lists, named graphs, values whose term says that they are such,
// @reverse, @included, @nest, @index, @direction, null contexts, references relative to a base other than "#fragment")
// is [ErrUnsupported], never a guess.
//
// The canonical form is URDNA2015, as the signers of these documents use it.
// RDFC-1.0 (W3C Recommendation, 21 May 2024) differs from it only in escaping
// control characters other than line feed and carriage return in literals.
//
// JSON literals (@json) are written in the form of RFC 8785.
//
// # Limits
//
// Nesting 64, 256 contexts one upon another, 200,000 statements of 128 MiB in
// all, 10,000 blank nodes, 1,000 dropped parts, and a budget of 300,000 steps
// (well under a second) for telling alike blank nodes apart: a graph built to
// make that exponential ("poisoned") is [ErrLimit].
package rdfc

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Limits of one document.
const (
	MaxDepth    = 64        // nesting of JSON
	MaxContexts = 256       // one upon another
	MaxQuads    = 200_000   // statements
	MaxBytes    = 128 << 20 // of all statements
	MaxBlanks   = 10_000    // blank nodes
	MaxDropped  = 1_000     // parts
	maxSteps    = 300_000   // of telling blank nodes apart
)

var (
	// ErrJSON means that the bytes are not JSON, or that a key stands twice in an object.
	ErrJSON = errors.New("not JSON with distinct keys")
	// ErrContext means that the document names a context that is not bundled.
	ErrContext = errors.New("context is not bundled")
	// ErrUnsupported means that the document uses a part of JSON-LD that this package does not read.
	ErrUnsupported = errors.New("part of JSON-LD that is not supported")
	// ErrInvalid means that the document breaks JSON-LD.
	ErrInvalid = errors.New("not valid JSON-LD")
	// ErrLimit means that the document is larger, deeper or more tangled than allowed.
	ErrLimit = errors.New("document exceeds a limit")
)

// Canonical is a document in canonical form.
type Canonical struct {
	NQuads  []byte // sorted lines, each with its line feed
	Dropped []Drop // what the form does not hold, in the order of the document's sorted keys
}

// Drop is a part of a document that its canonical form, and so any signature
// over it, does not cover.
type Drop struct {
	Path string // a JSON pointer (RFC 6901): /verificationMethod/3/id
	Why  string // "undefined_term", "bad_iri", "blank_property"
}

// Hash returns the SHA-256 of the canonical N-Quads.
func (c Canonical) Hash() [sha256.Size]byte { return sha256.Sum256(c.NQuads) }

// Covers reports whether nothing was dropped at path or below it, nor a part
// that path is in.
func (c Canonical) Covers(path string) bool {
	return !slices.ContainsFunc(c.Dropped, func(d Drop) bool { return within(d.Path, path) || within(path, d.Path) })
}

func within(path, dir string) bool {
	return strings.HasPrefix(path, dir) && (len(path) == len(dir) || path[len(dir)] == '/')
}

// Canonicalize returns the canonical form of a document as [Decode] gives it.
// It does not change the document.
func Canonicalize(doc map[string]any) (Canonical, error) {
	e := expander{quads: make(map[quad]bool)}
	_, err := e.node(doc, place{ctx: new(active)})
	if err == nil && len(e.dropped) > MaxDropped {
		err = fmt.Errorf("%w: more than %d dropped parts", ErrLimit, MaxDropped)
	}
	if err != nil {
		return Canonical{}, fmt.Errorf("canonicalizing: %w", err)
	}
	nquads, err := canonicalNQuads(e.quads)
	if err != nil {
		return Canonical{}, fmt.Errorf("canonicalizing: %w", err)
	}
	return Canonical{NQuads: nquads, Dropped: e.dropped}, nil
}
