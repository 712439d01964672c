package keys

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"
)

// hardware is the door to a key in a token. Its errors wrap one of [ErrBuild],
// [ErrPIN], [ErrLocked], [ErrToken], [ErrObject] and [ErrHardware].
type hardware interface {
	crypto.Signer
	keep(c *x509.Certificate) error // beside the key, in the token
	destroy() error                 // the key
	close() error
}

// Close ends the connection to the hardware of a key that is in some; a key of
// a file needs none. The key signs no more.
func (k *Key) Close() error {
	if h, ok := k.Signer.(hardware); ok {
		return h.close()
	}
	return nil
}

// OpenToken opens the key that a reference names, with its certificate, which
// must be in the token too, under the key's identifier.
func OpenToken(r Reference, pin string) (*Key, error) {
	return openReference(r, pin, nil)
}

// openReference opens a key of which these certificates are known; none: that of
// the token.
func openReference(r Reference, pin string, certificates []*x509.Certificate) (*Key, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	h, own, err := openToken(r, pin)
	if err != nil {
		return nil, err
	}
	if len(certificates) == 0 && own != nil {
		certificates = []*x509.Certificate{own}
	}
	k := &Key{Signer: h, Reference: r}
	if err := k.certified(certificates); err != nil {
		h.close()
		return nil, err
	}
	return k, nil
}

// parseReference takes apart a key file that begins with a reference.
func parseReference(file []byte) (Reference, []*x509.Certificate, error) {
	line, rest, _ := bytes.Cut(bytes.TrimLeft(file, " \t\r\n"), []byte("\n"))
	r, err := ParseReference(strings.TrimRight(string(line), " \t\r"))
	if err != nil {
		return r, nil, errors.New(strings.TrimPrefix(err.Error(), "reading key reference: "))
	}
	var k Key
	certificates, err := k.blocks(rest)
	switch {
	case err != nil:
		return r, nil, err
	case k.Signer != nil:
		return r, nil, errors.New("a secret key beside a reference to one in hardware")
	}
	return r, certificates, nil
}

// FileReference returns the reference of a key file that has one: where its key
// is, and from which file comes its PIN.
func FileReference(file []byte) (Reference, error) {
	r, _, err := parseReference(file)
	if err != nil {
		return Reference{}, fmt.Errorf("reading key: %w", err)
	}
	return r, nil
}

// ParsePublic reads what is public of a key file: of one that names a key in
// hardware without opening it, so that no library is loaded. The Signer of such
// a key is nil.
func ParsePublic(file []byte, passphrase string) (*Key, error) {
	if !Refers(file) {
		return Parse(file, passphrase)
	}
	if len(file) > MaxSize {
		return nil, fmt.Errorf("reading key: longer than %d bytes", MaxSize)
	}
	r, certificates, err := parseReference(file)
	if err == nil && len(certificates) == 0 {
		err = ErrNoCertificate
	}
	if err != nil {
		return nil, fmt.Errorf("reading key: %w", err)
	}
	return &Key{Certificate: certificates[len(certificates)-1], Reference: r}, nil
}

// NewInToken makes a key in hardware, where the reference says, with a
// certificate signed by itself that is put beside it. There must be no key yet
// with the reference's label or identifier; if it has no identifier, one is
// chosen, and the key's Reference has it. On error the token is as it was, unless
// the error says otherwise.
func NewInToken(r Reference, pin string, o Options, random io.Reader) (*Key, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("making key: %w", err)
	}
	var serial, id [16]byte
	for _, b := range [][]byte{serial[:], id[:]} {
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, fmt.Errorf("making key: %w", err)
		}
	}
	if len(r.ID) == 0 {
		r.ID = id[:]
	}
	alg, err := o.algorithm()
	if err != nil {
		return nil, err
	}
	h, err := newInToken(r, pin, alg)
	if err != nil {
		return nil, fmt.Errorf("making key: %w", err)
	}
	k, err := o.certify(h, serial, random)
	if err == nil {
		err = h.keep(k.Certificate)
	}
	if err != nil {
		if undo := h.destroy(); undo != nil {
			err = fmt.Errorf("%w; and the new key stays in the token without use: %w", err, undo)
		}
		h.close()
		return nil, fmt.Errorf("making key: %w", err)
	}
	k.Reference = r
	return k, nil
}
