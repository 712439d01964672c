package main

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/words"
)

func trustCommand() *command {
	return &command{
		use:   "trust",
		short: "whose keys to rely on, and whom a country recognises",
		long: `A key proves who signed. A recognition says whether that counts in a country. Both stand in texts that people can read and write:

  pratique-trust/1.0
  jurisdiction XB
  issued 2026-11-23T08:00:00Z
  until 2027-11-23T08:00:00Z

  recognise XA
    uses test
    methods nucleic_acid
    until 2027-11-23T08:00:00Z`,
		example: `$ pratique trust list eu-list.json
$ pratique trust import --by XB eu-list.json norland.pem -o keys.txt
$ pratique trust recognise --by XB --of XA --uses test --until 2027-11-23T08:00:00Z sudmark.txt`,
		sub: []*command{trustImportCommand(), trustListCommand(), trustRecogniseCommand(), trustMatrixCommand()},
	}
}

func trustListCommand() *command {
	var r relied
	var asJSON bool
	return &command{
		use:   "list FILE|DIR...",
		short: "what a list of keys states, and what of it cannot be taken",
		long:  "List prints the keys, recognitions and withdrawals of files and folders, as verify would take them, then what it would leave out and what is odd.",
		example: `$ pratique trust list trust/
$ pratique trust list --json who-list.json`,
		flags: func(f *pflag.FlagSet) {
			f.StringArrayVar(&r.pins, "pin", nil, "a `FILE` with the public key that a list must be signed with; may be repeated")
			f.BoolVar(&asJSON, "json", false, "print one JSON object a line")
		},
		run: func(p *program, args []string) error {
			if len(args) == 0 {
				return misuse("name a list or a folder", "`pratique trust list FILE`")
			}
			r.files = args
			s, err := r.read(p)
			if err != nil {
				return err
			}
			if asJSON {
				return listJSON(p, s)
			}
			listText(p, s)
			return nil
		},
	}
}

func listText(p *program, s sources) {
	n, width := 0, 14
	for _, l := range s.Lists {
		for _, k := range l.Keys {
			width = max(width, base64.StdEncoding.EncodedLen(len(k.ID)))
		}
	}
	for _, l := range s.Lists {
		for _, k := range l.Keys {
			if n++; n == 1 {
				fmt.Fprintf(p.out, "%-4s %-*s %-28s %-24s %s\n", "of", width, "key id", "may sign", "good", "source")
			}
			more := ""
			if k.Issuer != "" {
				more = ", for " + printable(k.Issuer) + " alone"
			}
			if k.Demo {
				more += ", DEMO"
			}
			fmt.Fprintf(p.out, "%-4s %-*s %-28s %-24s %s%s\n", cmp.Or(k.Country, "?"), width, base64.StdEncoding.EncodeToString([]byte(k.ID)), usesText(k.Uses), span(k.NotBefore, k.NotAfter), printable(l.Name), more)
		}
	}
	for _, l := range s.Lists {
		for _, r := range l.Recognitions {
			of := words.Country(p.lang, r.Of)
			if r.Of == trust.Anyone {
				of = "everybody"
			}
			fmt.Fprintf(p.out, "%s recognises %s: %s, %s\n", words.Country(p.lang, r.By), of, scope(r), span(r.From, r.Until))
		}
	}
	for _, l := range s.Withdrawals {
		asOf := "as of when is not stated"
		if !l.AsOf.IsZero() {
			asOf = "complete up to " + isoMoment(l.AsOf)
		}
		what := words.Country(p.lang, l.Country) + " has withdrawn %d certificates, "
		switch {
		case l.Key != "":
			what = "of the key " + base64.StdEncoding.EncodeToString([]byte(l.Key)) + " %d cards are withdrawn, "
		case l.Authority != "":
			what = "of the authority " + base64.StdEncoding.EncodeToString([]byte(l.Authority)) + " %d signers are revoked, "
		}
		fmt.Fprintf(p.out, what+asOf+"\n", len(l.Entries()))
	}
	for _, name := range s.RuleFiles {
		fmt.Fprintf(p.out, "%s is a rule set\n", name)
	}
	if n == 0 {
		fmt.Fprintln(p.out, "no keys")
	}
	for _, k := range s.Left {
		fmt.Fprintf(p.out, "left out   %s: %s\n", printable(k.Entry), k.Why)
	}
	for _, l := range s.Lists {
		for _, k := range l.Skipped {
			fmt.Fprintf(p.out, "left out   %s: %s: %s\n", l.Name, strings.Join(trimmed(k.Entry, k.Country, k.KeyID), " "), k.Why)
		}
		for _, odd := range l.Problems {
			fmt.Fprintf(p.out, "note       %s: %s\n", strings.TrimSpace(l.Name+" "+odd.Entry), odd.Text)
		}
	}
}

