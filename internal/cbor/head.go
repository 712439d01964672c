package cbor

import "math"

// The major types (RFC 8949 section 3.1).
const (
	majorUint = iota
	majorNegative
	majorBytes
	majorText
	majorArray
	majorMap
	majorTag
	majorOther
)

const (
	infoIndefinite = 31
	breakByte      = 0xff
	shortText      = majorText << 5 // and up to 23 more: the head of a short text
)

// head is the first byte of an item with its argument.
type head struct {
	arg   uint64
	next  int // offset after the head; 0: the text ended, or the head is reserved
	major byte
	info  byte
}

// headAt reads the head at i, which must be within s.
func headAt(s string, i int) head {
	b := s[i]
	h := head{major: b >> 5, info: b & 31}
	if h.info < 24 {
		h.arg, h.next = uint64(h.info), i+1
		return h
	}
	if h.info == infoIndefinite {
		h.next = i + 1
		return h
	}
	if h.info > 27 {
		return h
	}
	n := 1 << (h.info - 24)
	if len(s)-i-1 < n {
		return h
	}
	for _, c := range []byte(s[i+1 : i+1+n]) {
		h.arg = h.arg<<8 | uint64(c)
	}
	h.next = i + 1 + n
	return h
}

func (h head) indefinite() bool { return h.info == infoIndefinite }

// int returns the integer of a head of major type 0 or 1, if 64 bits with a sign hold it.
func (h head) int() (int64, bool) {
	if h.arg > math.MaxInt64 {
		return 0, false
	}
	if h.major == majorNegative {
		return -1 - int64(h.arg), true
	}
	return int64(h.arg), true
}

// more reports whether an array or map with head h has an item at i after n of them.
func (h head) more(s string, i, n int) bool {
	if h.indefinite() {
		return s[i] != breakByte
	}
	return uint64(n) < h.arg
}

// end returns the end of the item at i, which is n of an array or map with
// head h: the last one ends where s does.
func (h head) end(s string, i, n int) int {
	if uint64(n)+1 == h.arg && !h.indefinite() {
		return len(s)
	}
	return skip(s, i)
}

// skip returns the end of the item at i of a text that was checked.
func skip(s string, i int) int {
	for left := 1; left > 0; left-- {
		h := headAt(s, i)
		i = h.next
		switch h.major {
		case majorUint, majorNegative, majorOther:
		case majorTag:
			left++
		default:
			if h.indefinite() {
				for s[i] != breakByte {
					i = skip(s, i)
				}
				i++
				continue
			}
			switch h.major {
			case majorBytes, majorText:
				i += int(h.arg)
			case majorArray:
				left += int(h.arg)
			case majorMap:
				left += 2 * int(h.arg)
			}
		}
	}
	return i
}
