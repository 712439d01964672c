// Package witness answers one question: is this still the one history of a log that
// I have seen before?
//
// A witness keeps for each log that it knows the newest checkpoint that it has
// cosigned, and cosigns another only if that continues it. It needs nothing of what
// the log holds. [New] serves c2sp.org/tlog-witness:
//
//	POST /add-checkpoint              old size, consistency proof, checkpoint
//	  200  the cosignature
//	  400  not a request of this form, or an old size above the new one
//	  403  no signature of the log's key
//	  404  a log that this witness does not know
//	  409  the old size is another: the body has the right one (text/x.tlog.size)
//	  422  not a history that continues the one that was seen
//	GET /{sha256 of the origin}/checkpoint    what was cosigned last
//
// Beside those of the specification, two answers: 413 to a request that is longer
// than any, and 503 where this witness cannot keep its word: the disk does not take
// the checkpoint, or the clock stands before the last cosignature.
//
// A cosignature leaves this package only once the checkpoint is safe on the disk
// ([Store]), so that no loss of power makes a witness sign two histories. [Client]
// is the other side.
package witness

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pratique/pratique/tlog"
)

// Store is the door to what a witness remembers. All methods may be called from
// several goroutines.
type Store interface {
	// Load returns what was stored of a log last; nil if nothing was.
	Load(log string) ([]byte, error)
	// Replace stores it in the place of old, all or nothing, and returns once it is
	// safe against a loss of power. If old is not what is stored it stores nothing and
	// returns [ErrChanged].
	Replace(log string, old, data []byte) error
}

// ErrChanged means that somebody else has stored something meanwhile.
var ErrChanged = errors.New("something else was stored meanwhile")

// Options are the settings of a witness.
type Options struct {
	// Name is what its cosignatures bear: "witness.example/w1".
	Name string
	// Signer is its Ed25519 key, used for nothing else.
	Signer crypto.Signer
	// Logs are the keys of the logs that it knows; a log may have several.
	Logs  []tlog.Key
	Store Store
	// Now tells the time. Nil means [time.Now].
	Now func() time.Time
	// Log receives a record for each cosignature, and a warning with both
	// checkpoints where a log has signed what does not go together. Nil means silence.
	Log *slog.Logger
}

// backwards is how far the clock may stand before the last cosignature: so much a
// time server may correct. The cosignature then bears the time of the last one.
const backwards = 5 * time.Minute

type witness struct {
	Options
	logs map[string]known // by origin
	mu   sync.Mutex       // one request at a time decides and stores
}

// known is a log that the witness knows.
type known struct {
	log  tlog.Policy // its keys alone: what somebody sends along of this witness is no matter
	both tlog.Policy // with this witness's: how what was stored is read
}

