package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
	"github.com/pratique/pratique/vectors"
)

var countries = []string{"XA", "XB", "XC", "XD"}

// documents are the specimen of ICAO 9303, and one whose number is the next.
var documents = map[string]vectors.Holder{
	"anna":  {Number: "L898902C3", Country: "UTO", Birth: "1974-08-12"},
	"other": {Number: "L898902C4", Country: "UTO", Birth: "1974-08-12"},
}

// officeKey is a key of a country for some uses. XB's are Ed25519, the others' P-256.
func officeKey(name string) key {
	label := "history " + name
	if strings.HasPrefix(name, "XB") {
		return edKey(label)
	}
	return ecKey(label, elliptic.P256(), -7)
}

// officeUses are the offices that each country has.
var officeUses = []struct {
	office string
	uses   []trust.Use
}{
	{"border", []trust.Use{trust.Stamp}}, {"health", []trust.Use{trust.Notice, trust.Exposure}},
	{"statistics", []trust.Use{trust.Areas}}, {"laboratory", []trust.Use{trust.Test}},
}

// officeList is the key list of a country.
func officeList(country string) string {
	var entries []lists.Entry
	add := func(name string, uses []trust.Use, until time.Time) {
		k := officeKey(country + "-" + name)
		entries = append(entries, lists.Entry{Comment: []string{"# DEMO: " + name}, Key: &trust.Key{
			ID: k.id, Public: k.priv.Public(), Country: country, Uses: trust.Uses{Of: uses}, NotBefore: begins.AddDate(-1, 0, 0), NotAfter: until}})
	}
	for _, o := range officeUses {
		add(o.office, o.uses, ends)
	}
	if country == "XA" {
		add("old", []trust.Use{trust.Stamp}, moment("2026-11-01T10:00:00+01:00").UTC())
	}
	return trustText(country, entries...)
}

// line is a line that stands for a code, taken apart.
type line struct {
	words   []string
	options []string // NAME=VALUE
}

func readLine(s string) line {
	var l line
	for _, w := range strings.Fields(s) {
		if strings.Contains(w, "=") && !strings.HasPrefix(s, "text ") {
			l.options = append(l.options, w)
		} else {
			l.words = append(l.words, w)
		}
	}
	return l
}

// option returns the last value of an option, or another.
func (l line) option(name, otherwise string) string {
	for _, o := range slices.Backward(l.options) {
		if k, v, _ := strings.Cut(o, "="); k == name {
			return spaced(v)
		}
	}
	return otherwise
}

// file makes the file of a case.
func (c *historyCase) file() string {
	hashes := map[int][]byte{}
	var made []string // the words of each line
	text := c.head + "\n"
	for i, s := range c.lines {
		l := readLine(s)
		if l.words[0] == "again" {
			before := readLine(made[number(l.words[1])-2])
			before.options = append(before.options, l.options...)
			l, s = before, strings.Join(append(before.words, before.options...), " ")
		}
		made = append(made, s)
		switch l.words[0] {
		case "stamp", "notice", "signed":
			code, hash := l.code(hashes)
			hashes[i+2] = hash
			text += map[string]string{"stamp": "stamp ", "notice": "notice ", "signed": "exposure "}[l.words[0]] + code + "\n"
		case "text": // as it stands
			text += strings.TrimSuffix(strings.TrimPrefix(s, "text "), "$") + "\n"
		default:
			text += s + "\n"
		}
	}
	return text
}

// code makes the code of a line, wrong on purpose where an option says so:
//
//	issued until holder by              when, for how long, for whom, with which key
//	port purpose category prev          of a stamp; prev is a line, or a word for one that is not shown
//	reason appeal disease authority of  of a notice; made disease authority of an exposure day
//	set:K=N text:K=S del:K claim:K=N    a field of the content, or a claim, made otherwise
//	issuer=CODE as=N                    another jurisdiction, another kind of content
//	sig=flip/twin content=flip kid=none alg=N cut=N
func (l line) code(hashes map[int][]byte) (string, []byte) {
	p := l.plan(hashes)
	l.fields(&p.content)
	issued := moment(l.option("issued", p.issued))
	until := moment(l.option("until", issued.AddDate(1, 0, 0).Format(time.RFC3339)))
	c := newCode(officeKey(l.option("by", l.words[1]+"-"+p.office)), nil)
	c.claims = omap{{1, l.option("issuer", l.words[1])}, {4, int(until.Unix())}, {6, int(issued.Unix())}}
	l.claims(c)
	if kind := number(l.option("as", strconv.Itoa(p.kind))); kind == 1 {
		c.claims.set(-260, omap{{1, dcc("t", testEntry())}})
	} else {
		c.claims.set(-260, omap{{kind, p.content}})
	}
	l.spoil(c)
	prot := encode(c.prot)
	tbs := encode([]any{"Signature1", prot, []byte{}, encode(c.claims)})
	hash := sha256.Sum256(tbs)
	return c.String(), hash[:16]
}

