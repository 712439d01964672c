package rdfc

// What the public contexts define, in a notation of our own (see parseTable).

// tables are the bundled contexts by their addresses.
func tables() map[string]string {
	tng := func(environment string) string {
		codes := func(set string) string {
			url := "who:ValueSet-" + set + environment + ".jsonld"
			return "=" + url + "|@id { @base=" + url + "# code=@id|@id } "
		}
		return "~ proof=sec:proof domain" + codes("Domains") + "participant" + codes("Participants") + "keyusage" + codes("KeyUsage")
	}
	return map[string]string{
		DID: `! ~ sec:|@id( controller verificationMethod ) sec:|@id|set( assertionMethod ) alsoKnownAs=https://www.w3.org/ns/activitystreams#alsoKnownAs|@id
			service=did:service|@id { ! ~ did:|@id( serviceEndpoint ) } ` + methods,
		JWS2020: `sec:|@json( privateKeyJwk ) JsonWebKey2020=sec:JsonWebKey2020 { ! ~ sec:|@json( publicKeyJwk ) }
			JsonWebSignature2020=sec:JsonWebSignature2020 { ! ~ ` + signature + purpose + `{ ! ~ ` + purposes + ` } }`,
		TNG: tng(""), TNGUAT: tng("-UAT"), TNGDEV: tng("-DEV"),

		Credentials: credentials, SecurityV1: securityV1, SecurityV2: securityV1 + securityV2,
		Vaccination:   vaccination(Vaccination, "", ""),
		VaccinationV2: vaccination(VaccinationV2, "dob=schema:date", "icd11Code=schema:id prophylaxis=schema:name"),
		TestResult: `! ~ schema=schema: vac=` + TestResult + ` ProofOfTestCertificateCredential=schema:ProofOfTestCredential { ! vac:( nonTransferable ) }
			schema:( Person ) { ` + person + ` dob=schema:date }
			vac:( TestDetails ) { ` + evidence + ` testType=schema:id testName=schema:name disease=schema:id sampleOrigin=schema:id result=schema:id
				sampleCollectionTimestamp=schema:dateTime resultTimestamp=schema:dateTime }`,
	}
}

