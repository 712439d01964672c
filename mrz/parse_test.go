package mrz_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/mrz"
)

// The specimens of Doc 9303 (parts 4 to 7, appendices) and of part 3, Appendix A.
const (
	specimenTD1  = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
	specimenTD2  = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
	specimenTD3  = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	specimenMRVA = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
	specimenMRVB = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"
	// Part 5, note j: a number of 11 characters goes on in the optional data.
	longTD1 = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
	// Part 6, note j.
	longTD2 = "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8"
)

func TestParse(t *testing.T) {
	for _, v := range []struct {
		comment, text string
		want          mrz.Document
	}{
		{"TD1", specimenTD1, mrz.Document{Kind: mrz.TD1, Code: "I", Issuer: "UTO", Number: "D23145890", Nationality: "UTO", Birth: "740812", Sex: "F", Expiry: "120415", Name: "ERIKSSON<<ANNA<MARIA"}},
		{"TD2", specimenTD2, mrz.Document{Kind: mrz.TD2, Code: "I", Issuer: "UTO", Number: "D23145890", Nationality: "UTO", Birth: "740812", Sex: "F", Expiry: "120415", Name: "ERIKSSON<<ANNA<MARIA"}},
		{"TD3", specimenTD3, mrz.Document{Kind: mrz.TD3, Code: "P", Issuer: "UTO", Number: "L898902C3", Nationality: "UTO", Birth: "740812", Sex: "F", Expiry: "120415", Optional: "ZE184226B", Name: "ERIKSSON<<ANNA<MARIA"}},
		{"MRV-A", specimenMRVA, mrz.Document{Kind: mrz.MRVA, Code: "V", Issuer: "UTO", Number: "L8988901C", Nationality: "XXX", Birth: "400907", Sex: "F", Expiry: "961210", Optional: "6ZE184226B", Name: "ERIKSSON<<ANNA<MARIA"}},
		{"MRV-B", specimenMRVB, mrz.Document{Kind: mrz.MRVB, Code: "V", Issuer: "UTO", Number: "L8988901C", Nationality: "XXX", Birth: "400907", Sex: "F", Expiry: "961210", Name: "ERIKSSON<<ANNA<MARIA"}},
		{"TD1, long number", longTD1, mrz.Document{Kind: mrz.TD1, Code: "I", Issuer: "UTO", Number: "D23145890734", Nationality: "UTO", Birth: "340712", Sex: "M", Expiry: "950712", Name: "STEVENSON<<PETER<JOHN"}},
		{"TD2, long number", longTD2, mrz.Document{Kind: mrz.TD2, Code: "I", Issuer: "UTO", Number: "D23145890734", Nationality: "UTO", Birth: "340712", Sex: "M", Expiry: "950712", Name: "STEVENSON<<PETER<JOHN"}},
		{"part 3, example 3: filler inside the number, check digit 0 of no personal number", "P<YTOMUSTER<<MAX<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nHA672242<6YTO5802254M9601086<<<<<<<<<<<<<<08",
			mrz.Document{Kind: mrz.TD3, Code: "P", Issuer: "YTO", Number: "HA672242", Nationality: "YTO", Birth: "580225", Sex: "M", Expiry: "960108", Name: "MUSTER<<MAX"}},
		{"filler as check digit of no personal number", "PPUTOMUSTER<<MAX<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nHA672242<6UTO5802254M9601086<<<<<<<<<<<<<<<8",
			mrz.Document{Kind: mrz.TD3, Code: "PP", Issuer: "UTO", Number: "HA672242", Nationality: "UTO", Birth: "580225", Sex: "M", Expiry: "960108", Name: "MUSTER<<MAX", FillerCheck: true}},
		{"part 3, example 5", "I<YTOMUSTER<<MAX<<<<<<<<<<<<<<<<<<<<\nHA672242<6YTO5802254M9601086<<<<<<<8",
			mrz.Document{Kind: mrz.TD2, Code: "I", Issuer: "YTO", Number: "HA672242", Nationality: "YTO", Birth: "580225", Sex: "M", Expiry: "960108", Name: "MUSTER<<MAX"}},
	} {
		t.Run(v.comment, func(t *testing.T) {
			got, err := mrz.Parse(v.text)
			if err != nil || got != v.want {
				t.Fatalf("got %+v, %v\nwant %+v", got, err, v.want)
			}
			lines, err := got.Lines()
			if err != nil || strings.Join(lines, "\n") != v.text {
				t.Errorf("back: %q, %v", lines, err)
			}
		})
	}
}

