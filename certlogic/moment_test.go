package certlogic_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/pratique/pratique/certlogic"
)

// plusTime counts as the setters of ECMA-262 do: a day that a month lacks runs
// over into the next one.
func TestPlusTime(t *testing.T) {
	for _, c := range []struct {
		comment, date string
		amount        int
		unit, want    string
	}{
		{"specification: leap day and a day", "2020-02-29", 1, "day", "2020-03-01T00:00:00.000Z"},
		{"specification: leap day and a month", "2020-02-29", 1, "month", "2020-03-29T00:00:00.000Z"},
		{"specification: leap day and a year", "2020-02-29", 1, "year", "2021-03-01T00:00:00.000Z"},
		{"leap day and four years", "2020-02-29", 4, "year", "2024-02-29T00:00:00.000Z"},
		{"leap day less a year", "2020-02-29", -1, "year", "2019-03-01T00:00:00.000Z"},
		{"31 January and a month, leap year", "2020-01-31", 1, "month", "2020-03-02T00:00:00.000Z"},
		{"31 January and a month", "2021-01-31", 1, "month", "2021-03-03T00:00:00.000Z"},
		{"31 March less a month", "2021-03-31", -1, "month", "2021-03-03T00:00:00.000Z"},
		{"months over the end of a year", "2021-12-15", 1, "month", "2022-01-15T00:00:00.000Z"},
		{"months over the beginning of a year", "2021-01-15", -13, "month", "2019-12-15T00:00:00.000Z"},
		{"a century that is no leap year", "1900-02-28", 1, "day", "1900-03-01T00:00:00.000Z"},
		{"a century that is a leap year", "2000-02-28", 1, "day", "2000-02-29T00:00:00.000Z"},
		{"hours over the spring change of clocks", "2021-03-28T00:30:00+01:00", 24, "hour", "2021-03-28T23:30:00.000Z"},
		{"the month is that of UTC", "2021-03-01T00:30:00+01:00", 1, "month", "2021-03-28T23:30:00.000Z"},
		{"nothing", "2021-03-28", 0, "year", "2021-03-28T00:00:00.000Z"},
		{"a lifetime", "2021-03-28", 100, "year", "2121-03-28T00:00:00.000Z"},
		{"beyond four digits", "2021-03-28", 10000, "year", "+012021-03-28T00:00:00.000Z"},
		{"before the year zero", "2021-03-28", -3000, "year", "-000979-03-28T00:00:00.000Z"},
		{"before 1970", "1969-12-31T23:59:59.999Z", 0, "day", "1969-12-31T23:59:59.999Z"},
		{"the most that is added", "9999-12-31", 100000, "year", "+109999-12-31T00:00:00.000Z"},
	} {
		judge(t, []evalCase{{c.comment, fmt.Sprintf(`{"plusTime":[%q,%d,%q]}`, c.date, c.amount, c.unit), ``, `"` + c.want + `"`, nil}})
	}
}

