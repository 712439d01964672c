package main

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/vectors"
)

var bundleNotes = map[string]vectors.Note{
	"whole":     {What: "a bundle as it must be", Effect: "nothing is relied on, or something else", Source: "package bundle, Format"},
	"order":     {What: "parts in another order, twice, or with more in them", Effect: "two bundles of one text, or one text for two bundles", Source: "package bundle, Format and Sections"},
	"signature": {What: "who signed, and what is signed", Effect: "somebody else decides what a border relies on", Source: "package bundle, Who signs; package internal/signed"},
	"torn":      {What: "a file that is not whole", Effect: "withdrawals are missing, and nobody knows", Source: "package bundle, Format: digest of each section"},
	"later":     {What: "what a later version has", Effect: "a condition that is not known is taken for met; or an old program stops where it need not", Source: "package bundle, Sections"},
	"delta":     {What: "a bundle that is brought up to date", Effect: "something else is made than was published", Source: "package bundle, Delta"},
}

// bundles writes the cases. The files are made by package bundle and by hand out of those.
type bundles struct {
	f   vectors.BundleFile
	own crypto.Signer
	pin string
}

func bundlesFile() vectors.BundleFile {
	own := ecKey("bundle of Sudmark", elliptic.P256(), -7).priv
	b := &bundles{own: own, pin: pinOf(own), f: vectors.BundleFile{Format: vectors.BundlesFormat, Notes: bundleNotes,
		About: "Bundles (package bundle), each with the key that its verifier was given, and whether and how it may be relied on."}}
	first := b.make(0, own)
	b.valid("one key, one recognition, one rule set, one list of withdrawals", "whole", first, "", "")
	b.valid("of nothing", "whole", b.pack(bundle.Contents{}, 0, own), "", "")
	b.signatures(first)
	b.broken(first)
	b.later()
	b.deltas(first)
	return b.f
}

func pinOf(k crypto.Signer) string {
	spki, err := pki.MarshalKey(k.Public())
	must(err)
	return fmt.Sprintf("%x", sha256.Sum256(spki))
}

var bundled = time.Date(2026, 12, 3, 6, 0, 0, 0, time.UTC)

func (b *bundles) make(hour int, signers ...crypto.Signer) []byte {
	set, err := rules.Pack("baseline")
	must(err)
	lab := ecKey("bundle: laboratory", elliptic.P256(), -7)
	return b.pack(bundle.Contents{
		Keys:         []trust.Key{{ID: lab.id, Public: lab.priv.Public(), Country: "XA", Uses: trust.Uses{Of: []trust.Use{trust.Test}}, NotBefore: bundled.AddDate(-1, 0, 0), Source: "norland.txt", Demo: true}},
		Recognitions: trust.Recognitions{{By: "XB", Of: "XA", Uses: trust.Uses{Any: true}, Until: bundled.AddDate(1, 0, 0)}},
		Rules:        []*rules.Set{set},
		Withdrawals: []*revoke.List{revoke.NewList("XA", bundled.Add(time.Duration(hour)*time.Hour), bundled.AddDate(0, 0, 9), "https://appeals.norland.example/",
			revoke.Entry{Handle: revoke.CardHandle("1"), Reason: revoke.Error, Since: bundled})},
	}, hour, signers...)
}

func (b *bundles) pack(c bundle.Contents, hour int, signers ...crypto.Signer) []byte {
	at := bundled.Add(time.Duration(hour) * time.Hour)
	data, err := bundle.Build(bundle.Manifest{Jurisdiction: "XB", Name: "border", AsOf: at, Soft: at.Add(12 * time.Hour), Hard: at.AddDate(0, 0, 3), Demo: true}, c, nil, signers...)
	must(err)
	return data
}

func (b *bundles) add(c vectors.BundleCase) {
	c.ID = len(b.f.Cases) + 1
	if c.Pin == "" {
		c.Pin = b.pin
	}
	b.f.Cases = append(b.f.Cases, c)
}

// valid adds a bundle that may be relied on; what it holds is counted in its text.
func (b *bundles) valid(comment, flag string, data []byte, program, unknown string) {
	c := vectors.BundleCase{Comment: comment, Flags: []string{flag}, Bundle: data, Program: program, Result: "valid", Unknown: unknown, Series: "XB-border"}
	b.add(hold(c, data))
}

// hold fills in what the bundle of [bundles.make] holds, by its sections.
func hold(c vectors.BundleCase, data []byte) vectors.BundleCase {
	text := textOf(data)
	sum := sha256.Sum256([]byte(text))
	c.Digest = hex.EncodeToString(sum[:])
	has := func(name string) int { return strings.Count(text, "\nsection "+name+" ") }
	c.Keys, c.Recognitions, c.Rules, c.Withdrawals = has("keys"), has("recognitions"), has("rules"), has("withdrawals")
	return c
}

// textOf is what of a bundle is signed.
func textOf(data []byte) string {
	head, _, _ := bytes.Cut(data, []byte("\n\n"))
	text, _, _ := strings.Cut(string(head)+"\n", "\nsignature ")
	return strings.TrimSuffix(text, "\n") + "\n"
}

func (b *bundles) invalid(comment, flag, why string, data []byte) {
	b.add(vectors.BundleCase{Comment: comment, Flags: []string{flag}, Bundle: data, Result: "invalid", Why: why})
}

// again signs a text with the sections of another bundle.
func (b *bundles) again(text string, data, more []byte) []byte {
	_, body, _ := bytes.Cut(data, []byte("\n\n"))
	file, err := signed.Sign([]byte(text), b.own, nil)
	must(err)
	return bytes.Join([][]byte{file, []byte("\n"), body, more}, nil)
}

