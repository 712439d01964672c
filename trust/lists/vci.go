package lists

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/trust"
)

// readJWKS reads the keys of an issuer of SMART Health Cards (SMART Health
// Cards Framework, section "Determining keys associated with an issuer"): P-256,
// with the thumbprint of RFC 7638 for identifier, which is decoded here. No list
// of this kind names a country, and the issuer is named by a key's certificate alone.
func (l *List) readJWKS(doc map[string]any) error {
	l.Kind = JWKS
	l.problem(NotSigned, "", "a key set bears no signature: it is as true as the connection that brought it")
	return l.keySet(doc["keys"], "key", trust.Key{})
}

// readVCI reads a snapshot of the directory of the Vaccination Credential
// Initiative, now CommonTrust Network (the-commons-project/vci-directory,
// logs/vci_snapshot.json): the key set of each issuer, with its name.
func (l *List) readVCI(doc map[string]any) error {
	l.Kind = VCI
	l.Issued, _ = time.Parse(time.RFC3339, member(doc, "time"))
	l.problem(NotSigned, "", "the snapshot bears its signature in a file of its own")
	list, ok := doc["issuerInfo"].([]any)
	if !ok || len(list) > MaxEntries {
		return fmt.Errorf("%w: issuerInfo", ErrTooLarge)
	}
	for i, v := range list {
		m, _ := v.(map[string]any)
		issuer, _ := m["issuer"].(map[string]any)
		where := fmt.Sprintf("issuer %d", i+1)
		name := member(issuer, "iss")
		if !isIssuer(name) {
			l.skip(where, "", "", errors.New("no issuer that a card could name: iss is no URL of https"))
			continue
		}
		k := trust.Key{Issuer: name, Authority: oneLine(member(issuer, "name"))}
		if err := l.keySet(m["keys"], where+" key", k); err != nil {
			return err
		}
		if known := member(issuer, "canonical_iss"); known != "" && known != name {
			l.Canonical = set(l.Canonical, name, known)
		}
	}
	return nil
}

// readVCIMetadata reads what the directory says about its issuers beside their
// keys: in which country they are. An issuer in several is in none.
func (l *List) readVCIMetadata(doc map[string]any) error {
	l.Kind = VCIMetadata
	l.problem(NotSigned, "", "the list bears no signature")
	list, ok := doc["issuer_metadata"].([]any)
	if !ok || len(list) > MaxEntries {
		return fmt.Errorf("%w: issuer_metadata", ErrTooLarge)
	}
	for i, v := range list {
		m, _ := v.(map[string]any)
		country := ""
		places, _ := m["locations"].([]any)
		for n, p := range places {
			place, _ := p.(map[string]any)
			if c := Jurisdiction(member(place, "country")); n == 0 || c == country {
				country = c
			} else {
				country = ""
				break
			}
		}
		if name := member(m, "canonical_iss"); country == "" || !isIssuer(name) {
			l.skip(fmt.Sprintf("issuer %d", i+1), "", "", errors.New("no country, or several, or no issuer"))
		} else {
			l.Countries = set(l.Countries, name, country)
		}
	}
	return nil
}

func set(m map[string]string, k, v string) map[string]string {
	if m == nil {
		m = make(map[string]string)
	}
	m[k] = v
	return m
}

// Locate gives the keys of lists that name an issuer and no country the country
// in which one of the lists says that this issuer is ([List.Countries]).
func Locate(ls []List) {
	for _, l := range ls {
		for i, k := range l.Keys {
			if k.Country != "" || k.Issuer == "" {
				continue
			}
			name := cmp.Or(l.Canonical[k.Issuer], k.Issuer)
			for _, other := range ls {
				if c := other.Countries[name]; c != "" {
					l.Keys[i].Country = c
					l.Keys[i].Demo = k.Demo || TestCode(c)
					break
				}
			}
		}
	}
}

