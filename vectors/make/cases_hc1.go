package main

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"crypto/elliptic"
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/vectors"
)

// list collects cases.
type list struct {
	cases []vectors.Case
	next  int
	world string
}

// edit changes a case after its defaults are set.
type edit func(*vectors.Case)

// add puts a case on the list. Identifiers count up in the order of the calls:
// new cases go to the end of a section that leaves room, see at.
func (l *list) add(comment, flags, result, verdict, reason string, text string, edits ...edit) {
	l.next++
	c := vectors.Case{
		ID: l.next, Comment: comment, Flags: strings.Fields(flags), Text: text, Result: result,
		Question: vectors.Question{World: l.world, From: "XA", To: "XB", At: arrives},
		Want:     vectors.Want{Verdict: verdict, Reason: reason},
	}
	if verdict == "green" {
		c.Want.Name, c.Want.Birth = "Åsa Lindqvist-Örn", "1984-05-09"
		c.Want.Checks = map[string]string{"signature": "pass", "key_use": "pass", "in_force": "pass", "rules": "pass"}
	}
	if result == "invalid" {
		c.Want.NoPerson = true
	}
	for _, e := range edits {
		e(&c)
	}
	l.cases = append(l.cases, c)
}

// at begins a section of identifiers.
func (l *list) at(id int) {
	if l.next >= id {
		panic("sections overlap")
	}
	l.next = id - 1
}

// made is a test certificate, changed.
func made(change func(c *code)) string {
	c := newCode(norland, dcc("t", testEntry()))
	change(c)
	return c.String()
}

// with is a test certificate with another entry.
func with(change func(e *omap)) string {
	e := testEntry()
	change(&e)
	return newCode(norland, dcc("t", e)).String()
}

// top is a test certificate with another top level.
func top(change func(d *omap)) string {
	d := dcc("t", testEntry())
	change(&d)
	return newCode(norland, d).String()
}

func name(full string) edit  { return func(c *vectors.Case) { c.Want.Name = full } }
func birth(date string) edit { return func(c *vectors.Case) { c.Want.Birth = date } }
func checks(kv ...string) edit {
	return func(c *vectors.Case) {
		c.Want.Checks = map[string]string{}
		for i := 0; i+1 < len(kv); i += 2 {
			c.Want.Checks[kv[i]] = kv[i+1]
		}
	}
}
func also(codes ...string) edit { return func(c *vectors.Case) { c.Want.Reasons = codes } }
func when(t time.Time) edit     { return func(c *vectors.Case) { c.Question.At = t } }
func in(world string) edit      { return func(c *vectors.Case) { c.Question.World = world } }
func payload(v any) edit {
	return func(c *vectors.Case) {
		b, err := json.Marshal(v)
		must(err)
		c.Want.Payload = b
	}
}

func hc1File() vectors.File {
	l := &list{world: "both"}
	l.add("a negative nucleic acid test", "plain", "valid", "green", "accepted", made(func(c *code) {}), checks(
		"signature", "pass", "key_use", "pass", "in_force", "pass", "schema", "pass", "unrevoked", "pass", "recognised", "pass", "rules", "pass"))
	l.add("a complete vaccination", "plain", "valid", "green", "accepted", newCode(norland, dcc("v", doseEntry())).String())
	l.add("a recovery", "plain", "valid", "green", "accepted", newCode(norland, dcc("r", recoveryEntry())).String())
	l.at(10)
	textCases(l)
	l.at(40)
	zipCases(l)
	l.at(60)
	cborCases(l)
	l.at(100)
	headerCases(l)
	l.at(140)
	signatureCases(l)
	l.at(180)
	claimCases(l)
	l.at(220)
	contentCases(l)
	s := newStock()
	return vectors.File{
		Format: vectors.Format,
		About:  "HC1 codes (EU digital COVID certificate, hcert specification 1.0.5): every step of reading and verifying, and the quirks of codes that were really issued. Keys are demo keys, persons invented.",
		Notes:  hc1Notes, Files: s.files, Worlds: s.worlds, Cases: l.cases,
	}
}

