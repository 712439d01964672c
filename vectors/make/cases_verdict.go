package main

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/vectors"
)

// verdictFile has a case for every row of the colour table.
func verdictFile() vectors.File {
	v := &verdicts{list: list{world: "both"}, stock: newStock()}
	v.people()
	v.at(20)
	v.recognitions()
	v.at(40)
	v.withdrawals()
	v.at(60)
	v.rules()
	v.at(100)
	v.clocks()
	v.at(120)
	v.orders()
	v.at(140)
	v.derived()
	return vectors.File{
		Format: vectors.Format,
		About:  "From a code and a trip to an answer: every row of the colour table, what comes first where several hold, and when an answer changes by itself.",
		Notes:  verdictNotes, Files: v.files, Worlds: v.worlds, Cases: v.cases,
	}
}

// verdicts collects cases and the worlds that they need.
type verdicts struct {
	list
	stock
}

// in makes a world for one case: the ordinary one with other files.
func (v *verdicts) in(name string, changes ...string) edit {
	v.worlds[name] = v.stock.world(name, changes...)
	return in(name)
}

func changes(t time.Time) edit {
	return func(c *vectors.Case) { c.Want.Changes = t.Format(time.RFC3339Nano) }
}
func purpose(p string) edit { return func(c *vectors.Case) { c.Question.Purpose = p } }
func to(cc string) edit     { return func(c *vectors.Case) { c.Question.To = cc } }
func asked(t time.Time) edit {
	return func(c *vectors.Case) { c.Question.Now = t }
}

var negative = made(func(c *code) {})

// fresh is a certificate issued and sampled so long before arrival.
func aged(entry omap, sampledAgo time.Duration) string {
	e := entry
	at := arrives.Add(-sampledAgo)
	e.set("sc", at.Format(time.RFC3339))
	c := newCode(norland, dcc("t", e))
	c.claims.set(6, int(at.Add(time.Hour).Unix()))
	c.claims.set(4, int(at.AddDate(0, 0, 60).Unix()))
	return c.String()
}

func (v *verdicts) people() {
	v.add("a negative nucleic acid test of 53 hours before arrival", "green", "valid", "green", "accepted", negative, changes(sampled.Add(72*time.Hour+time.Millisecond)))
	v.add("sampled 72 hours before arrival, to the second", "green time", "valid", "green", "accepted", aged(testEntry(), 72*time.Hour), changes(arrives.Add(time.Millisecond)))
	v.add("sampled 72 hours and a second before arrival", "rules time", "valid", "amber", "rule_failed", aged(testEntry(), 72*time.Hour+time.Second))
	v.add("80 hours after the sample", "rules", "valid", "amber", "rule_failed", negative, when(sampled.Add(80*time.Hour)))
	v.add("sampled after arrival", "rules", "valid", "amber", "rule_failed", func() string {
		e := testEntry()
		e.set("sc", arrives.Add(time.Hour).Format(time.RFC3339))
		return newCode(norland, dcc("t", e)).String()
	}())
	v.add("a positive test of two days ago", "health", "valid", "red", "infection", with(func(e *omap) { e.set("tr", "260373001") }), changes(sampled.Add(240*time.Hour)))
	positive := testEntry()
	positive.set("tr", "260373001")
	v.add("a positive test of eleven days ago is no acceptance, and no reason to refer", "health", "valid", "amber", "rule_failed", aged(positive, 11*24*time.Hour))
	v.add("a rapid antigen test", "rules", "valid", "amber", "rule_failed", with(func(e *omap) { e.set("tt", "LP217198-3"); e.set("ma", "1232"); e.del("nm") }))
	v.add("the first of two doses", "rules", "valid", "amber", "rule_failed", dose(func(e *omap) { e.set("dn", 1) }))
	v.add("the last dose of ten days ago: it will be accepted by itself", "rules time", "valid", "amber", "rule_failed", dose(func(e *omap) { e.set("dt", "2026-11-23") }),
		changes(time.Date(2026, 12, 7, 0, 0, 0, 0, time.UTC)))
	v.add("a vaccine that Sudmark does not accept", "rules", "valid", "amber", "rule_failed", dose(func(e *omap) { e.set("mp", "Unknown-Vac") }))
	v.add("a recovery of ten days ago", "rules time", "valid", "amber", "rule_failed", recovery("2026-11-23"))
	v.add("a recovery of seven months ago", "rules", "valid", "amber", "rule_failed", recovery("2026-05-01"))
}

func dose(change func(e *omap)) string {
	e := doseEntry()
	change(&e)
	c := newCode(norland, dcc("v", e))
	c.claims.set(4, int(issued.AddDate(1, 0, 0).Unix()))
	return c.String()
}

