package main

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/srv"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/keyserver"
	"github.com/pratique/pratique/trust"
)

// keyserverSettings are those of a key server.
type keyserverSettings struct {
	Listen      string               `json:"listen"`                   // address and port
	Proxied     bool                 `json:"proxied,omitempty"`        // a proxy in front ends TLS: listen on any address
	Database    string               `json:"database"`                 // sqlite:FILE, or postgres://USER@HOST/DATABASE
	Secrets     string               `json:"secrets"`                  // the file with the secrets of revision tokens (--secret), the newest first
	Apps        []keyserverApp       `json:"apps"`                     // whose keys are taken
	Authorities []keyserverAuthority `json:"authorities"`              // who says who fell ill
	Exports     []keyserverExport    `json:"exports"`                  // what is published
	Slot        int                  `json:"slot_ms"`                  // an answer leaves at a multiple of this; longer than storing takes
	Retention   int                  `json:"retention_days,omitempty"` // for which a key is kept; 0 is 14, the least
	Work        int                  `json:"work_minutes,omitempty"`   // between looking for work and for keys of authorities; 0 is 5
	Federation  *keyserverFederation `json:"federation,omitempty"`     // the door to other countries
}

// keyserverFederation is the door to other countries, as the European federation's.
// A proxy in front verifies their certificates: it must set X-SSL-Client-SHA256 and
// X-SSL-Client-DN itself, and take away what a client sends under these names.
type keyserverFederation struct {
	Key        string             `json:"key,omitempty"`        // the key file of this country, of the use exposure: its keys are offered to the others; none: they are not
	Passphrase string             `json:"passphrase,omitempty"` // the file with its passphrase, if it is sealed
	Regions    []string           `json:"regions,omitempty"`    // for which keys of others are published here; none: they are only passed on
	Partners   []keyserverPartner `json:"partners"`
}

type keyserverPartner struct {
	Country         string   `json:"country"`
	Client          string   `json:"client"`                     // its certificate of TLS, a file in PEM
	ClientOperator  string   `json:"client_operator,omitempty"`  // the trust anchor's signature over it, base64, for audits
	Signing         []string `json:"signing"`                    // its certificates for batches, files in PEM
	SigningOperator string   `json:"signing_operator,omitempty"` // the trust anchor's signature over the first
}

type keyserverApp struct {
	ID          string   `json:"id"`          // what it gives as healthAuthorityID
	Regions     []string `json:"regions"`     // for which its keys are published
	Authorities []string `json:"authorities"` // issuers that it accepts
}

type keyserverAuthority struct {
	Issuer   string            `json:"issuer"`         // iss of its certificates
	Audience string            `json:"audience"`       // aud of its certificates
	Keys     map[string]string `json:"keys,omitempty"` // files with public keys (PEM), by their kid
	JWKS     string            `json:"jwks,omitempty"` // the address where it publishes keys: https
}

type keyserverExport struct {
	Region     string   `json:"region"`               // in the files and their addresses, such as a mobile country code
	Include    []string `json:"include,omitempty"`    // regions whose keys are published; none: the region
	Travelers  bool     `json:"travelers,omitempty"`  // and those of travellers of every region
	Period     int      `json:"period_hours"`         // of a file; 0 is 24
	Least      int      `json:"least"`                // keys to which a file is filled
	Jitter     int      `json:"jitter"`               // and up to so many more
	Folder     string   `json:"folder"`               // where the files of the region stand, alone
	URL        string   `json:"url"`                  // before /REGION/FILE, in list.json
	Key        string   `json:"key"`                  // the key file that signs, of the use exposure
	Passphrase string   `json:"passphrase,omitempty"` // the file with its passphrase, if it is sealed
	KeyID      string   `json:"key_id"`               // how telephones know the key: mostly the mobile country code
	KeyVersion string   `json:"key_version"`          // such as v1
}

