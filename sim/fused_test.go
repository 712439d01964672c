package sim_test

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// On processors that can multiply and add in one step with one rounding the
// compiler does so nowhere in this package: the last bit would differ there.
func TestNothingIsFused(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "build", "-gcflags=-S", ".")
	cmd.Env = append(os.Environ(), "GOARCH=arm64", "GOOS=linux", "CGO_ENABLED=0", "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go build for arm64: %v", err)
	}
	if !regexp.MustCompile(`\bFMUL[SD]\b`).Match(out) {
		t.Fatal("no multiplication in the listing: this test looks at nothing")
	}
	for _, line := range regexp.MustCompile(`(?m)^.*\bFN?M(ADD|SUB)[SD]\b.*$`).FindAll(out, -1) {
		t.Errorf("%s", line)
	}
}
