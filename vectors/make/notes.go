package main

import (
	"fmt"

	"github.com/pratique/pratique/vectors"
)

const (
	spec   = "EU hcert specification 1.0.5"
	schema = "EU DCC schema 1.3.3"
	seen   = "seen in certificates that countries issued; EU dgc-testdata and dcc-quality-assurance"
	house  = "our colour table, docs/colour.md"
)

var hc1Notes = map[string]vectors.Note{
	"plain":           {What: "nothing is odd", Effect: "the certificate of a traveller is refused", Source: spec},
	"not-hc1":         {What: "something else was scanned", Effect: "an officer is told that a certificate is invalid when none was shown", Source: "requests of verifier users, dgca-verifier-app-android 69 and 174"},
	"prefix":          {What: "the first four characters are not HC1:", Effect: "a later, incompatible version is misread", Source: spec + ", 4.2"},
	"line-end":        {What: "a scanner or a file added line ends", Effect: "a good code is refused", Source: "hardware scanners end a line with CR LF"},
	"space":           {What: "a space stands at the end", Effect: "trimming spaces breaks codes that end in one, and hides a damaged one", Source: "RFC 9285, 4: space is a character of the alphabet"},
	"base45":          {What: "the characters are no base45", Effect: "a lenient decoder gives one certificate several texts, so that lists of texts can be evaded", Source: "RFC 9285, 6"},
	"cut":             {What: "the end is missing", Effect: "part of a certificate is taken for the whole", Source: "torn paper, clipped pictures"},
	"zlib":            {What: "the content is not a good zlib stream", Effect: "unchecked bytes are parsed", Source: "RFC 1950"},
	"zlib-level":      {What: "another compression level", Effect: "a verifier that compares the head with 78 DA refuses good codes", Source: seen + ": 78 9C is as common"},
	"zlib-trailing":   {What: "bytes follow the stream", Effect: "one certificate has endless texts", Source: "malleability; no such code was ever seen issued"},
	"bomb":            {What: "a few characters unpack to megabytes", Effect: "a phone or desk is brought down by a code", Source: "CWE-409"},
	"tag":             {What: "the envelope has another tag than 18, or none", Effect: "codes of whole countries are refused, or a MAC is taken for a signature", Source: "RFC 9052, 2; untagged and 61(18()) were issued (ehn hcert-spec issues 69, 98)"},
	"envelope":        {What: "the envelope is not the four parts of COSE_Sign1", Effect: "a crash, or unsigned content is read", Source: "RFC 9052, 4.2"},
	"trailing":        {What: "bytes follow the envelope", Effect: "one certificate has endless texts", Source: "RFC 8949, 5.1"},
	"indefinite":      {What: "lengths are not stated", Effect: "a code of a standard encoder is refused", Source: "RFC 8949, 3.2"},
	"non-minimal":     {What: "integers are longer than needed", Effect: "a code of a simple encoder is refused", Source: "RFC 8949, 4.2.1 is a recommendation only"},
	"deep":            {What: "nesting or lengths that no certificate has", Effect: "the stack or the memory of a verifier is exhausted", Source: "CWE-674, CWE-789"},
	"duplicate":       {What: "a key of a map stands twice", Effect: "two verifiers read two certificates from one code", Source: "RFC 8949, 5.6; CWE-694"},
	"utf8":            {What: "a text is not UTF-8", Effect: "a name is shown that was never signed", Source: "RFC 8949, 3.1"},
	"kid-unprotected": {What: "the key identifier is in the unprotected header only", Effect: "codes of five countries are refused", Source: spec + ", 3.3.2 allows it; issued by BG, CZ, DE, LV, SM"},
	"kid-both":        {What: "both headers have a key identifier", Effect: "anybody can point a code at another key", Source: spec + ", 3.3.2: the protected one wins"},
	"alg-unprotected": {What: "the algorithm is in the unprotected header only", Effect: "a code of the public test set is refused", Source: "EU dgc-testdata, common CO20"},
	"kid-missing":     {What: "no key is named", Effect: "a verifier that then tries all keys can be made to work for minutes", Source: spec + ", 3.3.2"},
	"kid-length":      {What: "the key identifier is not of eight bytes", Effect: "a prefix of an identifier is taken for it", Source: "named by the public list of cases, without data"},
	"kid-collision":   {What: "two keys have one identifier", Effect: "the first is tried and a good code refused", Source: spec + ", 3.3.2; WHO's development list has a pair"},
	"unknown-key":     {What: "the key is on no list", Effect: "a foreign certificate is called forged", Source: house},
	"alg":             {What: "the algorithm is missing, unknown, or no signature", Effect: "a MAC or nothing at all is taken for a signature", Source: spec + ", 3.3.2; RFC 9053"},
	"alg-key":         {What: "the algorithm does not fit the key", Effect: "a key is used for what it was not made for", Source: "RFC 9053, 2.1; named by the public list of cases, without data"},
	"crit":            {What: "a header is marked critical and unknown", Effect: "a restriction is overlooked", Source: "RFC 9052, 3.1"},
	"extra-header":    {What: "a header that does not matter here", Effect: "codes of GR, HR and SK are refused", Source: seen},
	"ps256":           {What: "RSA with PSS", Effect: "a country with RSA keys cannot be read", Source: spec + ", 3.3.2: the secondary algorithm; RFC 8230, 2: salt of 32 bytes"},
	"weak-key":        {What: "an RSA key of 1024 bits", Effect: "anybody with a cluster can sign", Source: seen + " (MK); RFC 8230, 6.1 asks for 2048"},
	"other-curves":    {What: "an algorithm beyond the two of the specification", Effect: "a key of WHO's list cannot be used", Source: "WHO's production list has P-384 and P-521 keys"},
	"tampered":        {What: "something was changed after signing", Effect: "a forged certificate is accepted", Source: "RFC 9052, 4.4"},
	"re-encoded":      {What: "the same meaning in other bytes", Effect: "a verifier that encodes anew verifies what was not signed", Source: "RFC 9052, 4.4; EU dgc-testdata, common CO1"},
	"signature-form":  {What: "the signature is not r||s of the curve's size", Effect: "one certificate has several signatures, so that withdrawal by signature is evaded", Source: "RFC 9053, 2.1; named by the public list of cases, without data"},
	"malleable":       {What: "s was replaced by the order minus s", Effect: "none for the holder, but a withdrawal must not depend on s", Source: "ECDSA; the EU's revocation hashes r alone for this reason"},
	"float-time":      {What: "times are whole floating-point numbers", Effect: "codes of ES, HU and LI are refused", Source: seen},
	"claim-type":      {What: "a time is of a type that is none", Effect: "a certificate lives for ever", Source: "RFC 8392, 2"},
	"missing-claim":   {What: "a claim is missing", Effect: "a certificate is refused for what the specification leaves open", Source: "RFC 8392, 3.1: all claims are optional"},
	"issuer-text":     {What: "the issuer is no country code", Effect: "codes of GE, FR and CH are refused", Source: seen},
	"extra-claims":    {What: "claims that do not matter here", Effect: "codes of TG are refused", Source: seen},
	"boundary":        {What: "the very second at which it begins or ends", Effect: "two verifiers disagree for a second", Source: "RFC 8392, 3.1.4: not on or after; the EU's test data and apps take the last second as valid, and so do we"},
	"expired":         {What: "the signature has ended", Effect: "an expired certificate is accepted, or called forged", Source: house},
	"content":         {What: "signed health data of another kind", Effect: "it is called invalid, or read as what it is not", Source: spec + ", 3.3.1; WHO HCERT claim keys"},
	"key-use":         {What: "the key is entitled to some kinds only", Effect: "a laboratory's key mints vaccinations", Source: spec + ", appendix B (extended key usage)"},
	"key-life":        {What: "the key began later, or ended", Effect: "a stolen old key mints certificates, or a good dose dies with its key", Source: house},
	"partial-date":    {What: "parts of the birth date are not known", Effect: "people without a known birthday cannot travel", Source: schema},
	"date-form":       {What: "a date or time in another form than the schema's", Effect: "codes of BG, PL, SG and others are refused", Source: seen},
	"name":            {What: "parts of the name are missing, long, or of another script", Effect: "people with one name cannot travel", Source: schema},
	"schema":          {What: "the content breaks its schema", Effect: "an authentic certificate is called forged", Source: schema},
	"not-nfc":         {What: "letters and their marks are written apart", Effect: "a name is changed, and the signature with it, by a verifier that normalises", Source: spec + ", 3.3.1 asks issuers for NFC"},
	"spaces":          {What: "spaces around a text", Effect: "names do not match", Source: seen},
	"null":            {What: "null where nothing should stand", Effect: "codes of BG and IE are refused", Source: seen},
	"float-dose":      {What: "doses as floating-point numbers", Effect: "codes of IE are refused, or half a dose is counted", Source: seen},
	"old-field":       {What: "a field of an older schema", Effect: "codes of the first months are refused", Source: schema + ": dr was removed in 1.2.0"},
	"tag-0":           {What: "a time under CBOR tag 0", Effect: "codes of HU, SE and others are refused", Source: seen},
	"version":         {What: "a schema version that was never published, or of tomorrow", Effect: "rules are applied to what they were not written for", Source: seen},
	"extra-field":     {What: "a field that the schema lacks", Effect: "a code is refused for what was added", Source: seen},
	"unknown-code":    {What: "a code that is in no value set", Effect: "an unknown result is taken for negative", Source: schema + ", questions: unknown codes are for the rules"},
	"empty":           {What: "an empty text where something must stand", Effect: "nothing is taken for something", Source: seen + " (NL)"},
	"uvci":            {What: "the certificate identifier breaks its form", Effect: "codes of ten countries are refused for a string that nobody checks", Source: seen},
	"several":         {What: "more than one event", Effect: "the worst one is hidden behind the best", Source: schema + ": exactly one"},
	"none":            {What: "no event", Effect: "a certificate of nothing is accepted by rules about something", Source: schema + ": exactly one"},
	"booster":         {What: "more doses than the course has", Effect: "the best protected are refused", Source: "EU guidance of December 2021: 2/1 and 3/3"},
	"payload":         {What: "the content as signed", Effect: "a reader drops or changes a field", Source: spec},
}

