package history

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"strings"

	"github.com/pratique/pratique/cert"
)

// Holder is the travel document by which a person is known at a border. It
// never enters a stamp or a notice; a [Commitment] to it does.
type Holder struct {
	Number  string    // of the document, as its machine-readable zone has it
	Country string    // that issued it, as that zone has it: 1 to 3 letters
	Birth   cert.Date // may be partial, as some documents have it
}

// Commitment binds a stamp or a notice to a document without naming it: the
// first 16 bytes of
//
//	SHA-256( "pratique-holder/1" 0x00 salt country 0x00 number 0x00 birth )
//
// with a salt of 16 random bytes for each commitment; country and number in
// capitals, without spaces, "<" and hyphens; birth as the six characters of the
// machine-readable zone (ICAO 9303-3, section 4.8), YYMMDD, "<<" for what is
// unknown, so that no century has to be guessed.
//
// # What it protects, and what not
//
// Somebody who reads the code learns no name, number or birth date from it, and
// two codes of one person do not show that they are of one (but who sees a stamp
// and the one before it sees the link, see [Stamp.Previous]). It is no secret
// against guessing: who knows a document number and a birth date can test
// whether a code is of this document, and who has a list of documents (an
// airline, a consulate, the issuer of passports) can try them all, some million a
// second. A stamp is therefore shown like a passport page, not published.
type Commitment struct {
	Salt   [16]byte
	Digest [16]byte
}

const domain = "pratique-holder/1\x00"

// errHolder does not say which part, and repeats none.
var errHolder = errors.New("the holder's document has no number, no country, or one that is too long")

// Commit makes a commitment to the document, with a salt from rand.
func (h Holder) Commit(rand io.Reader) (Commitment, error) {
	if !h.valid() {
		return Commitment{}, errHolder
	}
	var c Commitment
	if _, err := io.ReadFull(rand, c.Salt[:]); err != nil {
		return Commitment{}, err
	}
	c.Digest = h.digest(c.Salt)
	return c, nil
}

// Is reports whether the commitment is to this document. Nothing is one to the
// zero Holder.
func (c Commitment) Is(h Holder) bool { return h.valid() && c.Digest == h.digest(c.Salt) }

func (h Holder) valid() bool {
	return squeeze(h.Number) != "" && len(h.Number) <= 32 && squeeze(h.Country) != "" && len(h.Country) <= 3
}

func (h Holder) digest(salt [16]byte) [16]byte {
	var room [128]byte
	b := append(append(room[:0], domain...), salt[:]...)
	b = append(append(b, squeeze(h.Country)...), 0)
	b = append(append(b, squeeze(h.Number)...), 0)
	sum := sha256.Sum256(append(b, birth(h.Birth)...))
	return [16]byte(sum[:])
}

// birth writes a date as the machine-readable zone does.
func birth(d cert.Date) string {
	out := []byte("<<<<<<")
	for i, n := range [3]int{int(d.Year) % 100, int(d.Month), int(d.Day)} {
		if [3]bool{d.Year != 0, d.Month != 0, d.Day != 0}[i] {
			out[2*i], out[2*i+1] = byte('0'+n/10), byte('0'+n%10)
		}
	}
	return string(out)
}

// squeeze takes out what documents print and machines leave out.
func squeeze(s string) string {
	plain := true
	for i := range len(s) {
		plain = plain && (s[i] >= '0' && s[i] <= '9' || s[i] >= 'A' && s[i] <= 'Z')
	}
	if plain {
		return s
	}
	b := bytes.ToUpper([]byte(s))
	return strings.NewReplacer(" ", "", "<", "", "-", "").Replace(string(b))
}
