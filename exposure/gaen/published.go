package gaen

import _ "embed"

// The configurations that were in force, by their numbers; the form is that of
// who published them.
var (
	//go:embed published/germany.json
	germany []byte
	//go:embed published/germany-mapping.json
	germanyMapping []byte
	//go:embed published/japan-exposure.json
	japanExposure []byte
	//go:embed published/japan-alert.json
	japanAlert []byte
)

// Germany returns the configuration of Germany's app (Corona-Warn-App): the rule
// as its test cases have it, and the mapping of its server (cwa-server,
// diagnosis-keys-data-mapping). The server wrote an infectiousness of 1 or 2
// where others write the days since the onset of symptoms.
func Germany() (Mapping, Config) {
	m, err := ParseMapping(germanyMapping)
	if err != nil {
		panic("gaen: " + err.Error()) // a test reads it
	}
	c, err := ParseConfig(germany)
	if err != nil {
		panic("gaen: " + err.Error()) // a test reads it
	}
	return m, c
}

// Japan returns the configuration of Japan's app (COCOA 2), as its server
// published it.
func Japan() (Mapping, Summaries) {
	m, s, err := ParseSummaries(japanExposure, japanAlert)
	if err != nil {
		panic("gaen: " + err.Error()) // a test reads it
	}
	return m, s
}
