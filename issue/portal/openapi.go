package portal

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/cert"
)

// routes are all of them.
func routes() []route {
	return slices.Concat(publicRoutes(), sessionRoutes(), certificateRoutes(), withdrawRoutes(), claimRoutes(), inputRoutes(), printRoutes(), peopleRoutes())
}

// Description is the OpenAPI 3.1 document of the portal, made from its routes and
// the types of their bodies.
func Description() []byte {
	d := describer{}
	failure := map[string]any{"description": "Not served: what is wrong, and what to do", "content": d.content(kind[Failure]())}
	paths := map[string]map[string]any{}
	for _, r := range routes() {
		answer := map[string]any{"description": "Served"}
		if r.out != nil {
			answer["content"] = d.content(r.out)
		}
		op := map[string]any{"summary": r.about, "responses": map[string]any{"200": answer, "default": failure}}
		if r.in != nil {
			op["requestBody"] = map[string]any{"required": true, "content": d.content(r.in)}
		}
		if r.open {
			op["security"] = []any{}
		}
		if r.needs != "" {
			op["x-permission"] = string(r.needs)
		}
		var parameters []any
		for _, m := range parameter.FindAllStringSubmatch(r.path, -1) {
			parameters = append(parameters, map[string]any{"name": m[1], "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
		}
		if parameters != nil {
			op["parameters"] = parameters
		}
		if paths[r.path] == nil {
			paths[r.path] = map[string]any{}
		}
		paths[r.path][strings.ToLower(r.method)] = op
	}
	paths[redeemPath] = map[string]any{"post": map[string]any{"summary": "A wallet fetches a certificate by its claim code (docs/claims.md)", "security": []any{},
		"requestBody": map[string]any{"required": true, "content": map[string]any{"application/json": map[string]any{"schema": map[string]any{"type": "object"}}}},
		"responses":   map[string]any{"200": map[string]any{"description": "The certificate, encrypted to the wallet"}}}}
	b, err := json.MarshalIndent(map[string]any{
		"openapi":  "3.1.0",
		"info":     map[string]any{"title": "Pratique issuing service", "version": "1.0.0", "license": map[string]any{"name": "Apache-2.0", "identifier": "Apache-2.0"}},
		"servers":  []any{map[string]any{"url": "/"}},
		"security": []any{map[string]any{"key": []any{}}, map[string]any{"session": []any{}}, map[string]any{"client": []any{}}},
		"paths":    paths,
		"components": map[string]any{"schemas": d, "securitySchemes": map[string]any{
			"key":     map[string]any{"type": "http", "scheme": "bearer"},
			"session": map[string]any{"type": "apiKey", "in": "cookie", "name": "__Host-pratique-session"},
			"client":  map[string]any{"type": "mutualTLS"},
		}},
	}, "", " ")
	if err != nil {
		panic("portal: " + err.Error()) // of maps and texts, which cannot fail
	}
	return b
}

var parameter = regexp.MustCompile(`\{([a-z]+)\}`)

// describer makes JSON Schema (draft 2020-12) of types, by their names.
type describer map[string]any

func (d describer) content(t reflect.Type) map[string]any {
	return map[string]any{"application/json": map[string]any{"schema": d.schema(t)}}
}

func (d describer) schema(t reflect.Type) map[string]any {
	switch t {
	case kind[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case kind[cert.Date]():
		return map[string]any{"type": "string", "pattern": `^\d{4}(-\d{2}){0,2}$`}
	case kind[json.RawMessage]():
		return map[string]any{"type": "object"}
	case kind[cert.Certificate]():
		return map[string]any{"type": "object", "description": "a certificate in the neutral form"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return d.schema(t.Elem())
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int:
		return map[string]any{"type": "integer"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": d.schema(t.Elem())}
	case reflect.Struct:
		d.object(t)
		return map[string]any{"$ref": "#/components/schemas/" + t.Name()}
	}
	return map[string]any{"type": "string"}
}

func (d describer) object(t reflect.Type) {
	if d[t.Name()] != nil {
		return
	}
	o := map[string]any{"type": "object", "additionalProperties": false}
	d[t.Name()] = o
	properties, required := map[string]any{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "-" || name == "" {
			continue
		}
		properties[name] = d.schema(f.Type)
		if rest == "" {
			required = append(required, name)
		}
	}
	o["properties"] = properties
	if len(required) > 0 {
		o["required"] = required
	}
}
