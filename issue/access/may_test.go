package access_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/issue/access"
)

var roles = []access.Role{access.Clerk, access.Confirmer, access.Head, access.Officer, access.Auditor, access.Machine}

var permissions = []access.Permission{access.Issue, access.Transcribe, access.Confirm, access.Find, access.Withdraw, access.ConfirmWithdrawal, access.WithdrawMany,
	access.Counts, access.Alerts, access.People, access.Machines, access.Laboratories, access.Halt, access.Lift, access.Audit}

// Each role may in its place what the table of docs/access.md says, in others'
// places nothing, and what is not in the table is no role's.
func TestRoles(t *testing.T) {
	w := open(t, &access.Memory{})
	w.officer()
	doc, err := os.ReadFile("../../docs/access.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(doc), "| may | clerk | confirmer | head | officer | auditor | machine |\n|---|---|---|---|---|---|---|\n")
	if !ok {
		t.Fatal("docs/access.md has no table of roles")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	rows := map[access.Permission][]string{}
	for line := range strings.Lines(table + "\n") {
		line = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "|"), "|")
		f := strings.Split(line, "|")
		if len(f) != 1+len(roles) {
			t.Fatalf("a row of %d columns: %s", len(f), line)
		}
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		name := f[0][1+strings.Index(f[0], "`"):]
		rows[access.Permission(name[:strings.Index(name, "`")])] = f[1:]
	}
	if len(rows) != len(permissions) {
		t.Fatalf("%d rows for %d permissions", len(rows), len(permissions))
	}
	for _, p := range permissions {
		for i, r := range roles {
			lab := "north-7"
			if !r.Local() {
				lab = ""
			}
			a := access.Actor{Authority: "xa-health", Laboratory: lab, Name: "a", Role: r, Scopes: permissions}
			may := func(a access.Actor, where string) bool {
				_, err := w.May(t.Context(), a, p, where)
				if err != nil && err != access.ErrForbidden {
					t.Errorf("%s as %s: %v", p, r, err)
				}
				return err == nil
			}
			got := ""
			switch {
			case may(a, "north-7") && may(a, "south-1") && may(a, ""):
				got = "all"
			case may(a, "north-7") && !may(a, "south-1") && !may(a, ""):
				got = "own"
			case may(a, "north-7") || may(a, "south-1") || may(a, ""):
				got = "odd"
			}
			if want := rows[p][i]; got != want {
				t.Errorf("%s as %s: %q, want %q", p, r, got, want)
			}
			for comment, wrong := range map[string]access.Actor{
				"of no authority":  {Laboratory: lab, Name: "a", Role: r, Scopes: permissions},
				"in another place": {Authority: "xa-health", Laboratory: map[bool]string{true: "", false: "north-7"}[r.Local()], Name: "a", Role: r, Scopes: permissions},
				"of no role":       {Authority: "xa-health", Laboratory: lab, Name: "a", Scopes: permissions},
				"of another role":  {Authority: "xa-health", Laboratory: lab, Name: "a", Role: "root", Scopes: permissions},
				"nobody":           {},
			} {
				if may(wrong, "north-7") || may(wrong, "") {
					t.Errorf("%s %s may %s", r, comment, p)
				}
			}
			if r == access.Machine && may(access.Actor{Authority: "xa-health", Laboratory: lab, Name: "a", Role: r}, lab) {
				t.Errorf("a machine without scopes may %s", p)
			}
		}
	}
	a := access.Actor{Authority: "xa-health", Laboratory: "none", Name: "a", Role: access.Clerk}
	if _, err := w.May(t.Context(), a, access.Issue, "none"); err != access.ErrUnknown {
		t.Errorf("in a laboratory that is not there: %v", err)
	}
	a = access.Actor{Authority: "xb-health", Name: "o", Role: access.Officer}
	if _, err := w.May(t.Context(), a, access.Halt, "north-7"); err != access.ErrUnknown {
		t.Errorf("an officer of another authority: %v", err)
	}
}

