package main

import (
	"cmp"
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/issue"
	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/issue/audit"
	"github.com/pratique/pratique/issue/claim"
	"github.com/pratique/pratique/issue/cohort"
	"github.com/pratique/pratique/issue/portal"
	"github.com/pratique/pratique/issue/print"
	"github.com/pratique/pratique/issue/register"
	"github.com/pratique/pratique/issue/watch"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
)

// issuerSettings are those of an issuing authority's service.
type issuerSettings struct {
	Listen      string   `json:"listen"`                     // address and port
	Certificate string   `json:"certificate,omitempty"`      // of TLS, a file in PEM; none: only this machine, or a proxy, may ask
	Key         string   `json:"key,omitempty"`              // of TLS, a file in PEM
	Proxied     bool     `json:"proxied,omitempty"`          // a proxy in front ends TLS, and adds to X-Forwarded-For who asks: listen without it on any address
	Metrics     string   `json:"metrics,omitempty"`          // address and port where Prometheus asks; none: nowhere
	Database    string   `json:"database"`                   // sqlite:FILE, or postgres://USER@HOST/DATABASE
	Secret      string   `json:"secret"`                     // the file with the service's secret (--secret), the same for all processes, apart from backups of the database
	Authority   string   `json:"authority"`                  // its name in the register: small letters, digits, dots, hyphens; it never changes
	Name        string   `json:"name"`                       // as certificates have it
	Country     string   `json:"country"`                    // that certificates name as their issuer
	URL         string   `json:"url,omitempty"`              // the issuer of SMART Health Cards, https://...; none: none are issued
	Appeal      string   `json:"appeal"`                     // whom holders turn to
	Keys        []string `json:"keys"`                       // key files, in the order in which they shall sign
	Passphrase  string   `json:"passphrase,omitempty"`       // the file with their passphrase, if they are sealed
	Fonts       string   `json:"fonts,omitempty"`            // the folder with fonts for what is not in Latin, Greek or Cyrillic letters; on Debian /usr/share/fonts
	Most        int64    `json:"key_certificates,omitempty"` // how many a key signs before the next takes over; 0: as many as there are
	Days        int      `json:"key_days,omitempty"`         // for how many days a key signs; 0: for its life
	Good        int      `json:"valid_days,omitempty"`       // for how long certificates are good at most; 0: 365
}

const issuerExample = `{
  "listen": "127.0.0.1:8488",
  "database": "sqlite:issuer.db",
  "secret": "issuer.secret",
  "authority": "xa-health",
  "name": "Norland Institute of Health",
  "country": "XA",
  "appeal": "https://health.example/appeal, +99 1 234 567",
  "keys": ["issuer.key"]
}
`

func serveIssuerCommand() *command {
	var found string
	return configured{
		name: "issuer", settings: issuerExample, secret: "of the service",
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&found, "found", "", "invite the first officer of the authority, of this `NAME`, print the invitation, and end")
		},
		run: func(p *program, config string, check bool) error {
			s, err := p.readIssuer(config)
			if err != nil {
				return err
			}
			o, err := p.openIssuer(s)
			if err != nil {
				return err
			}
			defer o.db.Close()
			switch {
			case check:
				return p.sayIssuer(o)
			case found != "":
				return p.foundAuthority(s, o, found)
			}
			return p.serveIssuer(s, o)
		},
	}.command("an issuing authority: laboratories certify results, and everything can be withdrawn",
		`An issuer takes results from laboratories, people and machines with an account, certifies them, and hands a certificate out only when its register has it for good. It keeps no personal data. Officers make laboratories and set what they may issue, stop them, and withdraw; what is withdrawn takes two people.

The first officer is invited with --found; all others are invited by officers. docs/portal.md has every route; GET /v1/openapi.json is the same for programs.`,
		`$ pratique serve issuer --example > issuer.json
$ pratique serve issuer --secret > issuer.secret
$ pratique key new --demo --country XA --authority "Norland Institute of Health" -o issuer.key
$ pratique serve issuer --config issuer.json --check
$ pratique serve issuer --config issuer.json --found olga
$ pratique serve issuer --config issuer.json`)
}

