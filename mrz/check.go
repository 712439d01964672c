package mrz

import (
	"errors"
	"strings"
)

var (
	// ErrTooLong means more input than passport lines can be.
	ErrTooLong = errors.New("passport lines: input too long")
	// ErrLayout means that the text has not the length of any passport lines.
	ErrLayout = errors.New("passport lines: not the length of TD1, TD2, TD3, MRV-A or MRV-B lines")
	// ErrCharacter means a character that is not A to Z, 0 to 9 or <.
	ErrCharacter = errors.New("passport lines: character not allowed")
	// ErrValue means that a [Document] cannot be written as lines.
	ErrValue = errors.New("passport lines: value does not fit its field")
)

// A Field is a field of the lines, named as Doc 9303 does.
type Field string

const (
	FieldCode        Field = "document code"
	FieldIssuer      Field = "issuing state"
	FieldNumber      Field = "document number"
	FieldNationality Field = "nationality"
	FieldBirth       Field = "date of birth"
	FieldSex         Field = "sex"
	FieldExpiry      Field = "date of expiry"
	FieldOptional    Field = "optional data"
	FieldOptional2   Field = "second optional data"
	FieldName        Field = "name"
	FieldComposite   Field = "composite check digit"
)

// A Misread is a suggestion: the character in that line and column (from 1)
// looks like another one that would make the field right. Nothing is ever
// corrected silently. It is personal data; no error text holds it.
type Misread struct {
	Line, Column int
	Read, Maybe  byte
}

// A CheckError means that a check digit does not fit its field.
type CheckError struct {
	Field Field
	Maybe []Misread // single characters that would explain it
}

func (e *CheckError) Error() string {
	return "passport lines: " + string(e.Field) + ": wrong check digit"
}

// A FieldError means that a field holds what it cannot hold.
type FieldError struct {
	Field Field
	Maybe []Misread
}

func (e *FieldError) Error() string {
	return "passport lines: " + string(e.Field) + ": not allowed in this field"
}

// Errors are all the [FieldError] and [CheckError] of some lines, in the order
// of the fields. errors.As finds the first.
type Errors []error

func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, err := range e {
		texts[i] = err.Error()
		if i > 0 {
			texts[i] = strings.TrimPrefix(texts[i], "passport lines: ")
		}
	}
	return strings.Join(texts, "; ")
}

func (e Errors) Unwrap() []error { return e }

// CheckDigit computes the check digit of Doc 9303-3, 4.9: weights 7, 3, 1,
// modulo 10, A is 10, < is 0. Other characters count as 0.
func CheckDigit(s string) byte {
	sum := 0
	for i := range len(s) {
		v := 0
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			v = int(c - '0')
		case c >= 'A' && c <= 'Z':
			v = int(c-'A') + 10
		}
		sum += v * [3]int{7, 3, 1}[i%3]
	}
	return byte('0' + sum%10)
}

// lookalikes are the characters that scanners and people take for another.
func lookalikes(c byte) string {
	switch c {
	case '0':
		return "OQD"
	case 'O', 'Q', 'D':
		return "0"
	case '1':
		return "IL"
	case 'I', 'L':
		return "1"
	case '2':
		return "Z"
	case 'Z':
		return "2"
	case '5':
		return "S"
	case 'S':
		return "5"
	case '6':
		return "G"
	case 'G':
		return "6"
	case '8':
		return "B"
	case 'B':
		return "8"
	}
	return ""
}
