package demo

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
)

// guide is what stands before the own scripts of every page of a tour: the files
// of the bar that guides, and the moment that the clock shows.
const guide = `<link rel="stylesheet" href="%s"><script src="%s" data-clock="%d"></script>`

// page gives the HTML of a page as it was built, and into it writes the guide.
func (t *Tour) page(w http.ResponseWriter, r *http.Request) {
	style, script := t.fetch("/tour/guide.css"), t.fetch("/tour/guide.js")
	page := t.fetch(r.URL.Path)
	if page.status != http.StatusOK || style.status != http.StatusOK || script.status != http.StatusOK {
		http.Error(w, "this build has no pages of the tour", http.StatusNotFound)
		return
	}
	before, after, found := strings.Cut(page.body.String(), "<link rel=\"stylesheet\"")
	if !found {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	for name, values := range page.header {
		if name != "Etag" && name != "Content-Length" && name != "Vary" {
			w.Header()[name] = values
		}
	}
	w.Header().Set("Cache-Control", "no-store") // the clock is in it
	fmt.Fprint(w, before)
	fmt.Fprintf(w, guide, "/tour/guide.css", "/tour/guide.js", t.now().UnixMilli())
	fmt.Fprint(w, "<link rel=\"stylesheet\"", after)
}

// fetched is a file of the pages, not compressed.
type fetched struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (f *fetched) Header() http.Header         { return f.header }
func (f *fetched) WriteHeader(status int)      { f.status = status }
func (f *fetched) Write(b []byte) (int, error) { return f.body.Write(b) }

func (t *Tour) fetch(path string) *fetched {
	f := &fetched{header: http.Header{}, status: http.StatusOK}
	r, err := http.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		f.status = http.StatusNotFound
		return f
	}
	t.o.Pages.ServeHTTP(f, r)
	return f
}
