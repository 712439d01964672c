package lines_test

import (
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/lines"
)

func TestLinesAreReadOrRefusedWithTheirPlace(t *testing.T) {
	var got []string
	take := func(name string, values []string) string {
		if name == "bad" {
			return "is bad"
		}
		got = append(got, name+"="+strings.Join(values, ","))
		return ""
	}
	if f := lines.Read([]byte("x/1.0 # a header\n\n# nothing\na 1  2 # two\nb\n"), "x/1.0", take); f != (lines.Fault{}) || strings.Join(got, " ") != "a=1,2 b=" {
		t.Errorf("%+v, %q", f, got)
	}
	for _, v := range []struct {
		comment, text string
		want          lines.Fault
	}{
		{"nothing", "", lines.Fault{Reason: "empty"}},
		{"another header", "y/1.0\n", lines.Fault{Line: 1, Reason: "the first line is not x/1.0"}},
		{"a name twice", "x/1.0\na 1\na 2\n", lines.Fault{Line: 3, Field: "a", Reason: "stands twice"}},
		{"what the caller refuses", "x/1.0\nbad 1\n", lines.Fault{Line: 2, Field: "bad", Reason: "is bad"}},
		{"not UTF-8", "x/1.0\na \xff\n", lines.Fault{Reason: "not UTF-8"}},
		{"too long", "x/1.0\n" + strings.Repeat("#", lines.MaxText), lines.Fault{Reason: "over 64 KiB"}},
		{"too many lines", "x/1.0\n" + strings.Repeat("\n", lines.MaxLines), lines.Fault{Line: lines.MaxLines + 1, Reason: "over 500 lines"}},
	} {
		if got := lines.Read([]byte(v.text), "x/1.0", take); got != v.want {
			t.Errorf("%s: %+v", v.comment, got)
		}
	}
}

func TestNumbersAreDecimalAndWithinTheirBounds(t *testing.T) {
	for text, want := range map[string]float64{"0": 0, "-0": 0, "1.5": 1.5, "1e-3": 0.001, "10": 10} {
		if v, reason := lines.Number(text, -1, 10); v != want || reason != "" || lines.Text(v) == "-0" {
			t.Errorf("%s: %v %s", text, v, reason)
		}
	}
	for _, text := range []string{"", "NaN", "Inf", "0x1p3", "1_0", "ten", "10.1", "-2", "1e400"} {
		if v, reason := lines.Number(text, -1, 10); v != 0 || reason == "" {
			t.Errorf("%q is %v", text, v)
		}
	}
}
