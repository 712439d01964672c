package keyserver

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/exposure/efgs"
	"github.com/pratique/pratique/keys"
)

// Federation is the door to other countries: that of the European federation
// gateway service (EFGS), with whose clients countries exchange keys.
//
//	POST /diagnosiskeys/upload                       headers batchTag, batchSignature; a batch
//	  201  all keys were taken
//	  207  {"201":[...],"400":[...],"409":[...]}: places of keys that were taken, that are
//	       bad, and that are here already; the header batchFindings has the faults of
//	       the first of them ("3:alive, 7:wrong_length")
//	  400  no header, no batch, or a signature that does not verify
//	  403  not the client certificate of a partner
//	  409  the batchTag was used before
//	  406, 413  another format or version; too long, too many keys
//	GET /diagnosiskeys/download/{date}               headers batchTag, nextBatchTag ("null": none)
//	GET /diagnosiskeys/audit/download/{date}/{tag}   whose keys these are, and what was signed
//	  404, 410  there is none; it is more than two days old
//
// Bodies are application/protobuf; version=1.0 or application/json; version=1.0 (of
// a download, without Accept: the former). A proxy in front ends TLS, verifies the client's
// certificate and states it in X-SSL-Client-SHA256 and X-SSL-Client-DN; it must take these headers
// from what clients send.
//
// Whose signature verifies says of each key what is wrong with it, instead of
// "Invalid Signature" of all. A key that can still be used is refused, and so leaves
// to nobody. An upload is a batch. If some of its keys were left out, the audit says
// how many (leftOut): its signature covers them too and cannot be verified
// without them; the country that wants it to be mends its batch and sends it under another tag.
//
// Keys of a batch stand in the order of their bytes, without those of the country that asks.
type Federation struct{ o FederationOptions }

// FederationOptions are the settings of a gateway.
type FederationOptions struct {
	Partners []Partner
	// Home signs for the country of this server: the keys that people gave here are
	// offered to the others as its uploads. Nil offers none.
	Home *keys.Key
	// Regions are those for which keys of partners are published here; none: they
	// are only passed on.
	Regions []string
	Store   Store
	Rand    io.Reader
	// Now tells the time. Nil means [time.Now].
	Now func() time.Time
	// Log receives a record for each upload, and for what failed. Nil means silence.
	Log *slog.Logger
}

// Partner is a country that takes part.
type Partner struct {
	Country string
	// Client is its certificate of TLS, with a signature of the operator's trust
	// anchor (base64), which is passed on in audits.
	Client         *x509.Certificate
	ClientOperator string
	// Signing are its certificates for batches.
	Signing         []*x509.Certificate
	SigningOperator string
}

const (
	givenDays = 2  // for which batches are given out
	knownDays = 15 // days for which their tags are known
	day       = 24 * time.Hour
)

// NewFederation returns a gateway.
func NewFederation(o FederationOptions) (*Federation, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Store == nil || o.Rand == nil {
		return nil, errors.New("making federation: no store, or no random source")
	}
	seen := map[string]bool{}
	for _, p := range o.Partners {
		if p.Client == nil || len(p.Signing) == 0 || seen[p.Country] || o.Home != nil && p.Country == o.Home.Country() {
			return nil, errors.New("making federation: a partner without a certificate, or one twice")
		}
		seen[p.Country] = true
		for _, c := range append(slices.Clone(p.Signing), p.Client) {
			if countryOf(c) != p.Country {
				return nil, fmt.Errorf("making federation: a certificate of %s is another country's", p.Country)
			}
		}
	}
	return &Federation{o}, nil
}

func countryOf(c *x509.Certificate) string {
	if len(c.Subject.Country) != 1 {
		return ""
	}
	return c.Subject.Country[0]
}

// Handler serves the doors.
func (g *Federation) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /diagnosiskeys/upload", g.upload)
	mux.HandleFunc("GET /diagnosiskeys/download/{date}", g.download)
	mux.HandleFunc("GET /diagnosiskeys/audit/download/{date}/{tag}", g.audit)
	return mux
}

// batch is an upload as it is kept.
type batch struct {
	efgs.Upload
	LeftOut int    `json:"leftOut,omitempty"`
	Keys    []byte `json:"keys,omitempty"` // DiagnosisKeyBatch; not in an audit
	Name    string `json:"name,omitempty"` // country and tag; not in an audit
}

// refuse answers as the gateway does.
func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	b, _ := json.Marshal(map[string]string{"message": text}) // of strings: it cannot fail
	_, _ = w.Write(b)
}

func (g *Federation) broken(w http.ResponseWriter, what string, err error) {
	g.o.Log.Error(what, "error", err)
	refuse(w, http.StatusInternalServerError, "Internal Server Error.")
}

// partner is who asks, by what the proxy says of the certificate.
func (g *Federation) partner(w http.ResponseWriter, r *http.Request) *Partner {
	name, err := url.QueryUnescape(r.Header.Get("X-SSL-Client-DN"))
	print, ok := thumbprint(r.Header.Get("X-SSL-Client-SHA256"))
	if err != nil || name == "" || !ok {
		refuse(w, http.StatusForbidden, "Client is not authorized to access the service")
		return nil
	}
	country := ""
	for part := range strings.SplitSeq(name, ",") {
		if k, v, _ := strings.Cut(part, "="); strings.EqualFold(strings.TrimSpace(k), "C") && country == "" {
			country = strings.TrimSpace(v)
		}
	}
	for i := range g.o.Partners {
		if p := &g.o.Partners[i]; p.Country == country && sha256.Sum256(p.Client.Raw) == print {
			return p
		}
	}
	refuse(w, http.StatusForbidden, "Client is not authorized to access the service")
	return nil
}

