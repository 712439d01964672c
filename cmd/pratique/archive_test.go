package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/vectors"
)

// A code in byte mode whose bytes are an archive is read from a picture, and the
// archive itself from a file, byte for byte.
func TestAnArchiveIsReadFromAPictureAndAFile(t *testing.T) {
	f, err := vectors.Load("formats")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	keys := write("keys.txt", []byte(f.Files["norland-formats.txt"]))
	n := 0
	for _, c := range f.Cases {
		if !strings.HasPrefix(c.Text, "PK\x03\x04") || c.Want.Verdict != "green" {
			continue
		}
		n++
		raw := make([]byte, 0, len(c.Text))
		for _, r := range c.Text {
			raw = append(raw, byte(r))
		}
		inputs := []string{write("certificate.zip", raw), write("characters.txt", []byte(c.Text))}
		for name, content := range map[string]string{"bytes.png": string(raw), "characters.png": c.Text} { // as CoWIN's library wrote them, and as one that takes text for UTF-8
			symbol, err := qr.Encode(content, qr.L)
			if err != nil {
				continue // twice as long
			}
			inputs = append(inputs, write(name, symbol.PNG(qr.Style{Scale: 4})))
		}
		if len(inputs) < 3 {
			t.Errorf("%s: no picture holds it", c.Comment)
		}
		for _, in := range inputs {
			_, out, errs := shell(t, "", "verify", "--json", "--trust", keys, in)
			if !strings.Contains(out, `"signature":"pass"`) || !strings.Contains(out, "Åsa Lindqvist-Örn") {
				t.Errorf("%s: %s: %s %s", c.Comment, filepath.Base(in), out, errs)
			}
		}
	}
	if n < 2 {
		t.Errorf("%d archives", n)
	}
}
