package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/qr"
	"github.com/pratique/pratique/internal/totp"
)

// Person is somebody with an account at an authority.
type Person struct {
	Authority  string
	Laboratory string // empty for officers and auditors
	Name       string // as the audit log and the register have it
	Role       Role
	Provider   bool // an OpenID provider vouches for them; else the account is ours
	Disabled   bool
	Made       time.Time
}

// account is what is kept of a person.
type account struct {
	Person
	Epoch      int      // sessions of earlier ones have ended
	Passphrase string   // see stretched
	Secret     []byte   // of the authenticator, sealed
	Step       int64    // the last that was used
	Recovery   [][]byte // keyed hashes of codes not used
}

func (a account) actor() Actor {
	return Actor{Authority: a.Authority, Laboratory: a.Laboratory, Name: a.Name, Role: a.Role}
}

// invitation is what is kept of one. Its key is the hash of its secret.
type invitation struct {
	Person
	By       string
	Until    time.Time
	Replaces int // epoch of the account that is there; -1: none is
}

const (
	invited       = 72 * time.Hour
	recoveryCodes = 10
	recoverySize  = 10 // letters of 5 bits
	kept          = 24 * time.Hour
	free          = 5 // attempts before one must wait
	longestWait   = 12 * time.Hour
)

// Invite invites somebody to have an account, or to a new start with the one
// they have: another role, another authenticator. The token goes to that person
// and to nobody else; it is good once, for three days.
func (g *Gate) Invite(ctx context.Context, by Actor, p Person) (token string, err error) {
	if p.Authority != by.Authority || !by.gives(p.Role, p.Laboratory) {
		return "", ErrForbidden
	}
	token, err = g.invite(ctx, p, by.Name, func(tx Tx, old *account) error {
		if p.Laboratory != "" {
			if _, err := May(tx, by, People, p.Laboratory); err != nil {
				return err
			}
		}
		if old != nil && !by.gives(old.Role, old.Laboratory) {
			return ErrForbidden
		}
		return nil
	})
	if err == nil {
		g.record(by, DidInvite, p.Name)
	}
	return token, err
}

// Found invites the first officer of an authority, and fails once there is one.
// It asks nobody: only who holds the records can call it.
func (g *Gate) Found(ctx context.Context, authority, name string) (token string, err error) {
	p := Person{Authority: authority, Name: name, Role: Officer}
	return g.invite(ctx, p, "", func(tx Tx, _ *account) error {
		return each(tx, kindAccount, authority, func(_ string, a account) error {
			if a.Role == Officer {
				return errors.New("this authority has an officer already, who can invite others")
			}
			return nil
		})
	})
}

// invite writes an invitation if allowed says nothing against it.
func (g *Gate) invite(ctx context.Context, p Person, by string, allowed func(Tx, *account) error) (string, error) {
	if !IsID(p.Authority) || !IsID(p.Name) || strings.HasPrefix(p.Name, providerPrefix) {
		return "", ErrName
	}
	token, hash, err := g.token(p.Authority)
	if err != nil {
		return "", err
	}
	now := g.o.Now()
	p.Made, p.Disabled, p.Provider = now, false, false
	inv := invitation{Person: p, By: by, Until: now.Add(invited)}
	return token, g.s.Do(ctx, func(tx Tx) error {
		var old account
		found, err := get(tx, kindAccount, p.Authority, p.Name, &old)
		if err != nil {
			return err
		}
		inv.Replaces = -1
		known := (*account)(nil)
		if found {
			inv.Replaces, known = old.Epoch, &old
		}
		if err := allowed(tx, known); err != nil {
			return err
		}
		return put(tx, kindInvitation, p.Authority, hash, inv, inv.Until)
	})
}

// Enrolment is what somebody sees who follows an invitation.
type Enrolment struct {
	Person
	URI    string // for an authenticator: otpauth://...
	Secret string // the same, to be typed
	QR     *qr.Symbol
}