func recovery(first string) string {
	e := recoveryEntry()
	e.set("fr", first)
	return newCode(norland, dcc("r", e)).String()
}

func (v *verdicts) recognitions() {
	stated := func(name string, change func(r *trust.Recognition)) edit {
		return v.in(name, "sudmark.txt", trustText("XB", recognises(change)))
	}
	amber := func(comment, reason, world string, change func(r *trust.Recognition)) {
		v.add(comment, "recognition", "valid", "amber", reason, negative, stated(world, change), checks("signature", "pass", "recognised", "fail", "rules", "pass"))
	}
	amber("Sudmark recognises another country only", "not_recognised_issuer", "recognises XC", func(r *trust.Recognition) { r.Of = "XC" })
	amber("the recognition ended at the second of arrival", "recognition_ended", "recognition ended", func(r *trust.Recognition) { r.Until = arrives })
	amber("the recognition begins tomorrow", "recognition_not_begun", "recognition to come", func(r *trust.Recognition) { r.From = arrives.Add(24 * time.Hour) })
	amber("recognised for vaccinations only", "not_recognised_use", "recognises vaccinations", func(r *trust.Recognition) { r.Uses = trust.Uses{Of: []trust.Use{trust.Vaccination}} })
	amber("recognised in another format only", "not_recognised_format", "recognises seals", func(r *trust.Recognition) { r.Formats = []string{"vds"} })
	amber("recognised for another disease only", "not_recognised_disease", "recognises yellow fever", func(r *trust.Recognition) { r.Diseases = []string{"16541001"} })
	amber("recognised for antigen tests only", "not_recognised_method", "recognises antigen tests", func(r *trust.Recognition) { r.Methods = []string{"antigen_rapid"} })
	amber("recognised from one laboratory only, and it is another", "not_recognised_laboratory", "recognises one laboratory", func(r *trust.Recognition) { r.Laboratories = []string{"Fjord Clinic"} })
	v.add("recognised from this laboratory", "recognition green", "valid", "green", "accepted", negative,
		stated("recognises this laboratory", func(r *trust.Recognition) { r.Laboratories = []string{"Norland State Laboratory"} }))
	v.add("everybody is recognised", "recognition green", "valid", "green", "accepted", negative, stated("recognises everybody", func(r *trust.Recognition) { r.Of = "*" }))
	v.add("Sudmark has stated nothing: its list of keys stands for it, and the answer says so", "recognition green", "valid", "green", "accepted", negative,
		v.in("nothing stated", "sudmark.txt", ""), checks("signature", "pass", "recognised", "unknown", "rules", "pass"), also("recognition_not_stated"))
	v.add("Norland's own certificate coming home", "recognition green", "valid", "green", "accepted", negative, to("XA"), checks("signature", "pass", "rules", "pass"))
}

// entryOf is a line of a list of withdrawals for a certificate identifier.
func entryOf(scheme, handleOf, reason string, since time.Time) string {
	h := sha256.Sum256([]byte(handleOf))
	return fmt.Sprintf("%s %x %s %s\n", scheme, h[:16], reason, since.Format(time.RFC3339))
}

func (v *verdicts) withdrawals() {
	const id = "URN:UVCI:01:XA:T7K2M4Q9#A"
	ago := arrives.Add(-time.Hour)
	listed := func(name, entry string) edit { return v.in(name, "withdrawals.txt", withdrawals(entry)) }
	failed := checks("signature", "pass", "unrevoked", "fail")
	v.add("withdrawn for fraud", "withdrawal", "valid", "red", "withdrawn", negative, listed("fraud", entryOf("by-uci", id, "fraud", ago)), failed)
	v.add("withdrawn for an error", "withdrawal", "valid", "red", "withdrawn", negative, listed("error", entryOf("by-uci", id, "error", ago)), failed)
	v.add("withdrawn because a key was lost: nothing against the person", "withdrawal", "valid", "amber", "withdrawn_key_lost", negative, listed("key lost", entryOf("by-uci", id, "key-lost", ago)), failed)
	v.add("withdrawn by country and identifier", "withdrawal", "valid", "red", "withdrawn", negative, listed("by country", entryOf("by-country-uci", "XA"+id, "fraud", ago)), failed)
	v.add("withdrawn by its signature", "withdrawal", "valid", "red", "withdrawn", negative, listed("by signature", bySignature(ago)), failed)
	malleated := made(func(c *code) { c.sig = otherS })
	v.add("withdrawn by its signature, and the signature was changed where anybody can", "withdrawal", "valid", "red", "withdrawn", malleated, in("by signature"), failed)
	v.add("withdrawn from tomorrow on", "withdrawal time", "valid", "green", "accepted", negative, listed("fraud from tomorrow", entryOf("by-uci", id, "fraud", arrives.Add(10*time.Hour))), changes(arrives.Add(10*time.Hour)))
	v.add("another certificate was withdrawn", "withdrawal green", "valid", "green", "accepted", negative, listed("another", entryOf("by-uci", id+"X", "fraud", ago)))
	v.add("no list of withdrawals: a line, no colour", "withdrawal green", "valid", "green", "accepted", negative, v.in("no withdrawals", "withdrawals.txt", ""), checks("unrevoked", "unknown"), also("withdrawals_not_checked"))
	v.add("the list of withdrawals is past its end: a line, no colour", "withdrawal green data", "valid", "green", "accepted", negative, asked(time.Date(2026, 12, 11, 0, 0, 0, 0, time.UTC)), checks("unrevoked", "unknown"), also("withdrawals_old"))
}

