package divoc

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/internal/jws"
	"github.com/pratique/pratique/internal/rdfc"
)

// credential is an opened certificate.
type credential struct {
	raw       string // certificate.json
	doc       jcs.Value
	kind      string
	version   string // of the context: "1", "2"
	issuer    string
	keyID     string
	suite     string // the type of the proof
	algorithm string
	critical  bool
	signature []byte
	signed    cert.Period
	message   []byte // that was signed
}

// open opens a text in any of its forms.
func open(text string) (*credential, error) {
	raw, err := unpack(trim(text))
	if err != nil {
		return nil, err
	}
	return read(raw)
}

// read reads certificate.json.
func read(raw string) (*credential, error) {
	v, err := jcs.Parse(raw)
	if err != nil {
		return nil, &Error{Step: StepJSON, Err: err}
	}
	if v.Kind() != jcs.Object {
		return nil, &Error{Step: StepJSON, Err: jcs.ErrSyntax}
	}
	c := &credential{raw: raw, doc: v}
	head, err := c.proof(v.Get("proof"))
	if err != nil {
		return nil, err
	}
	if err := c.contexts(v.Get("@context")); err != nil {
		return nil, err
	}
	if err := c.claims(); err != nil {
		return nil, err
	}
	return c, c.hash(head)
}

// proof reads the proof. It returns the first part of its signature.
func (c *credential) proof(p jcs.Value) (head string, err error) {
	var purpose, compact string
	ok := p.Kind() == jcs.Object
	for _, m := range []struct {
		name string
		to   *string
	}{{"type", &c.suite}, {"verificationMethod", &c.keyID}, {"proofPurpose", &purpose}, {"jws", &compact}} {
		var isText bool
		*m.to, isText = p.Get(m.name).Text()
		ok = ok && isText
	}
	if !ok || purpose != "assertionMethod" || c.keyID == "" || len(c.keyID) > maxName {
		return "", &Error{Step: StepSignature, Err: ErrProof}
	}
	head, sig, ok := strings.Cut(compact, "..")
	if !ok || len(head) > jws.MaxHeader {
		return "", &Error{Step: StepSignature, Err: jws.ErrParts}
	}
	if c.signature, err = jws.Decode(sig); err != nil {
		return "", &Error{Step: StepSignature, Err: err}
	}
	text, err := jws.Decode(head)
	if err != nil {
		return "", &Error{Step: StepHeader, Err: err}
	}
	header, err := jcs.Parse(string(text))
	if err != nil {
		return "", &Error{Step: StepHeader, Err: err}
	}
	return head, c.header(header)
}

// maxName is the length of the longest name of a key or of an issuer, in bytes.
const maxName = 2048

// header reads the header of the signature: alg, b64 and crit, and no more.
func (c *credential) header(h jcs.Value) error {
	critical, b64 := false, true
	for k, v := range h.Members {
		ok := true
		switch k {
		case "alg":
			c.algorithm, ok = v.Text()
		case "b64":
			b64, ok = v.Bool()
		case "crit":
			ok = v.Kind() == jcs.Array
			for _, name := range v.Items {
				s, isText := name.Text()
				ok = ok && isText
				critical = critical || s == "b64"
				c.critical = c.critical || s != "b64"
			}
		default:
			ok = c.critical // it may be what is critical
		}
		if !ok {
			return &Error{Step: StepHeader, Err: ErrMember}
		}
	}
	switch {
	case h.Kind() != jcs.Object:
		return &Error{Step: StepHeader, Err: jws.ErrHeader}
	case b64 || !critical:
		return &Error{Step: StepHeader, Err: ErrDetached}
	case c.algorithm == "":
		c.algorithm = "none"
	case len(c.algorithm) > 16 || strings.Trim(c.algorithm, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-+") != "":
		c.algorithm = "unknown"
	}
	return nil
}

// contexts reads which contexts the document names: that of credentials first,
// then one of DIVOC, and perhaps those of the security vocabulary.
func (c *credential) contexts(v jcs.Value) error {
	urls := make([]string, 0, 4)
	for _, u := range v.Items {
		s, ok := u.Text()
		if !ok {
			return &Error{Step: StepCover, Err: ErrContext} // it stands in the document, and may mean anything
		}
		urls = append(urls, s)
	}
	for _, u := range urls {
		switch {
		case u == rdfc.Credentials || u == rdfc.SecurityV1 || u == rdfc.SecurityV2:
		case u == rdfc.Vaccination || u == rdfc.TestResult:
			c.version = "1"
		case u == rdfc.VaccinationV2 || slices.Contains(rdfc.National(), u):
			c.version = "2"
		default:
			return &Error{Step: StepContext, Err: ErrContext, Context: printable(u)}
		}
	}
	if len(urls) < 2 || urls[0] != rdfc.Credentials || c.version == "" {
		return &Error{Step: StepClaims, Err: ErrShape}
	}
	return nil
}

// printable shortens an address for an error text, and takes out what is no
// printable ASCII.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return '?'
		}
		return r
	}, s[:min(len(s), 200)])
}

// kinds are the types of credentials, and those of their evidence.
var kinds = []struct{ kind, credential, evidence string }{
	{kindVaccination, "ProofOfVaccinationCredential", "Vaccination"},
	{kindTest, "ProofOfTestCertificateCredential", "TestDetails"},
}

