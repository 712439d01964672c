package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/format"
	"github.com/pratique/pratique/issue/print"
	"github.com/pratique/pratique/words"
)

// paper are the flags of what is printed for a person to keep.
type paper struct {
	layout, language, fonts, contact string
}

func (s *paper) flags(f *pflag.FlagSet) {
	f.StringVar(&s.layout, "layout", "fold", "the `SHAPE` of a .pdf: fold (A4, folded twice), card, label or receipt")
	f.StringVar(&s.language, "language", "en", "the `LANGUAGE` of the paper, beside English, or of English beside French: "+strings.Join(paperLanguages(), ", "))
	f.StringVar(&s.fonts, "fonts", "", "the `FOLDER` with fonts for what is not in Latin, Greek or Cyrillic letters; on Debian /usr/share/fonts")
	f.StringVar(&s.contact, "contact", "", "the `TEXT` that says whom to ask and where to appeal: an address, a telephone number")
}

// paperKinds are the kinds of files that are laid out.
var paperKinds = []string{".pdf", ".html"}

func paperLanguages() []string {
	all := append(words.Languages(), words.Drafts()...)
	slices.Sort(all)
	return all
}

func layoutNames() []string {
	var names []string
	for _, l := range print.Layouts() {
		names = append(names, l.Name)
	}
	return names
}

// wants reports whether one of the files is laid out.
func (s *paper) wants(output []string) bool {
	return slices.ContainsFunc(output, func(name string) bool {
		return slices.Contains(paperKinds, strings.ToLower(filepath.Ext(name)))
	})
}

// pages are the flags, read.
type pages struct {
	layout print.Layout
	fonts  *print.Fonts
	paper
}

// open reads the flags; the fonts are opened when a letter needs one.
func (s *paper) open() (*pages, error) {
	if s.layout == "" { // of commands that have no such flag
		*s = paper{layout: print.Fold.Name, language: words.Languages()[0]}
	}
	i := slices.Index(layoutNames(), s.layout)
	if i < 0 {
		return nil, misuse("there is no layout "+quote(s.layout), "there are "+strings.Join(layoutNames(), ", "))
	}
	if !slices.Contains(paperLanguages(), s.language) {
		return nil, misuse("there is no paper in the language "+quote(s.language), "there are "+strings.Join(paperLanguages(), ", "))
	}
	folder := fs.FS(nil)
	if s.fonts != "" {
		if info, err := os.Stat(s.fonts); err != nil || !info.IsDir() {
			return nil, misuse(quote(s.fonts)+" is no folder", "name the folder that has the fonts: on Debian --fonts /usr/share/fonts")
		}
		folder = os.DirFS(s.fonts)
	}
	fonts, err := print.ReadFonts(folder)
	if err != nil {
		return nil, failure(quote(s.fonts)+": "+err.Error(), "name a folder with .ttf, .otf or .ttc files; on Debian: `apt install fonts-noto-core`, then --fonts /usr/share/fonts")
	}
	return &pages{layout: print.Layouts()[i], fonts: fonts, paper: *s}, nil
}

// sheet is what a code says, for paper: read from the code itself.
func (s *pages) sheet(code string, c *cert.Certificate, o print.Options) (*print.Sheet, error) {
	if c == nil {
		u, err := format.Read(code)
		if err != nil {
			return nil, failure(err.Error(), "`pratique read` says what it is")
		}
		if c, err = u.SkipVerification(); err != nil {
			return nil, failure(err.Error(), "`pratique read` says what it is")
		}
	}
	o.Lang, o.Contact = s.language, s.contact
	sheet, err := print.New(code, c, o)
	return sheet, s.fault(err)
}

// file makes a file of a kind.
func (s *pages) file(sheet *print.Sheet, kind string) ([]byte, error) {
	var data []byte
	var err error
	switch kind {
	case ".html":
		data, err = sheet.HTML()
	case ".png":
		data, err = sheet.PNG(s.layout, s.fonts)
	default:
		data, err = sheet.PDF(s.layout, s.fonts)
	}
	return data, s.fault(err)
}

// fault says what to do about what cannot be printed.
func (s *pages) fault(err error) error {
	missing, ok := errors.AsType[*print.MissingError](err)
	switch {
	case err == nil:
		return nil
	case ok && missing.Package == "":
		return failure(err.Error(), "give a folder that has a font of it: --fonts FOLDER; or make an .html, which the browser draws")
	case ok && s.paper.fonts == "":
		return failure(err.Error(), "on Debian: `apt install "+missing.Package+"`, then --fonts /usr/share/fonts; or make an .html, which the browser draws")
	case ok:
		return failure(err.Error()+", and "+quote(s.paper.fonts)+" neither", "on Debian: `apt install "+missing.Package+"`, then --fonts /usr/share/fonts; or make an .html, which the browser draws")
	case errors.Is(err, print.ErrCode):
		return failure(err.Error(), "--layout fold has the most room; a code of more parts, or fewer texts in it, would be smaller")
	case errors.Is(err, print.ErrEmpty):
		return failure(err.Error(), "`pratique read` says what the code is")
	}
	return failure(err.Error(), "`pratique read` says what the code holds")
}
