// Package act answers one question: what has a country, or have the keyholders of
// the network, stated, and may they?
//
// An [Act] is one statement in one signed text: a party is admitted, a key may
// sign, certificates are recognised, a laboratory is registered, a lane is open, a
// document (rules, value sets, area lists, withdrawals, a bundle) has this hash.
// Acts are the entries of the network's log (package tlog), as their signers wrote
// them. A [State] is what follows from them: it takes entries one after another and
// says of each that it refuses why. The same entries give the same State to
// everybody; it has no clock and no options.
//
// # Text
//
// An act is a text of internal/signed, at most [MaxSize] bytes with its signatures.
//
//	act      = "pratique-act/1." minor LF head LF block
//	head     = "network " origin LF      ; the log for which it is meant, and no other
//	           "by " (code / "root") LF  ; who states it
//	           "number " number LF       ; the next one of this party, from 1
//	           "issued " moment LF
//	block    = kind " " argument LF *field *optional
//	field    = "  " name " " value LF    ; in the order of its kind, below
//	optional = "  ?" name " " value LF   ; of a later version; kept, and without effect
//	moment   = RFC 3339 with whole seconds and an offset, "Z" for UTC
//	code     = a jurisdiction, as trust/lists writes it
//	id       = 1 to 80 of A-Z a-z 0-9 . _ : -
//
// Numbers of a party have no gaps, so that whoever publishes acts cannot leave one
// out and publish the next. A word or kind that this version does not know is
// critical unless it begins with "?": the act is refused, and the State says of the
// party that it has stated something that this program is too old for
// ([State.Unread]). Every statement ends: [Longest] says how long each kind may be.
//
// What [Parse] reads is written again with the same bytes, and nothing else is read.
//
// # Kinds
//
// By root, with signatures of its quorum:
//
//	party CODE         name, region, signer+ (spki in base64), threshold, until, note*
//	policy ID          line* (a policy of package tlog), program (least version), until
//
// By a party, with signatures of as many of its signers as its threshold says:
//
//	key CODE ID        as in a text pratique-trust (trust/lists)
//	recognise CODE     id, reciprocal?, then as in a text pratique-trust; a note is a condition
//	laboratory ID      name, accreditation, diseases?, methods?, from?, until
//	lane ID            of+, categories, laboratory*, evidence+, obligation*, quota?, from?, until, note*
//	limit KEY-ID       reason, issued-until, committed?: what the key signed later does not count
//	document CLASS ID  version, hash, size, issued-until?, count*, until
//	end KIND ID        reason, note*: of a party by itself or by root; of the rest by who stated it
//
// The root document has a form of its own: see [Root].
package act

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust/lists"
)

// MaxSize is the most bytes of an act or a root document, signatures included:
// what fits into an entry of a log (c2sp.org/tlog-tiles).
const MaxSize = 1<<16 - 1

// ByRoot stands for the keyholders in [Act.By].
const ByRoot = "root"

const actName = "pratique-act"

var (
	// ErrFormat means that a text breaks the grammar; the error says where.
	ErrFormat = errors.New("not a text of this kind")
	// ErrNewer means that a text says something critical that this version does
	// not know: it must not be read without it.
	ErrNewer = errors.New("says something that this program is too old for")
)

// Act is one statement.
type Act struct {
	Minor   int
	Network string    // the origin of the log
	By      string    // a jurisdiction, or ByRoot
	Number  int64     // from 1, without gaps
	Issued  time.Time // as its signers say
	Body    Body
	// Optional are lines of a later version that may be passed over, as they stand.
	Optional []string
}

// Body is what an act states: [Party], [Policy], [Key], [Recognition],
// [Laboratory], [Lane], [Limit], [Document], [End] or [Other].
type Body interface {
	write(w *writer)
	// until is the end that it states, and the longest that it may have.
	until() (end time.Time, longest time.Duration)
}

