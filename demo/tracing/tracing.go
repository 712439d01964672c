// Package tracing answers one question: what do three countries' tracking
// systems learn when one traveller is exposed once in each of them?
//
// The countries are invented and modelled on three that never coordinated:
//
//	Norland (XA)   BlueTrace, as Singapore's TraceTogether: its authority knows its users
//	Sudmark (XB)   BlueTrace sealed to the server, as Australia's COVIDSafe
//	Midland (XC)   exposure notification (GAEN), as Japan's COCOA: nobody but the phone can match
//
// [Tell] plays eight days with the packages that read and write the real
// formats. Everything that leaves a party goes through one door and is kept
// ([Message]), so that a test can look for what must not be in it; what each
// party learned is computed from what it opened, and never written down
// beforehand. In the end there is a folder with what the traveller holds, for
// `pratique self`.
package tracing

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hpke"
	"fmt"
	"io"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure/bluetrace"
	"github.com/pratique/pratique/exposure/bridge"
	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
)

// Party is somebody who sends or gets something.
type Party string

// The parties.
const (
	Anna     Party = "Anna's phone"
	Bo       Party = "Bo's phone"
	Cleo     Party = "Cleo's phone"
	Dai      Party = "Dai's phone"
	Norland  Party = "Norland's authority"
	Sudmark  Party = "Sudmark's authority"
	Midland  Party = "Midland's key server"
	Everyone Party = "everyone"
)

// Message is what left one party for another.
type Message struct {
	At       time.Time
	From, To Party
	What     string
	Data     []byte
}

// Step is a scene of the story.
type Step struct {
	At      time.Time
	Title   string
	Tells   string
	Learned []string // who learned what, from what they opened
	Cannot  []string // what they could not learn, and why
}

// File is a file of the folder in the end.
type File struct {
	Name string
	Data []byte
}

// Story is what happened.
type Story struct {
	Steps    []Step
	Messages []Message
	Files    []File
	Asked    time.Time // when Anna asks for her colour
	Colours  []Colour
	Secrets  Secrets
}

// Colour is what Anna is told, of what she holds at a moment.
type Colour struct {
	What string // of which days
	At   time.Time
	Is   verify.Colour
	Why  []string
	Ends time.Time // green by itself from then on; zero: not, or not known
}

// Secrets are what somebody may know and nobody else: for tests, which look for
// them in what others got.
type Secrets struct {
	Accounts map[Party]bluetrace.UID
	TempIDs  map[Party]string
	Keys     map[Party][]gaen.Key
	Heard    []gaen.Identifier
	Passport string
	Devices  []byte // with which Dai committed
}

const (
	norlandOrg = "XA_HEALTH"
	sudmarkOrg = bluetrace.COVIDSafe // by this its format knows its own records
	closeRule  = "close-15min"
	gaenRule   = "daily-1350"
)

// The days of the story.
var (
	home    = time.Date(2026, 11, 10, 17, 0, 0, 0, time.UTC)
	away    = time.Date(2026, 11, 13, 11, 0, 0, 0, time.UTC)
	further = time.Date(2026, 11, 16, 2, 0, 0, 0, time.UTC)
	asked   = time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)

	begun = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	ended = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
)

// passport is that of an invented country, ICAO's Utopia.
const passport = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n"

var holder = history.Holder{Number: "L898902C3", Country: "UTO", Birth: cert.Date{Year: 1974, Month: 8, Day: 12}}

// teller plays the story. The first error stays.
type teller struct {
	rand io.Reader
	s    Story
	err  error

	known   trust.Keys
	offices map[string]history.Office
	files   []File
	norland *bluetrace.Keys
	box     hpke.PrivateKey // Norland's, for sealed records
	sudmark *ecdh.PrivateKey
	midland *ecdsa.PrivateKey

	// What Anna's phone keeps.
	statements []string
	own        []history.Exposure
	checked    []history.Check
	heard      []gaen.Sighting
	exports    [][]byte

	published []gaen.Key // by Midland
	corrected bool       // the correction took the day back
}

// Tell plays the story with this randomness.
func Tell(rand io.Reader) (Story, error) {
	t := &teller{rand: rand, offices: map[string]history.Office{}}
	t.s.Secrets = Secrets{Accounts: map[Party]bluetrace.UID{}, TempIDs: map[Party]string{}, Keys: map[Party][]gaen.Key{}, Passport: passport}
	t.s.Asked = asked
	for _, act := range []func(){t.begin, t.atHome, t.abroad, t.further, t.wrong, t.end} {
		if act(); t.err != nil {
			return Story{}, fmt.Errorf("telling the story of three countries: %w", t.err)
		}
	}
	return t.s, nil
}

