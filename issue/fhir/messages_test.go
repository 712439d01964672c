package fhir_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/issue/fhir"
	"github.com/pratique/pratique/issue/intake"
)

var update = flag.Bool("update", false, "write what comes out of the messages; then read every line of it")

// now is the moment at which the messages of the tests come.
var now = time.Date(2026, 12, 2, 12, 0, 0, 0, time.UTC)

func options() intake.Options {
	return intake.Options{Now: now, Country: "XA", Authority: "Norland Health Agency", Secret: []byte("of the tests alone")}
}

// outcome is all that becomes of a message.
type outcome struct {
	Read    intake.Message  `json:"read"`
	Outcome json.RawMessage `json:"outcome"`
}

// The messages are ours: invented persons of the invented country Norland (XA).
func TestEveryMessageBecomesItsCertificates(t *testing.T) {
	files, err := filepath.Glob("testdata/messages/*.fhir.json")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d messages, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".fhir.json")
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := fhir.Read(text, options())
			if err != nil {
				t.Fatal(err)
			}
			compare(t, name+".want.json", outcome{got, fhir.Outcome(got)})
		})
	}
}

// compare compares with what must come out, as a whole.
func compare(t *testing.T, file string, got any) {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("got\n%s\nwant\n%s", b.Bytes(), want)
	}
}
