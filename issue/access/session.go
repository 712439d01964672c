package access

import (
	"context"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/totp"
)

// session is what is kept of one. Its key is the hash of its token.
type session struct {
	Name  string // of the account
	Epoch int    // of the account, when the session began
	Seen  time.Time
	End   time.Time
}

// seldom is how often a session's last use is written down.
const seldom = time.Minute

// attempt counts attempts to sign in that failed since the last that did not.
type attempt struct {
	Failures int
	Until    time.Time // nobody is let in before
}

// Proof is how somebody shows who they are.
type Proof struct {
	Authority, Name string
	Passphrase      string
	Code            string // of the authenticator, or a recovery code
}

// SignIn begins a session of somebody who proves who they are, and returns its
// token. Every other end is [ErrSignIn], after the same work, whether there is
// such an account or not.
func (g *Gate) SignIn(ctx context.Context, p Proof) (token string, err error) {
	token, hash, err := g.token(p.Authority)
	if err != nil {
		return "", err
	}
	a, err := g.prove(ctx, p, func(tx Tx, a *account) error {
		return g.begin(tx, *a, hash)
	})
	if err != nil {
		return "", err
	}
	g.record(a, DidSignIn, a.Name)
	return token, nil
}

func (g *Gate) begin(tx Tx, a account, hash string) error {
	now := g.o.Now()
	s := session{Name: a.Name, Epoch: a.Epoch, Seen: now, End: now.Add(g.o.Longest)}
	return put(tx, kindSession, a.Authority, hash, s, s.End)
}

// prove lets f change the account of somebody who proves who they are.
//
// An attempt is counted before it is looked at, so that many at once are not
// more than many one after the other. All that follows is done for every
// attempt: the passphrase stretched, the account read again, a code computed.
// Only the last line of a right one differs.
func (g *Gate) prove(ctx context.Context, p Proof, f func(Tx, *account) error) (Actor, error) {
	var a account
	var known, allowed bool
	var tried attempt
	key := g.attemptKey(p.Authority, p.Name)
	err := g.s.Do(ctx, func(tx Tx) (err error) {
		a, tried = account{}, attempt{}
		if known, err = get(tx, kindAccount, p.Authority, p.Name, &a); err != nil {
			return err
		}
		if _, err = get(tx, kindAttempt, p.Authority, key, &tried); err != nil {
			return err
		}
		now := g.o.Now()
		if allowed = !now.Before(tried.Until); allowed {
			tried.Failures++
			if tried.Failures >= free {
				tried.Until = now.Add(min(time.Minute<<min(tried.Failures-free, 20), longestWait))
			}
		}
		return put(tx, kindAttempt, p.Authority, key, tried, now.Add(kept))
	})
	if err != nil {
		return Actor{}, err
	}
	right, err := g.right(ctx, a.Passphrase, p.Passphrase)
	if err != nil {
		return Actor{}, err
	}
	var done, recovered bool
	epoch := a.Epoch
	err = g.s.Do(ctx, func(tx Tx) error {
		a, done, recovered = account{Person: Person{Authority: p.Authority, Name: p.Name}}, false, false
		if _, err := get(tx, kindAccount, p.Authority, p.Name, &a); err != nil {
			return err
		}
		coded, err := g.coded(&a, p.Code, &recovered)
		if done = coded && right && known && allowed && !a.Disabled && a.Epoch == epoch; err != nil || !done {
			return err
		}
		if err := f(tx, &a); err != nil {
			return err
		}
		if err := tx.Delete(kindAttempt, p.Authority, key); err != nil {
			return err
		}
		return put(tx, kindAccount, p.Authority, p.Name, a, time.Time{})
	})
	switch {
	case err != nil:
		return Actor{}, err
	case !done && known && !tried.Until.IsZero() && allowed:
		g.record(a.actor(), DidLock, a.Name)
	case !done && known:
		g.record(a.actor(), DidRefuse, a.Name)
	case recovered:
		g.record(a.actor(), DidRecover, a.Name)
	}
	if !done {
		return Actor{}, ErrSignIn
	}
	return a.actor(), nil
}

// coded reports whether a code is right for the account, in which it is then
// used up. It computes as much for an account that is not there.
func (g *Gate) coded(a *account, code string, recovered *bool) (bool, error) {
	secret := totp.Secret(g.mac("authenticator", a.Name)[:20])
	there := len(a.Secret) > 0
	if there {
		plain, err := g.open(a.Secret, a.place())
		if err != nil {
			return false, err
		}
		secret = plain
	}
	step, ok := secret.Match(code, g.o.Now(), a.Step)
	*recovered = a.useRecovery(g.recoveryHash(a.Person, code))
	if ok {
		a.Step = step
	}
	return there && (ok || *recovered), nil
}

// attemptKey hides which names were tried from a reader of the records.
func (g *Gate) attemptKey(authority, name string) string {
	return hex.EncodeToString(g.mac("attempt", authority, name))
}

