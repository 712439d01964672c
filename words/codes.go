package words

// Codes are the codes of the catalogue with the parameters that each one may
// name. A sentence uses no other; a test keeps both languages to it.
var Codes = map[string]string{
	"green": "", "amber": "", "red": "", "grey": "",

	"empty": "", "too_long": "length limit", "not_health_code": "what", "format_unsupported": "what", "newer_version": "what",
	"read_base45": "", "read_zlib": "", "read_cbor": "", "read_cose": "", "read_cwt": "", "read_payload": "",
	"picture_none": "", "picture_broken": "",

	"signature_wrong": "country", "key_not_entitled": "country use", "withdrawn": "at why appeal",
	"infection": "sampled until advice appeal", "isolation": "country until appeal",
	"rule_refuses": "rule says basis appeal", "issuer_invalidated": "country rule says",

	"signer_unknown": "kid country", "no_key_named": "", "algorithm_unknown": "algorithm", "critical_unknown": "what",
	"content_unsupported": "content", "no_event": "", "no_destination": "", "no_moment": "", "no_rules": "to purpose",
	"rules_lapsed": "to since", "rules_not_begun": "to since", "rule_open": "rule why",
	"data_expired": "since", "clock_impossible": "now as_of",

	"signature_expired": "until", "signature_not_yet": "from", "key_not_in_force": "from until", "withdrawn_key_lost": "at",
	"not_recognised_issuer": "by of", "recognition_ended": "by of until", "recognition_not_begun": "by of from", "not_recognised_use": "by of use",
	"not_recognised_format": "by of format", "not_recognised_disease": "by of", "not_recognised_method": "by of method",
	"not_recognised_laboratory": "by of", "kind_not_accepted": "to kind purpose would_do",
	"rule_failed": "rule says", "rule_lacks": "rule says lacks", "several_events": "n",
	"name_differs": "", "name_check": "how", "birth_differs": "",

	"cure_wait": "from", "cure_new_test": "from until", "cure_new_evidence": "kind from until", "cure_other_kind": "kinds",

	"accepted": "to purpose", "obligation": "what", "demo_key": "", "withdrawals_not_checked": "country",
	"withdrawals_old": "since", "recognition_not_stated": "by", "schema": "where what", "losses": "what",
	"transit_not_judged": "via", "unknown_code": "what",

	"error": "", "fraud": "", "key_lost": "", "test": "", "vaccination": "", "recovery": "", "antibody": "", "exemption": "",
	"declaration": "", "notice": "", "entry": "", "transit": "", "exit": "", "venue": "", "self": "",
	"nucleic_acid": "", "antigen_rapid": "", "serology": "", "or": "",

	"what_empty":             "",
	"what_hc_next":           "",
	"what_smart_health_card": "",
	"what_icao_seal":         "",
	"what_divoc":             "",
	"what_health_link":       "",
	"what_nz_pass":           "",
	"what_national_pass":     "",
	"what_venue_code":        "",
	"what_web_address":       "",
	"what_wifi":              "",
	"what_contact":           "",
	"what_phone":             "",
	"what_message":           "",
	"what_email":             "",
	"what_place":             "",
	"what_calendar":          "",
	"what_payment":           "",
	"what_authenticator":     "",
	"what_boarding_pass":     "",
	"what_passport_lines":    "",
	"what_product_code":      "",
	"what_identity_wallet":   "",
	"what_json":              "",
	"what_plain_text":        "",

	"name_unknown":      "",
	"name_different":    "",
	"name_swapped":      "",
	"name_part_missing": "",
	"name_truncated":    "",
	"name_variant":      "",
	"name_same":         "",
}
