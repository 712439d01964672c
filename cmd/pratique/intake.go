package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/issue/fhir"
	"github.com/pratique/pratique/issue/hl7"
	"github.com/pratique/pratique/issue/intake"
	"github.com/pratique/pratique/issue/table"
	"github.com/pratique/pratique/keys"
)

// received are the flags of issue for what laboratories send: messages of HL7
// version 2 and of FHIR, and tables.
type received struct {
	dry, exercise                      bool
	authority, offset, charset, errors string
}

func (r *received) flags(f *pflag.FlagSet) {
	f.BoolVar(&r.dry, "dry-run", false, "read and check, and make nothing; needs no key")
	f.StringVar(&r.authority, "authority", "", "the `NAME` of who certifies, where the file does not say it")
	f.StringVar(&r.offset, "offset", "", "the offset from UTC of a sender's moments without one: `+01:00`")
	f.StringVar(&r.charset, "charset", "", "the letters of a table that is not in UTF-8: `NAME` windows-1252")
	f.StringVar(&r.errors, "errors", "", "the `FILE` for the rows of a table that could not be used; else errors.csv beside the codes")
	f.BoolVar(&r.exercise, "exercise", false, "take messages that are marked as tests or for training, and no others")
}

// options are what the readers need to know.
func (o *order) options(p *program, k *keys.Key) (intake.Options, error) {
	out := intake.Options{Now: p.now(), Authority: o.authority, Exercise: o.exercise}
	var err error
	if o.at != "" {
		if out.Now, err = moment("--at", o.at); err != nil {
			return out, err
		}
	}
	if o.offset != "" {
		t, err := time.Parse("-07:00", o.offset)
		if err != nil {
			return out, misuse("--offset is not an offset from UTC", "write it as +01:00")
		}
		_, seconds := t.Zone()
		out.Zone = time.FixedZone("", seconds)
	}
	if k != nil {
		out.Country = k.Country()
	}
	return out, nil
}

// take issues what a laboratory's file asks for, and reports whether it was
// one. A form is none: it is read as before.
func (o *order) take(p *program, name string) (done bool, err error) {
	in, closing, err := p.open(name)
	if err != nil {
		return false, nil // whoever reads the form says so
	}
	defer closing()
	start, _ := in.Peek(4096)
	kind := kindOf(name, start)
	if kind == "" {
		if o.dry {
			return true, misuse("a form is not read without being issued", "--dry-run is for messages and tables")
		}
		return false, nil
	}
	var k *keys.Key
	switch {
	case o.passport != "":
		return true, misuse("--mrz is for a form", "a table has a column mrz; messages have the name that the sender has")
	case o.dry:
	case o.key == "":
		return true, misuse("a code is signed with a key", "name the key file: --key KEY, or look what would be made: --dry-run")
	default:
		if k, err = p.openKey(o.key, o.passphrase); err != nil {
			return true, err
		}
	}
	if kind == "table" {
		return true, o.table(p, name, in, k)
	}
	return true, o.message(p, name, kind, in, k)
}

// tableExample is a table to begin with: every column, and three rows.
var tableExample = table.Template() +
	"R-1001,test,Eriksson,Anna Maria,,,,1974-08-12,,,,,covid-19,XA,Norland Institute of Health,,nucleic_acid,,,2026-12-02T07:30:00+01:00,,not_detected,\"Norland Institute of Health, Laboratory 7\",,,,,,,,,,,,,,\r\n" +
	"V-2001,vaccination,Lind,Bo,,,,2024-02-29,male,XA,,Clara Lind,covid-19,XA,Norland Institute of Health,,,,,,,,,1119349007,EU/1/20/1528,ORG-100030215,L7-2217,Clinic 3,,administered,2,2,2026-06-15,,,,\r\n" +
	"P-3001,recovery,Sukarno,,,,,1984,,,,,covid-19,XA,Norland Institute of Health,,,,,,,,,,,,,,,,,,,,2026-09-01,2026-09-12,2027-02-28\r\n"

