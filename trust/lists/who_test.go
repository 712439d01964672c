package lists_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/rdfc"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

const production = "did:web:tng-cdn.who.int:v2:trustlist"

// bigInteger writes a number as Java's BigInteger.toByteArray does, and with it
// the program that makes WHO's lists: a sign byte kept, leading zeros cut.
func bigInteger(n *big.Int) string {
	b := n.Bytes()
	if len(b) == 0 || b[0] >= 0x80 {
		b = append([]byte{0}, b...)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// whoJWK is a key as WHO's lists have it.
func whoJWK(t testing.TB, key crypto.PublicKey, der ...[]byte) map[string]any {
	t.Helper()
	m := map[string]any{}
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		b, err := k.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		n := (len(b) - 1) / 2
		m = map[string]any{"kty": "EC", "crv": k.Curve.Params().Name, "x": bigInteger(new(big.Int).SetBytes(b[1 : 1+n])), "y": bigInteger(new(big.Int).SetBytes(b[1+n:]))}
	case *rsa.PublicKey:
		m = map[string]any{"kty": "RSA", "n": bigInteger(k.N), "e": bigInteger(big.NewInt(int64(k.E)))}
	}
	if len(der) > 0 {
		var chain []any
		for _, d := range der {
			chain = append(chain, b64(d))
		}
		m["x5c"], m["kid"] = chain, b64([]byte(trust.KeyID8(der[0])))
	}
	return m
}

// whoEntry is an entry of version 2.
func whoEntry(domain, participant, usage string, jwk map[string]any) map[string]any {
	kid, _ := jwk["kid"].(string)
	code := func(s string) map[string]any { return map[string]any{"code": "#" + s} }
	stated := usage
	if usage == "SCA" {
		stated = "CSCA"
	}
	return map[string]any{
		"id": production + ":" + domain + ":" + participant + ":" + usage + "#" + kid, "type": "JsonWebKey2020", "controller": production,
		"publicKeyJwk": jwk, "domain": code(domain), "participant": code(participant), "keyusage": code(stated),
	}
}

func whoDocument(entries ...any) map[string]any {
	return map[string]any{
		"@context": []any{rdfc.DID, rdfc.JWS2020, rdfc.TNG}, "id": production, "controller": production, "verificationMethod": entries,
	}
}

// prove signs a document as WHO does.
func prove(t testing.TB, doc map[string]any, key *ecdsa.PrivateKey) map[string]any {
	t.Helper()
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"b64":false,"crit":["b64"],"alg":"ES256"}`))
	proof := map[string]any{"type": "JsonWebSignature2020", "created": "2026-11-23T08:00:00Z", "nonce": "n", "proofPurpose": "assertionMethod", "verificationMethod": "did:web:signer"}
	options := maps.Clone(proof)
	options["@context"] = doc["@context"]
	var digest []byte
	for _, part := range []map[string]any{options, doc} {
		c, err := rdfc.Canonicalize(roundTrip(t, part))
		if err != nil {
			t.Fatal(err)
		}
		h := c.Hash()
		digest = append(digest, h[:]...)
	}
	h := sha256.Sum256(append([]byte(header+"."), digest...))
	sig, err := ecdsa.SignASN1(rand.Reader, key, h[:])
	if err != nil {
		t.Fatal(err)
	}
	proof["jws"] = header + ".." + base64.RawURLEncoding.EncodeToString(sig)
	doc = maps.Clone(doc)
	doc["proof"] = proof
	return doc
}

func roundTrip(t testing.TB, m map[string]any) map[string]any {
	t.Helper()
	out, err := rdfc.Decode(encode(t, m))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The development list of WHO, as it was published on 22 August 2026.
func TestWHODevelopmentList(t *testing.T) {
	data := public(t, "who/trustlist-dev/did.json")
	pinned, err := lists.PinnedKeys(public(t, "who/trustlist-dev/signing-did.json"))
	if err != nil {
		t.Fatal(err)
	}
	l := read(t, data, pinned...)
	if len(l.Proven) != 1 || l.Kind != lists.WHO {
		t.Errorf("proven by %v", l.Proven)
	}
	if len(l.Keys) != 109 || len(l.Issuers) != 139 || len(l.Skipped) != 146 || l.Set().Len() != 109 {
		t.Errorf("%d keys, %d authorities, %d skipped", len(l.Keys), len(l.Issuers), len(l.Skipped))
	}
	byUsage := make(map[string]int)
	for _, s := range l.Skipped {
		byUsage[s.Why]++
		if s.Entry == "" || s.KeyID == "" || s.Country == "" {
			t.Errorf("not named: %+v", s)
		}
	}
	if want := map[string]int{"usage SCA": 139, "usage DECA": 4, "usage DESC": 3}; !maps.Equal(byUsage, want) {
		t.Errorf("skipped %v", byUsage)
	}
	domains, uses := make(map[string]int), make(map[string]int)
	for _, k := range l.Keys {
		domains[strings.Join(k.Domains, " ")]++
		slices.Sort(k.Uses.Of)
		use := make([]string, len(k.Uses.Of))
		for i, u := range k.Uses.Of {
			use[i] = string(u)
		}
		uses[strings.Join(use, " ")]++
		if !k.Demo || k.ID != trust.KeyID8(k.DER) || k.Country == "" || k.Public == nil || k.NotAfter.IsZero() {
			t.Errorf("key %+v", k)
		}
	}
	if want := map[string]int{"PH4H": 68, "DCC": 38, "RACSEL-DDVC": 1, "IPS-PILGRIMAGE": 1, "IPS": 1}; !maps.Equal(domains, want) {
		t.Errorf("domains %v", domains)
	}
	if want := map[string]int{"recovery test vaccination": 77, "test": 25, "vaccination": 2, "": 5}; !maps.Equal(uses, want) {
		t.Errorf("uses %v", uses)
	}
	if got := codes(l); !slices.Equal(got, []string{lists.Coordinates, lists.Environment, lists.OtherCountry, lists.OtherID}) {
		t.Errorf("problems %v", l.Problems)
	}
	unchained := make(map[string]string)
	for _, s := range lists.Unchained(l.Keys, l.Issuers) {
		unchained[s.Country] = s.Why
	}
	if want := map[string]string{"XXN": "signed with SHA-1, which proves nothing any more", "UY": "the authority's signature does not verify"}; !maps.Equal(unchained, want) {
		t.Errorf("unchained %v", unchained)
	}
}

func TestWHOProof(t *testing.T) {
	data := public(t, "who/trustlist-dev/did.json")
	pinned, err := lists.PinnedKeys(public(t, "who/trustlist-dev/signing-did.json"))
	if err != nil || len(pinned) != 1 {
		t.Fatal(pinned, err)
	}
	if err := lists.CheckProof(data, pinned[0]); err != nil {
		t.Error(err)
	}
	if err := lists.CheckProof(data, testKey(t, elliptic.P256(), "stranger").Public()); !errors.Is(err, lists.ErrProof) {
		t.Errorf("under another key: %v", err)
	}
	for _, change := range [][2]string{
		{`:PH4H:CHL:DSC#+kGpHsnSCAg="`, `:PH4H:ARG:DSC#+kGpHsnSCAg="`}, {`{"code":"#CHL"}`, `{"code":"#ARG"}`}, {`"kty":"EC"`, `"kty":"ec"`},
		{`"created":"2026-08-22`, `"created":"2026-08-23`}, {`"nonce":"q`, `"nonce":"Q`}, {`v1-DEV.jsonld`, `v1.jsonld`}, {`,"controller":"did:web:tng-cdn-dev.who.int:v2:trustlist","verificationMethod":[`, `,"verificationMethod":[`},
	} {
		changed := strings.Replace(string(data), change[0], change[1], 1)
		if changed == string(data) {
			t.Fatalf("%s is not there to be changed", change[0])
		}
		if err := lists.CheckProof([]byte(changed), pinned[0]); !errors.Is(err, lists.ErrProof) {
			t.Errorf("%s changed to %s: %v", change[0], change[1], err)
		}
	}
	// The same said with other white space and other order is the same.
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(v["verificationMethod"].([]any))
	again, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := lists.CheckProof(again, pinned[0]); err != nil {
		t.Errorf("written otherwise: %v", err)
	}
}

