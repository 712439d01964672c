package hc1

import (
	"github.com/pratique/pratique/format/shl"
	"github.com/pratique/pratique/internal/cbor"
)

// link maps a health link, in each of the four shapes in which it is published:
// a text, a list of texts, a map with u, a list of such maps.
func (m mapper) link(path string, v cbor.Value) {
	switch v.Kind() {
	case cbor.Text:
		s, _ := v.Text()
		l, err := shl.Parse(s)
		if err != nil {
			m.lose(path, lossUnreadable)
			return
		}
		m.Links = append(m.Links, l.About())
	case cbor.Array:
		for i, v := range v.Items {
			if at := (place{path, i}).of(""); v.Kind() == cbor.Array || i >= maxLinks {
				m.lose(at, lossUnreadable)
			} else {
				m.link(at, v)
			}
		}
	case cbor.Map:
		for k, u := range v.Pairs {
			if k.Text == "u" && u.Kind() == cbor.Text {
				m.link(path+".u", u)
			} else {
				m.lose(place{group: path, n: -1}.of(k.Text), lossDropped)
			}
		}
	default:
		m.unread(path, v)
	}
}

// maxLinks is the number of links of a code that are read.
const maxLinks = 8

// LinksSkippingVerification returns the health links of a code of the content
// link, with their keys, although nobody checked who gave them: to follow one,
// when its holder asks for it. Texts that are no link are left out.
func (u *Unverified) LinksSkippingVerification() []shl.Link {
	if u.Content() != "link" {
		return nil
	}
	var out []shl.Link
	add := func(v cbor.Value) {
		if s, ok := v.Text(); ok && len(out) < maxLinks {
			if l, err := shl.Parse(s); err == nil {
				out = append(out, l)
			}
		}
	}
	one := func(v cbor.Value) {
		add(v)
		for k, u := range v.Pairs {
			if k.Text == "u" {
				add(u)
			}
		}
	}
	one(u.opened().content)
	for _, item := range u.opened().content.Items {
		one(item)
	}
	return out
}
