package hc1_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/trust"
)

// A laboratory's country issues a code, and a border post verifies it.
func Example() {
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	key := trust.Key{ID: "\xa1\xb2\xc3\xd4\xe5\xf6\x07\x18", Public: signer.Public(), Country: "XA", Uses: trust.Uses{Of: []trust.Use{trust.Test}}}
	id, err := hc1.NewUVCI("XA", "187", "37512422923")
	if err != nil {
		panic(err)
	}
	at := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	text, err := hc1.Issuer{Signer: signer, Key: key}.Issue(&cert.Certificate{
		Signed: cert.Period{Issued: at.Add(8 * time.Hour), Until: at.AddDate(0, 0, 10)},
		Subject: cert.Person{
			Names:     []cert.Name{{Family: "Müller", Given: "Zoë", FamilyICAO: "MUELLER", GivenICAO: "ZOE"}},
			BirthDate: cert.Date{Year: 1990, Month: 5, Day: 17},
		},
		Events: []cert.Event{&cert.Test{
			Statement: cert.Statement{ID: id.String(), Disease: cert.Coded{Source: cert.Coding{System: cert.SNOMED, Code: cert.COVID19}}, Country: "XA", Authority: "Ministry of Health"},
			Method:    cert.NucleicAcid, SampledAt: at, Result: cert.NotDetected, Laboratory: cert.Facility{Name: "Central laboratory"},
		}},
	}, rand.Reader)
	if err != nil {
		panic(err)
	}

	keys := new(trust.Keys)
	keys.Add(key)
	code, err := hc1.Read(text)
	if err != nil {
		panic(err)
	}
	fmt.Println(code, code.Country(), code.Content(), code.Algorithm())
	signed, err := code.Verify(keys)
	if err != nil {
		panic(err)
	}
	test := signed.Certificate.Events[0].(*cert.Test)
	fmt.Println(signed.Certificate.Subject.Name(), test.Result, test.SampledAt.Format(time.RFC3339))
	json, err := hc1.JSON(signed.Raw)
	fmt.Println(string(json), err)
	// Output:
	// HC1 code, not verified XA dcc ES256
	// Zoë Müller not_detected 2026-11-20T09:30:00Z
	// {"t":[{"ci":"URN:UVCI:01:XA:187/37512422923#:","co":"XA","is":"Ministry of Health","sc":"2026-11-20T09:30:00Z","tc":"Central laboratory","tg":"840539006","tr":"260415000","tt":"LP6464-4"}],"dob":"1990-05-17","nam":{"fn":"Müller","gn":"Zoë","fnt":"MUELLER","gnt":"ZOE"},"ver":"1.3.0"} <nil>
}
