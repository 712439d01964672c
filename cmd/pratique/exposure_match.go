package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/exposure/gaen"
)

const keyHint = "the key is a file in PEM: a public key, or a certificate of it; the health authority publishes it"

// readP256 reads a public key of P-256 from a file in PEM: the key itself, or a
// certificate.
func readP256(name string) (*ecdsa.PublicKey, error) {
	data, err := readFile(name, 64<<10)
	if err != nil {
		return nil, failure("opening the key "+quote(name)+": "+cause(err), keyHint)
	}
	for b, rest := pem.Decode(data); b != nil; b, rest = pem.Decode(rest) {
		var key any
		switch b.Type {
		case "PUBLIC KEY":
			key, err = x509.ParsePKIXPublicKey(b.Bytes)
		case "CERTIFICATE":
			var c *x509.Certificate
			if c, err = x509.ParseCertificate(b.Bytes); err == nil {
				key = c.PublicKey
			}
		default:
			continue
		}
		if k, ok := key.(*ecdsa.PublicKey); err == nil && ok && k.Curve == elliptic.P256() {
			return k, nil
		}
	}
	return nil, failure("the file "+quote(name)+" holds no public key on P-256", keyHint)
}

// publicPEM is what readP256 reads.
func publicPEM(key any) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// archive is an export file as it was read.
type archive struct {
	name     string
	export   gaen.Export
	found    []gaen.Finding
	verified bool
}

// openArchive reads an export. With keys its signature is verified, by
// whatever name the file gives them.
func openArchive(name string, keys []*ecdsa.PublicKey) (archive, error) {
	data, err := readFile(name, gaen.MaxArchive)
	if err != nil {
		return archive{}, failure("opening "+quote(name)+": "+cause(err), "an export is an archive (.zip) of a key server")
	}
	bin, sig, err := gaen.Unpack(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return archive{}, failure(quote(name)+": "+err.Error(), "fetch it again, from the health authority")
	}
	a := archive{name: name}
	if len(keys) > 0 {
		signatures, err := gaen.ParseSignatures(sig)
		if err != nil {
			return archive{}, failure(quote(name)+": "+err.Error(), "fetch it again, from the health authority")
		}
		a.verified = slices.ContainsFunc(keys, func(k *ecdsa.PublicKey) bool {
			return slices.ContainsFunc(signatures, func(s gaen.Signature) bool {
				return gaen.Verify(bin, []gaen.Signature{s}, gaen.PublicKey{ID: s.Info.ID, Version: s.Info.Version, Key: k}) == nil
			})
		})
		if !a.verified {
			return archive{}, &fault{exitRed, "the export " + quote(name) + " is signed by none of the keys", []string{"take the key that the health authority publishes; if it is that one, somebody changed the file"}}
		}
	}
	if a.export, a.found, err = gaen.ParseExport(bin); err != nil {
		return archive{}, failure(quote(name)+": "+err.Error(), "fetch it again, from the health authority")
	}
	return a, nil
}