func TestProofsThatAreNoWHOProof(t *testing.T) {
	key := testKey(t, elliptic.P256(), "who")
	good := prove(t, whoDocument(), key)
	if err := lists.CheckProof(encode(t, good), key.Public()); err != nil {
		t.Fatal(err)
	}
	with := func(f func(doc, proof map[string]any)) []byte {
		doc := roundTrip(t, good)
		f(doc, doc["proof"].(map[string]any))
		return encode(t, doc)
	}
	header := func(h string) []byte {
		return with(func(_, p map[string]any) {
			_, sig, _ := strings.Cut(p["jws"].(string), "..")
			p["jws"] = base64.RawURLEncoding.EncodeToString([]byte(h)) + ".." + sig
		})
	}
	for comment, doc := range map[string][]byte{
		"no JSON":                       []byte("{"),
		"no proof":                      with(func(d, _ map[string]any) { delete(d, "proof") }),
		"two proofs":                    with(func(d, p map[string]any) { d["proof"] = []any{p, p} }),
		"another type":                  with(func(_, p map[string]any) { p["type"] = "Ed25519Signature2018" }),
		"another purpose":               with(func(_, p map[string]any) { p["proofPurpose"] = "authentication" }),
		"no signature":                  with(func(_, p map[string]any) { delete(p, "jws") }),
		"an attached payload":           with(func(_, p map[string]any) { p["jws"] = strings.Replace(p["jws"].(string), "..", ".e30.", 1) }),
		"a signature that is no base64": with(func(_, p map[string]any) { p["jws"] = p["jws"].(string) + "=" }),
		"version 1's algorithm":         header(`{"b64":false,"crit":["b64"],"alg":"EC"}`),
		"no algorithm at all":           header(`{"b64":false,"crit":["b64"],"alg":"none"}`),
		"an encoded payload":            header(`{"b64":true,"crit":["b64"],"alg":"ES256"}`),
		"another critical parameter":    header(`{"b64":false,"crit":["b64","exp"],"alg":"ES256"}`),
		"a parameter more":              header(`{"b64":false,"crit":["b64"],"alg":"ES256","kid":"x"}`),
		"a context that is not bundled": with(func(d, _ map[string]any) { d["@context"] = []any{rdfc.DID, "https://example.com/context"} }),
		"a context in the document":     with(func(d, _ map[string]any) { d["@context"] = []any{rdfc.DID, map[string]any{"id": "@id"}} }),
	} {
		if err := lists.CheckProof(doc, key.Public()); err == nil {
			t.Errorf("%s: it verifies", comment)
		}
		if comment == "no JSON" {
			continue
		}
		if l := read(t, doc, key.Public()); l.Proven != nil || !slices.ContainsFunc(l.Problems, func(p lists.Problem) bool { return p.Code == lists.NotProven || p.Code == lists.NotSigned }) {
			t.Errorf("%s: proven by %v, problems %v", comment, l.Proven, l.Problems)
		}
	}
}

