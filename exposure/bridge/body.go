package bridge

import (
	"bytes"
	"crypto/hmac"
	"crypto/hpke"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure/bluetrace"
	"github.com/pratique/pratique/exposure/efgs"
	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/exposure/venue"
)

// checkBody says what is wrong with a body as a whole.
func (e Envelope) checkBody() error {
	var err error
	switch e.Kind {
	case KindAttestation:
		_, err = e.Attestation()
	case KindCorrection:
		_, err = e.Correction()
	case KindRule:
		_, _, err = e.Rule()
	case KindWarnings:
		_, _, err = e.Warnings()
	case KindKeys:
		_, _, err = e.Keys()
	case KindRecords: // nobody on the way can read them
		if len(e.Body) < sealedLeast {
			err = bluetrace.ErrSealed
		}
	}
	if err != nil {
		return fmt.Errorf("%w: its body: %w", ErrEnvelope, err)
	}
	return nil
}

// sealedLeast is shorter than any sealed message: an encapsulated key and a tag.
const sealedLeast = 48

// Attestation says that somebody's test was positive, to the country whose app
// the person uses, so that they can warn those whom they met there. The person's
// device made the commitment over what it is going to publish, before anybody
// else knew of it, and opens it for its own authority alone. Nothing in it names
// the person, and two of them are not like each other.
//
//	body   = "id" SP 32 hexdigit LF "report" SP report LF "sampled" SP date LF "commitment" SP 64 hexdigit LF
//	report = "confirmed-test" / "clinical" / "self"
type Attestation struct {
	ID         string // random, 16 bytes in hexadecimal: what a correction names
	Report     gaen.ReportType
	Sampled    cert.Date // the day of the sample, or of the diagnosis
	Commitment [32]byte
}

var reports = map[string]gaen.ReportType{"confirmed-test": gaen.ConfirmedTest, "clinical": gaen.ClinicalDiagnosis, "self": gaen.SelfReport, "revoked": gaen.Revoked}

func reportWord(r gaen.ReportType) string {
	for word, v := range reports {
		if v == r {
			return word
		}
	}
	return ""
}

// Bytes is the body of an envelope.
func (a Attestation) Bytes() []byte {
	return fmt.Appendf(nil, "id %s\nreport %s\nsampled %s\ncommitment %x\n", a.ID, reportWord(a.Report), a.Sampled, a.Commitment)
}

// Attestation reads the body of an attestation.
func (e Envelope) Attestation() (Attestation, error) {
	v, ok := fields(e.Body, "id", "report", "sampled", "commitment")
	if !ok {
		return Attestation{}, fmt.Errorf("%w: not id, report, sampled, commitment", ErrEnvelope)
	}
	a := Attestation{ID: v[0], Report: reports[v[1]]}
	var err error
	a.Sampled, err = cert.ParseDate(v[2])
	c, bad := hex.DecodeString(v[3])
	if err != nil || bad != nil || !a.Sampled.Full() || len(c) != len(a.Commitment) || !isID(a.ID) || a.Report == 0 || a.Report == gaen.Revoked {
		return Attestation{}, fmt.Errorf("%w: an attestation that nobody makes", ErrEnvelope)
	}
	copy(a.Commitment[:], c)
	if !bytes.Equal(a.Bytes(), e.Body) {
		return Attestation{}, fmt.Errorf("%w: an attestation written otherwise", ErrEnvelope)
	}
	return a, nil
}

// Opens says whether keys and a secret are what the person committed to.
func (a Attestation) Opens(secret []byte, keys []gaen.Key) bool {
	c := Commit(secret, keys)
	return len(secret) >= 16 && len(keys) > 0 && subtle.ConstantTimeCompare(c[:], a.Commitment[:]) == 1
}

// Commit is what a device commits to before its keys are known to anybody: the
// HMAC of Google's verification certificates over all keys (HMAC-SHA256 with a
// random secret of at least 16 bytes; exposure-notifications-server,
// verification protocol, tekmac), so that a phone has one form for both.
func Commit(secret []byte, keys []gaen.Key) (c [32]byte) {
	anyRisk := false
	for _, k := range keys {
		anyRisk = anyRisk || k.Risk != 0
	}
	lines := make([]string, len(keys))
	for i, k := range keys {
		lines[i] = fmt.Sprintf("%s.%d.%d", base64.StdEncoding.EncodeToString(k.Data[:]), k.Start, k.Period)
		if anyRisk {
			lines[i] += fmt.Sprintf(".%d", k.Risk)
		}
	}
	slices.Sort(lines)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(strings.Join(lines, ",")))
	copy(c[:], mac.Sum(nil))
	return c
}

