// Package conform answers one question: does this implementation say what the
// standard asks of a reader, a verifier, an issuer or a rule engine?
//
// A [Plan] is the vectors as questions. Whoever holds an implementation (a
// child process, an address, a function) asks them one by one with [Plan.Run],
// and has a [Report]: what passed, what failed and how, in text that can be
// signed. Nothing here starts a process or opens a connection.
//
// # Protocol
//
// An implementation answers JSON objects (RFC 8259, UTF-8), one for each, in
// order: a process by lines on standard output for lines on standard input, a
// server by the body of a response to each POST. Each question stands alone:
// nothing must be remembered from an earlier one. Members that are not known
// are to be ignored.
//
//	question = { v: 1, id: number, op: "hello" | "read" | "verify" | "issue" | "eval", ... }
//	answer   = { id: the same number, ... }
//
// An answer may instead have one of two members, with a reason in plain words:
//
//	unsupported   this is not for me; the vector is declared, and neither passed nor failed
//	refused       I looked, and do not take it
//
// hello, the first question:
//
//	answer   { name, version, roles: ["reader" | "verifier" | "issuer" | "rules"],
//	           formats: ["hc1" | "shc" | "vds" ...],       what it reads and makes; none: all
//	           judges?: [name] }                           what a verifier's answers say
//
// read: what does this code say, whoever signed it?
//
//	question { text }
//	answer   { format, payload? }                          payload: the format's own content, as JSON
//
// verify: who signed this code, and is it accepted?
//
//	question { text, world: { name, keys: [key], files: { name: text }, key_policy?, as_of?, hard_expiry? },
//	           question: { to?, from?, via?, purpose?, at, now? } }
//	key      { kid: base64, jwk, country, uses: [use], issuer?, certificate?: base64 of DER,
//	           not_before?, not_after? }
//	answer   { checks: { signature: "pass" | "fail" | "unknown", key_use?, in_force?, schema?, unrevoked?,
//	                     recognised?, rules? },
//	           verdict?: "green" | "amber" | "red" | "grey", reasons?: [code], person?: { name, birth_date },
//	           changes_at?, payload? }
//
// The keys are in the files, too, beside recognitions, rules and withdrawals in
// our public text forms; who checks signatures alone needs the keys only. What
// an implementation's answers do not say is not judged, except for what its
// hello promises under judges, and signature, which every verifier says. Names
// for judges are those of the checks, and verdict, reasons, person, changes_at,
// payload. A code that a verifier refuses has not passed.
//
// issue: make a code that says this.
//
//	question { format, certificate, payload, key: { kid: base64, jwk, pkcs8: base64, country, issuer?,
//	           certificate?: base64 of DER }, at, until? }
//	answer   { text }
//
// certificate is the neutral form, payload the same as the format has it: an
// issuer takes the one that it likes. The key is a demo key, with its private
// part. What is made is read, verified and compared by this program.
//
// eval: what does this expression of CertLogic say of this data?
//
//	question { logic, data }
//	answer   { result } or { error }
//
// # Judgement
//
// A vector passes, fails, or is declared. A failure says how: lenient (it takes
// what it must not, or gives a colour nearer to green), stricter (it refuses
// what it must take, or gives a colour farther from green), different (neither),
// or broken (no answer in time, none at all, too long, or no answer to the
// question). A vector whose result is "acceptable" is what the field issued
// against its own standard: an implementation that refuses it passes, and the
// report marks it stricter all the same.
//
// # Limits
//
// An answer has at most [MaxAnswer] bytes; how long one may take is for the
// caller to say.
package conform

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// MaxAnswer is the longest answer, in bytes.
const MaxAnswer = 1 << 20

// Role is what an implementation does.
type Role string

// The roles.
const (
	Reader   Role = "reader"
	Verifier Role = "verifier"
	Issuer   Role = "issuer"
	Rules    Role = "rules"
)

// Roles are all roles.
func Roles() []Role { return []Role{Reader, Verifier, Issuer, Rules} }