func textCases(l *list) {
	good := made(func(c *code) {})
	l.add("nothing", "not-hc1", "invalid", "grey", "empty", "")
	l.add("the prefix alone", "base45", "invalid", "grey", "read_zlib", "HC1:")
	l.add("the prefix in lower case", "prefix", "invalid", "grey", "not_health_code", "hc1:"+good[4:])
	l.add("no prefix", "prefix", "invalid", "grey", "not_health_code", good[4:])
	l.add("a prefix of tomorrow, HC2", "prefix", "invalid", "grey", "newer_version", "HC2:"+good[4:])
	l.add("a prefix of tomorrow, HCZ", "prefix", "invalid", "grey", "newer_version", "HCZ:"+good[4:])
	l.add("a prefix that is not HC1", "prefix", "invalid", "grey", "format_unsupported", "HL0:"+good[4:])
	l.add("the prefix twice", "prefix base45", "invalid", "grey", "read_base45", "HC1:"+good)
	l.add("a line end after the code", "line-end", "valid", "green", "accepted", good+"\r\n")
	l.add("a line end before the code", "line-end", "valid", "green", "accepted", "\n"+good)
	l.add("a space after the code: a space is a character of base45", "space base45", "invalid", "grey", "read_base45", padTo(good, 0)+" ")
	l.add("small letters after the prefix", "base45", "invalid", "grey", "read_base45", "HC1:"+strings.ToLower(good[4:]))
	l.add("one character of three left over", "base45", "invalid", "grey", "read_base45", "HC1:6BFOXNA")
	l.add("three characters above 65535", "base45", "invalid", "grey", "read_base45", "HC1:6BF:::")
	l.add("a pair above 255", "base45", "invalid", "grey", "read_base45", "HC1:6BF::")
	l.add("a character that base45 lacks", "base45", "invalid", "grey", "read_base45", good[:20]+"#"+good[21:])
	l.add("a web address", "not-hc1", "invalid", "grey", "not_health_code", "https://example.org/menu")
	l.add("a Wi-Fi login", "not-hc1", "invalid", "grey", "not_health_code", "WIFI:T:WPA;S:x;P:y;;")
	l.add("cut in the middle", "cut", "invalid", "grey", "", good[:len(good)/2])
	l.add("cut by one character", "cut", "invalid", "grey", "", good[:len(good)-1])
}

// padTo returns a code whose length after the prefix is 0 modulo 3 plus n, so
// that one more character is left over.
func padTo(good string, n int) string {
	for i := 0; len(good[4:])%3 != n && i < 6; i++ {
		good = made(func(c *code) {
			e := testEntry()
			e.set("nm", "Norland PCR"+strings.Repeat("q7Z", i+1))
			c.dcc = dcc("t", e)
		})
	}
	return good
}

func zipCases(l *list) {
	zipped := func(f func([]byte) []byte) string { return made(func(c *code) { c.zip = f }) }
	l.add("not compressed at all", "zlib", "invalid", "grey", "read_zlib", zipped(func(b []byte) []byte { return b }))
	l.add("raw DEFLATE without the zlib head", "zlib", "invalid", "grey", "read_zlib", zipped(func(b []byte) []byte {
		var buf bytes.Buffer
		w, _ := flate.NewWriter(&buf, 9)
		w.Write(b)
		w.Close()
		return buf.Bytes()
	}))
	l.add("gzip instead of zlib", "zlib", "invalid", "grey", "read_zlib", zipped(func(b []byte) []byte {
		var buf bytes.Buffer
		w := gzip.NewWriter(&buf)
		w.Write(b)
		w.Close()
		return buf.Bytes()
	}))
	l.add("stored, not deflated: level 0", "zlib-level", "valid", "green", "accepted", zipped(func(b []byte) []byte { return deflate(b, zlib.NoCompression) }))
	l.add("level 1", "zlib-level", "valid", "green", "accepted", zipped(func(b []byte) []byte { return deflate(b, zlib.BestSpeed) }))
	l.add("the checksum is wrong", "zlib", "invalid", "grey", "read_zlib", zipped(func(b []byte) []byte {
		z := deflate(b, 9)
		z[len(z)-1] ^= 1
		return z
	}))
	l.add("the checksum is missing", "zlib cut", "invalid", "grey", "read_zlib", zipped(func(b []byte) []byte {
		z := deflate(b, 9)
		return z[:len(z)-4]
	}))
	l.add("the stream is cut", "zlib cut", "invalid", "grey", "read_zlib", zipped(func(b []byte) []byte {
		z := deflate(b, 9)
		return z[:len(z)/2]
	}))
	l.add("a byte after the stream", "zlib-trailing", "invalid", "grey", "read_zlib", zipped(func(b []byte) []byte { return append(deflate(b, 9), 0) }))
	l.add("a second stream after the stream", "zlib-trailing", "invalid", "grey", "read_zlib", zipped(func(b []byte) []byte {
		return append(deflate(b, 9), deflate(b, 9)...)
	}))
	l.add("a preset dictionary is demanded", "zlib", "invalid", "grey", "read_zlib", zipped(func(b []byte) []byte {
		var buf bytes.Buffer
		w, err := zlib.NewWriterLevelDict(&buf, 9, []byte("HC1"))
		must(err)
		w.Write(b)
		w.Close()
		return buf.Bytes()
	}))
	l.add("a bomb: eight million zeros", "bomb", "invalid", "grey", "read_zlib", zipped(func([]byte) []byte { return deflate(make([]byte, 8_000_000), 9) }))
	l.add("a bomb behind a good certificate", "bomb", "invalid", "grey", "read_zlib", zipped(func(b []byte) []byte {
		return deflate(append(slices.Clone(b), make([]byte, 8_000_000)...), 9)
	}))
	l.add("an empty stream", "zlib", "invalid", "grey", "read_cbor", zipped(func([]byte) []byte { return deflate(nil, 9) }))
}

