package verify

import (
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/words"
)

// used says in lines what of a file counted.
func used(j judged, place *time.Location) []Reason {
	var out []Reason
	for _, e := range j.whole.Events {
		out = append(out, usedEvent(e))
	}
	for _, n := range j.evidence.Notices {
		out = append(out, usedNotice(n, place))
	}
	count := func(code string, n int) {
		if n > 0 {
			out = append(out, Reason{Code: code, Params: []words.Param{words.Count("n", n)}})
		}
	}
	e := j.evidence
	count("used_stamps", len(e.Stamps))
	count("used_stays", len(e.Stays))
	count("used_exposure", len(e.Exposure))
	count("used_venues", len(e.Venues))
	count("used_symptoms", len(e.Symptoms))
	return out
}

// usedEvent says an event in a line, at the offset that it carries.
func usedEvent(e cert.Event) Reason {
	country := words.Place("country", e.About().Country)
	switch e := e.(type) {
	case *cert.Test:
		code := "used_test"
		switch e.Result {
		case cert.Detected:
			code = "used_positive"
		case cert.NotDetected:
			code = "used_negative"
		}
		return Reason{Code: code, Params: []words.Param{words.Moment("sampled", e.SampledAt), country}}
	case *cert.Vaccination:
		return Reason{Code: "used_vaccination", Params: []words.Param{words.Text("date", e.Date.String()), country}}
	case *cert.Recovery:
		return Reason{Code: "used_recovery", Params: []words.Param{words.Text("date", e.FirstPositive.String()), country}}
	}
	return Reason{Code: "used_other", Params: []words.Param{words.Word("kind", string(e.Kind())), country}}
}

func usedNotice(n *history.Notice, place *time.Location) Reason {
	params := []words.Param{orderWord(n.Order), words.Place("country", n.Jurisdiction), words.Moment("from", at(n.From, place))}
	if n.Release {
		return Reason{Code: "used_release", Params: params}
	}
	return Reason{Code: "used_order", Params: append(params, words.Moment("until", at(n.Until, place)))}
}

// orderWord names an order: in the catalogue's word, or the authority's own.
func orderWord(order string) words.Param {
	if code := "order_" + order; words.Has("en", code) {
		return words.Word("order", code)
	}
	return words.Text("order", order)
}
