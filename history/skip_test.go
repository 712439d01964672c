package history_test

import (
	"crypto/rand"
	"errors"
	"reflect"
	"testing"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/exposure"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/trust"
)

// What nobody verified says the same, has no key, and counts for nothing.
func TestSkippingVerification(t *testing.T) {
	w := newWorld(t)
	keys, at := w.keys, moment("2026-11-20T12:00:00Z")
	stamp := w.stamp(t, history.Stamp{Jurisdiction: "XA", At: at, Direction: history.Entry, Port: "XAABC"}, holder)
	notice := w.notice(t, history.Notice{Jurisdiction: "XA", Issued: at, Order: "isolation", Reason: "r", Appeal: "a", Until: at.AddDate(0, 0, 7)}, holder)
	health := office(t, "XA", trust.Exposure)
	keys.Add(health.Key)
	day, err := health.Exposure(history.Exposure{Date: cert.Date{Year: 2026, Month: 11, Day: 18}, Risk: exposure.High, System: "s", Rule: "r", Issued: at, Expires: at.AddDate(0, 1, 0)}, holder, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err1 := history.StampSkippingVerification(stamp)
	n, err2 := history.NoticeSkippingVerification(notice)
	x, err3 := history.ExposureSkippingVerification(day)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	if s.KeyID != "" || n.KeyID != "" || x.KeyID != "" || x.Signed() {
		t.Error("what nobody verified has a key")
	}
	e, found := history.History{Stamps: []history.Stamp{s}, Notices: []history.Notice{n}, Statements: []history.Exposure{x}}.Sift(holder, at)
	if len(e.Stamps)+len(e.Notices)+len(e.Exposure) > 0 || len(found) != 3 {
		t.Errorf("what nobody verified counts: %v", found)
	}
	open, err1 := history.OpenStamp(stamp, keys)
	openN, err2 := history.OpenNotice(notice, keys)
	openX, err3 := history.OpenExposure(day, keys)
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	open.KeyID, openN.KeyID, openX.KeyID = "", "", ""
	if !reflect.DeepEqual(s, open) || !reflect.DeepEqual(n, openN) || !reflect.DeepEqual(x, openX) {
		t.Error("it says something else than what was signed")
	}
	for _, text := range []string{"", "HC1:", stamp[:len(stamp)-8], notice} {
		if _, err := history.StampSkippingVerification(text); err == nil {
			t.Errorf("%.8q is read as a stamp", text)
		}
	}
	if _, err := history.NoticeSkippingVerification(stamp); err == nil {
		t.Error("a stamp is read as a notice")
	}
	if _, err := history.ExposureSkippingVerification(stamp); err == nil {
		t.Error("a stamp is read as an exposure statement")
	}
}

// FuzzSkippingVerification looks into anything: nothing of it has a key, and
// where there is an error there is nothing else.
func FuzzSkippingVerification(f *testing.F) {
	w := newWorld(f)
	at := moment("2026-11-20T12:00:00Z")
	f.Add(w.stamp(f, history.Stamp{Jurisdiction: "XA", At: at, Direction: history.Entry, Port: "XAABC"}, holder))
	f.Add(w.notice(f, history.Notice{Jurisdiction: "XA", Issued: at, Order: "isolation", Reason: "r", Appeal: "a", Until: at.AddDate(0, 0, 7)}, holder))
	f.Add("HC1:")
	f.Fuzz(func(t *testing.T, text string) {
		s, err1 := history.StampSkippingVerification(text)
		n, err2 := history.NoticeSkippingVerification(text)
		x, err3 := history.ExposureSkippingVerification(text)
		if s.KeyID+n.KeyID+x.KeyID != "" {
			t.Error("what nobody verified has a key")
		}
		if err1 != nil && s != (history.Stamp{}) || err2 != nil && n != (history.Notice{}) || err3 != nil && x != (history.Exposure{}) {
			t.Error("something is returned beside the error")
		}
		if err1 == nil && err2 == nil || err2 == nil && err3 == nil || err1 == nil && err3 == nil {
			t.Error("it is two things at once")
		}
	})
}
