package vectors_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/pratique/pratique/vectors"
)

func TestTheFilesForIssuersAndEnginesHaveNothingThatTheirTypesAndSchemasLack(t *testing.T) {
	for _, v := range []struct {
		name   string
		schema []byte
		into   any
	}{
		{"issue", vectors.IssueSchema(), new(vectors.IssueFile)},
		{"rules", vectors.RulesSchema(), new(vectors.RulesFile)},
	} {
		b := vectors.Raw(v.name)
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		if err := d.Decode(v.into); err != nil {
			t.Errorf("%s: %v", v.name, err)
		}
		var raw any
		var schema map[string]any
		if json.Unmarshal(b, &raw) != nil || json.Unmarshal(v.schema, &schema) != nil {
			t.Fatalf("%s: the file or its schema is not JSON", v.name)
		}
		check(t, schema, schema, raw, v.name)
	}
}

func TestTheFilesForIssuersAndEnginesAreLoaded(t *testing.T) {
	f, err := vectors.LoadIssue()
	if err != nil || len(f.Cases) < 20 {
		t.Errorf("issue: %v", err)
	}
	r, err := vectors.LoadRules()
	if err != nil || len(r.Cases) < 200 {
		t.Errorf("rules: %v", err)
	}
}
