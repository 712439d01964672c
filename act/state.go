package act

import (
	"crypto"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/trust"
)

// Reason is why an entry of the log is refused.
type Reason string

// The reasons.
const (
	Malformed    Reason = "malformed"     // it breaks the grammar
	Newer        Reason = "newer"         // it says something critical that this program is too old for
	OtherNetwork Reason = "other_network" // it is meant for another log
	OtherRoot    Reason = "other_root"    // another root document than the one that was named
	Stranger     Reason = "stranger"      // its party is not admitted, or no more
	Unsigned     Reason = "unsigned"      // no signer of the party has signed it
	BadSignature Reason = "bad_signature" // a signature of a signer does not verify: it was changed
	Quorum       Reason = "quorum"        // too few have signed it, or from too few regions
	RootEnded    Reason = "root_ended"    // the root document had ended when it was issued
	WrongCountry Reason = "wrong_country" // it speaks for another country, or of the root
	Replay       Reason = "replay"        // this number of the party has been used
	Gap          Reason = "gap"           // an earlier one of the party is missing
	Backdated    Reason = "backdated"     // issued before the party's last one
	OpenEnded    Reason = "open_ended"    // it has no end, or too late a one
	Ended        Reason = "ended"         // it had ended before it was issued
	StaleVersion Reason = "stale_version" // a version that is not newer
	Missing      Reason = "missing"       // it is about something that is not there
	Content      Reason = "content"       // the file is another one, or says something else
	Identity     Reason = "identity"      // a rule reads who a person is
	SmallArea    Reason = "small_area"    // an area list names an area with too few people
	Unexplained  Reason = "unexplained"   // withdrawals without a reason that a person could appeal against
)

// Refusal says why an entry is refused.
type Refusal struct {
	Reason Reason
	Text   string
}

func (r *Refusal) Error() string { return string(r.Reason) + ": " + r.Text }

func refuse(r Reason, format string, args ...any) error {
	return &Refusal{r, fmt.Sprintf(format, args...)}
}

// ReasonOf is why an entry was refused; empty if err is no [Refusal].
func ReasonOf(err error) Reason {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.Reason
	}
	return ""
}

// Member is a party as it stands.
type Member struct {
	Party
	Number int64     // of its last act
	Issued time.Time // its last act
	Left   time.Time // zero: it is still a party
	Unread bool      // it has stated something that this program is too old for
}

// Published is a document with the versions before it.
type Published struct {
	By      string
	Issued  time.Time
	Ended   bool
	Earlier []Published // the newest first, without their own
	Document
}

// Stated is a statement with who made it and when.
type Stated[T any] struct {
	By     string
	Issued time.Time
	Is     T
}

// State is what follows from the entries of a log. Make one with [NewState].
type State struct {
	root    Root
	rootAct struct {
		number int64
		issued time.Time
		unread bool
	}
	size    int64 // entries seen
	refused map[Reason]int
	policy  Stated[Policy]
	members map[string]Member
	keys    map[string]Stated[trust.Key]
	limits  map[string]Stated[Limit]
	recs    map[string]Stated[Recognition]
	labs    map[string]Stated[Laboratory]
	lanes   map[string]Stated[Lane]
	docs    map[string]Published
}

// NewState begins with a root document that the caller relies on ([OpenRoot]).
func NewState(root Root) *State {
	return &State{root: root, refused: map[Reason]int{}, members: map[string]Member{}, keys: map[string]Stated[trust.Key]{},
		limits: map[string]Stated[Limit]{}, recs: map[string]Stated[Recognition]{}, labs: map[string]Stated[Laboratory]{},
		lanes: map[string]Stated[Lane]{}, docs: map[string]Published{}}
}

// Check says whether the next entry would be taken, and changes nothing. What it
// refuses, it refuses with a [Refusal].
func (s *State) Check(entry []byte) (Act, error) {
	f, err := s.open(entry)
	if err != nil {
		return Act{}, err
	}
	if f.Name == rootName {
		_, err := s.root.Follow(entry)
		return Act{}, err
	}
	a, err := parse(f)
	switch {
	case errors.Is(err, ErrNewer):
		return Act{}, refuse(Newer, "%v", err)
	case err != nil:
		return Act{}, refuse(Malformed, "%v", err)
	}
	if err := s.allowed(a, f); err != nil {
		return Act{}, err
	}
	return a, nil
}

// Apply takes the next entry of the log. One that is refused counts as seen and
// has no other effect, but that its party may have stated something which this
// program is too old for.
func (s *State) Apply(entry []byte) error {
	err := s.apply(entry)
	s.size++
	if err != nil {
		s.refused[ReasonOf(err)]++
	}
	return err
}

