package print

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// PDF lays the sheet out and writes it as a PDF 1.7 (ISO 32000-1). The same
// arguments give the same bytes; another release of Go may pack them otherwise.
func (s *Sheet) PDF(l Layout, f *Fonts) ([]byte, error) {
	p, err := s.compose(l, f)
	if err != nil {
		return nil, err
	}
	return (&writer{pages: p, sheet: s, fonts: map[*typeface]*subset{}}).file(), nil
}

// writer writes the objects of a PDF.
type writer struct {
	*pages
	sheet  *Sheet
	out    bytes.Buffer
	starts []int // of objects, by number - 1
	fonts  map[*typeface]*subset
	order  []*typeface
	marked [][]*element // by page and mark
}

const perMM = 72 / 25.4 // a millimetre

// reserve returns the number of an object that is written later.
func (w *writer) reserve() int {
	w.starts = append(w.starts, 0)
	return len(w.starts)
}

func (w *writer) write(n int, content string) {
	w.starts[n-1] = w.out.Len()
	fmt.Fprintf(&w.out, "%d 0 obj\n%s\nendobj\n", n, content)
}

func (w *writer) object(content string) int {
	n := w.reserve()
	w.write(n, content)
	return n
}

// stream writes data, packed unless it must be readable by everybody.
func (w *writer) stream(n int, dict string, data []byte, pack bool) {
	if pack {
		var b bytes.Buffer
		z, _ := zlib.NewWriterLevel(&b, zlib.BestCompression) // the level is one that there is
		z.Write(data)                                         // a bytes.Buffer does not fail
		z.Close()
		data, dict = b.Bytes(), dict+"/Filter/FlateDecode"
	}
	w.starts[n-1] = w.out.Len()
	fmt.Fprintf(&w.out, "%d 0 obj\n<<%s/Length %d>>\nstream\n", n, dict, len(data))
	w.out.Write(data)
	w.out.WriteString("\nendstream\nendobj\n")
}

func (w *writer) file() []byte {
	w.out.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	catalogue, tree, resources := w.reserve(), w.reserve(), w.reserve()
	var kids []int
	for i := range w.of {
		content := w.reserve()
		w.stream(content, "", w.content(i), true)
		kids = append(kids, w.object(fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Contents %d 0 R/Resources %d 0 R/StructParents %d/Tabs/S>>",
			tree, num(w.width*perMM), num(w.of[i].height*perMM), content, resources, i)))
	}
	w.write(tree, fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", refs(kids), len(kids)))
	var fonts strings.Builder
	for i, t := range w.order {
		fmt.Fprintf(&fonts, "/F%d %d 0 R", i, w.font(w.fonts[t], i))
	}
	// Grey of a known white, so that no device is meant (ISO 32000-1, 8.6.5.6).
	w.write(resources, "<</Font<<"+fonts.String()+">>/ColorSpace<</DefaultGray[/CalGray<</WhitePoint[0.9505 1 1.089]/Gamma 2.2>>]>>>>")
	structure := w.structure(kids)
	metadata := w.reserve()
	w.stream(metadata, "/Type/Metadata/Subtype/XML", []byte(w.metadata()), false)
	w.write(catalogue, fmt.Sprintf("<</Type/Catalog/Pages %d 0 R/Lang%s/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R/Metadata %d 0 R/ViewerPreferences<</DisplayDocTitle true/PrintScaling/None%s>>>>",
		tree, str(w.sheet.langs[0]), structure, metadata, map[bool]string{true: "/Direction/R2L"}[rtl(w.sheet.langs[0])]))
	info := w.object(w.info())
	return w.end(catalogue, info)
}

// info and metadata say what the document is; nothing of whom.
func (w *writer) info() string {
	s := "<</Title" + str(w.sheet.heading()) + "/Producer" + str("Pratique")
	if at := w.sheet.at; !at.IsZero() {
		s += "/CreationDate" + str(at.UTC().Format("D:20060102150405Z"))
	}
	return s + ">>"
}

func (w *writer) metadata() string {
	date := ""
	if at := w.sheet.at; !at.IsZero() {
		date = "<xmp:CreateDate>" + at.UTC().Format("2006-01-02T15:04:05Z") + "</xmp:CreateDate>"
	}
	return `<?xpacket begin="` + "\uFEFF" + `" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">` +
		`<dc:format>application/pdf</dc:format><dc:title><rdf:Alt><rdf:li xml:lang="x-default">` + esc(w.sheet.heading()) + `</rdf:li></rdf:Alt></dc:title>` +
		`<dc:language><rdf:Bag><rdf:li>` + w.sheet.langs[0] + `</rdf:li><rdf:li>` + w.sheet.langs[1] + `</rdf:li></rdf:Bag></dc:language>` +
		`<pdf:Producer>Pratique</pdf:Producer>` + date + `</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>`
}