// span writes from when until when.
func span(from, until time.Time) string {
	if from.IsZero() && until.IsZero() {
		return "not stated"
	}
	return strings.TrimSpace(day(from) + " to " + day(until))
}

func usesText(u trust.Uses) string {
	var names []string
	if u.Any {
		names = append(names, "all")
	}
	for _, w := range u.Of {
		names = append(names, string(w))
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// scope writes what a recognition covers.
func scope(r trust.Recognition) string {
	s := usesText(r.Uses)
	for _, part := range []struct {
		what string
		list []string
	}{{"as", r.Formats}, {"for", r.Diseases}, {"by", r.Methods}, {"of", r.Laboratories}} {
		if len(part.list) > 0 {
			s += " " + part.what + " " + strings.Join(part.list, ", ")
		}
	}
	return s
}

// listJSON prints one object for each list.
func listJSON(p *program, s sources) error {
	type key struct {
		KeyID   string      `json:"kid"`
		Country string      `json:"country"`
		Issuer  string      `json:"issuer,omitempty"` // the only one that it may sign for
		Uses    []trust.Use `json:"uses"`             // ["*"]: all
		From    time.Time   `json:"from,omitzero"`
		Until   time.Time   `json:"until,omitzero"`
		Demo    bool        `json:"demo,omitempty"`
	}
	type object struct {
		List         string             `json:"list"`
		Kind         string             `json:"kind"`
		Keys         []key              `json:"keys"`
		Recognitions trust.Recognitions `json:"recognitions,omitempty"`
		Skipped      []lists.Skipped    `json:"skipped,omitempty"`
		Problems     []lists.Problem    `json:"problems,omitempty"`
		Proven       []string           `json:"proven,omitempty"`
		Withdrawn    int                `json:"withdrawn,omitempty"`
		Key          []byte             `json:"of_key,omitempty"`       // of withdrawals that are about one key
		Authority    []byte             `json:"of_authority,omitempty"` // or about the signers of one authority
		Country      string             `json:"country,omitempty"`
	}
	for _, l := range s.Lists {
		o := object{List: l.Name, Kind: string(l.Kind), Keys: make([]key, 0, len(l.Keys)), Recognitions: l.Recognitions, Skipped: l.Skipped,
			Problems: l.Problems, Proven: l.Proven, Country: l.Jurisdiction}
		for _, k := range l.Keys {
			uses := append([]trust.Use{}, k.Uses.Of...)
			if k.Uses.Any {
				uses = []trust.Use{trust.Anyone}
			}
			o.Keys = append(o.Keys, key{base64.StdEncoding.EncodeToString([]byte(k.ID)), k.Country, k.Issuer, uses, k.NotBefore, k.NotAfter, k.Demo})
		}
		p.out.Write(jsonLine(o))
	}
	for _, l := range s.Withdrawals {
		p.out.Write(jsonLine(object{Kind: "pratique-withdrawals", Keys: []key{}, Country: l.Country, Withdrawn: len(l.Entries()), Key: []byte(l.Key), Authority: []byte(l.Authority)}))
	}
	if len(s.Left) > 0 {
		p.out.Write(jsonLine(object{Kind: "left out", Keys: []key{}, Skipped: s.Left}))
	}
	return nil
}

func trustImportCommand() *command {
	var r relied
	var by, until, output string
	var like trust.Key
	return &command{
		use:   "import --by COUNTRY FILE|DIR...",
		short: "make one list of your own out of others'",
		long: `Import reads lists of keys as they are published and writes one text that you can read, compare, edit and sign. A key that stands in several lists is written once. What cannot be taken is named.

A list of others is only as good as the way it came to you: compare fingerprints, or check its signature (--pin).

A register that issues with DIVOC publishes a key alone. Say whose it is: the country, the issuer as certificates write it, and by --name the key's name (verificationMethod). The name proves nothing, several countries call theirs did:india: it is the issuer that the key is bound to.

Key sets of SMART Health Cards name neither country nor issuer. Say them: --country and --issuer hold for all keys of the files that state none. A snapshot of the VCI directory names the issuers, and its vci-issuers-metadata.json, given with it, their countries.`,
		example: `$ pratique trust import --by XB eu-list.json norland.pem -o keys.txt
$ pratique trust import --by XB --pin who.pem who-list.json -o keys.txt

# SMART Health Cards: one issuer's key set, and the directory with its signature beside it
$ pratique trust import --by XB --country XA --issuer https://health.norland.example/cards jwks.json -o keys.txt
$ pratique trust import --by XB --pin vci_snapshot.crt vci_snapshot.json vci-issuers-metadata.json -o keys.txt

# DIVOC: the public key of a register, and the issuer that it is bound to
$ pratique trust import --by XB --country XA --issuer https://immunisation.norland.example/ --name did:india key.pem -o keys.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&by, "by", "", "the `COUNTRY` whose list it becomes")
			f.StringVar(&until, "until", "", "the `MOMENT` after which it must not be relied on; else 30 days from now")
			f.StringArrayVar(&r.pins, "pin", nil, "a `FILE` with the public key that a list must be signed with; may be repeated")
			f.StringVar(&like.Country, "country", "", "the `COUNTRY` that answers for keys that name none")
			f.StringVar(&like.Issuer, "issuer", "", "the `URL` of the issuer that keys which name none may sign for alone")
			f.StringVar(&like.ID, "name", "", "the `NAME` of a DIVOC register's key, as certificates write it; the files are public keys")
			f.StringVarP(&output, "output", "o", "", "the `FILE` to write; else standard output")
		},
		run: func(p *program, args []string) error {
			if like.Country != "" && !isCountry(like.Country) {
				return misuse(quote(like.Country)+" is no country", "name it by two capital letters: --country CH")
			}
			if like.ID != "" && (like.Issuer == "" || like.Country == "") {
				return misuse("a name alone is nobody's", "say whose key it is: --country CH --issuer https://..., the issuer as the certificates write it")
			}
			if like.ID == "" && like.Issuer != "" && !strings.HasPrefix(like.Issuer, "https://") {
				return misuse("an issuer of SMART Health Cards is a URL of https", "--issuer takes it as the cards name it (iss), without a slash at the end")
			}
			if len(args) == 0 {
				return misuse("name the lists to import", "`pratique trust import --by COUNTRY FILE...`")
			}
			t, err := newText(p, by, until, p.now().AddDate(0, 0, 30))
			if err != nil {
				return err
			}
			if like.ID != "" {
				l, err := namedKeys(args, like)
				if err != nil {
					return err
				}
				return importLists(p, t, []lists.List{l}, output)
			}
			r.files = args
			s, err := r.read(p)
			if err != nil {
				return err
			}
			liken(s.Lists, like)
			return importLists(p, t, s.Lists, output)
		},
	}
}

// namedKeys reads public keys that have nothing but what like says of them.
func namedKeys(files []string, like trust.Key) (lists.List, error) {
	l := lists.List{Kind: lists.Own, Name: strings.Join(files, ", ")}
	for _, name := range files {
		data, err := readFile(name, lists.MaxSize)
		if err != nil {
			return l, failure("opening "+quote(name)+": "+cause(err), "with --name the files are public keys, in PEM or as JSON Web Keys")
		}
		keys, err := lists.PublicKeys(data)
		if err != nil {
			return l, failure("reading "+quote(name)+": "+cause(err), "with --name the files are public keys, in PEM or as JSON Web Keys")
		}
		for _, public := range keys {
			k := like
			k.Public, k.Uses, k.Source, k.Demo = public, trust.Uses{Any: true}, name, lists.TestCode(like.Country)
			l.Keys = append(l.Keys, k)
		}
	}
	return l, nil
}

// liken gives keys that name no country, or are bound to no issuer, those of like.
func liken(ls []lists.List, like trust.Key) {
	for n, l := range ls {
		ls[n].Problems = slices.DeleteFunc(l.Problems, func(p lists.Problem) bool {
			return p.Code == lists.NoCountry && like.Country != "" || p.Code == lists.NoIssuer && like.Issuer != ""
		})
		for i := range l.Keys {
			k := &l.Keys[i]
			k.Country = cmp.Or(k.Country, like.Country)
			k.Demo = k.Demo || lists.TestCode(k.Country)
			if l.Kind == lists.JWKS {
				k.Issuer = cmp.Or(k.Issuer, like.Issuer)
			}
		}
	}
}

// newText begins a text of a country.
func newText(p *program, by, until string, otherwise time.Time) (lists.Text, error) {
	if !isCountry(by) {
		return lists.Text{}, misuse("whose text is it to be?", "name the country: --by XB")
	}
	t := lists.Text{Jurisdiction: by, Issued: p.now().UTC(), Until: otherwise.UTC()}
	if until != "" {
		end, err := moment("--until", until)
		if err != nil {
			return t, err
		}
		t.Until = end
	}
	if !t.Issued.Before(t.Until) {
		return t, misuse("it would have ended already", "give a later moment: --until")
	}
	return t, nil
}

func importLists(p *program, t lists.Text, ls []lists.List, output string) error {
	all := new(trust.Keys)
	from := map[string]string{} // key identifiers to the first list that has them
	for _, l := range ls {
		p.tellOdd(l, true)
		for _, k := range l.Keys {
			if _, ok := from[k.ID]; !ok {
				from[k.ID] = filepath.Base(l.Name)
			}
			all.Add(k)
		}
		for _, r := range l.Recognitions {
			if r.By == t.Jurisdiction {
				t.Entries = append(t.Entries, lists.Entry{Recognition: &r})
			} else {
				p.warn("%s: what %s recognises was left out: it is for %s to say", l.Name, r.By, t.Jurisdiction)
			}
		}
	}
	ks := all.All()
	// A text is one of an exercise as a whole, or not at all.
	t.Demo = !slices.ContainsFunc(ks, func(k trust.Key) bool { return !k.Demo })
	taken := 0
	for _, k := range ks {
		k.Uses.Of = slices.Sorted(slices.Values(k.Uses.Of)) // in whatever order a list has them
		e := lists.Entry{Comment: []string{"# from " + printable(from[k.ID])}, Key: &k}
		alone := t
		alone.Entries = []lists.Entry{e}
		if k.Country == "" {
			p.warn("the key %s was left out: nobody says which country answers for it; --country does", strings.Join(trimmed(base64.StdEncoding.EncodeToString([]byte(k.ID)), k.Issuer), " of "))
			continue
		}
		if _, err := alone.Bytes(); err != nil {
			p.warn("the key %s of %q was left out: %s", base64.StdEncoding.EncodeToString([]byte(k.ID)), k.Country, strings.TrimPrefix(err.Error(), "writing list: "))
			continue
		}
		t.Entries = append(t.Entries, e)
		taken++
	}
	if taken == 0 {
		return failure("no key could be taken", "`pratique trust list` says why of each")
	}
	text, err := t.Bytes()
	if err != nil {
		return err
	}
	if err := p.deliver(output, text); err != nil {
		return err
	}
	if output != "" && output != "-" {
		fmt.Fprintf(p.out, "%d keys in %s, to be relied on until %s\n", taken, output, isoMoment(t.Until))
	}
	return nil
}

func trustRecogniseCommand() *command {
	var by, from, until, listUntil string
	var uses []string
	r := trust.Recognition{}
	return &command{
		use:   "recognise --by COUNTRY --of COUNTRY --uses USES --until MOMENT FILE",
		short: "write down that a country recognises another's certificates",
		long:  `Recognise adds a statement to the text of a country, which it begins if the file is not there, and prints it. A statement on the same country and uses is replaced, so that one renews it in the same way. What is not named is not narrowed: without --laboratory all laboratories of the other country count.`,
		example: `# nucleic acid tests of all laboratories of Norland, for a year
$ pratique trust recognise --by XB --of XA --uses test --methods nucleic_acid --until 2027-12-01T00:00:00Z sudmark.txt

# of one laboratory only
$ pratique trust recognise --by XB --of XA --uses test --laboratory "Laboratory 7" --until 2027-12-01T00:00:00Z sudmark.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&by, "by", "", "the `COUNTRY` that recognises; as the file says if it is there")
			f.StringVar(&r.Of, "of", "", "the `COUNTRY` that is recognised; * for all")
			f.StringSliceVar(&uses, "uses", nil, "the `USES` that are recognised: test, vaccination, recovery ..., or any")
			f.StringSliceVar(&r.Formats, "formats", nil, "only in these `FORMATS`: hc1, shc, vds, divoc")
			f.StringSliceVar(&r.Diseases, "diseases", nil, "only for these diseases, by their `CODES`")
			f.StringSliceVar(&r.Methods, "methods", nil, "only tests by these `METHODS`: nucleic_acid, antigen_rapid")
			f.StringArrayVar(&r.Laboratories, "laboratory", nil, "only this laboratory, by its `NAME` or identifier; may be repeated")
			f.StringVar(&from, "from", "", "from this `MOMENT` on; else it has always been so")
			f.StringVar(&until, "until", "", "until this `MOMENT`: a recognition ends, or is renewed")
			f.StringVar(&listUntil, "list-until", "", "the `MOMENT` until which the whole text is good; else as long as the longest statement")
			f.StringVar(&r.Note, "note", "", "conditions in `WORDS`, and where they are published")
		},
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name the file of the statements", "`pratique trust recognise ... sudmark.txt`")
			}
			var err error
			if r.Of != trust.Anyone && !isCountry(r.Of) {
				return misuse("who is recognised?", "name the country: --of XA")
			}
			if len(uses) == 0 {
				return misuse("what is recognised?", "name the uses: --uses test, or --uses any")
			}
			if until == "" {
				return misuse("a recognition ends, or is renewed", "give its end: --until 2027-12-01T00:00:00Z")
			}
			if r.Until, err = moment("--until", until); err != nil {
				return err
			}
			if from != "" {
				if r.From, err = moment("--from", from); err != nil {
					return err
				}
			}
			r.Uses = trust.Uses{Any: slices.Equal(uses, []string{"any"})}
			for _, u := range uses {
				if !r.Uses.Any {
					r.Uses.Of = append(r.Uses.Of, trust.Use(u))
				}
			}
			return recognise(p, args[0], by, listUntil, r)
		},
	}
}