// Parse reads an act without its signatures, which are not its own: see [State.Apply].
func Parse(text []byte) (Act, error) {
	f, err := signed.Parse(text)
	if err == nil && len(f.Signatures) > 0 {
		err = errors.New("the signatures do not belong to the text")
	}
	if err != nil {
		return Act{}, fmt.Errorf("reading act: %w: %w", ErrFormat, err)
	}
	a, err := parse(f)
	if err != nil {
		return Act{}, fmt.Errorf("reading act: %w", err)
	}
	return a, nil
}

func parse(f signed.File) (Act, error) {
	switch {
	case f.Name != actName:
		return Act{}, fmt.Errorf("%w: it is a %s", ErrFormat, f.Name)
	case f.Major != 1:
		return Act{}, fmt.Errorf("%w: %s/%d.%d", ErrNewer, f.Name, f.Major, f.Minor)
	case len(f.Text) > MaxSize:
		return Act{}, fmt.Errorf("%w: more than %d bytes", ErrFormat, MaxSize)
	}
	a, block, err := readHead(f)
	if err != nil {
		return Act{}, err
	}
	body, optional, err := parseBlock(a, strings.TrimSuffix(block, "\n"))
	if err != nil {
		return Act{}, err
	}
	a.Body, a.Optional = body, optional
	again, err := a.Bytes()
	if err != nil || !bytes.Equal(again, f.Text) {
		return Act{}, fmt.Errorf("%w: it is not written as acts are written", ErrFormat)
	}
	return a, nil
}

// readHead reads what every act has, also one whose block is of a later version.
func readHead(f signed.File) (a Act, block string, err error) {
	head, block, ok := strings.Cut(string(f.Body()), "\n\n")
	if !ok {
		return Act{}, "", fmt.Errorf("%w: no empty line after the head", ErrFormat)
	}
	h := newReader(head, "")
	a = Act{Minor: f.Minor, Network: h.one("network"), By: h.one("by"), Number: h.number(h.one("number")), Issued: h.moment(h.one("issued"))}
	if err := h.done(); err != nil {
		return Act{}, "", err
	}
	if a.Number < 1 || a.By != ByRoot && lists.Jurisdiction(a.By) != a.By {
		return Act{}, "", fmt.Errorf("%w: the head names no party or no number", ErrFormat)
	}
	return a, block, nil
}

// Bytes writes the act. It fails if it states something that its form cannot say.
func (a Act) Bytes() ([]byte, error) {
	w := &writer{act: a}
	fmt.Fprintf(&w.b, "%s/1.%d\n", actName, a.Minor)
	w.line("network " + a.Network)
	w.line("by " + a.By)
	w.line("number " + strconv.FormatInt(a.Number, 10))
	w.line("issued " + w.momentText(a.Issued))
	w.b.WriteByte('\n')
	if a.Body == nil {
		w.fail(errors.New("it states nothing"))
	} else {
		a.Body.write(w)
	}
	for _, l := range a.Optional {
		if !strings.HasPrefix(l, "  ?") {
			w.fail(errors.New("an optional line that does not begin with ?"))
		}
		w.line(l)
	}
	if w.err != nil {
		return nil, fmt.Errorf("writing act: %w", w.err)
	}
	if w.b.Len() > MaxSize {
		return nil, fmt.Errorf("writing act: more than %d bytes", MaxSize)
	}
	return w.b.Bytes(), nil
}

// Sign writes and signs the act; further signers sign with [AddSignature].
func (a Act) Sign(rand io.Reader, signers ...crypto.Signer) ([]byte, error) {
	b, err := a.Bytes()
	if err != nil {
		return nil, err
	}
	if _, err := Parse(b); err != nil {
		return nil, err
	}
	for _, s := range signers {
		if b, err = AddSignature(b, s, rand); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// AddSignature adds a signature to an act or a root document.
func AddSignature(text []byte, signer crypto.Signer, rand io.Reader) ([]byte, error) {
	b, err := signed.Sign(text, signer, rand)
	if err == nil && len(b) > MaxSize {
		err = fmt.Errorf("signing: more than %d bytes", MaxSize)
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Name returns what a key is called in signatures and acts: the SHA-256 of its
// SubjectPublicKeyInfo in hex.
func Name(key crypto.PublicKey) (string, error) { return signed.KeyID(key) }
