package doctest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var threatTest = regexp.MustCompile("`(?:([a-z/]+)\\.)?(Test[A-Za-z]+)`((?:, \"[^\"]+\")*)")

// Every row of a service's threats names a test that plays the attack, and the
// test, with the cases that the row names, is there.
func TestThreatsNameTestsThatExist(t *testing.T) {
	b, err := os.ReadFile("../../docs/threat-model.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []struct {
		name  string
		least int
	}{{"The network between countries", 16}, {"Keys of people who fell ill", 9}, {"The issuing office", 12}} {
		_, section, ok := strings.Cut(string(b), "## "+part.name+"\n")
		section, _, end := strings.Cut(section, "\n## ")
		if !ok || !end {
			t.Fatalf("the section %q is not there", part.name)
		}
		if rows := threats(t, section); rows < part.least {
			t.Errorf("%s: %d rows", part.name, rows)
		}
	}
}

// threats judges the rows of a section, and counts them.
func threats(t *testing.T, section string) int {
	t.Helper()
	rows := 0
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| attack ") {
			continue
		}
		rows++
		tests := threatTest.FindAllStringSubmatch(line, -1)
		if len(tests) == 0 {
			t.Errorf("no test: %s", line)
		}
		for _, m := range tests {
			folder := m[1]
			if folder == "" {
				folder = "cmd/pratique"
			}
			source := testSources(t, "../../"+folder)
			if !strings.Contains(source, "func "+m[2]+"(") {
				t.Errorf("%s has no %s", folder, m[2])
			}
			for _, c := range regexp.MustCompile(`"[^"]+`).FindAllString(m[3], -1) {
				if c != `", ` && !strings.Contains(source, c) {
					t.Errorf("%s has no case %s", m[2], c)
				}
			}
		}
	}
	return rows
}

func testSources(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(folder + "/*_test.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d tests, %v", folder, len(files), err)
	}
	var all strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}
