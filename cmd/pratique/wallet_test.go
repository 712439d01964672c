package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/qr/scan"
	"github.com/pratique/pratique/wallet"
)

// walletOf writes a wallet in clear and returns its name.
func walletOf(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "w.wallet")
	if err := os.WriteFile(name, []byte("pratique-wallet/1.0\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

const ours = "person ERIKSSON Anna\nname Anna Eriksson\ndocument UTO L898902C3 740812\nstay XA 2026-09-01 2026-10-01\nsymptom 2026-11-12 fever\n" +
	"person ERIKSSON Tom\ncertificate shlink:/6BFOXN6BFOXN\n"

// What is refused names no label, no passport and no text of a code: errors are
// photographed and logged.
func TestNoErrorOfAWalletShowsAPerson(t *testing.T) {
	file := func(content string) string {
		name := filepath.Join(t.TempDir(), "f.txt")
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	code := "HC1:6BFOXN" + strings.Repeat("6BFOXN", 60)
	for _, args := range [][]string{
		{"add", walletOf(t, ours), code},
		{"add", walletOf(t, ours), "--person", "ERIKSSON Anna", code},
		{"add", walletOf(t, ours), "--person", "ERIKSSON Anna", file(code)},
		{"add", walletOf(t, ours), "--person", "ERIKSSON\nAnna", "shlink:/6BFOXN"},
		{"add", walletOf(t, ours), "--person", "ERIKSSON Anna", file("pratique-wallet/1.0\nperson ERIKSSON\x00\n")},
		{"add", walletOf(t, ours), "--person", "ERIKSSON Anna", file("pratique-history/2.0\nstay ERIKSSON\n")},
		{"add", walletOf(t, ours), "--person", "ERIKSSON Anna", file("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<\n")},
		{"add", walletOf(t, ours), "--person", "ERIKSSON Anna", file("ERIKSSON")},
		{"add", walletOf(t, ours+"aura ERIKSSON\n"), code},
		{"add", walletOf(t, ours), "--mrz", "L898902C3", "--person", "ERIKSSON Anna"},
		{"stay", walletOf(t, ours), "--in", "XA", "--from", "2026-11-01"},
		{"stay", walletOf(t, ours), "--person", "ERIKSSON Anna", "--in", "1974", "--from", "2026-11-01"},
		{"symptom", walletOf(t, ours), "--person", "ERIKSSON Anna", "L898902C3!"},
		{"show", walletOf(t, ours), "ffffffff"},
		{"list", walletOf(t, "person ERIKSSON\r\n")},
		{"learn", walletOf(t, ours), "--person", "ERIKSSON"},
		{"print", walletOf(t, ours), "--person", "ERIKSSON", "-o", "x.html"},
		{"export", walletOf(t, ours), "--person", "ERIKSSON", "-o", "x.wallet", "--plain"},
		{"delete", walletOf(t, ours), "--person", "ERIKSSON Anna", "ffffffff", "--yes"},
		{"merge", walletOf(t, ours), walletOf(t, "person ERIKSSON\x01\n")},
		{"merge", walletOf(t, ours), file(code)},
	} {
		t.Chdir(t.TempDir())
		exit, _, errs := shell(t, "", append([]string{"wallet"}, args...)...)
		if exit != exitUsage && exit != exitBroken {
			t.Errorf("%.60q: exit code %d", args, exit)
		}
		if !strings.Contains(errs, "pratique: hint: ") {
			t.Errorf("%.60q: no hint: %s", args, errs)
		}
		for _, s := range secrets {
			if strings.Contains(errs, s) {
				t.Errorf("%.60q shows %q:\n%s", args, s, errs)
			}
		}
	}
}

// Whoever wrote the wallet in between is not overwritten unseen.
func TestAWalletThatChangedMeanwhileIsNotOverwritten(t *testing.T) {
	name := walletOf(t, ours)
	p := &program{errs: &bytes.Buffer{}, lang: "en"}
	w, err := (&keeping{}).open(p, name)
	if err != nil {
		t.Fatal(err)
	}
	if code, _, errs := shell(t, "", "wallet", "symptom", name, "--person", "ERIKSSON Tom", "cough"); code != 0 {
		t.Fatal(errs)
	}
	if err := p.save(w, w.File); err == nil || exitCode(err) != exitBroken {
		t.Errorf("written over: %v", err)
	}
	if b, err := os.ReadFile(name); err != nil || !strings.Contains(string(b), "cough") {
		t.Errorf("what was written meanwhile is gone: %v", err)
	}
	if w, err = (&keeping{}).open(p, name); err != nil {
		t.Fatal(err)
	}
	if err := p.save(w, w.File); err != nil {
		t.Errorf("not written although nobody else did: %v", err)
	}
}

// A drawn page shows the codes of its sheet, says in which size it is to be
// printed, and where letters are lacking.
func TestDrawnPages(t *testing.T) {
	f, _, err := wallet.Parse([]byte("pratique-wallet/1.0\n" + ours))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		label   string
		missing bool
	}{
		{"Zoë Müller-Ødegård", false}, {"Ελένη", false}, {"Наталья", false}, {"ليلى", true}, {"李雷", true}, {strings.Repeat("W", wallet.MaxLabel), false}, {"a\tb", false},
	} {
		f.People[0].Label = v.label
		s, err := wallet.Print(f, wallet.Options{Document: true, Name: true})
		if err != nil {
			t.Fatal(err)
		}
		d, err := newDrawer()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range s.Pages {
			data := d.page(s, p)
			if i := bytes.Index(data, []byte("pHYs\x00\x00\x1e\xc2\x00\x00\x1e\xc2\x01")); i < 0 || i > 60 { // 7874 dots a metre
				t.Errorf("%s: the size is not stated", v.label)
			}
			img, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if img.Bounds() != image.Rect(0, 0, 1654, 2339) {
				t.Errorf("%s: %v", v.label, img.Bounds())
			}
			codes, err := scan.Read(img)
			if err != nil || len(codes) != len(p.Cells) {
				t.Fatalf("%s: %d codes of %d are read, %v", v.label, len(codes), len(p.Cells), err)
			}
			for _, c := range p.Cells {
				if !slices.ContainsFunc(codes, func(r scan.Code) bool { return r.Text == c.Text }) {
					t.Errorf("%s: a code says something else", v.label)
				}
			}
		}
		if d.missing != v.missing {
			t.Errorf("%s: letters are missing: %v", v.label, d.missing)
		}
	}
}