func cborCases(l *list) {
	env := func(f func(prot, unprot, payload, sig any) any) string { return made(func(c *code) { c.envelope = f }) }
	l.add("no tag", "tag", "acceptable", "green", "accepted", env(func(p, u, b, s any) any { return []any{p, u, b, s} }))
	l.add("tag 61 (CWT) around tag 18", "tag", "acceptable", "green", "accepted", env(func(p, u, b, s any) any { return tag{61, tag{18, []any{p, u, b, s}}} }))
	l.add("tag 18 twice", "tag", "invalid", "grey", "read_cose", env(func(p, u, b, s any) any { return tag{18, tag{18, []any{p, u, b, s}}} }))
	l.add("tag 98, a signature of several signers", "tag", "invalid", "grey", "read_cose", env(func(p, u, b, s any) any { return tag{98, []any{p, u, b, s}} }))
	l.add("tag 17, a MAC", "tag", "invalid", "grey", "read_cose", env(func(p, u, b, s any) any { return tag{17, []any{p, u, b, s}} }))
	l.add("three elements", "envelope", "invalid", "grey", "read_cose", env(func(p, u, b, s any) any { return tag{18, []any{p, u, b}} }))
	l.add("five elements", "envelope", "invalid", "grey", "read_cose", env(func(p, u, b, s any) any { return tag{18, []any{p, u, b, s, s}} }))
	l.add("a map instead of the array", "envelope", "invalid", "grey", "read_cose", env(func(p, u, b, s any) any { return tag{18, omap{{1, p}}} }))
	l.add("no payload (detached)", "envelope", "invalid", "grey", "read_cose", env(func(p, u, b, s any) any { return tag{18, []any{p, u, nil, s}} }))
	l.add("the protected header is a map, not bytes", "envelope", "invalid", "grey", "read_cose", made(func(c *code) {
		c.envelope = func(p, u, b, s any) any { return tag{18, []any{c.prot, u, b, s}} }
	}))
	l.add("the unprotected header is an array", "envelope", "invalid", "grey", "read_cose", env(func(p, u, b, s any) any { return tag{18, []any{p, []any{}, b, s}} }))
	l.add("a byte after the envelope", "trailing", "invalid", "grey", "", made(func(c *code) { c.cose = func(b []byte) []byte { return append(b, 0) } }))
	l.add("a byte missing at the end of the envelope", "cut", "invalid", "grey", "", made(func(c *code) { c.cose = func(b []byte) []byte { return b[:len(b)-1] } }))
	l.add("text instead of CBOR", "envelope", "invalid", "grey", "", made(func(c *code) { c.cose = func([]byte) []byte { return []byte("hello, world") } }))
	l.add("the envelope is an array without a stated length", "indefinite", "acceptable", "green", "accepted", env(func(p, u, b, s any) any { return tag{18, endless{[]any{p, u, b, s}}} }))
	l.add("claims in a map without a stated length", "indefinite", "acceptable", "green", "accepted", made(func(c *code) {
		c.payload = func([]byte) []byte {
			return encode(endless{omap{{1, "XA"}, {4, int(expires.Unix())}, {6, int(issued.Unix())}, {-260, endless{omap{{1, c.dcc}}}}}})
		}
	}))
	l.add("a name in two chunks", "indefinite", "acceptable", "green", "accepted", top(func(d *omap) {
		d.set("nam", omap{{"fn", endless{"Lindqvist-Örn"}}, {"fnt", "LINDQVIST<OERN"}, {"gn", "Åsa"}, {"gnt", "AASA"}})
	}))
	l.add("integers longer than they need be", "non-minimal", "acceptable", "green", "accepted", made(func(c *code) {
		c.claims.set(4, wide{int(expires.Unix())})
		c.claims.set(6, wide{int(issued.Unix())})
	}))
	l.add("a header nested 10,000 deep", "deep", "invalid", "grey", "", made(func(c *code) {
		c.cose = func([]byte) []byte {
			return append(append([]byte{0xd2, 0x84, 0x43, 0xa1, 0x01, 0x26}, bytes.Repeat([]byte{0x81}, 10_000)...), 0x00)
		}
	}))
	l.add("claims nested 10,000 deep", "deep", "invalid", "grey", "", made(func(c *code) {
		c.payload = func([]byte) []byte { return append(bytes.Repeat([]byte{0x81}, 10_000), 0) }
	}))
	l.add("an array that claims four thousand million elements", "deep", "invalid", "grey", "", made(func(c *code) {
		c.cose = func([]byte) []byte { return []byte{0xd2, 0x9a, 0xff, 0xff, 0xff, 0xff, 0x00} }
	}))
	l.add("the name stands twice", "duplicate", "invalid", "grey", "", made(func(c *code) {
		c.dcc = append(c.dcc, pair{"nam", omap{{"fnt", "OTHER"}}})
	}))
	l.add("the expiry stands twice", "duplicate", "invalid", "grey", "", made(func(c *code) {
		c.claims = append(c.claims, pair{4, int(expires.AddDate(10, 0, 0).Unix())})
	}))
	l.add("the key identifier stands twice", "duplicate", "invalid", "grey", "", made(func(c *code) {
		c.prot = append(c.prot, pair{4, []byte(other.id)})
	}))
	l.add("a text that is not UTF-8", "utf8", "invalid", "grey", "", top(func(d *omap) {
		d.set("nam", omap{{"fn", raw{0x63, 0xff, 0xfe, 0x41}}, {"fnt", "LINDQVIST<OERN"}})
	}))
	l.add("a text that claims to be longer than the rest", "envelope", "invalid", "grey", "", made(func(c *code) {
		c.payload = func([]byte) []byte { return []byte{0xa1, 0x01, 0x78, 0xff, 0x41} }
	}))
}