func bySignature(since time.Time) string {
	var half []byte
	made(func(c *code) { c.sig = func(b []byte) []byte { half = append(half, b[:32]...); return b } })
	return entryOf("by-signature", string(half), "fraud", since)
}

func (v *verdicts) rules() {
	sudmark := func(name string, change func(m map[string]any)) edit {
		return v.in(name, "sudmark.json", pack("sudmark", change))
	}
	grey := func(comment, reason string, edits ...edit) {
		v.add(comment, "rules", "valid", "grey", reason, negative, append(edits, checks("signature", "pass", "recognised", "pass", "rules", "unknown"))...)
	}
	v.add("no rules of the destination", "rules", "valid", "grey", "no_rules", negative, v.in("no rules", "sudmark.json", ""), checks("signature", "pass", "rules", "unknown"))
	v.add("a destination that nobody knows", "rules", "valid", "grey", "no_rules", negative, to("XC"), checks("signature", "pass", "rules", "unknown"))
	v.add("no destination", "rules", "valid", "grey", "no_destination", negative, to(""), checks("signature", "pass", "rules", "unknown"))
	grey("rules for entry, and the question is about a venue", "no_rules", purpose("venue"))
	grey("the rules lapsed yesterday", "rules_lapsed", sudmark("rules lapsed", func(m map[string]any) { m["until"] = "2026-12-02T00:00:00Z" }))
	grey("the rules begin tomorrow", "rules_not_begun", sudmark("rules to come", func(m map[string]any) { m["from"] = "2026-12-04T00:00:00Z" }))
	grey("a rule for a later engine", "rule_open", sudmark("later engine", func(m map[string]any) {
		rule(m, "TR-XB-0003", func(r map[string]any) { r["EngineVersion"] = "9.0.0" })
	}))
	grey("a rule whose evaluation fails is not false", "rule_open", sudmark("error in a rule", func(m map[string]any) {
		rule(m, "TR-XB-0003", func(r map[string]any) {
			r["Logic"] = map[string]any{">": []any{map[string]any{"var": "payload.t.0.tc"}, 3}}
		})
	}))
	grey("a rule that reads the certificate's identifier", "rule_open", sudmark("reads identity", func(m map[string]any) {
		rule(m, "TR-XB-0003", func(r map[string]any) {
			r["Logic"] = map[string]any{"===": []any{map[string]any{"var": "payload.t.0.ci"}, "x"}}
		})
	}))
	v.add("a rule marked to refuse: the centre is suspended", "rules", "valid", "red", "rule_refuses", with(func(e *omap) { e.set("tc", "Quick Swab 9") }), checks("signature", "pass", "rules", "fail"))
	v.add("the issuer has declared such certificates invalid", "rules", "valid", "red", "issuer_invalidated", negative, v.in("invalidation", "norland.json", pack("norland", func(m map[string]any) {
		m["rules"] = append(m["rules"].([]any), map[string]any{
			"Identifier": "IR-XA-0001", "Type": "Invalidation", "Country": "XA", "Version": "1.0.0", "SchemaVersion": "1.0.0", "Engine": "CERTLOGIC", "EngineVersion": "1.0.0",
			"CertificateType": "Test", "Description": []any{map[string]any{"lang": "en", "desc": "Results of the batch of 1 December were contaminated."}},
			"ValidFrom": "2026-12-02T00:00:00Z", "ValidTo": "2027-12-02T00:00:00Z", "AffectedFields": []any{"t.0.sc"},
			"Logic": map[string]any{"!": []any{map[string]any{"===": []any{map[string]any{"var": "payload.t.0.sc"}, "2026-12-01T08:00:00Z"}}}},
		})
	})), checks("signature", "pass", "rules", "fail"))
	v.add("only vaccinations are accepted", "rules", "valid", "amber", "kind_not_accepted", negative, sudmark("accepts vaccinations", func(m map[string]any) {
		m["accepts"] = []any{map[string]any{"kind": "vaccination", "diseases": []any{"840539006"}}}
		m["rules"] = keep(m["rules"].([]any), "VR")
		m["refuse"], m["cures"] = []any{}, map[string]any{}
	}))
	v.add("a rule turns on where the journey began, and nobody told", "rules", "valid", "grey", "trip_unknown", negative, sudmark("asks the origin", func(m map[string]any) {
		rule(m, "TR-XB-0003", func(r map[string]any) {
			r["Logic"] = map[string]any{"!": []any{map[string]any{"in": []any{map[string]any{"var": "external.trip.from"}, map[string]any{"var": "external.valueSets.second-test-from"}}}}}
		})
	}), func(c *vectors.Case) { c.Question.From = "" })
	v.add("the same, and it was told", "rules", "valid", "amber", "rule_failed", negative, in("asks the origin"))
	v.add("a test for another disease", "rules", "valid", "amber", "disease_not_accepted", with(func(e *omap) { e.set("tg", "6142004") }))
}

