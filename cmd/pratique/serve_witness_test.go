package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/pratique/pratique/tlog"
	"github.com/pratique/pratique/witness"
)

// process runs the program as one of its own, so that it can be killed.
func process(t *testing.T, args ...string) (c *exec.Cmd, first string, said *bytes.Buffer) {
	t.Helper()
	return processAt(t, evening, args...)
}

// processAt is process at another moment.
func processAt(t *testing.T, now string, args ...string) (c *exec.Cmd, first string, said *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	said = new(bytes.Buffer)
	c = &exec.Cmd{Path: self, Args: append([]string{"pratique"}, args...), Stderr: said, Env: append(os.Environ(), "TEST_NOW="+now)}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill() })
	lines := bufio.NewScanner(out)
	if lines.Scan() {
		first = lines.Text()
	}
	go func() {
		for lines.Scan() {
		}
	}()
	return c, first, said
}

// A witness that is killed remembers what it has cosigned, and is the only one
// that works in its folder.
func TestServeWitness(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("signals are another there: the package's own tests judge the rest")
		return
	}
	t.Chdir(t.TempDir())
	if code, _, errs := shell(t, "", "network", "key", "--name", "w1", "--region", "south", "-o", "witness.key"); code != 0 {
		t.Fatal(errs)
	}
	logKey, err := tlog.NewKey(logOrigin, tlog.LogEd25519, logTestKey("log").Public())
	if err != nil {
		t.Fatal(err)
	}
	settings := `{"listen":"127.0.0.1:0","name":"w1.example","key":"witness.key","folder":"state","logs":["` + logKey.String() + `"]}`
	if err := os.WriteFile("witness.json", []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	_, told, _ := shell(t, "", "serve", "witness", "--config", "witness.json", "--check")
	_, line, _ := strings.Cut(told, "key       ")
	key, _, _ := strings.Cut(line, "\n")
	policy, err := tlog.ParsePolicy("log " + logKey.String() + "\nwitness w " + key + "\nquorum w\n")
	if err != nil {
		t.Fatal(told, err)
	}
	grow := func(word string, sizes ...int) (*tlog.Memory, []tlog.Witnessed) {
		m := new(tlog.Memory)
		tree := &tlog.Tree{Origin: logOrigin, Signer: logTestKey("log"), Storage: m}
		var ws []tlog.Witnessed
		for _, n := range sizes {
			es := make([][]byte, n)
			for i := range es {
				es[i] = []byte(word)
			}
			_, head, err := tree.Append(t.Context(), es...)
			if err != nil {
				t.Fatal(err)
			}
			w, err := policy.OpenUnwitnessed(head)
			if err != nil {
				t.Fatal(err)
			}
			ws = append(ws, w)
		}
		return m, ws
	}
	files, heads := grow("entry", 5, 2)
	forged, forks := grow("forged", 9)
	start := func() (*exec.Cmd, witness.Client) {
		c, first, said := process(t, "serve", "witness", "--config", "witness.json")
		_, address, ok := strings.Cut(first, "listening on ")
		address, _, _ = strings.Cut(address, " ")
		if !ok {
			t.Fatal(first, said)
		}
		return c, witness.Client{URL: address}
	}
	running, client := start()
	if _, err := client.Cosign(t.Context(), files, heads[1], 0); err != nil {
		t.Fatal(err)
	}
	second, first, said := process(t, "serve", "witness", "--config", "witness.json")
	if err := second.Wait(); err == nil || first != "" || !strings.Contains(said.String(), "another witness works in") {
		t.Errorf("two witnesses in one folder: %v %s %s", err, first, said)
	}
	if err := running.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = running.Wait()

	running, client = start()
	if _, err := client.Cosign(t.Context(), files, heads[0], 0); !errors.Is(err, tlog.ErrRollback) {
		t.Errorf("rolled back: %v", err)
	}
	_, err = client.Cosign(t.Context(), forged, forks[0], 0)
	if r, ok := errors.AsType[*witness.Refused](err); !ok || r.Status != 422 {
		t.Errorf("another history: %v", err)
	}
	lines, err := client.Cosign(t.Context(), files, heads[1], 7)
	if err != nil {
		t.Fatal(err)
	}
	note, err := policy.Merge(heads[1].Note, lines)
	if err != nil {
		t.Fatal(err)
	}
	if w, err := policy.Open(note); err != nil || w.Size != 7 {
		t.Errorf("%d, %v", w.Size, err)
	}
	if err := running.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := running.Wait(); err != nil {
		t.Errorf("told to stop: %v", err)
	}
}
