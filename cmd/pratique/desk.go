package main

import (
	"cmp"
	"context"
	"crypto"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/desk"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/web"
	"github.com/pratique/pratique/words"
)

// deskPort is where a desk is found, unless --port says another: always the
// same, because a browser keeps its permission for the camera by address.
const deskPort = 7411

// deskFlags are the flags of desk.
type deskFlags struct {
	data, pages string
	bundle      string // a file, or demo; empty: see bundled
	bundled     bool   // bundles count, and not the folder of data
	port        int
	open, check bool
}

func deskCommand() *command {
	f := &deskFlags{}
	return &command{
		use:   "desk [flags]",
		short: "a border desk in the browser of this computer, without a network",
		long: `Desk serves the page of a border desk to the browser of this computer, and to nobody else. It works from a folder, for example on a USB stick, and needs no network:

  pratique      this program; pratique.exe on Windows
  pratique.bundle   what the desk relies on, in one signed file; any name that ends so
  data/         or instead: files in every form that --trust of verify reads, such as
                lists of keys, recognitions, withdrawals, rule sets
  desk.txt      which desk it is; may be missing
  desk.key      the key that signs receipts, best sealed; may be missing
  officers.txt  who may confirm what takes two officers; desk officer writes it
  counts/       written by the desk: how many decisions of which kind in which hour

Started by a double click, or without arguments, with a bundle or data/ beside it, the program is the desk and opens the browser.

A bundle counts if the key that desk.txt pins signed it, and if it is not older than the last one. Of several the newest counts, and one that is put there during a shift is taken at once. If it is cut short, changed or of somebody else, the desk says so and goes on with the last good one, of which it keeps a copy in counts/.

Nothing about a person is stored, here or in the browser, and the text of a code never leaves the page. desk.txt has a line for each thing that is not as here:

  pratique-desk/1.0
  desk gate-2
  country XB
  region XB-N
  appeal Office for Travellers, https://appeals.sudmark.example/
  key desk.key
  pin ministry.pem
  sentence family_visit Visits a sick member of the family.

Without it the desk is called desk, and the country is the one whose rules lie in data. Appeal says where to object, beside what the rules name; pin, with what key a bundle, or a signed list, must be signed: a file, or of a bundle the fingerprint; sentence is a reason that officers may choose, by its code. A line may be repeated where that has a meaning.`,
		example: `# on the stick: pratique.bundle or data/ beside the program
$ pratique desk --open

# a desk for exercises, with what is in this program
$ pratique desk --bundle demo --open

# is all there that a shift needs?
$ pratique desk --check --data stick/data

# a key for its receipts; its public part goes on the country's list
$ pratique key new --country CH --uses receipt --seal passphrase.txt -o desk.key`,
		flags: func(s *pflag.FlagSet) {
			s.StringVar(&f.bundle, "bundle", "", "the `FILE` with what the desk relies on (default any *.bundle, beside the program or here); demo is the one in this program")
			s.StringVar(&f.data, "data", "", "or the `FOLDER` with what the desk relies on (default data, beside the program or here)")
			s.IntVar(&f.port, "port", deskPort, "the `PORT` on this computer; 0 takes one that is free")
			s.BoolVar(&f.open, "open", false, "open the browser")
			s.BoolVar(&f.check, "check", false, "say what the desk has, and end")
			s.StringVar(&f.pages, "pages", "", "a `FOLDER` with pages made by `make pages` (dist/packed), where none are built in")
		},
		run: f.run, takes: true,
		sub: []*command{deskOfficerCommand()},
	}
}

func (f *deskFlags) run(p *program, args []string) error {
	if len(args) > 0 {
		return misuse("desk takes no argument", "the folder is named by --data, a bundle by --bundle")
	}
	base, err := f.find()
	if err != nil {
		return err
	}
	s, err := readSettings(base)
	if err != nil {
		return err
	}
	data, bundles, err := f.read(p, base, &s)
	if err != nil {
		return err
	}
	o, err := deskOptions(p, base, data, s)
	if err != nil {
		return err
	}
	pages, err := f.handler()
	if err != nil && !f.check {
		return err
	}
	p.tellDesk(o, base, err == nil)
	if f.check {
		return nil
	}
	o.Pages = pages
	return f.serve(p, o, bundles)
}

