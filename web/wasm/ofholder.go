//go:build js && wasm && !desk

package main

// ofHolder is what the page of a holder asks beside all others.
func ofHolder(v *verifier) map[string]func(string) (any, error) {
	return map[string]func(string) (any, error){
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
