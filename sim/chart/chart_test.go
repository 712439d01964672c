package chart_test

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/pratique/pratique/sim/chart"
)

func texts(t *testing.T, svg []byte) (elements map[string]int, said string) {
	t.Helper()
	elements = map[string]int{}
	var b strings.Builder
	for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return elements, b.String()
		}
		if err != nil {
			t.Fatalf("no XML: %v", err)
		}
		switch v := tok.(type) {
		case xml.StartElement:
			elements[v.Name.Local]++
		case xml.CharData:
			b.Write(v)
			b.WriteByte('\n')
		}
	}
}

// A picture is well-formed, whatever stands in its texts, and says in words what
// it shows.
func TestPicture(t *testing.T) {
	p := chart.Picture{
		Title: "a <b> & \"c\"", XName: "people who run it, %", YName: "infected, %",
		Curves: []chart.Curve{
			{Name: "ours", X: []float64{0, 50, 100}, Y: []float64{60, 20, 2}, Low: []float64{55, 15, 1}, High: []float64{65, 25, 3}, Dots: true},
			{Name: "reference", X: []float64{0, 50}, Y: []float64{61, 22}},
		},
		Marks: []chart.Mark{{X: 56, Text: "56% of the people"}},
		Notes: []string{"after 35 days of lockdown"},
	}
	elements, said := texts(t, p.SVG())
	if elements["polyline"] != 4 || elements["polygon"] != 1 || elements["circle"] != 3 || elements["title"] != 1 {
		t.Errorf("%v", elements)
	}
	for _, want := range []string{`a <b> & "c"`, "56% of the people", "after 35 days", "20 at 50;", "ours"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said", want)
		}
	}
}

// Nothing to draw, nothing but zeros, and what is no number are drawn without harm.
func TestNothingToDraw(t *testing.T) {
	for _, p := range []chart.Picture{
		{},
		{Curves: []chart.Curve{{X: []float64{0}, Y: []float64{0}}}},
		{Curves: []chart.Curve{{X: []float64{1, 2}, Y: []float64{math.NaN(), 1}}}},
		{MaxX: 10, MaxY: 10},
	} {
		svg := p.SVG()
		if _, said := texts(t, svg); strings.Contains(string(svg), "NaN") && !strings.Contains(said, "NaN at") {
			t.Errorf("%s", svg)
		}
	}
}
