// Package sim answers one question: what does a policy do to an epidemic?
//
// A [Scenario] says who the people are, how the infection passes and what is
// done about it; [Run] makes one run of it, [New] and [Model.Step] go through
// one day by day. The structure is that of the published Oxford model of 2020
// (Hinch et al., "Effective configurations of a digital contact tracing app",
// 16 April 2020; its later version: PLOS Computational Biology 2021), made from
// its description: people live in households, meet others at school, work or
// clubs, and anybody by chance; who is infected infects by a curve over the
// days since then, by symptoms, by the age of those met; who feels ill may stay
// at home, with the household, notify by an app, be tested. docs/oxford.md
// compares the two.
//
// # The same bits everywhere
//
// A scenario, a seed and a version of this package give the same result on
// every machine and with any number of threads. Nothing in the state is a
// floating-point number: probabilities are integers in units of 2^-32, made
// from the parameters by arithmetic of this package's own in which no product
// is fused with a sum. Randomness is a function of what is drawn, for whom and
// on which day, so that a switch of policy leaves the draws of everything else
// as they were: two scenarios with one seed have the same people, the same
// colleagues and the same course of each illness.
//
// # Only what is asked for
//
// Nobody keeps a diary. Whom somebody met on a day is computed when an
// infection or a notification asks for it, and comes out the same each time:
// an edge of an occupation network is used by a draw of its own, and the
// partners of all chance contacts are the pairs of a permutation that can be
// computed at any point in both directions. Only people who are in quarantine,
// in hospital or dead are left out of it, which takes a count over all people a
// day. Contacts that would not pass the infection on are not looked up at all.
//
// # Text
//
// A scenario's text is UTF-8, at most 64 KiB and 500 lines. The first line is
// "pratique-scenario/1.0". Every other line is empty or names a field, once,
// with its values between spaces; what follows # is a comment.
//
//	pratique-scenario/1.0
//	title What if half of the telephones had it?
//	like oxford-scenario-3
//	app-uptake 0.5
//
// "title" takes any words, "like" the name of a scenario of [Names], whose
// values hold where nothing else is said; it stands before all fields. Without
// "like" every field must be there. The fields, with unit, bounds, meaning and
// source, are in [Fields]. Numbers are decimal, yes and no are words. Unknown
// and repeated fields, values out of bounds and values that do not fit together
// are refused with the field and the reason, before anything runs.
// [Scenario.String] writes every field; what [Parse] reads of that is written
// again byte for byte.
//
// # What it does as the published model does, and where it chose
//
//   - Who does not stay at home with symptoms starts no tracing of contacts,
//     but may be tested.
//   - Compliance is a property of a person, or with compliance-per-event drawn
//     each day.
//   - Users of the app are drawn by age, independently of their household.
//   - Somebody whom tracing finds is notified once, of the newest registered
//     contact; the quarantine is counted from its day. Of several the longest
//     holds.
//   - Chance contacts are among those who are not at home: the others are
//     matched with each other.
//   - Two people in one household always meet, quarantine or not, unless one
//     of them is in hospital. Nobody is infected in hospital.
//   - Decisions of a day are taken on its state before that day's tracing.
//
// Households come from the age pyramid and the household sizes alone (see
// household.go), not from a survey.
package sim