func keep(rules []any, prefix string) []any {
	var out []any
	for _, r := range rules {
		if id := r.(map[string]any)["Identifier"].(string); id[:2] == prefix || id[:2] == "GR" {
			out = append(out, r)
		}
	}
	return out
}

func (v *verdicts) clocks() {
	day := func(d int) *time.Time {
		t := time.Date(2026, 12, d, 0, 0, 0, 0, time.UTC)
		return &t
	}
	dated := v.stock.world("")
	dated.AsOf, dated.HardExpiry = day(2), day(9)
	v.worlds["dated"] = dated
	v.add("data of yesterday", "data green", "valid", "green", "accepted", negative, in("dated"))
	v.add("data past its hard expiry", "data", "valid", "grey", "data_expired", negative, in("dated"), asked(time.Date(2026, 12, 9, 0, 0, 1, 0, time.UTC)), checks("signature", "pass", "rules", "pass"))
	v.add("a clock before the data was made", "data", "valid", "grey", "clock_impossible", negative, in("dated"), asked(time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)))
	v.add("a clock of 2010", "data", "valid", "grey", "clock_impossible", negative, asked(time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)))
	v.add("the answer holds until the data ends", "data time", "valid", "green", "accepted", dose(func(*omap) {}), in("dated"), changes(time.Date(2026, 12, 9, 0, 0, 0, 1_000_000, time.UTC)))
}

func (v *verdicts) orders() {
	tampered := made(func(c *code) { c.sig = func(b []byte) []byte { b[5] ^= 1; return b } })
	v.add("forged, in a world without rules: red, and nobody is shown", "order authenticity", "invalid", "red", "signature_wrong", tampered, in("no rules"))
	v.add("forged, with a clock of 2010: red", "order authenticity", "invalid", "red", "signature_wrong", tampered, asked(time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)), also("clock_impossible"))
	v.add("an unknown signer and no rules: grey, and nobody is shown", "order authenticity", "invalid", "grey", "signer_unknown", newCode(stranger, dcc("t", testEntry())).String(), in("no rules"))
	v.add("withdrawn for fraud, and expired: red", "order", "valid", "red", "withdrawn", negative, in("fraud"), when(arrives.AddDate(0, 1, 0)), asked(arrives), also("signature_expired"))
	v.add("a key not entitled, and a rule not met: red", "order authenticity", "valid", "red", "key_not_entitled", newCode(testsOnly, dcc("v", doseEntry())).String())
	v.add("not recognised, and no rules: grey", "order", "valid", "grey", "no_rules", negative, v.in("not recognised, no rules", "sudmark.txt", trustText("XB", recognises(func(r *trust.Recognition) { r.Of = "XC" })), "sudmark.json", ""), also("not_recognised_issuer"))
	v.add("not recognised, and a rule not met: both are said", "order", "valid", "amber", "", negative, in("recognises XC"), when(sampled.Add(80*time.Hour)), also("not_recognised_issuer", "rule_failed"))
	v.add("infected, and not recognised: red", "order health", "valid", "red", "infection", with(func(e *omap) { e.set("tr", "260373001") }), in("recognises XC"), also("not_recognised_issuer"))
}