func TestWHOListOfOneOfEach(t *testing.T) {
	ec, p384 := testKey(t, elliptic.P256(), "fr"), testKey(t, elliptic.P384(), "nl")
	fr := issued(t, pkix.Name{Country: []string{"FR"}}, ec, nil, nil, nil)
	nl := issued(t, pkix.Name{Country: []string{"NL"}}, p384, nil, nil, nil)
	rsaDER := odd{serial: "\x01", subject: []attribute{{c2.oid, c2.tag, "ES"}}, dates: utc, spki: rsaSPKI(t, modulus(2048), 65537, true)}.der(t)
	ca := issued(t, pkix.Name{Country: []string{"FR"}}, testKey(t, elliptic.P256(), "ca"), nil, nil, authority)
	frJWK := whoJWK(t, ec.Public(), fr, ca)
	unknownCurve := whoJWK(t, p384.Public(), nl)
	unknownCurve["crv"] = "UNKNOWN CURVE"
	alone := whoJWK(t, ec.Public())
	alone["kid"] = "AAECAwQFBgc="
	mismatch := whoJWK(t, testKey(t, elliptic.P256(), "another").Public(), fr)
	with := func(e map[string]any, changes map[string]any) map[string]any {
		e = maps.Clone(e)
		for k, v := range changes {
			if e[k] = v; v == nil {
				delete(e, k)
			}
		}
		return e
	}
	v1 := func(code, kid string, jwk map[string]any) map[string]any {
		jwk = maps.Clone(jwk)
		delete(jwk, "kid")
		return map[string]any{"id": "did:web:tng-cdn.who.int:trustlist:" + code + "#" + kid, "type": "JsonWebKey2020", "publicKeyJwk": jwk}
	}
	frID := b64([]byte(trust.KeyID8(fr)))
	for _, v := range []struct {
		comment string
		entry   any
		country string // of the key; "" if there is none
		why     string
		codes   []string
	}{
		{"a key as it should be, with two numbers of 32 or 33 bytes", whoEntry("DCC", "FRA", "DSC", frJWK), "FR", "", nil},
		{"a curve without its name", whoEntry("DCC", "NLD", "DSC", unknownCurve), "NL", "", []string{lists.Coordinates}},
		{"an RSA key", whoEntry("DCC", "ESP", "DSC", whoJWK(t, &rsa.PublicKey{N: modulus(2048), E: 65537}, rsaDER)), "ES", "", []string{lists.Coordinates}},
		{"a key without certificate", whoEntry("DCC", "FRA", "DSC", alone), "FR", "", nil},
		{"a key that is not its certificate's", whoEntry("DCC", "FRA", "DSC", mismatch), "", "the key and its certificate are not of one key", nil},
		{"an organisation", whoEntry("DCC", "IOM", "DSC", frJWK), "IOM", "", []string{lists.OtherCountry}},
		{"a test participant of the production list", whoEntry("DCC", "XXH", "DSC", whoJWK(t, ec.Public(), signer(t, "XH", "fr"))), "XXH", "", nil},
		{"version 1: lower case, the identifier only in the entry's, encoded", v1("fra", strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(frID), frJWK), "FR", "", nil},
		{"version 1: not encoded", v1("fra", frID, frJWK), "FR", "", nil},
		{"version 1: a migration organisation under the code of an ocean territory", v1("iot", frID, frJWK), "IOM", "", []string{lists.OtherCountry}},
		{"an authority", whoEntry("DCC", "FRA", "SCA", whoJWK(t, testKey(t, elliptic.P256(), "ca").Public(), ca)), "", "usage SCA", nil},
		{"an upload key", whoEntry("DCC", "FRA", "UP", frJWK), "", "usage UP", nil},
		{"a transport key", whoEntry("DCC", "FRA", "TLS", frJWK), "", "usage TLS", nil},
		{"an encryption key", whoEntry("DCC", "FRA", "DECA", frJWK), "", "usage DECA", nil},
		{"a reference", production + ":DCC", "", "a reference: not followed, fetch the list that it names", nil},
		{"a reference to the development list, as the production list really has", "did:web:tng-cdn-dev.who.int:trustlist", "", "refused: a reference to another environment, tng-cdn-dev.who.int", nil},
		{"neither", 5, "", "neither a key nor a reference", nil},
		{"an entry of the development list", with(whoEntry("DCC", "FRA", "DSC", frJWK), map[string]any{"id": "did:web:tng-cdn-dev.who.int:v2:trustlist:DCC:FRA:DSC#" + frID}), "", "refused: it is of another environment than the list", nil},
		{"an entry without identifier", with(whoEntry("DCC", "FRA", "DSC", frJWK), map[string]any{"id": nil}), "", "refused: it is of another environment than the list", nil},
		{"an identifier that says nothing", with(whoEntry("DCC", "FRA", "DSC", frJWK), map[string]any{"id": production + "#" + frID}), "", "its identifier does not say whose key it is and what for", nil},
		{"a participant that is no code", whoEntry("DCC", "f r a", "DSC", frJWK), "", "its identifier does not say whose key it is and what for", nil},
		{"two countries", with(whoEntry("DCC", "FRA", "DSC", frJWK), map[string]any{"participant": map[string]any{"code": "#ESP"}}), "", "the identifier and the code beside it name different things: participant", nil},
		{"two uses", with(whoEntry("DCC", "FRA", "DSC", frJWK), map[string]any{"keyusage": map[string]any{"code": "#CSCA"}}), "", "the identifier and the code beside it name different things: usage", nil},
		{"two domains", with(whoEntry("DCC", "FRA", "DSC", frJWK), map[string]any{"domain": map[string]any{"code": "#PH4H"}}), "", "the identifier and the code beside it name different things: domain", nil},
		{"what the identifier leaves open stands beside it", with(whoEntry("DCC", "FRA", "DSC", frJWK), map[string]any{"id": production + ":-:-:DSC#" + frID}), "FR", "", nil},
		{"no key", with(whoEntry("DCC", "FRA", "DSC", frJWK), map[string]any{"publicKeyJwk": nil}), "", "no key", nil},
		{"a broken certificate", whoEntry("DCC", "FRA", "DSC", map[string]any{"kid": "AA==", "x5c": []any{"AAAA"}}), "", "not an X.509 certificate in DER", nil},
		{"another identifier than the certificate's", whoEntry("DCC", "FRA", "DSC", with(frJWK, map[string]any{"kid": "ABCDEFGH"})), "FR", "", []string{lists.OtherID}},
	} {
		t.Run(v.comment, func(t *testing.T) {
			l := read(t, encode(t, whoDocument(v.entry)))
			if v.country == "" {
				if len(l.Keys) != 0 || !slices.Equal(whys(l), []string{v.why}) {
					t.Errorf("keys %+v, skipped %q", l.Keys, whys(l))
				}
				return
			}
			if len(l.Keys) != 1 || l.Skipped != nil {
				t.Fatalf("%d keys, skipped %q", len(l.Keys), whys(l))
			}
			k := l.Keys[0]
			if k.Country != v.country || k.Demo != lists.TestCode(v.country) || len(k.ID) != 8 || k.DER != nil && k.ID != trust.KeyID8(k.DER) {
				t.Errorf("key %+v", k)
			}
			got := slices.DeleteFunc(codes(l), func(c string) bool {
				return c == lists.NotSigned || c == lists.Coordinates && !slices.Contains(v.codes, c)
			})
			if !slices.Equal(got, v.codes) && (len(got) > 0 || len(v.codes) > 0) {
				t.Errorf("problems %v", l.Problems)
			}
		})
	}
}

