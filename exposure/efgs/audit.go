package efgs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Tag is the name of a batch that the gateway made: a day (UTC) and a number.
//
//	tag = YYYYMMDD "-" number      ; from 1, no zeros before
type Tag struct {
	Day    time.Time
	Number int
}

const tagDay = "20060102"

// ErrTag means that a text is no tag of a batch of the gateway.
var ErrTag = errors.New("not the tag of a batch")

// ParseTag reads a tag. "null", which stands where no batch follows, is none: it
// is the zero Tag.
func ParseTag(s string) (Tag, error) {
	if s == "null" {
		return Tag{}, nil
	}
	date, number, _ := strings.Cut(s, "-")
	day, err := time.Parse(tagDay, date)
	n, bad := strconv.Atoi(number)
	t := Tag{day, n}
	if err != nil || bad != nil || n < 1 || t.String() != s {
		return Tag{}, ErrTag
	}
	return t, nil
}

// String writes the tag.
func (t Tag) String() string {
	if t.Number == 0 {
		return "null"
	}
	return t.Day.Format(tagDay) + "-" + strconv.Itoa(t.Number)
}

// Audit says whose keys a downloaded batch is made of, and what each country
// signed: an entry for each upload, in the order in which the keys stand.
type Audit []Upload

// Upload is one country's part of a batch.
type Upload struct {
	Country   string `json:"country"`
	Uploaded  string `json:"uploadedTime"`
	Amount    int    `json:"amount"`
	Signature string `json:"batchSignature"`     // detached CMS, base64
	Signing   string `json:"signingCertificate"` // PEM
	// Thumbprints are SHA-256 in hexadecimal digits, and the operator's signatures
	// are over the certificates, base64.
	SigningThumbprint  string `json:"uploaderSigningThumbprint"`
	SigningOperator    string `json:"signingCertificateOperatorSignature"`
	Uploader           string `json:"uploaderCertificate"`
	UploaderThumbprint string `json:"uploaderThumbprint"`
	UploaderOperator   string `json:"uploaderOperatorSignature"`
}

// MaxAudit is the length of the longest audit, in bytes. Of uploads it has no
// more than a batch has keys.
const MaxAudit = 64 << 20

// ErrAudit means that a text is no audit, or not that of a batch.
var ErrAudit = errors.New("not the audit of the batch")

// ParseAudit reads what the gateway says of a batch, in JSON.
func ParseAudit(body []byte) (Audit, error) {
	if len(body) > MaxAudit {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrAudit, MaxAudit)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return nil, fmt.Errorf("%w: no list", ErrAudit)
	}
	a := Audit{}
	for d.More() {
		var u Upload
		if err := d.Decode(&u); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrAudit, err)
		}
		if len(a) == MaxKeys {
			return nil, fmt.Errorf("%w: more than %d uploads", ErrAudit, MaxKeys)
		}
		a = append(a, u)
	}
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAudit, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("%w: something follows the list", ErrAudit)
	}
	return a, nil
}

// Parts returns each upload's keys of a batch that was read without findings.
// Whoever verifies asks for each: did its signer sign Signed(part), and are all
// origins in part its country?
func (a Audit) Parts(keys []Key) ([][]Key, error) {
	out := make([][]Key, len(a))
	for i, u := range a {
		if u.Amount < 0 || u.Amount > len(keys) {
			return nil, fmt.Errorf("%w: more keys than the batch has", ErrAudit)
		}
		out[i], keys = keys[:u.Amount:u.Amount], keys[u.Amount:]
		for _, k := range out[i] {
			if k.Origin != u.Country {
				return nil, fmt.Errorf("%w: a key of another country than its upload", ErrAudit)
			}
		}
	}
	if len(keys) > 0 {
		return nil, fmt.Errorf("%w: keys of no upload", ErrAudit)
	}
	return out, nil
}
