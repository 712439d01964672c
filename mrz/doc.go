// Package mrz answers one question: what do these passport lines say, how is a
// name written in them, and are these two names the name of one person, and why?
//
// [Parse] reads the lines and [Document.Lines] writes them. [Transliterate]
// writes a name in their letters, [NameField] as their name field. [Match]
// compares two names and explains itself, [Compare] a whole document with the
// person of a certificate. Nothing here knows a certificate, a clock or a
// network; the answers advise, an officer decides.
//
// # Lines
//
// ICAO Doc 9303, eighth edition: part 3 (what all documents have in common),
// 4 (TD3, passports: two lines of 44), 5 (TD1, cards: three of 30), 6 (TD2: two
// of 36), 7 (visas, MRV-A two of 44 and MRV-B two of 36). The layout follows
// from the length and from the first letter, which is V for visas.
//
//	P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
//	L898902C36UTO7408122F1204159ZE184226B<<<<<10
//
// Parse undoes what scanners and typing do: lower case, blanks, line ends of
// any kind or none, « for <<, and, where the lines are divided, too many or too
// few fillers at the end of the name, if one is there. It corrects nothing
// else. Letters that look like digits are suggested ([Misread]), never
// replaced. Every check digit is verified (weights 7, 3, 1); each wrong one is
// named with its field. Stricter than some documents in use: sex is M, F or <;
// dates are possible dates, whose unknown parts are <<; a filler is no check
// digit but for an empty personal number in TD3.
//
// What Parse accepts, Lines writes again: the same characters, in upper case
// and divided into lines of the right length. Fields keep fillers inside and
// lose those at their end. The input may be [MaxInput] bytes long.
//
// No error text holds anything of the holder; [Misread] values do.
//
// # Transliteration
//
// The letters of a name become A to Z, blanks, hyphens and commas become <, and
// apostrophes and other punctuation nothing (Doc 9303-3, 4.6). Numbers that are
// a component become Roman numerals (3.4), other digits nothing.
//
//   - Latin: section 6.A, the first of several recommendations (Ä is AE, Å is
//     AA, Ñ is N, Ü is UE); letters that table lacks by their base letter.
//   - Cyrillic: section 6.B; exceptions for a language only on request. Two rows
//     of that table cannot be meant as printed: U+0402 stands for Ђ and Ћ, and
//     GJ belongs to Ѓ. Serbian Г is G here, not H.
//   - Greek: Doc 9303 has no table. ELOT 743 (ISO 843 type 2), which Greek and
//     Cypriot passports follow, with its digraphs.
//   - Arabic script with the letters of Persian, Urdu and Pashto: section 6.C
//     and Appendix B, with X as escape letter. Shadda doubles the letter or the
//     sequence, tatweel and short vowels are nothing, teh marbuta is XAH at the
//     end of a component and XTA elsewhere.
//   - Other scripts have no rule and are left out; [Covered] tells.
//
// Composed and decomposed texts are the same text, for all scripts but some
// compatibility ideographs. A text is cut after [MaxLetters] letters.
//
// [Variants] gives at most [MaxVariants] other acceptable spellings.
//
// # Name fields
//
// primary<<secondary, in 30 (TD1), 31 (TD2, MRV-B) or 39 (TD3, MRV-A)
// characters. Doc 9303 leaves the way of truncation to the State; ours is told
// at [Fit]. Whoever reads a field that is full to its last letter must take it
// as truncated ([Document.Truncated]). [DCC] fills fnt and gnt of an EU
// certificate, 80 letters each (schema 1.3.3).
//
// # Matching
//
// A [Name] has a printed form, an ICAO form, or both. Forms of one kind are
// compared directly: ICAO with ICAO, print with print of the same script; the
// others across. The best comparison decides, but nothing is Same where the
// forms of a document contradict each other. So a faulty ICAO form (first
// letter only, a dropped Ł, a typing error) does not refuse its holder, and is
// told ([ICAODiffers]).
//
//   - Same: identical after normalisation. Case, composition, punctuation and
//     the kind of separator do not count. Print and print must agree in every
//     letter and mark; print and ICAO form must be related by the first
//     recommendation. Two different spellings are never Same.
//   - Variant: rules of spelling lead from one to the other, or titles,
//     spacing, particles at another place. Where no print is at hand, a few
//     narrow guesses are made (UE and U, IU and YU, KS and X), three at most in
//     one part. Transcriptions of frequent Arabic names are a closed list.
//   - Truncated: components that a full field has shortened or lost at its end;
//     initials; parts of which only the first letter is there.
//   - PartMissing: components, particles, suffixes or a whole part that only one
//     of the names has, in their order. Both may lack something, but not in the
//     same part.
//   - Swapped: the same components, but family and given name exchanged, or
//     divided elsewhere. Never on the strength of initials.
//   - Different: no rule leads from one to the other. [Result.Near] is a hint
//     that one typing slip would. Also different, with intention: the order of
//     components within a part, JR and SR, BIN and BINT, two different
//     particles, patronymics, short forms of names (ALEX), another vowel.
//   - Unknown: no part to compare; a script without rules against another; or
//     Arabic script against Latin letters whose consonants agree ([ArabicVowels]):
//     the vowels, which tell OMAR from AMIR, are not written.
//
// Particles, titles, suffixes and placeholders (FNU) are short closed lists.
// Everything that linked two names, or keeps them apart, is a [Reason] with a
// [Code] and the letters or components on both sides; sentences are made
// elsewhere. A Result holds personal data.
//
// Match is symmetric, and a name is Same as itself. Parts of [MaxLetters] and
// more are not compared.
package mrz
