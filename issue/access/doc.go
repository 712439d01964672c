// Package access answers one question: may this person, or this machine, do
// this at this issuing authority now?
//
// A [Gate] knows people and machines by what they show, and makes an [Actor] of
// them for one request. [Gate.May], or [May] within the transaction that writes
// what was asked for, is the only judge of what an actor may do, and where. The
// zero value of everything entitles to nothing.
//
// # Who is there
//
// An authority has laboratories, and these have people and machines. Everything
// is kept by authority, so that one database may serve several that know nothing
// of each other. Roles are a short list ([Role]) and what they may do is a table
// (docs/access.md). Nobody who decides who may issue can issue: officers and heads
// of laboratories certify nothing, and clerks invite nobody.
//
// People have an account here, or an OpenID provider vouches for them (package
// issue/access/openid and [Gate.Endorse]). Machines have keys, or certificates for
// mutual TLS.
//
// # Laboratories
//
// What a laboratory may issue is a text, which an officer sets:
//
//	file       = "pratique-laboratory/1.0" LF
//	             "authority " id LF
//	             "laboratory " id LF
//	             "name " text LF                    1 to 100 bytes of UTF-8
//	             "clock " offset LF                 of its working hours: "+08:00"
//	             *allow "end" LF
//	allow      = "allow " kind " day " number " each " number " valid " span LF
//	kind       = a kind of evidence of package cert: "test", "vaccination" ...
//	span       = number "d" / number "h"            days, if they are whole
//	id         = a small letter and up to 31 small letters, digits, dots, hyphens
//
// for example
//
//	pratique-laboratory/1.0
//	authority xa-health
//	laboratory north-7
//	name Central Laboratory, North District
//	clock +08:00
//	allow test day 400 each 120 valid 72h
//	allow vaccination day 60 each 60 valid 3660d
//	end
//
// The lines of kinds stand in the order of their names. A file is at most 4096
// bytes; what is read is written again byte for byte. What no line allows is not
// allowed. Days are those of UTC, in which the register counts.
//
// # Accounts
//
// An account begins with an invitation, of which the token is shown once, holds
// three days and is good once. Who follows it chooses a passphrase and enrols an
// authenticator (RFC 6238, package internal/totp), and gets ten recovery codes
// that stand once each for a code of it. Passphrases are normalised (NFKC), mixed
// with the key of the service and stretched by Argon2id (RFC 9106); secrets of
// authenticators are sealed with that key; invitations, sessions, keys of machines
// and recovery codes are kept as hashes. A copy of the records without the key
// opens nothing and gives nothing to try out.
//
// A code is good once, and no older one after it. From the fifth failure on,
// each makes the account wait twice as long, from a minute to twelve hours; an
// officer can end that. Whatever was wrong, and whether there is such an account
// at all, the answer is [ErrSignIn] after the same work. Somebody who keeps
// guessing can keep an account waiting; they cannot get in.
//
// A session ends after 15 minutes of silence or twelve hours ([Options]). It is
// looked up in each request: another role, a disabled account, another passphrase
// or a stopped laboratory count at once, in all processes.
//
// # Stopping
//
// [Gate.Stop] stops a laboratory with a moment and a typed reason: everything that
// its people and machines ask is refused with a [*StoppedError]. [Stopping.Since]
// says from when on what it issued is withdrawn, which the register does; both can
// be one transaction ([StopIn], [In]). Another officer than the one who stopped it
// lets it go on ([Gate.Lift]).
//
// # Records
//
// A [Store] keeps records by kind, authority and key in transactions: [Memory],
// or [SQL] for SQLite and PostgreSQL. They have no personal data but the names of
// accounts.
package access
