package main

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/vectors"
)

var (
	healthCards = cardKey("Norland health cards")
	provider    = cardKey("Norland service provider of two clinics")
	cardsOfTest = cardKey("Norland health cards, tests only")

	passports   = newAuthority("Norland CSCA", "Norland CSCA")
	sealSigner  = passports.certifies("Norland seals", sealPurpose, forTests)
	doseSigner  = passports.certifies("Norland seals of doses", sealPurpose, forDoses)
	bareSigner  = passports.certifies("Norland barcodes", forTests)
	otherSigner = newAuthority("Nobody CSCA", "Nobody CSCA").certifies("seals of nobody", sealPurpose, forTests)
	// names the authority of Norland as its issuer, and was signed by another
	forgedSigner = newAuthority("Norland CSCA", "a thief").certifies("seals of a thief", sealPurpose, forTests)
)

// formatKeys are the keys that Norland publishes beside those of its HC1 codes.
func formatKeys() []lists.Entry {
	csca := passports.certificate()
	return []lists.Entry{
		forIssuer(keyEntry(healthCards, trust.Uses{Any: true}, begins, ends), issuerURL),
		forIssuer(keyEntry(provider, trust.Uses{Any: true}, begins, ends), clinicURL+"/1"),
		forIssuer(keyEntry(provider, trust.Uses{Any: true}, begins, ends), clinicURL+"/2"),
		keyEntry(cardsOfTest, trust.Uses{Of: []trust.Use{trust.Test}}, begins, ends),
		{Comment: []string{"# DEMO: the authority of the seals' signers"}, Key: &trust.Key{
			ID: string(csca.SubjectKeyId), Public: csca.PublicKey, Country: "XA", Uses: trust.Uses{Of: []trust.Use{"seal_authority"}},
			DER: csca.Raw, NotBefore: csca.NotBefore, NotAfter: csca.NotAfter,
		}},
	}
}

const clinicURL = "https://provider.norland.example/clinic"

// forIssuer binds a key to an issuer.
func forIssuer(e lists.Entry, url string) lists.Entry {
	e.Key.Issuer = url
	return e
}

// keySet is the key set that the issuer of the health cards publishes.
func keySet() string {
	x, y := coordinates(healthCards)
	return `{"keys":[{"kty":"EC","kid":"` + b64([]byte(healthCards.id)) + `","use":"sig","alg":"ES256","crv":"P-256","x":"` + x + `","y":"` + y + `"}]}` + "\n"
}

func formatsFile() vectors.File {
	l := &list{world: "both"}
	l.add("a negative nucleic acid test on a SMART Health Card, in digits", "plain", "valid", "green", "accepted", digits(aCard(nil)), checks(
		"signature", "pass", "key_use", "pass", "in_force", "pass", "schema", "pass", "unrevoked", "pass", "recognised", "pass", "rules", "pass"))
	l.add("the same as a compact JWS", "plain", "valid", "green", "accepted", aCard(nil))
	l.add("the same as a file", "plain", "valid", "green", "accepted", `{"verifiableCredential":["`+aCard(nil)+`"]}`)
	l.add("a negative nucleic acid test under an ICAO seal", "plain", "valid", "green", "accepted", aSeal(nil), name("AASA LINDQVIST OERN"), checks(
		"signature", "pass", "key_use", "pass", "in_force", "pass", "schema", "pass", "unrevoked", "pass", "recognised", "pass", "rules", "pass"))
	l.at(10)
	cardTextCases(l)
	l.at(40)
	cardCases(l)
	l.at(80)
	severalCases(l)
	l.at(100)
	sealCases(l)
	l.at(150)
	revocationCases(l)
	l.at(170)
	whoCases(l)
	l.at(200)
	familyCases(l)
	l.at(230)
	divocCases(l)
	s := newStock()
	s.files["norland-formats.txt"] = trustText("XA", append(formatKeys(), divocKeys()...)...)
	s.files["jwks.json"] = keySet()
	s.files["register.pem"], s.files["register-sudmark.pem"] = publicPEM(immunisation), publicPEM(sudmarkDoses)
	s.files["csca.pem"] = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: passports.der}))
	w := s.worlds["both"]
	w.Files = append(w.Files, "norland-formats.txt")
	s.worlds = map[string]vectors.World{"both": w}
	s.files["cards-withdrawn.txt"] = cardsWithdrawn()
	s.files["signers-revoked.txt"] = signersRevoked()
	w.Files = append(append([]string(nil), w.Files...), "cards-withdrawn.txt", "signers-revoked.txt")
	s.worlds["withdrawn"] = w
	s.files["crl.json"] = `{"kid":"` + b64([]byte(healthCards.id)) + `","method":"rid","ctr":2,"rids":["` + ridGone + `","` + ridOld + fmt.Sprintf(".%d", issued.Unix()) + `","` + ridEarly + fmt.Sprintf(".%d", issued.Unix()+1) + `"]}` + "\n"
	s.files["csca.crl.pem"] = string(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: revocationList()}))
	return vectors.File{
		Format: vectors.Format,
		About:  "The other formats: SMART Health Cards (SMART Health Cards Framework 1.4.0), ICAO visible digital seals (VDS-NC 1.4) and DIVOC certificates (W3C credentials in a zip archive). Keys and authorities are those of a demo, persons invented.",
		Notes:  formatNotes, Files: s.files, Worlds: s.worlds, Cases: l.cases,
	}
}

