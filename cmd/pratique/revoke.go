package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

func revokeCommand() *command {
	return &command{
		use:   "revoke",
		short: "withdraw certificates, with a reason; make and ask the lists",
		long: `A country withdraws a certificate by putting a handle of it on its list of withdrawals: 16 bytes of a hash that only the certificate itself reproduces. The list names nobody, says why, and where to appeal. It is a text file that every verifier reads by --trust.

  pratique-withdrawals/1.0
  country XA
  as-of 2026-11-01T00:00:00Z
  until 2026-12-01T00:00:00Z
  appeal https://appeals.norland.example/
  by-country-uci 00112233445566778899aabbccddeeff fraud 2026-10-28T09:00:00Z

The reasons are error and fraud, for which the answer is red, and key-lost, for which it is amber: it speaks against nobody. A long list is made small by its issuer, who alone knows all that was issued: see ` + "`pratique revoke build`" + `.`,
		example: `$ pratique revoke add --list norland.txt --country XA --until 2026-12-20 --reason error --trust keys.txt code.png
$ pratique revoke check --list norland.txt --trust keys.txt code.png
$ pratique revoke build --population issued.txt --issued-until 2026-11-01T00:00:00Z norland.txt -o small.txt`,
		sub: []*command{revokeAddCommand(), revokeBuildCommand(), revokeCheckCommand(), revokeShowCommand()},
	}
}

// maxWithdrawals is the largest list of withdrawals that is read.
const maxWithdrawals = 64 << 20

// readWithdrawals reads a list in text form.
func readWithdrawals(name string) (*revoke.List, error) {
	data, err := readFile(name, maxWithdrawals)
	if err != nil {
		return nil, failure("reading "+quote(name)+": "+cause(err), "name a list of withdrawals; `pratique help revoke` shows one")
	}
	l, err := revoke.Parse(strings.TrimPrefix(string(data), "\uFEFF"))
	if err != nil {
		return nil, failure(quote(name)+": "+err.Error(), "mend the line; `pratique help revoke` shows a list")
	}
	return l, nil
}

// addition is a withdrawal as it is typed.
type addition struct {
	r             relied
	list, country string
	until, appeal string
	reason, since string
	ids           []string
}

func revokeAddCommand() *command {
	var a addition
	return &command{
		use:   "add --list FILE --reason R CODE...",
		short: "put certificates on a list of withdrawals",
		long:  "Add verifies each code with the keys of --trust and puts its handle on the list: by its identifier where its format has one, else by its signature. Where the code is not at hand, --id takes the identifier. The list is made if it is not there; it is replaced whole or not at all, and is as of now afterwards. What stands on it already stays as it is. No name, code or identifier is kept.",
		example: `$ pratique revoke add --list norland.txt --country XA --until 2026-12-20 --reason error --trust keys.txt code.png
$ pratique revoke add --list norland.txt --reason fraud --since 2026-11-02 --id URN:UVCI:01:XA:F00D#5`,
		choices: map[string][]string{"reason": {"error", "fraud", "key-lost"}},
		flags: func(f *pflag.FlagSet) {
			a.r.flags(f)
			f.StringVar(&a.list, "list", "", "the `FILE` with the list")
			f.StringVar(&a.reason, "reason", "", "`WHY`: error, fraud or key-lost")
			f.StringVar(&a.since, "since", "", "the `MOMENT` since when; else now")
			f.StringArrayVar(&a.ids, "id", nil, "the `IDENTIFIER` of a certificate that is not at hand; may be repeated")
			f.StringVar(&a.country, "country", "", "`CC`, for a list that is not there yet")
			f.StringVar(&a.until, "until", "", "the `MOMENT` after which the list must not be relied on")
			f.StringVar(&a.appeal, "appeal", "", "a `LINE` that says where to appeal, for a list that is not there yet")
		},
		run: func(p *program, args []string) error { return p.withdraw(a, args) },
	}
}

