// Package lists answers one question: which keys, recognitions and authorities
// does this file state, and what of it could not be taken, and why?
//
// [Read] takes the lists that countries and networks really publish and gives
// one [List]. Nothing is lost without a word: an entry that gives no key is in
// [List.Skipped] with its reason, and what is odd about the file as a whole, or
// about an entry that was taken all the same, is in [List.Problems]. One
// unreadable entry never loses the rest.
//
// A list is believed as far as it is proven. [Read] checks the signature of a
// list under the keys that the caller pins; a list that no pinned key verifies
// is read all the same and says so (not_proven), for the caller to decide.
//
// # What is read
//
//	X.509 certificates   in DER, in base64, or several in PEM
//	pratique-trust/1.0   our own text, which a ministry can write by hand; see [Text]
//	WHO                  the DID documents of the GDHCN trust list, versions 1 and 2
//	gateway              the EU gateway's trust list: an array of {kid, country,
//	                     certificateType, rawData, thumbprint ...} (dgc-gateway, GET /trustList)
//	Germany              a line with a signature, then {"certificates": [the same]}
//	                     (Digitaler-Impfnachweis, DSC TrustList Update API)
//	Switzerland          {"certs": [{keyId, use, alg, crv, x, y, n, e}]}
//	                     (admin-ch/CovidCertificate-App-Verifier-Service)
//	Netherlands          {"eu_keys": {keyId: [{subjectPk, keyUsage}]}}
//	Norway, United Kingdom  an array of {kid, publicKey}
//	Sweden               {"dsc_trust_list": {country: {"keys": [{kid, x5c}]}}}
//	                     (DIGG, DSC Trust List format specification 1.0)
//	JWKS                 the P-256 keys of a SMART Health Cards issuer, with
//	                     certificates (x5c) or without
//	ICAO master list     authorities (CSCA) that an office collected and signed
//	                     (Doc 9303-12, CMS in DER); pin the key of its
//	                     signer, or of the authority that certified it
//	VCI                  a snapshot of the directory of SMART Health Cards
//	                     issuers: {"issuerInfo": [{issuer, keys}]}; and its
//	                     {"issuer_metadata": [{canonical_iss, locations}]}, which
//	                     says in which country they are, see [Locate]
//
// The shapes of the national lists are those that public verifiers read
// (panzi/verify-ehc). Those that were published inside a JSON Web Token are
// read as their payload.
//
// # What is taken
//
// Only keys that sign certificates, and the authorities (CSCA) that the caller
// gives as certificates, by which the signers of ICAO seals are trusted
// (trust.SealAuthority). Authorities that a list names (SCA, CSCA) are in
// [List.Issuers], and vouch for nobody's seals; upload, transport and encryption keys are skipped. RSA
// keys of less than 2048 or more than 4096 bits are skipped, because
// verification refuses them. Expired keys are taken: whether they count is the
// relying country's policy ([trust.Policy]). Keys of test jurisdictions, and all
// keys of WHO's development and acceptance lists, are demo keys.
//
// A certificate's key identifier is computed from it; where a list of another
// kind than our own states another, the computed one stands, because it is the
// one that codes name. Of a SMART Health Cards key it is the thumbprint, decoded.
//
// # WHO's lists
//
// The key is taken from the certificate (x5c), because four of five JWKs have
// coordinates of a wrong length or none of the curve names; both must be the
// same key. Country, domain and use are read from the identifier of the entry,
// which is what the signature binds to the key, and must agree with the codes
// beside it. Of a proven list, only entries that the signature really covers are
// taken: JSON-LD leaves out what it has no word for, so that entries could be
// added to a signed list unseen. References are not followed.
//
// # Limits
//
// 32 MiB, 100,000 entries, 64 KiB a certificate.
package lists

import (
	"cmp"
	"crypto"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pratique/pratique/trust"
)

// Limits of a file.
const (
	MaxSize    = 32 << 20 // bytes
	MaxEntries = 100_000
)

var (
	// ErrUnknownKind means that the file is no list of a kind that is read.
	ErrUnknownKind = errors.New("no list of a known kind")
	// ErrTooLarge means that the file has more bytes or entries than allowed.
	ErrTooLarge = errors.New("list is too large")
	// ErrVersion means that the file is of a kind that is read, in a version that is not.
	ErrVersion = errors.New("unknown version")
)

// Kind is the kind of a file.
type Kind string

// The kinds that are read.
const (
	Certificates Kind = "certificates" // X.509, in PEM or DER
	Own          Kind = "pratique-trust"
	WHO          Kind = "who"
	Gateway      Kind = "gateway" // the EU gateway's, Germany's too
	National     Kind = "national"
	JWKS         Kind = "jwks"
	VCI          Kind = "vci"          // a snapshot of the directory
	VCIMetadata  Kind = "vci-metadata" // where its issuers are
	MasterList   Kind = "icao-master"  // authorities that an office collected
)

// List is what a file states.
type List struct {
	Kind         Kind
	Name         string    // as the caller named the file, or as the file names itself
	Jurisdiction string    // who states it; only of our own text
	Issued       time.Time // zero: not stated
	Until        time.Time // zero: not stated; the caller judges a list that has ended
	Keys         []trust.Key
	Recognitions trust.Recognitions
	Issuers      []Issuer
	Countries    map[string]string // of issuers of SMART Health Cards; see [Locate]
	Canonical    map[string]string // issuers that stand under another name in Countries
	Skipped      []Skipped
	Problems     []Problem
	Proven       []string // the identifiers of the pinned keys that verify the list's signature; see package signed. Empty: not proven
}