func cardTextCases(l *list) {
	good := aCard(nil)
	in := digits(good)
	parts := chunks(good, 3)
	otherParts := chunks(aCard(func(c *card) { c.body = claims(cardClaims, lastDose) }), 3)
	l.add("in three codes, out of order", "chunks", "valid", "green", "accepted", parts[2]+"\n"+parts[0]+"\r\n"+parts[1])
	l.add("in three codes, one scanned twice", "chunks", "valid", "green", "accepted", strings.Join(append(parts, parts[1]), "\n"))
	l.add("one of three codes", "chunks", "invalid", "grey", "code_part", parts[1])
	l.add("two of three codes", "chunks", "invalid", "grey", "code_part", parts[2]+"\n"+parts[0])
	l.add("codes of two cards", "chunks", "invalid", "grey", "code_mixed", parts[0]+"\n"+otherParts[0])
	l.add("a part of more than there are", "chunks", "invalid", "grey", "read_text", "shc:/4/3/5676")
	l.add("a file of two cards", "file", "invalid", "grey", "code_several", `{"verifiableCredential":["`+good+`","`+good+`"]}`)
	l.add("a file that names its cards twice", "file", "invalid", "grey", "read_text", `{"verifiableCredential":["`+good+`"],"verifiableCredential":["`+good+`"]}`)
	l.add("a line end after the digits", "line-end", "valid", "green", "accepted", in+"\r\n")
	l.add("the slash is missing", "digits", "invalid", "grey", "read_text", "shc:"+in[5:])
	l.add("an odd digit at the end", "digits", "invalid", "grey", "read_numeric", in+"1")
	l.add("a letter among the digits", "digits", "invalid", "grey", "read_numeric", in[:50]+"O"+in[51:])
	l.add("a pair of digits beyond z", "digits", "invalid", "grey", "read_numeric", in[:50]+"99"+in[52:])
	l.add("cut in the middle", "cut", "invalid", "grey", "read_jws", in[:len(in)/2&^1+1])
	l.add("a space within the JWS", "space", "invalid", "grey", "read_text", good[:40]+" "+good[40:])
	l.add("a space after the JWS", "space", "invalid", "grey", "read_text", good+" ")
	l.add("two parts", "jws", "invalid", "grey", "read_jws", digits(aCard(func(c *card) { c.parts = func(p []string) []string { return p[:2] } })))
	l.add("base64 with padding", "jws", "invalid", "grey", "read_jws", aCard(func(c *card) { c.parts = func(p []string) []string { p[2] += "=="; return p } }))
	l.add("a JSON Web Token of something else", "jws", "invalid", "grey", "not_health_code", "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln")
	l.add("all codes of two cards in one text", "chunks", "invalid", "grey", "code_mixed", strings.Join(append(chunks(good, 3), otherParts...), "\n"))
}

