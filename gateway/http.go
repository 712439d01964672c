package gateway

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/pratique/pratique/act"
)

// Handler serves the gateway:
//
//	POST /v1/acts                 an act, as it stands; ?wait=SECONDS waits until it is published
//	GET  /v1/acts/{SHA256}        how it stands
//	GET  /v1/acts/{SHA256}/proof  its offline proof (c2sp.org/tlog-proof)
//	PUT  /v1/content/{SHA256}     the file that a waiting act names
//	GET  /v1/parties              who is in the network, and the number of their next act
//	GET  /v1/policy               the policy that judges checkpoints
//	GET  /checkpoint /tile/ /content/     the published files
//	GET  /healthz /readyz
//
// Answers are JSON, but for proofs, policies and files. Nothing that is read here
// has to be believed: an act is proven by its proof, a file by its hash. What is
// published may be served by any other web server.
func Handler(g *Gateway, published fs.FS) http.Handler {
	h := &handler{g: g}
	m := http.NewServeMux()
	m.HandleFunc("POST /v1/acts", h.submit)
	m.HandleFunc("GET /v1/acts/{hash}", h.standing)
	m.HandleFunc("GET /v1/acts/{hash}/proof", h.proof)
	m.HandleFunc("PUT /v1/content/{hash}", h.content)
	m.HandleFunc("GET /v1/parties", h.parties)
	m.HandleFunc("GET /v1/policy", h.policy)
	m.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, map[string]bool{"ok": true}) })
	m.HandleFunc("GET /readyz", h.ready)
	files := http.FileServerFS(published)
	for _, p := range []string{"GET /checkpoint", "GET /tile/", "GET /content/"} {
		m.HandleFunc(p, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/") {
				refuse(w, http.StatusNotFound, "not_found", "there is nothing here", "c2sp.org/tlog-tiles has the names of the files")
				return
			}
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			if r.URL.Path == "/checkpoint" {
				w.Header().Set("Content-Type", "text/plain; charset=utf-8")
				w.Header().Set("Cache-Control", "no-cache")
			}
			files.ServeHTTP(w, r)
		})
	}
	m.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "not_found", "there is nothing here", "POST /v1/acts takes an act; GET /checkpoint is the log")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		w.Header().Set("Access-Control-Allow-Origin", "*") // all of it is public
		m.ServeHTTP(w, r)
	})
}

type handler struct{ g *Gateway }

// Said is how an act stands, as the answer says it.
type Said struct {
	V      int    `json:"v"`
	Hash   string `json:"hash"`
	Stage  Stage  `json:"stage"`
	Index  *int64 `json:"index,omitempty"`
	Needs  string `json:"needs,omitempty"`  // SHA-256 of the file to PUT
	Reason string `json:"reason,omitempty"` // of a refusal
	Text   string `json:"text,omitempty"`
}

func say(h Hash, st Standing) Said {
	s := Said{V: 1, Hash: hex.EncodeToString(h[:]), Stage: st.Stage, Needs: st.Needs, Reason: string(st.Reason), Text: st.Text}
	if st.Stage == Shown {
		s.Index = &st.Index
	}
	return s
}

// maxWait is how long a request waits for an act to be published.
const maxWait = 60 * time.Second

func (h *handler) submit(w http.ResponseWriter, r *http.Request) {
	entry, ok := receive(w, r, act.MaxSize)
	if !ok {
		return
	}
	wait := time.Duration(0)
	if s := r.URL.Query().Get("wait"); s != "" {
		n, err := time.ParseDuration(s + "s")
		if err != nil || n < 0 || n > maxWait {
			refuse(w, http.StatusBadRequest, "bad_request", "wait is no number of seconds up to 60", "?wait=20")
			return
		}
		wait = n
	}
	hash, st, err := h.g.Submit(r.Context(), entry)
	if err != nil {
		h.fail(w, err)
		return
	}
	end := time.NewTimer(wait)
	defer end.Stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for waits := wait > 0; waits && (st.Stage == Waiting || st.Stage == Witnessing); {
		select {
		case <-r.Context().Done():
			return
		case <-end.C:
			waits = false
		case <-tick.C:
		}
		if st, err = h.g.Standing(r.Context(), hash); err != nil {
			h.fail(w, err)
			return
		}
	}
	status := http.StatusAccepted
	switch st.Stage {
	case Shown:
		status = http.StatusCreated
	case Refused:
		status = http.StatusUnprocessableEntity
	}
	w.Header().Set("Location", "/v1/acts/"+hex.EncodeToString(hash[:]))
	reply(w, status, say(hash, st))
}

func (h *handler) standing(w http.ResponseWriter, r *http.Request) {
	hash, ok := hashOf(w, r)
	if !ok {
		return
	}
	st, err := h.g.Standing(r.Context(), hash)
	if err != nil {
		h.fail(w, err)
		return
	}
	reply(w, http.StatusOK, say(hash, st))
}

