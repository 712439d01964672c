//go:build js && wasm

// Command wasm is the verifier for pages: package verify behind two functions
// of JavaScript, compiled to WebAssembly. It decides nothing of its own.
//
// Once the program runs, globalThis.pratique has
//
//	read(text)       what a code says although nobody checked who says so;
//	                 the object that `pratique read --json` prints
//	verify(options)  the answer to a code; the object that `pratique verify --json` prints
//
// Both take a string and return JSON in a string, at once. Options are JSON:
//
//	{"text":    "HC1:...",
//	 "world":   {"files": {"keys.pem": "...", "rules.json": "...", "withdrawn.txt": "..."},
//	             "key_policy": "issued", "as_of": MOMENT, "hard_expiry": MOMENT},
//	 "to": "XB", "from": "XA", "via": ["XC"], "at": MOMENT, "now": MOMENT,
//	 "purpose": "entry", "mrz": "P<...", "lang": "en", "input": "camera", "payload": true}
//
// A world is files by name, as text, in every form that the program reads:
// lists of keys and certificates (package trust/lists; DER in base64), rule sets
// (package rules), withdrawals (package revoke). It is kept until another one
// is given, so that a page may pass the same one with every code. All but text
// may be left out; without a destination the answer says whether the code is
// authentic. There is no clock here: without now, it is the moment at. A moment
// is as in RFC 3339, with offset.
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
	js.Global().Set("pratique", js.ValueOf(map[string]any{
		"read":   answering(read),
		"verify": answering(v.verify),
	}))
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
