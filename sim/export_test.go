package sim

// What tests outside look at.

func Permuted(n uint32, seed uint64, x uint32) (there, back uint32) {
	p := newPermutation(n, key(seed))
	y := p.forward(x)
	return y, p.back(y)
}

var (
	Log      = log
	LogGamma = logGamma
	GammaOf  = gammaOf
)

func Counts(mean, sd float64) []uint64   { return counts(mean, sd) }
func Spreaders(sd float64) []float64     { return spreaders(sd, 128) }
func KeptDays(p float64, n int) []uint64 { return keptDays(p, n) }

// Met are all contacts outside home on the last day, by person.
func (m *Model) Met() [][]uint32 {
	d := &m.days[m.day%len(m.days)]
	all := make([][]uint32, m.town.n)
	var met []contact
	for p := range m.town.n {
		met = m.outside(met[:0], d, p)
		for _, c := range met {
			all[p] = append(all[p], c.who)
		}
	}
	return all
}

func (m *Model) Out(p uint32) bool                    { return m.days[m.day%len(m.days)].isOut(p) }
func (m *Model) RandomOf(p uint32) int                { return int(m.randoms(&m.days[m.day%len(m.days)], p)) }
func (m *Model) Age(p uint32) int                     { return int(m.town.age[p]) }
func (m *Model) Household(p uint32) (from, to uint32) { return m.town.household(p) }
func (m *Model) Stay(p uint32, day int)               { m.stay(p, day) }

// Bytes is what the state holds for all people.
func (m *Model) Bytes() int {
	t := m.town
	n := len(t.age) + len(t.home) + len(t.random) + 4*(len(t.place)+len(t.at)+len(t.gone)+len(t.extraOf)+len(t.extra))
	n += 4*len(m.number) + 8*len(m.susceptible) + 20*cap(m.infections) + 4*cap(m.active) + 2*len(m.until) + 8*len(m.away) + 2*len(m.index)
	for i := range m.days {
		d := &m.days[i]
		n += 8*cap(d.out) + 4*cap(d.before) + 4*cap(d.jump)
	}
	n += 2*len(m.holds) + 4*len(m.cleared) + 2*len(m.ill)
	for i := range m.events {
		n += 4 * cap(m.events[i].held)
	}
	return n
}