// Issuer is an authority that issues signers' certificates. It signs no health certificate.
type Issuer struct {
	Country string
	DER     []byte
}

// Skipped is an entry that gave no key.
type Skipped struct {
	Entry   string // where it stands: "verificationMethod 17", "certificate 2"
	Country string // as the list states it, if it does
	KeyID   string // base64, as the list states it, if it does
	Why     string // in plain words
}

// Problem is something that is odd about a file, or about an entry that was taken all the same.
type Problem struct {
	Code  string // see the constants
	Entry string // where; empty: the whole file
	Text  string // in plain words
}

// The codes of problems.
const (
	NotSigned     = "not_signed"     // the file bears no signature
	NotProven     = "not_proven"     // it bears one, which no pinned key verifies
	NoKeys        = "no_keys"        // no entry gave a key
	NotCovered    = "not_covered"    // a part that the list's signature leaves out
	OtherID       = "other_id"       // the list states another identifier than the certificate has
	OtherCountry  = "other_country"  // the list states another country than the certificate
	NoCountry     = "no_country"     // keys whose country nobody states
	NoIssuer      = "no_issuer"      // keys of a key set that are bound to no issuer
	Environment   = "environment"    // a development or acceptance list: demo keys
	Coordinates   = "coordinates"    // JWKs that are not as RFC 7518 says
	WiderThanKey  = "wider_than_key" // a text entitles a key to more than its certificate does
	UnknownWord   = "unknown_word"   // a word that this build does not know, or a misspelling
	AlsoAuthority = "also_authority" // a signer whose certificate may issue others
	SecretKey     = "secret_key"     // a secret key stands in the file
	NewerVersion  = "newer_version"  // parts of a later minor version were left out
)

func (l *List) problem(code, entry, format string, args ...any) {
	l.Problems = append(l.Problems, Problem{code, entry, fmt.Sprintf(format, args...)})
}

func (l *List) skip(entry, country, id string, why error) {
	l.Skipped = append(l.Skipped, Skipped{entry, country, id, why.Error()})
}

// Set returns the keys as a set to verify with.
func (l List) Set() *trust.Keys {
	s := new(trust.Keys)
	for _, k := range l.Keys {
		s.Add(k)
	}
	return s
}

// Read reads a file of any kind. Name is what the keys will state as their
// source, for example the file's name. Pinned keys (Ed25519 or P-256) are those
// under which a list's own signature counts as proof.
func Read(name string, data []byte, pinned ...crypto.PublicKey) (List, error) {
	if len(data) > MaxSize {
		return List{}, fmt.Errorf("reading list: %w: more than %d bytes", ErrTooLarge, MaxSize)
	}
	l := List{Name: name}
	if err := l.read(data, pinned); err != nil {
		return List{}, fmt.Errorf("reading list: %w", err)
	}
	l.finish()
	return l, nil
}

// ReadDetached is Read for a list whose signature stands in a file of its own,
// as "openssl dgst -sign" writes it: Ed25519, or ECDSA in DER over the SHA-256,
// SHA-384 or SHA-512 that is as wide as the curve. The snapshot of the VCI
// directory is signed so (vci_snapshot.sig), with a key on P-521.
func ReadDetached(name string, data, signature []byte, pinned ...crypto.PublicKey) (List, error) {
	l, err := Read(name, data)
	if err != nil {
		return List{}, err
	}
	l.Problems = slices.DeleteFunc(l.Problems, func(p Problem) bool { return p.Code == NotSigned || p.Code == NotProven })
	if err := l.proof(pinned, func(k crypto.PublicKey) bool { return verifyDetached(k, data, signature) }); err != nil {
		return List{}, fmt.Errorf("reading list: %w", err)
	}
	return l, nil
}

// finish marks the keys with their source and says what is odd about all of them.
func (l *List) finish() {
	l.Name = cmp.Or(l.Name, string(l.Kind))
	nameless, unbound := 0, 0
	for i := range l.Keys {
		k := &l.Keys[i]
		k.Source = l.Name
		k.Demo = k.Demo || TestCode(k.Country)
		if k.Country == "" {
			nameless++
		}
		if l.Kind == JWKS && k.Issuer == "" {
			unbound++
		}
	}
	if nameless > 0 {
		l.problem(NoCountry, "", "%d keys name no country: no recognition of one country covers them", nameless)
	}
	if unbound > 0 {
		l.problem(NoIssuer, "", "%d keys are bound to no issuer: each may sign for any", unbound)
	}
	if len(l.Keys) == 0 && len(l.Countries) == 0 && l.Kind != Own {
		l.problem(NoKeys, "", "no entry gave a key")
	}
	for i, s := range l.Skipped { // as one prints it, whatever the list says
		l.Skipped[i] = Skipped{printable(s.Entry), printable(s.Country), printable(s.KeyID), printable(s.Why)}
	}
	for i, p := range l.Problems {
		l.Problems[i] = Problem{p.Code, printable(p.Entry), printable(p.Text)}
	}
}

// base64ID writes a key identifier as one prints it.
func base64ID(id string) string { return base64.StdEncoding.EncodeToString([]byte(id)) }

// printable cuts what a list states to what a report can print.
func printable(s string) string {
	b := []byte(s)
	if len(b) > 300 {
		b = b[:300]
	}
	for i, c := range b {
		if c < ' ' || c > '~' {
			b[i] = '?'
		}
	}
	return string(b)
}
