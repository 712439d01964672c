package sim

import "math"

// The arithmetic that turns parameters into tables of integers. It must give
// the same bits on every machine, so it is made of the operations that IEEE 754
// rounds correctly, with each product rounded before it is added (the
// conversions forbid the compiler to fuse the two, as it does on arm64), and of
// no function of package math whose result depends on the platform.

const (
	ln2hi = 0x1.62e42fee00000p-1
	ln2lo = 0x1.a39ef35793c76p-33
)

// exp is e to the x, for x between -700 and 700.
func exp(x float64) float64 {
	if x < -700 {
		return 0
	}
	k := math.Floor(float64(x/(ln2hi+ln2lo)) + 0.5)
	r := x - float64(k*ln2hi)
	r -= float64(k * ln2lo)
	sum := 1.0
	for i := 18.0; i >= 1; i-- {
		sum = 1 + float64(float64(r*sum)/i)
	}
	return math.Ldexp(sum, int(k))
}

// log is the natural logarithm of an x over 0.
func log(x float64) float64 {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	s := (m - 1) / (m + 1)
	q := float64(s * s)
	sum := 0.0
	for i := 41.0; i >= 1; i -= 2 {
		sum = 1/i + float64(q*sum)
	}
	return float64(float64(e)*ln2hi) + (float64(float64(e)*ln2lo) + float64(2*float64(s*sum)))
}

// logGamma is the logarithm of the gamma function, x over 0, by Stirling's
// series at x+n.
func logGamma(x float64) float64 {
	shift := 1.0
	for x < 12 {
		shift = float64(shift * x)
		x++
	}
	q := 1 / float64(x*x)
	series := 1.0/12 - float64(q*(1.0/360-float64(q*(1.0/1260-float64(q*(1.0/1680-float64(q/1188)))))))
	const halfLog2Pi = 0.91893853320467274178
	return float64((x-0.5)*log(x)) - x + halfLog2Pi + series/x - log(shift)
}

// beyond is where nothing is left of a gamma distribution of scale 1.
func beyond(shape float64) float64 { return shape + float64(40*math.Sqrt(shape)) + 40 }

// gammaCDF is the chance that a gamma variable of this shape and scale 1 is at
// most x: the power series, whose terms are all positive.
func gammaCDF(shape, x float64) float64 {
	if x <= 0 {
		return 0
	}
	if x > beyond(shape) {
		return 1
	}
	term, sum := 1.0, 1.0
	for n := 1.0; term > float64(sum*1e-17); n++ {
		term = float64(term*x) / (shape + n)
		sum += term
	}
	return min(1, float64(exp(float64(shape*log(x))-x-logGamma(shape+1))*sum))
}

// gammaOf is the distribution function of a gamma variable by mean and
// standard deviation.
func gammaOf(mean, sd, x float64) float64 {
	v := float64(sd * sd)
	return gammaCDF(float64(mean*mean)/v, float64(x*mean)/v)
}

// chanceOf rounds a probability to units of 2^-32.
func chanceOf(p float64) chance {
	switch {
	case !(p > 0):
		return 0
	case p >= 1:
		return 1 << 32
	}
	return chance(float64(p*(1<<32)) + 0.5)
}

// gammaDays is a gamma time in whole days: rounded, at least one.
func gammaDays(mean, sd float64) cumulative {
	c := cumulative{0}
	for k := 1.0; k < 400; k++ {
		p := chanceOf(gammaOf(mean, sd, k+0.5))
		c = append(c, p)
		if p == 1<<32 {
			break
		}
	}
	c[len(c)-1] = 1 << 32
	return c
}

// eitherDays is a mean that is not whole: the day before it or the day after.
func eitherDays(mean float64) cumulative {
	floor := math.Floor(mean)
	c := make(cumulative, int(floor)+2)
	c[int(floor)] = chanceOf(1 - (mean - floor))
	c[int(floor)+1] = 1 << 32
	return c
}

// keptDays is how long a quarantine is kept of which somebody drops out with a
// constant chance a day: 1 to limit days.
func keptDays(dropout float64, limit int) cumulative {
	c := make(cumulative, limit+1)
	left := 1.0
	for k := 1; k < limit; k++ {
		left = float64(left * (1 - dropout))
		c[k] = chanceOf(1 - left)
	}
	c[limit] = 1 << 32
	return c
}

// counts is a negative binomial number of contacts, at most 255; without
// spread, the mean itself, between two whole numbers by chance.
func counts(mean, sd float64) cumulative {
	v := float64(sd * sd)
	if v <= mean {
		return eitherDays(mean)
	}
	p := mean / v
	n := float64(mean*mean) / (v - mean)
	term := exp(float64(n * log(p)))
	sum := term
	c := cumulative{chanceOf(sum)}
	for k := 0.0; k < 255; k++ {
		term = float64(float64(float64(term*(k+n))/(k+1)) * (1 - p))
		sum += term
		c = append(c, chanceOf(sum))
	}
	c[len(c)-1] = 1 << 32
	return c
}

// spreaders are the means of the quantiles of a gamma variable of mean 1: how
// infectious people are by nature, in classes of equal size.
func spreaders(sd float64, classes int) []float64 {
	if sd == 0 {
		return []float64{1}
	}
	v := float64(sd * sd)
	shape := 1 / v
	bound := make([]float64, classes) // the upper bounds, in units of the scale
	for i := range classes - 1 {
		lo, hi := 0.0, beyond(shape)
		for range 80 {
			mid := (lo + hi) / 2
			if gammaCDF(shape, mid) < float64(i+1)/float64(classes) {
				lo = mid
			} else {
				hi = mid
			}
		}
		bound[i] = lo
	}
	means := make([]float64, classes)
	before := 0.0
	for i := range means {
		upto := 1.0 // the share of the mean that lies below the bound
		if i < classes-1 {
			upto = gammaCDF(shape+1, bound[i])
		}
		means[i] = float64((upto - before) * float64(classes))
		before = upto
	}
	return means
}
