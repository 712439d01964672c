package wallet_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/wallet"
	"github.com/pratique/pratique/words"
)

// Who could learn what from each kind of code: this table is the promise.
func TestLearn(t *testing.T) {
	c := made()
	certificate := []string{"reads_name", "reads_birth", "reads_disease"}
	for _, v := range []struct {
		comment     string
		item        wallet.Item
		reads, also []string
	}{
		{"a test", wallet.Item{Kind: wallet.KindCertificate, Text: c.test}, append(certificate[:3:3], "reads_test", "reads_result", "reads_laboratory", "reads_issuer", "reads_number"), nil},
		{"a vaccination", wallet.Item{Kind: wallet.KindCertificate, Text: c.vaccination}, append(certificate[:3:3], "reads_vaccine", "reads_issuer", "reads_number"), nil},
		{"a recovery", wallet.Item{Kind: wallet.KindCertificate, Text: c.recovery}, append(certificate[:3:3], "reads_recovery", "reads_issuer", "reads_number"), nil},
		{"a health card", wallet.Item{Kind: wallet.KindCertificate, Text: c.card}, append(certificate[:3:3], "reads_vaccine", "reads_issuer", "reads_number"), nil},
		{"a stamp with its port and purpose", wallet.Item{Kind: wallet.KindStamp, Text: c.stamps[0]}, []string{"reads_crossing", "reads_port", "reads_purpose"}, []string{"learn_document"}},
		{"a stamp that names the one before", wallet.Item{Kind: wallet.KindStamp, Text: c.stamps[1]}, []string{"reads_crossing"}, []string{"learn_document", "learn_previous"}},
		{"a stamp with a category", wallet.Item{Kind: wallet.KindStamp, Text: c.stamps[2]}, []string{"reads_crossing", "reads_category"}, []string{"learn_document", "learn_previous"}},
		{"an order", wallet.Item{Kind: wallet.KindNotice, Text: c.order}, []string{"reads_order", "reads_reason", "reads_period", "reads_disease", "reads_authority"}, []string{"learn_document"}},
		{"a release", wallet.Item{Kind: wallet.KindNotice, Text: c.release}, []string{"reads_order", "reads_reason", "reads_period"}, []string{"learn_document"}},
		{"an exposure statement", wallet.Item{Kind: wallet.KindStatement, Text: c.statement}, []string{"reads_day", "reads_authority"}, []string{"learn_document"}},
		{"a receipt", wallet.Item{Kind: wallet.KindReceipt, Text: c.receipt}, []string{"reads_desk", "reads_answer", "reads_rules"}, []string{"learn_receipt"}},
		{"a declared stay", wallet.Item{Kind: wallet.KindStay, Text: "stay XA 2026-11-01 -"}, []string{"reads_stays"}, []string{"learn_no_name"}},
		{"a declared symptom", wallet.Item{Kind: wallet.KindSymptom, Text: "symptom 2026-11-01 fever"}, []string{"reads_symptoms"}, []string{"learn_no_name"}},
		{"a health link", wallet.Item{Kind: wallet.KindCertificate, Text: "shlink:/eyJ1cmwiOiJodHRwczovL2V4YW1wbGUub3JnIn0"}, nil, []string{"learn_link"}},
		{"a pass that is not read here", wallet.Item{Kind: wallet.KindCertificate, Text: "NZCP:/1/2KCEVIQEIVVWK6JNGEASNICZAEP2KALYDZSGSZB2O5SWEOTOPJRXALTDN53GSZBRHEXGQZLBNR2GQLTOPICRU"}, nil, []string{"learn_unread"}},
		{"what was not understood", wallet.Item{Kind: wallet.KindUnread, Text: "aura blue"}, nil, []string{"learn_unread"}},
		{"a stamp that is none", wallet.Item{Kind: wallet.KindStamp, Text: c.test}, nil, []string{"learn_unread"}},
		{"a receipt that is none", wallet.Item{Kind: wallet.KindReceipt, Text: "pratique-receipt/1.0\ntime yesterday\n"}, nil, []string{"learn_unread"}},
	} {
		l := wallet.Learn(v.item)
		if !slices.Equal(l.Reads, v.reads) || !slices.Equal(l.Also, v.also) {
			t.Errorf("%s: %v and %v, want %v and %v", v.comment, l.Reads, l.Also, v.reads, v.also)
		}
		for _, lang := range words.Languages() {
			said := l.Say(lang)
			if want := len(v.also) + min(1, len(v.reads)); len(said) != want {
				t.Errorf("%s, in %s: %q", v.comment, lang, said)
			}
			for _, s := range said {
				if !strings.HasSuffix(s, ".") || strings.ContainsAny(s, "?{}") || strings.Contains(s, "reads_") {
					t.Errorf("%s, in %s: %q", v.comment, lang, s)
				}
			}
		}
	}
}

