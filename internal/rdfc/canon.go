package rdfc

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// canon labels the blank nodes of one dataset (URDNA2015; RDFC-1.0, section 4).
type canon struct {
	quads  []quad
	of     map[string][]int  // blank node: the quads that it is in
	first  map[string]string // blank node: its first-degree hash
	issued issuer            // the canonical labels
	steps  int
}

// issuer hands out labels in order: prefix0, prefix1, ...
type issuer struct {
	prefix string
	label  map[string]string
	order  []string
}

func (s *issuer) issue(id string) string {
	if l, ok := s.label[id]; ok {
		return l
	}
	if s.label == nil {
		s.label = make(map[string]string)
	}
	l := s.prefix + strconv.Itoa(len(s.order))
	s.label[id], s.order = l, append(s.order, id)
	return l
}

func (s issuer) clone() issuer {
	return issuer{s.prefix, maps.Clone(s.label), slices.Clone(s.order)}
}

// canonicalNQuads returns the canonical N-Quads of a set of statements.
func canonicalNQuads(set map[quad]bool) ([]byte, error) {
	c := canon{of: make(map[string][]int), first: make(map[string]string), issued: issuer{prefix: "c14n"}}
	for q := range set {
		i := len(c.quads)
		c.quads = append(c.quads, q)
		for _, id := range q.blanks() {
			c.of[id] = append(c.of[id], i)
		}
	}
	if err := c.label(); err != nil {
		return nil, err
	}
	lines := make([][]byte, len(c.quads))
	for i, q := range c.quads {
		lines[i] = q.append(nil, c.issued.issue)
	}
	slices.SortFunc(lines, bytes.Compare)
	return bytes.Join(lines, nil), nil
}

// blanks returns the distinct blank nodes of the statement.
func (q quad) blanks() []string {
	var ids []string
	if q.s.kind == 'b' {
		ids = append(ids, q.s.value)
	}
	if q.o.kind == 'b' && (len(ids) == 0 || ids[0] != q.o.value) {
		ids = append(ids, q.o.value)
	}
	return ids
}

// label gives every blank node its canonical label: first those whose own
// statements tell them apart, then the rest by what surrounds them.
func (c *canon) label() error {
	if len(c.of) > MaxBlanks {
		return fmt.Errorf("%w: more than %d blank nodes", ErrLimit, MaxBlanks)
	}
	byHash := make(map[string][]string)
	for id := range c.of {
		h := c.firstDegree(id)
		byHash[h] = append(byHash[h], id)
	}
	hashes := slices.Sorted(maps.Keys(byHash))
	for _, h := range hashes {
		if ids := byHash[h]; len(ids) == 1 {
			c.issued.issue(ids[0])
		}
	}
	for _, h := range hashes {
		if ids := byHash[h]; len(ids) > 1 {
			if err := c.labelAlike(ids); err != nil {
				return err
			}
		}
	}
	return nil
}

type path struct {
	hash   string
	issuer issuer
}

func (c *canon) labelAlike(ids []string) error {
	var paths []path
	for _, id := range ids {
		if _, done := c.issued.label[id]; done {
			continue
		}
		temporary := issuer{prefix: "b"}
		temporary.issue(id)
		p, err := c.nDegree(id, temporary)
		if err != nil {
			return err
		}
		paths = append(paths, p)
	}
	slices.SortStableFunc(paths, func(a, b path) int { return strings.Compare(a.hash, b.hash) })
	for _, p := range paths {
		for _, id := range p.issuer.order {
			c.issued.issue(id)
		}
	}
	return nil
}

// step spends a part of the budget.
func (c *canon) step(cost int) error {
	if c.steps += cost; c.steps > maxSteps {
		return fmt.Errorf("%w: too many blank nodes that look alike", ErrLimit)
	}
	return nil
}

// firstDegree hashes a node's own statements, with every other blank node alike.
func (c *canon) firstDegree(id string) string {
	if h, ok := c.first[id]; ok {
		return h
	}
	lines := make([][]byte, 0, len(c.of[id]))
	for _, i := range c.of[id] {
		lines = append(lines, c.quads[i].append(nil, func(b string) string {
			if b == id {
				return "a"
			}
			return "z"
		}))
	}
	slices.SortFunc(lines, bytes.Compare)
	c.first[id] = hexHash(bytes.Join(lines, nil))
	return c.first[id]
}

// nDegree hashes a node's surroundings, trying the orders of related nodes
// that look alike and keeping the least.
func (c *canon) nDegree(id string, s issuer) (path, error) {
	if err := c.step(1); err != nil {
		return path{}, err
	}
	related := make(map[string][]string)
	for _, i := range c.of[id] {
		q := c.quads[i]
		for _, r := range q.blanks() {
			if r == id {
				continue
			}
			if err := c.step(1); err != nil {
				return path{}, err
			}
			position := "o"
			if q.s.kind == 'b' && q.s.value == r {
				position = "s"
			}
			h := hexHash([]byte(position + "<" + q.p + ">" + c.name(r, s)))
			related[h] = append(related[h], r)
		}
	}
	var data strings.Builder
	for _, h := range slices.Sorted(maps.Keys(related)) {
		data.WriteString(h)
		best, with, err := c.least(related[h], s)
		if err != nil {
			return path{}, err
		}
		data.WriteString(best)
		s = with
	}
	return path{hexHash([]byte(data.String())), s}, nil
}

// name is what a related node is called while hashing: its label if it has one,
// else the hash of its own statements.
func (c *canon) name(id string, s issuer) string {
	if l, ok := c.issued.label[id]; ok {
		return "_:" + l
	}
	if l, ok := s.label[id]; ok {
		return "_:" + l
	}
	return c.firstDegree(id)
}

// least returns the least path over all orders of the nodes, and the labels that it gave.
func (c *canon) least(ids []string, s issuer) (string, issuer, error) {
	best, with := "", issuer{}
	slices.Sort(ids)
	err := permute(ids, func(order []string) error {
		if err := c.step(1 + len(s.order)); err != nil { // for the clone
			return err
		}
		p, labels, err := c.walk(order, s.clone(), best)
		if err == nil && p != "" && (best == "" || p < best) {
			best, with = p, labels
		}
		return err
	})
	return best, with, err
}

// walk returns the path of one order, or "" once it cannot be less than best.
func (c *canon) walk(order []string, s issuer, best string) (string, issuer, error) {
	var p strings.Builder
	worse := func() bool { return best != "" && p.Len() >= len(best) && p.String() > best }
	var deeper []string
	for _, id := range order {
		if l, ok := c.issued.label[id]; ok {
			p.WriteString("_:" + l)
		} else {
			if _, ok := s.label[id]; !ok {
				deeper = append(deeper, id)
			}
			p.WriteString("_:" + s.issue(id))
		}
		if worse() {
			return "", s, nil
		}
	}
	for _, id := range deeper {
		r, err := c.nDegree(id, s)
		if err != nil {
			return "", s, err
		}
		p.WriteString("_:" + s.issue(id) + "<" + r.hash + ">")
		s = r.issuer
		if worse() {
			return "", s, nil
		}
	}
	return p.String(), s, nil
}

// permute calls f with every order of ids, until f fails.
func permute(ids []string, f func([]string) error) error {
	var from func(k int) error
	from = func(k int) error {
		if k >= len(ids)-1 {
			return f(ids)
		}
		for i := k; i < len(ids); i++ {
			ids[k], ids[i] = ids[i], ids[k]
			err := from(k + 1)
			ids[k], ids[i] = ids[i], ids[k]
			if err != nil {
				return err
			}
		}
		return nil
	}
	return from(0)
}

func hexHash(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
