package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

// Server is a PostgreSQL server in a folder of its own, on the local machine
// alone. It syncs, as one in production does.
type Server struct {
	dir, bin string
	port     int
	cmd      *exec.Cmd
	out      *bytes.Buffer
}

// ErrMissing means that PostgreSQL is not installed here.
var ErrMissing = errors.New("PostgreSQL is not installed (make deps)")

// NewServer makes a server in an empty folder and starts it.
func NewServer(dir string) (*Server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: filepath.Join(dir, "data"), bin: bin, port: l.Addr().(*net.TCPAddr).Port}
	if err := l.Close(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	if err := give(dir, s.dir); err != nil {
		return nil, err
	}
	init := s.command("initdb", "-D", s.dir, "-U", "pratique", "-A", "trust", "--no-locale", "-E", "UTF8", "--no-sync")
	if out, err := init.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("making a PostgreSQL server: %w\n%s", err, out)
	}
	return s, s.Start()
}

// programs is the folder of PostgreSQL's programs, the newest.
func programs() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(p), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", ErrMissing
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	slices.SortFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(found[len(found)-1]), nil
}

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	as(cmd)
	return cmd
}

// Start starts the server, also after Kill, and returns when it answers.
func (s *Server) Start() error {
	s.out = new(bytes.Buffer)
	s.cmd = s.command("postgres", "-D", s.dir, "-h", "127.0.0.1", "-p", strconv.Itoa(s.port), "-k", "", "-c", "max_connections=200")
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	if err := s.cmd.Start(); err != nil {
		return err
	}
	conn, err := sql.Open("pgx", s.Address())
	if err != nil {
		return err
	}
	defer conn.Close()
	for range 600 {
		if err = conn.PingContext(context.Background()); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.Kill()
	return fmt.Errorf("PostgreSQL does not answer: %w\n%s", err, s.out)
}

// Kill ends the server and its children as kill -9 does.
func (s *Server) Kill() {
	kill(s.cmd)
	s.cmd.Wait()
}

// Stop ends the server in order.
func (s *Server) Stop() error {
	if out, err := s.command("pg_ctl", "-D", s.dir, "-m", "fast", "-w", "stop").CombinedOutput(); err != nil {
		s.Kill()
		return fmt.Errorf("stopping PostgreSQL: %w\n%s", err, out)
	}
	s.cmd.Wait()
	return nil
}

// Address is what store.Open takes.
func (s *Server) Address() string {
	return fmt.Sprintf("postgres://pratique@127.0.0.1:%d/postgres?sslmode=disable", s.port)
}

// Folder makes a folder in which a server may live: that of a test is closed to
// the user as whom it runs.
func Folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pratique-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
