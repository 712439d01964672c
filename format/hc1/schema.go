package hc1

import (
	"strings"
	"unicode/utf8"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/cbor"
)

// Issue is a place where content breaks the schema of its own version. It
// repeats nothing of the content.
type Issue struct {
	Path string // in the content: "v.0.dn"; empty: all of it
	What string // see [Schema]
}

// What an Issue says.
const (
	issueMissing  = "missing"          // a field that must be there, or one of fnt and gnt
	issueType     = "type"             // text, number, list or map expected
	issuePattern  = "pattern"          // characters or form that the schema excludes
	issueLength   = "length"           // too long
	issueRange    = "range"            // a number too small or too large
	issueDate     = "date"             // no date with year, month and day
	issueMoment   = "date_time"        // no date with time and zone
	issueOneGroup = "one_group"        // not exactly one of v, t, r
	issueOneEntry = "one_entry"        // not exactly one entry in the group
	issueVersion  = "unknown_version"  // a version whose schema is not known here
	issueNoSchema = "no_schema"        // content of a kind that has none here
	issueUnlisted = "not_in_value_set" // see [Unlisted]
)

// Schema lists where the content of a payload (trust.Signed.Raw) breaks the
// schema of its own version: missing, type, pattern, length, range, date,
// date_time, one_group, one_entry; unknown_version or no_schema where there is
// none to judge by; or the code of an [*Error] where the payload cannot be read.
//
// The schemas are those of eu-dcc-schema 1.0.0 to 1.3.3, with the rule of the
// hcert specification that a certificate has exactly one of v, t and r, which
// the schemas say from 1.3.0 on. A vaccination certificate of the International
// Health Regulations is judged by WHO's model (smart-icvp): name, birth date,
// one vaccination with product, date and lot, and a centre or a clinician who
// answers for it; the later set of names needs sex, nationality and version too.
// The form of a date is not among the rules (in
// JSON Schema, format is an annotation): a date must be one, and may have a
// time of day, as in public vectors of Bulgaria and Poland. Fields that are
// null count as absent, as in those of Bulgaria. A version between two of these is judged
// by the one before (1.0.4, of which there are four in the public data, by
// 1.0.1), a later 1.x by 1.3.3.
//
// A certificate that breaks its schema can be as genuine as any: the schema is
// an issuer's duty, and no holder can mend it.
func Schema(raw string) []Issue {
	c, err := open(raw)
	if err != nil {
		return []Issue{{What: err.(*Error).Code()}}
	}
	return c.schema()
}

func (c *claims) schema() []Issue {
	if c.kind == kindICVP && c.content.Kind() == cbor.Map {
		s := checker{edition: &editions[0]} // which has no bounds that this content shares
		s.regulations(c.content)
		return s.issues
	}
	if c.kind == kindLink {
		m := mapper{new(cert.Certificate)}
		if m.link(c.path, c.content); len(m.Links) == 0 || len(m.Losses) > 0 {
			return []Issue{{c.path, issueType}}
		}
		return nil
	}
	if c.kind != kindDCC {
		return []Issue{{c.path, issueNoSchema}}
	}
	version, _ := get(c.content, "ver").Text()
	s := checker{edition: editionOf(version)}
	if s.edition == nil {
		return []Issue{{"ver", issueVersion}}
	}
	s.certificate(c.content)
	return s.issues
}

// Unlisted lists the codes of a European certificate that a value set does not
// have, as not_in_value_set. The sets are asked by their identifiers in
// eu-dcc-valuesets: disease-agent-targeted, sct-vaccines-covid-19 ... A code
// that a verifier's sets lack is no fault of the certificate (sets are added
// to, and verifiers fall behind): whether it counts is for the rules to say.
func Unlisted(raw string, listed func(set, code string) bool) []Issue {
	c, err := open(raw)
	if err != nil || c.kind != kindDCC {
		return nil
	}
	var out []Issue
	for k, group := range c.content.Pairs {
		for i, entry := range group.Items {
			for _, f := range fields[k.Text] {
				code, ok := get(entry, f.key).Text()
				if ok && f.set != "" && code != "" && !listed(f.set, strings.TrimSpace(code)) {
					out = append(out, Issue{place{k.Text, i}.of(f.key), issueUnlisted})
				}
			}
		}
	}
	return out
}

// edition is the rules of a version that differ from those of others.
type edition struct {
	from     [3]int // the first version that has these rules
	length   int    // the longest name, issuer, identifier and centre, in characters
	lengthNM int    // the longest name of a test; 0: any
	doses    int64  // the greatest dn and sd; 0: any
	dob      birth
	single   bool // exactly one entry
	centre   bool // tc is required
	reported bool // dr is a field
	given    bool // gnt will do for fnt
}

// birth is the form of a birth date.
type birth int

const (
	birthFull    birth = iota // YYYY-MM-DD, and anything after it
	birthPartial              // or YYYY-MM, YYYY
	birthEmpty                // or nothing
)

