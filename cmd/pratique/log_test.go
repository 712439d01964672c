package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/tlog"
)

// testLog writes logs as folders, with a policy of three witnesses of whom two
// must agree.
type testLog struct {
	t      *testing.T
	policy tlog.Policy
	dir    string
}

const logOrigin = "trust.example/log"

func logTestKey(word string) ed25519.PrivateKey {
	h := sha256.Sum256([]byte("pratique log command test: " + word))
	return ed25519.NewKeyFromSeed(h[:])
}

func newTestLog(t *testing.T) *testLog {
	text := ""
	for _, n := range []string{"a", "b", "c"} {
		k, err := tlog.NewKey(n+".example", tlog.WitnessEd25519, logTestKey(n).Public())
		if err != nil {
			t.Fatal(err)
		}
		text += "witness " + n + " " + k.String() + "\n"
	}
	k, err := tlog.NewKey(logOrigin, tlog.LogEd25519, logTestKey("log").Public())
	if err != nil {
		t.Fatal(err)
	}
	l := &testLog{t: t, dir: t.TempDir()}
	if l.policy, err = tlog.ParsePolicy("log " + k.String() + "\n" + text + "group two 2 a b c\nquorum two\n"); err != nil {
		t.Fatal(err)
	}
	l.write("policy.txt", []byte(l.policy.String()))
	return l
}

func (l *testLog) write(name string, data []byte) {
	name = filepath.Join(l.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		l.t.Fatal(err)
	}
}

// folder writes a log of n entries that these witnesses have cosigned.
func (l *testLog) folder(name, word string, n int, at time.Time, witnesses ...string) {
	m := new(tlog.Memory)
	tree := &tlog.Tree{Origin: logOrigin, Signer: logTestKey("log"), Storage: m}
	var es [][]byte
	for i := range n {
		es = append(es, fmt.Appendf(nil, "%s %d\n", word, i))
	}
	_, head, err := tree.Append(l.t.Context(), es...)
	if err != nil {
		l.t.Fatal(err)
	}
	w, err := l.policy.OpenUnwitnessed(head)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, who := range witnesses {
		line, err := tlog.Cosign(w.Checkpoint, who+".example", logTestKey(who), at)
		if err != nil {
			l.t.Fatal(err)
		}
		head = append(head, line...)
	}
	for file, data := range m.Files() {
		l.write(name+"/"+file, data)
	}
	l.write(name+"/checkpoint", head)
}

// The commands on files: what an operator can do to a log and a proof, each with
// the sentence that a reader gets.
func TestLogCommands(t *testing.T) {
	l := newTestLog(t)
	now := time.Date(2026, 12, 2, 12, 0, 0, 0, time.UTC)
	l.folder("old", "entry", 280, now.AddDate(0, 0, -3), "a", "b")
	l.folder("log", "entry", 300, now, "a", "c")
	l.folder("fork", "forged", 300, now, "b", "c")
	l.folder("alone", "entry", 300, now, "a")
	l.folder("damaged", "entry", 300, now, "a", "b")
	l.write("damaged/tile/entries/000", bytes.Repeat([]byte("x"), 300))
	l.write("entry.txt", []byte("entry 258\n"))
	l.write("other.txt", []byte("entry 999\n"))
	l.write("note.txt", []byte("Call Bo about the keys.\n"))
	run := func(args ...string) (string, string, int) {
		for i, a := range args {
			if strings.Contains(a, "@") {
				args[i] = strings.ReplaceAll(a, "@", l.dir+string(filepath.Separator))
			}
		}
		var out, errs bytes.Buffer
		p := &program{in: strings.NewReader(""), out: bufio.NewWriter(&out), errs: &errs, lang: "en", look: look{width: plainWidth}, now: func() time.Time { return now }}
		code := p.run(args)
		return out.String(), errs.String(), code
	}
	if _, said, code := run("log", "prove", "--log", "@log", "--policy", "@policy.txt", "@entry.txt", "-o", "@entry.tlog-proof"); code != exitGreen {
		t.Fatal(said)
	}
	for _, v := range []struct {
		comment string
		args    string
		code    int
		out     string
		errs    string
	}{
		{"a proof", "check --policy @policy.txt --proof @entry.tlog-proof @entry.txt", 0, "cosigned   a on 2026-12-02 12:00 UTC", ""},
		{"in JSON", "check --json --policy @policy.txt --proof @entry.tlog-proof @entry.txt", 0, `"log":"trust.example/log","entries":300`, ""},
		{"the proof of another statement", "check --policy @policy.txt --proof @entry.tlog-proof @other.txt", 1, "", "the proof is not for this entry"},
		{"no proof at all", "check --policy @policy.txt --proof @note.txt @entry.txt", 5, "", "cannot be read"},
		{"a log", "check --policy @policy.txt --log @log --max-age 24h", 0, "entries    300", ""},
		{"a log that continues what was seen", "check --policy @policy.txt --log @log --since @old/checkpoint", 0, "complete   up to 2026-12-02", ""},
		{"rolled back", "check --policy @policy.txt --log @old --since @log/checkpoint", 1, "", "older than what was seen before"},
		{"another history of the same length", "check --policy @policy.txt --log @fork --since @log/checkpoint", 1, "", "keep both checkpoints"},
		{"another history that is longer", "check --policy @policy.txt --log @fork --since @old/checkpoint", 1, "", "not the history that was seen before"},
		{"frozen", "check --policy @policy.txt --log @old --max-age 24h", 1, "", "not confirmed by a quorum of witnesses for too long"},
		{"one witness of two", "check --policy @policy.txt --log @alone", 1, "", "cosigned by too few witnesses"},
		{"entries that were changed", "check --policy @policy.txt --log @damaged", 1, "", "do not agree with its checkpoint"},
		{"no log", "check --policy @policy.txt --log @nowhere", 5, "", "there is no such file"},
		{"no policy", "check --log @log", 2, "", "whose checkpoints count?"},
		{"a policy that is none", "check --policy @note.txt --log @log", 5, "", "not a line of a policy"},
		{"neither a proof nor a log", "check --policy @policy.txt", 2, "", "name a proof and its statement, or a log"},
		{"a proof by place", "prove --log @log --policy @policy.txt --index 258 @entry.txt", 0, "c2sp.org/tlog-proof@v1\nindex 258\n", ""},
		{"a proof at another place", "prove --log @log --policy @policy.txt --index 7 @entry.txt", 1, "", "the proof is not for this entry"},
		{"what the log does not have", "prove --log @log --policy @policy.txt @other.txt", 1, "", "does not have this statement, among 300"},
		{"a log without a quorum proves nothing", "prove --log @alone --policy @policy.txt @entry.txt", 1, "", "too few witnesses"},
	} {
		t.Run(v.comment, func(t *testing.T) {
			out, errs, code := run(append([]string{"log"}, strings.Fields(v.args)...)...)
			if code != v.code || !strings.Contains(out, v.out) || !strings.Contains(errs, v.errs) || v.errs == "" && errs != "" || code != 0 && !strings.Contains(errs, "hint: ") {
				t.Errorf("exit code %d, want %d\n%s%s", code, v.code, out, errs)
			}
		})
	}
}