// open opens a file, or standard input, which can be read again from its start.
func (p *program) open(name string) (*bufio.Reader, func(), error) {
	if name == "-" {
		in := bufio.NewReaderSize(p.in, 64<<10)
		p.in = in
		return in, func() {}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	return bufio.NewReaderSize(f, 64<<10), func() { f.Close() }, nil
}

// kindOf tells from its start what a file is: hl7, fhir, table, or "" for a form.
func kindOf(name string, start []byte) string {
	text := bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\ufeff")), " \t\r\n")
	switch {
	case bytes.HasPrefix(start, []byte("MSH")), bytes.HasPrefix(start, []byte("\x0bMSH")), bytes.HasPrefix(start, []byte("FHS")), bytes.HasPrefix(start, []byte("BHS")):
		return "hl7"
	case bytes.HasPrefix(text, []byte("{")):
		if bytes.Contains(text, []byte(`"resourceType"`)) {
			return "fhir"
		}
		return ""
	case slices.Contains([]string{".csv", ".tsv"}, strings.ToLower(filepath.Ext(name))):
		return "table"
	}
	head, _, _ := bytes.Cut(text, []byte("\n"))
	names := strings.FieldsFunc(strings.ToLower(string(head)), func(r rune) bool { return r == ',' || r == ';' || r == '\t' || r == '\r' || r == 0 })
	if len(names) > 1 && slices.Contains(names, "kind") {
		return "table"
	}
	return ""
}

// message issues what a message asks for.
func (o *order) message(p *program, name, kind string, in io.Reader, k *keys.Key) error {
	data, err := readAll(in, hl7.MaxMessage)
	if err != nil {
		return failure("reading "+quote(name)+": "+cause(err), "send one message in one file")
	}
	opts, err := o.options(p, k)
	if err != nil {
		return err
	}
	var m intake.Message
	if kind == "fhir" {
		m, err = fhir.Read(data, opts)
	} else {
		m, err = readHL7(data, opts)
	}
	if err != nil {
		return failure(quote(name)+": "+err.Error(), "docs/intake.md says what is read")
	}
	made := 0
	for _, it := range m.Items {
		if it.Do == intake.Issue || it.Do == intake.Replace {
			made++
		}
	}
	output, err := o.targets(made > 1)
	if err != nil {
		return err
	}
	wrong := tell(p, m.Findings)
	for _, it := range m.Items {
		wrong = tell(p, it.Findings) || wrong
		switch {
		case it.Do == intake.Withdraw:
			fmt.Fprintf(p.out, "%-8s %s: the sender takes it back; `pratique revoke add` withdraws its code\n", "withdraw", it.Place)
		case it.Do == intake.Nothing:
		case o.dry:
			fmt.Fprintf(p.out, "%-8s %s: %s, would be made\n", "checked", it.Place, it.Certificate.Events[0].Kind())
		default:
			before, err := o.make(p, it, k, output)
			if u, ok := errors.AsType[unfit](err); ok {
				err = u.error
			}
			if err != nil {
				return err
			}
			if before {
				fmt.Fprintf(p.out, "%-8s %s: it had been made before\n", "kept", it.Place)
			}
		}
		if it.Do == intake.Replace {
			p.warn("%s corrects what was sent before: withdraw the code that was made of it", it.Place)
		}
	}
	if wrong {
		return silent(exitBroken)
	}
	return nil
}

// readHL7 reads a message, also in the frame in which it came over the wire.
func readHL7(data []byte, opts intake.Options) (intake.Message, error) {
	if data[0] == 0x0b {
		framed, err := hl7.NewBlocks(bytes.NewReader(data)).Next()
		if err != nil {
			return intake.Message{}, err
		}
		data = framed
	}
	m, err := hl7.Parse(data)
	if err != nil {
		return intake.Message{}, err
	}
	return hl7.Read(m, opts), nil
}

// tell says what was found, and reports whether it has an error.
func tell(p *program, list []intake.Finding) bool {
	for _, f := range list {
		switch f.Severity {
		case intake.Error:
			p.report(failure(f.Place+": "+strings.ReplaceAll(string(f.Code), "_", " "), f.Code.Hint()))
		case intake.Warning:
			p.warn("%s: %s: %s", f.Place, strings.ReplaceAll(string(f.Code), "_", " "), f.Code.Hint())
		}
	}
	return intake.HasError(list)
}

// targets are the files to write, in which a star stands for the key of an
// item: DIR means DIR/*.png.
func (o *order) targets(several bool) ([]string, error) {
	var out []string
	for _, name := range o.output {
		info, err := os.Stat(name)
		if strings.HasSuffix(name, "/") || err == nil && info.IsDir() || name != "-" && filepath.Ext(name) == "" {
			name = filepath.Join(name, "*.png")
		}
		if several && !strings.Contains(filepath.Base(name), "*") {
			return nil, misuse("this file asks for several codes", "name a folder: -o DIR, or files with a star for the key: -o 'DIR/*.txt'")
		}
		out = append(out, name)
	}
	if several && len(out) == 0 && !o.dry {
		return nil, misuse("this file asks for several codes", "name a folder: -o DIR, or look what would be made: --dry-run")
	}
	return out, badOutput(out, o.moreOutput()...)
}

// unfit is a certificate of which the format that was asked for cannot be made.
type unfit struct{ error }

// make makes the code of an item, and reports whether it had been made before:
// of a run that was broken off, what is whole stays as it is.
func (o *order) make(p *program, it intake.Item, k *keys.Key, output []string) (before bool, err error) {
	mine := *o
	mine.output = nil
	for _, name := range output {
		file := strings.ReplaceAll(name, "*", it.Key[:16])
		if mine.output = append(mine.output, file); file == name {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return false, failure("making the folder: "+cause(err), "name another folder by -o")
		}
	}
	if n := len(mine.output); n > 0 && mine.output[n-1] != output[n-1] {
		if _, err := os.Stat(mine.output[n-1]); err == nil { // the last that is written
			return true, nil
		}
		for i, name := range mine.output {
			if name != output[i] {
				os.Remove(name)
			}
		}
	}
	if err := mine.complete(p, it.Certificate, k); err != nil {
		return false, unfit{err}
	}
	text, err := mine.sign(it.Certificate, k)
	if err != nil {
		return false, unfit{issueFault(err)}
	}
	return false, mine.deliver(p, it.Certificate, k, text)
}

// table issues what the rows of a table ask for.
func (o *order) table(p *program, name string, in io.Reader, k *keys.Key) error {
	opts, err := o.options(p, k)
	if err != nil {
		return err
	}
	output, err := o.targets(true)
	if err != nil {
		return err
	}
	t, err := table.NewReader(in, table.Options{Options: opts, Charset: o.charset})
	if err != nil {
		hint := "`pratique issue --example table` prints the head with all columns, and docs/intake.md says what they hold"
		if err == table.ErrLetters {
			hint = "save it as UTF-8; or, if you know that it is, --charset windows-1252"
		}
		return failure(quote(name)+": "+err.Error(), hint)
	}
	kept, err := o.keep(output)
	if err != nil {
		return err
	}
	errs := table.NewErrors(kept, t)
	if kept.name == "" {
		errs.Tell = func(r table.Row) { p.refused(r) }
	}
	loud, before := p.out, 0
	if !o.json {
		p.out = bufio.NewWriter(io.Discard) // a thousand rows are counted, not told
	}
	n, err := table.Run(t, errs, func(row table.Row) error {
		p.tick(1)
		if o.dry {
			return nil
		}
		was, err := o.make(p, row.Item, k, output)
		if was {
			before++
		}
		if u, ok := errors.AsType[unfit](err); ok {
			return &table.Refusal{Code: intake.Format, Place: u.Error()}
		}
		return err
	}, nil)
	p.tick(0)
	p.out = loud
	if closed := kept.done(n.Refused > 0); err == nil && closed != nil {
		err = failure("writing "+quote(kept.name)+": "+cause(closed), "name another file by --errors")
	}
	if err != nil {
		if _, ok := errors.AsType[*fault](err); ok {
			return err
		}
		return failure("reading "+quote(name)+": "+cause(err), "run it again: what was made is not made twice")
	}
	o.counted(p, n, before, kept.name)
	if n.Refused > 0 {
		return silent(exitBroken)
	}
	return nil
}

// refused tells of a row that cannot be used.
func (p *program) refused(r table.Row) {
	for _, f := range r.Item.Findings {
		if f.Severity == intake.Error {
			p.report(failure(fmt.Sprintf("row %d: %s: %s", r.Number, f.Place, strings.ReplaceAll(string(f.Code), "_", " ")), f.Code.Hint()))
		}
	}
}

// counted says what became of the rows.
func (o *order) counted(p *program, n table.Counts, before int, kept string) {
	if n.Refused == 0 {
		kept = "" // no file was left
	}
	if o.json {
		p.out.Write(jsonLine(struct {
			V       int    `json:"v"`
			Rows    int    `json:"rows"`
			Used    int    `json:"used"`
			Before  int    `json:"made_before"`
			Refused int    `json:"refused"`
			Errors  string `json:"errors,omitempty"`
			Dry     bool   `json:"dry_run"`
		}{1, n.Rows, n.Used, before, n.Refused, kept, o.dry}))
		return
	}
	what := "issued"
	if o.dry {
		what = "checked"
	}
	fmt.Fprintf(p.out, "%-8s %d of %d rows", what, n.Used-before, n.Rows)
	if before > 0 {
		fmt.Fprintf(p.out, ", %d had been made before", before)
	}
	fmt.Fprintln(p.out)
	if n.Refused > 0 {
		fmt.Fprintf(p.out, "%-8s %d", "refused", n.Refused)
		if kept != "" {
			fmt.Fprintf(p.out, ", with the reasons in %s: correct it and issue it like the table", kept)
		}
		fmt.Fprintln(p.out)
	}
}

// keeper is the file of the rows that cannot be used. It takes its name once it
// is whole, in place of that of an earlier run.
type keeper struct {
	io.Writer
	f    *os.File
	name string // empty: it is not kept
}

func (o *order) keep(output []string) (*keeper, error) {
	name := o.errors
	if name == "" && !o.dry && len(output) > 0 {
		name = filepath.Join(filepath.Dir(output[0]), "errors.csv")
	}
	if name == "" {
		return &keeper{Writer: io.Discard}, nil
	}
	err := os.MkdirAll(filepath.Dir(name), 0o755)
	var f *os.File
	if err == nil {
		f, err = os.Create(name + ".part")
	}
	if err != nil {
		return nil, failure("writing "+quote(name)+": "+cause(err), "name another file by --errors")
	}
	return &keeper{f, f, name}, nil
}

// done ends the file, and leaves none where every row was used.
func (k *keeper) done(wanted bool) error {
	if k.f == nil {
		return nil
	}
	err := k.f.Sync()
	if closed := k.f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if !wanted {
		os.Remove(k.name)
		return os.Remove(k.name + ".part")
	}
	return os.Rename(k.name+".part", k.name)
}
