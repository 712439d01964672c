//go:build pkcs11 && cgo

package keys

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/ThalesGroup/crypto11"
	"github.com/miekg/pkcs11"
)

// Hardware says whether this build signs with keys in hardware: it was built by
// go build -tags pkcs11, with a C compiler.
const Hardware = true

const (
	// sessions are the most that sign at a time. One more is kept open.
	sessions = 32
	// patience is for how long one waits for a session that others use.
	patience = 10 * time.Second
)

// token is a key in a token, by way of PKCS #11. When the token was away, because
// it was plugged in again or its service was restarted, it is opened once more for
// each signature that fails, until it is there again; not any more once it has
// refused the PIN, for a token locks itself after a few wrong ones.
type token struct {
	r      Reference
	pin    string
	public crypto.PublicKey

	mu      sync.RWMutex // held for reading by those that sign
	context *crypto11.Context
	signer  crypto11.Signer
	opened  int   // how often
	refused error // why it is not opened again
}

func openContext(r Reference, pin string) (*crypto11.Context, error) {
	if pin == "" {
		return nil, ErrPIN
	}
	c, err := crypto11.Configure(&crypto11.Config{
		Path: r.Module, TokenLabel: r.Token, TokenSerial: r.Serial, Pin: pin, MaxSessions: sessions + 1, PoolWaitTimeout: patience,
	})
	if err != nil {
		return nil, fault(err)
	}
	return c, nil
}

// named are the label and the identifier to look for; nil for what is not said.
func (r Reference) named() (id, label []byte) {
	if r.Object != "" {
		label = []byte(r.Object)
	}
	if len(r.ID) > 0 {
		id = r.ID
	}
	return id, label
}

func openToken(r Reference, pin string) (hardware, *x509.Certificate, error) {
	c, err := openContext(r, pin)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the token: %w", err)
	}
	t, certificate, err := find(c, r)
	if err != nil {
		c.Close()
		return nil, nil, fmt.Errorf("opening the token: %w", err)
	}
	t.pin = pin
	return t, certificate, nil
}

func find(c *crypto11.Context, r Reference) (*token, *x509.Certificate, error) {
	id, label := r.named()
	found, err := c.FindKeyPairs(id, label)
	switch {
	case err != nil:
		return nil, nil, fault(err)
	case len(found) == 0:
		return nil, nil, fmt.Errorf("%w: there is none of this name", ErrObject)
	case len(found) > 1:
		return nil, nil, fmt.Errorf("%w: there are several of this name, and the id would tell them apart", ErrObject)
	}
	own, err := c.GetAttribute(found[0], crypto11.CkaId)
	if err != nil {
		return nil, nil, fault(err)
	}
	certificate, err := c.FindCertificate(own.Value, nil, nil)
	if err != nil {
		return nil, nil, fault(err)
	}
	return &token{r: r, public: found[0].Public(), context: c, signer: found[0]}, certificate, nil
}

func newInToken(r Reference, pin string, alg Algorithm) (hardware, error) {
	c, err := openContext(r, pin)
	if err != nil {
		return nil, err
	}
	t := &token{r: r, pin: pin, context: c}
	if t.signer, err = generate(c, r, alg); err != nil {
		c.Close()
		return nil, err
	}
	t.public = t.signer.Public()
	return t, nil
}

func generate(c *crypto11.Context, r Reference, alg Algorithm) (crypto11.Signer, error) {
	id, label := r.named()
	for _, by := range [][2][]byte{{id, nil}, {nil, label}} {
		if by[0] == nil && by[1] == nil {
			continue
		}
		there, err := c.FindKeyPairs(by[0], by[1])
		if err != nil {
			return nil, fault(err)
		}
		if len(there) > 0 {
			return nil, fmt.Errorf("%w: there is one of this name already", ErrObject)
		}
	}
	label = []byte(cmp.Or(string(label), fmt.Sprintf("%x", id)))
	var s crypto11.Signer
	var err error
	if alg == PS256 {
		s, err = c.GenerateRSAKeyPairWithLabel(id, label, rsaBits)
	} else {
		s, err = c.GenerateECDSAKeyPairWithLabel(id, label, elliptic.P256())
	}
	if err != nil {
		return nil, fault(err)
	}
	return s, nil
}

func (t *token) Public() crypto.PublicKey { return t.public }