// end writes the table of objects and the trailer.
func (w *writer) end(catalogue, info int) []byte {
	id := sha256.Sum256(w.out.Bytes())
	start := w.out.Len()
	fmt.Fprintf(&w.out, "xref\n0 %d\n0000000000 65535 f \n", len(w.starts)+1)
	for _, at := range w.starts {
		fmt.Fprintf(&w.out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&w.out, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%X><%X>]>>\nstartxref\n%d\n%%%%EOF\n", len(w.starts)+1, catalogue, info, id[:16], id[:16], start)
	return w.out.Bytes()
}

// content draws a page. The origin of a PDF is at the lower left.
func (w *writer) content(i int) []byte {
	p := &w.of[i]
	w.marked = append(w.marked, nil)
	var b strings.Builder
	xy := func(x, y float64) string { return num(x*perMM) + " " + num((p.height-y)*perMM) }
	b.WriteString("/Artifact BMC\n")
	for _, r := range p.rules {
		dash := "[]"
		if r.dashed {
			dash = "[2 2]"
		}
		fmt.Fprintf(&b, "%s w %s 0 d %s m %s l S\n", num(r.width*perMM), dash, xy(r.x0, r.y0), xy(r.x1, r.y1))
	}
	b.WriteString("EMC\n")
	for _, c := range p.codes {
		fmt.Fprintf(&b, "/Figure <</MCID %d>> BDC\n", w.mark(i, c.of))
		// All modules as one path, so that no seams show between them.
		for y := range c.symbol.Size() {
			for x := 0; x < c.symbol.Size(); x++ {
				from := x
				for c.symbol.Dark(x, y) {
					x++
				}
				if x > from {
					fmt.Fprintf(&b, "%s %s %s re\n", xy(c.x+float64(from)*c.module, c.y+float64(y+1)*c.module), num(float64(x-from)*c.module*perMM), num(c.module*perMM))
				}
			}
		}
		b.WriteString("f\nEMC\n")
	}
	for _, t := range p.texts {
		w.text(&b, i, t, xy)
	}
	return []byte(b.String())
}

// mark gives an element a part of a page.
func (w *writer) mark(page int, e *element) int {
	id := len(w.marked[page])
	w.marked[page] = append(w.marked[page], e)
	e.marks = append(e.marks, mark{page, id})
	return id
}

// text shows a line in the order in which one reads it, each part in its element.
func (w *writer) text(b *strings.Builder, page int, t placed, xy func(x, y float64) string) {
	gs := t.line.glyphs
	em := t.size * 25.4 / 72 / unit
	for from := 0; from < len(gs); {
		to := from + 1
		for to < len(gs) && gs[to].part == gs[from].part {
			to++
		}
		if e := t.of[gs[from].part]; e != nil {
			tag := e.tag
			if e.lang != "" {
				fmt.Fprintf(b, "/%s <</MCID %d/Lang%s>> BDC\n", tag, w.mark(page, e), str(e.lang))
			} else {
				fmt.Fprintf(b, "/%s <</MCID %d>> BDC\n", tag, w.mark(page, e))
			}
		} else {
			b.WriteString("/Artifact BMC\n")
		}
		b.WriteString("BT\n")
		for i := from; i < to; {
			n := max(1, gs[i].cluster)
			if gs[i].cluster > 0 {
				fmt.Fprintf(b, "/Span <</ActualText%s>> BDC\n", str(gs[i].shared))
				for _, g := range gs[i : i+n] {
					w.show(b, []glyph{g}, t, em, xy)
				}
				b.WriteString("EMC\n")
			} else {
				for i+n < to && follows(gs[i+n-1], gs[i+n]) {
					n++
				}
				w.show(b, gs[i:i+n], t, em, xy)
			}
			i += n
		}
		b.WriteString("ET\nEMC\n")
		from = to
	}
}

// follows tells whether a glyph stands where the one before leads, to the right.
func follows(a, g glyph) bool {
	return g.cluster == 0 && g.id != blank && a.id != blank && g.face == a.face && g.y == a.y && g.x >= a.x && g.x-a.x <= 4*unit
}

// show draws glyphs of one font on one line, from left to right.
func (w *writer) show(b *strings.Builder, gs []glyph, t placed, em float64, xy func(x, y float64) string) {
	s := w.fonts[gs[0].face]
	if s == nil {
		s = &subset{face: gs[0].face, number: map[key]int{}}
		w.fonts[gs[0].face] = s
		w.order = append(w.order, gs[0].face)
	}
	index := 0
	for w.order[index] != gs[0].face {
		index++
	}
	fmt.Fprintf(b, "/F%d %s Tf 1 0 0 1 %s Tm [<", index, num(t.size), xy(t.x+gs[0].x*em, t.y-gs[0].y*em))
	pen := gs[0].x
	for _, g := range gs {
		if gap := int(pen - g.x + 0.5); pen-g.x > 0.5 || g.x-pen > 0.5 {
			if pen < g.x {
				gap = -int(g.x - pen + 0.5)
			}
			fmt.Fprintf(b, ">%d<", gap)
			pen -= float64(gap)
		}
		n := s.of(g.id, g.letters)
		fmt.Fprintf(b, "%04X", n)
		pen += float64(s.width(n))
	}
	b.WriteString(">]TJ\n")
}

// font writes a subset: Type 0 over a TrueType font, numbers as they are.
func (w *writer) font(s *subset, index int) int {
	name := fmt.Sprintf("PRATI%c+%s", 'A'+index%26, strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7F && !strings.ContainsRune("()<>[]{}/%#", r) {
			return r
		}
		return -1
	}, s.face.name))
	scale := unit / float64(s.face.Upem())
	ascent, descent := 900.0, -300.0
	if m, ok := s.face.FontHExtents(); ok {
		ascent, descent = float64(m.Ascender)*scale, float64(m.Descender)*scale
	}
	data := s.file()
	file := w.reserve()
	w.stream(file, "/Length1 "+strconv.Itoa(len(data)), data, true)
	var widths, maps strings.Builder
	entries := 0
	var chunk strings.Builder
	flush := func() {
		if entries > 0 {
			fmt.Fprintf(&maps, "%d beginbfchar\n%sendbfchar\n", entries, chunk.String())
		}
		entries = 0
		chunk.Reset()
	}
	for n := 1; n <= len(s.ids); n++ {
		widths.WriteString(strconv.Itoa(s.width(n)) + " ")
		if s.reads[n-1] == "" {
			continue
		}
		fmt.Fprintf(&chunk, "<%04X> <%s>\n", n, hex16(s.reads[n-1]))
		if entries++; entries == 100 {
			flush()
		}
	}
	flush()
	unicode := w.reserve()
	w.stream(unicode, "", []byte("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n/CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def\n"+
		"/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n"+
		maps.String()+"endcmap CMapName currentdict /CMap defineresource pop end end"), true)
	descriptor := w.object(fmt.Sprintf("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[-1000 %s 3000 %s]/ItalicAngle 0/Ascent %s/Descent %s/CapHeight 700/StemV 80/FontFile2 %d 0 R>>",
		name, num(descent), num(ascent), num(ascent), num(descent), file))
	below := w.object(fmt.Sprintf("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap/Identity/W[1[%s]]>>",
		name, descriptor, strings.TrimSpace(widths.String())))
	return w.object(fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", name, below, unicode))
}