const keyserverExample = `{
  "listen": "127.0.0.1:8486",
  "database": "sqlite:keyserver.db",
  "secrets": "keyserver.secrets",
  "apps": [{"id": "example.health.app", "regions": ["440"], "authorities": ["health.example"]}],
  "authorities": [{"issuer": "health.example", "audience": "keys.example", "keys": {"v1": "authority.pem"}}],
  "exports": [{"region": "440", "period_hours": 24, "least": 1000, "jitter": 100, "folder": "exports/440", "url": "https://keys.example", "key": "exports.key", "key_id": "440", "key_version": "v1"}],
  "slot_ms": 250
}
`

func serveKeyserverCommand() *command {
	return configured{
		name: "keyserver", settings: keyserverExample, secret: "a line of the file of secrets",
		run: func(p *program, config string, check bool) error {
			s, o, err := p.openKeyserver(config)
			if err != nil {
				return err
			}
			g, err := p.openFederation(s.Federation)
			if err != nil {
				return err
			}
			if check {
				return p.sayKeyserver(s, o)
			}
			return p.runKeyserver(s, o, g)
		},
	}.command("a key server for apps of exposure notification",
		`A key server takes the keys of people who fell ill, with the certificate of a health authority, and publishes them, signed, once nobody can use them any more. It speaks the protocol of Google's exposure-notifications-server, so that its apps need another address and nothing else, and writes the list that Japan's COCOA reads.

It keeps no address, no certificate and no moment: docs/keyserver.md says what it keeps, and who can see what.

--check prints the public keys that telephones need.`,
		`$ pratique serve keyserver --example > keyserver.json
$ pratique serve keyserver --secret > keyserver.secrets
$ pratique key new --demo --country XA --uses exposure -o exports.key
$ pratique serve keyserver --config keyserver.json --check
$ pratique serve keyserver --config keyserver.json`)
}

func (p *program) openKeyserver(name string) (keyserverSettings, keyserver.Options, error) {
	var s keyserverSettings
	none := keyserver.Options{}
	if err := readConfig(name, "pratique serve keyserver", &s); err != nil {
		return s, none, err
	}
	if err := s.sensible(); err != nil {
		return s, none, err
	}
	o := keyserver.Options{Slot: time.Duration(s.Slot) * time.Millisecond, Retention: time.Duration(s.Retention) * 24 * time.Hour,
		Rand: rand.Reader, Now: p.now, Log: slog.New(slog.NewTextHandler(p.errs, nil)), Store: keyserver.NewMemory()}
	var err error
	if o.Secrets, err = readSecrets(s.Secrets); err != nil {
		return s, none, err
	}
	for _, a := range s.Apps {
		o.Apps = append(o.Apps, keyserver.App{ID: a.ID, Regions: a.Regions, Issuers: a.Authorities})
	}
	for _, a := range s.Authorities {
		read, err := a.read()
		if err != nil {
			return s, none, err
		}
		o.Authorities = append(o.Authorities, read)
	}
	for _, e := range s.Exports {
		read, err := p.openExport(e)
		if err != nil {
			return s, none, err
		}
		o.Exports = append(o.Exports, read)
	}
	if _, err := keyserver.New(o); err != nil {
		return s, none, failure(strings.TrimPrefix(err.Error(), "making key server: "), "`pratique serve keyserver --example` shows each setting")
	}
	return s, o, nil
}

// sensible refuses settings that would not do what they say.
func (s *keyserverSettings) sensible() error {
	host, _, err := net.SplitHostPort(s.Listen)
	switch {
	case err != nil:
		return failure("listen is no address and port", `"listen": "127.0.0.1:8486"`)
	case s.Database == "":
		return failure("there is no database", `"database": "sqlite:keyserver.db"`)
	case s.Slot < 50 || s.Slot > 10_000:
		return failure("slot_ms is not 50 to 10000: without it the time of an answer tells chaff from keys", `"slot_ms": 250`)
	case s.Retention < 0 || s.Work < 0:
		return failure("a number is less than nothing", "retention_days and work_minutes are 0 or more")
	case len(s.Apps) == 0 || len(s.Authorities) == 0 || len(s.Exports) == 0:
		return failure("a key server has an app, an authority and an export", "`pratique serve keyserver --example` shows each one")
	}
	if ip := net.ParseIP(host); !s.Proxied && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return failure("without TLS, keys of people would cross the network in clear", "listen on 127.0.0.1, and say \"proxied\": true if a proxy in front ends TLS")
	}
	return nil
}