// Correction takes an attestation back, or says that it is now confirmed by a
// test: nothing else may change (exposure-notifications-server, revisions).
//
//	body = "id" SP 32 hexdigit LF "report" SP ("confirmed-test" / "revoked") LF
type Correction struct {
	ID     string // of the attestation
	Report gaen.ReportType
}

// Bytes is the body of an envelope.
func (c Correction) Bytes() []byte {
	return fmt.Appendf(nil, "id %s\nreport %s\n", c.ID, reportWord(c.Report))
}

// Correction reads the body of a correction.
func (e Envelope) Correction() (Correction, error) {
	v, ok := fields(e.Body, "id", "report")
	if !ok {
		return Correction{}, fmt.Errorf("%w: not id, report", ErrEnvelope)
	}
	c := Correction{v[0], reports[v[1]]}
	if !isID(c.ID) || c.Report != gaen.ConfirmedTest && c.Report != gaen.Revoked {
		return Correction{}, fmt.Errorf("%w: a correction that nobody makes", ErrEnvelope)
	}
	return c, nil
}

// Rule reads the body of a rule: a published configuration, as package gaen has
// it. That of system gaen-summaries is in two files, of exposure and of alert,
// with a zero byte between them; gaen-config has no mapping of its own, and gets
// that of Germany's server.
func (e Envelope) Rule() (gaen.Rule, gaen.Mapping, error) {
	if e.System == "gaen-config" {
		c, err := gaen.ParseConfig(e.Body)
		m, _ := gaen.Germany()
		return &c, m, err
	}
	exposure, alert, ok := bytes.Cut(e.Body, []byte("\x00"))
	if !ok {
		return nil, gaen.Mapping{}, gaen.ErrConfig
	}
	m, s, err := gaen.ParseSummaries(exposure, alert)
	return &s, m, err
}

// Warnings reads the body of warnings. Entries that cannot be read are findings.
func (e Envelope) Warnings() ([]venue.Warning, []venue.Finding, error) {
	switch e.System {
	case "nz":
		return venue.ParseNewZealand(e.Body)
	case "gb":
		return venue.ParseEngland(e.Body)
	case "de":
		return venue.ParseGermany(e.Body)
	case "fr":
		return venue.ParseFrance(e.Body)
	}
	return nil, nil, venue.ErrWarnings
}

// Keys reads the body of keys: those that may be published when the envelope
// was made, and what is wrong with the others, by where they stood. A key that could still be used
// never passes, whoever signed for it.
func (e Envelope) Keys() ([]efgs.Key, []efgs.Finding, error) {
	keys, found, err := efgs.ParseBatch(e.Body)
	if err != nil {
		return nil, nil, err
	}
	unread := make(map[int]bool, len(found))
	for _, f := range found {
		unread[f.Index] = true
	}
	var stood []int // where the keys that were read stood in the batch
	for at := 0; len(stood) < len(keys); at++ {
		if !unread[at] {
			stood = append(stood, at)
		}
	}
	bad := make(map[int]bool)
	for _, f := range efgs.Check(keys, e.From, e.Made) {
		bad[f.Index] = true
		f.Index = stood[f.Index]
		found = append(found, f)
	}
	var good []efgs.Key
	for i, k := range keys {
		if !bad[i] {
			good = append(good, k)
		}
	}
	return good, found, nil
}

// Records opens the records of one's own organisation.
func (e Envelope) Records(org string, key hpke.PrivateKey) ([]bluetrace.Record, []bluetrace.Finding, error) {
	if e.Kind != KindRecords {
		return nil, nil, bluetrace.ErrSealed
	}
	return bluetrace.Unseal(e.Body, org, key)
}

// fields reads lines "name value", in order, each once.
func fields(body []byte, names ...string) ([]string, bool) {
	lines := strings.Split(string(body), "\n")
	if len(lines) != len(names)+1 || lines[len(names)] != "" {
		return nil, false
	}
	out := make([]string, len(names))
	for i, n := range names {
		var ok bool
		if out[i], ok = strings.CutPrefix(lines[i], n+" "); !ok {
			return nil, false
		}
	}
	return out, true
}

func isID(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 16 && hex.EncodeToString(b) == s
}