// read reads what the desk relies on.
func (f *deskFlags) read(p *program, base string, s *settings) (deskData, *deskBundles, error) {
	if !f.bundled {
		data, err := folderData(p, base, f.data, s)
		return data, nil, err
	}
	b, data, err := openBundles(p, base, f.bundle, s)
	if err == nil && f.data != "" {
		p.warn("the bundle counts, and %s does not", quote(f.data))
	}
	return data, b, err
}

// find settles what the data is, and returns the folder in which it lies.
func (f *deskFlags) find() (base string, err error) {
	switch {
	case f.bundle != "" && f.data != "":
		return "", misuse("a desk has a bundle or a folder", "name one of them: --bundle FILE, or --data FOLDER")
	case f.bundle == demoBundle:
		f.bundled = true
		return ".", nil
	case f.bundle != "":
		f.bundled = true
		if f.bundle, err = filepath.Abs(f.bundle); err != nil {
			return "", err
		}
		return filepath.Dir(f.bundle), nil
	case f.data == "":
		for _, folder := range []string{programFolder(), "."} {
			if folder != "" && len(bundlesIn(folder)) > 0 {
				f.bundled = true
				if info, err := os.Stat(filepath.Join(folder, "data")); err == nil && info.IsDir() {
					f.data = filepath.Join(folder, "data")
				}
				return filepath.Abs(folder)
			}
		}
		if f.data = besideProgram("data"); f.data == "" {
			f.data = "data"
		}
	}
	info, err := os.Stat(f.data)
	switch {
	case err != nil:
		return "", failure("opening the folder "+quote(f.data)+": "+cause(err), "put a bundle beside the program, or what the desk relies on into a folder named data, or name it: --bundle FILE, --data FOLDER", "`pratique help desk` shows what goes there")
	case !info.IsDir():
		return "", misuse(quote(f.data)+" is no folder", "name the folder in which it lies: --data FOLDER; a bundle is named by --bundle")
	}
	if f.data, err = filepath.Abs(f.data); err != nil {
		return "", err
	}
	return filepath.Dir(f.data), nil
}

// programFolder is the folder in which this program lies; empty, if nobody knows.
func programFolder() string {
	exe, err := os.Executable()
	if err == nil {
		exe, err = filepath.EvalSymlinks(exe)
	}
	if err != nil {
		return ""
	}
	return filepath.Dir(exe)
}

// besideProgram is the path of a folder beside this program, or empty.
func besideProgram(name string) string {
	folder := programFolder()
	if folder == "" {
		return ""
	}
	path := filepath.Join(folder, name)
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return ""
	}
	return path
}

// alone are the arguments of a program that was started without any, for
// example by a double click, and has a bundle or a folder data beside it.
func alone(args []string) []string {
	if folder := programFolder(); len(args) == 0 && folder != "" && (besideProgram("data") != "" || len(bundlesIn(folder)) > 0) {
		return []string{"desk", "--open"}
	}
	return args
}

// handler gives the pages, from a folder or from this program.
func (f *deskFlags) handler() (http.Handler, error) {
	files, err := web.Built()
	if f.pages != "" {
		files, err = os.DirFS(f.pages), nil
	}
	if err == nil {
		h, bad := web.NewHandler(files)
		if bad == nil {
			return h, nil
		}
		err = bad
	}
	switch {
	case f.pages != "":
		return nil, failure("no pages in "+quote(f.pages)+": "+err.Error(), "`make pages` makes them in web/dist/packed")
	case errors.Is(err, web.ErrNone):
		return nil, failure("this build has no pages: they need Node to be made, which `go install` does not have", "take the program of a release, which has them",
			"or in the source: `make pages`, then `go build -tags pages ./cmd/pratique`; or --pages web/dist/packed")
	}
	return nil, failure(err.Error(), "build the program again: `make pages`, then `go build -tags pages ./cmd/pratique`")
}

