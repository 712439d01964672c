package rules

// Finding is something that an author should know of a rule set.
type Finding struct {
	Code   string // form: the set is refused; others: see Check
	At     string // where in the file
	Detail string // what it is and what to do, for the author
}