// editions are in ascending order. 1.0.1, 1.2.1, 1.3.1 and 1.3.3 changed no rule.
var editions = []edition{
	{from: [3]int{1, 0, 0}, length: 50, doses: 9, centre: true, reported: true},
	{from: [3]int{1, 1, 0}, length: 50, doses: 9, centre: true, reported: true, dob: birthPartial},
	{from: [3]int{1, 2, 0}, length: 50, doses: 9, centre: true, dob: birthPartial},
	{from: [3]int{1, 3, 0}, length: 80, lengthNM: 80, dob: birthEmpty, single: true},
	{from: [3]int{1, 3, 2}, length: 80, lengthNM: 80, dob: birthEmpty, single: true, given: true},
}

// editionOf returns the rules for a version, or nil.
func editionOf(version string) *edition {
	var v [3]int
	n := 0
	for part := range strings.SplitSeq(version, ".") {
		if n == len(v) || part == "" || len(part) > 4 {
			return nil
		}
		for i := range len(part) {
			if !digit(part[i]) {
				return nil
			}
			v[n] = v[n]*10 + int(part[i]-'0')
		}
		n++
	}
	if n != len(v) || v[0] != 1 {
		return nil
	}
	for i := len(editions) - 1; ; i-- { // the first edition is 1.0.0, which no 1.x precedes
		if from := editions[i].from; v[1] > from[1] || v[1] == from[1] && v[2] >= from[2] {
			return &editions[i]
		}
	}
}

// form is what a field must be.
type form int

const (
	formText    form = iota // any text
	formShort               // text of at most edition.length
	formTest                // text of at most edition.lengthNM
	formICAO                // short text of A to Z and <
	formCountry             // text with an upper-case letter: the schema's pattern has no anchors
	formDose                // number
	formDate                // a whole date
	formMoment              // date with time and zone
	formDropped             // moment, in editions that have it
	formBirth               // a date, or the year and the month, or the year alone
)

type field struct {
	key      string
	form     form
	required bool
	set      string // identifier of its value set
}

// fields are those of each group, and of the name.
var fields = map[string][]field{
	"nam": { // fnt and gnt are found by their places
		{key: "fn", form: formShort}, {key: "gn", form: formShort}, {key: "fnt", form: formICAO}, {key: "gnt", form: formICAO},
	},
	"v": {
		{"tg", formText, true, "disease-agent-targeted"}, {"vp", formText, true, "sct-vaccines-covid-19"},
		{"mp", formText, true, "vaccines-covid-19-names"}, {"ma", formText, true, "vaccines-covid-19-auth-holders"},
		{"dn", formDose, true, ""}, {"sd", formDose, true, ""}, {"dt", formDate, true, ""},
		{"co", formCountry, true, "country-2-codes"}, {"is", formShort, true, ""}, {"ci", formShort, true, ""},
	},
	"t": {
		{"tg", formText, true, "disease-agent-targeted"}, {"tt", formText, true, "covid-19-lab-test-type"},
		{"nm", formTest, false, ""}, {"ma", formText, false, "covid-19-lab-test-manufacturer-and-name"},
		{"sc", formMoment, true, ""}, {"dr", formDropped, false, ""}, {"tr", formText, true, "covid-19-lab-result"},
		{"tc", formShort, false, ""}, {"co", formCountry, true, "country-2-codes"}, {"is", formShort, true, ""}, {"ci", formShort, true, ""},
	},
	"r": {
		{"tg", formText, true, "disease-agent-targeted"}, {"fr", formDate, true, ""}, {"co", formCountry, true, "country-2-codes"},
		{"is", formShort, true, ""}, {"df", formDate, true, ""}, {"du", formDate, true, ""}, {"ci", formShort, true, ""},
	},
	"icvp": { // as deployed
		{"n", formText, true, ""}, {"dob", formBirth, true, ""}, {"s", formText, false, ""}, {"ntl", formText, false, ""},
		{"nid", formText, false, ""}, {"ndt", formText, false, ""}, {"gn", formText, false, ""},
	},
	"icvp later": {
		{"n", formText, true, ""}, {"dob", formBirth, true, ""}, {"s", formText, true, ""}, {"nt", formText, true, ""},
		{"id", formText, false, ""}, {"dt", formText, false, ""}, {"gn", formText, false, ""}, {"v", formText, true, ""},
	},
	"icvp dose": {
		{"vp", formText, true, ""}, {"dt", formDate, true, ""}, {"bo", formText, true, ""}, {"cn", formText, false, ""},
		{"is", formText, false, ""}, {"vls", formDate, false, ""}, {"vle", formDate, false, ""},
	},
}

type checker struct {
	*edition
	issues []Issue
}

func (s *checker) say(path, what string) { s.issues = append(s.issues, Issue{path, what}) }

