package hl7_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/pratique/pratique/issue/hl7"
	"github.com/pratique/pratique/issue/intake"
)

const msh = "MSH|^~\\&|NLIS|NORLAB7|PRATIQUE|NORHEALTH|20261202093000+0100||ORU^R01^ORU_R01|N1|P|2.5.1||||||UNICODE UTF-8\r"

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	for _, v := range []struct {
		comment, text string
		want          error
		segment       int
	}{
		{"nothing", "", hl7.ErrNoMessage, 1},
		{"a byte order mark before it", "\ufeff" + msh, hl7.ErrNoMessage, 1},
		{"UTF-16", "M\x00S\x00H\x00|\x00^\x00~\x00", hl7.ErrNoMessage, 1},
		{"a batch", "FHS|^~\\&|\r" + msh, hl7.ErrNoMessage, 1},
		{"the same separator twice", "MSH||~\\&|NLIS\r", hl7.ErrSeparators, 1},
		{"a letter as a separator", "MSHA^~\\&ANLIS\r", hl7.ErrSeparators, 1},
		{"a space as a separator", "MSH|^~\\ |NLIS\r", hl7.ErrSeparators, 1},
		{"three separators", "MSH|^~\\|NLIS|\r", hl7.ErrSeparators, 1},
		{"an unknown character set", strings.Replace(msh, "UNICODE UTF-8", "GB 18030-2000", 1), hl7.ErrCharset, 1},
		{"a set that switches", strings.Replace(msh, "UNICODE UTF-8", "ASCII~ISO IR87", 1), hl7.ErrCharset, 1},
		{"Latin-1 in what is said to be UTF-8", msh + "PID|1||||\xd6rn\r", hl7.ErrLetters, 2},
		{"UTF-8 where nothing is said", strings.Replace(msh, "UNICODE UTF-8", "", 1) + "PID|1||||Örn\r", hl7.ErrLetters, 2},
		{"a control byte of Latin-1", strings.Replace(msh, "UNICODE UTF-8", "8859/1", 1) + "PID|1||||\x85\r", hl7.ErrLetters, 2},
		{"a segment without a name", msh + "|1\r", hl7.ErrSegment, 2},
		{"an empty line within", msh + "\rPID|1\r", hl7.ErrSegment, 2},
		{"a null byte", msh + "PID|\x001\r", hl7.ErrControlByte, 2},
		{"two messages", msh + msh, hl7.ErrSecond, 2},
		{"a bomb of segments", msh + strings.Repeat("NTE|1\r", hl7.MaxSegments), hl7.ErrTooMany, hl7.MaxSegments + 1},
		{"a bomb of fields", msh + "PID" + strings.Repeat("|", hl7.MaxFields) + "\r", hl7.ErrTooMany, 2},
		{"beyond the limit", msh + strings.Repeat("x", hl7.MaxMessage), hl7.ErrTooLong, 1},
	} {
		m, err := hl7.Parse([]byte(v.text))
		var e *hl7.Error
		if m != nil || !errors.As(err, &e) || e.Err != v.want || e.Segment != v.segment {
			t.Errorf("%s: %v", v.comment, err)
		}
	}
}

// message is one of the files, with some of it replaced.
func message(t *testing.T, name string, replace ...string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/messages/" + name + ".hl7")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(replace); i += 2 {
		if !bytes.Contains(text, []byte(replace[i])) {
			t.Fatalf("%s has no %q", name, replace[i])
		}
	}
	return []byte(strings.NewReplacer(replace...).Replace(string(text)))
}

func read(t *testing.T, text []byte, o intake.Options) intake.Message {
	t.Helper()
	m, err := hl7.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return hl7.Read(m, o)
}

