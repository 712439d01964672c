package bundle

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/pratique/pratique/revoke"
)

// Change is an entry that is in one bundle and not, or not so, in another.
type Change struct {
	Section string
	Entry   string // what it is, for people
	Sign    Sign
}

// Sign says how an entry changed.
type Sign string

// The signs.
const (
	Added   Sign = "added"
	Gone    Sign = "gone"
	Changed Sign = "changed"
)

// item is an entry with a name by which it is the same in another bundle.
type item struct {
	section, name string
	content       []byte
	notes         string // of what is likely to change
}

// Diff says what changed from one bundle to another, by section and entry.
func Diff(old, next *Bundle) []Change {
	was, is := old.items(), next.items()
	var out []Change
	for name, x := range is {
		switch y, ok := was[name]; {
		case !ok:
			out = append(out, Change{x.section, entryOf(x.name, x.notes), Added})
		case !bytes.Equal(x.content, y.content):
			notes := x.notes
			if y.notes != x.notes {
				notes = y.notes + " -> " + x.notes
			}
			out = append(out, Change{x.section, entryOf(x.name, notes), Changed})
		}
	}
	for name, y := range was {
		if _, ok := is[name]; !ok {
			out = append(out, Change{y.section, entryOf(y.name, y.notes), Gone})
		}
	}
	slices.SortFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Section, b.Section), cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Sign, b.Sign))
	})
	return out
}

func entryOf(name, notes string) string {
	if notes == "" {
		return name
	}
	return name + ", " + notes
}

// items are the entries by name. Two of one name get a number.
func (b *Bundle) items() map[string]item {
	out := map[string]item{}
	add := func(section, name, notes string, content []byte) {
		whole := name
		for n := 2; out[section+"/"+whole].section != ""; n++ {
			whole = fmt.Sprintf("%s (%d)", name, n)
		}
		out[section+"/"+whole] = item{section, whole, content, notes}
	}
	for _, k := range b.Keys {
		r, err := keyRecord(k, k.DER != nil)
		if err == nil {
			add("keys", strings.TrimSpace(cmp.Or(k.Country, "?")+" "+base64.StdEncoding.EncodeToString([]byte(k.ID))+" "+k.Issuer), "", r)
		}
	}
	for _, r := range b.Recognitions {
		var of []string
		if r.Uses.Any {
			of = append(of, "any")
		}
		for _, u := range r.Uses.Of {
			of = append(of, string(u))
		}
		add("recognitions", r.By+" of "+r.Of+": "+strings.Join(of, " "), "", recognitionRecord(r))
	}
	for _, s := range b.Rules {
		add("rules", s.ID, s.Version, s.Encode())
	}
	for _, l := range b.Withdrawals {
		add("withdrawals", Of(l), fmt.Sprintf("%d", len(l.Entries())), []byte(l.String()))
	}
	for _, l := range b.areaLists() {
		add("areas", l.Jurisdiction+" of "+l.Published.UTC().Format("2006-01-02"), "", l.Bytes())
	}
	for _, s := range b.sections {
		if _, ok := known[s.name]; !ok || s.name == "root" || s.name == "checkpoint" || s.name == "proof" {
			add(s.name, "as a whole", "", s.content)
		}
	}
	return out
}

// Of says whose withdrawals a list has: a country, or a key in base64.
func Of(l *revoke.List) string {
	return cmp.Or(l.Country, base64.StdEncoding.EncodeToString([]byte(cmp.Or(l.Key, l.Authority))))
}
