package main

import (
	"encoding/json"
	"strings"

	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/vectors"
)

// pack is a pack of rules as its authors wrote it, changed.
func pack(name string, change func(m map[string]any)) string {
	set, err := rules.Pack(name)
	must(err)
	return packed(set, change)
}

// packed is a set as a file, changed, without its cases.
func packed(set *rules.Set, change func(m map[string]any)) string {
	var m map[string]any
	must(json.Unmarshal(set.Encode(), &m))
	delete(m, "tests")
	if change != nil {
		change(m)
	}
	b, err := json.Marshal(m)
	must(err)
	_, err = rules.Parse(b)
	must(err)
	return string(b)
}

// rule changes one rule of a pack.
func rule(m map[string]any, id string, change func(r map[string]any)) {
	for _, r := range m["rules"].([]any) {
		if r := r.(map[string]any); r["Identifier"] == id {
			change(r)
			return
		}
	}
	panic("no rule " + id)
}

// stock are the files and worlds of one set of vectors.
type stock struct {
	files  map[string]string
	worlds map[string]vectors.World
}

func newStock() stock {
	s := stock{files: map[string]string{
		"norland.txt":     trustText("XA", norlandKeys()...),
		"sudmark.txt":     trustText("XB", recognises(nil)),
		"norland.json":    pack("norland", nil),
		"sudmark.json":    pack("sudmark", nil),
		"withdrawals.txt": withdrawals(),
	}, worlds: map[string]vectors.World{}}
	s.worlds["both"] = s.world("")
	now := s.world("")
	now.KeyPolicy = "now"
	s.worlds["keys in force now"] = now
	return s
}

// world is the ordinary one, with other files under the name: pairs of a file
// and its text. An empty text leaves the file out.
func (s stock) world(name string, changes ...string) vectors.World {
	var w vectors.World
	for _, file := range []string{"norland.txt", "sudmark.txt", "norland.json", "sudmark.json", "withdrawals.txt"} {
		for i := 0; i+1 < len(changes); i += 2 {
			if changes[i] != file {
				continue
			}
			file = ""
			if changes[i+1] != "" {
				file = strings.ReplaceAll(name, " ", "-") + "-" + changes[i]
				s.files[file] = changes[i+1]
			}
			break
		}
		if file != "" {
			w.Files = append(w.Files, file)
		}
	}
	return w
}

func withdrawals(entries ...string) string {
	return "pratique-withdrawals/1.0\ncountry XA\nas-of 2026-12-03T00:00:00Z\nuntil 2026-12-10T00:00:00Z\nappeal https://appeals.norland.example/\n" +
		strings.Join(entries, "")
}
