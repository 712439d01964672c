package verify

import (
	"encoding/json"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/trust"
)

// Opened is what a code says although nobody checked who says so. It is for
// people who look at their own code, and for programs that look into formats;
// nothing may be decided on it.
type Opened struct {
	Report      Report            // format, content, key; with a reason if the code could not be opened
	Code        format.Unverified // nil if the text is no health code that is read here
	Certificate *cert.Certificate // nil if it cannot be read
	Payload     json.RawMessage   // the content in its format's own words; nil if it has no such form
}

// SkipVerification opens a code without asking who signed it.
func SkipVerification(text string) Opened {
	u, err := format.Read(text)
	if err != nil {
		return Opened{Report: unreadable(new(World), len(text), err)}
	}
	o := Opened{Code: u, Report: Report{Format: u.Format(), Content: u.Content(), KeyID: u.KeyID(), Country: u.Country()}}
	if o.Certificate, err = u.SkipVerification(); err != nil {
		o.Report.add("read_payload")
		return o
	}
	raw, ok := u.(interface{ RawSkippingVerification() string })
	if !ok {
		return o
	}
	if b, err := format.JSON(trust.Signed{Certificate: o.Certificate, Raw: raw.RawSkippingVerification()}); err == nil {
		o.Payload = b
	}
	return o
}

// Unverified is what was opened, in a language: what [Answer] is, without
// checks and verdict, and with the content.
type Unverified struct {
	V           int               `json:"v"`        // 1
	Verified    bool              `json:"verified"` // false
	Input       string            `json:"input"`
	Format      string            `json:"format"`
	Content     string            `json:"content"`
	Key         Key               `json:"key"`
	Reasons     []SaidReason      `json:"reasons"`
	Certificate *cert.Certificate `json:"certificate,omitempty"`
	Payload     json.RawMessage   `json:"payload,omitempty"`
}

// In says in a language what was opened. Input is as in [Report.In].
func (o Opened) In(lang, input string) Unverified {
	a := o.Report.In(lang, input)
	return Unverified{
		V: a.V, Input: a.Input, Format: a.Format, Content: a.Content, Key: a.Key,
		Reasons: a.Reasons, Certificate: o.Certificate, Payload: o.Payload,
	}
}
