package cert

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
)

// Difference is a field in which two certificates differ. It repeats what they
// say of the person.
type Difference struct {
	Field  string `json:"field"` // "subject.names.0.family", "events.0.maker"
	What   string `json:"what"`  // lost, changed, recoded, added
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// What a Difference says.
const (
	Lost    = "lost"    // the second has nothing
	Changed = "changed" // it has something else
	Recoded = "recoded" // it has another code with the same meaning
	Added   = "added"   // the first has nothing
)

// Compare lists in which fields the second certificate differs from the first,
// what is lost first. It compares what is stated about the person, and who
// answers for it; not the carriers, the keys, the lives of the signatures and
// the losses of reading. A coding is one field.
func Compare(a, b *Certificate) ([]Difference, error) {
	before, err := flatten(a)
	if err != nil {
		return nil, err
	}
	after, err := flatten(b)
	if err != nil {
		return nil, err
	}
	var out []Difference
	for _, field := range before.order {
		x, y := before.values[field], after.values[field]
		switch {
		case x == y:
		case y == value{}:
			out = append(out, Difference{field, Lost, x.shown, ""})
		case x.means != "" && x.means == y.means:
			out = append(out, Difference{field, Recoded, x.shown, y.shown})
		default:
			out = append(out, Difference{field, Changed, x.shown, y.shown})
		}
	}
	for _, field := range after.order {
		if (before.values[field] == value{}) {
			out = append(out, Difference{field, Added, "", after.values[field].shown})
		}
	}
	rank := []string{Lost, Changed, Recoded, Added}
	slices.SortStableFunc(out, func(a, b Difference) int {
		return cmp.Compare(slices.Index(rank, a.What), slices.Index(rank, b.What))
	})
	return out, nil
}

// value is what a field holds: as it is shown, and the code that it stands for.
type value struct{ shown, means string }

// fields are the values of a certificate by their path.
type fields struct {
	order  []string
	values map[string]value
}

func (f *fields) add(path, shown, means string) {
	if shown != "" {
		f.order = append(f.order, path)
		f.values[path] = value{shown, means}
	}
}

func flatten(c *Certificate) (*fields, error) {
	f := &fields{values: map[string]value{}}
	b, err := c.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, err
	}
	for _, part := range []string{"subject", "events", "links"} {
		f.walk(part, doc[part])
	}
	return f, nil
}

func (f *fields) walk(path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if f.coded(path, v) {
			return
		}
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			f.walk(path+"."+k, v[k])
		}
	case []any:
		for i, item := range v {
			f.walk(path+"."+strconv.Itoa(i), item)
		}
	case string:
		f.add(path, v, "")
	case float64:
		f.add(path, strconv.FormatFloat(v, 'f', -1, 64), "")
	case bool:
		f.add(path, strconv.FormatBool(v), "")
	}
}

// coded adds a coding as one field, and reports whether there is one.
func (f *fields) coded(path string, v map[string]any) bool {
	source, isSource := v["source"].(map[string]any)
	mapped, isMapped := v["mapped"].(map[string]any)
	if !isSource && !isMapped {
		return false
	}
	text := func(m map[string]any, k string) string { s, _ := m[k].(string); return s }
	means := cmp.Or(text(mapped, "code"), text(source, "code"))
	f.add(path, cmp.Or(text(source, "code"), text(source, "display"), means), means)
	return true
}
