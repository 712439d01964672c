package verify

// Colour is an answer. The zero Colour is Grey: who asked nothing knows nothing.
type Colour uint8

// The four answers.
const (
	Grey  Colour = iota // cannot say
	Amber               // more is needed: what, and by when
	Red                 // refuse or refer, with reason and appeal
	Green               // meets the rules
)

// String returns green, amber, red or grey.
func (c Colour) String() string {
	switch c {
	case Green:
		return "green"
	case Amber:
		return "amber"
	case Red:
		return "red"
	}
	return "grey"
}

// MarshalText implements [encoding.TextMarshaler].
func (c Colour) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// rank orders the colours where several hold: red, grey, amber, green.
func (c Colour) rank() int {
	switch c {
	case Red:
		return 3
	case Grey:
		return 2
	case Amber:
		return 1
	}
	return 0
}

// Worse returns the one that counts where both hold.
func (c Colour) Worse(d Colour) Colour {
	if d.rank() > c.rank() {
		return d
	}
	return c
}

// table is the one colour table: which reason gives which colour. A reason
// that is not in it is a line beside the verdict and gives none.
var table = map[string]Colour{
	"signature_wrong":    Red,
	"key_not_entitled":   Red,
	"withdrawn":          Red, // for error or fraud
	"withdrawn_unstated": Red, // by its issuer, who does not say why
	"original_withdrawn": Red, // that a derived one was made from
	"infection":          Red,
	"isolation":          Red,
	"rule_refuses":       Red,
	"issuer_invalidated": Red,

	"empty": Grey, "too_long": Grey, "not_health_code": Grey, "format_unsupported": Grey, "newer_version": Grey,
	"read_base45": Grey, "read_zlib": Grey, "read_cbor": Grey, "read_cose": Grey, "read_cwt": Grey, "read_payload": Grey,
	"read_text": Grey, "read_numeric": Grey, "read_jws": Grey, "read_header": Grey, "read_signature": Grey, "read_deflate": Grey, "read_json": Grey, "read_claims": Grey, "read_certificate": Grey, "read_zip": Grey, "read_context": Grey, "read_cover": Grey,
	"code_part": Grey, "code_mixed": Grey, "code_several": Grey,
	"picture_none": Grey, "picture_broken": Grey,
	"signer_unknown": Grey, "no_key_named": Grey, "algorithm_unknown": Grey, "critical_unknown": Grey,
	"content_unsupported": Grey, "original_unknown": Grey, "format_unpublished": Grey, "online_only": Grey, "read_link": Grey, "no_event": Grey,
	"no_destination": Grey, "no_rules": Grey, "rules_lapsed": Grey, "rules_not_begun": Grey, "rule_open": Grey, "trip_unknown": Grey,
	"data_expired": Grey, "data_newer": Grey, "no_moment": Grey, "clock_impossible": Grey,

	"signature_expired": Amber, "signature_not_yet": Amber, "key_not_in_force": Amber, "withdrawn_key_lost": Amber, "original_key_lost": Amber,
	"not_recognised_issuer": Amber, "recognition_ended": Amber, "recognition_not_begun": Amber, "not_recognised_use": Amber, "not_recognised_format": Amber,
	"not_recognised_disease": Amber, "not_recognised_method": Amber, "not_recognised_laboratory": Amber,
	"kind_not_accepted": Amber, "disease_not_accepted": Amber, "rule_failed": Amber, "rule_lacks": Amber, "several_events": Amber,
	"name_differs": Amber, "birth_differs": Amber,

	"holder_unknown": Grey, "nothing_held": Grey, "evidence_missing": Grey, "history_unknown": Grey,
	"order_in_force": Amber,

	"accepted": Green, "accepted_together": Green, "self_green": Green,
}

// ColourOf returns the colour that a reason gives, and whether it gives one.
func ColourOf(code string) (Colour, bool) {
	c, ok := table[code]
	return c, ok
}
