//go:build js && wasm && desk

package main

// ofHolder is nothing at a desk.
func ofHolder(*verifier) map[string]func(string) (any, error) { return nil }
