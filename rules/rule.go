package rules

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/certlogic"
)

// The two types of rules.
const (
	Acceptance   = "Acceptance"   // a country says what it asks of those who arrive
	Invalidation = "Invalidation" // a country says which of its own certificates no longer hold
)

// General is the certificate type of a rule that applies to every kind of evidence.
const General = "General"

const engine = "CERTLOGIC"

// Rule is a validation rule as the EU gateway exchanges it (dgc-gateway,
// validation-rule.schema.json), member for member.
type Rule struct {
	Identifier      string          `json:"Identifier"`
	Type            string          `json:"Type"`
	Country         string          `json:"Country"`
	Region          string          `json:"Region,omitempty"`
	Version         string          `json:"Version"`
	SchemaVersion   string          `json:"SchemaVersion"`
	Engine          string          `json:"Engine"`
	EngineVersion   string          `json:"EngineVersion"`
	CertificateType string          `json:"CertificateType"`
	Description     []Description   `json:"Description,omitempty"`
	ValidFrom       string          `json:"ValidFrom"`
	ValidTo         string          `json:"ValidTo"`
	AffectedFields  []string        `json:"AffectedFields,omitempty"`
	Logic           json.RawMessage `json:"Logic"`

	compiled
}

// Description is what a rule says in one language.
type Description struct {
	Lang string `json:"lang"`
	Desc string `json:"desc"`
}

// compiled is what a rule is made ready with, once. The zero compiled can only be open.
type compiled struct {
	expr     *certlogic.Expr
	version  version
	schema   version
	from, to time.Time // inclusive both
	reads    []string  // paths
	facts    facts     // of the trip, once the rule is in a set
	among    []string  // value sets of places, by which it asks where the person was
	places   []string  // paths that tell where the person was, once the rule is in a set
	open     Why       // why the rule can never be evaluated by this build; empty: it can
}

// Text returns the rule's description in a language, or else in English.
func (r *Rule) Text(lang string) string {
	for _, want := range []string{lang, "en"} {
		for _, d := range r.Description {
			if d.Lang == want {
				return d.Desc
			}
		}
	}
	return ""
}

// Explain says the rule's logic in plain words, in a language of
// [certlogic.Expr.Explain]: what it really asks, beside what it says it asks.
func (r *Rule) Explain(lang string) string {
	if r.expr == nil {
		return ""
	}
	return r.expr.Explain(lang)
}

// Applies reports whether the rule speaks about a kind of evidence.
func (r *Rule) Applies(k cert.Kind) bool {
	return r.CertificateType == General || (r.CertificateType != "" && r.CertificateType == certificateType(k))
}

// InForce reports whether t is in [ValidFrom, ValidTo], both included.
func (r *Rule) InForce(t time.Time) bool {
	return r.expr != nil && !t.Before(r.from) && !t.After(r.to)
}

// certificateType names a kind as the EU's rules do; kinds that they do not know have none.
func certificateType(k cert.Kind) string {
	switch k {
	case cert.KindTest:
		return "Test"
	case cert.KindVaccination:
		return "Vaccination"
	case cert.KindRecovery:
		return "Recovery"
	}
	return ""
}

// prefixes are the first two letters of the identifier of an acceptance rule.
var prefixes = map[string]string{General: "GR", "Test": "TR", "Vaccination": "VR", "Recovery": "RR"}

// CheckRule says where a rule breaks the schema of the EU gateway, or what the
// gateway checks beside it: that the prefix of the identifier is that of its
// type, that its country is the rule's, and that the rule begins before it ends.
func CheckRule(r *Rule) error {
	_, err := checked(r)
	return err
}

// ParseEU reads rules as the EU's services publish them: one rule, or an array
// of rules. It refuses a rule that could not be selected or evaluated, and
// leaves the rest to [CheckRule].
//
// Such rules have no legal basis, no appeal and no common end. Put them into
// the Rules of a [File], and give it these, to make a [Set].
func ParseEU(data []byte) ([]*Rule, error) {
	v, err := strictly(data)
	if err != nil {
		return nil, fmt.Errorf("reading rules: %w", err)
	}
	if v.kind != '[' {
		data, v = slices.Concat([]byte{'['}, data, []byte{']'}), node{kind: '[', items: []node{v}}
	}
	var rs []*Rule
	if err := decode(data, v, &rs); err != nil {
		return nil, fmt.Errorf("reading rules: %w", err)
	}
	if len(rs) > MaxRules {
		return nil, fmt.Errorf("reading rules: more than %d rules", MaxRules)
	}
	for i, r := range rs {
		if rs[i], err = compile(r); err != nil {
			return nil, fmt.Errorf("reading rules: [%d]: %w", i, err)
		}
	}
	return rs, nil
}

// checked compiles a rule, and checks what only its readers need.
func checked(src *Rule) (*Rule, error) {
	r, err := compile(src)
	if err != nil {
		return nil, err
	}
	if len(r.AffectedFields) == 0 || slices.Contains(r.AffectedFields, "") {
		return nil, bad("AffectedFields", "want at least one field, and none empty")
	}
	if issues := r.expr.Issues(); len(issues) > 0 && (r.open == "" || r.open == OpenIdentity) {
		return nil, bad("Logic", cmp.Or(issues[0].At, "/")+": "+issues[0].Message)
	}
	return r, r.checkDescription()
}

