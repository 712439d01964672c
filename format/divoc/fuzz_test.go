package divoc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pratique/pratique/format/divoc"
)

// Whatever is scanned is read or refused with a step and a cause; what is read
// verifies under nobody's key, and its JSON is read as the same.
func FuzzRead(f *testing.F) {
	_, all := cases(f)
	for _, c := range all {
		if len(c.Text) < 4000 {
			f.Add(c.Text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := divoc.Read(text)
		if err != nil {
			if e, ok := errors.AsType[*divoc.Error](err); !ok || strings.HasSuffix(e.Code(), "_broken") {
				t.Fatalf("%+v", err)
			}
			return
		}
		if _, err := u.Verify(nil); err == nil {
			t.Fatal("nobody's key signed it")
		}
		c, err := u.SkipVerification()
		if err != nil {
			return
		}
		raw := u.RawSkippingVerification()
		if len(raw) > divoc.MaxContent || len(c.Events) > divoc.MaxEvidence {
			t.Fatal("beyond the limits")
		}
		again, err := divoc.Read(string(raw))
		if err != nil {
			t.Fatal(err)
		}
		if d, err := again.SkipVerification(); err != nil || d.Carrier.Hash != c.Carrier.Hash {
			t.Fatalf("the JSON of the archive is another certificate: %v", err)
		}
		divoc.Schema(raw)
	})
}