// Request is a question, see the protocol.
type Request struct {
	V           int             `json:"v"`
	ID          int             `json:"id"`
	Op          string          `json:"op"`
	Text        string          `json:"text,omitempty"`
	World       *World          `json:"world,omitempty"`
	Question    *Question       `json:"question,omitempty"`
	Format      string          `json:"format,omitempty"`
	Certificate json.RawMessage `json:"certificate,omitempty"`
	Payload     json.RawMessage `json:"payload,omitempty"`
	Key         *SigningKey     `json:"key,omitempty"`
	At          time.Time       `json:"at,omitzero"`
	Until       time.Time       `json:"until,omitzero"`
	Logic       json.RawMessage `json:"logic,omitempty"`
	Data        json.RawMessage `json:"data,omitempty"`
}

// World is what the verifier knows.
type World struct {
	Name       string            `json:"name"`
	Keys       []Key             `json:"keys"`
	Files      map[string]string `json:"files"`
	KeyPolicy  string            `json:"key_policy,omitempty"`
	AsOf       *time.Time        `json:"as_of,omitempty"`
	HardExpiry *time.Time        `json:"hard_expiry,omitempty"`
}

// Question is what is asked of a code.
type Question struct {
	To      string    `json:"to,omitempty"`
	From    string    `json:"from,omitempty"`
	Via     []string  `json:"via,omitempty"`
	Purpose string    `json:"purpose,omitempty"` // empty: entry
	At      time.Time `json:"at"`
	Now     time.Time `json:"now,omitzero"` // zero: at
}

// Key is a public key of a world, for implementations that do not read our lists.
type Key struct {
	KeyID       []byte          `json:"kid"`
	JWK         json.RawMessage `json:"jwk"`
	Country     string          `json:"country"`
	Uses        []string        `json:"uses"` // "any": all kinds of health certificates
	Issuer      string          `json:"issuer,omitempty"`
	Certificate []byte          `json:"certificate,omitempty"`
	NotBefore   time.Time       `json:"not_before,omitzero"`
	NotAfter    time.Time       `json:"not_after,omitzero"`
}

// SigningKey is a demo key with its private part.
type SigningKey struct {
	KeyID       []byte          `json:"kid"`
	JWK         json.RawMessage `json:"jwk"` // with d
	PKCS8       []byte          `json:"pkcs8"`
	Country     string          `json:"country"`
	Issuer      string          `json:"issuer,omitempty"` // of a SMART Health Card
	Certificate []byte          `json:"certificate,omitempty"`
}

// Person is who an answer names.
type Person struct {
	Name      string `json:"name"`
	BirthDate string `json:"birth_date"`
}

// Answer is what an implementation answers, see the protocol.
type Answer struct {
	ID          int    `json:"id"`
	Unsupported string `json:"unsupported,omitempty"`
	Refused     string `json:"refused,omitempty"`

	Name    string   `json:"name,omitempty"`
	Version string   `json:"version,omitempty"`
	Roles   []Role   `json:"roles,omitempty"`
	Formats []string `json:"formats,omitempty"`
	Judges  []string `json:"judges,omitempty"`

	Format    string            `json:"format,omitempty"`
	Payload   json.RawMessage   `json:"payload,omitempty"`
	Checks    map[string]string `json:"checks,omitempty"`
	Verdict   string            `json:"verdict,omitempty"`
	Reasons   []string          `json:"reasons,omitempty"`
	Person    *Person           `json:"person,omitempty"`
	ChangesAt string            `json:"changes_at,omitempty"`
	Text      string            `json:"text,omitempty"`
	Result    json.RawMessage   `json:"result,omitempty"`
	Error     string            `json:"error,omitempty"`
}

var (
	// ErrBroken means that a question got no answer that could be judged. The
	// error says why: nothing in time, an end, too much, or no answer to it.
	ErrBroken = errors.New("no answer")
	// ErrHello means that an implementation does not say what it is.
	ErrHello = errors.New("the implementation does not introduce itself")
)

// ParseAnswer reads the answer to the question with the identifier.
func ParseAnswer(b []byte, id int) (Answer, error) {
	if len(b) > MaxAnswer {
		return Answer{}, fmt.Errorf("%w: longer than %d bytes", ErrBroken, MaxAnswer)
	}
	var a Answer
	if err := json.Unmarshal(b, &a); err != nil {
		return Answer{}, fmt.Errorf("%w: what came is not an answer in JSON", ErrBroken)
	}
	if a.ID != id {
		return Answer{}, fmt.Errorf("%w: what came answers question %d, not %d", ErrBroken, a.ID, id)
	}
	return a, nil
}
