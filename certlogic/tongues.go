package certlogic

// tongue is a language in which rules are explained. {1}, {2} and {3} are the
// places of parts of a phrase. The French verbs are chosen so that they need
// neither the gender of their subject nor a contraction with an article.
type tongue struct {
	column int // of names and codes

	all, any, and, or                  string
	ifThenElse, ifThen, when, ifInline string
	whenList, otherwise                string
	met, unmet, answerIs               string
	always, never, given, missing      string
	whether, plus, later, earlier      string
	birth, fold, count, part, unknown  string
	latest                             string
	yes, no, empty, more, quote        string
	accumulator, current, member       string
	everything, entry, nth, absent     string
	undecided                          string

	units [4][2]string // one, several
	verbs [opNotBefore + 1]string
	nots  [opNotBefore + 1]string
	oneOf [2]string // in, of a list that is said; and its negation
}

func (t *tongue) verb(o op, not bool) string {
	if not {
		return t.nots[o]
	}
	return t.verbs[o]
}

// pick takes this language's column of a row.
func (t *tongue) pick(row [2]string) string { return row[t.column] }

func tongueFor(lang string) *tongue {
	if lang == "fr" {
		return &french
	}
	return &english
}

var english = tongue{
	column:      0,
	oneOf:       [2]string{"{1} is one of {2}", "{1} is none of {2}"},
	all:         "all of these hold:",
	any:         "at least one of these holds:",
	and:         " and ",
	or:          " or ",
	ifThenElse:  "if {1}, then {2}; otherwise {3}",
	ifThen:      "if {1}, then {2}",
	when:        "if {1}:",
	whenList:    "if {1}, ",
	ifInline:    "if {1} then {2}, otherwise {3}",
	otherwise:   "otherwise, ",
	met:         "the rule is met",
	unmet:       "the rule is not met",
	answerIs:    "the answer is {1}",
	always:      "always",
	never:       "never",
	given:       "{1} is given",
	missing:     "{1} is not given",
	whether:     "whether {1}",
	plus:        "{1} plus {2}",
	later:       "{1} plus {2}",
	earlier:     "{1} minus {2}",
	birth:       "{1}, taken as its last possible day",
	fold:        "what comes out of going through {1}, beginning with {2}, and taking for each item {3}",
	count:       "the number of items in {1} of which it is true that {2}",
	latest:      "the latest {1}, among {2} of which it is true that {3} ({4} if there is none)",
	part:        "part {1} of {2}",
	unknown:     "[this program does not understand: {1}]",
	yes:         "yes",
	no:          "no",
	empty:       "an empty list",
	more:        "and {1} more",
	quote:       "“{1}”",
	accumulator: "the result so far",
	current:     "the item",
	member:      "{1} of {2}",
	everything:  "all the data",
	entry:       " (no. {1})",
	nth:         "entry {1}",
	absent:      "missing",
	undecided:   "it cannot be said whether {1}",
	units:       [4][2]string{year: {"year", "years"}, month: {"month", "months"}, day: {"day", "days"}, hour: {"hour", "hours"}},
	verbs: [...]string{
		opEqual: "{1} is {2}", opIn: "{1} is in {2}",
		opLess: "{1} is less than {2}", opMore: "{1} is more than {2}",
		opAtMost: "{1} is at most {2}", opAtLeast: "{1} is at least {2}",
		opBefore: "{1} is before {2}", opAfter: "{1} is after {2}",
		opNotAfter: "{1} is not after {2}", opNotBefore: "{1} is not before {2}",
	},
	nots: [...]string{
		opEqual: "{1} is not {2}", opIn: "{1} is not in {2}",
		opLess: "{1} is at least {2}", opMore: "{1} is at most {2}",
		opAtMost: "{1} is more than {2}", opAtLeast: "{1} is less than {2}",
		opBefore: "{1} is not before {2}", opAfter: "{1} is not after {2}",
		opNotAfter: "{1} is after {2}", opNotBefore: "{1} is before {2}",
	},
}

var french = tongue{
	column:      1,
	oneOf:       [2]string{"{1} fait partie de : {2}", "{1} ne fait pas partie de : {2}"},
	all:         "toutes ces conditions sont remplies :",
	any:         "au moins une de ces conditions est remplie :",
	and:         " et ",
	or:          " ou ",
	ifThenElse:  "si {1}, alors {2} ; sinon {3}",
	ifThen:      "si {1}, alors {2}",
	when:        "si {1} :",
	whenList:    "si {1}, ",
	ifInline:    "si {1} alors {2}, sinon {3}",
	otherwise:   "sinon, ",
	met:         "la règle est remplie",
	unmet:       "la règle n’est pas remplie",
	answerIs:    "la réponse est {1}",
	always:      "toujours",
	never:       "jamais",
	given:       "{1} figure dans les données",
	missing:     "{1} ne figure pas dans les données",
	whether:     "le fait que {1}",
	plus:        "{1} plus {2}",
	later:       "{1} plus {2}",
	earlier:     "{1} moins {2}",
	birth:       "{1}, comptée comme son dernier jour possible",
	fold:        "ce que l’on obtient en parcourant {1}, à partir de {2}, et en prenant pour chaque élément {3}",
	count:       "le nombre d’éléments, parmi {1}, pour lesquels {2}",
	latest:      "le plus tardif parmi : {1}, pour {2} où {3} ({4} s’il n’y en a pas)",
	part:        "la partie {1} de : {2}",
	unknown:     "[ce programme ne comprend pas : {1}]",
	yes:         "oui",
	no:          "non",
	empty:       "une liste vide",
	more:        "et {1} de plus",
	quote:       "« {1} »",
	accumulator: "le résultat jusque-là",
	current:     "cet élément",
	member:      "{1} de {2}",
	everything:  "toutes les données",
	entry:       " (n° {1})",
	nth:         "l’entrée {1}",
	absent:      "sans valeur",
	undecided:   "on ne peut pas dire si {1}",
	units:       [4][2]string{year: {"an", "ans"}, month: {"mois", "mois"}, day: {"jour", "jours"}, hour: {"heure", "heures"}},
	verbs: [...]string{
		opEqual: "{1} est {2}", opIn: "{1} figure dans {2}",
		opLess: "{1} n’atteint pas {2}", opMore: "{1} dépasse {2}",
		opAtMost: "{1} ne dépasse pas {2}", opAtLeast: "{1} atteint {2}",
		opBefore: "{1} est avant {2}", opAfter: "{1} est après {2}",
		opNotAfter: "{1} n’est pas après {2}", opNotBefore: "{1} n’est pas avant {2}",
	},
	nots: [...]string{
		opEqual: "{1} n’est pas {2}", opIn: "{1} ne figure pas dans {2}",
		opLess: "{1} atteint {2}", opMore: "{1} ne dépasse pas {2}",
		opAtMost: "{1} dépasse {2}", opAtLeast: "{1} n’atteint pas {2}",
		opBefore: "{1} n’est pas avant {2}", opAfter: "{1} n’est pas après {2}",
		opNotAfter: "{1} est après {2}", opNotBefore: "{1} est avant {2}",
	},
}
