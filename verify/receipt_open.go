package verify

import (
	"crypto"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
)

// Errors of [OpenReceipt], beside [trust.ErrUnknownKey] (no signature is by a
// key at hand) and [trust.ErrSignature].
var (
	// ErrReceiptUnsigned means that nobody signed the receipt.
	ErrReceiptUnsigned = errors.New("nobody signed the receipt")
	// ErrReceiptUse means that the key is not entitled to receipts.
	ErrReceiptUse = errors.New("the key that signed the receipt may not sign receipts")
	// ErrReceiptCountry means that the key is another country's than the destination's.
	ErrReceiptCountry = errors.New("the key that signed the receipt is not one of the destination")
	// ErrReceiptTime means that the key was not in force at the time of the receipt.
	ErrReceiptTime = errors.New("the key that signed the receipt was not in force at its time")
)

// Sign returns the receipt with a signature of a desk's key, which must be
// Ed25519 or P-256.
func (r Receipt) Sign(signer crypto.Signer, rand io.Reader) ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("signing receipt: %w", err)
	}
	b, err := signed.Sign(r.Bytes(), signer, rand)
	if err != nil {
		return nil, fmt.Errorf("signing receipt: %w", err)
	}
	return b, nil
}

// OpenReceipt reads a receipt that a key of the destination signed, and returns
// the key. The key must have been in force at the time of the receipt and list
// the use "receipt" by name: one that may sign all for which its certificate
// has no restriction is a laboratory's, and was never meant for a border desk.
// The time is the desk's word: who steals a key can write an earlier one.
func OpenReceipt(data []byte, keys *trust.Keys) (Receipt, trust.Key, error) {
	r, f, err := parseReceipt(data)
	if err != nil {
		return Receipt{}, trust.Key{}, fmt.Errorf("opening receipt: %w", err)
	}
	k, err := r.signer(f, keys)
	if err != nil {
		return Receipt{}, trust.Key{}, fmt.Errorf("opening receipt: %w", err)
	}
	return r, k, nil
}

// signer returns the key that signed and may; of several misses the nearest.
func (r Receipt) signer(f signed.File, keys *trust.Keys) (trust.Key, error) {
	var listed []trust.Key
	var public []crypto.PublicKey
	for _, k := range keys.All() {
		if signs(f, k) {
			listed, public = append(listed, k), append(public, k.Public)
		}
	}
	switch {
	case len(f.Signatures) == 0:
		return trust.Key{}, ErrReceiptUnsigned
	case len(listed) == 0:
		return trust.Key{}, trust.ErrUnknownKey
	}
	by, err := f.Verify(public...)
	if errors.Is(err, signed.ErrSignature) {
		return trust.Key{}, trust.ErrSignature
	}
	if err != nil {
		return trust.Key{}, trust.ErrUnknownKey // an algorithm that is not the key's
	}
	misses := []error{trust.ErrUnknownKey, ErrReceiptUse, ErrReceiptCountry, ErrReceiptTime}
	nearest := 0
	for _, k := range listed {
		id, _ := signed.KeyID(k.Public)
		miss := slices.Index(misses, r.mayBeSignedBy(k))
		switch {
		case !slices.Contains(by, id):
		case miss < 0:
			return k, nil
		default:
			nearest = max(nearest, miss)
		}
	}
	return trust.Key{}, misses[nearest]
}

// signs reports whether a signature of the file names the key.
func signs(f signed.File, k trust.Key) bool {
	id, err := signed.KeyID(k.Public)
	return err == nil && slices.ContainsFunc(f.Signatures, func(s signed.Signature) bool { return s.KeyID == id })
}

func (r Receipt) mayBeSignedBy(k trust.Key) error {
	switch {
	case !slices.Contains(k.Uses.Of, trust.Receipt):
		return ErrReceiptUse
	case k.Country != r.To:
		return ErrReceiptCountry
	case !k.InForce(r.Time):
		return ErrReceiptTime
	}
	return nil
}
