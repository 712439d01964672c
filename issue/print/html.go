package print

import (
	"html"
	"strings"

	"github.com/pratique/pratique/internal/qr"
)

// heading is the title of the document: what it is, of nobody.
func (s *Sheet) heading() string { return s.title.a + ": " + s.about.a }

// HTML is the same sheet as one document for a browser and for readers aloud:
// headings, tables with headers, the language and direction of each part, a text
// for the code and the code's own. It has its style and picture inside, no
// script, and a policy that forbids it to fetch anything.
func (s *Sheet) HTML() ([]byte, error) {
	symbol, module, err := s.symbol(Fold)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	lang := s.langs[0]
	b.WriteString("<!DOCTYPE html>\n<html lang=\"" + lang + "\" dir=\"" + direction(lang) + "\">\n<head>\n<meta charset=\"utf-8\"/>\n" +
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n" +
		"<meta name=\"referrer\" content=\"no-referrer\"/>\n<meta name=\"robots\" content=\"noindex\"/>\n<meta name=\"viewport\" content=\"width=device-width\"/>\n" +
		"<title>" + esc(s.heading()) + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n<main>\n")
	for _, x := range s.sections {
		b.WriteString("<section id=\"" + x.id + "\">\n")
		if !x.head.empty() {
			b.WriteString("<h2>" + s.inline(x.head) + "</h2>\n")
		}
		for _, k := range x.blocks {
			if k.fold {
				continue
			}
			s.html(&b, k, symbol, float64(symbol.Size()+2*qr.Quiet)*module)
		}
		b.WriteString("</section>\n")
	}
	b.WriteString("<section id=\"text\">\n<h2>" + s.inline(s.say("sheet_text")) + "</h2>\n<p class=\"code\" lang=\"zxx\" dir=\"ltr\"><code>" + esc(s.code) + "</code></p>\n</section>\n")
	b.WriteString("</main>\n</body>\n</html>\n")
	return []byte(b.String()), nil
}

func (s *Sheet) html(b *strings.Builder, k block, symbol *qr.Symbol, wide float64) {
	switch k.role {
	case title:
		b.WriteString("<h1>" + s.inline(k.text) + "</h1>\n")
	case subhead:
		b.WriteString("<h2>" + s.inline(k.text) + "</h2>\n")
	case name:
		if !k.text.empty() {
			b.WriteString("<p class=\"name\">" + s.inline(k.text) + "</p>\n")
		}
	case figure:
		picture := strings.TrimSuffix(string(symbol.SVG(qr.Style{Width: wide})), "\n")
		alt := k.text.a
		if k.text.b != "" {
			alt += " / " + k.text.b
		}
		b.WriteString("<div class=\"qr\">" + strings.Replace(picture, "<svg ", "<svg role=\"img\" aria-label=\""+esc(alt)+"\" ", 1) + "</div>\n")
	case facts:
		if len(k.rows) == 0 {
			return
		}
		b.WriteString("<table>\n")
		for _, r := range k.rows {
			b.WriteString("<tr><th scope=\"row\">" + s.inline(r.label) + "</th><td>" + s.inline(r.value) + "</td></tr>\n")
		}
		b.WriteString("</table>\n")
	case sign:
		for _, t := range k.sign {
			b.WriteString("<p class=\"sign\">" + s.inline(t) + "</p>\n")
		}
	default:
		class := map[role]string{shout: " class=\"shout\"", warning: " class=\"warning\""}[k.role]
		for i, text := range []string{k.text.a, k.text.b} {
			if text != "" {
				b.WriteString("<p" + class + " lang=\"" + s.langs[i] + "\" dir=\"" + direction(s.langs[i]) + "\">" + esc(text) + "</p>\n")
			}
		}
	}
}

// inline is a text in both languages on one line.
func (s *Sheet) inline(t said) string {
	if t.plain && t.b == "" {
		return "<bdi>" + esc(t.a) + "</bdi>"
	}
	out := span(t.a, s.langs[0])
	if t.b != "" {
		out += " / " + span(t.b, s.langs[1])
	}
	return out
}

func span(text, lang string) string {
	return "<span lang=\"" + lang + "\" dir=\"" + direction(lang) + "\">" + esc(text) + "</span>"
}

func direction(lang string) string {
	if rtl(lang) {
		return "rtl"
	}
	return "ltr"
}

func esc(s string) string { return html.EscapeString(s) }

// style is that of the page and of the paper. It has no colour.
const style = `
@page{size:A4;margin:15mm}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#000;font:11pt/1.45 "Noto Sans",Arial,Helvetica,"Liberation Sans",sans-serif}
main{max-width:46rem;margin:0 auto;padding:1rem}
h1{font-size:1.5em;line-height:1.25;margin:.5em 0}
h2{font-size:1.15em;margin:1.4em 0 .4em}
p{margin:.4em 0;overflow-wrap:anywhere}
.name{font-size:1.4em;font-weight:bold}
.shout{font-size:2em;font-weight:bold}
.warning{font-weight:bold;border:2px solid #000;padding:.4em .6em}
.qr svg{display:block;max-width:100%;height:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:start;vertical-align:top;padding:.2em .4em .2em 0;border-bottom:1px solid #777}
th{font-weight:normal;width:42%}
td{font-weight:bold;overflow-wrap:anywhere}
.sign{margin-top:16mm;border-top:1px solid #000}
.code{font-size:.8em}
@media print{main{max-width:none;padding:0}section{break-inside:avoid}}
`