func headerCases(l *list) {
	l.add("the key identifier unprotected only", "kid-unprotected", "acceptable", "green", "accepted", made(func(c *code) {
		c.prot, c.unprot = omap{{1, -7}}, omap{{4, []byte(norland.id)}}
	}))
	l.add("both: the protected one is right and counts", "kid-both", "valid", "green", "accepted", made(func(c *code) { c.unprot = omap{{4, []byte(other.id)}} }))
	l.add("both: the protected one is wrong and counts", "kid-both", "invalid", "grey", "signer_unknown", made(func(c *code) {
		c.prot.set(4, []byte("nobody's"))
		c.unprot = omap{{4, []byte(norland.id)}}
	}))
	l.add("an empty protected header, all unprotected", "kid-unprotected alg-unprotected", "acceptable", "green", "accepted", made(func(c *code) {
		c.protRaw, c.unprot = []byte{}, omap{{1, -7}, {4, []byte(norland.id)}}
	}))
	l.add("a protected header of an empty map, all unprotected", "kid-unprotected alg-unprotected", "acceptable", "green", "accepted", made(func(c *code) {
		c.prot, c.unprot = omap{}, omap{{1, -7}, {4, []byte(norland.id)}}
	}))
	l.add("no key identifier", "kid-missing", "invalid", "grey", "no_key_named", made(func(c *code) { c.prot.del(4) }))
	l.add("a key identifier of four bytes: no list has it", "kid-length", "invalid", "grey", "signer_unknown", made(func(c *code) { c.prot.set(4, []byte(norland.id[:4])) }))
	l.add("a key identifier of 16 bytes that begins as a known one", "kid-length", "invalid", "grey", "signer_unknown", made(func(c *code) { c.prot.set(4, []byte(norland.id+"longerXX")) }))
	l.add("a key identifier of 32 bytes that a list has", "kid-length", "valid", "green", "accepted", newCode(longID, dcc("t", testEntry())).String())
	l.add("a key that no list has", "unknown-key", "invalid", "grey", "signer_unknown", newCode(stranger, dcc("t", testEntry())).String())
	l.add("no algorithm", "alg", "invalid", "grey", "", made(func(c *code) { c.prot.del(1) }))
	l.add("an algorithm of no registry", "alg", "invalid", "grey", "algorithm_unknown", made(func(c *code) { c.prot.set(1, -99999) }))
	l.add("ES256K, which nobody may use here", "alg", "invalid", "grey", "algorithm_unknown", made(func(c *code) { c.prot.set(1, -47) }))
	l.add("HS256: a MAC is no signature", "alg", "invalid", "grey", "algorithm_unknown", made(func(c *code) { c.prot.set(1, 5) }))
	l.add("RS256 (PKCS#1 v1.5)", "alg", "invalid", "grey", "algorithm_unknown", made(func(c *code) { c.prot.set(1, -257) }))
	l.add("ES256 under an RSA key", "alg-key", "invalid", "red", "signature_wrong", made(func(c *code) { c.prot.set(4, []byte(rsa2048.id)) }))
	l.add("PS256 under a P-256 key", "alg-key", "invalid", "red", "signature_wrong", made(func(c *code) { c.prot.set(1, -37) }))
	l.add("ES384 under a P-256 key", "alg-key", "invalid", "red", "signature_wrong", made(func(c *code) { c.prot.set(1, -35) }))
	l.add("ES256 under a P-384 key, with SHA-256", "alg-key", "invalid", "red", "signature_wrong", func() string {
		k := p384
		k.alg = -7
		return newCode(k, dcc("t", testEntry())).String()
	}())
	l.add("a critical header that this build does not know", "crit", "invalid", "grey", "critical_unknown", made(func(c *code) {
		c.prot.set(2, []any{-70000})
		c.prot.set(-70000, 1)
	}))
	l.add("the content type in the protected header", "extra-header", "valid", "green", "accepted", made(func(c *code) { c.prot.set(3, "application/cbor") }))
	l.add("a header that nobody knows and that is not critical", "extra-header", "valid", "green", "accepted", made(func(c *code) { c.unprot = omap{{"note", "x"}} }))
	l.add("two keys with one identifier, the second signed", "kid-collision", "valid", "green", "accepted", newCode(twinB, dcc("t", testEntry())).String())
	l.add("two keys with one identifier, neither signed", "kid-collision", "invalid", "red", "signature_wrong", func() string {
		k := stranger
		k.id = twinB.id
		return newCode(k, dcc("t", testEntry())).String()
	}())
}