func (p *program) withdraw(a addition, args []string) error {
	reason := revoke.Reason(a.reason)
	switch {
	case a.list == "":
		return misuse("revoke add needs a list", "name the file: --list FILE")
	case len(args) == 0 && len(a.ids) == 0:
		return misuse("name the certificates", "give their codes, or their identifiers by --id")
	case !slices.Contains([]revoke.Reason{revoke.Error, revoke.Fraud, revoke.KeyLost}, reason):
		return misuse("a withdrawal has a reason", "--reason error, fraud or key-lost")
	case len(args) > 0 && len(a.r.files) == 0:
		return misuse("codes are verified before they are withdrawn", "name your own list of keys: --trust FILE")
	}
	now := p.now().UTC()
	since := now
	var err error
	if a.since != "" {
		if since, err = moment("--since", a.since); err != nil {
			return err
		}
		if since.After(now) {
			return misuse("--since is in the future", "a withdrawal counts from now on at the latest")
		}
	}
	l, err := a.open(now)
	if err != nil {
		return err
	}
	handles, err := p.handlesOf(a, args, l)
	if err != nil {
		return err
	}
	added := 0
	for _, h := range handles {
		if _, stands := l.Find([]revoke.Handle{h}); !stands {
			added++
			l.Add(revoke.Entry{Handle: h, Reason: reason, Since: since.UTC()})
		}
	}
	if _, err := revoke.Parse(l.String()); err != nil {
		return failure(strings.TrimPrefix(err.Error(), "reading withdrawals: "), "make layers of it first: `pratique revoke build`")
	}
	if err := replaceFile(a.list, []byte(l.String()), 0o644); err != nil {
		return failure("writing "+quote(a.list)+": "+cause(err), "the list is as it was")
	}
	fmt.Fprintf(p.out, "withdrawn  %d for %s; %s is as of %s\n", added, reason, printable(a.list), isoMoment(l.AsOf))
	if stood := len(handles) - added; stood > 0 {
		fmt.Fprintf(p.out, "           %d stood on the list already\n", stood)
	}
	return nil
}

// open reads the list, or makes one, and brings it to now.
func (a addition) open(now time.Time) (*revoke.List, error) {
	_, err := readFile(a.list, maxWithdrawals)
	var l *revoke.List
	if errors.Is(err, fs.ErrNotExist) {
		if a.country == "" || a.until == "" {
			return nil, misuse("there is no list "+quote(a.list), "to make one, say of which country and until when: --country CC --until MOMENT")
		}
		l = revoke.NewList(a.country, now, time.Time{}, a.appeal)
	} else if l, err = readWithdrawals(a.list); err != nil {
		return nil, err
	}
	if l.Authority != "" {
		return nil, misuse("the list is about signers, not about certificates", "name another list")
	}
	if a.country != "" && a.country != l.Country {
		return nil, misuse("the list is of "+l.Country+", not of "+a.country, "name that country's own list")
	}
	if a.until != "" {
		if l.Until, err = moment("--until", a.until); err != nil {
			return nil, err
		}
		l.Until = l.Until.UTC()
	}
	l.AsOf = now
	if !l.AsOf.Before(l.Until) {
		return nil, misuse("the list has ended", "say until when it may be relied on: --until MOMENT")
	}
	return l, nil
}

// handlesOf returns one handle of each certificate.
func (p *program) handlesOf(a addition, args []string, l *revoke.List) ([]revoke.Handle, error) {
	var out []revoke.Handle
	if len(args) > 0 {
		w, err := a.r.world(p, nil, "")
		if err != nil {
			return nil, err
		}
		codes, err := p.readEvery(args)
		if err != nil {
			return nil, err
		}
		for _, c := range codes {
			s, err := p.signedOf(w, c)
			if err != nil {
				return nil, err
			}
			if s.Key.Country != l.Country {
				return nil, misuse(quote(c.input)+" was issued by "+s.Key.Country+", and the list is of "+l.Country, "a country withdraws what it issued, and nothing else")
			}
			out = append(out, best(revoke.Handles(s)))
		}
	}
	for i, id := range a.ids {
		if strings.TrimSpace(id) == "" || len(id) > 200 {
			return nil, misuse(fmt.Sprintf("identifier %d is empty or too long", i+1), "give it as it stands on the certificate")
		}
		out = append(out, best(revoke.Handles(identified(l.Country, id))))
	}
	return out, nil
}

