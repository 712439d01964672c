//go:build pkcs11 && cgo

package keys

import (
	"errors"
	"testing"

	"github.com/miekg/pkcs11"
)

// SoftHSM never locks a PIN and is never unplugged: what others answer is said here.
func TestWhatOtherTokensAnswer(t *testing.T) {
	for code, want := range map[uint]error{
		pkcs11.CKR_PIN_LOCKED: ErrLocked, pkcs11.CKR_PIN_EXPIRED: ErrLocked, pkcs11.CKR_PIN_INCORRECT: ErrPIN,
		pkcs11.CKR_DEVICE_REMOVED: ErrToken, pkcs11.CKR_TOKEN_NOT_PRESENT: ErrToken, pkcs11.CKR_DEVICE_ERROR: ErrHardware,
		pkcs11.CKR_MECHANISM_INVALID: ErrHardware, pkcs11.CKR_GENERAL_ERROR: ErrHardware,
	} {
		if err := fault(pkcs11.Error(code)); !errors.Is(err, want) {
			t.Errorf("%#x: %v, want %v", code, err, want)
		}
	}
	if err := fault(errors.New("anything")); !errors.Is(err, ErrHardware) {
		t.Error(err)
	}
}