func (p *program) readIssuer(name string) (issuerSettings, error) {
	var s issuerSettings
	if err := readConfig(name, "pratique serve issuer", &s); err != nil {
		return s, err
	}
	host, _, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return s, failure("listen is no address and port", `"listen": "127.0.0.1:8488"`)
	}
	if (s.Certificate == "") != (s.Key == "") {
		return s, failure("TLS needs a certificate and its key", "name both, or none")
	}
	if ip := net.ParseIP(host); s.Certificate == "" && !s.Proxied && (ip == nil || !ip.IsLoopback()) {
		return s, failure("listening on "+s.Listen+" without TLS would show passphrases and people's data to the network", `name "certificate" and "key", or listen on 127.0.0.1, or say "proxied": true if a proxy in front ends TLS`)
	}
	if _, _, err := net.SplitHostPort(s.Metrics); s.Metrics != "" && err != nil {
		return s, failure("metrics is no address and port", `"metrics": "127.0.0.1:9488", where Prometheus alone can ask`)
	}
	switch {
	case !access.IsID(s.Authority):
		return s, failure("the authority has no name for the register", `"authority": "xa-health": up to 32 small letters, digits, dots and hyphens`)
	case len(s.Country) != 2 || strings.ToUpper(s.Country) != s.Country:
		return s, failure("the country is no code of two capitals", `"country": "XA"`)
	case s.Name == "" || s.Appeal == "":
		return s, failure("an authority has a name, and somebody whom holders can turn to", `"name" and "appeal"`)
	case s.Database == "" || s.Secret == "" || len(s.Keys) == 0:
		return s, failure("an issuer has a database, a secret and keys", "`pratique serve issuer --example` shows each")
	case s.Most < 0 || s.Days < 0 || s.Good < 0:
		return s, failure("a number is negative", "key_certificates, key_days and valid_days are 0 or more")
	}
	return s, nil
}

// issuer is what the settings of an issuing service name, opened.
type issuer struct {
	db       *store.DB
	register *register.SQL
	gate     *access.Gate
	office   *issue.Office
	cohort   *cohort.Cohort
	options  portal.Options
	warn     *slog.Logger
}

// openIssuer opens what the settings name, and makes the tables.
func (p *program) openIssuer(s issuerSettings) (o issuer, err error) {
	secret, err := p.issuerSecret(s.Secret)
	if err != nil {
		return o, err
	}
	o.warn = slog.New(slog.NewTextHandler(p.errs, nil))
	signers, trusted := []*keys.Key{}, new(trust.Keys)
	for _, name := range s.Keys {
		k, err := p.openKey(name, s.Passphrase)
		if err != nil {
			return o, err
		}
		signers = append(signers, k)
		public := k.Public()
		trusted.Add(public)
		if id, err := shc.Thumbprint(k.Certificate.PublicKey); err == nil {
			public.ID = id
			trusted.Add(public)
		}
		if k.Country() != s.Country {
			return o, failure("the key "+quote(name)+" is of "+cmp.Or(k.Country(), "no country")+", the service of "+s.Country, "name keys of the country, or correct \"country\"")
		}
	}
	ctx := context.Background()
	if o.db, err = store.Open(ctx, s.Database); err != nil {
		return o, failure("the database: "+err.Error(), "\"database\": \"sqlite:issuer.db\", or the address of a PostgreSQL that runs")
	}
	if err := p.fillIssuer(ctx, s, &o, secret, signers); err != nil {
		return o, errors.Join(err, o.db.Close())
	}
	o.options.Trusted = trusted
	return o, nil
}

