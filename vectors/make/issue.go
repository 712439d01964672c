package main

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pratique/pratique/vectors"
)

// Keys that issuers are given: for HC1, SMART Health Cards, and seals.
func issueKeys() map[string]vectors.IssueKey {
	hc := norland
	return map[string]vectors.IssueKey{
		"norland": privateKey(hc, "", nil),
		"cards":   privateKey(healthCards, issuerURL, nil),
		"tests":   privateKey(sealSigner.key, "", sealSigner.der),
		"doses":   privateKey(doseSigner.key, "", doseSigner.der),
	}
}

// privateKey writes a demo key with its private part, in the two forms that
// libraries take.
func privateKey(k key, issuer string, der []byte) vectors.IssueKey {
	priv := k.priv.(*ecdsa.PrivateKey)
	d, err := priv.Bytes()
	must(err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(priv)
	must(err)
	x, y := coordinates(k)
	jwk := fmt.Sprintf(`{"kty":"EC","crv":"P-256","x":%q,"y":%q,"d":%q}`, x, y, b64(d))
	return vectors.IssueKey{KeyID: []byte(k.id), JWK: json.RawMessage(jwk), PKCS8: pkcs8, Country: "XA", Issuer: issuer, Certificate: der}
}

// The neutral forms, of the same invented person. Each holds what its format
// can carry, so that it comes back unchanged.
const (
	neutralEU    = `{"names":[{"family":"Lindqvist-Örn","given":"Åsa","family_icao":"LINDQVIST<OERN","given_icao":"AASA"}],"birth_date":"1984-05-09"}`
	neutralCard  = `{"names":[{"family":"Lindqvist-Örn","given":"Åsa"}],"birth_date":"1984-05-09"}`
	neutralSeal  = `{"names":[{"family":"LINDQVIST OERN","given":"AASA"}],"birth_date":"1984-05-09","documents":[{"type":"passport","number":"XA1234567"}]}`
	neutralDosed = `{"names":[{"family":"LINDQVIST OERN","given":"AASA"}],"birth_date":"1984-05-09","sex":"female","documents":[{"number":"XA1234567"}]}`

	covid   = `{"source":{"system":"http://snomed.info/sct","code":"840539006"}}`
	covidAs = `{"mapped":{"system":"http://snomed.info/sct","code":"840539006"}}`
	absent  = `{"source":{"system":"http://snomed.info/sct","code":"260415000"}}`

	euTest = `{"kind":"test","id":"URN:UVCI:01:XA:T7K2M4Q9#A","disease":` + covid + `,"country":"XA","authority":"Norland Health Agency",` +
		`"type":{"source":{"system":"http://loinc.org","code":"LP6464-4"}},"method":"nucleic_acid","name":"Norland PCR",` +
		`"sampled_at":"2026-12-01T08:00:00Z","outcome":` + absent + `,"result":"not_detected","laboratory":{"name":"Norland State Laboratory"}}`
	euDose = `{"kind":"vaccination","id":"URN:UVCI:01:XA:V7K2M4Q9#B","disease":` + covid + `,"country":"XA","authority":"Norland Health Agency",` +
		`"prophylaxis":{"source":{"system":"http://snomed.info/sct","code":"1119349007"}},` +
		`"product":{"source":{"system":"https://ec.europa.eu/health/documents/community-register/html/","code":"EU/1/20/1528"}},` +
		`"maker":{"source":{"system":"https://spor.ema.europa.eu/v1/organisations","code":"ORG-100030215"}},"date":"2026-10-01","dose":2,"doses":2}`
	euRecovery = `{"kind":"recovery","id":"URN:UVCI:01:XA:R7K2M4Q9#C","disease":` + covid + `,"country":"XA","authority":"Norland Health Agency",` +
		`"first_positive":"2026-09-01","from":"2026-09-12","until":"2027-02-28"}`
	cardTest = `{"kind":"test","disease":` + covidAs + `,"authority":"` + issuerURL + `",` +
		`"type":{"source":{"system":"http://loinc.org","code":"94500-6"},"mapped":{"system":"http://loinc.org","code":"LP6464-4"}},"method":"nucleic_acid",` +
		`"sampled_at":"2026-12-01T08:00:00Z","outcome":` + absent + `,"result":"not_detected","laboratory":{"name":"Norland State Laboratory"}}`
	sealedTest = `{"kind":"test","id":"T7K2M4Q9","disease":` + covidAs + `,"country":"XAA",` +
		`"type":{"source":{"code":"molecular(PCR)"},"mapped":{"system":"http://loinc.org","code":"LP6464-4"}},"method":"nucleic_acid",` +
		`"specimen":{"source":{"code":"nasopharyngeal"},"mapped":{"system":"http://snomed.info/sct","code":"258500001"}},` +
		`"sampled_at":"2026-12-01T08:00:00Z","reported_at":"2026-12-01T14:00:00Z",` +
		`"outcome":{"source":{"code":"negative"},"mapped":{"system":"http://snomed.info/sct","code":"260415000"}},"result":"not_detected",` +
		`"laboratory":{"name":"Norland State Laboratory","country":"XAA"}}`
)

// neutral is a certificate in the neutral form.
func neutral(subject string, events ...string) json.RawMessage {
	return json.RawMessage(`{"subject":` + subject + `,"events":[` + strings.Join(events, ",") + `]}`)
}

func jsonOf(v any) string {
	b, err := json.Marshal(plainOf(v))
	must(err)
	return string(b)
}

// plainOf turns ordered maps into JSON's.
func plainOf(v any) any {
	switch v := v.(type) {
	case omap:
		m := map[string]any{}
		for _, e := range v {
			m[fmt.Sprint(e.k)] = plainOf(e.v)
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plainOf(v[i])
		}
		return out
	}
	return v
}

var issueNotes = map[string]vectors.Note{
	"plain":    {What: "nothing is odd", Effect: "a traveller has no certificate", Source: "the format's own standard, docs/formats.md"},
	"offset":   {What: "the sample was taken where clocks show something else than UTC", Effect: "a test is some hours older or younger than it is", Source: "docs/standard/standard.md, P-TST-2"},
	"partial":  {What: "of the birth date only the year is known", Effect: "people without a known birthday have no certificate, or an invented one", Source: "EU DCC schema 1.3.3"},
	"positive": {What: "the test found the disease", Effect: "a positive test becomes a negative one, or none", Source: "EU DCC schema 1.3.3"},
	"script":   {What: "the name is in another script", Effect: "the name is lost, or is not the passport's", Source: "ICAO Doc 9303-3"},
	"lacks":    {What: "a part without which it proves nothing is missing", Effect: "a certificate that no border can judge", Source: "docs/standard/standard.md, P-TST"},
	"cannot":   {What: "the format has no place for this kind of evidence", Effect: "another thing is certified than what was found", Source: "docs/formats.md"},
}

func issueFile() vectors.IssueFile {
	f := vectors.IssueFile{
		Format: vectors.IssueFormat,
		About:  "What an issuer is given, in the neutral form and in the format's own, with a demo key; what is read from the code must be the neutral form again.",
		Notes:  issueNotes, Keys: issueKeys(),
	}
	id := 0
	add := func(comment, flag, form, key string, certificate json.RawMessage, payload, result string) {
		id++
		c := vectors.IssueCase{ID: id, Comment: comment, Flags: []string{flag}, Format: form, Key: key, At: issued, Certificate: certificate, Payload: json.RawMessage(payload), Result: result}
		if form == "hc1" || form == "icvp" {
			c.Until = expires
		}
		f.Cases = append(f.Cases, c)
	}
	eu := func(comment, flag, event string, content omap, change ...string) {
		text, payload := string(neutral(neutralEU, event)), jsonOf(content)
		for i := 0; i+1 < len(change); i += 4 {
			text = instead(text, change[i], change[i+1])
			if i+3 < len(change) {
				payload = instead(payload, change[i+2], change[i+3])
			}
		}
		add(comment, flag, "hc1", "norland", json.RawMessage(text), payload, "valid")
	}
	eu("a negative nucleic acid test", "plain", euTest, dcc("t", testEntry()))
	eu("a complete vaccination", "plain", euDose, dcc("v", doseEntry()))
	eu("a recovery", "plain", euRecovery, dcc("r", recoveryEntry()))
	eu("a positive test", "positive", euTest, dcc("t", testEntry()), "260415000", "260373001", "260415000", "260373001", "not_detected", "detected")
	eu("a sample of the evening, eight hours east of Greenwich", "offset", euTest, dcc("t", testEntry()),
		"2026-12-01T08:00:00Z", "2026-12-01T16:00:00+08:00", "2026-12-01T08:00:00Z", "2026-12-01T16:00:00+08:00")
	eu("of the birth date only the year is known", "partial", euTest, dcc("t", testEntry()), "1984-05-09", "1984", "1984-05-09", "1984")
	eu("a name in Arabic script", "script", euTest, dcc("t", testEntry()),
		`"family":"Lindqvist-Örn","given":"Åsa","family_icao":"LINDQVIST<OERN","given_icao":"AASA"`, `"family":"النور","given":"سلمى","family_icao":"ALNWR","given_icao":"SLMY"`,
		`"fn":"Lindqvist-Örn","fnt":"LINDQVIST\u003cOERN","gn":"Åsa","gnt":"AASA"`, `"fn":"النور","fnt":"ALNWR","gn":"سلمى","gnt":"SLMY"`)

	add("a yellow card", "plain", "icvp", "norland", neutral(
		`{"names":[{"full":"Åsa Lindqvist-Örn"}],"birth_date":"1984-05-09","sex":"female","nationality":"XA","documents":[{"type":"passport","number":"L898902C3"}]}`,
		`{"kind":"vaccination","disease":{"mapped":{"system":"http://snomed.info/sct","code":"16541001"}},"authority":"Norland Health Agency",`+
			`"product":{"source":{"system":"http://smart.who.int/pcmt-vaxprequal/CodeSystem/PreQualProductIds","code":"`+yellowFeverProduct+`"}},`+
			`"lot":"YF-2217","date":"2026-06-15","protection_from":"2026-06-25T00:00:00Z","lifelong":true}`),
		jsonOf(yellowCard(yellowDose())), "valid")

	add("a negative test on a SMART Health Card", "plain", "shc", "cards", neutral(neutralCard, cardTest), claims(cardClaims, labResult), "valid")
	add("a positive test on a SMART Health Card", "positive", "shc", "cards",
		json.RawMessage(strings.NewReplacer("260415000", "260373001", "not_detected", "detected").Replace(string(neutral(neutralCard, cardTest)))),
		strings.ReplaceAll(claims(cardClaims, labResult), "260415000", "260373001"), "valid")
	add("a negative test under a seal", "plain", "vds", "tests", neutral(neutralSeal, sealedTest), sealTest, "valid")
	add("a positive test under a seal", "positive", "vds", "tests",
		json.RawMessage(strings.NewReplacer("260415000", "260373001", "not_detected", "detected", "negative", "positive").Replace(string(neutral(neutralSeal, sealedTest)))),
		strings.ReplaceAll(sealTest, "negative", "positive"), "valid")

	bad := func(comment, flag, form, key, subject, event, payload string, change ...string) {
		text := string(neutral(subject, event))
		text = instead(text, change[0], change[1])
		if len(change) > 2 {
			payload = instead(payload, change[2], change[3])
		}
		add(comment, flag, form, key, json.RawMessage(text), payload, "invalid")
	}
	id = 40
	test := jsonOf(dcc("t", testEntry()))
	bad("no moment of the sample", "lacks", "hc1", "norland", neutralEU, euTest, test, `"sampled_at":"2026-12-01T08:00:00Z",`, ``, `"sc":"2026-12-01T08:00:00Z",`, ``)
	bad("no result", "lacks", "hc1", "norland", neutralEU, euTest, test, `"outcome":`+absent+`,"result":"not_detected",`, ``, `"tr":"260415000",`, ``)
	bad("no disease", "lacks", "hc1", "norland", neutralEU, euTest, test, `"disease":`+covid+`,`, ``, `"tg":"840539006",`, ``)
	bad("no kind of test", "lacks", "hc1", "norland", neutralEU, euTest, test, `"type":{"source":{"system":"http://loinc.org","code":"LP6464-4"}},"method":"nucleic_acid",`, ``, `,"tt":"LP6464-4"`, ``)
	bad("no name", "lacks", "hc1", "norland", neutralEU, euTest, test, `"names":[{"family":"Lindqvist-Örn","given":"Åsa","family_icao":"LINDQVIST<OERN","given_icao":"AASA"}],`, ``,
		`{"fn":"Lindqvist-Örn","fnt":"LINDQVIST\u003cOERN","gn":"Åsa","gnt":"AASA"}`, `{}`)
	bad("no date of the dose", "lacks", "hc1", "norland", neutralEU, euDose, jsonOf(dcc("v", doseEntry())), `"date":"2026-10-01",`, ``, `"dt":"2026-10-01",`, ``)
	bad("a recovery on a SMART Health Card", "cannot", "shc", "cards", neutralCard, euRecovery,
		claims(cardClaims, `{"resourceType":"Condition","code":{"text":"recovery"},"subject":{"reference":"resource:0"}}`), `"from":"2026-09-12",`, ``)
	bad("no moment of the sample on a SMART Health Card", "lacks", "shc", "cards", neutralCard, cardTest, claims(cardClaims, labResult),
		`"sampled_at":"2026-12-01T08:00:00Z",`, ``, `"effectiveDateTime":"2026-12-01T08:00:00Z",`, ``)
	bad("a test on a yellow card", "cannot", "icvp", "norland", neutralEU, euTest, test, `"name":"Norland PCR",`, ``)
	bad("a seal without the moment of the sample", "lacks", "vds", "tests", neutralSeal, sealedTest, sealTest, `"sampled_at":"2026-12-01T08:00:00Z",`, ``, `,"sc":"2026-12-01T08:00:00Z"`, ``)
	bad("a seal without the result", "lacks", "vds", "tests", neutralSeal, sealedTest, sealTest,
		`"outcome":{"source":{"code":"negative"},"mapped":{"system":"http://snomed.info/sct","code":"260415000"}},"result":"not_detected",`, ``, `"r":"negative",`, ``)
	bad("a dose by a signer of tests", "cannot", "vds", "tests", neutralDosed, euDose, sealDose, `"doses":2`, `"doses":2`)
	return f
}

// finishIssue refuses cases that break their own rules.
func finishIssue(f vectors.IssueFile) error {
	seen, used := map[int]bool{}, map[string]bool{}
	for _, c := range f.Cases {
		switch {
		case c.ID == 0 || seen[c.ID]:
			return fmt.Errorf("case %d (%s): identifiers are positive and used once", c.ID, c.Comment)
		case !json.Valid(c.Certificate) || !json.Valid(c.Payload):
			return fmt.Errorf("case %d (%s): not JSON", c.ID, c.Comment)
		case c.Result != "valid" && c.Result != "invalid" || c.At.Equal(time.Time{}):
			return fmt.Errorf("case %d (%s): result %q", c.ID, c.Comment, c.Result)
		case f.Keys[c.Key].KeyID == nil:
			return fmt.Errorf("case %d (%s): no key %q", c.ID, c.Comment, c.Key)
		}
		seen[c.ID] = true
		if err := noted(c.ID, c.Flags, f.Notes, used); err != nil {
			return err
		}
	}
	return unused(f.Notes, used)
}
