package act

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/pratique/pratique/tlog"
	"github.com/pratique/pratique/trust"
)

// Root is the root document in force.
func (s *State) Root() Root { return s.root }

// Size is how many entries were seen, refused ones among them.
func (s *State) Size() int64 { return s.size }

// Refused is how many entries were refused, by reason.
func (s *State) Refused() map[Reason]int { return maps.Clone(s.refused) }

// Policy is what the keyholders ask of the log; false if they have not said.
func (s *State) Policy() (Policy, bool) { return s.policy.Is, s.policy.By != "" }

// Unread is whether a party, or the root, has stated something critical that this
// program is too old for: what it states cannot be relied on to be all of it.
func (s *State) Unread(party string) bool {
	if party == ByRoot {
		return s.rootAct.unread
	}
	return s.members[party].Unread
}

// NextNumber is the number of a party's next act.
func (s *State) NextNumber(party string) int64 {
	if party == ByRoot {
		return s.rootAct.number + 1
	}
	return s.members[party].Number + 1
}

// Members are all that are or were parties, by their codes.
func (s *State) Members() []Member {
	return slices.SortedFunc(maps.Values(s.members), func(a, b Member) int { return cmp.Compare(a.Code, b.Code) })
}

// party reports whether somebody is a party at a moment.
func (s *State) party(code string, at time.Time) bool {
	m, ok := s.members[code]
	return ok && m.Left.IsZero() && at.Before(m.Until)
}

// Keys are the keys of those who are parties at a moment, with the limits that
// their parties have set: a limited key is in force up to its limit.
func (s *State) Keys(at time.Time) *trust.Keys {
	ks := new(trust.Keys)
	for _, name := range slices.Sorted(maps.Keys(s.keys)) {
		k := s.keys[name]
		if !s.party(k.By, at) {
			continue
		}
		if l, ok := s.limits[name]; ok && (k.Is.NotAfter.IsZero() || l.Is.IssuedUntil.Before(k.Is.NotAfter)) {
			k.Is.NotAfter = l.Is.IssuedUntil
		}
		ks.Add(k.Is)
	}
	return ks
}

// Recognitions are those of the parties at a moment. A reciprocal one is left out
// while the other party recognises nothing of the same uses in return.
func (s *State) Recognitions(at time.Time) trust.Recognitions {
	var rs trust.Recognitions
	for _, name := range slices.Sorted(maps.Keys(s.recs)) {
		r := s.recs[name]
		if s.party(r.By, at) && (!r.Is.Reciprocal || s.returned(r.Is, at)) {
			rs = append(rs, r.Is.Recognition)
		}
	}
	return rs
}

func (s *State) returned(r Recognition, at time.Time) bool {
	if !s.party(r.Of, at) {
		return false
	}
	for _, other := range s.recs {
		o := other.Is
		if o.By == r.Of && o.Of == r.By && at.Before(o.Until) && (o.From.IsZero() || !at.Before(o.From)) && (o.Uses.Any || slices.ContainsFunc(o.Uses.Of, func(u trust.Use) bool { return r.Uses.Any || r.Uses.Allows(u) })) {
			return true
		}
	}
	return false
}

// Laboratories are those that parties have registered and that are in force.
func (s *State) Laboratories(at time.Time) []Laboratory {
	return inForce(s, s.labs, at, func(l Laboratory) (time.Time, time.Time) { return l.From, l.Until })
}

// Lanes are those that are open at a moment.
func (s *State) Lanes(at time.Time) []Lane {
	return inForce(s, s.lanes, at, func(l Lane) (time.Time, time.Time) { return l.From, l.Until })
}

func inForce[T any](s *State, m map[string]Stated[T], at time.Time, span func(T) (from, until time.Time)) []T {
	var out []T
	for _, name := range slices.Sorted(maps.Keys(m)) {
		x := m[name]
		if from, until := span(x.Is); s.party(x.By, at) && (from.IsZero() || !at.Before(from)) && at.Before(until) {
			out = append(out, x.Is)
		}
	}
	return out
}

// Documents are the newest versions of all documents, with the earlier ones, of
// those who are parties at a moment.
func (s *State) Documents(at time.Time) []Published {
	var out []Published
	for _, name := range slices.Sorted(maps.Keys(s.docs)) {
		if d := s.docs[name]; s.party(d.By, at) {
			out = append(out, d)
		}
	}
	return out
}

// Burst is a rise of withdrawals between two versions of a party's list.
type Burst struct {
	By, ID   string
	Reason   string
	From, To int64
	Issued   time.Time
}

// Bursts are the rises by more than least withdrawals for one reason, the newest
// first: what anybody can see of them, without knowing whom they are about.
func (s *State) Bursts(least int64) []Burst {
	var out []Burst
	for _, d := range s.docs {
		versions := append([]Published{d}, d.Earlier...)
		for i, v := range versions {
			for _, c := range v.Counts {
				b := Burst{By: v.By, ID: v.ID, Reason: c.Reason, To: c.Count, Issued: v.Issued}
				if i+1 < len(versions) {
					for _, o := range versions[i+1].Counts {
						if o.Reason == c.Reason {
							b.From = o.Count
						}
					}
				}
				if b.To-b.From > least {
					out = append(out, b)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Burst) int {
		return cmp.Or(b.Issued.Compare(a.Issued), cmp.Compare(a.By, b.By), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Reason, b.Reason))
	})
	return out
}

// Fold makes the State of a log's entries, whatever they are worth; refusals are
// counted, and each is given to said, if that is not nil.
func Fold(root Root, entries [][]byte, said func(index int64, err error)) *State {
	s := NewState(root)
	for i, e := range entries {
		if err := s.Apply(e); err != nil && said != nil {
			said(int64(i), err)
		}
	}
	return s
}

// Witnesses is the policy by which checkpoints are to be judged: the keyholders'
// word, or what the caller has begun with while they have said nothing.
func (s *State) Witnesses(otherwise tlog.Policy) tlog.Policy {
	if p, ok := s.Policy(); ok {
		return p.Log
	}
	return otherwise
}