func signatureCases(l *list) {
	sig := func(f func([]byte) []byte) string { return made(func(c *code) { c.sig = f }) }
	order := elliptic.P256().Params().N
	halves := func(f func(r, s *big.Int) (*big.Int, *big.Int)) string {
		return sig(func(b []byte) []byte {
			r, s := f(new(big.Int).SetBytes(b[:32]), new(big.Int).SetBytes(b[32:]))
			return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		})
	}
	l.add("PS256, RSA 2048", "ps256", "valid", "green", "accepted", newCode(rsa2048, dcc("t", testEntry())).String())
	l.add("PS256, RSA 3072", "ps256", "valid", "green", "accepted", newCode(rsa3072, dcc("t", testEntry())).String())
	l.add("PS256, RSA 1024: too weak to be on a list", "weak-key", "invalid", "grey", "signer_unknown", newCode(rsa1024, dcc("t", testEntry())).String())
	l.add("PS256 with a salt of 20 bytes", "ps256", "invalid", "red", "signature_wrong", func() string {
		c := newCode(rsa2048, dcc("t", testEntry()))
		c.tbs = func(prot, payload []byte) []byte {
			tbs := encode([]any{"Signature1", prot, []byte{}, payload})
			c.sig = func([]byte) []byte { return rsa2048.pss(tbs, 20) }
			return tbs
		}
		return c.String()
	}())
	l.add("ES384, P-384", "other-curves", "valid", "green", "accepted", newCode(p384, dcc("t", testEntry())).String())
	l.add("ES512, P-521", "other-curves", "valid", "green", "accepted", newCode(p521, dcc("t", testEntry())).String())
	l.add("EdDSA, Ed25519", "other-curves", "valid", "green", "accepted", newCode(ed, dcc("t", testEntry())).String())
	l.add("the content was changed after signing", "tampered", "invalid", "red", "signature_wrong", made(func(c *code) {
		c.after = func(b []byte) []byte { return bytes.Replace(b, []byte("260415000"), []byte("260373001"), 1) }
	}))
	l.add("the name was changed after signing", "tampered", "invalid", "red", "signature_wrong", made(func(c *code) {
		c.after = func(b []byte) []byte { return bytes.Replace(b, []byte("LINDQVIST"), []byte("LINDQVISD"), 1) }
	}))
	l.add("the expiry was changed after signing", "tampered", "invalid", "red", "signature_wrong", made(func(c *code) {
		c.after = func(b []byte) []byte {
			return bytes.Replace(b, encode(int(expires.Unix())), encode(int(expires.AddDate(1, 0, 0).Unix())), 1)
		}
	}))
	l.add("the content was encoded anew, meaning the same", "re-encoded", "invalid", "red", "signature_wrong", made(func(c *code) {
		c.after = func(b []byte) []byte {
			return encode(omap{{1, "XA"}, {4, wide{int(expires.Unix())}}, {6, int(issued.Unix())}, {-260, omap{{1, c.dcc}}}})
		}
	}))
	l.add("the protected header was encoded anew, meaning the same", "re-encoded", "invalid", "red", "signature_wrong", made(func(c *code) {
		c.envelope = func(p, u, b, s any) any {
			return tag{18, []any{encode(omap{{4, []byte(norland.id)}, {1, -7}}), u, b, s}}
		}
	}))
	l.add("a bit of the signature is flipped", "tampered", "invalid", "red", "signature_wrong", sig(func(b []byte) []byte { b[10] ^= 4; return b }))
	l.add("the signature of another key", "tampered", "invalid", "red", "signature_wrong", func() string {
		k := other
		k.id = norland.id
		return newCode(k, dcc("t", testEntry())).String()
	}())
	l.add("signed for another context", "tampered", "invalid", "red", "signature_wrong", made(func(c *code) {
		c.tbs = func(prot, payload []byte) []byte { return encode([]any{"Signature", prot, []byte{}, payload}) }
	}))
	l.add("signed with external data", "tampered", "invalid", "red", "signature_wrong", made(func(c *code) {
		c.tbs = func(prot, payload []byte) []byte { return encode([]any{"Signature1", prot, []byte{1}, payload}) }
	}))
	l.add("an empty signature", "signature-form", "invalid", "red", "signature_wrong", sig(func([]byte) []byte { return nil }))
	l.add("a signature in DER", "signature-form", "invalid", "red", "signature_wrong", made(func(c *code) {
		c.tbs = func(prot, payload []byte) []byte {
			tbs := encode([]any{"Signature1", prot, []byte{}, payload})
			c.sig = func([]byte) []byte { return norland.der(tbs) }
			return tbs
		}
	}))
	l.add("an ECDSA signature one byte too long", "signature-form", "invalid", "red", "signature_wrong", sig(func(b []byte) []byte { return append(b, 0) }))
	l.add("an ECDSA signature one byte too short", "signature-form", "invalid", "red", "signature_wrong", sig(func(b []byte) []byte { return b[:63] }))
	l.add("an ECDSA signature padded to 33 bytes each half", "signature-form", "invalid", "red", "signature_wrong", sig(func(b []byte) []byte {
		return slices.Concat([]byte{0}, b[:32], []byte{0}, b[32:])
	}))
	l.add("r is zero", "signature-form", "invalid", "red", "signature_wrong", halves(func(r, s *big.Int) (*big.Int, *big.Int) { return new(big.Int), s }))
	l.add("s is zero", "signature-form", "invalid", "red", "signature_wrong", halves(func(r, s *big.Int) (*big.Int, *big.Int) { return r, new(big.Int) }))
	l.add("r is the order of the curve", "signature-form", "invalid", "red", "signature_wrong", halves(func(r, s *big.Int) (*big.Int, *big.Int) { return order, s }))
	l.add("all zeros", "signature-form", "invalid", "red", "signature_wrong", sig(func([]byte) []byte { return make([]byte, 64) }))
	l.add("the other s, which anybody can compute", "malleable", "acceptable", "green", "accepted", sig(otherS))
}