const (
	methods = ` authentication=sec:authenticationMethod|@id|set capabilityDelegation=sec:capabilityDelegationMethod|@id|set
		capabilityInvocation=sec:capabilityInvocationMethod|@id|set keyAgreement=sec:keyAgreementMethod|@id|set `

	// A type of proof; the context of what it is for; the words in that.
	signature = ` sec:( challenge domain jws nonce ) sec:|@id( verificationMethod ) created=dc:created|xsd:dateTime expires=sec:expiration|xsd:dateTime `
	purpose   = ` proofPurpose=sec:proofPurpose|@vocab `
	purposes  = ` sec:|@id|set( assertionMethod ) authentication=sec:authenticationMethod|@id|set `

	suite = `{ ! ~ sec=sec: xsd=xsd: sec:( proofValue ) ` + signature + purpose + `{ ! ~ sec=sec: ` + purposes + ` } } `

	credentials = `! ~ proof=sec:proof|@id|graph
		cred:( VerifiableCredential ) { ! ~ cred=cred: sec=sec: xsd=xsd: proof=sec:proof|@id|graph
			cred:|@id( credentialStatus credentialSubject evidence holder issuer termsOfUse )
			cred:|xsd:dateTime( expirationDate issued issuanceDate validFrom validUntil )
			credentialSchema=cred:credentialSchema|@id { ! ~ cred=cred: cred:( JsonSchemaValidator2018 ) }
			refreshService=cred:refreshService|@id { ! ~ cred=cred: cred:( ManualRefreshService2018 ) } }
		cred:( VerifiablePresentation ) { ! ~ cred=cred: sec=sec: cred:|@id( holder ) proof=sec:proof|@id|graph
			verifiableCredential=cred:verifiableCredential|@id|graph }
		sec:( EcdsaSecp256k1Signature2019 ) ` + suite + `sec:( EcdsaSecp256r1Signature2019 ) ` + suite + `sec:( Ed25519Signature2018 ) ` + suite +
		// The published context forgot the prefixes and aliases of this one.
		`sec:( RsaSignature2018 ) { ! :sec:( challenge domain jws nonce proofValue ) :sec:|@id( verificationMethod )
			created=dc:created|:xsd:dateTime expires=:sec:expiration|:xsd:dateTime
			proofPurpose=:sec:proofPurpose|@vocab { ! ~ sec=sec: ` + purposes + ` } }`

	securityV1 = `~ dc=dc: sec=sec: xsd=xsd: CryptographicKey=sec:Key created=dc:created|xsd:dateTime creator=dc:creator|@id
		expires=sec:expiration|xsd:dateTime signatureAlgorithm=sec:signingAlgorithm
		sec:( EcdsaKoblitzSignature2016 Ed25519Signature2018 EncryptedMessage GraphSignature2012 LinkedDataSignature2015 LinkedDataSignature2016
			authenticationTag canonicalizationAlgorithm cipherAlgorithm cipherData cipherKey digestAlgorithm digestValue domain
			encryptionKey initializationVector iterationCount nonce normalizationAlgorithm password privateKeyPem
			publicKeyBase58 publicKeyPem publicKeyWif salt signature signatureValue )
		sec:|@id( owner privateKey publicKey publicKeyService ) sec:|xsd:dateTime( expiration revoked ) `
	securityV2 = ` sec:( AesKeyWrappingKey2019 DeleteKeyOperation DeriveSecretOperation EcdsaSecp256k1Signature2019 EcdsaSecp256r1Signature2019
			EcdsaSecp256k1VerificationKey2019 EcdsaSecp256r1VerificationKey2019 Ed25519VerificationKey2018 EquihashProof2018 ExportKeyOperation
			GenerateKeyOperation KmsOperation RevokeKeyOperation RsaSignature2018 RsaVerificationKey2018 Sha256HmacKey2019 SignOperation
			UnwrapKeyOperation VerifyOperation WrapKeyOperation X25519KeyAgreementKey2019
			allowedAction capabilityAction challenge ciphertext jws kmsModule plaintext proofValue referenceId unwrappedKey verifyData wrappedKey )
		sec:|@id( capability controller delegator invocationTarget invoker parentCapability verificationMethod )
		sec:|xsd:integer( equihashParameterK equihashParameterN ) sec:|@id|set( assertionMethod caveat )
		sec:|@id|list( capabilityChain ) sec:|@id|graph( proof ) sec:|@vocab( proofPurpose ) ` + methods

	// What DIVOC writes as vac:city is the IRI vac:city: the address for which
	// vac stands ends like a word, and so begins no compact IRI.
	address = ` address=schema:PostalAddress { ! schema:( streetAddress addressRegion postalCode addressCountry ) vac:( city district ) streetAddress2=vac:addressLine2 } `
	person  = ` ! schema:( name gender nationality ) refId=schema:id uhid=schema:id ` + address
	// Words that share an IRI: see package format/divoc.
	evidence = ` ! certificateId=schema:id batch=schema:id manufacturer=schema:id feedbackUrl=schema:url infoUrl=schema:url
		vac:( verifier ) { ! schema:( id name ) sign-image=schema:image }
		facility=vac:Facility { ! schema:( name ) seal-image=schema:image ` + address + ` } `
)

// vaccination is a context of DIVOC about doses, with more words for persons
// and for doses.
func vaccination(url, born, coded string) string {
	return `! ~ schema=schema: vac=` + url + ` schema:( ProofOfVaccinationCredential ) { ! vac:( nonTransferable ) }
		schema:( Person ) { ` + person + ` age=schema:Number sex=schema:gender ` + born + ` }
		vac:( Vaccination ) { ` + evidence + ` vaccine=schema:id date=schema:date effectiveStart=schema:date effectiveUntil=schema:date
			dose=schema:doseValue totalDoses=schema:doseValue ` + coded + ` }`
}
