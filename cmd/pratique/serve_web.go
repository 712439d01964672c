package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/desk"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/web"
)

// webFlags are the flags of serve web.
type webFlags struct {
	listen, cert, key, bundle, desk, pages string
	hosts, pins                            []string
	selfSigned, check                      bool
}

func serveWebCommand() *command {
	f := &webFlags{}
	return &command{
		use:   "web --bundle FILE --pin KEY [--cert FILE --key FILE]",
		short: "the wallet and the desk as pages that can be installed, over HTTPS",
		long: `Web serves the page of the wallet, with a bundle as its data, to everybody who can reach it. Codes and wallets stay on the device: what is asked for is the page and the bundle, the same for everybody.

With --desk it serves the page of the border desk too, for several desks of one post. The folder is that of ` + "`pratique desk`" + `: desk.txt, desk.key, officers.txt, counts/. Decisions are counted and receipts signed here, in the name of that one desk with the officer's pseudonym; a shift begins with the passphrase of the key, which must be sealed. A page that cannot reach its server goes on, and hands in its counts later.

A bundle that is replaced is noticed and given out at once; a torn, older or foreign one is refused, and the last good one goes on.

Browsers give the camera and installation to https alone, or to localhost. --self-signed makes a certificate for a trial; its fingerprint is printed, to be compared in the browser.`,
		example: `# a trial on this computer, with the bundle that is in this program
$ pratique serve web --bundle demo

# in the network of a border post, with a certificate of its own authority
$ pratique serve web --bundle border.bundle --pin ministry.pem --desk post/ \
    --listen :8443 --cert post.pem --key post.key`,
		flags: func(s *pflag.FlagSet) {
			s.StringVar(&f.bundle, "bundle", "", "the `FILE` with what the pages rely on; demo is the one in this program")
			s.StringArrayVar(&f.pins, "pin", nil, "a `FILE` with the public key that signs the bundle, or its FINGERPRINT; may be repeated")
			s.StringVar(&f.desk, "desk", "", "the `FOLDER` of a border desk, whose page is then served too")
			s.StringVar(&f.listen, "listen", "localhost:8443", "the `ADDRESS` and port")
			s.StringVar(&f.cert, "cert", "", "the `FILE` with the certificate for TLS, in PEM")
			s.StringVar(&f.key, "key", "", "the `FILE` with its key, in PEM")
			s.BoolVar(&f.selfSigned, "self-signed", false, "make a certificate for a trial, and print its fingerprint")
			s.StringArrayVar(&f.hosts, "host", nil, "a `NAME` by which browsers reach this server, beside those of the certificate; may be repeated")
			s.BoolVar(&f.check, "check", false, "say what would be served, and end")
			s.StringVar(&f.pages, "pages", "", "a `FOLDER` with pages made by `make pages` (dist/packed), where none are built in")
		},
		run: f.run,
	}
}

