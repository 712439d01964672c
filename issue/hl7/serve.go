package hl7

import (
	"crypto/sha256"
	"errors"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/pratique/pratique/issue/intake"
)

// Handler does what messages ask for: it keeps them, or issues, replaces and
// withdraws what their items say. It is called for one message of a connection
// at a time, and returns once what it did is durable. It may add findings,
// which the sender is told. The error is for trouble of ours: the sender is
// told to send the message again (AR), and no more about it.
type Handler func(m *Message, read intake.Message) ([]intake.Finding, error)

// Server answers the messages that come over connections. All connections of
// one server share its memory of what was answered.
type Server struct {
	Handle  Handler
	Options func() intake.Options // for a message that comes now; Now must be set
	seen    memory
}

// Serve answers messages until the other side ends the connection, which is no
// error. A message that was answered before, by its sender and identifier, is
// answered the same way and is not handled again; another message under the
// identifier of an earlier one is refused. A block that is too long, or was cut,
// is skipped, and the next is answered. Deadlines are the connection's own.
func (s *Server) Serve(conn io.ReadWriter) error {
	blocks := NewBlocks(conn)
	for {
		text, err := blocks.Next()
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, ErrBlockLong), errors.Is(err, ErrBlockCut), errors.Is(err, ErrBlockEnd):
			continue // there is nobody to answer to
		case err != nil:
			return err
		}
		for _, answer := range s.answer(text) {
			if _, err := conn.Write(Block(answer)); err != nil {
				return err
			}
		}
	}
}

// answer handles one message.
func (s *Server) answer(text []byte) [][]byte {
	o := s.Options()
	sum := sha256.Sum256(text)
	id := answerID(o.Now, sum)
	m, err := Parse(text)
	if err != nil {
		if a := Refusal(text, err, id, o.Now); a != nil {
			return [][]byte{a}
		}
		return nil
	}
	name := sender(m.Header()) + "\x00" + m.ID()
	if m.ID() != "" {
		answers, same, found := s.seen.get(name, sum)
		switch {
		case found && same:
			return answers
		case found:
			return m.replies(Answer{Refused, []intake.Finding{{Severity: intake.Error, Code: intake.Reused, Place: "MSH[1]-10"}}, id, o.Now})
		}
	}
	read := Read(m, o)
	a := Answer{Outcome: OutcomeOf(read), ID: id, At: o.Now}
	if a.Outcome != Refused {
		more, err := s.Handle(m, read)
		if err != nil { // not remembered: the next time it may go well
			return m.replies(Answer{Outcome: Refused, ID: id, At: o.Now, Findings: []intake.Finding{{Severity: intake.Error, Code: "trouble", Place: "MSH[1]"}}})
		}
		read.Findings = append(read.Findings, more...)
		a.Outcome = OutcomeOf(read)
	}
	for f := range read.All {
		a.Findings = append(a.Findings, f)
	}
	answers := m.replies(a)
	if m.ID() != "" {
		s.seen.put(name, sum, answers)
	}
	return answers
}

// replies are the acknowledgements that the sender wants, in their order.
func (m *Message) replies(a Answer) [][]byte {
	var out [][]byte
	if accepted := (Answer{Outcome: Accepted, ID: a.ID, At: a.At}); m.Enhanced() {
		if a.Outcome == Refused {
			accepted.Outcome, accepted.Findings = Refused, a.Findings
		}
		if m.Wants(15, accepted.Outcome) {
			out = append(out, m.Accept(accepted))
		}
		if accepted.Outcome == Refused { // what was not accepted has no answer about its use
			return out
		}
	}
	if m.Wants(16, a.Outcome) {
		if len(out) > 0 {
			a.ID += "B"
		}
		out = append(out, m.Ack(a))
	}
	return out
}

// answerID identifies an answer: by the moment and what it answers.
func answerID(at time.Time, sum [32]byte) string {
	return strconv.FormatInt(at.UnixMilli(), 36) + strconv.FormatUint(uint64(sum[0])<<24|uint64(sum[1])<<16|uint64(sum[2])<<8|uint64(sum[3]), 36)
}

// remembered is how many messages the memory of a server has.
const remembered = 4096

// memory is what was answered lately. It is for senders that did not get an
// answer and ask again at once; what must not happen twice however late is kept
// by the key of an item, in the register.
type memory struct {
	mu    sync.Mutex
	by    map[string]answered
	order []string // the oldest first, as a ring
	next  int
}

type answered struct {
	sum     [32]byte
	answers [][]byte
}

func (s *memory) get(name string, sum [32]byte) (answers [][]byte, same, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, found := s.by[name]
	return a.answers, a.sum == sum, found
}

func (s *memory) put(name string, sum [32]byte, answers [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = map[string]answered{}
	}
	if _, found := s.by[name]; !found {
		if len(s.order) < remembered {
			s.order = append(s.order, name)
		} else {
			delete(s.by, s.order[s.next])
			s.order[s.next] = name
			s.next = (s.next + 1) % remembered
		}
	}
	s.by[name] = answered{sum, answers}
}
