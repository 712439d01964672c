package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/internal/base45"
	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/internal/qr/scan"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
)

// operationTable names the operations in the order in which they are printed.
// What each does is found in bench.operation.
var operationTable = []operation{
	{name: "raw-verify", what: "ECDSA P-256: check a signature, raw"},
	{name: "verify", what: "HC1: from text to verified certificate", beside: "raw-verify"},
	{name: "raw-verify-all", what: "ECDSA P-256: check, all processors", beside: "raw-verify", every: true},
	{name: "verify-all", what: "HC1: verify, all processors", beside: "verify", every: true},
	{name: "read", what: "HC1: open without verifying", beside: "raw-verify"},
	{name: "check", what: "the whole verdict, with rules and changes", beside: "raw-verify"},
	{name: "raw-sign", what: "ECDSA P-256: sign, raw"},
	{name: "issue", what: "HC1: from certificate to text", beside: "raw-sign"},
	{name: "raw-verify-rsa", what: "RSA-PSS 2048: check a signature, raw"},
	{name: "verify-ps256", what: "HC1 signed with PS256: verify", beside: "raw-verify-rsa"},
	{name: "raw-sign-rsa", what: "RSA-PSS 2048: sign, raw"},
	{name: "issue-ps256", what: "HC1 signed with PS256: issue", beside: "raw-sign-rsa"},
	{name: "verify-shc", what: "health card: from text to verified", beside: "raw-verify"},
	{name: "issue-shc", what: "health card: from certificate to text", beside: "raw-sign"},
	{name: "verify-vds", what: "seal of a known signer: verify", beside: "raw-verify"},
	{name: "verify-csca", what: "seal of a known authority: verify", beside: "raw-verify"},
	{name: "issue-vds", what: "seal: from certificate to text", beside: "raw-sign"},
	{name: "verify-divoc", what: "DIVOC, canonicalised already: verify", beside: "raw-verify-rsa"},
	{name: "read-divoc", what: "DIVOC: unpack and canonicalise"},
	{name: "sim", what: "epidemic: 10,000 agent-days, no app", beside: "raw-verify"},
	{name: "sim-traced", what: "epidemic: 10,000 agent-days, traced", beside: "raw-verify"},
	{name: "rules", what: "Sudmark's rules on a certificate"},
	{name: "base45", what: "base45: decode a code of this length"},
	{name: "names", what: "compare a name with a passport's"},
	{name: "draw", what: "QR: draw a code as PNG"},
	{name: "scan", what: "QR: find and read a code in a picture"},
}

func operationNames() []string {
	var names []string
	for _, o := range operationTable {
		names = append(names, o.name)
	}
	return names
}

// codes is how many different codes the operations go through by turns.
const codes = 64

// bench is what the operations work on, made once.
type bench struct {
	now          time.Time
	ec, rsa      hc1.Issuer
	others       formats
	known        *trust.Keys
	certificates []*cert.Certificate
	texts, wide  []string   // codes signed with ES256, PS256
	digests      [][32]byte // as many as codes, and signatures of them
	ecSigs       [][]byte
	rsaSigs      [][]byte
	world        *verify.World
	question     verify.Question
	sudmark      *rules.Set
	symbol       *qr.Symbol
	packed       []byte
}

// operations returns those named, each after the one that it is compared with;
// all if none is named.
func operations(now time.Time, names []string) ([]operation, error) {
	b, err := newBench(now)
	if err != nil {
		return nil, fmt.Errorf("preparing to measure: %w", err)
	}
	wanted := slices.Clone(names)
	for _, o := range operationTable {
		if slices.Contains(names, o.name) {
			wanted = append(wanted, o.beside)
		}
	}
	var ops []operation
	for _, o := range operationTable {
		if len(names) == 0 || slices.Contains(wanted, o.name) {
			o.run = b.operation(o.name)
			ops = append(ops, o)
		}
	}
	return ops, nil
}

func newBench(now time.Time) (*bench, error) {
	b := &bench{now: now, known: new(trust.Keys)}
	o := keys.Options{Country: "XA", Demo: true, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(2, 0, 0)}
	var err error
	for range 256 { // a list as long as those of the field
		if b.ec, err = b.newIssuer(o); err != nil {
			return nil, err
		}
	}
	o.Algorithm = keys.PS256
	if b.rsa, err = b.newIssuer(o); err != nil {
		return nil, err
	}
	for n := range codes {
		c := b.certificate(n)
		b.certificates = append(b.certificates, c)
		text, err := b.ec.Issue(c, rand.Reader)
		if err != nil {
			return nil, err
		}
		wide, err := b.rsa.Issue(c, rand.Reader)
		if err != nil {
			return nil, err
		}
		b.texts, b.wide = append(b.texts, text), append(b.wide, wide)
		digest := sha256.Sum256([]byte(text))
		ecSig, err := b.ec.Signer.Sign(rand.Reader, digest[:], crypto.SHA256)
		if err != nil {
			return nil, err
		}
		rsaSig, err := b.rsa.Signer.Sign(rand.Reader, digest[:], pss)
		if err != nil {
			return nil, err
		}
		b.digests, b.ecSigs, b.rsaSigs = append(b.digests, digest), append(b.ecSigs, ecSig), append(b.rsaSigs, rsaSig)
	}
	if b.others, err = newFormats(b.certificates, now); err != nil {
		return nil, err
	}
	if b.sudmark, err = rules.Pack("sudmark"); err != nil {
		return nil, err
	}
	b.world = &verify.World{Keys: b.known, Rules: []*rules.Set{b.sudmark}, Recognitions: trust.Recognitions{{
		By: "XB", Of: "XA", Uses: trust.Uses{Any: true}, Until: now.AddDate(1, 0, 0),
	}}}
	b.question = verify.Question{Trip: verify.Direct("XA", nil, "XB", now), At: now}
	if b.symbol, err = qr.Encode(b.texts[0], qr.Q); err != nil {
		return nil, err
	}
	b.packed, err = base45.AppendDecode(nil, b.texts[0][len("HC1:"):])
	return b, err
}

