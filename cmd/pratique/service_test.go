package main

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/store/storetest"
)

// onDatabases plays a story of processes in an empty folder with each kind of database.
func onDatabases(t *testing.T, sqlite string, story func(t *testing.T, database string)) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Log("signals are another there: the package's own tests judge the rest")
		return
	}
	for _, kind := range []string{"sqlite", "postgres"} {
		t.Run(kind, func(t *testing.T) {
			database := "sqlite:" + sqlite
			if kind == "postgres" {
				database = storetest.Postgres(t)
			}
			t.Chdir(t.TempDir())
			story(t, database)
		})
	}
}

// must runs a command that has to go well, and returns what it prints.
func must(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := shell(t, "", args...)
	if code != 0 {
		t.Fatalf("%s: %d %s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// write writes a file that nobody else reads.
func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// listening starts a service, and returns it and its address.
func listening(t *testing.T, args ...string) (*exec.Cmd, string) {
	t.Helper()
	c, first, said := process(t, args...)
	_, address, ok := strings.Cut(first, "listening on ")
	if !ok {
		t.Fatal(first, said)
	}
	address, _, _ = strings.Cut(address, " ")
	return c, strings.TrimSuffix(strings.TrimSuffix(address, ";"), ",")
}
