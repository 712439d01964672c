// Package venue answers one question: was this person at a place, at a time, of
// which a health authority now warns? It reads the codes at doors, keeps the
// person's diary, and compares it with published warnings on their own device.
//
//	c, err := venue.Read(text, venue.Options{Keys: keys})   // the code at a door
//	diary = append(diary, c.Visit(now))                     // stays on the device
//	w, found, err := venue.ParseGermany(package)            // what is published
//	venues := diary.Match(w, venue.Germany())               // []history.Venue
//
// Nobody is told who was where: what is published goes to everybody, and what is
// compared with it stays. A [history.Venue] has no place in it.
//
// # Codes
//
// Of each system one form is read. Texts of more than [MaxText] bytes are not.
//
// New Zealand (HISO 10067:2021, NZ COVID Tracer):
//
//	"NZCOVIDTRACER:" base64(JSON)     ; the prefix in any case of letters
//	JSON = { "typ": "entry", "ver": "c19:1", "gln": 13 digits, "opn": name, "adr": address, ... }
//
// with padding or without, both alphabets. Nothing signs it. The place is the
// Global Location Number.
//
// England and Wales (NHS COVID-19 app):
//
//	"UKC19TRACING:" version ":" JWT    ; version: digits, at least 1
//	payload = { "id": 8 letters and digits, "opn": name, ? "vt": kind, ? "pc": postcode, ... }
//
// The JWT is signed with ES256 by a key that Options name by its kid; without
// the key, or with another algorithm, the code is not read. The place is the id.
//
// Germany (Corona-Warn-App, presence tracing):
//
//	"https://e.coronawarn.app" [ "/" ] "?v=1#" base64(QRCodePayload)
//	"https://" host "/" any "#" any "/CWA1/" base64(QRCodePayload)    ; host: one of Options
//
//	QRCodePayload     = { 1: version 1, 2: TraceLocation, 3: CrowdNotifierData, 4: bytes of CWALocationData }
//	TraceLocation     = { 1: version 1, 2: description, 3: address, 5: begin, 6: end, in seconds }
//	CrowdNotifierData = { 1: version 1, 2: public key, 3: seed of 16 bytes }
//	CWALocationData   = { 1: version 1, 2: kind, 3: usual minutes of a visit }
//
// The place is SHA-256("CWA-GUID" | QRCodePayload as scanned).
//
// Switzerland (NotifyMe, CrowdNotifier 3): the same frame,
// "https://qr.notify-me.ch" [ "/" ] "?v=3#", but 4 is begin and 5 is end in its
// TraceLocation, and what stands in 4 of the payload is its own. Its warnings
// need a pairing (BLS12-381), which is not here: codes are read and kept, and
// nothing matches them.
//
// France (TousAntiCovid, the Cléa protocol):
//
//	"https://tac.gouv.fr" [ "/" ] "?v=" ("0" / "1") [ "&" any ] "#" base64(location-specific part)
//	part = 3 bits version 0, 3 bits kind, 2 bits 0, 16 bytes of the place, 49 bytes or more that are sealed
//
// The name of the place is sealed for the authority, and the place is a number
// that changes: a code is good for its time. Both alphabets of base64 are met.
//
// # Diary
//
//	diary = "pratique-diary/1." minor LF *visit
//	visit = "visit" SP system SP place SP moment SP (moment / "-") SP name LF
//
//	system = "nz" / "gb" / "de" / "ch" / "fr"
//	place  = 13 digits of nz, 8 characters of gb, 64 hexadecimal digits of de and ch, 32 of fr
//	moment = RFC 3339 in UTC with "Z" and whole seconds
//	name   = 1*400 bytes of UTF-8 without controls
//
// It is a text of internal/signed without signatures, and the most private file
// of all: it stays on the device. Somebody who falls ill, and wants to, gives a
// [Visit.Report] of some visits, which only those can read who were there. "-" is a
// visit of which nobody wrote down the end. A line that breaks the grammar is a
// [Finding] and the rest survives; a diary of minor 0 without findings is written
// again byte for byte. [Diary.Since] forgets.
//
// # Warnings
//
// New Zealand publishes hashes of numbers, base64 of SHA-384. Risk: high.
//
//	{ "items": [ { "glnHash": hash, "start": moment, "end": moment, ... } ] }
//
// England and Wales publish the places. Risk: low for M1 (be alert), high for M2
// (book a test) and M3.
//
//	{ "venues": [ { "id": place, "riskyWindow": { "from", "until" }, "messageType": "M1" / "M2" / "M3", ... } ] }
//
// Germany publishes a message in an archive as package gaen opens it, with open
// warnings (deprecated) and protected reports, which only who scanned the code
// can open. Reports of places that there are not are mixed in by design. Risk: by
// [Rule].
//
//	TraceWarningPackage      = { 1: hour since 1970, 2: region, 3: repeated TraceTimeIntervalWarning,
//	                             4: repeated CheckInProtectedReport }
//	TraceTimeIntervalWarning = { 1: hash, 2: begin, 3: period, 4: level }
//	CheckInProtectedReport   = { 1: hash, 2: IV, 3: sealed CheckInRecord, 4: MAC }
//	CheckInRecord            = { 1: begin, 2: period, 3: level }         ; in intervals of ten minutes
//	hash   = SHA-256(place)
//	sealed = AES-256-CBC, PKCS #7, key SHA-256("CWA-ENCRYPTION-KEY" | place)
//	MAC    = HMAC-SHA256, key SHA-256("CWA-MAC-KEY" | place), IV | sealed
//
// France publishes the numbers of places, of which each is good for its time:
// begin in seconds since 1900, length in seconds, level. Risk: high from level 3
// on, low below.
//
//	[ { "ltid": UUID, "exp": [ { "s": begin, "d": length, "r": level } ] } ]
//
// What none of them has is an end: how long a warning counts is for the rules
// that read a history. An entry that cannot be read is a finding, and the others
// survive. A warning names no person, and most name no place that somebody can
// read who has not been there; still, who collects the codes of many places can
// see which were warned of. The authorities say so too.
//
// # Matching
//
// A visit counts where it overlaps a warning of its place: from the later
// beginning to the earlier end. A visit without an end counts if it began
// within the warning, to its end. Of each visit there is at most one
// [history.Venue], from its first to its last such second, with the highest risk;
// in Germany the weights add up first. Sources: the code of the apps
// (nzcovidtracer-app, createMatchesFromEvents; cwa-app-android,
// CheckInWarningMatcher; clea-integration-tests, ClusterExposition). New
// Zealand's app asked only whether a visit began within the warning: here who
// came before and was still there counts too.
package venue