// Each thing has a face by which its owner knows it, in every language: without
// the name, and without a result.
func TestFaces(t *testing.T) {
	c := made()
	for _, v := range []struct {
		item wallet.Item
		want string
		from string
		day  string // until when
	}{
		{wallet.Item{Kind: wallet.KindCertificate, Text: c.test}, "Test for COVID-19, sample of 20 Nov 2026, 09:30 UTC+01:00", "XA", "2027-11-20"},
		{wallet.Item{Kind: wallet.KindCertificate, Text: c.vaccination}, "Vaccination against COVID-19, 2026-06-15", "XA", "2027-11-20"},
		{wallet.Item{Kind: wallet.KindCertificate, Text: c.recovery}, "Recovery from COVID-19, first positive test 2026-09-01", "XA", "2027-11-20"},
		{wallet.Item{Kind: wallet.KindCertificate, Text: c.card}, "Vaccination against COVID-19, 2026-06-15", "", "2027-11-20"},
		{wallet.Item{Kind: wallet.KindStamp, Text: c.stamps[0]}, "Exit stamp of Norland, 1 Oct 2026, 08:00 UTC+01:00", "XA", "2027-10-01"},
		{wallet.Item{Kind: wallet.KindStamp, Text: c.stamps[1]}, "Entry stamp of Norland, 20 Oct 2026, 20:00 UTC+01:00", "XA", "2027-10-20"},
		{wallet.Item{Kind: wallet.KindNotice, Text: c.order}, "Health order of Norland: isolation, from 20 Nov 2026, 09:30 UTC+01:00", "XA", "2026-11-30"},
		{wallet.Item{Kind: wallet.KindNotice, Text: c.release}, "Release by Norland: isolation, from 25 Nov 2026, 09:30 UTC+01:00", "XA", "2027-05-20"},
		{wallet.Item{Kind: wallet.KindStatement, Text: c.statement}, "Exposure on 2026-11-10, stated by Norland", "XA", "2026-12-20"},
		{wallet.Item{Kind: wallet.KindReceipt, Text: c.receipt}, "Receipt of a decision in Sudmark, 3 Dec 2026, 14:20 UTC+08:00", "XB", ""},
		{wallet.Item{Kind: wallet.KindStay, Text: "stay XA 2026-09-01 2026-10-01"}, "In Norland, 2026-09-01 to 2026-10-01", "XA", ""},
		{wallet.Item{Kind: wallet.KindStay, Text: "stay XB/01 2026-10-01T21:00:00+08:00 -"}, "In Sudmark, region 01, since 2026-10-01T21:00:00+08:00", "XB", ""},
		{wallet.Item{Kind: wallet.KindStay, Text: "stay XB/01 2026-10-01 2026-10-02"}, "In Sudmark, region 01, 2026-10-01 to 2026-10-02", "XB", ""},
		{wallet.Item{Kind: wallet.KindStay, Text: "stay XB 2026-10-01 -"}, "In Sudmark, since 2026-10-01", "XB", ""},
		{wallet.Item{Kind: wallet.KindExposure, Text: "exposure 2026-11-10 low gaen rule-1"}, "Exposure on 2026-11-10: low risk (gaen)", "", ""},
		{wallet.Item{Kind: wallet.KindChecked, Text: "checked 2026-11-20 gaen"}, "Looked for exposures up to 2026-11-20 (gaen)", "", ""},
		{wallet.Item{Kind: wallet.KindVenue, Text: "venue 2026-11-11T18:00:00Z 2026-11-11T20:00:00Z high"}, "Warning for a place, 2026-11-11T18:00:00Z to 2026-11-11T20:00:00Z: high risk", "", ""},
		{wallet.Item{Kind: wallet.KindSymptom, Text: "symptom 2026-11-12 sore_throat"}, "Symptom on 2026-11-12: sore throat", "", ""},
		{wallet.Item{Kind: wallet.KindCertificate, Text: "shlink:/eyJ1cmwiOiJodHRwczovL2V4YW1wbGUub3JnIn0"}, "Certificate that this program cannot read: a health link, which needs the internet", "", ""},
		{wallet.Item{Kind: wallet.KindUnread, Text: "aura blue"}, "Something that this program does not understand", "", ""},
	} {
		f := wallet.Look(v.item)
		if got := f.Title("en"); got != v.want {
			t.Errorf("%q, want %q", got, v.want)
		}
		if f.Country != v.from {
			t.Errorf("%s: from %q, want %q", v.want, f.Country, v.from)
		}
		day := ""
		if !f.Until.IsZero() {
			day = f.Until.UTC().Format("2006-01-02")
		}
		if day != v.day {
			t.Errorf("%s: until %q, want %q", v.want, day, v.day)
		}
		for _, lang := range words.Languages() {
			title := f.Title(lang)
			if title == "" || strings.ContainsAny(title, "?{}_") || strings.Contains(title, "Eriksson") || strings.Contains(strings.ToLower(title), "detected") {
				t.Errorf("in %s: %q", lang, title)
			}
		}
	}
}
