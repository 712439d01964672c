package format

import (
	"fmt"

	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/trust"
)

// Issue is a place where what was signed breaks the schema of its own format.
// It says nothing about who signed it.
type Issue struct {
	Path string // "v.0.dn"
	What string // a code of the format: "missing", "length", "pattern" ...
}

// Schema lists where a verified certificate breaks the schema that it names.
func Schema(s trust.Signed) []Issue {
	if s.Certificate == nil || s.Certificate.Carrier.Format != "hc1" {
		return nil
	}
	found := hc1.Schema(s.Raw)
	out := make([]Issue, len(found))
	for i, f := range found {
		out[i] = Issue{Path: f.Path, What: f.What}
	}
	return out
}

// JSON returns what a verified certificate says in its format's own words.
func JSON(s trust.Signed) ([]byte, error) {
	if s.Certificate == nil {
		return nil, fmt.Errorf("writing content: nothing was verified")
	}
	if s.Certificate.Carrier.Format == "hc1" {
		return hc1.JSON(s.Raw)
	}
	return nil, fmt.Errorf("writing content: format %q has no JSON form", s.Certificate.Carrier.Format)
}
