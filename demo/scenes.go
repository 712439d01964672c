package demo

import (
	"strings"
	"time"

	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/verify"
)

// scenes are the story.
func (w *world) scenes() []Scene {
	return append([]Scene{
		{
			Title: "Norland: a laboratory result becomes a code",
			Tells: "On Wednesday at 07:30 a laboratory takes a sample of Anna. In the evening the result is there: not detected. Norland signs it, and Anna has this code, on her phone or on paper.",
			Draw:  w.text["anna"],
			Command: []string{"issue", "--key", "norland/lab.key", "--at", issued.Format(time.RFC3339),
				"norland/result.json", "-o", "again.png"},
			Clock: issued,
		},
		border("Sudmark: does this test count here?",
			"On Thursday Anna lands in Sudmark. The border trusts Norland's key, so it knows who signed. But nobody in Sudmark has said that Norland's tests count.",
			"sudmark/day1", "anna.png", arrival, verify.Amber),
		{
			Title: "Sudmark recognises Norland's tests",
			Tells: "A recognition is a text that a ministry can write and a journalist can read. This is added to it:",
			Show:  recognised(),
			Command: []string{"trust", "recognise", "--by", "XB", "--of", "XA", "--uses", "test", "--methods", "nucleic_acid",
				"--until", ended.Format(time.RFC3339), "mine.txt"},
			Clock: arrival,
		},
		border("The same code, an hour later",
			"The border has fetched the new text. Authentic and accepted: two answers, both yes. There is something to do after entry, too.",
			"sudmark/day2", "anna.png", arrival.Add(time.Hour), verify.Green),
		border("Anna's flight is late by two days",
			"80 hours after the sample the same code is as authentic as ever, and no longer enough. What would do, and by when?",
			"sudmark/day2", "anna.png", delayed, verify.Amber),
		border("Bo's test is positive",
			"Red comes with a reason, with what to do, and with the office where one can object.",
			"sudmark/day2", "bo.png", arrival, verify.Red),
		border("Somebody made a negative test of Bo's",
			"The word in the code was changed. The signature does not fit any more, and nothing of the content is shown.",
			"sudmark/day2", "forged.png", arrival, verify.Red),
		border("Clara's certificate was withdrawn",
			"Her laboratory had mixed up two samples. The border knows it from Norland's list, which names nobody: it has a hash.",
			"sudmark/day2", "clara.png", arrival, verify.Red),
		{
			Title:   "A country that has published no rules",
			Tells:   "Whoever does not know must not say yes, and must not say no.",
			Command: question("sudmark/day2", "anna.png", "XC", arrival),
			Run:     true, Clock: arrival, Want: verify.Grey,
		},
	}, append(atPort(), athome()...)...)
}

// border is a scene at Sudmark's border.
func border(title, tells, relied, code string, at time.Time, want verify.Colour) Scene {
	return Scene{Title: title, Tells: tells, Command: question(relied, code, "XB", at), Run: true, Clock: at, Want: want}
}

func question(relied, code, to string, at time.Time) []string {
	return []string{"verify", "--trust", relied, "--rules", "sudmark", "--from", "XA", "--to", to, "--at", at.Format(time.RFC3339), code}
}

// recognised is the recognition as it stands in the text.
func recognised() string {
	t := lists.Text{Jurisdiction: "XB", Issued: begun, Until: ended, Entries: []lists.Entry{{Recognition: &recognition}}}
	text, err := t.Bytes()
	if err != nil {
		return ""
	}
	_, entry, _ := strings.Cut(string(text), "\n\n")
	return entry
}
