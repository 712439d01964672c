package wallet_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/vectors"
	"github.com/pratique/pratique/wallet"
)

func TestWhatIsScannedIsRecognised(t *testing.T) {
	c := made()
	numeric := must(shc.Numeric(c.card))
	for _, v := range []struct {
		comment, text string
		want          wallet.Kind
	}{
		{"a certificate", c.test, wallet.KindCertificate},
		{"with a line end, as files have it", c.vaccination + "\r\n", wallet.KindCertificate},
		{"a health card", c.card, wallet.KindCertificate},
		{"a health card in digits", numeric, wallet.KindCertificate},
		{"a stamp", c.stamps[0], wallet.KindStamp},
		{"an order", c.order, wallet.KindNotice},
		{"a release", c.release, wallet.KindNotice},
		{"an exposure statement", c.statement, wallet.KindStatement},
		{"a receipt", c.receipt, wallet.KindReceipt},
		{"a receipt without its last line end", strings.TrimSpace(c.receipt), wallet.KindReceipt},
		{"a receipt from a system with two line ends", strings.ReplaceAll(c.receipt, "\n", "\r\n"), wallet.KindReceipt},
		{"a history", declared, wallet.KindHistory},
		{"a wallet", family, wallet.KindWallet},
		{"a pass of New Zealand, which is not read here", "NZCP:/1/2KCEVIQEIVVWK6JNGEASNICZAEP2KALYDZSGSZB2O5SWEOTOPJRXALTDN53GSZBRHEXGQZLBNR2GQLTOPICRU", wallet.KindCertificate},
		{"a health link", "shlink:/eyJ1cmwiOiJodHRwczovL2V4YW1wbGUub3JnIiwia2V5IjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EeEFSRWhNVUZSWVhHQmthR3h3ZEhoOCJ9", wallet.KindCertificate},
		{"a version to come", "HC2:6BFOXN", wallet.KindCertificate},
	} {
		if got, err := wallet.Recognise(v.text); got != v.want || err != nil {
			t.Errorf("%s: %s, %v", v.comment, got, err)
		}
	}
	for _, v := range []struct{ comment, text, want string }{
		{"nothing", " \n", "empty"},
		{"a menu", "https://menu.example/today", "not_health_code"},
		{"a damaged certificate", c.test[:len(c.test)-5], "read_base45"},
		{"a passport", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10", "not_health_code"},
		{"a word that begins like ours", "pratique", "not_health_code"},
	} {
		got, err := wallet.Recognise(v.text)
		if e, ok := errors.AsType[*format.Error](err); got != "" || !ok || !strings.HasPrefix(e.Code, v.want[:5]) {
			t.Errorf("%s: %s, %v", v.comment, got, err)
		}
	}
	for _, text := range []string{"pratique-wallet/2.0\n", "pratique-wallet/1.0\n\x00", "pratique-history/2.0", "pratique-receipt/x"} {
		if _, err := wallet.Recognise(text); err == nil {
			t.Errorf("%q was recognised", text)
		}
	}
}

func TestWhatIsAddedIsThereOnce(t *testing.T) {
	var f wallet.File
	c := made()
	for name, text := range c.all() {
		out, added, err := f.Add("Anna", text)
		if err != nil || len(added.New) != 1 || added.Known != 0 || !slices.Equal(added.People, []string{"Anna"}) {
			t.Fatalf("%s: %+v, %v", name, added, err)
		}
		again, twice, err := out.Add("Anna", "\n"+strings.ReplaceAll(text, "\n", "\r\n")+"\r\n")
		if err != nil || len(twice.New) != 0 || twice.Known != 1 || mustBytes(t, again) != mustBytes(t, out) {
			t.Fatalf("%s, again: %+v, %v", name, twice, err)
		}
		if len(mustBytes(t, f)) >= len(mustBytes(t, out)) {
			t.Errorf("%s: the file did not grow", name)
		}
		f = out
	}
	p := f.People[0]
	if len(f.People) != 1 || len(p.Certificates) != 4 || len(p.Receipts) != 1 || len(p.History.Stamps) != 3 || len(p.History.Notices) != 2 || len(p.History.Statements) != 1 {
		t.Errorf("%d people; %d certificates, %d receipts; %+v", len(f.People), len(p.Certificates), len(p.Receipts), p.History)
	}
	if p.Receipts[0] != c.receipt {
		t.Error("the receipt is not the text that was signed")
	}
	f, added, err := f.Add("Anna", declared+"aura blue\n")
	if err != nil || len(added.New) != 7 || added.Kind != wallet.KindHistory || !slices.Equal(f.People[0].Unread, []string{"aura blue"}) {
		t.Errorf("a history with a line of a later version: %+v, %v", added, err)
	}
	// Labels that look alike are two people.
	f, _, err = f.Add("Anna (2)", c.test)
	if err != nil || len(f.People) != 2 || len(f.People[0].Certificates) != 4 {
		t.Errorf("%d people, %v", len(f.People), err)
	}
}

// A health card is there once, however it came: as a file has it, in the digits
// of a code, or in those of several codes.
func TestAHealthCardIsThereOnceInWhateverForm(t *testing.T) {
	card := made().card
	numeric := must(shc.Numeric(card))
	digits := strings.TrimPrefix(numeric, "shc:/")
	half := len(digits) / 2
	several := "shc:/2/2/" + digits[half:] + "\nshc:/1/2/" + digits[:half]
	for _, first := range []string{card, numeric, several, string(shc.File(card))} {
		f, added, err := (wallet.File{}).Add("Anna", first)
		if err != nil || len(added.New) != 1 || f.People[0].Certificates[0] != numeric {
			t.Fatalf("%.20q: %+v, %v", first, added, err)
		}
		for _, again := range []string{card, numeric, several, string(shc.File(card))} {
			if _, twice, err := f.Add("Anna", again); err != nil || twice.Known != 1 || len(twice.New) != 0 {
				t.Errorf("%.20q after %.20q: %+v, %v", again, first, twice, err)
			}
		}
	}
	var e *format.Error
	if _, _, err := (wallet.File{}).Add("Anna", "shc:/1/2/"+digits[:half]); !errors.As(err, &e) || e.Code != "code_part" {
		t.Errorf("half a card: %v", err)
	}
}

// A DIVOC certificate that is an archive in its code is kept as text, and is
// there once, whichever of the two was scanned.
func TestAnArchiveIsKeptAsText(t *testing.T) {
	v, err := vectors.Load("formats")
	if err != nil {
		t.Fatal(err)
	}
	var archive, text string
	for _, c := range v.Cases {
		switch c.Comment {
		case "a negative nucleic acid test with DIVOC, in a zip, PS256":
			archive = c.Text
		case "the same in base64":
			text = c.Text
		}
	}
	f, added, err := (wallet.File{}).Add("Anna", archive)
	if err != nil || len(added.New) != 1 || f.People[0].Certificates[0] != text {
		t.Fatalf("%+v, %v", added, err)
	}
	if _, twice, err := f.Add("Anna", text); err != nil || twice.Known != 1 || len(twice.New) != 0 {
		t.Errorf("the same as text: %+v, %v", twice, err)
	}
}

func TestAddingAWalletGivesItsPeopleTheirOwn(t *testing.T) {
	f := wallet.File{People: []wallet.Person{{Label: "Mum", Holder: anna}}}
	f, added, err := f.Add("whoever", family)
	if err != nil || added.Kind != wallet.KindWallet || !slices.Equal(added.People, []string{"Mum", "Tom", "Grand-mère, Δ"}) || len(added.New) != 10 {
		t.Fatalf("%+v, %v", added, err)
	}
	if want := []wallet.Conflict{{Code: wallet.TwoLabels, Label: "Mum", Other: "Anna"}}; !slices.Equal(added.Conflicts, want) {
		t.Errorf("%v", added.Conflicts)
	}
	if len(f.People) != 3 || len(f.People[0].Certificates) != 2 {
		t.Errorf("%d people", len(f.People))
	}
}

func TestWhatCannotBeKeptIsRefused(t *testing.T) {
	c := made()
	for _, v := range []struct {
		comment, label, text string
		want                 error
	}{
		{"no label", "", c.test, wallet.ErrPerson},
		{"a label of two lines", "A\nperson B", c.test, wallet.ErrPerson},
		{"binary", "A", "NZCP:/1/\x01", wallet.ErrText},
		{"not UTF-8", "A", "NZCP:/1/\xff", wallet.ErrText},
		{"a history with a line that would go on with another", "A", "pratique-history/1.0\n aura\n", wallet.ErrText},
		{"a history that would make a person", "A", "pratique-history/1.0\nperson Eve\n", wallet.ErrText},
		{"a history that would give a name", "A", "pratique-history/1.0\nname Eve\n", wallet.ErrText},
		{"a history that would give a document", "A", "pratique-history/1.0\ndocument UTO L898902C3 740812\n", wallet.ErrText},
		{"a history that would give a certificate", "A", "pratique-history/1.0\ncertificate HC1:\n", wallet.ErrText},
		{"a history that would give a receipt", "A", "pratique-history/1.0\nreceipt\n pratique-receipt/1.0\n", wallet.ErrText},
	} {
		if f, added, err := (wallet.File{}).Add(v.label, v.text); !errors.Is(err, v.want) || len(f.People) > 0 || added.Kind != "" {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
	full := wallet.File{People: []wallet.Person{{Label: "A", Certificates: slices.Repeat([]string{c.test}, wallet.MaxTexts)}}}
	for i := range full.People[0].Certificates {
		full.People[0].Certificates[i] += strings.Repeat(" ", i)
	}
	if _, _, err := full.Add("A", c.recovery); !errors.Is(err, wallet.ErrLimit) {
		t.Errorf("more than a person may have: %v", err)
	}
}

// Errors say nothing of what stands in a code.
func TestErrorsRepeatNothing(t *testing.T) {
	c := made()
	for _, text := range []string{c.test[:len(c.test)-3] + "ERIKSSON", "pratique-wallet/1.0\nperson ERIKSSON\x00\n", "pratique-history/ERIKSSON\n", "ERIKSSON", "PK\x03\x04ERIKSSON"} {
		_, _, err := (wallet.File{}).Add("ERIKSSON", text)
		if err == nil {
			t.Errorf("%.20q was accepted", text)
		} else if strings.Contains(err.Error(), "ERIKSSON") || strings.Contains(err.Error(), text) {
			t.Errorf("%v", err)
		}
	}
	if _, err := mustParse(t, family).Export("ERIKSSON"); err == nil || strings.Contains(err.Error(), "ERIKSSON") {
		t.Errorf("%v", err)
	}
}

// FuzzAdd: what is added can be read again, is there once, and takes nothing away.
func FuzzAdd(f *testing.F) {
	c := made()
	for _, text := range c.all() {
		f.Add("Anna", text)
	}
	f.Add("Tom", declared)
	f.Add("Tom", family)
	f.Add("", "https://example.org")
	f.Add("0", "pratique-history/1.0\n 0")
	f.Add("0", "pratique-history/1.0\nperson 0")
	f.Add("Mum", "pratique-history/1.0\nname 0\naura blue\n\nsignature 0 0 0")
	start, _, err := wallet.Parse([]byte(family))
	if err != nil {
		f.Fatal(err)
	}
	had := 0
	for _, p := range start.People {
		had += len(p.Items())
	}
	f.Fuzz(func(t *testing.T, label, text string) {
		out, added, err := start.Add(label, text)
		if err != nil {
			if len(out.People) > 0 {
				t.Error("a file beside an error")
			}
			return
		}
		again, found, err := wallet.Parse([]byte(mustBytes(t, out)))
		if err != nil || added.Kind != wallet.KindHistory && added.Kind != wallet.KindWallet && len(found) > 0 {
			t.Fatalf("%v, %v", found, err)
		}
		has := 0
		for _, p := range again.People {
			has += len(p.Items())
		}
		if has != had+len(added.New) {
			t.Errorf("%d things, %d new, now %d", had, len(added.New), has)
		}
		if _, twice, err := again.Add(label, text); err != nil || len(twice.New) > 0 {
			t.Errorf("added again: %+v, %v", twice, err)
		}
	})
}
