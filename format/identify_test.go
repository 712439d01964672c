package format_test

import (
	"strings"
	"testing"

	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/words"
)

func TestWhatIsNoHealthCodeIsNamed(t *testing.T) {
	for _, v := range []struct {
		comment, text string
		want          format.What
	}{
		{"nothing", "", format.Empty},
		{"line ends and spaces alone", " \r\n", format.Empty},
		{"a health code", "HC1:6BF", format.HC1},
		{"a health code in lower case is none: base45 has no small letters", "hc1:6bf", format.PlainText},
		{"a version to come", "HC2:6BF", format.HCNext},
		{"a version to come, by letter", "HCZ:6BF", format.HCNext},
		{"a prefix that nobody reserved", "HCa:6BF", format.PlainText},
		{"a SMART Health Card", "shc:/5676290952432060346029243740446031222959532654603460292540772804336028702864716745222809286", format.SHC},
		{"a SMART Health Card as compact JWS", "eyJ6aXAiOiJERUYiLCJhbGciOiJFUzI1NiIsImtpZCI6IjNLZmRnLVh3UDdnWHl5d3RVZlVBRHdCdW1ET1BLTVF4LWlFTDExVzlzOTgifQ.eA.eA", format.SHC},
		{"a SMART Health Card whose header does not say that it is compressed", "eyJhbGciOiJFUzI1NiJ9.3ZJdb9sgFIb_SsVuE38.c2ln", format.SHC},
		{"a SMART Health Card that is not compressed", "eyJhbGciOiJFUzI1NiJ9.eyJ2YyI6eyJ0eXBlIjpbImh0dHBzOi8vc21hcnRoZWFsdGguY2FyZHMjaGVhbHRoLWNhcmQiXX19.c2ln", format.SHC},
		{"a file of SMART Health Cards", `{"verifiableCredential":["eyJ6aXAiOiJERUYifQ.eA.eA"]}`, format.SHC},
		{"another token", "eyJhbGciOiJFUzI1NiJ9.e30.c2ln", format.Identity},
		{"an ICAO seal", `{"data":{"hdr":{"is":"UTO","t":"icao.test","v":1}},"sig":{}}`, format.VDS},
		{"a zip", "PK\x03\x04....", format.DIVOC},
		{"a health link", "shlink:/eyJ1cmwi", format.HealthLink},
		{"a health link of IHE", "vhlink:/eyJ1cmwi", format.HealthLink},
		{"a health link after the address of a viewer", "https://viewer.example/ips#shlink:/eyJ1cmwi", format.HealthLink},
		{"a DIVOC credential, zipped, in base64", "B64:UEsDBA", format.DIVOC},
		{"a DIVOC credential about a dose", `{"@context":["https://www.w3.org/2018/credentials/v1"],"type":["VerifiableCredential","ProofOfVaccinationCredential"]}`, format.DIVOC},
		{"a DIVOC credential about a test", ` {"type":["VerifiableCredential","ProofOfTestCertificateCredential"]}`, format.DIVOC},
		{"another W3C credential", `{"@context":["https://www.w3.org/ns/credentials/v2"]}`, format.Credential},
		{"a light certificate", "LT1:6BF", format.LightCode},
		{"an Austrian exemption", "AT1:6BF", format.ATExemption},
		{"a New Zealand pass", "NZCP:/1/2KCE", format.NZPass},
		{"a Dutch domestic pass", "NL2:6BF", format.NLPass},
		{"a Danish domestic pass", "DK3:6BF", format.DKPass},
		{"a pass of a state that used IBM's", `{"type":["VerifiableCredential"],"issuer":"did:hpass:b08f9c1e:a5"}`, format.IBMPass},
		{"a paper credential of PathCheck", "CRED:BADGE:GBCAEIBA", format.National},
		{"a French 2D-DOC of a test", "DC04FR0AXT4A0E840E8AB2FRF0LINDQVIST", format.French2DDoc},
		{"a French 2D-DOC of a vaccination", "DC04FR0AXT4A0E840E8AL101FRL0LINDQVIST", format.French2DDoc},
		{"a French 2D-DOC of an electricity bill", "DC04FR0AXT4A0E840E8A0001FR10LINDQVIST", format.PlainText},
		{"a Chinese code on the government's platform", "https://hc.gjzwfw.gov.cn/code?x=1", format.ChinesePass},
		{"a Chinese code on the government's platform, shouted", "HTTPS://HC.GJZWFW.GOV.CN:443/", format.ChinesePass},
		{"an address that looks like it", "https://gov.cn.evil.example/x", format.WebAddress},
		{"another that does", "https://example.org/?u=https://www.gov.cn/", format.WebAddress},
		{"a Chinese travel certificate by its name", "中国公民国际旅行健康证明", format.ChinesePass},
		{"the same in English", "International Travel Health Certificate No. 7", format.ChinesePass},
		{"a menu", "https://example.org/menu", format.WebAddress},
		{"a menu, shouted", "HTTPS://EXAMPLE.ORG/MENU", format.WebAddress},
		{"a wireless network", "WIFI:T:WPA;S:x;P:y;;", format.WiFi},
		{"a business card", "BEGIN:VCARD\nVERSION:3.0", format.Contact},
		{"a check-in poster", "UKC19TRACING:1:eyJ", format.VenueCode},
		{"a German check-in poster is no mere web address", "https://e.coronawarn.app?v=1#CAES", format.VenueCode},
		{"a boarding pass", "M1MUSTERMANN/ERIKA    EABC123 XAAXBBPQ 0012 328Y001A0001 100", format.BoardingPass},
		{"passport lines", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10", format.PassportLine},
		{"a bottle of water", "4006381333931", format.ProductCode},
		{"a transfer", "BCD\n002\n1\nSCT", format.Payment},
		{"a receipt of ours", "pratique-receipt/1.0\ntime 2026", format.Receipt},
		{"a travel history of ours", "pratique-history/1.0\n", format.OwnHistory},
		{"a wallet of ours", "pratique-wallet/1.0\n", format.Wallet},
		{"a sealed wallet of ours", "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl", format.Wallet},
		{"JSON", `{"data":{}}`, format.JSONData},
		{"a word", "hello", format.PlainText},
	} {
		if got := format.Identify(v.text); got != v.want {
			t.Errorf("%s: got %s, want %s", v.comment, got, v.want)
		}
		if _, err := format.Read(v.text); err == nil {
			t.Errorf("%s: was read", v.comment)
		}
		for _, lang := range words.Languages() {
			if v.want != format.HC1 && !words.Has(lang, "what_"+string(v.want)) {
				t.Errorf("%s: %s has no word for %s", v.comment, lang, v.want)
			}
		}
	}
}

func TestATextTooLongIsRefusedAtOnce(t *testing.T) {
	_, err := format.Read("HC1:" + strings.Repeat("A", format.MaxLength))
	if e, ok := err.(*format.Error); !ok || e.Code != "too_long" {
		t.Errorf("got %v, want too_long", err)
	}
}