// otherS replaces s by the order of the curve minus s, which verifies as well.
func otherS(b []byte) []byte {
	s := new(big.Int).Sub(elliptic.P256().Params().N, new(big.Int).SetBytes(b[32:]))
	return append(slices.Clone(b[:32]), s.FillBytes(make([]byte, 32))...)
}

func claimCases(l *list) {
	claim := func(k, v any) string { return made(func(c *code) { c.claims.set(k, v) }) }
	without := func(k any) string { return made(func(c *code) { c.claims.del(k) }) }
	l.add("expiry and issue as whole floats", "float-time", "acceptable", "green", "accepted", made(func(c *code) {
		c.claims.set(4, float64(expires.Unix()))
		c.claims.set(6, float64(issued.Unix()))
	}))
	l.add("expiry as text", "claim-type", "invalid", "grey", "", claim(4, "2026-12-15"))
	l.add("expiry as NaN", "claim-type", "invalid", "grey", "", claim(4, math.NaN()))
	l.add("expiry beyond all calendars", "claim-type", "invalid", "grey", "", claim(4, wide{math.MaxInt64}))
	l.add("an expiry of 1970", "expired", "valid", "amber", "signature_expired", claim(4, 0))
	l.add("no expiry", "missing-claim", "acceptable", "green", "accepted", without(4))
	l.add("no time of issue", "missing-claim", "acceptable", "green", "accepted", without(6))
	l.add("no issuer", "missing-claim", "acceptable", "green", "accepted", without(1))
	l.add("the issuer is a ministry, not a country code", "issuer-text", "acceptable", "green", "accepted", claim(1, "Norland Ministry of Health"))
	l.add("the expiry is this very second", "boundary", "valid", "green", "accepted", made(func(c *code) {}), when(arrives), func(c *vectors.Case) {
		c.Text = claim(4, int(arrives.Unix()))
	})
	l.add("the expiry was a second ago", "boundary expired", "valid", "amber", "signature_expired", claim(4, int(arrives.Unix())-1), checks("signature", "pass", "in_force", "fail"))
	l.add("issued this very second", "boundary", "valid", "green", "accepted", claim(6, int(arrives.Unix())))
	l.add("issued in a second", "boundary", "valid", "amber", "signature_not_yet", claim(6, int(arrives.Unix())+1), checks("signature", "pass", "in_force", "fail"))
	l.add("subject and token identifier besides", "extra-claims", "acceptable", "green", "accepted", made(func(c *code) {
		c.claims.set(2, "x")
		c.claims.set(7, []byte{1, 2, 3})
	}))
	l.add("no health certificate among the claims", "content", "valid", "grey", "content_unsupported", without(-260))
	l.add("a digital yellow card (ICVP) that certifies nothing", "content", "valid", "grey", "no_event", claim(-260, omap{{-6, omap{{"n", "Åsa Lindqvist-Örn"}, {"dob", "1984-05-09"}}}}))
	l.add("a link to health data under its key", "content", "valid", "grey", "online_only", claim(-260, omap{{5, "shlink:/eyJ1cmwi"}}))
	l.add("a certificate under a key that nobody has assigned", "content", "valid", "grey", "content_unsupported", claim(-260, omap{{9, omap{{"ver", "1.3.0"}}}}))
	l.add("the certificate is a text", "content", "invalid", "grey", "read_payload", claim(-260, omap{{1, "x"}}))
	l.add("a key that may sign tests only signed a vaccination", "key-use", "valid", "red", "key_not_entitled", newCode(testsOnly, dcc("v", doseEntry())).String(), checks("signature", "pass", "key_use", "fail"))
	l.add("a key that may sign tests only signed a test", "key-use", "valid", "green", "accepted", newCode(testsOnly, dcc("t", testEntry())).String())
	l.add("signed before its key began", "key-life", "valid", "amber", "key_not_in_force", newCode(tomorrow, dcc("t", testEntry())).String())
	l.add("the key has ended since, and the country asks for issue only", "key-life", "valid", "green", "accepted", newCode(yesterday, dcc("t", testEntry())).String())
	l.add("the key has ended since, and the country asks for now", "key-life", "valid", "amber", "key_not_in_force", newCode(yesterday, dcc("t", testEntry())).String(), in("keys in force now"))
}

