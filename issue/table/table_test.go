package table_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/pratique/pratique/issue/intake"
	"github.com/pratique/pratique/issue/table"
)

// now is the moment at which the tables of the tests come.
var now = time.Date(2026, 12, 2, 12, 0, 0, 0, time.UTC)

func options() table.Options {
	return table.Options{Options: intake.Options{Now: now, Country: "XA", Authority: "Norland Health Agency", Secret: []byte("of the tests alone")}}
}

const head = "key,kind,family,given,born,disease,method,sampled,result,laboratory\r\n"

const tested = "R-1,test,Eriksson,Anna Maria,1974-08-12,covid-19,nucleic_acid,2026-12-02T07:30:00+01:00,not_detected,Laboratory 7\r\n"

// rows reads a table to its end.
func rows(t *testing.T, text string, o table.Options) []table.Row {
	t.Helper()
	r, err := table.NewReader(strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	var out []table.Row
	for {
		row, err := r.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, row)
	}
}

func said(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(strings.TrimSpace(b.String()), `\u003c`, "<")
}

func TestARowBecomesItsCertificate(t *testing.T) {
	const person = `{"carrier":{"format":"","content":""},"issuer":{},"signed":{},"subject":{"names":[{"family":"Eriksson","given":"Anna Maria","family_icao":"ERIKSSON","given_icao":"ANNA<MARIA"}],"birth_date":"1974-08-12"},"events":[`
	for _, v := range []struct{ comment, text, want string }{
		{"a test", head + tested, person + `{"kind":"test","disease":{"source":{"code":"840539006"}},"country":"XA","authority":"Norland Health Agency","method":"nucleic_acid","sampled_at":"2026-12-02T07:30:00+01:00","result":"not_detected","laboratory":{"name":"Laboratory 7"}}]}`},
		{"a dose copied from paper", "kind;family;given;born;disease;product;lot;date;dose;doses;basis;centre\nvaccination;Eriksson;Anna Maria;1974-08-12;yellow-fever;YellowFeverProductd2c75a15ed309658b3968519ddb31690;YF-2217;1998-03;1;1;transcribed;Clinic 3",
			person + `{"kind":"vaccination","disease":{"source":{"code":"16541001"}},"country":"XA","authority":"Norland Health Agency","product":{"source":{"code":"YellowFeverProductd2c75a15ed309658b3968519ddb31690"}},"lot":"YF-2217","date":"1998-03","dose":1,"doses":1,"centre":{"name":"Clinic 3"},"basis":"transcribed"}]}`},
		{"a recovery, tabs, other order", "first_positive\tkind\tgiven\tfamily\tborn\tdisease\tfrom\tuntil\tcountry\n2026-09-01\trecovery\tAnna Maria\tEriksson\t1974-08-12\tcovid-19\t2026-09-12\t2027-02-28\tXB\n",
			person + `{"kind":"recovery","disease":{"source":{"code":"840539006"}},"country":"XB","authority":"Norland Health Agency","first_positive":"2026-09-01","from":"2026-09-12","until":"2027-02-28"}]}`},
		{"the lines of a passport alone", "kind,mrz,disease,method,sampled,result\ntest,P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<  L898902C36UTO7408122F1204159ZE184226B<<<<<10,covid-19,antigen_rapid,2026-12-02T07:30:00+01:00,detected\n",
			strings.Replace(strings.Replace(person, `"family":"Eriksson"`, `"family":"ERIKSSON"`, 1), `"given":"Anna Maria"`, `"given":"ANNA MARIA"`, 1) + `{"kind":"test","disease":{"source":{"code":"840539006"}},"country":"XA","authority":"Norland Health Agency","method":"antigen_rapid","sampled_at":"2026-12-02T07:30:00+01:00","result":"detected"}]}`},
		{"quoted values", head + strings.Replace(tested, "Laboratory 7", `"Laboratory ""7"", north"`, 1), person + `{"kind":"test","disease":{"source":{"code":"840539006"}},"country":"XA","authority":"Norland Health Agency","method":"nucleic_acid","sampled_at":"2026-12-02T07:30:00+01:00","result":"not_detected","laboratory":{"name":"Laboratory \"7\", north"}}]}`},
	} {
		got := rows(t, v.text, options())
		if len(got) != 1 || len(got[0].Item.Findings) != 0 || got[0].Item.Certificate == nil {
			t.Errorf("%s: %+v", v.comment, got)
			continue
		}
		if s := said(t, got[0].Item.Certificate); s != v.want {
			t.Errorf("%s: got\n%s\nwant\n%s", v.comment, s, v.want)
		}
	}
}

