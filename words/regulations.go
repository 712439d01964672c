package words

import "slices"

// Regulations says what the International Health Regulations (Annex 6) have a
// certificate of vaccination say. They ask for it in English or French, and it
// may stand in another language beside one of these.
func Regulations(lang string, disease ...Param) string {
	text, _ := Say(lang, "ihr_certifies", disease...)
	if !slices.Contains(Languages(), lang) {
		if english, _ := Say("en", "ihr_certifies", disease...); english != text {
			text += " / " + english
		}
	}
	return text
}
