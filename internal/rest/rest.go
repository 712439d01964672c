// Package rest answers one question: how do the services that speak JSON take a
// request, answer it, and describe both?
//
// A body is one JSON object, said to be one, not longer than the service allows, and
// without members that are not known ([Take]). What is not served is a [Fault]: a code
// for programs, a text and a hint for people, none of which repeats anything of the
// request. [Schemas] makes of Go types the JSON Schema of an OpenAPI 3.1 document.
package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// Fault says why a request is not served.
type Fault struct {
	Status           int // of HTTP
	Code, Text, Hint string
}

// Is reports whether a request is said to have a body of this kind.
func Is(r *http.Request, media string) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == media
}

// Take reads the body of a request, strictly, of at most so many bytes; nil if it could.
func Take(w http.ResponseWriter, r *http.Request, most int64, into any) *Fault {
	if !Is(r, "application/json") {
		return &Fault{http.StatusUnsupportedMediaType, "media_type", "the body is not said to be JSON", "send Content-Type: application/json"}
	}
	return Body(Read(http.MaxBytesReader(w, r.Body, most), into), most)
}

// Read reads one JSON object, and nothing after it, without unknown members.
func Read(r io.Reader, into any) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	switch err := d.Decode(new(json.RawMessage)); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return errors.New("more than one object")
}

// Body says what is wrong with a body of which reading gave this error; nil is nothing.
func Body(err error, most int64) *Fault {
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		return &Fault{http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("the body is longer than %d bytes", most), "send less at once"}
	}
	if err != nil {
		return &Fault{http.StatusBadRequest, "bad_request", "the body is not the JSON that this call takes", "GET /v1/openapi.json says what a request has; a member that is not known is an error"}
	}
	return nil
}

// Answer writes a value as JSON, with a status.
func Answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // the client has gone
}

// Guard sets the headers of answers that no page shows and nobody keeps.
func Guard(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
}