func cardCases(l *list) {
	kid := b64([]byte(healthCards.id))
	header := func(h string) string { return aCard(func(c *card) { c.header = h }) }
	l.add("the header does not say that the payload is compressed", "zip", "invalid", "grey", "read_header", header(`{"alg":"ES256","kid":"%s"}`))
	l.add("not compressed", "zip", "invalid", "grey", "read_deflate", aCard(func(c *card) { c.zip = func(b []byte) []byte { return b } }))
	l.add("zlib instead of raw DEFLATE", "zip", "invalid", "grey", "read_deflate", aCard(func(c *card) { c.zip = func(b []byte) []byte { return deflate(b, 9) } }))
	l.add("a byte after the DEFLATE stream", "zip", "invalid", "grey", "read_deflate", aCard(func(c *card) { c.zip = func(b []byte) []byte { return append(rawDeflate(b), 0) } }))
	l.add("the DEFLATE stream is cut", "zip cut", "invalid", "grey", "read_deflate", aCard(func(c *card) { c.zip = func(b []byte) []byte { z := rawDeflate(b); return z[:len(z)-9] } }))
	l.add("half a megabyte of spaces in a few characters", "bomb", "invalid", "grey", "read_deflate", aCard(func(c *card) { c.body = strings.Repeat(" ", 1<<19) }))
	l.add("no algorithm", "alg", "invalid", "grey", "algorithm_unknown", header(`{"zip":"DEF","kid":"%s"}`))
	l.add("algorithm none", "alg", "invalid", "grey", "algorithm_unknown", header(`{"zip":"DEF","alg":"none","kid":"%s"}`))
	l.add("a MAC under the public key", "alg", "invalid", "grey", "algorithm_unknown", header(`{"zip":"DEF","alg":"HS256","kid":"%s"}`))
	l.add("no key named", "kid", "invalid", "grey", "no_key_named", header(`{"zip":"DEF","alg":"ES256"}`))
	l.add("a key of its own in the header", "kid", "invalid", "grey", "no_key_named", header(`{"zip":"DEF","alg":"ES256","jwk":{"kty":"EC","crv":"P-256"}}`))
	l.add("a key that is on no list", "unknown-key", "invalid", "grey", "signer_unknown", aCard(func(c *card) { c.key = cardKey("on no list") }))
	l.add("another key's signature", "signature", "invalid", "red", "signature_wrong", aCard(func(c *card) {
		c.key = stranger
		c.header = `{"zip":"DEF","alg":"ES256","kid":"` + kid + `"}`
	}))
	l.add("one bit of the signature", "signature", "invalid", "red", "signature_wrong", aCard(func(c *card) { c.sig = func(b []byte) []byte { b[40] ^= 1; return b } }))
	l.add("the payload of another card", "signature", "invalid", "red", "signature_wrong", aCard(func(c *card) {
		c.parts = func(p []string) []string {
			p[1] = strings.Split(aCard(func(c *card) { c.body = claims(cardClaims, lastDose) }), ".")[1]
			return p
		}
	}))
	l.add("a signature in DER", "der", "invalid", "grey", "read_signature", aCard(func(c *card) {
		c.parts = func(p []string) []string { p[2] = b64(c.key.der([]byte(p[0] + "." + p[1]))); return p }
	}))
	l.add("half a signature", "signature cut", "invalid", "grey", "read_signature", aCard(func(c *card) { c.sig = func(b []byte) []byte { return b[:32] } }))
	l.add("a header marked critical", "crit", "invalid", "grey", "critical_unknown", header(`{"zip":"DEF","alg":"ES256","kid":"%s","crit":["b64"],"b64":true}`))
	l.add("a member of the header twice", "duplicate", "invalid", "grey", "read_jws", header(`{"zip":"DEF","alg":"ES256","alg":"ES256","kid":"%s"}`))
	body := func(b string) string { return aCard(func(c *card) { c.body = b }) }
	l.add("a claim twice", "duplicate", "invalid", "grey", "read_json", body(claims(cardClaims+`"nbf":1,`, labResult)))
	l.add("no issuer", "claims", "invalid", "grey", "read_claims", body(claims(`"nbf":1622548800,`, labResult)))
	l.add("an issuer that is no URL of https", "claims", "invalid", "grey", "read_claims", body(claims(`"iss":"http://health.norland.example","nbf":1622548800,`, labResult)))
	l.add("nbf in milliseconds", "claims", "invalid", "grey", "read_claims", body(claims(`"iss":"`+issuerURL+`","nbf":1796133600000,`, labResult)))
	l.add("nbf with a fraction of a second", "claims", "valid", "green", "accepted", body(claims(`"iss":"`+issuerURL+`","nbf":1796133600.5,`, labResult)))
	l.add("no end of the signature", "claims", "valid", "green", "accepted", body(claims(`"iss":"`+issuerURL+`","nbf":1796133600,`, labResult)))
	l.add("the signature has ended", "expired", "valid", "amber", "signature_expired", body(claims(`"iss":"`+issuerURL+`","nbf":1796133600,"exp":1796133700,`, labResult)))
	l.add("the signature has not begun", "expired", "valid", "amber", "signature_not_yet", body(claims(`"iss":"`+issuerURL+`","nbf":1796500000,`, labResult)))
	l.add("a key for tests signs a test", "key-use", "valid", "green", "accepted", aCard(func(c *card) { c.key = cardsOfTest }))
	l.add("a key for tests signs a vaccination", "key-use", "invalid", "red", "key_not_entitled", aCard(func(c *card) {
		c.key = cardsOfTest
		c.body = claims(cardClaims, lastDose)
	}), person_)
	l.add("a complete vaccination", "plain", "valid", "green", "accepted", body(claims(cardClaims, lastDose)))
	l.add("a test that was cancelled", "status", "valid", "amber", "", body(claims(cardClaims, instead(labResult, `"final"`, `"cancelled"`))), func(c *vectors.Case) { c.Want = vectors.Want{Verdict: "grey"} })
	l.add("a positive test of two days ago", "status", "valid", "red", "infection", body(claims(cardClaims, instead(labResult, "260415000", "260373001"))))
	l.add("two patients", "patients", "invalid", "grey", "read_payload", body(claims(cardClaims, labResult, patient)))
	l.add("another kind of credential", "content", "valid", "grey", "content_unsupported", body(instead(claims(cardClaims, labResult), "#health-card", "#other")))
	by := func(url string) func(*card) {
		return func(c *card) {
			c.key = provider
			c.body = claims(fmt.Sprintf(`"iss":%q,"nbf":%d,`, url, issued.Unix()), labResult)
		}
	}
	l.add("a key of two issuers signs for the second", "issuer", "valid", "green", "accepted", aCard(by(clinicURL+"/2")))
	l.add("a key of two issuers signs for a third", "issuer", "invalid", "grey", "signer_unknown", aCard(by(clinicURL+"/3")))
	l.add("an issuer that begins like another", "issuer", "invalid", "grey", "signer_unknown", aCard(by(clinicURL+"/1/")))
}

