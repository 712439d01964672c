// Package bundle answers one question: what is all that a border post needs for
// days without a network, in one signed file?
//
// [Sort] makes of files of every kind what a verifier relies on ([Contents],
// and of these a verify.World). [Build] writes contents into one file and signs
// it; [Parse] reads the file and [Unverified.Verify] says whether a key that
// the verifier was given signed it. [Delta] and [Apply] bring a bundle up to
// date with a few bytes, [Diff] says what changed, [Newer] refuses to go back.
// A bundle that nobody signed, or another than the verifier was told, gives
// nothing, and the zero Bundle trusts nobody.
//
// # Format
//
//	file     = text *signature LF *packed      ; text and signature: package internal/signed
//	text     = "pratique-bundle/1." minor LF
//	           "jurisdiction " code LF         ; who issues it
//	           "name " name LF                 ; of the series: up to 32 letters, digits and ._-
//	           ["as-of " moment LF]            ; when it was put together
//	           ["covers " moment LF]           ; up to when its withdrawals are complete
//	           ["soft " moment LF]             ; from here on every answer says how old it is
//	           ["hard " moment LF]             ; after it every answer is grey
//	           ["program " version LF]         ; that reads it: v1.2.3 or later
//	           ["demo" LF]                     ; for exercises
//	           ["note " words LF]
//	           *("signer " base64 LF)          ; SubjectPublicKeyInfo of who signs, in the order of key ids
//	           *section
//	section  = "section " name SP ("critical" / "optional") SP size SP digest LF
//	size     = bytes of the content            ; digest: its SHA-256, hexadecimal
//	moment   = RFC 3339, whole seconds, Z
//	packed   = *piece %x00.00                  ; for each section, in order
//	piece    = count method count *byte        ; bytes of content, method, bytes that follow
//	count    = 2 bytes, big-endian             ; content: 1 to 65535
//	method   = %x00 / %x01                     ; as it is; deflate (RFC 1951)
//
// A bundle with signers has as-of, soft and hard, in this order of time. Its
// identity is its text, which names every section by its digest: signatures can
// be added or dropped, and another compressor writes other bytes of the same
// bundle. The program's own writes the same everywhere: the same contents give
// the same file, but for signatures with random numbers in them.
//
// # Sections
//
// The content of a section is entries: for each the number of its bytes
// (unsigned varint) and these bytes. Entries ascend bytewise, each is there
// once. Sections ascend by name.
//
//	areas            critical   area lists as they were signed (package history)
//	keys             critical   records of keys: CBOR, see key.go
//	recognitions     critical   records of recognitions: CBOR
//	rules            critical   rule sets in their canonical form (package rules)
//	withdrawals      critical   lists of withdrawals (package revoke)
//	sources          optional   from which lists keys came: CBOR, for people
//	root checkpoint proof   optional   reserved: threshold root, checkpoint with cosignatures,
//	                        offline proof that this bundle is a leaf of the log
//
// Authorities of ICAO seals are keys with the use seal_authority, value sets are
// in the rule sets, and the directories that say where an issuer of SMART Health
// Cards is were followed when the bundle was made. What makes it answers for
// that: the signature of a list that was read is checked then, against the keys
// that its maker pinned, and sources says how that went. Certificates are left
// out, but of authorities and of signers whose authority has a list of
// withdrawals here: a key is its public half, its identifier and its uses.
//
// A section that this build does not know is kept when a bundle is written
// again, and skipped if it is optional. If it is critical, or if the bundle asks
// for a later program, all answers are grey ([verify.Data], Unknown): a red one
// stays red.
//
// # Who signs
//
// A key of the issuing jurisdiction with the use bundle. A verifier is given
// the key by another way than the bundle: whole, or its identifier (the SHA-256
// of its SubjectPublicKeyInfo) to find it among the signers.
//
// # Delta
//
//	delta    = "pratique-bundle-delta/1.0" LF
//	           "from " digest LF               ; of the text of the bundle that one has
//	           "to " digest LF
//	           LF body
//	body     = packed                          ; once: of size, text and signatures of the new
//	                                           ; bundle, then of each section that is not as before
//	                                           ; its steps
//	steps    = *(copy / insert) 0
//	copy     = 1 varint varint                 ; from where in the old content, how many bytes
//	insert   = 2 varint *byte
//
// What is made by it is held against every digest, and verified like any bundle.
//
// # Limits
//
// See the constants.
package bundle
