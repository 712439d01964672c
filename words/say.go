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
		return sayList(lang, strings.Fields(p.text), "or")
	case KindAll:
		return sayList(lang, strings.Fields(p.text), "and")
	case KindSpan:
		return saySpan(lang, time.Duration(p.n))
	}
	return p.text
}

// tongue is how a language says what is no sentence.
type tongue struct {
	months [12]string
	moment string       // with the day, the month, the year, the time and the offset
	units  [3][2]string // day, hour, minute: one, several
	comma  string
}

const dayFirst = "%[1]d %[2]s %[3]d, %[4]s %[5]s"

var tongues = map[string]tongue{
	"en": {[12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}, dayFirst,
		[3][2]string{{"day", "days"}, {"hour", "hours"}, {"minute", "minutes"}}, ", "},
	"fr": {[12]string{"janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}, dayFirst,
		[3][2]string{{"jour", "jours"}, {"heure", "heures"}, {"minute", "minutes"}}, ", "},
	"ar": {[12]string{"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"}, "%[1]d %[2]s %[3]d، %[4]s \u2066%[5]s\u2069",
		[3][2]string{{"يوم", "يوم"}, {"ساعة", "ساعة"}, {"دقيقة", "دقيقة"}}, "، "},
	"es": {[12]string{"ene.", "feb.", "mar.", "abr.", "may.", "jun.", "jul.", "ago.", "sept.", "oct.", "nov.", "dic."}, dayFirst,
		[3][2]string{{"día", "días"}, {"hora", "horas"}, {"minuto", "minutos"}}, ", "},
	"ru": {[12]string{"янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек."}, dayFirst,
		[3][2]string{{"дн.", "дн."}, {"ч", "ч"}, {"мин", "мин"}}, ", "},
	"zh": {[12]string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}, "%[3]d年%[2]s月%[1]d日 %[4]s %[5]s",
		[3][2]string{{"天", "天"}, {"小时", "小时"}, {"分钟", "分钟"}}, "、"},
}

func tongueOf(lang string) tongue {
	if t, ok := tongues[lang]; ok {
		return t
	}
	return tongues["en"]
}

// isolated keeps the letters and digits of a parameter together in a language
// that is written from right to left (Unicode Standard Annex 9: FSI, PDI).
func isolated(lang, s string) string {
	if lang == "ar" {
		return "\u2068" + s + "\u2069"
	}
	return s
}

// SayMoment says a moment by itself, as it is said in a sentence.
func SayMoment(lang string, t time.Time) string { return sayMoment(lang, t) }

// sayMoment says "3 Dec 2026, 14:20 UTC+08:00". The month is a word, or a
// number that its unit follows, so that nobody takes the day for the month.
func sayMoment(lang string, t time.Time) string {
	if t.IsZero() {
		return "?"
	}
	l := tongueOf(lang)
	zone := "UTC"
	if _, off := t.Zone(); off != 0 {
		zone += t.Format("-07:00")
	}
	return fmt.Sprintf(l.moment, t.Day(), l.months[t.Month()-1], t.Year(), t.Format("15:04"), zone)
}

// saySpan says hours up to four days (rules count tests in hours), then days.
func saySpan(lang string, d time.Duration) string {
	u := tongueOf(lang).units
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

func sayList(lang string, codes []string, last string) string {
	if len(codes) == 0 {
		return "?"
	}
	said := make([]string, len(codes))
	for i, c := range codes {
		said[i] = word(lang, c)
	}
	n := len(said) - 1
	if n == 0 {
		return said[0]
	}
	return strings.Join(said[:n], tongueOf(lang).comma) + " " + word(lang, last) + " " + said[n]
}
