package watch

import (
	"math"
	"time"
)

// usual is what the last weeks say of a day.
type usual struct {
	learnt  bool
	hours   [24]float64 // the most that would be usual
	day     float64
	quiet   [24]bool // there never was one
	minute  float64
	person  float64
	account map[string]float64 // of those with ten days
	any     float64            // of others
	rates   map[string]tally   // by account, over the days of rates
	ages    map[string]tally   // by account, over the days of ages
	all     tally              // of all, over the days of rates
	young   tally              // of all, over the days of ages
	before  tally              // of all, over all weeks
}

// compute looks once a day at all that is kept.
func (l *Laboratory) compute() *usual {
	u := &usual{account: map[string]float64{}, rates: map[string]tally{}, ages: map[string]tally{}, learnt: len(l.Past) >= learning}
	var same []date
	var total, recent int
	days := map[string]int{}
	largest := map[string]int{}
	first := l.Today.Number
	for _, d := range l.Past {
		first = min(first, d.Number)
		total += d.N
		ago := l.Today.Number - d.Number
		if ago <= 7 {
			recent += d.N
		}
		if ago%7 == 0 {
			same = append(same, d)
		}
		u.minute = max(u.minute, float64(d.Minute))
		u.person = max(u.person, float64(d.Person))
		for by, t := range d.By {
			days[by]++
			largest[by] = max(largest[by], t.N)
			u.any = max(u.any, float64(t.N))
			u.before.add(t)
			if ago < longWeeks {
				sum := u.rates[by]
				sum.add(t)
				u.rates[by] = sum
				u.all.add(t)
			}
			if ago < longAges {
				sum := u.ages[by]
				sum.add(t)
				u.ages[by] = sum
				u.young.add(t)
			}
		}
	}
	growth := 1.0
	if span := float64(l.Today.Number-first) / 7; span > 0 && total > 0 {
		growth = min(max(float64(recent)*span/float64(total), 1), 4)
	}
	u.volume(l, same, growth)
	for by, n := range largest {
		if days[by] >= 10 {
			u.account[by] = max(1.75*float64(n), 20) * growth
		}
	}
	u.any = max(1.75*u.any, 20) * growth
	least := 15.0
	if !u.learnt {
		least = 30
	}
	u.minute = max(2*u.minute, least)
	u.person = max(u.person+1, 5)
	return u
}

// volume sets what is usual for the hours and the day, of the same days of the
// weeks before.
func (u *usual) volume(l *Laboratory, same []date, growth float64) {
	var mean, highest [24]float64
	var dayMean, dayHighest float64
	for _, d := range same {
		for h, n := range d.Hours {
			mean[h] += float64(n) / float64(len(same))
			highest[h] = max(highest[h], float64(n))
		}
		dayMean += float64(d.N) / float64(len(same))
		dayHighest = max(dayHighest, float64(d.N))
	}
	for h := range 24 {
		u.hours[h] = max(20, 3*mean[h], 1.6*highest[h]) * growth
		before, after := (h+23)%24, (h+1)%24
		u.quiet[h] = u.learnt && highest[h] == 0 && highest[before] == 0 && highest[after] == 0
	}
	u.day = max(50, 3*dayMean, 1.6*dayHighest) * growth
}

// judge says what the last certificate gives cause for.
func (l *Laboratory) judge(at time.Time, by string, hour, same, repeated int) []Alert {
	u, t := l.usual, l.Today.By[by]
	var out []Alert
	raise := func(k Kind, who string, rest, seen, of int, expected float64) {
		key := string(k) + " " + who
		if last, was := l.Raised[key]; was && l.Today.Number-last < rest {
			return
		}
		l.Raised[key] = l.Today.Number
		out = append(out, Alert{Kind: k, By: who, At: at, Seen: seen, Of: of, Expected: expected})
	}
	if float64(repeated) > u.person {
		raise(Person, by, 1, repeated, 0, u.person)
	}
	if float64(same) > u.minute {
		raise(Minute, by, 1, same, 0, u.minute)
	}
	if !u.learnt {
		return out
	}
	if n := l.Today.Hours[hour]; float64(n) > u.hours[hour] {
		raise(Volume, "", 1, n, 0, u.hours[hour])
	}
	if float64(l.Today.N) > u.day {
		raise(Volume, "", 1, l.Today.N, 0, u.day)
	}
	usually, known := u.account[by]
	if !known {
		usually = u.any
	}
	if others := len(l.Today.By) - 1; float64(t.N) > usually && (others < 3 || t.N*others > 2*(l.Today.N-t.N)) {
		raise(Account, by, 1, t.N, 0, usually)
	}
	if l.Odd >= 3 && u.quiet[hour] {
		raise(Hours, by, 1, l.Odd, 0, 2)
	}
	l.rates(by, raise)
	l.shares(by, raise)
	return out
}

type raiser func(k Kind, who string, rest, seen, of int, expected float64)

// rates compares how many results of an account are positive.
func (l *Laboratory) rates(by string, raise raiser) {
	mine := l.usual.rates[by]
	others := l.usual.all.less(mine)
	mine.add(l.Today.By[by])
	tolerance := 2.0
	if others.Tests < 200 || others.Tests < mine.Tests/2 {
		others, tolerance = l.usual.before, 10
	}
	if others.Tests == 0 {
		return
	}
	// Half a positive more keeps the rate of those above zero who had none.
	rate := (float64(others.Positive) + 0.5) / (float64(others.Tests) + 1)
	// What is within three deviations needs no sum: it is no matter of a millionth.
	low := rate / tolerance
	few := low * float64(mine.Tests)
	if others.Positive > 0 && float64(mine.Positive) < few-3*math.Sqrt(few) && atMost(mine.Positive, mine.Tests, low) < chance {
		raise(Negative, by, 7, mine.Positive, mine.Tests, few)
	}
	high := min(3*rate, 0.9)
	many := high * float64(mine.Tests)
	if mine.Positive >= 8 && float64(mine.Positive) > many+3*math.Sqrt(many*(1-high)) && 1-atMost(mine.Positive-1, mine.Tests, high) < chance {
		raise(Positive, by, 7, mine.Positive, mine.Tests, many)
	}
}

// shares compares the ages of an account's persons.
func (l *Laboratory) shares(by string, raise raiser) {
	mine := l.usual.ages[by]
	others := l.usual.young.less(mine)
	mine.add(l.Today.By[by])
	if others.N < 200 || others.N < mine.N/2 {
		others = l.usual.before
	}
	if mine.N < 100 || others.N < 200 {
		return
	}
	differ := 0.0
	for i := range bands {
		differ += math.Abs(float64(mine.Ages[i])/float64(mine.N)-float64(others.Ages[i])/float64(others.N)) / 2
	}
	limit := 0.2 + math.Sqrt(bands/(2*math.Pi)*(1/float64(mine.N)+1/float64(others.N)))
	if differ > limit {
		raise(Ages, by, 7, int(100*differ), mine.N, 100*limit)
	}
}

// atMost is how probable it is that of n, each with probability p, k or fewer are.
func atMost(k, n int, p float64) float64 {
	if k >= n || p <= 0 {
		return 1
	}
	if k < 0 || p >= 1 {
		return 0
	}
	term := float64(n) * math.Log1p(-p) // the logarithm of that of none
	odds := math.Log(p) - math.Log1p(-p)
	sum := math.Exp(term)
	for i := 1; i <= k; i++ {
		term += math.Log(float64(n-i+1)/float64(i)) + odds
		sum += math.Exp(term)
	}
	return min(sum, 1)
}
