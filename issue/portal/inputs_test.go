package portal_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/issue/intake"
	"github.com/pratique/pratique/issue/portal"
	"github.com/pratique/pratique/issue/table"
)

func lines(t *testing.T, body string) (out []portal.Line) {
	t.Helper()
	for _, text := range strings.Split(strings.TrimSpace(body), "\n") {
		var l portal.Line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%v: %.200s", err, text)
		}
		out = append(out, l)
	}
	return out
}

// A table is issued row by row; what cannot be used comes back as a table that can be
// corrected; given again whole, the rows have the certificates that they had.
func TestATable(t *testing.T) {
	s := one(t)
	m := s.by(s.key)
	var b strings.Builder
	b.WriteString("key,kind,family,given,born,disease,method,sampled,result\r\n")
	for n := range 700 {
		name := fmt.Sprint("Quillfeather ", strings.Repeat("o", n%30))
		switch n {
		case 3:
			name = "=HYPERLINK(1)"
		case 650:
			name = "Qu\xffill"
		}
		fmt.Fprintf(&b, "R-%d,test,%s,Zenobia,1974-08-12,covid-19,nucleic_acid,2026-11-23T06:00:00Z,not_detected\r\n", n, name)
	}
	_, body := m.send("POST", "/v1/tables?dry=1", "text/csv", "", b.String())
	for i, l := range lines(t, body) {
		if l.Done != nil || l.Ready == (i == 3 || i == 650) {
			t.Fatalf("a dry run of row %d: %+v", i, l)
		}
	}
	codes := map[string]bool{}
	for round := range 2 {
		res, body := m.send("POST", "/v1/tables", "text/csv; charset=utf-8", "", b.String())
		got := lines(t, body)
		if res.StatusCode != 200 || len(got) != 700 {
			t.Fatalf("%d, %d rows: %.300s", res.StatusCode, len(got), body)
		}
		for i, l := range got {
			if bad := i == 3 || i == 650; (l.Not != nil) != bad || (l.Done != nil) == bad || bad && l.Not.Code != "findings" {
				t.Fatalf("row %d: %+v", i, l)
			} else if !bad && (l.Done.Again != (round == 1) || codes[l.Done.Code] != (round == 1)) {
				t.Fatalf("row %d in round %d: again %v", i, round, l.Done.Again)
			} else if !bad {
				codes[l.Done.Code] = true
			}
		}
	}
	res, body := m.send("POST", "/v1/tables", "text/csv", "text/csv", b.String())
	if rows := strings.Split(strings.TrimSpace(body), "\r\n"); res.StatusCode != 200 || len(rows) != 3 || !strings.HasPrefix(rows[0], "row,error,key,kind") || !strings.Contains(rows[1], ",'=HYPERLINK(1),") || !strings.Contains(rows[2], "charset") {
		t.Errorf("the rows to be corrected:\n%s", body)
	}
	for _, c := range []struct{ body, code string }{
		{"", "table"}, {"shoe,size\r\n1,2\r\n", "table"}, {"kind,family\r\n\xff\xfe\x00", ""}, {strings.Repeat("a", 100_000), "table"},
	} {
		res, body := m.send("POST", "/v1/tables", "text/csv", "", c.body)
		if c.code != "" && (res.StatusCode != 422 || !strings.Contains(body, `"`+c.code+`"`)) {
			t.Errorf("%.20q: %d %s", c.body, res.StatusCode, body)
		}
	}
	if _, body := m.send("POST", "/v1/tables?offset=noon", "text/csv", "", b.String()); !strings.Contains(body, `"offset"`) {
		t.Errorf("a wrong offset: %s", body)
	}
	if res, template := m.ask("GET", "/v1/tables/template", nil); res.StatusCode != 200 || template != table.Template() {
		t.Errorf("the template: %s", template)
	}
}

