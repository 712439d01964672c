package rdfc

import "maps"

const (
	schemaOrg = "https://schema.org/"
	cred      = "https://www.w3.org/2018/credentials#"
	dateTime  = xsd + "dateTime"
)

// The contexts of DIVOC certificates.
const (
	Credentials   = "https://www.w3.org/2018/credentials/v1" // W3C Verifiable Credentials 1.1, appendix B.1
	SecurityV1    = "https://w3id.org/security/v1"           // W3C CCG, security vocabulary
	SecurityV2    = "https://w3id.org/security/v2"
	Vaccination   = "https://cowin.gov.in/credentials/vaccination/v1" // egovernments/DIVOC, vaccination-context
	VaccinationV2 = "https://cowin.gov.in/credentials/vaccination/v2"
	TestResult    = "https://cowin.gov.in/credentials/testCertificate/v1" // egovernments/DIVOC, test-certificate-context
)

// national are other addresses of the second vaccination context, as public
// verifiers (WHO's, PathCheck's) know them. A name that
// ends in v1 is no sign of the first one, whose words the second one has, and
// means the same by them.
var national = []string{
	"https://divoc.dev/credentials/vaccination/v1",             // the software's own
	"https://divoc.prod/vaccine/credentials/vaccination/v1",    // Philippines
	"https://divoc.lgcc.gov.lk/credentials/vaccination/v1",     // Sri Lanka
	"https://www.pedulilindungi.id/credentials/vaccination/v2", // Indonesia
}

// National returns other addresses of [VaccinationV2].
func National() []string { return national }

// words are the terms of a context that say nothing but their IRI.
func words(prefix string, names ...string) map[string]term {
	m := make(map[string]term, len(names))
	for _, n := range names {
		m[n] = term{iri: prefix + n}
	}
	return m
}

// as are the terms whose values are of a kind.
func as(kind, prefix string, names ...string) map[string]term {
	m := words(prefix, names...)
	for n, t := range m {
		t.as = kind
		m[n] = t
	}
	return m
}

// sets are the terms of as whose values are sets.
func sets(kind, prefix string, names ...string) map[string]term {
	m := as(kind, prefix, names...)
	for n, t := range m {
		t.set = true
		m[n] = t
	}
	return m
}

func join(of ...map[string]term) map[string]term {
	all := make(map[string]term)
	for _, m := range of {
		maps.Copy(all, m)
	}
	return all
}

// keywords are the aliases that nearly every context has.
func keywords() map[string]term {
	return map[string]term{"id": {iri: "@id"}, "type": {iri: "@type"}}
}

// guarded is a context whose words are protected.
func guarded(of ...map[string]term) *context { return &context{protected: true, terms: join(of...)} }

// credentials is the context of W3C Verifiable Credentials 1.1.
func credentials() *context {
	prefixes := map[string]term{"cred": {iri: cred}, "sec": {iri: security}, "xsd": {iri: xsd}}
	graph := map[string]term{"proof": {iri: security + "proof", as: "@id", other: "@graph"}}
	with := func(name string) *context {
		return guarded(keywords(), map[string]term{"cred": {iri: cred}}, words(cred, name))
	}
	credential := guarded(keywords(), prefixes, graph,
		as("@id", cred, "credentialStatus", "credentialSubject", "evidence", "holder", "issuer", "termsOfUse"),
		as(dateTime, cred, "expirationDate", "issued", "issuanceDate", "validFrom", "validUntil"),
		map[string]term{
			"credentialSchema": {iri: cred + "credentialSchema", as: "@id", in: with("JsonSchemaValidator2018")},
			"refreshService":   {iri: cred + "refreshService", as: "@id", in: with("ManualRefreshService2018")},
		})
	presentation := guarded(keywords(), graph, as("@id", cred, "holder"), map[string]term{
		"cred": {iri: cred}, "sec": {iri: security},
		"verifiableCredential": {iri: cred + "verifiableCredential", as: "@id", other: "@graph"},
	})
	terms := join(keywords(), graph, map[string]term{
		"VerifiableCredential":   {iri: cred + "VerifiableCredential", in: credential},
		"VerifiablePresentation": {iri: cred + "VerifiablePresentation", in: presentation},
	})
	for _, suite := range []string{"EcdsaSecp256k1Signature2019", "EcdsaSecp256r1Signature2019", "Ed25519Signature2018"} {
		terms[suite] = term{iri: security + suite, in: signature(security, dateTime,
			keywords(), map[string]term{"sec": {iri: security}, "xsd": {iri: xsd}})}
	}
	// The published context forgot the prefixes and aliases of this one.
	terms["RsaSignature2018"] = term{iri: security + "RsaSignature2018", in: signature("sec:", "xsd:dateTime")}
	return &context{protected: true, terms: terms}
}

