package main

import (
	"encoding/base64"
	"strings"

	"github.com/pratique/pratique/vectors"
)

// The payloads of WHO's family in HC1: yellow cards, core data sets, health links.

// hcert makes a code with content under a key of claim -260.
func hcert(key int, content any) *code {
	c := newCode(norland, nil)
	c.claims.set(-260, omap{{key, content}})
	return c
}

// yellowFeverProduct is one of the products that WHO has prequalified.
const yellowFeverProduct = "YellowFeverProductd2c75a15ed309658b3968519ddb31690"

func yellowDose() omap {
	return omap{{"vp", yellowFeverProduct}, {"dt", "2026-06-15"}, {"bo", "YF-2217"}, {"is", "Norland Health Agency"}}
}

func yellowCard(dose omap) omap {
	return omap{{"n", "Åsa Lindqvist-Örn"}, {"dob", "1984-05-09"}, {"s", "female"}, {"ntl", "XA"}, {"nid", "L898902C3"}, {"ndt", "PPN"}, {"v", dose}}
}

func laterYellowCard() omap {
	return omap{{"v", "0.9.3"}, {"n", "Åsa Lindqvist-Örn"}, {"dob", "1984-05-09"}, {"s", "female"}, {"nt", "XAA"}, {"id", "L898902C3"}, {"dt", "PPN"}, {"vx", yellowDose()}}
}

func coreTest() omap {
	return omap{{"name", "Åsa Lindqvist-Örn"}, {"birthDate", "1984-05-09"},
		{"certificate", omap{{"issuer", "Norland Health Agency"}, {"hcid", "T7K2M4Q9"}, {"version", "RC2"}}},
		{"test", omap{{"pathogen", "840539006"}, {"type", omap{{"system", "http://loinc.org"}, {"code", "LP6464-4"}}}, {"date", "2026-12-01T08:00:00Z"},
			{"result", "260415000"}, {"centre", "Norland State Laboratory"}, {"country", "XAA"}}}}
}

func flatTest() omap {
	return omap{{"name", "Åsa Lindqvist-Örn"}, {"birth_date", "1984-05-09"}, {"hcid", "T7K2M4Q9"}, {"pha", "Norland Health Agency"}, {"pathogen", "840539006"},
		{"type", "LP6464-4"}, {"date", "2026-12-01T08:00:00Z"}, {"result", "260415000"}, {"centre", "Norland State Laboratory"}, {"country", "XA"}}
}

// healthLink is a link whose key is the bytes 0 to 31.
func healthLink(prefix string) string {
	secret := make([]byte, 32)
	for i := range secret {
		secret[i] = byte(i)
	}
	return prefix + b64([]byte(`{"url":"https://records.norland.example/m/7Q2","key":"`+b64(secret)+`","flag":"P","label":"Hajj"}`))
}

