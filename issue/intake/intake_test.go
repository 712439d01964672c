package intake_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/issue/intake"
)

var now = time.Date(2026, 12, 2, 12, 0, 0, 0, time.UTC)

func form() intake.Form {
	return intake.Form{Kind: "test", Family: "Eriksson", Given: "Anna Maria", Born: cert.Date{Year: 1974, Month: 8, Day: 12}, Disease: "covid-19",
		Method: "nucleic_acid", Sampled: now.Add(-time.Hour), Result: "not_detected", Laboratory: "Laboratory 7"}
}

func item(t *testing.T, f intake.Form, o intake.Options) intake.Item {
	t.Helper()
	c, err := f.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	it := intake.Item{Place: "form", Do: intake.Issue, Certificate: c}
	it.Finish(o, nil, "form", "R-1")
	return it
}

func TestAnIdentifierIsTheIssuersOwn(t *testing.T) {
	o := intake.Options{Now: now, Country: "XA", Secret: []byte("one")}
	a := item(t, form(), o)
	if a.Do != intake.Issue || len(a.Key) != 64 || len(a.Result) != 64 || a.Key == a.Result {
		t.Errorf("%+v", a)
	}
	later := o
	later.Now = now.Add(24 * time.Hour)
	if b := item(t, form(), later); b.Key != a.Key || b.Result != a.Result {
		t.Error("the same statement has another key a day later")
	}
	changed := form()
	changed.Given = "Anna"
	if b := item(t, changed, o); b.Key == a.Key || b.Result != a.Result {
		t.Error("another statement of the same result has its key, or another result")
	}
	o.Secret = []byte("two")
	if b := item(t, form(), o); b.Key == a.Key || b.Result == a.Result {
		t.Error("the secret does not matter")
	}
	two, one := intake.Item{Do: intake.Withdraw}, intake.Item{Do: intake.Withdraw}
	two.Finish(o, nil, "a", "b")
	one.Finish(o, nil, "ab")
	if two.Result == one.Result {
		t.Error("two parts pass for one")
	}
}

func TestAnErrorLeavesNoCertificate(t *testing.T) {
	late := form()
	late.Sampled = now.Add(time.Hour)
	it := item(t, late, intake.Options{Now: now})
	if it.Do != intake.Nothing || it.Certificate != nil || it.Key != "" || !intake.HasError(it.Findings) {
		t.Errorf("%+v", it)
	}
	if it := item(t, late, intake.Options{}); it.Do != intake.Issue {
		t.Errorf("without a clock: %+v", it.Findings)
	}
	m := intake.Message{Items: []intake.Item{it}}
	if !m.Refused() || (&intake.Message{Items: []intake.Item{it, item(t, form(), intake.Options{})}}).Refused() {
		t.Error("a message is refused where nothing of it can be used, and then alone")
	}
}

func TestEveryFindingSaysWhatToDo(t *testing.T) {
	for _, c := range []intake.Code{
		intake.Missing, intake.Unreadable, intake.UnknownCode, intake.UnknownField, intake.Future, intake.Order, intake.Implausible, intake.NoOffset, intake.Imprecise,
		intake.Preliminary, intake.Cancelled, intake.Inconclusive, intake.NotGiven, intake.Recalled, intake.Contradiction, intake.Several, intake.Unresolved, intake.Left,
		intake.Guessed, intake.Unsupported, intake.Version, intake.Purpose, intake.Structure, intake.Charset, intake.Size, intake.Formula, intake.Twice, intake.Pseudonym,
		intake.NotTranslated, intake.OtherPerson, intake.Reused, intake.Format,
	} {
		f := intake.Finding{Severity: intake.Error, Code: c, Place: "PID[1]-5"}
		if h := c.Hint(); h == "" || strings.HasSuffix(h, ".") || !strings.HasPrefix(f.String(), "error: PID[1]-5: "+string(c)+": ") {
			t.Errorf("%s: %q", c, f)
		}
	}
}

