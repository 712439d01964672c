package print

import (
	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/words"
)

// Notice is what a person reads, or is read, before a certificate of a kind is
// issued: what will stand in the code, who can read it, and what may be asked
// and refused. The first sentence is its heading. Of a language that is a draft
// the caller shows one of [words.Languages] beside it.
func Notice(lang string, kind cert.Kind) []string {
	var out []string
	say := func(code string, params ...words.Param) {
		text, _ := words.Say(lang, code, params...)
		out = append(out, text)
	}
	say("notice_title")
	say("notice_holds", words.All("what", holds(kind)...))
	for _, code := range []string{"notice_open", "notice_check", "notice_choice", "notice_entry", "notice_kept"} {
		say(code)
	}
	return out
}

// holds are the facts that a code of a kind holds.
func holds(kind cert.Kind) []string {
	reads := []string{"reads_name", "reads_birth", "reads_disease"}
	switch kind {
	case cert.KindTest, cert.KindAntibody:
		reads = append(reads, "reads_test", "reads_result", "reads_laboratory")
	case cert.KindVaccination:
		reads = append(reads, "reads_vaccine", "reads_centre")
	case cert.KindRecovery:
		reads = append(reads, "reads_recovery")
	case cert.KindExemption:
		reads = append(reads, "reads_exemption")
	case cert.KindDeclaration:
		reads = append(reads, "reads_declaration")
	case cert.KindNotice:
		reads = append(reads, "reads_order")
	}
	return append(reads, "reads_issuer", "reads_number")
}
