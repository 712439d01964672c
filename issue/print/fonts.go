package print

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// What a folder of fonts may have: more is passed over.
const (
	MaxFontFiles = 4096
	MaxFontSize  = 64 << 20
)

// ErrFonts means that a folder has no font that may be used.
var ErrFonts = errors.New("no TrueType or OpenType font that may be embedded")

// Fonts are those of the program, and those of a folder. They are opened when a
// letter is looked for. Fonts are not for several goroutines at once.
type Fonts struct {
	plain, bold *typeface
	folder      fs.FS
	files       []string
	order       map[string][]string  // of the files, by the hint of a script
	open        map[string]*typeface // by file; nil: of no use
}

// typeface is an open font, and the place that it has in a PDF.
type typeface struct {
	*font.Face
	name string // of the file
}

// ReadFonts lists the fonts of a folder and of those in it; nil means none but the
// program's own.
func ReadFonts(folder fs.FS) (*Fonts, error) {
	f := &Fonts{folder: folder, order: map[string][]string{}, open: map[string]*typeface{}}
	for _, own := range []struct {
		to   **typeface
		name string
		data []byte
	}{{&f.plain, "Go", goregular.TTF}, {&f.bold, "GoBold", gobold.TTF}} {
		face, err := font.ParseTTF(bytes.NewReader(own.data))
		if err != nil {
			return nil, fmt.Errorf("opening the font %s: %w", own.name, err)
		}
		*own.to = &typeface{Face: face, name: own.name}
	}
	if folder == nil {
		return f, nil
	}
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			if name == "." {
				return err
			}
			return nil // a folder or file that we may not read
		}
		switch strings.ToLower(path.Ext(name)) {
		case ".ttf", ".otf", ".ttc", ".otc":
			if !d.IsDir() && len(f.files) < MaxFontFiles {
				f.files = append(f.files, name)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the folder of fonts: %w", err)
	}
	if len(f.files) == 0 {
		return nil, ErrFonts
	}
	return f, nil
}

// covers tells whether a font has every letter.
func (t *typeface) covers(letters []rune) bool {
	for _, r := range letters {
		if _, ok := t.NominalGlyph(r); !ok {
			return false
		}
	}
	return true
}

// find returns a font that has all the letters, nil if there is none: the
// program's own, else that of the files whose name fits the script best. It does
// not depend on what was looked for before.
func (f *Fonts) find(letters []rune, bold bool, lang string) *typeface {
	if bold && f.bold.covers(letters) {
		return f.bold
	}
	if f.plain.covers(letters) {
		return f.plain
	}
	hint := scripts[scriptOf(letters)].hint
	for _, name := range f.ordered(hint) {
		if hint != "CJK" && strings.Contains(path.Base(name), "CJK") {
			continue // large, and of no use for other scripts
		}
		t, seen := f.open[name]
		if !seen {
			t = f.read(name, lang)
			f.open[name] = t
		}
		if t != nil && t.covers(letters) {
			return t
		}
	}
	return nil
}

// ordered are the files in the order in which they are tried for a script.
func (f *Fonts) ordered(hint string) []string {
	if _, ok := f.order[hint]; !ok {
		f.order[hint] = slices.SortedFunc(slices.Values(f.files), func(a, b string) int {
			return cmp.Or(cmp.Compare(rank(a, hint), rank(b, hint)), cmp.Compare(a, b))
		})
	}
	return f.order[hint]
}

// rank orders font files: upright text faces of the script first.
func rank(name, hint string) int {
	name = path.Base(name)
	n := 0
	for _, unlike := range []string{"Bold", "Italic", "Oblique", "Light", "Thin", "Black", "Medium", "Condensed", "Mono", "Display", "Emoji", "Symbol", "Looped", "Unjoined"} {
		if strings.Contains(name, unlike) {
			n += 4
		}
	}
	if !strings.Contains(name, "Sans") {
		n += 2
	}
	if hint == "" {
		// The font of the family that is named for no script: the shortest name.
		return n*64 + len(name)
	}
	if !strings.Contains(name, hint) {
		n += 1000
	}
	return n*64 + len(name)
}

