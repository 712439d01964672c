package certlogic

import (
	"math"
	"time"
)

// Clock is the path at which rules find the moment of the check.
const Clock = "external.validationClock"

// maxWork bounds one call of Breakpoints: steps of all its evaluations, and
// months through which a comparison is followed.
const maxWork = 10 * MaxSteps

// Change is a moment from which on an expression has another answer.
type Change struct {
	// At is the first moment of this answer, in UTC, a whole millisecond.
	At time.Time
	// Value is the answer, if Err is nil. It holds until the next Change.
	Value Value
	// Err is an [*Error] if there is no answer from then on.
	Err error
}

// Breakpoints evaluates the expression for all moments from and to included,
// the value at path (and at each further one) being the moment, written in UTC
// with milliseconds. An empty path means [Clock]; objects that are missing on
// the way are made. The first Change is at from, and each further one has an answer that differs from
// the one before, so together they are the answer at every millisecond. Moments
// are cut to milliseconds and lie in the years 0 to 9999.
//
// The changes are computed, not sampled. An evaluation at one moment also notes
// each comparison that it makes between date-times that move with the moment,
// and when the outcome of that comparison will turn. Before the first of these
// nothing that the evaluation did can come out otherwise, as the moment enters
// it in no other way; so the next evaluation is at that one. A date-time that is
// a number of hours or days away from the moment moves with it evenly, and so
// does one that is months or years away until the month of the moment ends;
// hence each turn has one exact solution in each month, also for strict and for
// non-strict comparisons, on either side or on both.
//
// An error that wraps [ErrUnpredictable] means that the answer uses the moment
// in another way: as a text, or as a part of the answer itself. One that wraps
// [ErrLimit] means that there are too many changes to compute, which takes
// thousands of them or a rule made for it.
func (e *Expr) Breakpoints(data Value, path string, from, to time.Time, more ...string) ([]Change, error) {
	if path == "" {
		path = Clock
	}
	first, last := from.UnixMilli(), to.UnixMilli()
	if first < minClock || last > maxClock || last < first {
		return nil, &wrapped{"predicting answers: the moments must be in order and in the years 0 to 9999", ErrRange}
	}
	var places [][]fragment
	for _, p := range append([]string{path}, more...) {
		steps, ok := splitPath(p)
		if !ok {
			return nil, &wrapped{"predicting answers: malformed path", ErrForm}
		}
		if data, ok = data.With(p, Value{kind: String, box: &box{clock: &link{}}}); !ok {
			return nil, &wrapped{"predicting answers: the path leads into a value that is no object", ErrKind}
		}
		places = append(places, steps)
	}
	clocks := make([]*Value, len(places))
	for i, steps := range places {
		if clocks[i] = follow(&data, steps); clocks[i].kind != String {
			return nil, &wrapped{"predicting answers: one path leads through another", ErrForm}
		}
	}
	var changes []Change
	w := watch{work: maxWork}
	for t := first; t <= last; t = w.turn {
		w.now, w.turn = t, last+1
		for _, clock := range clocks {
			clock.s = formatMoment(t)
		}
		c, err := w.eval(e, data)
		if err != nil {
			return nil, &wrapped{"predicting answers: " + err.Error(), err}
		}
		if n := len(changes); n == 0 || !c.same(&changes[n-1]) {
			changes = append(changes, c)
		}
	}
	return changes, nil
}

// same reports whether two changes have the same answer.
func (c *Change) same(d *Change) bool {
	if c.Err == nil || d.Err == nil {
		return c.Err == nil && d.Err == nil && c.Value.Equal(d.Value)
	}
	return *c.Err.(*Error) == *d.Err.(*Error)
}

// link marks a value that moves with the clock: its text, or the moment a
// number of units after it.
type link struct {
	n    int64
	unit unit
}

