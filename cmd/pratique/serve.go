package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/api"
	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
)

func serveCommand() *command {
	return &command{
		use:   "serve",
		short: "services for other programs and for browsers",
		long:  "Serve runs a service until it is told to stop. What a program asks has its settings in one file in JSON, which --example prints; --check reads all and starts nothing.",
		example: `$ pratique serve verifier --example > verifier.json
$ pratique serve verifier --config verifier.json
$ pratique serve witness --example > witness.json`,
		sub: []*command{serveVerifierCommand(), serveWebCommand(), serveWitnessCommand(), serveGatewayCommand(), serveKeyserverCommand(), serveIssuerCommand()},
	}
}

// verifierSettings are those of the verification API.
type verifierSettings struct {
	Listen      string         `json:"listen"`                // address and port
	Certificate string         `json:"certificate,omitempty"` // of TLS, a file in PEM; none: only this machine, or a proxy, may ask
	Key         string         `json:"key,omitempty"`         // of TLS, a file in PEM
	Proxied     bool           `json:"proxied,omitempty"`     // a proxy in front ends TLS: listen without it on any address
	Country     string         `json:"country"`               // whose service it is; templates of rules become its own
	Bundle      string         `json:"bundle,omitempty"`      // a bundle, signed with a key of pin
	Trust       []string       `json:"trust,omitempty"`       // files and folders: keys, recognitions, withdrawals, rules
	Pin         []string       `json:"pin,omitempty"`         // public keys that the bundle, or lists, must be signed with
	Rules       []string       `json:"rules,omitempty"`       // files, folders and packs
	KeyPolicy   string         `json:"key_policy,omitempty"`  // issued, or now
	Desk        string         `json:"desk,omitempty"`        // the name of the service on receipts
	ReceiptKey  string         `json:"receipt_key,omitempty"` // a key file with the use receipt
	Passphrase  string         `json:"passphrase,omitempty"`  // the file with its passphrase, if it is sealed
	Appeal      []string       `json:"appeal,omitempty"`      // where to object, beside what the rules name
	Clients     []clientAccess `json:"clients"`               // who may ask
	Anonymous   int            `json:"anonymous_per_minute"`  // codes a minute for an address without a token; 0: none
	Reload      int            `json:"reload_minutes"`        // how often the files are read again; 0: never
}

// clientAccess lets one client in.
type clientAccess struct {
	Name   string `json:"name"`
	Token  string `json:"token_sha256"`
	Budget int    `json:"codes_per_minute"`
}

const verifierExample = `{
  "listen": "127.0.0.1:8484",
  "country": "XB",
  "trust": ["trust/"],
  "rules": ["sudmark"],
  "desk": "gate-7",
  "receipt_key": "desk.key",
  "appeal": ["Office for Travellers' Rights, https://rights.example/appeal"],
  "clients": [
    {"name": "airline", "token_sha256": "0000000000000000000000000000000000000000000000000000000000000000", "codes_per_minute": 600}
  ],
  "anonymous_per_minute": 0,
  "reload_minutes": 10
}
`

func serveVerifierCommand() *command {
	var token bool
	return configured{
		name: "verifier", settings: verifierExample,
		flags: func(f *pflag.FlagSet) {
			f.BoolVar(&token, "token", false, "make a token for a client, and print it with its line for the settings")
		},
		first: func(p *program) (bool, error) {
			if !token {
				return false, nil
			}
			return true, p.newToken()
		},
		run: func(p *program, config string, check bool) error {
			v, err := p.openVerifier(config)
			if err != nil {
				return err
			}
			if check {
				w := v.world.Load()
				fmt.Fprintf(p.out, "settings  %s\nkeys      %d\nrules     %d\nclients   %d\nreceipts  %s\n", config, w.Keys.Len(), len(w.Rules), len(v.Clients), map[bool]string{true: "signed by " + v.Desk, false: "not signed"}[v.options.Signer != nil])
				return nil
			}
			return v.serve(p)
		},
	}.command("the verification API for airlines and gates, over HTTP",
		`The verifier answers programs: POST /v1/verify with a code and a journey gives the colour, the reasons, and a signed receipt as the proof that the check was made. Answers are minimal unless more is asked for; nothing is stored and nothing about a person is logged. GET /v1/openapi.json describes all calls (OpenAPI 3.1).

Without a certificate for TLS it listens on this machine alone, unless a proxy in front ends TLS ("proxied": true). The files that it relies on are read again every few minutes; if they cannot be read, the answers go on by the last ones and turn grey at the end of their life, and a line on standard error says so.`,
		`$ pratique serve verifier --example > verifier.json
$ pratique serve verifier --token                     # a token for a client, and the line for the settings
$ pratique serve verifier --config verifier.json --check
$ pratique serve verifier --config verifier.json`)
}

// newToken makes a token of 32 random bytes.
func (p *program) newToken() error {
	var b [32]byte
	if _, err := rand.Read(b[:]); err != nil {
		return err
	}
	token := base64.RawURLEncoding.EncodeToString(b[:])
	sum := sha256.Sum256([]byte(token))
	fmt.Fprintf(p.out, "for the client, once, by a safe way:\n  %s\nfor the settings:\n  {\"name\": \"...\", \"token_sha256\": \"%s\", \"codes_per_minute\": 600}\n", token, hex.EncodeToString(sum[:]))
	return nil
}

