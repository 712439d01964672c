package tlog

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	merkle "golang.org/x/mod/sumdb/tlog"
)

const proofHeader = "c2sp.org/tlog-proof@v1\n"

// Proof says, for whoever knows an entry and has a policy, that the log has it
// at this place: c2sp.org/tlog-proof. It needs no network.
type Proof struct {
	Extra  []byte // vouched for by nobody; nil: none
	Index  int64
	Hashes []Hash
	Note   []byte // the checkpoint with its signatures
}

// ParseProof reads a proof and verifies nothing. What it reads, [Proof.Bytes]
// writes again.
func ParseProof(data []byte) (Proof, error) {
	p, err := parseProof(data)
	if err != nil {
		return Proof{}, fmt.Errorf("reading proof: %w: %w", ErrFormat, err)
	}
	return p, nil
}

func parseProof(data []byte) (Proof, error) {
	if len(data) > MaxNote+2*MaxExtra {
		return Proof{}, errors.New("too long")
	}
	rest, ok := strings.CutPrefix(string(data), proofHeader)
	if !ok {
		return Proof{}, errors.New("the first line is another")
	}
	var p Proof
	line, rest, _ := strings.Cut(rest, "\n")
	if extra, ok := strings.CutPrefix(line, "extra "); ok {
		b, err := base64.StdEncoding.Strict().DecodeString(extra)
		if err != nil || len(b) == 0 || len(b) > MaxExtra || strings.Contains(extra, "\r") {
			return Proof{}, errors.New("the extra data are not base64")
		}
		p.Extra = b
		line, rest, _ = strings.Cut(rest, "\n")
	}
	var err error
	if p.Index, err = numbered(line, "index "); err != nil {
		return Proof{}, err
	}
	if p.Hashes, rest, err = hashLines(rest); err != nil {
		return Proof{}, err
	}
	if len(rest) > MaxNote || rest == "" {
		return Proof{}, errors.New("no checkpoint, or too long")
	}
	p.Note = []byte(rest)
	return p, nil
}

// numbered reads a line of a word and a number.
func numbered(line, word string) (int64, error) {
	s, found := strings.CutPrefix(line, word)
	n, ok := decimal(s)
	if !found || !ok {
		return 0, errors.New("no line of the form: " + word + "number")
	}
	return n, nil
}

// hashLines reads hashes up to an empty line, and returns what follows it.
func hashLines(text string) ([]Hash, string, error) {
	var hs []Hash
	for {
		line, rest, ended := strings.Cut(text, "\n")
		switch {
		case !ended:
			return nil, "", errors.New("no empty line before the checkpoint")
		case line == "":
			return hs, rest, nil
		case len(hs) == MaxHashes:
			return nil, "", errors.New("too many hashes")
		}
		h, err := parseHash(line)
		if err != nil {
			return nil, "", err
		}
		hs, text = append(hs, h), rest
	}
}

// Bytes writes the proof.
func (p Proof) Bytes() []byte {
	b := []byte(proofHeader)
	if len(p.Extra) > 0 {
		b = append(append(b, "extra "...), base64.StdEncoding.EncodeToString(p.Extra)+"\n"...)
	}
	b = append(b, "index "+strconv.FormatInt(p.Index, 10)+"\n"...)
	for _, h := range p.Hashes {
		b = append(b, h.String()+"\n"...)
	}
	return append(append(b, '\n'), p.Note...)
}

// Check returns the checkpoint under which the log has the entry. The errors are
// those of [Policy.Open], and [ErrInclusion].
func (p Proof) Check(policy Policy, entry []byte) (Witnessed, error) {
	return p.CheckHash(policy, EntryHash(entry))
}

// CheckHash is Check for one who knows the [EntryHash] alone.
func (p Proof) CheckHash(policy Policy, h Hash) (Witnessed, error) {
	w, err := policy.Open(p.Note)
	if err != nil {
		return Witnessed{}, fmt.Errorf("checking proof: %w", err)
	}
	if p.Index < 0 || p.Index >= w.Size || len(p.Hashes) > MaxHashes || merkle.CheckRecord(p.Hashes, w.Size, w.Root, p.Index, h) != nil {
		return Witnessed{}, fmt.Errorf("checking proof: %w", ErrInclusion)
	}
	return w, nil
}

// Request is what a log asks of a witness (c2sp.org/tlog-witness, add-checkpoint).
type Request struct {
	Old    int64 // the size that the witness has cosigned last, as the log believes
	Hashes []Hash
	Note   []byte
}

// MaxRequest is the most bytes of a request.
const MaxRequest = MaxNote + 64*(MaxHashes+1)

// ParseRequest reads a request and verifies nothing.
func ParseRequest(data []byte) (Request, error) {
	line, rest, _ := strings.Cut(string(data), "\n")
	var r Request
	var err error
	if len(data) > MaxRequest {
		return Request{}, fmt.Errorf("reading request: %w: too long", ErrFormat)
	}
	if r.Old, err = numbered(line, "old "); err != nil {
		return Request{}, fmt.Errorf("reading request: %w: %w", ErrFormat, err)
	}
	if r.Hashes, rest, err = hashLines(rest); err != nil {
		return Request{}, fmt.Errorf("reading request: %w: %w", ErrFormat, err)
	}
	r.Note = []byte(rest)
	return r, nil
}

// Bytes writes the request.
func (r Request) Bytes() []byte {
	b := []byte("old " + strconv.FormatInt(r.Old, 10) + "\n")
	for _, h := range r.Hashes {
		b = append(b, h.String()+"\n"...)
	}
	return append(append(b, '\n'), r.Note...)
}
