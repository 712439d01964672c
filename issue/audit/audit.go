// Package audit answers one question: who did what in this office, in which
// order, and has anybody changed the account of it since?
//
// An office writes a [Record] of each thing that it does: it issued so many
// certificates, somebody withdrew some, a limit was changed. Each record has a
// hash over itself and the record before, so the [Head], a number and a hash,
// stands for all that was written. Who keeps a head of yesterday (on paper, with
// another office, in a public log) finds out today whether a record of then was
// changed, left out or put in. There is no personal data of certified persons in
// a record: it says how many, and by Digest which ones to whom has the register.
//
// # Text format
//
// An account is exported as a text file, one record a line, with the head at its
// end; [Check] reads it. Columns are parted by one space: number from 1, moment,
// who, what was done, to what, how many, SHA-256 of the things or -, hash.
//
//	pratique-office-log/1.0
//	office norland
//	1 2026-11-23T08:00:00Z office issue issue_entry 2 9f86...0a08 5994...a0dd
//	2 2026-11-23T09:30:12Z ana withdraw proposal-7 1 - 0b21...77c1
//	end 2 0b21...77c1
//
// The hash of record n is SHA-256 of the bytes 0x01, the hash of record n-1, and
// the line of record n up to the space before its hash; that of record 0 is
// SHA-256 of the byte 0x00 and the name of the office.
//
// # Limits
//
// A line has at most [MaxLine] bytes. A word (office, who, what, to what) has 1 to
// [MaxWord] printable characters of ASCII without a space. A moment is of whole
// seconds in UTC, years 1 to 9999, and not before the one of the record before: a
// clock that goes back is written as the last moment that it had shown.
package audit

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
)

// Header is the first line of an account.
const Header = "pratique-office-log/1.0"

// The limits.
const (
	MaxLine = 1024
	MaxWord = 128
)

var (
	// ErrChanged means that an account is not what its hashes stand for.
	ErrChanged = errors.New("the account was changed")
	// ErrForm means that a text is no account.
	ErrForm = errors.New("not an account of an office")
	// ErrWord means that a record has a word that no line can hold.
	ErrWord = errors.New("a word has 1 to 128 printable characters of ASCII and no space")
)

// Record is a thing that was done.
type Record struct {
	At     time.Time // whole seconds
	Who    string    // an account; "office" for the program itself
	Did    string    // issue, propose, withdraw ...
	What   string    // to what
	Count  uint64    // of how many
	Digest [32]byte  // of which; zero: not said
}

// Head stands for all records up to one.
type Head struct {
	N    uint64
	Hash [32]byte
	At   time.Time // of the last record; zero: of none
}

// Begin is the head of an account without records.
func Begin(office string) Head {
	return Head{Hash: sha256.Sum256(append([]byte{0}, office...))}
}

// Next returns the record as it is to be kept, at a moment that is not before the
// last one, and the head with it.
func (h Head) Next(r Record) (Record, Head, error) {
	r.At = r.At.UTC().Truncate(time.Second)
	if r.At.Before(h.At) {
		r.At = h.At
	}
	for _, w := range []string{r.Who, r.Did, r.What} {
		if !IsWord(w) {
			return Record{}, Head{}, fmt.Errorf("writing record %d: %w", h.N+1, ErrWord)
		}
	}
	if y := r.At.Year(); y < 1 || y > 9999 {
		return Record{}, Head{}, fmt.Errorf("writing record %d: the year %d", h.N+1, y)
	}
	return r, h.with(r), nil
}

func (h Head) with(r Record) Head {
	b := append([]byte{1}, h.Hash[:]...)
	return Head{N: h.N + 1, Hash: sha256.Sum256(r.append(b, h.N+1)), At: r.At}
}

func (r Record) append(b []byte, n uint64) []byte {
	b = strconv.AppendUint(b, n, 10)
	b = append(b, ' ')
	b = r.At.AppendFormat(b, time.RFC3339)
	for _, w := range []string{r.Who, r.Did, r.What} {
		b = append(append(b, ' '), w...)
	}
	b = strconv.AppendUint(append(b, ' '), r.Count, 10)
	if r.Digest == [32]byte{} {
		return append(b, " -"...)
	}
	return hex.AppendEncode(append(b, ' '), r.Digest[:])
}