// verifier is the API as it was set up.
type verifier struct {
	verifierSettings
	world   atomic.Pointer[verify.World]
	options api.Options
	handler http.Handler
}

func (p *program) openVerifier(name string) (*verifier, error) {
	v := &verifier{}
	if err := readConfig(name, "pratique serve verifier", &v.verifierSettings); err != nil {
		return nil, err
	}
	if err := v.sensible(); err != nil {
		return nil, err
	}
	w, err := v.read(p)
	if err != nil {
		return nil, err
	}
	v.world.Store(w)
	v.options = api.Options{World: v.world.Load, Desk: v.Desk, Appeal: v.Appeal, Anonymous: v.Anonymous, Now: p.now, Rand: rand.Reader}
	for _, c := range v.Clients {
		v.options.Clients = append(v.options.Clients, api.Client{Name: c.Name, Token: c.Token, Budget: c.Budget})
	}
	if v.ReceiptKey != "" {
		k, err := p.openKey(v.ReceiptKey, v.Passphrase)
		if err != nil {
			return nil, err
		}
		if public := k.Public(); public.Country != v.Country || !public.Uses.Allows(trust.Receipt) {
			return nil, failure("the key "+quote(v.ReceiptKey)+" may not sign receipts of "+v.Country, "`pratique key new --country "+v.Country+" --uses receipt` makes one")
		}
		v.options.Signer = k.Signer
	}
	if v.handler, err = api.New(v.options); err != nil {
		return nil, failure(strings.TrimPrefix(err.Error(), "making the verification API: "), "look at the settings of the desk and the clients")
	}
	return v, nil
}

// sensible refuses settings that would not do what they say.
func (v *verifier) sensible() error {
	host, _, err := net.SplitHostPort(v.Listen)
	switch {
	case err != nil:
		return failure("listen is no address and port", `"listen": "127.0.0.1:8484"`)
	case !isCountry(v.Country):
		return failure("country is no country", `"country": "CH"`)
	case len(v.Trust) == 0 && v.Bundle == "":
		return failure("trust is empty: it believes nobody by itself", `"trust": ["trust/"]`, `or "bundle": "border.bundle", "pin": ["ministry.pem"]`)
	case (v.Certificate == "") != (v.Key == ""):
		return failure("TLS needs a certificate and its key", "name both files, or neither")
	case v.KeyPolicy != "" && v.KeyPolicy != "issued" && v.KeyPolicy != "now":
		return failure("key_policy is not known", "issued, or now")
	case v.ReceiptKey != "" && v.Desk == "":
		return failure("receipts need the name of the desk", `"desk": "gate-7"`)
	case len(v.Clients) == 0 && v.Anonymous == 0:
		return failure("nobody may ask", "add a client (--token makes one), or give anonymous_per_minute")
	case v.Reload < 0 || v.Anonymous < 0:
		return failure("a number is less than nothing", "reload_minutes and anonymous_per_minute are 0 or more")
	}
	if ip := net.ParseIP(host); v.Certificate == "" && !v.Proxied && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return failure("without TLS, codes of people would cross the network in clear", "name certificate and key, listen on 127.0.0.1, or say \"proxied\": true if a proxy in front ends TLS")
	}
	return nil
}

// read reads what the answers rest on.
func (v *verifier) read(p *program) (*verify.World, error) {
	r := relied{files: v.Trust, pins: v.Pin, bundle: v.Bundle}
	w, err := r.world(p, v.Rules, v.Country)
	if err != nil {
		return nil, err
	}
	if have := v.world.Load(); have != nil && have.Data.Name != "" && w.Data.Name != "" {
		last, next := markOf(have.Data), markOf(w.Data)
		if err := bundle.Newer(last, next); err != nil {
			return nil, olderBundle(v.Bundle, err, last)
		}
	}
	if v.KeyPolicy == "now" {
		w.KeyPolicy = trust.ValidNow
	}
	return w, nil
}

// markOf is what is remembered of the bundle that data is.
func markOf(d verify.Data) bundle.Mark {
	return bundle.Mark{Series: d.Name, AsOf: d.AsOf, Digest: d.Digest}
}

func (v *verifier) serve(p *program) error {
	return p.serve(service{listen: v.Listen, handler: v.handler, write: time.Minute, certificate: v.Certificate, key: v.Key,
		greeting: "listening on ADDRESS, GET /v1/openapi.json says how to ask",
		beside:   func(stop context.Context) { v.reloading(stop, p) },
		farewell: "stopped; nothing was stored", unserved: "their senders can send them again"})
}

// reloading reads the files again from time to time. If they cannot be read,
// the last ones stay.
func (v *verifier) reloading(stop context.Context, p *program) {
	if v.Reload == 0 {
		return
	}
	t := time.NewTicker(time.Duration(v.Reload) * time.Minute)
	defer t.Stop()
	for {
		select {
		case <-stop.Done():
			return
		case <-t.C:
			if w, err := v.read(p); err != nil {
				p.report(err)
				p.warn("the files were not read again: answers go on by the last ones")
			} else {
				v.world.Store(w)
			}
		}
	}
}
