package keyserver

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/jws"
)

// Authority is a health authority that certifies who fell ill.
type Authority struct {
	Issuer, Audience string
	// Keys are on P-256, by their kid.
	Keys map[string]*ecdsa.PublicKey
	// JWKS is the address of more keys: https. See [Server.Refresh].
	JWKS string
}

// issuer is an authority with the keys that were fetched last.
type issuer struct {
	Authority
	fetched atomic.Pointer[map[string]*ecdsa.PublicKey]
}

func newIssuer(a Authority) *issuer {
	i := &issuer{Authority: a}
	i.fetched.Store(&map[string]*ecdsa.PublicKey{})
	return i
}

func (i *issuer) key(kid string) *ecdsa.PublicKey {
	if k := i.Keys[kid]; k != nil {
		return k
	}
	return (*i.fetched.Load())[kid]
}

// Refresh fetches the keys of the authorities that have an address for them.
// What is fetched takes the place of what was fetched before, so a key that
// the authority took away counts no longer; if it cannot be fetched or read, the
// last ones stay. The error names each authority for which that is so.
func (s *Server) Refresh(ctx context.Context, client *http.Client) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(s.issuer)) {
		i := s.issuer[name]
		if i.JWKS == "" {
			continue
		}
		keys, err := fetchKeys(ctx, client, i.JWKS)
		if err != nil {
			errs = append(errs, fmt.Errorf("fetching the keys of %s: %w", name, err))
			continue
		}
		i.fetched.Store(&keys)
	}
	return errors.Join(errs...)
}

const (
	maxJWKS = 256 << 10 // bytes of a list of keys
	maxKeys = 64        // in it
)

func fetchKeys(ctx context.Context, client *http.Client, url string) (map[string]*ecdsa.PublicKey, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer is %s", resp.Status)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxJWKS+1))
	if err != nil {
		return nil, err
	}
	return ParseJWKS(body)
}

// ParseJWKS reads the public keys of a health authority: a JSON Web Key Set
// (RFC 7517), or its array alone, as Google's verification server gives it. Keys
// on other curves are skipped; a key on P-256 that is no point, has a secret part
// or no kid, or a kid twice, is an error.
func ParseJWKS(body []byte) (map[string]*ecdsa.PublicKey, error) {
	if len(body) > maxJWKS {
		return nil, fmt.Errorf("keys of an authority: more than %d bytes", maxJWKS)
	}
	var list []struct{ Kty, Crv, X, Y, Kid, D string }
	if err := json.Unmarshal(body, &list); err != nil {
		var set struct {
			Keys *json.RawMessage `json:"keys"`
		}
		if err := json.Unmarshal(body, &set); err != nil || set.Keys == nil || json.Unmarshal(*set.Keys, &list) != nil {
			return nil, errors.New("keys of an authority: not a set of JSON Web Keys")
		}
	}
	if len(list) > maxKeys {
		return nil, fmt.Errorf("keys of an authority: more than %d", maxKeys)
	}
	out := map[string]*ecdsa.PublicKey{}
	for _, k := range list {
		if k.Kty != "EC" || k.Crv != "P-256" {
			continue
		}
		x, err1 := jws.Decode(k.X)
		y, err2 := jws.Decode(k.Y)
		if err := errors.Join(err1, err2); err != nil || len(x) > 32 || len(y) > 32 || k.D != "" || k.Kid == "" || out[k.Kid] != nil {
			return nil, errors.New("keys of an authority: a key is none, is secret, or has no kid of its own")
		}
		point := make([]byte, 65)
		point[0] = 4
		new(big.Int).SetBytes(x).FillBytes(point[1:33])
		new(big.Int).SetBytes(y).FillBytes(point[33:])
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
		if err != nil {
			return nil, errors.New("keys of an authority: a key is no point of its curve")
		}
		out[k.Kid] = key
	}
	return out, nil
}

