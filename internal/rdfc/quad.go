package rdfc

import "strings"

const (
	xsd         = "http://www.w3.org/2001/XMLSchema#"
	xsdString   = xsd + "string"
	xsdBoolean  = xsd + "boolean"
	xsdInteger  = xsd + "integer"
	xsdDouble   = xsd + "double"
	rdfNS       = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	rdfType     = rdfNS + "type"
	rdfJSON     = rdfNS + "JSON"
	rdfLangText = rdfNS + "langString"
)

// object is a subject or an object: an IRI, a blank node, or a literal.
type object struct {
	kind     byte   // 'i', 'b', 'l'
	value    string // IRI, label without "_:", or lexical form
	datatype string // of a literal
	language string
}

// quad is a statement in the default graph, the only one there is here.
type quad struct {
	s object
	p string
	o object
}

// append appends the line of the statement, naming blank nodes by label.
func (q quad) append(b []byte, label func(string) string) []byte {
	b = append(q.s.append(b, label), " <"...)
	b = append(append(b, q.p...), "> "...)
	return append(q.o.append(b, label), " .\n"...)
}

func (o object) append(b []byte, label func(string) string) []byte {
	switch o.kind {
	case 'i':
		return append(append(append(b, '<'), o.value...), '>')
	case 'b':
		return append(append(b, "_:"...), label(o.value)...)
	}
	b = append(b, '"')
	b = append(b, escaper.Replace(o.value)...)
	b = append(b, '"')
	switch {
	case o.language != "":
		return append(append(b, '@'), o.language...)
	case o.datatype != xsdString:
		return append(append(append(b, "^^<"...), o.datatype...), '>')
	}
	return b
}

// escaper escapes a literal as URDNA2015 does.
var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`)

// absolute reports whether s is an absolute IRI that N-Quads can write
// (RDF 1.1 N-Quads, IRIREF). Every implementation drops what has a space;
// they differ in the other characters that are refused here.
func absolute(s string) bool {
	scheme, _, ok := strings.Cut(s, ":")
	if !ok || scheme == "" || !letter(scheme[0]) {
		return false
	}
	for i := range len(scheme) {
		if c := scheme[i]; !letter(c) && (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || strings.ContainsRune("<>\"{}|^`\\", r) })
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
