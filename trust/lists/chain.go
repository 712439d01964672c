package lists

import (
	"errors"

	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/trust"
)

// Unchained returns the keys that have a certificate which no authority of
// their country, of those given, has signed, and the keys that have none. A list is as
// good as who made it; a chain shows that the country's own authority stands
// behind a key too. Dates and constraints are not judged, only signatures: the
// gateways accept signers on the same terms.
func Unchained(keys []trust.Key, issuers []Issuer) []Skipped {
	byCountry := make(map[string][]*pki.Certificate)
	for _, i := range issuers {
		if c, err := pki.Parse(i.DER); err == nil && c.Public != nil {
			byCountry[i.Country] = append(byCountry[i.Country], c)
		}
	}
	var out []Skipped
	for _, k := range keys {
		if err := chained(k, byCountry[k.Country]); err != nil {
			out = append(out, Skipped{Entry: "key", Country: k.Country, KeyID: base64ID(k.ID), Why: err.Error()})
		}
	}
	return out
}

func chained(k trust.Key, issuers []*pki.Certificate) error {
	if k.DER == nil {
		return errors.New("it has no certificate")
	}
	c, err := pki.Parse(k.DER)
	if err != nil {
		return err
	}
	if len(issuers) == 0 {
		return errors.New("no authority of its country is known")
	}
	why := errors.New("no known authority of its country has signed its certificate")
	for _, i := range issuers {
		switch err := c.SignedBy(i); {
		case err == nil:
			return nil
		case errors.Is(err, pki.ErrSHA1):
			return err
		case c.Issuer == i.Subject:
			why = err
		}
	}
	return why
}
