package words

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// Country says a jurisdiction by name, in a language. A code that the list
// lacks is said as it stands; none is said as a question mark.
func Country(lang, code string) string {
	if code == "" {
		return "?"
	}
	names, ok := countries()[code]
	if !ok {
		return code
	}
	if i := slices.Index(columns, lang); i >= 0 && names[i] != "" {
		return names[i]
	}
	return names[0]
}

// Countries are the codes that have a name, in order.
func Countries() []string { return slices.Sorted(maps.Keys(countries())) }

// columns are the languages of countries.txt, in its order.
var columns = []string{"en", "fr", "ar", "es", "ru", "zh"}

// countries are the names by code, in the order of columns.
var countries = sync.OnceValue(func() map[string][]string {
	b, err := files.ReadFile("countries.txt")
	if err != nil {
		panic(err)
	}
	m := make(map[string][]string)
	for line := range strings.Lines(string(b)) {
		if f := strings.Split(strings.TrimSpace(line), "\t"); line[0] != '#' && len(f) == 1+len(columns) {
			m[f[0]] = f[1:]
		}
	}
	return m
})
