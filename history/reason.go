package history

import "github.com/pratique/pratique/words"

// Everything that a person is told has a code in the catalogue (words.Say): this
// package names it and says nothing itself.

const said = "history_"

// Reason returns the code and the parameters by which package words says what is
// wrong and what to do about it. The sentence begins with what it is about
// ("This stamp ..."); which one it is, is for the caller to say beside it, who has
// the history: a place and a day tell a person more than a number.
func (f Finding) Reason() (code string, params []words.Param) {
	return said + string(f.Code), []words.Param{words.Word("which", said+"this_"+string(f.Kind)), words.Count("n", f.Index)}
}

// Reason returns the code and the parameters by which package words says the
// answer, and what to ask where it leaves something open.
func (a Answer) Reason() (code string, params []words.Param) {
	if a.Presence == "" {
		return said + "presence_none", nil
	}
	return said + "presence_" + string(a.Presence), []words.Param{words.Word("grade", a.Grade.word())}
}

func (g Grade) word() string { return said + "grade_" + g.String() }

// Reason returns the code and the parameters by which package words says what a
// part of a history rests on.
func (p Part) Reason() (code string, params []words.Param) { return p.Grade.word(), nil }

// Reason returns the code and the parameters by which package words says what is
// lacking, and how to mend it.
func (l Lacks) Reason() (code string, params []words.Param) { return said + "lacks_" + string(l), nil }

// Name returns the code of the word for a kind: stamp, notice ...
func (k Kind) Name() (code string) { return said + "kind_" + string(k) }
