package border

// Grid evaluates on cells of another size.
func (s *Setting) Grid(perDay int) (Outcome, error) { return s.evaluate(perDay) }
