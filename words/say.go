package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

func (p Param) say(lang string) string {
	switch p.kind {
	case KindCount:
		return strconv.FormatInt(p.n, 10)
	case KindPlace:
		return Country(lang, p.text)
	case KindMoment:
		return sayMoment(lang, p.at)
	case KindWord:
		return word(lang, p.text)
	case KindList:
		return sayList(lang, strings.Fields(p.text))
	case KindSpan:
		return saySpan(lang, time.Duration(p.n))
	}
	return p.text
}

var months = map[string][12]string{
	"en": {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	"fr": {"janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
}

// sayMoment says "3 Dec 2026, 14:20 UTC+08:00". The month is a word, so that
// nobody takes the day for the month.
func sayMoment(lang string, t time.Time) string {
	if t.IsZero() {
		return "?"
	}
	m, ok := months[lang]
	if !ok {
		m = months["en"]
	}
	zone := "UTC"
	if _, off := t.Zone(); off != 0 {
		zone += t.Format("-07:00")
	}
	return fmt.Sprintf("%d %s %d, %02d:%02d %s", t.Day(), m[t.Month()-1], t.Year(), t.Hour(), t.Minute(), zone)
}

var units = map[string][3][2]string{ // day, hour, minute: one, several
	"en": {{"day", "days"}, {"hour", "hours"}, {"minute", "minutes"}},
	"fr": {{"jour", "jours"}, {"heure", "heures"}, {"minute", "minutes"}},
}

// saySpan says hours up to four days (rules count tests in hours), then days.
func saySpan(lang string, d time.Duration) string {
	u, ok := units[lang]
	if !ok {
		u = units["en"]
	}
	say := func(n int64, names [2]string) string {
		if n == 1 {
			return "1 " + names[0]
		}
		return strconv.FormatInt(n, 10) + " " + names[1]
	}
	if d < 0 {
		d = -d
	}
	switch h := int64(d / time.Hour); {
	case d < time.Hour:
		return say(int64(d/time.Minute), u[2])
	case h <= 96:
		return say(h, u[1])
	default:
		return say(h/24, u[0])
	}
}

func word(lang, code string) string {
	text, _ := Say(lang, strings.ReplaceAll(code, "-", "_"))
	return text
}

func sayList(lang string, codes []string) string {
	if len(codes) == 0 {
		return "?"
	}
	said := make([]string, len(codes))
	for i, c := range codes {
		said[i] = word(lang, c)
	}
	last := len(said) - 1
	if last == 0 {
		return said[0]
	}
	return strings.Join(said[:last], ", ") + " " + word(lang, "or") + " " + said[last]
}
