package gaen

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Limits of an index.
const (
	MaxIndex  = 1 << 20 // bytes
	MaxListed = 10_000  // exports
	maxPath   = 512     // bytes of one
)

// ErrIndex means that a text is no index of exports.
var ErrIndex = errors.New("not an index of exports")

// Index is the list of a server's exports, index.txt: paths relative to where
// the server says, the oldest first. A reader assumes nothing about the names.
//
//	index = *( path LF ) [ path ]
//	path  = 1*512 characters of ASCII from "!" to "~"
//
// A path that begins with "/", has a part "." or "..", or a ":" before the first
// "/", leads somewhere else than below the list and is refused. The last line
// may lack its end, as Google's server writes none; [Index.String] writes it.
type Index []string

// ParseIndex reads an index.
func ParseIndex(text string) (Index, error) {
	if len(text) > MaxIndex {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrIndex, MaxIndex)
	}
	var out Index
	for line := range strings.Lines(text) {
		path := strings.TrimSuffix(line, "\n")
		switch {
		case len(out) == MaxListed:
			return nil, fmt.Errorf("%w: more than %d lines", ErrIndex, MaxListed)
		case !isPath(path):
			return nil, fmt.Errorf("%w: line %d is no path below the list", ErrIndex, len(out)+1)
		}
		out = append(out, path)
	}
	return out, nil
}

func isPath(s string) bool {
	if s == "" || len(s) > maxPath || strings.IndexFunc(s, func(c rune) bool { return c <= ' ' || c > '~' }) >= 0 {
		return false
	}
	parts := strings.Split(s, "/")
	return parts[0] != "" && !strings.Contains(parts[0], ":") && !slices.ContainsFunc(parts, func(p string) bool { return p == "." || p == ".." })
}

// String writes the index.
func (x Index) String() string {
	if len(x) == 0 {
		return ""
	}
	return strings.Join(x, "\n") + "\n"
}

// After returns what stands behind the path that was seen last. If it is no
// longer listed, nothing of what is listed is known to be seen, and all is
// returned: phones take no export twice.
func (x Index) After(last string) Index {
	for i := len(x) - 1; i >= 0; i-- {
		if x[i] == last {
			return x[i+1:]
		}
	}
	return x
}
