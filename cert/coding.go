package cert

// The code systems that the known formats use.
const (
	SNOMED    = "http://snomed.info/sct"
	LOINC     = "http://loinc.org"
	ICD11     = "http://id.who.int/icd/release/11/mms"
	CVX       = "http://hl7.org/fhir/sid/cvx"
	ATC       = "http://www.whocc.no/atc"
	EUVaccine = "https://ec.europa.eu/health/documents/community-register/html/"    // medicinal products
	EUHolder  = "https://spor.ema.europa.eu/v1/organisations"                       // authorisation holders
	EUDevice  = "https://covid-19-diagnostics.jrc.ec.europa.eu/devices"             // antigen tests
	PreQual   = "http://smart.who.int/pcmt-vaxprequal/CodeSystem/PreQualProductIds" // WHO prequalified products
	Pratique  = "https://pratique.example/codes"                                    // ours: diseases and requirements
)

// Coding is a code in a code system.
type Coding struct {
	System  string `json:"system,omitempty"` // URI; empty if the source names none
	Code    string `json:"code,omitempty"`
	Display string `json:"display,omitempty"`
}

// Coded is a value as the source coded it, and as it was mapped. Mapped is the
// zero Coding where the source's own is already the one we use, or where no
// mapping is known.
type Coded struct {
	Source Coding `json:"source,omitzero"`
	Mapped Coding `json:"mapped,omitzero"`
}

// Code returns the mapped code, or the source's where none was mapped.
func (c Coded) Code() string {
	if c.Mapped.Code != "" {
		return c.Mapped.Code
	}
	return c.Source.Code
}

// The codes that the mapped model turns on, for COVID-19. Other diseases have
// their own in their packs.
const (
	COVID19          = "840539006"  // SNOMED CT, disease
	CodeDetected     = "260373001"  // SNOMED CT
	CodeNotDetected  = "260415000"  // SNOMED CT
	CodeNucleicAcid  = "LP6464-4"   // LOINC part
	CodeAntigenRapid = "LP217198-3" // LOINC part
)

// ResultOf maps a result code of the European value set. Any other code gives
// the empty Result, which no rule may take for negative.
func ResultOf(code string) Result {
	switch code {
	case CodeDetected:
		return Detected
	case CodeNotDetected:
		return NotDetected
	}
	return ""
}

// MethodOf maps a test type of the European value set. Any other code gives the empty Method.
func MethodOf(code string) Method {
	switch code {
	case CodeNucleicAcid:
		return NucleicAcid
	case CodeAntigenRapid:
		return AntigenRapid
	}
	return ""
}
