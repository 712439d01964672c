package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/vectors"
)

// The keys of Sudmark's border, and of others who sign what they may not.
var (
	pier      = ecKey("Sudmark desk, north pier", elliptic.P256(), -7)
	airport   = edKey("Sudmark desk, airport")
	clinic    = ecKey("Sudmark clinic", elliptic.P256(), -7)
	silent    = ecKey("Sudmark laboratory without restriction", elliptic.P256(), -7)
	retired   = ecKey("Sudmark desk, retired", elliptic.P256(), -7)
	beginning = ecKey("Sudmark desk, from tomorrow", elliptic.P256(), -7)
	abroad    = ecKey("Norland desk", elliptic.P256(), -7)
)

// desks is the list of keys that Sudmark publishes of its desks, with some
// that are not for receipts.
func desks() string {
	receipts, all := trust.Uses{Of: []trust.Use{trust.Receipt}}, trust.Uses{Any: true}
	of := func(country string, k key, uses trust.Uses, from, until time.Time) lists.Entry {
		e := keyEntry(k, uses, from, until)
		e.Key.Country = country
		return e
	}
	return trustText("XB", of("XB", pier, receipts, begins, ends), of("XB", airport, receipts, begins, ends),
		of("XB", clinic, trust.Uses{Of: []trust.Use{trust.Test, trust.Stamp}}, begins, ends), of("XB", silent, all, begins, ends),
		of("XB", retired, receipts, begins, arrives.Add(-time.Second)), of("XB", beginning, receipts, arrives.Add(time.Second), ends),
		of("XA", abroad, receipts, begins, ends))
}

// slip is a receipt that is being made, line by line.
type slip struct {
	code, from string   // what was judged
	via        []string // on the way
	passport   string

	time, at   time.Time
	to         string // with its region
	purpose    string
	verdict    string
	reasons    []string
	rules      []string
	data       []string // lines from keys to until
	outcome    string
	override   string
	officers   []string
	appeals    []string
	salt       string // what it is made of
	lines      func([]string) []string
	text       func(string) string
	signatures func(text string) string
}

const sudmarkAppeal = "Sudmark Office for Travellers' Rights, https://rights.sudmark.example/appeal, appeal@rights.sudmark.example, +1 202 555 0167"

// green is the receipt of somebody who met all rules.
func green() slip {
	return slip{
		code: negative, from: "XA", time: arrives, at: arrives, to: "XB", purpose: "entry", verdict: "green", reasons: []string{"accepted", "demo_key"},
		rules: []string{cited("sudmark", nil)}, outcome: "admitted", appeals: []string{sudmarkAppeal}, salt: "a traveller", signatures: signedBy(pier),
	}
}

// amber is that of somebody whose test was too old.
func amber() slip {
	s := green()
	s.at = sampled.Add(80 * time.Hour)
	s.time = s.at
	s.verdict, s.outcome = "amber", "second_desk"
	s.reasons = []string{"rule_failed rule=TR-XB-0003", "demo_key"}
	return s
}

// cited names a pack of rules, changed, by its content.
func cited(name string, change func(m map[string]any)) string {
	set, err := rules.Parse([]byte(pack(name, change)))
	must(err)
	b, err := hex.DecodeString(set.Digest())
	must(err)
	return set.ID + " " + set.Version + " " + base64.RawURLEncoding.EncodeToString(b)
}