// Heads invite those who certify in their laboratory; officers everybody; nobody
// else anybody.
func TestWhoInvites(t *testing.T) {
	each(t, func(w *world) {
		o := w.officer()
		by := map[access.Role]*person{access.Officer: o}
		for _, r := range roles[:3] {
			by[r] = w.invite(o, string(r)+"-1", r, "north-7")
		}
		by[access.Auditor] = w.invite(o, "auditor-1", access.Auditor, "")
		n := 0
		for inviter, p := range by {
			for _, r := range append(roles, "", "root") {
				for _, lab := range []string{"", "north-7", "south-1", "none"} {
					_, err := w.Invite(w.t.Context(), w.actor(p), access.Person{Authority: "xa-health", Laboratory: lab, Name: "new", Role: r})
					want := r != access.Machine && (r.Local() == (lab != "")) && lab != "none" && slices.Contains(roles, r) &&
						(inviter == access.Officer || inviter == access.Head && lab == "north-7" && (r == access.Clerk || r == access.Confirmer))
					if (err == nil) != want {
						w.t.Errorf("%s invites %q to %q: %v", inviter, r, lab, err)
					}
					if want {
						n++
					}
				}
			}
			if _, err := w.Invite(w.t.Context(), w.actor(p), access.Person{Authority: "xb-health", Laboratory: "north-7", Name: "new", Role: access.Clerk}); err == nil {
				w.t.Errorf("%s invites to another authority", inviter)
			}
		}
		if n != 6+2+2 {
			w.t.Errorf("%d invitations", n)
		}
		ctx, head := w.t.Context(), w.actor(by[access.Head])
		for _, name := range []string{"o1", "head-1", "auditor-1"} { // who is above cannot be taken down
			if _, err := w.Invite(ctx, head, access.Person{Authority: "xa-health", Laboratory: "north-7", Name: name, Role: access.Clerk}); err != access.ErrForbidden {
				w.t.Errorf("a head makes %s a clerk: %v", name, err)
			}
			if err := w.Disable(ctx, head, name); err != access.ErrForbidden {
				w.t.Errorf("a head disables %s: %v", name, err)
			}
		}
		for _, name := range []string{"", "A", "a b", "1a", "o.abc", "a\n", strings.Repeat("a", 33)} {
			if _, err := w.Invite(ctx, head, access.Person{Authority: "xa-health", Laboratory: "north-7", Name: name, Role: access.Clerk}); err != access.ErrName {
				w.t.Errorf("somebody called %q: %v", name, err)
			}
		}
		if _, err := w.Found(ctx, "xa-health", "o9"); err == nil {
			w.t.Error("an authority was founded twice")
		}
	})
}

