package act

import (
	"crypto"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/tlog"
	"github.com/pratique/pratique/trust/lists"
)

func readParty(_ Act, r *reader, arg string) Body {
	p := Party{Code: arg, Name: r.one("name"), Region: r.word(r.one("region"))}
	for _, s := range r.many("signer") {
		p.Signers = append(p.Signers, r.key(s))
	}
	p.Threshold = int(r.number(r.one("threshold")))
	p.Until = r.moment(r.one("until"))
	p.Notes = r.many("note")
	if lists.Jurisdiction(arg) != arg {
		r.fail(fmt.Errorf("%w: not the code of a jurisdiction", ErrFormat))
	}
	r.signers(p.Signers, p.Threshold)
	return p
}

// maxSigners is how many may sign for a party, or hold the root.
const maxSigners = 16

func (r *reader) signers(keys []crypto.PublicKey, threshold int) {
	seen := map[string]bool{}
	for _, k := range keys {
		if k == nil {
			return // said already
		}
		id, _ := Name(k)
		if seen[id] {
			r.fail(fmt.Errorf("%w: a signer stands twice", ErrFormat))
		}
		seen[id] = true
	}
	if threshold < 1 || threshold > len(keys) || len(keys) > maxSigners {
		r.fail(fmt.Errorf("%w: a threshold is 1 to the number of signers, of whom there are at most %d", ErrFormat, maxSigners))
	}
}

func (p Party) write(w *writer) {
	w.line("party " + p.Code)
	w.field("name", p.Name)
	w.field("region", p.Region)
	for _, k := range p.Signers {
		w.key("signer", k)
	}
	w.field("threshold", strconv.Itoa(p.Threshold))
	w.moment("until", p.Until)
	w.fields("note", p.Notes)
}

func (p Party) until() (time.Time, time.Duration) { return p.Until, LongestParty }

func readPolicy(_ Act, r *reader, arg string) Body {
	p := Policy{ID: r.word(arg)}
	text := strings.Join(r.many("line"), "\n") + "\n"
	p.Program = r.maybe("program")
	p.Until = r.moment(r.one("until"))
	var err error
	if p.Log, err = tlog.ParsePolicy(text); err != nil {
		r.fail(fmt.Errorf("%w: %w", ErrFormat, err))
	}
	return p
}

func (p Policy) write(w *writer) {
	w.line("policy " + p.ID)
	w.fields("line", strings.Split(strings.TrimSuffix(p.Log.String(), "\n"), "\n"))
	w.field("program", p.Program)
	w.moment("until", p.Until)
}

func (p Policy) until() (time.Time, time.Duration) { return p.Until, LongestPolicy }