// What scanners and typing do to lines is undone, and no more than that.
func TestParseTolerant(t *testing.T) {
	want, err := mrz.Parse(specimenTD3)
	if err != nil {
		t.Fatal(err)
	}
	first, second, _ := strings.Cut(specimenTD3, "\n")
	for comment, text := range map[string]string{
		"small letters":            strings.ToLower(specimenTD3),
		"CRLF and blank lines":     "\r\n" + first + "  \r\n\r\n" + second + "\r\n",
		"one line":                 first + second,
		"a blank between lines":    first + " " + second,
		"blanks inside":            "P< UTO ERIKSSON <<ANNA< MARIA" + strings.Repeat("<", 19) + "\n" + second,
		"quotation marks":          "P‹UTOERIKSSON«ANNA‹MARIA" + strings.Repeat("<", 19) + "\n" + second,
		"byte order mark, nbsp":    "\ufeff" + first + "\u00a0\n" + second,
		"too few fillers":          "P<UTOERIKSSON<<ANNA<MARIA<\n" + second,
		"too many fillers":         first + "<<<<\n" + second,
		"other division of lines":  first[:40] + "\n" + first[40:] + second,
		"fullwidth fillers, tabs ": strings.ReplaceAll(first, "<", "＜") + "\t\n" + second,
	} {
		if got, err := mrz.Parse(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", comment, got, err)
		}
	}
	for comment, text := range map[string]string{
		"nothing":                               "",
		"a name line without any filler at end": "P<UTOERIKSSON<<ANNA<MARIA\n" + second,
		"a second line cut":                     first + "\n" + second[:43],
		"one character too many":                first + "\n" + second + "0",
		"three passport lines":                  first + "\n" + second + "\n" + second,
	} {
		if got, err := mrz.Parse(text); !errors.Is(err, mrz.ErrLayout) || got != (mrz.Document{}) {
			t.Errorf("%s: %+v, %v", comment, got, err)
		}
	}
	for comment, text := range map[string]string{"umlaut": strings.Replace(specimenTD3, "E", "Ä", 1), "full stop": strings.Replace(specimenTD3, "<", ".", 1), "invalid byte": "\xff" + specimenTD3} {
		if _, err := mrz.Parse(text); !errors.Is(err, mrz.ErrCharacter) {
			t.Errorf("%s: %v", comment, err)
		}
	}
	if _, err := mrz.Parse(strings.Repeat("<", mrz.MaxInput+1)); !errors.Is(err, mrz.ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
}

// faults lists what an error names: checks with a +, fields without.
func faults(t *testing.T, err error) (names []string, maybe []mrz.Misread) {
	t.Helper()
	var all mrz.Errors
	if !errors.As(err, &all) {
		t.Fatalf("no list of errors: %v", err)
	}
	for _, e := range all {
		switch e := e.(type) {
		case *mrz.CheckError:
			names = append(names, "+"+string(e.Field))
			maybe = append(maybe, e.Maybe...)
		case *mrz.FieldError:
			names = append(names, string(e.Field))
			maybe = append(maybe, e.Maybe...)
		default:
			t.Fatalf("unexpected error %v", e)
		}
	}
	return names, maybe
}

// Each wrong check digit and each impossible value is named, none is
// corrected, and look-alikes are suggested.
func TestParseErrors(t *testing.T) {
	for _, v := range []struct {
		comment, text string
		line, column  int // from 1, where the specimen is changed
		to            string
		want          []string
		maybe         []mrz.Misread
	}{
		{"number changed", specimenTD3, 2, 1, "M", []string{"+document number", "+composite check digit"}, nil},
		{"number: 0 read as O", specimenTD3, 2, 6, "O", []string{"+document number", "+composite check digit"}, []mrz.Misread{{2, 6, 'O', '0'}}},
		{"its check digit: 6 read as G, which counts 16, so that the composite fits", specimenTD3, 2, 10, "G", []string{"+document number"}, []mrz.Misread{{2, 10, 'G', '6'}}},
		{"birth: other day", specimenTD3, 2, 19, "3", []string{"+date of birth", "+composite check digit"}, nil},
		{"birth: 0 read as O is no date", specimenTD3, 2, 16, "O", []string{"date of birth", "+composite check digit"}, []mrz.Misread{{2, 16, 'O', '0'}}},
		{"birth: month 13", specimenTD3, 2, 16, "13", []string{"date of birth", "+composite check digit"}, nil},
		{"birth: 31 April", specimenTD3, 2, 16, "0431", []string{"date of birth", "+composite check digit"}, nil},
		{"expiry changed", specimenTD3, 2, 22, "2", []string{"+date of expiry", "+composite check digit"}, nil},
		{"personal number changed", specimenTD3, 2, 29, "A", []string{"+optional data", "+composite check digit"}, nil},
		{"filler check digit of a personal number", specimenTD3, 2, 43, "<", []string{"+optional data", "+composite check digit"}, nil},
		{"composite only", specimenTD3, 2, 44, "1", []string{"+composite check digit"}, nil},
		{"sex changed is covered by nothing, but must be allowed", specimenTD3, 2, 21, "X", []string{"sex"}, nil},
		{"nationality with a digit", specimenTD3, 2, 11, "0", []string{"nationality"}, nil},
		{"issuer: O read as 0", specimenTD3, 1, 5, "0", []string{"issuing state"}, []mrz.Misread{{1, 5, '0', 'O'}, {1, 5, '0', 'Q'}, {1, 5, '0', 'D'}}},
		{"issuer with a gap", specimenTD3, 1, 4, "<", []string{"issuing state"}, nil},
		{"name: I read as 1", specimenTD3, 1, 8, "1", []string{"name"}, []mrz.Misread{{1, 8, '1', 'I'}, {1, 8, '1', 'L'}}},
		{"no name", specimenTD3, 1, 6, strings.Repeat("<", 39), []string{"name"}, nil},
		{"passport whose code is not P", specimenTD3, 1, 1, "A", []string{"document code"}, nil},
		{"card: I read as 1", specimenTD1, 1, 1, "1", []string{"document code"}, []mrz.Misread{{1, 1, '1', 'I'}}},
		{"card whose code is not A, C or I", specimenTD1, 1, 1, "P", []string{"document code"}, nil},
		{"card with V as second letter", specimenTD2, 1, 2, "V", []string{"document code"}, nil},
		{"code missing", specimenTD2, 1, 1, "<<", []string{"document code"}, nil},
		{"TD1 number", specimenTD1, 1, 6, "E", []string{"+document number", "+composite check digit"}, nil},
		{"TD1 optional data: composite only", specimenTD1, 1, 20, "1", []string{"+composite check digit"}, nil},
		{"TD1 second optional data: composite only", specimenTD1, 2, 20, "1", []string{"+composite check digit"}, nil},
		{"TD1 long number", longTD1, 1, 17, "5", []string{"+document number", "+composite check digit"}, nil},
		{"TD1 no check digit and no more of the number", specimenTD1, 1, 15, "<", []string{"+document number", "+composite check digit"}, nil},
		{"visa: no composite", specimenMRVA, 2, 1, "M", []string{"+document number"}, nil},
		{"visa: no number", specimenMRVB, 2, 1, "<<<<<<<<<0", []string{"document number"}, nil},
		{"two at once", specimenMRVA, 2, 14, "410907", []string{"+date of birth"}, nil},
	} {
		t.Run(v.comment, func(t *testing.T) {
			lines := strings.Split(v.text, "\n")
			s := lines[v.line-1]
			lines[v.line-1] = s[:v.column-1] + v.to + s[v.column-1+len(v.to):]
			got, err := mrz.Parse(strings.Join(lines, "\n"))
			if got != (mrz.Document{}) {
				t.Errorf("half a document: %+v", got)
			}
			names, maybe := faults(t, err)
			if !slices.Equal(names, v.want) {
				t.Errorf("got %v, want %v", names, v.want)
			}
			for _, m := range v.maybe {
				if !slices.Contains(maybe, m) {
					t.Errorf("no suggestion %v in %v", m, maybe)
				}
			}
			var check *mrz.CheckError
			if errors.As(err, &check) != slices.ContainsFunc(v.want, func(s string) bool { return s[0] == '+' }) {
				t.Errorf("errors.As: %v", err)
			}
			for _, secret := range []string{"ERIKSSON", "L8989", "D2314", "7408", "ANNA", "184226"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("personal data in %q", err)
				}
			}
		})
	}
}

