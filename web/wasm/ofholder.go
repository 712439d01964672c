//go:build js && wasm && !desk

package main

import "github.com/pratique/pratique/verify"

// ofHolder is what the page of a holder asks beside all others.
func ofHolder(v *verifier) map[string]func(string) (any, error) {
	return map[string]func(string) (any, error){
		"read":      read,
		"held":      holding(v.held),
		"recognise": holding(v.recognise),
		"keep":      holding(keep),
		"part":      holding(part),
		"forget":    holding(forget),
		"person":    holding(person),
		"travel":    holding(v.travel),
		"own":       holding(v.own),
		"sheet":     holding(sheet),
		"seal":      holding(seal),
		"unseal":    holding(unseal),
		"stretch":   holding(stretch),
	}
}

func read(text string) (any, error) { return verify.SkipVerification(text).In("en", "code"), nil }

func withPayload(a verify.Answer, r verify.Report) verify.Answer { return a.WithPayload(r) }
