package conform

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Asker puts a question to an implementation. An error that is [ErrBroken] is
// a failure of this vector; any other ends the run.
type Asker func(Request) (Answer, error)

// Options are what a run asks. The zero Options ask all that the implementation says it does.
type Options struct {
	Roles   []Role   // these only
	Formats []string // these only
	// Broken is how many questions in a row may get no answer before the rest
	// is not asked any more and fails. Zero means 5.
	Broken int
}

// Hello asks an implementation what it is.
func Hello(ask Asker) (Answer, error) {
	a, err := ask(Request{V: 1, Op: "hello"})
	if errors.Is(err, ErrBroken) {
		return Answer{}, fmt.Errorf("%w: %w", ErrHello, err)
	}
	if err != nil {
		return Answer{}, err
	}
	if a.Refused != "" || a.Unsupported != "" {
		return Answer{}, fmt.Errorf("%w: it has no answer to hello", ErrHello)
	}
	known := Roles()
	if a.Name == "" || len(a.Name) > 200 || len(a.Version) > 200 || len(a.Roles) == 0 {
		return Answer{}, fmt.Errorf("%w: hello needs a name and one role or more", ErrHello)
	}
	for _, r := range a.Roles {
		if !slices.Contains(known, r) {
			return Answer{}, fmt.Errorf("%w: there is no role %q", ErrHello, r)
		}
	}
	for _, j := range a.Judges {
		if !slices.Contains(judged, j) {
			return Answer{}, fmt.Errorf("%w: nothing is called %q among what a verifier judges", ErrHello, j)
		}
	}
	return a, nil
}

// Run asks an implementation all that concerns it. The reports of two runs with
// the same answers are the same but for what the caller writes into them. It is
// an error if nothing was asked, or the implementation does not introduce itself.
func (p *Plan) Run(ask Asker, o Options, tick func()) (Report, error) {
	hello, err := Hello(ask)
	if err != nil {
		return Report{}, err
	}
	r := Report{Vectors: p.hash, Implementation: Implementation{hello.Name, hello.Version, hello.Roles, hello.Formats, hello.Judges}}
	most := o.Broken
	if most == 0 {
		most = 5
	}
	row := 0
	for _, v := range p.vectors {
		if !slices.Contains(hello.Roles, v.Role) || len(o.Roles) > 0 && !slices.Contains(o.Roles, v.Role) ||
			len(o.Formats) > 0 && !slices.Contains(o.Formats, v.format) && v.Role != Rules {
			continue
		}
		c := v.Case
		switch {
		case v.format != "" && len(hello.Formats) > 0 && !slices.Contains(hello.Formats, v.format):
			c.set(finding{Status: Declared, Why: "it does not say that it knows the format " + v.format})
		case row >= most:
			c.set(finding{Broken, "not asked any more: it did not answer " + fmt.Sprint(row) + " times in a row"})
		default:
			a, err := ask(v.ask)
			switch {
			case errors.Is(err, ErrBroken):
				row++
				c.set(finding{Broken, strings.TrimPrefix(err.Error(), ErrBroken.Error()+": ")})
			case err != nil:
				return Report{}, err
			case a.Unsupported != "":
				row = 0
				c.set(finding{Declared, short(a.Unsupported)})
			default:
				row = 0
				c.set(v.judge(hello.Judges, a))
			}
		}
		r.Cases = append(r.Cases, c)
		if tick != nil {
			tick()
		}
	}
	if len(r.Cases) == 0 {
		return Report{}, errors.New("nothing was asked: the implementation has none of these roles")
	}
	r.count()
	return r, nil
}

// short is the beginning of a text that somebody else wrote, on one line.
func short(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == ' ' }), " ")
	if r := []rune(s); len(r) > 160 {
		s = string(r[:157]) + "..."
	}
	return strings.ToValidUTF8(s, "?")
}
