package intake

// Severity says what a finding does to its item.
type Severity string

// The severities.
const (
	Error       Severity = "error"       // nothing is certified
	Warning     Severity = "warning"     // it is certified; somebody should look
	Information Severity = "information" // something was left out that no certificate holds
)

// Code is what was found.
type Code string

// The codes. Each has its hint.
const (
	Missing       Code = "missing"        // what a certificate must say
	Unreadable    Code = "unreadable"     // of a form that it should not have
	UnknownCode   Code = "unknown_code"   // a code or word that no table here has
	UnknownField  Code = "unknown_field"  // a column or member that the input does not have
	Future        Code = "future"         // after the moment at which it came
	Order         Code = "order"          // dates that contradict each other
	Implausible   Code = "implausible"    // possible and unlikely
	NoOffset      Code = "no_offset"      // a moment that may be any of 26
	Imprecise     Code = "imprecise"      // a date where the time of day counts
	Preliminary   Code = "preliminary"    // a result that is not final
	Cancelled     Code = "cancelled"      // a result that was taken back, or never was
	Inconclusive  Code = "inconclusive"   // the laboratory could not say
	NotGiven      Code = "not_given"      // a dose that was refused, or not completed
	Recalled      Code = "recalled"       // a dose that is known from memory alone
	Contradiction Code = "contradiction"  // two fields that cannot both be true
	Several       Code = "several"        // more than one, where only one can be taken
	Unresolved    Code = "unresolved"     // a reference to what is not there
	Left          Code = "left_out"       // not held by any certificate
	Guessed       Code = "guessed"        // read from words, or assumed
	Unsupported   Code = "unsupported"    // a kind of message or content that is not read
	Version       Code = "version"        // of a standard, that is not read
	Purpose       Code = "purpose"        // a message for training, or for debugging
	Structure     Code = "structure"      // parts in an order, or of a form, that cannot be
	Charset       Code = "charset"        // letters in an encoding that was not named, or is not known
	Size          Code = "size"           // beyond a limit
	Formula       Code = "formula"        // a value that a spreadsheet would compute
	Twice         Code = "twice"          // a member or column that stands twice
	Pseudonym     Code = "pseudonym"      // a name that is none
	NotTranslated Code = "not_translated" // a name that no rule writes in the letters of passports
	OtherPerson   Code = "other_person"   // the name or birth date is not that of the passport
	Reused        Code = "reused"         // the identifier of another message
	Format        Code = "format"         // what the format of the code must have, and cannot be left out
)

// hints say what to do about a finding.
var hints = map[Code]string{
	Missing:       "state it",
	Unreadable:    "write it in the form that the documentation gives",
	UnknownCode:   "use a code that the documentation lists",
	UnknownField:  "look whether it is misspelt; the documentation lists all",
	Future:        "correct the date, or the clock of the sender",
	Order:         "correct the dates: one of them cannot be",
	Implausible:   "look whether the date is right",
	NoOffset:      "send moments with their offset from UTC, or configure that of the sender",
	Imprecise:     "state the time of day",
	Preliminary:   "send it again when it is final",
	Cancelled:     "nothing to do: it is not certified",
	Inconclusive:  "take another sample",
	NotGiven:      "nothing to do: it is not certified",
	Recalled:      "ask for the paper, or for the register",
	Contradiction: "ask the sender which of the two is right",
	Several:       "send one of them alone",
	Unresolved:    "send what it refers to in the same message",
	Left:          "nothing to do: certificates do not hold it",
	Guessed:       "send a code instead of a word",
	Unsupported:   "send one of the kinds that the documentation lists",
	Version:       "send one of the versions that the documentation lists",
	Purpose:       "send results of real persons for production, others to the system for exercises",
	Structure:     "correct the message as its standard says",
	Charset:       "send UTF-8, and say so",
	Size:          "send less at once",
	Formula:       "write the value itself",
	Twice:         "leave one of them out",
	Pseudonym:     "state the legal name",
	NotTranslated: "give the lines of the passport, or the name as it has it",
	OtherPerson:   "compare name and birth date with the passport, letter by letter",
	Reused:        "give every message an identifier of its own",
	Format:        "state it, or take a format of codes that does without it",
}

// Hint says what to do about it, as a short sentence without its full stop.
func (c Code) Hint() string { return hints[c] }

// Finding is something that is wrong with an input, or was left out of it. It
// repeats nothing of the input.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     Code     `json:"code"`
	Place    string   `json:"place"`
}

// String says the finding on one line.
func (f Finding) String() string {
	return string(f.Severity) + ": " + f.Place + ": " + string(f.Code) + ": " + f.Code.Hint()
}

// HasError reports whether one of the findings is an error.
func HasError(list []Finding) bool {
	for _, f := range list {
		if f.Severity == Error {
			return true
		}
	}
	return false
}
