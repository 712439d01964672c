package verify_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pratique/pratique/verify"
)

func TestWhatIsOpenedWithoutVerificationIsNeverShownAsVerified(t *testing.T) {
	_, c, _ := first(t, "hc1", 1)
	o := verify.SkipVerification(c.Text)
	if o.Certificate == nil || o.Code == nil || len(o.Payload) == 0 || len(o.Report.Reasons) != 0 {
		t.Fatalf("a good code was not opened: %v", codes(o.Report))
	}
	if _, shown := o.Report.Person(); shown || o.Report.Verdict != verify.Grey || o.Report.Checks != (verify.Checks{}) {
		t.Errorf("what nobody checked has a person or a check: %+v", o.Report.Checks)
	}
	b, err := json.Marshal(o.In("en", "x"))
	if err != nil || !strings.Contains(string(b), `"verified":false`) || strings.Contains(string(b), `"checks"`) || strings.Contains(string(b), `"verdict"`) {
		t.Errorf("%v: %.200s", err, b)
	}
	// The same content under a broken signature opens alike: nobody looked at it.
	_, tampered, _ := first(t, "verdict", 120)
	if o := verify.SkipVerification(tampered.Text); o.Certificate == nil {
		t.Errorf("a code with a wrong signature was not opened: %v", codes(o.Report))
	}
}

func TestWhatCannotBeOpenedSaysWhyAndHasNoContent(t *testing.T) {
	for text, want := range map[string]string{
		"": "empty", "https://example.org/menu": "not_health_code", "HC2:6BF": "newer_version", "HC1:6BF::": "read_base45",
	} {
		o := verify.SkipVerification(text)
		if o.Code != nil || o.Certificate != nil || o.Payload != nil || len(o.Report.Reasons) != 1 || o.Report.Reasons[0].Code != want {
			t.Errorf("%q: %v, want %s and nothing else", text, codes(o.Report), want)
		}
	}
}