import (
	"crypto/ecdsa"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Limits.
const (
	MaxText     = 4096     // bytes of a code; a QR code holds fewer
	MaxWarnings = 200_000  // of one file
	MaxFile     = 16 << 20 // bytes of one file of warnings
	MaxDiary    = 1 << 20  // bytes
	MaxVisits   = 10_000
	maxName     = 400 // bytes
)

// System is who made a code.
type System string

// The systems.
const (
	NewZealand  System = "nz"
	England     System = "gb" // and Wales
	German      System = "de"
	Switzerland System = "ch"
	France      System = "fr"
)

// What can be wrong with a code. No error repeats anything of it.
var (
	ErrNotVenue   = errors.New("not the code of a venue")
	ErrMalformed  = errors.New("the code of a venue, and not as its system makes them")
	ErrVersion    = errors.New("the code of a venue, of a version that is not known")
	ErrUnknownKey = errors.New("the code of a venue, signed by a key that is not known")
	ErrSignature  = errors.New("the code of a venue, with a signature that does not verify")
)

// Code is what stands at a door.
type Code struct {
	System  System
	Place   string // what tells places apart, in bytes or as text: see the package
	Name    string
	Address string
	// From and Until are those of an event, or zero.
	From, Until time.Time
	// Length is how long a visit usually is, or zero.
	Length time.Duration
}

// Options say whose codes are believed. The zero Options believe no signature,
// and no other host than the systems' own.
type Options struct {
	Keys  map[string]*ecdsa.PublicKey // of England and Wales, by kid
	Hosts []string                    // of others' codes with a German part
}

// Read reads the text of a code.
func Read(text string, o Options) (Code, error) {
	if len(text) > MaxText {
		return Code{}, ErrNotVenue
	}
	var c Code
	var err error
	switch system, version, rest := split(text, o.Hosts); {
	case system == "":
		return Code{}, ErrNotVenue
	case !system.has(version):
		return Code{}, ErrVersion
	case system == NewZealand:
		c, err = readNewZealand(rest)
	case system == England:
		c, err = readEngland(rest, o.Keys)
	case system == France:
		c, err = readFrance(rest)
	default:
		c, err = readFrame(rest, system)
	}
	if err != nil {
		return Code{}, err
	}
	c.Name, c.Address = oneLine(c.Name), strings.TrimSpace(c.Address)
	if len(c.Name) > maxName || len(c.Address) > maxName || c.Name == "" && c.System != France {
		return Code{}, fmt.Errorf("%w: no name, or a long one", ErrMalformed)
	}
	return c, nil
}

// has reports whether a version of the system's codes is read. The version of
// New Zealand's stands within.
func (s System) has(version string) bool {
	switch s {
	case England: // the app reads later ones, by its own test
		n, err := strconv.ParseUint(version, 10, 16)
		return err == nil && n > 0
	case German:
		return version == "1"
	case Switzerland:
		return version == "3"
	case France:
		return version == "0" || version == "1"
	}
	return version == ""
}

const (
	prefixNewZealand = "NZCOVIDTRACER:"
	prefixEngland    = "UKC19TRACING:"
)

// split says whose code a text is, and what of it that system reads.
func split(text string, hosts []string) (s System, version, rest string) {
	if n := len(prefixNewZealand); len(text) >= n && strings.EqualFold(text[:n], prefixNewZealand) {
		return NewZealand, "", text[n:]
	}
	if rest, ok := strings.CutPrefix(text, prefixEngland); ok {
		version, rest, _ = strings.Cut(rest, ":")
		return England, version, rest
	}
	address, ok := strings.CutPrefix(text, "https://")
	if !ok {
		return "", "", ""
	}
	address, rest, _ = strings.Cut(address, "#")
	path, query, _ := strings.Cut(address, "?")
	version = strings.TrimPrefix(query, "v=")
	switch strings.TrimSuffix(path, "/") {
	case "e.coronawarn.app":
		return German, version, rest
	case "qr.notify-me.ch":
		return Switzerland, version, rest
	case "tac.gouv.fr":
		version, _, _ = strings.Cut(version, "&")
		return France, version, rest
	}
	host, _, _ := strings.Cut(address, "/")
	if _, payload, found := strings.Cut(rest, "/CWA1/"); found && slices.Contains(hosts, host) {
		return German, "1", payload
	}
	return "", "", ""
}

// oneLine makes one line of a name.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
}

