package verify

import (
	"slices"
	"time"

	"github.com/pratique/pratique/words"
)

// Jointly is the answer to several codes that one person showed, where a
// destination asks for several things: each set of rules is met by any of the
// codes, as a pilgrim has one certificate for each disease. It is the report
// that [Together] chooses, without what another code makes good; and green if
// nothing is left. A code counts for others only if it is of the same person and
// nothing but rules speaks against it: it is authentic, in force, not withdrawn,
// and recognised.
//
// The second return are the indexes of the codes that the answer rests on.
// Reports must be answers to one question.
func Jointly(reports []Report) (Report, []int) {
	j := Together(reports)
	if j.By < 0 {
		return Report{}, nil
	}
	best := reports[j.By]
	if j.Verdict == Red || j.Verdict == Green || len(best.sets) == 0 {
		return best, []int{j.By}
	}
	met := map[string]int{}     // by which code
	nearest := map[string]int{} // of those not met: the first code that is of the kind that the set asks for
	for i, r := range reports {
		if slices.Contains(j.Others, i) || !r.soundButForRules() {
			continue
		}
		for _, a := range r.sets {
			if _, ok := met[a.set]; a.status == Pass && !ok {
				met[a.set] = i
			}
			if _, ok := nearest[a.set]; a.status != Pass && !ok && r.comesNear(a.set) {
				nearest[a.set] = i
			}
		}
	}
	if !best.soundButForRules() {
		return best, []int{j.By}
	}
	out, by := best, []int{j.By}
	out.Checks.Rules, out.Obligations, out.ChangesAt, out.ChangesTo = Pass, nil, time.Time{}, Grey
	out.Reasons = slices.DeleteFunc(slices.Clone(best.Reasons), func(r Reason) bool {
		i, ok := met[r.set]
		if !ok {
			i, ok = nearest[r.set]
		}
		return r.set != "" && ok && i != j.By
	})
	place := ""
	for _, a := range best.sets {
		i, ok := met[a.set]
		if !ok {
			out.Checks.Rules = out.Checks.Rules.and(a.status)
			if i, ok = nearest[a.set]; !ok {
				continue
			}
		}
		if !slices.Contains(by, i) {
			by = append(by, i)
		}
		for _, r := range reports[i].Reasons {
			if i != j.By && r.set == a.set {
				out.Reasons = append(out.Reasons, r)
			}
		}
		for _, theirs := range reports[i].sets {
			if theirs.set == a.set {
				out.Obligations = append(out.Obligations, theirs.obligations...)
			}
		}
	}
	if out.Checks.Rules == Pass {
		for _, r := range best.Reasons {
			for _, p := range r.Params {
				if p.Name == "to" {
					place, _ = p.Value().(string)
				}
			}
		}
		out.add("accepted_together", words.Place("to", place))
	}
	slices.Sort(by)
	return out.settle(), by
}

// comesNear reports whether a certificate is of a kind and about a disease that
// a set of rules asks about.
func (r Report) comesNear(set string) bool {
	return !slices.ContainsFunc(r.Reasons, func(reason Reason) bool {
		return reason.set == set && (reason.Code == "disease_not_accepted" || reason.Code == "kind_not_accepted")
	})
}

// soundButForRules reports whether nothing but a rule of the destination speaks
// against a report.
func (r Report) soundButForRules() bool {
	if r.Signed == nil || r.Checks.Signature != Pass || len(r.sets) == 0 {
		return false
	}
	return !slices.ContainsFunc(r.Reasons, func(reason Reason) bool {
		c, coloured := reason.Colour()
		return coloured && c != Green && reason.set == ""
	})
}
