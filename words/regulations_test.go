package words_test

import (
	"strings"
	"testing"

	"github.com/pratique/pratique/words"
)

// A certificate of the Regulations is worded in English or French, whatever
// language it is read in.
func TestRegulationsAreSaidInEnglishOrFrench(t *testing.T) {
	disease := words.Word("disease", "disease_16541001")
	en, fr := words.Regulations("en", disease), words.Regulations("fr", disease)
	if !strings.Contains(en, "International Health Regulations") || !strings.Contains(fr, "Règlement sanitaire international") || strings.Contains(fr, "Regulations") {
		t.Errorf("%q, %q", en, fr)
	}
	for _, lang := range append(words.Drafts(), "xx") {
		if got := words.Regulations(lang, disease); !strings.HasSuffix(got, en) || strings.Count(got, en) != 1 {
			t.Errorf("%s: %q", lang, got)
		}
	}
}
