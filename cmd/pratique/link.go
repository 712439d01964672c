package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/format/shl"
)

func linkCommand() *command {
	return &command{
		use:   "link",
		short: "what stands behind a health link: online, and no proof",
		long: `A health link (SMART Health Links, IHE's Verifiable Health Links) leads to records on somebody's server, and has the key that opens them. It is no evidence: nobody signed what is there, it may change, and to look is to tell the server that somebody looks. So no verdict is made of a link, and nothing follows one unless you ask for it by ` + "`pratique link fetch`" + `.

Whoever has the link can read the records. It is shown to nobody here.`,
		example: `$ pratique link show link.png
$ pratique link fetch -o records link.png`,
		sub: []*command{linkFetchCommand(), linkShowCommand()},
	}
}

// oneLink reads the health link of an argument.
func (p *program) oneLink(args []string) (shl.Link, error) {
	if len(args) != 1 {
		return shl.Link{}, misuse("name one health link", "a picture of the code, a file, or the text: shlink:/...")
	}
	text, err := p.oneCode("the argument", args[0])
	if err != nil {
		return shl.Link{}, err
	}
	if u, err := format.Read(text); err == nil {
		if code, is := u.(*hc1.Unverified); is {
			if links := code.LinksSkippingVerification(); len(links) > 0 {
				return links[0], nil
			}
		}
	}
	cut, ok := shl.Cut(text)
	if !ok {
		return shl.Link{}, failure(quote(linkName(args[0]))+" is no health link", "`pratique read` says what it is")
	}
	l, err := shl.Parse(cut)
	if err != nil {
		return shl.Link{}, failure("the health link cannot be read: "+err.Error(), "ask whoever gave it for a new one")
	}
	return l, nil
}

// linkName is what an argument may be called: never a link itself.
func linkName(arg string) string {
	if _, is := shl.Cut(arg); is || len(arg) > 200 {
		return "the text"
	}
	return arg
}

func linkShowCommand() *command {
	var asJSON bool
	return &command{
		use:     "show LINK",
		short:   "where it leads, until when, what it asks; without following it",
		long:    "Show says where a health link leads, until when, and whether it asks a passcode. Nothing is fetched, and its key is not shown.",
		example: "$ pratique link show link.png",
		flags:   func(f *pflag.FlagSet) { f.BoolVar(&asJSON, "json", false, "print one JSON object") },
		run: func(p *program, args []string) error {
			l, err := p.oneLink(args)
			if err != nil {
				return err
			}
			p.tellLink(l, nil, "", asJSON)
			return nil
		},
	}
}

// gotten is a file that was fetched and opened.
type gotten struct {
	Type  string `json:"type"`
	Bytes int    `json:"bytes"`
	File  string `json:"file,omitempty"` // where it was written
	Card  bool   `json:"card"`           // a SMART Health Card: a proof of its own
	data  []byte
}

