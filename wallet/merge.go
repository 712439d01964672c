package wallet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pratique/pratique/history"
)

// Conflict is something about which two files do not agree.
type Conflict struct {
	Code  ConflictCode `json:"code"`
	Label string       `json:"label"`           // of the person in the file that came out
	Other string       `json:"other,omitempty"` // the label, or the name, that gave way
}

// ConflictCode says about what two files do not agree.
type ConflictCode string

// The conflicts.
const (
	SameLabel ConflictCode = "same_label" // of two people: the second was given another one
	TwoLabels ConflictCode = "two_labels" // of one document: the first file's was kept
	TwoNames  ConflictCode = "two_names"  // of one person: the first file's was kept
)

// Merge joins two files. Two people are one if they have the same travel
// document, in one file too, or else the same label and not two documents; by
// the label nobody is made one with two people of the other file. Each is given
// what either file has of them, once. Where the files do not agree, the first
// goes before, and it is a conflict.
// The error is [ErrLimit] if the whole is more than a wallet holds.
func Merge(a, b File) (File, []Conflict, error) {
	out := File{Minor: max(a.Minor, b.Minor), Unread: unique(slices.Concat(a.Unread, b.Unread))}
	var conflicts []Conflict
	out.People = fold(a.People, &conflicts)
	people := fold(b.People, &conflicts)
	twins := pair(out.People, people)
	for i, q := range people {
		if n, ok := twins[i]; ok {
			meet(&out.People[n], q, &conflicts)
			continue
		}
		if free := out.free(q.Label); free != q.Label {
			conflicts = append(conflicts, Conflict{SameLabel, free, q.Label})
			q.Label = free
		}
		out.People = append(out.People, q)
	}
	if _, err := out.Bytes(); err != nil {
		return File{}, nil, fmt.Errorf("merging: %w", err)
	}
	return out, conflicts, nil
}

// fold joins the people of one file who have one document.
func fold(people []Person, conflicts *[]Conflict) []Person {
	var out []Person
	for _, q := range people {
		i := slices.IndexFunc(out, func(p Person) bool { return stated(p) && stated(q) && sameDocument(p, q) })
		if i < 0 {
			out = append(out, join(q, Person{}))
			continue
		}
		meet(&out[i], q, conflicts)
	}
	return out
}

// meet joins two people who are one.
func meet(p *Person, q Person, conflicts *[]Conflict) {
	if base(p.Label) != base(q.Label) {
		*conflicts = append(*conflicts, Conflict{TwoLabels, p.Label, q.Label})
	}
	if p.Name != "" && q.Name != "" && p.Name != q.Name {
		*conflicts = append(*conflicts, Conflict{TwoNames, p.Label, q.Name})
	}
	*p = join(*p, q)
}

// pair finds for people of one file those of another that they are, by index:
// by the document, by the label, and at last by the label without the number
// that an earlier merge gave it, if that person has it all already.
func pair(in, of []Person) map[int]int {
	twins, taken := map[int]int{}, map[int]bool{}
	for _, same := range []func(p, q Person) bool{
		func(p, q Person) bool { return stated(p) && stated(q) && sameDocument(p, q) },
		func(p, q Person) bool { return p.Label == q.Label && couldBe(p, q) },
		func(p, q Person) bool {
			fresh, _ := news(p, q)
			return base(p.Label) == base(q.Label) && couldBe(p, q) && len(fresh) == 0
		},
	} {
		for i, q := range of {
			if _, done := twins[i]; done {
				continue
			}
			for n, p := range in {
				if !taken[n] && same(p, q) {
					twins[i], taken[n] = n, true
					break
				}
			}
		}
	}
	return twins
}

func stated(p Person) bool { return p.Holder != (history.Holder{}) }

func sameDocument(p, q Person) bool { return plainHolder(p.Holder) == plainHolder(q.Holder) }

// couldBe reports whether no document speaks against two being one person.
func couldBe(p, q Person) bool { return !stated(p) || !stated(q) || sameDocument(p, q) }

// free returns the label, or one made of it that nobody has.
func (f File) free(label string) string {
	free := label
	for n := 2; ; n++ {
		if _, taken := f.Find(free); !taken {
			return free
		}
		end := " (" + strconv.Itoa(n) + ")"
		stem := base(label)
		for len(stem)+len(end) > MaxLabel {
			_, size := utf8.DecodeLastRuneInString(stem)
			stem = stem[:len(stem)-size]
		}
		free = strings.TrimSpace(stem) + end
	}
}

// base is a label without the number that Merge gives.
func base(label string) string {
	if i := strings.LastIndex(label, " ("); i > 0 && strings.HasSuffix(label, ")") {
		if n, err := strconv.Atoi(label[i+2 : len(label)-1]); err == nil && n >= 2 {
			return label[:i]
		}
	}
	return label
}

// join gives a person what another has of them, each thing once.
func join(p, q Person) Person {
	if p.Name == "" {
		p.Name = q.Name
	}
	if !stated(p) {
		p.Holder = q.Holder
	}
	seen := map[Item]bool{}
	var items []Item
	for _, i := range slices.Concat(p.Items(), q.Items()) {
		key := Item{i.Kind, bare(i.Text)}
		if !seen[key] {
			seen[key] = true
			items = append(items, i)
		}
	}
	return p.with(items)
}

// news are the things that the second has and the first lacks, and how many
// both have.
func news(p, q Person) (fresh []Item, known int) {
	had := map[Item]bool{}
	for _, i := range p.Items() {
		had[Item{i.Kind, bare(i.Text)}] = true
	}
	for _, i := range join(q, Person{}).Items() {
		if had[Item{i.Kind, bare(i.Text)}] {
			known++
		} else {
			fresh = append(fresh, i)
		}
	}
	return fresh, known
}

func unique(texts []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(texts, func(t string) bool {
		if seen[t] {
			return true
		}
		seen[t] = true
		return false
	})
}