// keySet takes the keys of a set, which have the properties of like.
func (l *List) keySet(v any, what string, like trust.Key) error {
	list, ok := v.([]any)
	if !ok {
		return ErrUnknownKind
	}
	if len(list)+len(l.Keys)+len(l.Skipped) > MaxEntries {
		return fmt.Errorf("%w: more than %d entries", ErrTooLarge, MaxEntries)
	}
	for i, v := range list {
		entry := fmt.Sprintf("%s %d", what, i+1)
		m, _ := v.(map[string]any)
		k, err := smartKey(m)
		if err == nil {
			err = bind(&k, like)
		}
		if err != nil {
			l.skip(entry, "", member(m, "kid"), err)
			if _, secret := m["d"]; secret {
				l.problem(SecretKey, entry, "a secret key stands in a list of public keys: whoever has the file can sign with it")
			}
			continue
		}
		l.Keys = append(l.Keys, k)
	}
	return nil
}

// bind gives a key the issuer and the name that the list states for it.
func bind(k *trust.Key, like trust.Key) error {
	if k.Issuer != "" && like.Issuer != "" && k.Issuer != like.Issuer {
		return errors.New("its certificate names another issuer")
	}
	k.Issuer = cmp.Or(k.Issuer, like.Issuer)
	k.Authority = cmp.Or(like.Authority, k.Authority)
	return nil
}

// smartKey reads one key of a set.
func smartKey(m map[string]any) (trust.Key, error) {
	if u := member(m, "use"); u != "" && u != "sig" {
		return trust.Key{}, fmt.Errorf("a key for the use %q", printable(u))
	}
	key, odd, err := jwkKey(m)
	if err != nil {
		return trust.Key{}, err
	}
	if k, ok := key.(*ecdsa.PublicKey); !ok || k.Curve != elliptic.P256() || odd {
		return trust.Key{}, errors.New("not a P-256 key as RFC 7518 writes it")
	}
	x, y := member(m, "x"), member(m, "y")
	id := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + x + `","y":"` + y + `"}`)) // RFC 7638, section 3
	if base64.RawURLEncoding.EncodeToString(id[:]) != member(m, "kid") {
		return trust.Key{}, errors.New("the identifier is not the key's thumbprint")
	}
	k := trust.Key{ID: string(id[:]), Public: key, Uses: trust.Uses{Any: true}}
	chain := members(m, "x5c")
	if len(chain) == 0 {
		return k, nil
	}
	return k, certified(&k, chain[0])
}

// certified takes from a key's certificate the issuer, which stands in its
// subject's alternative names as a URI, and the life of the key. Who certified it is not
// asked: a key set brings its own chain, and proves nothing by it.
func certified(k *trust.Key, x5c string) error {
	der, err := unbase64(x5c)
	if err != nil {
		return errors.New("its certificate is not base64")
	}
	c, err := pki.Parse(der)
	if err == nil {
		err = c.NoKey
	}
	if err != nil {
		return err
	}
	if p, ok := k.Public.(interface{ Equal(crypto.PublicKey) bool }); !ok || !p.Equal(c.Public) {
		return errors.New("the key and its certificate are not of one key")
	}
	if len(c.URIs) > 1 || len(c.URIs) == 1 && !isIssuer(c.URIs[0]) {
		return errors.New("its certificate names no issuer, or several")
	}
	if len(c.URIs) == 1 {
		k.Issuer = c.URIs[0]
	}
	k.Authority, k.NotBefore, k.NotAfter = c.Holder, c.From, c.Until
	return nil
}

// isIssuer reports whether a card could name the issuer: a URL of https, in
// printable ASCII without spaces.
func isIssuer(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	return ok && rest != "" && len(s) <= 1000 && strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// oneLine is a name as a text of ours can state it.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !strconv.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	return strings.TrimSpace(strings.ToValidUTF8(s[:min(len(s), 1000)], ""))
}
