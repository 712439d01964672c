package mrz

import "strings"

// A Kind is one of the layouts of Doc 9303. The zero Kind is none.
type Kind uint8

const (
	NoKind Kind = iota
	TD1         // three lines of 30: cards (part 5)
	TD2         // two lines of 36: larger cards (part 6)
	TD3         // two lines of 44: passports (part 4)
	MRVA        // two lines of 44: visas (part 7)
	MRVB        // two lines of 36: smaller visas (part 7)
)

func (k Kind) String() string {
	if k > MRVB {
		return ""
	}
	return [...]string{"", "TD1", "TD2", "TD3", "MRV-A", "MRV-B"}[k]
}

// NameWidth is the length of the name field.
func (k Kind) NameWidth() int {
	if k == NoKind || k > MRVB {
		return 0
	}
	return layouts[k].name.to - layouts[k].name.from
}

// A Document is what passport lines say. Fields are without trailing fillers;
// fillers inside are kept, because they stand for characters that the lines
// cannot show.
type Document struct {
	Kind        Kind
	Code        string // P, PP, I, V ...
	Issuer      string // issuing State, up to three letters (D is Germany)
	Number      string // longer than nine characters in TD1 and TD2 only
	Nationality string
	Birth       ShortDate
	Sex         string // M, F or empty: not specified
	Expiry      ShortDate
	Optional    string // personal number (TD3), optional data
	Optional2   string // TD1: optional data of the middle line
	Name        string // the name field: primary<<secondary

	// FillerCheck says that the check digit of an empty Optional in TD3 is
	// written <, which Doc 9303-4 allows beside 0.
	FillerCheck bool
}

// Truncated says that the name field is full to its last character, so that
// the name must be treated as truncated (Doc 9303-4, 4.2.3).
func (d Document) Truncated() bool {
	return d.Name != "" && len(d.Name) == d.Kind.NameWidth()
}

// Holder is the name of the holder, for [Match].
func (d Document) Holder() Name {
	n := Name{Truncated: d.Truncated()}
	n.FamilyICAO, n.GivenICAO = SplitName(d.Name)
	return n
}

// A span is a place in the lines: line, first column, column after the last.
type span struct{ line, from, to int }

// A layout says where the fields of a kind stand, columns from 0. The check
// digit of a field follows it, if it has one; composite lists what the
// composite check digit at its last place covers.
type layout struct {
	lines, width                           int
	number, nationality, birth, sex        span
	expiry, optional, optional2, name, all span
	composite                              []span
}

var layouts = [...]layout{
	TD1: {
		lines: 3, width: 30,
		number: span{0, 5, 14}, optional: span{0, 15, 30},
		birth: span{1, 0, 6}, sex: span{1, 7, 8}, expiry: span{1, 8, 14},
		nationality: span{1, 15, 18}, optional2: span{1, 18, 29}, all: span{1, 29, 30},
		name:      span{2, 0, 30},
		composite: []span{{0, 5, 30}, {1, 0, 7}, {1, 8, 15}, {1, 18, 29}},
	},
	TD2: {
		lines: 2, width: 36,
		name:   span{0, 5, 36},
		number: span{1, 0, 9}, nationality: span{1, 10, 13}, birth: span{1, 13, 19}, sex: span{1, 20, 21},
		expiry: span{1, 21, 27}, optional: span{1, 28, 35}, all: span{1, 35, 36},
		composite: []span{{1, 0, 10}, {1, 13, 20}, {1, 21, 35}},
	},
	TD3: {
		lines: 2, width: 44,
		name:   span{0, 5, 44},
		number: span{1, 0, 9}, nationality: span{1, 10, 13}, birth: span{1, 13, 19}, sex: span{1, 20, 21},
		expiry: span{1, 21, 27}, optional: span{1, 28, 42}, all: span{1, 43, 44},
		composite: []span{{1, 0, 10}, {1, 13, 20}, {1, 21, 43}},
	},
	MRVA: {
		lines: 2, width: 44,
		name:   span{0, 5, 44},
		number: span{1, 0, 9}, nationality: span{1, 10, 13}, birth: span{1, 13, 19}, sex: span{1, 20, 21},
		expiry: span{1, 21, 27}, optional: span{1, 28, 44},
	},
	MRVB: {
		lines: 2, width: 36,
		name:   span{0, 5, 36},
		number: span{1, 0, 9}, nationality: span{1, 10, 13}, birth: span{1, 13, 19}, sex: span{1, 20, 21},
		expiry: span{1, 21, 27}, optional: span{1, 28, 36},
	},
}

// Lines writes the document as lines, with all check digits. It is the inverse
// of [Parse]: what does not come back the same is [ErrValue].
func (d Document) Lines() ([]string, error) {
	if d.Kind == NoKind || d.Kind > MRVB {
		return nil, ErrValue
	}
	lay := layouts[d.Kind]
	page := make([][]byte, lay.lines)
	for i := range page {
		page[i] = []byte(fill(lay.width))
	}
	ok := true
	put := func(s span, text string) {
		if len(text) > s.to-s.from {
			ok = false
			return
		}
		copy(page[s.line][s.from:s.to], text)
	}
	get := func(s span) string { return string(page[s.line][s.from:s.to]) }
	check := func(s span) { page[s.line][s.to] = CheckDigit(get(s)) }

	put(span{0, 0, 2}, d.Code)
	put(span{0, 2, 5}, d.Issuer)
	put(lay.nationality, d.Nationality)
	put(lay.birth, string(d.Birth))
	put(lay.sex, d.Sex)
	put(lay.expiry, string(d.Expiry))
	put(lay.name, d.Name)
	check(lay.birth)
	check(lay.expiry)
	if long := len(d.Number) > 9; long {
		put(lay.number, d.Number[:9])
		put(lay.optional, d.Number[9:]+string(CheckDigit(d.Number))+"<"+d.Optional)
		ok = ok && (d.Kind == TD1 || d.Kind == TD2)
	} else {
		put(lay.number, d.Number)
		check(lay.number)
		put(lay.optional, d.Optional)
	}
	if d.Kind == TD1 {
		put(lay.optional2, d.Optional2)
	}
	if d.Kind == TD3 && !d.FillerCheck {
		check(lay.optional)
	}
	if lay.composite != nil {
		page[lay.all.line][lay.all.from] = CheckDigit(composite(lay, get))
	}
	lines := make([]string, lay.lines)
	for i := range page {
		lines[i] = string(page[i])
		ok = ok && strings.Trim(lines[i], "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<") == ""
	}
	if back, err := read(d.Kind, lines); !ok || err != nil || back != d {
		return nil, ErrValue
	}
	return lines, nil
}

func composite(lay layout, get func(span) string) string {
	var b strings.Builder
	for _, s := range lay.composite {
		b.WriteString(get(s))
	}
	return b.String()
}