// decode decodes base64 in either alphabet, with padding or without: all four
// are met on doors. Bits that mean nothing are refused, and so are line ends.
func decode(s string) ([]byte, bool) {
	s = strings.TrimRight(s, "=")
	if strings.ContainsAny(s, "\r\n") {
		return nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(strings.NewReplacer("+", "-", "/", "_").Replace(s))
	return b, err == nil && len(b) > 0
}

// Visit is that somebody was at a place.
type Visit struct {
	System System
	Place  string
	Name   string
	From   time.Time
	Until  time.Time // zero if nobody wrote it down
}

// Visit returns a visit that begins at a moment, and lasts as long as visits
// usually do if the code says that.
func (c Code) Visit(at time.Time) Visit {
	v := Visit{System: c.System, Place: c.Place, Name: c.Name, From: at.UTC().Truncate(time.Second)}
	if v.Name == "" {
		v.Name = "-"
	}
	if c.Length > 0 {
		v.Until = v.From.Add(c.Length)
	}
	return v
}

// Finding says which line of a diary, or which entry of a list of warnings, could
// not be read. It repeats nothing of it.
type Finding struct {
	Index int // of a line from 1, of an entry from 0
}

// String says it in a line.
func (f Finding) String() string { return strconv.Itoa(f.Index) + ": unreadable" }