// thumbprint reads the SHA-256 of a certificate: in hexadecimal digits, or in
// base64 with or without %.
func thumbprint(s string) (out [sha256.Size]byte, ok bool) {
	b, err := hex.DecodeString(s)
	if err != nil {
		if strings.Contains(s, "%") {
			s, _ = url.PathUnescape(s)
		}
		b, err = base64.StdEncoding.DecodeString(s)
	}
	return out, err == nil && len(b) == len(out) && copy(out[:], b) == len(out)
}

func hexOf(c *x509.Certificate) string {
	h := sha256.Sum256(c.Raw)
	return hex.EncodeToString(h[:])
}

func pemOf(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

// isProtobuf reads a media type: one of the two, in version 1.0.
func isProtobuf(kind string) (protobuf, ok bool) {
	media, parameter, _ := strings.Cut(kind, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	version := strings.ReplaceAll(strings.ToLower(parameter), " ", "")
	protobuf = media == "application/protobuf"
	return protobuf, (protobuf || media == "application/json") && version == "version=1.0"
}

const maxTag = 64 // bytes of a tag

func (g *Federation) upload(w http.ResponseWriter, r *http.Request) {
	p := g.partner(w, r)
	if p == nil {
		return
	}
	protobuf, ok := isProtobuf(r.Header.Get("Content-Type"))
	if !ok {
		refuse(w, http.StatusNotAcceptable, "Accepted are application/protobuf; version=1.0 and application/json; version=1.0")
		return
	}
	tag, signature := r.Header.Get("batchTag"), r.Header.Get("batchSignature")
	if tag == "" || len(tag) > maxTag || signature == "" {
		refuse(w, http.StatusBadRequest, "The header batchTag or batchSignature is missing")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, efgs.MaxBatch))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "The batch is too long, or broke off")
		return
	}
	parse := efgs.ParseJSON
	if protobuf {
		parse = efgs.ParseBatch
	}
	keys, malformed, err := parse(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, "Not a batch: "+err.Error())
		return
	}
	u, reason := g.verify(p, keys, signature)
	if reason == "" && len(malformed) > 0 {
		reason = "the signature cannot be verified without the keys that are malformed: " + findings(malformed)
	}
	if reason != "" {
		refuse(w, http.StatusBadRequest, "Invalid signature: "+reason)
		return
	}
	g.take(w, r, p, u, tag, keys)
}

// verify says whose signature that is, or why it is none.
func (g *Federation) verify(p *Partner, keys []efgs.Key, signature string) (batch, string) {
	der, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return batch{}, "it is not base64"
	}
	d, err := parseDetached(der)
	if err != nil {
		return batch{}, "it is no detached signature with its certificate (CMS)"
	}
	c, at := d.signer, g.o.Now()
	switch {
	case !slices.ContainsFunc(p.Signing, c.Equal):
		return batch{}, "the signing certificate is not one of the country's"
	case at.Before(c.NotBefore) || !at.Before(c.NotAfter):
		return batch{}, "the signing certificate is not valid now"
	case d.verify(efgs.Signed(keys)) != nil:
		return batch{}, "it does not verify over these keys, in the order in which they are signed"
	}
	return batch{Upload: efgs.Upload{Country: p.Country, Uploaded: at.UTC().Format(time.RFC3339), Signature: signature,
		Signing: pemOf(c), SigningThumbprint: hexOf(c), SigningOperator: p.SigningOperator,
		Uploader: pemOf(p.Client), UploaderThumbprint: hexOf(p.Client), UploaderOperator: p.ClientOperator}}, ""
}

// findings are the first faults, for a header.
func findings(found []efgs.Finding) string {
	var parts []string
	for _, f := range found[:min(len(found), 50)] {
		parts = append(parts, strconv.Itoa(f.Index)+":"+string(f.Code))
	}
	return strings.Join(parts, ", ")
}

// take keeps the good keys of an upload.
func (g *Federation) take(w http.ResponseWriter, r *http.Request, p *Partner, u batch, tag string, keys []efgs.Key) {
	at := g.o.Now().UTC()
	found := efgs.Check(keys, p.Country, at)
	here, err := g.here(r.Context(), keys)
	if err != nil {
		g.broken(w, "asking for keys failed", err)
		return
	}
	places := map[string][]int{}
	var good []efgs.Key
	for i := range keys {
		status := "201"
		switch {
		case slices.ContainsFunc(found, func(f efgs.Finding) bool { return f.Index == i }):
			status = "400"
		case here[string(keys[i].Data)]:
			status = "409"
		default:
			good = append(good, keys[i])
		}
		places[status] = append(places[status], i)
	}
	u.LeftOut = len(keys) - len(good)
	if len(good) > 0 {
		err := g.keep(r.Context(), u, p.Country+"/"+tag, good, at)
		if errors.Is(err, errTag) {
			refuse(w, http.StatusConflict, "BatchTag already exists.")
			return
		}
		if err != nil {
			g.broken(w, "keeping an upload failed", err)
			return
		}
		g.o.Log.Info("uploaded", "country", p.Country, "keys", len(good), "left_out", u.LeftOut)
		if err := g.publish(r.Context(), at); err != nil {
			g.o.Log.Error("publishing keys of partners failed: it is tried again", "error", err)
		}
	}
	w.Header().Set("batchTag", tag)
	if u.LeftOut == 0 {
		w.WriteHeader(http.StatusCreated)
		return
	}
	if len(found) > 0 {
		w.Header().Set("batchFindings", findings(found))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusMultiStatus)
	b, _ := json.Marshal(places) // of numbers: it cannot fail
	_, _ = w.Write(b)
}
