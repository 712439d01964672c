package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/pratique/pratique/internal/rest"
)

// Description is the OpenAPI 3.1 document of the API, made from the types of
// this package.
func Description() []byte {
	d := rest.NewSchemas("api")
	failure := response("An error", reflect.TypeFor[Failure](), d)
	paths := map[string]any{}
	for _, c := range calls() {
		about := descriptions[c.path]
		op := map[string]any{"summary": about.summary, "operationId": about.id, "responses": map[string]any{"200": response(about.answer, about.out, d), "default": failure}}
		if about.in != nil {
			op["requestBody"] = map[string]any{"required": true, "content": d.Content(about.in)}
		}
		if c.open {
			op["security"] = []any{}
		}
		paths[c.path] = map[string]any{strings.ToLower(c.method): op}
	}
	b, err := json.MarshalIndent(map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "Pratique verification API", "version": "1.0.0",
			"description": "Is this health certificate authentic, and does the destination accept it? Green, amber, red or grey, why, and what to do next. The answer advises; a person decides. Nothing is stored.",
			"license":     map[string]any{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"servers":    []any{map[string]any{"url": "/"}},
		"security":   []any{map[string]any{"token": []any{}}, map[string]any{}},
		"paths":      paths,
		"components": map[string]any{"schemas": d.All, "securitySchemes": map[string]any{"token": map[string]any{"type": "http", "scheme": "bearer"}}},
	}, "", " ")
	if err != nil {
		panic("api: " + err.Error()) // of maps and texts, which cannot fail
	}
	return b
}

// description is what is said of a call.
type description struct {
	id, summary, answer string
	in, out             reflect.Type
}

var descriptions = map[string]description{
	"/v1/verify":       {"verify", "One person: one code, or several that count together", "The answer", reflect.TypeFor[Request](), reflect.TypeFor[Answer]()},
	"/v1/verify/batch": {"verifyBatch", "Several people on one journey", "The answers, in order", reflect.TypeFor[Batch](), reflect.TypeFor[Answers]()},
	"/v1/data":         {"data", "What the answers rest on, and how old it is", "The data", nil, reflect.TypeFor[State]()},
	"/v1/openapi.json": {"openapi", "This document", "The document", nil, reflect.TypeFor[map[string]any]()},
	"/healthz":         {"health", "It runs", "It does", nil, reflect.TypeFor[map[string]bool]()},
	"/readyz":          {"ready", "It has data that is not past its end", "It has", nil, reflect.TypeFor[map[string]bool]()},
}

func response(text string, t reflect.Type, d *rest.Schemas) map[string]any {
	return map[string]any{"description": text, "content": d.Content(t)}
}

func (s *Service) description(w http.ResponseWriter, _ *http.Request, _ spender) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(Description())
}
