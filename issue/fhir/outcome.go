package fhir

import (
	"encoding/json"
	"errors"

	"github.com/pratique/pratique/internal/jcs"
	"github.com/pratique/pratique/issue/intake"
)

// issue is one entry of an OperationOutcome.
type issue struct {
	Severity    string   `json:"severity"`
	Code        string   `json:"code"`
	Details     *concept `json:"details,omitempty"`
	Diagnostics string   `json:"diagnostics,omitempty"`
	Expression  []string `json:"expression,omitempty"`
}

type concept struct {
	Coding []coding `json:"coding"`
}

type coding struct {
	System string `json:"system"`
	Code   string `json:"code"`
}

// types are the codes of FHIR's value set issue-type that say what a finding says.
var types = map[intake.Code]string{
	intake.Missing: "required", intake.Unreadable: "value", intake.UnknownCode: "code-invalid", intake.UnknownField: "structure",
	intake.NoOffset: "value", intake.Imprecise: "value", intake.Unresolved: "not-found", intake.Unsupported: "not-supported", intake.Version: "not-supported",
	intake.Structure: "structure", intake.Size: "too-long", intake.Twice: "duplicate", intake.Reused: "duplicate", intake.Left: "informational",
	intake.Cancelled: "informational", intake.Several: "multiple-matches", intake.Charset: "structure",
}

// Outcome writes the OperationOutcome that answers a message: an issue for each
// finding, or one that says that all is well.
func Outcome(m intake.Message) []byte {
	var list []issue
	for f := range m.All {
		code := types[f.Code]
		if code == "" {
			code = "business-rule"
		}
		list = append(list, issue{string(f.Severity), code, &concept{[]coding{{"https://pratique.example/codes", string(f.Code)}}}, f.Code.Hint(), []string{f.Place}})
	}
	if list == nil {
		list = []issue{{Severity: "information", Code: "informational", Diagnostics: "all of it was read"}}
	}
	return outcome(list)
}

// Refusal writes the OperationOutcome that answers a text of which Read gave an error.
func Refusal(err error) []byte {
	code := "structure"
	switch _, isJSON := errors.AsType[*jcs.Error](err); {
	case errors.Is(err, ErrTooLong):
		code = "too-long"
	case !isJSON:
		code = "not-supported"
	}
	return outcome([]issue{{Severity: "fatal", Code: code, Diagnostics: err.Error()}})
}

func outcome(list []issue) []byte {
	b, _ := json.Marshal(struct {
		Type  string  `json:"resourceType"`
		Issue []issue `json:"issue"`
	}{"OperationOutcome", list}) // texts alone: never fails
	return b
}