// Whatever says that a list is none of production makes its keys demo keys.
func TestTestListsNeverLookLikeProduction(t *testing.T) {
	e := whoEntry("DCC", "FRA", "DSC", whoJWK(t, testKey(t, elliptic.P256(), "fr").Public(), signer(t, "FR", "fr")))
	for _, v := range []struct {
		comment, id, context string
		demo                 bool
	}{
		{"production", production, rdfc.TNG, false},
		{"development", strings.Replace(production, "cdn", "cdn-dev", 1), rdfc.TNGDEV, true},
		{"acceptance", strings.Replace(production, "cdn", "cdn-uat", 1), rdfc.TNGUAT, true},
		{"production's name with development's context", production, rdfc.TNGDEV, true},
		{"a name that begins like production's", "did:web:tng-cdn.who.int.example.com:v2:trustlist", rdfc.TNG, true},
		{"somebody's copy", "did:web:example.com:v2:trustlist", rdfc.TNG, true},
	} {
		doc := whoDocument(maps.Clone(e))
		doc["id"] = v.id
		doc["@context"] = []any{rdfc.DID, rdfc.JWS2020, v.context}
		m := doc["verificationMethod"].([]any)[0].(map[string]any)
		m["id"] = strings.Replace(m["id"].(string), production, v.id, 1)
		l := read(t, encode(t, doc))
		if len(l.Keys) != 1 || l.Keys[0].Demo != v.demo || slices.Contains(codes(l), lists.Environment) != v.demo {
			t.Errorf("%s: %+v %v", v.comment, l.Keys, l.Problems)
		}
	}
}