// read opens a file, or of a collection the font for a language; nil if it is
// none, too large, or must not be embedded.
func (f *Fonts) read(name, lang string) *typeface {
	info, err := fs.Stat(f.folder, name)
	if err != nil || info.Size() > MaxFontSize {
		return nil
	}
	data, err := fs.ReadFile(f.folder, name)
	if err != nil {
		return nil
	}
	loaders, err := opentype.NewLoaders(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	chosen := (*opentype.Loader)(nil)
	for _, l := range loaders {
		if !embeddable(l) {
			continue
		}
		if chosen == nil {
			chosen = l
		}
		if d, _ := font.Describe(l, nil); strings.HasSuffix(d.Family, cmp.Or(region[lang], " SC")) {
			chosen = l
			break
		}
	}
	if chosen == nil {
		return nil
	}
	ft, err := font.NewFont(chosen)
	if err != nil || ft.Upem() == 0 {
		return nil
	}
	face := font.NewFace(ft)
	return &typeface{Face: face, name: strings.TrimSuffix(path.Base(name), path.Ext(name))}
}

// region is how the fonts of a collection for Chinese, Japanese and Korean are
// named. Names are written as on the mainland of China, unless the paper is for
// readers of another language.
var region = map[string]string{"ja": " JP", "ko": " KR"}

// embeddable reads the licence bits of a font (OpenType 1.9, OS/2, fsType): a
// font that is restricted, or of which no part or only pictures may be embedded,
// is not used.
func embeddable(l *opentype.Loader) bool {
	os2, err := l.RawTable(opentype.MustNewTag("OS/2"))
	if err != nil || len(os2) < 10 {
		return true // older than the bits
	}
	const restricted, preview, editable, noSubset, bitmapOnly = 0x2, 0x4, 0x8, 0x100, 0x200
	bits := binary.BigEndian.Uint16(os2[8:])
	if bits&(noSubset|bitmapOnly) != 0 {
		return false
	}
	return bits&restricted == 0 || bits&(preview|editable) != 0
}

// scripts are those that Debian has fonts for: their names, how font files name
// them, and the package.
var scripts = map[language.Script]struct{ name, hint, pack string }{
	language.Latin:      {"Latin", "", core},
	language.Greek:      {"Greek", "", core},
	language.Cyrillic:   {"Cyrillic", "", core},
	language.Arabic:     {"Arabic", "Arabic", core},
	language.Hebrew:     {"Hebrew", "Hebrew", core},
	language.Devanagari: {"Devanagari", "Devanagari", core},
	language.Bengali:    {"Bengali", "Bengali", core},
	language.Gurmukhi:   {"Gurmukhi", "Gurmukhi", core},
	language.Gujarati:   {"Gujarati", "Gujarati", core},
	language.Oriya:      {"Odia", "Oriya", core},
	language.Tamil:      {"Tamil", "Tamil", core},
	language.Telugu:     {"Telugu", "Telugu", core},
	language.Kannada:    {"Kannada", "Kannada", core},
	language.Malayalam:  {"Malayalam", "Malayalam", core},
	language.Sinhala:    {"Sinhala", "Sinhala", core},
	language.Thai:       {"Thai", "Thai", core},
	language.Lao:        {"Lao", "Lao", core},
	language.Tibetan:    {"Tibetan", "Tibetan", core},
	language.Myanmar:    {"Myanmar", "Myanmar", core},
	language.Khmer:      {"Khmer", "Khmer", core},
	language.Georgian:   {"Georgian", "Georgian", core},
	language.Armenian:   {"Armenian", "Armenian", core},
	language.Ethiopic:   {"Ethiopic (Amharic)", "Ethiopic", core},
	language.Thaana:     {"Thaana", "Thaana", core},
	language.Han:        {"Chinese", "CJK", cjk},
	language.Hiragana:   {"Japanese", "CJK", cjk},
	language.Katakana:   {"Japanese", "CJK", cjk},
	language.Bopomofo:   {"Chinese", "CJK", cjk},
	language.Hangul:     {"Korean", "CJK", cjk},
}

const (
	core = "fonts-noto-core"
	cjk  = "fonts-noto-cjk"
)

// scriptOf is the script of the first letter that has one. Full-width signs are
// taken for Chinese.
func scriptOf(letters []rune) language.Script {
	for _, r := range letters {
		if s := language.LookupScript(r); s.Strong() && s != language.Unknown {
			return s
		}
		if r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF {
			return language.Han
		}
	}
	return language.Common
}

// missing says which script has no font.
func missing(letters []rune) error {
	s := scriptOf(letters)
	if known, ok := scripts[s]; ok {
		return &MissingError{Script: known.name, Package: known.pack}
	}
	name := s.String()
	if s == language.Common || !unicode.IsLetter(rune(name[0])) {
		name = "symbols'"
	}
	return &MissingError{Script: name}
}
