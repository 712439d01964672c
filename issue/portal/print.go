package portal

import (
	"errors"
	"net/http"
	"slices"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/issue/print"
	"github.com/pratique/pratique/words"
)

// Sheet is a certificate that shall stand on paper.
type Sheet struct {
	Code     string `json:"code"`               // as it was issued
	Layout   string `json:"layout,omitempty"`   // fold, card, label, receipt; none: a page in HTML
	Language string `json:"language,omitempty"` // none: English
}

// Read is what a person is told before a certificate is issued.
type Read struct {
	Notice []string `json:"notice"`          // the first is the heading
	Draft  bool     `json:"draft,omitempty"` // nobody has reviewed the translation: show one of another language beside it
}

// Told is for which kind, in which language.
type Told struct {
	Kind     cert.Kind `json:"kind"`
	Language string    `json:"language"`
}

func printRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/v1/print", needs: access.Issue, about: "A certificate of this laboratory as PDF for a layout, or as HTML; nothing is kept", in: kind[Sheet](), do: (*Portal).print},
		{method: http.MethodPost, path: "/v1/notice", open: true, about: "What a person reads before a certificate of a kind is issued: what it will say to whom, and what may be refused", in: kind[Told](), out: kind[Read](), do: (*Portal).notice},
	}
}

// paper is one of the errors of print that say nothing of the person.
func paper(err error) error {
	hint := "choose another layout, or HTML, which the browser draws"
	if _, ok := errors.AsType[*print.MissingError](err); ok {
		hint = "the service has no font for these letters: ask for HTML, which the browser draws, or let the operator name a folder with fonts"
	} else if !errors.Is(err, print.ErrCode) && !errors.Is(err, print.ErrEmpty) && !errors.Is(err, print.ErrLanguage) && !errors.Is(err, print.ErrText) {
		return err
	}
	return &Fault{Status: http.StatusUnprocessableEntity, Code: "print", Text: err.Error(), Hint: hint}
}

func (p *Portal) print(c *call) (any, error) {
	q, err := ask[Sheet](c)
	if err != nil {
		return nil, err
	}
	signed, err := p.ours(c, q.Code)
	if err != nil {
		return nil, err
	}
	sheet, err := print.New(q.Code, signed.Certificate, print.Options{Lang: q.Language, At: p.o.Now(), Demo: signed.Key.Demo, Contact: p.o.Appeal, Standing: print.Standing{Checked: p.o.Now(), Country: signed.Key.Country}})
	if err != nil {
		return nil, paper(err)
	}
	var out []byte
	media := "application/pdf"
	if q.Layout == "" {
		media = "text/html; charset=utf-8"
		out, err = sheet.HTML()
	} else {
		i := slices.IndexFunc(print.Layouts(), func(l print.Layout) bool { return l.Name == q.Layout })
		if i < 0 {
			return nil, bad("layout", "layout", "there is no such layout", "fold, card, label or receipt")
		}
		p.pages.Lock() // fonts are one's at a time
		defer p.pages.Unlock()
		out, err = sheet.PDF(print.Layouts()[i], p.o.Fonts)
	}
	if err != nil {
		return nil, paper(err)
	}
	c.wrote = true
	h := c.w.Header()
	h.Set("Content-Type", media)
	if q.Layout == "" {
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'")
	}
	_, err = c.w.Write(out)
	return nil, err
}

func (p *Portal) notice(c *call) (any, error) {
	q, err := ask[Told](c)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(languages(), q.Language) {
		return nil, bad("language", "language", "there is no such language", "GET /v1/authority names them")
	}
	if !slices.Contains([]cert.Kind{cert.KindTest, cert.KindVaccination, cert.KindRecovery, cert.KindAntibody}, q.Kind) {
		return nil, bad("kind", "kind", "there is no notice of this kind", "test, vaccination, recovery or antibody")
	}
	return Read{print.Notice(q.Language, q.Kind), slices.Contains(words.Drafts(), q.Language)}, nil
}

// languages are those in which people are told something.
func languages() []string {
	return slices.Concat(words.Languages(), words.Drafts())
}
