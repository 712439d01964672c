// Package desk answers one question: what does the computer at a border do for
// the page in which codes are verified?
//
// It serves the page, gives it the public data that it relies on, counts what
// officers decide and signs their receipts. A [Desk] is an http.Handler for one
// machine; whoever listens sees to it that only this machine can reach it. It
// verifies nothing: the page does, with package verify in WebAssembly, so that
// the text of a code never leaves the page.
//
// # What it is told
//
//	GET  /api/desk      what the desk is: [Settings]
//	GET  /api/world     what the page's verifier relies on, as command web/wasm reads it
//	POST /api/shift     {"officer", "clock", "passphrase"}: a shift begins: {"token", "signs"}
//	POST /api/decision  {"receipt", "confirm"}: a decision is counted and its receipt signed: {"receipt", "signed"}
//	POST /api/counts    {"counts"}: decisions that were made while the desk could not be reached
//	POST /api/end       the shift ends, and the key is forgotten
//	GET  /api/return    ?week=2026-W49: the weekly return, in CSV; without week the list of weeks
//
// All but shift that are POST need the token of a shift, as a bearer (RFC 6750).
// A refusal is {"error": word, "why": text}: see the constants of this package.
//
// # Who signs, and why not who verifies
//
// The page writes the receipt ([verify.NewReceipt]) and the desk signs its text.
// The other way, in which the desk would judge the code again, is no safer: who
// can run a page at this desk can as well show the desk another code. And it
// would bring what is personal into requests, memory and crash reports of a
// second program. The desk parses the text with the reader that all others use,
// which refuses a decision that may not stand, and signs it only if it is a
// receipt of this desk, by the officer of this shift, for now, by the rules and
// the data that this desk gives out. That a receipt's verdict is the right one
// for its code can be checked by everybody who has the code
// ([verify.Receipt.Replay]), which a signature could not add to.
//
// # Two officers
//
// A receipt may name a second officer, and must where somebody who met the rules
// is refused. That officer confirms with their own passphrase ("confirm"), which
// goes with the decision: it holds for this receipt and for nothing else. Who may
// do so stands in the file of [Officers], which is prepared beforehand:
//
//	file    = "pratique-officers/1.0" LF *officer
//	officer = "officer " NAME " scrypt " WORK " " SALT " " KEY LF
//
// WORK is the logarithm of scrypt's N (RFC 7914; r is 8, p is 1), 16 to 18, SALT
// 16 and KEY 32 bytes in base64url. A wrong passphrase and a name that is not on
// the list cost the same, one at a time, and get the same refusal; after five of
// them nobody confirms any more in that shift. A desk without the file, and a
// page that cannot reach its desk, cannot refuse such a person: there is the
// second desk.
//
// # Data
//
// What pages rely on can be renewed while the desk runs ([Desk.Renew]): a page
// asks for it from time to time, with the tag of what it has. A receipt may rest
// on any of the last few, so that nobody who stands at the desk is judged twice.
//
// # Clock
//
// The clock of an old computer may be dead. Its floor is the newest moment that
// is certain: the time of the data, or the last hour in which a decision was
// counted. At the start of a shift the officer confirms date and time, or sets
// them; the difference to the computer's clock then holds for the shift.
//
// # Counts
//
// Of a decision one line is kept: the hour, the verdict, the outcome, the reason
// of an override and the code of a fixed sentence. Nothing of it is about a
// person. One file a week of ISO 8601, in the local time of the decision:
//
//	file  = "pratique-counts/1.0" LF *line
//	line  = hour SP verdict SP outcome SP (override / "-") SP (sentence / "-") SP check LF
//	hour  = "2026-12-03T14+08:00"
//	check = CRC-32 (IEEE) of the line up to the space before it, 8 hexadecimal digits
//
// A decision is acknowledged once its line is safe on the disk. After a loss of
// power the last lines may be torn or full of rubbish: what does not fit its
// check is left out and told ([Return.Damaged]). What was acknowledged is there;
// what was not may be counted or not.
//
// # Against whom
//
// Other pages in the same browser: requests must name this machine as their host
// (DNS rebinding), requests that change something must come from this origin and
// be JSON, answers carry no permission to be read by others. Other programs of
// other users of the machine: a shift begins with the passphrase of the key, if
// it has one, and what counts or signs needs the token of the shift. A program
// of the same user, or somebody at the open screen, can do what the officer can.
package desk