// String writes the receipt and signs it.
func (s slip) String() string {
	salt := bytesOf("salt of "+s.salt, 16)
	code := sha256.Sum256([]byte(s.code))
	trip := `{"legs":[`
	if s.from != "" {
		trip += fmt.Sprintf(`{"jurisdiction":%q},`, s.from)
	}
	for _, v := range s.via {
		trip += fmt.Sprintf(`{"jurisdiction":%q,"airport_only":true},`, v)
	}
	to, _, _ := strings.Cut(s.to, " ")
	trip += fmt.Sprintf(`{"jurisdiction":%q,"arrive":%q}]}`, to, s.at.Format(time.RFC3339Nano))
	short := func(parts ...[]byte) string {
		h := sha256.Sum256(bytes.Join(parts, nil))
		return base64.RawURLEncoding.EncodeToString(h[:])
	}
	lines := []string{"pratique-receipt/1.0", "time " + s.time.Format(time.RFC3339Nano)}
	if !s.at.Equal(s.time) {
		lines = append(lines, "at "+s.at.Format(time.RFC3339Nano))
	}
	lines = append(lines, "desk north-pier.3", "to "+s.to, "purpose "+s.purpose, "verdict "+s.verdict)
	each := func(label string, list []string) {
		for _, l := range list {
			lines = append(lines, label+l)
		}
	}
	each("reason ", s.reasons)
	each("rules ", s.rules)
	each("", s.data)
	lines = append(lines, "decision "+s.outcome)
	if s.override != "" {
		lines = append(lines, "override "+s.override)
	}
	each("officer ", s.officers)
	each("appeal ", s.appeals)
	lines = append(lines,
		"code "+base64.RawURLEncoding.EncodeToString(salt)+" "+short([]byte("pratique-receipt/1 code\n"), salt, []byte(s.code)),
		"trip "+short([]byte("pratique-receipt/1 trip\n"), salt, code[:], []byte(trip)))
	if s.lines != nil {
		lines = s.lines(lines)
	}
	text := strings.Join(lines, "\n") + "\n"
	text += s.signatures(text)
	if s.text != nil {
		text = s.text(text)
	}
	return text
}

// signature is a line of a key: its algorithm, the SHA-256 of its
// SubjectPublicKeyInfo, and what it made.
func signature(k key, algorithm string, made []byte) string {
	der, err := x509.MarshalPKIXPublicKey(k.priv.Public())
	must(err)
	id := sha256.Sum256(der)
	return fmt.Sprintf("signature %s %x %s\n", algorithm, id, base64.StdEncoding.EncodeToString(made))
}

// signedBy makes the signatures of several keys.
func signedBy(all ...key) func(string) string {
	return func(text string) (out string) {
		for _, k := range all {
			algorithm := "es256"
			if k.alg == -8 {
				algorithm = "ed25519"
			}
			out += signature(k, algorithm, k.sign([]byte(text)))
		}
		return out
	}
}

