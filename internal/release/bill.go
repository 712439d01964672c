package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime/debug"
)

// The part of CycloneDX 1.6 that is written here (ECMA-424, JSON).
type (
	document struct {
		Schema       string       `json:"$schema"`
		BOMFormat    string       `json:"bomFormat"`
		SpecVersion  string       `json:"specVersion"`
		SerialNumber string       `json:"serialNumber"`
		Version      int          `json:"version"`
		Metadata     metadata     `json:"metadata"`
		Components   []component  `json:"components"`
		Dependencies []dependency `json:"dependencies"`
	}
	metadata struct {
		Component component `json:"component"`
	}
	component struct {
		Type       string     `json:"type"`
		Ref        string     `json:"bom-ref"`
		Name       string     `json:"name"`
		Version    string     `json:"version"`
		PURL       string     `json:"purl,omitempty"`
		Hashes     []hash     `json:"hashes,omitempty"`
		Properties []property `json:"properties,omitempty"`
	}
	hash struct {
		Alg     string `json:"alg"`
		Content string `json:"content"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	dependency struct {
		Ref       string   `json:"ref"`
		DependsOn []string `json:"dependsOn"`
	}
)

// kept are the build settings that tell one program from another. Paths and
// flags of the building machine are not among them.
var kept = map[string]bool{"GOOS": true, "GOARCH": true, "GOAMD64": true, "GOARM64": true, "CGO_ENABLED": true,
	"vcs.revision": true, "vcs.time": true, "vcs.modified": true, "-trimpath": true}

// bill is the bill of materials of one program.
func bill(info *debug.BuildInfo, name string, sum [sha256.Size]byte) ([]byte, error) {
	main := component{
		Type: "application", Ref: "pkg:golang/" + info.Main.Path + "@" + info.Main.Version,
		Name: name, Version: info.Main.Version,
		Hashes: []hash{{"SHA-256", hex.EncodeToString(sum[:])}},
	}
	main.PURL = main.Ref
	for _, s := range info.Settings {
		if kept[s.Key] {
			main.Properties = append(main.Properties, property{"go:build:" + s.Key, s.Value})
		}
	}
	d := document{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", BOMFormat: "CycloneDX", SpecVersion: "1.6",
		SerialNumber: serial(sum), Version: 1, Metadata: metadata{main},
		Components: []component{{Type: "library", Ref: "pkg:golang/std@" + info.GoVersion, Name: "std",
			Version: info.GoVersion, PURL: "pkg:golang/std@" + info.GoVersion}},
	}
	for _, m := range modules(info) {
		c := component{Type: "library", Name: m.Path, Version: m.Version, PURL: "pkg:golang/" + m.Path + "@" + m.Version}
		c.Ref = c.PURL
		if m.Sum != "" {
			c.Properties = []property{{"go:sum", m.Sum}}
		}
		d.Components = append(d.Components, c)
	}
	// A program does not say which module asked for which: it depends on all.
	all := dependency{Ref: main.Ref}
	for _, c := range d.Components {
		all.DependsOn = append(all.DependsOn, c.Ref)
	}
	d.Dependencies = []dependency{all}
	b, err := json.MarshalIndent(d, "", "  ")
	return append(b, '\n'), err
}

// serial is a UUID of version 8 (RFC 9562 section 5.8) out of the program's hash.
func serial(sum [sha256.Size]byte) string {
	u := sum
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
