// Package demo answers one question: what does all of this look like to those
// who have prepared nothing?
//
// [New] makes a [Play]: two invented countries, Norland (XA) and Sudmark (XB),
// as a folder of files, and the scenes of a journey between them. Each scene is
// a command of the program with the colour that it must answer; whoever stages
// the play runs the very commands that it prints, so that a visitor can repeat
// each by hand. Nothing is prepared to look good: the files are what an issuer
// and a border have, and the answers are computed from them.
//
// # The same for everybody
//
// All moments are fixed, the demo keys are derived from their names
// ([keys.NewDemo]) and signatures are made without random bytes (RFC 6979), so
// that every file and every answer is the same everywhere. So everybody can
// sign in the name of Norland: that is why a demo key has a country that is
// none, and why every answer about it says DEMO.
package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/verify"
)

// Play is the demo: files, and scenes in their order.
type Play struct {
	Title   string
	Opening string
	Files   []File // the first is README.txt, by which one knows the folder again
	Scenes  []Scene
	Stored  string // what was stored about the traveller
}

// File is a file of the folder.
type File struct {
	Name   string // with slashes
	Data   []byte
	Secret bool // to be read by its owner alone
}

// Scene is a step of the story. At least one of Show, Draw and Command is there.
type Scene struct {
	Title   string
	Tells   string        // one paragraph
	Show    string        // the content of a file, to be shown
	Draw    string        // the text of a code, to be drawn
	Command []string      // what one types after "pratique", in the folder
	Run     bool          // the command is run; else it is shown
	Clock   time.Time     // what the clock shows
	Want    verify.Colour // the answer of a command that is run
}

// The moments of the story. Norland is an hour east of Greenwich, Sudmark eight.
var (
	norland = time.FixedZone("", 1*3600)
	sudmark = time.FixedZone("", 8*3600)

	begun    = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ended    = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	sampled  = time.Date(2026, 12, 2, 7, 30, 0, 0, norland)
	issued   = time.Date(2026, 12, 2, 18, 0, 0, 0, norland)
	arrival  = time.Date(2026, 12, 3, 14, 20, 0, 0, sudmark)
	delayed  = sampled.Add(80 * time.Hour).In(sudmark)
	withdraw = time.Date(2026, 12, 3, 2, 0, 0, 0, time.UTC)
)

const (
	laboratory = "Norland Institute of Health, Laboratory 7"
	authority  = "Norland Institute of Health"
)

// New makes the play.
func New() (Play, error) {
	k, err := keys.NewDemo("norland", keys.Options{Country: "XA", Authority: authority, NotBefore: begun, NotAfter: ended})
	if err != nil {
		return Play{}, err
	}
	w := world{key: k}
	w.tests()
	w.border()
	w.port()
	w.home()
	if w.err != nil {
		return Play{}, fmt.Errorf("making the demo: %w", w.err)
	}
	p := Play{Title: title, Opening: opening, Files: w.files, Scenes: w.scenes(), Stored: stored}
	p.Files = append([]File{{Name: "README.txt", Data: p.readme()}}, p.Files...)
	return p, nil
}

const (
	title   = "From Norland to Sudmark"
	opening = "Both countries (XA and XB) are invented, and so are all the people. " +
		"Each answer is computed by the command that stands above it."
	stored = "Stored about the traveller: nothing, 0 bytes. The codes in the folder are what she carries."
)

// world is what is made on the way. The first error stays.
type world struct {
	key   *keys.Key
	files []File
	text  map[string]string // codes by the name of their holder
	err   error
}

func (w *world) add(name string, data []byte) {
	w.files = append(w.files, File{Name: name, Data: data})
}

func (w *world) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// traveller is somebody whose sample was tested.
type traveller struct {
	file, family, given, familyICAO, givenICAO string
	born                                       cert.Date
	result                                     cert.Result
}

var travellers = []traveller{
	{"anna", "Eriksson", "Anna Maria", "ERIKSSON", "ANNA<MARIA", cert.Date{Year: 1974, Month: 8, Day: 12}, cert.NotDetected},
	{"bo", "Lindström", "Bo", "LINDSTROEM", "BO", cert.Date{Year: 1988, Month: 3, Day: 30}, cert.Detected},
	{"clara", "Jónsdóttir", "Clara", "JONSDOTTIR", "CLARA", cert.Date{Year: 1959, Month: 11, Day: 5}, cert.NotDetected},
}

// id is the number of a traveller's certificate.
func (t traveller) id() string { return "URN:UVCI:01:XA:DEMO" + strings.ToUpper(t.file) }

func (t traveller) certificate() *cert.Certificate {
	return &cert.Certificate{
		Signed: cert.Period{Issued: issued, Until: issued.AddDate(1, 0, 0)},
		Subject: cert.Person{
			Names:     []cert.Name{{Family: t.family, Given: t.given, FamilyICAO: t.familyICAO, GivenICAO: t.givenICAO}},
			BirthDate: t.born,
		},
		Events: []cert.Event{&cert.Test{
			Statement: cert.Statement{ID: t.id(), Disease: cert.Coded{Source: cert.Coding{Code: cert.COVID19}}, Country: "XA", Authority: authority},
			Method:    cert.NucleicAcid, SampledAt: sampled, Result: t.result, Laboratory: cert.Facility{Name: laboratory},
		}},
	}
}

// form is what the laboratory types.
func (t traveller) form() []byte {
	return fmt.Appendf(nil, `{
  "kind": "test",
  "family": %q,
  "given": %q,
  "born": %q,
  "disease": "covid-19",
  "method": "nucleic_acid",
  "sampled": %q,
  "result": %q,
  "laboratory": %q,
  "authority": %q
}
`, t.family, t.given, t.born, sampled.Format(time.RFC3339), t.result, laboratory, authority)
}

// tests makes what Norland has: its key, a result, and the codes of three travellers.
func (w *world) tests() {
	file, err := w.key.File()
	if err != nil {
		w.fail(err)
		return
	}
	w.files = append(w.files, File{Name: "norland/lab.key", Data: file, Secret: true})
	w.add("norland/lab.pem", w.key.CertificatePEM())
	w.add("norland/result.json", travellers[0].form())
	w.text = make(map[string]string)
	for _, t := range travellers {
		text, err := hc1.Issuer{Signer: w.key.Signer, Key: w.key.Public()}.Issue(t.certificate(), nil)
		if err != nil {
			w.fail(err)
			return
		}
		w.code(t.file, text)
	}
	forged, err := forge(w.text["bo"])
	if err != nil {
		w.fail(err)
		return
	}
	w.code("forged", forged)
}

// code writes a code as a picture and as a text.
func (w *world) code(name, text string) {
	s, err := qr.Encode(text, qr.Q)
	if err != nil {
		w.fail(err)
		return
	}
	w.text[name] = text
	w.add(name+".png", s.PNG(qr.Style{Scale: 6, Caption: "DEMO - NOT VALID"}))
	w.add(name+".txt", []byte(text+"\n"))
}

// Mark is the first line of the first file.
const Mark = "The demo of Pratique"

// readme says how to repeat the demo.
func (p Play) readme() []byte {
	var b strings.Builder
	b.WriteString(Mark + "\nNorland and Sudmark are invented, and so are all the people. To repeat it by hand, in this folder:\n")
	for _, s := range p.Scenes {
		if s.Command != nil {
			fmt.Fprintf(&b, "\n# %s\npratique %s\n", s.Title, strings.Join(s.Command, " "))
		}
	}
	return []byte(b.String())
}