// Enrolment returns what an invitation is for. It may be asked again, and says
// the same.
func (g *Gate) Enrolment(ctx context.Context, token string) (Enrolment, error) {
	authority, hash, ok := splitToken(token)
	var inv invitation
	err := g.s.View(ctx, func(tx Tx) error {
		found, err := get(tx, kindInvitation, authority, hash, &inv)
		if err == nil && (!ok || !found || !g.o.Now().Before(inv.Until)) {
			err = ErrInvitation
		}
		return err
	})
	if err != nil {
		return Enrolment{}, err
	}
	secret := g.enrolled(token)
	e := Enrolment{Person: inv.Person, URI: secret.URI(g.o.Title, inv.Name), Secret: secret.String()}
	e.QR, err = qr.Encode(e.URI, qr.M)
	return e, err
}

// enrolled is the secret of the authenticator that an invitation leads to. It
// follows from the token, so that nothing is kept before it is used.
func (g *Gate) enrolled(token string) totp.Secret { return g.mac("authenticator", token)[:20] }

// Enrol makes the account that an invitation is for, with a passphrase, once the
// authenticator has shown a right code. It returns codes, each of which stands
// once for a code of the authenticator when that is lost.
func (g *Gate) Enrol(ctx context.Context, token, passphrase, code string) (recovery []string, err error) {
	e, err := g.Enrolment(ctx, token)
	if err != nil {
		return nil, err
	}
	if err := checkPassphrase(passphrase, e.Name); err != nil {
		return nil, err
	}
	secret := g.enrolled(token)
	step, ok := secret.Match(code, g.o.Now(), 0)
	if !ok {
		return nil, ErrSignIn
	}
	a := account{Person: e.Person, Step: step}
	if a.Passphrase, err = g.keep(ctx, passphrase); err != nil {
		return nil, err
	}
	if a.Secret, err = g.seal(secret, a.place()); err != nil {
		return nil, err
	}
	if recovery, a.Recovery, err = g.recovery(a.Person); err != nil {
		return nil, err
	}
	authority, hash, _ := splitToken(token)
	err = g.s.Do(ctx, func(tx Tx) error {
		var inv invitation
		var old account
		found, err := get(tx, kindInvitation, authority, hash, &inv)
		if err != nil || !found || !g.o.Now().Before(inv.Until) {
			return orInvitation(err)
		}
		found, err = get(tx, kindAccount, authority, a.Name, &old)
		if err != nil || found != (inv.Replaces >= 0) || found && old.Epoch != inv.Replaces {
			return orInvitation(err) // the account became another since
		}
		a.Epoch = inv.Replaces + 1
		if err := tx.Delete(kindInvitation, authority, hash); err != nil {
			return err
		}
		if err := tx.Delete(kindAttempt, authority, g.attemptKey(authority, a.Name)); err != nil {
			return err
		}
		return put(tx, kindAccount, authority, a.Name, a, time.Time{})
	})
	if err != nil {
		return nil, err
	}
	g.record(a.actor(), DidEnrol, a.Name)
	return recovery, nil
}

func (p Person) place() string { return "authenticator " + p.Authority + " " + p.Name }

// recovery makes recovery codes, and what is kept of them.
func (g *Gate) recovery(p Person) (codes []string, hashes [][]byte, err error) {
	for range recoveryCodes {
		b := make([]byte, recoverySize)
		if _, err := io.ReadFull(g.o.Random, b); err != nil {
			return nil, nil, err
		}
		for i := range b {
			b[i] = letters[b[i]&31]
		}
		code := string(b[:recoverySize/2]) + "-" + string(b[recoverySize/2:])
		codes = append(codes, code)
		hashes = append(hashes, g.recoveryHash(p, code))
	}
	return codes, hashes, nil
}

// letters are Crockford's, of which none looks like another.
const letters = "0123456789abcdefghjkmnpqrstvwxyz"

