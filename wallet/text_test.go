package wallet_test

import (
	"errors"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/wallet"
)

func TestMain(m *testing.M) {
	wallet.CheapSeals()
	os.Exit(m.Run())
}

// family has every kind of line, in the order in which Bytes prints them.
const family = `pratique-wallet/1.0
person Anna
name Anna Maria Eriksson
document UTO L898902C3 740812
certificate HC1:AAA
certificate
 {
  "data": 1
 
 }
receipt
 pratique-receipt/1.0
 time 2026-12-03T14:20:00+08:00
stay XA 2026-11-01 2026-11-20
stay XB/01 2026-11-20T09:30:00+08:00 -
stamp HC1:BBB
notice HC1:CCC
exposure 2026-11-10 low gaen rule-1
venue 2026-11-11T18:00:00Z 2026-11-11T20:00:00Z high
symptom 2026-11-12 fever
person Tom
document D X1 <<<<<<
person Grand-mère, Δ
document UTO P7 31<<<<
`

func mustParse(t *testing.T, text string) wallet.File {
	t.Helper()
	f, _, err := wallet.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mustBytes(t *testing.T, f wallet.File) string {
	t.Helper()
	b, err := f.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAFileInOrderIsPrintedByteForByte(t *testing.T) {
	f, found, err := wallet.Parse([]byte(family))
	if err != nil || len(found) > 0 {
		t.Fatalf("%v, %v", found, err)
	}
	if got := mustBytes(t, f); got != family {
		t.Errorf("printed as:\n%s", got)
	}
	if len(f.People) != 3 {
		t.Fatalf("%d people", len(f.People))
	}
	anna := f.People[0]
	want := wallet.Person{
		Label: "Anna", Name: "Anna Maria Eriksson",
		Holder:       history.Holder{Country: "UTO", Number: "L898902C3", Birth: cert.Date{Year: 2074, Month: 8, Day: 12}},
		Certificates: []string{"HC1:AAA", "{\n \"data\": 1\n\n}\n"},
		Receipts:     []string{"pratique-receipt/1.0\ntime 2026-12-03T14:20:00+08:00\n"},
		History:      anna.History,
	}
	if !reflect.DeepEqual(anna, want) {
		t.Errorf("got  %+v\nwant %+v", anna, want)
	}
	h := anna.History
	if len(h.Stays) != 2 || len(h.Stamps) != 1 || len(h.Notices) != 1 || len(h.Exposure) != 1 || len(h.Venues) != 1 || len(h.Symptoms) != 1 {
		t.Errorf("history: %+v", h)
	}
	if f.People[2].Holder.Birth != (cert.Date{Year: 2031}) || f.People[1].Holder.Birth != (cert.Date{}) {
		t.Error("a birth date that is known in part, or not at all, is another")
	}
}

// What is not understood is a finding, and is still there when the file is written.
func TestWhatIsNotUnderstoodIsKept(t *testing.T) {
	for _, v := range []struct {
		comment string
		lines   string // after "person Anna", lines 3 ...
		want    []wallet.Finding
	}{
		{"a kind of line of a later version", "aura blue\n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"with lines that belong to it", "aura\n blue\n green\nsymptom 2026-11-12 fever\n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a broken stay between two good ones", "stay XA 2026-11-01 -\nstay XA yesterday -\nstay XB 2026-11-01 -\n", []wallet.Finding{{4, wallet.Unreadable}}},
		{"a second name", "name Anna\nname Ann\n", []wallet.Finding{{4, wallet.Twice}}},
		{"a second document", "document UTO A1 740812\ndocument UTO A2 740812\n", []wallet.Finding{{4, wallet.Twice}}},
		{"a document in small letters", "document uto A1 740812\n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a document with a birth date of another form", "document UTO A1 1974-08-12\n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a document with half a number", "document UTO A1 74<812\n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a document without a birth date", "document UTO A1\n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a document with an impossible birth date", "document UTO A1 741301\n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a certificate without a text", "certificate\n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a certificate with an empty text", "certificate \n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a certificate in both forms", "certificate HC1:A\n B\n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a name of two lines", "name Anna\n Maria\n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a stay of two lines", "stay XA 2026-11-01 -\n x\n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"an empty line", "\n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a person without a label", "person \n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a person without a space", "person\n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a label with a space at its end", "person Tom \n", []wallet.Finding{{3, wallet.Unreadable}}},
		{"a certificate that is too long", "certificate " + strings.Repeat("A", wallet.MaxText+1) + "\n", []wallet.Finding{{3, wallet.Unreadable}}},
	} {
		f, found, err := wallet.Parse([]byte("pratique-wallet/1.0\nperson Anna\n" + v.lines))
		if err != nil {
			t.Errorf("%s: %v", v.comment, err)
			continue
		}
		if !slices.Equal(found, v.want) {
			t.Errorf("%s: %v, want %v", v.comment, found, v.want)
		}
		if got := mustBytes(t, f); !sameLines(got, "pratique-wallet/1.0\nperson Anna\n"+v.lines) {
			t.Errorf("%s: printed as\n%s", v.comment, got)
		}
	}
}

// sameLines reports whether two texts have the same lines, in any order.
func sameLines(a, b string) bool {
	la, lb := strings.Split(a, "\n"), strings.Split(b, "\n")
	slices.Sort(la)
	slices.Sort(lb)
	return slices.Equal(la, lb)
}

func TestALaterMinorVersionIsKept(t *testing.T) {
	const text = "pratique-wallet/1.7\nmood good\nperson Anna\ncertificate HC1:A\naura\n blue\n"
	f, found, err := wallet.Parse([]byte(text))
	if err != nil || len(found) != 2 || found[0] != (wallet.Finding{Line: 2, Code: wallet.Unplaced}) {
		t.Fatalf("%v, %v", found, err)
	}
	if got := mustBytes(t, f); got != text {
		t.Errorf("printed as:\n%s", got)
	}
}

func TestALabelThatComesAgainGoesOn(t *testing.T) {
	f, found, err := wallet.Parse([]byte("pratique-wallet/1.0\nperson A\ncertificate HC1:A\nperson B\nperson A\ncertificate HC1:B\n"))
	if err != nil || len(f.People) != 2 || len(found) != 1 || found[0] != (wallet.Finding{Line: 5, Code: wallet.Twice}) {
		t.Fatalf("%+v, %v, %v", f, found, err)
	}
	if !slices.Equal(f.People[0].Certificates, []string{"HC1:A", "HC1:B"}) {
		t.Errorf("%q", f.People[0].Certificates)
	}
}

func TestWhatIsNoWalletIsRefused(t *testing.T) {
	many := func(line string, n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(line, "#", strconv.Itoa(i)))
		}
		return b.String()
	}
	for _, v := range []struct{ comment, text string }{
		{"nothing", ""},
		{"another kind", "pratique-history/1.0\n"},
		{"another major version", "pratique-wallet/2.0\nperson A\n"},
		{"no line end", "pratique-wallet/1.0\nperson A"},
		{"line ends of another system", "pratique-wallet/1.0\r\nperson A\r\n"},
		{"a byte-order mark", "\uFEFFpratique-wallet/1.0\n"},
		{"a control character", "pratique-wallet/1.0\nperson A\x00\n"},
		{"a line that goes on with nothing", "pratique-wallet/1.0\n aura\nperson A\n"},
		{"not UTF-8", "pratique-wallet/1.0\nperson \xff\n"},
		{"signed", "pratique-wallet/1.0\nperson A\nsignature ed25519 " + strings.Repeat("00", 32) + " AA==\n"},
		{"too long", "pratique-wallet/1.0\n" + strings.Repeat("x", wallet.MaxSize) + "\n"},
		{"too many people", "pratique-wallet/1.0\n" + many("person #\n", wallet.MaxPeople+1)},
		{"too many certificates", "pratique-wallet/1.0\nperson A\n" + many("certificate #\n", wallet.MaxTexts+1)},
		{"too many receipts", "pratique-wallet/1.0\nperson A\n" + many("receipt #\n", wallet.MaxTexts+1)},
		{"too long a history", "pratique-wallet/1.0\nperson A\n" + many("stay XA 2026-11-01 -\n", history.MaxLines)},
	} {
		f, found, err := wallet.Parse([]byte(v.text))
		if !errors.Is(err, wallet.ErrFile) || found != nil || !reflect.DeepEqual(f, wallet.File{}) {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
	for _, v := range []struct{ comment, text string }{
		{"the most people", "pratique-wallet/1.0\n" + many("person #\n", wallet.MaxPeople)},
		{"the most certificates", "pratique-wallet/1.0\nperson A\n" + many("certificate #\n", wallet.MaxTexts)},
		{"the longest certificate", "pratique-wallet/1.0\nperson A\ncertificate " + strings.Repeat("A", wallet.MaxText) + "\n"},
		{"the longest history", "pratique-wallet/1.0\nperson A\n" + many("stay XA 2026-11-01 -\n", history.MaxLines-1)},
	} {
		f, found, err := wallet.Parse([]byte(v.text))
		if err != nil || len(found) > 0 {
			t.Errorf("%s: %v, %v", v.comment, found, err)
			continue
		}
		if got := mustBytes(t, f); got != v.text {
			t.Errorf("%s: printed differently", v.comment)
		}
	}
}

// What could not be read again is not written.
func TestBytesRefusesWhatTheGrammarCannotSay(t *testing.T) {
	person := func(p wallet.Person) wallet.File {
		if p.Label == "" {
			p.Label = "Anna"
		}
		return wallet.File{People: []wallet.Person{p}}
	}
	texts := make([]string, wallet.MaxTexts+1)
	for i := range texts {
		texts[i] = "x"
	}
	for _, v := range []struct {
		comment string
		f       wallet.File
		want    error
	}{
		{"a label of two lines", person(wallet.Person{Label: "A\nperson B"}), wallet.ErrWrite},
		{"an empty label", wallet.File{People: []wallet.Person{{}}}, wallet.ErrWrite},
		{"a label twice", wallet.File{People: []wallet.Person{{Label: "A"}, {Label: "A"}}}, wallet.ErrWrite},
		{"a name of two lines", person(wallet.Person{Name: "A\nB"}), wallet.ErrWrite},
		{"a number with a line end", person(wallet.Person{Holder: history.Holder{Country: "UTO", Number: "A\nB"}}), wallet.ErrWrite},
		{"a birth date alone", person(wallet.Person{Holder: history.Holder{Birth: cert.Date{Year: 1974}}}), wallet.ErrWrite},
		{"an empty certificate", person(wallet.Person{Certificates: []string{""}}), wallet.ErrWrite},
		{"a certificate with a control character", person(wallet.Person{Certificates: []string{"A\rB"}}), wallet.ErrWrite},
		{"a certificate that is not UTF-8", person(wallet.Person{Certificates: []string{"\xff"}}), wallet.ErrWrite},
		{"a receipt with a zero", person(wallet.Person{Receipts: []string{"\x00"}}), wallet.ErrWrite},
		{"a symptom that writes a line of its own", person(wallet.Person{History: history.File{Symptoms: []history.Symptom{{Date: cert.Date{Year: 2026, Month: 1, Day: 1}, Word: "x\nstay XA 2026-11-01 -"}}}}), wallet.ErrWrite},
		{"a stay without a beginning", person(wallet.Person{History: history.File{Stays: []history.Stay{{Place: history.Place{In: "XA"}}}}}), wallet.ErrWrite},
		{"an unread line with another after it", person(wallet.Person{Unread: []string{"a\nb"}}), wallet.ErrWrite},
		{"an unread line that goes on with the line before", person(wallet.Person{Unread: []string{" aura"}}), wallet.ErrWrite},
		{"a signature", person(wallet.Person{Unread: []string{"signature x y z"}}), wallet.ErrWrite},
		{"a version that is none", wallet.File{Minor: -1}, wallet.ErrWrite},
		{"too many people", wallet.File{People: make([]wallet.Person, wallet.MaxPeople+1)}, wallet.ErrLimit},
		{"too many receipts", person(wallet.Person{Receipts: texts}), wallet.ErrLimit},
		{"too many unread lines", person(wallet.Person{Unread: make([]string, history.MaxLines)}), wallet.ErrLimit},
		{"too long", person(wallet.Person{Certificates: slices.Repeat([]string{strings.Repeat("x", wallet.MaxText)}, 70)}), wallet.ErrLimit},
	} {
		if b, err := v.f.Bytes(); !errors.Is(err, v.want) || b != nil {
			t.Errorf("%s: %v, want %v", v.comment, err, v.want)
		}
		if b, err := v.f.Seal("a b c"); !errors.Is(err, v.want) || b != nil {
			t.Errorf("%s: sealed, with %v", v.comment, err)
		}
	}
}

// A document is written as machines read it, and stays the same document.
func TestADocumentIsWrittenAsMachinesReadIt(t *testing.T) {
	f := wallet.File{People: []wallet.Person{{Label: "A", Holder: history.Holder{Country: "uto", Number: "l898-902 c3<<"}}}}
	if got := mustBytes(t, f); got != "pratique-wallet/1.0\nperson A\ndocument UTO L898902C3 <<<<<<\n" {
		t.Errorf("%s", got)
	}
}

// FuzzParse: what parses loses no line, and is printed the same from then on.
func FuzzParse(f *testing.F) {
	f.Add([]byte(family))
	f.Add([]byte("pratique-wallet/1.9\nx\n y\nperson A\nname B\nname C\nstay XA 2026-11-01 -\nstay\ncertificate\n \n\nperson A\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		w, found, err := wallet.Parse(data)
		if err != nil {
			return
		}
		out, err := w.Bytes()
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, _, err := wallet.Parse(out)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if b, err := again.Bytes(); err != nil || string(b) != string(out) {
			t.Errorf("printed differently the second time: %v", err)
		}
		joined := slices.ContainsFunc(found, func(f wallet.Finding) bool { return f.Code == wallet.Twice })
		if !joined && !sameLines(string(data), string(out)) {
			t.Errorf("lines were lost:\n%q\n%q", data, out)
		}
	})
}
