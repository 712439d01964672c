package hl7_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/issue/hl7"
	"github.com/pratique/pratique/issue/intake"
)

var update = flag.Bool("update", false, "write what comes out of the messages; then read every line of it")

// now is the moment at which the messages of the tests come.
var now = time.Date(2026, 12, 2, 12, 0, 0, 0, time.UTC)

func options() intake.Options {
	return intake.Options{Now: now, Country: "XA", Authority: "Norland Health Agency", Secret: []byte("of the tests alone")}
}

// messages are ours: invented persons of the invented country Norland (XA).
func messages(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/messages/*.hl7")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d messages, %v", len(files), err)
	}
	return files
}

// outcome is all that becomes of a message.
type outcome struct {
	Read intake.Message `json:"read"`
	Ack  []string       `json:"ack"`
}

func TestEveryMessageBecomesItsCertificates(t *testing.T) {
	for _, file := range messages(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".hl7")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m, err := hl7.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(m.Bytes(), text) {
				t.Error("it is not written as it was read")
			}
			var got outcome
			got.Read = hl7.Read(m, options())
			a := hl7.Answer{Outcome: hl7.OutcomeOf(got.Read), ID: "A1", At: now}
			for f := range got.Read.All {
				a.Findings = append(a.Findings, f)
			}
			got.Ack = strings.Split(strings.TrimSuffix(string(m.Ack(a)), "\r"), "\r")
			if _, err := hl7.Parse(m.Ack(a)); err != nil {
				t.Errorf("the answer is no message: %v", err)
			}
			compare(t, strings.TrimSuffix(file, ".hl7")+".json", got)
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
