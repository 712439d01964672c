package vectors_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/pratique/pratique/vectors"
)

func TestReceiptsHaveNothingThatTheirTypesAndSchemaLack(t *testing.T) {
	b, err := os.ReadFile("receipts.json")
	if err != nil {
		t.Fatal(err)
	}
	var f vectors.ReceiptFile
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		t.Error(err)
	}
	var raw any
	var schema map[string]any
	if err := json.Unmarshal(b, &raw); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(vectors.ReceiptsSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	check(t, schema, schema, raw, "receipts")
}