// A date-time is read in the forms of the specification, and no other.
func TestMomentForms(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"2021", "2021-12-31T00:00:00.000Z"},
		{"2020-02", "2020-02-29T00:00:00.000Z"},
		{"2021-02", "2021-02-28T00:00:00.000Z"},
		{"2021-12", "2021-12-31T00:00:00.000Z"},
		{"2021-05-31", "2021-05-31T00:00:00.000Z"},
		{"0000-01-01", "0000-01-01T00:00:00.000Z"},
		{"9999-12-31", "9999-12-31T00:00:00.000Z"},
		{"2021-05-31T10:11:12", "2021-05-31T10:11:12.000Z"},
		{"2021-05-31T10:11:12Z", "2021-05-31T10:11:12.000Z"},
		{"2021-05-31T10:11:12+2", "2021-05-31T08:11:12.000Z"},
		{"2021-05-31T10:11:12-02", "2021-05-31T12:11:12.000Z"},
		{"2021-05-31T10:11:12+230", "2021-05-31T07:41:12.000Z"},
		{"2021-05-31T10:11:12-0230", "2021-05-31T12:41:12.000Z"},
		{"2021-05-31T10:11:12+2:30", "2021-05-31T07:41:12.000Z"},
		{"2021-05-31T10:11:12+02:30", "2021-05-31T07:41:12.000Z"},
		{"2021-05-31T10:11:12-00:00", "2021-05-31T10:11:12.000Z"},
		{"2021-05-31T10:11:12.3", "2021-05-31T10:11:12.300Z"},
		{"2021-05-31T10:11:12.1239Z", "2021-05-31T10:11:12.123Z"},
		{"2021-05-31T10:11:12.999999999+02:00", "2021-05-31T08:11:12.999Z"},
		{"2021-01-01T00:00:00+14:00", "2020-12-31T10:00:00.000Z"},
		{"2021-05-31T23:59:59.999-11:30", "2021-06-01T11:29:59.999Z"},
	} {
		judge(t, []evalCase{{"an allowed form", `{"plusTime":[{"var":""},0,"day"]}`, `"` + c.text + `"`, `"` + c.want + `"`, nil}})
	}
	for _, text := range []string{
		"", "202", "20211", "2021-", "2021-1", "2021-00", "2021-13", "2021-001", "2021/01", "2021-01-0", "2021-01-00", "2021-01-32",
		"2021-02-29", "2021-04-31", "2021-06-99", "1900-02-29", "21-01-01", "+2021-01-01", "-2021-01-01", "2021-01-01 ", " 2021-01-01", "2021-01-01\\n",
		"2021-05-31T", "2021-05-31T10", "2021-05-31T10:11", "2021-05-31T10:11Z", "2021-05-31 10:11:12", "2021-05-31t10:11:12", "2021-05-31T10:11:12z",
		"2021-05-31T24:00:00", "2021-05-31T10:60:00", "2021-05-31T23:59:60", "2021-05-31T10:11:12.", "2021-05-31T10:11:12.Z", "2021-05-31T10:11:12,5",
		"2021-05-31T10:11:12+", "2021-05-31T10:11:12+2:", "2021-05-31T10:11:12+02:3", "2021-05-31T10:11:12+2:3", "2021-05-31T10:11:12+24",
		"2021-05-31T10:11:12+02:60", "2021-05-31T10:11:12+002:30", "2021-05-31T10:11:12+02:30Z", "2021-05-31T10:11:12ZZ", "2021-05-31T10:11:12+-2", "٢٠٢١", "2O21-01-01",
	} {
		judge(t, []evalCase{{"no allowed form", `{"plusTime":[{"var":""},0,"day"]}`, `"` + text + `"`, ``, certlogic.ErrDate}})
	}
}

// Every day of 800 years is counted as the standard library counts it, and so
// is what is one month and one year later.
func TestCalendar(t *testing.T) {
	e := parse(t, `[{"plusTime":[{"var":""},0,"day"]},{"plusTime":[{"var":""},1,"month"]},{"plusTime":[{"var":""},-1,"year"]}]`)
	for d := time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2400; d = d.AddDate(0, 0, 1) {
		v, err := certlogic.FromAny(d.Format(time.DateOnly))
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Eval(v)
		if err != nil {
			t.Fatalf("%v: %v", d, err)
		}
		for i, want := range []time.Time{d, d.AddDate(0, 1, 0), d.AddDate(-1, 0, 0)} {
			if m, ok := got.At(fmt.Sprint(i)).Time(); !ok || !m.Equal(want) {
				t.Fatalf("%v, number %d: got %v, want %v", d, i, m, want)
			}
		}
	}
}

