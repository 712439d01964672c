package wallet

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/words"
)

// Face is what an item says of itself, without anybody having checked it: enough
// to tell it from the others in a list or on a sheet. It has no name and no result.
type Face struct {
	Code    string // of package words, with Params: "face_test" ...
	Params  []words.Param
	Country string    // of who made it, as it claims; empty if it does not say
	Until   time.Time // of the signature, or of an order; zero if it does not say
	Of      string    // the country of the original, of a certificate that is derived from one; "?" where it does not say
	IHR     bool      // a certificate of the International Health Regulations, which a sheet words as they ask
	Lesson  Lesson
}

// Title says what the item is, in a language.
func (f Face) Title(lang string) string {
	text, _ := words.Say(lang, f.Code, f.Params...)
	if f.Of != "" {
		derived, _ := words.Say(lang, "face_derived", words.Place("of", f.Of))
		text += ", " + derived
	}
	return text
}

// Look returns the face of an item.
func Look(i Item) Face {
	f, ok := Face{}, false
	switch i.Kind {
	case KindCertificate:
		f, ok = certificateFace(i.Text), true
	case KindStamp:
		f, ok = stampFace(i.Text)
	case KindNotice:
		f, ok = noticeFace(i.Text)
	case KindStatement:
		f, ok = statementFace(i.Text)
	case KindReceipt:
		f, ok = receiptFace(i.Text)
	case KindStay, KindExposure, KindChecked, KindVenue, KindSymptom:
		f, ok = declaredFace(i), true
	}
	if !ok {
		f = Face{Code: "face_unread", Lesson: Lesson{Also: []string{"learn_unread"}}}
	}
	return f
}

func certificateFace(text string) Face {
	u, err := format.Read(bare(text))
	if err != nil {
		what := string(format.Identify(bare(text)))
		f := Face{Code: "face_unsupported", Params: []words.Param{words.Word("what", "what_"+what)}, Lesson: Lesson{Also: []string{"learn_unread"}}}
		if what == string(format.HealthLink) {
			f.Lesson.Also = []string{"learn_link"}
		}
		return f
	}
	f := Face{Code: "face_other", Params: []words.Param{words.Word("what", "content_"+u.Content())}, Country: u.Country(), Until: u.Signed().Until}
	if u.Content() == "link" {
		f.Lesson.Also = []string{"learn_link"}
		return f
	}
	c, err := u.SkipVerification()
	if err != nil || len(c.Events) == 0 {
		f.Lesson.Also = []string{"learn_unread"}
		return f
	}
	f.Lesson = lessonOf(c)
	f.IHR = u.Content() == "icvp"
	if c.Derived != nil {
		f.Of = cmp.Or(c.Derived.Country, "?")
	}
	e := c.Events[0]
	if f.Country == "" {
		f.Country = e.About().Country
	}
	disease := diseaseParam(e.About().Disease)
	on := func(code string, at words.Param) { f.Code, f.Params = code, []words.Param{disease, at} }
	switch e := e.(type) {
	case *cert.Test:
		on("face_test", words.Moment("at", e.SampledAt))
	case *cert.Antibody:
		on("face_antibody", words.Moment("at", e.SampledAt))
	case *cert.Vaccination:
		on("face_vaccination", dateParam("at", e.Date))
	case *cert.Recovery:
		on("face_recovery", dateParam("at", e.FirstPositive))
	case *cert.Exemption:
		on("face_exemption", dateParam("at", e.From))
	}
	return f
}

func stampFace(text string) (Face, bool) {
	s, err := history.StampSkippingVerification(text)
	if err != nil {
		return Face{}, false
	}
	f := Face{
		Code:    "face_stamp_" + string(s.Direction),
		Params:  []words.Param{words.Place("country", s.Jurisdiction), words.Moment("at", s.At)},
		Country: s.Jurisdiction, Until: s.Until,
	}
	f.Lesson = Lesson{Reads: []string{"reads_crossing"}, Also: []string{"learn_document"}}
	f.Lesson.add(s.Port != "", "reads_port")
	f.Lesson.add(s.Purpose != "", "reads_purpose")
	f.Lesson.add(s.Category != "", "reads_category")
	if s.Previous != (history.Hash{}) {
		f.Lesson.Also = append(f.Lesson.Also, "learn_previous")
	}
	return f, true
}

