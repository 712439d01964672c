package wallet_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/wallet"
)

// A derived certificate says so in a list and on paper, and a yellow card has
// the wording of the Regulations there, in English or French.
func TestDerivedAndYellowCardsOnPaper(t *testing.T) {
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	c := &cert.Certificate{
		Subject: cert.Person{Names: []cert.Name{{Full: "Anna Eriksson"}}, BirthDate: cert.Date{Year: 1974, Month: 8, Day: 12}, Sex: cert.Female, Nationality: "XA"},
		Signed:  cert.Period{Issued: at},
		Events: []cert.Event{&cert.Vaccination{
			Statement: cert.Statement{Authority: "Norland Health Agency"}, Lot: "1", Date: cert.Date{Year: 2026, Month: 1, Day: 15},
			Product: cert.Coded{Source: cert.Coding{System: cert.PreQual, Code: "YellowFeverProductd2c75a15ed309658b3968519ddb31690"}},
		}},
		Derived: &cert.Derivation{Country: "XA", Format: "shc", Hash: strings.Repeat("0", 64)},
	}
	key := trust.Key{ID: "12345678", Public: signer.Public(), Country: "XB", Uses: trust.Uses{Of: []trust.Use{trust.Derived}}, NotBefore: at.AddDate(-1, 0, 0), NotAfter: at.AddDate(1, 0, 0)}
	text, err := hc1.Issuer{Signer: signer, Key: key}.IssueICVP(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	face := wallet.Look(wallet.Item{Kind: wallet.KindCertificate, Text: text})
	if got := face.Title("en"); !strings.HasSuffix(got, ", derived from a certificate of Norland") || face.Country != "XB" {
		t.Errorf("%q of %s", got, face.Country)
	}
	if !slices.Contains(face.Lesson.Reads, "reads_original") {
		t.Errorf("who scans it learns %v", face.Lesson.Reads)
	}
	file := wallet.File{People: []wallet.Person{{Label: "Anna", Certificates: []string{text}}}}
	for lang, want := range map[string]string{"en": "in accordance with the International Health Regulations", "fr": "conformément au Règlement sanitaire international", "es": "in accordance with the International Health Regulations"} {
		s, err := wallet.Print(file, wallet.Options{Lang: lang, At: at})
		if err != nil {
			t.Fatal(err)
		}
		if page := string(s.HTML()); !strings.Contains(page, want) {
			t.Errorf("%s: the wording of the Regulations is not on the sheet", lang)
		}
	}
}
