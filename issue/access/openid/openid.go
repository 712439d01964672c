// Package openid answers one question: who is this at the provider of this
// authority, and what is that here?
//
// It is a relying party of OpenID Connect Core 1.0 by the authorization code flow
// with proof keys (RFC 7636, S256), and no other: [Provider.Begin] sends somebody
// to the provider, [Provider.Finish] takes what comes back and returns an
// [access.Grant] for [access.Gate.Endorse]. Discovery, keys with their rotation
// and the signatures of ID tokens are those of github.com/coreos/go-oidc and
// golang.org/x/oauth2. Added here is what they leave to their caller: state and
// nonce bound to one browser, the party a token was made for, its age, the issuer
// in the answer (RFC 9207), limits of size and time, and the mapping.
//
// What is between Begin and Finish travels sealed in a cookie, so that any process
// can finish what another one began. It holds ten minutes. A code is good once at
// the provider; nothing is kept here.
//
// # Configuration
//
//	file    = "pratique-openid/1.0" LF
//	          "issuer " URL LF
//	          "client " text LF
//	          "authority " id LF
//	          "redirect " URL LF
//	          "scopes openid" *(" " scope) LF
//	          *require 1*map "end" LF
//	require = "require " claim " " value LF
//	map     = "map " role " " (laboratory / "-") " " claim " " value LF
//
// for example
//
//	pratique-openid/1.0
//	issuer https://login.health.example
//	client pratique
//	authority xa-health
//	redirect https://issue.health.example/openid
//	scopes openid groups
//	require amr mfa
//	map officer - groups Health Authority Officers
//	map head north-7 groups north-7-heads
//	map clerk north-7 realm_access.roles north-7 clerks
//	end
//
// All lines that require something must hold. Of the lines that map, the first
// that fits says what somebody is; if none fits they are nobody. A claim is a
// string or a list of strings in the ID token, of that name, or within the claims
// that the names between dots lead through. At most 64 KiB and 1000 lines;
// addresses are HTTPS, or HTTP on this machine by its number. What is read is
// written again byte for byte.
package openid

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/pratique/pratique/issue/access"
)

var (
	// ErrAnswer means that what came back does not belong to what was begun here,
	// or came too late.
	ErrAnswer = errors.New("this answer does not belong to a sign-in that was begun in this browser, or came too late: begin again")
	// ErrDeclined means that the provider said no.
	ErrDeclined = errors.New("the provider did not sign anybody in")
	// ErrToken means that the provider's token is not good.
	ErrToken = errors.New("the token of the provider is not good")
	// ErrNotMapped means that somebody is known at the provider and nobody here.
	ErrNotMapped = errors.New("the provider knows who this is, but nothing makes them anybody here")
	// ErrProvider means that the provider does not answer, or not rightly.
	ErrProvider = errors.New("the provider does not answer as an OpenID provider does")
)

// Options are the knobs of a [Provider]. All but Key may be zero.
type Options struct {
	Secret string            // of the client; empty: it has none
	Key    []byte            // 32 bytes; seals what travels in the cookie
	Now    func() time.Time  // nil means [time.Now]
	Random io.Reader         // nil means [crypto/rand.Reader]
	Dial   http.RoundTripper // nil means [http.DefaultTransport]
}

const (
	patience  = 10 * time.Minute
	skew      = 5 * time.Minute
	maxAnswer = 1 << 20 // bytes of an answer of the provider
	timeout   = 15 * time.Second
	maxCookie = 2048
)

// algorithms are those of signatures that are taken: none that is keyed with
// what both know, and never "none".
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// Provider is an OpenID provider as an authority sees it. Its methods may be
// called from several goroutines.
type Provider struct {
	c        Config
	o        Options
	client   *http.Client
	aead     cipher.AEAD
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
}

