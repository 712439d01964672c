package border

import "slices"

// course is how an infection goes, on a grid of cells. Cell k is that in which
// the time since infection is about k cells; an infection falls into the middle
// of its cell 0.
type course struct {
	infectivity []float64    // passed on in cell k; they add up to 1
	onset       []float64    // the chance that symptoms have begun by the end of cell k
	within      []float64    // the same by the middle of it
	positive    [3][]float64 // the chance that a sample at the end of cell k is positive, by kind of test

	// Running sums of infectivity: all of it, with symptoms begun, and with
	// symptoms begun so long ago that isolation is over. See rules.ready.
	all, ill, well []float64
}

// at is an entry of a distribution that stays what it is behind its end.
func at(c []float64, k int) float64 {
	if k < 0 || len(c) == 0 {
		return 0
	}
	return c[min(k, len(c)-1)]
}

// from is an entry of what is zero behind its end.
func from(c []float64, k int) float64 {
	if k < 0 || k >= len(c) {
		return 0
	}
	return c[k]
}

// sample is a test at the beginning of a cell, counted from departure.
type sample struct {
	kind  Test
	taken int
	known int
}

// rules are a policy on a grid. Cells are counted from departure.
type rules struct {
	before     []sample // each with an equal share of those who are tested
	share      float64  // who is tested before departure
	after      []sample
	comply     float64 // who has the tests after arrival and isolates
	arrival    int
	released   int     // from quarantine
	keep       float64 // who keeps it
	isolation  int     // cells
	isolate    float64 // who isolates with symptoms
	screen     float64 // who of the others is stopped with symptoms
	cohortFrom int
	cohortTo   int
	cuts       []int // see ready
}

// passed is what one infected person passes on, on average, and what they cost.
type passed struct {
	journey, cohort, destination float64
	flies                        float64 // the chance of it
	found                        float64 // and of having been found before departure
	foundLater                   float64 // found after arrival, having come
	behind                       float64 // passed on at the destination by those who have left quarantine, or kept none
}

func (p *passed) add(q passed, weight float64) {
	p.journey += weight * q.journey
	p.cohort += weight * q.cohort
	p.destination += weight * q.destination
	p.flies += weight * q.flies
	p.found += weight * q.found
	p.foundLater += weight * q.foundLater
	p.behind += weight * q.behind
}

// habit is how somebody behaves with symptoms.
type habit int

const (
	careless  habit = iota // has none, or does nothing about it
	isolating              // stays at home from the onset on, and does not travel in that time
	screened               // is stopped at departure, and then stays in isolation
)

// ready prepares a course and a policy for each other. Between two cuts nothing
// changes but infectivity and the chance of symptoms, so that the sum over the
// cells between them is a difference of running sums.
func (r *rules) ready(c *course) {
	cuts := []int{r.cohortFrom, r.cohortTo, 0, r.arrival, r.released, r.isolation}
	for _, b := range r.before {
		cuts = append(cuts, b.taken, b.taken+r.isolation)
	}
	for _, a := range r.after {
		cuts = append(cuts, a.known, a.known+r.isolation)
	}
	slices.Sort(cuts)
	r.cuts = slices.Compact(cuts)
	n := len(c.infectivity)
	c.all, c.ill, c.well = make([]float64, n+1), make([]float64, n+1), make([]float64, n+1)
	for k, f := range c.infectivity {
		c.all[k+1] = c.all[k] + f
		c.ill[k+1] = c.ill[k] + f*at(c.within, k)
		c.well[k+1] = c.well[k] + f*at(c.within, k-r.isolation)
	}
}

// infected is what somebody infected in cell u passes on who will have symptoms.
func (r *rules) infected(c *course, u int) passed {
	var sum passed
	sum.add(r.person(c, u, isolating), r.isolate)
	sum.add(r.person(c, u, screened), (1-r.isolate)*r.screen)
	sum.add(r.person(c, u, careless), (1-r.isolate)*(1-r.screen))
	return sum
}

// person is the sum over the cells of one kind of people.
func (r *rules) person(c *course, u int, k habit) passed {
	var p passed
	left, over := at(c.onset, -u-1), at(c.onset, -u-1-r.isolation) // symptoms have begun, and are over, at departure
	if k == careless {
		left, over = 0, 0
	}
	hit := 0.0 // found before departure, whichever part was tested when
	for _, b := range r.before {
		hit += r.share / float64(len(r.before)) * from(c.positive[b.kind], b.taken-u-1)
	}
	p.found = hit
	p.flies = (1 - hit) * (1 - left + over)
	negative := 1.0
	for _, a := range r.after {
		negative *= 1 - from(c.positive[a.kind], a.taken-u-1)
	}
	p.foundLater = p.flies * r.comply * (1 - negative)
	end := u + len(c.infectivity)
	for i, a := u, 0; i < end; {
		for a < len(r.cuts) && r.cuts[a] <= i {
			a++
		}
		to := end
		if a < len(r.cuts) {
			to = min(to, r.cuts[a])
		}
		r.between(c, u, i, to, k, hit, left, over, &p)
		i = to
	}
	return p
}

// between adds the cells from one cut to the next.
func (r *rules) between(c *course, u, t, to int, k habit, hit, left, over float64, p *passed) {
	all, ill, well := c.all[to-u]-c.all[t-u], c.ill[to-u]-c.ill[t-u], c.well[to-u]-c.well[t-u]
	inCohort := t >= r.cohortFrom && t < r.cohortTo
	// Who has been found before departure is free until the sample is taken, and
	// after isolation.
	held := 0.0
	for _, b := range r.before {
		if t >= b.taken && t < b.taken+r.isolation {
			held += r.share / float64(len(r.before)) * from(c.positive[b.kind], b.taken-u-1)
		}
	}
	if t < 0 {
		if k == isolating {
			all += well - ill
		}
		if inCohort {
			p.cohort += (1 - held) * all
		}
		return
	}
	// Those whom symptoms let travel, and those whom they kept at home, while
	// they are free.
	gone, stayed := (1-left+over)*all, 0.0
	switch {
	case k == isolating && t < r.isolation:
		gone, stayed = (1+over)*all-ill, well-over*all
	case k == isolating:
		gone, stayed = (1+over-left)*all-ill+well, (left-over)*all
	case t >= r.isolation:
		stayed = (left - over) * all
	}
	there := (1 - hit) * gone
	home := (hit-held)*(gone+stayed) + (1-hit)*stayed
	kept := 1.0
	if t >= r.arrival {
		free := 1.0
		for _, a := range r.after {
			if t >= a.known && t < a.known+r.isolation {
				free *= 1 - from(c.positive[a.kind], a.taken-u-1)
			}
		}
		there *= 1 - r.comply*(1-free)
		if t < r.released {
			kept = 1 - r.keep
		} else {
			p.behind += there
		}
		p.destination += there * kept
	} else {
		p.journey += there
	}
	if inCohort {
		p.cohort += there*kept + home
	}
}