func TestPlusTimeOperands(t *testing.T) {
	judge(t, []evalCase{
		{"the amount is not computed", `{"plusTime":["2021",{"+":[1,1]},"day"]}`, ``, ``, certlogic.ErrForm},
		{"the amount is whole", `{"plusTime":["2021",1.5,"day"]}`, ``, ``, certlogic.ErrForm},
		{"the unit is one of four", `{"plusTime":["2021",1,"days"]}`, ``, ``, certlogic.ErrForm},
		{"a week is no unit", `{"plusTime":["2021",1,"week"]}`, ``, ``, certlogic.ErrForm},
		{"the unit is a text", `{"plusTime":["2021",1,1]}`, ``, ``, certlogic.ErrForm},
		{"more than 100,000 years", `{"plusTime":["2021",100001,"year"]}`, ``, ``, certlogic.ErrRange},
		{"far more hours", `{"plusTime":["2021",-9223372036854775808,"hour"]}`, ``, ``, certlogic.ErrRange},
		{"null has no date", `{"plusTime":[{"var":"x"},0,"day"]}`, ``, ``, certlogic.ErrKind},
		{"a date-time is no text", `{"plusTime":[{"plusTime":["2021",0,"day"]},0,"day"]}`, ``, ``, certlogic.ErrKind},
		{"two operands", `{"plusTime":["2021",0]}`, ``, ``, certlogic.ErrForm},
	})
}

func TestDateOfBirth(t *testing.T) {
	birth := `{"dccDateOfBirth":[{"var":""}]}`
	judge(t, []evalCase{
		{"a year", birth, `"2004"`, `"2004-12-31T00:00:00.000Z"`, nil},
		{"a month", birth, `"2004-02"`, `"2004-02-29T00:00:00.000Z"`, nil},
		{"a day", birth, `"2004-02-29"`, `"2004-02-29T00:00:00.000Z"`, nil},
		{"a day that is none", birth, `"2005-02-29"`, ``, certlogic.ErrDate},
		{"a time of day", birth, `"2004-02-29T00:00:00Z"`, ``, certlogic.ErrDate},
		{"an unknown month, as passports write it", birth, `"2004-XX-XX"`, ``, certlogic.ErrDate},
		{"nothing", birth, `""`, ``, certlogic.ErrDate},
		{"null", birth, `null`, ``, certlogic.ErrKind},
	})
}

func TestMomentComparisons(t *testing.T) {
	compare := func(op string, dates ...string) string {
		text := ""
		for i, d := range dates {
			if i > 0 {
				text += ","
			}
			text += fmt.Sprintf(`{"plusTime":[%q,0,"day"]}`, d)
		}
		return fmt.Sprintf(`{%q:[%s]}`, op, text)
	}
	const a, b, c = "2021-01-01", "2021-01-02", "2021-01-03"
	judge(t, []evalCase{
		{"before", compare("before", a, b), ``, `true`, nil},
		{"not before itself", compare("before", a, a), ``, `false`, nil},
		{"after", compare("after", b, a), ``, `true`, nil},
		{"not after itself", compare("after", a, a), ``, `false`, nil},
		{"not-after itself", compare("not-after", a, a), ``, `true`, nil},
		{"not-before itself", compare("not-before", a, a), ``, `true`, nil},
		{"one moment in two zones", compare("not-after", "2021-01-01T02:00:00+02:00", a), ``, `true`, nil},
		{"three", compare("before", a, b, c), ``, `true`, nil},
		{"three of which two are one", compare("before", a, b, b), ``, `false`, nil},
		{"three, not after", compare("not-after", a, b, b), ``, `true`, nil},
		{"three, falling", compare("after", c, b, a), ``, `true`, nil},
		{"three, not falling", compare("not-before", c, a, b), ``, `false`, nil},
		{"a text is no date-time", `{"before":["2021-01-01",{"plusTime":["2021",0,"day"]}]}`, ``, ``, certlogic.ErrKind},
		{"an integer is no date-time", `{"before":[1,2]}`, ``, ``, certlogic.ErrKind},
		{"four", compare("before", a, b, c, c), ``, ``, certlogic.ErrForm},
		{"one", compare("before", a), ``, ``, certlogic.ErrForm},
	})
}
