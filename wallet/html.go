package wallet

import (
	"html"
	"slices"
	"strconv"
	"strings"

	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/words"
)

// HTML returns the sheet as one document for a browser to print: with its style
// and pictures inside, without a script, and with a policy that forbids it to
// fetch anything. Each code has a name for those who do not see it; its text
// stands after the pages, on the screen alone.
func (s Sheet) HTML() []byte {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html lang=\"" + esc(s.Lang) + "\" dir=\"" + direction(s.Lang) + "\">\n<head>\n<meta charset=\"utf-8\"/>\n" +
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n" +
		"<meta name=\"referrer\" content=\"no-referrer\"/>\n<meta name=\"robots\" content=\"noindex\"/>\n" +
		"<title>" + esc(s.Title) + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n<main>\n")
	for _, p := range s.Pages {
		s.page(&b, p)
	}
	b.WriteString("</main>\n<aside class=\"texts\">\n")
	for _, p := range s.Pages {
		for _, c := range p.Cells[1:] {
			b.WriteString("<details><summary>" + esc(s.say("sheet_text")) + ": " + esc(c.Title) + "</summary><pre dir=\"ltr\">" + esc(c.Text) + "</pre></details>\n")
		}
	}
	b.WriteString("</aside>\n</body>\n</html>\n")
	return []byte(b.String())
}

func (s Sheet) say(code string, params ...words.Param) string {
	text, _ := words.Say(s.Lang, code, params...)
	return text
}

func (s Sheet) page(b *strings.Builder, p Page) {
	number := s.say("sheet_page", words.Count("number", p.Number), words.Count("of", p.Of))
	b.WriteString("<section class=\"page\" aria-label=\"" + esc(p.Label+", "+number) + "\">\n<header>\n<h1 dir=\"auto\">" + esc(p.Label) + "</h1>\n")
	if p.Name != "" {
		b.WriteString("<p class=\"name\" dir=\"auto\">" + esc(p.Name) + "</p>\n")
	}
	for _, l := range p.Head {
		b.WriteString("<p>" + esc(l) + "</p>\n")
	}
	b.WriteString("</header>\n")
	s.code(b, p.Cells[0])
	for _, c := range p.Cells[1:] {
		b.WriteString("<article>\n")
		s.code(b, c)
		b.WriteString("<div class=\"text\" style=\"" + at(c.TextX, c.Y) + ";width:" + mm(c.Wide) + "\">\n<h2>" + esc(c.Title) + "</h2>\n")
		for _, l := range c.Lines {
			b.WriteString("<p>" + esc(l) + "</p>\n")
		}
		b.WriteString("</div>\n</article>\n")
	}
	b.WriteString("<i class=\"fold\" aria-hidden=\"true\"></i>\n<footer>\n")
	for _, l := range p.Foot {
		b.WriteString("<p>" + esc(l) + "</p>\n")
	}
	b.WriteString("<p class=\"number\" dir=\"auto\">" + esc(p.Label+" · "+number) + "</p>\n</footer>\n</section>\n")
}

func (s Sheet) code(b *strings.Builder, c Cell) {
	picture := strings.TrimSuffix(string(c.Symbol.SVG(qr.Style{Width: c.Size})), "\n")
	name := esc(s.say("sheet_qr", words.Text("what", c.Title)))
	b.WriteString("<div class=\"code\" style=\"" + at(c.X, c.Y) + "\">" +
		strings.Replace(picture, "<svg ", "<svg role=\"img\" aria-label=\""+name+"\" ", 1) + "</div>\n")
}

// style is that of the page and of the paper. Sizes are those of layout.
const style = `
@page{size:A4;margin:0}
*{box-sizing:border-box}
body{margin:0;background:#ddd;color:#000;font:8pt/3.5mm Arial,Helvetica,"Liberation Sans",sans-serif}
.page{position:relative;width:210mm;height:297mm;margin:4mm auto;background:#fff;overflow:hidden;break-after:page}
header{position:absolute;inset-inline-start:14mm;top:10mm;width:152mm}
h1{font-size:16pt;line-height:7mm;margin:0}
h2{font-size:9pt;line-height:4mm;margin:0 0 1mm}
p{margin:0;overflow-wrap:anywhere}
.name{font-size:9pt;line-height:4mm}
.code,.text{position:absolute}
.text{padding-top:1mm}
.code svg{display:block}
.fold::before,.fold::after{content:"";position:absolute;top:148.5mm;width:6mm;border-top:.2mm dashed #000}
.fold::before{left:0}
.fold::after{right:0}
footer{position:absolute;bottom:10mm;inset-inline:14mm}
.number{font-size:9pt;line-height:4mm;text-align:center}
.texts{max-width:210mm;margin:4mm auto;padding:4mm;background:#fff;font-size:11pt;line-height:1.4}
.texts pre{white-space:pre-wrap;overflow-wrap:anywhere}
@media print{body{background:none}.page{margin:0}.page:last-of-type{break-after:auto}.texts{display:none}}
`

// direction is how a language is written.
func direction(lang string) string {
	if slices.Contains([]string{"ar", "fa", "he", "ur"}, lang) {
		return "rtl"
	}
	return "ltr"
}

func at(x, y float64) string { return "inset-inline-start:" + mm(x) + ";top:" + mm(y) }

func mm(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) + "mm" }

// esc makes a text fit for HTML, in an attribute too, and takes out what would
// turn the direction of the page. Isolates that are closed again within the text
// keep its own parts together and stay.
func esc(s string) string {
	keep := closed(s)
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 && !keep {
			return -1
		}
		return r
	}, s))
}

// closed reports whether every isolate of a text is closed within it, and
// nothing else (Unicode Standard Annex 9, BD8 to BD10).
func closed(s string) bool {
	depth := 0
	for _, r := range s {
		switch {
		case r >= 0x2066 && r <= 0x2068:
			depth++
		case r == 0x2069:
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0
}