func readSecrets(name string) ([][]byte, error) {
	const hint = "`pratique serve keyserver --secret > keyserver.secrets` makes one; a new one goes on the first line, the old one stays below for five weeks"
	text, err := readText(name, 64<<10)
	if err != nil {
		return nil, failure("reading the secrets "+quote(name)+": "+cause(err), hint)
	}
	var out [][]byte
	for _, line := range strings.Fields(text) {
		b, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(b) < 32 {
			return nil, failure("the secrets "+quote(name)+" have a line that is none", hint)
		}
		out = append(out, b)
	}
	return out, nil
}

func (a keyserverAuthority) read() (keyserver.Authority, error) {
	out := keyserver.Authority{Issuer: a.Issuer, Audience: a.Audience, Keys: map[string]*ecdsa.PublicKey{}, JWKS: a.JWKS}
	if a.JWKS != "" && !strings.HasPrefix(a.JWKS, "https://") {
		return out, failure("jwks of "+quote(a.Issuer)+" is no address of https", `"jwks": "https://..."`)
	}
	if a.JWKS == "" && len(a.Keys) == 0 {
		return out, failure("the authority "+quote(a.Issuer)+" has no keys", `"keys": {"v1": "authority.pem"}, or "jwks": "https://..."`)
	}
	for _, kid := range slices.Sorted(maps.Keys(a.Keys)) {
		k, err := readP256(a.Keys[kid])
		if err != nil {
			return out, err
		}
		out.Keys[kid] = k
	}
	return out, nil
}

func (p *program) openExport(e keyserverExport) (keyserver.Export, error) {
	none := keyserver.Export{}
	k, err := p.openKey(e.Key, e.Passphrase)
	if err != nil {
		return none, err
	}
	if public, ok := k.Signer.Public().(*ecdsa.PublicKey); !ok || public.Curve != elliptic.P256() || !k.Public().Uses.Allows(trust.Exposure) {
		return none, failure("the key "+quote(e.Key)+" may not sign exports: telephones know P-256 alone", "`pratique key new --country CC --uses exposure -o exports.key` makes one")
	}
	if e.Folder == "" || e.KeyID == "" || e.KeyVersion == "" {
		return none, failure("an export has a folder, and its key a name for telephones", `"folder": "exports/440", "key_id": "440", "key_version": "v1"`)
	}
	return keyserver.Export{Region: e.Region, Include: e.Include, Travelers: e.Travelers, Period: time.Duration(e.Period) * time.Hour, Least: e.Least, Jitter: e.Jitter,
		Folder: srv.Folder(e.Folder), URL: e.URL, Signer: k.Signer, KeyID: e.KeyID, KeyVersion: e.KeyVersion}, nil
}

// openFederation reads the settings of the door to other countries; nil without one.
func (p *program) openFederation(s *keyserverFederation) (*keyserver.FederationOptions, error) {
	if s == nil {
		return nil, nil
	}
	o := &keyserver.FederationOptions{Regions: s.Regions, Rand: rand.Reader, Now: p.now, Log: slog.New(slog.NewTextHandler(p.errs, nil)), Store: keyserver.NewMemory()}
	for _, x := range s.Partners {
		one := keyserver.Partner{Country: x.Country, ClientOperator: x.ClientOperator, SigningOperator: x.SigningOperator}
		client, err := readCertificate(x.Client)
		if err != nil {
			return nil, err
		}
		one.Client = client
		for _, name := range x.Signing {
			c, err := readCertificate(name)
			if err != nil {
				return nil, err
			}
			one.Signing = append(one.Signing, c)
		}
		o.Partners = append(o.Partners, one)
	}
	if s.Key != "" {
		k, err := p.openKey(s.Key, s.Passphrase)
		if err != nil {
			return nil, err
		}
		if _, ok := k.Signer.Public().(*ecdsa.PublicKey); !ok || !k.Public().Uses.Allows(trust.Exposure) {
			return nil, failure("the key "+quote(s.Key)+" may not sign batches of keys", "`pratique key new --country CC --uses exposure -o batches.key` makes one")
		}
		o.Home = k
	}
	if _, err := keyserver.NewFederation(*o); err != nil {
		return nil, failure(strings.TrimPrefix(err.Error(), "making federation: "), "each partner has a country, a client certificate and a signing certificate of it")
	}
	return o, nil
}