// Sign signs in the token, and looks whether the signature is one: what a faulty
// token signs must not go out.
func (t *token) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	s, opened, err := t.sign(random, digest, opts)
	if errors.Is(err, ErrToken) && t.reopen(opened) {
		s, _, err = t.sign(random, digest, opts)
	}
	if err != nil {
		return nil, fmt.Errorf("signing in the token: %w", err)
	}
	good := false
	switch p := t.Public().(type) {
	case *ecdsa.PublicKey:
		good = ecdsa.VerifyASN1(p, digest, s)
	case *rsa.PublicKey:
		if pss, ok := opts.(*rsa.PSSOptions); ok {
			good = rsa.VerifyPSS(p, opts.HashFunc(), digest, s, pss) == nil
		} else {
			good = rsa.VerifyPKCS1v15(p, opts.HashFunc(), digest, s) == nil
		}
	}
	if !good {
		return nil, fmt.Errorf("signing in the token: %w: its signature does not verify", ErrHardware)
	}
	return s, nil
}

// sign signs, and says with which opening of the token.
func (t *token) sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, int, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.signer == nil {
		return nil, t.opened, cmp.Or(t.refused, ErrToken)
	}
	s, err := t.signer.Sign(random, digest, opts)
	if err != nil {
		return nil, t.opened, fault(err)
	}
	return s, t.opened, nil
}

// reopen opens the token again, unless somebody has since an opening that failed.
func (t *token) reopen(opened int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.opened != opened {
		return true
	}
	if t.refused != nil {
		return false
	}
	if t.context != nil {
		t.context.Close() // what is gone cannot be closed in order
		t.context, t.signer = nil, nil
	}
	h, _, err := openToken(t.r, t.pin)
	switch {
	case errors.Is(err, ErrPIN), errors.Is(err, ErrLocked):
		t.refused = err
		return false
	case err != nil:
		return false
	}
	n := h.(*token)
	if same, ok := t.public.(interface{ Equal(crypto.PublicKey) bool }); !ok || !same.Equal(n.public) {
		t.refused = fmt.Errorf("%w: another one has its name now", ErrObject)
		n.context.Close()
		return false
	}
	t.context, t.signer = n.context, n.signer
	t.opened++
	return true
}

func (t *token) keep(c *x509.Certificate) error {
	id, label := t.r.named()
	label = []byte(cmp.Or(string(label), fmt.Sprintf("%x", id)))
	if err := t.context.ImportCertificateWithLabel(id, label, c); err != nil {
		return fault(err)
	}
	return nil
}

func (t *token) destroy() error {
	if err := t.signer.Delete(); err != nil {
		return fault(err)
	}
	return nil
}

func (t *token) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused = cmp.Or(t.refused, error(ErrToken))
	if t.context == nil {
		return nil
	}
	c := t.context
	t.context, t.signer = nil, nil
	if err := c.Close(); err != nil {
		return fault(err)
	}
	return nil
}

// faults are the answers of a token that call for a next step of their own
// (PKCS #11 v3.1, section 6).
var faults = map[pkcs11.Error]error{
	pkcs11.CKR_PIN_INCORRECT: ErrPIN, pkcs11.CKR_PIN_INVALID: ErrPIN, pkcs11.CKR_PIN_LEN_RANGE: ErrPIN,
	pkcs11.CKR_USER_NOT_LOGGED_IN: ErrPIN, pkcs11.CKR_USER_PIN_NOT_INITIALIZED: ErrPIN,
	pkcs11.CKR_PIN_LOCKED: ErrLocked, pkcs11.CKR_PIN_EXPIRED: ErrLocked,
	pkcs11.CKR_TOKEN_NOT_PRESENT: ErrToken, pkcs11.CKR_TOKEN_NOT_RECOGNIZED: ErrToken, pkcs11.CKR_DEVICE_REMOVED: ErrToken,
	pkcs11.CKR_SLOT_ID_INVALID: ErrToken, pkcs11.CKR_SESSION_HANDLE_INVALID: ErrToken, pkcs11.CKR_SESSION_CLOSED: ErrToken,
	pkcs11.CKR_OBJECT_HANDLE_INVALID: ErrToken, pkcs11.CKR_KEY_HANDLE_INVALID: ErrToken,
}

// fault says what a token answered in our words. What it wraps has no PIN in it.
func fault(err error) error {
	var code pkcs11.Error
	switch {
	case errors.As(err, &code):
		known := faults[code]
		if known == nil {
			known = ErrHardware
		}
		return fmt.Errorf("%w (%s)", known, strings.TrimPrefix(code.Error(), "pkcs11: "))
	case strings.Contains(err.Error(), "could not find PKCS#11 token"): // crypto11 exports no name for it
		return fmt.Errorf("%w: none has this name", ErrToken)
	case strings.Contains(err.Error(), "failed to open module"):
		return fmt.Errorf("%w: its library cannot be loaded", ErrHardware)
	}
	return fmt.Errorf("%w: %v", ErrHardware, err)
}
