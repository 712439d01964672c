package vectors_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/pratique/pratique/vectors"
)

func TestTheFilesHaveNothingThatTheirTypesAndSchemaLack(t *testing.T) {
	for _, name := range vectors.Names() {
		b, err := os.ReadFile(name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var f vectors.File
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		if err := d.Decode(&f); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var raw any
		if err := json.Unmarshal(b, &raw); err != nil {
			t.Fatal(err)
		}
		var schema map[string]any
		if err := json.Unmarshal(vectors.Schema(), &schema); err != nil {
			t.Fatal(err)
		}
		check(t, schema, schema, raw, name)
	}
}

// check judges a value by the part of JSON Schema that schema.json uses; a
// keyword that it does not know fails the test.
func check(t *testing.T, root, s map[string]any, v any, at string) {
	t.Helper()
	if ref, ok := s["$ref"].(string); ok {
		check(t, root, root["$defs"].(map[string]any)[ref[len("#/$defs/"):]].(map[string]any), v, at)
		return
	}
	for k, want := range s {
		switch k {
		case "$schema", "$id", "$defs", "title", "format":
		case "const":
			if v != want {
				t.Errorf("%s: %v, want %v", at, v, want)
			}
		case "enum":
			found := false
			for _, e := range want.([]any) {
				found = found || e == v
			}
			if !found {
				t.Errorf("%s: %v is none of %v", at, v, want)
			}
		case "type":
			if !is(v, want.(string)) {
				t.Errorf("%s: %T is no %s", at, v, want)
			}
		case "required":
			for _, name := range want.([]any) {
				if _, ok := v.(map[string]any)[name.(string)]; !ok {
					t.Errorf("%s: no %s", at, name)
				}
			}
		case "minimum":
			if v.(float64) < want.(float64) {
				t.Errorf("%s: %v is below %v", at, v, want)
			}
		case "minItems":
			if float64(len(v.([]any))) < want.(float64) {
				t.Errorf("%s: too few", at)
			}
		case "items":
			for _, e := range v.([]any) {
				check(t, root, want.(map[string]any), e, at+"[]")
			}
		case "properties", "additionalProperties":
		default:
			t.Errorf("%s: this test does not know the keyword %s", at, k)
		}
	}
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	props, _ := s["properties"].(map[string]any)
	for name, e := range m {
		sub, known := props[name].(map[string]any)
		if !known {
			more, ok := s["additionalProperties"].(map[string]any)
			if !ok {
				if s["additionalProperties"] == false {
					t.Errorf("%s: %s is not foreseen", at, name)
				}
				continue
			}
			sub = more
		}
		check(t, root, sub, e, at+"."+name)
	}
}

func is(v any, typ string) bool {
	switch x := v.(type) {
	case string:
		return typ == "string"
	case bool:
		return typ == "boolean"
	case float64:
		return typ == "number" || (typ == "integer" && x == float64(int(x)))
	case []any:
		return typ == "array"
	case map[string]any:
		return typ == "object"
	}
	return false
}

func TestAFileOfNoCasesIsAnError(t *testing.T) {
	if _, err := vectors.Load("schema"); err == nil {
		t.Error("the schema was loaded as vectors")
	}
	if _, err := vectors.Load("none"); err == nil {
		t.Error("a file that is not there was loaded")
	}
}
