package main

import "github.com/pratique/pratique/sim"

// simulated returns an operation that goes on by a day in an epidemic among
// 10,000 people, on one processor, and begins another after 150 days. That the
// population is made is part of it.
func simulated(scenario string) func(n int) error {
	var m *sim.Model
	day := 0
	return func(n int) error {
		if m == nil || day == 150 {
			s, err := sim.Shipped(scenario)
			if err != nil {
				return err
			}
			s.People = 10_000
			if m, err = sim.New(s, uint64(n), 1); err != nil {
				return err
			}
			day = 0
		}
		day++
		return sure(m.Step().Day == day)
	}
}