// claims are what a certificate says.
type claims struct {
	Issuer     string  `json:"iss"`
	Audience   string  `json:"aud"`
	Expires    float64 `json:"exp"`
	IssuedAt   float64 `json:"iat"`
	NotBefore  float64 `json:"nbf"`
	ReportType string  `json:"reportType"`
	Onset      int64   `json:"symptomOnsetInterval"`
	MAC        string  `json:"tekmac"`
}

// grace is how far the clock of an authority may be ahead.
const grace = time.Minute

// The report types of certificates.
const (
	confirmed  = "confirmed"
	likely     = "likely"
	negative   = "negative"
	userReport = "user-report"
)

var reports = map[string]gaen.ReportType{confirmed: gaen.ConfirmedTest, likely: gaen.ClinicalDiagnosis, negative: gaen.Revoked, userReport: gaen.SelfReport}

// errCertificate is what is wrong with a certificate; its text is for the app.
type errCertificate string

func (e errCertificate) Error() string { return string(e) }

// verify returns what the certificate of a request says.
func (s *Server) verify(app *App, q *request, at time.Time) (claims, error) {
	m, err := jws.Parse([]byte(q.VerificationPayload))
	if err != nil {
		return claims{}, errCertificate("it is no JSON Web Token")
	}
	alg, _ := m.Header.Get("alg").Text()
	kid, _ := m.Header.Get("kid").Text()
	var c claims
	if err := json.Unmarshal(m.Payload, &c); err != nil || alg != string(jws.ES256) || kid == "" {
		return claims{}, errCertificate("it is not of algorithm ES256, has no kid, or claims of other types")
	}
	i := s.issuer[c.Issuer]
	if i == nil || !slices.Contains(app.Issuers, c.Issuer) {
		return claims{}, errCertificate("its issuer is not accepted for this app")
	}
	if c.Audience != i.Audience {
		return claims{}, errCertificate("its audience is another")
	}
	key := i.key(kid)
	if key == nil {
		return claims{}, errCertificate("no active public keys for health authority")
	}
	if err := jws.ES256.Verify(key, m.Signed, m.Signature); err != nil {
		return claims{}, errCertificate("its signature does not verify")
	}
	now := float64(at.Unix())
	switch {
	case c.Expires <= now:
		return claims{}, errCertificate("it has expired")
	case max(c.IssuedAt, c.NotBefore) > now+grace.Seconds():
		return claims{}, errCertificate("not valid yet (NBF or IAT) in the future")
	}
	if _, ok := reports[c.ReportType]; !ok {
		return claims{}, errCertificate("its report type is unknown")
	}
	return c, q.checkMAC(c.MAC)
}

// checkMAC checks that a certificate is for these keys.
func (q *request) checkMAC(stated string) error {
	mac, err1 := decodeBase64(stated)
	secret, err2 := decodeBase64(q.HMACKey)
	if err1 != nil || err2 != nil || len(secret) < 16 {
		return errCertificate("tekmac or hmacKey is not base64, or the latter has less than 16 bytes")
	}
	good := false
	for _, m := range keyMACs(q.Keys, secret) {
		good = good || hmac.Equal(m, mac)
	}
	if !good {
		return errCertificate("HMAC mismatch, publish request does not match diagnosis verification certificate")
	}
	return nil
}

// keyMACs returns the values that tekmac may have.
func keyMACs(keys []requestKey, secret []byte) [][]byte {
	order := slices.Clone(keys)
	slices.SortStableFunc(order, func(a, b requestKey) int { return strings.Compare(a.Key, b.Key) })
	var long, short []string
	all0 := true
	for _, k := range order {
		text := k.Key + "." + strconv.Itoa(int(k.Start)) + "." + strconv.Itoa(int(k.Period))
		short = append(short, text)
		long = append(long, text+"."+strconv.Itoa(k.Risk))
		all0 = all0 && k.Risk == 0
	}
	sum := func(parts []string) []byte {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(strings.Join(parts, ",")))
		return h.Sum(nil)
	}
	out := [][]byte{sum(long)}
	if all0 {
		out = append(out, sum(short))
	}
	return out
}