// claims reads what kind of credential it is, who issued it and when.
func (c *credential) claims() error {
	types := texts(c.doc.Get("type"))
	if !slices.Contains(types, "VerifiableCredential") {
		return &Error{Step: StepClaims, Err: ErrShape}
	}
	c.kind = kindUnknown
	for _, k := range kinds {
		if slices.Contains(types, k.credential) {
			c.kind = k.kind
		}
	}
	ok := false
	if c.issuer, ok = c.doc.Get("issuer").Text(); !ok || !isAddress(c.issuer) {
		return &Error{Step: StepClaims, Err: ErrIssuer}
	}
	issued, ok := date(c.doc.Get("issuanceDate"))
	if !ok || issued.IsZero() {
		return &Error{Step: StepClaims, Err: ErrTime}
	}
	c.signed = cert.Period{Issued: issued, From: issued}
	if c.signed.Until, ok = date(c.doc.Get("expirationDate")); !ok {
		return &Error{Step: StepClaims, Err: ErrTime}
	}
	return c.shape()
}

// texts returns the texts of an array, or the one that a value is.
func texts(v jcs.Value) []string {
	var out []string
	for _, item := range v.Items {
		s, _ := item.Text()
		out = append(out, s)
	}
	if s, ok := v.Text(); ok {
		out = append(out, s)
	}
	return out
}

// date reads a moment; the zero time of nothing is one.
func date(v jcs.Value) (time.Time, bool) {
	if v.Kind() == jcs.None {
		return time.Time{}, true
	}
	s, _ := v.Text()
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}

// isAddress reports whether s is an absolute address that JSON-LD leaves as it
// is: with a scheme and, so that no prefix of a context can stand in its place,
// two slashes, or a DID.
func isAddress(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	return ok && (strings.HasPrefix(rest, "//") && len(rest) > 2 && scheme != "" || scheme == "did" && rest != "") && len(s) <= maxName && printable(s) == s
}

// shape checks that every part stands in the one place where DIVOC writes it,
// so that the tree says what the statements say (see the package doc).
func (c *credential) shape() error {
	ids := map[string]bool{c.issuer: true}
	bad := &Error{Step: StepClaims, Err: ErrShape}
	for k, v := range c.doc.Members {
		switch k {
		case "@context", "proof", "issuer":
			continue
		case "type":
			if v.Kind() == jcs.String || plainTexts(v) {
				continue
			}
			return bad
		case "evidence":
			for _, e := range v.Items {
				if e.Kind() != jcs.Object || !plain(e, ids, 0) {
					return bad
				}
			}
			if v.Len() > MaxEvidence {
				return &Error{Step: StepPayload, Err: ErrEvidence}
			}
			if v.Kind() == jcs.Array {
				continue
			}
		}
		if !word(k) || k == "id" && !unique(v, ids) || !plain(v, ids, 1) {
			return bad
		}
	}
	if c.doc.Get("credentialSubject").Kind() != jcs.Object || c.doc.Get("evidence").Kind() != jcs.Array {
		return bad
	}
	return nil
}

// word reports whether the name of a member is a word of a context, and neither
// a keyword nor an IRI.
func word(name string) bool { return name != "" && !strings.ContainsAny(name, ":@") }

// plain reports whether a value is a text, a number, a boolean, or an object of
// such whose name is its own. A type may be an array.
func plain(v jcs.Value, ids map[string]bool, depth int) bool {
	switch v.Kind() {
	case jcs.Array:
		return false
	case jcs.Object:
		if depth > 4 {
			return false
		}
		for k, m := range v.Members {
			switch {
			case k == "type" && m.Kind() == jcs.Array:
				if !plainTexts(m) {
					return false
				}
			case !word(k) || k == "id" && !unique(m, ids) || !plain(m, ids, depth+1):
				return false
			}
		}
	}
	return true
}

func plainTexts(v jcs.Value) bool {
	for _, t := range v.Items {
		if t.Kind() != jcs.String {
			return false
		}
	}
	return v.Kind() == jcs.Array
}

// unique notes the name of a node. It is false for one that another node has,
// and for one of those names that a writer may choose freely.
func unique(v jcs.Value, ids map[string]bool) bool {
	s, ok := v.Text()
	if !ok || ids[s] || strings.HasPrefix(s, "_:") {
		return false
	}
	ids[s] = true
	return true
}

// hash finds what was signed.
func (c *credential) hash(head string) error {
	document, _ := tree(c.doc).(map[string]any)
	options, _ := document["proof"].(map[string]any)
	delete(document, "proof")
	delete(options, "jws")
	options["@context"] = rdfc.SecurityV2
	first, err := canonical(options)
	if err != nil {
		return err
	}
	second, err := canonical(document)
	if err != nil {
		return err
	}
	c.message = slices.Concat([]byte(head+"."), first[:], second[:])
	return nil
}

// canonical returns the hash of a document's statements, which must be all of it.
func canonical(document map[string]any) ([sha256.Size]byte, error) {
	out, err := rdfc.Canonicalize(document)
	switch {
	case errors.Is(err, rdfc.ErrLimit):
		return [sha256.Size]byte{}, &Error{Step: StepCover, Err: rdfc.ErrLimit}
	case err != nil:
		return [sha256.Size]byte{}, &Error{Step: StepCover, Err: ErrLinked}
	case len(out.Dropped) > 0:
		return [sha256.Size]byte{}, &Error{Step: StepCover, Err: ErrUncovered}
	}
	return out.Hash(), nil
}

// tree returns a value as package rdfc takes it.
func tree(v jcs.Value) any {
	switch v.Kind() {
	case jcs.Object:
		m := make(map[string]any, v.Len())
		for k, x := range v.Members {
			m[k] = tree(x)
		}
		return m
	case jcs.Array:
		list := make([]any, 0, v.Len())
		for _, x := range v.Items {
			list = append(list, tree(x))
		}
		return list
	case jcs.String:
		s, _ := v.Text()
		return s
	case jcs.Number:
		return json.Number(v.Raw())
	case jcs.Bool:
		b, _ := v.Bool()
		return b
	}
	return nil
}
