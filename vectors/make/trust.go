package main

import (
	"crypto/elliptic"
	"time"

	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

var (
	norland   = ecKey("Norland 1", elliptic.P256(), -7)
	other     = ecKey("Norland 2", elliptic.P256(), -7)
	testsOnly = ecKey("Norland tests only", elliptic.P256(), -7)
	yesterday = ecKey("Norland yesterday", elliptic.P256(), -7)
	tomorrow  = ecKey("Norland tomorrow", elliptic.P256(), -7)
	stranger  = ecKey("on no list", elliptic.P256(), -7)
	p384      = ecKey("Norland P-384", elliptic.P384(), -35)
	p521      = ecKey("Norland P-521", elliptic.P521(), -36)
	ed        = edKey("Norland Ed25519")
	rsa1024   = rsaKey("Norland RSA 1024", 1024)
	rsa2048   = rsaKey("Norland RSA 2048", 2048)
	rsa3072   = rsaKey("Norland RSA 3072", 3072)
	twinA     = twin("Norland twin A")
	twinB     = twin("Norland twin B")
	longID    = long("Norland long identifier")
)

// twin is one of two keys with the same identifier.
func twin(label string) key {
	k := ecKey(label, elliptic.P256(), -7)
	k.id = "twinkeys"
	return k
}

// long is a key with an identifier of 32 bytes.
func long(label string) key {
	k := ecKey(label, elliptic.P256(), -7)
	k.id = string(bytesOf("identifier "+label, 32))
	return k
}

var (
	begins = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ends   = time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
)

// norlandKeys are the keys that Norland publishes.
func norlandKeys() []lists.Entry {
	all := trust.Uses{Any: true}
	tests := trust.Uses{Of: []trust.Use{trust.Test}}
	return []lists.Entry{
		keyEntry(norland, all, begins, ends), keyEntry(other, all, begins, ends), keyEntry(testsOnly, tests, begins, ends),
		keyEntry(yesterday, all, begins, issued.Add(24*time.Hour)), keyEntry(tomorrow, all, issued.Add(time.Hour), ends),
		keyEntry(p384, all, begins, ends), keyEntry(p521, all, begins, ends), keyEntry(ed, all, begins, ends),
		keyEntry(rsa2048, all, begins, ends), keyEntry(rsa3072, all, begins, ends),
		keyEntry(twinA, all, begins, ends), keyEntry(twinB, all, begins, ends), keyEntry(longID, all, begins, ends),
	}
}

func keyEntry(k key, uses trust.Uses, from, until time.Time) lists.Entry {
	return lists.Entry{Comment: []string{"# DEMO: " + k.label}, Key: &trust.Key{
		ID: k.id, Public: k.priv.Public(), Country: "XA", Uses: uses, NotBefore: from, NotAfter: until,
	}}
}

// trustText is the list of a jurisdiction of the demo.
func trustText(country string, entries ...lists.Entry) string {
	t := lists.Text{Jurisdiction: country, Issued: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2027, 12, 1, 0, 0, 0, 0, time.UTC), Demo: true, Entries: entries}
	b, err := t.Bytes()
	must(err)
	return string(b)
}

// recognises is a statement of Sudmark about Norland, changed.
func recognises(change func(r *trust.Recognition)) lists.Entry {
	r := trust.Recognition{By: "XB", Of: "XA", Uses: trust.Uses{Any: true}, From: begins, Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	if change != nil {
		change(&r)
	}
	return lists.Entry{Recognition: &r}
}
