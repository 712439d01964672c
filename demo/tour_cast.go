package demo

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format/hc1"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/verify"
)

// cast are those who play beside the visitor: the keys of both countries, and
// the codes of the other travellers.
type cast struct {
	lab, health, border, desk, ministry *keys.Key
	codes                               map[string]shown
}

func newCast() (cast, error) {
	c := cast{codes: map[string]shown{}}
	var stranger *keys.Key
	for _, k := range []struct {
		key             **keys.Key
		name, of, whose string
		uses            []trust.Use
	}{
		{&c.lab, "norland", "XA", authority, nil},
		{&c.health, "norland-health", "XA", authority, []trust.Use{trust.Notice}},
		{&c.border, "sudmark-border", "XB", "Sudmark Border", []trust.Use{trust.Stamp}},
		{&c.desk, "sudmark-desk", "XB", "Sudmark Border", []trust.Use{trust.Receipt}},
		{&c.ministry, "sudmark-ministry", "XB", "Sudmark Ministry of Health", []trust.Use{trust.Bundle}},
		{&stranger, "midland", "XC", "Midland Clinics", nil},
	} {
		made, err := keys.NewDemo(k.name, keys.Options{Country: k.of, Authority: k.whose, Uses: k.uses, NotBefore: begun, NotAfter: ended})
		if err != nil {
			return cast{}, err
		}
		*k.key = made
	}
	bo, clara := travellers[1], travellers[2]
	dora := traveller{"dora", "Meyer", "Dora", "MEYER", "DORA", cert.Date{Year: 1991, Month: 6, Day: 21}, cert.NotDetected}
	past := clara.certificate()
	past.Events = []cert.Event{&cert.Recovery{
		Statement:     cert.Statement{ID: clara.id(), Disease: cert.Coded{Source: cert.Coding{Code: cert.COVID19}}, Country: "XA", Authority: authority},
		FirstPositive: cert.Date{Year: 2026, Month: 9, Day: 14}, From: cert.Date{Year: 2026, Month: 9, Day: 25}, Until: cert.Date{Year: 2027, Month: 3, Day: 13},
	}}
	foreign := dora.certificate()
	foreign.Events[0].(*cert.Test).Country = "XC"
	for _, x := range []struct {
		name, whose string
		key         *keys.Key
		says        *cert.Certificate
	}{
		{"positive", "Bo Lindström", c.lab, bo.certificate()},
		{"unknown", "Dora Meyer", stranger, foreign},
		{"recovery", "Clara Jónsdóttir", c.lab, past},
	} {
		text, err := hc1.Issuer{Signer: x.key.Signer, Key: x.key.Public()}.Issue(x.says, nil)
		if err != nil {
			return cast{}, fmt.Errorf("%s: %w", x.name, err)
		}
		c.codes[x.name] = shown{text, x.whose}
	}
	return c, c.afterwards()
}

// afterwards are the codes that Anna gets after her journey: the stamp of the
// border, a notice of her health service and the end of it.
func (c cast) afterwards() error {
	office := history.Office{Signer: plain{c.border.Signer}, Key: c.border.Public()}
	stamp, err := office.Stamp(history.Stamp{At: arrival.Add(20 * time.Minute), Until: arrival.AddDate(0, 6, 0), Direction: history.Entry, Port: "XBSUD", Purpose: "business"}, holder, salts("tour stamp"))
	if err != nil {
		return fmt.Errorf("stamp: %w", err)
	}
	c.codes["history"] = shown{string(history.File{Stamps: []string{stamp}, Stays: []history.Stay{
		stay("XA/01", time.Date(2026, 10, 1, 0, 0, 0, 0, norland), arrival.Add(-6*time.Hour).In(norland)),
		stay("XB/02", arrival, time.Date(2026, 12, 6, 9, 0, 0, 0, sudmark)),
		stay("XA/01", time.Date(2026, 12, 6, 12, 0, 0, 0, norland), time.Time{}),
	}}.Bytes()), "Anna Maria Eriksson"}
	health := history.Office{Signer: plain{c.health.Signer}, Key: c.health.Public()}
	order, err := health.Notice(history.Notice{
		Issued: noticed, From: noticed, Until: ends, Expires: ends, Order: "quarantine", Disease: cert.COVID19, Authority: authority,
		Reason: "Somebody in your row on flight NL 418 was infectious. Stay at home.", Appeal: "https://appeals.norland.example/",
	}, holder, salts("tour notice"))
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	c.codes["notice"] = shown{order, "Anna Maria Eriksson"}
	return nil
}

// world is what Sudmark's border and every wallet relies on, as of a moment: a
// bundle that Sudmark signs, as it is given to pages.
func (c cast) world(asOf time.Time, withdrawn *revoke.List) (*verify.World, json.RawMessage, error) {
	known := recognition
	known.Uses = trust.Uses{Of: []trust.Use{trust.Test, trust.Recovery}}
	has := bundle.Contents{Recognitions: trust.Recognitions{westland, known}, Withdrawals: []*revoke.List{withdrawn}}
	for _, k := range []*keys.Key{c.lab, c.health, c.border, c.desk} {
		has.Keys = append(has.Keys, k.Public())
	}
	for _, pack := range []string{"sudmark", "self-lenient"} {
		set, err := rules.Pack(pack)
		if err == nil && set.Jurisdiction == rules.Any {
			set, err = set.For("XA")
		}
		if err != nil {
			return nil, nil, err
		}
		has.Rules = append(has.Rules, set)
	}
	file, err := bundle.Build(bundle.Manifest{
		Jurisdiction: "XB", Name: "border", Demo: true, AsOf: asOf, Soft: asOf.AddDate(0, 0, 7), Hard: asOf.AddDate(0, 0, 14),
	}, has, nil, plain{c.ministry.Signer})
	if err != nil {
		return nil, nil, err
	}
	u, err := bundle.Parse(file)
	if err != nil {
		return nil, nil, err
	}
	b, err := u.Verify(bundle.Pin{Key: c.ministry.Signer.Public()})
	if err != nil {
		return nil, nil, err
	}
	w, err := b.World("XB", "")
	if err != nil {
		return nil, nil, err
	}
	out, err := json.Marshal(struct {
		Bundle []byte `json:"bundle"`
		To     string `json:"to"`
	}{file, "XB"})
	return w, out, err
}

// storeOf names the place to which a file of the tour belongs.
func storeOf(path string) string {
	for part := range strings.SplitSeq(path, "/") {
		if part == "laboratory" || part == "desk" {
			return part
		}
	}
	return "other"
}