// compile returns a copy of a rule that is ready to be selected and evaluated,
// its logic in canonical form.
func compile(src *Rule) (*Rule, error) {
	if src == nil {
		return nil, errors.New("no rule")
	}
	r := *src
	if err := r.checkNames(); err != nil {
		return nil, err
	}
	if err := r.checkTimes(); err != nil {
		return nil, err
	}
	return &r, r.checkLogic()
}

// memberError is a member of a rule that is not as the schema asks.
type memberError struct{ member, want string }

func (e *memberError) Error() string { return e.member + ": " + e.want }

func bad(member, want string) error { return &memberError{member, want} }

func (r *Rule) checkNames() error {
	if !isRuleID(r.Identifier) {
		return bad("Identifier", "want GR, VR, TR, RR or IR, a country and four digits: TR-XX-0001")
	}
	if !isCountry(r.Country) || r.Country != r.Identifier[3:5] {
		return bad("Country", "want two capital letters, the same as in the identifier")
	}
	if len(r.Region) > 5 || strings.Trim(r.Region, upper+digits) != "" {
		return bad("Region", "want up to five capital letters or digits")
	}
	want, ok := prefixes[r.CertificateType]
	if !ok {
		return bad("CertificateType", "want General, Test, Vaccination or Recovery")
	}
	switch r.Type {
	case Acceptance:
	case Invalidation:
		want = "IR"
	default:
		return bad("Type", "want Acceptance or Invalidation")
	}
	if r.Identifier[:2] != want {
		return bad("Identifier", "want the prefix "+want+" for a rule of type "+r.Type+" about "+r.CertificateType)
	}
	var ok1, ok2, ok3 bool
	var needs version
	r.version, ok1 = parseVersion(r.Version)
	r.schema, ok2 = parseVersion(r.SchemaVersion)
	needs, ok3 = parseVersion(r.EngineVersion)
	if !ok1 || !ok2 || !ok3 {
		return bad("Version, SchemaVersion, EngineVersion", "want three numbers: 1.0.0")
	}
	r.open = ""
	if ours, _ := parseVersion(certlogic.Version); r.Engine != engine {
		r.open = OpenEngine
	} else if ours.less(needs) {
		r.open = OpenEngineVersion
	}
	return nil
}

func (r *Rule) checkDescription() error {
	english := false
	for i, d := range r.Description {
		if !isLanguage(d.Lang) {
			return bad(fmt.Sprintf("Description[%d]", i), "want a language code: en, or pt-br")
		}
		if utf8.RuneCountInString(d.Desc) < 20 {
			return bad(fmt.Sprintf("Description[%d]", i), "want a text of 20 characters or more")
		}
		english = english || d.Lang == "en"
	}
	if !english {
		return bad("Description", "want one in English")
	}
	return nil
}

// euTime is the form that the gateway asks for: no fraction, an offset.
const euTime = "2006-01-02T15:04:05Z07:00"

func (r *Rule) checkTimes() error {
	var err1, err2 error
	r.from, err1 = time.Parse(euTime, r.ValidFrom)
	r.to, err2 = time.Parse(euTime, r.ValidTo)
	if err1 != nil || err2 != nil || strings.ContainsAny(r.ValidFrom+r.ValidTo, ".,") {
		return bad("ValidFrom, ValidTo", "want moments without fractions, with an offset: 2021-07-01T00:00:00Z")
	}
	if !r.from.Before(r.to) {
		return bad("ValidTo", "want a moment after ValidFrom")
	}
	return nil
}

// checkLogic compiles the logic. Mistakes in it do not hinder: evaluation ends
// in an error where it reaches one, and the rule is open.
func (r *Rule) checkLogic() error {
	e, err := certlogic.Parse(r.Logic)
	if err != nil {
		return bad("Logic", err.Error())
	}
	r.expr, r.reads = e, e.Reads()
	if r.Logic, err = e.MarshalJSON(); err != nil {
		return bad("Logic", err.Error())
	}
	if r.Logic[0] != '{' || string(r.Logic) == "{}" {
		return bad("Logic", "want an object with an operator")
	}
	if r.open == "" && readsIdentity(r.reads) {
		r.open = OpenIdentity
	}
	return nil
}

// version is a semantic version without suffix.
type version [3]int

func parseVersion(s string) (version, bool) {
	var v version
	parts := strings.Split(s, ".")
	if len(parts) != len(v) {
		return version{}, false
	}
	for i, p := range parts {
		if p == "" || len(p) > 6 || strings.Trim(p, digits) != "" {
			return version{}, false
		}
		for _, c := range []byte(p) {
			v[i] = 10*v[i] + int(c-'0')
		}
	}
	return v, true
}

func (v version) less(w version) bool { return slices.Compare(v[:], w[:]) < 0 }

const (
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	digits = "0123456789"
)

func isRuleID(s string) bool {
	if len(s) != 10 || s[2] != '-' || s[5] != '-' {
		return false
	}
	return slices.Contains([]string{"GR", "VR", "TR", "RR", "IR"}, s[:2]) && isCountry(s[3:5]) && strings.Trim(s[6:], digits) == ""
}

func isCountry(s string) bool { return len(s) == 2 && strings.Trim(s, upper) == "" }

func isLanguage(s string) bool {
	switch len(s) {
	case 2:
		return strings.Trim(s, lower) == ""
	case 5:
		return s[2] == '-' && strings.Trim(s[:2]+s[3:], lower) == ""
	}
	return false
}