// deskOptions makes of what lies in a folder what a desk needs.
func deskOptions(p *program, base string, data deskData, s settings) (desk.Options, error) {
	w := data.world
	o := desk.Options{
		Name: s.desk, Country: s.country, Region: s.region, Appeal: s.appeal, Sentences: append(fixedSentences(), s.sentences...),
		World: data.text, Relied: w, Version: builtFrom().Version, Now: p.now,
	}
	if len(s.appeal) == 0 && !slices.ContainsFunc(w.Rules, func(r ruleSet) bool { return r.Jurisdiction == s.country }) {
		return o, failure("nobody says where a traveller can object: there are no rules of "+s.country, "put the rules of "+s.country+" into the data, or a line into desk.txt: appeal OFFICE, ADDRESS")
	}
	var err error
	if err := deskKey(p, &o, base, s); err != nil {
		return o, err
	}
	if o.Officers, err = readOfficers(base); err != nil {
		return o, err
	}
	o.Counts, err = desk.OpenCounts(desk.Folder(filepath.Join(base, "counts")))
	if err != nil {
		return o, failure(err.Error(), "look whether the disk is sound; counts/ beside the data has the counts")
	}
	if err := writable(filepath.Join(base, "counts")); err != nil {
		p.warn("decisions cannot be counted in %s: %s; the desk answers, and says with each decision that it was not counted", quote(filepath.Join(base, "counts")), cause(err))
	}
	return o, nil
}

// deskKey lets the desk open its key, whose country must be the desk's.
func deskKey(p *program, o *desk.Options, base string, s settings) error {
	name := filepath.Join(base, s.key)
	file, err := readFile(name, keys.MaxSize)
	switch {
	case s.key == "" || errors.Is(err, os.ErrNotExist) && !s.keyNamed:
		return nil
	case err != nil:
		return failure("opening the key "+quote(s.key)+": "+cause(err), "`pratique key new --uses receipt` makes one")
	}
	o.Sealed = keys.Sealed(file) || keys.Refers(file)
	open := func(passphrase string) (crypto.Signer, error) {
		k, err := keys.Parse(file, passphrase)
		switch {
		case err != nil:
			return nil, err
		case k.Country() != o.Country:
			return nil, fmt.Errorf("the key is of %s, and the desk of %s", k.Country(), o.Country)
		case k.Algorithm() != keys.ES256:
			return nil, errors.New("the key signs by another algorithm than receipts have")
		}
		return k.Signer, nil
	}
	if !o.Sealed {
		if _, err := open(""); err != nil {
			return failure("the key "+quote(s.key)+": "+strings.TrimPrefix(err.Error(), "reading key: "), "`pratique key new --country "+o.Country+" --uses receipt` makes one for receipts")
		}
		p.warn("the key %s is not sealed: who copies the folder can sign in the name of this desk", quote(s.key))
	}
	o.Key = open
	return nil
}

// writable reports why files cannot be written in a folder, which may be missing.
func writable(dir string) error {
	made := os.Mkdir(dir, 0o755) == nil
	f, err := os.CreateTemp(dir, ".try")
	if err != nil {
		return err
	}
	f.Close()
	os.Remove(f.Name())
	if made {
		os.Remove(dir)
	}
	return nil
}