func openArchives(names, keyFiles []string) ([]archive, error) {
	var keys []*ecdsa.PublicKey
	for _, f := range keyFiles {
		k, err := readP256(f)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	var out []archive
	for _, n := range names {
		a, err := openArchive(n, keys)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func exposureExportCommand() *command {
	var keyFiles []string
	var asJSON bool
	return &command{
		use:   "export --key FILE EXPORT...",
		short: "what an export of a key server holds, and whether it is genuine",
		long: `Export reads the files that key servers of Apple's and Google's exposure notification publish (Japan's COCOA, Germany's app and most of the world's), verifies their signature and says what is in them: between which moments the keys came, for which region, how many, and what is wrong with any.

Without --key nothing is verified. A file that is signed by none of the keys is refused with exit code 1.`,
		example: `$ pratique exposure export --key authority.pem 1795424400-1795428000-00001.zip`,
		flags: func(f *pflag.FlagSet) {
			f.StringArrayVar(&keyFiles, "key", nil, "a `FILE` with a public key of the health authority, in PEM; more than one: any")
			f.BoolVar(&asJSON, "json", false, "print one JSON object for each file")
		},
		takes: true,
		run: func(p *program, args []string) error {
			if len(args) == 0 {
				return misuse("which export?", "`pratique exposure export --key authority.pem FILE.zip`")
			}
			all, err := openArchives(args, keyFiles)
			if err != nil {
				return err
			}
			for _, a := range all {
				p.sayArchive(a, asJSON)
			}
			return nil
		},
	}
}

func (p *program) sayArchive(a archive, asJSON bool) {
	e := a.export
	if asJSON {
		p.out.Write(jsonLine(struct {
			V        int            `json:"v"`
			Input    string         `json:"input"`
			Verified bool           `json:"verified"`
			Region   string         `json:"region"`
			From     time.Time      `json:"from"`
			Until    time.Time      `json:"until"`
			Keys     int            `json:"keys"`
			Revised  int            `json:"revised"`
			Findings []gaen.Finding `json:"findings,omitempty"`
		}{1, a.name, a.verified, printable(e.Region), e.Start, e.End, len(e.Keys), len(e.Revised), a.found}))
		return
	}
	if a.verified {
		fmt.Fprintf(p.out, "%s  signed by the key\n", printable(a.name))
	} else {
		fmt.Fprintf(p.out, "%s  NOT VERIFIED\n", printable(a.name))
	}
	fmt.Fprintf(p.out, "  region   %s\n  from     %s\n  until    %s\n  keys     %d\n  revised  %d\n", printable(e.Region), e.Start.UTC().Format(time.RFC3339), e.End.UTC().Format(time.RFC3339), len(e.Keys), len(e.Revised))
	for _, f := range a.found {
		fmt.Fprintf(p.out, "  wrong    %s\n", f)
	}
}

// heard is a line of a list of sightings.
type heard struct {
	At       time.Time `json:"at"`                 // when it was heard
	ID       string    `json:"id"`                 // 16 bytes in hexadecimal digits
	Metadata string    `json:"metadata"`           // 4 bytes, as they were heard
	RSSI     int8      `json:"rssi"`               // dBm
	Previous time.Time `json:"previous,omitempty"` // when the scan before began, if that is known
}

func (h *heard) sighting() (gaen.Sighting, bool) {
	id, err1 := hex.DecodeString(h.ID)
	m, err2 := hex.DecodeString(h.Metadata)
	at, previous := h.At.Unix(), h.Previous.Unix()
	if h.Previous.IsZero() {
		previous = 0
	}
	if errors.Join(err1, err2) != nil || len(id) != 16 || len(m) != 4 || at <= 0 || at >= 1<<32 || previous < 0 || previous > at {
		return gaen.Sighting{}, false
	}
	return gaen.Sighting{ID: gaen.Identifier(id), Metadata: gaen.Metadata(m), At: uint32(at), Previous: uint32(previous), RSSI: h.RSSI}, true
}

func readHeard(name string) ([]gaen.Sighting, error) {
	const hint = `each line is {"at":"2026-11-02T12:00:00Z","id":"32 digits","metadata":"8 digits","rssi":-60,"previous":"2026-11-02T11:55:00Z"}`
	text, err := readText(name, 64<<20)
	if err != nil {
		return nil, failure("opening "+quote(name)+": "+cause(err), hint)
	}
	var out []gaen.Sighting
	n := 0
	for line := range strings.Lines(text) {
		n++
		if strings.TrimSpace(line) == "" {
			continue
		}
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		var h heard
		err := d.Decode(&h)
		s, ok := h.sighting()
		if err != nil || !ok || len(out) == gaen.MaxSightings {
			return nil, failure(fmt.Sprintf("%s: line %d is no sighting, or one too many", quote(name), n), hint)
		}
		out = append(out, s)
	}
	return out, nil
}

func exposureMatchCommand() *command {
	var keyFiles []string
	var seen, rule string
	var asJSON bool
	return &command{
		use:   "match --seen FILE --key FILE EXPORT...",
		short: "were any of these identifiers sent by the keys of an export, and what does that mean",
		long: `Match does what a telephone does with exports: it looks which of the identifiers that were heard come from their keys, and judges by a rule that a health authority published on which days that was a risk. Nothing of it leaves this machine, and no key or moment is printed: a day is the finest that it says.

The sightings are a file with a JSON object a line. No telephone exports its own (Apple and Google keep them from apps); such a list is for trying, testing and research.`,
		example: `$ pratique exposure match --seen heard.jsonl --key authority.pem exports/440/*.zip
$ pratique exposure match --seen heard.jsonl --key authority.pem --rule germany --json exports/440/*.zip`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&seen, "seen", "", "the `FILE` of sightings, a JSON object a line")
			f.StringArrayVar(&keyFiles, "key", nil, "a `FILE` with a public key of the health authority, in PEM; more than one: any")
			f.StringVar(&rule, "rule", "japan", "the published `RULE` that judges: japan or germany")
			f.BoolVar(&asJSON, "json", false, "print one JSON object")
		},
		choices: map[string][]string{"rule": {"japan", "germany"}},
		takes:   true,
		run: func(p *program, args []string) error {
			switch {
			case len(args) == 0:
				return misuse("which export?", "`pratique exposure match --seen heard.jsonl --key authority.pem FILE.zip`")
			case seen == "":
				return misuse("what was heard?", "--seen FILE names the sightings")
			case len(keyFiles) == 0:
				return misuse("whose exports are believed?", "--key FILE names the public key of the health authority")
			case rule != "japan" && rule != "germany":
				return misuse("the rule "+quote(rule)+" is not known", "--rule japan, or --rule germany")
			}
			all, err := openArchives(args, keyFiles)
			if err != nil {
				return err
			}
			sightings, err := readHeard(seen)
			if err != nil {
				return err
			}
			return p.match(all, sightings, rule, asJSON)
		},
	}
}

func (p *program) match(all []archive, sightings []gaen.Sighting, rule string, asJSON bool) error {
	s, err := gaen.NewSeen(sightings)
	if err != nil {
		return err
	}
	var matches []gaen.Match
	keys := 0
	for _, a := range all {
		keys += len(a.export.Keys) + len(a.export.Revised)
		for _, list := range [][]gaen.Key{a.export.Keys, a.export.Revised} {
			matches = append(matches, s.Match(list, runtime.GOMAXPROCS(0))...)
		}
	}
	mapping, judge := published(rule)
	windows, err := gaen.Windows(matches, mapping, rand.Reader)
	if err != nil {
		return err
	}
	result, err := judge.Assess(windows)
	if err != nil {
		return failure("judging what was heard: "+err.Error(), "take the sightings of fewer days")
	}
	if asJSON {
		if result.Days == nil {
			result.Days = []exposure.Day{}
		}
		p.out.Write(jsonLine(struct {
			V         int    `json:"v"`
			Rule      string `json:"rule"`
			Keys      int    `json:"keys"`
			Sightings int    `json:"sightings"`
			exposure.Assessment
		}{1, rule, keys, len(sightings), result}))
		return nil
	}
	fmt.Fprintf(p.out, "%d keys, %d sightings, by the rule of %s\n", keys, len(sightings), rule)
	if len(result.Days) == 0 {
		p.out.WriteString("no day with a risk; that says nothing of what was not recorded\n")
	}
	for _, d := range result.Days {
		fmt.Fprintf(p.out, "%s  %-4s  %g minutes, weighed\n", d.Date, d.Risk, d.Minutes)
	}
	return nil
}

// published is the rule of a health authority.
func published(rule string) (gaen.Mapping, gaen.Rule) {
	if rule == "germany" {
		m, c := gaen.Germany()
		return m, &c
	}
	m, s := gaen.Japan()
	return m, &s
}
