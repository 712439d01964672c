package lists

import (
	"cmp"
	"crypto"
	"errors"
	"fmt"
	"strings"

	"github.com/pratique/pratique/internal/rdfc"
	"github.com/pratique/pratique/trust"
)

// The document of WHO's production list begins so; any other is a test list.
const whoProduction = "did:web:tng-cdn.who.int:"

// readWHO reads a DID document of the GDHCN trust list (WHO SMART Trust,
// "DID Trustlist", versions 1 and 2).
func (l *List) readWHO(doc map[string]any, pinned []crypto.PublicKey) error {
	l.Kind = WHO
	id := member(doc, "id")
	l.Name = cmp.Or(l.Name, id)
	w := whoList{List: l, id: id, production: strings.HasPrefix(id, whoProduction)}
	for _, c := range members(doc, "@context") {
		w.production = w.production && c != rdfc.TNGDEV && c != rdfc.TNGUAT
	}
	if !w.production {
		l.problem(Environment, "", "not WHO's production list: its keys are demo keys")
	}
	if err := w.prove(doc, pinned); err != nil {
		return err
	}
	list, ok := doc["verificationMethod"].([]any)
	if !ok {
		list = []any{doc["verificationMethod"]}
	}
	if len(list) > MaxEntries {
		return fmt.Errorf("%w: more than %d entries", ErrTooLarge, MaxEntries)
	}
	w.count(list)
	for i, v := range list {
		where, path := fmt.Sprintf("verificationMethod %d", i+1), fmt.Sprintf("/verificationMethod/%d", i)
		if !ok {
			path = "/verificationMethod"
		}
		w.method(v, where, path)
	}
	if w.odd > 0 {
		l.problem(Coordinates, "", "%d keys are not written as RFC 7518 says; they were taken from their certificates", w.odd)
	}
	return nil
}

// whoList is a list while it is read.
type whoList struct {
	*List
	id         string
	production bool
	covered    *rdfc.Canonical            // what the signature covers; nil if the list is not proven
	keys       map[string]map[string]bool // the different keys that stand under an identifier
	odd        int                        // keys whose numbers are not as RFC 7518 says
}

// prove checks the document's signature.
func (w *whoList) prove(doc map[string]any, pinned []crypto.PublicKey) error {
	if doc["proof"] == nil {
		w.problem(NotSigned, "", "the list bears no signature")
		return nil
	}
	if len(pinned) == 0 {
		return w.proof(nil, nil)
	}
	p, err := readProof(doc)
	if err != nil {
		w.problem(NotProven, "", "the list's signature cannot be checked: %v", err)
		return nil
	}
	if err := w.proof(pinned, p.verifies); err != nil || w.Proven == nil {
		return err
	}
	w.covered = &p.document
	for _, d := range p.document.Dropped {
		w.problem(NotCovered, d.Path, "the list's signature leaves this out (%s)", d.Why)
	}
	return nil
}

func (w *whoList) count(list []any) {
	w.keys = make(map[string]map[string]bool)
	for _, v := range list {
		m, _ := v.(map[string]any)
		id := member(m, "id")
		if w.keys[id] == nil {
			w.keys[id] = make(map[string]bool)
		}
		w.keys[id][fmt.Sprint(m["publicKeyJwk"])] = true
	}
}

// entryID is the identifier of an entry: what the signature binds to its key.
type entryID struct {
	domain, participant, usage, kid string
}

// parseEntryID takes an identifier apart:
//
//	did:web:HOST:v2:trustlist:DOMAIN:ISO3:USAGE#KID     "-" is not stated
//	did:web:HOST:trustlist:iso3#KID                     version 1, signers only
func parseEntryID(id string) (host string, e entryID, ok bool) {
	name, kid, _ := strings.Cut(id, "#")
	e.kid = unescape(kid)
	f := strings.Split(name, ":")
	if len(f) < 3 || f[0] != "did" || f[1] != "web" {
		return "", e, false
	}
	host = f[2]
	switch f = f[3:]; {
	case len(f) == 5 && f[0] == "v2" && f[1] == "trustlist":
		e.domain, e.participant, e.usage = f[2], f[3], f[4]
	case len(f) == 2 && f[0] == "trustlist":
		e.participant, e.usage = f[1], "DSC"
	default:
		return host, e, false
	}
	return host, e, true
}

// unescape undoes the percent-encoding of base64 (RFC 3986, section 2.1).
func unescape(s string) string {
	return strings.NewReplacer("%2B", "+", "%2b", "+", "%2F", "/", "%2f", "/", "%3D", "=", "%3d", "=").Replace(s)
}

