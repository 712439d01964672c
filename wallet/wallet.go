// Package wallet answers one question: what does this person, or this family,
// hold?
//
//	f, found, err := wallet.Parse(text)              // the file in clear
//	f, found, err := wallet.Open(sealed, passphrase) // the file as it is kept
//	for _, p := range f.People {                     // p.Certificates, p.History, p.Holder ...
//	sealed, err := f.Seal(passphrase)
//
// A wallet is one file with the certificates, stays, stamps, notices and
// receipts of one or several people: on a disk, a stick or a telephone, sealed
// with a passphrase. Nobody else has a copy, and no server is asked. [File.Add]
// takes what was scanned and says what it was, [File.Merge] joins two files,
// [File.Export] and [File.Delete] divide one, [Print] makes a sheet of codes for
// somebody without a telephone, and [Learn] says who could learn what from each
// code. Nothing here verifies: package verify does, when it is asked.
//
// # File
//
//	file        = "pratique-wallet/1." minor LF *person
//	person      = "person " label LF
//	              ["name " label LF]                       ; as it may be printed on a sheet
//	              ["document " country SP number SP birth LF]
//	              *("certificate" text) *("receipt" text)
//	              *line                                    ; of package history: stay, stamp, notice ...
//	label       = 1 to 100 bytes, no space at either end
//	country     = 1 to 3 capitals, as the machine-readable zone has it (UTO, D)
//	number      = 1 to 32 capitals and digits
//	birth       = 3*3(2 digits / "<<")                     ; year, month, day, as that zone has it
//	text        = SP 1*char LF                             ; one line
//	            / LF 1*(SP *char LF)                       ; several, each after a space
//
// It is a text of internal/signed without signatures: UTF-8, LF alone, no
// control characters but TAB. A text of several lines ends with a line feed,
// which stands for the last LF. A certificate is the text of a code in any
// format; a receipt is the text that package verify reads. Labels are the
// people's own choice, and each is there once.
//
// The document is the one to which stamps and notices are committed, see
// history.Commitment; of a birth date it has what they have, without a century.
// Somebody with two passports has two histories, and stands in a wallet twice.
//
// # What is not understood is kept
//
// A line that breaks the grammar, or that a later minor version knows and this
// build does not, is a [Finding], stays with the lines that follow it after a
// space in [Person.Unread] (or [File.Unread], where no person came before), and
// is printed again: what belongs to people is not lost because a program is old.
// A second person line with a label that was there goes on with the first;
// a second name or document of a person is not understood. Only a text that is
// no such file at all, or that begins in the middle of a line, is an error.
//
// [File.Bytes] prints the lines of a person in the order above, and last what
// was not understood. A file in that order is printed byte for byte; any other
// has the same lines after it.
//
// # Limits
//
// MaxSize bytes in clear, MaxSealed sealed; MaxPeople people, each with
// MaxTexts certificates and as many receipts of MaxText bytes, and
// history.MaxLines lines of history and what is not understood. What is beyond
// them is refused, when it is read and when it is written.
package wallet

import (
	"errors"

	"github.com/pratique/pratique/history"
)

// The limits of a file.
const (
	MaxSize   = 4 << 20 // bytes in clear
	MaxPeople = 100
	MaxTexts  = 200      // certificates of a person, and receipts
	MaxText   = 64 << 10 // bytes of one of them
	MaxLabel  = 100      // bytes
)

// File is a wallet. The zero File holds nobody.
type File struct {
	Minor  int // of the version; that of a later one is kept
	People []Person
	Unread []string // what was not understood before the first person
}

// Person is one person with what they hold.
type Person struct {
	Label        string         // their own choice
	Name         string         // as it may be printed on a sheet; empty: it may not
	Holder       history.Holder // the travel document; zero: not stated
	Certificates []string       // codes of any format
	Receipts     []string       // signed receipts
	History      history.File
	Unread       []string // what was not understood
}

var (
	// ErrFile means that a text is no wallet at all, or is beyond the limits.
	ErrFile = errors.New("not a " + fileName + " text")
	// ErrLimit means that a wallet would be beyond the limits.
	ErrLimit = errors.New("more than a wallet holds")
	// ErrWrite means that a File holds something that the grammar cannot say.
	ErrWrite = errors.New("the wallet cannot be written")
	// ErrPerson means that no person has the label.
	ErrPerson = errors.New("nobody in the wallet has this label")
	// ErrItem means that nothing of the person has the identifier, or more than one.
	ErrItem = errors.New("nothing in the wallet, or more than one thing, has this identifier")
)

// Code is what is wrong with a line.
type Code string

// The codes. What they are said of is kept.
const (
	Unreadable Code = "unreadable" // it breaks the grammar, or is of a later version
	Twice      Code = "twice"      // the label, the name or the document was there already
	Unplaced   Code = "unplaced"   // no person came before
)

// Finding says what is wrong with a line. It repeats nothing of it.
type Finding struct {
	Line int  `json:"line"` // from 1
	Code Code `json:"code"`
}

// Find returns the index of the person with a label.
func (f File) Find(label string) (int, bool) {
	for i, p := range f.People {
		if p.Label == label {
			return i, true
		}
	}
	return 0, false
}
