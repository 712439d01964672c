package portal

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/pratique/pratique/internal/rest"
)

// routes are all of them.
func routes() []route {
	return slices.Concat(publicRoutes(), sessionRoutes(), certificateRoutes(), withdrawRoutes(), claimRoutes(), inputRoutes(), printRoutes(), peopleRoutes())
}

// Description is the OpenAPI 3.1 document of the portal, made from its routes and
// the types of their bodies.
func Description() []byte {
	d := rest.NewSchemas("portal")
	failure := map[string]any{"description": "Not served: what is wrong, and what to do", "content": d.Content(kind[Failure]())}
	paths := map[string]map[string]any{}
	for _, r := range routes() {
		answer := map[string]any{"description": "Served"}
		if r.out != nil {
			answer["content"] = d.Content(r.out)
		}
		op := map[string]any{"summary": r.about, "responses": map[string]any{"200": answer, "default": failure}}
		if r.in != nil {
			op["requestBody"] = map[string]any{"required": true, "content": d.Content(r.in)}
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
		"responses":   map[string]any{"200": map[string]any{"description": "The certificate, encrypted to the wallet"}, "404": map[string]any{"description": "Nothing to fetch with this code, now and for this wallet"}, "410": map[string]any{"description": "The certificate is withdrawn"}, "429": map[string]any{"description": "Too many wrong codes"}}}}
	b, err := json.MarshalIndent(map[string]any{
		"openapi":  "3.1.0",
		"info":     map[string]any{"title": "Pratique issuing service", "version": "1.0.0", "license": map[string]any{"name": "Apache-2.0", "identifier": "Apache-2.0"}},
		"servers":  []any{map[string]any{"url": "/"}},
		"security": []any{map[string]any{"key": []any{}}, map[string]any{"session": []any{}}, map[string]any{"client": []any{}}},
		"paths":    paths,
		"components": map[string]any{"schemas": d.All, "securitySchemes": map[string]any{
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
