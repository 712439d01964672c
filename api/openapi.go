package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
)

// Description is the OpenAPI 3.1 document of the API, made from the types of
// this package.
func Description() []byte {
	d := describer{schemas: map[string]any{}}
	failure := d.response("An error", reflect.TypeFor[Failure]())
	paths := map[string]any{}
	for _, c := range calls() {
		about := descriptions[c.path]
		op := map[string]any{"summary": about.summary, "operationId": about.id, "responses": map[string]any{"200": d.response(about.answer, about.out), "default": failure}}
		if about.in != nil {
			op["requestBody"] = map[string]any{"required": true, "content": d.content(about.in)}
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
		"components": map[string]any{"schemas": d.schemas, "securitySchemes": map[string]any{"token": map[string]any{"type": "http", "scheme": "bearer"}}},
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

// describer makes JSON Schema (draft 2020-12) of types.
type describer struct{ schemas map[string]any }

func (d *describer) response(text string, t reflect.Type) map[string]any {
	return map[string]any{"description": text, "content": d.content(t)}
}

func (d *describer) content(t reflect.Type) map[string]any {
	return map[string]any{"application/json": map[string]any{"schema": d.schema(t)}}
}

var texts = reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()

// schema returns the schema of a type; structs are named and referred to.
func (d *describer) schema(t reflect.Type) map[string]any {
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		return map[string]any{}
	case t.Kind() == reflect.Pointer:
		return d.schema(t.Elem())
	case t.String() == "time.Time":
		return map[string]any{"type": "string", "format": "date-time"}
	case t.Implements(texts):
		return map[string]any{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Float32, reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice, reflect.Array:
		return map[string]any{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": d.schema(t.Elem())}
	case reflect.Interface:
		return map[string]any{}
	case reflect.Struct:
		return d.object(t)
	}
	return map[string]any{"type": "integer"}
}

func (d *describer) object(t reflect.Type) map[string]any {
	name := t.Name()
	if pkg := t.PkgPath(); !strings.HasSuffix(pkg, "/api") {
		name = strings.ToUpper(pkg[strings.LastIndex(pkg, "/")+1:][:1]) + pkg[strings.LastIndex(pkg, "/")+2:] + name
	}
	ref := map[string]any{"$ref": "#/components/schemas/" + name}
	if _, known := d.schemas[name]; known {
		return ref
	}
	d.schemas[name] = nil // it may refer to itself
	properties, required := map[string]any{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || tag == "" || tag == "-" {
			continue
		}
		s := d.schema(f.Type)
		if doc := f.Tag.Get("doc"); doc != "" {
			s["description"] = doc
		}
		if format := f.Tag.Get("format"); format != "" {
			s["format"] = format
		}
		if example := f.Tag.Get("example"); example != "" {
			s["examples"] = []any{example}
		}
		properties[tag] = s
		if !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
			required = append(required, tag)
		}
	}
	o := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		o["required"] = required
	}
	d.schemas[name] = o
	return ref
}

func (s *Service) description(w http.ResponseWriter, _ *http.Request, _ spender) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(Description())
}
