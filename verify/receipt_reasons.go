package verify

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/words"
)

// printed are the reasons that a receipt says, with the parameters that it says
// of each: what public documents hold, never what the certificate does. A
// reason that gives a colour and is not here is said as "unlisted", so that a
// new one is not printed before somebody has thought about it; a line beside
// the verdict that is not here is left out.
var printed = map[string]string{
	"signature_wrong": "", "key_not_entitled": "", "withdrawn": "why", "withdrawn_unstated": "", "original_withdrawn": "why", "original_key_lost": "", "original_unknown": "", "rule_refuses": "rule", "issuer_invalidated": "rule",

	"empty": "", "too_long": "", "not_health_code": "", "format_unsupported": "", "newer_version": "",
	"read_base45": "", "read_zlib": "", "read_cbor": "", "read_cose": "", "read_cwt": "", "read_payload": "",
	"read_text": "", "read_numeric": "", "read_jws": "", "read_header": "", "read_signature": "", "read_deflate": "", "read_json": "", "read_claims": "", "read_certificate": "", "read_zip": "", "read_context": "", "read_cover": "",
	"code_part": "", "code_mixed": "", "code_several": "",
	"picture_none": "", "picture_broken": "",
	"signer_unknown": "", "no_key_named": "", "algorithm_unknown": "", "critical_unknown": "",
	"content_unsupported": "", "format_unpublished": "", "online_only": "", "read_link": "", "no_event": "",
	"no_destination": "", "no_rules": "", "rules_lapsed": "since", "rules_not_begun": "since", "rule_open": "rule why", "trip_unknown": "rule fact",
	"data_expired": "since", "data_newer": "", "no_moment": "", "clock_impossible": "",

	"signature_expired": "", "signature_not_yet": "", "key_not_in_force": "", "withdrawn_key_lost": "",
	"not_recognised_issuer": "", "recognition_ended": "", "recognition_not_begun": "", "not_recognised_use": "", "not_recognised_format": "",
	"not_recognised_disease": "", "not_recognised_method": "", "not_recognised_laboratory": "",
	"kind_not_accepted": "", "disease_not_accepted": "", "rule_failed": "rule", "rule_lacks": "rule", "several_events": "",
	"name_differs": "", "birth_differs": "",

	"holder_unknown": "", "nothing_held": "", "evidence_missing": "rule", "history_unknown": "rule",

	"accepted": "", "accepted_together": "", "self_green": "",

	"demo_key": "", "withdrawals_not_checked": "", "withdrawals_old": "since", "recognition_not_stated": "", "transit_not_judged": "",
}

// veiled are the reasons that speak of a person's health, and what a receipt
// says in their place.
var veiled = map[string]string{"infection": "referred", "isolation": "referred", "order_in_force": "referred"}

// printable is what a receipt says of the reasons of an answer, each line once.
func printable(reasons []Reason) []Reason {
	var out []Reason
	var lines []string
	for _, have := range reasons {
		r, ok := have.printable()
		if line := r.line(); ok && !slices.Contains(lines, line) {
			out, lines = append(out, r), append(lines, line)
		}
	}
	if n := len(out) - (MaxReasons - 1); n > 1 {
		out = append(out[:MaxReasons-1], Reason{Code: "more_reasons", Params: []words.Param{words.Count("n", n)}})
	}
	return out
}

func (r Reason) printable() (Reason, bool) {
	if code, ok := veiled[r.Code]; ok {
		return Reason{Code: code}, true
	}
	names, ok := printed[r.Code]
	if !ok {
		_, colours := r.Colour()
		return Reason{Code: "unlisted"}, colours
	}
	out := Reason{Code: r.Code}
	for _, p := range r.Params {
		if slices.Contains(strings.Fields(names), p.Name) && isValue(written(p)) {
			out.Params = append(out.Params, p)
			if p.Name == "rule" {
				out.Rule = written(p)
			}
		}
	}
	return out, true
}

// line is the reason as a receipt writes it, without its label.
func (r Reason) line() string {
	s := r.Code
	for _, p := range r.Params {
		s += " " + p.Name + "=" + written(p)
	}
	return s
}

// written is the value of a parameter in a receipt.
func written(p words.Param) string {
	switch v := p.Value().(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}

// param returns a parameter as a receipt would write it.
func param(r Reason, name string) (string, bool) {
	for _, p := range r.Params {
		if p.Name == name {
			return written(p), true
		}
	}
	return "", false
}

// parseReason reads what line writes. A parameter of a name that this build
// does not know is a text.
func parseReason(line string) (Reason, bool) {
	fields := strings.Split(line, " ")
	r := Reason{Code: fields[0]}
	for _, f := range fields[1:] {
		name, value, ok := strings.Cut(f, "=")
		_, twice := param(r, name)
		if !ok || twice || !isWord(name) || !isValue(value) || len(fields) > 5 {
			return Reason{}, false
		}
		p := words.Text(name, value)
		switch {
		case name == "since":
			t, err := time.Parse(time.RFC3339, value)
			if err != nil {
				return Reason{}, false
			}
			p = words.Moment(name, t)
		case name == "n":
			n, err := strconv.Atoi(value)
			if err != nil {
				return Reason{}, false
			}
			p = words.Count(name, n)
		case name == "fact", name == "why" && (r.Code == "withdrawn" || r.Code == "original_withdrawn"):
			p = words.Word(name, value)
		case name == "rule":
			r.Rule = value
		}
		r.Params = append(r.Params, p)
	}
	return r, isWord(r.Code)
}

// Said are the reasons for people: with the destination and the purpose, which
// the receipt says once for all of them. Where parameters that the catalogue's
// sentence needs are not on a receipt, the code is that of a sentence without
// them, "receipt_" and the code.
func (r Receipt) Said() []Reason {
	asOf := Epoch
	if r.Data.AsOf.After(asOf) {
		asOf = r.Data.AsOf
	}
	shared := []words.Param{words.Place("to", r.To), words.Place("by", r.To), words.Word("purpose", r.Purpose), words.Moment("now", r.Time), words.Moment("as_of", asOf)}
	out := make([]Reason, 0, len(r.Reasons))
	for _, reason := range r.Reasons {
		reason.Params = slices.Concat(reason.Params, shared)
		for name := range strings.FieldsSeq(words.Codes[reason.Code]) {
			if _, ok := param(reason, name); !ok {
				reason.Code = "receipt_" + reason.Code
				break
			}
		}
		out = append(out, reason)
	}
	return out
}