// fillIssuer puts the parts of an issuing service onto its database.
func (p *program) fillIssuer(ctx context.Context, s issuerSettings, o *issuer, secret func(use string) []byte, signers []*keys.Key) error {
	fault := func(what string, err error) error {
		return failure(what+": "+err.Error(), "look at the settings, and at the database")
	}
	r, err := register.Open(ctx, o.db)
	if err != nil {
		return fault("the register", err)
	}
	o.register, o.options.Authority = r.Guarded(access.Guard), s.Authority
	records, err := access.Open(ctx, o.db)
	if err != nil {
		return fault("the records of access", err)
	}
	note := func(e access.Event) { o.note(e) }
	if o.gate, err = access.New(records, access.Options{Key: secret("access"), Title: s.Name, Record: note, Now: p.now}); err != nil {
		return fault("the gate", err)
	}
	counts, err := cohort.NewDatabase(ctx, o.db)
	if err != nil {
		return fault("the counts of keys", err)
	}
	if o.cohort, err = cohort.New(cohort.Options{Name: s.Authority, Keys: signers, Store: counts, Now: p.now, Most: s.Most, Days: s.Days, Good: time.Duration(s.Good) * 24 * time.Hour}); err != nil {
		return fault("the keys", err)
	}
	if o.office, err = issue.New(issue.Options{Authority: s.Authority, URL: s.URL, Register: o.register, Keys: cohort.Authorities{s.Authority: o.cohort}, Now: p.now, Random: rand.Reader}); err != nil {
		return fault("the office", err)
	}
	codes, err := claim.NewDatabase(ctx, o.db)
	if err != nil {
		return fault("the claims", err)
	}
	claims, err := claim.New(claim.Options{Store: codes, Secret: secret("claim"), Now: p.now, Random: rand.Reader})
	if err != nil {
		return fault("the claims", err)
	}
	seen, err := watch.Open(ctx, o.db)
	if err != nil {
		return fault("the watch", err)
	}
	w, err := watch.New(seen, watch.Options{Key: secret("watch")})
	if err != nil {
		return fault("the watch", err)
	}
	var folder fs.FS
	if s.Fonts != "" {
		folder = os.DirFS(s.Fonts)
	}
	fonts, err := print.ReadFonts(folder)
	if err != nil {
		return failure("the fonts of "+quote(s.Fonts)+": "+err.Error(), "\"fonts\": \"/usr/share/fonts\", or leave it out")
	}
	o.options = portal.Options{Fonts: fonts, Authority: s.Authority, Name: s.Name, Country: s.Country, Appeal: s.Appeal, Secret: secret("intake"), Office: o.office, Gate: o.gate, Claims: claims, Watch: w,
		Insecure: s.Certificate == "" && !s.Proxied, Ready: o.ready, Log: o.warn, Now: p.now, Random: rand.Reader}
	if s.Proxied {
		o.options.Source = portal.Forwarded
	}
	return nil
}

// note tells the log what happened at the gate, and the account of the office who was
// let in, made or stopped by whom; who signed in and out is for the log alone.
func (o *issuer) note(e access.Event) {
	o.warn.Info("access", "what", e.What, "by", e.By, "whom", e.Whom, "laboratory", e.Laboratory)
	switch e.What {
	case access.DidSignIn, access.DidSignOut, access.DidRefuse, access.DidLock, access.DidRecover, access.DidEndorse:
		return
	}
	r := audit.Record{At: e.At.UTC().Truncate(time.Second), Who: cmp.Or(e.By, "office"), Did: e.What, What: cmp.Or(e.Whom, e.Laboratory, "-"), Count: 1}
	if err := o.register.Note(context.Background(), o.options.Authority, r); err != nil {
		o.warn.Error("not in the account", "what", e.What, "error", err)
	}
}

// ready asks whether the database answers and a key signs.
func (o *issuer) ready(ctx context.Context) error {
	if err := o.db.Ping(ctx); err != nil {
		return err
	}
	_, err := o.cohort.Next(ctx, cohort.Purpose{Format: issue.HC1, Use: trust.Test}, 0)
	if errors.Is(err, cohort.ErrEmpty) {
		_, err = o.cohort.Next(ctx, cohort.Purpose{Format: issue.HC1, Use: trust.Vaccination}, 0)
	}
	return err
}