// signedOf verifies the signature of a code.
func (p *program) signedOf(w *verify.World, c code) (trust.Signed, error) {
	o := open(c)
	if o.Code != nil {
		if s, err := o.Code.Verify(w.Keys); err == nil {
			return s, nil
		}
	}
	return trust.Signed{}, failure(quote(c.input)+" cannot be verified", "`pratique verify` says what is wrong with it; where the code is not at hand, give its identifier: --id")
}

// identified is a certificate of which only the identifier is known.
func identified(country, id string) trust.Signed {
	return trust.Signed{Certificate: &cert.Certificate{
		Issuer: cert.Issuer{Country: country},
		Events: []cert.Event{&cert.Test{Statement: cert.Statement{ID: id}}},
	}}
}

// best is the handle by which a certificate is withdrawn: the one that depends
// on its identifier alone, and finds it in whatever format it was issued.
func best(handles []revoke.Handle) revoke.Handle {
	for _, scheme := range []revoke.Scheme{revoke.ByCountryID, revoke.ByRID, revoke.BySignature} {
		for _, h := range handles {
			if h.Scheme == scheme {
				return h
			}
		}
	}
	return handles[0]
}

func revokeCheckCommand() *command {
	var r relied
	var list string
	var asJSON bool
	return &command{
		use:   "check --list FILE --trust FILE CODE...",
		short: "is this certificate on the list?",
		long:  "Check verifies each code and says whether the list withdraws it, since when and why. Since when is the latest moment that is possible, where the list keeps no moment of its own for each. It exits 0 if none is withdrawn, 1 for error or fraud, 3 for a lost key, 4 where the list does not answer for the certificate.",
		example: `$ pratique revoke check --list norland.txt --trust keys.txt code.png
$ pratique revoke check --json --list norland.txt --trust keys.txt *.png`,
		flags: func(f *pflag.FlagSet) {
			r.flags(f)
			f.StringVar(&list, "list", "", "the `FILE` with the list")
			f.BoolVar(&asJSON, "json", false, "print one JSON object a line")
		},
		run: func(p *program, args []string) error {
			if list == "" || len(args) == 0 || !r.given() {
				return misuse("revoke check needs a list, keys, and codes", "`pratique revoke check --list FILE --trust FILE CODE...`")
			}
			l, err := readWithdrawals(list)
			if err != nil {
				return err
			}
			w, err := r.world(p, nil, "")
			if err != nil {
				return err
			}
			codes, err := p.readEvery(args)
			if err != nil {
				return err
			}
			return p.tellWithdrawn(l, w, codes, asJSON)
		},
	}
}