// signature is the context of a type of proof.
func signature(sec, moment string, more ...map[string]term) *context {
	return guarded(join(more...), words(sec, "challenge", "domain", "jws", "nonce", "proofValue"),
		as("@id", sec, "verificationMethod"),
		map[string]term{
			"created": {iri: dcterms + "created", as: moment}, "expires": {iri: sec + "expiration", as: moment},
			"proofPurpose": {iri: sec + "proofPurpose", as: "@vocab", in: guarded(keywords(),
				map[string]term{"sec": {iri: security}, "authentication": {iri: security + "authenticationMethod", as: "@id", set: true}},
				sets("@id", security, "assertionMethod"))},
		})
}

// securityV1 is the first context of the security vocabulary.
func securityV1() map[string]term {
	return join(keywords(), map[string]term{
		"dc": {iri: dcterms}, "sec": {iri: security}, "xsd": {iri: xsd}, "CryptographicKey": {iri: security + "Key"},
		"created": {iri: dcterms + "created", as: dateTime}, "creator": {iri: dcterms + "creator", as: "@id"},
		"expires": {iri: security + "expiration", as: dateTime}, "signatureAlgorithm": {iri: security + "signingAlgorithm"},
	}, words(security, "EcdsaKoblitzSignature2016", "Ed25519Signature2018", "EncryptedMessage", "GraphSignature2012",
		"LinkedDataSignature2015", "LinkedDataSignature2016",
		"authenticationTag", "canonicalizationAlgorithm", "cipherAlgorithm", "cipherData", "cipherKey", "digestAlgorithm", "digestValue", "domain",
		"encryptionKey", "initializationVector", "iterationCount", "nonce", "normalizationAlgorithm", "password", "privateKeyPem",
		"publicKeyBase58", "publicKeyPem", "publicKeyWif", "salt", "signature", "signatureValue"),
		as("@id", security, "owner", "privateKey", "publicKey", "publicKeyService"),
		as(dateTime, security, "expiration", "revoked"))
}

// securityV2 adds to the first.
func securityV2() map[string]term {
	return join(securityV1(), words(security, "AesKeyWrappingKey2019", "DeleteKeyOperation", "DeriveSecretOperation",
		"EcdsaSecp256k1Signature2019", "EcdsaSecp256r1Signature2019", "EcdsaSecp256k1VerificationKey2019", "EcdsaSecp256r1VerificationKey2019",
		"Ed25519VerificationKey2018", "EquihashProof2018", "ExportKeyOperation", "GenerateKeyOperation", "KmsOperation", "RevokeKeyOperation",
		"RsaSignature2018", "RsaVerificationKey2018", "Sha256HmacKey2019", "SignOperation", "UnwrapKeyOperation", "VerifyOperation",
		"WrapKeyOperation", "X25519KeyAgreementKey2019",
		"allowedAction", "capabilityAction", "challenge", "ciphertext", "jws", "kmsModule", "plaintext", "proofValue", "referenceId",
		"unwrappedKey", "verifyData", "wrappedKey"),
		as("@id", security, "capability", "controller", "delegator", "invocationTarget", "invoker", "parentCapability", "verificationMethod"),
		as(xsdInteger, security, "equihashParameterK", "equihashParameterN"),
		sets("@id", security, "assertionMethod", "caveat"),
		map[string]term{
			"authentication":       {iri: security + "authenticationMethod", as: "@id", set: true},
			"capabilityDelegation": {iri: security + "capabilityDelegationMethod", as: "@id", set: true},
			"capabilityInvocation": {iri: security + "capabilityInvocationMethod", as: "@id", set: true},
			"keyAgreement":         {iri: security + "keyAgreementMethod", as: "@id", set: true},
			"capabilityChain":      {iri: security + "capabilityChain", as: "@id", other: "@list"},
			"proof":                {iri: security + "proof", as: "@id", other: "@graph"},
			"proofPurpose":         {iri: security + "proofPurpose", as: "@vocab"},
		})
}

