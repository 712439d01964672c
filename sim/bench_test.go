package sim_test

import (
	"testing"

	"github.com/pratique/pratique/sim"
)

// benchmarkRun makes whole runs, population included.
func benchmarkRun(b *testing.B, name string, people, threads int) {
	s := shipped(b, name)
	s.People, s.Days = people, 150
	bytes := 0
	for b.Loop() {
		m, err := sim.New(s, 2, threads) // with seed 1 a million are spared by luck
		if err != nil {
			b.Fatal(err)
		}
		for range s.Days {
			m.Step()
			bytes = max(bytes, m.Bytes())
		}
	}
	days := float64(people) * float64(s.Days) * float64(b.N)
	b.ReportMetric(days/b.Elapsed().Seconds(), "agent-days/s")
	b.ReportMetric(float64(bytes)/float64(people), "bytes/person")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkPlain100k(b *testing.B)   { benchmarkRun(b, "oxford-2021-plain", 100_000, 1) }
func BenchmarkTracing100k(b *testing.B) { benchmarkRun(b, "oxford-scenario-3", 100_000, 1) }

func BenchmarkPlainMillion(b *testing.B) { benchmarkRun(b, "oxford-2021-plain", 1_000_000, 1) }
func BenchmarkPlainMillionTwoThreads(b *testing.B) {
	benchmarkRun(b, "oxford-2021-plain", 1_000_000, 2)
}
func BenchmarkTracingMillion(b *testing.B) { benchmarkRun(b, "oxford-scenario-3", 1_000_000, 1) }
func BenchmarkTracingMillionTwoThreads(b *testing.B) {
	benchmarkRun(b, "oxford-scenario-3", 1_000_000, 2)
}
