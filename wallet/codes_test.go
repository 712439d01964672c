package wallet_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/trust"
)

// anna's travel document, and tom's.
var (
	anna = history.Holder{Country: "UTO", Number: "L898902C3", Birth: cert.Date{Year: 2074, Month: 8, Day: 12}}
	tom  = history.Holder{Country: "D", Number: "X1", Birth: cert.Date{Year: 2015, Month: 2, Day: 3}}
)

func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// codes are one of each kind, made by an office of Norland that may sign all.
type codes struct {
	test, vaccination, recovery, card, order, release, statement, receipt string
	stamps                                                                []string
}

var covid = cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}

var made = sync.OnceValue(func() codes {
	signer := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	key := trust.Key{ID: "\xa1\xb2\xc3\xd4\xe5\xf6\x07\x18", Public: signer.Public(), Country: "XA",
		Uses: trust.Uses{Of: []trust.Use{trust.Test, trust.Vaccination, trust.Recovery, trust.Stamp, trust.Notice, trust.Exposure}}}
	office := history.Office{Signer: signer, Key: key}
	at := moment("2026-11-20T09:30:00+01:00")
	certificate := func(e cert.Event) *cert.Certificate {
		a := e.About()
		a.ID, a.Disease, a.Country, a.Authority = "URN:UVCI:01:XA:37512422923#", covid, "XA", "Norland Institute of Health"
		return &cert.Certificate{
			Signed: cert.Period{Issued: at.Add(time.Hour), Until: at.AddDate(1, 0, 0)},
			Subject: cert.Person{
				Names:     []cert.Name{{Family: "Eriksson", Given: "Anna Maria", FamilyICAO: "ERIKSSON", GivenICAO: "ANNA<MARIA"}},
				BirthDate: cert.Date{Year: 1974, Month: 8, Day: 12},
			},
			Events: []cert.Event{e},
		}
	}
	issue := func(e cert.Event) string {
		return must(hc1.Issuer{Signer: signer, Key: key}.Issue(certificate(e), rand.Reader))
	}
	coded := func(code string) cert.Coded { return cert.Coded{Source: cert.Coding{Code: code}} }
	c := codes{
		test: issue(&cert.Test{Method: cert.NucleicAcid, SampledAt: at, Result: cert.NotDetected, Laboratory: cert.Facility{Name: "Laboratory 7"}}),
		vaccination: issue(&cert.Vaccination{Prophylaxis: coded("1119349007"), Product: coded("EU/1/20/1528"), Maker: coded("ORG-100030215"),
			Dose: 2, Doses: 2, Date: cert.Date{Year: 2026, Month: 6, Day: 15}}),
		recovery: issue(&cert.Recovery{FirstPositive: cert.Date{Year: 2026, Month: 9, Day: 1}, From: cert.Date{Year: 2026, Month: 9, Day: 12}, Until: cert.Date{Year: 2027, Month: 2, Day: 28}}),
	}
	card := certificate(&cert.Vaccination{Product: cert.Coded{Source: cert.Coding{System: cert.CVX, Code: "208"}}, Dose: 1, Date: cert.Date{Year: 2026, Month: 6, Day: 15}})
	c.card = must(shc.Issuer{Signer: signer, URL: "https://health.norland.example", Key: trust.Key{
		ID: must(shc.Thumbprint(signer.Public())), Public: signer.Public(), Country: "XA", Uses: trust.Uses{Any: true},
	}}.Issue(card, rand.Reader))
	var before history.Hash
	for i, s := range []history.Stamp{
		{At: moment("2026-10-01T08:00:00+01:00"), Direction: history.Exit, Port: "XAABC", Purpose: "business"},
		{At: moment("2026-10-20T20:00:00+01:00"), Direction: history.Entry},
		{At: moment("2026-11-02T08:00:00+01:00"), Direction: history.Exit, Category: "visitor"},
	} {
		s.Until = s.At.AddDate(1, 0, 0)
		if i > 0 {
			s.Previous = before
		}
		text := must(office.Stamp(s, anna, rand.Reader))
		before = must(history.StampSkippingVerification(text)).Hash
		c.stamps = append(c.stamps, text)
	}
	order := history.Notice{Issued: at, Expires: at.AddDate(0, 6, 0), Order: "isolation", Reason: "contact", Appeal: "appeal@health.norland.example",
		From: at, Until: at.AddDate(0, 0, 10), Disease: cert.COVID19, Authority: "Norland Institute of Health"}
	c.order = must(office.Notice(order, anna, rand.Reader))
	c.release = must(office.Notice(history.Notice{Issued: at.AddDate(0, 0, 5), Expires: at.AddDate(0, 6, 0), Release: true, Order: "isolation", Reason: "tested",
		From: at.AddDate(0, 0, 5), Of: must(history.NoticeSkippingVerification(c.order)).Hash}, anna, rand.Reader))
	c.statement = must(office.Exposure(history.Exposure{Date: cert.Date{Year: 2026, Month: 11, Day: 10}, Risk: exposure.High, System: "bluetrace", Rule: "xa-1",
		Issued: at, Expires: at.AddDate(0, 1, 0), Authority: "Norland Institute of Health"}, anna, rand.Reader))
	c.receipt = "pratique-receipt/1.0\ntime 2026-12-03T14:20:00+08:00\ndesk XB-1\nto XB\npurpose entry\nverdict green\n" +
		"signature ed25519 " + strings.Repeat("0", 64) + " AAAA\n"
	return c
})

func (c codes) all() map[string]string {
	out := map[string]string{"test": c.test, "vaccination": c.vaccination, "recovery": c.recovery, "card": c.card,
		"order": c.order, "release": c.release, "statement": c.statement, "receipt": c.receipt}
	for i, s := range c.stamps {
		out["stamp "+string(rune('1'+i))] = s
	}
	return out
}

const declared = `pratique-history/1.0
stay XA 2026-09-01 2026-10-01
stay XB/01 2026-10-01T21:00:00+08:00 -
exposure 2026-11-10 low gaen rule-1
checked 2026-11-20 gaen
venue 2026-11-11T18:00:00Z 2026-11-11T20:00:00Z high
symptom 2026-11-12 fever
`

func TestTheCodesOfTheTestsAreThere(t *testing.T) {
	for name, text := range made().all() {
		if text == "" {
			t.Errorf("no %s", name)
		}
	}
}