func TestWhatIsWrongHasItsPlace(t *testing.T) {
	const file = "oru-01-pcr-negative"
	for _, v := range []struct {
		comment, old, new string
		want              intake.Finding
	}{
		{"another type of message", "ORU^R01^ORU_R01", "ADT^A01^ADT_A01", intake.Finding{Severity: intake.Error, Code: intake.Unsupported, Place: "MSH[1]-9"}},
		{"another event", "ORU^R01^ORU_R01", "ORU^R30^ORU_R30", intake.Finding{Severity: intake.Error, Code: intake.Unsupported, Place: "MSH[1]-9"}},
		{"no identifier", "|N0001|", "||", intake.Finding{Severity: intake.Error, Code: intake.Missing, Place: "MSH[1]-10"}},
		{"version 2.2", "|2.5.1|", "|2.2|", intake.Finding{Severity: intake.Error, Code: intake.Version, Place: "MSH[1]-12"}},
		{"version 3", "|2.5.1|", "|3.0|", intake.Finding{Severity: intake.Error, Code: intake.Version, Place: "MSH[1]-12"}},
		{"for debugging", "|P|2", "|D|2", intake.Finding{Severity: intake.Error, Code: intake.Purpose, Place: "MSH[1]-11"}},
		{"no patient", "PID|1|", "ZZZ|1|", intake.Finding{Severity: intake.Error, Code: intake.Structure, Place: "OBR[1]"}},
		{"no name", "Eriksson^Anna^Maria", "^^", intake.Finding{Severity: intake.Error, Code: intake.Missing, Place: "PID[1]-5"}},
		{"an escape that does not end", "Eriksson^", "Eriks\\son^", intake.Finding{Severity: intake.Error, Code: intake.Unreadable, Place: "PID[1]-5"}},
		{"an escape to another set", "Eriksson^", "\\C2842\\Eriksson^", intake.Finding{Severity: intake.Error, Code: intake.Unreadable, Place: "PID[1]-5"}},
		{"a null byte in hexadecimal", "Eriksson^", "\\X00\\Eriksson^", intake.Finding{Severity: intake.Error, Code: intake.Unreadable, Place: "PID[1]-5"}},
		{"a name as long as a book", "Eriksson^", strings.Repeat("Eriksson", 200) + "^", intake.Finding{Severity: intake.Error, Code: intake.Unreadable, Place: "PID[1]-5"}},
		{"a birth date of no calendar", "|19740812|", "|19740230|", intake.Finding{Severity: intake.Error, Code: intake.Unreadable, Place: "PID[1]-7"}},
		{"a birth date to come", "|19740812|", "|20740812|", intake.Finding{Severity: intake.Error, Code: intake.Future, Place: "PID[1]-7"}},
		{"no birth date", "|19740812|", "||", intake.Finding{Severity: intake.Warning, Code: intake.Missing, Place: "PID[1]-7"}},
		{"born two hundred years ago", "|19740812|", "|18240812|", intake.Finding{Severity: intake.Warning, Code: intake.Implausible, Place: "PID[1]-7"}},
		{"a name that no rule writes", "Eriksson^Anna^Maria", "王^小明^", intake.Finding{Severity: intake.Error, Code: intake.NotTranslated, Place: "PID[1]-5"}},
		{"an unknown sex", "19740812|F", "19740812|Q", intake.Finding{Severity: intake.Warning, Code: intake.UnknownCode, Place: "PID[1]-8"}},
		{"no number of an order", "F-1001^NLIS", "", intake.Finding{Severity: intake.Error, Code: intake.Missing, Place: "OBR[1]-3"}},
		{"a sample at an impossible hour", "20261202073000+0100", "20261202273000+0100", intake.Finding{Severity: intake.Error, Code: intake.Unreadable, Place: "SPM[1]-17"}},
		{"an impossible offset", "20261202073000+0100", "20261202073000+9900", intake.Finding{Severity: intake.Error, Code: intake.Unreadable, Place: "SPM[1]-17"}},
		{"reported before it was taken", "20261202091500+0100", "20261202031500+0100", intake.Finding{Severity: intake.Error, Code: intake.Order, Place: "OBR[1]-22"}},
		{"a type of value that is a picture", "|CWE|", "|ED|", intake.Finding{Severity: intake.Error, Code: intake.Unsupported, Place: "OBX[1]-2"}},
		{"two codings that contradict", "260415000^Not detected^SCT", "260415000^Not detected^SCT^LA11882-0^Detected^LN", intake.Finding{Severity: intake.Error, Code: intake.Contradiction, Place: "OBX[1]-5"}},
		{"no result", "260415000^Not detected^SCT", "", intake.Finding{Severity: intake.Error, Code: intake.Missing, Place: "OBX[1]-5"}},
		{"two specimens", "SPM|1|", "SPM|1|S-0||258500001^^SCT\nSPM|2|", intake.Finding{Severity: intake.Error, Code: intake.Several, Place: "SPM[2]"}},
	} {
		text := message(t, file, v.old, v.new)
		if v.comment == "no number of an order" {
			text = bytes.ReplaceAll(text, []byte("P-1^CLINIC"), nil)
		}
		got := read(t, text, options())
		found := false
		for f := range got.All {
			found = found || f == v.want
			if f.Code.Hint() == "" {
				t.Errorf("%s: %s has no hint", v.comment, f.Code)
			}
		}
		if !found {
			t.Errorf("%s: found %+v", v.comment, got)
		}
		if refused := v.want.Severity == intake.Error; got.Refused() != refused {
			t.Errorf("%s: refused %v", v.comment, got.Refused())
		}
	}
}