// mirrored replaces s by the order of the curve minus s, as anybody can.
func mirrored(k key) func(string) string {
	return func(text string) string {
		r, s := k.ecdsa([]byte(text))
		s = new(big.Int).Sub(k.priv.Public().(*ecdsa.PublicKey).Params().N, s)
		return signature(k, "es256", append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
	}
}

func replace(old, by string) func(string) string {
	return func(text string) string {
		changed := strings.Replace(text, old, by, 1)
		if changed == text {
			panic("nothing to replace: " + old)
		}
		return changed
	}
}

// receipts collects cases.
type receipts struct {
	stock
	cases []vectors.ReceiptCase
	next  int
}

// add puts a case on the list, of a slip that is changed.
func (r *receipts) add(comment, flags string, s slip, want vectors.ReceiptWant, edits ...func(*vectors.ReceiptCase)) {
	r.next++
	c := vectors.ReceiptCase{ID: r.next, Comment: comment, Flags: strings.Fields(flags), Receipt: s.String(), World: "border", Code: s.code, From: s.from, Via: s.via,
		Passport: s.passport, Result: "valid", Want: want}
	if want.Opened != "authentic" {
		c.Result, c.Code, c.From = "invalid", "", ""
	}
	for _, e := range edits {
		e(&c)
	}
	r.cases = append(r.cases, c)
}

func (r *receipts) at(id int) {
	if r.next >= id {
		panic("sections overlap")
	}
	r.next = id - 1
}

// known makes the world of one who checks: the ordinary one with other files.
func (r *receipts) known(name string, changes ...string) func(*vectors.ReceiptCase) {
	w := r.stock.world(name, changes...)
	w.Files = append(w.Files, "desks.txt")
	r.worlds[name] = w
	return knowing(name)
}

func knowing(world string) func(*vectors.ReceiptCase) {
	return func(c *vectors.ReceiptCase) { c.World = world }
}

// agrees is what is wanted of a receipt whose answer is that of the rules.
func agrees(verdict, outcome string) vectors.ReceiptWant {
	return vectors.ReceiptWant{Opened: "authentic", Verdict: verdict, Outcome: outcome, Agreement: "agrees", Again: verdict}
}

func receiptsFile() vectors.ReceiptFile {
	r := &receipts{stock: newStock()}
	r.files["desks.txt"] = desks()
	clear(r.worlds)
	r.known("border")
	r.agreeing()
	r.at(30)
	r.differing()
	r.at(50)
	r.tampered()
	r.at(70)
	r.keys()
	r.at(90)
	r.malformed()
	return vectors.ReceiptFile{
		Format: vectors.ReceiptsFormat,
		About:  "From a receipt to an answer: who signed it and may, whether its decision can stand, and whether the question that it names is answered as it says.",
		Notes:  receiptNotes, Files: r.files, Worlds: r.worlds, Cases: r.cases,
	}
}

func (r *receipts) agreeing() {
	r.add("a person who met all rules", "agrees", green(), agrees("green", "admitted"))
	r.add("without the code: authentic, and no more is asked", "agrees", green(), vectors.ReceiptWant{Opened: "authentic", Verdict: "green", Outcome: "admitted"},
		func(c *vectors.ReceiptCase) { c.Code, c.From = "", "" })
	r.add("a test that was too old", "agrees", amber(), agrees("amber", "second_desk"))
	s := green()
	s.signatures = signedBy(airport)
	r.add("signed with Ed25519", "agrees", s, agrees("green", "admitted"))

	s = green()
	s.code = with(func(e *omap) { e.set("tr", "260373001") })
	s.verdict, s.reasons, s.outcome = "red", []string{"referred", "demo_key"}, "health_service"
	r.add("a positive test: the receipt says referred, and not why", "agrees veiled", s, agrees("red", "health_service"))

	const id = "URN:UVCI:01:XA:T7K2M4Q9#A"
	s = green()
	s.verdict, s.reasons, s.outcome = "red", []string{"withdrawn why=fraud", "accepted", "demo_key"}, "refused"
	s.appeals = []string{"https://appeals.norland.example/", sudmarkAppeal}
	r.add("withdrawn for fraud: the appeal of its issuer stands first", "agrees", s, agrees("red", "refused"),
		r.known("withdrawn", "withdrawals.txt", withdrawals(entryOf("by-uci", id, "fraud", arrives.Add(-time.Hour)))))

	s = green()
	s.verdict, s.reasons, s.rules, s.outcome = "grey", []string{"no_rules", "demo_key"}, nil, "second_desk"
	s.appeals = []string{"Ombudsman, Port Road 1, Sud"}
	r.add("no rules were known: the desk says where to object", "agrees", s, agrees("grey", "second_desk"), r.known("no rules", "sudmark.json", ""))

	s = amber()
	s.outcome, s.override = "admitted", "humanitarian"
	r.add("admitted against the answer, with the reason", "agrees override", s, agrees("amber", "admitted"))
	s.override = "other family_visit"
	r.add("another reason, by the code of a published sentence", "agrees override", s, agrees("amber", "admitted"))
	s = green()
	s.outcome, s.override, s.officers = "refused", "instruction", []string{"o-17", "o-4"}
	r.add("green and refused, by two officers", "agrees override officers", s, agrees("green", "refused"))
	s = green()
	s.outcome, s.override, s.officers = "second_desk", "random_check", []string{"o-17"}
	r.add("green and sent to a second desk, by lot, by one officer", "agrees override officers", s, agrees("green", "second_desk"))

	s = green()
	s.via, s.reasons = []string{"XC"}, []string{"accepted", "demo_key", "transit_not_judged"}
	r.add("through a country whose rules nobody knows", "agrees way", s, agrees("green", "admitted"))
	s = green()
	s.from = ""
	r.add("where the journey began was not told", "agrees way", s, agrees("green", "admitted"))
	s = green()
	s.time = arrives.Add(-24 * time.Hour)
	r.add("asked a day before arrival", "agrees time", s, agrees("green", "admitted"))
	s = green()
	s.at = arrives.In(time.FixedZone("", 8*3600)).Add(250 * time.Millisecond)
	s.time = s.at
	r.add("a moment with an offset and a part of a second", "agrees time", s, agrees("green", "admitted"))
	r.add("the code with the line end that a scanner adds", "agrees", green(), agrees("green", "admitted"), func(c *vectors.ReceiptCase) { c.Code += "\r\n" })

	s = green()
	s.verdict, s.reasons, s.outcome = "amber", []string{"name_differs", "birth_differs", "accepted", "demo_key"}, "second_desk"
	s.passport = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	r.add("a certificate of another person than the passport's", "agrees passport", s, agrees("amber", "second_desk"))
	want := vectors.ReceiptWant{Opened: "authentic", Verdict: "amber", Agreement: "undecided", Again: "green",
		Differences: []string{"receipt_passport_needed", "receipt_verdict_differs", "receipt_reason_gone", "receipt_reason_gone"}}
	r.add("the same, and no passport is given", "undecided passport", s, want, func(c *vectors.ReceiptCase) { c.Passport = "" })

	s = green()
	s.data = []string{"keys now"}
	r.add("keys had to be in force at the moment of the question", "agrees", s, agrees("green", "admitted"))
	s = green()
	s.data = []string{"bundle day-2026-12-03 " + base64.RawURLEncoding.EncodeToString(bytesOf("bundle", 32)), "as-of 2026-12-03T00:00:00Z", "until 2026-12-10T00:00:00Z"}
	want = agrees("green", "admitted")
	want.Differences = []string{"receipt_other_data"}
	r.add("from a bundle that is not at hand: the answer is the same", "agrees data", s, want)
	s = green()
	s.signatures = signedBy(pier, stranger)
	r.add("a stranger signed beside the desk", "agrees signers", s, agrees("green", "admitted"))
	s.signatures = mirrored(pier)
	r.add("s of the signature was replaced by the order minus s: the text is the same", "agrees signers", s, agrees("green", "admitted"))
	s.signatures = func(text string) string {
		return signature(stranger, "mldsa65", bytesOf("of tomorrow", 3309)) + signedBy(pier)(text)
	}
	r.add("a signature of an algorithm of tomorrow beside the desk's", "agrees signers", s, agrees("green", "admitted"))
}

func (r *receipts) differing() {
	another := vectors.ReceiptWant{Opened: "authentic", Verdict: "green", Agreement: "another_code", Differences: []string{"receipt_other_code"}}
	r.add("for another certificate", "another", green(), another, func(c *vectors.ReceiptCase) { c.Code = with(func(e *omap) { e.set("tr", "260373001") }) })
	r.add("the certificate without its last letter", "another", green(), another, func(c *vectors.ReceiptCase) { c.Code = c.Code[:len(c.Code)-1] })
	s := green()
	s.salt, s.lines = "a traveller", func(lines []string) []string {
		n := len(lines)
		other := green()
		other.salt = "another traveller"
		theirs := strings.Split(other.String(), "\n")
		lines[n-2] = theirs[n-2] // a commitment to the same code with another salt: signed, and of another trip line
		return lines
	}
	r.add("salt and commitment of another receipt for the same code, and its own line of the trip", "undecided", s,
		vectors.ReceiptWant{Opened: "authentic", Agreement: "undecided", Again: "green", Differences: []string{"receipt_other_trip"}})

	undecided := func(verdict, again string, differences ...string) vectors.ReceiptWant {
		return vectors.ReceiptWant{Opened: "authentic", Verdict: verdict, Agreement: "undecided", Again: again, Differences: differences}
	}
	r.add("another journey is told", "undecided way", green(), undecided("green", "green", "receipt_other_trip"), func(c *vectors.ReceiptCase) { c.From = "XC" })
	r.add("no journey is told", "undecided way", green(), undecided("green", "green", "receipt_other_trip"), func(c *vectors.ReceiptCase) { c.From = "" })
	r.add("the rules are not at hand", "undecided rules", amber(), undecided("amber", "grey", "receipt_rules_missing", "receipt_verdict_differs", "receipt_reason_gone", "receipt_reason_new"), knowing("no rules"))
	later := func(m map[string]any) {
		m["version"] = "1.1.0"
		rule(m, "TR-XB-0003", func(r map[string]any) { r["Logic"] = map[string]any{"===": []any{1, 1}} })
	}
	r.add("the rules were changed since, and are milder", "undecided rules", amber(), undecided("amber", "green", "receipt_rules_changed", "receipt_verdict_differs", "receipt_reason_gone", "receipt_reason_new"),
		r.known("milder rules", "sudmark.json", pack("sudmark", later)))
	r.add("the rules were changed since, and the answer is the same: still undecided", "undecided rules", green(), undecided("green", "green", "receipt_rules_changed"), knowing("milder rules"))
	s = green()
	s.rules = []string{cited("sudmark", later)}
	r.add("the receipt names later rules than those at hand", "undecided rules", s, undecided("green", "green", "receipt_rules_changed"))

	s = green()
	s.data = []string{"as-of 2026-12-03T00:00:00Z"}
	w := r.worlds["border"]
	older := time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)
	w.AsOf = &older
	r.worlds["older data"] = w
	want := agrees("green", "admitted")
	want.Differences = []string{"receipt_other_data"}
	r.add("the data at hand is a day older, and the answer the same", "agrees data", s, want, knowing("older data"))
	ended := recognises(func(r *trust.Recognition) { r.Until = time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC) })
	r.known("older data, not recognised", "sudmark.txt", trustText("XB", ended))
	w = r.worlds["older data, not recognised"]
	w.AsOf = &older
	r.worlds["older data, not recognised"] = w
	r.add("the data at hand is older, and the answer another: nobody can say whose fault it is", "undecided data", s,
		undecided("green", "amber", "receipt_other_data", "receipt_verdict_differs", "receipt_reason_new"), knowing("older data, not recognised"))

	disagrees := func(verdict, again string, differences ...string) vectors.ReceiptWant {
		return vectors.ReceiptWant{Opened: "authentic", Verdict: verdict, Agreement: "disagrees", Again: again, Differences: differences}
	}
	s = green()
	s.verdict, s.reasons, s.outcome = "red", []string{"rule_refuses rule=TR-XB-0004", "demo_key"}, "refused"
	r.add("a desk that refused by a rule which does not", "disagrees", s, disagrees("red", "green", "receipt_verdict_differs", "receipt_reason_gone", "receipt_reason_new"))
	s = amber()
	s.verdict, s.outcome, s.reasons = "green", "admitted", []string{"accepted", "demo_key"}
	r.add("a desk that let somebody pass whom the rules do not", "disagrees", s, disagrees("green", "amber", "receipt_verdict_differs", "receipt_reason_gone", "receipt_reason_new"))
	s = amber()
	s.reasons = []string{"rule_failed rule=TR-XB-0002", "demo_key"}
	r.add("the right colour for another reason", "disagrees", s, disagrees("amber", "amber", "receipt_reason_gone", "receipt_reason_new"))
	s = green()
	s.reasons = []string{"accepted"}
	r.add("a line beside the verdict is missing: that the key is one of an exercise", "disagrees", s, disagrees("green", "green", "receipt_reason_new"))
	s = green()
	s.verdict, s.reasons, s.outcome = "red", []string{"withdrawn why=fraud", "accepted", "demo_key"}, "refused"
	r.add("a withdrawal that nobody published", "disagrees", s, disagrees("red", "green", "receipt_verdict_differs", "receipt_reason_gone"))
}

