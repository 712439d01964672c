package vds

import (
	"strings"

	"github.com/pratique/pratique/cert"
)

// icdOf is the code with which a disease is issued.
var icdOf = map[string]string{cert.COVID19: "RA01.0", cert.YellowFever: "1D47", cert.Polio: "1C81", cert.Meningococcal: "1C1C"}

// Kinds of vaccine against COVID-19 (eu-dcc-valuesets, vaccine-prophylaxis).
const (
	kindAntigen = "1119305005" // SNOMED CT, antigen vaccine
	kindMRNA    = "1119349007" // SNOMED CT, mRNA vaccine
	kindAny     = "J07BX03"    // ATC, any
)

// kindOf is the kind of the European value set that covers a kind of vaccine of
// ICD-11 extension codes against COVID-19.
func kindOf(code string) string {
	switch code {
	case "XM0GQ8": // RNA
		return kindMRNA
	case "XM5JC5": // protein subunit
		return kindAntigen
	}
	if cert.DiseaseOf(cert.Coding{System: cert.ICD11, Code: code}) == cert.COVID19 {
		return kindAny
	}
	return ""
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

// brands are the products of the European value set by a word of the name that
// a seal prints.
var brands = []struct{ word, product string }{
	{"Comirnaty", "EU/1/20/1528"}, {"Spikevax", "EU/1/20/1507"}, {"Vaxzevria", "EU/1/21/1529"}, {"Jcovden", "EU/1/20/1525"},
	{"Nuvaxovid", "EU/1/21/1618"},
}

// productOf returns the product that a name of one word or more tells, or the
// zero Coding: a name with two of them tells none.
func productOf(name string) cert.Coding {
	var out cert.Coding
	for _, w := range strings.Fields(name) {
		for _, b := range brands {
			if !strings.EqualFold(w, b.word) {
				continue
			}
			if out.Code != "" && out.Code != b.product {
				return cert.Coding{}
			}
			out = cert.Coding{System: cert.EUVaccine, Code: b.product}
		}
	}
	return out
}

// brandOf returns the name of a product.
func brandOf(product string) string {
	for _, b := range brands {
		if b.product == product {
			return b.word
		}
	}
	return ""
}

// The kinds of test.
const (
	testPCR       = "molecular(PCR)"
	testMolecular = "molecular(other)"
	testAntigen   = "antigen"
	testAntibody  = "antibody"
)

// results are the outcomes that are mapped. What "normal" and "abnormal" say
// depends on the test, and is for nobody here to guess.
var results = map[string]cert.Result{"positive": cert.Detected, "negative": cert.NotDetected}

// specimens are the sampling methods, with the specimen in SNOMED CT.
var specimens = map[string]string{
	"nasopharyngeal": "258500001", "oropharyngeal": "258529004", "saliva": "119342007", "blood": "119297000",
}

// documentTypes are the types of travel documents (ICAO Doc 9303-3 section 4.2.2.3).
var documentTypes = map[string]string{
	"P": "passport", "A": "identity_card", "C": "identity_card", "I": "identity_card", "V": "visa", "AC": "other", "D": "other",
}
