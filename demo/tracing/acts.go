package tracing

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/pratique/pratique/exposure/bluetrace"
	"github.com/pratique/pratique/exposure/bridge"
	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/history"
)

// meetings are the moments at which two phones exchange messages.
func meetings(begin time.Time) (at []time.Time) {
	for minute := 0; minute <= 20; minute += 5 {
		at = append(at, begin.Add(time.Duration(minute)*time.Minute))
	}
	return at
}

// atHome: two users of one BlueTrace authority, which learns who met whom.
func (t *teller) atHome() {
	var records []bluetrace.Record
	anna := t.tempID(Anna, home)
	for _, at := range meetings(home) {
		text := bluetrace.Message{ID: anna, Org: norlandOrg, Model: "Phone A", RSSI: -58, Central: true}.Append(nil)
		m, err := bluetrace.ParseMessage(t.send(at, Anna, Bo, "a Bluetooth message", text))
		if err != nil {
			t.fail(err)
			return
		}
		records = append(records, bluetrace.Record{At: at, Msg: m.ID, Org: m.Org, ModelC: m.Model, ModelP: "Phone B", RSSI: m.RSSI})
	}
	ill := home.AddDate(0, 0, 2)
	token, err := t.norland.IssueToken(t.s.Secrets.Accounts[Bo], "K7P2QX", ill, t.rand)
	if err != nil {
		t.fail(err)
		return
	}
	up := bluetrace.Upload{Token: token, Records: records}
	got, _, err := bluetrace.ParseUpload(t.send(ill, Bo, Norland, "an upload", up.Append(nil)))
	if err != nil {
		t.fail(err)
		return
	}
	who, _, err := t.norland.OpenToken(got.Token, ill)
	if err != nil {
		t.fail(err)
		return
	}
	own, foreign := t.norland.Split(got.Records)
	met := t.norland.Open(own)
	s := Step{At: home, Title: "At home in Norland: one authority, both users",
		Tells: "Anna and Bo ride the same tram for twenty minutes; both phones have Norland's app, of TraceTogether's kind. Two days later Bo's test is positive, a health official gives him a code, and he uploads what his phone heard."}
	if who == t.s.Secrets.Accounts[Bo] && near(met) && met[0].UID == t.s.Secrets.Accounts[Anna] {
		s.Learned = append(s.Learned, fmt.Sprintf("Norland's authority: who uploaded, and that one of its users was near, %d times within %d minutes", len(met), int(met[len(met)-1].Record.At.Sub(met[0].Record.At).Minutes())))
		s.Learned = append(s.Learned, "Anna: that she was exposed on "+dateOf(home).String()+", signed, by the rule "+closeRule)
		t.state("XA", ill.Add(time.Hour), home, Anna)
	}
	s.Cannot = append(s.Cannot, fmt.Sprintf("The authority learns of nobody else: %d records of other organisations", len(foreign)))
	s.Cannot = append(s.Cannot, "Anna does not learn who it was")
	t.step(s)
}

// abroad: the record of a foreign phone goes, sealed, to the authority that can open it.
func (t *teller) abroad() {
	anna := t.tempID(Anna, away)
	var upload []bluetrace.SealedRecord
	for _, at := range meetings(away) {
		text := bluetrace.Message{ID: anna, Org: norlandOrg, Model: "Phone A", RSSI: -61, Central: true}.Append(nil)
		m, err := bluetrace.ParseMessage(t.send(at, Anna, Cleo, "a Bluetooth message", text))
		if err != nil {
			t.fail(err)
			return
		}
		local, err := bluetrace.SealBlob(fmt.Appendf(nil, `{"modelC":%q,"modelP":"Phone C","rssi":%d}`, m.Model, m.RSSI), t.sudmark.PublicKey(), t.rand)
		if err != nil {
			t.fail(err)
			return
		}
		upload = append(upload, bluetrace.SealedRecord{At: at, Org: m.Org, Local: local, Remote: m.ID})
	}
	ill := away.AddDate(0, 0, 2)
	arrived, _, err := bluetrace.ParseSealed(t.send(ill, Cleo, Sudmark, "an upload", sealedUpload(upload)))
	if err != nil {
		t.fail(err)
		return
	}
	var foreign []bluetrace.Record
	for _, r := range arrived {
		open, err := r.Open(t.sudmark)
		if err != nil {
			t.fail(err)
			return
		}
		if open.Org != sudmarkOrg {
			foreign = append(foreign, open)
		}
	}
	s := Step{At: away, Title: "In Sudmark: the other one's user",
		Tells: "Anna sits beside Cleo in a café. Cleo has Sudmark's app, of COVIDSafe's kind, which keeps what a foreign phone sent as it came. Cleo falls ill and uploads. Sudmark cannot open Norland's records; it seals them for Norland, and forgets them."}
	s.Cannot = append(s.Cannot, fmt.Sprintf("Sudmark's authority holds %d records of %s and cannot say whose: Norland's key opens them, and no other", len(foreign), norlandOrg))
	sealed, err := bluetrace.Seal(foreign, t.box.PublicKey())
	if err != nil {
		t.fail(err)
		return
	}
	got := t.cross(ill.Add(time.Hour), Sudmark, Norland, bridge.Envelope{From: "XB", To: "XA", System: "covidsafe", Kind: bridge.KindRecords, Body: sealed})
	if t.err != nil {
		return
	}
	records, _, err := got.Records(norlandOrg, t.box)
	if err != nil {
		t.fail(err)
		return
	}
	met := t.norland.Open(records)
	if near(met) && met[0].UID == t.s.Secrets.Accounts[Anna] {
		s.Learned = append(s.Learned, "Norland's authority: that its user was near somebody ill in Sudmark, how near, and the models of both phones; not who uploaded")
		s.Learned = append(s.Learned, "Anna: that she was exposed on "+dateOf(away).String()+", signed by Norland")
		t.state("XA", ill.Add(2*time.Hour), away, Anna)
	}
	count := bluetrace.CountOf(met)
	t.send(ill.Add(3*time.Hour), Norland, Sudmark, "an answer", fmt.Appendf(nil, `{"good":%d,"expired":%d,"failed":%d}`, count.Good, count.Expired, count.Failed))
	s.Learned = append(s.Learned, fmt.Sprintf("Sudmark's authority: a number, %d good records", count.Good))
	t.step(s)
}

