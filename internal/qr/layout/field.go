package layout

// The field of the error correction has 256 elements: polynomials over two
// elements modulo x^8+x^4+x^3+x^2+1 (0x11D), with x, written 2, as generator
// (7.5.2 and annex A).

// powers holds the generator's powers twice over, so that a sum of two
// logarithms needs no reduction; logs is its inverse for 1 to 255.
var powers, logs = tables()

func tables() (p [510]byte, l [256]byte) {
	x := 1
	for i := range 255 {
		p[i], p[i+255], l[x] = byte(x), byte(x), byte(i)
		x <<= 1
		if x > 255 {
			x ^= 0x11D
		}
	}
	return p, l
}

// Mul returns a product of the field.
func Mul(a, b byte) byte {
	if a == 0 || b == 0 {
		return 0
	}
	return powers[int(logs[a])+int(logs[b])]
}

// Pow returns the generator to the power of n, n not negative.
func Pow(n int) byte { return powers[n%255] }

// Inv returns 1/a; a must not be 0.
func Inv(a byte) byte { return powers[255-int(logs[a])] }

// A Generator makes the check codewords of blocks: it is the polynomial whose
// roots are the first powers of the field's generator, highest power first,
// without its leading 1.
type Generator []byte

// NewGenerator returns the generator of n check codewords.
func NewGenerator(n int) Generator {
	g := make(Generator, n)
	g[n-1] = 1 // the polynomial 1, to be multiplied with each x - root
	for i := range n {
		root := Pow(i)
		for j := range g {
			g[j] = Mul(g[j], root)
			if j+1 < n {
				g[j] ^= g[j+1]
			}
		}
	}
	return g
}

// Check fills rest, as long as g, with the check codewords of a block: the
// remainder of data times x^n.
func (g Generator) Check(rest, data []byte) {
	clear(rest)
	for _, d := range data {
		factor := d ^ rest[0]
		copy(rest, rest[1:])
		rest[len(rest)-1] = 0
		if factor == 0 {
			continue
		}
		log := int(logs[factor])
		for i, c := range g {
			rest[i] ^= powers[log+int(logs[c])] // no coefficient of a generator of table 9 is 0
		}
	}
}