// JSON-LD leaves out what it has no word for, so an entry can be added to a
// signed list in such a way that its signature still verifies. It gives no key.
func TestWhatTheProofDoesNotCoverIsNotTaken(t *testing.T) {
	key := testKey(t, elliptic.P256(), "who")
	mine := whoJWK(t, testKey(t, elliptic.P256(), "mallory").Public(), signer(t, "FR", "mallory"))
	honest := whoEntry("DCC", "FRA", "DSC", whoJWK(t, testKey(t, elliptic.P256(), "fr").Public(), signer(t, "FR", "fr")))
	doc := prove(t, whoDocument(honest), key)
	add := func(change func(m map[string]any)) map[string]any {
		m := whoEntry("DCC", "FRA", "DSC", mine)
		change(m)
		d := maps.Clone(doc)
		d["verificationMethod"] = []any{honest, m}
		return d
	}
	for _, v := range []struct {
		comment string
		doc     map[string]any
		proven  bool
	}{
		{"an entry whose identifier has a space", add(func(m map[string]any) { m["id"] = m["id"].(string) + " " }), true},
		{"an entry whose identifier has a bracket", add(func(m map[string]any) { m["id"] = m["id"].(string) + "{" }), true},
		{"an honest identifier with a key that its type does not define", add(func(m map[string]any) {
			clear(m)
			m["id"], m["publicKeyJwk"] = honest["id"], mine
		}), true},
		{"an added entry", add(func(map[string]any) {}), false},
		{"an honest identifier with another key", add(func(m map[string]any) { m["id"] = honest["id"] }), false},
	} {
		t.Run(v.comment, func(t *testing.T) {
			l := read(t, encode(t, v.doc), key.Public())
			if (l.Proven != nil) != v.proven {
				t.Fatalf("proven by %v, problems %v", l.Proven, l.Problems)
			}
			if !v.proven {
				return
			}
			if len(l.Keys) != 1 || l.Keys[0].ID != trust.KeyID8(l.Keys[0].DER) || l.Keys[0].Authority != "fr" {
				t.Errorf("keys %+v", l.Keys)
			}
			if !slices.Equal(whys(l), []string{"not covered by the list's signature"}) || !slices.Contains(codes(l), lists.NotCovered) {
				t.Errorf("skipped %q, problems %v", whys(l), l.Problems)
			}
		})
	}
	// A word that only differs in capitals is another word, to the signature and to the reader.
	m := maps.Clone(honest)
	m["PublicKeyJwk"] = mine
	d := maps.Clone(doc)
	d["verificationMethod"] = []any{m}
	l := read(t, encode(t, d), key.Public())
	if len(l.Proven) != 1 || len(l.Keys) != 0 || !slices.Equal(whys(l), []string{"not covered by the list's signature"}) {
		t.Errorf("proven by %v, keys %+v", l.Proven, l.Keys)
	}
}