func TestATableThatIsNoneIsRefused(t *testing.T) {
	for _, v := range []struct {
		comment, text string
		want          error
	}{
		{"nothing", "", table.ErrEmpty},
		{"no head", tested, table.ErrHead},
		{"one column", "kind\ntest\n", table.ErrSeparator},
		{"an unknown column", strings.Replace(head, "born", "birthday", 1), table.ErrColumn},
		{"a column twice", strings.Replace(head, "born", "family", 1), table.ErrTwice},
		{"no kind", strings.Replace(head, "kind", "sex", 1), table.ErrNoKind},
		{"Windows-1252", head + strings.Replace(tested, "Eriksson", "\xd6rn", 1), table.ErrLetters},
		{"a head without an end", "kind," + strings.Repeat("x", 100000), table.ErrHead},
		{"a picture", "\x89PNG\r\n\x1a\n", table.ErrLetters},
	} {
		if _, err := table.NewReader(strings.NewReader(v.text), options()); err != v.want {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
	o := options()
	o.Charset = "ebcdic"
	if _, err := table.NewReader(strings.NewReader(head), o); err != table.ErrCharset {
		t.Errorf("an unknown character set: %v", err)
	}
}

func TestTheLettersAreRecognisedOrSaid(t *testing.T) {
	text := head + strings.Replace(tested, "Eriksson", "Örn", 1)
	wide := func(order func(uint16) []byte, mark bool) string {
		units := utf16.Encode([]rune(text))
		if mark {
			units = append([]uint16{0xfeff}, units...)
		}
		var b []byte
		for _, u := range units {
			b = append(b, order(u)...)
		}
		return string(b)
	}
	little := func(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} }
	big := func(u uint16) []byte { return []byte{byte(u >> 8), byte(u)} }
	for _, v := range []struct{ comment, text, charset, want string }{
		{"UTF-8", text, "", "utf-8"},
		{"UTF-8 with a mark", "\ufeff" + text, "", "utf-8"},
		{"UTF-16 little", wide(little, true), "", "utf-16"},
		{"UTF-16 big", wide(big, true), "", "utf-16"},
		{"UTF-16 little without a mark", wide(little, false), "", "utf-16"},
		{"UTF-16 big without a mark", wide(big, false), "", "utf-16"},
		{"Windows-1252, as was said", strings.ReplaceAll(text, "Ö", "\xd6"), "windows-1252", "windows-1252"},
	} {
		o := options()
		o.Charset = v.charset
		r, err := table.NewReader(strings.NewReader(v.text), o)
		if err != nil || r.Charset != v.want {
			t.Errorf("%s: %v", v.comment, err)
			continue
		}
		row, err := r.Next()
		if err != nil || row.Item.Certificate == nil || row.Item.Certificate.Subject.Name().Family != "Örn" {
			t.Errorf("%s: %+v, %v", v.comment, row.Item.Findings, err)
		}
	}
}

func TestWhatIsWrongWithARowIsOfThatRow(t *testing.T) {
	for _, v := range []struct {
		comment, old, new string
		want              intake.Finding
	}{
		{"a formula", "Laboratory 7", "=1+1", finding(intake.Formula, "column laboratory")},
		{"a formula behind a space", "Laboratory 7", " +1", finding(intake.Formula, "column laboratory")},
		{"a formula behind an apostrophe", "Laboratory 7", "'=1+1", finding(intake.Formula, "column laboratory")},
		{"a call", "Eriksson", "@SUM(A1)", finding(intake.Formula, "column family")},
		{"a hyphen", "Eriksson", "-Eriksson", finding(intake.Formula, "column family")},
		{"a tab", "Eriksson", "\"\tEriksson\"", finding(intake.Formula, "column family")},
		{"an open quotation mark", "Eriksson", `"Eriksson`, finding(intake.Structure, "row")},
		{"a quotation mark within", "Eriksson", `Eriks"son`, finding(intake.Structure, "row")},
		{"a column too many", "Eriksson", "Eriksson,Eriksson", finding(intake.Structure, "row")},
		{"another character set", "Eriksson", "\xd6rn", finding(intake.Charset, "row")},
		{"a row as long as a book", "Eriksson", strings.Repeat("Eriksson", 5000), finding(intake.Size, "row")},
		{"a value that is too long", "Eriksson", strings.Repeat("Eriksson", 200), finding(intake.Size, "column family")},
		{"an unknown kind", ",test,", ",horoscope,", finding(intake.UnknownCode, "column kind")},
		{"an unknown method", "nucleic_acid", "sniffing", finding(intake.UnknownCode, "column method")},
		{"an unknown result", "not_detected", "perhaps", finding(intake.UnknownCode, "column result")},
		{"a date in another order", "1974-08-12", "12.08.1974", finding(intake.Unreadable, "column born")},
		{"a moment without an offset", "+01:00", "", finding(intake.Unreadable, "column sampled")},
		{"a sample to come", "2026-12-02T", "2027-12-02T", finding(intake.Future, "column sampled")},
		{"born after the sample", "1974-08-12", "2026-12-25", finding(intake.Future, "column born")},
		{"no name", "Eriksson,Anna Maria", ",", finding(intake.Missing, "column family")},
		{"a name that no rule writes", "Eriksson", "王", finding(intake.NotTranslated, "column family")},
		{"no disease", "covid-19", "", finding(intake.Missing, "column disease")},
	} {
		if !strings.Contains(tested, v.old) {
			t.Fatalf("%s: no %q", v.comment, v.old)
		}
		text := head + strings.Repeat(tested, 300) + strings.Replace(tested, v.old, v.new, 1) + strings.Replace(tested, "R-1", "R-2", 1)
		got := rows(t, text, options())
		if len(got) != 302 || got[301].Item.Do != intake.Replace || got[301].Number != 303 {
			t.Errorf("%s: the next row was not read: %d rows", v.comment, len(got))
			continue
		}
		bad := got[300].Item
		if bad.Do != intake.Nothing || bad.Certificate != nil || len(bad.Findings) == 0 || bad.Findings[0] != v.want {
			t.Errorf("%s: %+v", v.comment, bad)
		}
	}
}

func finding(c intake.Code, at string) intake.Finding {
	return intake.Finding{Severity: intake.Error, Code: c, Place: at}
}

func TestARerunHasTheSameKeys(t *testing.T) {
	text := head + tested + strings.Replace(tested, "R-1", "", 1) + strings.Replace(tested, "not_detected", "detected", 1)
	a, b := rows(t, text, options()), rows(t, text, options())
	for i := range a {
		if a[i].Item.Key != b[i].Item.Key || a[i].Item.Key == "" || a[i].Item.Result != b[i].Item.Result {
			t.Errorf("row %d has another key", a[i].Number)
		}
	}
	if a[0].Item.Key == a[1].Item.Key || a[0].Item.Result == a[1].Item.Result || a[1].Item.Do != intake.Issue {
		t.Error("a row without a key is one with it")
	}
	if a[0].Item.Result != a[2].Item.Result || a[0].Item.Key == a[2].Item.Key || a[2].Item.Do != intake.Replace {
		t.Error("another statement under the same key is no replacement")
	}
	other := rows(t, "kind,key,family,given,born,disease,method,sampled,result,laboratory\ntest,R-1"+strings.TrimPrefix(tested, "R-1,test"), options())
	if other[0].Item.Key != a[0].Item.Key {
		t.Error("the order of columns changes the key")
	}
}

func TestWhatCouldNotBeUsedIsWrittenToBeCorrected(t *testing.T) {
	text := head + tested + strings.Replace(tested, "Laboratory 7", "=cmd|'/c calc'!A1", 1) + "\r\n" + strings.Replace(tested, "Eriksson", `"Eriksson`, 1)
	r, err := table.NewReader(strings.NewReader(text), options())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	n, err := table.Run(r, table.NewErrors(&b, r), nil, nil)
	if err != nil || n != (table.Counts{Rows: 3, Used: 1, Refused: 2}) {
		t.Errorf("%+v, %v", n, err)
	}
	want := "row,error," + head +
		"3,column laboratory: formula (write the value itself),R-1,test,Eriksson,Anna Maria,1974-08-12,covid-19,nucleic_acid,2026-12-02T07:30:00+01:00,not_detected,'=cmd|'/c calc'!A1\r\n" +
		"5,row: structure (correct the message as its standard says),\"R-1,test,\"\"Eriksson,Anna Maria,1974-08-12,covid-19,nucleic_acid,2026-12-02T07:30:00+01:00,not_detected,Laboratory 7\"\r\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
	mended := strings.Replace(b.String(), "'=cmd|'/c calc'!A1", "Laboratory 7", 1)
	got := rows(t, mended, options())
	if len(got) != 2 || got[0].Item.Do != intake.Replace || got[0].Item.Key != rows(t, head+tested, options())[0].Item.Key {
		t.Errorf("corrected: %+v", got)
	}
}

func TestARowThatIsRefusedLaterIsWrittenToo(t *testing.T) {
	r, err := table.NewReader(strings.NewReader(head+tested+tested), options())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	first := true
	n, err := table.Run(r, table.NewErrors(&b, r), func(table.Row) error {
		if first {
			first = false
			return &table.Refusal{Code: intake.Missing, Place: "column product"}
		}
		return nil
	}, nil)
	if err != nil || n != (table.Counts{Rows: 2, Used: 1, Refused: 1}) || !strings.Contains(b.String(), "2,column product: missing") {
		t.Errorf("%+v, %v, %q", n, err, b.String())
	}
	r, err = table.NewReader(strings.NewReader(head+tested+tested), options())
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	if n, err := table.Run(r, table.NewErrors(&b, r), func(table.Row) error { return full }, nil); err != full || n.Used != 0 {
		t.Errorf("trouble ends the run: %+v, %v", n, err)
	}
}

func TestWhatIsWrittenIsComputedByNoSpreadsheet(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "a", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\t=1": "'\t=1", " =1": "' =1", "'t Hooft": "'t Hooft"} {
		if got := table.Defuse(in); got != want {
			t.Errorf("%q is written %q", in, got)
		}
	}
}