func (h *handler) proof(w http.ResponseWriter, r *http.Request) {
	hash, ok := hashOf(w, r)
	if !ok {
		return
	}
	p, err := h.g.Prove(r.Context(), hash)
	if err != nil {
		h.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(p.Bytes())
}

func (h *handler) content(w http.ResponseWriter, r *http.Request) {
	hash, ok := hashOf(w, r)
	if !ok {
		return
	}
	asked, err := h.g.storage.askers(r.Context(), hash)
	if err == nil && len(asked) == 0 {
		err = ErrNotAsked // before the body is read
	}
	if err != nil {
		h.fail(w, err)
		return
	}
	data, ok := receive(w, r, MaxContent)
	if !ok {
		return
	}
	if err := h.g.Content(r.Context(), data); err != nil {
		h.fail(w, err)
		return
	}
	reply(w, http.StatusOK, map[string]any{"v": 1, "hash": hex.EncodeToString(hash[:]), "taken": true})
}

// SaidNetwork is who is in the network, as the answer says it.
type SaidNetwork struct {
	V       int         `json:"v"`
	Network string      `json:"network"`
	Parties []SaidParty `json:"parties"`
}

// SaidParty is a country of the network.
type SaidParty struct {
	Code         string            `json:"code"`
	Name         string            `json:"name"`
	Region       string            `json:"region"`
	Until        string            `json:"until"`
	Left         string            `json:"left,omitempty"`
	Acts         int64             `json:"acts"`
	Next         int64             `json:"next"` // the number of its next act
	Waiting      int               `json:"waiting"`
	Last         string            `json:"last,omitempty"`
	Keys         int               `json:"keys"`
	Recognitions int               `json:"recognitions"`
	Documents    map[act.Class]int `json:"documents"`
}

func (h *handler) parties(w http.ResponseWriter, r *http.Request) {
	ps, err := h.g.Parties(r.Context())
	if err != nil {
		h.fail(w, err)
		return
	}
	out := SaidNetwork{V: 1, Network: h.g.root.Network, Parties: []SaidParty{}}
	for _, p := range ps {
		m := p.Member
		s := SaidParty{Code: m.Code, Name: m.Name, Region: m.Region, Until: m.Until.Format(time.RFC3339), Acts: m.Number, Next: m.Number + 1 + int64(p.Waiting),
			Waiting: p.Waiting, Keys: p.Keys, Recognitions: p.Recognitions, Documents: p.Documents}
		if !m.Left.IsZero() {
			s.Left = m.Left.Format(time.RFC3339)
		}
		if !m.Issued.IsZero() {
			s.Last = m.Issued.Format(time.RFC3339)
		}
		out.Parties = append(out.Parties, s)
	}
	reply(w, http.StatusOK, out)
}

func (h *handler) policy(w http.ResponseWriter, r *http.Request) {
	p, err := h.g.Policy(r.Context())
	if err != nil {
		h.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, p.String())
}

func (h *handler) ready(w http.ResponseWriter, r *http.Request) {
	if err := h.g.o.DB.Ping(r.Context()); err != nil {
		h.fail(w, err)
		return
	}
	reply(w, http.StatusOK, map[string]bool{"ok": true})
}

func hashOf(w http.ResponseWriter, r *http.Request) (h Hash, ok bool) {
	b, err := hex.DecodeString(r.PathValue("hash"))
	if err != nil || len(b) != len(h) {
		refuse(w, http.StatusBadRequest, "bad_request", "the path does not end with a SHA-256 in 64 hexadecimal digits", "sha256sum FILE prints it")
		return h, false
	}
	return Hash(b), true
}

func receive(w http.ResponseWriter, r *http.Request, most int64) ([]byte, bool) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		refuse(w, http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("longer than %d bytes", most), "publish less at a time")
		return nil, false
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, "bad_request", "the body broke off", "send it again")
		return nil, false
	}
	return b, true
}

// hints say what to do about a refusal of the network.
var hints = map[act.Reason]string{
	act.Stranger:     "an act of the keyholders admits a country: pratique network join begins that",
	act.Unsigned:     "sign it with the keys that the admission names: pratique network sign",
	act.BadSignature: "send the file as it was signed, byte for byte",
	act.Quorum:       "let further signers of the country sign it: pratique network sign",
	act.Replay:       "GET /v1/parties has the number of the next act",
	act.OtherNetwork: "the act names the network that it is meant for",
	act.Content:      "make the act from the file that you send: pratique network act",
}

func (h *handler) fail(w http.ResponseWriter, err error) {
	switch reason := act.ReasonOf(err); {
	case reason != "":
		hint, ok := hints[reason]
		if !ok {
			hint = "docs/network.md has what each reason means"
		}
		refusal, _ := errors.AsType[*act.Refusal](err)
		refuse(w, http.StatusUnprocessableEntity, string(reason), refusal.Text, hint)
	case errors.Is(err, ErrFuture):
		refuse(w, http.StatusUnprocessableEntity, "future", ErrFuture.Error(), "set the clock of the machine right that issued it, or send it later")
	case errors.Is(err, ErrBusy):
		w.Header().Set("Retry-After", "10")
		refuse(w, http.StatusServiceUnavailable, "busy", ErrBusy.Error(), "send it again in ten seconds")
	case errors.Is(err, ErrNotThere):
		refuse(w, http.StatusNotFound, "not_found", ErrNotThere.Error(), "POST /v1/acts takes it; a proof is there once it is published")
	case errors.Is(err, ErrNotAsked):
		refuse(w, http.StatusConflict, "not_asked", ErrNotAsked.Error(), "send the act first: the answer says which file it needs")
	default:
		h.g.o.Log.Error("a request failed", "error", err)
		refuse(w, http.StatusInternalServerError, "internal", "the gateway could not do it", "send it again: nothing is done twice")
	}
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // the client has gone
}

func refuse(w http.ResponseWriter, status int, code, text, hint string) {
	reply(w, status, map[string]any{"error": map[string]string{"code": code, "text": text, "hint": hint}})
}