// divoc is a context of DIVOC: its address, which is what the prefix vac stands
// for (and cannot stand for in a compact IRI, because it ends like a word: what
// the published contexts write as vac:city is the IRI vac:city); the type of
// the credential, and that of its evidence with its words.
func divoc(url, credential, means, evidence string, person, says map[string]string) *context {
	const vac = "vac:"
	node := func(m map[string]string) map[string]term {
		out := make(map[string]term, len(m))
		for word, iri := range m {
			out[word] = term{iri: schemaOrg + iri}
		}
		return out
	}
	address := func() map[string]term {
		return map[string]term{"address": {iri: schemaOrg + "PostalAddress", in: guarded(
			words(schemaOrg, "streetAddress", "addressRegion", "postalCode", "addressCountry"), words(vac, "city", "district"),
			map[string]term{"streetAddress2": {iri: vac + "addressLine2"}})}}
	}
	return guarded(keywords(), map[string]term{
		"schema": {iri: schemaOrg}, "vac": {iri: url},
		credential: {iri: schemaOrg + means, in: guarded(words(vac, "nonTransferable"))},
		"Person":   {iri: schemaOrg + "Person", in: guarded(node(person), address())},
		evidence: {iri: vac + evidence, in: guarded(node(says), map[string]term{
			"verifier": {iri: vac + "verifier", in: guarded(node(map[string]string{"id": "id", "name": "name", "sign-image": "image"}))},
			"facility": {iri: vac + "Facility", in: guarded(node(map[string]string{"name": "name", "seal-image": "image"}), address())},
		})},
	})
}

// divocContexts adds the contexts of DIVOC and what they stand on to the bundled ones.
func divocContexts(to map[string]*context) {
	to[Credentials] = credentials()
	to[SecurityV1] = &context{terms: securityV1()}
	to[SecurityV2] = &context{terms: securityV2()}
	both := func(a, b map[string]string) map[string]string {
		m := maps.Clone(a)
		maps.Copy(m, b)
		return m
	}
	person := map[string]string{"refId": "id", "uhid": "id", "name": "name", "gender": "gender", "nationality": "nationality"}
	of := map[string]string{"certificateId": "id", "feedbackUrl": "url", "infoUrl": "url", "batch": "id", "manufacturer": "id"}
	dose := both(of, map[string]string{
		"vaccine": "id", "date": "date", "effectiveStart": "date", "effectiveUntil": "date", "dose": "doseValue", "totalDoses": "doseValue"})
	aged, born := map[string]string{"age": "Number", "sex": "gender"}, map[string]string{"dob": "date"}
	const means = "ProofOfVaccinationCredential"
	to[Vaccination] = divoc(Vaccination, means, means, "Vaccination", both(person, aged), dose)
	v2 := divoc(VaccinationV2, means, means, "Vaccination", both(both(person, aged), born), both(dose, map[string]string{"icd11Code": "id", "prophylaxis": "name"}))
	to[VaccinationV2] = v2
	for _, url := range national {
		to[url] = v2
	}
	to[TestResult] = divoc(TestResult, "ProofOfTestCertificateCredential", "ProofOfTestCredential", "TestDetails", both(person, born), both(of, map[string]string{
		"testType": "id", "testName": "name", "disease": "id", "sampleOrigin": "id", "result": "id",
		"sampleCollectionTimestamp": "dateTime", "resultTimestamp": "dateTime"}))
}
