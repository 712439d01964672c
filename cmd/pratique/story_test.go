package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pratique/pratique/demo"
)

// What the demo prints, a visitor types: the very lines, in the folder that it left.
func TestTheCommandsOfTheDemoCanBeTyped(t *testing.T) {
	t.Chdir(t.TempDir())
	code, told, errs := shell(t, "", "demo")
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	play, err := demo.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("pratique-demo")
	readme, err := os.ReadFile("README.txt")
	if err != nil {
		t.Fatal(err)
	}
	typed := 0
	told = strings.ReplaceAll(told, " \\\n      ", "") // as a shell joins them
	for _, s := range play.Scenes {
		if s.Command == nil {
			continue
		}
		typed++
		line := "pratique " + strings.Join(s.Command, " ") + "\n"
		if !strings.Contains(told, "   $ "+line) || !strings.Contains(string(readme), "\n"+line) {
			t.Errorf("%s: the command is not printed", s.Title)
		}
		code, out, errs := shell(t, "", s.Command...)
		if errs != "" {
			t.Errorf("%s: %s", s.Title, errs)
		}
		if want := exitCode(verdict(s.Want)); s.Run && code != want || !s.Run && code != 0 {
			t.Errorf("%s: exit code %d", s.Title, code)
		}
		if s.Run && !strings.Contains(told, out) {
			t.Errorf("%s: typed, it answers something else than was told:\n%s", s.Title, out)
		}
	}
	if typed < 9 {
		t.Errorf("only %d commands", typed)
	}
	if _, err := os.Stat("again.png"); err != nil {
		t.Error("the code was not made again")
	}
}

// secrets are what must not stand in any error: parts of codes, names, numbers.
var secrets = []string{"ERIKSSON", "Eriksson", "1974", "L898902C3", "6BFOXN", "PRIVATE KEY", "MIGHAgEA"}