// watch looks for the moments at which an evaluation could turn out otherwise.
type watch struct {
	now  int64 // the clock of this evaluation
	turn int64 // the first later moment at which one of its comparisons turns
	work int   // that may still be done
}

// eval evaluates at the moment now.
func (w *watch) eval(e *Expr, data Value) (Change, error) {
	m := machine{root: data, steps: MaxSteps, watch: w}
	var v Value
	fault := m.eval(&e.root, &v)
	w.work -= MaxSteps - m.steps
	if v.box != nil {
		w.work -= v.box.size // it is searched, and compared with the answer before
	}
	c := Change{At: time.UnixMilli(w.now).UTC()}
	switch {
	case fault == nil:
		c.Value = v
	case fault.Cause == ErrUnpredictable:
		return Change{}, fault
	default:
		c.Err = fault
	}
	if moves(&c.Value) {
		return Change{}, &wrapped{"the moment is a part of the answer", ErrUnpredictable}
	}
	if w.work < 0 {
		return Change{}, &wrapped{"too many changes", ErrLimit}
	}
	return c, nil
}

// moves reports whether a value moves with the clock, or holds one that does.
func moves(v *Value) bool {
	if v.box == nil {
		return false
	}
	for i := range v.box.items {
		if moves(&v.box.items[i]) {
			return true
		}
	}
	return v.box.clock != nil
}

// lost reports whether comparing two values compares the text of the clock.
func lost(v, w *Value) bool {
	return v.kind == String && w.kind == String && (v.box != nil || w.box != nil)
}

// shifted is plusTime of the clock.
func (w *watch) shifted(n int64, u unit) Value {
	return Value{kind: Moment, n: shift(w.now, n, u), box: &box{clock: &link{n, u}}}
}

// side is one side of a comparison as a function of the clock.
type side struct {
	fixed int64
	link  *link
}

func sideOf(v *Value) side {
	if v.box == nil {
		return side{fixed: v.n}
	}
	return side{link: v.box.clock}
}

func (s side) at(clock int64) int64 {
	if s.link == nil {
		return s.fixed
	}
	return shift(clock, s.link.n, s.link.unit)
}

// slope is how fast the side moves when the clock does.
func (s side) slope() int64 {
	if s.link == nil {
		return 0
	}
	return 1
}

// uneven reports whether the side jumps where a month of the clock begins.
func (s side) uneven() bool {
	return s.link != nil && s.link.n != 0 && (s.link.unit == month || s.link.unit == year)
}

// compare notes when a comparison that has just been made will turn, unless
// another one turns before.
func (w *watch) compare(o op, x, y *Value) {
	a, b := sideOf(x), sideOf(y)
	if a.link == nil && b.link == nil {
		return
	}
	slope := a.slope() - b.slope()
	outcome := o.holds(a.at(w.now), b.at(w.now))
	for t := w.now; t < w.turn && w.work >= 0; w.work-- {
		end := int64(math.MaxInt64)
		if a.uneven() || b.uneven() {
			end = dayOf(monthOf(floorDiv(t, msDay))+1) * msDay
		}
		gap := a.at(t) - b.at(t)
		if o.holds(gap, 0) != outcome { // it turned where the month began
			w.turn = t
			return
		}
		if turn := t + o.distance(gap, slope); turn > t && turn < end {
			w.turn = min(w.turn, turn)
			return
		}
		t = end
	}
}

// distance is how long a gap, which grows by slope in each millisecond, takes
// until the comparison of it with 0 turns; 0 if it never does. < and >= turn
// between -1 and 0, <= and > between 0 and 1.
func (o op) distance(gap, slope int64) int64 {
	edge := int64(0) // the smaller of the two groups ends below the edge
	switch o {
	case opMore, opAfter, opAtMost, opNotAfter:
		edge = 1
	}
	switch {
	case slope > 0 && gap < edge:
		return edge - gap
	case slope < 0 && gap >= edge:
		return gap - edge + 1
	}
	return 0
}