func (r *receipts) tampered() {
	changed := vectors.ReceiptWant{Opened: "signature"}
	for _, v := range []struct{ comment, old, by string }{
		{"the decision was changed", "decision admitted", "decision second_desk\noverride random_check"},
		{"an officer was added", "decision admitted\n", "decision admitted\nofficer o-17\n"},
		{"the place to object was changed", "rights.sudmark.example/appeal", "rights.sudmark.example/refuse"},
		{"the time was changed by a second", "time 2026-12-03T13:20:00Z\n", "time 2026-12-03T13:20:01Z\nat 2026-12-03T13:20:00Z\n"},
		{"the desk was changed", "desk north-pier.3", "desk north-pier.4"},
		{"a reason was taken out", "reason demo_key\n", ""},
		{"the version of the rules was changed", "sudmark-entry 1.", "sudmark-entry 2."},
		{"the salt was changed", "\ncode ", "\ncode A"},
		{"an appeal was added", "\ncode ", "\nappeal nobody\ncode "},
	} {
		s := green()
		s.text = replace(v.old, v.by)
		if v.comment == "the salt was changed" {
			s.text = func(text string) string {
				at := strings.Index(text, "\ncode ") + len("\ncode ")
				letter := "A"
				if text[at] == 'A' {
					letter = "B"
				}
				return text[:at] + letter + text[at+1:]
			}
		}
		r.add(v.comment, "tampered", s, changed)
	}
	s := green()
	s.signatures = func(text string) string { return signedBy(pier)(strings.Replace(text, "admitted", "refused", 1)) }
	r.add("the signature is of another text", "tampered", s, changed)
	s = green()
	s.signatures = func(text string) string {
		return strings.Replace(signedBy(pier)(text), "signature es256", "signature ed25519", 1)
	}
	r.add("the signature is said to be of another algorithm", "tampered", s, changed)
	s = green()
	s.signatures = func(text string) string {
		return signedBy(pier)(text) + signedBy(retired)(text+".")
	}
	r.add("a wrong signature of a known key beside the right one spoils it", "tampered signers", s, changed)
	s = green()
	s.signatures = func(string) string { return "" }
	r.add("the signature was taken off", "tampered", s, vectors.ReceiptWant{Opened: "unsigned"})
	s = green()
	s.text = func(text string) string { return text[:len(text)-2] }
	r.add("the end of the signature is missing", "tampered", s, vectors.ReceiptWant{Opened: "not_a_receipt"})
}