func TestACorrectionHasTheResultOfWhatItCorrects(t *testing.T) {
	first := read(t, message(t, "oru-01-pcr-negative"), options()).Items[0]
	again := read(t, message(t, "oru-01-pcr-negative", "N0001", "N9999"), options()).Items[0]
	if again.Key != first.Key || again.Result != first.Result || first.Key == "" {
		t.Error("the same statement in another message has another key")
	}
	corrected := read(t, message(t, "oru-05-corrected"), options()).Items[0]
	if corrected.Result != first.Result || corrected.Key == first.Key || corrected.Do != intake.Replace {
		t.Errorf("a correction: %+v", corrected)
	}
	gone := read(t, message(t, "oru-06-wrong-person-withdrawn"), options()).Items[0]
	if gone.Result != first.Result || gone.Do != intake.Withdraw || gone.Certificate != nil || gone.Key != "" {
		t.Errorf("taken back: %+v", gone)
	}
	o := options()
	o.Secret = []byte("another")
	if other := read(t, message(t, "oru-01-pcr-negative"), o).Items[0]; other.Key == first.Key || other.Result == first.Result {
		t.Error("identifiers do not depend on the secret")
	}
	if other := read(t, message(t, "oru-01-pcr-negative", "NORLAB7", "NORLAB8"), options()).Items[0]; other.Result == first.Result {
		t.Error("two laboratories share a result by its number")
	}
}

func TestATrainingMessageIsForExercises(t *testing.T) {
	o := options()
	o.Exercise = true
	if got := read(t, message(t, "oru-29-training"), o); got.Refused() {
		t.Errorf("refused: %+v", got.Findings)
	}
	if got := read(t, message(t, "oru-01-pcr-negative"), o); !got.Refused() {
		t.Error("a real person in an exercise")
	}
}

func TestBlocksAreReadAndOthersSkipped(t *testing.T) {
	long := strings.Repeat("x", hl7.MaxMessage+1)
	for _, v := range []struct {
		comment, bytes string
		want           []string // messages, and errors in their words
	}{
		{"two", "\x0ba\x1c\x0d\x0bb\x1c\x0d", []string{"a", "b", "EOF"}},
		{"line ends between them", "\r\n\x0ba\x1c\x0d\n\x0bb\x1c\x0d\n", []string{"a", "b", "EOF"}},
		{"nothing", "", []string{"EOF"}},
		{"an empty one", "\x0b\x1c\x0d", []string{"", "EOF"}},
		{"cut by the next", "\x0bab\x0bcd\x1c\x0d", []string{hl7.ErrBlockCut.Error(), "cd", "EOF"}},
		{"an end that is none", "\x0bab\x1ccd\x1c\x0d\x0be\x1c\x0d", []string{hl7.ErrBlockEnd.Error(), "e", "EOF"}},
		{"cut at the end", "\x0bab", []string{"unexpected EOF"}},
		{"cut within its end", "\x0bab\x1c", []string{"unexpected EOF"}},
		{"too long", "\x0b" + long + "\x1c\x0d\x0ba\x1c\x0d", []string{hl7.ErrBlockLong.Error(), "a", "EOF"}},
		{"no blocks at all", long + long, []string{hl7.ErrBlockJunk.Error()}},
	} {
		b := hl7.NewBlocks(strings.NewReader(v.bytes))
		for i, want := range v.want {
			got, err := b.Next()
			said := string(got)
			if err != nil {
				said = err.Error()
			}
			if said != want {
				t.Errorf("%s: block %d is %.40q, want %.40q", v.comment, i, said, want)
			}
		}
	}
	if got, err := hl7.NewBlocks(bytes.NewReader(hl7.Block([]byte("a")))).Next(); string(got) != "a" || err != nil {
		t.Errorf("what is framed is read as %q, %v", got, err)
	}
}

// wire is a connection of which the other side has said all that it will say.
type wire struct {
	io.Reader
	said bytes.Buffer
}

func (w *wire) Write(b []byte) (int, error) { return w.said.Write(b) }

// talk sends messages to a server, and returns its answers.
func talk(t *testing.T, s *hl7.Server, messages ...[]byte) []string {
	t.Helper()
	var in bytes.Buffer
	for _, m := range messages {
		in.Write(hl7.Block(m))
	}
	w := &wire{Reader: &in}
	if err := s.Serve(w); err != nil {
		t.Fatal(err)
	}
	var out []string
	for b := hl7.NewBlocks(&w.said); ; {
		m, err := b.Next()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(m))
	}
}