func (t *teller) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// send is the one door through which anything leaves a party.
func (t *teller) send(at time.Time, from, to Party, what string, data []byte) []byte {
	t.s.Messages = append(t.s.Messages, Message{at, from, to, what, data})
	return data
}

func (t *teller) step(s Step) { t.s.Steps = append(t.s.Steps, s) }

// begin gives every authority its keys.
func (t *teller) begin() {
	for _, c := range []string{"XA", "XB", "XC"} {
		k, err := keys.NewDemo("tracing-"+c, keys.Options{Country: c, Authority: "Health authority", Uses: []trust.Use{trust.Exposure, trust.Areas}, NotBefore: begun, NotAfter: ended})
		if err != nil {
			t.fail(err)
			return
		}
		t.known.Add(k.Public())
		t.offices[c] = history.Office{Signer: k.Signer, Key: k.Public()}
		t.files = append(t.files, File{"public/" + c + ".pem", k.CertificatePEM()})
	}
	secret := make([]byte, 32)
	t.read(secret)
	var err error
	if t.norland, err = bluetrace.NewKeys(norlandOrg, secret); err != nil {
		t.fail(err)
	}
	if t.box, err = hpke.DHKEM(ecdh.X25519()).GenerateKey(); err != nil {
		t.fail(err)
	}
	if t.sudmark, err = ecdh.P256().GenerateKey(t.rand); err != nil {
		t.fail(err)
	}
	if t.midland, err = ecdsa.GenerateKey(elliptic.P256(), t.rand); err != nil {
		t.fail(err)
	}
	for _, p := range []Party{Anna, Bo} {
		var uid bluetrace.UID
		t.read(uid[:])
		t.s.Secrets.Accounts[p] = uid
	}
}

func (t *teller) read(b []byte) {
	if _, err := io.ReadFull(t.rand, b); err != nil {
		t.fail(err)
	}
}

// tempID is what a phone of Norland sends around a moment.
func (t *teller) tempID(p Party, at time.Time) string {
	id, err := t.norland.Issue(t.s.Secrets.Accounts[p], at.Add(-5*time.Minute), at.Add(40*time.Minute), t.rand)
	if err != nil {
		t.fail(err)
	}
	t.s.Secrets.TempIDs[p] = id.Text
	return id.Text
}

// near reports whether encounters are as the rule close-15min has it: at least
// four within fifteen minutes and more, at -70 dBm or better.
func near(met []bluetrace.Encounter) bool {
	var first, last time.Time
	n := 0
	for _, e := range met {
		if e.Reason != "" || e.Record.RSSI < -70 {
			continue
		}
		if first.IsZero() || e.Record.At.Before(first) {
			first = e.Record.At
		}
		if e.Record.At.After(last) {
			last = e.Record.At
		}
		n++
	}
	return n >= 4 && last.Sub(first) >= 15*time.Minute
}

// state has an authority state a day to the person whose document it saw.
func (t *teller) state(country string, at time.Time, day time.Time, to Party) {
	x := history.Exposure{Date: dateOf(day), Risk: "high", System: "bluetrace", Rule: closeRule, Authority: "Health authority",
		Disease: cert.COVID19, Issued: at, Expires: at.AddDate(0, 0, 60)}
	text, err := t.offices[country].Exposure(x, holder, t.rand)
	if err != nil {
		t.fail(err)
		return
	}
	t.statements = append(t.statements, string(t.send(at, Norland, to, "a signed day of exposure", []byte(text))))
}

func dateOf(at time.Time) cert.Date {
	u := at.UTC()
	return cert.Date{Year: int16(u.Year()), Month: int8(u.Month()), Day: int8(u.Day())}
}

// cross sends an envelope over the bridge and opens it where it arrives.
func (t *teller) cross(at time.Time, from, to Party, e bridge.Envelope) bridge.Envelope {
	e.Made, e.Until = at, at.Add(14*24*time.Hour)
	file, err := e.Seal(t.offices[e.From].Signer, t.rand)
	if err != nil {
		t.fail(err)
		return bridge.Envelope{}
	}
	me := e.To
	if me == bridge.Everybody {
		me = "XA"
	}
	got, err := bridge.Open(t.send(at, from, to, "an envelope with "+string(e.Kind), file), &t.known, me, at.Add(time.Minute))
	if err != nil {
		t.fail(err)
	}
	return got
}