// Check digits of Doc 9303-3, Appendix A.
func TestCheckDigit(t *testing.T) {
	for in, want := range map[string]byte{
		"520727":    '3',
		"AB2134<<<": '5',
		"HA672242<658022549601086<<<<<<<<<<<<<<0":            '8',
		"D231458907<<<<<<<<<<<<<<<34071279507122<<<<<<<<<<<": '2',
		"HA672242<658022549601086<<<<<<<":                    '8',
		"":                                                   '0',
	} {
		if got := mrz.CheckDigit(in); got != want {
			t.Errorf("%s: %c, want %c", in, got, want)
		}
	}
}

// Lines refuses what would not come back the same.
func TestLinesRefuse(t *testing.T) {
	good, err := mrz.Parse(specimenTD1)
	if err != nil {
		t.Fatal(err)
	}
	for comment, change := range map[string]func(d *mrz.Document){
		"no kind":                       func(d *mrz.Document) { d.Kind = mrz.NoKind },
		"unknown kind":                  func(d *mrz.Document) { d.Kind = 99 },
		"code with its filler":          func(d *mrz.Document) { d.Code = "I<" },
		"small letters":                 func(d *mrz.Document) { d.Name = "Eriksson<<Anna" },
		"printed name":                  func(d *mrz.Document) { d.Name = "ERIKSSON, ANNA" },
		"small letters in free data":    func(d *mrz.Document) { d.Optional = "abc" },
		"control sign in free data":     func(d *mrz.Document) { d.Optional2 = "A\nB" },
		"name too long":                 func(d *mrz.Document) { d.Name = strings.Repeat("A", 31) },
		"no name":                       func(d *mrz.Document) { d.Name = "" },
		"birth with a century":          func(d *mrz.Document) { d.Birth = "19740812" },
		"no birth":                      func(d *mrz.Document) { d.Birth = "" },
		"impossible birth":              func(d *mrz.Document) { d.Birth = "740231" },
		"sex not allowed":               func(d *mrz.Document) { d.Sex = "X" },
		"number far too long":           func(d *mrz.Document) { d.Number = strings.Repeat("1", 23) },
		"long number in a passport":     func(d *mrz.Document) { d.Kind, d.Code, d.Number = mrz.TD3, "P", "1234567890" },
		"filler check beside TD3":       func(d *mrz.Document) { d.FillerCheck = true },
		"no number":                     func(d *mrz.Document) { d.Number = "" },
		"second optional data in a TD2": func(d *mrz.Document) { d.Kind, d.Optional2 = mrz.TD2, "A" },
		"trailing filler":               func(d *mrz.Document) { d.Optional = "A<" },
	} {
		d := good
		change(&d)
		if lines, err := d.Lines(); !errors.Is(err, mrz.ErrValue) || lines != nil {
			t.Errorf("%s: %q, %v", comment, lines, err)
		}
	}
	long := good
	long.Number = "D2314589012345678901A7"
	lines, err := long.Lines()
	if err != nil {
		t.Fatal(err)
	}
	if back, err := mrz.Parse(strings.Join(lines, "")); err != nil || back != long {
		t.Errorf("number of 22: %+v, %v", back, err)
	}
}