func (f *webFlags) run(p *program, args []string) error {
	switch {
	case len(args) > 0:
		return misuse("serve web takes no argument", "`pratique help serve web` lists the flags")
	case f.bundle == "":
		return misuse("serve web needs a bundle", "--bundle FILE --pin KEY; for a trial: --bundle demo")
	case (f.cert == "") != (f.key == ""):
		return misuse("TLS needs a certificate and its key", "name both: --cert FILE --key FILE")
	case f.cert != "" && f.selfSigned:
		return misuse("there is a certificate already", "leave out --self-signed, or --cert and --key")
	}
	host, _, err := net.SplitHostPort(f.listen)
	if err != nil {
		return misuse(quote(f.listen)+" is no address and port", "--listen localhost:8443, or --listen :8443 for the network")
	}
	if f.cert == "" && !f.selfSigned && !isLoopback(host) {
		return misuse("browsers give camera and installation to https alone", "name a certificate: --cert FILE --key FILE; for a trial: --self-signed; or listen on localhost")
	}
	s, err := f.open(p)
	if err != nil {
		return err
	}
	if f.check {
		return nil
	}
	return s.serve(p)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// served is what is served, and how.
type served struct {
	f       *webFlags
	tls     *tls.Config // nil: plain, on this computer alone
	hosts   []string    // without port
	bundles *deskBundles
	pages   http.Handler
	desk    *desk.Options // nil: the wallet alone
}

// open reads all that is served.
func (f *webFlags) open(p *program) (*served, error) {
	s := &served{f: f, hosts: []string{"localhost", "127.0.0.1", "::1"}}
	if err := s.certificate(p); err != nil {
		return nil, err
	}
	settings, base := settings{desk: "wallet"}, f.desk
	if base != "" {
		var err error
		if settings, err = readSettings(base); err != nil {
			return nil, err
		}
	}
	data, err := s.data(p, base, &settings)
	if err != nil {
		return nil, err
	}
	if f.desk != "" {
		o, err := deskOptions(p, base, data, settings)
		if err != nil {
			return nil, err
		}
		if o.Key == nil || !o.Sealed {
			return nil, failure("the desk in "+quote(f.desk)+" has no sealed key: everybody in the network could begin a shift", "`pratique key new --country "+settings.country+" --uses receipt --seal FILE -o "+filepath.Join(f.desk, "desk.key")+"` makes one")
		}
		s.desk = &o
		p.tellDesk(o, base, true)
	} else {
		fmt.Fprintf(p.out, "%-12s %s of %s, ends %s\n", "bundle", s.bundles.now.Series(), isoMoment(s.bundles.now.AsOf), isoMoment(s.bundles.now.Hard))
	}
	if s.pages, err = (&deskFlags{pages: f.pages}).handler(); err != nil {
		if f.check {
			fmt.Fprintf(p.out, "%-12s none in this build\n", "pages")
			return s, nil
		}
		return nil, err
	}
	if h, ok := s.pages.(*web.Handler); ok && s.desk == nil {
		s.pages = h.Without("desk")
	}
	return s, nil
}

// data opens the bundle. The pins of the flags count before those of desk.txt.
func (s *served) data(p *program, base string, set *settings) (deskData, error) {
	name := s.f.bundle
	if len(s.f.pins) > 0 {
		set.pins = nil
	}
	for _, pin := range s.f.pins {
		if asFingerprint(pin) == "" {
			var err error
			if pin, err = filepath.Abs(pin); err != nil {
				return deskData{}, err
			}
		}
		set.pins = append(set.pins, pin)
	}
	if name != demoBundle && len(set.pins) == 0 {
		return deskData{}, misuse("nobody says with which key the bundle is signed", "--pin FILE, or --pin FINGERPRINT; `pratique bundle show "+name+"` says with which it claims to be")
	}
	if set.country == "" && base == "" { // who serves a wallet is at nobody's border
		b, err := shown(name)
		if err != nil {
			return deskData{}, err
		}
		set.country = b.Jurisdiction
	}
	var data deskData
	var err error
	s.bundles, data, err = openBundles(p, base, name, set)
	return data, err
}

// certificate settles how it is reached.
func (s *served) certificate(p *program) error {
	for _, h := range s.f.hosts {
		s.hosts = append(s.hosts, strings.ToLower(h))
	}
	if s.f.cert == "" && !s.f.selfSigned {
		return nil
	}
	var c tls.Certificate
	var err error
	if s.f.selfSigned {
		c, err = selfSigned(s.hosts, p.now())
	} else {
		c, err = tls.LoadX509KeyPair(s.f.cert, s.f.key)
	}
	if err != nil {
		return failure("the certificate for TLS: "+cause(err), "--cert and --key name files in PEM, of one key pair")
	}
	leaf := c.Leaf
	for _, n := range leaf.DNSNames {
		s.hosts = append(s.hosts, strings.ToLower(n))
	}
	for _, ip := range leaf.IPAddresses {
		s.hosts = append(s.hosts, ip.String())
	}
	if p.now().After(leaf.NotAfter) {
		return failure("the certificate for TLS ended on "+isoMoment(leaf.NotAfter), "renew it")
	}
	sum := sha256.Sum256(leaf.Raw)
	fmt.Fprintf(p.out, "%-12s %s\n", "certificate", colons(sum[:]))
	s.tls = &tls.Config{Certificates: []tls.Certificate{c}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	return nil
}

// colons writes a fingerprint as browsers do.
func colons(sum []byte) string {
	var parts []string
	for _, b := range sum {
		parts = append(parts, strings.ToUpper(hex.EncodeToString([]byte{b})))
	}
	return strings.Join(parts, ":")
}

// selfSigned makes a certificate for a trial, which lives as long as the program.
func selfSigned(hosts []string, now time.Time) (tls.Certificate, error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return tls.Certificate{}, err
	}
	t := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "Pratique, for a trial"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, 30),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, k.Public(), k)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: k, Leaf: leaf}, err
}

