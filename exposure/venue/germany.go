package venue

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/pratique/pratique/internal/protowire"
)

// report is a CheckInProtectedReport: who scanned the code of the place can open it.
type report struct{ hash, iv, record, mac []byte }

const (
	intervalSeconds = 600
	longestReport   = int64(longestStay / (intervalSeconds * time.Second)) // intervals
	highestLevel    = 8
	maxRecord       = 64 // bytes of a sealed record: 16 in practice
)

// ParseGermany reads a TraceWarningPackage. It comes in an archive with a
// signature: package gaen has Unpack and Verify for both.
func ParseGermany(data []byte) ([]Warning, []Finding, error) {
	if len(data) > MaxFile {
		return nil, nil, fmt.Errorf("%w: longer than %d bytes", ErrWarnings, MaxFile)
	}
	var out []Warning
	var found []Finding
	m := protowire.Message(data)
	for n := 0; ; {
		f, ok := m.Next()
		if !ok {
			break
		}
		var w Warning
		switch f.Number {
		case 3:
			w, ok = readOpen(m.Bytes(f))
		case 4:
			w, ok = readReport(m.Bytes(f))
		default:
			continue
		}
		if n == MaxWarnings {
			return nil, nil, fmt.Errorf("%w: more than %d", ErrWarnings, MaxWarnings)
		}
		if ok {
			out = append(out, w)
		} else {
			found = append(found, Finding{n})
		}
		n++
	}
	if err := m.Err(); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrWarnings, err)
	}
	return out, found, nil
}

// readOpen reads a TraceTimeIntervalWarning.
func readOpen(b []byte) (Warning, bool) {
	var hash []byte
	var begin, period, level int64
	m := protowire.Message(b)
	for {
		f, ok := m.Next()
		if !ok {
			break
		}
		switch f.Number {
		case 1:
			hash = m.Bytes(f)
		case 2:
			begin = m.Int(f, 0, math.MaxUint32)
		case 3:
			period = m.Int(f, 0, math.MaxUint32)
		case 4:
			level = m.Int(f, 0, math.MaxUint32)
		}
	}
	w := Warning{System: German, place: string(hash)}
	return w, w.set(begin, period, level) && m.Err() == nil && len(hash) == sha256.Size
}

// set sets what a record says, if it can be so.
func (w *Warning) set(begin, period, level int64) bool {
	w.From = time.Unix(begin*intervalSeconds, 0).UTC()
	w.Until = time.Unix((begin+period)*intervalSeconds, 0).UTC()
	w.level = int(level)
	return begin > 0 && begin <= math.MaxUint32/intervalSeconds && period > 0 && period <= longestReport && level <= highestLevel
}

func readReport(b []byte) (Warning, bool) {
	var r report
	m := protowire.Message(b)
	for {
		f, ok := m.Next()
		if !ok {
			break
		}
		if to := map[int]*[]byte{1: &r.hash, 2: &r.iv, 3: &r.record, 4: &r.mac}[f.Number]; to != nil {
			*to = m.Bytes(f)
		}
	}
	ok := m.Err() == nil && len(r.hash) == sha256.Size && len(r.iv) == aes.BlockSize && len(r.mac) == sha256.Size &&
		len(r.record) > 0 && len(r.record)%aes.BlockSize == 0 && len(r.record) <= maxRecord
	return Warning{System: German, place: string(r.hash), sealed: &r}, ok
}

func key(purpose, place string) []byte {
	sum := sha256.Sum256([]byte(purpose + place))
	return sum[:]
}

const (
	forEncryption = "CWA-ENCRYPTION-KEY"
	forMAC        = "CWA-MAC-KEY"
)

func (r *report) sum(place string) []byte {
	h := hmac.New(sha256.New, key(forMAC, place))
	h.Write(r.iv)
	h.Write(r.record)
	return h.Sum(nil)
}

// open returns the warning that a report holds, for who knows the place.
func (r *report) open(place string) (Warning, bool) {
	if !hmac.Equal(r.mac, r.sum(place)) {
		return Warning{}, false
	}
	block, err := aes.NewCipher(key(forEncryption, place))
	if err != nil {
		return Warning{}, false
	}
	plain := make([]byte, len(r.record))
	cipher.NewCBCDecrypter(block, r.iv).CryptBlocks(plain, r.record)
	pad := int(plain[len(plain)-1]) // PKCS #7 (RFC 5652 section 6.3)
	if pad == 0 || pad > aes.BlockSize || !bytes.Equal(plain[len(plain)-pad:], bytes.Repeat([]byte{byte(pad)}, pad)) {
		return Warning{}, false
	}
	var n [4]int64
	m := protowire.Message(plain[:len(plain)-pad])
	for {
		f, ok := m.Next()
		if !ok {
			break
		}
		if f.Number < len(n) {
			n[f.Number] = m.Int(f, 0, math.MaxUint32)
		}
	}
	w := Warning{System: German}
	return w, w.set(n[1], n[2], n[3]) && m.Err() == nil
}

// ErrVisit means that no report can be made of a visit.
var ErrVisit = errors.New("a visit without an end, of another system, or too long")

// Report seals a visit of somebody who fell ill, for those who were there too: a
// CheckInProtectedReport. The level is their transmission risk level, 1 to 8.
func (v Visit) Report(level int, rand io.Reader) ([]byte, error) {
	begin, end := v.From.Unix()/intervalSeconds, v.Until.Unix()/intervalSeconds
	w := Warning{}
	if v.System != German || !isPlace(German, v.Place) || v.Until.IsZero() || level < 1 || !w.set(begin, end-begin, int64(level)) {
		return nil, ErrVisit
	}
	r := report{iv: make([]byte, aes.BlockSize)}
	if _, err := io.ReadFull(rand, r.iv); err != nil {
		return nil, fmt.Errorf("sealing a report: %w", err)
	}
	plain := protowire.AppendInt(protowire.AppendInt(protowire.AppendInt(nil, 1, begin), 2, end-begin), 3, int64(level))
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher(key(forEncryption, v.Place))
	if err != nil {
		return nil, fmt.Errorf("sealing a report: %w", err)
	}
	r.record = plain
	cipher.NewCBCEncrypter(block, r.iv).CryptBlocks(r.record, plain)
	out := protowire.AppendBytes(nil, 1, v.published())
	out = protowire.AppendBytes(protowire.AppendBytes(out, 2, r.iv), 3, r.record)
	return protowire.AppendBytes(out, 4, r.sum(v.Place)), nil
}

// AppendGermany appends a TraceWarningPackage of reports. The hour is when it is
// published. Who publishes adds reports of places that there are not, with a
// random hash each, so that the places of one person are not alone.
func AppendGermany(dst []byte, hour time.Time, region string, reports [][]byte) []byte {
	dst = protowire.AppendInt(dst, 1, hour.Unix()/3600)
	dst = protowire.AppendBytes(dst, 2, region)
	for _, r := range reports {
		dst = protowire.AppendBytes(dst, 4, r)
	}
	return dst
}
