package vds

import (
	"strings"
	"unicode/utf8"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/internal/jcs"
)

// Issue is a place where content breaks its schema. It repeats nothing of the
// content.
type Issue struct {
	Path string // in data: "msg.ve.0.vd.0.dvc"; "msg" where a field is missing in it: "msg.uvci"
	What string // missing, type, length, range, date, date_time, value, no_schema
}

// What an Issue says, and a FieldError.
const (
	issueMissing  = "missing"
	issueType     = "type"
	issueLength   = "length"
	issueRange    = "range"
	issueDate     = "date"
	issueMoment   = "date_time"
	issueValue    = "value"
	issueConflict = "conflict"
)

// rule is what the schema says of a text: at most so many characters, and of
// what kind.
type rule struct {
	max    int
	kind   string // "", date, date_time
	values string // with spaces around each; empty: any
	needed bool
}

// rules are those of Technical Report VDS-NC (proofs of vaccination and of
// testing), by the name of the field within its object. Names of products and
// of laboratories are allowed more than they need.
var rules = map[string]map[string]rule{
	"vacc.msg": {"uvci": {max: 12, needed: true}},
	"vacc.pid": {"n": {max: 39, needed: true}, "dob": {max: 10, kind: issueDate}, "i": {max: 11}, "ai": {max: 24}, "sex": {max: 1, values: " F M X "}},
	"vacc.ve":  {"des": {max: 6, needed: true}, "nam": {max: 64, needed: true}, "dis": {max: 6}},
	"vacc.vd": {"dvc": {max: 10, kind: issueDate, needed: true}, "ctr": {max: 3, needed: true}, "adm": {max: 20, needed: true}, "lot": {max: 20},
		"dvn": {max: 10, kind: issueDate}},
	"test.msg": {"utci": {max: 12, needed: true}},
	"test.pid": {"n": {max: 39, needed: true}, "dob": {max: 10, kind: issueDate}, "dt": {max: 2}, "dn": {max: 24}},
	"test.sp":  {"spn": {max: 50, needed: true}, "ctr": {max: 3, needed: true}},
	"test.dat": {"sc": {max: 35, kind: issueMoment, needed: true}, "ri": {max: 35, kind: issueMoment, needed: true}},
	"test.tr": {"tc": {max: 25, needed: true, values: " molecular(PCR) molecular(other) antigen antibody "},
		"r": {max: 8, needed: true, values: " positive negative normal abnormal "},
		"m": {max: 25, values: " nasopharyngeal oropharyngeal saliva blood other "}},
}

// Schema lists where data (trust.Signed.Raw) breaks the schema of its kind:
// missing, type, length, range, date, date_time, value; no_schema for another
// kind of seal; or the code of an [*Error] where it cannot be read.
//
// A seal that breaks its schema can be as genuine as any.
func Schema(raw string) []Issue {
	v, err := data(raw)
	if err != nil {
		return []Issue{{What: err.(*Error).Code()}}
	}
	kind, _, err := header(v)
	if err != nil {
		return []Issue{{What: err.(*Error).Code()}}
	}
	c := checker{data: v}
	msg := v.Get("msg")
	switch kind {
	case kindVaccination:
		c.object("vacc.msg", "msg", msg)
		c.object("vacc.pid", "msg.pid", msg.Get("pid"))
		if msg.Get("ve").Len() == 0 {
			c.add("msg.ve", issueMissing)
		}
		for _, e := range msg.Get("ve").Items {
			c.object("vacc.ve", e.Path(v), e)
			if e.Get("vd").Len() == 0 {
				c.add(e.Path(v)+".vd", issueMissing)
			}
			for _, d := range e.Get("vd").Items {
				c.object("vacc.vd", d.Path(v), d)
				if n, ok := d.Get("seq").Int(); !ok || n < 0 || n > 99 {
					c.add(d.Path(v)+".seq", issueRange)
				}
			}
		}
	case kindTest:
		c.object("test.msg", "msg", msg)
		for _, part := range []string{"pid", "sp", "dat", "tr"} {
			c.object("test."+part, "msg."+part, msg.Get(part))
		}
	default:
		return []Issue{{"hdr.t", "no_schema"}}
	}
	return c.issues
}

// checker collects issues.
type checker struct {
	data   jcs.Value
	issues []Issue
}

func (c *checker) add(path, what string) { c.issues = append(c.issues, Issue{path, what}) }

// object checks the texts of an object, in the order of the text, and then what is missing.
func (c *checker) object(name, at string, v jcs.Value) {
	if v.Kind() != jcs.Object {
		c.add(at, issueMissing)
		return
	}
	for k, m := range v.Members {
		if r, ok := rules[name][k]; ok {
			if what := r.judge(m); what != "" {
				c.add(at+"."+k, what)
			}
		}
	}
	for _, k := range [...]string{"uvci", "utci", "n", "des", "nam", "dvc", "ctr", "adm", "spn", "sc", "ri", "tc", "r"} {
		if rules[name][k].needed && v.Get(k).Kind() == jcs.None {
			c.add(at+"."+k, issueMissing)
		}
	}
}

// judge returns what is wrong with a value, or "".
func (r rule) judge(v jcs.Value) string {
	s, ok := v.Text()
	switch {
	case !ok:
		return issueType
	case s == "" && r.needed:
		return issueMissing
	case utf8.RuneCountInString(s) > r.max:
		return issueLength
	case r.values != "" && !strings.Contains(r.values, " "+s+" "):
		return issueValue
	}
	switch r.kind {
	case issueDate:
		if _, err := cert.ParseDate(s); err != nil {
			return issueDate
		}
	case issueMoment:
		if _, loss := moment(s); loss != "" {
			return issueMoment
		}
	}
	return ""
}
