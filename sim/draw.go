package sim

// What this package draws and computes with, for the packages beside it.

// Stream is this package's randomness: a draw is a function of the stream and a
// number, the same whenever and by whichever thread it is asked for.
type Stream uint64

// NewStream is the stream of a seed.
func NewStream(seed uint64) Stream { return Stream(key(seed).of(0)) }

// Of is the stream of one purpose, person or day.
func (s Stream) Of(n uint64) Stream { return Stream(key(s).of(n)) }

// Below is the n-th draw, from 0 to limit-1.
func (s Stream) Below(n uint64, limit uint32) uint32 { return key(s).below(n, limit) }

// Share is the n-th draw as a number from 0 on, below 1, in steps of 2^-53.
func (s Stream) Share(n uint64) float64 { return float64(key(s).at(n)>>11) * 0x1p-53 }

// GammaCDF is the chance that a gamma variable of this mean and standard
// deviation, both over 0, is at most x.
func GammaCDF(mean, sd, x float64) float64 { return gammaOf(mean, sd, x) }

// Exp is e to the x, for x between -700 and 700.
func Exp(x float64) float64 { return exp(x) }