// plan is what is signed, of what kind, when and by which office, if no option
// says otherwise.
type plan struct {
	content omap
	kind    int
	issued  string
	office  string
}

func (l line) plan(hashes map[int][]byte) plan {
	switch l.words[0] {
	case "stamp":
		return l.stamp(hashes)
	case "notice":
		return l.notice(hashes)
	}
	return l.day()
}

// bind adds salt and commitment.
func (l line) bind(content *omap) {
	salt := bytesOf("salt "+strings.Join(l.words, " "), 16)
	content.set(6, salt)
	content.set(7, commitment(salt, documents[l.option("holder", "anna")]))
}

// optional adds a text, if there is one.
func (l line) optional(content *omap, field int, name string) {
	if v := l.option(name, ""); v != "" {
		content.set(field, v)
	}
}

// name adds the hash of another line, if one is named.
func (l line) name(content *omap, option string, hashes map[int][]byte) {
	if s := l.option(option, ""); s != "" {
		content.set(8, named(s, hashes))
	}
}

func (l line) stamp(hashes map[int][]byte) plan {
	p := plan{kind: -7, office: "border", issued: l.words[3]}
	p.content = omap{{1, map[string]int{"entry": 1, "exit": 2}[l.words[2]]}, {2, offset(moment(p.issued))}}
	l.optional(&p.content, 3, "port")
	if n := slices.Index(purposes, l.option("purpose", "")); n > 0 {
		p.content.set(4, n)
	}
	if n := slices.Index(categories, l.option("category", "")); n > 0 {
		p.content.set(5, n)
	}
	l.bind(&p.content)
	l.name(&p.content, "prev", hashes)
	return p
}

func (l line) notice(hashes map[int][]byte) plan {
	p := plan{kind: -8, office: "health", issued: l.words[4]}
	order := l.words[2] == "order"
	p.content = omap{{1, map[bool]int{true: 1, false: 2}[order]}, {2, offset(moment(l.option("issued", p.issued)))}, {3, l.words[3]}, {4, l.option("reason", "contact with a case on 3 November")}}
	if order {
		p.content.set(5, l.option("appeal", "+99 555 0100"))
	}
	l.bind(&p.content)
	l.name(&p.content, "of", hashes)
	p.content.set(9, int(moment(l.words[4]).Unix()))
	if order {
		p.content.set(10, int(moment(l.words[5]).Unix()))
	}
	l.optional(&p.content, 11, "disease")
	l.optional(&p.content, 12, "authority")
	return p
}

func (l line) day() plan {
	p := plan{kind: -9, office: "health", issued: l.option("made", "")}
	date, err := time.Parse(time.DateOnly, l.words[2])
	must(err)
	p.content = omap{{1, slices.Index([]string{"none", "low", "high"}, l.words[3])}, {2, offset(moment(p.issued))}, {3, l.words[4]}, {4, l.words[5]}}
	l.bind(&p.content)
	p.content.set(9, int(date.Unix()/86400))
	l.optional(&p.content, 11, "disease")
	l.optional(&p.content, 12, "authority")
	return p
}

var (
	purposes   = []string{"", "tourism", "business", "work", "study", "family", "transit", "pilgrimage", "medical", "official", "return"}
	categories = []string{"", "resident", "visitor", "business", "crew", "pilgrim", "diplomat", "refugee"}
)

// fields changes fields of a content.
func (l line) fields(content *omap) {
	for _, o := range l.options {
		k, v, _ := strings.Cut(o, "=")
		switch name, field, _ := strings.Cut(k, ":"); name {
		case "set":
			content.set(number(field), number(v))
		case "text":
			content.set(number(field), spaced(v))
		case "bytes":
			content.set(number(field), make([]byte, number(v)))
		case "del":
			content.del(number(field))
		}
	}
}