func (s *checker) certificate(v cbor.Value) {
	name, dob := get(v, "nam"), get(v, "dob")
	s.name(name)
	s.birth(dob)
	groups := 0
	for k, group := range v.Pairs {
		if k.IsText && fields[k.Text] != nil && k.Text != "nam" && !group.Null() {
			groups++
			s.group(k.Text, group)
		}
	}
	if groups != 1 {
		s.say("", issueOneGroup)
	}
}

func (s *checker) name(v cbor.Value) {
	switch v.Kind() {
	case cbor.None:
		s.say("nam", issueMissing)
	case cbor.Map:
		found := s.object(place{"nam", -1}, v)
		if found[2].Kind() == cbor.None && (!s.given || found[3].Kind() == cbor.None) {
			s.say("nam.fnt", issueMissing)
		}
	default:
		s.say("nam", issueType)
	}
}

// maxFields is the number of fields of the largest group.
const maxFields = 11

// object checks the fields of a map, and returns them in the order of [fields].
func (s *checker) object(at place, v cbor.Value) (found [maxFields]cbor.Value) {
	wanted := fields[at.group]
	for k, item := range v.Pairs {
		for i := range wanted {
			if k.IsText && k.Text == wanted[i].key && !item.Null() {
				found[i] = item
			}
		}
	}
	for i := range wanted {
		if what := s.field(&wanted[i], found[i]); what != "" {
			s.say(at.of(wanted[i].key), what)
		}
	}
	return found
}

func (s *checker) birth(v cbor.Value) {
	text, ok := untag(v).Text()
	switch {
	case v.Kind() == cbor.None:
		s.say("dob", issueMissing)
	case !ok:
		s.say("dob", issueType)
	case text == "" && s.dob == birthEmpty:
	case s.dob == birthFull && (len(text) < 10 || !birthPattern(text[:10])), // the pattern has no end before 1.1.0
		s.dob != birthFull && !birthPattern(text):
		s.say("dob", issuePattern)
	}
}

// birthPattern is ^(19|20)\d\d(-\d\d){0,2}$ of the schema, which asks for no
// date of the calendar.
func birthPattern(s string) bool {
	if len(s) != 4 && len(s) != 7 && len(s) != 10 || s[:2] != "19" && s[:2] != "20" {
		return false
	}
	for i := range len(s) {
		if i == 4 || i == 7 {
			if s[i] != '-' {
				return false
			}
		} else if !digit(s[i]) {
			return false
		}
	}
	return true
}

func (s *checker) group(name string, v cbor.Value) {
	if v.Kind() != cbor.Array {
		s.say(name, issueType)
		return
	}
	n := 0
	for i, entry := range v.Items {
		n++
		at := place{name, i}
		if entry.Kind() != cbor.Map {
			s.say(at.of(""), issueType)
			continue
		}
		s.object(at, entry)
	}
	if n == 0 || s.single && n > 1 {
		s.say(name, issueOneEntry)
	}
}

// field says what is wrong with a field, if anything.
func (s *checker) field(f *field, v cbor.Value) string {
	switch {
	case v.Kind() == cbor.None:
		if f.required || s.centre && f.key == "tc" {
			return issueMissing
		}
		return ""
	case f.form == formDropped && !s.reported:
		return "" // the schemas allow fields that they do not know
	case f.form == formDose:
		n, ok := whole(v)
		if !ok {
			return issueType
		}
		if n < 1 || s.doses != 0 && n > s.doses {
			return issueRange
		}
		return ""
	}
	text, ok := untag(v).Text()
	if !ok {
		return issueType
	}
	return s.text(f.form, text)
}

// text says what is wrong with a text of a form.
func (s *checker) text(f form, text string) string {
	length := 0
	switch f {
	case formShort, formICAO:
		length = s.length
	case formTest:
		length = s.lengthNM
	case formCountry:
		if !strings.ContainsFunc(text, func(r rune) bool { return r >= 'A' && r <= 'Z' }) {
			return issuePattern
		}
	case formBirth:
		if !birthPattern(text) {
			return issuePattern
		}
	case formDate:
		if !fullDate(text) {
			return issueDate
		}
	case formMoment, formDropped:
		if !fullMoment(text) {
			return issueMoment
		}
	}
	if f == formICAO && strings.TrimLeft(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ<") != "" {
		return issuePattern
	}
	if length != 0 && len(text) > length && utf8.RuneCountInString(text) > length {
		return issueLength
	}
	return ""
}

func fullDate(s string) bool {
	d, loss := parseDay(s)
	return d.Full() && (loss == "" || loss == lossTrimmed)
}

// fullMoment reports whether s has a date, a time with seconds and a zone. The
// zone may be hours alone, or lack its colon: the valid examples of the schema do.
func fullMoment(s string) bool {
	_, loss := parseMoment(s)
	return loss == "" && s[10] == 'T' && len(s) > 16 && s[16] == ':'
}

// get returns the value of a key of text, or nothing where there is none or it is null.
func get(v cbor.Value, key string) cbor.Value {
	for k, item := range v.Pairs {
		if k.IsText && k.Text == key && !item.Null() {
			return item
		}
	}
	return cbor.Value{}
}
