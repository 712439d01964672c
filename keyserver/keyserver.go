// Package keyserver answers one question: which keys of people who fell ill may
// everybody know, and since when?
//
// A telephone with an app of Apple's and Google's exposure notification gives the
// keys that it used, with a certificate in which a health authority says that its
// owner fell ill. [Server.Handler] takes them; [Server.Work], called every few
// minutes, makes of them the signed exports that all telephones fetch (package
// exposure/gaen), and forgets what is too old. Who gave which key is never known
// here: the authority that knows the person sees no key, and this server sees no
// person.
//
// # Doors
//
// The protocol is that of Google's exposure-notifications-server, so that its apps
// work unmodified; the list is that of Japan's COCOA.
//
//	POST /v1/publish                  keys of one person, JSON (application/json), at most 64,000 bytes
//	  200  taken; code "partial_failure" if some keys were not, with the reason of each
//	  400  bad_request, and what package-level texts say of revisions
//	  401  unknown_health_authority_id, health_authority_verification_certificate_invalid
//	  413, 415  too long, not JSON
//	  503  internal_error: the database cannot be reached; send it again
//	GET /{region}/index.txt           the exports, the oldest first, relative to "/"
//	GET /{region}/list.json           the same as [{"region","url","created"}], created in milliseconds
//	GET /{region}/{export}.zip
//	GET /health                       200 if the database answers
//
// The exports are plain files: any web server or cache serves them as well.
// [Federation] is a door of its own, for other countries.
//
// # Certificate
//
// verificationPayload is a JWT (RFC 7519) of algorithm ES256 with a kid. It counts
// if its iss is an [Authority] whose keys hold that kid, its aud is that
// authority's, the [App] of healthAuthorityID accepts the authority, its exp is
// still to come and iat and nbf are not (a minute of grace); if its reportType is confirmed,
// likely, negative or user-report; and if its tekmac is the HMAC-SHA256, under
// hmacKey (16 bytes or more), of "key.start.period.risk" of all keys as they were
// sent, sorted by their text and joined by commas. If all risks are 0, ".risk" may be left out.
// What the keys are called (reportType) comes from the certificate alone. The
// claim trisk is not read; Google's server reads it no more.
//
// # Keys
//
// A key has 16 bytes, a period of 1 to 144, a beginning that is not to come and an
// end of at most 15 days ago. Keys overlap only with the same beginning, of which
// there may be three; of one person there may be 30. A key that breaks this is
// left out and named; the others are taken. (Google's server refuses all for one
// that overlaps.) A key whose day of onset is more than 14 days off is left out
// with a warning. A key that is still in use is held back: it counts as given in
// the first hour after its end, so that no export has it before it is dead.
//
// Days since onset are from symptomOnsetInterval of the request, else of the
// certificate, if it lies within the last 28 days; else the onset is taken to be
// four days ago.
//
// # Revision
//
// A key that is here already changes what is said of it, once: likely becomes
// confirmed or negative, user-report any of the three. Nothing else changes. Who
// asks must show the revisionToken that was given with the key. It is opaque:
// AES-256-GCM under a key that changes every week, over the keys and their periods
// padded to a multiple of 30, bound to the app. Of a person who is negative nothing
// is stored; what was likely is published again as revoked.
//
// # What is kept
//
// Of a key: what will be published of it, for which regions, whether its owner
// travelled, and the hour of its arrival or release. No address, no user agent,
// no certificate, no authority, no number of a request, no moment. When a window
// is exported its rows are written anew in the order of the keys, so that the
// tables hold no order of arrival either. Until then, and in a database's logs of
// transactions, one can see which keys came together; a database's own files are
// to be kept as such.
//
// # Chaff
//
// Apps send requests of no meaning (header X-Chaff), so that who watches the
// network cannot tell that somebody fell ill. Such a request is read, its
// certificate's signature computed, a token made and the database asked, as for
// any other. Every answer, good, bad or chaff, has a length drawn from one
// distribution whatever it says, and leaves on the next multiple of
// [Options.Slot] after the request began.
//
// # Exports
//
// Windows are multiples of an export's period and end two hours before they are
// made; a window of few keys is filled with random ones, which are stored like
// keys of another server. An export depends on the keys alone, not on when or in
// which order they came (gaen.Batch). It is written whole or not at all, before it
// is listed; if the power goes meanwhile, the same window is made again of the
// same keys.
package keyserver

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/srv"
)

// Options are the settings of a server.
type Options struct {
	// Apps are those whose keys are taken.
	Apps []App
	// Authorities say who fell ill.
	Authorities []Authority
	// Exports are the lists that are published; their regions differ.
	Exports []Export
	// Secrets, of 32 bytes or more, are what the keys of revision tokens are made
	// of: the first for new ones, the others to read older ones.
	Secrets [][]byte
	Store   Store
	// Slot is what the time of an answer is a multiple of; 0 is none: for tests.
	Slot time.Duration
	// Retention is how long a key is kept; 0 is 14 days, the least.
	Retention time.Duration
	// Intake are the limits of what one person gives. MaxAge is since a key's end.
	Intake gaen.Intake
	// Rand gives random bytes; it may be read by several goroutines.
	Rand io.Reader
	// Now tells the time. Nil means [time.Now].
	Now func() time.Time
	// Log receives a record of what was exported, and of what failed. Nil means
	// silence. Nothing is logged of a request that was answered.
	Log *slog.Logger
}

