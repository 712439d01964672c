package main

import (
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/term"

	"github.com/pratique/pratique/keys"
)

// openKey opens the key of a key file, or one in hardware by its reference.
func (p *program) openKey(name, passphraseFile string) (*keys.Key, error) {
	if keys.Refers([]byte(name)) {
		r, pin, err := p.reference(name, passphraseFile)
		if err != nil {
			return nil, err
		}
		k, err := keys.OpenToken(r, pin)
		if err != nil {
			return nil, keyFault(shortReference(r), err)
		}
		return k, nil
	}
	file, err := readFile(name, keys.MaxSize)
	if err != nil {
		return nil, failure("opening the key "+quote(name)+": "+cause(err), "`pratique key new` makes one")
	}
	passphrase := ""
	switch {
	case keys.Refers(file):
		r, err := keys.FileReference(file)
		if err != nil {
			return nil, keyFault(name, err)
		}
		if passphrase, err = p.pin(r, passphraseFile); err != nil {
			return nil, err
		}
	case keys.Sealed(file):
		if passphraseFile == "" {
			passphraseFile = "-"
		}
		if passphrase, err = p.passphrase(passphraseFile, "passphrase of the key: "); err != nil {
			return nil, err
		}
	default:
		p.guardSecret(name)
	}
	k, err := keys.Parse(file, passphrase)
	if err != nil {
		return nil, keyFault(name, err)
	}
	return k, nil
}

// guardSecret warns of a file with a secret that others can read.
func (p *program) guardSecret(name string) {
	if info, err := os.Stat(name); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		p.warn("others can read the key %s: `chmod 600 %s`", quote(name), name)
	}
}

// reference reads where a key in hardware is, and its PIN.
func (p *program) reference(text, passphraseFile string) (keys.Reference, string, error) {
	r, err := keys.ParseReference(text)
	if err != nil {
		return r, "", misuse(strings.TrimPrefix(err.Error(), "reading key "), "pkcs11:token=LABEL;object=NAME?module-path=/usr/lib/....so&pin-source=file:/...")
	}
	if !keys.Hardware {
		return r, "", keyFault(shortReference(r), keys.ErrBuild)
	}
	pin, err := p.pin(r, passphraseFile)
	return r, pin, err
}

// shortReference names a key in hardware in a sentence.
func shortReference(r keys.Reference) string {
	r.Module, r.PINSource = "", ""
	text, _, _ := strings.Cut(r.String(), "?")
	return text
}

// pin reads the PIN of a token: from the file that is named here, or in the
// reference; else it is asked for.
func (p *program) pin(r keys.Reference, file string) (string, error) {
	if !keys.Hardware {
		return "", nil // opening says so
	}
	file = cmp.Or(file, r.PINSource, "-")
	if file != "-" {
		p.guardSecret(file)
	}
	return p.passphrase(file, "PIN of the token: ")
}

// hardwareHint is the next step after a fault of hardware; empty after any other.
func hardwareHint(err error) string {
	switch {
	case errors.Is(err, keys.ErrBuild):
		return "build one that does, where there is a C compiler: go build -tags pkcs11 ./cmd/pratique"
	case errors.Is(err, keys.ErrPIN):
		return "name the file with the PIN: --passphrase FILE; a token locks itself after a few wrong ones"
	case errors.Is(err, keys.ErrLocked):
		return "its security officer sets a new PIN, with the program of its maker"
	case errors.Is(err, keys.ErrToken):
		return "plug it in, or start its service; then see whether its label and its library are those of the reference"
	case errors.Is(err, keys.ErrObject):
		return "give object=NAME or id=..., as the program of its maker lists them; a new key needs a new name"
	case errors.Is(err, keys.ErrHardware):
		return "see the log of the hardware; nothing was signed"
	}
	return ""
}

func keyFault(name string, err error) error {
	hint := cmp.Or(hardwareHint(err), "`pratique key new` makes a key file, and its help says what stands in one")
	switch {
	case errors.Is(err, keys.ErrPassphrase):
		hint = "try again, or name the right file: --passphrase FILE"
	case errors.Is(err, keys.ErrNoCertificate):
		hint = "append the certificate of the key, in PEM, to the file"
	case errors.Is(err, keys.ErrNoKey):
		hint = "a certificate alone cannot sign: give the issuer's own key file"
	}
	return failure("the key "+quote(name)+": "+strings.TrimPrefix(err.Error(), "reading key: "), hint)
}

// publicKey reads what is public of a key file, or a certificate. Of a key in
// hardware whose file has its certificate nothing is opened.
func (p *program) publicKey(name, passphraseFile string) (*keys.Key, error) {
	if file, err := readFile(name, keys.MaxSize); err == nil {
		if keys.Refers(file) {
			k, err := keys.ParsePublic(file, "")
			if err != nil {
				return nil, keyFault(name, err)
			}
			return k, nil
		}
		if b, rest := pem.Decode(file); b != nil && b.Type == "CERTIFICATE" && len(strings.TrimSpace(string(rest))) == 0 {
			c, err := x509.ParseCertificate(b.Bytes)
			if err != nil {
				return nil, failure("the certificate "+quote(name)+" cannot be read", "ask for it again, in PEM")
			}
			return &keys.Key{Certificate: c}, nil
		}
	}
	return p.openKey(name, passphraseFile)
}

// passphrase reads the first line of a file, or asks at the terminal.
func (p *program) passphrase(file, prompt string) (string, error) {
	if file != "-" {
		text, err := readText(file, 4096)
		if err != nil {
			return "", failure("reading the passphrase from "+quote(file)+": "+cause(err), "name a file whose first line is the passphrase")
		}
		line, _, _ := strings.Cut(text, "\n")
		if line = strings.TrimSuffix(line, "\r"); line == "" {
			return "", failure("the first line of "+quote(file)+" is empty", "write the passphrase there, of several words")
		}
		return line, nil
	}
	in := os.Stdin
	if !term.IsTerminal(int(in.Fd())) {
		return "", misuse("a passphrase is needed, and there is no terminal to ask for it", "name a file that has it")
	}
	fmt.Fprint(p.errs, prompt)
	b, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(p.errs)
	if err != nil {
		return "", failure("reading the passphrase: "+cause(err), "try again")
	}
	return string(b), nil
}

// deliver writes a result to a file that is not there yet, or to standard output.
func (p *program) deliver(output string, data []byte) error {
	if output == "" || output == "-" {
		p.out.Write(data)
		return nil
	}
	if err := writeNew(output, data, 0o644); err != nil {
		return failure("writing "+quote(output)+": "+cause(err), "name another file by -o; nothing is overwritten")
	}
	return nil
}
