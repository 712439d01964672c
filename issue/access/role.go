package access

import (
	"maps"
	"slices"
)

// Role is what somebody or something is at an issuing authority. A role that is
// not one of these entitles to nothing.
type Role string

// The roles. The first three and Machine belong to a laboratory, Officer and
// Auditor to the authority.
const (
	Clerk     Role = "clerk"     // certifies results
	Confirmer Role = "confirmer" // a clerk who also confirms what others entered
	Head      Role = "head"      // of a laboratory: its people, its counts; certifies nothing
	Officer   Role = "officer"   // of the authority: laboratories, limits, withdrawals; certifies nothing
	Auditor   Role = "auditor"   // sees everything, changes nothing
	Machine   Role = "machine"   // a laboratory's system
)

// Permission is something that a role may do.
type Permission string

// The permissions.
const (
	Issue             Permission = "issue"              // certify a result
	Transcribe        Permission = "transcribe"         // enter a paper card, which another one confirms
	Confirm           Permission = "confirm"            // confirm what another one entered
	Find              Permission = "find"               // look a certificate up by its serial
	Withdraw          Permission = "withdraw"           // ask that a certificate be withdrawn
	ConfirmWithdrawal Permission = "confirm_withdrawal" // confirm what another one asked to withdraw
	WithdrawMany      Permission = "withdraw_many"      // all of a laboratory since a moment, or of a key
	Counts            Permission = "counts"             // see how many of which kind, when
	Alerts            Permission = "alerts"             // see and close alerts
	People            Permission = "people"             // invite, disable and unlock people
	Machines          Permission = "machines"           // give and revoke keys of machines
	Laboratories      Permission = "laboratories"       // make laboratories and set their limits
	Halt              Permission = "halt"               // stop a laboratory
	Lift              Permission = "lift"               // let a stopped laboratory go on
	Audit             Permission = "audit"              // read the audit log
)

// reach is where a role may do something.
type reach int

const (
	nowhere reach = iota
	own           // in its laboratory
	all           // in its authority
)

// grants is the whole of what roles may do; docs/access.md shows it, and a test
// keeps the two together.
var grants = map[Permission]map[Role]reach{
	Issue:             {Clerk: own, Confirmer: own, Machine: own},
	Transcribe:        {Clerk: own, Confirmer: own},
	Confirm:           {Confirmer: own, Head: own},
	Find:              {Clerk: own, Confirmer: own, Head: own, Officer: all, Auditor: all, Machine: own},
	Withdraw:          {Clerk: own, Confirmer: own, Head: own, Officer: all, Machine: own},
	ConfirmWithdrawal: {Confirmer: own, Head: own, Officer: all},
	WithdrawMany:      {Officer: all},
	Counts:            {Clerk: own, Confirmer: own, Head: own, Officer: all, Auditor: all, Machine: own},
	Alerts:            {Head: own, Officer: all, Auditor: all},
	People:            {Head: own, Officer: all},
	Machines:          {Officer: all},
	Laboratories:      {Officer: all},
	Halt:              {Head: own, Officer: all},
	Lift:              {Officer: all},
	Audit:             {Officer: all, Auditor: all},
}

// Local reports whether people or machines of the role belong to a laboratory.
func (r Role) Local() bool { return slices.Contains([]Role{Clerk, Confirmer, Head, Machine}, r) }

// known reports whether the role is one of these.
func (r Role) known() bool { return r.Local() || r == Officer || r == Auditor }

// Actor is somebody or something that acts at an issuing authority, for one
// request: the next one asks again who it is. The zero Actor may nothing.
type Actor struct {
	Authority  string
	Laboratory string // empty for those of the authority itself
	Name       string // of the account or the machine
	Role       Role
	Scopes     []Permission // of a machine: which of its role's permissions it has
}

// reaches reports whether the actor's role has the permission there.
func (a Actor) reaches(p Permission, laboratory string) bool {
	if a.Role == Machine && !slices.Contains(a.Scopes, p) {
		return false
	}
	switch grants[p][a.Role] {
	case all:
		return a.Authority != "" && a.Laboratory == ""
	case own:
		return a.Authority != "" && a.Laboratory != "" && a.Laboratory == laboratory
	}
	return false
}

// gives reports whether the actor may make, change or end somebody of this role.
// Heads make those who certify; who may make a head or an officer is an officer.
func (a Actor) gives(r Role, laboratory string) bool {
	if !a.reaches(People, laboratory) || r == Machine || !r.known() || r.Local() != (laboratory != "") {
		return false
	}
	return a.Role == Officer || r == Clerk || r == Confirmer
}

// Second returns an error if the actor is who did the first half of what takes
// two: nobody confirms their own work.
func (a Actor) Second(first string) error {
	if a.Name == "" || first == "" || a.Name == first {
		return ErrSame
	}
	return nil
}

// Permissions are all of them, in the order of their names.
func Permissions() []Permission { return slices.Sorted(maps.Keys(grants)) }
