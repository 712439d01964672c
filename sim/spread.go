package sim

// The state of somebody infected. What follows when is drawn as it comes.
type state uint8

const (
	asymptomatic state = iota
	beforeMild
	mild
	before
	ill
	hospital
	critical
	recovering
	recovered
	dead
)

// infection is one person's. A person has one in a run.
type infection struct {
	who, by uint32 // by is who was met; nobody for those infected on day 0
	since   uint16 // day
	onset   uint16 // day of the symptoms; 0 before them
	next    uint16 // day of the next change
	state   state
	then    state
	class   uint8 // how infectious by nature
	marks   uint8
}

const nobody = ^uint32(0)

const confirmed = 1 // mark: tested positive or known in hospital

// Which of the columns of a row of risks.
const (
	atHome = iota
	atHomeLocked
	atWork
	byChance
	columns
)

// most is the column of ages that has the largest risk of all.
const most = Ages

// risks are the chances, in 2^-32, that one contact passes the infection on, by
// kind of contact and age of the one met.
type risks [columns][Ages + 1]uint32

// newRisks makes the table by how infectious somebody is: three degrees of
// symptoms, classes by nature, days since infection.
func newRisks(s *Scenario, t *town) (table []risks, days, classes int) {
	curve := infectiousness(s)
	nature := spreaders(s.SpreaderSD, 128)
	factors := [3]float64{1, s.MildFactor, s.AsymptomaticFactor}
	weights := [columns]float64{s.HouseholdWeight, float64(s.HouseholdWeight * s.HouseholdLockdownWeight), 1, 1}
	var per ByAge // rate by age of the one met, per unit of weight
	for a := range per {
		mean := t.contacts[kindOf(uint8(a))]
		if s.SusceptibilityPerContact {
			mean = t.everyone
		}
		if mean > 0 {
			per[a] = float64(s.InfectiousRate*s.Susceptibility[a]) / mean
		}
	}
	table = make([]risks, len(factors)*len(nature)*len(curve))
	for f, factor := range factors {
		for c, by := range nature {
			for d, share := range curve {
				row := &table[(f*len(nature)+c)*len(curve)+d]
				for col, w := range weights {
					for a, rate := range per {
						x := float64(float64(float64(float64(rate*w)*factor)*by) * share)
						row[col][a] = uint32(min(chanceOf(1-exp(-x)), 1<<32-1))
						row[col][most] = max(row[col][most], row[col][a])
					}
				}
			}
		}
	}
	return table, len(curve), len(nature)
}

// infectiousness is the share of it that falls on each day after infection, the
// first being day 1, as far as it matters.
func infectiousness(s *Scenario) []float64 {
	curve := []float64{0}
	before := 0.0
	for d := 1.0; d <= 200; d++ {
		upto := gammaOf(s.GenerationMean, s.GenerationSD, d)
		share := upto - before
		if d > s.GenerationMean && share < 1e-9 {
			break
		}
		curve = append(curve, share)
		before = upto
	}
	for i := range curve {
		curve[i] /= before
	}
	return curve
}

// degree is the factor of a state: 0 in full, 1 mild, 2 none.
func (s state) degree() int {
	switch s {
	case asymptomatic:
		return 2
	case beforeMild, mild:
		return 1
	}
	return 0
}

// catch is somebody who caught it.
type catch struct{ who, by uint32 }

func (m *Model) isSusceptible(p uint32) bool { return m.susceptible[p>>6]>>(p&63)&1 != 0 }