// claims changes claims.
func (l line) claims(c *code) {
	for _, o := range l.options {
		k, v, _ := strings.Cut(o, "=")
		switch name, claim, _ := strings.Cut(k, ":"); name {
		case "claim":
			c.claims.set(number(claim), int(moment(v).Unix()))
		case "noclaim":
			c.claims.del(number(claim))
		}
	}
}

// spoil changes what is outside of the claims.
func (l line) spoil(c *code) {
	flip := func(b []byte) []byte {
		b = bytes.Clone(b)
		b[len(b)-1] ^= 1
		return b
	}
	switch l.option("sig", "") {
	case "flip":
		c.sig = flip
	case "twin": // of ECDSA: s and n-s are both good
		c.sig = func(b []byte) []byte {
			n := c.key.priv.Public().(*ecdsa.PublicKey).Params().N
			s := new(big.Int).SetBytes(b[32:])
			return append(bytes.Clone(b[:32]), s.Sub(n, s).FillBytes(make([]byte, 32))...)
		}
	}
	if l.option("content", "") == "flip" {
		c.after = flip
	}
	if l.option("kid", "") == "none" {
		c.prot.del(4)
	}
	if n := l.option("alg", ""); n != "" {
		c.prot.set(1, number(n))
	}
	if n := l.option("cut", ""); n != "" {
		c.text = func(s string) string { return s[:len(s)-number(n)] }
	}
}

// named is the hash of a line, or of a stamp or order that is not shown.
func named(s string, hashes map[int][]byte) []byte {
	if n, err := strconv.Atoi(s); err == nil {
		if hashes[n] == nil {
			panic("no code on line " + s)
		}
		return hashes[n]
	}
	h := sha256.Sum256([]byte(s))
	return h[:16]
}

// commitment is the one of package history, computed by its description.
func commitment(salt []byte, h vectors.Holder) []byte {
	birth := h.Birth[2:4] + h.Birth[5:7] + h.Birth[8:10]
	sum := sha256.Sum256([]byte("pratique-holder/1\x00" + string(salt) + h.Country + "\x00" + h.Number + "\x00" + birth))
	return sum[:16]
}

func offset(t time.Time) int {
	_, seconds := t.Zone()
	return seconds / 60
}

func same(a, b vectors.HistoryWant) bool {
	x, err := json.Marshal(a)
	must(err)
	y, err := json.Marshal(b)
	must(err)
	return bytes.Equal(x, y)
}

// areaLists are the lists of two countries, good and bad.
func areaLists() map[string]string {
	list := func(country, from, until, level string) string {
		return "pratique-areas/1.0\njurisdiction " + country + "\npublished " + from + "\nuntil " + until + "\nfloor 20000\ndays 7\n\n" +
			"area 01 812000 41.7 " + level + " North\narea 02 97500 8 low The Isles\narea 03 20000 0.05 low Süd-Île\n"
	}
	sign := func(office, text string) string {
		b, err := signed.Sign([]byte(text), officeKey(office).priv, nil)
		must(err)
		return string(b)
	}
	const a, b, c, d, e = "2026-11-01T06:00:00+01:00", "2026-11-08T06:00:00+01:00", "2026-11-12T06:00:00+01:00", "2026-11-15T06:00:00+01:00", "2026-11-19T06:00:00+01:00"
	first := list("XA", a, b, "low")
	out := map[string]string{
		"areas-1": sign("XA-statistics", first),
		"areas-2": sign("XA-statistics", list("XA", b, d, "high")),
		"areas-3": sign("XA-statistics", list("XA", c, e, "medium")),
		"areas-b": sign("XB-statistics", list("XB", a, "2026-11-30T06:00:00+01:00", "extreme")),

		"areas-unsigned": first,
		"areas-by-b":     sign("XB-statistics", first),
		"areas-border":   sign("XA-border", first),
		"areas-changed":  strings.Replace(sign("XA-statistics", first), " 41.7 ", " 141.7 ", 1),
		"areas-small":    sign("XA-statistics", strings.Replace(first, "03 20000", "03 19999", 1)),
		"areas-floor":    sign("XA-statistics", strings.Replace(strings.Replace(first, "03 20000", "03 500", 1), "floor 20000", "floor 500", 1)),
		"areas-month":    sign("XA-statistics", strings.Replace(first, "until 2026-11-08", "until 2026-12-03", 1)),
		"areas-order":    sign("XA-statistics", strings.Replace(first, "area 02", "area 04", 1)),
		"areas-noon":     sign("XA-statistics", list("XA", noon, "2026-11-29T06:00:00+01:00", "low")),
	}
	return out
}