func TestAMessageIsHandledOnceAndAnsweredAlike(t *testing.T) {
	n := 0
	s := &hl7.Server{Options: options, Handle: func(m *hl7.Message, got intake.Message) ([]intake.Finding, error) {
		n++
		if len(got.Items) != 1 {
			t.Errorf("%d items", len(got.Items))
		}
		return nil, nil
	}}
	first := message(t, "oru-01-pcr-negative")
	got := talk(t, s, first, first)
	if n != 1 || len(got) != 2 || got[0] != got[1] || !strings.Contains(got[0], "MSA|AA|N0001") {
		t.Errorf("handled %d times, answered %q", n, got)
	}
	if again := talk(t, s, first); n != 1 || again[0] != got[0] {
		t.Errorf("over another connection: handled %d times, %q", n, again)
	}
	if got := talk(t, s, message(t, "oru-01-pcr-negative", "Anna", "Inga")); n != 1 || !strings.Contains(got[0], "MSA|AR|N0001") || !strings.Contains(got[0], "ERR||MSH^1^10^1|205^") {
		t.Errorf("another message under its identifier: %q", got)
	}
	if got := talk(t, s, message(t, "oru-08-preliminary")); n != 2 || !strings.Contains(got[0], "MSA|AE|N0008") {
		t.Errorf("one that cannot be used: handled %d times, %q", n, got)
	}
	if got := talk(t, s, message(t, "oru-29-training")); n != 2 || !strings.Contains(got[0], "MSA|AR|N0029") {
		t.Errorf("one for training: handled %d times, %q", n, got)
	}
}

func TestTheNextMessageIsAnsweredWhateverCameBefore(t *testing.T) {
	s := &hl7.Server{Options: options, Handle: func(*hl7.Message, intake.Message) ([]intake.Finding, error) { return nil, nil }}
	good := message(t, "oru-01-pcr-negative")
	broken := message(t, "oru-02-pcr-positive-loinc-answer", "PID|", "PI|")
	got := talk(t, s, []byte("hello"), broken, []byte{}, good)
	if len(got) != 2 || !strings.Contains(got[0], "MSA|AR|N0002") || !strings.Contains(got[0], "ERR||MSH^1|100^") || !strings.Contains(got[1], "MSA|AA|N0001") {
		t.Errorf("%q", got)
	}
	if strings.Contains(strings.Join(got, ""), "Eriksson") {
		t.Error("an answer names the person")
	}
}

func TestTroubleOfOursIsToldAndForgotten(t *testing.T) {
	fail := true
	s := &hl7.Server{Options: options, Handle: func(*hl7.Message, intake.Message) ([]intake.Finding, error) {
		if fail {
			return nil, errors.New("the disk of 10.0.0.7 is full")
		}
		return nil, nil
	}}
	m := message(t, "oru-01-pcr-negative")
	if got := talk(t, s, m); !strings.Contains(got[0], "MSA|AR|N0001") || !strings.Contains(got[0], "207^") || strings.Contains(got[0], "10.0.0.7") {
		t.Errorf("%q", got)
	}
	fail = false
	if got := talk(t, s, m); !strings.Contains(got[0], "MSA|AA|N0001") {
		t.Errorf("sent again: %q", got)
	}
}