// spread appends those who catch it from one infected person today. For most
// contacts the draw alone says no; only for the others is it looked up who they
// are, and whether they were met.
func (m *Model) spread(caught []catch, d *today, c *infection) []catch {
	age := d.day - int(c.since)
	if age >= m.riskDays || c.state == hospital || c.state == critical || c.state == recovering {
		return caught
	}
	row := &m.risks[(c.state.degree()*m.classes+int(c.class))*m.riskDays+age]
	t := m.town
	p := c.who
	draws := key(d.trial.at(uint64(p)))

	home := &row[atHome]
	if d.locked {
		home = &row[atHomeLocked]
	}
	from, to := t.household(p)
	for q := from; q < to; q++ {
		if q != p && m.isSusceptible(q) && draws.u32(uint64(256+q-from)) < home[t.age[q]] {
			caught = append(caught, catch{q, p})
		}
	}
	if d.isOut(p) {
		return caught
	}

	q := t.place[p]
	net := t.network(q)
	limit := row[atWork][most]
	try := func(u uint32, other uint32) {
		who := t.at[other]
		if m.isSusceptible(who) && u < row[atWork][t.age[who]] && !d.isOut(who) && d.open(q, other, net) {
			caught = append(caught, catch{who, p})
		}
	}
	for i := range t.half[net] {
		u := draws.at(uint64(i)) // for two contacts
		if uint32(u) < limit && t.gone[q]>>i&1 == 0 {
			try(uint32(u), t.after(q, i+1, net))
		}
		if uint32(u>>32) < limit {
			if other := t.before(q, i+1, net); t.gone[other]>>i&1 == 0 {
				try(uint32(u>>32), other)
			}
		}
	}
	first := t.extraOf[q]
	for i := range t.extraOf[q+1] - first {
		if u := draws.u32(uint64(slotExtra + i)); u < limit {
			try(u, t.extra[first+i])
		}
	}

	limit = row[byChance][most]
	stub := nobody
	for i := range m.randoms(d, p) {
		u := draws.u32(uint64(1024 + i))
		if u >= limit {
			continue
		}
		if stub == nobody {
			stub = m.stub(d, p)
		}
		if who, ok := m.partner(d, stub+i); ok && m.isSusceptible(who) && u < row[byChance][t.age[who]] {
			caught = append(caught, catch{who, p})
		}
	}
	return caught
}

// infect begins an infection. Of several who would have infected somebody on
// one day the first to have been infected is named; it is not known who it was.
func (m *Model) infect(who, by uint32, day int) {
	if !m.isSusceptible(who) {
		return
	}
	m.susceptible[who>>6] &^= 1 << (who & 63)
	age := m.town.age[who]
	u := uint64(m.keys.path.u32(uint64(who) * 16))
	c := infection{who: who, by: by, since: uint16(day)}
	var wait int
	switch {
	case u < m.asymptomaticUpTo[age]:
		c.state, c.then = asymptomatic, recovered
		wait = m.wait(m.asymptomaticDays, who, 1)
	case u < m.mildUpTo[age]:
		c.state, c.then = beforeMild, mild
		wait = m.wait(m.onsetDays, who, 1)
	default:
		c.state, c.then = before, ill
		wait = m.wait(m.onsetDays, who, 1)
	}
	c.next = uint16(day + wait)
	if m.classes > 1 {
		c.class = uint8(m.keys.spreader.below(uint64(who), uint32(m.classes)))
	}
	m.infections = append(m.infections, c)
	m.number[who] = uint32(len(m.infections))
	m.active = append(m.active, uint32(len(m.infections)-1))
	m.byAge[age]++
}

// wait draws the n-th duration of somebody's infection.
func (m *Model) wait(days cumulative, who uint32, n uint64) int {
	return days.draw(m.keys.path.u32(uint64(who)*16 + n))
}

// advance makes today's change of an infection and draws the next one.
func (m *Model) advance(c *infection, day int) {
	age := m.town.age[c.who]
	chance := func(n uint64) uint64 { return uint64(m.keys.path.u32(uint64(c.who)*16 + n)) }
	follow := func(s state, days cumulative, n uint64) {
		c.then = s
		c.next = uint16(day + m.wait(days, c.who, n))
	}
	c.state = c.then
	switch c.state {
	case mild:
		c.onset = uint16(day)
		follow(recovered, m.recoveryDays, 2)
	case ill:
		c.onset = uint16(day)
		if chance(3) < m.hospitalShare[age] {
			follow(hospital, m.hospitalWait, 4)
		} else {
			follow(recovered, m.recoveryDays, 2)
		}
	case hospital:
		switch {
		case chance(5) >= m.criticalShare[age]:
			follow(recovered, m.leaveDays, 6)
		case chance(7) < m.intensiveShare[age]:
			follow(critical, m.criticalDays, 8)
		default:
			follow(dead, m.criticalDays, 8)
		}
	case critical:
		if chance(9) < m.fatalShare[age] {
			follow(dead, m.deathDays, 10)
		} else {
			follow(recovering, m.survivalDays, 11)
		}
	case recovering:
		follow(recovered, m.leaveDays, 12)
	}
}
