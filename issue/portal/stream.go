package portal

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/pratique/pratique/issue/table"
)

// stream is a request that is answered while it comes. It must go on coming.
type stream struct {
	p       *Portal
	c       *call
	control *http.ResponseController
}

// Patience of a connection, which has the machine's clock.
const (
	patience = time.Minute     // for the next part of a request
	slowness = 2 * time.Minute // of who takes the answers
)

// stream begins one; end it.
func (p *Portal) stream(c *call) (*stream, error) {
	select {
	case p.many <- struct{}{}:
	default:
		return nil, &Fault{Status: http.StatusServiceUnavailable, Code: "busy", Text: "too many requests of many at once", Hint: "send it again in a moment: what was issued is issued again with the same certificates"}
	}
	s := &stream{p, c, http.NewResponseController(c.w)}
	c.w.Header().Set("Connection", "close") // what is not read of it is not taken for the next request
	if err := s.control.EnableFullDuplex(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		s.end()
		return nil, err
	}
	return s, nil
}

func (s *stream) end() { <-s.p.many }

// Read implements io.Reader.
func (s *stream) Read(b []byte) (int, error) {
	_ = s.control.SetReadDeadline(time.Now().Add(patience)) // what has no deadline is a test's
	return s.c.r.Body.Read(b)
}

func (s *stream) flush() error {
	_ = s.control.SetWriteDeadline(time.Now().Add(slowness))
	if err := s.control.Flush(); !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// answers writes a line of JSON for each row.
func (s *stream) answers() (tell func(table.Row, Line) error, flush func() error) {
	s.c.w.Header().Set("Content-Type", "application/x-ndjson")
	e := json.NewEncoder(s.c.w)
	e.SetEscapeHTML(false)
	return func(_ table.Row, l Line) error { return e.Encode(l) }, func() error { return nil }
}

// broken ends the connection, so that nobody takes half an answer for a whole one.
func (s *stream) broken() error {
	_ = s.flush()
	panic(http.ErrAbortHandler)
}
