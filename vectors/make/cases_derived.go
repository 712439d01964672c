package main

import (
	"crypto/elliptic"
	"crypto/sha256"
	"time"

	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// Certificates that a third country (XC) derived from those of Norland, shown
// in Sudmark. Each wrong one stands beside one that differs in one thing alone.

var (
	endorser = ecKey("Midland endorsements", elliptic.P256(), -7)
	midland  = ecKey("Midland 1", elliptic.P256(), -7)
)

func midlandKeys() string {
	in := func(k key, uses ...trust.Use) lists.Entry {
		e := keyEntry(k, trust.Uses{Of: uses}, begins, ends)
		e.Key.Country = "XC"
		return e
	}
	return trustText("XC", in(endorser, trust.Derived), in(midland, trust.Test, trust.Vaccination))
}

const originalID = "URN:UVCI:01:XA:T7K2M4Q9#A"

// mark is a handle as a derived certificate carries it: the scheme, and 16 bytes.
func mark(scheme byte, of string) []byte {
	h := sha256.Sum256([]byte(of))
	return append([]byte{scheme}, h[:16]...)
}

// derivation names the ordinary test certificate of Norland.
func derivation() omap {
	return omap{{"h", bytesOf("what Norland signed", 32)}, {"w", []any{mark(2, originalID), mark(3, "XA"+originalID)}}, {"co", "XA"}, {"ct", "dcc"}, {"fm", "hc1"},
		{"exp", int(expires.Unix())}, {"iat", int(issued.Unix())}, {"kid", []byte(norland.id)}}
}

// derivedBy is the test certificate as a key of Midland states it, derived from d.
func derivedBy(k key, d any) string {
	e := testEntry()
	e.set("ci", "URN:UVCI:01:XC:D7K2M4Q9#D")
	c := newCode(k, nil)
	c.claims.set(1, "XC")
	c.claims.set(-260, omap{{1, dcc("t", e)}, {-10, d}})
	return c.String()
}

func (v *verdicts) derived() {
	recognition := func(of string, uses ...trust.Use) lists.Entry {
		return recognises(func(r *trust.Recognition) { r.Of, r.Uses = of, trust.Uses{Any: true, Of: uses} })
	}
	v.files["midland.txt"] = midlandKeys()
	v.files["midland-withdrawals.txt"] = "pratique-withdrawals/1.0\ncountry XC\nas-of 2026-12-03T00:00:00Z\nuntil 2026-12-10T00:00:00Z\n"
	world := func(name string, withdrawn string, statements ...lists.Entry) edit {
		files := []string{"sudmark.txt", trustText("XB", statements...)}
		if withdrawn != "" {
			files = append(files, "withdrawals.txt", withdrawals(withdrawn))
		}
		w := v.stock.world(name, files...)
		w.Files = append(w.Files, "midland.txt", "midland-withdrawals.txt")
		v.worlds[name] = w
		return in(name)
	}
	by := recognition("XC", trust.Derived)
	both := world("recognises what Midland derives", "", by)
	good := derivedBy(endorser, derivation())
	changed := func(change func(d *omap)) string {
		d := derivation()
		change(&d)
		return derivedBy(endorser, d)
	}
	unread := func(comment string, text string) {
		v.add(comment, "derived", "valid", "grey", "original_unknown", text, both)
	}

	v.add("derived by Midland from a certificate of Norland", "derived green", "valid", "green", "accepted", good, both, also("derived_from"), checks(
		"signature", "pass", "key_use", "pass", "in_force", "pass", "schema", "pass", "unrevoked", "pass", "recognised", "pass", "rules", "pass"))
	v.add("the same, signed by a key of Midland that may not derive", "derived", "valid", "red", "key_not_entitled", derivedBy(midland, derivation()), both, checks("signature", "pass", "key_use", "fail"))
	v.add("the key that derives signs an original", "derived", "valid", "red", "key_not_entitled", func() string {
		c := newCode(endorser, dcc("t", testEntry()))
		c.claims.set(1, "XC")
		return c.String()
	}(), both, checks("signature", "pass", "key_use", "fail"))
	v.add("Sudmark recognises all that Midland certifies itself, and has not said so of what it derives", "derived recognition", "valid", "amber", "not_recognised_use", good,
		world("recognises Midland", "", recognition("XC")), checks("signature", "pass", "recognised", "fail"))
	v.add("Sudmark recognises Norland, and nobody who derives", "derived recognition", "valid", "amber", "not_recognised_issuer", good,
		world("recognises Norland alone", "", recognition("XA", trust.Derived)))
	v.add("Midland accepts what it derived itself", "derived green", "valid", "green", "accepted", good, to("XC"), func() edit {
		w := v.stock.world("Midland")
		w.Files = append(w.Files, "midland.txt", "midland-withdrawals.txt", "midland.json")
		baseline, err := rules.Pack("baseline")
		must(err)
		baseline, err = baseline.For("XC")
		must(err)
		v.files["midland.json"] = packed(baseline, nil)
		v.worlds["Midland"] = w
		return in("Midland")
	}())

	unread("no hash of the original", changed(func(d *omap) { d.del("h") }))
	unread("a hash of another length", changed(func(d *omap) { d.set("h", bytesOf("x", 31)) }))
	unread("no country of the original", changed(func(d *omap) { d.del("co") }))
	unread("derived from a certificate of its own", changed(func(d *omap) { d.set("co", "XC") }))
	unread("what it was derived from is a text", derivedBy(endorser, "XA"))
	unread("a mark of another length", changed(func(d *omap) { d.set("w", []any{[]byte{2, 1}}) }))
	v.add("a member that was added later", "derived green", "acceptable", "green", "accepted", changed(func(d *omap) { d.set("zz", 1) }), both)
	v.add("a mark of a scheme of tomorrow", "derived green", "acceptable", "green", "accepted", changed(func(d *omap) { d.set("w", []any{mark(9, originalID)}) }), both)

	ended := arrives.Add(-time.Second)
	v.add("the original ended a second before arrival, whatever this one says of itself", "derived", "valid", "amber", "signature_expired", changed(func(d *omap) { d.set("exp", int(ended.Unix())) }), both, checks("signature", "pass", "in_force", "fail"))
	v.add("the original ends at the second of arrival", "derived green", "valid", "green", "accepted", changed(func(d *omap) { d.set("exp", int(arrives.Unix())) }), both)

	ago := arrives.Add(-time.Hour)
	withdrawn := func(comment, verdict, reason, world0, entry string, edits ...edit) {
		v.add(comment, "derived withdrawal", "valid", verdict, reason, good, append([]edit{world(world0, entry, by), checks("signature", "pass", "unrevoked", "fail")}, edits...)...)
	}
	withdrawn("the original was withdrawn for fraud, by its identifier", "red", "original_withdrawn", "original: fraud", entryOf("by-uci", originalID, "fraud", ago))
	withdrawn("by its country and identifier", "red", "original_withdrawn", "original: country", entryOf("by-country-uci", "XA"+originalID, "error", ago))
	withdrawn("because a key was lost: nothing against the person", "amber", "original_key_lost", "original: key lost", entryOf("by-uci", originalID, "key-lost", ago))
	v.add("another certificate of Norland was withdrawn", "derived green", "valid", "green", "accepted", good, world("original: another", entryOf("by-uci", originalID+"0", "fraud", ago), by))
	v.add("the original is withdrawn an hour after arrival", "derived withdrawal", "valid", "green", "accepted", good, world("original: later", entryOf("by-uci", originalID, "fraud", arrives.Add(time.Hour)), by), changes(arrives.Add(time.Hour)))
	v.add("nothing is known of what Norland withdrew", "derived withdrawal", "valid", "green", "accepted", good, func() edit {
		w := v.stock.world("without Norland's withdrawals", "withdrawals.txt", "", "sudmark.txt", trustText("XB", by))
		w.Files = append(w.Files, "midland.txt", "midland-withdrawals.txt")
		v.worlds["without Norland's withdrawals"] = w
		return in("without Norland's withdrawals")
	}(), checks("signature", "pass", "unrevoked", "unknown"), also("withdrawals_not_checked"))
	v.add("Midland withdrew what it derived", "derived withdrawal", "valid", "red", "withdrawn", good, func() edit {
		w := v.stock.world("Midland withdrew it", "sudmark.txt", trustText("XB", by))
		v.files["midland-withdrew.txt"] = v.files["midland-withdrawals.txt"] + entryOf("by-uci", "URN:UVCI:01:XC:D7K2M4Q9#D", "error", ago)
		w.Files = append(w.Files, "midland.txt", "midland-withdrew.txt")
		v.worlds["Midland withdrew it"] = w
		return in("Midland withdrew it")
	}(), checks("signature", "pass", "unrevoked", "fail"))
}