// named are the hosts as browsers name them: with the port, and without where
// it is that of https.
func (s *served) named(port int) []string {
	var out []string
	for _, h := range s.hosts {
		if strings.Contains(h, ":") {
			h = "[" + h + "]"
		}
		out = append(out, h+":"+strconv.Itoa(port))
		if s.tls != nil && port == 443 || s.tls == nil && port == 80 {
			out = append(out, h)
		}
	}
	return out
}

// handler is what answers, and how newer data is given to it.
func (s *served) handler(p *program, port int) (http.Handler, renewer, error) {
	data, err := bundleData(s.bundles.now, s.bundles.s)
	if err != nil {
		return nil, nil, err
	}
	var h http.Handler
	var r renewer
	if s.desk != nil {
		o := *s.desk
		o.Pages, o.Hosts, o.World, o.Relied = s.pages, s.named(port), data.text, data.world
		d, err := desk.New(o)
		if err != nil {
			return nil, nil, err
		}
		h, r = d, d
	} else {
		w := &walletSite{pages: s.pages, hosts: s.named(port)}
		w.Renew(data.text, data.world)
		h, r = w, w
	}
	if s.tls == nil || s.f.selfSigned {
		return h, r, nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		h.ServeHTTP(w, r)
	}), r, nil
}

// walletSite is the page of the wallet and its public data. It takes nothing.
type walletSite struct {
	pages http.Handler
	hosts []string
	data  atomic.Pointer[publicData]
}

type publicData struct {
	text []byte
	tag  string
}

// Renew gives the page newer data, from now on.
func (s *walletSite) Renew(world json.RawMessage, _ *verify.World) {
	sum := sha256.Sum256(world)
	s.data.Store(&publicData{world, `"` + hex.EncodeToString(sum[:16]) + `"`})
}

// ServeHTTP implements [http.Handler].
func (s *walletSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case !slices.Contains(s.hosts, strings.ToLower(r.Host)): // a name that somebody else lets lead here
		http.Error(w, "this server is not called by that name", http.StatusMisdirectedRequest)
	case r.URL.Path == "/":
		http.Redirect(w, r, "/wallet/", http.StatusSeeOther)
	case r.URL.Path != "/api/world":
		s.pages.ServeHTTP(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
	default:
		d, head := s.data.Load(), w.Header()
		head.Set("Content-Type", "application/json")
		head.Set("Cache-Control", "no-cache")
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Cross-Origin-Resource-Policy", "same-origin")
		head.Set("ETag", d.tag)
		if r.Header.Get("If-None-Match") == d.tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		head.Set("Content-Length", strconv.Itoa(len(d.text)))
		if r.Method == http.MethodGet {
			w.Write(d.text)
		}
	}
}

// serve serves until it is told to stop.
func (s *served) serve(p *program) error {
	l, err := net.Listen("tcp", s.f.listen)
	if err != nil {
		return failure("listening on "+s.f.listen+": "+cause(err), "choose another port, or stop what uses it")
	}
	port := l.Addr().(*net.TCPAddr).Port
	h, renewed, err := s.handler(p, port)
	if err != nil {
		return err
	}
	scheme := "http"
	if s.tls != nil {
		scheme = "https"
	}
	page := map[bool]string{true: "desk", false: "wallet"}[s.desk != nil]
	name := s.hosts[0]
	if host, _, _ := net.SplitHostPort(s.f.listen); !isLoopback(host) && len(s.hosts) > 3 {
		name = s.hosts[3]
	}
	fmt.Fprintf(p.out, "%-12s %s://%s:%d/%s/\n%-12s Ctrl-C\n", "address", scheme, name, port, page, "to end")
	if err := p.out.Flush(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if s.f.bundle != demoBundle {
		s.bundles.keep(s.bundles.now)
		go s.bundles.watch(ctx, 2*time.Second, renewed)
	}
	return s.until(ctx, l, h)
}

// until serves on a listener until the context ends; what was begun is finished.
func (s *served) until(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10, TLSConfig: s.tls, ErrorLog: log.New(io.Discard, "", 0)} // it would name addresses
	failed := make(chan error, 1)
	go func() {
		if s.tls != nil {
			failed <- server.ServeTLS(l, "", "")
		} else {
			failed <- server.Serve(l)
		}
	}()
	select {
	case err := <-failed:
		return failure("serving: "+cause(err), "start it again")
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(ending); err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, context.DeadlineExceeded) {
		return failure("stopping: "+cause(err), "some requests were not finished")
	}
	return nil
}