// severalCases are cards that state more than one event, as most do.
func severalCases(l *list) {
	body := func(resources ...string) string {
		return aCard(func(c *card) { c.body = claims(cardClaims, resources...) })
	}
	first := instead(instead(lastDose, "2026-10-01", "2026-09-01"), `"doseNumberPositiveInt":2`, `"doseNumberPositiveInt":1`)
	old := instead(labResult, "2026-12-01T08:00:00Z", "2026-11-20T08:00:00Z")
	positive := instead(labResult, "260415000", "260373001")
	l.add("both doses of a course: the second does", "several", "valid", "green", "accepted", body(first, lastDose))
	l.add("the first dose and a fresh test: the test does", "several", "valid", "green", "accepted", body(first, labResult))
	l.add("the first dose and an old test: neither does", "several", "valid", "amber", "", body(first, old))
	l.add("both doses and a positive test of two days ago", "several", "valid", "red", "infection", body(first, lastDose, positive))
	l.add("a negative test and a positive one of the same sample", "several", "valid", "red", "infection", body(labResult, positive))
	l.add("two persons' events in one bundle: those that say so are guessed to be of its one patient", "several", "acceptable", "green", "accepted",
		body(first, instead(lastDose, `"reference":"resource:0"`, `"reference":"resource:9"`)))
}

// person_ allows the person of an invalid case to be shown: the signature is good.
func person_(c *vectors.Case) { c.Want.NoPerson = false }