// structure writes the tree of elements, and returns its root.
func (w *writer) structure(pages []int) int {
	root := w.reserve()
	numbers := map[*element]int{}
	var reserve func(e *element)
	reserve = func(e *element) {
		numbers[e] = w.reserve()
		for _, k := range e.kids {
			reserve(k)
		}
	}
	reserve(w.root)
	var write func(e *element, parent int)
	write = func(e *element, parent int) {
		d := fmt.Sprintf("<</Type/StructElem/S/%s/P %d 0 R", e.tag, parent)
		if e.lang != "" {
			d += "/Lang" + str(e.lang)
		}
		if e.alt != "" {
			h := w.of[e.marks[0].page].height
			d += "/Alt" + str(e.alt) + fmt.Sprintf("/A<</O/Layout/Placement/Block/BBox[%s %s %s %s]>>", num(e.box[0]*perMM), num((h-e.box[3])*perMM), num(e.box[2]*perMM), num((h-e.box[1])*perMM))
		}
		if e.row {
			d += "/A<</O/Table/Scope/Row>>"
		}
		d += "/K["
		for _, k := range e.kids {
			d += fmt.Sprintf("%d 0 R ", numbers[k])
		}
		for _, m := range e.marks {
			d += fmt.Sprintf("<</Type/MCR/Pg %d 0 R/MCID %d>>", pages[m.page], m.id)
		}
		w.write(numbers[e], d+"]>>")
		for _, k := range e.kids {
			write(k, numbers[e])
		}
	}
	write(w.root, root)
	var parents strings.Builder
	for i, marks := range w.marked {
		fmt.Fprintf(&parents, "%d[", i)
		for _, e := range marks {
			fmt.Fprintf(&parents, "%d 0 R ", numbers[e])
		}
		parents.WriteString("]")
	}
	w.write(root, fmt.Sprintf("<</Type/StructTreeRoot/K[%d 0 R]/ParentTree<</Nums[%s]>>/ParentTreeNextKey %d>>", numbers[w.root], parents.String(), len(w.marked)))
	return root
}

func refs(ns []int) string {
	var b strings.Builder
	for _, n := range ns {
		fmt.Fprintf(&b, "%d 0 R ", n)
	}
	return strings.TrimSpace(b.String())
}

// num writes a number with at most three decimals.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 3, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

// str writes a text string: of ASCII letters as it is, else in UTF-16.
func str(s string) string {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || strings.IndexByte("()\\", s[i]) >= 0 {
			return "<FEFF" + hex16(s) + ">"
		}
	}
	return "(" + s + ")"
}

func hex16(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}