// tellLink says what is known of a link, and what was behind it.
func (p *program) tellLink(l shl.Link, files []gotten, status shl.Status, asJSON bool) {
	about := l.About()
	if asJSON {
		p.out.Write(jsonLine(struct {
			V        int        `json:"v"`
			Proof    bool       `json:"proof"` // never
			Host     string     `json:"host"`
			Passcode bool       `json:"passcode"`
			IHE      bool       `json:"ihe"`
			Expires  *time.Time `json:"expires,omitempty"`
			Status   string     `json:"status,omitempty"`
			Files    []gotten   `json:"files,omitempty"`
		}{1, false, about.Host, about.Passcode, l.IHE(), timeOrNil(about.Until), string(status), files}))
		return
	}
	p.out.WriteString("ONLINE, NOT A PROOF: nobody signed what is there, and it may change\n\n")
	row := func(label, text string) { fmt.Fprintf(p.out, "  %-9s %s\n", label, text) }
	row("leads to", printable(about.Host))
	switch {
	case about.Until.IsZero():
		row("until", "not said")
	case about.Until.After(p.now()):
		row("until", isoMoment(about.Until))
	default:
		row("until", isoMoment(about.Until)+", which has passed")
	}
	if about.Passcode {
		row("asks", "a passcode, which its holder knows")
	}
	if l.IHE() {
		row("kind", "IHE: the server asks who receives, and this program cannot say")
	}
	if status != "" {
		row("status", printable(string(status)))
	}
	for i, f := range files {
		label := ""
		if i == 0 {
			label = "files"
		}
		text := fmt.Sprintf("%s, %d bytes", printable(f.Type), f.Bytes)
		if f.File != "" {
			text += ", " + printable(f.File)
		}
		if f.Card {
			text += ": signed by its own issuer, `pratique verify` tells"
		}
		row(label, text)
	}
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// pursuit is how a link is followed.
type pursuit struct {
	passcode, recipient, output, ca string
	json                            bool
}

func linkFetchCommand() *command {
	var f pursuit
	return &command{
		use:   "fetch LINK",
		short: "follow a health link once, and open what is there",
		long: `Fetch asks the server of a health link once, over HTTPS, and opens the files with the link's key. The server learns that somebody looked, when, from which address, and the --recipient that you give.

With -o the files are written into a folder that is not there yet, for your eyes alone; else they are only listed. A SMART Health Card among them is signed by its own issuer, and is verified like any other; everything else proves nothing.

A passcode is sent once: after a wrong one the server says how many tries are left for good, and nothing is tried by itself.`,
		example: `$ pratique link fetch link.png
$ pratique link fetch --passcode pin.txt -o records link.txt
$ pratique verify --trust keys.json records/1.smart-health-card`,
		flags: func(s *pflag.FlagSet) {
			s.StringVar(&f.passcode, "passcode", "", "the `FILE` with the passcode; else it is asked for where the link wants one")
			s.StringVar(&f.recipient, "recipient", "Pratique", "the `NAME` that the server is told: who looks")
			s.StringVarP(&f.output, "output", "o", "", "the `FOLDER` to write; it must not be there yet")
			s.StringVar(&f.ca, "ca", "", "a `FILE` with certificates (PEM) that the server's must stem from, instead of those of this computer")
			s.BoolVar(&f.json, "json", false, "print one JSON object")
		},
		run: f.run,
	}
}

func (f *pursuit) run(p *program, args []string) error {
	l, err := p.oneLink(args)
	if err != nil {
		return err
	}
	about := l.About()
	switch {
	case l.IHE():
		return failure("the server of this link asks who receives it, by a certificate of the receiver", "use a receiver of IHE's network; to look at the link alone: `pratique link show`")
	case !about.Until.IsZero() && !p.now().Before(about.Until):
		return failure("the link ended on "+isoMoment(about.Until), "ask its holder for a new one; nothing was fetched")
	}
	passcode := ""
	if about.Passcode {
		from := f.passcode
		if from == "" {
			from = "-"
		}
		if passcode, err = p.passphrase(from, "passcode of the link: "); err != nil {
			return err
		}
	}
	c, err := f.client()
	if err != nil {
		return err
	}
	files, status, err := f.fetch(c, l, passcode)
	if err != nil {
		return err
	}
	if f.output != "" {
		if err := writeFetched(f.output, files); err != nil {
			return err
		}
	}
	p.tellLink(l, files, status, f.json)
	return nil
}

// client speaks HTTPS alone, keeps nothing, and goes nowhere else by itself.
func (f *pursuit) client() (*http.Client, error) {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: 15 * time.Second, ResponseHeaderTimeout: 30 * time.Second,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	if f.ca != "" {
		pem, err := readFile(f.ca, 1<<20)
		if err != nil {
			return nil, failure("reading "+quote(f.ca)+": "+cause(err), "--ca names certificates in PEM")
		}
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, failure(quote(f.ca)+" has no certificate", "--ca names certificates in PEM")
		}
	}
	return &http.Client{Transport: t, Timeout: 2 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, nil
}

// fetch gets all files of a link and opens them.
func (f *pursuit) fetch(c *http.Client, l shl.Link, passcode string) ([]gotten, shl.Status, error) {
	address, _ := l.Secret()
	if l.Direct() {
		u, err := url.Parse(address)
		if err != nil {
			return nil, "", failure("the link leads nowhere", "ask its holder for a new one")
		}
		q := u.Query()
		q.Set("recipient", f.recipient)
		u.RawQuery = q.Encode()
		body, err := ask(c, http.MethodGet, u.String(), nil, shl.MaxFile)
		if err != nil {
			return nil, "", err
		}
		file, err := opened(l, string(body), "")
		return []gotten{file}, "", err
	}
	want := map[string]any{"recipient": f.recipient, "embeddedLengthMax": shl.MaxFile}
	if passcode != "" {
		want["passcode"] = passcode
	}
	request, err := json.Marshal(want)
	if err != nil {
		return nil, "", err
	}
	body, err := ask(c, http.MethodPost, address, request, shl.MaxManifest)
	if err != nil {
		return nil, "", err
	}
	m, err := shl.ParseManifest(string(body))
	if err != nil {
		return nil, "", failure("the server's answer is "+err.Error(), "the link may be for another kind of reader; ask its holder")
	}
	if m.Status == shl.Over {
		return nil, "", failure("the server says that the link is no longer valid", "ask its holder for a new one")
	}
	var files []gotten
	for _, e := range m.Files {
		sealed := e.Embedded
		if sealed == "" {
			body, err := ask(c, http.MethodGet, e.Location, nil, shl.MaxFile)
			if err != nil {
				return nil, "", err
			}
			sealed = string(body)
		}
		file, err := opened(l, sealed, e.Type)
		if err != nil {
			return nil, "", err
		}
		files = append(files, file)
	}
	return files, m.Status, nil
}

func opened(l shl.Link, sealed, kind string) (gotten, error) {
	content, said, err := l.Decrypt(sealed)
	if err != nil {
		return gotten{}, failure("a file behind the link: "+err.Error(), "ask its holder for a new link; nothing was written")
	}
	if said != "" {
		kind = said // it stands under the seal
	}
	return gotten{Type: kind, Bytes: len(content), Card: strings.HasPrefix(kind, "application/smart-health-card"), data: content}, nil
}

// ask asks a server once. No error names the address: whoever has it could look.
func ask(c *http.Client, method, address string, body []byte, limit int64) ([]byte, error) {
	r, err := http.NewRequest(method, address, bytes.NewReader(body))
	if err != nil {
		return nil, failure("the link leads nowhere", "ask its holder for a new one")
	}
	r.Header.Set("User-Agent", "pratique")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.Do(r)
	if err != nil {
		return nil, failure("the server cannot be reached: "+lineFault(err), "look whether this computer is online; or try again later")
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	switch {
	case err != nil:
		return nil, failure("the server's answer broke off", "try again")
	case int64(len(data)) > limit:
		return nil, failure(fmt.Sprintf("the server's answer has more than %d bytes", limit), "the link is none that this program reads")
	}
	switch answer.StatusCode {
	case http.StatusOK:
		return data, nil
	case http.StatusUnauthorized:
		var left struct {
			Remaining *int `json:"remainingAttempts"`
		}
		if json.Unmarshal(data, &left) == nil && left.Remaining != nil {
			return nil, failure(fmt.Sprintf("the passcode is wrong; %d tries are left, for good", *left.Remaining), "ask its holder before you try again")
		}
		return nil, failure("the server asks for a passcode, or another one", "ask its holder: --passcode FILE")
	case http.StatusNotFound, http.StatusGone:
		return nil, failure("there is nothing behind the link any more", "ask its holder for a new one")
	case http.StatusTooManyRequests:
		return nil, failure("the server has been asked too often", "wait, and try again")
	}
	return nil, failure(fmt.Sprintf("the server answers with status %d", answer.StatusCode), "ask its holder, or try again later")
}

// lineFault says why a server was not reached, without the address.
func lineFault(err error) string {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	var unknown x509.UnknownAuthorityError
	var wrong x509.HostnameError
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.As(err, &unknown):
		return "its certificate stems from nobody known here"
	case errors.As(err, &wrong):
		return "its certificate is another server's"
	case errors.As(err, &dns):
		return "its name is not found"
	case os.IsTimeout(err):
		return "it does not answer in time"
	case errors.As(err, &op):
		return op.Op + " failed"
	}
	return "the connection failed"
}

// writeFetched writes the files into a new folder, for its owner alone.
func writeFetched(folder string, files []gotten) error {
	const hint = "name a folder that is not there yet"
	if err := os.Mkdir(folder, 0o700); err != nil {
		return failure("making the folder "+quote(folder)+": "+cause(err), hint)
	}
	for i := range files {
		f := &files[i]
		kind, _, _ := strings.Cut(f.Type, ";")
		ending := ".bin"
		switch kind {
		case "application/smart-health-card":
			ending = ".smart-health-card"
		case "application/fhir+json", "application/json", "application/smart-api-access":
			ending = ".json"
		}
		name := filepath.Join(folder, fmt.Sprint(i+1)+ending)
		if err := writeNew(name, f.data, 0o600); err != nil {
			return failure("writing "+quote(name)+": "+cause(err), hint)
		}
		f.File = filepath.ToSlash(name)
	}
	return nil
}
