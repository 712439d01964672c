package issue

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/revoke"
)

// settled is how old an entry is when no older one can come any more: a page may
// have built it [Patience] ago, and it may have waited for the register.
const settled = Patience + 2*patience

// Publication is what a list says beside withdrawals.
type Publication struct {
	Country string    // the certificates that name it as their issuer
	Until   time.Time // when the list must not be relied on any more
	Appeal  string
	// Layers asks for a list in layers over all that was issued: small, and exact
	// (package revoke). Without, each withdrawal is an entry.
	Layers bool
}

// Lists makes the lists that verifiers of ours take: one of all certificates, by
// their signatures, and one of seals, by their identifiers. A seal does not say
// when it was issued, so a list in layers cannot be about it. A list that would
// have no entries is there too: it says that nothing was withdrawn.
//
// The register is read once for the withdrawals, and for layers some times in
// full; what is kept of it in memory is what was withdrawn.
func (o *Office) Lists(ctx context.Context, p Publication) (all, seals *revoke.List, err error) {
	at := o.Now().UTC().Truncate(time.Second)
	all = revoke.NewList(p.Country, at, p.Until, p.Appeal)
	seals = revoke.NewList(p.Country, at, p.Until, p.Appeal)
	for s, err := range o.Register.Entries(ctx, o.Authority, Which{Withdrawn: true}) {
		if err != nil {
			return nil, nil, fmt.Errorf("making lists: %w", err)
		}
		if s.Country != p.Country {
			continue
		}
		e := revoke.Entry{Handle: s.Mark(), Reason: s.Withdrawal.Reason.published(), Since: s.Withdrawal.Since}
		if s.Format == VDS {
			e.Handle = byID(s.Entry)
			seals.Add(e)
			continue
		}
		all.Add(e)
	}
	if !p.Layers {
		return all, seals, nil
	}
	population := revoke.Population{Scheme: revoke.BySignature, Issued: at.Add(-settled)}
	handles := func(yield func([16]byte) bool) {
		for s, e := range o.Register.Entries(ctx, o.Authority, Which{Before: population.Issued.Add(time.Second)}) {
			if e != nil {
				err = e
				return
			}
			if s.Country == p.Country && s.Format != VDS && !yield(s.Mark().Hash) {
				return
			}
		}
	}
	for range handles {
		population.Count++
	}
	if err == nil && population.Count > 0 {
		if compacted := all.Compact(population, handles); err == nil {
			err = compacted
		}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("making lists: %w", err)
	}
	return all, seals, nil
}

// byID is the handle by identifier and country.
func byID(e Entry) revoke.Handle {
	for _, h := range e.Handles() {
		if h.Scheme == revoke.ByCountryID {
			return h
		}
	}
	return e.Mark()
}

// Cards makes the lists of withdrawn SMART Health Cards (framework 1.4.0, section
// on revocation), one for each key that signed any, by the name under which the
// framework looks for it: the key's thumbprint in base64url.
func (o *Office) Cards(ctx context.Context) (map[string][]byte, error) {
	type list struct {
		Key     string   `json:"kid"`
		Method  string   `json:"method"`
		Counter int      `json:"ctr"`
		Cards   []string `json:"rids"`
	}
	names, made := map[[32]byte]string{}, map[string]*list{}
	for s, err := range o.Register.Entries(ctx, o.Authority, Which{Withdrawn: true}) {
		if err != nil {
			return nil, fmt.Errorf("making card revocation lists: %w", err)
		}
		if s.Format != SHC {
			continue
		}
		name, ok := names[s.Signer]
		if !ok {
			k, err := o.Keys.Find(ctx, o.Authority, s.Signer)
			if err != nil {
				return nil, fmt.Errorf("making card revocation lists: %w", err)
			}
			if name, err = thumbprint(k); err != nil {
				return nil, err
			}
			names[s.Signer] = name
		}
		l := made[name]
		if l == nil {
			l = &list{Key: name, Method: "rid"}
			made[name] = l
		}
		l.Cards = append(l.Cards, s.Serial)
		l.Counter++ // nothing leaves a list, so it grows with each change
	}
	out := make(map[string][]byte, len(made))
	for name, l := range made {
		b, err := json.Marshal(l)
		if err != nil {
			return nil, fmt.Errorf("making card revocation lists: %w", err)
		}
		out[name] = append(b, '\n')
	}
	return out, nil
}

func thumbprint(k *keys.Key) (string, error) {
	id, err := shc.Thumbprint(k.Certificate.PublicKey)
	if err != nil {
		return "", fmt.Errorf("making card revocation lists: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(id)), nil
}

// Batch is a part of what was withdrawn as the European gateway takes it, before
// it is signed (CMS).
type Batch struct {
	Content []byte // JSON
	Entries int
}

// batchSize is the most entries of a batch.
const batchSize = 1000

// Batches makes batches of what was withdrawn (EU DCC gateway, revocation list):
// European certificates by country and identifier, yellow cards by signature.
func (o *Office) Batches(ctx context.Context, country string, expires time.Time) ([]Batch, error) {
	type entry struct {
		Hash []byte `json:"hash"`
	}
	type batch struct {
		Country string  `json:"country"`
		Expires string  `json:"expires"`
		Key     []byte  `json:"kid"`
		Type    string  `json:"hashType"`
		Entries []entry `json:"entries"`
	}
	kinds := map[string]string{HC1: "COUNTRYCODEUCI", ICVP: "SIGNATURE"}
	made := map[string]*batch{}
	for s, err := range o.Register.Entries(ctx, o.Authority, Which{Withdrawn: true}) {
		if err != nil {
			return nil, fmt.Errorf("making batches: %w", err)
		}
		kind := kinds[s.Format]
		if kind == "" || s.Country != country {
			continue
		}
		name := kind + string(s.Signer[:8])
		if made[name] == nil {
			made[name] = &batch{country, expires.UTC().Format(time.RFC3339), s.Signer[:8], kind, nil}
		}
		h := byID(s.Entry).Hash
		made[name].Entries = append(made[name].Entries, entry{h[:]})
	}
	var out []Batch
	for _, name := range sorted(made) {
		b := *made[name]
		for part := range slices.Chunk(b.Entries, batchSize) {
			b.Entries = part
			content, err := json.Marshal(b)
			if err != nil {
				return nil, fmt.Errorf("making batches: %w", err)
			}
			out = append(out, Batch{content, len(part)})
		}
	}
	return out, nil
}

func sorted[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, strings.Compare)
	return out
}
