package cert

import (
	"strings"
	"time"
)

// Diseases beside [COVID19], in SNOMED CT, that travel certificates are about.
const (
	YellowFever   = "16541001"
	Polio         = "398102009"
	Meningococcal = "23511006"
)

// DiseaseOf returns the disease, as SNOMED CT codes it, that a code of a
// disease or of a kind of vaccine tells: of ICD-11 (mortality and morbidity
// statistics, and its extension codes), or of WHO's prequalified products, whose
// identifiers begin with the type of vaccine. It is empty for what is not known
// here.
func DiseaseOf(c Coding) string {
	switch c.System {
	case SNOMED:
		switch c.Code {
		case COVID19, YellowFever, Polio, Meningococcal:
			return c.Code
		}
	case ICD11:
		switch c.Code {
		case "RA01", "RA01.0", "RA01.1", "XM68M6", "XM0GQ8", "XM1NL1", "XM5DF6", "XM9QW8", "XM0CX4", "XM5JC5", "XM1J92", "XM6AT1":
			return COVID19
		case "1D47", "XM0N24", "XM3418":
			return YellowFever
		case "1C81":
			return Polio
		case "1C1C":
			return Meningococcal
		}
	case PreQual:
		switch {
		case strings.HasPrefix(c.Code, "YellowFever"):
			return YellowFever
		case strings.HasPrefix(c.Code, "Polio"), strings.Contains(c.Code, "IPV"): // a hexavalent one has it too
			return Polio
		}
	}
	return ""
}

// CodedDisease returns a disease as it was coded, mapped where it is known.
func CodedDisease(c Coding) Coded {
	out := Coded{Source: c}
	if d := DiseaseOf(c); d != "" && c.System != SNOMED {
		out.Mapped = Coding{System: SNOMED, Code: d}
	}
	return out
}

// Link points to health records on the internet. It is no evidence: what it
// points to may change, and neither the link nor who shows it proves anything.
// Its key, with which whoever has the link reads the records, is not here.
type Link struct {
	Host     string    `json:"host,omitempty"` // of the server that has the records
	Passcode bool      `json:"passcode,omitempty"`
	LongTerm bool      `json:"long_term,omitempty"` // the records are kept up to date
	Until    time.Time `json:"until,omitzero"`
	Label    string    `json:"label,omitempty"` // in the words of whoever made it
}
