package main

import (
	"bufio"
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/vectors"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pratique": func() {
		if now := os.Getenv("TEST_NOW"); now != "" {
			t, err := time.Parse(time.RFC3339, now)
			if err != nil {
				panic(err)
			}
			testOnlyNow = t
		}
		main()
	}, "odd-adapter": oddAdapter})
}

// The evening on which the result of the demo's first scene is there.
const evening = "2026-12-02T18:00:00+01:00"

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		RequireUniqueNames: true,
		Condition: func(name string) (bool, error) {
			if name != "hardware" {
				return false, errors.New("no such condition")
			}
			return keys.Hardware, nil
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("TEST_NOW", evening)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "askew": askew, "change": change, "mend": mend, "long": long, "vector": vector, "line": lineOf, "swap": swap, "published": publishedKeys,
		},
	})
}

// exits runs a program and wants its very exit code: exits 3 pratique verify ...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code program args...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		e, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = e.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// askew photographs a picture: turned, in perspective, with uneven light and
// noise, in JPEG: askew in.png out.jpg degrees
func askew(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: askew in.png out.jpg degrees")
	}
	in, err := png.Decode(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	degrees, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	side := in.Bounds().Dx() * 3 / 2
	out := image.NewGray(image.Rect(0, 0, side, side))
	seed := uint32(1)
	for y := range side {
		for x := range side {
			u, v := float64(x-side/2), float64(y-side/2)
			w := 1 + 0.15*v/float64(side) // the far edge is smaller
			u, v = u*w, v*w
			sx := int(cos*u+sin*v) + in.Bounds().Dx()/2
			sy := int(cos*v-sin*u) + in.Bounds().Dy()/2
			light := 120.0 // the table
			if (image.Point{X: sx, Y: sy}).In(in.Bounds()) {
				light = 40 + float64(color.GrayModel.Convert(in.At(sx, sy)).(color.Gray).Y)*0.7
			}
			seed = seed*1664525 + 1013904223
			light += 30*float64(x)/float64(side) + float64(seed>>24)/16
			out.Pix[y*out.Stride+x] = uint8(min(light, 255))
		}
	}
	var b bytes.Buffer
	ts.Check(jpeg.Encode(&b, out, &jpeg.Options{Quality: 80}))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes(), 0o644))
}

// change changes one character in the text of a code: change in.txt out.txt place
func change(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: change in.txt out.txt place")
	}
	text := []byte(ts.ReadFile(args[0]))
	at, err := strconv.Atoi(args[2])
	ts.Check(err)
	if text[at] == 'A' {
		text[at] = 'B'
	} else {
		text[at] = 'A'
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), text, 0o644))
}

// mend writes a text with one of its words as another, wherever it stands:
// mend in.txt out.txt old new.
func mend(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: mend in.txt out.txt old new")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[2]) {
		ts.Fatalf("%s has no %q", args[0], args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.ReplaceAll(text, args[2], args[3])), 0o644))
}

// swap writes a line of a text in place of another, which must stand there once:
// swap file.txt "old line" "new line"; white space around a line does not count.
func swap(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: swap file.txt old new")
	}
	lines := strings.Split(ts.ReadFile(args[0]), "\n")
	n := 0
	for i, line := range lines {
		if strings.TrimSpace(line) == args[1] {
			lines[i], n = args[2], n+1
		}
	}
	if n != 1 {
		ts.Fatalf("%d lines are %q", n, args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(lines, "\n")), 0o644))
}

// long writes a file with a line of many letters between two others: long out.txt code.txt letters
func long(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: long out.txt code.txt letters")
	}
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	code := strings.TrimSpace(ts.ReadFile(args[1]))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(code+"\n"+"HC1:"+strings.Repeat("A", n)+"\r\n"+code+"\r\n\n"+code), 0o644))
}

// vector writes the text of a case of our vectors, or one of their files:
// vector formats 1 out.txt; vector formats norland-formats.txt out.txt
func vector(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: vector name case|file out.txt")
	}
	f, err := vectors.Load(args[0])
	ts.Check(err)
	text, ok := f.Files[args[1]]
	for _, c := range f.Cases {
		if strconv.Itoa(c.ID) == args[1] {
			text, ok = c.Text, true
		}
	}
	if !ok {
		ts.Fatalf("%s has no %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(text), 0o644))
}

// lineOf writes one line of a file to another: line in.txt 2 out.txt
func lineOf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: line in.txt number out.txt")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.Split(ts.ReadFile(args[0]), "\n")[n-1]), 0o644))
}

// shell runs a command line in this process.
func shell(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	now, err := time.Parse(time.RFC3339, evening)
	if err != nil {
		t.Fatal(err)
	}
	p := &program{in: strings.NewReader(stdin), out: bufio.NewWriter(&out), errs: &errs, lang: "en", look: look{width: plainWidth},
		now: func() time.Time { return now }}
	code = p.run(args)
	return code, out.String(), errs.String()
}
