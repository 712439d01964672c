package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Credential is with what a machine of a laboratory may come.
type Credential struct {
	Authority, Laboratory string
	Name                  string       // of the machine; it may have several credentials
	Scopes                []Permission // of those that machines have
	Until                 time.Time    // at most 400 days from when it is given
	// Handle is by what it is found: the id of a key, "sha256:" and the hash of a
	// client certificate in hexadecimal digits, or "dns:" or "uri:" and a name
	// that an authority of ours certifies.
	Handle string
	Made   time.Time
	Used   time.Time // to the hour; zero: never
}

// machine is what is kept of a credential.
type machine struct {
	Credential
	Hash []byte // of the secret of a key
}

const (
	keyPrefix   = "pratique_"
	keyID       = 12
	keySecret   = 52
	maxKey      = len(keyPrefix) + maxID + 1 + keyID + 1 + keySecret
	longestLife = 400 * day
)

// APIKey is the text of a key taken apart.
type APIKey struct {
	Authority, ID, Secret string
}

// ParseKey reads the text of a key:
//
//	key = "pratique_" authority "_" id "_" secret
//
// id and secret are 12 and 52 small letters and digits of base32.
func ParseKey(text string) (APIKey, error) {
	rest, ok := strings.CutPrefix(text, keyPrefix)
	f := strings.Split(rest, "_")
	if !ok || len(text) > maxKey || len(f) != 3 || !IsID(f[0]) || !isBase32(f[1], keyID) || !isBase32(f[2], keySecret) {
		return APIKey{}, ErrCredential
	}
	return APIKey{f[0], f[1], f[2]}, nil
}

func (k APIKey) String() string { return keyPrefix + k.Authority + "_" + k.ID + "_" + k.Secret }

func isBase32(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// GiveKey makes a key for a machine. Its text is shown once; the hash is kept.
func (g *Gate) GiveKey(ctx context.Context, by Actor, c Credential) (string, error) {
	b := make([]byte, 40)
	if _, err := io.ReadFull(g.o.Random, b); err != nil {
		return "", err
	}
	text := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
	k := APIKey{c.Authority, text[:keyID], text[keyID:]}
	c.Handle = k.ID
	if err := g.give(ctx, by, machine{Credential: c, Hash: hashOf(k)}); err != nil {
		return "", err
	}
	return k.String(), nil
}

func hashOf(k APIKey) []byte {
	sum := sha256.Sum256([]byte(k.String())) // 256 random bits need no slow hash
	return sum[:]
}

// GiveCertificate lets a machine come with a client certificate, by its hash, or
// by a name in it if an authority of ours has certified it.
func (g *Gate) GiveCertificate(ctx context.Context, by Actor, c Credential) error {
	kind, value, _ := strings.Cut(c.Handle, ":")
	if kind == "sha256" && !isHash(value) || kind != "sha256" && (kind != "dns" && kind != "uri" || !isCertified(value)) {
		return errors.New(`giving a certificate: want "sha256:" with 64 small hexadecimal digits, or "dns:" or "uri:" with a name in small letters, without *`)
	}
	return g.give(ctx, by, machine{Credential: c})
}

func isHash(s string) bool {
	return len(s) == 2*sha256.Size && strings.Trim(s, "0123456789abcdef") == ""
}

// isCertified reports whether s can be a name in a certificate that stands for
// one machine.
func isCertified(s string) bool {
	return s != "" && len(s) <= 255 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-_:/?=&%~@+") == ""
}

func (g *Gate) give(ctx context.Context, by Actor, m machine) error {
	now := g.o.Now()
	switch {
	case m.Authority != by.Authority || m.Laboratory == "":
		return ErrForbidden
	case !IsID(m.Name):
		return ErrName
	case !m.Until.After(now) || m.Until.After(now.Add(longestLife)):
		return errors.New("giving a key or certificate: it ends within 400 days")
	case len(m.Scopes) == 0:
		return errors.New("giving a key or certificate: it needs a scope")
	}
	for _, p := range m.Scopes {
		if grants[p][Machine] == nowhere {
			return fmt.Errorf("giving a key or certificate: machines have no scope %.30q", p)
		}
	}
	m.Made, m.Used, m.Scopes = now, time.Time{}, slices.Clone(m.Scopes)
	err := g.s.Do(ctx, func(tx Tx) error {
		if _, err := May(tx, by, Machines, m.Laboratory); err != nil {
			return err
		}
		var old machine
		if found, err := get(tx, kindMachine, m.Authority, m.Handle, &old); err != nil || found {
			return orTaken(err)
		}
		return put(tx, kindMachine, m.Authority, m.Handle, m, time.Time{})
	})
	if err == nil {
		g.record(by, DidKey, m.Name)
	}
	return err
}

func orTaken(err error) error {
	if err == nil {
		return errors.New("giving a key or certificate: it is given already: revoke it first")
	}
	return err
}

// Key returns the machine whose key this is.
func (g *Gate) Key(ctx context.Context, text string) (Actor, error) {
	k, err := ParseKey(text)
	if err != nil {
		return Actor{}, ErrCredential
	}
	sum := hashOf(k)
	return g.machine(ctx, k.Authority, []string{k.ID}, func(m machine) bool {
		return subtle.ConstantTimeCompare(m.Hash, sum) == 1
	})
}

// Peer returns the machine of an authority whose client certificate a connection
// was made with. A certificate is known by its hash; by its names only if the
// connection's own check found it certified.
func (g *Gate) Peer(ctx context.Context, authority string, c *tls.ConnectionState) (Actor, error) {
	if c == nil || !c.HandshakeComplete || len(c.PeerCertificates) == 0 {
		return Actor{}, ErrCredential
	}
	leaf := c.PeerCertificates[0]
	now := g.o.Now()
	if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return Actor{}, ErrCredential
	}
	sum := sha256.Sum256(leaf.Raw)
	handles := []string{"sha256:" + hex.EncodeToString(sum[:])}
	if len(c.VerifiedChains) > 0 {
		for _, n := range leaf.DNSNames {
			handles = append(handles, "dns:"+strings.ToLower(n))
		}
		for _, u := range leaf.URIs {
			handles = append(handles, "uri:"+strings.ToLower(u.String()))
		}
	}
	return g.machine(ctx, authority, handles[:min(len(handles), 20)], func(m machine) bool { return m.Hash == nil })
}