// recognise adds a recognition to the text in a file.
func recognise(p *program, name, by, listUntil string, r trust.Recognition) error {
	var t lists.Text
	data, err := readFile(name, lists.MaxSize)
	switch {
	case err == nil:
		if t, err = editable(name, data); err != nil {
			return err
		}
		if by != "" && by != t.Jurisdiction {
			return misuse(quote(name)+" is the text of "+t.Jurisdiction+", not of "+by, "name another file for "+by)
		}
	case errors.Is(err, fs.ErrNotExist):
		if t, err = newText(p, by, "", r.Until); err != nil {
			return err
		}
	default:
		return failure("reading "+quote(name)+": "+cause(err), "name a text file of your own")
	}
	r.By = t.Jurisdiction
	t.Issued = p.now().UTC()
	t.Entries = slices.DeleteFunc(t.Entries, func(e lists.Entry) bool {
		return e.Recognition != nil && e.Recognition.Of == r.Of && slices.Equal(e.Recognition.Uses.Of, r.Uses.Of) && e.Recognition.Uses.Any == r.Uses.Any
	})
	t.Entries = append(t.Entries, lists.Entry{Recognition: &r})
	for _, e := range t.Entries {
		if e.Recognition != nil && e.Recognition.Until.After(t.Until) {
			t.Until = e.Recognition.Until
		}
	}
	if listUntil != "" {
		if t.Until, err = moment("--list-until", listUntil); err != nil {
			return err
		}
	}
	text, err := t.Bytes()
	if err != nil {
		return failure(strings.TrimPrefix(err.Error(), "writing list: "), "`pratique trust recognise --help` shows what each flag takes")
	}
	if err := replaceFile(name, text, 0o644); err != nil {
		return failure("writing "+quote(name)+": "+cause(err), "name a file in a folder where you may write")
	}
	fmt.Fprintf(p.out, "%s recognises %s: %s, until %s\nin %s\n", r.By, r.Of, scope(r), isoMoment(r.Until), name)
	return nil
}

// editable reads a text that may be changed: one that nobody has signed.
func editable(name string, data []byte) (lists.Text, error) {
	if f, err := signed.Parse(data); err == nil && len(f.Signatures) > 0 {
		return lists.Text{}, failure(quote(name)+" is signed: changed, it would be nobody's", "change the text that was signed, and sign it again")
	}
	t, err := lists.Parse(data)
	if err != nil {
		return t, failure(quote(name)+": "+err.Error(), "mend the line, or begin another file")
	}
	return t, nil
}
