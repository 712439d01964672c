// Package history answers one question: where was this person, what proves it,
// and what do an area list or a health authority's notice say about it?
//
//	f, found, err := history.Parse(text)              // the person's file
//	h, found := f.Open(keys)                          // what is signed, under trusted keys
//	e, found := h.Sift(holder, at)                    // what counts, for this person, at this moment
//	a := e.Was(history.Question{Place: ..., From: ..., Until: ...})
//	show := e.Fewest(question)                        // the fewest stamps that prove the answer
//	orders := e.Orders()                              // isolation and quarantine in force
//
// The history is the person's: a file on their device, or a sheet of codes. No
// office needs to keep a movement, and nothing here asks one. All functions are
// pure: the answer depends on the file, the keys, the holder's document, the
// public lists and the moment, and on nothing else, in whatever order these come.
//
// # What it is worth, and what not
//
//   - A stamp is signed by the border desk of a country. It proves that the
//     holder of a document crossed that border at that moment. Stamps are by
//     country: none proves in which region a person was; that is declared.
//   - Absence from a place is proved only where stamped stays elsewhere cover the
//     whole window. What they leave open is declared, and a gap is declared and
//     never worse: there is no rule by which silence is guilt.
//   - Somebody with two passports has two histories, and can show one. A link
//     from each stamp to the one before ([Stamp.Previous]) shows a stamp that was
//     left out in between, if the person showed that one to the next desk; it
//     does not show a stamp that was never shown again.
//   - Many countries stamp no exit, and none stamps within a common travel
//     area. Such stays are [Open]: begun with a stamp, ended with none.
//   - Between an exit and the next entry a person is in transit, for as long as
//     the question allows ([Question.Transit]). Where a question allows a day, a
//     day is not proved.
//   - Declared stays, exposure days that nobody signed, checks, venue warnings and
//     symptoms are the person's own word. They can be left out, and a rule must
//     not punish who tells. What is signed can be left out too.
//   - That no exposure day is shown says nothing, unless a line says that a device
//     looked ([Check]); and that is the person's word.
//
// # Time
//
// A moment has an offset. A date is the calendar day at the offset of the moment
// of the verdict, and an interval: a stay from a date began at some second of
// it. So on the day on which one stay ends and the next begins a person is in
// either place, and a stay that ends on a day on or before another begins does
// not overlap it. Who crosses the date line writes moments. Moments are whole
// seconds; intervals contain their beginning and not their end. Tracking systems
// count days of UTC: such a day is not of the future if it has begun there.
//
// # File
//
//	file     = "pratique-history/1." minor LF *line
//	line     = stay / stamp / notice / exposure / signed / checked / venue / symptom
//	stay     = "stay " place SP bound SP (bound / "-") LF      ; "-": still there
//	stamp    = "stamp HC1:" base45 LF                          ; see Stamp
//	notice   = "notice HC1:" base45 LF                         ; see Notice
//	exposure = "exposure " date SP risk SP word SP word LF     ; the system, the rule: the person's word
//	signed   = "exposure HC1:" base45 LF                       ; see Exposure
//	checked  = "checked " date SP word LF                      ; the system: see Check
//	venue    = "venue " moment SP moment SP risk LF            ; a warning that matched
//	symptom  = "symptom " date SP word LF
//
//	place    = code ["/" region]
//	code     = 2 capitals, ISO 3166-1 alpha-2 or user-assigned
//	region   = 1*10 capital letters, digits and hyphens        ; as area lists have it
//	bound    = date / moment
//	date     = YYYY-MM-DD
//	moment   = RFC 3339 with whole seconds and an offset, "Z" for UTC, years 1900 to 2999
//	risk     = "low" / "high"
//	word     = 1*32 lower-case letters, digits, "_", "-" and "."
//
// It is a text of internal/signed without signatures. A line that breaks the
// grammar is a [Finding] and the rest of the file survives; only a text that is
// no such file at all is an error. [File.Bytes] prints the lines by kind, in the
// order above; a file in that order and without findings is printed byte for byte.
//
// Limits: [MaxFile] bytes, [MaxLines] lines, 2000 bytes a line.
package history

import (
	"cmp"
	"slices"
	"strconv"
)

// Limits of a file.
const (
	MaxFile  = 1 << 20
	MaxLines = 1000
	maxLine  = 2000
)

// Code is what is wrong with a line, a code or an item, for programs.
type Code string