func noticeFace(text string) (Face, bool) {
	n, err := history.NoticeSkippingVerification(text)
	if err != nil {
		return Face{}, false
	}
	f := Face{Code: "face_order", Country: n.Jurisdiction, Until: n.Until}
	f.Params = []words.Param{words.Place("country", n.Jurisdiction), orderParam(n.Order), words.Moment("at", n.From)}
	if n.Release {
		f.Code, f.Until = "face_release", n.Expires
	}
	f.Lesson = Lesson{Reads: []string{"reads_order", "reads_reason", "reads_period"}, Also: []string{"learn_document"}}
	f.Lesson.add(n.Disease != "", "reads_disease")
	f.Lesson.add(n.Authority != "", "reads_authority")
	return f, true
}

func statementFace(text string) (Face, bool) {
	x, err := history.ExposureSkippingVerification(text)
	if err != nil {
		return Face{}, false
	}
	f := Face{Code: "face_statement", Country: x.Jurisdiction, Until: x.Expires}
	f.Params = []words.Param{words.Place("country", x.Jurisdiction), words.Text("at", x.Date.String())}
	f.Lesson = Lesson{Reads: []string{"reads_day"}, Also: []string{"learn_document"}}
	f.Lesson.add(x.Disease != "", "reads_disease")
	f.Lesson.add(x.Authority != "", "reads_authority")
	return f, true
}

// receiptFace reads two lines of a receipt; package verify reads it all.
func receiptFace(text string) (Face, bool) {
	s, err := signed.Parse([]byte(text))
	if err != nil || s.Name != "pratique-receipt" {
		return Face{}, false
	}
	f := Face{Code: "face_receipt", Lesson: Lesson{Reads: []string{"reads_desk", "reads_answer", "reads_rules"}, Also: []string{"learn_receipt"}}}
	var at time.Time
	for line := range strings.Lines(string(s.Body())) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch key {
		case "time":
			if at, err = time.Parse(time.RFC3339Nano, value); err != nil {
				return Face{}, false
			}
		case "to":
			f.Country, _, _ = strings.Cut(value, " ")
		}
	}
	f.Params = []words.Param{words.Place("country", f.Country), words.Moment("at", at)}
	return f, true
}

func declaredFace(i Item) Face {
	fields := strings.Split(i.Text, " ")
	f := Face{Code: "face_" + string(i.Kind), Lesson: declaredLesson([]Item{i})}
	field := func(n int) string {
		if n < len(fields) {
			return fields[n]
		}
		return ""
	}
	switch i.Kind {
	case KindStay:
		country, region, _ := strings.Cut(field(1), "/")
		f.Country = country
		f.Params = []words.Param{words.Place("country", country), words.Text("from", field(2)), words.Text("until", field(3))}
		if region != "" {
			f.Code = "face_stay_region"
			f.Params = append(f.Params, words.Text("region", region))
		}
		if field(3) == "-" {
			f.Code += "_open"
		}
	case KindExposure:
		f.Params = []words.Param{words.Text("at", field(1)), words.Word("risk", "risk_"+field(2)), words.Text("system", field(3))}
	case KindChecked:
		f.Params = []words.Param{words.Text("at", field(1)), words.Text("system", field(2))}
	case KindVenue:
		f.Params = []words.Param{words.Text("from", field(1)), words.Text("until", field(2)), words.Word("risk", "risk_"+field(3))}
	case KindSymptom:
		f.Params = []words.Param{words.Text("at", field(1)), words.Text("what", strings.ReplaceAll(field(2), "_", " "))}
	}
	return f
}

func dateParam(name string, d cert.Date) words.Param {
	if d.IsZero() {
		return words.Text(name, "?")
	}
	return words.Text(name, d.String())
}

// diseaseParam names a disease by the catalogue where it has it, else as the
// source does.
func diseaseParam(c cert.Coded) words.Param {
	if code := "disease_" + c.Code(); words.Has(words.Languages()[0], code) {
		return words.Word("disease", code)
	}
	for _, s := range []string{c.Source.Display, c.Source.Code} {
		if s != "" && len(s) <= 60 && isLine(s) {
			return words.Text("disease", s)
		}
	}
	return words.Text("disease", "?")
}

func orderParam(order string) words.Param {
	if code := "order_" + order; words.Has(words.Languages()[0], code) {
		return words.Word("order", code)
	}
	return words.Text("order", strings.ReplaceAll(order, "_", " "))
}

// add adds a fact, if it is there.
func (l *Lesson) add(there bool, fact string) {
	if there && !slices.Contains(l.Reads, fact) {
		l.Reads = append(l.Reads, fact)
	}
}

// nameIn is the name that a certificate has, whoever signed it.
func nameIn(text string) string {
	u, err := format.Read(bare(text))
	if err != nil {
		return ""
	}
	c, err := u.SkipVerification()
	if err != nil {
		return ""
	}
	name := strings.Join(strings.Fields(c.Subject.Name().String()), " ")
	if !isLabel(name) {
		return ""
	}
	return name
}
