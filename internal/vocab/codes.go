// Package vocab answers one question: what does this clinical code stand for?
//
// It holds the tables that every reader of clinical messages needs, and no
// format: which disease, kind and product a vaccine's code tells ([VaccineOf],
// [DiseaseOf]), to which family a test belongs ([MethodOf]), which outcome a
// code or a laboratory's word says ([OutcomeOf], [OutcomeOfWord]). A code that
// stands in no table stands for nothing: nothing is guessed from its form.
//
// Sources: the European value sets (eu-dcc-valuesets 2.x: vaccine-prophylaxis,
// vaccine-medicinal-product, test-type, test-result), the CDC's CVX code set, LOINC's
// groups of tests for SARS-CoV-2, SNOMED CT, HL7 v3 ObservationInterpretation.
package vocab

import (
	"slices"
	"strings"

	"github.com/pratique/pratique/cert"
)

// MVX is the CDC's system of codes of the makers of vaccines.
const MVX = "http://hl7.org/fhir/sid/mvx"

// Kinds of vaccine against COVID-19 (eu-dcc-valuesets, vaccine-prophylaxis).
const (
	KindAntigen = "1119305005" // SNOMED CT, antigen vaccine
	KindMRNA    = "1119349007" // SNOMED CT, mRNA vaccine
	KindAny     = "J07BX03"    // ATC, any
)

// SystemProduct is that of the vaccines which no European register has
// (eu-dcc-valuesets, vaccine-medicinal-product).
const SystemProduct = "http://ec.europa.eu/temp/vaccineproductname"

// systemMaker is that of the makers which no European register has
// (eu-dcc-valuesets, vaccine-mah-manf).
const systemMaker = "http://ec.europa.eu/temp/vaccinemanufacturer"

// The products of the European value set that more than one code stands for.
const (
	comirnaty = "EU/1/20/1528"
	spikevax  = "EU/1/20/1507"
	vaxzevria = "EU/1/21/1529"
	jcovden   = "EU/1/20/1525"
	nuvaxovid = "EU/1/21/1618"
)

// Vaccine is what a vaccine code tells: codes of SNOMED CT, of the European
// value sets. Any may be empty.
type Vaccine struct{ Disease, Kind, Product string }

// cvx are the vaccine codes of the CDC (CVX, code set of the Immunization
// Information Systems) that are mapped. Codes of other strengths or variants of
// a product are the product.
var cvx = map[string]Vaccine{
	"207": {cert.COVID19, KindMRNA, spikevax}, "208": {cert.COVID19, KindMRNA, comirnaty},
	"210": {cert.COVID19, KindAny, vaxzevria}, "211": {cert.COVID19, KindAntigen, nuvaxovid},
	"212": {cert.COVID19, KindAny, jcovden}, "213": {cert.COVID19, KindAny, ""},
	"217": {cert.COVID19, KindMRNA, comirnaty}, "218": {cert.COVID19, KindMRNA, comirnaty}, "219": {cert.COVID19, KindMRNA, comirnaty},
	"221": {cert.COVID19, KindMRNA, spikevax}, "225": {cert.COVID19, KindAntigen, ""}, "226": {cert.COVID19, KindAntigen, ""},
	"227": {cert.COVID19, KindMRNA, spikevax}, "228": {cert.COVID19, KindMRNA, spikevax}, "229": {cert.COVID19, KindMRNA, spikevax},
	"230": {cert.COVID19, KindMRNA, spikevax}, "300": {cert.COVID19, KindMRNA, comirnaty}, "301": {cert.COVID19, KindMRNA, comirnaty},
	"302": {cert.COVID19, KindMRNA, comirnaty}, "308": {cert.COVID19, KindMRNA, comirnaty}, "309": {cert.COVID19, KindMRNA, comirnaty},
	"310": {cert.COVID19, KindMRNA, comirnaty}, "311": {cert.COVID19, KindMRNA, spikevax}, "312": {cert.COVID19, KindMRNA, spikevax},
	"313": {cert.COVID19, KindAntigen, nuvaxovid},
	// not of the United States
	"500": {cert.COVID19, KindAny, ""}, "501": {cert.COVID19, KindAny, ""}, "502": {cert.COVID19, KindAny, "Covaxin"},
	"503": {cert.COVID19, KindAny, ""}, "504": {cert.COVID19, KindAny, "Sputnik-Light"}, "505": {cert.COVID19, KindAny, "Sputnik-V"},
	"506": {cert.COVID19, KindAny, "Convidecia"}, "507": {cert.COVID19, KindAny, ""}, "508": {cert.COVID19, KindAny, ""},
	"509": {cert.COVID19, KindAny, "EpiVacCorona"}, "510": {cert.COVID19, KindAny, "BBIBP-CorV"}, "511": {cert.COVID19, KindAny, "CoronaVac"},
	"512": {cert.COVID19, KindAny, "Covifenz"}, "519": {cert.COVID19, KindMRNA, spikevax}, "520": {cert.COVID19, KindMRNA, comirnaty},
	// other diseases
	"37": {cert.YellowFever, "", ""}, "183": {cert.YellowFever, "", ""}, "184": {cert.YellowFever, "", ""},
	"02": {cert.Polio, "", ""}, "10": {cert.Polio, "", ""}, "89": {cert.Polio, "", ""}, "178": {cert.Polio, "", ""}, "179": {cert.Polio, "", ""}, "182": {cert.Polio, "", ""},
	"32": {cert.Meningococcal, "", ""}, "108": {cert.Meningococcal, "", ""}, "114": {cert.Meningococcal, "", ""}, "136": {cert.Meningococcal, "", ""},
	"147": {cert.Meningococcal, "", ""}, "203": {cert.Meningococcal, "", ""},
}