func TestWhatCannotBeIsFound(t *testing.T) {
	dose := func(e cert.Vaccination) []cert.Event {
		e.Disease.Source.Code = cert.YellowFever
		return []cert.Event{&e}
	}
	june := cert.Date{Year: 2026, Month: 6, Day: 15}
	product := cert.Coded{Source: cert.Coding{Code: "37"}}
	person := cert.Person{Names: []cert.Name{{Family: "Örn"}}, BirthDate: cert.Date{Year: 1984, Month: 5}}
	for _, v := range []struct {
		comment string
		person  cert.Person
		events  []cert.Event
		want    []intake.Finding
	}{
		{"a dose", person, dose(cert.Vaccination{Date: june, Product: product, Dose: 3, Doses: 2}), nil},
		{"no event", person, nil, []intake.Finding{{Severity: intake.Error, Code: intake.Missing, Place: "events"}}},
		{"nobody", cert.Person{}, dose(cert.Vaccination{Date: june, Product: product}), []intake.Finding{{Severity: intake.Error, Code: intake.Missing, Place: "subject.names"}, {Severity: intake.Warning, Code: intake.Missing, Place: "subject.birth_date"}}},
		{"no product", person, dose(cert.Vaccination{Date: june}), []intake.Finding{{Severity: intake.Error, Code: intake.Missing, Place: "events.0.product"}}},
		{"no date", person, dose(cert.Vaccination{Product: product}), []intake.Finding{{Severity: intake.Error, Code: intake.Missing, Place: "events.0.date"}}},
		{"in the month of birth", person, dose(cert.Vaccination{Date: cert.Date{Year: 1984, Month: 5, Day: 1}, Product: product}), nil},
		{"before birth", person, dose(cert.Vaccination{Date: cert.Date{Year: 1984, Month: 4, Day: 30}, Product: product}), []intake.Finding{{Severity: intake.Error, Code: intake.Order, Place: "events.0.date"}}},
		{"today at the date line", person, dose(cert.Vaccination{Date: cert.Date{Year: 2026, Month: 12, Day: 3}, Product: product}), nil},
		{"tomorrow everywhere", person, dose(cert.Vaccination{Date: cert.Date{Year: 2026, Month: 12, Day: 4}, Product: product}), []intake.Finding{{Severity: intake.Error, Code: intake.Future, Place: "events.0.date"}}},
		{"fifty doses of two", person, dose(cert.Vaccination{Date: june, Product: product, Dose: 50, Doses: 2}), []intake.Finding{{Severity: intake.Error, Code: intake.Contradiction, Place: "events.0.dose"}}},
		{"an unknown basis", person, dose(cert.Vaccination{Date: june, Product: product, Basis: "hearsay"}), []intake.Finding{{Severity: intake.Error, Code: intake.UnknownCode, Place: "events.0.basis"}}},
		{"a recovery that ends before it begins", person, []cert.Event{&cert.Recovery{Statement: cert.Statement{Disease: product}, FirstPositive: june, From: june, Until: cert.Date{Year: 2026, Month: 6, Day: 14}}},
			[]intake.Finding{{Severity: intake.Error, Code: intake.Order, Place: "events.0.until"}}},
		{"a test without a disease, of tomorrow", person, []cert.Event{&cert.Test{Method: cert.NucleicAcid, SampledAt: now.Add(time.Minute), Result: cert.Invalid}},
			[]intake.Finding{{Severity: intake.Error, Code: intake.Missing, Place: "events.0.disease"}, {Severity: intake.Error, Code: intake.Future, Place: "events.0.sampled_at"}, {Severity: intake.Error, Code: intake.Inconclusive, Place: "events.0.result"}}},
	} {
		if got := intake.Check(&cert.Certificate{Subject: v.person, Events: v.events}, now); !reflect.DeepEqual(got, v.want) {
			t.Errorf("%s: %+v", v.comment, got)
		}
	}
}

func TestNamesAreComputedOrTakenFromThePassport(t *testing.T) {
	const lines = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	born := cert.Date{Year: 1974, Month: 8, Day: 12}
	for _, v := range []struct {
		comment string
		names   []cert.Name
		born    cert.Date
		lines   string
		want    cert.Name
		code    intake.Code
	}{
		{"computed", []cert.Name{{Family: "Örn", Given: "Åsa"}}, born, "", cert.Name{Family: "Örn", Given: "Åsa", FamilyICAO: "OERN", GivenICAO: "AASA"}, ""},
		{"given by hand", []cert.Name{{Family: "王", Given: "小明", FamilyICAO: "WANG", GivenICAO: "XIAOMING"}}, born, "", cert.Name{Family: "王", Given: "小明", FamilyICAO: "WANG", GivenICAO: "XIAOMING"}, ""},
		{"one name", []cert.Name{{Given: "Sukarno"}}, born, "", cert.Name{Given: "Sukarno", FamilyICAO: "SUKARNO"}, ""},
		{"in letters without a rule", []cert.Name{{Family: "王", Given: "小明"}}, born, "", cert.Name{Family: "王", Given: "小明"}, intake.NotTranslated},
		{"one part of it", []cert.Name{{Family: "王", Given: "Anna"}}, born, "", cert.Name{Family: "王", Given: "Anna", FamilyICAO: "ANNA"}, intake.NotTranslated},
		{"with another spelling", []cert.Name{{Family: "王", Given: "小明"}, {Family: "Wang", Given: "Xiaoming"}}, born, "", cert.Name{Family: "王", Given: "小明", FamilyICAO: "WANG", GivenICAO: "XIAOMING"}, ""},
		{"the passport's, compared", []cert.Name{{Family: "Eriksson", Given: "Anna"}}, born, lines, cert.Name{Family: "Eriksson", Given: "Anna", FamilyICAO: "ERIKSSON", GivenICAO: "ANNA<MARIA"}, ""},
		{"the passport's alone", nil, cert.Date{}, lines, cert.Name{Family: "ERIKSSON", Given: "ANNA MARIA", FamilyICAO: "ERIKSSON", GivenICAO: "ANNA<MARIA"}, ""},
		{"somebody else's passport", []cert.Name{{Family: "Smith", Given: "John"}}, born, lines, cert.Name{Family: "Smith", Given: "John", FamilyICAO: "ERIKSSON", GivenICAO: "ANNA<MARIA"}, intake.OtherPerson},
		{"another birth date", []cert.Name{{Family: "Eriksson", Given: "Anna"}}, cert.Date{Year: 1975}, lines, cert.Name{Family: "Eriksson", Given: "Anna", FamilyICAO: "ERIKSSON", GivenICAO: "ANNA<MARIA"}, intake.OtherPerson},
		{"lines that are none", []cert.Name{{Family: "Eriksson"}}, born, "P<UTO", cert.Name{Family: "Eriksson"}, intake.Unreadable},
		{"a control character", []cert.Name{{Family: "Eriks\x07son"}}, born, "", cert.Name{Family: "Eriks\x07son"}, intake.Unreadable},
	} {
		p := cert.Person{Names: v.names, BirthDate: v.born}
		var code intake.Code
		if found := intake.Name(&p, v.lines, now); len(found) > 0 {
			code = found[0].Code
		}
		if code != v.code || p.Names[0] != v.want {
			t.Errorf("%s: %q, %+v", v.comment, code, p.Names[0])
		}
		if v.comment == "the passport's alone" && p.BirthDate != born {
			t.Errorf("%s: born %s", v.comment, p.BirthDate)
		}
	}
}