// Session returns who has a session, as what they are now: another role or
// limit, a disabled account or another passphrase count at once.
func (g *Gate) Session(ctx context.Context, token string) (Actor, error) {
	authority, hash, ok := splitToken(token)
	if !ok {
		return Actor{}, ErrSession
	}
	var a account
	var late bool
	look := func(tx Tx) error {
		a, late = account{}, false
		var s session
		found, err := get(tx, kindSession, authority, hash, &s)
		if err != nil {
			return err
		}
		now := g.o.Now()
		if !found || !now.Before(s.End) || !now.Before(s.Seen.Add(g.o.Idle)) {
			return ErrSession
		}
		found, err = get(tx, kindAccount, authority, s.Name, &a)
		if err != nil {
			return err
		}
		if !found || a.Disabled || a.Epoch != s.Epoch {
			return ErrSession
		}
		late = now.Sub(s.Seen) >= min(seldom, g.o.Idle/4)
		return nil
	}
	if err := g.s.View(ctx, look); err != nil {
		return Actor{}, err
	}
	if !late {
		return a.actor(), nil
	}
	err := g.s.Do(ctx, func(tx Tx) error {
		if err := look(tx); err != nil {
			return err
		}
		var s session
		if _, err := get(tx, kindSession, authority, hash, &s); err != nil {
			return err
		}
		s.Seen = g.o.Now()
		return put(tx, kindSession, authority, hash, s, s.End)
	})
	if err != nil {
		return Actor{}, err
	}
	return a.actor(), nil
}

// SignOut ends a session.
func (g *Gate) SignOut(ctx context.Context, token string) error {
	a, err := g.Session(ctx, token)
	if err != nil {
		return err
	}
	authority, hash, _ := splitToken(token)
	err = g.s.Do(ctx, func(tx Tx) error { return tx.Delete(kindSession, authority, hash) })
	if err == nil {
		g.record(a, DidSignOut, a.Name)
	}
	return err
}

// ChangePassphrase gives somebody who proves who they are another passphrase.
// All their sessions end.
func (g *Gate) ChangePassphrase(ctx context.Context, p Proof, passphrase string) error {
	if err := checkPassphrase(passphrase, p.Name); err != nil {
		return err
	}
	next, err := g.keep(ctx, passphrase)
	if err != nil {
		return err
	}
	a, err := g.prove(ctx, p, func(_ Tx, a *account) error {
		a.Passphrase = next
		a.Epoch++
		return nil
	})
	if err == nil {
		g.record(a, DidPassphrase, a.Name)
	}
	return err
}

// NewRecovery gives somebody who proves who they are new recovery codes. The old
// ones are void.
func (g *Gate) NewRecovery(ctx context.Context, p Proof) ([]string, error) {
	codes, hashes, err := g.recovery(Person{Authority: p.Authority, Name: p.Name})
	if err != nil {
		return nil, err
	}
	_, err = g.prove(ctx, p, func(_ Tx, a *account) error {
		a.Recovery = hashes
		return nil
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// providerPrefix begins the names of those for whom a provider vouches, and of
// nobody else.
const providerPrefix = "o."

// Grant is what an OpenID provider says of somebody, as an authority reads it.
type Grant struct {
	Authority, Laboratory string
	Role                  Role
	Issuer, Subject       string // who says it, and of whom
}

// Endorse begins a session of somebody for whom a provider vouches. What they
// are is what the provider says this time; their name is a hash of what it calls
// them. Who was disabled here stays out, whatever it says.
func (g *Gate) Endorse(ctx context.Context, grant Grant) (token string, err error) {
	if grant.Issuer == "" || grant.Subject == "" || !grant.Role.known() || grant.Role == Machine || grant.Role.Local() != (grant.Laboratory != "") {
		return "", ErrForbidden
	}
	if !IsID(grant.Authority) {
		return "", ErrName
	}
	token, hash, err := g.token(grant.Authority)
	if err != nil {
		return "", err
	}
	name := providerPrefix + strings.ToLower(base32.StdEncoding.EncodeToString(g.mac("provider", grant.Issuer, grant.Subject)))[:26]
	var a account
	err = g.s.Do(ctx, func(tx Tx) error {
		a = account{}
		found, err := get(tx, kindAccount, grant.Authority, name, &a)
		if err != nil {
			return err
		}
		if a.Disabled {
			return ErrSignIn
		}
		is := Person{Authority: grant.Authority, Laboratory: grant.Laboratory, Name: name, Role: grant.Role, Provider: true, Made: a.Made}
		if !found {
			is.Made = g.o.Now()
		}
		if found && a.Person != is {
			a.Epoch++ // what was begun as something else ends
		}
		if is.Laboratory != "" {
			var l Laboratory
			if found, err := get(tx, kindLaboratory, is.Authority, is.Laboratory, &l); err != nil || !found {
				return orUnknown(err)
			}
		}
		a.Person = is
		if err := put(tx, kindAccount, is.Authority, name, a, time.Time{}); err != nil {
			return err
		}
		return g.begin(tx, a, hash)
	})
	if err != nil {
		return "", err
	}
	g.record(a.actor(), DidEndorse, name)
	return token, nil
}