func readCertificate(name string) (*x509.Certificate, error) {
	data, err := readFile(name, 64<<10)
	if err != nil {
		return nil, failure("opening the certificate "+quote(name)+": "+cause(err), "the country's operator publishes it, in PEM")
	}
	for b, rest := pem.Decode(data); b != nil; b, rest = pem.Decode(rest) {
		if b.Type != "CERTIFICATE" {
			continue
		}
		if c, err := x509.ParseCertificate(b.Bytes); err == nil {
			return c, nil
		}
	}
	return nil, failure("the file "+quote(name)+" holds no certificate", "the country's operator publishes it, in PEM")
}

func (p *program) sayKeyserver(s keyserverSettings, o keyserver.Options) error {
	scheme, _, _ := strings.Cut(s.Database, ":")
	fmt.Fprintf(p.out, "database     %s\nsecrets      %d\napps         %d\nauthorities  %d\n", scheme, len(o.Secrets), len(o.Apps), len(o.Authorities))
	for _, e := range o.Exports {
		text, err := publicPEM(e.Signer.Public())
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "export       %s, every %s, at least %d keys, signed as %s %s by\n%s", e.Region, max(e.Period, time.Hour), e.Least, e.KeyID, e.KeyVersion, text)
	}
	if s.Federation != nil {
		fmt.Fprintf(p.out, "federation   %d partners\n", len(s.Federation.Partners))
	}
	return nil
}

func (p *program) runKeyserver(s keyserverSettings, o keyserver.Options, g *keyserver.FederationOptions) error {
	ctx := context.Background()
	db, err := store.Open(ctx, s.Database)
	if err != nil {
		return failure(err.Error(), "look at the address, and whether the database runs")
	}
	defer db.Close()
	if o.Store, err = keyserver.Open(ctx, db); err != nil {
		return failure("opening the database: "+err.Error(), "look whether its user may make tables")
	}
	k, err := keyserver.New(o)
	if err != nil {
		return err
	}
	doors := http.NewServeMux()
	doors.Handle("/", k.Handler())
	works := []func(context.Context) error{k.Work}
	if g != nil {
		g.Store = o.Store
		federation, err := keyserver.NewFederation(*g)
		if err != nil {
			return err
		}
		doors.Handle("/diagnosiskeys/", federation.Handler())
		works = append(works, federation.Work)
	}
	return p.serve(service{listen: s.Listen, handler: doors, write: time.Minute, greeting: "listening on ADDRESS",
		beside: func(stop context.Context) {
			workKeyserver(stop, k, works, o.Log, time.Duration(cmp.Or(s.Work, 5))*time.Minute)
		},
		farewell: "stopped", unserved: "apps send them again"})
}

// workKeyserver does the work of a key server from time to time. What has begun
// is finished when the server stops.
func workKeyserver(stop context.Context, k *keyserver.Server, works []func(context.Context) error, log *slog.Logger, every time.Duration) {
	client := &http.Client{Timeout: 30 * time.Second}
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		if err := k.Refresh(stop, client); err != nil && stop.Err() == nil {
			log.Warn("fetching keys of authorities failed: the last ones stay", "error", err)
		}
		for _, work := range works {
			if err := work(context.WithoutCancel(stop)); err != nil {
				log.Error("the work failed: it is tried again", "error", err)
			}
		}
		select {
		case <-stop.Done():
			return
		case <-t.C:
		}
	}
}