// issuerSecret reads the secret of a service, of which each part has its own.
func (p *program) issuerSecret(name string) (func(use string) []byte, error) {
	text, err := readText(name, 1<<10)
	if err != nil {
		return nil, failure("reading the secret "+quote(name)+": "+cause(err), "`pratique serve issuer --secret > issuer.secret` makes one")
	}
	p.guardSecret(name)
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(b) != 32 {
		return nil, failure(quote(name)+" is no secret of 32 bytes in base64", "`pratique serve issuer --secret > issuer.secret` makes one")
	}
	return func(use string) []byte {
		k, err := hkdf.Key(sha256.New, b, nil, "pratique issuer "+use, 32)
		if err != nil {
			panic("deriving 32 bytes: " + err.Error()) // which HKDF can
		}
		return k
	}, nil
}

// sayIssuer says what there is.
func (p *program) sayIssuer(o issuer) error {
	v, err := o.db.Version(context.Background(), "issue")
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "authority    %s, %s (%s)\ndatabase     register of version %d\n", o.options.Authority, o.options.Name, o.options.Country, v)
	for _, use := range []struct {
		format string
		use    trust.Use
	}{{issue.HC1, trust.Test}, {issue.HC1, trust.Vaccination}, {issue.HC1, trust.Recovery}} {
		f, err := o.cohort.Forecast(context.Background(), cohort.Purpose{Format: use.format, Use: use.use})
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "keys         %s\n", f)
	}
	return nil
}

// remind tells the log, once a day, which keys somebody should see to: of each purpose
// that a key here signs at all.
func (o *issuer) remind(ctx context.Context, now time.Time) {
	for _, use := range []trust.Use{trust.Test, trust.Vaccination, trust.Recovery, trust.Antibody} {
		for _, format := range []string{issue.HC1, issue.SHC, issue.VDS} {
			f, err := o.cohort.Forecast(ctx, cohort.Purpose{Format: format, Use: use})
			switch {
			case err != nil && ctx.Err() == nil:
				o.warn.Error("how long the keys last is not known", "error", err)
			case err == nil && !f.Ends.IsZero() && f.Overdue(now):
				o.warn.Warn("the next key is due", "keys", f.String())
			}
		}
	}
}

// foundAuthority invites the first officer.
func (p *program) foundAuthority(s issuerSettings, o issuer, name string) error {
	token, err := o.gate.Found(context.Background(), s.Authority, name)
	if err != nil {
		return failure("inviting the first officer: "+err.Error(), "an authority that has an officer gets others by their invitation (POST /v1/people)")
	}
	fmt.Fprintf(p.out, "invitation of %s, good once, for three days; it is not shown again:\n\n%s\n", name, token)
	return nil
}

func (p *program) serveIssuer(s issuerSettings, o issuer) error {
	door, err := portal.New(o.options)
	if err != nil {
		return failure(err.Error(), "look at the settings")
	}
	beside := func(stop context.Context) {
		if s.Metrics != "" {
			m := &http.Server{Addr: s.Metrics, Handler: door.Metrics(), ReadTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10}
			go func() {
				if err := m.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
					o.warn.Error("metrics are not served", "error", err)
				}
			}()
			defer m.Close()
		}
		defer door.Close()
		expire := func(ctx context.Context) error {
			_, err := o.register.Expire(ctx, s.Authority, p.now())
			return err
		}
		for reminded := ""; ; {
			if err := door.Purge(stop, expire); err != nil && stop.Err() == nil {
				o.warn.Error("what is over was not taken away", "error", err)
			}
			if today := p.now().UTC().Format(time.DateOnly); today != reminded {
				o.remind(stop, p.now())
				reminded = today
			}
			select {
			case <-stop.Done():
				return
			case <-time.After(5 * time.Minute):
			}
		}
	}
	return p.serve(service{listen: s.Listen, handler: door, write: 5 * time.Minute, certificate: s.Certificate, key: s.Key, clients: true,
		greeting: "listening on ADDRESS, the issuer " + s.Authority, beside: beside,
		farewell: "stopped; what was handed out is in the register", unserved: "their senders can send them again with the same keys"})
}
