package doctest

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// reasons is the list at the end of docs/colour.md, as the code has it.
func reasons() string {
	var b strings.Builder
	for _, c := range []verify.Colour{verify.Red, verify.Grey, verify.Amber, verify.Green} {
		var codes []string
		for _, code := range slices.Sorted(maps.Keys(words.Codes)) {
			if got, ok := verify.ColourOf(code); ok && got == c {
				codes = append(codes, "`"+code+"`")
			}
		}
		b.WriteString("- **" + c.String() + "**: " + strings.Join(codes, ", ") + "\n")
	}
	return b.String()
}

// docs/colour.md lists the reasons of each colour as verify has them.
func TestColours(t *testing.T) {
	name := filepath.Join(root, "docs/colour.md")
	text := read(t, name)
	i := strings.Index(text, "\n- **red**: ")
	if i < 0 {
		i = len(text) - 1
	}
	head, list := text[:i+1], text[i+1:]
	if *update {
		if err := os.WriteFile(name, []byte(head+reasons()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := reasons(); list != want {
		t.Errorf("the reasons are\n%s\ngo test ./internal/doctest -run Colours -update writes them", want)
	}
	if strings.Count(list, "`") < 60 {
		t.Errorf("only a few reasons: %s", list)
	}
}