func (b *bundles) signatures(first []byte) {
	other := ecKey("bundle of somebody else", elliptic.P256(), -7).priv
	b.valid("two keys signed it, one of them is pinned", "signature", b.make(0, other, b.own), "", "")
	b.invalid("another key than the pinned one signed it", "signature", "signer", b.make(0, other))
	_, body, _ := bytes.Cut(first, []byte("\n\n"))
	text := textOf(first)
	b.invalid("nobody signed it", "signature", "unsigned", []byte(text+"\n"+string(body)))
	b.invalid("its end was moved after it was signed", "signature", "changed", bytes.Replace(first, []byte("hard 2026-12-06"), []byte("hard 2036-12-06"), 1))
	line := "signature ml-dsa-65 " + strings.Repeat("0a", 32) + " AAAA\n"
	b.valid("a signature of an algorithm of tomorrow stands beside", "signature", bytes.Replace(first, []byte("\n\n"), []byte("\n"+line+"\n"), 1), "", "")
	b.invalid("a signature of an algorithm of tomorrow alone", "signature", "signer", []byte(text+line+"\n"+string(body)))
	b.invalid("the pinned key's name stands over another's signature", "signature", "changed", bytes.Replace(first, signatureOf(first), signatureOf(b.make(1, b.own)), 1))
}

// signatureOf is the last line of signatures.
func signatureOf(data []byte) []byte {
	head, _, _ := bytes.Cut(data, []byte("\n\n"))
	return head[bytes.LastIndexByte(head, '\n')+1:]
}

func (b *bundles) broken(first []byte) {
	head := bytes.Index(first, []byte("\n\n")) + 2
	b.invalid("cut within the first section", "torn", "torn", first[:head+40])
	b.invalid("the last byte is missing", "torn", "torn", first[:len(first)-1])
	b.invalid("cut within its text", "torn", "torn", first[:100])
	b.invalid("one byte more", "torn", "torn", append(bytes.Clone(first), 0))
	zeros := bytes.Clone(first)
	clear(zeros[len(zeros)-200:])
	b.invalid("the end is zeros, as a file system leaves them", "torn", "torn", zeros)
	b.invalid("the sections are of another bundle", "torn", "torn", b.again(textOf(first), b.make(1, b.own), nil))
	text := textOf(first)
	lines := strings.SplitAfter(text, "\n")
	n := len(lines) - 1 // the last is empty
	swapped := append([]string{}, lines...)
	swapped[n-1], swapped[n-2] = swapped[n-2], swapped[n-1]
	_, body, _ := bytes.Cut(first, []byte("\n\n"))
	raw := func(text string) []byte { return []byte(text + string(signatureOf(first)) + "\n\n" + string(body)) }
	b.invalid("sections out of order", "order", "format", raw(strings.Join(swapped, "")))
	b.invalid("a line twice", "order", "format", raw(strings.Replace(text, "name border\n", "name border\nname border\n", 1)))
	b.invalid("a line that nobody knows", "order", "format", raw(strings.Replace(text, "demo\n", "demo\ncolour blue\n", 1)))
	b.invalid("it ends before it is due", "order", "format", raw(strings.Replace(text, "hard 2026-12-06", "hard 2026-12-03", 1)))
	b.invalid("it does not say when it ends", "order", "format", raw(strings.Replace(text, "hard 2026-12-06T06:00:00Z\n", "", 1)))
	b.invalid("a list of keys, and no bundle", "order", "format", []byte("pratique-trust/1.0\njurisdiction XB\n"))
}

func (b *bundles) later() {
	plain := b.make(0, b.own)
	with := func(name, importance, content string) []byte {
		line := fmt.Sprintf("section %s %s %d %x\n", name, importance, len(content), sha256.Sum256([]byte(content)))
		packed := append([]byte{0, byte(len(content)), 0, 0, byte(len(content))}, content...)
		return b.again(strings.Replace(textOf(plain), "bundle/1.0", "bundle/1.4", 1)+line, plain, append(packed, 0, 0))
	}
	b.valid("an optional section that is not known", "later", with("zones", "optional", "later"), "", "")
	b.valid("a critical section that is not known: all answers are grey", "later", with("zones", "critical", "later"), "", "zones")
	needs := b.again(strings.Replace(textOf(plain), "demo\n", "program v2.1.0\ndemo\n", 1), plain, nil)
	b.valid("it asks for a later program: all answers are grey", "later", needs, "v2.0.9", "program v2.1.0")
	b.valid("it asks for this program", "later", needs, "v2.1.0", "")
	b.invalid("of a later major version", "later", "version", b.again(strings.Replace(textOf(plain), "bundle/1.0", "bundle/2.0", 1), plain, nil))
}

func (b *bundles) deltas(first []byte) {
	open := func(data []byte) *bundle.Bundle {
		u, err := bundle.Parse(data)
		must(err)
		o, err := u.Verify(bundle.Pin{ID: b.pin})
		must(err)
		return o
	}
	next := b.make(5, b.own)
	delta := bundle.Delta(open(first), open(next))
	c := vectors.BundleCase{Comment: "a delta to the bundle of five hours later", Flags: []string{"delta"}, Bundle: first, Delta: delta, Result: "valid", Series: "XB-border"}
	b.add(hold(c, next))
	b.add(vectors.BundleCase{Comment: "the delta is for another bundle", Flags: []string{"delta"}, Bundle: next, Delta: delta, Result: "invalid", Why: "other"})
	b.add(vectors.BundleCase{Comment: "half of the delta", Flags: []string{"delta"}, Bundle: first, Delta: delta[:len(delta)/2], Result: "invalid", Why: "torn"})
}
