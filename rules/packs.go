package rules

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed packs/*.json
var packs embed.FS

// schema is the JSON Schema of a rule set file.
//
//go:embed pratique-rules.schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of a rule set file, for the
// editors of authors. [Check] knows more than a schema can say.
func Schema() []byte { return append([]byte(nil), schema...) }

// Packs lists the names of the rule sets that come with the program.
func Packs() []string {
	files, _ := fs.Glob(packs, "packs/*.json") // the pattern is well formed
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(path.Base(f), ".json")
	}
	return names
}

// Family returns the rule sets of a country that asks for several things at
// once, by their common name: hajj has hajj-meningitis and others. It is empty
// for a name that is none.
func Family(name string) []string {
	var out []string
	for _, p := range Packs() {
		if first, _, _ := strings.Cut(p, "-"); first == name && name == "hajj" {
			out = append(out, p)
		}
	}
	return out
}

// Pack returns a rule set that comes with the program, by its name.
func Pack(name string) (*Set, error) {
	data, err := packs.ReadFile("packs/" + name + ".json")
	if err != nil {
		return nil, fmt.Errorf("no pack %q; there are %s", short(name), strings.Join(Packs(), ", "))
	}
	return Parse(data)
}
