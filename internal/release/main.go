// Command release finishes a folder of released programs.
//
//	release DIR
//
// Beside each program in DIR it writes what is in it (NAME.cdx.json, a
// CycloneDX 1.6 bill of materials read from the program itself), and for all
// of them LICENSES.txt (the licence of Go and of every module that is linked
// in) and SHA256SUMS. The same programs always give the same files: nothing
// here carries a time or a random number.
package main

import (
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: release DIR")
		os.Exit(2)
	}
	if err := finish(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func finish(dir string) error {
	programs, err := filepath.Glob(filepath.Join(dir, "pratique-*"))
	if err != nil {
		return err
	}
	programs = slices.DeleteFunc(programs, func(s string) bool { return strings.HasSuffix(s, ".json") })
	if len(programs) == 0 {
		return fmt.Errorf("no programs in %s", dir)
	}
	linked := map[string]string{} // module path: version
	for _, p := range programs {
		info, err := buildinfo.ReadFile(p)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		for _, m := range modules(info) {
			linked[m.Path] = m.Version
		}
		bom, err := bill(info, filepath.Base(p), sha256.Sum256(data))
		if err != nil {
			return err
		}
		if err := os.WriteFile(p+".cdx.json", bom, 0o644); err != nil {
			return err
		}
	}
	text, err := licences(linked)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "LICENSES.txt"), text, 0o644); err != nil {
		return err
	}
	return sums(dir)
}

// modules lists what is linked in beside our own module, as it really was built.
func modules(info *debug.BuildInfo) []*debug.Module {
	var ms []*debug.Module
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		ms = append(ms, m)
	}
	slices.SortFunc(ms, func(a, b *debug.Module) int { return strings.Compare(a.Path, b.Path) })
	return ms
}

// licences joins the licence texts of Go, of this project and of the modules.
func licences(linked map[string]string) ([]byte, error) {
	goroot, err := output("go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := appendLicence(&b, "Go and its standard library", goroot); err != nil {
		return nil, err
	}
	paths := make([]string, 0, len(linked))
	for p := range linked {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		dir, err := output("go", "list", "-m", "-f", "{{.Dir}}", p)
		if err != nil {
			return nil, err
		}
		if err := appendLicence(&b, p+" "+linked[p], dir); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

func appendLicence(b *bytes.Buffer, name, dir string) error {
	found := false
	for _, pattern := range []string{"LICENSE*", "LICENCE*", "COPYING*", "NOTICE*", "PATENTS*"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				return err
			}
			fmt.Fprintf(b, "==== %s: %s ====\n\n%s\n\n", name, filepath.Base(f), bytes.TrimSpace(text))
			found = true
		}
	}
	if !found {
		return fmt.Errorf("%s has no licence file", name)
	}
	return nil
}

// sums writes SHA256SUMS over everything in dir, as sha256sum -c reads it.
func sums(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, e := range entries {
		if e.IsDir() || e.Name() == "SHA256SUMS" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		fmt.Fprintf(&b, "%s  %s\n", hex.EncodeToString(sum[:]), e.Name())
	}
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), b.Bytes(), 0o644)
}

func output(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("%s %s: %s", name, strings.Join(args, " "), bytes.TrimSpace(exit.Stderr))
	}
	return strings.TrimSpace(string(out)), err
}
