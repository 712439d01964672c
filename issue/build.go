package issue

import (
	"crypto"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/mrz"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// Terms are what an office adds to what a laboratory states.
type Terms struct {
	Format string
	Serial string // of icvp none
	Issued time.Time
	Until  time.Time // zero: none; of hc1 a year, or the end of the key
	URL    string    // the issuer of a SMART Health Card
}

// Complete returns a certificate as it will be signed, and refuses what would make
// it wrong: a sample of tomorrow, a name that cannot be computed. The one given is
// not changed.
func Complete(c *cert.Certificate, t Terms, k *keys.Key) (*cert.Certificate, error) {
	if c == nil {
		return nil, &Refusal{"certificate", "missing", "state what shall be certified"}
	}
	if c.Derived != nil {
		return nil, &Refusal{"derived", "conflict", "what is derived from another certificate is endorsed, from its code"}
	}
	if err := Sane(c, t.Issued); err != nil {
		return nil, err
	}
	out := *c
	out.Carrier, out.Issuer.KeyID, out.Losses = cert.Carrier{}, "", nil
	var err error
	if out.Subject.Names, err = named(c.Subject.Names); err != nil {
		return nil, err
	}
	out.Signed = cert.Period{Issued: t.Issued, Until: t.Until}
	if t.Format == HC1 && t.Until.IsZero() {
		out.Signed.Until = t.Issued.AddDate(1, 0, 0)
		if end := k.Certificate.NotAfter; end.Before(out.Signed.Until) {
			out.Signed.Until = end
		}
	}
	out.Events = make([]cert.Event, len(c.Events))
	for i, e := range c.Events {
		if out.Events[i] = copied(e); out.Events[i] == nil {
			return nil, &Refusal{"events." + strconv.Itoa(i), "type", "state a test, a vaccination or a recovery"}
		}
		s := out.Events[i].About()
		if s.Country == "" {
			s.Country = k.Country()
		}
		switch t.Format {
		case HC1, VDS:
			if s.ID != "" && s.ID != t.Serial {
				return nil, &Refusal{"events." + strconv.Itoa(i) + ".id", "conflict", "leave it empty: the register gives each certificate its own"}
			}
			s.ID = t.Serial
		}
		if test, ok := out.Events[i].(*cert.Test); ok && t.Format == VDS && test.ReportedAt.IsZero() {
			test.ReportedAt = t.Issued // the moment of the report
		}
	}
	return &out, nil
}

// copied is a copy of an event.
func copied(e cert.Event) cert.Event {
	switch e := e.(type) {
	case *cert.Test:
		c := *e
		return &c
	case *cert.Vaccination:
		c := *e
		return &c
	case *cert.Recovery:
		c := *e
		return &c
	case *cert.Antibody:
		c := *e
		return &c
	case *cert.Exemption:
		c := *e
		return &c
	case *cert.Declaration:
		c := *e
		return &c
	}
	return nil // an order of isolation is no certificate
}

// named computes the first name as passports print it, where it is not given.
func named(names []cert.Name) ([]cert.Name, error) {
	if len(names) == 0 || names[0] == (cert.Name{}) {
		return nil, &Refusal{"subject.names.0", "missing", "give family and given name"}
	}
	out := append([]cert.Name(nil), names...)
	n := &out[0]
	if strings.ContainsFunc(n.Family+n.Given+n.Full, unicode.IsControl) {
		return nil, &Refusal{"subject.names.0", "pattern", "a name has no control characters: write it again"}
	}
	if n.FamilyICAO == "" && n.GivenICAO == "" {
		n.FamilyICAO, n.GivenICAO = mrz.DCC(n.Family, n.Given)
	}
	for _, part := range []struct{ printed, icao string }{{n.Family, n.FamilyICAO}, {n.Given, n.GivenICAO}} {
		if part.printed != "" && part.icao == "" && !mrz.Covered(part.printed) {
			return nil, &Refusal{"subject.names.0", "pattern", "a part of the name cannot be written in the letters of passports by rule: give the passport's own lines, or family_icao and given_icao"}
		}
	}
	return out, nil
}

// Sane refuses dates that cannot be.
func Sane(c *cert.Certificate, at time.Time) error {
	// A day begins first at UTC+14.
	late := func(d cert.Date) bool { return !d.IsZero() && d.First().After(at.Add(14*time.Hour)) }
	future := func(field string) error {
		return &Refusal{field, "future", "it lies after the moment of issue: correct it"}
	}
	if late(c.Subject.BirthDate) {
		return future("subject.birth_date")
	}
	for i, e := range c.Events {
		field := "events." + strconv.Itoa(i) + "."
		switch e := e.(type) {
		case *cert.Test:
			switch {
			case e.SampledAt.After(at):
				return future(field + "sampled_at")
			case e.ReportedAt.After(at):
				return future(field + "reported_at")
			case !e.ReportedAt.IsZero() && e.ReportedAt.Before(e.SampledAt):
				return &Refusal{field + "reported_at", "conflict", "a test is not reported before its sample was taken"}
			}
		case *cert.Antibody:
			if e.SampledAt.After(at) {
				return future(field + "sampled_at")
			}
		case *cert.Vaccination:
			switch {
			case late(e.Date):
				return future(field + "date")
			case e.Doses > 0 && e.Dose > e.Doses+10:
				return &Refusal{field + "dose", "range", "so many doses beyond the course are not plausible: correct dose and doses"}
			case !e.Date.IsZero() && !c.Subject.BirthDate.IsZero() && e.Date.End().Before(c.Subject.BirthDate.First()):
				return &Refusal{field + "date", "conflict", "nobody is vaccinated before birth: correct the date"}
			}
		case *cert.Recovery:
			switch {
			case late(e.FirstPositive):
				return future(field + "first_positive")
			case !e.From.IsZero() && !e.Until.IsZero() && !e.From.First().Before(e.Until.End()):
				return &Refusal{field + "until", "conflict", "the recovery ends before it begins: correct from and until"}
			}
		}
	}
	return nil
}

// Build signs a certificate that [Complete] has made. Of the key it takes the
// certificate; signer signs.
func Build(c *cert.Certificate, t Terms, k *keys.Key, signer crypto.Signer, random io.Reader) (string, error) {
	public := k.Public()
	if k.Authority() {
		return "", &Refusal{"key", "conflict", "this is the key of an authority, which certifies signers and signs nothing else"}
	}
	uses, sealer := vds.SignerUses(k.Certificate.Raw)
	if sealer != (t.Format == VDS) {
		return "", &Refusal{"key", "conflict", "a signer of ICAO seals signs seals alone, and nobody else signs them"}
	}
	var text string
	var err error
	switch t.Format {
	case HC1:
		text, err = hc1.Issuer{Signer: signer, Key: public}.Issue(c, random)
	case ICVP:
		text, err = hc1.Issuer{Signer: signer, Key: public}.IssueICVP(c, random)
	case SHC:
		if public.ID, err = shc.Thumbprint(public.Public); err != nil {
			return "", &Refusal{"key", "type", "SMART Health Cards are signed by a key of es256"}
		}
		text, err = shc.Issuer{Signer: signer, Key: public, URL: t.URL, RevocationID: func(*cert.Certificate) string { return t.Serial }}.Issue(c, random)
	case VDS:
		public.Uses = trust.Uses{Of: uses}
		text, err = vds.Issuer{Signer: signer, Key: public, Country: threeLetters(public.Country)}.Issue(c, random)
	default:
		return "", &Refusal{"format", "unknown", "there are hc1, icvp, shc and vds"}
	}
	if err != nil {
		return "", refused(err)
	}
	return text, nil
}

// threeLetters is a country as travel documents write it; for exercises, one
// that ISO 3166-1 leaves to users.
func threeLetters(country string) string {
	if three := lists.Alpha3(country); three != "" {
		return three
	}
	return country + "A"
}
