package cert

import (
	"encoding/json"
	"fmt"
)

// MarshalJSON writes the event's fields beside its kind: {"kind":"test", ...}.
// It is defined on Certificate so that an event needs no method for it.
func (c Certificate) MarshalJSON() ([]byte, error) {
	type plain Certificate // without methods
	events := make([]json.RawMessage, 0, len(c.Events))
	for _, e := range c.Events {
		b, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		head := fmt.Sprintf(`{"kind":%q`, e.Kind())
		if string(b) != "{}" {
			head += ","
		}
		events = append(events, append([]byte(head), b[1:]...))
	}
	return json.Marshal(struct {
		plain
		Events []json.RawMessage `json:"events"`
	}{plain(c), events})
}

// UnmarshalJSON is the inverse of MarshalJSON. An event of an unknown kind is an error.
func (c *Certificate) UnmarshalJSON(b []byte) error {
	type plain Certificate
	var v struct {
		plain
		Events []json.RawMessage `json:"events"`
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	out := Certificate(v.plain)
	out.Events = nil
	for i, raw := range v.Events {
		var head struct{ Kind Kind }
		if err := json.Unmarshal(raw, &head); err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
		e := newEvent(head.Kind)
		if e == nil {
			return fmt.Errorf("event %d: unknown kind %q", i, head.Kind)
		}
		if err := json.Unmarshal(raw, e); err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
		out.Events = append(out.Events, e)
	}
	*c = out
	return nil
}

func newEvent(k Kind) Event {
	switch k {
	case KindTest:
		return new(Test)
	case KindVaccination:
		return new(Vaccination)
	case KindRecovery:
		return new(Recovery)
	case KindAntibody:
		return new(Antibody)
	case KindExemption:
		return new(Exemption)
	case KindDeclaration:
		return new(Declaration)
	case KindNotice:
		return new(Notice)
	}
	return nil
}