// recoveryHash is keyed: 50 bits would not withstand being tried out.
func (g *Gate) recoveryHash(p Person, code string) []byte {
	code = strings.NewReplacer("-", "", " ", "", "o", "0", "i", "1", "l", "1").Replace(strings.ToLower(code))
	return g.mac("recovery", p.Authority, p.Name, code)
}

// Look returns the people of the actor's authority that it may invite or
// disable; for auditors, all.
func (g *Gate) Look(ctx context.Context, by Actor) ([]Person, error) {
	var out []Person
	err := g.s.View(ctx, func(tx Tx) error {
		out = nil
		return each(tx, kindAccount, by.Authority, func(_ string, a account) error {
			if by.gives(a.Role, a.Laboratory) || by.reaches(Audit, "") {
				out = append(out, a.Person)
			}
			return nil
		})
	})
	return out, err
}

// Disable ends all sessions of somebody and lets them in no more, until they are
// invited again or, where a provider vouches for them, enabled.
func (g *Gate) Disable(ctx context.Context, by Actor, name string) error {
	return g.change(ctx, by, name, DidDisable, func(_ Tx, a *account) error {
		a.Disabled = true
		return nil
	})
}

// Enable lets somebody in again who was disabled.
func (g *Gate) Enable(ctx context.Context, by Actor, name string) error {
	return g.change(ctx, by, name, DidUnlock, func(_ Tx, a *account) error {
		a.Disabled = false
		return nil
	})
}

// Unlock forgets the attempts to sign in as somebody, so that they need not wait.
func (g *Gate) Unlock(ctx context.Context, by Actor, name string) error {
	return g.change(ctx, by, name, DidUnlock, func(tx Tx, a *account) error {
		return tx.Delete(kindAttempt, a.Authority, g.attemptKey(a.Authority, a.Name))
	})
}

// change changes an account, whose sessions end.
func (g *Gate) change(ctx context.Context, by Actor, name, what string, f func(Tx, *account) error) error {
	err := g.s.Do(ctx, func(tx Tx) error {
		var a account
		found, err := get(tx, kindAccount, by.Authority, name, &a)
		switch {
		case err != nil:
			return err
		case !found && by.reaches(People, by.Laboratory):
			return ErrUnknown
		case !found || !by.gives(a.Role, a.Laboratory):
			return ErrForbidden
		}
		if a.Laboratory != "" {
			if _, err := May(tx, by, People, a.Laboratory); err != nil {
				return err
			}
		}
		if err := f(tx, &a); err != nil {
			return err
		}
		a.Epoch++
		return put(tx, kindAccount, by.Authority, name, a, time.Time{})
	})
	if err == nil {
		g.record(by, what, name)
	}
	return err
}

// token makes a secret that names its authority, and the key of its record: the
// secret is long enough for a plain hash.
func (g *Gate) token(authority string) (token, hash string, err error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(g.o.Random, b); err != nil {
		return "", "", err
	}
	token = authority + "~" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
	_, hash, _ = splitToken(token)
	return token, hash, nil
}

// splitToken returns the authority of a token and the key of its record.
func splitToken(token string) (authority, hash string, ok bool) {
	authority, secret, both := strings.Cut(token, "~")
	if !both || !IsID(authority) || len(secret) != 52 || strings.Trim(secret, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return "", "", false
	}
	sum := sha256.Sum256([]byte(token))
	return authority, hex.EncodeToString(sum[:]), true
}

func orInvitation(err error) error {
	if err == nil {
		return ErrInvitation
	}
	return err
}

// useRecovery takes a recovery code off the list, if it is on it.
func (a *account) useRecovery(hash []byte) bool {
	at := -1
	for i, h := range a.Recovery {
		if subtle.ConstantTimeCompare(h, hash) == 1 {
			at = i
		}
	}
	if at < 0 {
		return false
	}
	a.Recovery = slices.Delete(a.Recovery, at, at+1)
	return true
}