var verdictNotes = map[string]vectors.Note{
	"green":        {What: "all is met", Effect: "people are stopped for nothing", Source: house},
	"authenticity": {What: "a row of the table about who signed", Effect: "a forged certificate is accepted, or a genuine one called forged", Source: house},
	"withdrawal":   {What: "a row about withdrawals", Effect: "a fraud travels on, or a victim of a lost key is called a fraud", Source: house},
	"health":       {What: "a row about present infection", Effect: "an infectious person travels on, or one who recovered is turned away", Source: house},
	"recognition":  {What: "a row about whom the destination recognises", Effect: "authentic is taken for acceptable", Source: house},
	"derived":      {What: "a certificate that one country made from another's", Effect: "an expired, withdrawn or unrecognised certificate is laundered by somebody who signs it again", Source: "docs/endorse.md; claim -260, key -10"},
	"rules":        {What: "a row about the destination's rules", Effect: "green where nothing is known, or red where more is needed", Source: house},
	"data":         {What: "a row about the verifier's own data and clock", Effect: "an officer decides on what is out of date without knowing it", Source: house},
	"order":        {What: "several rows hold", Effect: "the graver one is hidden", Source: house},
	"time":         {What: "the moment at which the answer changes", Effect: "somebody is green at the desk and not at the gate", Source: house},
}

// noted checks that each flag of a case has a note, and remembers it.
func noted(id int, flags []string, notes map[string]vectors.Note, used map[string]bool) error {
	for _, flag := range flags {
		if used[flag] = true; notes[flag].What == "" {
			return fmt.Errorf("case %d: flag %q has no note", id, flag)
		}
	}
	return nil
}

// unused checks that some case has each flag that is noted.
func unused(notes map[string]vectors.Note, used map[string]bool) error {
	for flag := range notes {
		if !used[flag] {
			return fmt.Errorf("no case has the flag %q", flag)
		}
	}
	return nil
}