func sealedUpload(records []bluetrace.SealedRecord) []byte {
	var b bytes.Buffer
	b.WriteString(`{"records":[`)
	for i, r := range records {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"timestamp":%d,"org":%q,"localBlob":%q,"remoteBlob":%q}`, r.At.Unix(), r.Org, r.Local, r.Remote)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

// further: exposure notification, and a diagnosis that was made abroad.
func (t *teller) further() {
	day := gaen.IntervalOf(further.Truncate(24 * time.Hour))
	theirs := gaen.Key{Start: day, Period: 144, Report: gaen.ClinicalDiagnosis, HasOnset: true, Onset: 1}
	t.read(theirs.Data[:])
	today := gaen.Key{Start: day + 2*144, Period: 144, Report: gaen.ClinicalDiagnosis, HasOnset: true, Onset: 3}
	t.read(today.Data[:])
	t.s.Secrets.Keys[Dai] = []gaen.Key{theirs, today}
	heard := t.hear(theirs)

	// Dai is diagnosed in Sudmark; Midland, whose app Dai has, hears of it from there.
	tested := further.AddDate(0, 0, 2)
	secret := make([]byte, 32)
	t.read(secret)
	t.s.Secrets.Devices = secret
	id := make([]byte, 16)
	t.read(id)
	a := bridge.Attestation{ID: hex.EncodeToString(id), Report: gaen.ClinicalDiagnosis, Sampled: dateOf(tested), Commitment: bridge.Commit(secret, t.s.Secrets.Keys[Dai])}
	t.send(tested, Dai, Sudmark, "a commitment", a.Commitment[:])
	got := t.cross(tested.Add(time.Hour), Sudmark, Midland, bridge.Envelope{From: "XB", To: "XC", System: "laboratory", Kind: bridge.KindAttestation, Body: a.Bytes()})
	if t.err != nil {
		return
	}
	attested, err := got.Attestation()
	if err != nil {
		t.fail(err)
		return
	}
	given := t.s.Secrets.Keys[Dai]
	t.send(tested.Add(2*time.Hour), Dai, Midland, "keys, with the secret of the commitment", keyBytes(given, secret))
	s := Step{At: further, Title: "In Midland: nobody but the phone",
		Tells: "For the journey Anna installed Midland's app, of COCOA's kind. Her phone hears Dai's for half an hour on a train. Dai falls ill in Sudmark, where a doctor makes the diagnosis: Sudmark attests it to Midland, for whoever opens the commitment that Dai's phone made. Midland publishes Dai's keys once nobody can use them any more."}
	if attested.Opens(secret, given) {
		s.Learned = append(s.Learned, "Midland's key server: that these keys belong to somebody whose diagnosis Sudmark attests; no name, no telephone, nobody whom they met")
	}
	published := further.AddDate(0, 0, 2).Truncate(24 * time.Hour).Add(12 * time.Hour)
	rule, a2 := t.publish(given, published, heard)
	if t.err != nil {
		return
	}
	s.Cannot = append(s.Cannot, "Midland does not learn that Anna is there, and Anna not who it was", "Her Norland app and Dai's phone stood side by side and have no common record: the two families share no identifier, and nothing can make one afterwards")
	for _, d := range a2.Days {
		if d.Risk == "high" {
			s.Learned = append(s.Learned, fmt.Sprintf("Anna's phone: %s, high, by Midland's published rule; her own word, for no such phone gives a signed one", d.Date))
			t.own = append(t.own, history.Exposure{Date: d.Date, Risk: d.Risk, System: "gaen", Rule: rule})
		}
	}
	t.checked = append(t.checked, history.Check{Until: dateOf(published), System: "gaen"})
	t.step(s)
}

// hear is what Anna's phone hears of a key on the train.
func (t *teller) hear(k gaen.Key) (heard []gaen.Sighting) {
	ids := k.Identifiers()
	for minute := 0; minute <= 30; minute += 5 {
		at := further.Add(time.Duration(minute) * time.Minute)
		id := ids[gaen.IntervalOf(at)-k.Start]
		t.s.Secrets.Heard = append(t.s.Secrets.Heard, id)
		sent := k.Seal(id, gaen.Sender{Major: 1, Power: -10}.Metadata())
		t.send(at, Dai, Anna, "a Bluetooth message", append(bytes.Clone(id[:]), sent[:]...))
		heard = append(heard, gaen.Sighting{ID: id, Metadata: sent, At: uint32(at.Unix()), Previous: uint32(at.Unix() - 300), RSSI: -58})
	}
	return heard
}

func keyBytes(keys []gaen.Key, secret []byte) []byte {
	b := bytes.Clone(secret)
	for _, k := range keys {
		b = append(b, k.Data[:]...)
	}
	return b
}
