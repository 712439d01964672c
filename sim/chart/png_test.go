package chart_test

import (
	"bytes"
	"image/color"
	"image/png"
	"math"
	"testing"

	"github.com/pratique/pratique/sim/chart"
)

// The picture in dots is as large as the drawing, twice; its curve is where its
// points are, in its colour, and has gaps where it is dashed.
func TestPNG(t *testing.T) {
	p := chart.Picture{
		Title: "a title", XName: "x", YName: "y", MaxX: 100, MaxY: 100,
		Curves: []chart.Curve{
			{Name: "whole", X: []float64{0, 100}, Y: []float64{50, 50}},
			{Name: "dashed", X: []float64{0, 50, 100}, Y: []float64{25, 25, 25}, Low: []float64{20, 20, 20}, High: []float64{30, 30, 30}},
		},
		Marks: []chart.Mark{{X: 56, Text: "here"}}, Notes: []string{"a note"},
	}
	data, err := p.PNG()
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if m.Bounds().Dx() != 1520 || m.Bounds().Dy() < 800 {
		t.Errorf("%v", m.Bounds())
	}
	along := func(y int, want color.RGBA) (hits int) {
		for x := 140; x < 1460; x++ {
			r, g, b, _ := m.At(x, y).RGBA()
			if abs(int(r>>8)-int(want.R))+abs(int(g>>8)-int(want.G))+abs(int(b>>8)-int(want.B)) < 30 {
				hits++
			}
		}
		return hits
	}
	if n := along(2*(48+165), color.RGBA{0x0b, 0x53, 0x94, 255}); n < 1300 {
		t.Errorf("the whole curve has %d dots of 1320", n)
	}
	if n := along(2*(48+247)+1, color.RGBA{0xb4, 0x5f, 0x06, 255}); n < 600 || n > 1000 {
		t.Errorf("the dashed curve has %d dots of 1320, and 7 of 11 are to be drawn", n)
	}
}

func abs(v int) int { return max(v, -v) }

// Nothing to draw, and what is no number, are drawn without harm.
func TestNothingAsPNG(t *testing.T) {
	for _, p := range []chart.Picture{
		{},
		{Curves: []chart.Curve{{X: []float64{1, 2}, Y: []float64{math.NaN(), 1}, Low: []float64{0, math.NaN()}, High: []float64{1, 1}, Dots: true}}},
		{MaxX: 10, MaxY: 10, Notes: []string{"中文 عربى"}},
	} {
		data, err := p.PNG()
		if err != nil || len(data) == 0 {
			t.Errorf("%v", err)
		}
	}
}
