// Package tlog answers one question: is this statement in the one history that
// everybody sees, and who says so?
//
// A log is a list of entries that only grows. Its [Checkpoint] is the size and
// the root hash of a Merkle tree over them (RFC 6962), signed by the log; a
// cosignature is the word of a witness that it has seen no other history of this
// log, and when. A [Policy] says which witnesses together are enough. A [Proof]
// holds all of that for one entry, in one file that is checked offline.
//
// All of it is byte for byte what the specifications of C2SP say, so that others'
// logs, witnesses and tools can be used with ours:
//
//	c2sp.org/signed-note       a text with signatures, verifier keys
//	c2sp.org/tlog-checkpoint   origin, size, root hash
//	c2sp.org/tlog-cosignature  Ed25519 (type 0x04); another algorithm never counts yet
//	c2sp.org/tlog-policy       logs, witnesses, groups, quorum
//	c2sp.org/tlog-proof        the offline proof of one entry
//	c2sp.org/tlog-tiles        the files of a log ([Tree])
//	c2sp.org/tlog-witness      what a log asks of a witness ([Request])
//
// The arithmetic of trees and notes is that of golang.org/x/mod/sumdb.
//
// # What a reader must do
//
// [Policy.Open] takes a checkpoint apart: a log of the policy signed it, its
// origin is that log's, and a quorum of witnesses cosigned it. Then
// [Checkpoint.Follows] compares it with the one that the reader saw last, so that
// no history is rolled back or replaced, and [Witnessed.Fresh] says whether it is
// recent: [Witnessed.AsOf] is the moment up to which a quorum, and not merely one
// witness, says that there was nothing newer.
//
// # Limits
//
// A note has 128 KiB and 100 signatures at most, an entry 65,535 bytes, a policy
// 64 KiB and 64 of each of logs, witnesses and groups, a proof 63 hashes and
// 64 KiB beside the note.
package tlog

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	merkle "golang.org/x/mod/sumdb/tlog"
)

// Limits of what is read.
const (
	MaxNote   = 128 << 10 // bytes of a checkpoint with its signatures
	MaxEntry  = 1<<16 - 1 // bytes of an entry
	MaxPolicy = 64 << 10  // bytes of a policy
	MaxNames  = 64        // logs, witnesses and groups of a policy, each
	MaxHashes = 63        // hashes of a proof
	MaxExtra  = 64 << 10  // bytes of a proof's extra data
)

// Hash is a SHA-256 of a tree.
type Hash = merkle.Hash

// EntryHash is the hash of an entry as it stands in the tree (RFC 6962, section 2.1).
func EntryHash(entry []byte) Hash { return merkle.RecordHash(entry) }

// Errors of checkpoints and proofs.
var (
	// ErrFormat means that a text breaks its specification.
	ErrFormat = errors.New("malformed")
	// ErrUnsigned means that no log of the policy has signed the checkpoint.
	ErrUnsigned = errors.New("signed by no log of the policy")
	// ErrSignature means that a signature names a known key and does not verify under it.
	ErrSignature = errors.New("the signature of a known key does not verify")
	// ErrOrigin means that a log has signed the checkpoint of another one.
	ErrOrigin = errors.New("the checkpoint is of another log than the one that signed it")
	// ErrQuorum means that too few witnesses have cosigned the checkpoint.
	ErrQuorum = errors.New("cosigned by too few witnesses")
	// ErrRollback means that the checkpoint is of an older tree than the one seen before.
	ErrRollback = errors.New("older than what was seen before")
	// ErrSplit means that two checkpoints of one log cannot both be true: somebody
	// shows different people different histories, or has rewritten one.
	ErrSplit = errors.New("not the history that was seen before")
	// ErrStale means that no quorum has confirmed the checkpoint recently.
	ErrStale = errors.New("not confirmed by a quorum of witnesses for too long")
	// ErrFuture means that a quorum of cosignatures is from the future: the clock is wrong.
	ErrFuture = errors.New("cosigned in the future: is the clock right?")
	// ErrInclusion means that a proof is not one for this entry.
	ErrInclusion = errors.New("the proof is not for this entry")
)

// Checkpoint is what a log says of itself: how long it is, and what is in it.
// The zero Checkpoint is of no log.
type Checkpoint struct {
	Origin string // the log's name: "trust.example/log"
	Size   int64
	Root   Hash
	Extra  []string // lines for which nobody vouches but the log
}

// emptyRoot is the root of a tree without entries.
var emptyRoot = merkle.Hash{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
	0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}

// ParseCheckpoint reads the text of a checkpoint without its signatures.
func ParseCheckpoint(text string) (Checkpoint, error) {
	c, err := parseCheckpoint(text)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("reading checkpoint: %w: %w", ErrFormat, err)
	}
	return c, nil
}

func parseCheckpoint(text string) (Checkpoint, error) {
	if len(text) > MaxNote {
		return Checkpoint{}, errors.New("too long")
	}
	body, ended := strings.CutSuffix(text, "\n")
	lines := strings.Split(body, "\n")
	if !ended || len(lines) < 3 {
		return Checkpoint{}, errors.New("not three lines at least")
	}
	for _, l := range lines {
		if l == "" || !plain(l) {
			return Checkpoint{}, errors.New("an empty line, a control character, or not UTF-8")
		}
	}
	size, ok := decimal(lines[1])
	if !ok {
		return Checkpoint{}, errors.New("the second line is no size")
	}
	root, err := parseHash(lines[2])
	if err != nil {
		return Checkpoint{}, err
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: root}
	if len(lines) > 3 {
		c.Extra = lines[3:]
	}
	return c, nil
}

// String writes the text of the checkpoint: what [ParseCheckpoint] reads.
func (c Checkpoint) String() string {
	s := c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
	for _, l := range c.Extra {
		s += l + "\n"
	}
	return s
}

// Follows returns nil if this checkpoint is of the same log as an earlier one and
// of a history that begins with that one's. The proof is that of consistency (RFC
// 6962, section 2.1.2); none is needed from no entries, and between equal sizes.
// The errors are [ErrOrigin], [ErrRollback] and [ErrSplit].
func (c Checkpoint) Follows(old Checkpoint, proof []Hash) error {
	switch {
	case c.Origin != old.Origin || c.Origin == "":
		return fmt.Errorf("comparing checkpoints: %w", ErrOrigin)
	case c.Size < old.Size:
		return fmt.Errorf("comparing checkpoints: %d entries after %d: %w", c.Size, old.Size, ErrRollback)
	case c.Size == 0 && c.Root != emptyRoot:
		return fmt.Errorf("comparing checkpoints: no entries, and a root of some: %w", ErrSplit)
	case old.Size == 0 || c.Size == old.Size:
		if len(proof) > 0 || c.Size == old.Size && c.Size > 0 && c.Root != old.Root {
			return fmt.Errorf("comparing checkpoints: at %d entries: %w", c.Size, ErrSplit)
		}
		return nil
	}
	if len(proof) > MaxHashes || merkle.CheckTree(proof, c.Size, c.Root, old.Size, old.Root) != nil {
		return fmt.Errorf("comparing checkpoints: from %d to %d entries: %w", old.Size, c.Size, ErrSplit)
	}
	return nil
}

// plain reports whether a line is UTF-8 without control characters.
func plain(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return r < 0x20 }) < 0
}

// decimal reads a number that is written without anything that it does not need.
func decimal(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && strconv.FormatInt(n, 10) == s
}

func parseHash(s string) (Hash, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != merkle.HashSize || strings.ContainsAny(s, "\r\n") {
		return Hash{}, errors.New("a line is no hash in base64")
	}
	return Hash(b), nil
}
