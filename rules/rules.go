// Package rules answers one question: what does a country ask of an arriving
// person's certificate, and does this certificate meet it?
//
// A [Set] is what one jurisdiction asks for one purpose. [Parse] reads one,
// [Set.Evaluate] puts a certificate to it, [Set.Outlook] says until when the
// answer holds and what would make it better, by when. [Check] lists what an
// author should mend, [RunTests] runs the author's own examples, [Diff] says in
// which two sets differ, [Pack] gives those that come with the program. Nothing
// here reads the clock, the network or the disk, and nothing here verifies: it
// is for package verify to ask first who signed the certificate, and to make
// one colour of all answers.
//
// # What a set is
//
// A set is one requirement. Each kind of evidence that it accepts meets it
// alone: a test, or a vaccination, or a recovery. All rules that apply to the
// kind must pass. Where a country asks for two things (a polio vaccination and
// a negative test), it has two sets, and both must be met.
//
// A set is public law: it has a purpose, a legal basis, an end, and an office
// to which a refused person can turn. A file without one of these is refused,
// and rules that have lapsed give no answer.
//
// # File
//
// A rule set is one JSON object (RFC 8259, UTF-8) with these members, each once
// and spelt so; others are refused, and so is null. In the grammar, ? marks a
// member that may be left out; a list may not be longer than the limits below.
//
//	set        = { format: "pratique-rules/1.0",
//	               id: word, version: "x.y.z",
//	               jurisdiction: country | "*", region?: code of up to 5 capitals or digits,
//	               purpose: word,                     entry, transit, exit, venue, self ...
//	               title: texts,
//	               legal_basis: { text: texts, url?: address },
//	               from: moment, until: moment,       in force in [from, until)
//	               appeal: { name: text, url?, email?, phone? },        one of the three at least
//	               accepts: [ { kind: kind, diseases?: [code] } ],      each kind once
//	               concerns?: { if: CertLogic, text: texts },
//	               looks?: { days: 1..400 },
//	               refuse?: [ { rule: rule id, reason: texts } ],
//	               missing?: [ { rule: rule id, reason: texts } ],
//	               infection?: { hours: 1..2400, diseases: [code], advice: texts },
//	               obligations?: [ obligation ],
//	               value_sets?: { name: [code] },
//	               cures?: { rule id: cure },
//	               rules: [ rule ],
//	               tests?: [ case ] }
//	obligation = { id: word, what: texts, by?: { hours: 1..8784 } | { at: moment },
//	               where?: texts, ends?: texts, when?: CertLogic }
//	cure       = { kind: "wait" | "new_evidence" | "other", evidence?: kind,
//	               with?: { field: code }, text: texts }
//	case       = { name: text, payload: payload, for?: country, issuer?: country, derived?: country,
//	               format?: "format/content", trip?: trip, at: moment, want: want }
//	want       = { answer: answer, failed?: [rule id], open?: [rule id], obligations?: [id],
//	               until?: moment, from?: moment }
//	texts      = { language: text }                   "en" always; language as in "fr" or "pt-br"
//	kind       = "test" | "vaccination" | "recovery" | "exemption" | "antibody" | "declaration" | "notice"
//	           | "history"                                           all that one person holds, see below
//	country    = two capitals, ISO 3166-1 alpha-2 or user-assigned, not ZZ
//	word       = up to 64 small letters and digits; an id also has -, a purpose _
//	moment     = RFC 3339, with an offset
//
// A rule is the EU gateway's validation rule, member for member (dgc-gateway,
// validation-rule.schema.json); its country and region are those of the set,
// and no two have the same identifier and version. Rules are [Acceptance]
// rules, by which the set judges who arrives, or [Invalidation] rules, by which
// the country takes the force of its own certificates elsewhere
// ([Set.Invalidate]).
//
//   - accepts: evidence of another kind, or of a disease that is not listed,
//     is answered with [WrongKind].
//   - concerns: of whom the set asks anything. Where what a person shows does not
//     meet the set, and the condition is false, the answer is [NotConcerned]. It
//     reads the journey and the age, never the evidence.
//   - refuse: the failure of one of these rules is answered with [Refused], all
//     other failures with [NotMet].
//   - missing: the failure of one of these rules is answered with [Missing]:
//     it says that evidence is missing or too old, and nothing of the person.
//   - looks: how far back the set looks on where a person was; what is not known
//     of these days leaves a rule open that turns on it. Needed by rules that
//     read it.
//   - infection: a positive test for present infection with one of the diseases,
//     of any kind of test but serology, is answered with [Referred] until hours
//     after its sample was taken. Later it is simply no acceptance.
//   - obligations: what is to be done after entry, by when (from arrival on),
//     where, and what ends it; with a condition, only where that is true.
//   - cures: what the author says would do where a rule fails. with names what
//     must be different in new evidence of the same kind: {"tt": "LP6464-4"}.
//   - tests: examples; see [Case] and [Payload].
//
// A set of the jurisdiction "*" is a template: its rules are of the country ZZ,
// and [Set.For] makes it the set of a country.
//
// Limits: [MaxSize], [MaxRules], [MaxObligations], [MaxTests], [MaxCodes],
// [MaxText]; 200,000 values in 100 levels. The format's minor number rises when
// members are added: a file of a later format is refused with [ErrNewer], for a
// rule of which one does not know a part is a rule that one does not know.
// [Set.Encode] has the canonical form; [Schema] is the grammar for editors.
//
// # What rules see
//
// Rules are evaluated on a view of the certificate, in the shape of the EU's
// payload (eu-dcc-schema 1.3.3) whatever form it came in: {payload, external}.
// There is no name in it, no number of a document and no identifier of the
// certificate. A rule that reads one (nam, ci ...) is open, always, and [Check]
// says so. The date of birth is there, as ages are computed from it. Absent
// stays absent: null for the rule.
//
//	payload.ver    the schema version of a DCC; 1.3.3 for other forms
//	payload.dob    date of birth, as full as it is known
//	payload.t.0    test:        tg tt nm ma sc tr tc co is   lab specimen reported
//	payload.v.0    vaccination: tg vp mp ma dn sd dt co is   lot due from until lifelong
//	payload.r.0    recovery:    tg fr df du co is
//	payload.e.0    exemption:   tg of df du co is            of: the requirement
//	payload.a.0    antibody:    tg tt sc tr tc co is         lab
//	payload.d.0    declaration: tg of at co is               of: the topic
//	payload.n.0    notice:      tg of release df du co is    of: the order; df, du are moments
//
// The first group of names is the EU's, with its meaning; what stands after it,
// and the arrays e, a, d and n, are ours: lab the identifier of the laboratory,
// specimen the origin of the sample, reported when the result was, lot, due the
// next dose, from and until the protection (lifelong: without an end). Dates
// are YYYY-MM-DD (or less), moments RFC 3339 at the offset that they carry.
// Codes are the source's own in a DCC, and the mapped ones in other forms: of
// these, tt and tr are the EU's codes wherever the kind of test and the result
// are known.
//
// Each event of a certificate is judged on its own, and stands first in its
// array. Of a DCC the other events follow, since the EU's rules ask how many
// there are; of other forms, which hold several by nature, they do not.
//
//	external.validationClock     the moment of the check, which is that of arrival
//	external.valueSets           those of the set
//	external.countryCode         the set's jurisdiction
//	external.region              of arrival, else the set's
//	external.issuerCountryCode   as the certificate claims it
//	external.kid, iat, exp       the key's identifier (base64), the life of the signature
//	external.trip                ours: from, via, stays (each in, from, until), region, category,
//	                             residence, purpose, arrive; see [Trip]
//	external.trip.among.NAME     ours: where the person was among the places of the value set NAME,
//	                             or, for here, in the set's own jurisdiction: ago, how many days
//	                             before arrival they were last there (9999: nobody says that they
//	                             were); days, the longest stay; hours, the longest change of planes
//	                             at an airport, begun hours counted
//	external.derived             ours, of a derived certificate alone: of, the country of the original;
//	                             format
//	external.history             ours: see below
//
// # All that one person holds
//
// A set that accepts the kind history (mostly of the purpose self: a person asks
// for their own colour) judges all the evidence of a trip's [History] and all
// events of the certificate as one, by its General rules. All events stand in
// the payload, and of the history rules see, each only if there is one:
//
//	external.history.stays             [ in, region, until, proved ]          where the person was
//	external.history.areas             [ in, region, level, cases, until ]    those of which an area list spoke
//	external.history.area.LEVEL        the last moment in an area of a level, in the publisher's word
//	external.history.exposure.high     the last day of high exposure; low likewise
//	external.history.exposure.checked  up to this day a device looked
//	external.history.venue.high        the last moment at a place with a warning of high risk; low likewise
//	external.history.symptom           the last day with symptoms
//	external.history.order.WORD        until when an order in force lasts: isolation, quarantine ...
//	external.history.test.negative     when the last sample was taken in which a nucleic acid or rapid
//	                                   antigen test found nothing; nucleic: a nucleic acid test;
//	                                   positive: in which any found something
//
// Until is the last moment there: for somebody who is still there that of
// asking, so "14 days later" runs from then on. Cases are per 100,000 people, as
// whole numbers rounded up. The tests are those about the diseases that the set
// accepts a history for. A release by a health authority after the sample was
// taken ends the referral of a positive test.
//
// # Outcomes
//
// A rule is passed, failed or open ([Outcome]). Open is never failed and never
// passed: it says that this build cannot tell, and why ([Why]). One rule that
// is open makes the answer [Unclear].
//
// Facts of the trip are often not told. A rule that reads one which is absent
// (from, via, stays, region, category, residence, purpose) is also evaluated
// with each code that it could tell apart in its place; if any turns its
// answer, it is open ([OpenTrip]) and names the fact, rather than passing or
// failing for want of a question. An obligation is then said to be unsure.
// A rule that reads among is evaluated with the most that may have been, where
// the journey is not said to be told whole (all_told) or lacks how long a stay or
// change of planes was. The condition of concerns likewise, and only if nothing
// that was shown meets the set. Likewise a rule that reads stays, areas or area is evaluated with each gap in
// what is known of the days of looks filled in ways that it could tell apart;
// if one turns its answer it is open ([OpenHistory]).
//
// A rule that would pass if the certificate said something for which its format
// has no place ([Carries]) is open ([OpenLacks]), not failed: another form of the
// same certificate may meet it. What a format has a place for and a certificate
// does not state fails as the EU's engines have it.
//
// A rule is selected and evaluated as the EU's reference apps do
// (dgc-certlogic-android, DefaultGetRulesUseCase and DefaultCertLogicEngine):
// see [Select]; it is open where its engine is not CertLogic or a later version
// than this build's, where its schema version has another major number than the
// payload's or is later, where the evaluation errs, or where its result is no
// boolean.
package rules