// method takes one entry.
func (w *whoList) method(v any, where, path string) {
	m, ok := v.(map[string]any)
	if !ok {
		reference, _ := v.(string)
		w.skip(where, "", "", w.reference(reference))
		return
	}
	e, err := w.identify(m, path)
	country := Jurisdiction(e.participant)
	if strings.EqualFold(e.participant, "IOT") {
		country = "IOM" // version 1 publishes the key of the organisation under the code of a territory
	}
	if err != nil {
		w.skip(where, country, e.kid, err)
		return
	}
	jwk, _ := m["publicKeyJwk"].(map[string]any)
	if e.usage != "DSC" {
		w.other(jwk, e, where, country)
		return
	}
	k, odd, err := whoKey(jwk, e.kid)
	if err != nil {
		w.skip(where, country, e.kid, err)
		return
	}
	if odd {
		w.odd++
	}
	k.Country, k.Demo = country, !w.production
	if isName(e.domain) {
		k.Domains = []string{e.domain}
	}
	w.List.odd(k, where, e.kid)
	w.Keys = append(w.Keys, k)
}

// other takes an entry that is no signer's.
func (w *whoList) other(jwk map[string]any, e entryID, where, country string) {
	if e.usage == "SCA" {
		if chain := members(jwk, "x5c"); len(chain) > 0 {
			if der, err := unbase64(chain[0]); err == nil {
				w.Issuers = append(w.Issuers, Issuer{country, der})
			}
		}
	}
	w.skip(where, country, e.kid, fmt.Errorf("usage %s", printable(e.usage)))
}

// reference says why a reference is not followed.
func (w *whoList) reference(id string) error {
	host, _, _ := parseEntryID(id)
	own, _, _ := parseEntryID(w.id)
	switch {
	case host == "":
		return errors.New("neither a key nor a reference")
	case host != own:
		return fmt.Errorf("refused: a reference to another environment, %s", printable(host))
	}
	return errors.New("a reference: not followed, fetch the list that it names")
}

// identify reads who answers for an entry and for what, and refuses an entry
// whose parts disagree or are not covered by the list's signature.
func (w *whoList) identify(m map[string]any, path string) (entryID, error) {
	id := member(m, "id")
	host, e, ok := parseEntryID(id)
	own, _, _ := parseEntryID(w.id)
	code := func(key string) string {
		c, _ := m[key].(map[string]any)
		return strings.TrimPrefix(member(c, "code"), "#")
	}
	usage := code("keyusage")
	if usage == "CSCA" {
		usage = "SCA"
	}
	several := len(w.keys[id]) > 1
	for _, p := range []struct {
		own    *string
		stated string
		what   string
	}{{&e.domain, code("domain"), "domain"}, {&e.participant, code("participant"), "participant"}, {&e.usage, usage, "usage"}} {
		switch {
		case !ok || p.stated == "":
		case *p.own != "-" && !strings.EqualFold(*p.own, p.stated):
			return e, fmt.Errorf("the identifier and the code beside it name different things: %s", p.what)
		case *p.own == "-" && several:
			return e, errors.New("several keys bear its identifier, which does not say whose " + p.what + " is whose")
		default:
			*p.own = p.stated
		}
	}
	switch {
	case host != own:
		return e, errors.New("refused: it is of another environment than the list")
	case !ok || Jurisdiction(e.participant) == "" || e.usage == "-":
		return e, errors.New("its identifier does not say whose key it is and what for")
	case w.covered != nil && !w.covered.Covers(path):
		return e, errors.New("not covered by the list's signature")
	}
	return e, nil
}

// whoKey takes a signer's key, from its certificate if there is one.
func whoKey(jwk map[string]any, kid string) (k trust.Key, odd bool, err error) {
	if jwk == nil {
		return trust.Key{}, false, errors.New("no key")
	}
	if stated := member(jwk, "kid"); stated != "" {
		kid = stated
	}
	if chain := members(jwk, "x5c"); len(chain) > 0 {
		k, err = entryKey(map[string]any{"rawData": chain[0]}, kid)
		if err != nil {
			return trust.Key{}, false, err
		}
		same, odd := jwkOf(jwk, k.Public)
		if !same {
			return trust.Key{}, false, errors.New("the key and its certificate are not of one key")
		}
		return k, odd, nil
	}
	k = trust.Key{Uses: trust.Uses{Any: true}}
	if k.ID, err = statedID(kid); err != nil {
		return trust.Key{}, false, err
	}
	k.Public, odd, err = jwkKey(jwk)
	return k, odd, err
}