// cvxOf is the code with which a product of the European value set is issued.
var cvxOf = map[string]string{
	comirnaty: "208", spikevax: "207", vaxzevria: "210", jcovden: "212", nuvaxovid: "211",
	"Covaxin": "502", "Sputnik-V": "505", "BBIBP-CorV": "510", "CoronaVac": "511",
}

// VaccineOf returns what a code of the CDC (CVX) tells; nothing for one that is
// not mapped.
func VaccineOf(code string) Vaccine { return cvx[code] }

// holders are who holds the authorisation of a product of the European value
// set, or makes it (eu-dcc-valuesets, vaccine-mah-manf).
var holders = map[string]string{
	comirnaty: "ORG-100030215", spikevax: "ORG-100031184", vaxzevria: "ORG-100001699", jcovden: "ORG-100001417", nuvaxovid: "ORG-100032020",
	"Covaxin": "Bharat-Biotech", "Sputnik-V": "Gamaleya-Research-Institute", "Sputnik-Light": "Gamaleya-Research-Institute",
	"Convidecia": "ORG-100013793", "EpiVacCorona": "Vector-Institute", "BBIBP-CorV": "ORG-100020693", "CoronaVac": "Sinovac-Biotech",
}

// HolderOf returns the coding of who holds the authorisation of a product of
// the European value set, or of who makes it.
func HolderOf(product string) cert.Coding {
	switch code := holders[product]; {
	case code == "":
		return cert.Coding{}
	case strings.HasPrefix(code, "ORG-"):
		return cert.Coding{System: cert.EUHolder, Code: code}
	default:
		return cert.Coding{System: systemMaker, Code: code}
	}
}

// CVXOf is the code of the CDC with which a product of the European value set
// is issued, or "".
func CVXOf(product string) string { return cvxOf[product] }

// DiseaseOf returns the disease that a kind of vaccine tells, or "".
func DiseaseOf(c cert.Coding) string {
	switch {
	case c.System == cert.CVX:
		return cvx[c.Code].Disease
	case c.System == cert.SNOMED && (c.Code == KindAntigen || c.Code == KindMRNA),
		c.System == cert.ATC && (c.Code == KindAny || strings.HasPrefix(c.Code, "J07BN")),
		c.System == cert.EUVaccine && cvxOf[c.Code] != "":
		return cert.COVID19
	}
	return ""
}

// Prophylaxis returns the coding of a kind of vaccine.
func Prophylaxis(kind string) cert.Coding {
	switch kind {
	case "":
		return cert.Coding{}
	case KindAny:
		return cert.Coding{System: cert.ATC, Code: kind}
	}
	return cert.Coding{System: cert.SNOMED, Code: kind}
}

// Product returns the coding of a product of the European value set.
func Product(code string) cert.Coding {
	switch {
	case code == "":
		return cert.Coding{}
	case strings.HasPrefix(code, "EU/"):
		return cert.Coding{System: cert.EUVaccine, Code: code}
	}
	return cert.Coding{System: SystemProduct, Code: code}
}