func TestEachModeHasItsAcknowledgements(t *testing.T) {
	s := func() *hl7.Server {
		return &hl7.Server{Options: options, Handle: func(*hl7.Message, intake.Message) ([]intake.Finding, error) { return nil, nil }}
	}
	for _, v := range []struct {
		comment, file, accept, use string
		want                       []string
	}{
		{"both", "oru-32-enhanced-mode", "AL", "AL", []string{"CA", "AA"}},
		{"acceptance alone", "oru-32-enhanced-mode", "AL", "NE", []string{"CA"}},
		{"use alone", "oru-32-enhanced-mode", "NE", "AL", []string{"AA"}},
		{"only errors, and there is none", "oru-32-enhanced-mode", "ER", "ER", nil},
		{"only success", "oru-32-enhanced-mode", "SU", "SU", []string{"CA", "AA"}},
		{"neither named", "oru-32-enhanced-mode", "", "", []string{"AA"}}, // the original mode
	} {
		got := talk(t, s(), message(t, v.file, "|AL|AL|", "|"+v.accept+"|"+v.use+"|"))
		if len(got) != len(v.want) {
			t.Errorf("%s: %q", v.comment, got)
			continue
		}
		for i, code := range v.want {
			if !strings.Contains(got[i], "\rMSA|"+code+"|N0033") && !strings.Contains(got[i], "\rMSA|"+code+"|N0032") {
				t.Errorf("%s: %q", v.comment, got[i])
			}
		}
		if len(got) == 2 && strings.Split(got[0], "|")[9] == strings.Split(got[1], "|")[9] {
			t.Errorf("%s: two acknowledgements of one identifier", v.comment)
		}
	}
	refused := talk(t, s(), message(t, "oru-32-enhanced-mode", "|P|2", "|T|2"))
	if len(refused) != 1 || !strings.Contains(refused[0], "MSA|CR|") {
		t.Errorf("refused: %q", refused)
	}
	mistaken := talk(t, s(), message(t, "oru-32-enhanced-mode", "|AL|AL|", "|ER|ER|", "||||F|||||", "||||P|||||"))
	if len(mistaken) != 1 || !strings.Contains(mistaken[0], "MSA|AE|") {
		t.Errorf("not used: %q", mistaken)
	}
}

func TestAnAnswerIsInTheSendersOwnTerms(t *testing.T) {
	text := message(t, "oru-16-other-separators", "260415000", "999")
	m, err := hl7.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	got := hl7.Read(m, options())
	a := string(m.Ack(hl7.Answer{Outcome: hl7.OutcomeOf(got), Findings: got.Items[0].Findings, ID: "A1", At: now}))
	want := "MSH!*%?@!PRATIQUE!NORHEALTH!NLIS!NORLAB7!20261202120000+0000!!ACK*R01*ACK!A1!P!2.5.1!!!!!!UNICODE UTF-8\r" +
		"MSA!AE!N0016\rERR!!OBX*1*5*1!103*Table value not found*HL70357!E!unknown_code**99PRATIQUE!!!use a code that the documentation lists\r"
	if a != want {
		t.Errorf("got %q", a)
	}
	old, err := hl7.Parse(message(t, "oru-18-version-2-3-1-offset-of-header", "260415000", "999"))
	if err != nil {
		t.Fatal(err)
	}
	got = hl7.Read(old, options())
	if a := string(old.Ack(hl7.Answer{Outcome: hl7.Mistaken, Findings: got.Items[0].Findings, ID: "A1", At: now})); !strings.Contains(a, "\rERR|OBX^1^5^103&Table value not found&HL70357\r") || !strings.Contains(a, "|ACK^R01|") {
		t.Errorf("of version 2.3.1: %q", a)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"oru-01-pcr-negative", "oru-12-latin-1", "oru-16-other-separators", "oru-19-version-2-8-oid", "vxu-11-three-doses-of-a-child"} {
		text, err := os.ReadFile("testdata/messages/" + name + ".hl7")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("MSH|^~\\&|"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := hl7.Parse(text)
		if err != nil {
			return
		}
		if !bytes.Equal(m.Bytes(), text) {
			t.Error("it is not written as it was read")
		}
		got := hl7.Read(m, options())
		a := hl7.Answer{Outcome: hl7.OutcomeOf(got), ID: "A1", At: now}
		for f := range got.All {
			a.Findings = append(a.Findings, f)
		}
		if _, err := hl7.Parse(m.Ack(a)); err != nil {
			t.Errorf("the answer is no message: %v", err)
		}
		for _, it := range got.Items {
			if (it.Certificate == nil) == (it.Do == intake.Issue || it.Do == intake.Replace) || (it.Certificate != nil && (it.Key == "" || intake.HasError(it.Findings))) {
				t.Errorf("an item that contradicts itself: %s at %s", it.Do, it.Place)
			}
		}
	})
}

func FuzzBlocks(f *testing.F) {
	f.Add([]byte("\x0ba\x1c\x0d\x0bb\x1c\x0d"))
	f.Add([]byte("\x0bab\x0bcd\x1c\x0d"))
	f.Add([]byte("\x0bab\x1ccd"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		// whatever came before, a whole message at the end is read
		b := hl7.NewBlocks(bytes.NewReader(append(stream, "\x1c\x0d\x0blast\x1c\x0d"...)))
		var last []byte
		for range len(stream) + 3 {
			m, err := b.Next()
			if err == io.EOF {
				break
			}
			if err == nil {
				last = m
			}
		}
		if string(last) != "last" {
			t.Errorf("the last message is %q", last)
		}
	})
}
