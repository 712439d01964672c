package cose

import "errors"

// COSE writes an ECDSA signature as r and s of fixed width; Go, and what signs
// for it, as the ASN.1 SEQUENCE of two INTEGERs (RFC 3279 section 2.2.3) in DER.

// maxDER is the length of the longest DER of a signature, with P-521: two
// integers of 66 bytes with a head of 2 and a zero before, and a head of 3.
const maxDER = 3 + 2*(2+1+maxInt)

// maxInt is the length of the widest integer, with P-521.
const maxInt = 66

// appendDER appends the DER of the signature (r, s), each at most maxInt bytes.
func appendDER(dst []byte, r, s string) []byte {
	r, s = minimal(r), minimal(s)
	n := 2 + intLen(r) + 2 + intLen(s)
	dst = append(dst, 0x30)
	if n >= 0x80 {
		dst = append(dst, 0x81)
	}
	dst = append(dst, byte(n))
	dst = appendInteger(dst, r)
	return appendInteger(dst, s)
}

// minimal cuts leading zeros, down to one byte.
func minimal(s string) string {
	for len(s) > 1 && s[0] == 0 {
		s = s[1:]
	}
	return s
}

// intLen is the length of a minimal unsigned integer, with the zero that keeps it positive.
func intLen(s string) int { return len(s) + int(s[0]>>7) }

func appendInteger(dst []byte, s string) []byte {
	dst = append(dst, 0x02, byte(intLen(s)))
	if s[0] >= 0x80 {
		dst = append(dst, 0)
	}
	return append(dst, s...)
}

var errDER = errors.New("not the DER of an ECDSA signature")

// appendFixed appends r and s of a DER signature, each of n bytes.
func appendFixed(dst, der []byte, n int) ([]byte, error) {
	body, rest, ok := element(der, 0x30)
	if !ok || len(rest) != 0 {
		return nil, errDER
	}
	for range 2 {
		var i []byte
		if i, body, ok = element(body, 0x02); !ok {
			return nil, errDER
		}
		if len(i) == 0 || i[0] >= 0x80 { // negative
			return nil, errDER
		}
		for len(i) > 0 && i[0] == 0 {
			i = i[1:]
		}
		if len(i) > n || len(i) == 0 { // neither r nor s is ever zero
			return nil, errDER
		}
		for range n - len(i) {
			dst = append(dst, 0)
		}
		dst = append(dst, i...)
	}
	if len(body) != 0 {
		return nil, errDER
	}
	return dst, nil
}

// element cuts the element with this tag off b. Lengths are of at most one
// byte after the first, which is enough for a signature.
func element(b []byte, tag byte) (body, rest []byte, ok bool) {
	if len(b) < 2 || b[0] != tag {
		return nil, nil, false
	}
	n, b := int(b[1]), b[2:]
	if n == 0x81 && len(b) > 0 {
		n, b = int(b[0]), b[1:]
	} else if n >= 0x80 {
		return nil, nil, false
	}
	if n > len(b) {
		return nil, nil, false
	}
	return b[:n], b[n:], true
}