func TestKind(t *testing.T) {
	for k, want := range map[mrz.Kind]struct {
		text  string
		width int
	}{mrz.NoKind: {"", 0}, mrz.TD1: {"TD1", 30}, mrz.TD2: {"TD2", 31}, mrz.TD3: {"TD3", 39}, mrz.MRVA: {"MRV-A", 39}, mrz.MRVB: {"MRV-B", 31}, 77: {"", 0}} {
		if k.String() != want.text || k.NameWidth() != want.width {
			t.Errorf("%d: %s, %d", k, k, k.NameWidth())
		}
	}
}

// The century comes from the day of reading; unknown parts stay unknown.
func TestShortDate(t *testing.T) {
	today := mrz.Date{Year: 2026, Month: 5, Day: 17}
	for _, v := range []struct {
		in            mrz.ShortDate
		born, expires mrz.Date
	}{
		{"740812", mrz.Date{1974, 8, 12}, mrz.Date{2074, 8, 12}},
		{"260517", mrz.Date{2026, 5, 17}, mrz.Date{2026, 5, 17}},
		{"260518", mrz.Date{1926, 5, 18}, mrz.Date{2026, 5, 18}},
		{"000229", mrz.Date{2000, 2, 29}, mrz.Date{2000, 2, 29}},
		{"75<<<<", mrz.Date{1975, 0, 0}, mrz.Date{2075, 0, 0}},
		{"76<<<<", mrz.Date{1976, 0, 0}, mrz.Date{1976, 0, 0}},
		{"26<<<<", mrz.Date{2026, 0, 0}, mrz.Date{2026, 0, 0}},
		{"<<0812", mrz.Date{0, 8, 12}, mrz.Date{0, 8, 12}},
		{"<<<<<<", mrz.Date{}, mrz.Date{}},
		{"740231", mrz.Date{}, mrz.Date{}},
		{"7408", mrz.Date{}, mrz.Date{}},
	} {
		if born, expires := v.in.Born(today), v.in.Expires(today); born != v.born || expires != v.expires {
			t.Errorf("%s: born %v, expires %v", v.in, born, expires)
		}
	}
}