// With identifiers that leave the participant open, a signature does not say
// which of two keys of one identifier is whose.
func TestCodesOfOneIdentifierCannotBeSwapped(t *testing.T) {
	key := testKey(t, elliptic.P256(), "who")
	e := func(participant, word string) map[string]any {
		m := whoEntry("DCC", participant, "DSC", whoJWK(t, testKey(t, elliptic.P256(), word).Public(), signer(t, "FR", word)))
		m["id"] = production + ":-:-:DSC#AAAAAAAAAAA="
		return m
	}
	a, b := e("FRA", "a"), e("ESP", "b")
	doc := prove(t, whoDocument(a, b), key)
	a["participant"], b["participant"] = b["participant"], a["participant"]
	l := read(t, encode(t, doc), key.Public())
	if len(l.Proven) != 1 { // the same statements, so the signature holds
		t.Fatalf("problems %v", l.Problems)
	}
	if len(l.Keys) != 0 || len(l.Skipped) != 2 {
		t.Errorf("keys %+v, skipped %q", l.Keys, whys(l))
	}
}

func TestUnchained(t *testing.T) {
	parse := func(der []byte) *x509.Certificate {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	var keys []trust.Key
	var issuers []lists.Issuer
	for i, a := range []struct {
		key       crypto.Signer
		algorithm x509.SignatureAlgorithm
	}{
		{testKey(t, elliptic.P256(), "ca"), x509.ECDSAWithSHA256}, {testKey(t, elliptic.P384(), "ca"), x509.ECDSAWithSHA384}, {testKey(t, elliptic.P521(), "ca"), x509.ECDSAWithSHA512},
		{rsaKey, x509.SHA256WithRSA}, {rsaKey, x509.SHA384WithRSA}, {rsaKey, x509.SHA512WithRSA}, {rsaKey, x509.SHA256WithRSAPSS}, {rsaKey, x509.SHA512WithRSAPSS},
	} {
		country := pkix.Name{Country: []string{"X" + string(rune('A'+i))}}
		ca := issued(t, country, a.key, nil, nil, authority)
		der := issued(t, country, testKey(t, elliptic.P256(), "signer"), parse(ca), a.key, func(c *x509.Certificate) { c.SignatureAlgorithm = a.algorithm })
		k, err := lists.FromCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		keys, issuers = append(keys, k), append(issuers, lists.Issuer{Country: k.Country, DER: ca})
	}
	if got := lists.Unchained(keys, issuers); got != nil {
		t.Errorf("got %v", got)
	}
	forged := keys[0]
	forged.DER = slices.Clone(forged.DER)
	forged.DER[len(forged.DER)-1] ^= 1
	foreign := keys[0]
	foreign.Country = "XB"
	for _, v := range []struct {
		comment string
		key     trust.Key
		issuers []lists.Issuer
		why     string
	}{
		{"a changed signature", forged, issuers, "the authority's signature does not verify"},
		{"the authority of another country", foreign, issuers, "no known authority of its country has signed its certificate"},
		{"no authority", keys[0], nil, "no authority of its country is known"},
		{"an unreadable authority", keys[0], []lists.Issuer{{Country: "XA", DER: []byte("?")}}, "no authority of its country is known"},
		{"no certificate", trust.Key{ID: "x", Country: "XA"}, issuers, "it has no certificate"},
		{"an unreadable certificate", trust.Key{ID: "x", Country: "XA", DER: []byte("?")}, issuers, "not an X.509 certificate in DER"},
	} {
		got := lists.Unchained([]trust.Key{v.key}, v.issuers)
		want := []lists.Skipped{{Entry: "key", Country: v.key.Country, KeyID: b64([]byte(v.key.ID)), Why: v.why}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v", v.comment, got)
		}
	}
}

func BenchmarkReadWHO(b *testing.B) {
	data := public(b, "who/trustlist-dev/did.json")
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if l, err := lists.Read("test", data); err != nil || len(l.Keys) != 109 {
			b.Fatal(err)
		}
	}
}
