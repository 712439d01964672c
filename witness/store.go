package witness

import (
	"bytes"
	"sync"

	"github.com/pratique/pratique/internal/srv"
)

// files keeps a file for each log.
type files struct {
	mu sync.Mutex
	f  srv.Files
}

// NewStore is a [Store] in a folder, of which this program must be the only one
// that writes there.
func NewStore(d srv.Disk) Store { return &files{f: srv.Files{Disk: d}} }

// Load implements [Store].
func (s *files) Load(log string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.f.Read(log + ".checkpoint")
}

// Replace implements [Store].
func (s *files) Replace(log string, old, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, err := s.f.Read(log + ".checkpoint")
	if err != nil {
		return err
	}
	if !bytes.Equal(have, old) {
		return ErrChanged
	}
	return s.f.Replace(log+".checkpoint", data)
}