// Partial dates of birth are read, with their check digits.
func TestPartialBirth(t *testing.T) {
	d, err := mrz.Parse(specimenTD3)
	if err != nil {
		t.Fatal(err)
	}
	for _, birth := range []mrz.ShortDate{"74<<<<", "7408<<", "<<<<<<", "<<<<12", "<<0229"} {
		d.Birth = birth
		lines, err := d.Lines()
		if err != nil {
			t.Errorf("%s: %v", birth, err)
			continue
		}
		if back, err := mrz.Parse(strings.Join(lines, "\n")); err != nil || back != d {
			t.Errorf("%s: %+v, %v", birth, back, err)
		}
	}
	for _, birth := range []mrz.ShortDate{"7<<<<<", "740<<<", "740000", "<<0230", "990229", "7408<1"} {
		d.Birth = birth
		if _, err := d.Lines(); err == nil {
			t.Errorf("%s: written", birth)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{specimenTD1, specimenTD2, specimenTD3, specimenMRVA, specimenMRVB, longTD1, longTD2,
		strings.ToLower(specimenTD3), strings.ReplaceAll(specimenTD1, "\n", ""), strings.Replace(specimenTD3, "890", "89O", 1), "", "P<", "V\nV"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := mrz.Parse(s)
		if err != nil {
			if d != (mrz.Document{}) || err.Error() == "" {
				t.Errorf("error %v with %+v", err, d)
			}
			return
		}
		lines, err := d.Lines()
		if err != nil {
			t.Fatalf("%+v: %v", d, err)
		}
		// The lines are those read, but for what Parse does not mind.
		text := strings.Join(lines, "\n")
		if again, err := mrz.Parse(text); err != nil || again != d {
			t.Errorf("%+v, %v\nwas %+v", again, err, d)
		}
		bare := strings.NewReplacer("«", "<<", "‹", "<", "＜", "<").Replace(s)
		bare = strings.Map(func(r rune) rune {
			if r == '<' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, strings.ToUpper(bare))
		squeeze := func(s string) string { return strings.ReplaceAll(s, "<", "") }
		joined := strings.Join(lines, "")
		if squeeze(bare) != squeeze(joined) || len(bare) == len(joined) && bare != joined {
			t.Errorf("read %q, wrote %q", s, text)
		}
		r := mrz.Match(d.Holder(), d.Holder())
		if r.Class != mrz.Same {
			t.Errorf("the holder is not the holder: %v", r.Class)
		}
	})
}
