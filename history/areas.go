package history

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
)

const areasName = "pratique-areas"

// Limits of area lists.
const (
	// MinFloor is the smallest floor: no list may name a unit with fewer people.
	// It is the number that the United States' rule on health data has for areas
	// that may be named (45 CFR 164.514(b)(2)(i)(B)).
	MinFloor  = 20_000
	MaxAreas  = 5_000
	maxPeople = 2_000_000_000
	maxDays   = 366
	maxFigure = 100_000_00 // hundredths: everybody
	maxSpan   = 31 * 24 * time.Hour
)

var (
	// ErrAreas means that a text breaks the grammar; the error says where.
	ErrAreas = errors.New("not a " + areasName + " text")
	// ErrFloor means that a list names a unit with fewer people than its floor,
	// or that its floor is below [MinFloor]. The whole list is refused.
	ErrFloor = errors.New("the list names an area with too few people")
	// ErrAreaSigner means that no trusted key of the list's jurisdiction signed it.
	ErrAreaSigner = errors.New("no trusted key of the jurisdiction for area lists signed the list")
)

// AreaList is what a jurisdiction publishes about its own regions for some days:
// open data, signed, in whole administrative units, so that it says nothing
// about a building, a street or a person.
//
//	list  = "pratique-areas/1." minor LF
//	        "jurisdiction " code LF
//	        "published " moment LF            ; the list says what holds from then on
//	        "until " moment LF                ; at most 31 days later
//	        "floor " number LF                ; no unit has fewer people; at least MinFloor
//	        "days " number LF                 ; over which cases are counted, 1 to 366
//	        LF
//	        1*area
//	area  = "area " region SP population SP cases SP level SP name LF
//	cases = number ["." 1*2 digit]            ; per 100,000 people, no zero at the end
//
// population is a number; code, region, word (for level) and moment are those of
// the package comment; name is 1 to 100 bytes on one line. Areas are in the order
// of their regions, none twice; numbers have no zero before them. It is a text of
// internal/signed, signed by a key with the use "areas" of the jurisdiction. What
// parses is printed again byte for byte. A level is the publisher's word (low,
// medium, high); what it means is for rules. Limits: [MaxAreas], and those of
// internal/signed.
//
//	pratique-areas/1.0
//	jurisdiction XA
//	published 2026-11-20T06:00:00+01:00
//	until 2026-11-27T06:00:00+01:00
//	floor 20000
//	days 7
//
//	area 01 812000 41.7 medium North
//	area 02 97500 8 low The Isles
type AreaList struct {
	Minor        int
	Jurisdiction string
	Published    time.Time
	Until        time.Time
	Floor        int
	Days         int
	Areas        []Area
}

// Area is one administrative unit.
type Area struct {
	Region     string
	Population int
	Cases      int // per 100,000 people within the list's days, in hundredths
	Level      string
	Name       string
}

// ParseAreas reads a list and verifies nothing. A signed one is read with [OpenAreas].
func ParseAreas(text []byte) (AreaList, error) {
	f, err := signed.Parse(text)
	if err != nil {
		return AreaList{}, fmt.Errorf("%w: %w", ErrAreas, err)
	}
	if len(f.Signatures) > 0 {
		return AreaList{}, fmt.Errorf("%w: the signatures do not belong to the text", ErrAreas)
	}
	return parseAreas(f)
}

// OpenAreas reads a list that a trusted key of its own jurisdiction signed, not
// after the moment of the verdict. It wraps [ErrAreas], [ErrFloor], [ErrAreaSigner],
// or an error of a signature that does not verify.
func OpenAreas(data []byte, keys *trust.Keys, at time.Time) (AreaList, error) {
	f, err := signed.Parse(data)
	if err != nil {
		return AreaList{}, fmt.Errorf("%w: %w", ErrAreas, err)
	}
	l, err := parseAreas(f)
	if err != nil {
		return AreaList{}, err
	}
	if l.Published.After(at) {
		return AreaList{}, fmt.Errorf("%w: published in the future", ErrAreas)
	}
	var mine []crypto.PublicKey
	for _, k := range keys.All() {
		if k.Country == l.Jurisdiction && k.Uses.Allows(trust.Areas) && k.InForce(l.Published) && signs(k.Public) {
			mine = append(mine, k.Public)
		}
	}
	if _, err := f.Verify(mine...); err != nil {
		return AreaList{}, fmt.Errorf("%w: %w", ErrAreaSigner, err)
	}
	return l, nil
}