// machine returns the machine that one of the handles leads to. Where they lead
// to several, none is meant.
func (g *Gate) machine(ctx context.Context, authority string, handles []string, right func(machine) bool) (Actor, error) {
	var m machine
	err := g.s.View(ctx, func(tx Tx) error {
		m = machine{}
		for _, h := range handles {
			var one machine
			found, err := get(tx, kindMachine, authority, h, &one)
			if err != nil {
				return err
			}
			ok := right(one) // also of none, so that it takes as long
			if !found || !ok || !g.o.Now().Before(one.Until) {
				continue
			}
			if m.Name != "" && (m.Name != one.Name || m.Laboratory != one.Laboratory) {
				return ErrCredential
			}
			if m.Name == "" {
				m = one
			}
		}
		return nil
	})
	if err != nil {
		return Actor{}, err
	}
	if m.Name == "" {
		return Actor{}, ErrCredential
	}
	if hour := g.o.Now().Truncate(time.Hour); m.Used.Before(hour) {
		err = g.s.Do(ctx, func(tx Tx) error {
			var now machine
			found, err := get(tx, kindMachine, authority, m.Handle, &now)
			if err != nil || !found {
				return orCredential(err)
			}
			now.Used = hour
			return put(tx, kindMachine, authority, m.Handle, now, time.Time{})
		})
		if err != nil {
			return Actor{}, err
		}
	}
	return Actor{m.Authority, m.Laboratory, m.Name, Machine, m.Scopes}, nil
}

func orCredential(err error) error {
	if err == nil {
		return ErrCredential
	}
	return err
}

// Credentials returns those of machines that the actor may give, without their
// secrets.
func (g *Gate) Credentials(ctx context.Context, by Actor) ([]Credential, error) {
	var out []Credential
	err := g.s.View(ctx, func(tx Tx) error {
		out = nil
		return each(tx, kindMachine, by.Authority, func(_ string, m machine) error {
			if by.reaches(Machines, m.Laboratory) || by.reaches(Audit, m.Laboratory) {
				out = append(out, m.Credential)
			}
			return nil
		})
	})
	return out, err
}

// Revoke ends a credential at once.
func (g *Gate) Revoke(ctx context.Context, by Actor, handle string) error {
	var m machine
	err := g.s.Do(ctx, func(tx Tx) error {
		m = machine{}
		found, err := get(tx, kindMachine, by.Authority, handle, &m)
		switch {
		case err != nil:
			return err
		case !by.reaches(Machines, m.Laboratory):
			return ErrForbidden
		case !found:
			return ErrUnknown
		}
		return tx.Delete(kindMachine, by.Authority, handle)
	})
	if err == nil {
		g.record(by, DidRevoke, m.Name)
	}
	return err
}
