package wallet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// The cost of a passphrase, as the power of two that scrypt takes (RFC 7914: N;
// r is 8, p is 1). A file is sealed with Work, which takes about a second and
// 256 MB; one that asks for more than MaxWork (a gigabyte) is not opened, so
// that a stranger's file cannot take the machine.
const (
	Work    = 18
	MaxWork = 20
)

// MaxSealed is the longest sealed file, in bytes: [MaxSize] in base64 on lines
// of 64, with age's header and its 16 bytes for every 64 KiB.
const MaxSealed = MaxSize/3*4 + MaxSize/32

var (
	// ErrSealed means that a sealed file was not opened: the passphrase is
	// wrong or the file was changed. It does not say which.
	ErrSealed = errors.New("the passphrase is wrong, or the file is damaged")
	// ErrWork means that a sealed file asks for more work than [MaxWork].
	ErrWork = errors.New("the file asks for too much work before it opens")
	// ErrPassphrase means that there is no passphrase.
	ErrPassphrase = errors.New("the passphrase is empty")
)

// Sealed reports whether a file looks like a sealed one.
func Sealed(file []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(file, " \t\r\n"), []byte(armor.Header))
}

// testOnlyWork stands for Work in tests; zero means Work.
var testOnlyWork int

// Seal encrypts the file with a passphrase: age (age-encryption.org/v1) with one
// scrypt recipient, in age's armour, so that the program age opens it too. The
// randomness is the system's, which is age's own choice.
func (f File) Seal(passphrase string) ([]byte, error) {
	if passphrase == "" {
		return nil, ErrPassphrase
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, fmt.Errorf("sealing wallet: %w", err)
	}
	to.SetWorkFactor(Work)
	if testOnlyWork != 0 {
		to.SetWorkFactor(testOnlyWork)
	}
	var out bytes.Buffer
	outer := armor.NewWriter(&out)
	inner, err := age.Encrypt(outer, to)
	if err != nil {
		return nil, fmt.Errorf("sealing wallet: %w", err)
	}
	if _, err = inner.Write(text); err == nil {
		if err = inner.Close(); err == nil {
			err = outer.Close()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("sealing wallet: %w", err)
	}
	return out.Bytes(), nil
}

// Open opens a sealed file. The error is [ErrPassphrase], [ErrWork], [ErrSealed]
// or [ErrFile].
func Open(sealed []byte, passphrase string) (File, []Finding, error) {
	if passphrase == "" {
		return File{}, nil, ErrPassphrase
	}
	if len(sealed) > MaxSealed {
		return File{}, nil, fmt.Errorf("%w: longer than %d bytes", ErrFile, MaxSealed)
	}
	from, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return File{}, nil, ErrSealed
	}
	from.SetMaxWorkFactor(MaxWork)
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(sealed)), from)
	if err != nil {
		// age has no sentinel for this one, and refuses before any work is done.
		if strings.Contains(err.Error(), "work factor too large") {
			return File{}, nil, ErrWork
		}
		return File{}, nil, ErrSealed
	}
	text, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return File{}, nil, ErrSealed
	}
	return Parse(text)
}