// newIssuer makes an issuer whose key is known.
func (b *bench) newIssuer(o keys.Options) (hc1.Issuer, error) {
	k, err := keys.New(o, rand.Reader)
	if err != nil {
		return hc1.Issuer{}, err
	}
	b.known.Add(k.Public())
	return hc1.Issuer{Signer: k.Signer, Key: k.Public()}, nil
}

// certificate is a negative test of today, like those of the field.
func (b *bench) certificate(n int) *cert.Certificate {
	return &cert.Certificate{
		Signed: cert.Period{Issued: b.now.Add(-time.Hour), Until: b.now.AddDate(1, 0, 0)},
		Subject: cert.Person{
			Names:     []cert.Name{{Family: "Eriksson", Given: "Anna Maria", FamilyICAO: "ERIKSSON", GivenICAO: "ANNA<MARIA"}},
			BirthDate: cert.Date{Year: 1974, Month: 8, Day: 12},
		},
		Events: []cert.Event{&cert.Test{
			Statement: cert.Statement{
				ID: fmt.Sprintf("URN:UVCI:01:XA:%026d", n), Disease: source(cert.COVID19), Country: "XA", Authority: "Norland Institute of Health",
			},
			Method: cert.NucleicAcid, Result: cert.NotDetected, SampledAt: b.now.Add(-8 * time.Hour),
			Laboratory: cert.Facility{Name: "Norland Institute of Health, Laboratory 7"},
		}},
	}
}

var pss = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}

var errWrong = fmt.Errorf("a wrong answer")

func sure(ok bool) error {
	if !ok {
		return errWrong
	}
	return nil
}

// operation returns what is done once for a name.
func (b *bench) operation(name string) func(n int) error {
	ec := b.ec.Key.Public.(*ecdsa.PublicKey)
	wide := b.rsa.Key.Public.(*rsa.PublicKey)
	if run := b.others.operation(name, b); run != nil {
		return run
	}
	switch name {
	case "raw-verify", "raw-verify-all":
		return func(n int) error { return sure(ecdsa.VerifyASN1(ec, b.digests[n%codes][:], b.ecSigs[n%codes])) }
	case "verify", "verify-all":
		return func(n int) error { return b.verify(b.texts[n%codes]) }
	case "verify-ps256":
		return func(n int) error { return b.verify(b.wide[n%codes]) }
	case "read":
		return func(n int) error { _, err := hc1.Read(b.texts[n%codes]); return err }
	case "check":
		return func(n int) error {
			return sure(verify.Check(b.world, b.texts[n%codes], b.question).Verdict == verify.Green)
		}
	case "raw-sign":
		return func(n int) error {
			_, err := b.ec.Signer.Sign(rand.Reader, b.digests[n%codes][:], crypto.SHA256)
			return err
		}
	case "issue":
		return func(n int) error { _, err := b.ec.Issue(b.certificates[n%codes], rand.Reader); return err }
	case "raw-verify-rsa":
		return func(n int) error {
			return rsa.VerifyPSS(wide, crypto.SHA256, b.digests[n%codes][:], b.rsaSigs[n%codes], pss)
		}
	case "raw-sign-rsa":
		return func(n int) error { _, err := b.rsa.Signer.Sign(rand.Reader, b.digests[n%codes][:], pss); return err }
	case "issue-ps256":
		return func(n int) error { _, err := b.rsa.Issue(b.certificates[n%codes], rand.Reader); return err }
	case "sim":
		return simulated("oxford-2021-plain")
	case "sim-traced":
		return simulated("oxford-scenario-3")
	case "rules":
		return func(n int) error {
			return sure(b.sudmark.Evaluate(b.certificates[n%codes], rules.Trip{From: "XA"}, b.now).Answer == rules.Met)
		}
	case "base45":
		room := base45.EncodedLen(len(b.packed))
		return func(int) error {
			_, err := base45.AppendDecode(make([]byte, 0, base45.DecodedLen(room)), b.texts[0][len("HC1:"):])
			return err
		}
	case "names":
		held, shown := mrz.Name{FamilyICAO: "MUELLER", GivenICAO: "JOSE<LUIS"}, mrz.Name{Family: "Müller", Given: "José Luis"}
		return func(int) error { return sure(mrz.Match(held, shown).Class >= mrz.Variant) }
	case "draw":
		return func(int) error {
			s, err := qr.Encode(b.texts[0], qr.Q)
			if err != nil {
				return err
			}
			return sure(len(s.PNG(qr.Style{})) > 0)
		}
	}
	img := b.symbol.Image(5) // scan
	return func(int) error {
		found, err := scan.Read(img)
		if err != nil {
			return err
		}
		return sure(len(found) == 1 && found[0].Text == b.texts[0])
	}
}

// verify goes from text to certificate: the signature, the key, and the times.
func (b *bench) verify(text string) error {
	u, err := hc1.Read(text)
	if err != nil {
		return err
	}
	s, err := u.Verify(b.known)
	if err != nil {
		return err
	}
	p := s.Certificate.Signed
	return sure(!b.now.Before(p.Issued) && b.now.Before(p.Until) && s.Key.InForce(p.Issued) &&
		s.Key.Uses.Allows(trust.UseFor(s.Certificate.Events[0].Kind())))
}
