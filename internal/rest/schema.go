package rest

import (
	"encoding/json"
	"reflect"
	"strings"
)

// Schemas makes JSON Schema (draft 2020-12) of types. Structs are named, with the
// package before the name if it is not the service's own.
type Schemas struct {
	Own string         // the last part of the path of the service's package
	All map[string]any // the structs so far, for components/schemas
}

// NewSchemas begins with none, for the service of a package.
func NewSchemas(own string) *Schemas { return &Schemas{own, map[string]any{}} }

// Content is how a body of the type is described.
func (d *Schemas) Content(t reflect.Type) map[string]any {
	return map[string]any{"application/json": map[string]any{"schema": d.Schema(t)}}
}

var texts = reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()

// Schema is the schema of a type; structs are referred to.
func (d *Schemas) Schema(t reflect.Type) map[string]any {
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		return map[string]any{}
	case t.Kind() == reflect.Pointer:
		return d.Schema(t.Elem())
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
		return map[string]any{"type": "array", "items": d.Schema(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": d.Schema(t.Elem())}
	case reflect.Interface:
		return map[string]any{}
	case reflect.Struct:
		return d.object(t)
	}
	return map[string]any{"type": "integer"}
}

func (d *Schemas) object(t reflect.Type) map[string]any {
	name := t.Name()
	if pkg := t.PkgPath(); !strings.HasSuffix(pkg, "/"+d.Own) {
		name = strings.ToUpper(pkg[strings.LastIndex(pkg, "/")+1:][:1]) + pkg[strings.LastIndex(pkg, "/")+2:] + name
	}
	ref := map[string]any{"$ref": "#/components/schemas/" + name}
	if _, known := d.All[name]; known {
		return ref
	}
	d.All[name] = nil // it may refer to itself
	properties, required := map[string]any{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || tag == "" || tag == "-" {
			continue
		}
		s := d.Schema(f.Type)
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
	d.All[name] = o
	return ref
}
