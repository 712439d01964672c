package keyserver

import (
	"encoding/base64"
	"testing"
)

// The values that Google's verification server certifies and its key server
// expects (exposure-notifications-server, pkg/verification, its test).
func TestKeyMACsAreThoseOfTheProtocol(t *testing.T) {
	var secret []byte
	for i := range 16 {
		secret = append(secret, byte(i+1))
	}
	for _, v := range []struct {
		comment string
		risks   [2]int
		want    []string
	}{
		{"with risks", [2]int{3, 5}, []string{"2u1nHt5WWurJytFLF3xitNzM99oNrad2y4YGOL53AeY="}},
		{"without, in either form", [2]int{0, 0}, []string{"mFNI9zhTA17n4ndd1Vu5tsn4XQX0gPrIKyjeh/9noUE=", "J9S7xVebH/66dm14wGsIcAnSUR3PHD4NtDQEOGZbDUo="}},
		{"one without", [2]int{3, 0}, nil},
	} {
		keys := []requestKey{{"z2Cx9hdz2SlxZ8GEgqTYpA==", 1, 144, v.risks[0]}, {"dPCphLzfG4uzXneNimkPRQ==", 144, 144, v.risks[1]}}
		got := keyMACs(keys, secret)
		if v.want == nil && len(got) != 1 {
			t.Errorf("%s: %d values", v.comment, len(got))
		}
		for i, want := range v.want {
			if len(got) != len(v.want) || base64.StdEncoding.EncodeToString(got[i]) != want {
				t.Errorf("%s: value %d is another", v.comment, i)
			}
		}
		if keys[0].Key[0] != 'z' {
			t.Error("the keys of the request were sorted")
		}
	}
}
