package keys

import (
	"time"

	"github.com/pratique/pratique/internal/pki"
)

// Life is for how long a key signs, and for how long what it signed can last.
type Life struct {
	From  time.Time // from which on it signs
	Until time.Time // before which it signs
	End   time.Time // of its certificate: nothing that it signs may be good any longer
}

// Life returns the life of the key, as its certificate states it.
func (k *Key) Life() Life {
	l := Life{From: k.Certificate.NotBefore, Until: k.Certificate.NotAfter, End: k.Certificate.NotAfter}
	if c, err := pki.Parse(k.Certificate.Raw); err == nil { // the usage period of the private key (RFC 3280, section 4.2.1.4)
		if c.UsedFrom.After(l.From) {
			l.From = c.UsedFrom
		}
		if !c.UsedUntil.IsZero() && c.UsedUntil.Before(l.Until) {
			l.Until = c.UsedUntil
		}
	}
	return l
}

// Signs reports whether the key signs at a moment.
func (l Life) Signs(now time.Time) bool { return !now.Before(l.From) && now.Before(l.Until) }

// Covers reports whether the key signs at a moment what is to be good until another.
func (l Life) Covers(now, until time.Time) bool { return l.Signs(now) && !until.After(l.End) }

// Last is the moment from which on the key cannot sign what is good for so long:
// it has ended, or would end before.
func (l Life) Last(good time.Duration) time.Time {
	if t := l.End.Add(-good); t.Before(l.Until) {
		return t
	}
	return l.Until
}

// Due is when the work for the next key begins: lead before it must sign in the
// place of this one. The lead has room for the authority that certifies the key
// and for its way to all who verify.
func (l Life) Due(good, lead time.Duration) time.Time { return l.Last(good).Add(-lead) }

// Lead is the usual lead: a month for the authority, a month for the lists.
const Lead = 60 * 24 * time.Hour
