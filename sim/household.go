package sim

import (
	"errors"
	"math"
)

// Households are built from an age pyramid and the numbers of households of
// each size, and nothing else that is a country's own. Every composition that
// the rules below can make has a plausibility; the plausibilities are then
// raked, alternately by age and by size, until the mixture has the pyramid and
// the sizes asked for (iterative proportional fitting, Deming and Stephan 1940,
// here in its generalised form). What is drawn from is that mixture.
//
// The rules: a household has one or two heads of 20 years or more; partners are
// mostly of one decade; children are two to four decades younger than the older
// head, and live with their parents always before 20, a third of them in their
// twenties, few later (Eurostat and ONS publish 25 to 35% for 20 to 34 years).
// One family with children in seven has one parent (ONS 2018: 15%).
var (
	partners    = [3]float64{0.7, 0.27, 0.03} // by decades between them
	gaps        = [5]float64{0, 0, 0.35, 0.5, 0.15}
	withParents = [5]float64{1, 1, 0.3, 0.06, 0.02} // by the child's decade
	loneShare   = 0.15
)

// composition is one kind of household: how many people of each age group.
type composition struct {
	people [Ages]uint8
	size   int
	weight float64
}

// compositions are all kinds of households of 1 to 6 people with their
// plausibility.
func compositions() []composition {
	var all []composition
	for older := 2; older < Ages; older++ {
		one := composition{size: 1, weight: loneShare}
		one.people[older] = 1
		all = append(all, one)
		all = withChildren(all, one, older, 5, 0)
		for younger := max(2, older-2); younger <= older; younger++ {
			two := one
			two.people[younger]++
			two.size = 2
			two.weight = float64((1 - loneShare) * partners[older-younger])
			all = append(all, two)
			all = withChildren(all, two, older, 4, 0)
		}
	}
	return all
}

// withChildren appends a household with each set of up to room children of the
// decade from and later ones, but not with none.
func withChildren(all []composition, c composition, parent, room, from int) []composition {
	for decade := from; decade < len(withParents) && room > 0; decade++ {
		gap := parent - decade
		if gap < 2 || gap >= len(gaps) {
			continue
		}
		next := c
		next.people[decade]++
		next.size++
		// The children are drawn one after the other, in any order: dividing by
		// the repetitions turns ordered draws into sets.
		same := float64(next.people[decade])
		next.weight = float64(float64(c.weight*gaps[gap])*withParents[decade]) / same
		if next.weight > 1e-7 {
			all = append(all, next)
			all = withChildren(all, next, parent, room-1, decade)
		}
	}
	return all
}

var errNoFit = errors.New("no mixture of households has these ages and sizes: too many children or old people for so few or small households")

// households are the kinds of households and how many there are of each, for
// about so many people.
func households(ages ByAge, sizes [6]float64, people int) ([]composition, []int, error) {
	all := compositions()
	if err := rake(all, ages, sizes); err != nil {
		return nil, nil, err
	}
	var weight, mean float64
	for i := range all {
		weight += all[i].weight
		mean += float64(all[i].weight * float64(all[i].size))
	}
	total := math.Floor(float64(float64(people)*weight)/mean + 0.5)
	// Cumulated shares, rounded: no kind is off by more than one household.
	n := make([]int, len(all))
	sum, before := 0.0, 0.0
	for i := range all {
		sum += all[i].weight
		upto := math.Floor(float64(total*sum)/weight + 0.5)
		n[i] = int(upto - before)
		before = upto
	}
	return all, n, nil
}

// rake multiplies weights by a factor for each age and one for each size until
// the shares of ages among people and of sizes among households are as given,
// to a ten-thousandth.
func rake(all []composition, ages ByAge, sizes [6]float64) error {
	normalise(ages[:])
	normalise(sizes[:])
	// The two need not agree on people a household; the pyramid gives way.
	for range 4000 {
		var bySize [6]float64
		for i := range all {
			bySize[all[i].size-1] += all[i].weight
		}
		for i := range all {
			if s := all[i].size - 1; bySize[s] > 0 {
				all[i].weight = float64(all[i].weight*sizes[s]) / bySize[s]
			}
		}
		var byAge ByAge
		people := 0.0
		for i := range all {
			for a, k := range all[i].people {
				if k > 0 {
					byAge[a] += float64(all[i].weight * float64(k))
				}
			}
			people += float64(all[i].weight * float64(all[i].size))
		}
		worst := 0.0
		var factor ByAge
		for a := range factor {
			have := byAge[a] / people
			worst = max(worst, math.Abs(have-ages[a]))
			if have == 0 {
				return errNoFit
			}
			factor[a] = math.Sqrt(ages[a] / have)
		}
		if worst < 1e-4 {
			return nil
		}
		for i := range all {
			for a, k := range all[i].people {
				for range k {
					all[i].weight = float64(all[i].weight * factor[a])
				}
			}
		}
	}
	return errNoFit
}

// normalise turns weights into shares.
func normalise(v []float64) {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	for i := range v {
		v[i] /= sum
	}
}
