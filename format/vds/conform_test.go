package vds_test

import (
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/vds"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// public returns a file of the public vectors.
func public(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	b, err := os.ReadFile(filepath.Join(dir, "vdsnc", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The public seals read, verify to their embedded signer, and map.
func TestPublicSeals(t *testing.T) {
	var examples []json.RawMessage
	if err := json.Unmarshal([]byte(public(t, "examples.json")), &examples); err != nil || len(examples) != 2 {
		t.Fatalf("%v, %d examples", err, len(examples))
	}
	for _, v := range []struct {
		comment, text, country, name string
		products, dates              []string
		losses                       int
	}{
		{"JP", public(t, "ICAOJPQR1Contents.txt"), "JPN", "NIHON HANAKO", []string{"EU/1/20/1528", "EU/1/20/1507", "EU/1/21/1529"}, []string{"2021-06-01", "2021-06-22", "2021-12-24"}, 0},
		{"AU", public(t, "ICAOAUQR1Contents.txt"), "AUS", "JANE SUE CITIZEN", []string{"EU/1/21/1529"}, []string{"2021-09-15"}, 0},
		{"AU, with white space", public(t, "ICAOAUQR1Unpacked.json"), "AUS", "JANE SUE CITIZEN", []string{"EU/1/21/1529"}, []string{"2021-09-15"}, 0},
		{"UTO, a certificate of version 1", string(examples[0]), "UTO", "Smith Bill", []string{"EU/1/20/1528", "EU/1/20/1528"}, []string{"2021-03-03", "2021-03-24"}, 0},
		{"AU, in another order", string(examples[1]), "AUS", "JANE SUE CITIZEN", []string{"EU/1/21/1529"}, []string{"2021-09-15"}, 0},
	} {
		t.Run(v.comment, func(t *testing.T) {
			u := read(t, v.text)
			k, err := lists.FromCertificate(u.Signer())
			if err != nil {
				t.Fatal(err)
			}
			s, err := u.Verify(keysOf(k))
			if err != nil {
				t.Fatal(err)
			}
			if u.KeyID() != k.ID || u.Country() != v.country || u.Content() != "vacc" || u.Algorithm() != "ES256" {
				t.Error("what is known before verification")
			}
			c := s.Certificate
			if c.Subject.Name().String() != v.name || len(c.Events) != len(v.dates) || len(c.Losses) != v.losses {
				t.Errorf("%+v, %d events, losses %v", c.Subject, len(c.Events), c.Losses)
			}
			for i, e := range c.Events {
				d := e.(*cert.Vaccination)
				if d.Product.Code() != v.products[i] || d.Date.String() != v.dates[i] || d.Disease.Code() != cert.COVID19 || d.ID == "" || d.Dose == 0 {
					t.Errorf("event %d: %+v", i, d)
				}
			}
			if issues := vds.Schema(s.Raw); len(issues) > 1 { // AU's centre is a character too long
				t.Errorf("issues %v", issues)
			}
			if _, err := read(t, strings.Replace(v.text, "2021-", "2022-", 1)).Verify(keysOf(k)); err == nil {
				t.Error("a change verifies")
			}
		})
	}
}

// The certificates of the signer of ICAO's master list: an authority with its
// curve written out is one, and its signer is none.
func TestPublicAuthority(t *testing.T) {
	var got []bool
	for rest := []byte(public(t, "ICAOHealthMLSigner1.pem.crt")); ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		k, err := lists.Authority(b.Bytes)
		if err == nil && (len(k.ID) != 20 || k.Uses.Any || !k.Uses.Allows(trust.SealAuthority)) {
			t.Errorf("key %+v", k)
		}
		got = append(got, err == nil)
	}
	if len(got) != 2 || got[0] || !got[1] {
		t.Errorf("authorities %v", got)
	}
}
