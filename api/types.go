package api

import (
	"github.com/pratique/pratique/verify"
)

// Limits of a request.
const (
	MaxBody  = 4 << 20
	MaxItems = 500
	MaxCodes = 5 // of one person
)

// Journey is what is asked for every person of a request.
type Journey struct {
	To      string       `json:"to,omitempty" doc:"The country of destination, whose rules are asked: ISO 3166-1 alpha-2, or XA to XZ for exercises. Or give trip." example:"XB"`
	From    string       `json:"from,omitempty" doc:"The country where the journey begins." example:"XA"`
	Via     []string     `json:"via,omitempty" doc:"Countries on the way."`
	Trip    *verify.Trip `json:"trip,omitempty" doc:"The whole journey, instead of to, from and via; the last leg is the destination."`
	Purpose string       `json:"purpose,omitempty" doc:"entry (the default), transit, exit, venue or self."`
	At      string       `json:"at,omitempty" doc:"The moment of arrival, for which is judged, with an offset; else that of the request." format:"date-time"`
	Lang    string       `json:"lang,omitempty" doc:"The language of the sentences: en (the default) or fr."`
	Detail  string       `json:"detail,omitempty" doc:"minimal (the default), desk or full."`
}

// Showing is what one person shows.
type Showing struct {
	ID       string   `json:"id,omitempty" doc:"Yours, given back with the answer: up to 64 characters. Do not put a name or a number of a document here."`
	Code     string   `json:"code,omitempty" doc:"The text of the code as it was scanned." example:"HC1:..."`
	Codes    []string `json:"codes,omitempty" doc:"Several codes of the same person, instead of code: one that suffices is enough; where the destination asks for several things, each may be met by another code."`
	Passport string   `json:"passport,omitempty" doc:"The machine-readable lines of the passport, to compare name and birth date. They are not kept and not repeated."`
	Outcome  string   `json:"outcome,omitempty" doc:"What was decided, for the receipt: admitted, second_desk, health_service or refused; else what follows from the colour."`
	Override string   `json:"override,omitempty" doc:"Why, where the outcome does not follow from the colour."`
}

// Request asks about one person.
type Request struct {
	Journey
	Showing
}

// Batch asks about several people on one journey.
type Batch struct {
	Journey
	Items []Showing `json:"items" doc:"The people, each with their codes."`
}

// Answer is what is said about one person.
type Answer struct {
	V           int                     `json:"v" doc:"The version of this form: 1. Members are only added."`
	ID          string                  `json:"id,omitempty" doc:"As in the request."`
	Verdict     string                  `json:"verdict" doc:"green, amber, red or grey. It advises; a person decides."`
	Word        string                  `json:"word" doc:"The verdict in words."`
	Reasons     []Reason                `json:"reasons" doc:"Why, those that gave the verdict first."`
	Obligations []verify.SaidObligation `json:"obligations" doc:"With green: what the person owes after entry."`
	Passport    *Fit                    `json:"passport,omitempty" doc:"How the certificate fits the passport, where one was given."`
	Desk        *verify.Answer          `json:"desk,omitempty" doc:"With detail desk or full: the whole answer, as the command line prints it. It holds personal data."`
	Receipt     string                  `json:"receipt,omitempty" doc:"The receipt, signed: give it to the person, or keep it as the proof that the check was made. There is nothing about the person in it."`
	Unsigned    bool                    `json:"unsigned,omitempty" doc:"The service has no key for receipts, so there is none."`
	Data        verify.SaidData         `json:"data" doc:"What the answer rests on, and how old it is."`
}

// Reason is why, as a receipt says it: nothing of a person's health.
type Reason struct {
	Code   string `json:"code" doc:"For programs; its meaning never changes. docs/colour.md lists them."`
	Colour string `json:"colour,omitempty" doc:"The colour that it gives; none for a line beside the verdict."`
	Rule   string `json:"rule,omitempty" doc:"The identifier of the rule that it is about."`
	Text   string `json:"text,omitempty" doc:"For people."`
	Next   string `json:"next,omitempty" doc:"What to do now."`
}

// Fit says how a certificate fits a passport. It repeats no letter of a name.
type Fit struct {
	Name      string `json:"name" doc:"same, variant, truncated, part_missing, swapped, different or unknown."`
	Near      bool   `json:"near,omitempty" doc:"Different, but by one typing slip: look again."`
	BirthDate string `json:"birth_date" doc:"equal, compatible, different or unknown."`
}

// Answers are those of a batch, in its order.
type Answers struct {
	V       int            `json:"v" doc:"The version of this form: 1."`
	Items   []Answer       `json:"items" doc:"One answer for each item, in order."`
	Summary map[string]int `json:"summary" doc:"How many of each colour."`
}

// State is what the answers rest on.
type State struct {
	V      int             `json:"v" doc:"The version of this form: 1."`
	Data   verify.SaidData `json:"data" doc:"As in an answer."`
	Keys   int             `json:"keys" doc:"How many keys are known."`
	Rules  []RuleSet       `json:"rules" doc:"The rule sets that are known."`
	Signs  bool            `json:"signs" doc:"The service signs receipts."`
	Ready  bool            `json:"ready" doc:"There is data that is not past its end."`
	Budget int             `json:"budget" doc:"The cost that this client may spend a minute; one code costs one."`
}

// RuleSet names a rule set.
type RuleSet struct {
	ID           string `json:"id" doc:"Its name."`
	Version      string `json:"version" doc:"Its version."`
	Jurisdiction string `json:"jurisdiction" doc:"Whose it is."`
	Purpose      string `json:"purpose" doc:"What it is for."`
	Until        string `json:"until" doc:"When it lapses." format:"date-time"`
	Digest       string `json:"digest" doc:"SHA-256 of its canonical form, which receipts cite."`
}

// Failure is an error.
type Failure struct {
	Error Fault `json:"error" doc:"What went wrong. Nothing of the request is repeated."`
}

// Fault says what went wrong.
type Fault struct {
	Code string `json:"code" doc:"For programs: bad_request, unauthorised, not_found, method, too_large, media_type, too_many, no_data."`
	Text string `json:"text" doc:"For people."`
	Hint string `json:"hint" doc:"What to do now."`
}