// Every message of FHIR that can be read becomes the certificates that it asks for, in
// the register and under a signature; what was sent twice is the same; the rest is
// refused with a reason.
func TestFHIR(t *testing.T) {
	s := one(t)
	many := []portal.Allow{}
	for _, k := range []cert.Kind{cert.KindTest, cert.KindVaccination, cert.KindAntibody} {
		many = append(many, portal.Allow{Kind: k, Day: 1000, Each: 1000, Hours: 8760})
	}
	s.signIn("olga").ok("POST", "/v1/laboratories", portal.Laboratory{ID: "laboratory-7", Name: "Laboratory 7", Allow: many}, new(portal.Done))
	m := s.by(s.key)
	s.mu.Lock()
	*s.now = time.Date(2026, 12, 2, 12, 0, 0, 0, time.UTC) // when these messages come
	s.mu.Unlock()
	files, err := filepath.Glob("../fhir/testdata/messages/*.fhir.json")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d messages, %v", len(files), err)
	}
	made, refused, asked := 0, map[string]int{}, []string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want struct{ Read intake.Message }
		golden, err := os.ReadFile(strings.TrimSuffix(file, ".fhir.json") + ".want.json")
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(golden, &want); err != nil {
			t.Fatal(err)
		}
		var codes [2][]string
		for round := range codes {
			res, body := m.send("POST", "/v1/fhir", "application/fhir+json", "", string(text))
			var got portal.Received
			if err := json.Unmarshal([]byte(body), &got); err != nil || res.StatusCode != 200 || !strings.Contains(string(got.Outcome), `"OperationOutcome"`) {
				t.Fatalf("%s: %d %v %s", file, res.StatusCode, err, body)
			}
			for i, l := range got.Certificates {
				if l.Not != nil {
					refused[l.Not.Code]++
					if do := want.Read.Items[i].Do; (do == intake.Issue || do == intake.Replace) && round == 0 {
						asked = append(asked, filepath.Base(file)+" "+l.Not.Code)
					}
				}
				if l.Done == nil {
					continue
				}
				codes[round] = append(codes[round], l.Done.Code)
				it := want.Read.Items[i]
				u, err := format.Read(l.Done.Code)
				if err != nil {
					t.Fatal(err)
				}
				signed, err := u.Verify(s.ring.Trusted())
				if err != nil || it.Certificate == nil {
					t.Fatalf("%s: certified what must not be, or wrongly: %v", file, err)
				}
				is, must := signed.Certificate, it.Certificate
				if is.Subject.Names[0].FamilyICAO != must.Subject.Names[0].FamilyICAO || is.Subject.BirthDate != must.Subject.BirthDate || is.Events[0].Kind() != must.Events[0].Kind() {
					t.Errorf("%s: another person or event", file)
				}
				made += 1 - round
			}
		}
		if strings.Join(codes[0], "\n") != strings.Join(codes[1], "\n") {
			t.Errorf("%s: sent twice, other certificates", file)
		}
	}
	// What can be read and is not certified as a European certificate, with the reason: a
	// vaccine against yellow fever has no code there, a paper card needs a second person, and the keys
	// here do not sign antibodies.
	if made != 18 || strings.Join(asked, ", ") != "imm-03-yellow-fever.fhir.json pattern, imm-04-transcribed-from-paper.fhir.json transcribed, obs-19-antibodies-with-titre.fhir.json conflict" || refused["findings"] < 10 {
		t.Errorf("%d certificates, not made: %q, refused: %v", made, asked, refused)
	}
	for _, c := range []struct{ media, body, code string }{
		{"application/fhir+json", "{", "fhir"}, {"application/fhir+json", `{"resourceType":"Patient"}`, "fhir"}, {"application/json", "{}", "media_type"},
		{"application/fhir+json", `{"resourceType":"Bundle","x":"` + strings.Repeat("a", 1<<20) + `"}`, "too_large"},
	} {
		if res, body := m.send("POST", "/v1/fhir", c.media, "", c.body); res.StatusCode == 200 || !strings.Contains(body, `"code":"`+c.code+`"`) {
			t.Errorf("%.40s: %d %s", c.body, res.StatusCode, body)
		}
	}
}