func (s *State) apply(entry []byte) error {
	f, err := s.open(entry)
	if err != nil {
		return err
	}
	if f.Name == rootName {
		// The log may begin with the document that one has begun with.
		if d, err := parseRoot(f); err == nil && d.Fingerprint() == s.root.Fingerprint() {
			return quorumOf(d, f, "its own keyholders")
		}
		next, err := s.root.Follow(entry)
		if err == nil {
			s.root = next
		}
		return err
	}
	a, err := s.Check(entry)
	if ReasonOf(err) == Newer {
		s.unread(f)
	}
	if err != nil {
		return err
	}
	s.take(a)
	return nil
}

func (s *State) open(entry []byte) (signed.File, error) {
	if len(entry) > MaxSize {
		return signed.File{}, refuse(Malformed, "more than %d bytes", MaxSize)
	}
	f, err := signed.Parse(entry)
	if err != nil {
		return f, refuse(Malformed, "%v", err)
	}
	return f, nil
}

// unread marks the party of an act that cannot be read, if it has signed it, and
// counts the act: the next one has the next number.
func (s *State) unread(f signed.File) {
	a, _, err := readHead(f)
	if err != nil || f.Name != actName || a.Network != s.root.Network || s.signers(a, f) != nil || s.order(a) != nil {
		return
	}
	if a.By == ByRoot {
		s.rootAct.number, s.rootAct.issued, s.rootAct.unread = a.Number, a.Issued, true
		return
	}
	m := s.members[a.By]
	m.Number, m.Issued, m.Unread = a.Number, a.Issued, true
	s.members[a.By] = m
}

// allowed says whether an act that can be read may be made.
func (s *State) allowed(a Act, f signed.File) error {
	if a.Network != s.root.Network {
		return refuse(OtherNetwork, "it is for the network %s", a.Network)
	}
	if err := s.signers(a, f); err != nil {
		return err
	}
	if err := s.order(a); err != nil {
		return err
	}
	if err := s.owner(a); err != nil {
		return err
	}
	end, longest := a.Body.until()
	switch {
	case longest == 0:
	case end.IsZero() || end.Sub(a.Issued) > longest:
		return refuse(OpenEnded, "it must end, at most %d days after it is issued", longest/day)
	case !end.After(a.Issued):
		return refuse(Ended, "it had ended when it was issued")
	}
	return s.fits(a)
}

// signers says whether enough have signed.
func (s *State) signers(a Act, f signed.File) error {
	if a.By == ByRoot {
		if !a.Issued.Before(s.root.Until) {
			return refuse(RootEnded, "the root document ended on %s", s.root.Until.Format(time.RFC3339))
		}
		return quorumOf(s.root, f, "the keyholders")
	}
	m, ok := s.members[a.By]
	if !ok || !m.Left.IsZero() || !a.Issued.Before(m.Until) {
		return refuse(Stranger, "%s is no party, or is one no more", a.By)
	}
	return signedBy(f, m.Signers, m.Threshold)
}

func signedBy(f signed.File, signers []crypto.PublicKey, threshold int) error {
	by, err := f.Verify(signers...)
	switch {
	case errors.Is(err, signed.ErrUnsigned) || errors.Is(err, signed.ErrUnknownSigner):
		return refuse(Unsigned, "signed by none of the party's signers")
	case err != nil:
		return refuse(BadSignature, "%v", err)
	case len(by) < threshold:
		return refuse(Quorum, "signed by %d of the party's signers; %d are needed", len(by), threshold)
	}
	return nil
}

// order says whether the act is the next of its party.
func (s *State) order(a Act) error {
	number, issued := s.rootAct.number, s.rootAct.issued
	if a.By != ByRoot {
		number, issued = s.members[a.By].Number, s.members[a.By].Issued
	}
	switch {
	case a.Number <= number:
		return refuse(Replay, "number %d of %s has been used: the next is %d", a.Number, a.By, number+1)
	case a.Number > number+1:
		return refuse(Gap, "number %d of %s is missing", number+1, a.By)
	case a.Issued.Before(issued):
		return refuse(Backdated, "issued before the last one of %s", a.By)
	}
	return nil
}

// owner says whether the act speaks for whom it may speak for.
func (s *State) owner(a Act) error {
	root := a.By == ByRoot
	switch b := a.Body.(type) {
	case Party, Policy:
		if !root {
			return refuse(WrongCountry, "only the keyholders may say so")
		}
		return nil
	case Key:
		if b.Country != a.By {
			return refuse(WrongCountry, "a key of %s stated by %s", b.Country, a.By)
		}
	case Recognition:
		if b.Of == a.By || b.Of == trust.Anyone {
			return refuse(WrongCountry, "a recognition names another country")
		}
	case End:
		if b.Kind == "party" {
			if !root && b.ID != a.By {
				return refuse(WrongCountry, "only the keyholders end another's part in the network")
			}
			return nil
		}
	}
	if root {
		return refuse(WrongCountry, "the keyholders may not speak for a country")
	}
	return nil
}