func TestNoErrorShowsAPersonACodeOrASecret(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := filepath.Join(dir, "k.key")
	if code, _, errs := shell(t, "", "key", "new", "--demo", "--from", "2026-01-01T00:00:00Z", "-o", key); code != 0 {
		t.Fatal(errs)
	}
	secret, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	broken := file("broken.key", strings.Replace(string(secret), "MIGHAgEA", "MIGHAgEAMIGHAgEA", 1))
	text := "HC1:6BFOXN" + strings.Repeat("6BFOXN", 60)
	lower := strings.ToLower(text) // a code that a keyboard spoiled
	n := 0
	form := func(member, value string) string { // one member is another, or is added
		text := `{"kind":"test","family":"Eriksson","given":"Anna","born":"1974-08-12","disease":"covid-19","method":"nucleic_acid",` +
			`"result":"not_detected","sampled":"2026-12-02T07:30:00+01:00","laboratory":"L","authority":"N"}`
		text = regexp.MustCompile(`"`+member+`":"[^"]*",`).ReplaceAllString(text, "")
		n++
		return file(fmt.Sprintf("form%d.json", n), strings.Replace(text, "{", `{"`+member+`":`+value+`,`, 1))
	}
	for _, args := range [][]string{
		{"verify", "--trust", key, text, lower},
		{"verify", text},
		{text},
		{"verify", "--trust", text, "x"},
		{"verify", "--trust", key, "--to", text, text},
		{"verify", "--trust", key, "--at", text, text},
		{"verify", "--trust", key, "--rules", text, text},
		{"verify", "--trust", key, "--lang", text, text},
		{"verify", "--trust", key, "--mrz", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<11", text},
		{"verify", "--trust", file("code.txt", text), text},
		{"verify", "--trust", broken, text},
		{"verify", "--trust", key, "--trip", file("trip.json", `{"legs":[{"jurisdiction":"ERIKSSON"}]}`), text},
		{"read", lower},
		{"issue", "--key", key, form("family", `"Eriksson\u0000"`)},
		{"issue", "--key", key, form("born", `"1974-08-32"`)},
		{"issue", "--key", key, form("given", `["Eriksson"]`)},
		{"issue", "--key", key, form("dose", `"Eriksson"`)},
		{"issue", "--key", key, form("sampled", `"1974"`)},
		{"issue", "--key", key, form("family_icao", `"Eriksson1974"`)},
		{"issue", "--key", key, form("id", `"`+strings.Repeat("ERIKSSON", 20)+`"`)},
		{"issue", "--key", broken, form("method", `"x"`)},
		{"issue", "--key", form("id", `""`), form("id", `""`)},
		{"key", "show", broken},
		{"key", "show", form("id", `""`)},
		{"rules", "check", form("id", `""`)},
		{"rules", "test", form("id", `""`)},
		{"trust", "list", form("id", `""`)},
		{"rules", "eval", text},
		{"receipt", "show", text},
		{"receipt", "check", "--trust", key, text, text},
		{"verify", "--trust", key, "--to", "XB", "--decide", "second_desk", "--desk", text, "--key", key, "--appeal", "a", text},
		{"verify", "--trust", key, "--to", "XB", "--decide", text, text},
		{"stamp", "--key", key, "--entry", "--mrz", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<11"},
		{"stamp", "--key", key, "--entry", "--mrz", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"},
		{"stamp", "--key", broken, "--entry", "--mrz", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10", "--previous", text},
		{"notice", "release", "--key", key, "--of", text, "--reason", "r", "--mrz", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"},
		{"areas", "check", "--trust", key, form("id", `""`)},
		{"areas", "sign", "--key", key, text},
	} {
		code, out, errs := shell(t, text+"\n", args...)
		if code == 0 {
			t.Errorf("%.60q was accepted", args)
		}
		if code == exitUsage || code == exitBroken {
			if !strings.Contains(errs, "pratique: hint: ") {
				t.Errorf("%.60q: no hint: %s", args, errs)
			}
		}
		for _, s := range secrets {
			if strings.Contains(errs, s) || strings.Contains(out, s) && s != "1974" {
				t.Errorf("%.60q shows %q:\n%s%s", args, s, errs, out)
			}
		}
		for line := range strings.Lines(errs) {
			first := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(line, "pratique: error: "), "pratique: hint: "), "pratique: warning: ")
			if first == line {
				t.Errorf("a line to standard error of another form: %q", line)
			}
		}
	}
}

// The answer is clear without colours: shape and word stand beside them.
func TestColoursAreNeverAlone(t *testing.T) {
	t.Chdir(t.TempDir())
	_, plain, _ := shell(t, "", "demo", "-o", "plain")
	var out bytes.Buffer
	p := &program{in: strings.NewReader(""), out: bufio.NewWriter(&out), errs: &out, lang: "en", look: look{width: plainWidth, colour: true}}
	if code := p.run([]string{"demo", "-o", "plain"}); code != 0 {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	coloured := out.String()
	for _, want := range []string{"\x1b[" + onGreen + "m ✓ GREEN \x1b[0m", "\x1b[" + onAmber + "m ! AMBER ", "\x1b[" + onRed + "m ✕ RED ", "\x1b[" + onGrey + "m ? GREY "} {
		if !strings.Contains(coloured, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(plain, "\x1b") {
		t.Error("escape sequences where nobody asked for colours")
	}
	// Without the sequences the answers are the same; the drawn code is drawn the other way round.
	for line := range strings.Lines(stripped(coloured)) {
		if !strings.ContainsAny(line, "█▀▄") && strings.TrimSpace(line) != "" && !strings.Contains(plain, line) {
			t.Errorf("the colours change the text: %q", line)
		}
	}
}

func stripped(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		_, s, _ = strings.Cut(rest, "m")
	}
}

// The public pictures are read and verified through the command line.
func TestPublicPictures(t *testing.T) {
	vectors := os.Getenv("PRATIQUE_VECTORS")
	if vectors == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	b, err := os.ReadFile(filepath.Join(vectors, "qa", "codes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var set struct {
		Certificates map[string]struct{ DER []byte }
		Codes        []struct{ Image, Text string }
	}
	if err := json.Unmarshal(b, &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Codes) < 30 {
		t.Fatalf("only %d codes", len(set.Codes))
	}
	trust := t.TempDir()
	for id, c := range set.Certificates {
		if err := os.WriteFile(filepath.Join(trust, strings.ReplaceAll(id, "/", "_")+".der"), c.DER, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range set.Codes {
		picture := filepath.Join(vectors, "qa", c.Image)
		_, fromPicture, _ := shell(t, "", "verify", "--json", "--payload", "--trust", trust, "--at", "2021-06-15T12:00:00Z", picture)
		_, fromText, _ := shell(t, "", "verify", "--json", "--payload", "--trust", trust, "--at", "2021-06-15T12:00:00Z", c.Text)
		if !strings.Contains(fromPicture, `"signature":"pass"`) {
			t.Errorf("%s: %.200s", c.Image, fromPicture)
		}
		if a, b := afterInput(fromPicture), afterInput(fromText); a != b || a == "" {
			t.Errorf("%s: picture and text have different answers", c.Image)
		}
	}
}

// WHO's development list is imported under its signer's document, each entry
// that is no signing key is named, and all its keys are demo keys. Under
// another key its signature proves nothing, and that is said.
func TestWHOsDevelopmentListIsImported(t *testing.T) {
	vectors := os.Getenv("PRATIQUE_VECTORS")
	if vectors == "" {
		t.Skip("PRATIQUE_VECTORS is not set: public vectors not judged")
	}
	list, signer := filepath.Join(vectors, "who", "trustlist-dev", "did.json"), filepath.Join(vectors, "who", "trustlist-dev", "signing-did.json")
	ours := filepath.Join(t.TempDir(), "ours.txt")
	code, out, errs := shell(t, "", "trust", "import", "--by", "XB", "--pin", signer, list, "-o", ours)
	if code != 0 || !strings.Contains(out, "109 keys") || strings.Count(errs, "left out") != 146 || strings.Contains(errs, "not proven") {
		t.Errorf("exit %d, %s, %d entries left out", code, out, strings.Count(errs, "left out"))
	}
	text, err := os.ReadFile(ours)
	if err != nil || strings.Count(string(text), "\nkey ") != 109 || !strings.Contains(string(text), "\ndemo\n") {
		t.Errorf("%v: %d keys in our own text", err, strings.Count(string(text), "\nkey "))
	}
	if _, _, errs := shell(t, "", "trust", "import", "--by", "XB", "--pin", filepath.Join(vectors, "who", "trustlist-dev", "TNG_TA.pem"), list, "-o", ours+"2"); !strings.Contains(errs, "none of the given keys") {
		t.Errorf("another key proves the list: %.300s", errs)
	}
}

// afterInput is an answer without what was asked about.
func afterInput(s string) string {
	_, rest, _ := strings.Cut(s, `"format"`)
	return rest
}