// signs reports whether a key is one with which texts are signed.
func signs(k crypto.PublicKey) bool {
	switch k := k.(type) {
	case ed25519.PublicKey:
		return len(k) == ed25519.PublicKeySize
	case *ecdsa.PublicKey:
		return k.Curve == elliptic.P256()
	}
	return false
}

// parseAreas reads the text of a list.
func parseAreas(f signed.File) (AreaList, error) {
	if f.Name != areasName || f.Major != 1 {
		return AreaList{}, fmt.Errorf("%w: it is %s/%d.%d", ErrAreas, f.Name, f.Major, f.Minor)
	}
	l := AreaList{Minor: f.Minor}
	head, body, _ := strings.Cut(string(f.Body()), "\n\n")
	if !l.head(strings.Split(head, "\n")) {
		return AreaList{}, fmt.Errorf("%w: the head is not jurisdiction, published, until, floor, days", ErrAreas)
	}
	if n := strings.Count(body, "\n"); n == 0 || n > MaxAreas {
		return AreaList{}, fmt.Errorf("%w: %d areas, not 1 to %d", ErrAreas, n, MaxAreas)
	}
	l.Areas = make([]Area, 0, strings.Count(body, "\n"))
	for line := range strings.Lines(body) {
		a, ok := parseArea(strings.TrimSuffix(line, "\n"))
		if n := len(l.Areas); !ok || n > 0 && l.Areas[n-1].Region >= a.Region {
			return AreaList{}, fmt.Errorf("%w: area %d: not region, population, cases, level, name, or not in order", ErrAreas, n+1)
		}
		l.Areas = append(l.Areas, a)
	}
	if err := l.checkFloor(); err != nil {
		return AreaList{}, err
	}
	return l, nil
}

func (l *AreaList) head(lines []string) bool {
	if len(lines) != 5 {
		return false
	}
	var value [5]string
	for i, name := range []string{"jurisdiction ", "published ", "until ", "floor ", "days "} {
		var ok bool
		if value[i], ok = strings.CutPrefix(lines[i], name); !ok {
			return false
		}
	}
	var ok [4]bool
	l.Jurisdiction = value[0]
	l.Published, ok[0] = parseMoment(value[1])
	l.Until, ok[1] = parseMoment(value[2])
	l.Floor, ok[2] = number(value[3], maxPeople)
	l.Days, ok[3] = number(value[4], maxDays)
	return isCountry(l.Jurisdiction) && ok == [4]bool{true, true, true, true} && l.Days > 0 &&
		l.Published.Before(l.Until) && l.Until.Sub(l.Published) <= maxSpan
}

func (l *AreaList) checkFloor() error {
	if l.Floor < MinFloor {
		return fmt.Errorf("%w: its floor is %d, below %d", ErrFloor, l.Floor, MinFloor)
	}
	for i, a := range l.Areas {
		if a.Population < l.Floor {
			return fmt.Errorf("%w: area %d has %d people, below the floor of %d", ErrFloor, i+1, a.Population, l.Floor)
		}
	}
	return nil
}

func parseArea(line string) (Area, bool) {
	f := strings.SplitN(line, " ", 6)
	if len(f) != 6 || f[0] != "area" {
		return Area{}, false
	}
	a := Area{Region: f[1], Level: f[4], Name: f[5]}
	var ok [2]bool
	a.Population, ok[0] = number(f[2], maxPeople)
	a.Cases, ok[1] = hundredths(f[3])
	return a, ok[0] && ok[1] && isRegion(a.Region) && isWord(a.Level) && a.Name != "" && len(a.Name) <= 100 && isLine(a.Name)
}

// number reads a number as strconv prints it.
func number(s string, most int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= most && strconv.Itoa(n) == s
}

// hundredths reads what [appendHundredths] prints.
func hundredths(s string) (int, bool) {
	whole, part, dot := strings.Cut(s, ".")
	n, ok := number(whole, maxFigure/100)
	if !ok || dot && (part == "" || len(part) > 2 || strings.HasSuffix(part, "0")) {
		return 0, false
	}
	for i := range 2 {
		d := byte('0')
		if i < len(part) {
			d = part[i]
		}
		if d < '0' || d > '9' {
			return 0, false
		}
		n = n*10 + int(d-'0')
	}
	return n, n <= maxFigure
}

