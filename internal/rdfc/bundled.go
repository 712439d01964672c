package rdfc

import (
	"maps"
	"slices"
	"strings"
)

// The contexts of WHO's trust lists.
const (
	DID     = "https://www.w3.org/ns/did/v1"                          // W3C DID Core 1.0, section 6.3.1
	JWS2020 = "https://w3id.org/security/suites/jws-2020/v1"          // W3C CCG, JSON Web Signature 2020
	TNG     = "https://smart.who.int/trust/tng-context/v1.jsonld"     // WHO SMART Trust, production
	TNGUAT  = "https://smart.who.int/trust/tng-context/v1-UAT.jsonld" // user acceptance tests
	TNGDEV  = "https://smart.who.int/trust/tng-context/v1-DEV.jsonld" // development
)

// The contexts of DIVOC certificates.
const (
	Credentials   = "https://www.w3.org/2018/credentials/v1"          // W3C Verifiable Credentials 1.1, appendix B.1
	SecurityV1    = "https://w3id.org/security/v1"                    // W3C CCG, security vocabulary
	SecurityV2    = "https://w3id.org/security/v2"                    // the same, which adds to the first
	Vaccination   = "https://cowin.gov.in/credentials/vaccination/v1" // egovernments/DIVOC, vaccination-context
	VaccinationV2 = "https://cowin.gov.in/credentials/vaccination/v2"
	TestResult    = "https://cowin.gov.in/credentials/testCertificate/v1" // egovernments/DIVOC, test-certificate-context
)

// national are other addresses of the second vaccination context, as public
// verifiers (WHO's, PathCheck's) know them. A name that ends in v1 is no sign of
// the first one, whose words the second one has, and means the same by them.
var national = []string{
	"https://divoc.dev/credentials/vaccination/v1",             // the software's own
	"https://divoc.prod/vaccine/credentials/vaccination/v1",    // Philippines
	"https://divoc.lgcc.gov.lk/credentials/vaccination/v1",     // Sri Lanka
	"https://www.pedulilindungi.id/credentials/vaccination/v2", // Indonesia
}

// National returns other addresses of [VaccinationV2].
func National() []string { return slices.Clone(national) }

// Contexts returns the addresses of the bundled contexts, sorted.
func Contexts() []string { return slices.Sorted(maps.Keys(bundled)) }

// bundled holds what the public contexts define.
var bundled = func() map[string]*context {
	all := make(map[string]*context)
	for url, table := range tables() {
		all[url] = parseTable(table)
	}
	for _, url := range national {
		all[url] = all[VaccinationV2]
	}
	return all
}()

// prefixes are what the tables shorten. What begins otherwise stands as it is;
// so does what follows "=:".
var prefixes = map[string]string{
	"sec:": "https://w3id.org/security#", "cred:": "https://www.w3.org/2018/credentials#", "schema:": "https://schema.org/",
	"did:": "https://www.w3.org/ns/did#", "dc:": "http://purl.org/dc/terms/", "xsd:": xsd, "who:": "https://smart.who.int/trust/",
}

func long(short string) string {
	if i := strings.IndexByte(short, ':'); i > 0 && prefixes[short[:i+1]] != "" {
		return prefixes[short[:i+1]] + short[i+1:]
	}
	return strings.TrimPrefix(short, ":")
}

// parseTable reads a context in the notation of the tables, of which nothing
// comes from outside. Its tokens, with white space between:
//
//	!                its words are protected
//	~                the aliases id and type
//	word=iri         a word, and what it stands for
//	iri( word ... )  words that are named like what follows the prefix
//	|kind            behind an iri: what the values are: @id, @vocab, @json or a datatype
//	|set |graph |list  behind that: the container
//	{ ... }          behind a word: the context in it
//	@base=iri
func parseTable(table string) *context {
	tokens := strings.Fields(table)
	c, _ := parseContext(tokens)
	return c
}

func parseContext(tokens []string) (c *context, rest []string) {
	c = &context{terms: make(map[string]term)}
	last, group := "", ""
	for len(tokens) > 0 {
		token := tokens[0]
		tokens = tokens[1:]
		word, iri, named := strings.Cut(token, "=")
		switch {
		case token == "}":
			return c, tokens
		case token == "!":
			c.protected = true
		case token == "~":
			c.terms["id"], c.terms["type"] = term{iri: "@id"}, term{iri: "@type"}
		case token == "{":
			t := c.terms[last]
			t.in, tokens = parseContext(tokens)
			c.terms[last] = t
		case token == ")":
			group = ""
		case strings.HasSuffix(token, "("):
			group = strings.TrimSuffix(token, "(")
		case word == "@base":
			c.base = long(iri)
		case named:
			last = word
			c.terms[word] = parseTerm(iri, "")
		default:
			last = token
			c.terms[token] = parseTerm(group, token)
		}
	}
	return c, nil
}

// parseTerm reads what a word stands for: an iri, which the word itself may end.
func parseTerm(s, word string) term {
	parts := strings.Split(s, "|")
	t := term{iri: long(parts[0] + word)}
	for _, p := range parts[1:] {
		switch p {
		case "set":
			t.set = true
		case "graph", "list":
			t.other = "@" + p
		default:
			t.as = long(p)
		}
	}
	return t
}
