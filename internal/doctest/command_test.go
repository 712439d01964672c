package doctest

import (
	"regexp"
	"strings"
)

// claim is a command that a document names.
type claim struct {
	line   int
	path   string // the words after pratique: "trust recognise"
	notYet bool
}

var span = regexp.MustCompile("`pratique ([^`]+)`")

// claims returns the commands in the code spans of a document. Fenced and
// indented blocks are left out.
func claims(text string) []claim {
	var out []claim
	fenced := false
	for i, l := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(l), "```") {
			fenced = !fenced
		}
		if fenced || strings.HasPrefix(l, "    ") {
			continue
		}
		later := strings.Index(strings.ToLower(l), "not yet")
		for _, m := range span.FindAllStringSubmatchIndex(l, -1) {
			if p := path(l[m[2]:m[3]]); p != "" {
				out = append(out, claim{i + 1, p, later >= 0 && m[0] > later})
			}
		}
	}
	return out
}

var word = regexp.MustCompile(`^[a-z]+$`)

// path returns the leading words of a command line, those that may name a command.
func path(s string) string {
	var ws []string
	for _, w := range strings.Fields(s) {
		if !word.MatchString(w) {
			break
		}
		ws = append(ws, w)
	}
	return strings.Join(ws, " ")
}

var link = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)

// links returns the relative links of a document.
func links(text string) []string {
	var out []string
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(m[1], ":") {
			out = append(out, m[1])
		}
	}
	return out
}
