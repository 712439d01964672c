package act

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/pratique/pratique/internal/signed"
)

const applicationName = "pratique-application"

// Application is the one file with which a jurisdiction asks to be admitted: the
// party as its admission would state it. All its signers have signed it, which
// proves that it has their keys, and nothing else: that it comes from the
// government whose code it bears is for those who admit it to find out.
//
//	application = "pratique-application/1." minor LF
//	              "network " origin LF
//	              "issued " moment LF
//	              LF
//	              block of the kind party
type Application struct {
	Minor   int
	Network string
	Issued  time.Time
	Party   Party
}

// Bytes writes the application without signatures.
func (a Application) Bytes() ([]byte, error) {
	w := new(writer)
	fmt.Fprintf(&w.b, "%s/1.%d\n", applicationName, a.Minor)
	w.line("network " + a.Network)
	w.line("issued " + w.momentText(a.Issued))
	w.line("")
	a.Party.write(w)
	if w.err != nil {
		return nil, fmt.Errorf("writing application: %w", w.err)
	}
	return w.b.Bytes(), nil
}

// OpenApplication reads an application that all its signers have signed.
func OpenApplication(data []byte) (Application, error) {
	if len(data) > MaxSize {
		return Application{}, refuse(Malformed, "more than %d bytes", MaxSize)
	}
	f, err := signed.Parse(data)
	if err != nil {
		return Application{}, refuse(Malformed, "%v", err)
	}
	a, err := parseApplication(f)
	switch {
	case errors.Is(err, ErrNewer):
		return Application{}, refuse(Newer, "%v", err)
	case err != nil:
		return Application{}, refuse(Malformed, "%v", err)
	}
	if err := signedBy(f, a.Party.Signers, len(a.Party.Signers)); err != nil {
		return Application{}, err
	}
	return a, nil
}

func parseApplication(f signed.File) (Application, error) {
	switch {
	case f.Name != applicationName:
		return Application{}, fmt.Errorf("%w: it is a %s", ErrFormat, f.Name)
	case f.Major != 1:
		return Application{}, fmt.Errorf("%w: %s/%d.%d", ErrNewer, f.Name, f.Major, f.Minor)
	}
	head, block, ok := bytes.Cut(bytes.TrimSuffix(f.Body(), []byte("\n")), []byte("\n\n"))
	if !ok {
		return Application{}, fmt.Errorf("%w: no party", ErrFormat)
	}
	r := newReader(string(head), "")
	a := Application{Minor: f.Minor, Network: r.one("network"), Issued: r.moment(r.one("issued"))}
	if err := r.done(); err != nil {
		return Application{}, err
	}
	body, optional, err := parseBlock(Act{}, string(block))
	if err != nil {
		return Application{}, err
	}
	if a.Party, ok = body.(Party); !ok || optional != nil {
		return Application{}, fmt.Errorf("%w: not a party", ErrFormat)
	}
	if again, err := a.Bytes(); err != nil || !bytes.Equal(again, f.Text) {
		return Application{}, fmt.Errorf("%w: it is not written as applications are written", ErrFormat)
	}
	return a, nil
}

// Spoken writes 32 bytes for people who read them to one another in any language:
// 16 words of five letters, and 16 numbers of five digits, each for two bytes. A
// word is consonant, vowel, consonant, vowel, consonant (bdfghjklmnprstvz, aiou:
// arXiv:0901.4016).
func Spoken(h [sha256.Size]byte) (words, digits [16]string) {
	const c, v = "bdfghjklmnprstvz", "aiou"
	for i := range words {
		n := int(h[2*i])<<8 | int(h[2*i+1])
		words[i] = string([]byte{c[n>>12], v[n>>10&3], c[n>>6&15], v[n>>4&3], c[n&15]})
		digits[i] = fmt.Sprintf("%05d", n)
	}
	return words, digits
}
