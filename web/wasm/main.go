//go:build js && wasm

// Command wasm is the verifier for pages: package verify behind functions of
// JavaScript, compiled to WebAssembly. It decides nothing of its own.
//
// Once the program runs, globalThis.pratique has
//
//	load(world)        keeps a world, and says what it knows
//	verify(options)    the answer to a code; the object that `pratique verify --json` prints
//	together(options)  the answer to the several codes of one person, in "texts":
//	                   {"verdict", "by", "others", "answers"}; see verify.Together
//	receipt(options)   the text of a receipt for a code and a "decision", not signed:
//	                   {"text"}, or {"needs": "override" | "officer" | "verdict"}
//	slip(options)      what the receipt "text" says, in "lang", for people
//	choose(options)    what "texts" are, and which are health codes: {"kinds", "health"}
//	say(options)       entries of the catalogue ("codes") and names of jurisdictions
//	                   ("places") in "lang": {"said", "places"}
//	symbol(options)    "text" as a QR symbol: {"size", "path"}
//	learn(options)     the file "text" of the draft "lang" (package words): {}
//
// and, unless it is built with the tag desk, whose page is to open quickly on an
// old computer and has no need of them:
//
//	read(text)         what a code says although nobody checked who says so;
//	                   the object that `pratique read --json` prints
//
// and for the page of a holder, about the "wallet" in its options, a text of
// package wallet in clear (empty: one that holds nobody):
//
//	held(options)      what everybody holds: {"people"}
//	recognise(options) what "texts" are, and whose they may be: {"seen"}
//	keep(options)      puts "texts", or what the person says in "declare", into it
//	                   for "label": {"wallet", "new", "known", "people", "conflicts"}
//	part(options)      of "label" the items "ids", or all: {"wallet"}
//	forget(options)    without these: {"wallet"}
//	person(options)    "label" with a new label ("to"), "name", passport ("mrz"): {"wallet"}
//	travel(options)    an answer for each of "legs" after the first, for each of "labels"
//	own(options)       the own colour of "label" in "in" and "region": verify.ExplainSelf
//	sheet(options)     the pages of wallet.Print, for "labels"
//	seal(options)      with "passphrase", for another device: {"sealed"}
//	unseal(options)    "sealed" in clear: {"wallet"}
//	stretch(options)   a key of "passphrase" and "salt", with "work": {"key"}
//
// What cannot be done because of what was given is {"refused": CODE}. The last
// three take a second or more and a quarter of a gigabyte.
//
// All take a string and return JSON in a string, at once. Options are JSON:
//
//	{"text": "HC1:...", "world": WORLD,
//	 "to": "XB", "region": "", "from": "XA", "via": ["XC"], "category": "visitor",
//	 "at": MOMENT, "now": MOMENT, "purpose": "entry", "mrz": "P<...",
//	 "lang": "en", "input": "camera", "payload": true}   (payload: not with the tag desk)
//
// or, for a way of many legs, "trip" as verify.Trip in place of to, region,
// from, via and category. All but text may be left out; without a destination
// the answer says whether the code is authentic. There is no clock here: without
// now, it is the moment at. A moment is as in RFC 3339, with offset. A decision is
//
//	{"verdict": "green", "outcome": "admitted", "override": "", "text_code": "",
//	 "desk": "gate-2", "officers": ["7"], "appeal": ["..."]}
//
// A world is a bundle (package bundle) in base64, which whoever gives it to the
// page has verified, with the destination for templates of rules and the version
// of the program; as_of and hard_expiry are those of a bundle that states none:
//
//	{"bundle": BASE64, "to": "XB", "program": "v1.2.3", "key_policy": "issued",
//	 "as_of": MOMENT, "hard_expiry": MOMENT}
//
// Or it is files by name, as text, in every form that the program reads: lists of
// keys and certificates (package trust/lists; DER in base64), rule sets (package
// rules), withdrawals (package revoke), area lists (package history).
//
//	{"files": {"keys.pem": "...", "rules.json": "...", "withdrawn.txt": "..."},
//	 "pins": {"signer.pem": "..."}, "to": "", "key_policy": "issued",
//	 "name": "", "digest": "", "as_of": MOMENT, "hard_expiry": MOMENT}
//
// Pins are the keys that signed lists must be signed with. A world is kept until
// another one is given; before the first, nobody is trusted.
//
// Options that cannot be read give {"error": "..."}. A code that cannot be read
// is no error but a grey answer.
package main

import (
	"encoding/json"
	"syscall/js"
)

func main() {
	var v verifier
	functions := map[string]any{
		"load":     answering(v.load),
		"verify":   answering(v.verify),
		"together": answering(v.together),
		"receipt":  answering(v.receipt),
		"slip":     answering(saySlip),
		"choose":   answering(choose),
		"say":      answering(say),
		"symbol":   answering(symbol),
		"learn":    answering(learn),
	}
	for name, f := range ofHolder(&v) {
		functions[name] = answering(f)
	}
	js.Global().Set("pratique", js.ValueOf(functions))
	select {} // the page calls as long as it is open
}

// answering makes a function of JavaScript from a string to JSON.
func answering(f func(string) (any, error)) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) (out any) {
		defer func() {
			if recover() != nil { // a panic would end the program, and with it the page's verifier
				out = `{"error":"internal error"}`
			}
		}()
		if len(args) != 1 || args[0].Type() != js.TypeString {
			return `{"error":"one string is expected"}`
		}
		answer, err := f(args[0].String())
		if err != nil {
			answer = map[string]string{"error": err.Error()}
		}
		b, err := json.Marshal(answer)
		if err != nil {
			return `{"error":"internal error"}`
		}
		return string(b)
	})
}