// tellWithdrawn answers for each code, and exits by the worst answer.
func (p *program) tellWithdrawn(l *revoke.List, w *verify.World, codes []code, asJSON bool) error {
	worst := verify.Green
	for _, c := range codes {
		s, err := p.signedOf(w, c)
		if err != nil {
			return err
		}
		e, withdrawn := l.Withdraws(s)
		colour, word := verify.Green, "NOT WITHDRAWN"
		switch {
		case withdrawn && e.Reason == revoke.KeyLost:
			colour, word = verify.Amber, "WITHDRAWN"
		case withdrawn:
			colour, word = verify.Red, "WITHDRAWN"
		case !l.Covers(s):
			colour, word = verify.Grey, "NOT KNOWN"
		}
		worst = worst.Worse(colour)
		if asJSON {
			p.out.Write(jsonLine(struct {
				V         int       `json:"v"`
				Input     string    `json:"input"`
				Covered   bool      `json:"covered"`
				Withdrawn bool      `json:"withdrawn"`
				Reason    string    `json:"reason,omitempty"`
				Since     time.Time `json:"since,omitzero"`
				AsOf      time.Time `json:"as_of,omitzero"`
			}{1, c.input, l.Covers(s), withdrawn, string(e.Reason), e.Since, l.AsOf}))
			continue
		}
		fmt.Fprintf(p.out, "%s %s\n", p.look.badge(colour, word), printable(c.input))
		switch colour {
		case verify.Green:
			fmt.Fprintf(p.out, "  as of %s\n", isoMoment(l.AsOf))
		case verify.Grey:
			fmt.Fprintf(p.out, "  the list is of %s, and does not answer for this certificate\n", words.Country(p.lang, l.Country))
		default:
			fmt.Fprintf(p.out, "  for %s, since %s\n", e.Reason, isoMoment(e.Since))
			if l.Appeal != "" {
				fmt.Fprintf(p.out, "  appeal: %s\n", printable(l.Appeal))
			}
		}
	}
	return verdict(worst)
}

func revokeShowCommand() *command {
	var asJSON bool
	return &command{
		use:   "show FILE",
		short: "what a list of withdrawals says, in numbers",
		long:  "Show prints whose list it is, from when until when it counts, how many certificates it withdraws for which reason, and of what its layers were made. It names nobody: there are no names in it.",
		example: `$ pratique revoke show norland.txt
$ pratique revoke show --json norland.txt`,
		flags: func(f *pflag.FlagSet) { f.BoolVar(&asJSON, "json", false, "print one JSON object") },
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one list", "`pratique revoke show FILE`")
			}
			l, err := readWithdrawals(args[0])
			if err != nil {
				return err
			}
			p.showWithdrawals(l, asJSON)
			return nil
		},
	}
}

func (p *program) showWithdrawals(l *revoke.List, asJSON bool) {
	entries := map[string]int{}
	for _, e := range l.Entries() {
		entries[string(e.Reason)]++
	}
	population, layered := l.Population()
	layers, bytes := l.Layers()
	if asJSON {
		type of struct {
			Scheme string    `json:"scheme"`
			Count  int       `json:"count"`
			Issued time.Time `json:"issued_until"`
			Layers int       `json:"layers"`
			Bytes  int       `json:"bytes"`
		}
		v := struct {
			V       int            `json:"v"`
			Country string         `json:"country,omitempty"`
			AsOf    time.Time      `json:"as_of,omitzero"`
			Until   time.Time      `json:"until,omitzero"`
			Appeal  string         `json:"appeal,omitempty"`
			Entries map[string]int `json:"entries"`
			Of      *of            `json:"population,omitempty"`
		}{1, l.Country, l.AsOf, l.Until, l.Appeal, entries, nil}
		if layered {
			v.Of = &of{string(population.Scheme), population.Count, population.Issued, layers, bytes}
		}
		p.out.Write(jsonLine(v))
		return
	}
	row := func(label, text string) { fmt.Fprintf(p.out, "%-11s %s\n", label, text) }
	if l.Country != "" {
		row("of", words.Country(p.lang, l.Country))
	}
	row("as of", isoMoment(l.AsOf))
	row("until", isoMoment(l.Until))
	if l.Appeal != "" {
		row("appeal", printable(l.Appeal))
	}
	if layered {
		row("population", fmt.Sprintf("%d, issued until %s, %s", population.Count, isoMoment(population.Issued), population.Scheme))
		row("layers", fmt.Sprintf("%d, of %d bytes", layers, bytes))
	}
	row("entries", fmt.Sprint(len(l.Entries())))
	for _, reason := range slices.Sorted(maps.Keys(entries)) {
		row("", fmt.Sprintf("%d for %s", entries[reason], reason))
	}
}
