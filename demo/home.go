package demo

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
)

// The moments after the journey: Anna is at home again.
var (
	admitted = arrival.Add(time.Hour)
	noticed  = time.Date(2026, 12, 7, 9, 0, 0, 0, norland)
	ends     = time.Date(2026, 12, 13, 9, 0, 0, 0, norland)
	released = time.Date(2026, 12, 10, 8, 30, 0, 0, norland)
)

// passport is that of an invented country, ICAO's Utopia.
const passport = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n"

var holder = history.Holder{Number: "L898902C3", Country: "UTO", Birth: cert.Date{Year: 1974, Month: 8, Day: 12}}

// home makes what Anna keeps: where she was, a notice of a health service and
// its release, and the receipt of the border.
func (w *world) home() {
	if w.err != nil {
		return
	}
	w.add("anna/passport.txt", []byte(passport))
	w.add("anna/history.txt", history.File{Stays: []history.Stay{
		stay("XA/01", time.Date(2026, 10, 1, 0, 0, 0, 0, norland), arrival.Add(-6*time.Hour).In(norland)),
		stay("XB/02", arrival, time.Date(2026, 12, 5, 21, 0, 0, 0, sudmark)),
		stay("XA/01", time.Date(2026, 12, 5, 23, 0, 0, 0, norland), time.Time{}),
	}}.Bytes())
	health, err := keys.NewDemo("norland-health", keys.Options{Country: "XA", Authority: authority, Uses: []trust.Use{trust.Notice}, NotBefore: begun, NotAfter: ended})
	if err != nil {
		w.fail(err)
		return
	}
	w.add("norland/public/lab.pem", w.key.CertificatePEM())
	w.add("norland/public/health.pem", health.CertificatePEM())
	office := history.Office{Signer: plain{health.Signer}, Key: health.Public()}
	order := w.notice(office, "anna/notice", history.Notice{
		Issued: noticed, From: noticed, Until: ends, Expires: ends, Order: "quarantine", Disease: cert.COVID19, Authority: authority,
		Reason: "Somebody in your row on flight NL 418 was infectious. Stay at home.", Appeal: "https://appeals.norland.example/",
	})
	w.notice(office, "anna/release", history.Notice{
		Issued: released, From: released, Expires: ends, Order: "quarantine", Disease: cert.COVID19, Authority: authority,
		Release: true, Of: order, Reason: "Two tests have found nothing.",
	})
	w.receipt()
}

func stay(place string, from, until time.Time) history.Stay {
	in, region, _ := strings.Cut(place, "/")
	return history.Stay{Place: history.Place{In: in, Region: region}, From: history.Bound{At: from}, Until: history.Bound{At: until}}
}

// notice writes a notice as a code, and returns by which hash a release names it.
func (w *world) notice(office history.Office, name string, n history.Notice) history.Hash {
	text, err := office.Notice(n, holder, salts(name))
	if err != nil {
		w.fail(err)
		return history.Hash{}
	}
	w.code(name, text)
	var known trust.Keys
	known.Add(office.Key)
	opened, err := history.OpenNotice(text, &known)
	if err != nil {
		w.fail(err)
	}
	return opened.Hash
}

// receipt is what Anna left Sudmark's border with.
func (w *world) receipt() {
	desk, err := keys.NewDemo("sudmark-desk", keys.Options{Country: "XB", Authority: "Sudmark Border", Uses: []trust.Use{trust.Receipt}, NotBefore: begun, NotAfter: ended})
	if err != nil {
		w.fail(err)
		return
	}
	w.add("sudmark/desk.pem", desk.CertificatePEM())
	set, err := rules.Pack("sudmark")
	if err != nil {
		w.fail(err)
		return
	}
	list, err := w.withdrawals()
	if err != nil {
		w.fail(err)
		return
	}
	withdrawn, err := revoke.Parse(list)
	if err != nil {
		w.fail(err)
		return
	}
	relied := &verify.World{
		Keys: new(trust.Keys), Recognitions: trust.Recognitions{westland, recognition}, Rules: []*rules.Set{set}, Withdrawals: []*revoke.List{withdrawn},
		Data: verify.Data{AsOf: begun, HardExpiry: ended},
	}
	relied.Keys.Add(w.key.Public())
	q := verify.Question{Trip: verify.Direct("XA", nil, "XB", admitted), At: admitted, Now: admitted}
	r, err := verify.NewReceipt(relied, w.text["anna"], q, verify.Decision{Verdict: verify.Green, Outcome: verify.Admitted, Desk: "north-pier.3", Officers: []string{"o-17"}}, salts("receipt"))
	if err != nil {
		w.fail(err)
		return
	}
	slip, err := r.Sign(plain{desk.Signer}, nil)
	if err != nil {
		w.fail(err)
		return
	}
	s, err := qr.Encode(string(slip), qr.M)
	if err != nil {
		w.fail(err)
		return
	}
	w.add("anna/receipt.png", s.PNG(qr.Style{Scale: 6, Caption: "DEMO - NOT VALID"}))
	w.add("anna/receipt.txt", slip)
}

// plain signs without random bytes (RFC 6979), whatever it is given.
type plain struct{ crypto.Signer }

func (p plain) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return p.Signer.Sign(nil, digest, opts)
}

// salts are bytes that everybody can make from a name: a demo has no secrets.
func salts(name string) *bytes.Reader {
	var b []byte
	for i := range 64 {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("pratique demo "+name), uint64(i)))
		b = append(b, sum[:]...)
	}
	return bytes.NewReader(b)
}

// own is a scene in which Anna asks for her own colour.
func own(title, tells string, at time.Time, want verify.Colour, files ...string) Scene {
	return Scene{Title: title, Tells: tells, Run: true, Clock: at, Want: want,
		Command: append([]string{"self", "--in", "XA/01", "--trust", "norland/public", "--rules", "self-lenient", "--mrz", "anna/passport.txt", "--at", at.Format(time.RFC3339), "anna/history.txt"}, files...)}
}

// athome are the scenes after the journey.
func athome() []Scene {
	return []Scene{
		own("At home: a contact notice",
			"Norland's health service writes to Anna: somebody in her row was infectious. The notice is a code of her own. She asks her own machine for her own colour: amber, with the reason, an end, and where to object.",
			noticed.Add(time.Hour), verify.Amber, "anna/notice.png"),
		own("Three days later: the release",
			"Two tests found nothing. The health service ends its order with a second code. No server changed a colour; Anna has one more thing in her file.",
			released.Add(time.Hour), verify.Green, "anna/notice.png", "anna/release.png"),
		{
			Title: "Was Sudmark's answer right?",
			Tells: "Anna left the border with a receipt: who decided what, by which rules, and where to object. It has no name and no health data on it. With her code she has it judged again, by the documents of that day.",
			Command: []string{"receipt", "check", "--trust", "sudmark/day2", "--trust", "sudmark/desk.pem", "--rules", "sudmark", "--from", "XA",
				"anna/receipt.png", "anna.png"},
			Run: true, Clock: released.Add(time.Hour), Want: verify.Green,
		},
	}
}