func appendHundredths(b []byte, n int) []byte {
	b = strconv.AppendInt(b, int64(n/100), 10)
	switch n %= 100; {
	case n == 0:
		return b
	case n%10 == 0:
		return append(b, '.', byte('0'+n/10))
	}
	return append(b, '.', byte('0'+n/10), byte('0'+n%10))
}

// Bytes prints the list, without signatures.
func (l AreaList) Bytes() []byte {
	b := fmt.Appendf(nil, "%s/1.%d\njurisdiction %s\npublished %s\nuntil %s\nfloor %d\ndays %d\n\n", areasName, l.Minor,
		l.Jurisdiction, l.Published.Format(time.RFC3339), l.Until.Format(time.RFC3339), l.Floor, l.Days)
	for _, a := range l.Areas {
		b = append(b, "area "+a.Region+" "...)
		b = append(strconv.AppendInt(b, int64(a.Population), 10), ' ')
		b = append(appendHundredths(b, a.Cases), ' ')
		b = append(b, a.Level+" "+a.Name+"\n"...)
	}
	return b
}

// Find returns the area of a region.
func (l AreaList) Find(region string) (Area, bool) {
	i, ok := slices.BinarySearchFunc(l.Areas, region, func(a Area, r string) int { return cmp.Compare(a.Region, r) })
	if !ok {
		return Area{}, false
	}
	return l.Areas[i], true
}

// Lacks is what keeps a place from being looked up.
type Lacks string

// What can be lacking.
const (
	NoList   Lacks = "no_list"   // no list of the jurisdiction was in force
	NoRegion Lacks = "no_region" // the region is not known
	NoArea   Lacks = "no_area"   // the list in force does not have the region
)

// Local is what lists say about one place at one time.
type Local struct {
	From, Until time.Time
	Place       Place
	Sure        bool // it is the only place where the person can have been
	Area        Area // zero if something is lacking
	Lacks       Lacks
	Published   time.Time // of the list; zero if none
}

// Local looks up the places of a part in the lists that were in force: a list
// says what holds from its publication until its end, or until a later one of
// its jurisdiction is published. What was known at the time counts, not what a
// later list says of an earlier day. The order of the lists does not matter.
func (p Part) Local(lists []AreaList) []Local {
	var out []Local
	for _, place := range p.Places {
		for from := p.From; from.Before(p.Until); {
			list, until := inForce(lists, place.In, from, p.Until)
			l := Local{From: from, Until: until, Place: place, Sure: p.Sure && len(p.Places) == 1}
			switch {
			case list == nil:
				l.Lacks = NoList
			case place.Region == "":
				l.Lacks, l.Published = NoRegion, list.Published
			default:
				area, ok := list.Find(place.Region)
				if l.Area, l.Published = area, list.Published; !ok {
					l.Lacks = NoArea
				}
			}
			out = append(out, l)
			from = until
		}
	}
	return out
}

// inForce returns the list of a jurisdiction that holds at a moment, and until
// when nothing else does.
func inForce(lists []AreaList, in string, at, until time.Time) (*AreaList, time.Time) {
	var best *AreaList
	for i := range lists {
		switch l := &lists[i]; {
		case l.Jurisdiction != in || !l.Until.After(at):
		case l.Published.After(at):
			until = earlier(until, l.Published)
		case best == nil || newer(l, best):
			best = l
		}
	}
	if best != nil {
		until = earlier(until, best.Until)
	}
	return best, until
}

// newer decides between lists, also between two that were published at once.
func newer(a, b *AreaList) bool {
	return cmp.Or(a.Published.Compare(b.Published), a.Until.Compare(b.Until), slices.CompareFunc(a.Areas, b.Areas, func(x, y Area) int {
		return cmp.Or(cmp.Compare(x.Region, y.Region), cmp.Compare(x.Cases, y.Cases), cmp.Compare(x.Level, y.Level), cmp.Compare(x.Population, y.Population), cmp.Compare(x.Name, y.Name))
	})) > 0
}
