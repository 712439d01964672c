package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/format/divoc"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/vectors"
)

// formats is what the operations of the formats beside HC1 work on: the same
// certificates, as cards and as seals.
type formats struct {
	cards           shc.Issuer
	seals           vds.Issuer
	certificates    []*cert.Certificate // as a seal has room for them
	cardKeys        *trust.Keys
	signers, csca   *trust.Keys
	onCards, sealed []string

	archive    string // a DIVOC certificate of our vectors: none is issued here
	credential *divoc.Unverified
	registers  *trust.Keys
}

func newFormats(certificates []*cert.Certificate, now time.Time) (formats, error) {
	f := formats{cardKeys: new(trust.Keys), signers: new(trust.Keys), csca: new(trust.Keys)}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return f, err
	}
	id, err := shc.Thumbprint(key.Public())
	if err != nil {
		return f, err
	}
	f.cards = shc.Issuer{Signer: key, URL: "https://health.norland.example/cards", Key: trust.Key{ID: id, Public: key.Public(), Country: "XA", Uses: trust.Uses{Any: true}}}
	f.cardKeys.Add(f.cards.Key)
	if err := f.certify(now); err != nil {
		return f, err
	}
	if err := f.take(); err != nil {
		return f, err
	}
	for _, c := range certificates {
		// A seal has short identifiers, and says when the result was reported.
		short := *c
		t := *c.Events[0].(*cert.Test)
		t.ID, t.ReportedAt = t.ID[len(t.ID)-12:], t.SampledAt.Add(time.Hour)
		short.Events = []cert.Event{&t}
		f.certificates = append(f.certificates, &short)
		card, err := f.cards.Issue(c, rand.Reader)
		if err != nil {
			return f, err
		}
		if card, err = shc.Numeric(card); err != nil {
			return f, err
		}
		seal, err := f.seals.Issue(&short, rand.Reader)
		if err != nil {
			return f, err
		}
		f.onCards, f.sealed = append(f.onCards, card), append(f.sealed, seal)
	}
	return f, nil
}

// take takes a DIVOC certificate in its archive, and the keys of its register.
func (f *formats) take() error {
	v, err := vectors.Load("formats")
	if err != nil {
		return err
	}
	l, err := lists.Read("norland-formats.txt", []byte(v.Files["norland-formats.txt"]))
	if err != nil {
		return err
	}
	f.registers = l.Set()
	for _, c := range v.Cases {
		if format.Identify(c.Text) == format.DIVOC && c.Want.Verdict == "green" {
			f.archive = c.Text
			f.credential, err = divoc.Read(c.Text)
			return err
		}
	}
	return errors.New("no DIVOC certificate in the vectors")
}

// certify makes an authority and a signer of seals.
func (f *formats) certify(now time.Time) error {
	ca, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	top := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Country: []string{"XA"}, CommonName: "CSCA"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(5, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, SubjectKeyId: []byte("twenty bytes of a key"),
	}
	der, err := x509.CreateCertificate(rand.Reader, top, top, ca.Public(), ca)
	if err != nil {
		return err
	}
	authority, err := lists.Authority(der)
	if err != nil {
		return err
	}
	f.csca.Add(authority)
	purpose, err := asn1.Marshal([]asn1.ObjectIdentifier{{2, 23, 136, 1, 1, 14, 2}})
	if err != nil {
		return err
	}
	der, err = x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{Country: []string{"XA"}, CommonName: "Signer"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(2, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, AuthorityKeyId: top.SubjectKeyId,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: purpose}},
	}, top, key.Public(), ca)
	if err != nil {
		return err
	}
	signer, err := lists.FromCertificate(der)
	if err != nil {
		return err
	}
	f.signers.Add(signer)
	f.seals = vds.Issuer{Signer: key, Key: signer, Country: "XAA"}
	return nil
}

// operation returns what is done once for a name, or nil if it is none of these.
func (f *formats) operation(name string, b *bench) func(n int) error {
	open := func(text string, keys *trust.Keys) error {
		u, err := format.Read(text)
		if err != nil {
			return err
		}
		_, err = u.Verify(keys)
		return err
	}
	switch name {
	case "verify-shc":
		return func(n int) error { return open(f.onCards[n%codes], f.cardKeys) }
	case "issue-shc":
		return func(n int) error { _, err := f.cards.Issue(b.certificates[n%codes], rand.Reader); return err }
	case "verify-vds":
		return func(n int) error { return open(f.sealed[n%codes], f.signers) }
	case "verify-csca":
		return func(n int) error { return open(f.sealed[n%codes], f.csca) }
	case "verify-divoc":
		return func(int) error { _, err := f.credential.Verify(f.registers); return err }
	case "read-divoc":
		return func(int) error { _, err := divoc.Read(f.archive); return err }
	case "issue-vds":
		return func(n int) error { _, err := f.seals.Issue(f.certificates[n%codes], rand.Reader); return err }
	}
	return nil
}