// A laboratory that was stopped in one process is refused in all, people and
// machines, whatever they ask; another officer lets it go on.
func TestStop(t *testing.T) {
	each(t, func(w *world) {
		ctx, t := w.t.Context(), w.t
		o := w.officer()
		h := w.invite(o, "h1", access.Head, "north-7")
		c := w.invite(o, "c1", access.Clerk, "north-7")
		other := w.invite(o, "c2", access.Clerk, "south-1")
		key, err := w.GiveKey(ctx, w.actor(o), machineOf("north-7"))
		w.must(err)
		second := w.another()
		if _, err := second.May(ctx, w.actor(c), access.Issue, "north-7"); err != nil {
			t.Fatal(err)
		}
		since := w.now.Add(-48 * time.Hour)
		for comment, s := range map[string]access.Stopping{
			"no reason":              {Laboratory: "north-7"},
			"an own reason":          {Laboratory: "north-7", Reason: "whim"},
			"since a moment to come": {Laboratory: "north-7", Reason: access.Forgery, Since: w.now.Add(time.Hour)},
			"no laboratory":          {Laboratory: "none", Reason: access.Forgery},
		} {
			if _, err := w.Stop(ctx, w.actor(o), s); err == nil {
				t.Errorf("stopped with %s", comment)
			}
		}
		if _, err := w.Stop(ctx, w.actor(c), access.Stopping{Laboratory: "north-7", Reason: access.Quality}); err != access.ErrForbidden {
			t.Errorf("a clerk stops: %v", err)
		}
		if _, err := w.Stop(ctx, w.actor(h), access.Stopping{Laboratory: "north-7", Reason: access.Quality, Since: since}); err != access.ErrForbidden {
			t.Errorf("a head withdraws: %v", err)
		}
		if _, err := w.Stop(ctx, w.actor(h), access.Stopping{Laboratory: "south-1", Reason: access.Quality}); err != access.ErrForbidden {
			t.Errorf("a head stops another laboratory: %v", err)
		}
		stop, err := w.Stop(ctx, w.actor(o), access.Stopping{Laboratory: "north-7", Reason: access.Forgery, Since: since})
		w.must(err)
		if stop.By != "o1" || !stop.Since.Equal(since) || !stop.At.Equal(w.now) {
			t.Errorf("%+v", stop)
		}
		m, err := second.Key(ctx, key)
		w.must(err)
		for _, a := range []access.Actor{w.actor(c), w.actor(h), m} {
			for _, p := range []access.Permission{access.Issue, access.Find, access.Counts, access.People, access.Halt} {
				var stopped *access.StoppedError
				_, err := second.May(ctx, a, p, "north-7")
				if err != access.ErrForbidden && (!errors.As(err, &stopped) || stopped.Stop.Reason != access.Forgery || !stopped.Stop.At.Equal(stop.At)) {
					t.Errorf("%s as %s: %v", p, a.Role, err)
				}
			}
		}
		if _, err := second.May(ctx, w.actor(c), access.Issue, "north-7"); err == nil || !strings.Contains(err.Error(), "forgery") {
			t.Errorf("says %v", err)
		}
		if err := w.Disable(ctx, w.actor(h), "c1"); err == nil {
			t.Error("the head of a stopped laboratory changes something")
		}
		if _, err := second.May(ctx, w.actor(other), access.Issue, "south-1"); err != nil {
			t.Errorf("another laboratory: %v", err)
		}
		if _, err := second.May(ctx, w.actor(o), access.WithdrawMany, "north-7"); err != nil {
			t.Errorf("the officer: %v", err)
		}
		w.wait(time.Minute) // stopped again: the earlier moment of withdrawal counts, the first reason stays
		stop, err = w.Stop(ctx, w.actor(o), access.Stopping{Laboratory: "north-7", Reason: access.Stolen, Since: since.Add(-time.Hour)})
		if err != nil || stop.Reason != access.Forgery || !stop.Since.Equal(since.Add(-time.Hour)) || stop.At.Equal(w.now) {
			t.Errorf("%+v, %v", stop, err)
		}
		w.must(w.Set(ctx, w.actor(o), laboratory("north-7"))) // new limits do not start it
		if _, err := second.May(ctx, w.actor(c), access.Issue, "north-7"); err == nil {
			t.Error("new limits started it again")
		}
		if err := w.Lift(ctx, w.actor(o), "north-7"); err != access.ErrSame {
			t.Errorf("who stopped it lets it go on: %v", err)
		}
		o2 := w.invite(o, "o2", access.Officer, "")
		w.must(w.Lift(ctx, w.actor(o2), "north-7"))
		if _, err := second.May(ctx, w.actor(c), access.Issue, "north-7"); err != nil {
			t.Errorf("after it was lifted: %v", err)
		}
	})
}

// Nobody confirms their own work.
func TestSecond(t *testing.T) {
	a := access.Actor{Name: "c1"}
	if a.Second("c2") != nil || a.Second("c1") != access.ErrSame || a.Second("") != access.ErrSame || (access.Actor{}).Second("c1") != access.ErrSame {
		t.Error("one for two")
	}
}

const example = `pratique-laboratory/1.0
authority xa-health
laboratory north-7
name Central Laboratory, North District
clock +08:00
allow test day 400 each 120 valid 72h
allow vaccination day 60 each 60 valid 3660d
end
`

