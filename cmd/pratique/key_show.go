package main

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

func keyShowCommand() *command {
	var asPEM, asText, asJSON, asSet bool
	var passphrase string
	return &command{
		use:   "show FILE",
		short: "the public part of a key: fingerprint, certificate",
		long:  "Show prints what is public of a key file or of a certificate in PEM, never the secret. Whoever receives a certificate should compare the fingerprint with the issuer by another way, such as a telephone.",
		example: `$ pratique key show norland.key
$ pratique key show --pem norland.key > norland.pem`,
		flags: func(f *pflag.FlagSet) {
			f.BoolVar(&asPEM, "pem", false, "print the certificate in PEM, which verifiers take as --trust")
			f.BoolVar(&asText, "text", false, "print it as an entry of a pratique-trust text")
			f.BoolVar(&asSet, "jwks", false, "print it as the key set that an issuer of SMART Health Cards publishes")
			f.BoolVar(&asJSON, "json", false, "print JSON")
			f.StringVar(&passphrase, "passphrase", "", "the `FILE` with the passphrase of a sealed key; else it is asked for")
		},
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one file", "`pratique key show FILE`")
			}
			k, err := p.publicKey(args[0], passphrase)
			if err != nil {
				return err
			}
			defer k.Close()
			switch {
			case asPEM:
				p.out.Write(k.CertificatePEM())
			case asText:
				return keyText(p, k)
			case asSet:
				set, err := shc.KeySet(k.Certificate.PublicKey)
				if err != nil || k.Authority() {
					return failure("this key signs no SMART Health Cards", "make one that signs by es256, which is what `pratique key new` makes")
				}
				p.out.Write(set)
			case asJSON:
				p.out.Write(jsonLine(publicJSON(k)))
			default:
				describeKey(p, k)
				tellLife(p, k)
			}
			return nil
		},
	}
}

// usualLife is for how long the longest certificates are good that are usual.
const usualLife = 365 * 24 * time.Hour

// tellLife says for how long a key still signs, and when the next one is due.
func tellLife(p *program, k *keys.Key) {
	l, now := k.Life(), p.now()
	row := func(name, format string, args ...any) {
		fmt.Fprintf(p.out, "%-12s "+format+"\n", append([]any{name}, args...)...)
	}
	date := func(t time.Time) string { return t.UTC().Format(time.DateOnly) }
	switch {
	case now.Before(l.From):
		row("signs from", "%s, in %d days", date(l.From), days(l.From.Sub(now)))
	case !l.Signs(now):
		row("ended", "%s: it signs no more; `pratique key new` makes the next", date(l.Until))
		return
	}
	left := l.Until.Sub(now)
	if now.Before(l.From) {
		left = l.Until.Sub(l.From)
	}
	row("signs for", "%d more days; what it signs may be good until %s", days(left), date(l.End))
	switch due, last := l.Due(usualLife, keys.Lead), l.Last(usualLife); {
	case k.Authority(): // what it certifies has a life of its own
	case !last.After(l.From):
		row("next key", "it is too short for certificates of a year: they would outlive it")
	case now.Before(due):
		row("next key", "due on %s: from %s on, a certificate of a year would outlive this one", date(due), date(last))
	default:
		row("next key", "due now: from %s on, a certificate of a year outlives this one", date(last))
	}
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

// keyText prints a key as it stands in a text of a country.
func keyText(p *program, k *keys.Key) error {
	public := k.Public()
	t := lists.Text{Jurisdiction: "XA", Demo: public.Demo, Issued: k.Certificate.NotBefore.UTC(), Until: k.Certificate.NotAfter.UTC(), Entries: []lists.Entry{{Key: &public}}}
	text, err := t.Bytes()
	if err != nil {
		return failure(strings.TrimPrefix(err.Error(), "writing list: "), "name the country and what the key may sign in its certificate")
	}
	_, entry, _ := strings.Cut(string(text), "\n\n")
	p.out.WriteString(entry)
	return nil
}

// public is a key in JSON.
type public struct {
	KeyID       string      `json:"kid"`
	Country     string      `json:"country"`
	Algorithm   string      `json:"algorithm"`
	Uses        []trust.Use `json:"uses"`
	From        time.Time   `json:"from"`
	Until       time.Time   `json:"until"`
	SignsUntil  time.Time   `json:"signs_until"`   // what it signs may be good until "until"
	NextDue     time.Time   `json:"next_due"`      // when work on the next key begins, if certificates are good for a year
	Fingerprint string      `json:"fingerprint"`   // SHA-256 of the certificate, in hexadecimal
	Pin         string      `json:"pin,omitempty"` // what --pin takes, of a key that signs bundles
	Demo        bool        `json:"demo"`
	Certificate []byte      `json:"certificate"` // DER
}

func publicJSON(k *keys.Key) public {
	uses := k.Public().Uses
	v := public{
		KeyID: base64.StdEncoding.EncodeToString([]byte(k.ID())), Country: k.Country(), Algorithm: string(k.Algorithm()),
		Uses: append([]trust.Use{}, uses.Of...), From: k.Certificate.NotBefore, Until: k.Certificate.NotAfter,
		SignsUntil: k.Life().Until, NextDue: k.Life().Due(usualLife, keys.Lead),
		Fingerprint: fmt.Sprintf("%x", k.Fingerprint()), Pin: pinOf(k), Demo: k.Demo(), Certificate: k.Certificate.Raw,
	}
	if uses.Any {
		v.Uses = []trust.Use{trust.Anyone}
	}
	return v
}