func whoCases(l *list) {
	person := func(c *vectors.Case) { c.Want.Name, c.Want.Birth = "Åsa Lindqvist-Örn", "1984-05-09" }
	l.add("a yellow card, in the names that are deployed", "icvp", "valid", "amber", "disease_not_accepted", hcert(-6, yellowCard(yellowDose())).String(), person, checks("signature", "pass", "schema", "pass"))
	l.add("a yellow card, in the names of the later draft", "icvp", "valid", "amber", "disease_not_accepted", hcert(-6, laterYellowCard()).String(), person, checks("signature", "pass", "schema", "pass"))
	l.add("a yellow card without who answers for it", "icvp", "valid", "amber", "disease_not_accepted", hcert(-6, yellowCard(yellowDose()[:3])).String(), person, checks("signature", "pass", "schema", "fail"))
	l.add("a yellow card whose signature has ended", "icvp lifelong", "valid", "amber", "disease_not_accepted", func() string {
		c := hcert(-6, yellowCard(yellowDose()))
		c.claims.set(4, int(arrives.Unix())-1)
		return c.String()
	}(), person, checks("signature", "pass", "in_force", "pass"))
	l.add("a yellow card that certifies nothing", "icvp", "valid", "grey", "no_event", hcert(-6, yellowCard(nil)[:3]).String())
	l.add("a test as a core data set", "ddcc", "valid", "green", "accepted", hcert(4, coreTest()).String(), person, checks("signature", "pass"))
	l.add("a test as a core data set, without groups", "ddcc", "valid", "green", "accepted", hcert(4, flatTest()).String(), person)
	l.add("a test as a core data set at the top", "ddcc", "acceptable", "green", "accepted", func() string {
		c := newCode(norland, nil)
		c.claims = append(omap{{1, "XA"}, {4, int(expires.Unix())}, {6, int(issued.Unix())}}, flatTest()...)
		return c.String()
	}(), person)
	l.add("a core data set that states nothing", "ddcc", "valid", "grey", "no_event", hcert(3, omap{{"name", "Åsa Lindqvist-Örn"}}).String())
	link := healthLink("vhlink:/")
	l.add("a health link under its key", "link", "valid", "grey", "online_only", hcert(5, link).String(), checks("signature", "pass"))
	l.add("a health link in a list", "link", "acceptable", "grey", "online_only", hcert(5, []any{link}).String(), checks("signature", "pass"))
	l.add("a health link in a map", "link", "acceptable", "grey", "online_only", hcert(5, omap{{"u", link}}).String(), checks("signature", "pass"))
	l.add("a health link in a map in a list", "link", "acceptable", "grey", "online_only", hcert(5, []any{omap{{"u", healthLink("shlink:/")}}}).String(), checks("signature", "pass"))
	l.add("a health link that nobody signed", "link", "valid", "grey", "online_only", healthLink("shlink:/"))
	l.add("a health link that nobody signed, after the address of a viewer", "link", "valid", "grey", "online_only", healthLink("https://viewer.example/ips#shlink:/"))
	l.add("a health link without a key", "link", "invalid", "grey", "read_link", "shlink:/"+b64([]byte(`{"url":"https://records.norland.example/m/7Q2"}`)))
	l.add("a health link over a channel that anybody reads", "link", "invalid", "grey", "read_link", "shlink:/"+b64([]byte(strings.Replace(`{"url":"http://records.norland.example/m","key":"K"}`, "K", b64(make([]byte, 32)), 1))))
}

func familyCases(l *list) {
	for _, v := range [][3]string{
		{"a light certificate", "LT1:6BFOXN", "format_unsupported"},
		{"an Austrian exemption", "AT1:6BFOXN", "format_unsupported"},
		{"a New Zealand pass", "NZCP:/1/2KCEVIQEIVVWK6JNGEASNICZAEP2KALYDZSGSZB2O5SWEOTOPJRXALTDN53G", "format_unsupported"},
		{"a Dutch domestic pass", "NL2:6BFOXN", "format_unsupported"},
		{"a French 2D-DOC of a test", "DC04FR0AXT4A0E840E8AB2FRF0LINDQVIST/F1AASA", "format_unsupported"},
		{"a DIVOC credential, zipped", "PK\x03\x04\x14\x00", "read_zip"},
		{"a DIVOC credential, zipped, in base64", "B64:" + base64.StdEncoding.EncodeToString([]byte("PK\x03\x04\x14\x00")), "read_zip"},
		{"a DIVOC credential, bare", `{"@context":["https://www.w3.org/2018/credentials/v1"],"type":["VerifiableCredential","ProofOfVaccinationCredential"]}`, "read_signature"},
		{"another W3C credential", `{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential"]}`, "format_unsupported"},
		{"a Chinese health code that leads to its platform", "https://hc.gjzwfw.gov.cn/code?x=1", "format_unpublished"},
		{"a Chinese international travel certificate by its name", "国际旅行健康证明 7Q2", "format_unpublished"},
	} {
		result := "valid"
		if strings.HasPrefix(v[2], "read_") {
			result = "invalid"
		}
		l.add(v[0], "family", result, "grey", v[2], v[1])
	}
}
