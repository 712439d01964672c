package certlogic

// Outcome is how a condition came out.
type Outcome uint8

// The outcomes of conditions.
const (
	Undecided Outcome = iota // it could not be evaluated
	Held
	Failed
)

// String returns the outcome as a word.
func (o Outcome) String() string {
	switch o {
	case Held:
		return "held"
	case Failed:
		return "failed"
	}
	return "undecided"
}

// Step is one condition of a rule, on the data of one person.
type Step struct {
	// At is where in the expression it stands, a JSON pointer.
	At string
	// Guard is set if the condition only chooses what else is asked.
	Guard bool
	// Reached is unset if an earlier condition already decided the answer, so
	// that evaluation does not come here.
	Reached bool
	// Outcome is how it came out, also if it was not reached.
	Outcome Outcome
	// Err is an [*Error] if it is undecided.
	Err error
	// Text says what is asked, without data.
	Text string
	// Fact says what is the case, with the values that decided: personal data.
	Fact string
}

// Trace evaluates the expression on data and lists the conditions that make up
// its answer, in order: those of its topmost conjunctions, the guards of its
// topmost choices, and what is asked in the branches that these guards took.
// Texts are in the language lang, as in [Expr.Explain].
//
// A step's Fact holds values from the data, which are personal: a time of
// sampling, a vaccine, a date of birth. It is meant for the officer and the
// holder who look at the certificate anyway, and belongs in no log.
func (e *Expr) Trace(data Value, lang string) []Step {
	t := tracer{data: data, work: maxWork, speaker: speaker{tongue: tongueFor(lang), left: mostSaid}}
	t.walk(&e.root, true)
	return t.steps
}

type tracer struct {
	data    Value
	work    int // evaluation steps that are left
	speaker speaker
	steps   []Step
}

// machine returns one to evaluate a part of the expression on its own, and a
// function that books what it did.
func (t *tracer) machine() (m *machine, done func()) {
	most := min(MaxSteps, t.work)
	m = &machine{root: t.data, steps: most}
	return m, func() { t.work = max(t.work-(most-m.steps), 0) }
}

func (t *tracer) outcome(n *node) (Outcome, *Error) {
	m, done := t.machine()
	defer done()
	var v Value
	if err := m.eval(n, &v); err != nil {
		return Undecided, err
	}
	truthy, ok := v.truth()
	switch {
	case !ok:
		return Undecided, n.fail(ErrKind, "the value is of kind "+v.kind.String())
	case truthy:
		return Held, nil
	}
	return Failed, nil
}

// walk adds the steps of a node and returns its outcome.
func (t *tracer) walk(n *node, reached bool) Outcome {
	switch n.op {
	case opAnd:
		result := Held
		for i := range n.args {
			o := t.walk(&n.args[i], reached)
			if reached && o != Held {
				result, reached = o, false
			}
		}
		return result
	case opIf:
		switch t.leaf(&n.args[0], reached, true) {
		case Held:
			return t.walk(&n.args[1], reached)
		case Failed:
			return t.walk(&n.args[2], reached)
		}
		return Undecided
	}
	return t.leaf(n, reached, false)
}

// leaf adds one condition.
func (t *tracer) leaf(n *node, reached, guard bool) Outcome {
	o, err := t.outcome(n)
	step := Step{At: n.place(), Guard: guard, Reached: reached, Outcome: o}
	if n.op == opLiteral && !guard {
		step.Text = t.speaker.answer(n)
		step.Fact = step.Text
	} else {
		step.Text = t.speaker.condition(n, false)
		var done func()
		t.speaker.m, done = t.machine()
		step.Fact = t.speaker.condition(n, o == Failed)
		done()
		t.speaker.m = nil
	}
	if err != nil {
		step.Err = err
		step.Fact = fill(t.speaker.tongue.undecided, step.Fact)
	}
	t.steps = append(t.steps, step)
	return o
}
