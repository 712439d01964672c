package divoc

import (
	"strings"

	"github.com/pratique/pratique/cert"
)

// Kinds of vaccine against COVID-19 (eu-dcc-valuesets, vaccine-prophylaxis).
const (
	kindAntigen = "1119305005" // SNOMED CT, antigen vaccine
	kindMRNA    = "1119349007" // SNOMED CT, mRNA vaccine
	kindAny     = "J07BX03"    // ATC, any
)

// brands are the vaccines that countries with DIVOC gave, by the words that a
// name has (in lower case, letters and digits), with the product and the kind of
// the European value set (eu-dcc-valuesets 2.12.0). All are against COVID-19.
var brands = []struct{ word, product, kind string }{
	{"covishield", "Covishield", kindAny}, {"covaxin", "Covaxin", kindAny},
	{"covovax", "Covovax", kindAntigen},
	{"comirnaty", "EU/1/20/1528", kindMRNA}, {"pfizer", "EU/1/20/1528", kindMRNA},
	{"spikevax", "EU/1/20/1507", kindMRNA}, {"moderna", "EU/1/20/1507", kindMRNA},
	{"vaxzevria", "EU/1/21/1529", kindAny}, {"astrazeneca", "EU/1/21/1529", kindAny},
	{"jcovden", "EU/1/20/1525", kindAny}, {"janssen", "EU/1/20/1525", kindAny},
	{"coronavac", "CoronaVac", kindAny}, {"sinovac", "CoronaVac", kindAny},
	{"bbibpcorv", "BBIBP-CorV", kindAny}, {"sinopharm", "BBIBP-CorV", kindAny},
	{"nuvaxovid", "EU/1/21/1618", kindAntigen},
	{"sputnikv", "Sputnik-V", kindAny}, {"sputniklight", "Sputnik-Light", kindAny},
}

// brandOf returns the product and the kind that the texts tell together: none
// of them, or one. AstraZeneca is also the inventor of what others make, so its
// name beside another product says nothing.
func brandOf(texts []string) (product, kind string) {
	maker := false
	for _, s := range texts {
		s = strings.Map(func(r rune) rune {
			switch {
			case r >= 'A' && r <= 'Z':
				return r | 0x20
			case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
				return r
			}
			return -1
		}, s)
		for _, b := range brands {
			switch {
			case !strings.Contains(s, b.word) || b.product == product:
			case b.word == "astrazeneca":
				maker = true
			case product != "":
				return "", ""
			default:
				product, kind = b.product, b.kind
			}
		}
	}
	if product == "" && maker {
		return "EU/1/21/1529", kindAny
	}
	return product, kind
}

// kindCoding returns the coding of a kind of vaccine.
func kindCoding(kind string) cert.Coding {
	switch kind {
	case "":
		return cert.Coding{}
	case kindAny:
		return cert.Coding{System: cert.ATC, Code: kind}
	}
	return cert.Coding{System: cert.SNOMED, Code: kind}
}

// outcomes are the results that are mapped, in lower case: the words of the
// software's forms, and the codes of the European value set.
var outcomes = map[string]cert.Result{
	"positive": cert.Detected, "detected": cert.Detected, cert.CodeDetected: cert.Detected,
	"negative": cert.NotDetected, "not detected": cert.NotDetected, cert.CodeNotDetected: cert.NotDetected,
	"inconclusive": cert.Invalid, "indeterminate": cert.Invalid, "invalid": cert.Invalid,
}

// methodOf maps a type of test by its name, or by the code of the European
// value set.
func methodOf(s string) cert.Method {
	if m := cert.MethodOf(s); m != "" {
		return m
	}
	switch strings.ToLower(s) {
	case "rt-pcr", "rtpcr", "rt pcr", "pcr", "naat", "nucleic acid amplification with probe detection", "nucleic acid amplification test":
		return cert.NucleicAcid
	case "rat", "rapid antigen test", "antigen", "rapid immunoassay":
		return cert.AntigenRapid
	}
	return ""
}

func methodCoding(m cert.Method) cert.Coding {
	switch m {
	case cert.NucleicAcid:
		return cert.Coding{System: cert.LOINC, Code: cert.CodeNucleicAcid}
	case cert.AntigenRapid:
		return cert.Coding{System: cert.LOINC, Code: cert.CodeAntigenRapid}
	}
	return cert.Coding{}
}

// isCOVID19 reports whether a text names the disease.
func isCOVID19(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "covid-19", "covid19", "covid 19", "sars-cov-2", cert.COVID19:
		return true
	}
	return false
}