// New returns the handler of a witness.
func New(o Options) (http.Handler, error) {
	k, err := tlog.NewKey(o.Name, tlog.WitnessEd25519, o.Signer.Public())
	if err != nil {
		return nil, fmt.Errorf("making witness: %w", err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := &witness{Options: o, logs: map[string]known{}}
	texts := map[string]string{}
	for _, l := range o.Logs {
		texts[l.Name] += "log " + l.String() + "\n"
	}
	if len(texts) == 0 {
		return nil, errors.New("making witness: it knows no log")
	}
	for name, text := range texts {
		log, err1 := tlog.ParsePolicy(text + "quorum none\n")
		both, err2 := tlog.ParsePolicy(text + "witness me " + k.String() + "\nquorum me\n")
		if err := cmp.Or(err1, err2); err != nil {
			return nil, fmt.Errorf("making witness: %w", err)
		}
		w.logs[name] = known{log, both}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", w.add)
	mux.HandleFunc("GET /{log}/checkpoint", w.show)
	return mux, nil
}

// VerifierKey is what others put into their policies.
func VerifierKey(name string, public crypto.PublicKey) (string, error) {
	k, err := tlog.NewKey(name, tlog.WitnessEd25519, public)
	return k.String(), err
}

// answer is what a request gets other than a cosignature.
type answer struct {
	status int
	text   string
	kind   string // content type; empty: plain text
}

func (a *answer) Error() string { return a.text }

func (w *witness) add(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, tlog.MaxRequest))
	if err != nil {
		status := http.StatusBadRequest
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(rw, "the request is too long, or broke off", status)
		return
	}
	line, err := w.decide(body)
	if err == nil {
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(rw, line)
		return
	}
	a, known := errors.AsType[*answer](err)
	if !known {
		w.Log.Error("cosigning failed", "error", err)
		a = &answer{status: http.StatusServiceUnavailable, text: "this witness cannot cosign now"}
	}
	if a.kind != "" {
		rw.Header().Set("Content-Type", a.kind)
		rw.Header().Set("X-Content-Type-Options", "nosniff")
		rw.WriteHeader(a.status)
		_, _ = io.WriteString(rw, a.text+"\n")
		return
	}
	http.Error(rw, a.text, a.status)
}

// decide returns the cosignature, once what it says is stored, or an [answer].
func (w *witness) decide(body []byte) (string, error) {
	req, err := tlog.ParseRequest(body)
	if err != nil {
		return "", &answer{status: http.StatusBadRequest, text: "not a request of the form of c2sp.org/tlog-witness"}
	}
	text, _, _ := bytes.Cut(req.Note, []byte("\n\n"))
	c, err := tlog.ParseCheckpoint(string(text) + "\n")
	if err != nil {
		return "", &answer{status: http.StatusBadRequest, text: "not a checkpoint"}
	}
	log, ok := w.logs[c.Origin]
	if !ok {
		return "", &answer{status: http.StatusNotFound, text: "this witness does not know the log"}
	}
	next, err := log.log.Open(req.Note)
	switch {
	case errors.Is(err, tlog.ErrFormat):
		return "", &answer{status: http.StatusBadRequest, text: "not a signed note"}
	case err != nil:
		return "", &answer{status: http.StatusForbidden, text: "no good signature of the log's key"}
	case req.Old > next.Size:
		return "", &answer{status: http.StatusBadRequest, text: "the old size is above the new one"}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cosign(log, req, next)
}

func (w *witness) cosign(log known, req tlog.Request, next tlog.Witnessed) (string, error) {
	name := logName(next.Origin)
	stored, err := w.Store.Load(name)
	if err != nil {
		return "", err
	}
	old := tlog.Witnessed{Checkpoint: tlog.Checkpoint{Origin: next.Origin}}
	at := w.Now().Truncate(time.Second)
	if stored != nil {
		if old, err = log.both.Open(stored); err != nil {
			return "", fmt.Errorf("what is stored of %s is not what this witness has cosigned: %w", next.Origin, err)
		}
		last := old.AsOf
		if at.Before(last.Add(-backwards)) {
			return "", fmt.Errorf("the clock stands before the last cosignature, of %s", last.Format(time.RFC3339))
		}
		if at.Before(last) {
			at = last
		}
	}
	if req.Old != old.Size {
		return "", &answer{status: http.StatusConflict, text: strconv.FormatInt(old.Size, 10), kind: "text/x.tlog.size"}
	}
	if err := next.Follows(old.Checkpoint, req.Hashes); err != nil {
		// Signed by the log: this may be the proof that it shows two histories.
		w.Log.Warn("a log has signed what does not follow", "log", next.Origin, "seen", string(stored), "signed", string(req.Note))
		return "", &answer{status: http.StatusUnprocessableEntity, text: "this does not follow from what this witness has cosigned"}
	}
	line, err := tlog.Cosign(next.Checkpoint, w.Name, w.Signer, at)
	if err != nil {
		return "", err
	}
	// Of the note only what is the log's and our own is kept and shown.
	kept, err := log.log.Merge(req.Note, "")
	if err != nil {
		return "", err
	}
	kept = append(kept, line...)
	if bytes.Equal(kept, stored) {
		return line, nil // asked twice within a second
	}
	if err := w.Store.Replace(name, stored, kept); err != nil {
		return "", err
	}
	w.Log.Info("cosigned", "log", next.Origin, "size", next.Size)
	return line, nil
}

func (w *witness) show(rw http.ResponseWriter, r *http.Request) {
	name := r.PathValue("log")
	if b, err := hex.DecodeString(name); err != nil || len(b) != sha256.Size || strings.ToLower(name) != name {
		http.NotFound(rw, r)
		return
	}
	data, err := w.Store.Load(name)
	if err != nil {
		w.Log.Error("reading failed", "error", err)
		http.Error(rw, "this witness cannot read now", http.StatusServiceUnavailable)
		return
	}
	if data == nil {
		http.NotFound(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.Header().Set("Cache-Control", "max-age=5")
	_, _ = rw.Write(data)
}

// logName is how a log is called in addresses and stores.
func logName(origin string) string {
	h := sha256.Sum256([]byte(origin))
	return hex.EncodeToString(h[:])
}
