// Package web answers one question: which files are the pages, and how are they
// given to a browser?
//
// The pages are TypeScript (folder src) around the verifier (folder wasm), made
// by `make pages` into dist: site is a tree that any web server can serve,
// packed the same tree compressed, which is built into the program where it is
// built with the tag pages (`make build-pages`, and every release). `go install`
// has no pages, because they need Node to be built: [Built] then says so.
//
// # The manifest
//
// Packed has a manifest.json beside its files:
//
//	{"version": "pratique-pages/1.0", "build": HASH,
//	 "files": {"/desk/": {"file": "desk/index.html", "type": "text/html; charset=utf-8",
//	                      "fixed": false, "size": 1234, "br": 400, "gz": 500}, ...}}
//
// Fixed files have the hash of their content in their name and never change. A
// file is there as file.br and file.gz, or as it is if it has neither size.
//
// # What a page may do
//
// [Policy] is the content security policy of every page: scripts, styles and
// connections of its own origin alone, nothing inline, no frames, no forms that
// go elsewhere, and script addresses only by the one policy of Trusted Types
// that the pages have. WebAssembly may be compiled, JavaScript not be made of text.
package web

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

// Policy is the content security policy of every page.
const Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; " +
	"connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types pratique"

// permissions are what a page may ask of the device: the camera, and to keep the screen on.
const permissions = "camera=(self), screen-wake-lock=(self), microphone=(), geolocation=(), payment=(), usb=()"

// ErrNone means that this build has no pages.
var ErrNone = errors.New("this build has no pages")

const manifestName = "pratique-pages/1.0"

// maxManifest is the longest manifest, in bytes.
const maxManifest = 1 << 20

// entry is a file of the manifest.
type entry struct {
	File  string `json:"file"`
	Type  string `json:"type"`
	Fixed bool   `json:"fixed"`
	Size  int64  `json:"size"`
	BR    int64  `json:"br"`
	GZ    int64  `json:"gz"`
}

// Handler gives pages to browsers. It is safe for concurrent use.
type Handler struct {
	files   fs.FS
	entries map[string]entry
	tour    map[string]entry // of the tour alone
	build   string
}

// NewHandler reads the manifest of packed pages.
func NewHandler(packed fs.FS) (*Handler, error) {
	f, err := packed.Open("manifest.json")
	if err != nil {
		return nil, fmt.Errorf("opening pages: %w", ErrNone)
	}
	defer f.Close()
	var m struct {
		Version string           `json:"version"`
		Build   string           `json:"build"`
		Files   map[string]entry `json:"files"`
	}
	if err := json.NewDecoder(io.LimitReader(f, maxManifest)).Decode(&m); err != nil || m.Version != manifestName {
		return nil, fmt.Errorf("opening pages: the manifest is not one of %s", manifestName)
	}
	for path, e := range m.Files {
		names := []string{e.File}
		if e.GZ > 0 || e.BR > 0 {
			names = []string{e.File + ".br", e.File + ".gz"}
		}
		for _, name := range names {
			if _, err := fs.Stat(packed, name); err != nil || !strings.HasPrefix(path, "/") {
				return nil, fmt.Errorf("opening pages: %s is not there", name)
			}
		}
	}
	h := &Handler{packed, m.Files, map[string]entry{}, m.Build}
	for path, e := range m.Files {
		if strings.HasPrefix(path, "/tour/") {
			h.tour[path] = e
			delete(h.entries, path)
		}
	}
	return h, nil
}

// Tour is the same with the pages of a guided tour, which are for that alone.
func (h *Handler) Tour() *Handler {
	all := maps.Clone(h.entries)
	maps.Copy(all, h.tour)
	return &Handler{h.files, all, nil, h.build}
}

// Without is the same without a page: what is in its folder is not there.
func (h *Handler) Without(page string) *Handler {
	rest := maps.Clone(h.entries)
	maps.DeleteFunc(rest, func(path string, _ entry) bool { return strings.HasPrefix(path, "/"+page+"/") })
	return &Handler{h.files, rest, h.tour, h.build}
}

// Build names the content of all pages.
func (h *Handler) Build() string { return h.build }

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Content-Security-Policy", Policy)
	head.Set("Permissions-Policy", permissions)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	e, ok := h.entries[r.URL.Path]
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	case !ok:
		if _, folder := h.entries[r.URL.Path+"/"]; folder {
			http.Redirect(w, r, r.URL.Path+"/", http.StatusSeeOther)
			return
		}
		http.Error(w, "no such page", http.StatusNotFound)
		return
	}
	head.Set("Content-Type", e.Type)
	if e.Fixed {
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		head.Set("Cache-Control", "no-cache")
		head.Set("ETag", `"`+h.build+`"`)
		if r.Header.Get("If-None-Match") == `"`+h.build+`"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.send(w, r, e)
}

// send gives a file in the smallest form that the browser takes.
func (h *Handler) send(w http.ResponseWriter, r *http.Request, e entry) {
	name, size, unpack := e.File, e.Size, false
	if e.GZ > 0 || e.BR > 0 {
		w.Header().Set("Vary", "Accept-Encoding")
		switch {
		case accepts(r, "br"):
			name, size = e.File+".br", e.BR
			w.Header().Set("Content-Encoding", "br")
		case accepts(r, "gzip"):
			name, size = e.File+".gz", e.GZ
			w.Header().Set("Content-Encoding", "gzip")
		default:
			name, unpack = e.File+".gz", true
		}
	}
	f, err := h.files.Open(name)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	defer f.Close()
	var from io.Reader = f
	if unpack {
		if from, err = gzip.NewReader(f); err != nil {
			http.Error(w, "internal error", http.StatusInternalServerError)
			return
		}
	}
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	if r.Method == http.MethodGet {
		io.Copy(w, from) // a browser that has gone needs nothing more
	}
}

// accepts reports whether a browser takes an encoding (RFC 9110, section 12.5.3).
func accepts(r *http.Request, encoding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			weight = strings.ReplaceAll(weight, " ", "")
			return weight != "q=0" && !strings.HasPrefix(weight, "q=0.000")
		}
	}
	return false
}
