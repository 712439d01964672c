package demo

import (
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
)

// doses is what Sudmark's port health office recognises: Norland's vaccinations.
var doses = trust.Recognition{By: "XB", Of: "XA", Uses: trust.Uses{Of: []trust.Use{trust.Vaccination}}, Until: ended}

// yellow is the day on which Dora was vaccinated against yellow fever, and dora
// her certificate: for life, and so without an end of its signature.
var yellow = cert.Date{Year: 2026, Month: 11, Day: 24}

func dora() *cert.Certificate {
	return &cert.Certificate{
		Signed: cert.Period{Issued: time.Date(2026, 11, 24, 10, 0, 0, 0, norland)},
		Subject: cert.Person{
			Names: []cert.Name{{Full: "Dora Kiplagat"}}, BirthDate: cert.Date{Year: 1990, Month: 2, Day: 17}, Sex: cert.Female, Nationality: "XA",
		},
		Events: []cert.Event{&cert.Vaccination{
			Statement: cert.Statement{Authority: authority}, Lot: "YF-2217", Date: yellow,
			Product: cert.Coded{Source: cert.Coding{System: cert.PreQual, Code: "YellowFeverProductd2c75a15ed309658b3968519ddb31690"}},
		}},
	}
}

// port makes what the port health office of Sudmark has, and Dora's yellow card.
func (w *world) port() {
	if w.err != nil {
		return
	}
	w.day("sudmark/port", doses)
	text, err := hc1.Issuer{Signer: w.key.Signer, Key: w.key.Public()}.IssueICVP(dora(), nil)
	if err != nil {
		w.fail(err)
		return
	}
	w.code("dora", text)
}

// atPort are the scenes of a yellow card.
func atPort() []Scene {
	scene := func(title, tells string, at time.Time, want verify.Colour) Scene {
		return Scene{Title: title, Tells: tells, Run: true, Clock: at, Want: want,
			Command: []string{"verify", "--trust", "sudmark/port", "--rules", "yellow-fever", "--from", "KE", "--to", "XB", "--at", at.Format(time.RFC3339), "dora.png"}}
	}
	tenth := time.Date(2026, 12, 4, 12, 0, 0, 0, sudmark)
	return []Scene{
		scene("Dora comes from where there is yellow fever",
			"Her yellow card is from Norland, her flight from Kenya, and her dose nine days old. The Regulations let it count from the tenth. Another disease, another pack of rules, the same border.",
			tenth.AddDate(0, 0, -1), verify.Amber),
		scene("Dora, a day later",
			"Now it counts, and for life: long after the key that signed it. Somebody who comes from where there is none would be asked for nothing.",
			tenth, verify.Green),
	}
}
