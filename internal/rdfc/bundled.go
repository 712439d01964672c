package rdfc

import (
	"maps"
	"slices"
)

const (
	did      = "https://www.w3.org/ns/did#"
	security = "https://w3id.org/security#"
	dcterms  = "http://purl.org/dc/terms/"
	whoTrust = "https://smart.who.int/trust/"
)

// The contexts of WHO's trust lists.
const (
	DID     = "https://www.w3.org/ns/did/v1"                 // W3C DID Core 1.0, section 6.3.1
	JWS2020 = "https://w3id.org/security/suites/jws-2020/v1" // W3C CCG, JSON Web Signature 2020
	TNG     = whoTrust + "tng-context/v1.jsonld"             // WHO SMART Trust, production
	TNGUAT  = whoTrust + "tng-context/v1-UAT.jsonld"         // user acceptance tests
	TNGDEV  = whoTrust + "tng-context/v1-DEV.jsonld"         // development
)

// Contexts returns the addresses of the bundled contexts, sorted.
func Contexts() []string { return slices.Sorted(maps.Keys(bundled)) }

// bundled holds what the public contexts define, as tables of our own.
var bundled = func() map[string]*context {
	all := trustLists()
	divocContexts(all)
	return all
}()

// trustLists are the contexts of WHO's trust lists.
func trustLists() map[string]*context {
	return map[string]*context{
		DID: {protected: true, terms: map[string]term{
			"id": {iri: "@id"}, "type": {iri: "@type"},
			"alsoKnownAs":          {iri: "https://www.w3.org/ns/activitystreams#alsoKnownAs", as: "@id"},
			"assertionMethod":      {iri: security + "assertionMethod", as: "@id", set: true},
			"authentication":       {iri: security + "authenticationMethod", as: "@id", set: true},
			"capabilityDelegation": {iri: security + "capabilityDelegationMethod", as: "@id", set: true},
			"capabilityInvocation": {iri: security + "capabilityInvocationMethod", as: "@id", set: true},
			"controller":           {iri: security + "controller", as: "@id"},
			"keyAgreement":         {iri: security + "keyAgreementMethod", as: "@id", set: true},
			"verificationMethod":   {iri: security + "verificationMethod", as: "@id"},
			"service": {iri: did + "service", as: "@id", in: &context{protected: true, terms: map[string]term{
				"id": {iri: "@id"}, "type": {iri: "@type"},
				"serviceEndpoint": {iri: did + "serviceEndpoint", as: "@id"},
			}}},
		}},
		JWS2020: {terms: map[string]term{
			"privateKeyJwk": {iri: security + "privateKeyJwk", as: "@json"},
			"JsonWebKey2020": {iri: security + "JsonWebKey2020", in: &context{protected: true, terms: map[string]term{
				"id": {iri: "@id"}, "type": {iri: "@type"},
				"publicKeyJwk": {iri: security + "publicKeyJwk", as: "@json"},
			}}},
			"JsonWebSignature2020": {iri: security + "JsonWebSignature2020", in: &context{protected: true, terms: map[string]term{
				"id": {iri: "@id"}, "type": {iri: "@type"},
				"challenge":          {iri: security + "challenge"},
				"created":            {iri: dcterms + "created", as: xsd + "dateTime"},
				"domain":             {iri: security + "domain"},
				"expires":            {iri: security + "expiration", as: xsd + "dateTime"},
				"jws":                {iri: security + "jws"},
				"nonce":              {iri: security + "nonce"},
				"verificationMethod": {iri: security + "verificationMethod", as: "@id"},
				"proofPurpose": {iri: security + "proofPurpose", as: "@vocab", in: &context{protected: true, terms: map[string]term{
					"id": {iri: "@id"}, "type": {iri: "@type"},
					"assertionMethod": {iri: security + "assertionMethod", as: "@id", set: true},
					"authentication":  {iri: security + "authenticationMethod", as: "@id", set: true},
				}}},
			}}},
		}},
		TNG:    tng(""),
		TNGUAT: tng("-UAT"),
		TNGDEV: tng("-DEV"),
	}
}

// tng is WHO's context of one environment: codes are fragments of its value sets.
func tng(environment string) *context {
	codes := func(set string) term {
		url := whoTrust + "ValueSet-" + set + environment + ".jsonld"
		return term{iri: url, as: "@id", in: &context{base: url + "#", terms: map[string]term{"code": {iri: "@id", as: "@id"}}}}
	}
	return &context{terms: map[string]term{
		"id": {iri: "@id"}, "type": {iri: "@type"},
		"proof":       {iri: security + "proof"},
		"domain":      codes("Domains"),
		"participant": codes("Participants"),
		"keyusage":    codes("KeyUsage"),
	}}
}
