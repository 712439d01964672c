package verify

import (
	"maps"
	"slices"
)

// Table lists the reasons that give a colour.
func Table() []string { return slices.Sorted(maps.Keys(table)) }

// ColourAlone is [Self] without what is foreseen.
func ColourAlone(w *World, own Own, q Question) SelfReport {
	r, _ := own.judge(w, selfish(q), true)
	return r
}
