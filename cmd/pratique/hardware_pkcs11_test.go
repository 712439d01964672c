//go:build pkcs11 && cgo

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// Stories with keys in hardware, which here is SoftHSM.
func TestHardware(t *testing.T) {
	var module string
	for _, name := range []string{"/usr/lib/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so"} {
		if _, err := os.Stat(name); err == nil {
			module = name
			break
		}
	}
	if module == "" {
		t.Fatal("the library of SoftHSM is missing: make deps installs it")
	}
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/hardware",
		RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			tokens, conf := filepath.Join(e.WorkDir, "tokens"), filepath.Join(e.WorkDir, "softhsm2.conf")
			if err := os.Mkdir(tokens, 0o700); err != nil {
				return err
			}
			if err := os.WriteFile(conf, []byte("directories.tokendir = "+tokens+"\nobjectstore.backend = file\n"), 0o600); err != nil {
				return err
			}
			e.Setenv("TEST_NOW", evening)
			e.Setenv("SOFTHSM2_CONF", conf)
			e.Setenv("URI", "?module-path="+module)
			make := exec.CommandContext(t.Context(), "softhsm2-util", "--init-token", "--free", "--label", "issuer", "--pin", "24681357", "--so-pin", "12345678")
			make.Env = append(os.Environ(), "SOFTHSM2_CONF="+conf)
			return make.Run()
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}
