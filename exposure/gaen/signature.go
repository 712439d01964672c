package gaen

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"

	"github.com/pratique/pratique/internal/protowire"
)

// The algorithms of signatures: ECDSA with a hash, by object identifier (RFC 5758).
const (
	ECDSAWithSHA256 = "1.2.840.10045.4.3.2"
	ECDSAWithSHA512 = "1.2.840.10045.4.3.4"
)

// MaxSignatures is the length of the longest export.sig, in bytes.
const MaxSignatures = 64 << 10

var (
	// ErrUnknownKey means that no given key is one of those that an export says
	// it was signed with: nothing is said about who made it.
	ErrUnknownKey = errors.New("the export is signed by none of the given keys")
	// ErrSignature means that an export is not what its signer signed.
	ErrSignature = errors.New("the signature of the export does not verify")
)

// Signature is one signature of export.sig (TEKSignature).
type Signature struct {
	Info           Info
	Batch, Batches int32  // of the export
	Value          []byte // ECDSA in DER, over all of export.bin
}

// PublicKey is a key of a server, by the names that its exports give it.
type PublicKey struct {
	ID, Version string // such as the mobile country code, and v1
	Key         *ecdsa.PublicKey
}

// ParseSignatures reads export.sig.
func ParseSignatures(sig []byte) ([]Signature, error) {
	if len(sig) > MaxSignatures {
		return nil, fmt.Errorf("%w: signatures of more than %d bytes", ErrExport, MaxSignatures)
	}
	var out []Signature
	m := protowire.Message(sig)
	for {
		f, ok := m.Next()
		if !ok {
			break
		}
		if f.Number != 1 {
			continue
		}
		if len(out) == maxInfos {
			return nil, fmt.Errorf("%w: more than %d signatures", ErrExport, maxInfos)
		}
		s, err := readSignature(m.Bytes(f))
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if err := m.Err(); err != nil {
		return nil, fmt.Errorf("%w: signatures: %w", ErrExport, err)
	}
	return out, nil
}

func readSignature(b []byte) (Signature, error) {
	var s Signature
	m := protowire.Message(b)
	for {
		f, ok := m.Next()
		if !ok {
			break
		}
		switch f.Number {
		case 1:
			i, err := readInfo(m.Bytes(f))
			if err != nil {
				return Signature{}, fmt.Errorf("%w: signatures: %w", ErrExport, err)
			}
			s.Info = i
		case 2:
			s.Batch = int32(m.Int(f, 0, math.MaxInt32))
		case 3:
			s.Batches = int32(m.Int(f, 0, math.MaxInt32))
		case 4:
			s.Value = m.Bytes(f)
		}
	}
	if err := m.Err(); err != nil {
		return Signature{}, fmt.Errorf("%w: signatures: %w", ErrExport, err)
	}
	return s, nil
}

// AppendSignatures appends export.sig.
func AppendSignatures(dst []byte, signatures ...Signature) []byte {
	for _, s := range signatures {
		b := protowire.AppendBytes(nil, 1, s.Info.append(nil))
		b = protowire.AppendInt(b, 2, int64(s.Batch))
		b = protowire.AppendInt(b, 3, int64(s.Batches))
		dst = protowire.AppendBytes(dst, 1, protowire.AppendBytes(b, 4, s.Value))
	}
	return dst
}

// Verify returns nil if one of the keys signed export.bin. With a key that is
// named and did not, it is [ErrSignature], even if another did.
func Verify(bin []byte, signatures []Signature, keys ...PublicKey) error {
	d := newDigests(signatures)
	d.Write(bin)
	return d.verify(signatures, keys)
}

// digests are the hashes that signatures need, by algorithm.
type digests map[string]hash.Hash

func newDigests(signatures []Signature) digests {
	d := digests{}
	for _, s := range signatures {
		switch a := s.Info.Algorithm; {
		case d[a] != nil:
		case a == ECDSAWithSHA256:
			d[a] = sha256.New()
		case a == ECDSAWithSHA512:
			d[a] = sha512.New()
		}
	}
	return d
}

// Write implements io.Writer.
func (d digests) Write(b []byte) (int, error) {
	for _, h := range d {
		h.Write(b)
	}
	return len(b), nil
}

func (d digests) verify(signatures []Signature, keys []PublicKey) error {
	verified, refuted := false, false
	for _, s := range signatures {
		h := d[s.Info.Algorithm]
		known, good := false, false
		for _, k := range keys {
			if k.ID == s.Info.ID && k.Version == s.Info.Version && k.Key != nil && h != nil {
				known = true
				good = good || ecdsa.VerifyASN1(k.Key, h.Sum(nil), s.Value)
			}
		}
		verified, refuted = verified || good, refuted || known && !good
	}
	switch {
	case refuted:
		return ErrSignature
	case !verified:
		return ErrUnknownKey
	}
	return nil
}

// Sign signs an export and returns the two files of its archive. It announces
// the signature in the export first; version and id name the key. The signer's
// key is on P-256, the one curve that phones know.
func (e Export) Sign(rand io.Reader, signer crypto.Signer, id, version string) (bin, sig []byte, err error) {
	if k, ok := signer.Public().(*ecdsa.PublicKey); !ok || k.Curve != elliptic.P256() {
		return nil, nil, errors.New("signing export: the key is not on P-256")
	}
	info := Info{Version: version, ID: id, Algorithm: ECDSAWithSHA256}
	for _, s := range []string{id, version} {
		if !isName(s) {
			return nil, nil, errors.New("signing export: the key has no id or version of letters, digits and _")
		}
	}
	e.Infos = []Info{info}
	bin = e.Append(nil)
	sum := sha256.Sum256(bin)
	value, err := signer.Sign(rand, sum[:], crypto.SHA256)
	if err != nil {
		return nil, nil, fmt.Errorf("signing export: %w", err)
	}
	return bin, AppendSignatures(nil, Signature{info, e.Batch, e.Batches, value}), nil
}

func isName(s string) bool {
	for _, c := range []byte(s) {
		if c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != "" && len(s) <= maxText
}

// Open reads an archive, verifies its signature and returns its export. The
// error is ErrUnknownKey, ErrSignature or ErrExport; the findings are those of
// [ParseExport].
func Open(r io.ReaderAt, size int64, keys ...PublicKey) (Export, []Finding, error) {
	bin, sig, err := entries(r, size)
	if err != nil {
		return Export{}, nil, err
	}
	list, err := content(sig, MaxSignatures)
	if err != nil {
		return Export{}, nil, err
	}
	signatures, err := ParseSignatures(list)
	if err != nil {
		return Export{}, nil, err
	}
	d, p := newDigests(signatures), parser{total: int64(bin.UncompressedSize64)}
	if err := inflate(io.MultiWriter(d, &p), bin, MaxExport); err != nil {
		return Export{}, nil, err
	}
	if err := d.verify(signatures, keys); err != nil {
		return Export{}, nil, err
	}
	e, findings, err := p.end()
	if err != nil {
		return Export{}, nil, err
	}
	for _, s := range signatures {
		if s.Batch != e.Batch || s.Batches != e.Batches {
			return Export{}, nil, fmt.Errorf("%w: signed as another batch", ErrSignature)
		}
	}
	return e, findings, nil
}