// The tests for SARS-CoV-2 by their LOINC code: qualitative, of one specimen or
// of none named. Codes of single genes that a laboratory reports beside a
// summary are in the table where they say present or not.
var (
	nucleicAcid = []string{
		"94500-6", "94309-2", "94845-5", "94759-8", "94565-9", "95406-5", "95608-6", "94533-7", "94534-5", "94559-2", "94756-4", "94757-2",
		"94316-5", "94314-0", "94315-7", "94307-6", "94308-4", "94640-0", "94760-6", "95409-9", "95425-5",
		"96091-4", "96123-5", "96448-6",
	}
	// those of the above that say whether one gene was found
	genes = []string{
		"94533-7", "94534-5", "94559-2", "94756-4", "94757-2", "94316-5", "94314-0", "94315-7", "94307-6", "94308-4", "94640-0", "94760-6",
		"95409-9", "95425-5", "96091-4", "96123-5", "96448-6",
	}
	// rapid immunoassays; an antigen test of another kind (96119-3) has no family here
	antigen  = []string{"97097-0", "94558-4", "95209-3"}
	serology = []string{"94762-2", "94661-6", "94563-4", "94564-2", "94562-6", "94507-1", "94508-9", "94505-5", "94506-3", "94547-7"}
)

// The code with which a test of a family is issued, where it has no LOINC code
// of its own: the European value set names families by parts of codes, which no
// observation can have.
const (
	NucleicAcid = "94500-6"
	Antigen     = "97097-0"
)

// The outcomes by their code, in SNOMED CT, LOINC answers and HL7 v3.
var outcomes = map[string]cert.Result{
	"260373001": cert.Detected, "10828004": cert.Detected, "260415000": cert.NotDetected, "260385009": cert.NotDetected,
	"419984006": cert.Invalid, "42425007": cert.Invalid, "82334004": cert.Invalid, "125154007": cert.Invalid, "455371000124106": cert.Invalid,
	"LA11882-0": cert.Detected, "LA6576-8": cert.Detected, "LA11883-8": cert.NotDetected, "LA6577-6": cert.NotDetected,
	"POS": cert.Detected, "DET": cert.Detected, "NEG": cert.NotDetected, "ND": cert.NotDetected, "IND": cert.Invalid, "E": cert.Invalid,
}

// Interpretation is HL7's system of the codes with which results are flagged
// (v3 ObservationInterpretation; the same codes are table 0078 of version 2).
const Interpretation = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"

// MethodOf returns the family of a test by its LOINC code, or "".
func MethodOf(code string) cert.Method {
	switch {
	case slices.Contains(nucleicAcid, code):
		return cert.NucleicAcid
	case slices.Contains(antigen, code):
		return cert.AntigenRapid
	case slices.Contains(serology, code):
		return cert.Serology
	}
	return ""
}

// Family is the coding of a family of tests in the European value set, which
// has none for antibodies.
func Family(m cert.Method) cert.Coding {
	switch m {
	case cert.NucleicAcid:
		return cert.Coding{System: cert.LOINC, Code: cert.CodeNucleicAcid}
	case cert.AntigenRapid:
		return cert.Coding{System: cert.LOINC, Code: cert.CodeAntigenRapid}
	}
	return cert.Coding{}
}

// Summary reports whether the code of a test says whether the virus was found,
// and not only one of its genes.
func Summary(code string) bool { return !slices.Contains(genes, code) && MethodOf(code) != "" }

// OutcomeOf returns the outcome that a code says, or "".
func OutcomeOf(c cert.Coding) cert.Result {
	if c.System != cert.SNOMED && c.System != cert.LOINC && c.System != Interpretation {
		return ""
	}
	return outcomes[c.Code]
}

// Says reports whether a code stands for an outcome, in whatever system.
func Says(code string, r cert.Result) bool { return code != "" && outcomes[code] == r }

// OutcomeOfWord returns the outcome that a laboratory wrote instead of a code,
// in any case of letters, or "".
func OutcomeOfWord(s string) cert.Result { return words[strings.ToLower(s)] }

// words are the outcomes that laboratories write instead of a code, in lower case.
var words = map[string]cert.Result{
	"positive": cert.Detected, "detected": cert.Detected, "negative": cert.NotDetected, "not detected": cert.NotDetected,
	"inconclusive": cert.Invalid, "indeterminate": cert.Invalid, "invalid": cert.Invalid,
}
