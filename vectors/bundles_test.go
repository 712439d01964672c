package vectors_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/pratique/pratique/vectors"
)

// The cases of bundles are as their schema says, each flag has its note, and no
// note is without a case.
func TestTheVectorsOfBundlesAreWhole(t *testing.T) {
	f, err := vectors.LoadBundles()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("bundle.json")
	if err != nil {
		t.Fatal(err)
	}
	var raw any
	var schema map[string]any
	if json.Unmarshal(b, &raw) != nil || json.Unmarshal(vectors.BundlesSchema(), &schema) != nil {
		t.Fatal("the file or its schema is not JSON")
	}
	check(t, schema, schema, raw, "bundle")
	for flag, n := range f.Notes {
		if n.What == "" || n.Effect == "" || n.Source == "" || !slices.ContainsFunc(f.Cases, func(c vectors.BundleCase) bool { return slices.Contains(c.Flags, flag) }) {
			t.Errorf("%s: a note that says too little, or is of no case", flag)
		}
	}
	for i, c := range f.Cases {
		if c.ID != i+1 || len(c.Flags) == 0 || f.Notes[c.Flags[0]].What == "" || (c.Why == "") != (c.Result == "valid") || (c.Digest == "") != (c.Result == "invalid") {
			t.Errorf("case %d: %+v", i+1, c)
		}
	}
}
