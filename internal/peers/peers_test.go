package peers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// exception is what a module does otherwise, and why.
type exception struct {
	Peer    string   `json:"peer"`
	Role    string   `json:"role"`
	Status  string   `json:"status"`
	Vectors []string `json:"vectors"`
	Why     string   `json:"why"`
}

// report is the part of a report that counts here.
type report struct {
	Implementation struct{ Name, Version string }
	Cases          []struct{ Vector, Role, Group, Status, Why string }
}

// peers are the modules with the least number of vectors that each must pass, by role.
var peers = map[string]map[string]int{
	"shc":            {"reader": 30, "verifier": 50, "issuer": 2},
	"hc1":            {"reader": 100, "verifier": 200, "issuer": 8},
	"vds":            {"reader": 15, "verifier": 25, "issuer": 2},
	"certlogic":      {"rules": 180},
	"business-rules": {"rules": 25},
}

func exceptions(t *testing.T) []exception {
	t.Helper()
	b, err := os.ReadFile("exceptions.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []exception
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		t.Fatal(err)
	}
	return list
}

// Every exception names a module, has vectors, and says why in words.
func TestExceptionsAreExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range exceptions(t) {
		if peers[e.Peer] == nil || len(e.Vectors) == 0 || len(e.Why) < 40 {
			t.Errorf("an exception without a module, vectors or a reason: %+v", e)
		}
		for _, v := range e.Vectors {
			if key := e.Peer + " " + e.Role + " " + v; seen[key] {
				t.Errorf("%s stands twice", key)
			} else {
				seen[key] = true
			}
		}
	}
}

// The modules agree with the vectors, both ways, but for the exceptions.
func TestPeers(t *testing.T) {
	if os.Getenv("PRATIQUE_PEERS") != "1" {
		t.Skip("PRATIQUE_PEERS is not 1: not compared with npm modules")
	}
	bin, list := program(t), exceptions(t)
	for name, least := range peers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := ask(t, bin, name+".mjs")
			for _, wrong := range differences(name, r, list) {
				t.Error(wrong)
			}
			passed := map[string]int{}
			for _, c := range r.Cases {
				if c.Status == "passed" {
					passed[c.Role]++
				}
			}
			for role, n := range least {
				if passed[role] < n {
					t.Errorf("as %s it passes %d vectors, want at least %d", role, passed[role], n)
				}
			}
			t.Logf("%s %s: %v", r.Implementation.Name, r.Implementation.Version, passed)
		})
	}
}

// The adapter that docs/conform.md shows works as it stands there.
func TestTheAdapterOfTheDocument(t *testing.T) {
	if os.Getenv("PRATIQUE_PEERS") != "1" {
		t.Skip("PRATIQUE_PEERS is not 1: npm modules are not there")
	}
	doc, err := os.ReadFile("../../docs/conform.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(doc), "```js\n")
	text, _, closed := strings.Cut(text, "```\n")
	if !ok || !closed {
		t.Fatal("docs/conform.md shows no adapter")
	}
	modules, err := filepath.Abs("node_modules")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	adapter := filepath.Join(dir, "adapter.mjs")
	if err := os.WriteFile(adapter, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, c := range ask(t, program(t), adapter).Cases {
		if strings.HasPrefix(c.Vector, "formats/") {
			count[c.Status]++
		}
	}
	if count["passed"] < 30 || count["stricter"]+count["different"]+count["broken"] > 0 {
		t.Errorf("%v", count)
	}
}

// program builds pratique.
func program(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "pratique")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "./cmd/pratique")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// ask puts the vectors to a module.
func ask(t *testing.T, bin, adapter string) report {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, "conform", "--json", "--timeout", "60s", "--command", "node "+adapter)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if e, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || e.ExitCode() != 1 || len(out) == 0) {
		t.Fatalf("%v\n%s", err, &said)
	}
	var r report
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// differences are the failures that no exception names, and the exceptions that
// do not occur.
func differences(name string, r report, list []exception) []string {
	open := map[string]bool{}
	for _, e := range list {
		if e.Peer == name {
			for _, v := range e.Vectors {
				open[e.Role+" "+v+" "+e.Status] = true
			}
		}
	}
	var out []string
	for _, c := range r.Cases {
		key := c.Role + " " + c.Vector + " " + c.Status
		if c.Status == "passed" || c.Status == "declared" {
			continue
		}
		if !open[key] {
			out = append(out, fmt.Sprintf("a disagreement that is not explained in exceptions.json: %s: %s", key, c.Why))
		}
		delete(open, key)
	}
	for _, key := range slices.Sorted(maps.Keys(open)) {
		out = append(out, "an exception that no longer occurs: "+key)
	}
	return out
}

// The test above can fail: what is not explained, and what no longer occurs.
func TestDifferencesAreFound(t *testing.T) {
	var r report
	if err := json.Unmarshal([]byte(`{"Cases":[{"Vector":"hc1/1","Role":"verifier","Status":"stricter"},{"Vector":"hc1/2","Role":"verifier","Status":"lenient"},{"Vector":"hc1/3","Role":"verifier","Status":"passed"}]}`), &r); err != nil {
		t.Fatal(err)
	}
	got := differences("x", r, []exception{
		{"x", "verifier", "lenient", []string{"hc1/2", "hc1/3"}, ""}, {"y", "verifier", "lenient", []string{"hc1/9"}, ""},
	})
	if len(got) != 2 || !strings.Contains(got[0], "verifier hc1/1 stricter") || !strings.Contains(got[1], "verifier hc1/3 lenient") {
		t.Errorf("got %q", got)
	}
}