func (r *receipts) keys() {
	by := func(comment, opened string, signatures func(string) string, edits ...func(*vectors.ReceiptCase)) {
		s := green()
		s.signatures = signatures
		r.add(comment, "keys", s, vectors.ReceiptWant{Opened: opened}, edits...)
	}
	by("signed by a key on no list", "unknown_key", signedBy(stranger))
	by("the list of the desks is not at hand", "unknown_key", signedBy(pier), func(c *vectors.ReceiptCase) {
		w := r.stock.world("no desks")
		r.worlds["no desks"] = w
		c.World = "no desks"
	})
	by("signed by a clinic, which may sign tests and stamps", "use", signedBy(clinic))
	by("signed by a laboratory whose key has no restriction: receipts must be named", "use", signedBy(silent))
	by("signed by a desk of another country", "country", signedBy(abroad))
	by("signed by a key that ended a second before", "time", signedBy(retired))
	by("signed by a key that begins a second after", "time", signedBy(beginning))
	by("only a signature of an algorithm of tomorrow", "unknown_key", func(string) string { return signature(pier, "mldsa65", bytesOf("of tomorrow", 3309)) })
	by("the laboratory and the desk of another country signed together: two halves make no whole", "country", signedBy(silent, abroad))
}

func (r *receipts) malformed() {
	not := func(comment, flags string, s slip) {
		r.add(comment, flags, s, vectors.ReceiptWant{Opened: "not_a_receipt"})
	}
	// Each is signed after it was made, so that the signature is right.
	line := func(comment, flags, old, by string) {
		s := green()
		s.lines = func(lines []string) []string {
			return strings.Split(replace(old, by)(strings.Join(lines, "\n")), "\n")
		}
		not(comment, flags, s)
	}
	s := green()
	s.outcome, s.override, s.officers = "refused", "instruction", []string{"o-17"}
	not("green and refused by one officer", "decision officers", s)
	s.officers = []string{"o-17", "o-17"}
	not("green and refused by one officer, named twice", "decision officers", s)
	s = amber()
	s.outcome = "admitted"
	not("amber and admitted without a reason", "decision override", s)
	s.override = "other"
	not("another reason, without the code of a sentence", "decision override", s)
	s.override = "because"
	not("a reason that is none", "decision override", s)
	s = green()
	s.appeals = nil
	not("nowhere to object", "decision", s)
	s = green()
	s.officers = []string{"o-1", "o-2", "o-3"}
	not("three officers", "grammar", s)
	line("a decision that does not exist", "decision", "decision admitted", "decision deported")
	line("a name of a person", "grammar", "desk north-pier.3", "name Lindqvist\ndesk north-pier.3")
	line("lines in another order", "grammar", "desk north-pier.3\nto XB", "to XB\ndesk north-pier.3")
	line("a line twice", "grammar", "purpose entry", "purpose entry\npurpose entry")
	line("two spaces", "grammar", "to XB", "to  XB")
	line("a moment without an offset", "grammar", "13:20:00Z", "13:20:00")
	line("a destination in small letters", "grammar", "to XB", "to xb")
	s = green()
	s.reasons = nil
	for n := range 17 {
		s.reasons = append(s.reasons, fmt.Sprintf("rule_failed rule=TR-XB-1%03d", n))
	}
	not("seventeen reasons", "grammar", s)
	s = green()
	s.text = func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }
	not("line ends of two characters", "grammar", s)
	s = green()
	s.text = func(text string) string { return strings.Replace(text, "pratique-receipt/", "pratique-trust/", 1) }
	not("another kind of text", "grammar", s)
	later := func(comment, version string) {
		s := green()
		s.lines = func(lines []string) []string {
			lines[0] = "pratique-receipt/" + version
			return lines
		}
		r.add(comment, "version", s, vectors.ReceiptWant{Opened: "later_version"})
	}
	later("a later minor version: what it adds could change what it says", "1.1")
	later("a later major version", "2.0")
}