// IsWord reports whether a record can hold a word.
func IsWord(s string) bool {
	if s == "" || len(s) > MaxWord {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Write writes an account. The records must be all, from the first.
func Write(w io.Writer, office string, records iter.Seq2[Record, error]) (Head, error) {
	if !IsWord(office) {
		return Head{}, fmt.Errorf("writing account: the office: %w", ErrWord)
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s\noffice %s\n", Header, office)
	head := Begin(office)
	for r, err := range records {
		if err != nil {
			return Head{}, fmt.Errorf("writing account: %w", err)
		}
		next, after, err := head.Next(r)
		if err != nil {
			return Head{}, err
		}
		if !next.At.Equal(r.At) {
			return Head{}, fmt.Errorf("writing record %d: its moment is before that of the last one: %w", after.N, ErrChanged)
		}
		head = after
		out.Write(append(hex.AppendEncode(append(r.append(nil, head.N), ' '), head.Hash[:]), '\n'))
	}
	fmt.Fprintf(out, "end %d %x\n", head.N, head.Hash)
	if err := out.Flush(); err != nil {
		return Head{}, fmt.Errorf("writing account: %w", err)
	}
	return head, nil
}

// Check reads an account, follows its hashes, and returns the office and the head
// to which they lead. Heads that were kept from earlier must be met on the way,
// each of them; the error is then, or if the account does not lead to its own
// end, ErrChanged. What Check accepts, Write writes again byte for byte.
func Check(r io.Reader, kept ...Head) (office string, head Head, err error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, MaxLine+1), MaxLine+1)
	s.Split(lines)
	line := func() (string, bool) {
		if !s.Scan() {
			return "", false
		}
		return s.Text(), true
	}
	if l, _ := line(); l != Header {
		return "", Head{}, fmt.Errorf("reading account: the first line: %w", ErrForm)
	}
	l, _ := line()
	office, ok := strings.CutPrefix(l, "office ")
	if !ok || !IsWord(office) {
		return "", Head{}, fmt.Errorf("reading account: the second line: %w", ErrForm)
	}
	head = Begin(office)
	met := 0
	meet := func() {
		for _, k := range kept {
			if k.N == head.N && k.Hash == head.Hash {
				met++
			}
		}
	}
	meet()
	for {
		l, ok := line()
		switch {
		case !ok && s.Err() != nil:
			return "", Head{}, fmt.Errorf("reading account after record %d: %w", head.N, s.Err())
		case !ok:
			return "", Head{}, fmt.Errorf("reading account after record %d: its end is missing: %w", head.N, ErrForm)
		}
		if last, ok := strings.CutPrefix(l, "end "); ok {
			if _, more := line(); last != fmt.Sprintf("%d %x", head.N, head.Hash) || more || s.Err() != nil {
				return "", Head{}, fmt.Errorf("reading account: it does not end as it says: %w", ErrChanged)
			}
			if met != len(kept) {
				return "", Head{}, fmt.Errorf("reading account: it does not hold %d of the heads that were kept: %w", len(kept)-met, ErrChanged)
			}
			return office, head, nil
		}
		rec, hash, err := parse(l, head.N+1)
		if err != nil {
			return "", Head{}, fmt.Errorf("reading record %d: %w", head.N+1, err)
		}
		next := head.with(rec)
		if rec.At.Before(head.At) || next.Hash != hash {
			return "", Head{}, fmt.Errorf("reading record %d: %w", next.N, ErrChanged)
		}
		head = next
		meet()
	}
}

// lines splits at line feeds alone, and takes no last line without one.
func lines(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, ErrForm
	}
	return 0, nil, nil
}

// parse reads the line of a record, strictly.
func parse(line string, n uint64) (Record, [32]byte, error) {
	var r Record
	var hash [32]byte
	f := strings.Split(line, " ")
	if len(f) != 8 {
		return r, hash, ErrForm
	}
	var err error
	if r.At, err = time.Parse(time.RFC3339, f[1]); err != nil {
		return r, hash, ErrForm
	}
	r.Who, r.Did, r.What = f[2], f[3], f[4]
	if r.Count, err = strconv.ParseUint(f[5], 10, 64); err != nil {
		return r, hash, ErrForm
	}
	if f[6] != "-" && !unhex(&r.Digest, f[6]) || !unhex(&hash, f[7]) || !IsWord(r.Who) || !IsWord(r.Did) || !IsWord(r.What) {
		return r, hash, ErrForm
	}
	if string(hex.AppendEncode(append(r.append(nil, n), ' '), hash[:])) != line {
		return r, hash, ErrForm // another way to write it, or another number
	}
	return r, hash, nil
}

func unhex(to *[32]byte, s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && copy(to[:], b) == len(to) && len(b) == len(to)
}
