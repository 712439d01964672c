package vectors_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/pratique/pratique/vectors"
)

func TestHistoryHasNothingThatItsTypesAndSchemaLack(t *testing.T) {
	b, err := os.ReadFile("history.json")
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var f vectors.HistoryFile
	if err := d.Decode(&f); err != nil {
		t.Fatal(err)
	}
	var raw any
	if err := json.Unmarshal(b, &raw); err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(vectors.HistorySchema(), &schema); err != nil {
		t.Fatal(err)
	}
	check(t, schema, schema, raw, "history")
}

func TestEveryCaseOfAHistoryHasItsNegation(t *testing.T) {
	f, err := vectors.LoadHistory()
	if err != nil {
		t.Fatal(err)
	}
	paired := map[int]bool{}
	byID := map[int]vectors.HistoryCase{}
	for _, c := range f.Cases {
		byID[c.ID] = c
		if c.Negates != 0 {
			paired[c.ID], paired[c.Negates] = true, true
		}
	}
	for _, c := range f.Cases {
		if !paired[c.ID] {
			t.Errorf("case %d has none", c.ID)
		}
		if _, there := byID[c.Negates]; c.Negates != 0 && !there {
			t.Errorf("case %d negates %d, which is not there", c.ID, c.Negates)
		}
	}
	if len(f.Cases) < 200 || len(byID) != len(f.Cases) {
		t.Errorf("%d cases with %d identifiers", len(f.Cases), len(byID))
	}
}

func TestOwnColoursHaveNothingThatTheirTypesAndSchemaLack(t *testing.T) {
	b, err := os.ReadFile("self.json")
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var f vectors.SelfFile
	if err := d.Decode(&f); err != nil {
		t.Fatal(err)
	}
	var raw any
	if err := json.Unmarshal(b, &raw); err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(vectors.SelfSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	check(t, schema, schema, raw, "self")
}