// The file of a laboratory is read as it is written, and what is wrong with it is
// said with its line.
func TestLaboratoryFile(t *testing.T) {
	l, err := access.ParseLaboratory(strings.Replace(example, "72h", "3d", 1))
	if err != nil || l.ID != "north-7" || l.Clock != 8*time.Hour || l.Limits[cert.KindTest] != (access.Limit{Day: 400, Each: 120, Valid: 72 * time.Hour}) {
		t.Errorf("%+v, %v", l, err)
	}
	for _, v := range []struct{ from, to, want string }{
		{"laboratory/1.0", "laboratory/2.0", "line 1: want pratique-laboratory/1.0"},
		{"authority xa-health\n", "", "line 2: want authority"},
		{"xa-health", "XA", "line 2: want a name of up to 32"},
		{"north-7", "north_7", "line 3: want a name"},
		{"Central Laboratory, North District", " x", "line 4: want a name of 1 to 100"},
		{"Central Laboratory, North District", strings.Repeat("x", 101), "line 4: want a name of 1 to 100"},
		{"+08:00", "8", "line 5: clock: want an offset"},
		{"+08:00", "+15:00", "line 5: clock: want an offset from UTC, from"},
		{"+08:00", "-00:00", "line 5: clock"},
		{"allow test", "allow urine", `line 6: kind "urine" is none`},
		{"day 400", "day 0", "line 6: day: want a number from 1"},
		{"day 400", "day 99999999", "line 6: day: want a number from 1"},
		{"each 120", "each 500", "line 6: each: want a number from 1 to that of the day, 400"},
		{"each 120", "each 0120", "without zeros"},
		{"72h", "72", "line 6: valid: want hours"},
		{"72h", "72h", "whole days as days"},
		{"3660d", "-1d", "line 7: valid"},
		{"allow vaccination", "allow test", "line 7: kind test stands twice"},
		{"allow test", "allow  test", "line 6: want \"allow KIND"},
		{"end\n", "end", "want end"},
		{"end\n", "", "want end"},
		{"end\n", "end\nmore\n", "line 8: want \"allow"},
		{"\n", "\r\n", "lines that end in LF"},
		{"end\n", "end\n" + strings.Repeat("x", 5000), "longer than 4096"},
	} {
		text := strings.Replace(strings.Replace(example, "72h", "3d", 1), v.from, v.to, 1)
		if v.from == "72h" {
			text = strings.Replace(example, v.from, v.to, 1)
		}
		l, err := access.ParseLaboratory(text)
		if err == nil || !strings.Contains(err.Error(), v.want) || l.ID != "" {
			t.Errorf("%q for %q: %v, want %s", v.to, v.from, err, v.want)
		}
	}
}

// A certificate within the limits is allowed; each limit says what it is; what has
// no limit is not allowed.
func TestWithin(t *testing.T) {
	l := laboratory("north-7")
	hour := time.Hour
	for _, v := range []struct {
		kind      cert.Kind
		day, each int
		valid     time.Duration
		want      string
	}{
		{cert.KindTest, 1, 1, hour, ""},
		{cert.KindTest, 400, 120, 72 * hour, ""},
		{cert.KindTest, 401, 1, hour, access.LimitDay},
		{cert.KindTest, 130, 121, hour, access.LimitEach},
		{cert.KindTest, 1, 1, 72*hour + 1, access.LimitValid},
		{cert.KindTest, 1, 1, 0, access.LimitValid},
		{cert.KindTest, 0, 0, hour, access.LimitDay},
		{cert.KindVaccination, 1, 1, hour, access.LimitKind},
		{"", 1, 1, hour, access.LimitKind},
	} {
		err := l.Within(v.kind, v.day, v.each, v.valid)
		var le *access.LimitError
		if (err == nil) != (v.want == "") || errors.As(err, &le) && (le.What != v.want || le.Error() == "") {
			t.Errorf("%+v: %v", v, err)
		}
	}
	if (access.Laboratory{}).Within(cert.KindTest, 1, 1, hour) == nil {
		t.Error("the zero laboratory issues")
	}
}

func FuzzLaboratory(f *testing.F) {
	f.Add(strings.Replace(example, "72h", "3d", 1))
	f.Add("pratique-laboratory/1.0\nauthority a\nlaboratory b\nname c\nclock -03:30\nend\n")
	f.Fuzz(func(t *testing.T, text string) {
		if l, err := access.ParseLaboratory(text); err == nil && l.String() != text {
			t.Errorf("%q is written %q", text, l.String())
		}
	})
}