func sealCases(l *list) {
	sealed := name("AASA LINDQVIST OERN")
	with := func(data string) string { return aSeal(func(s *seal) { s.data = data }) }
	l.add("base64 with padding", "padding", "valid", "green", "accepted", aSeal(func(s *seal) { s.pad = true }), sealed)
	l.add("white space, and members in another order", "canonical", "valid", "green", "accepted", aSeal(func(s *seal) {
		s.shown = func(d string) string {
			return instead(instead(d, `{"hdr":`, "{\n \"hdr\": "), `"hdr": {"is":"XAA","t":"icao.test","v":1}`, `"hdr": {"v":1.0, "t":"icao.test", "is":"XA\u0041"}`)
		}
	}), sealed)
	l.add("signed over other bytes than the canonical ones", "canonical", "invalid", "red", "signature_wrong", aSeal(func(s *seal) {
		s.data = instead(sealTest, `{"hdr":`, `{ "hdr":`)
	}))
	l.add("a result that was changed", "signature", "invalid", "red", "signature_wrong", aSeal(func(s *seal) {
		s.data = instead(sealTest, "negative", "positive")
		s.shown = func(d string) string { return instead(d, "positive", "negative") }
	}))
	l.add("one bit of the signature", "signature", "invalid", "red", "signature_wrong", aSeal(func(s *seal) { s.sig = func(b []byte) []byte { b[40] ^= 1; return b } }))
	l.add("a signature in DER", "der", "invalid", "grey", "read_signature", aSeal(func(s *seal) { s.sig = func([]byte) []byte { return s.signer.key.der([]byte(s.data)) } }))
	l.add("half a signature", "signature cut", "invalid", "grey", "read_signature", aSeal(func(s *seal) { s.sig = func(b []byte) []byte { return b[:32] } }))
	l.add("algorithm none", "alg", "invalid", "grey", "algorithm_unknown", aSeal(func(s *seal) { s.alg = "none" }))
	l.add("an algorithm of another curve", "alg", "invalid", "grey", "read_signature", aSeal(func(s *seal) { s.alg = "ES384" }))
	l.add("no certificate but bytes", "certificate", "invalid", "grey", "read_certificate", aSeal(func(s *seal) { s.cer = func([]byte) []byte { return []byte("certificate") } }))
	l.add("a byte after the certificate", "certificate", "invalid", "grey", "read_certificate", aSeal(func(s *seal) { s.cer = func(b []byte) []byte { return append(append([]byte(nil), b...), 0) } }))
	l.add("an integer that not every reader keeps", "number", "invalid", "grey", "read_json", aSeal(func(s *seal) { s.shown = func(d string) string { return instead(d, `"v":1`, `"v":9007199254740993`) } }))
	l.add("a member twice", "duplicate", "invalid", "grey", "read_json", aSeal(func(s *seal) { s.shown = func(d string) string { return instead(d, `"v":1`, `"v":1,"v":1`) } }))
	l.add("cut", "cut", "invalid", "grey", "read_json", aSeal(nil)[:300])
	l.add("a version to come", "version", "invalid", "grey", "newer_version", with(instead(sealTest, `"v":1`, `"v":2`)))
	l.add("no issuer", "claims", "invalid", "grey", "read_header", with(instead(sealTest, `"is":"XAA",`, ``)))
	l.add("an authority that is on no list", "unknown-key", "invalid", "grey", "signer_unknown", aSeal(func(s *seal) { s.signer = otherSigner }))
	l.add("a signer that says it was certified by the authority, which did not", "chain", "invalid", "red", "signature_wrong", aSeal(func(s *seal) { s.signer = forgedSigner }))
	l.add("a signer without the purpose of health seals", "key-use", "invalid", "red", "key_not_entitled", aSeal(func(s *seal) { s.signer = bareSigner }), person_)
	l.add("a signer of vaccinations signs a test", "key-use", "invalid", "red", "key_not_entitled", aSeal(func(s *seal) { s.signer = doseSigner }), person_)
	l.add("a result of two words that mean nothing by themselves", "result", "valid", "amber", "rule_failed", with(instead(sealTest, `"r":"negative"`, `"r":"normal"`)))
	l.add("a positive test of two days ago", "result", "valid", "red", "infection", with(instead(sealTest, `"r":"negative"`, `"r":"positive"`)))
	l.add("another kind of seal", "content", "valid", "grey", "content_unsupported", with(instead(sealTest, "icao.test", "icao.visa")))
	l.add("one dose of two", "lacks", "valid", "amber", "rule_lacks", aSeal(func(s *seal) { s.signer, s.data = doseSigner, sealDose }))
}

// The identifiers by which cards of the vectors are withdrawn, or not.
const (
	ridGone  = "withdrawn-0"
	ridOld   = "withdrawn-1" // where it was issued before the moment of this vectors' cards
	ridEarly = "withdrawn-2" // where it was issued up to that moment
	ridGood  = "good"
)

var (
	lostSigner     = passports.certifies("Norland seals, lost", sealPurpose, forTests)
	replacedEarly  = passports.certifies("Norland seals, replaced before the sample", sealPurpose, forTests)
	replacedLately = passports.certifies("Norland seals, replaced after the report", sealPurpose, forTests)
)

