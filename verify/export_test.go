package verify

import (
	"maps"
	"slices"
)

// Table lists the reasons that give a colour.
func Table() []string { return slices.Sorted(maps.Keys(table)) }
