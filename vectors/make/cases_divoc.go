package main

import (
	"strings"

	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// divocKeys are the keys of registers that issue with DIVOC: two countries whose
// keys have one name, and a key that is bound to no issuer.
func divocKeys() []lists.Entry {
	any := trust.Uses{Any: true}
	sudmark := forIssuer(keyEntry(sudmarkDoses, any, begins, ends), sudmarkURL)
	sudmark.Key.Country = "XB"
	return []lists.Entry{forIssuer(keyEntry(immunisation, any, begins, ends), registerURL), sudmark, keyEntry(unboundKey, any, begins, ends)}
}

func divocCases(l *list) {
	read := checks("signature", "pass", "key_use", "pass", "in_force", "pass", "schema", "pass", "unrevoked", "pass", "recognised", "pass", "rules", "pass")
	in := func(members ...zipped) func(*credential) {
		return func(c *credential) {
			c.pack = func(j string) string {
				for i := range members {
					if members[i].data == "" {
						members[i].data = j
					}
				}
				return characters(archive(members...))
			}
		}
	}
	whole := aDivoc(in(zipped{}))
	l.add("a negative nucleic acid test with DIVOC, in a zip, PS256", "plain", "valid", "green", "accepted", whole, read)
	l.add("the same in base64", "zip", "valid", "green", "accepted", aDivoc(func(c *credential) { c.pack = func(j string) string { return base64Text(archive(zipped{data: j})) } }))
	l.add("the same as JSON", "zip", "valid", "green", "accepted", aDivoc(nil))
	l.add("the same with a data descriptor, as CoWIN wrote it", "zip", "valid", "green", "accepted", aDivoc(in(zipped{flags: 8})))
	l.add("the same stored and not deflated", "zip", "valid", "green", "accepted", aDivoc(in(zipped{method: 1})))
	l.add("a complete vaccination of version 2", "plain", "valid", "green", "accepted", aDivoc(func(c *credential) { c.doc = divocDose }))
	l.add("one of version 1: an age and no date of birth", "plain", "valid", "green", "accepted", aDivoc(func(c *credential) { c.doc = divocV1 }), birth(""))
	l.add("one of another country whose key has the same name, Ed25519", "unbound", "valid", "green", "accepted", aDivoc(func(c *credential) {
		c.key, c.doc = sudmarkDoses, instead(divocTest, `"issuer":"`+registerURL, `"issuer":"`+sudmarkURL)
	}))

	l.at(240)
	l.add("two members", "members", "invalid", "grey", "read_zip", aDivoc(in(zipped{}, zipped{name: "other.json", data: "{}"})))
	l.add("two members of one name", "members", "invalid", "grey", "read_zip", aDivoc(in(zipped{}, zipped{})))
	l.add("fifty members", "members bomb", "invalid", "grey", "read_zip", aDivoc(in(slicesOf(zipped{name: "a", data: "1"}, 50)...)))
	l.add("a member of another name", "members", "invalid", "grey", "read_zip", aDivoc(in(zipped{name: "../certificate.json"})))
	l.add("an encrypted member", "members", "invalid", "grey", "read_zip", aDivoc(in(zipped{flags: 1})))
	l.add("half a megabyte of spaces", "bomb", "invalid", "grey", "read_zip", aDivoc(in(zipped{data: strings.Repeat(" ", 1<<19)})))
	l.add("the same, and a header that says less", "bomb", "invalid", "grey", "read_zip", aDivoc(in(zipped{data: strings.Repeat(" ", 1<<19), size: 100})))
	l.add("a byte after the archive", "members", "invalid", "grey", "read_zip", whole+"\x00")
	l.add("an archive that is cut", "cut", "invalid", "grey", "read_zip", whole[:500])
	l.add("base64 that is none", "cut", "invalid", "grey", "read_text", "B64:UEsDB")
	l.add("a member of the JSON twice", "duplicate", "invalid", "grey", "read_json", aDivoc(func(c *credential) {
		c.shown = func(j string) string {
			return instead(j, `"result":"Negative"`, `"result":"Positive","result":"Negative"`)
		}
	}))

	l.at(260)
	header := func(h string) string { return aDivoc(func(c *credential) { c.header = h }) }
	l.add("algorithm none", "alg", "invalid", "grey", "algorithm_unknown", header(`{"alg":"none","b64":false,"crit":["b64"]}`))
	l.add("RS256, which another suite of this name has", "alg", "invalid", "grey", "algorithm_unknown", header(`{"alg":"RS256","b64":false,"crit":["b64"]}`))
	l.add("the suite of the other algorithm", "alg", "invalid", "grey", "algorithm_unknown", aDivoc(func(c *credential) { c.suite = "Ed25519Signature2018" }))
	l.add("b64 is not critical", "detached", "invalid", "grey", "read_header", header(`{"alg":"PS256","b64":false}`))
	l.add("b64 is true", "detached", "invalid", "grey", "read_header", header(`{"alg":"PS256","b64":true,"crit":["b64"]}`))
	l.add("another member in the header", "detached", "invalid", "grey", "read_header", header(`{"alg":"PS256","b64":false,"crit":["b64"],"jwk":{}}`))
	l.add("a critical member that nobody knows", "crit", "invalid", "grey", "critical_unknown", header(`{"alg":"PS256","b64":false,"crit":["b64","exp"],"exp":1}`))
	l.add("one bit of the signature", "signature", "invalid", "red", "signature_wrong", aDivoc(func(c *credential) { c.sig = func(b []byte) []byte { b[40] ^= 1; return b } }))
	l.add("another result", "signature", "invalid", "red", "signature_wrong", aDivoc(func(c *credential) {
		c.doc = instead(divocTest, `"Negative"`, `"Positive"`)
		c.shown = func(j string) string { return instead(j, `"Positive"`, `"Negative"`) }
	}))
	l.add("another person", "signature", "invalid", "red", "signature_wrong", aDivoc(func(c *credential) {
		c.shown = func(j string) string { return instead(j, `"name":"Åsa`, `"name":"Bo`) }
	}))
	l.add("the key of the other country with the same name, in this one's name", "unbound", "invalid", "red", "signature_wrong", aDivoc(func(c *credential) { c.key = sudmarkDoses }))
	l.add("this country's key in the name of the other", "unbound", "invalid", "red", "signature_wrong", aDivoc(func(c *credential) {
		c.doc = instead(divocTest, `"issuer":"`+registerURL, `"issuer":"`+sudmarkURL)
	}))
	l.add("a key of the list that is bound to no issuer", "unbound", "invalid", "grey", "signer_unknown", aDivoc(func(c *credential) { c.key = unboundKey }))
	l.add("an issuer that begins like another", "unbound", "invalid", "grey", "signer_unknown", aDivoc(func(c *credential) {
		c.doc = instead(divocTest, `"issuer":"`+registerURL, `"issuer":"`+registerURL+`x`)
	}))
	l.add("a key of no list", "unknown-key", "invalid", "grey", "signer_unknown", aDivoc(func(c *credential) { c.key = keyNamed(edKey("on no list"), "did:nobody") }))

	l.at(280)
	shown := func(old, other string) string {
		return aDivoc(func(c *credential) { c.shown = func(j string) string { return instead(j, old, other) } })
	}
	l.add("a context that is not bundled", "context", "invalid", "grey", "read_context", shown("https://cowin.gov.in/credentials/testCertificate/v1", "https://evil.example/context.jsonld"))
	l.add("one that another kind of document has", "context", "invalid", "grey", "read_context", shown(`"https://cowin.gov.in`, `"https://www.w3.org/ns/did/v1","https://cowin.gov.in`))
	l.add("a context that stands in the document", "context", "invalid", "grey", "read_cover", shown(`"https://cowin.gov.in/credentials/testCertificate/v1"`, `"https://cowin.gov.in/credentials/testCertificate/v1",{"result":"https://evil.example/ignored"}`))
	l.add("a word that no context has", "cover", "invalid", "grey", "read_cover", shown(`"name":"Åsa`, `"title":"Minister","name":"Åsa`))
	l.add("a subject whose name is no IRI: nothing of the person is signed", "cover", "invalid", "grey", "read_cover", shown(`"did:Passport:XA1234567"`, `""`))
	l.add("a second evidence of the same name", "cover", "invalid", "grey", "read_claims", shown(`"evidence":[{`, `"evidence":[{"id":"`+registerURL+`test/90210","type":["TestDetails"]},{`))
	l.add("a statement hidden under an IRI", "cover", "invalid", "grey", "read_claims", shown(`"result":"Negative"`, `"result":"RT-PCR","https://schema.org/id":"Negative"`))
	l.add("a statement hidden in an array", "cover", "invalid", "grey", "read_claims", shown(`"result":"Negative"`, `"result":["RT-PCR","Negative"]`))
	l.add("no issuer", "claims", "invalid", "grey", "read_claims", shown(`"issuer":"`+registerURL+`",`, ""))
	l.add("no date of issue", "claims", "invalid", "grey", "read_claims", shown(`"issuanceDate":"2026-12-01T14:00:00Z",`, ""))
	l.add("two proofs", "proof", "invalid", "grey", "read_signature", aDivoc(func(c *credential) {
		c.shown = func(j string) string {
			head, proof, _ := strings.Cut(strings.TrimSuffix(j, "}"), `,"proof":`)
			return head + `,"proof":[` + proof + `,` + proof + `]}`
		}
	}))
	l.add("a proof for another purpose", "proof", "invalid", "grey", "read_signature", shown(`"assertionMethod"`, `"authentication"`))

	// What its signature does not tell apart: nothing is gained by exchanging it.
	l.at(300)
	swapped := func(doc string, pairs ...string) string {
		return aDivoc(func(c *credential) {
			c.doc = doc
			c.shown = func(j string) string {
				for i := 0; i+1 < len(pairs); i += 2 {
					j = instead(j, pairs[i], pairs[i+1])
				}
				return j
			}
		})
	}
	first := instead(divocDose, `"dose":2,"totalDoses":2`, `"dose":1,"totalDoses":2`)
	l.add("the first dose of two", "exchange", "valid", "amber", "rule_failed", swapped(first))
	l.add("the same, the numbers exchanged: the second of one", "exchange", "acceptable", "amber", "rule_lacks", swapped(first, `"dose":1,"totalDoses":2`, `"dose":2,"totalDoses":1`))
	l.add("the date of the dose and the end of its effect exchanged", "exchange", "acceptable", "amber", "rule_lacks", swapped(divocDose, `"date":"2026-10-01T09:00:00.000Z"`, `"date":"2027-10-01"`, `"effectiveUntil":"2027-10-01"`, `"effectiveUntil":"2026-10-01T09:00:00.000Z"`))
	l.add("the moments of sampling and result exchanged", "exchange", "acceptable", "amber", "rule_lacks", swapped(divocTest, `"sampleCollectionTimestamp":"2026-12-01T08:00:00Z","resultTimestamp":"2026-12-01T13:00:00Z"`, `"sampleCollectionTimestamp":"2026-12-01T13:00:00Z","resultTimestamp":"2026-12-01T08:00:00Z"`))
	positive := instead(instead(divocTest, `"result":"Negative"`, `"result":"Positive"`), `"batch":"B7"`, `"batch":"Negative"`)
	l.add("a positive test whose batch is called negative", "exchange", "acceptable", "amber", "rule_lacks", swapped(positive))
	l.add("the same, exchanged", "exchange", "acceptable", "amber", "rule_lacks", swapped(positive, `"batch":"Negative"`, `"batch":"Positive"`, `"result":"Positive"`, `"result":"Negative"`))
	l.add("a positive test", "exchange", "valid", "red", "infection", swapped(instead(divocTest, `"result":"Negative"`, `"result":"Positive"`)))
}

// slicesOf returns n of the same.
func slicesOf(m zipped, n int) []zipped {
	out := make([]zipped, n)
	for i := range out {
		out[i] = m
	}
	return out
}