// The codes. An item with one of the first groups is left out; with one of the
// last it is kept and counts for less, as the comment says.
const (
	// A line of a file.
	Unreadable Code = "unreadable" // it breaks the grammar, or is of a later version

	// A code, of a stamp, a notice or an exposure statement.
	NotACode         Code = "not_a_code"        // no HC1 code
	WrongContent     Code = "wrong_content"     // it holds something else
	Malformed        Code = "malformed"         // authentic, and not what it should hold
	Forged           Code = "forged"            // the signature does not verify under the key that it names
	UnknownSigner    Code = "unknown_signer"    // no trusted key has this identifier, or it names none
	UnknownAlgorithm Code = "unknown_algorithm" // or a critical part unknown to this build
	NotEntitled      Code = "not_entitled"      // the key may not sign this use
	ForeignSigner    Code = "foreign_signer"    // the key is of another jurisdiction than the code states
	KeyNotInForce    Code = "key_not_in_force"  // when it was signed
	Expired          Code = "expired"           // its signature is no longer to be relied on
	OtherHolder      Code = "other_holder"      // it is about another document
	Repeated         Code = "repeated"          // the same stands in the history already
	Replaced         Code = "replaced"          // by a later one, of the same authority or system

	// A stay, or another item.
	UnknownJurisdiction Code = "unknown_jurisdiction"
	UnknownCode         Code = "unknown_code" // of a region, a risk, a system, a word
	Reversed            Code = "reversed"     // it ends before it begins
	Future              Code = "future"       // it begins after the moment of the verdict
	ContradictsStamp    Code = "contradicts_stamp"

	// A release of a notice.
	ForeignRelease Code = "foreign_release"   // of another jurisdiction's order
	EarlyRelease   Code = "release_too_early" // it was made before the order

	// Kept, with less weight.
	EndsInFuture     Code = "ends_in_future"     // the stay counts up to the moment of the verdict
	Overlap          Code = "overlap"            // two declared stays at once: neither is sure
	EntryTwice       Code = "entry_twice"        // no exit between: the first stay is open
	EntryWithoutExit Code = "entry_without_exit" // the next stamp is of another country: the stay is open
	ExitWithoutEntry Code = "exit_without_entry" // the stay is open at its beginning
	ChainMissing     Code = "chain_missing"      // the stamp before, which this one names, is not shown: what lies between is declared
	ChainOrder       Code = "chain_order"        // the stamp before, which this one names, is not the one before in time
	ReleasesNothing  Code = "releases_nothing"   // the notice that it ends is not shown
	TakesBack        Code = "takes_back"         // the exposure statement says that there was no risk after all
)

// Kind is a kind of item.
type Kind string

// The kinds; a finding of kind Line counts lines from 1, one of another kind the
// items of that kind from 0.
const (
	KindLine      Kind = "line"
	KindStay      Kind = "stay"
	KindStamp     Kind = "stamp"
	KindNotice    Kind = "notice"
	KindExposure  Kind = "exposure"  // a day, the person's own word
	KindStatement Kind = "statement" // a day that is signed
	KindChecked   Kind = "checked"
	KindVenue     Kind = "venue"
	KindSymptom   Kind = "symptom"
)

// Finding says what is wrong with one part of a history. It repeats nothing of it.
type Finding struct {
	Kind  Kind `json:"kind"`
	Index int  `json:"index"` // in what was given to the function that found it
	Code  Code `json:"code"`
	Kept  bool `json:"kept,omitempty"` // marked, and still used
}

// String says it in a line.
func (f Finding) String() string {
	s := string(f.Kind) + " " + strconv.Itoa(f.Index) + ": " + string(f.Code)
	if f.Kept {
		s += " (kept)"
	}
	return s
}

// findings gathers what is wrong.
type findings []Finding

func (f *findings) refuse(k Kind, i int, c Code) { *f = append(*f, Finding{k, i, c, false}) }
func (f *findings) mark(k Kind, i int, c Code)   { *f = append(*f, Finding{k, i, c, true}) }

// sorted orders findings by kind, item and code, each once, so that they do not
// tell how they were found.
func (f findings) sorted() []Finding {
	slices.SortFunc(f, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Index, b.Index), cmp.Compare(a.Code, b.Code))
	})
	return slices.Compact(f)
}

// Error says why a code could not be opened, or one not be made.
type Error struct {
	Code Code
	Err  error
}

// Error implements error. It repeats nothing of the code.
func (e *Error) Error() string { return "history: " + string(e.Code) + ": " + e.Err.Error() }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
