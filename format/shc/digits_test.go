package shc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pratique/pratique/format/shc"
)

// A byte that is no digit is found wherever it stands, and a pair beyond z too,
// whatever stands beside it.
func TestEveryByteAmongDigits(t *testing.T) {
	const good = "56762909524320603460292437404460"
	for at := range good {
		for b := range 256 {
			text := good[:at] + string([]byte{byte(b)}) + good[at+1:]
			pair := text[at&^1 : at&^1+2]
			want := error(nil)
			switch {
			case b == '\n' || b == '\r' || b == '/':
				continue // which part chunks
			case b < '0' || b > '9':
				want = shc.ErrDigits
			case pair > "77":
				want = shc.ErrPair
			}
			_, err := shc.Read("shc:/" + text)
			if want == nil {
				if errors.Is(err, shc.ErrDigits) || errors.Is(err, shc.ErrPair) {
					t.Errorf("%s: %v", text, err)
				}
			} else if !errors.Is(err, want) {
				t.Errorf("byte %d at %d: %v, want %v", b, at, err, want)
			}
		}
	}
	for n := range 40 { // of any length
		text := strings.Repeat("77", n)
		if _, err := shc.Read("shc:/" + text + "78"); !errors.Is(err, shc.ErrPair) {
			t.Errorf("%d pairs, and one beyond z: %v", n, err)
		}
		if _, err := shc.Read("shc:/" + text + "7"); !errors.Is(err, shc.ErrOdd) {
			t.Errorf("%d pairs and a digit: %v", n, err)
		}
	}
}
