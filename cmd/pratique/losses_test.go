package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/keys"
)

var updateLosses = flag.Bool("update-losses", false, "write the table of docs/formats.md")

const formatsPage = "../../docs/formats.md"

// fullCertificates have everything that the neutral model holds of an event.
func fullCertificates() []struct {
	name string
	cert *cert.Certificate
} {
	coded := func(system, code string) cert.Coded {
		return cert.Coded{Source: cert.Coding{System: system, Code: code}}
	}
	at := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	statement := func(id, disease string) cert.Statement {
		return cert.Statement{ID: id, Country: "CH", Authority: "Office of Health", Disease: coded(cert.SNOMED, disease)}
	}
	lab := cert.Facility{Name: "Laboratory 7", ID: "L7"}
	lab.Country, lab.Accreditation = "CH", "ISO 15189"
	about := func(e cert.Event) *cert.Certificate {
		return &cert.Certificate{
			Subject: cert.Person{
				Names: []cert.Name{{Family: "Örn", Given: "Åsa", FamilyICAO: "OERN", GivenICAO: "AASA"}}, BirthDate: cert.Date{Year: 1984, Month: 5, Day: 9},
				Sex: cert.Female, Nationality: "CH", Documents: []cert.Document{{Type: "passport", Number: "L898902C3"}},
				Guardian: &cert.Person{Names: []cert.Name{{Full: "Bo Örn"}}},
			},
			Events: []cert.Event{e},
		}
	}
	dose := func(e cert.Vaccination) *cert.Certificate {
		e.Lot, e.Date, e.Dose, e.Doses, e.NextDue = "L7", cert.Date{Year: 2026, Month: 6, Day: 15}, 1, 2, cert.Date{Year: 2027, Month: 6, Day: 15}
		e.Centre, e.Clinician = cert.Facility{Name: "Clinic 7"}, "Dr. B. Lind"
		return about(&e)
	}
	return []struct {
		name string
		cert *cert.Certificate
	}{
		{"A nucleic acid test", about(&cert.Test{
			Statement: statement("T7K2", cert.COVID19), Type: coded(cert.LOINC, cert.CodeNucleicAcid), Method: cert.NucleicAcid, Name: "PCR kit",
			Specimen: coded(cert.SNOMED, "258500001"), SampledAt: at, ReportedAt: at.Add(6 * time.Hour), Outcome: coded(cert.SNOMED, cert.CodeNotDetected),
			Result: cert.NotDetected, Laboratory: lab,
		})},
		{"A rapid antigen test", about(&cert.Test{
			Statement: statement("T7K3", cert.COVID19), Type: coded(cert.LOINC, cert.CodeAntigenRapid), Method: cert.AntigenRapid, Device: coded(cert.EUDevice, "1232"),
			Specimen: coded(cert.SNOMED, "258500001"), SampledAt: at, ReportedAt: at.Add(time.Hour), Outcome: coded(cert.SNOMED, cert.CodeNotDetected),
			Result: cert.NotDetected, Laboratory: lab,
		})},
		{"A dose against COVID-19", dose(cert.Vaccination{
			Statement: statement("V7K2", cert.COVID19), Prophylaxis: coded(cert.SNOMED, "1119349007"), Product: coded(cert.EUVaccine, "EU/1/20/1528"),
			Maker: coded(cert.EUHolder, "ORG-100030215"), ProtectionUntil: at.AddDate(0, 9, 0),
		})},
		{"A dose against yellow fever", dose(cert.Vaccination{
			Statement: statement("V7K3", cert.YellowFever), Prophylaxis: coded(cert.ICD11, "XM0N24"), Product: cert.Coded{Source: cert.Coding{System: cert.PreQual, Code: "YellowFeverProductd2c75a15ed309658b3968519ddb31690", Display: "Stamaril"}},
			Maker: cert.Coded{Source: cert.Coding{Code: "M1", Display: "Maker"}}, Lifelong: true,
		})},
		{"A recovery", about(&cert.Recovery{
			Statement: statement("R7K2", cert.COVID19), FirstPositive: cert.Date{Year: 2026, Month: 9, Day: 1}, From: cert.Date{Year: 2026, Month: 9, Day: 12}, Until: cert.Date{Year: 2027, Month: 2, Day: 28},
		})},
		{"An antibody test", about(&cert.Antibody{
			Statement: statement("A7K2", cert.COVID19), Type: coded(cert.LOINC, "94563-4"), SampledAt: at, Outcome: coded(cert.SNOMED, cert.CodeDetected), Result: cert.Detected,
			Value: "250 BAU/mL", Laboratory: lab,
		})},
	}
}

// lossTable issues each full certificate in each format, reads it back, and
// says of each field what became of it.
func lossTable(t *testing.T) string {
	now := time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)
	p := &program{now: func() time.Time { return now }}
	out := new(strings.Builder)
	for _, full := range fullCertificates() {
		became := map[string]map[string]string{} // field, format
		stated, err := cert.Compare(full.cert, new(cert.Certificate))
		if err != nil {
			t.Fatal(err)
		}
		cannot := map[string]string{}
		for _, format := range issued {
			k, err := trialKey(keys.Options{Country: "CH", NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(2, 0, 0)}, format)
			if err != nil {
				t.Fatal(err)
			}
			v := &conversion{to: format}
			v.format, v.issuer = format, "https://health.norland.example"
			_, text, err := v.made(p, full.cert, k)
			if err != nil {
				cannot[format] = err.Error()
				if f, ok := errors.AsType[*fault](err); ok {
					cannot[format] = f.what + " (" + f.hints[0] + ")"
				}
				continue
			}
			ds, err := compared(full.cert, text)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range ds {
				if became[d.Field] == nil {
					became[d.Field] = map[string]string{}
				}
				became[d.Field][format] = d.What
			}
		}
		fmt.Fprintf(out, "\n### %s\n\n| field | %s |\n|---|%s\n", full.name, strings.Join(issued, " | "), strings.Repeat("---|", len(issued)))
		for _, field := range slices.Sorted(func(yield func(string) bool) {
			for f := range became {
				if !yield(f) {
					return
				}
			}
		}) {
			name := strings.TrimPrefix(strings.TrimPrefix(field, "events.0."), "subject.")
			fmt.Fprintf(out, "| %s |", name)
			for _, format := range issued {
				cell := became[field][format]
				switch {
				case cannot[format] != "":
					cell = ""
				case cell == "" && slices.ContainsFunc(stated, func(d cert.Difference) bool { return d.Field == field }):
					cell = "kept"
				}
				fmt.Fprintf(out, " %s |", cell)
			}
			out.WriteString("\n")
		}
		out.WriteString("\nEverything else that the model holds is kept.")
		for _, format := range issued {
			if cannot[format] != "" {
				fmt.Fprintf(out, " Not in %s: %s.", format, cannot[format])
			}
		}
		out.WriteString("\n")
	}
	return out.String()
}

func TestTheLossTableIsThatOfTheProgram(t *testing.T) {
	const begin, end = "<!-- losses: go test ./cmd/pratique -run LossTable -update-losses -->\n", "\n<!-- end of losses -->"
	page, err := os.ReadFile(formatsPage)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok1 := strings.Cut(string(page), begin)
	have, tail, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatal("docs/formats.md has no place for the table")
	}
	want := lossTable(t)
	if *updateLosses {
		if err := os.WriteFile(formatsPage, []byte(head+begin+want+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have != want {
		t.Errorf("the table in docs/formats.md is not that of the program: go test ./cmd/pratique -run LossTable -update-losses\n%s", want)
	}
}
