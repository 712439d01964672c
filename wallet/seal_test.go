package wallet_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/pratique/pratique/wallet"
)

func mustSeal(t *testing.T, f wallet.File, passphrase string) []byte {
	t.Helper()
	b, err := f.Seal(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestASealedFileOpensWithItsPassphrase(t *testing.T) {
	f := mustParse(t, family)
	sealed := mustSeal(t, f, "correct horse")
	if !wallet.Sealed(sealed) || wallet.Sealed([]byte(family)) {
		t.Error("Sealed cannot tell the two")
	}
	for _, part := range []string{"Anna", "Eriksson", "L898902C3", "HC1:"} {
		if bytes.Contains(sealed, []byte(part)) {
			t.Errorf("%q can be read in the sealed file", part)
		}
	}
	again, found, err := wallet.Open(sealed, "correct horse")
	if err != nil || len(found) > 0 || mustBytes(t, again) != family {
		t.Errorf("%v, %v", found, err)
	}
}

// A wrong passphrase and a changed file have one answer: nothing can be learnt
// from trying.
func TestAWrongPassphraseAndADamagedFileAreOneError(t *testing.T) {
	sealed := mustSeal(t, mustParse(t, family), "correct horse")
	changed := func(i int) []byte {
		b := bytes.Clone(sealed)
		if b[i]++; b[i] == '\n'+1 {
			b[i] = 'A'
		}
		return b
	}
	for _, v := range []struct {
		comment, passphrase string
		file                []byte
	}{
		{"another passphrase", "correct house", sealed},
		{"one with a space after it", "correct horse ", sealed},
		{"a byte of the header changed", "correct horse", changed(80)},
		{"a byte of the content changed", "correct horse", changed(len(sealed) - 60)},
		{"cut short", "correct horse", sealed[:len(sealed)-40]},
		{"not armoured", "correct horse", []byte("age-encryption.org/v1\n")},
		{"nothing", "correct horse", nil},
		{"a wallet in clear", "correct horse", []byte(family)},
	} {
		if f, _, err := wallet.Open(v.file, v.passphrase); err != wallet.ErrSealed || len(f.People) > 0 {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
	if _, _, err := wallet.Open(sealed, ""); err != wallet.ErrPassphrase {
		t.Errorf("no passphrase: %v", err)
	}
	if _, err := mustParse(t, family).Seal(""); err != wallet.ErrPassphrase {
		t.Errorf("sealed without a passphrase: %v", err)
	}
	if _, _, err := wallet.Open(make([]byte, wallet.MaxSealed+1), "x"); !errors.Is(err, wallet.ErrFile) {
		t.Errorf("too long: %v", err)
	}
}

// seal is age alone, as another program would use it.
func seal(t *testing.T, text []byte, passphrase string, work int) []byte {
	t.Helper()
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	to.SetWorkFactor(work)
	var out bytes.Buffer
	a := armor.NewWriter(&out)
	w, err := age.Encrypt(a, to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), a.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAnyAgeOpensAndMakesTheFile(t *testing.T) {
	if f, _, err := wallet.Open(seal(t, []byte(family), "x y z", 5), "x y z"); err != nil || mustBytes(t, f) != family {
		t.Errorf("sealed by age: %v", err)
	}
	id, err := age.NewScryptIdentity("x y z")
	if err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(mustSeal(t, mustParse(t, family), "x y z"))), id)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil || b.String() != family {
		t.Errorf("opened by age: %v", err)
	}
}

// A stranger's file cannot ask for more work than the limit: it is refused
// before any is done.
func TestAFileCannotAskForAnyWork(t *testing.T) {
	sealed := seal(t, []byte(family), "x", 5)
	var plain bytes.Buffer
	if _, err := plain.ReadFrom(armor.NewReader(bytes.NewReader(sealed))); err != nil {
		t.Fatal(err)
	}
	for _, work := range []string{"21", "30", "62"} {
		head := bytes.Replace(plain.Bytes(), []byte(" 5\n"), []byte(" "+work+"\n"), 1)
		var out bytes.Buffer
		a := armor.NewWriter(&out)
		if _, err := a.Write(head); err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := wallet.Open(out.Bytes(), "x"); err != wallet.ErrWork {
			t.Errorf("2^%s: %v", work, err)
		}
	}
	if wallet.Work > wallet.MaxWork {
		t.Error("our own files ask for too much")
	}
}

// The largest wallet is within the limit of sealed files, and what comes out of
// a sealed file is within that of clear ones.
func TestTheLimitsFitEachOther(t *testing.T) {
	var b strings.Builder
	b.WriteString("pratique-wallet/1.0\nperson A\n")
	for b.Len()+wallet.MaxText+13 < wallet.MaxSize {
		b.WriteString("certificate " + strings.Repeat("A", wallet.MaxText) + "\n")
	}
	b.WriteString("certificate " + strings.Repeat("A", wallet.MaxSize-b.Len()-13) + "\n")
	if b.Len() != wallet.MaxSize {
		t.Fatal("the test does not make the largest wallet")
	}
	sealed := mustSeal(t, mustParse(t, b.String()), "x y")
	if len(sealed) > wallet.MaxSealed {
		t.Errorf("%d bytes sealed, more than %d", len(sealed), wallet.MaxSealed)
	}
	if _, _, err := wallet.Open(sealed, "x y"); err != nil {
		t.Errorf("the largest wallet: %v", err)
	}
	if _, _, err := wallet.Open(seal(t, append([]byte(b.String()), '\n'), "x y", 5), "x y"); !errors.Is(err, wallet.ErrFile) {
		t.Errorf("a byte more: %v", err)
	}
}
