package demo

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"strings"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/internal/base45"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// border makes what Sudmark has, on the day before it recognises Norland's
// tests, and on the day after.
func (w *world) border() {
	if w.err != nil {
		return
	}
	w.day("sudmark/day1", westland)
	w.day("sudmark/day2", westland, recognition)
	withdrawn, err := w.withdrawals()
	if err != nil {
		w.fail(err)
		return
	}
	w.add("sudmark/day2/norland-withdrawals.txt", []byte(withdrawn))
}

// westland is whom Sudmark recognises from the first.
var westland = trust.Recognition{By: "XB", Of: "XC", Uses: trust.Uses{Any: true}, Until: ended}

// recognition is what Sudmark decides between the two days.
var recognition = trust.Recognition{
	By: "XB", Of: "XA", Uses: trust.Uses{Of: []trust.Use{trust.Test}}, Methods: []string{string(cert.NucleicAcid)}, Until: ended,
}

// day makes what a border post relies on.
func (w *world) day(folder string, recognised ...trust.Recognition) {
	t := lists.Text{Jurisdiction: "XB", Authority: "Sudmark Ministry of Health", Issued: begun, Until: ended}
	for _, r := range recognised {
		t.Entries = append(t.Entries, lists.Entry{Recognition: &r})
	}
	text, err := t.Bytes()
	if err != nil {
		w.fail(err)
		return
	}
	w.add(folder+"/sudmark.txt", text)
	w.add(folder+"/norland.pem", w.key.CertificatePEM())
}

// withdrawals is Norland's list: it takes back one certificate.
func (w *world) withdrawals() (string, error) {
	var known trust.Keys
	known.Add(w.key.Public())
	u, err := format.Read(w.text["clara"])
	if err != nil {
		return "", err
	}
	s, err := u.Verify(&known)
	if err != nil {
		return "", err
	}
	e := revoke.Entry{Handle: revoke.Handles(s)[0], Reason: revoke.Error, Since: withdraw}
	return revoke.NewList("XA", withdraw, ended, "https://appeals.norland.example/", e).String(), nil
}

// forge makes of a positive result a negative one, as somebody would who has a
// code, a few tools and no key: the content is changed, the signature stays.
func forge(text string) (string, error) {
	packed, err := base45.AppendDecode(nil, strings.TrimPrefix(text, "HC1:"))
	if err != nil {
		return "", err
	}
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	message, err := io.ReadAll(io.LimitReader(r, 1<<16))
	if err != nil {
		return "", err
	}
	changed := bytes.Replace(message, []byte(cert.CodeDetected), []byte(cert.CodeNotDetected), 1)
	if bytes.Equal(changed, message) {
		return "", errors.New("no result to forge")
	}
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	z.Write(changed) // a bytes.Buffer does not fail
	z.Close()
	return "HC1:" + string(base45.AppendEncode(nil, out.Bytes())), nil
}
