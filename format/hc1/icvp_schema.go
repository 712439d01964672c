package hc1

import "github.com/pratique/pratique/internal/cbor"

// regulations checks a vaccination certificate of the International Health
// Regulations, in either set of names. The product is not looked for in WHO's
// list of prequalified ones: the list changes, and a new product is no fault.
func (s *checker) regulations(v cbor.Value) {
	dose, top, inDose := get(v, "v"), "icvp", "v"
	if dose.Kind() == cbor.Text || get(v, "vx").Kind() != cbor.None {
		dose, top, inDose = get(v, "vx"), "icvp later", "vx"
	}
	s.fieldsOf(place{}, top, v)
	switch dose.Kind() {
	case cbor.None:
		s.say(inDose, issueMissing)
		return
	case cbor.Array: // some write it as a list; a certificate has one
		n := 0
		for i, one := range dose.Items {
			if n++; n == 1 {
				s.doseOf(place{inDose, i}, inDose, one)
			}
		}
		if n != 1 {
			s.say(inDose, issueOneEntry)
		}
	default:
		s.doseOf(place{inDose, -1}, inDose, dose)
	}
}

func (s *checker) doseOf(at place, group string, v cbor.Value) {
	if v.Kind() != cbor.Map {
		s.say(group, issueType)
		return
	}
	s.fieldsOf(at, "icvp dose", v)
	if get(v, "is").Kind() == cbor.None && get(v, "cn").Kind() == cbor.None {
		s.say(at.of("is"), issueMissing) // who answers for it: a centre, or a clinician
	}
}

func (s *checker) fieldsOf(at place, group string, v cbor.Value) {
	wanted := fields[group]
	for i := range wanted {
		if what := s.field(&wanted[i], get(v, wanted[i].key)); what != "" {
			s.say(at.of(wanted[i].key), what)
		}
	}
}
