package divoc

import "github.com/pratique/pratique/internal/jcs"

// Issue is a place where a certificate lacks what DIVOC writes into every one
// (interfaces/VaccinationCertificate of egovernments/DIVOC).
type Issue struct {
	Path string // "evidence.0.batch"
	What string // missing, type
}

// Schema lists where a certificate (trust.Signed.Raw) breaks the schema of its
// kind.
func Schema(raw string) []Issue {
	c, err := read(raw)
	if err != nil {
		return []Issue{{"", "malformed"}}
	}
	var out []Issue
	need := func(v jcs.Value, at string, names ...string) {
		for _, n := range names {
			switch v.Get(n).Kind() {
			case jcs.None:
				out = append(out, Issue{at + n, "missing"})
			case jcs.String, jcs.Number:
			default:
				out = append(out, Issue{at + n, "type"})
			}
		}
	}
	need(c.doc, "", "issuer", "issuanceDate")
	need(c.doc.Get("credentialSubject"), "credentialSubject.", "name")
	evidence := c.doc.Get("evidence")
	if evidence.Len() == 0 {
		out = append(out, Issue{"evidence", "missing"})
	}
	for _, e := range evidence.Items {
		at := e.Path(c.doc) + "."
		switch c.kind {
		case kindVaccination:
			need(e, at, "certificateId", "batch", "vaccine", "manufacturer", "date")
		case kindTest:
			need(e, at, "certificateId", "testType", "disease", "sampleCollectionTimestamp", "result")
		}
		if e.Get("facility").Kind() != jcs.Object {
			out = append(out, Issue{at + "facility", "missing"})
		}
	}
	return out
}
