// Package verify answers one question: what does this code mean for this
// person's trip, at this moment, by the rules of the destination?
//
// [Check] is one pure function from a [World] (what a verifier knows), the text
// of a code and a [Question] (trip, purpose, moment) to a [Report]: the checks,
// each reason with its next step, the colour, and when it changes by itself.
// Nothing here reads the clock, the network or the disk, and nothing is kept:
// the same inputs give the same answer on a border desk, a phone and a server.
//
// # Authentic is not acceptable
//
// The first lines of an answer say whether the certificate is authentic: signed
// by a known key, entitled to it, in force, not withdrawn. The last lines say
// whether the destination accepts it: whom it recognises, and its rules. They
// are separate everywhere; a colour is made of both by one table.
//
// # The colour table
//
// Every reason has a code (package words says it to people) and gives one
// colour; see [ColourOf] for the table in code, and docs/colour.md for the same
// in words. Where several hold the order is red, grey, amber, green. A reason
// without a colour is a line beside the verdict. The zero Colour, the zero
// Report and the zero World are grey, know nobody and accept nothing.
//
//	red    a signature that fails under the key that the code names; a key not
//	       entitled to this use; withdrawn for error or fraud; evidence of
//	       present infection within the rule's window; an isolation order in
//	       force; a rule marked to refuse; an invalidation rule of the issuer
//	grey   not readable as a health code, or in a way that this build does not
//	       know; signer on no list; no rules for destination and purpose, or
//	       lapsed; a rule that cannot be evaluated; data past its hard expiry;
//	       a clock that cannot be right
//	amber  signature expired or not yet valid, or made outside the life of its
//	       key; withdrawn because a key was lost; issuer, laboratory or use not
//	       recognised by the destination; a rule not met, or not met for lack
//	       of data; the certificate of another person than the passport's
//	green  all met
//
// # Times
//
// A verdict is for a moment at the place of arrival ([Question.At]). The age of
// data is judged at the moment of asking ([Question.Now]). When the verdict
// will change by itself is computed: the moments at which any check can turn
// are collected, and the whole judgement is run again at each, in order, until
// the colour is another.
//
// # Receipts
//
// After a decision a person leaves with a [Receipt]: what was asked, what was
// answered, by which rules, what the officer decided and why, and where to
// appeal, signed by the desk, and nothing about the person. Whoever has the
// certificate can have it judged again by the documents that the receipt names
// ([Receipt.Replay]).
package verify