func handle(of string) string {
	h := sha256.Sum256([]byte(of))
	return fmt.Sprintf("%x", h[:16])
}

func sorted(lines ...string) string {
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// cardsWithdrawn is a list about the key of the health cards.
func cardsWithdrawn() string {
	return "pratique-withdrawals/1.0\nkey " + base64.StdEncoding.EncodeToString([]byte(healthCards.id)) + "\n" + sorted(
		"by-rid "+handle(ridGone)+" unstated -\n",
		"by-rid "+handle(ridOld)+" unstated - "+issued.Format(time.RFC3339)+"\n",
		"by-rid "+handle(ridEarly)+" unstated - "+issued.Add(time.Second).Format(time.RFC3339)+"\n")
}

// signersRevoked is a list about the signers of Norland's authority.
func signersRevoked() string {
	serial := func(a authority) string { // content octets of the integer
		b := a.certificate().SerialNumber.Bytes()
		if b[0]&0x80 != 0 {
			b = append([]byte{0}, b...)
		}
		return handle(string(b))
	}
	return "pratique-withdrawals/1.0\nauthority " + base64.StdEncoding.EncodeToString(passports.certificate().SubjectKeyId) +
		"\nas-of 2026-12-03T00:00:00Z\nuntil 2026-12-10T00:00:00Z\n" + sorted(
		"by-signer "+serial(lostSigner)+" key-lost 2026-12-02T00:00:00Z\n",
		"by-signer "+serial(replacedEarly)+" ended 2026-11-30T00:00:00Z\n",
		"by-signer "+serial(replacedLately)+" ended 2026-12-02T00:00:00Z\n")
}

// revocationList is the same as the authority publishes it (RFC 5280).
func revocationList() []byte {
	entry := func(a authority, reason int, at time.Time) x509.RevocationListEntry {
		return x509.RevocationListEntry{SerialNumber: a.certificate().SerialNumber, RevocationTime: at, ReasonCode: reason}
	}
	day := time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)
	der, err := x509.CreateRevocationList(nil, &x509.RevocationList{
		Number: big.NewInt(7), ThisUpdate: day.AddDate(0, 0, 1), NextUpdate: day.AddDate(0, 0, 8),
		RevokedCertificateEntries: []x509.RevocationListEntry{entry(lostSigner, 1, day), entry(replacedEarly, 4, day.AddDate(0, 0, -2)), entry(replacedLately, 5, day)},
	}, passports.certificate(), passports.priv)
	must(err)
	return der
}

func revocationCases(l *list) {
	l.world = "withdrawn"
	defer func() { l.world = "both" }()
	with := func(rid string) string {
		return aCard(func(c *card) {
			c.body = strings.TrimSuffix(claims(cardClaims, labResult), "}}") + `,"rid":"` + rid + `"}}`
		})
	}
	shown := func(c *vectors.Case) { c.Want.NoPerson = false }
	l.add("a card that its issuer has withdrawn", "rid", "invalid", "red", "withdrawn_unstated", with(ridGone), shown, checks("signature", "pass", "unrevoked", "fail"))
	l.add("a card of the identifier, issued when those before it were withdrawn", "rid", "valid", "green", "accepted", with(ridOld), checks("unrevoked", "pass"))
	l.add("a card of the identifier, issued a second before those before it were withdrawn", "rid", "invalid", "red", "withdrawn_unstated", with(ridEarly), shown)
	l.add("a card of an identifier that is not withdrawn", "rid", "valid", "green", "accepted", with(ridGood), checks("unrevoked", "pass"))
	l.add("a card without an identifier", "rid", "valid", "green", "accepted", aCard(nil), checks("unrevoked", "pass"))
	l.add("an identifier that is withdrawn of another key's cards", "rid", "valid", "green", "accepted", aCard(func(c *card) {
		c.key, c.body = cardsOfTest, strings.TrimSuffix(claims(cardClaims, labResult), "}}")+`,"rid":"`+ridGone+`"}}`
	}), checks("unrevoked", "pass"))
	by := func(a authority) string { return aSeal(func(s *seal) { s.signer = a }) }
	sealed := name("AASA LINDQVIST OERN")
	l.add("a seal of a signer whose key was lost", "crl", "valid", "amber", "withdrawn_key_lost", by(lostSigner), checks("signature", "pass", "unrevoked", "fail"))
	l.add("a seal about a test after its signer was replaced", "crl", "valid", "amber", "key_not_in_force", by(replacedEarly), checks("unrevoked", "fail"))
	l.add("a seal about a test before its signer was replaced", "crl", "valid", "green", "accepted", by(replacedLately), sealed, checks("unrevoked", "pass"))
	l.add("a seal of a signer that is not revoked", "crl", "valid", "green", "accepted", aSeal(nil), sealed, checks("unrevoked", "pass"))
}