// fits says whether the act fits to what was stated before.
func (s *State) fits(a Act) error {
	switch b := a.Body.(type) {
	case Limit:
		if _, ok := s.keys[keyIndex(a.By, b.Key)]; !ok {
			return refuse(Missing, "%s has no such key", a.By)
		}
		if old, ok := s.limits[keyIndex(a.By, b.Key)]; ok && b.IssuedUntil.After(old.Is.IssuedUntil) {
			return refuse(StaleVersion, "the key has an earlier limit, which cannot be widened")
		}
	case Document:
		if old, ok := s.docs[docIndex(a.By, b)]; ok && b.Version <= old.Version {
			return refuse(StaleVersion, "version %d is not newer than version %d", b.Version, old.Version)
		}
		if b.Class == Withdrawals {
			for _, c := range b.Counts {
				if !slices.Contains([]string{"error", "fraud", "key-lost"}, c.Reason) && c.Count > 0 {
					return refuse(Unexplained, "%d withdrawals for the reason %q: state error, fraud or key-lost", c.Count, c.Reason)
				}
			}
		}
	case End:
		if !s.has(a.By, b) {
			return refuse(Missing, "there is no %s of that name to end", b.Kind)
		}
	}
	return nil
}

func (s *State) has(by string, e End) bool {
	at := by + " " + e.ID
	var ok bool
	switch e.Kind {
	case "party":
		m, there := s.members[e.ID]
		ok = there && m.Left.IsZero()
	case "key":
		_, ok = s.keys[at]
	case "recognise":
		_, ok = s.recs[at]
	case "laboratory":
		_, ok = s.labs[at]
	case "lane":
		_, ok = s.lanes[at]
	case "document":
		ok = s.docs[at].Hash != "" && !s.docs[at].Ended
	}
	return ok
}

func keyIndex(by, id string) string         { return by + " " + id }
func docIndex(by string, d Document) string { return by + " " + string(d.Class) + " " + d.ID }

// take takes an act that is allowed.
func (s *State) take(a Act) {
	if a.By == ByRoot {
		s.rootAct.number, s.rootAct.issued = a.Number, a.Issued
	} else {
		m := s.members[a.By]
		m.Number, m.Issued = a.Number, a.Issued
		s.members[a.By] = m
	}
	switch b := a.Body.(type) {
	case Party:
		m := s.members[b.Code] // its numbers go on
		m.Party, m.Left = b, time.Time{}
		s.members[b.Code] = m
	case Policy:
		s.policy = Stated[Policy]{a.By, a.Issued, b}
	case Key:
		s.keys[keyIndex(a.By, keyID(b.Key))] = Stated[trust.Key]{a.By, a.Issued, b.Key}
	case Recognition:
		s.recs[a.By+" "+b.ID] = Stated[Recognition]{a.By, a.Issued, b}
	case Laboratory:
		s.labs[a.By+" "+b.ID] = Stated[Laboratory]{a.By, a.Issued, b}
	case Lane:
		s.lanes[a.By+" "+b.ID] = Stated[Lane]{a.By, a.Issued, b}
	case Limit:
		s.limits[keyIndex(a.By, b.Key)] = Stated[Limit]{a.By, a.Issued, b}
	case Document:
		old, ok := s.docs[docIndex(a.By, b)]
		p := Published{By: a.By, Issued: a.Issued, Document: b}
		if ok {
			earlier := old.Earlier
			old.Earlier = nil
			p.Earlier = append([]Published{old}, earlier...)
		}
		s.docs[docIndex(a.By, b)] = p
	case End:
		s.end(a, b)
	}
}

func (s *State) end(a Act, e End) {
	at := a.By + " " + e.ID
	switch e.Kind {
	case "party":
		m := s.members[e.ID]
		m.Left = a.Issued
		s.members[e.ID] = m
	case "key":
		delete(s.keys, at)
	case "recognise":
		delete(s.recs, at)
	case "laboratory":
		delete(s.labs, at)
	case "lane":
		delete(s.lanes, at)
	case "document":
		d := s.docs[at]
		d.Ended = true
		s.docs[at] = d
	}
}

func keyID(k trust.Key) string { return base64.StdEncoding.EncodeToString([]byte(k.ID)) }