func TestTheNextChildHasWhatTheFirstSharedWithIt(t *testing.T) {
	f := form()
	f.Guardian, f.Passport, f.Sex, f.ID, f.Nationality = "Clara Lind", "X1", "male", "7", "XA"
	want := intake.Form{Kind: "test", Guardian: "Clara Lind", Nationality: "XA", Disease: "covid-19", Method: "nucleic_acid", Laboratory: "Laboratory 7"}
	if got := f.NextChild(); got != want {
		t.Errorf("%+v", got)
	}
}

func TestAFormHasTheValuesThatItMayHave(t *testing.T) {
	for field, set := range map[string]func(*intake.Form){
		"kind":   func(f *intake.Form) { f.Kind = "horoscope" },
		"method": func(f *intake.Form) { f.Method = "serology" },
		"result": func(f *intake.Form) { f.Result = "invalid" },
		"sex":    func(f *intake.Form) { f.Sex = "f" },
		"basis":  func(f *intake.Form) { f.Kind, f.Basis = "vaccination", "hearsay" },
	} {
		f := form()
		set(&f)
		c, err := f.Certificate()
		e, ok := err.(*intake.FieldError)
		if c != nil || !ok || e.Field != field || len(e.Want) < 2 || !strings.HasPrefix(e.Error(), field+": want ") {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestOfSeveralResultsOneIsCertified(t *testing.T) {
	pcr := func(code string, says cert.Result, at string) intake.Claim {
		return intake.Claim{Code: code, Method: cert.NucleicAcid, Says: says, Place: at, Usable: true}
	}
	const summary, gene = "94500-6", "94314-0"
	broken := pcr(summary, cert.Detected, "c")
	broken.Usable = false
	igg := intake.Claim{Code: "94563-4", Method: cert.Serology, Says: cert.Detected, Place: "g", Usable: true}
	igm := intake.Claim{Code: "94564-2", Method: cert.Serology, Says: cert.NotDetected, Place: "m", Usable: true}
	for _, v := range []struct {
		comment string
		claims  []intake.Claim
		want    []intake.Code
	}{
		{"one", []intake.Claim{pcr(gene, cert.Detected, "a")}, []intake.Code{""}},
		{"a gene beside its summary, whatever it says", []intake.Claim{pcr(gene, cert.Invalid, "a"), pcr(summary, cert.Detected, "b")}, []intake.Code{intake.Left, ""}},
		{"two that agree", []intake.Claim{pcr(summary, cert.Detected, "a"), pcr(summary, cert.Detected, "b")}, []intake.Code{"", intake.Several}},
		{"three of which one disagrees", []intake.Claim{pcr(gene, cert.Detected, "a"), pcr(gene, cert.Detected, "b"), pcr(gene, cert.NotDetected, "c")}, []intake.Code{intake.Contradiction, intake.Contradiction, intake.Contradiction}},
		{"one that cannot be used does not count", []intake.Claim{pcr(summary, cert.NotDetected, "a"), broken}, []intake.Code{"", ""}},
		{"antibodies of two classes", []intake.Claim{igg, igm}, []intake.Code{"", ""}},
	} {
		for i, f := range intake.Reduce(v.claims) {
			var got intake.Code
			if f != nil {
				got = f.Code
				if f.Place != v.claims[i].Place {
					t.Errorf("%s: %+v", v.comment, f)
				}
			}
			if got != v.want[i] {
				t.Errorf("%s: %d is %q", v.comment, i, got)
			}
		}
	}
}