var formatNotes = map[string]vectors.Note{
	"plain":       {What: "nothing is odd", Effect: "the certificate of a traveller is refused", Source: cards + "; " + seals},
	"chunks":      {What: "a card stands in several QR codes", Effect: "cards that were printed before 2022 cannot be read, or half a card is", Source: cards + ", health cards as QR codes, chunking"},
	"file":        {What: "cards in a file", Effect: "the card of one person is taken for another's", Source: cards + ", .smart-health-card"},
	"line-end":    {What: "a scanner or a file added line ends", Effect: "a good card is refused", Source: "hardware scanners end a line with CR LF"},
	"digits":      {What: "the digits are not as they should be", Effect: "one card has several texts", Source: cards + ", encoding chunks as QR codes"},
	"space":       {What: "white space where none is", Effect: "one card has several texts", Source: "public negative examples (health-cards-validation-SDK, trailing_chars)"},
	"cut":         {What: "the end is missing", Effect: "part of a certificate is taken for the whole", Source: "torn paper, clipped pictures"},
	"jws":         {What: "not three parts of base64url", Effect: "a lenient decoder gives one card several texts", Source: "RFC 7515, 3.1 and 2"},
	"zip":         {What: "the payload is not raw DEFLATE, or the header does not say that it is", Effect: "two readers see two payloads", Source: cards + ", health cards are small; public negative examples (no_deflate, invalid_deflate, no_jws_header_zip)"},
	"bomb":        {What: "a few characters unpack to megabytes", Effect: "a phone or desk is brought down by a code", Source: "CWE-409"},
	"alg":         {What: "the algorithm is missing, unknown, no signature, or not of the key", Effect: "a MAC or nothing at all is taken for a signature", Source: "RFC 8725, 3.1 and 3.2"},
	"kid":         {What: "no key is named, or the code brings its own", Effect: "everybody signs for everybody", Source: "RFC 8725, 3.10; " + cards},
	"issuer":      {What: "the key may sign for other issuers", Effect: "one issuer of a directory signs in the name of all", Source: cards + ", determining keys associated with an issuer; providers of the public directory share a key among dozens of issuers"},
	"unknown-key": {What: "the signer is on no list", Effect: "a foreign certificate is called forged", Source: house},
	"signature":   {What: "the signature is not by the key that is named", Effect: "a forged certificate is accepted", Source: house},
	"der":         {What: "the signature is in DER", Effect: "one signature has two forms, and lists of withdrawn signatures are evaded", Source: "RFC 7518, 3.4; public negative example (der-signature)"},
	"crit":        {What: "a header is marked critical and unknown", Effect: "a restriction is overlooked", Source: "RFC 7515, 4.1.11"},
	"duplicate":   {What: "a member of an object stands twice", Effect: "two verifiers read two certificates from one code", Source: "RFC 8785, 3.1; CWE-694"},
	"claims":      {What: "who issued, or when, is missing or odd", Effect: "a card without an issuer is believed, or one with a fraction of a second refused", Source: cards + "; " + seals + "; public negative example (nbf_milliseconds)"},
	"expired":     {What: "the signature has ended or not begun", Effect: "an expired certificate is accepted, or called forged", Source: house},
	"key-use":     {What: "the key is entitled to some kinds only", Effect: "a laboratory's key mints vaccinations", Source: house + "; " + csca + ", extended key usage and document types"},
	"status":      {What: "the state and the outcome of a resource", Effect: "a cancelled test counts, or an infectious person travels on", Source: "FHIR R4, Observation.status"},
	"patients":    {What: "a bundle about several patients", Effect: "somebody bears another's result", Source: cards + ", modelling W3C verifiable credentials: one patient"},
	"content":     {What: "signed data of another kind", Effect: "it is called invalid, or read as what it is not", Source: house},
	"padding":     {What: "base64url with padding", Effect: "the seals of Australia are refused, or those of Japan", Source: "both are in the public examples"},
	"canonical":   {What: "the text is not canonical", Effect: "a good seal is refused, or one has two contents", Source: "RFC 8785; " + seals},
	"certificate": {What: "what should be the signer's certificate is none", Effect: "a crash, or a signer that nobody can name", Source: seals},
	"number":      {What: "a number beyond 2^53", Effect: "two readers see two numbers under one signature", Source: "RFC 8785, 3.2.2.3; RFC 7493, 2.2"},
	"version":     {What: "a version to come", Effect: "a restriction is overlooked", Source: seals},
	"chain":       {What: "a signer with the name of the authority, not its signature", Effect: "everybody certifies their own seals", Source: csca},
	"result":      {What: "a result that cannot be mapped, or that is positive", Effect: "an unknown result is taken for negative", Source: seals + ", test result"},
	"rid":         {What: "the issuer has withdrawn the card by its identifier", Effect: "a withdrawn card travels on, or the new card of the same person is refused", Source: cards + ", revocation"},
	"several":     {What: "the card states several events", Effect: "everybody with two doses on one card is refused, or a positive test hides behind a dose", Source: cards + ": a bundle of any number"},
	"crl":         {What: "the authority has revoked the certificate of the seal's signer", Effect: "whoever has a lost key makes seals, or a replaced key turns people away", Source: "RFC 5280, 5.3.1; " + csca},
	"icvp":        {What: "a vaccination certificate of the International Health Regulations, in one of two sets of names", Effect: "the yellow card of a traveller cannot be read in half of the world", Source: "WHO SMART ICVP, DVC (deployed) and ICVPMin (draft); " + ihr},
	"lifelong":    {What: "the signature has ended, the protection has not", Effect: "somebody who is protected for life is turned away for the age of a key", Source: ihr},
	"ddcc":        {What: "a core data set of WHO, in one of its styles", Effect: "certificates of countries that use them cannot be read", Source: "WHO DDCC:VS and DDCC:TR; WHO's public validator"},
	"link":        {What: "a link to records on the internet, in one of four shapes", Effect: "a link is taken for a proof, or its key is shown to whoever looks on", Source: "SMART Health Links; IHE VHL; WHO HCERT"},
	"members":     {What: "the archive holds something else than one plain member certificate.json", Effect: "two readers open two certificates in one code, or an archive of thousands brings a desk down", Source: "PKWARE APPNOTE 6.3; CWE-409"},
	"detached":    {What: "the header is not exactly alg, b64 false and crit b64", Effect: "something else is verified than was signed", Source: "RFC 7797, 3 and 6; " + divocs},
	"unbound":     {What: "the key has the name that the certificate gives and is not bound to its issuer", Effect: "a country signs in the name of every other that kept the software's default did:india", Source: divocs + "; public examples of India and Jamaica name one key"},
	"context":     {What: "a context that is not among those known to mean what DIVOC means", Effect: "whoever owns an address on the internet gives signed words another meaning, and learns who travels", Source: "JSON-LD 1.1, 3.1; " + house},
	"cover":       {What: "a part that stands in the certificate and not in what was signed", Effect: "a name or a title is added to a good signature", Source: "JSON-LD 1.1 API, 5.1.2: what has no meaning is dropped; public example of Jamaica (a subject without a name)"},
	"proof":       {What: "not one proof of an assertion", Effect: "a proof made for a login is taken for a certificate", Source: "W3C Verifiable Credentials 1.1, 4.7"},
	"exchange":    {What: "values that the contexts of DIVOC give one meaning are exchanged, and the signature holds", Effect: "a first dose becomes the last one, an old one new, a positive test negative", Source: divocs + ": batch, vaccine, manufacturer, result are all https://schema.org/id"},
	"family":      {What: "a health code of a family that is not read", Effect: "the traveller is told that it is no health code, and the desk nothing of use", Source: house},
	"lacks":       {What: "the format has no place for what the rule asks", Effect: "a person is refused for their format", Source: house},
}

const (
	divocs = "egovernments/DIVOC, vaccination-context and certificate_signer_library"
	cards  = "SMART Health Cards Framework 1.4.0"
	seals  = "ICAO Technical Report VDS-NC 1.4"
	csca   = "ICAO Doc 9303-12, 7.1"
	ihr    = "International Health Regulations (2005), Annexes 6 and 7"
)
