package scan_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/qr/scan"
)

// public returns the folder of the public vectors.
func public(t *testing.T) string {
	dir := os.Getenv("PRATIQUE_VECTORS")
	if dir == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	return dir
}

// Every picture of the quality-assurance set reads as the text beside it.
func TestPublicCodes(t *testing.T) {
	dir := filepath.Join(public(t), "qa")
	data, err := os.ReadFile(filepath.Join(dir, "codes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Codes []struct{ Image, Text string }
	}
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Codes) < 35 {
		t.Fatalf("%d codes, want 35 or more", len(list.Codes))
	}
	for _, c := range list.Codes {
		data, err := os.ReadFile(filepath.Join(dir, c.Image))
		if err != nil {
			t.Fatal(err)
		}
		codes, err := scan.ReadBytes(data, scan.Limits{})
		if err != nil {
			t.Errorf("%s: %v", c.Image, err)
		} else if len(codes) != 1 || codes[0].Text != c.Text {
			t.Errorf("%s: read %d codes, not the text", c.Image, len(codes))
		}
	}
}

// The pictures of the member states' test data read as EXPECTEDPICTUREDECODE
// says: as the field PREFIX, or not so.
func TestPublicPictures(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(public(t), "dcc", "*", "2DCode", "raw", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob(filepath.Join(public(t), "dcc", "*", "*", "2DCode", "raw", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	good, bad := 0, 0
	for _, name := range append(files, more...) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var v struct {
			Prefix   string
			Code     string `json:"2DCODE"`
			OldCode  string `json:"_2DCODE"`
			Expected struct {
				Picture *bool `json:"EXPECTEDPICTUREDECODE"`
			} `json:"EXPECTEDRESULTS"`
		}
		if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if v.Code == "" {
			v.Code = v.OldCode
		}
		if v.Code == "" {
			continue // the step is not tested
		}
		short := strings.TrimPrefix(name, public(t))
		picture, err := base64.StdEncoding.DecodeString(v.Code)
		if err != nil {
			t.Errorf("%s: %v", short, err)
			continue
		}
		codes, err := scan.ReadBytes(picture, scan.Limits{})
		if v.Expected.Picture == nil { // three of ES show another certificate than PREFIX has
			if err != nil || !strings.HasPrefix(codes[0].Text, "HC1:") {
				t.Errorf("%s: no certificate: %v", short, err)
			}
			continue
		}
		want := *v.Expected.Picture
		same := err == nil && strings.TrimRight(codes[0].Text, "\r\n") == strings.TrimRight(v.Prefix, "\r\n")
		if same != want {
			t.Errorf("%s: read as PREFIX: %v, want %v (%v)", short, same, want, err)
		}
		if want {
			good++
		} else {
			bad++
		}
	}
	if good < 98 || bad < 1 {
		t.Fatalf("judged %d good and %d bad pictures, want 98 and 1 or more", good, bad)
	}
	t.Logf("%d pictures read as they should, %d not", good, bad)
}