// Discover asks the provider where its doors are. The context is for the asking
// alone.
func Discover(ctx context.Context, c Config, o Options) (*Provider, error) {
	if _, err := ParseConfig(c.String()); err != nil {
		return nil, err
	}
	if len(o.Key) != 32 {
		return nil, errors.New("opening openid: the key is not 32 bytes")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Dial == nil {
		o.Dial = http.DefaultTransport
	}
	key, err := hkdf.Key(sha256.New, o.Key, nil, "pratique openid", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	p := &Provider{c: c, o: o}
	if p.aead, err = cipher.NewGCM(block); err != nil {
		return nil, err
	}
	p.client = &http.Client{Transport: limited{o.Dial}, Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), c.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	ends := found.Endpoint()
	for _, u := range []string{ends.AuthURL, ends.TokenURL} {
		if err := checkURL(u); err != nil {
			return nil, fmt.Errorf("%w: an address of its own: %w", ErrProvider, err)
		}
	}
	p.oauth = oauth2.Config{ClientID: c.Client, ClientSecret: o.Secret, Endpoint: ends, RedirectURL: c.Redirect, Scopes: c.Scopes}
	p.verifier = found.Verifier(&oidc.Config{ClientID: c.Client, SupportedSigningAlgs: algorithms, Now: o.Now})
	return p, nil
}

// pending is what is between Begin and Finish.
type pending struct {
	State, Nonce, Verifier string
	Until                  time.Time
}

// Begin returns where somebody goes to sign in, and the value of a cookie that
// their browser must bring back: HttpOnly, Secure, SameSite=Lax, for the path of
// the redirect address.
func (p *Provider) Begin() (address, cookie string, err error) {
	b := make([]byte, 3*32+p.aead.NonceSize())
	if _, err := io.ReadFull(p.o.Random, b); err != nil {
		return "", "", err
	}
	at := pending{b64.EncodeToString(b[:32]), b64.EncodeToString(b[32:64]), b64.EncodeToString(b[64:96]), p.o.Now().Add(patience)}
	plain, err := json.Marshal(at)
	if err != nil {
		return "", "", err
	}
	nonce := b[96:]
	cookie = b64.EncodeToString(p.aead.Seal(nonce, nonce, plain, []byte(p.c.Issuer)))
	return p.oauth.AuthCodeURL(at.State, oidc.Nonce(at.Nonce), oauth2.S256ChallengeOption(at.Verifier)), cookie, nil
}

var b64 = base64.RawURLEncoding.Strict()

// pending opens a cookie.
func (p *Provider) pending(cookie string) (pending, error) {
	var at pending
	n := p.aead.NonceSize()
	b, err := b64.DecodeString(cookie)
	if len(cookie) > maxCookie || err != nil || len(b) < n {
		return pending{}, ErrAnswer
	}
	plain, err := p.aead.Open(nil, b[:n], b[n:], []byte(p.c.Issuer))
	if err != nil || json.Unmarshal(plain, &at) != nil || !p.o.Now().Before(at.Until) {
		return pending{}, ErrAnswer
	}
	return at, nil
}

// Finish takes what the browser brought back, its cookie and the query of its
// address, and returns what the person is here. Errors are those of this package;
// their texts may be logged and have nothing personal.
func (p *Provider) Finish(ctx context.Context, cookie string, answer url.Values) (access.Grant, error) {
	at, err := p.pending(cookie)
	if err != nil {
		return access.Grant{}, err
	}
	one := func(name string) string {
		if len(answer[name]) != 1 {
			return ""
		}
		return answer[name][0]
	}
	if subtle.ConstantTimeCompare([]byte(one("state")), []byte(at.State)) != 1 || answer.Has("iss") && one("iss") != p.c.Issuer {
		return access.Grant{}, ErrAnswer
	}
	if answer.Has("error") || one("code") == "" {
		return access.Grant{}, ErrDeclined
	}
	ctx = oidc.ClientContext(ctx, p.client)
	got, err := p.oauth.Exchange(ctx, one("code"), oauth2.VerifierOption(at.Verifier))
	if refused := (*oauth2.RetrieveError)(nil); errors.As(err, &refused) {
		return access.Grant{}, ErrDeclined // its text may repeat what was sent
	}
	if err != nil {
		return access.Grant{}, ErrProvider
	}
	raw, _ := got.Extra("id_token").(string)
	return p.token(ctx, raw, at.Nonce, got.AccessToken)
}

// token verifies an ID token (OpenID Connect Core 1.0 section 3.1.3.7) and maps
// what it says.
func (p *Provider) token(ctx context.Context, raw, nonce, accessToken string) (access.Grant, error) {
	t, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return access.Grant{}, ErrToken
	}
	claims := map[string]any{}
	if err := t.Claims(&claims); err != nil {
		return access.Grant{}, ErrToken
	}
	party, stated := claims["azp"]
	now := p.o.Now()
	switch {
	case subtle.ConstantTimeCompare([]byte(t.Nonce), []byte(nonce)) != 1,
		stated && party != any(p.c.Client), !stated && len(t.Audience) != 1,
		t.IssuedAt.After(now.Add(skew)), t.IssuedAt.Before(now.Add(-patience - skew)),
		t.Subject == "" || len(t.Subject) > 255,
		t.AccessTokenHash != "" && t.VerifyAccessToken(accessToken) != nil:
		return access.Grant{}, ErrToken
	}
	return p.c.grant(t.Subject, claims)
}

// limited cuts answers that are too long.
type limited struct{ next http.RoundTripper }

func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	a, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	a.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(a.Body, maxAnswer), a.Body}
	return a, nil
}
