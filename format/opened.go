package format

import (
	"fmt"

	"github.com/pratique/pratique/format/divoc"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/format/shc"
	"github.com/pratique/pratique/format/vds"
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
	if s.Certificate == nil {
		return nil
	}
	var out []Issue
	switch s.Certificate.Carrier.Format {
	case "hc1":
		for _, i := range hc1.Schema(s.Raw) {
			out = append(out, Issue(i))
		}
	case "shc":
		for _, i := range shc.Schema(s.Raw) {
			out = append(out, Issue(i))
		}
	case "vds":
		for _, i := range vds.Schema(s.Raw) {
			out = append(out, Issue(i))
		}
	case "divoc":
		for _, i := range divoc.Schema(s.Raw) {
			out = append(out, Issue(i))
		}
	}
	return out
}

// JSON returns what a verified certificate says in its format's own words.
func JSON(s trust.Signed) ([]byte, error) {
	if s.Certificate == nil {
		return nil, fmt.Errorf("writing content: nothing was verified")
	}
	switch s.Certificate.Carrier.Format {
	case "hc1":
		return hc1.JSON(s.Raw)
	case "shc":
		return shc.JSON(s.Raw)
	case "vds":
		return vds.JSON(s.Raw)
	case "divoc":
		return divoc.JSON(s.Raw)
	}
	return nil, fmt.Errorf("writing content: format %q has no JSON form", s.Certificate.Carrier.Format)
}
