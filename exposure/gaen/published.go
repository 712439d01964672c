package gaen

import _ "embed"

// The configurations that were in force, by their numbers; the form is that of
// who published them.
var (
	//go:embed published/germany.json
	germany []byte
	//go:embed published/japan-exposure.json
	japanExposure []byte
	//go:embed published/japan-alert.json
	japanAlert []byte
)

// Germany returns the configuration of Germany's app (Corona-Warn-App), as its
// test cases have it. How it mapped the onset of symptoms to infectiousness was
// for its server, and is not in it.
func Germany() Config {
	c, err := ParseConfig(germany)
	if err != nil {
		panic("gaen: " + err.Error()) // a test reads it
	}
	return c
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
