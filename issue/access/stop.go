package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pratique/pratique/internal/store"
)

// Reason is why a laboratory was stopped.
type Reason string

// The reasons.
const (
	Forgery   Reason = "forgery"   // it is thought to certify what did not happen
	Stolen    Reason = "stolen"    // somebody else uses its accounts or keys
	Quality   Reason = "quality"   // its results are not reliable
	Closed    Reason = "closed"    // it has ended its work
	Requested Reason = "requested" // it has asked for it itself
)

// Stop is the state of a laboratory that may do nothing.
type Stop struct {
	At     time.Time
	By     string // the account that stopped it
	Reason Reason
	// Since is from when on what it issued is withdrawn. The zero time: nothing is.
	Since time.Time
}

// StoppedError is what a stopped laboratory is told.
type StoppedError struct{ Stop Stop }

func (e *StoppedError) Error() string {
	return fmt.Sprintf("this laboratory was stopped at %s: %s", e.Stop.At.UTC().Format(time.RFC3339), e.Stop.Reason)
}

// Stopping is the one action that stops a laboratory and withdraws what it
// issued since a moment. [Gate.Stop] does the first half; the register does both
// in one transaction, with [StopIn].
type Stopping struct {
	Laboratory string
	Reason     Reason
	Since      time.Time // zero: nothing is withdrawn
}

// Stop stops a laboratory: from then on its people and machines may do nothing,
// in any process.
func (g *Gate) Stop(ctx context.Context, by Actor, s Stopping) (Stop, error) {
	var done Stop
	err := g.s.Do(ctx, func(tx Tx) (err error) {
		done, err = StopIn(tx, by, s, g.o.Now())
		return err
	})
	if err == nil {
		g.record(by, DidStop, s.Laboratory)
	}
	return done, err
}

// StopIn is [Gate.Stop] within somebody's transaction. A laboratory that is
// stopped already keeps the moment and the reason; Since becomes the earlier one.
func StopIn(tx Tx, by Actor, s Stopping, now time.Time) (Stop, error) {
	if !by.reaches(Halt, s.Laboratory) || !s.Since.IsZero() && !by.reaches(WithdrawMany, s.Laboratory) {
		return Stop{}, ErrForbidden
	}
	if !slices.Contains([]Reason{Forgery, Stolen, Quality, Closed, Requested}, s.Reason) {
		return Stop{}, errors.New("stopping a laboratory: want one of the reasons")
	}
	if s.Since.After(now) {
		return Stop{}, errors.New("stopping a laboratory: what it issued cannot be withdrawn since a moment to come")
	}
	var l Laboratory
	found, err := get(tx, kindLaboratory, by.Authority, s.Laboratory, &l)
	if err != nil || !found {
		return Stop{}, orUnknown(err)
	}
	if l.Stopped == nil {
		l.Stopped = &Stop{At: now, By: by.Name, Reason: s.Reason}
	}
	if earlier := l.Stopped.Since.IsZero() || s.Since.Before(l.Stopped.Since); earlier && !s.Since.IsZero() {
		l.Stopped.Since = s.Since
	}
	return *l.Stopped, put(tx, kindLaboratory, by.Authority, s.Laboratory, l, time.Time{})
}

// Lift lets a stopped laboratory go on. Another officer does it than the one who
// stopped it.
func (g *Gate) Lift(ctx context.Context, by Actor, laboratory string) error {
	err := g.s.Do(ctx, func(tx Tx) error {
		l, err := May(tx, by, Lift, laboratory)
		if err != nil || l.Stopped == nil {
			return err
		}
		if err := by.Second(l.Stopped.By); err != nil {
			return err
		}
		l.Stopped = nil
		return put(tx, kindLaboratory, by.Authority, laboratory, l, time.Time{})
	})
	if err == nil {
		g.record(by, DidLift, laboratory)
	}
	return err
}

func orUnknown(err error) error {
	if err == nil {
		return ErrUnknown
	}
	return err
}

// Guard says within the transaction that files what a laboratory issues why it may
// issue nothing, or nil: a *[StoppedError] or [ErrUnknown]. So nothing is filed
// after the transaction that stopped it. The second error is the database's.
func Guard(ctx context.Context, tx *store.Tx, authority, laboratory string) (no, err error) {
	_, err = May(In(ctx, tx), Actor{Authority: authority, Laboratory: laboratory, Name: laboratory, Role: Clerk}, Issue, laboratory)
	if _, stopped := errors.AsType[*StoppedError](err); stopped || errors.Is(err, ErrUnknown) {
		return err, nil
	}
	return nil, err
}
