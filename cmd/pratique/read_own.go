package main

import (
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/verify"
	"github.com/pratique/pratique/words"
)

// What codes of ours say that are no certificates: stamps, notices, exposure
// statements. None names anybody.

// ownContent is what read --json adds for them.
type ownContent struct {
	verify.Unverified
	Stamp    *saidStamp    `json:"stamp,omitempty"`
	Notice   *saidNotice   `json:"notice,omitempty"`
	Exposure *saidExposure `json:"exposure,omitempty"`
}

type saidStamp struct {
	Jurisdiction string            `json:"jurisdiction"`
	At           time.Time         `json:"at"`
	Until        time.Time         `json:"until"`
	Direction    history.Direction `json:"direction"`
	Port         string            `json:"port,omitempty"`
	Purpose      string            `json:"purpose,omitempty"`
	Category     string            `json:"category,omitempty"`
	Previous     string            `json:"previous,omitempty"`
	Hash         string            `json:"hash"`
}

type saidNotice struct {
	Jurisdiction string    `json:"jurisdiction"`
	Authority    string    `json:"authority,omitempty"`
	Issued       time.Time `json:"issued"`
	Release      bool      `json:"release"`
	Order        string    `json:"order"`
	Reason       string    `json:"reason"`
	Appeal       string    `json:"appeal,omitempty"`
	From         time.Time `json:"from"`
	Until        time.Time `json:"until,omitzero"`
	Disease      string    `json:"disease,omitempty"`
	Of           string    `json:"of,omitempty"`
	Hash         string    `json:"hash"`
}

type saidExposure struct {
	Jurisdiction string        `json:"jurisdiction"`
	Authority    string        `json:"authority,omitempty"`
	Issued       time.Time     `json:"issued"`
	Date         cert.Date     `json:"date"`
	Risk         exposure.Risk `json:"risk"`
	System       string        `json:"system"`
	Rule         string        `json:"rule"`
	Disease      string        `json:"disease,omitempty"`
	Hash         string        `json:"hash"`
}

func withOwn(u verify.Unverified, text string) ownContent {
	out := ownContent{Unverified: u}
	switch u.Content {
	case "stamp":
		if s, err := history.StampSkippingVerification(text); err == nil {
			out.Stamp = &saidStamp{s.Jurisdiction, s.At, s.Until, s.Direction, s.Port, s.Purpose, s.Category, handle(s.Previous), handle(s.Hash)}
		}
	case "notice":
		if n, err := history.NoticeSkippingVerification(text); err == nil {
			out.Notice = &saidNotice{n.Jurisdiction, n.Authority, n.Issued, n.Release, n.Order, n.Reason, n.Appeal, n.From, n.Until, n.Disease, handle(n.Of), handle(n.Hash)}
		}
	case "exposure":
		if x, err := history.ExposureSkippingVerification(text); err == nil {
			out.Exposure = &saidExposure{x.Jurisdiction, x.Authority, x.Issued, x.Date, x.Risk, x.System, x.Rule, x.Disease, handle(x.Hash)}
		}
	}
	return out
}

// describeOwn lists what a code says; nil where it is none of these.
func describeOwn(content, text, lang string) []row {
	var rows []row
	var err error
	switch content {
	case "stamp":
		rows, err = describeStamp(text, lang)
	case "notice":
		rows, err = describeNotice(text, lang)
	case "exposure":
		rows, err = describeExposure(text, lang)
	default:
		return nil
	}
	if err != nil {
		return []row{{"states", content + ", which cannot be read: " + sayCode(history.Malformed)}}
	}
	return rows
}

func describeStamp(text, lang string) ([]row, error) {
	s, err := history.StampSkippingVerification(text)
	if err != nil {
		return nil, err
	}
	return []row{
		{"states", string(s.Direction) + " stamp"}, {"country", words.Country(lang, s.Jurisdiction)}, {"port", s.Port}, {"at", isoMoment(s.At)},
		{"purpose", s.Purpose}, {"category", s.Category}, {"holder", "bound to a travel document, which it does not name"},
		{"number", handle(s.Hash)}, {"stamp before", handle(s.Previous)},
	}, nil
}

func describeNotice(text, lang string) ([]row, error) {
	n, err := history.NoticeSkippingVerification(text)
	if err != nil {
		return nil, err
	}
	what := "order"
	if n.Release {
		what = "release"
	}
	return []row{
		{"states", what}, {"order", n.Order}, {"country", words.Country(lang, n.Jurisdiction)}, {"issuer", n.Authority}, {"reason", n.Reason}, {"appeal", n.Appeal},
		{"from", stamp(n.From)}, {"until", stamp(n.Until)}, {"disease", diseaseText(n.Disease)}, {"holder", "bound to a travel document, which it does not name"},
		{"number", handle(n.Hash)}, {"ends the order", handle(n.Of)},
	}, nil
}

func describeExposure(text, lang string) ([]row, error) {
	x, err := history.ExposureSkippingVerification(text)
	if err != nil {
		return nil, err
	}
	return []row{
		{"states", "exposure"}, {"date", x.Date.String()}, {"risk", string(x.Risk)}, {"system", x.System}, {"rule", x.Rule},
		{"country", words.Country(lang, x.Jurisdiction)}, {"issuer", x.Authority}, {"disease", diseaseText(x.Disease)},
		{"holder", "bound to a travel document, which it does not name"}, {"number", handle(x.Hash)},
	}, nil
}

// diseaseText is a code with its name, where it has one.
func diseaseText(code string) string {
	if code == "" {
		return ""
	}
	return strings.Join(trimmed(plain[code], "("+code+")"), " ")
}
