package cbor

import (
	"strconv"
	"unicode/utf8"
)

// Read checks a text and returns its one item. On error, an [*Error], it
// returns nothing.
func Read(s string) (Value, error) {
	c := checker{s: s}
	if len(s) == 0 {
		return Value{}, c.fail(0, ErrTruncated)
	}
	end, err := c.item(0, 0)
	if err != nil {
		return Value{}, err
	}
	if end != len(s) {
		return Value{}, c.fail(end, ErrTrailing)
	}
	return Value{s}, nil
}

// checker walks a text that nobody has checked.
type checker struct {
	s     string
	items int
	keys  stack // of the maps that are open, outermost first
}

func (c *checker) fail(at int, err error) error { return &Error{at, err} }

// item checks the item at i and returns where it ends.
func (c *checker) item(i, depth int) (int, error) {
	if i >= len(c.s) {
		return 0, c.fail(len(c.s), ErrTruncated)
	}
	if c.items++; c.items > MaxItems {
		return 0, c.fail(i, ErrSize)
	}
	if b := c.s[i]; b-shortText < 24 { // what most items are
		return c.text(i, i+1, int(b-shortText))
	}
	h, err := c.head(i)
	if err != nil {
		return 0, err
	}
	switch h.major {
	case majorUint, majorNegative:
		return h.next, nil
	case majorBytes, majorText:
		return c.str(i, h)
	case majorOther:
		if h.info == infoIndefinite || h.info == 24 && h.arg < 32 {
			return 0, c.fail(i, ErrMalformed) // a break where an item should be; a simple value in the wrong form
		}
		return h.next, nil
	}
	if depth++; depth > MaxDepth {
		return 0, c.fail(i, ErrDepth)
	}
	if h.major == majorTag {
		return c.item(h.next, depth)
	}
	return c.container(i, h, depth)
}

// head reads the head at i, and checks that what it promises can be there.
func (c *checker) head(i int) (head, error) {
	h := headAt(c.s, i)
	switch {
	case h.next == 0 && h.info > 27:
		return h, c.fail(i, ErrMalformed)
	case h.next == 0:
		return h, c.fail(i, ErrTruncated)
	case h.indefinite() && (h.major <= majorNegative || h.major == majorTag):
		return h, c.fail(i, ErrMalformed)
	case h.major >= majorBytes && h.major <= majorMap && h.arg > uint64(len(c.s)-h.next):
		return h, c.fail(i, ErrTruncated) // each item takes a byte at least
	}
	return h, nil
}

// text checks the text string at i, whose n bytes begin at start, and returns
// where it ends.
func (c *checker) text(i, start, n int) (int, error) {
	end := start + n
	if end > len(c.s) {
		return 0, c.fail(i, ErrTruncated)
	}
	if !utf8.ValidString(c.s[start:end]) {
		return 0, c.fail(i, ErrUTF8)
	}
	return end, nil
}

// str checks a byte or text string.
func (c *checker) str(i int, h head) (int, error) {
	if !h.indefinite() {
		if h.major == majorText {
			return c.text(i, h.next, int(h.arg))
		}
		return h.next + int(h.arg), nil
	}
	major := h.major
	for i = h.next; ; {
		if i >= len(c.s) {
			return 0, c.fail(len(c.s), ErrTruncated)
		}
		if c.s[i] == breakByte {
			return i + 1, nil
		}
		if c.items++; c.items > MaxItems {
			return 0, c.fail(i, ErrSize)
		}
		h, err := c.head(i)
		if err != nil {
			return 0, err
		}
		if h.major != major || h.indefinite() {
			return 0, c.fail(i, ErrMalformed)
		}
		if i, err = c.str(i, h); err != nil {
			return 0, err
		}
	}
}

// container checks the items of an array, or the pairs of a map.
func (c *checker) container(i int, h head, depth int) (int, error) {
	start, first := i, c.keys.n
	i = h.next
	for n := 0; h.indefinite() || uint64(n) < h.arg; n++ {
		if h.indefinite() && i < len(c.s) && c.s[i] == breakByte {
			i++
			break
		}
		var err error
		if h.major == majorMap {
			if n == MaxPairs {
				return 0, c.fail(start, ErrSize)
			}
			if i, err = c.key(i, first); err != nil {
				return 0, err
			}
		}
		if i, err = c.item(i, depth); err != nil {
			return 0, err
		}
	}
	c.keys.n = first
	return i, nil
}

// key checks the key at i against those of the same map, which are on the stack
// from first on, adds it, and returns where it ends.
func (c *checker) key(i, first int) (int, error) {
	if i >= len(c.s) {
		return 0, c.fail(len(c.s), ErrTruncated)
	}
	if c.items++; c.items > MaxItems {
		return 0, c.fail(i, ErrSize)
	}
	h, err := c.head(i)
	if err != nil {
		return 0, err
	}
	_, fits := h.int()
	switch {
	case h.major <= majorNegative && fits:
	case h.major == majorText && !h.indefinite():
		if _, err := c.text(i, h.next, int(h.arg)); err != nil {
			return 0, err
		}
	default:
		return 0, c.fail(i, ErrKey)
	}
	k, end := keyAt(c.s, i)
	if c.keys.has(k, first) {
		return 0, c.fail(i, ErrDuplicate)
	}
	c.keys.push(k)
	return end, nil
}

// stack holds keys. Its first ones need no memory of their own, which is
// enough for a European certificate.
type stack struct {
	n    int
	room [24]Key
	rest []Key
}

// push adds a key. Of a text it keeps a number too, by which most that differ do.
func (s *stack) push(k Key) {
	k.Int = number(k)
	if s.n < len(s.room) {
		s.room[s.n] = k
	} else {
		s.rest = append(s.rest[:s.n-len(s.room)], k)
	}
	s.n++
}

// number is the value of an integer, and of a text its length and first bytes.
func number(k Key) int64 {
	if !k.IsText {
		return k.Int
	}
	n := int64(len(k.Text))
	for _, b := range []byte(k.Text[:min(len(k.Text), 6)]) {
		n = n<<8 | int64(b)
	}
	return n
}

// has reports whether a key from first on is the same as k.
func (s *stack) has(k Key, first int) bool {
	n := number(k)
	for i := first; i < s.n; i++ {
		var have *Key
		if i < len(s.room) {
			have = &s.room[i]
		} else {
			have = &s.rest[i-len(s.room)]
		}
		if have.IsText != k.IsText {
			if sameJSON(have, &k) {
				return true
			}
		} else if have.Int == n && have.Text == k.Text {
			return true
		}
	}
	return false
}

// sameJSON reports whether a text and an integer would be equal as keys of JSON.
func sameJSON(a, b *Key) bool {
	if b.IsText {
		a, b = b, a
	}
	return a.Text != "" && a.Text[0] <= '9' && a.Text == strconv.FormatInt(b.Int, 10)
}