// tellDesk says what a desk has.
func (p *program) tellDesk(o desk.Options, base string, pages bool) {
	row := func(name, format string, args ...any) {
		fmt.Fprintf(p.out, "%-12s %s\n", name, printable(fmt.Sprintf(format, args...)))
	}
	row("desk", "%s, %s (%s)", o.Name, words.Country(p.lang, o.Country), strings.TrimSpace(o.Country+" "+o.Region))
	var of []string
	for _, k := range o.Relied.Keys.All() {
		if !slices.Contains(of, k.Country) {
			of = append(of, k.Country)
		}
	}
	slices.Sort(of)
	row("keys", "%d, of %s", o.Relied.Keys.Len(), strings.Join(of, " "))
	for _, s := range o.Relied.Rules {
		row("rules", "%s %s for %s in %s, until %s", s.ID, s.Version, s.Purpose, s.Jurisdiction, stamp(s.Until))
	}
	for _, l := range o.Relied.Withdrawals {
		of := l.Country
		if of == "" {
			of = base64.StdEncoding.EncodeToString([]byte(cmp.Or(l.Key, l.Authority)))
		}
		row("withdrawals", "of %s, as of %s", of, cmp.Or(stamp(l.AsOf), "?"))
	}
	asOf := "not stated"
	if d := o.Relied.Data; !d.AsOf.IsZero() {
		if asOf = stamp(d.AsOf); !d.HardExpiry.IsZero() {
			asOf += ", good until " + stamp(d.HardExpiry)
		}
	}
	if d := o.Relied.Data; d.Name != "" {
		row("bundle", "%s, due %s", d.Name, stamp(d.SoftExpiry))
	}
	row("data of", "%s", asOf)
	receipts := "not signed: there is no desk.key"
	if o.Key != nil {
		receipts = "signed"
	}
	if o.Sealed {
		receipts = "signed, once the passphrase of the key is given"
	}
	row("receipts", "%s", receipts)
	if n := o.Officers.Len(); n > 0 {
		row("officers", "%d may confirm what takes two", n)
	} else {
		row("officers", "nobody may confirm what takes two: `pratique desk officer NAME`")
	}
	row("counts", "in %s", filepath.Join(base, "counts"))
	if !pages {
		row("pages", "none in this build")
	}
}

// serve listens on this computer alone, until it is told to end.
func (f *deskFlags) serve(p *program, o desk.Options, bundles *deskBundles) error {
	listeners, port, err := listenHere(f.port)
	if err != nil {
		if f.runs(o.Name) {
			address := fmt.Sprintf("http://localhost:%d/desk/", f.port)
			fmt.Fprintf(p.out, "%-12s %s, which runs already\n", "address", address)
			return openBrowser(p, f.open, address)
		}
		return failure(fmt.Sprintf("port %d of this computer is taken: %s", f.port, cause(err)), "take another: --port 7412, or --port 0 for one that is free")
	}
	for _, name := range []string{"localhost", "127.0.0.1", "[::1]"} {
		o.Hosts = append(o.Hosts, name+":"+strconv.Itoa(port))
	}
	d, err := desk.New(o)
	if err != nil {
		return err
	}
	address := fmt.Sprintf("http://localhost:%d/desk/", port)
	fmt.Fprintf(p.out, "%-12s %s\n%-12s Ctrl-C, or close this window\n", "address", address, "to end")
	p.out.Flush()
	if err := openBrowser(p, f.open, address); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if bundles != nil && f.bundle != demoBundle {
		bundles.keep(bundles.now)
		go bundles.watch(ctx, 2*time.Second, d)
	}
	server := &http.Server{Handler: d, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { failed <- server.Serve(l) }()
	}
	select {
	case err := <-failed:
		return failure("the desk cannot be reached any more: "+cause(err), "start it again")
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return server.Shutdown(ending)
}

// listenHere listens on the addresses that mean this computer: of IPv4, and of
// IPv6 where there is that.
func listenHere(port int) ([]net.Listener, int, error) {
	four, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return nil, 0, err
	}
	port = four.Addr().(*net.TCPAddr).Port
	listeners := []net.Listener{four}
	if six, err := net.Listen("tcp6", "[::1]:"+strconv.Itoa(port)); err == nil {
		listeners = append(listeners, six)
	}
	return listeners, port, nil
}