// finishReceipts refuses a file that breaks its own rules.
func finishReceipts(f vectors.ReceiptFile) error {
	seen, used := map[int]bool{}, map[string]bool{}
	for _, c := range f.Cases {
		if c.ID == 0 || seen[c.ID] {
			return fmt.Errorf("receipts: case %d (%s): identifiers are positive and used once", c.ID, c.Comment)
		}
		seen[c.ID] = true
		if _, ok := f.Worlds[c.World]; !ok {
			return fmt.Errorf("receipts: case %d: no world %q", c.ID, c.World)
		}
		if (c.Result == "valid") != (c.Want.Opened == "authentic") {
			return fmt.Errorf("receipts: case %d: result %q, and %s is wanted", c.ID, c.Result, c.Want.Opened)
		}
		for _, flag := range c.Flags {
			used[flag] = true
			if _, ok := f.Notes[flag]; !ok {
				return fmt.Errorf("receipts: case %d: flag %q has no note", c.ID, flag)
			}
		}
	}
	for flag := range f.Notes {
		if !used[flag] {
			return fmt.Errorf("receipts: no case has the flag %q", flag)
		}
	}
	return nil
}

const receiptSource = "our receipt, package verify and docs/receipts.md"

var receiptNotes = map[string]vectors.Note{
	"agrees":    {What: "the same question gets the same answer by the same rules", Effect: "a good receipt is doubted", Source: receiptSource},
	"another":   {What: "the code is not the one that was judged", Effect: "a receipt serves for a certificate that was never shown", Source: receiptSource},
	"disagrees": {What: "the desk wrote what its own documents do not say", Effect: "an arbitrary decision looks like the law", Source: receiptSource},
	"undecided": {What: "not all that the receipt names is at hand", Effect: "a desk is accused, or cleared, on other documents than it had", Source: receiptSource},
	"rules":     {What: "the rules at hand are not those that the receipt names", Effect: "new rules are applied to an old decision", Source: receiptSource},
	"data":      {What: "keys, recognitions and withdrawals are of another moment", Effect: "a desk is accused of what it could not know", Source: receiptSource},
	"way":       {What: "the journey, which is not on the receipt", Effect: "rules of a country on the way are forgotten", Source: receiptSource},
	"time":      {What: "the moment of the question and that of the arrival", Effect: "the receipt is judged for another day", Source: receiptSource},
	"passport":  {What: "the answer rested on a passport, which is not on the receipt", Effect: "somebody else's certificate looks like one's own", Source: receiptSource},
	"override":  {What: "the decision does not follow from the verdict", Effect: "an officer decides against the answer without a word", Source: receiptSource},
	"officers":  {What: "who decided, by the desk's pseudonyms", Effect: "one person alone refuses somebody who met all rules", Source: receiptSource},
	"veiled":    {What: "a reason that speaks of health is not on the receipt", Effect: "who finds the slip learns that its holder was infected", Source: receiptSource},
	"signers":   {What: "several signatures, or one in another form", Effect: "a second algorithm cannot be introduced, or a stranger's signature counts", Source: "package internal/signed"},
	"tampered":  {What: "something was changed after it was signed", Effect: "a forged decision is believed", Source: "package internal/signed"},
	"keys":      {What: "the key is not one that gives receipts at this border, then", Effect: "a laboratory, or another country, speaks for the border", Source: receiptSource},
	"decision":  {What: "a decision that cannot stand", Effect: "a refusal without a reason, a second officer or an appeal", Source: receiptSource},
	"grammar":   {What: "the text is not as it must be written", Effect: "one receipt has several texts, or says what nobody foresaw", Source: receiptSource},
	"version":   {What: "a later version", Effect: "half of what it says is taken for all of it", Source: receiptSource},
}