func contentCases(l *list) {
	l.add("a birth date of a year", "partial-date", "valid", "green", "accepted", top(func(d *omap) { d.set("dob", "1984") }), birth("1984"))
	l.add("a birth date of a year and month", "partial-date", "valid", "green", "accepted", top(func(d *omap) { d.set("dob", "1984-05") }), birth("1984-05"))
	l.add("an empty birth date", "partial-date", "valid", "green", "accepted", top(func(d *omap) { d.set("dob", "") }), birth(""))
	l.add("a birth date with a time", "date-form", "acceptable", "green", "accepted", top(func(d *omap) { d.set("dob", "1984-05-09T00:00:00") }))
	l.add("a transliterated family name alone", "name", "valid", "green", "accepted", top(func(d *omap) { d.set("nam", omap{{"fnt", "LINDQVIST"}}) }), name("LINDQVIST"))
	l.add("a given name alone, as in 1.3.2", "name", "valid", "green", "accepted", top(func(d *omap) {
		d.set("ver", "1.3.2")
		d.set("nam", omap{{"gn", "Åsa"}, {"gnt", "AASA"}})
	}), name("Åsa"))
	l.add("printed names without transliteration", "name", "acceptable", "green", "accepted", top(func(d *omap) { d.set("nam", omap{{"fn", "Lindqvist-Örn"}, {"gn", "Åsa"}}) }), also("schema"))
	l.add("a name that runs from right to left", "name", "valid", "green", "accepted", top(func(d *omap) {
		d.set("nam", omap{{"fn", "النور"}, {"fnt", "ALNOOR"}, {"gn", "سلمى"}, {"gnt", "SALMA"}})
	}), name("سلمى النور"))
	l.add("a name of 80 letters", "name", "valid", "green", "accepted", top(func(d *omap) {
		d.set("nam", omap{{"fn", strings.Repeat("Q", 80)}, {"fnt", strings.Repeat("Q", 80)}})
	}), name(strings.Repeat("Q", 80)), checks("schema", "pass"))
	l.add("a name of 81 letters", "name schema", "acceptable", "green", "accepted", top(func(d *omap) {
		d.set("nam", omap{{"fn", strings.Repeat("Q", 81)}, {"fnt", "Q"}})
	}), name(strings.Repeat("Q", 81)), also("schema"))
	l.add("a name that is not in normal form C", "not-nfc", "acceptable", "green", "accepted", top(func(d *omap) {
		d.set("nam", omap{{"fn", "O\u0308rn"}, {"fnt", "OERN"}, {"gn", "A\u030asa"}, {"gnt", "AASA"}})
	}), name("A\u030asa O\u0308rn"))
	l.add("spaces around a name", "spaces", "acceptable", "green", "accepted", top(func(d *omap) {
		d.set("nam", omap{{"fn", " Lindqvist-Örn"}, {"fnt", "LINDQVIST<OERN"}, {"gn", "Åsa "}, {"gnt", "AASA"}})
	}))
	l.add("null for the groups that are not there", "null", "acceptable", "green", "accepted", top(func(d *omap) { d.set("v", nil); d.set("r", nil) }))
	l.add("null in a field", "null", "acceptable", "green", "accepted", with(func(e *omap) { e.set("ma", nil) }))
	l.add("doses as whole floats", "float-dose", "acceptable", "green", "accepted", func() string {
		e := doseEntry()
		e.set("dn", 2.0)
		e.set("sd", 2.0)
		return newCode(norland, dcc("v", e)).String()
	}())
	l.add("a dose of one and a half", "float-dose", "acceptable", "amber", "rule_lacks", func() string {
		e := doseEntry()
		e.set("dn", 1.5)
		return newCode(norland, dcc("v", e)).String()
	}())
	l.add("the time of the result, which later schemas dropped", "old-field", "acceptable", "green", "accepted", with(func(e *omap) { e.set("dr", "2026-12-01T12:00:00Z") }))
	l.add("a sample time with fractions", "date-form", "acceptable", "green", "accepted", with(func(e *omap) { e.set("sc", "2026-12-01T08:00:00.123456Z") }))
	l.add("a sample time with an offset", "date-form", "valid", "green", "accepted", with(func(e *omap) { e.set("sc", "2026-12-01T09:00:00+01:00") }))
	l.add("a sample time with an offset of hours alone", "date-form", "acceptable", "green", "accepted", with(func(e *omap) { e.set("sc", "2026-12-01T09:00:00+01") }))
	l.add("a sample time without an offset is read as UTC", "date-form", "acceptable", "green", "accepted", with(func(e *omap) { e.set("sc", "2026-12-01T08:00:00") }))
	l.add("a sample time under tag 0", "tag-0", "acceptable", "green", "accepted", with(func(e *omap) { e.set("sc", tag{0, "2026-12-01T08:00:00Z"}) }))
	l.add("a sample time that is no time", "date-form schema", "acceptable", "amber", "rule_lacks", with(func(e *omap) { e.set("sc", "yesterday") }), also("schema"))
	l.add("a sample on the 30th of February", "date-form schema", "acceptable", "amber", "rule_lacks", with(func(e *omap) { e.set("sc", "2026-02-30T08:00:00Z") }))
	l.add("a dose date with a time", "date-form", "acceptable", "green", "accepted", func() string {
		e := doseEntry()
		e.set("dt", "2026-10-01T00:00:00.000Z")
		return newCode(norland, dcc("v", e)).String()
	}())
	l.add("a schema version that never was", "version", "acceptable", "green", "accepted", top(func(d *omap) { d.set("ver", "1.0.4") }))
	l.add("a schema of another major", "version", "acceptable", "grey", "rule_open", top(func(d *omap) { d.set("ver", "2.0.0") }))
	l.add("a field that nobody knows", "extra-field", "acceptable", "green", "accepted", with(func(e *omap) { e.set("zz", "x") }))
	l.add("a result that nobody knows is not negative", "unknown-code", "valid", "amber", "rule_failed", with(func(e *omap) { e.set("tr", "999999999") }))
	l.add("a kind of test that nobody knows", "unknown-code", "valid", "amber", "rule_failed", with(func(e *omap) { e.set("tt", "LP0-0") }))
	l.add("an empty result", "empty", "acceptable", "amber", "rule_lacks", with(func(e *omap) { e.set("tr", "") }))
	l.add("a certificate identifier without its prefix", "uvci", "acceptable", "green", "accepted", with(func(e *omap) { e.set("ci", "01XA0001") }))
	l.add("a certificate identifier in small letters", "uvci", "acceptable", "green", "accepted", with(func(e *omap) { e.set("ci", "urn:uvci:01:xa:t7k2m4q9#a") }))
	l.add("a certificate identifier with a wrong check character", "uvci", "acceptable", "green", "accepted", with(func(e *omap) { e.set("ci", "URN:UVCI:01:XA:T7K2M4Q9#9") }))
	l.add("two tests in one certificate", "several", "acceptable", "amber", "several_events", top(func(d *omap) { d.set("t", []any{testEntry(), testEntry()}) }), also("schema"))
	l.add("a test and a dose in one certificate", "several", "acceptable", "amber", "several_events", top(func(d *omap) { d.set("v", []any{doseEntry()}) }))
	l.add("an empty group and nothing else", "none", "acceptable", "grey", "no_event", top(func(d *omap) { d.set("t", []any{}) }))
	l.add("no group at all", "none", "acceptable", "grey", "no_event", top(func(d *omap) { d.del("t") }))
	l.add("the second dose of a course of one is a booster", "booster", "valid", "green", "accepted", func() string {
		e := doseEntry()
		e.set("sd", 1)
		return newCode(norland, dcc("v", e)).String()
	}())
	l.add("what was signed is what is shown", "payload", "valid", "green", "accepted", made(func(c *code) {}), payload(json.RawMessage(
		`{"ver":"1.3.0","nam":{"fn":"Lindqvist-Örn","fnt":"LINDQVIST<OERN","gn":"Åsa","gnt":"AASA"},"dob":"1984-05-09","t":[{"tg":"840539006","tt":"LP6464-4","nm":"Norland PCR","sc":"2026-12-01T08:00:00Z","tr":"260415000","tc":"Norland State Laboratory","co":"XA","is":"Norland Health Agency","ci":"URN:UVCI:01:XA:T7K2M4Q9#A"}]}`)))
}
