package words

import (
	"maps"
	"slices"
)

// Said lists the codes of a language's file.
func Said(lang string) []string { return slices.Collect(maps.Keys(catalogue(lang))) }

// Source returns an entry with its placeholders.
func Source(lang, code string) string {
	e := catalogue(lang)[code]
	return e.text + " " + e.next
}

// Forget takes back what was learned.
func Forget(lang string) { learned.Delete(lang) }
