package bundle

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

// ErrOther means that a delta is for another bundle than the one that one has.
var ErrOther = errors.New("the delta is for another bundle than this one")

const (
	stepEnd    = 0
	stepCopy   = 1
	stepInsert = 2

	grain = 16 // bytes that must be equal for a copy to be found
)

// Delta is what makes of one bundle another.
func Delta(old, next *Bundle) []byte {
	body := binary.AppendUvarint(nil, uint64(len(next.head)))
	body = append(body, next.head...)
	for _, s := range next.sections {
		if have := old.section(s.name); have == nil || !bytes.Equal(have, s.content) {
			body = steps(body, have, s.content)
		}
	}
	head := fmt.Sprintf("%s/1.0\nfrom %s\nto %s\n\n", deltaName, old.Digest, next.Digest)
	return pack([]byte(head), body)
}

func (b *Bundle) section(name string) []byte {
	for _, s := range b.sections {
		if s.name == name {
			return s.content
		}
	}
	return nil
}

// steps appends the steps from one content to another: greedily the longest
// copies that begin with a grain of the old content.
func steps(out, from, to []byte) []byte {
	places := map[[grain]byte]int{}
	for i := 0; i+grain <= len(from); i += grain {
		g := [grain]byte(from[i:])
		if _, ok := places[g]; !ok {
			places[g] = i
		}
	}
	insert := 0 // from here on nothing is written yet
	for i := 0; i+grain <= len(to); {
		at, ok := places[[grain]byte(to[i:])]
		if !ok {
			i++
			continue
		}
		start, n := i, grain
		for at > 0 && start > insert && from[at-1] == to[start-1] {
			at, start, n = at-1, start-1, n+1
		}
		for at+n < len(from) && start+n < len(to) && from[at+n] == to[start+n] {
			n++
		}
		out = inserted(out, to[insert:start])
		out = binary.AppendUvarint(append(out, stepCopy), uint64(at))
		out = binary.AppendUvarint(out, uint64(n))
		i = start + n
		insert = i
	}
	return append(inserted(out, to[insert:]), stepEnd)
}

func inserted(out, b []byte) []byte {
	if len(b) == 0 {
		return out
	}
	return append(binary.AppendUvarint(append(out, stepInsert), uint64(len(b))), b...)
}

// IsDelta reports whether a file is a delta.
func IsDelta(data []byte) bool { return bytes.HasPrefix(data, []byte(deltaName+"/")) }

// Apply brings a bundle up to date. What it returns is a bundle as it was
// published, to be read and verified like any. It fails with [ErrOther], [ErrTorn]
// or [ErrFormat].
func Apply(old *Bundle, delta []byte) ([]byte, error) {
	next, err := apply(old, delta)
	if err != nil {
		return nil, fmt.Errorf("applying delta: %w", err)
	}
	return next, nil
}

func apply(old *Bundle, delta []byte) ([]byte, error) {
	if !IsDelta(delta) || len(delta) > MaxSize {
		return nil, fmt.Errorf("%w, and no delta", ErrFormat)
	}
	head, rest, whole := bytes.Cut(delta, []byte("\n\n"))
	if !whole {
		return nil, ErrTorn
	}
	lines := bytes.Split(head, []byte("\n"))
	if string(lines[0]) != deltaName+"/1.0" {
		return nil, ErrVersion
	}
	if len(lines) != 3 || len(lines[1]) != 5+64 || len(lines[2]) != 3+64 || string(lines[1][:5]) != "from " || string(lines[2][:3]) != "to " {
		return nil, fmt.Errorf("%w: a delta without from and to", ErrFormat)
	}
	if string(lines[1][5:]) != old.Digest {
		return nil, ErrOther
	}
	body, after, err := unpack(rest, MaxSize)
	if err != nil || len(after) > 0 {
		return nil, ErrTorn
	}
	n, used := binary.Uvarint(body)
	if used <= 0 || n > MaxText || n > uint64(len(body)-used) {
		return nil, ErrTorn
	}
	text, body := body[used:used+int(n)], body[used+int(n):]
	u, err := parse(append(bytes.Clone(text), '\n'))
	if err != nil {
		return nil, err
	}
	if sum := digest(u.file.Text); hex.EncodeToString(sum[:]) != string(lines[2][3:]) {
		return nil, ErrTorn
	}
	sections, err := patched(old, u.m, body)
	if err != nil {
		return nil, err
	}
	return file(text, sections), nil
}

// patched are the sections of the new bundle.
func patched(old *Bundle, m Manifest, body []byte) ([]section, error) {
	var out []section
	for _, s := range m.Sections {
		content := old.section(s.Name)
		if sum := digest(content); content == nil || hex.EncodeToString(sum[:]) != s.Digest {
			var err error
			if content, body, err = patch(content, body, s.Size); err != nil {
				return nil, err
			}
		}
		if sum := digest(content); hex.EncodeToString(sum[:]) != s.Digest {
			return nil, ErrTorn
		}
		out = append(out, section{s.Name, s.Critical, content})
	}
	if len(body) > 0 {
		return nil, ErrTorn
	}
	return out, nil
}

// patch takes the steps from the beginning of body.
func patch(from, body []byte, size int) (to, rest []byte, err error) {
	number := func() int {
		n, used := binary.Uvarint(body)
		if used <= 0 || n > MaxContent {
			body, err = nil, ErrTorn
			return 0
		}
		body = body[used:]
		return int(n)
	}
	for len(body) > 0 {
		step := body[0]
		body = body[1:]
		var part []byte
		switch step {
		case stepEnd:
			return to, body, nil
		case stepCopy:
			at, n := number(), number()
			if err != nil || at > len(from) || n > len(from)-at {
				return nil, nil, ErrTorn
			}
			part = from[at : at+n]
		case stepInsert:
			n := number()
			if err != nil || n > len(body) {
				return nil, nil, ErrTorn
			}
			part, body = body[:n], body[n:]
		default:
			return nil, nil, ErrTorn
		}
		if len(to)+len(part) > size || len(part) == 0 {
			return nil, nil, ErrTorn
		}
		to = append(to, part...)
	}
	return nil, nil, ErrTorn
}