// App is an app, by the name that it gives in healthAuthorityID.
type App struct {
	ID      string
	Regions []string // for which its keys are published
	Issuers []string // authorities that it accepts
}

// Export is a list of exports.
type Export struct {
	// Region is in the files, and the first part of their address: letters, digits,
	// "-" and "_".
	Region string
	// Include are the regions whose keys are published; none: Region.
	Include []string
	// Travelers adds the keys of people of all regions who travelled.
	Travelers bool
	// Period is of a window, in whole hours; 0 is a day.
	Period time.Duration
	// Least is how many keys a window is filled to, and up to Jitter more.
	Least, Jitter int
	// Most keys of a file; 0 is 500,000.
	Most int
	// Folder holds the files of this region and nothing else.
	Folder srv.Disk
	// URL is what stands before "/{region}/{file}" in list.json.
	URL string
	// Signer is on P-256; KeyID and KeyVersion are its names in the exports.
	Signer            crypto.Signer
	KeyID, KeyVersion string
}

const (
	hour      = time.Hour
	hold      = 2 * time.Hour // from the end of a window to its export
	retention = 14 * 24 * time.Hour
)

// Server is a key server.
type Server struct {
	o      Options
	tokens tokens
	issuer map[string]*issuer
	done   atomic.Int64 // end of the last window that was exported, Unix seconds
}

// New returns a server.
func New(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Retention == 0 {
		o.Retention = retention
	}
	if o.Intake.Most == 0 {
		o.Intake.Most = 30
	}
	if o.Intake.MaxAge == 0 {
		o.Intake.MaxAge = 15 * 24 * hour
	}
	s := &Server{o: o, tokens: tokens{secrets: o.Secrets, rand: o.Rand}, issuer: map[string]*issuer{}}
	return s, s.check()
}

// check refuses settings that would not do what they say.
func (s *Server) check() error {
	o := &s.o
	switch {
	case o.Store == nil || o.Rand == nil:
		return errors.New("making key server: no store, or no random source")
	case len(o.Secrets) == 0:
		return errors.New("making key server: no secret for revision tokens")
	case o.Retention < retention:
		return errors.New("making key server: keys are kept for less than 14 days, so telephones would miss some")
	}
	for _, k := range o.Secrets {
		if len(k) < 32 {
			return errors.New("making key server: a secret of less than 32 bytes")
		}
	}
	for _, a := range o.Authorities {
		if a.Issuer == "" || a.Audience == "" || s.issuer[a.Issuer] != nil {
			return errors.New("making key server: an authority without an issuer or an audience, or one twice")
		}
		s.issuer[a.Issuer] = newIssuer(a)
	}
	seen := map[string]bool{}
	for _, a := range o.Apps {
		if a.ID == "" || seen[a.ID] || len(a.Regions) == 0 || len(a.Issuers) == 0 {
			return errors.New("making key server: an app without a name, a region or an authority, or one twice")
		}
		seen[a.ID] = true
		for _, i := range a.Issuers {
			if s.issuer[i] == nil {
				return fmt.Errorf("making key server: the app %s accepts the authority %s, which is not set up", a.ID, i)
			}
		}
		for _, r := range a.Regions {
			if !isRegion(r) {
				return fmt.Errorf("making key server: the app %s has a region that is none", a.ID)
			}
		}
	}
	return s.checkExports()
}

func (s *Server) checkExports() error {
	seen := map[string]bool{}
	for i := range s.o.Exports {
		e := &s.o.Exports[i]
		if e.Period == 0 {
			e.Period = 24 * hour
		}
		if len(e.Include) == 0 {
			e.Include = []string{e.Region}
		}
		switch {
		case !isRegion(e.Region) || seen[e.Region]:
			return errors.New("making key server: an export of no region, or of one twice")
		case e.Period < hour || e.Period%hour != 0:
			return errors.New("making key server: a period that is not whole hours")
		case e.Signer == nil || e.Folder == nil:
			return errors.New("making key server: an export without a key or a folder")
		}
		seen[e.Region] = true
	}
	return nil
}

func isRegion(s string) bool {
	return s != "" && len(s) <= 32 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

// Handler serves the doors.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/publish", s.publish)
	mux.HandleFunc("GET /health", s.health)
	for i := range s.o.Exports {
		e := &s.o.Exports[i]
		mux.HandleFunc("GET /"+e.Region+"/{file}", func(w http.ResponseWriter, r *http.Request) { s.serveFile(w, r, e) })
	}
	return mux
}

func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	if _, err := s.o.Store.Load(ctx, "health"); err != nil {
		s.o.Log.Error("the database does not answer", "error", err)
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}
