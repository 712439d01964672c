package sim_test

import (
	"math"
	"testing"

	"github.com/pratique/pratique/sim"
)

// The arithmetic that every machine does alike is right.
func TestNumbers(t *testing.T) {
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-13*max(1, math.Abs(want)) {
			t.Errorf("%s: %.17g, want %.17g", what, got, want)
		}
	}
	for x := -30.0; x < 30; x += 0.37 {
		near("exp", sim.Exp(x)/math.Exp(x), 1)
		near("log", sim.Log(math.Exp(x)), math.Log(math.Exp(x)))
	}
	for x := 0.05; x < 60; x += 0.31 {
		want, _ := math.Lgamma(x)
		near("log of gamma", sim.LogGamma(x), want)
	}
	// An exponential distribution is the gamma distribution of shape 1; the sum
	// of four of them has a closed form.
	for x := 0.0; x < 20; x += 0.43 {
		near("gamma, shape 1", sim.GammaOf(1, 1, x), 1-math.Exp(-x))
		near("gamma, shape 4", sim.GammaOf(4, 2, x), 1-math.Exp(-x)*(1+x+x*x/2+x*x*x/6))
	}
}

// Distributions have the mean and the spread of their parameters.
func TestDistributions(t *testing.T) {
	moments := func(c []uint64) (mean, sd float64) {
		before, square := 0.0, 0.0
		for i, p := range c {
			q := float64(p)/(1<<32) - before
			before += q
			mean += q * float64(i)
			square += q * float64(i*i)
		}
		return mean, math.Sqrt(square - mean*mean)
	}
	for _, v := range [][2]float64{{2, 2}, {4, 4}, {3, 3}, {5, 7}} {
		mean, sd := moments(sim.Counts(v[0], v[1]))
		if math.Abs(mean-v[0]) > 1e-5 || math.Abs(sd-v[1]) > 1e-4 {
			t.Errorf("contacts %v: mean %.6f, sd %.6f", v, mean, sd)
		}
	}
	// 7 days with 2% a day: the sum of 0.98^k for k 0 to 6.
	if mean, _ := moments(sim.KeptDays(0.02, 7)); math.Abs(mean-(1-math.Pow(0.98, 7))/0.02) > 1e-6 {
		t.Errorf("a quarantine of 7 days is kept for %.6f", mean)
	}
	sum, square := 0.0, 0.0
	for _, m := range sim.Spreaders(1.4) {
		sum += m
		square += m * m
	}
	if sd := math.Sqrt(square/128 - 1); math.Abs(sum/128-1) > 1e-9 || sd < 1.3 || sd > 1.4 {
		t.Errorf("infectiousness by nature: mean %.9f, sd %.3f, want 1 and nearly 1.4", sum/128, sd)
	}
}

// A permutation is one: nothing is met twice, and back leads back.
func TestPermutation(t *testing.T) {
	for _, n := range []uint32{1, 2, 3, 7, 64, 1000, 12345} {
		seen := make([]bool, n)
		fixed := 0
		for x := range n {
			y, back := sim.Permuted(n, 99, x)
			if y >= n || seen[y] || back != x {
				t.Fatalf("n %d: %d goes to %d and back to %d", n, x, y, back)
			}
			seen[y] = true
			if y == x {
				fixed++
			}
		}
		if n > 100 && fixed > 8 {
			t.Errorf("n %d: %d stay where they are", n, fixed)
		}
	}
}