// endless gives a head, and then n rows that are all different.
type endless struct {
	n, i int
	rest []byte
}

func (e *endless) Read(b []byte) (int, error) {
	for len(e.rest) == 0 {
		switch {
		case e.i == 0:
			e.rest = append(e.rest[:0], head...)
		case e.i > e.n:
			return 0, io.EOF
		default:
			e.rest = append(e.rest[:0], "R-"...)
			e.rest = strconv.AppendInt(e.rest, int64(e.i), 10)
			e.rest = append(e.rest, tested[3:]...)
		}
		e.i++
	}
	n := copy(b, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// heap is the memory in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestManyRowsTakeAsMuchMemoryAsFew(t *testing.T) {
	r, err := table.NewReader(&endless{n: 30000}, options())
	if err != nil {
		t.Fatal(err)
	}
	var early, late uint64
	n, err := table.Run(r, table.NewErrors(io.Discard, r), nil, func(n table.Counts) {
		switch n.Rows {
		case 1000:
			early = heap()
		case 30000:
			late = heap()
		}
	})
	if err != nil || n.Used != 30000 {
		t.Fatalf("%+v, %v", n, err)
	}
	if late > early+1<<20 {
		t.Errorf("%d bytes after a thousand rows, %d after thirty thousand", early, late)
	}
}

func TestTheTemplateIsATable(t *testing.T) {
	if got := rows(t, table.Template(), options()); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	var f intake.Form
	for _, c := range table.Columns {
		if known, _ := f.Set(c, ""); !known && c != "key" && c != "mrz" {
			t.Errorf("the form has no %s", c)
		}
	}
}

func BenchmarkRows(b *testing.B) {
	r, err := table.NewReader(&endless{n: b.N}, options())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	if n, err := table.Run(r, table.NewErrors(io.Discard, r), nil, nil); err != nil || n.Used != b.N {
		b.Fatalf("%+v, %v", n, err)
	}
	b.ReportMetric(float64(heap())/1e6, "MB-after")
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(head+tested), "")
	f.Add([]byte("\ufeff"+head+tested), "")
	f.Add([]byte("\xff\xfek\x00i\x00n\x00d\x00,\x00"), "")
	f.Add([]byte(head+strings.Replace(tested, "Eriksson", "\xd6rn", 1)), "windows-1252")
	f.Add([]byte("kind;family\ntest;\"Erik\n"), "")
	f.Fuzz(func(t *testing.T, text []byte, charset string) {
		o := options()
		o.Charset = charset
		r, err := table.NewReader(bytes.NewReader(text), o)
		if err != nil {
			return
		}
		var b bytes.Buffer
		n, err := table.Run(r, table.NewErrors(&b, r), func(row table.Row) error {
			if row.Item.Certificate == nil || row.Item.Key == "" || intake.HasError(row.Item.Findings) {
				t.Error("a row that contradicts itself")
			}
			return nil
		}, nil)
		if err != nil {
			return
		}
		// what was refused is a table of as many rows
		if _, err := table.NewReader(bytes.NewReader(b.Bytes()), options()); err != nil {
			t.Fatalf("the errors are no table: %v", err)
		}
		if lines := bytes.Count(b.Bytes(), []byte("\r\n")); lines < n.Refused+1 {
			t.Errorf("%d lines of errors, %d refused", lines, n.Refused)
		}
	})
}
