// Package border answers one question: what does a policy at a border do to the
// infections that travellers bring, and what does it cost?
//
// A [Setting] says who travels, how the infection goes, how well the tests find
// it, and what is asked of travellers; [Setting.Evaluate] gives the [Outcome]
// as a finite sum, without chance: over the moment of infection, over the three
// ways in which somebody may behave with symptoms, and over the hours since
// then. [Setting.Alone] sends one traveller over the same border by drawing
// lots. The two are written apart and agree (TestOneByOne); so what the sum
// says is what such travellers do.
//
// # Three denominators
//
// "How much does it help?" has been answered for the same test with 88%, with
// 36% and with less than 10%. These are no contradictions; they are shares of
// different things. An Outcome has all three, as sums of infectivity (1 is all
// that one person with symptoms passes on if nothing is done), and so has the
// outcome without any policy, by which they are divided:
//
//   - Journey: what is passed on between departure and arrival. It counts only
//     who is infectious aboard. Kiang et al. (Lancet Infect Dis 2021) count the
//     infectious on the day of flight so (a test 3 days before: 88%), Johansson
//     et al. (BMC Med 2021) the "risk while traveling" (the day of departure:
//     44 to 72%).
//   - Cohort: what the same people pass on anywhere, from cohort-before days
//     before departure to cohort-after days after it, stopped or not. Infections
//     behind the test, and what was passed on before it, stay in. Kiang et al.'s
//     infectious days in the community (36%) and most figures with "of
//     transmission by travellers" are of this kind.
//   - Destination: what is passed on in the country of arrival, to the end.
//     Johansson et al.'s "introduction risk", Clifford, Quilty et al. (Euro
//     Surveill 2021: infectious travellers released), Wells et al. (Nat Commun
//     2021: after quarantine) and W.A. Russell and Buckeridge (2020: a test 72
//     hours before arrival under 10%) use this kind, of which the last counts as
//     travellers only people who are well when they leave.
//
// # The course
//
// The moment of infection is uniform, or growing, over window-days before
// arrival. Infectivity over the time since infection is a gamma density; those
// without symptoms have asymptomatic-factor of it. Symptoms begin after another
// gamma time, independently of it. A test finds an infection with a chance that
// depends on the time since infection alone (points a day apart, straight lines
// between them), so that two tests of one person are independent given that
// time. Who is found before departure does not fly; who is found after arrival
// and complies stays in isolation from the result on, for isolation-days, and so
// does from their onset on the symptom-isolation share of those who get
// symptoms. Quarantine lasts quarantine-days from arrival for the share who
// keep it.
//
// # The grid, and what exact means
//
// An infection falls into the middle of a cell of one hour, and what is passed
// on in an hour is the exact integral of the density; the rest is a finite sum
// without approximation. Against infections at any moment the error falls by
// four when the hours are halved, which is the midpoint rule's, and at one hour
// it is under 1e-4 of the figure (TestGrid). A state of the literature's models
// in whole days is a grid of days; [Kiang] is such a one.
//
// # Text
//
// A setting's text is UTF-8, at most 64 KiB and 500 lines. The first line is
// "pratique-border/1.0". Every other line is empty or names a field, once, with
// its values between spaces; what follows # is a comment. Fields that are not
// named have the value of [Default].
//
//	pratique-border/1.0
//	title A test 48 hours before departure
//	before-test pcr
//	before-hours 48
//
// "title" takes any words. The fields, with unit, bounds, meaning and source,
// are in [Fields]. Unknown and repeated fields, values out of bounds, NaN and
// infinities are refused with the line, the field and the reason.
// [Setting.String] writes every field, and what [Parse] reads of that is written
// again byte for byte.
//
// Immunity is not in it: the published figures that this is held against are
// for people without any.
package border
