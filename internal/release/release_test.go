package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
)

var info = &debug.BuildInfo{
	GoVersion: "go1.26.8",
	Main:      debug.Module{Path: "example.org/a", Version: "v1.0.0"},
	Deps: []*debug.Module{
		{Path: "example.org/z", Version: "v0.1.0", Sum: "h1:z"},
		{Path: "example.org/old", Version: "v0.1.0", Replace: &debug.Module{Path: "example.org/new", Version: "v0.2.0"}},
	},
	Settings: []debug.BuildSetting{{Key: "GOOS", Value: "linux"}, {Key: "-ldflags", Value: "-X secret=1"}},
}

// The bill names what was really linked, and is the same each time.
func TestBill(t *testing.T) {
	sum := sha256.Sum256([]byte("program"))
	one, err := bill(info, "pratique-linux-amd64", sum)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := bill(info, "pratique-linux-amd64", sum)
	if !bytes.Equal(one, two) {
		t.Error("two bills of one program differ")
	}
	var d document
	if err := json.Unmarshal(one, &d); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range d.Components {
		names = append(names, c.Name+" "+c.Version)
	}
	if got, want := strings.Join(names, ", "), "std go1.26.8, example.org/new v0.2.0, example.org/z v0.1.0"; got != want {
		t.Errorf("components are %s, want %s", got, want)
	}
	if len(d.Dependencies) != 1 || len(d.Dependencies[0].DependsOn) != 3 {
		t.Errorf("dependencies are %v, want one program and three components", d.Dependencies)
	}
	if !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(d.SerialNumber) {
		t.Errorf("serial number %s is no UUID of version 8", d.SerialNumber)
	}
	if bytes.Contains(one, []byte("secret")) {
		t.Error("flags of the building machine are in the bill")
	}
}

// The sums cover every file, and change with it.
func TestSums(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func() string {
		if err := sums(dir); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	write("a", "")
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n"
	if got := read(); got != empty {
		t.Errorf("got %q, want %q", got, empty)
	}
	write("a", "x")
	if got := read(); got == empty {
		t.Error("a changed file has the old sum")
	}
}

// A module without a licence, or a folder without programs, stops the release.
func TestRefusals(t *testing.T) {
	if err := appendLicence(new(bytes.Buffer), "m", t.TempDir()); err == nil {
		t.Error("a module without a licence was accepted")
	}
	if err := finish(t.TempDir()); err == nil {
		t.Error("an empty release was accepted")
	}
}
