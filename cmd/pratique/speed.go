package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"
)

func speedCommand() *command {
	var seconds float64
	var asJSON bool
	return &command{
		use:   "speed [NAME...]",
		short: "how many of each operation this machine does a second",
		long: `Speed measures this machine: each operation of this program beside the raw cryptography in it. The two are measured by turns in the same run, many times, by the processor's time as ` + "`openssl speed`" + ` does, and the share is the median over the turns, so that a machine that others use too still gives a true share. Only what runs on all processors at once is measured by the clock on the wall.

Names choose operations; each also measures the raw one beside it.`,
		example: `$ pratique speed
$ pratique speed --seconds 2 verify issue
$ pratique speed --json`,
		flags: func(f *pflag.FlagSet) {
			f.Float64Var(&seconds, "seconds", 0.5, "how many `SECONDS` for each operation")
			f.BoolVar(&asJSON, "json", false, "print JSON")
		},
		args: operationNames(),
		run: func(p *program, args []string) error {
			if seconds <= 0 || seconds > 600 {
				return misuse("--seconds takes more than 0 and at most 600", "`pratique speed --seconds 2`")
			}
			for _, name := range args {
				if !slices.Contains(operationNames(), name) {
					return misuse("there is no operation "+quote(name), "there are "+strings.Join(operationNames(), ", "))
				}
			}
			ops, err := operations(p.now(), args)
			if err != nil {
				return err
			}
			results := measure(ops, time.Duration(seconds*float64(time.Second)))
			if asJSON {
				p.out.Write(jsonLine(struct {
					V          int           `json:"v"`
					Platform   string        `json:"platform"`
					Processors int           `json:"processors"`
					Go         string        `json:"go"`
					Operations []measurement `json:"operations"`
				}{1, runtime.GOOS + "/" + runtime.GOARCH, runtime.GOMAXPROCS(0), runtime.Version(), results}))
				return nil
			}
			printSpeed(p, results)
			return nil
		},
	}
}

// operation is something whose speed is measured. Run does it once, for the
// n-th time; it may be called from several goroutines.
type operation struct {
	name, what string
	beside     string // the name of the operation that it is compared with
	every      bool   // on all processors at once
	run        func(n int) error
}

// measurement is how fast an operation was.
type measurement struct {
	Name   string  `json:"name"`
	What   string  `json:"what"`
	Rate   float64 `json:"per_second"` // of the processor's time; on all processors, of the wall clock; median over the turns
	Micros float64 `json:"microseconds"`
	Allocs float64 `json:"allocations"`
	Bytes  float64 `json:"bytes"`
	Beside string  `json:"beside,omitempty"`
	Share  float64 `json:"share,omitempty"` // of the rate of the other, median over the turns
	Error  string  `json:"error,omitempty"`
}

// turns is how often each operation comes round.
const turns = 24

// measure lets the operations take turns.
func measure(ops []operation, each time.Duration) []measurement {
	rates := make([][]float64, len(ops))
	at := make(map[string]int)
	results := make([]measurement, len(ops))
	for i, o := range ops {
		at[o.name] = i
		results[i] = measurement{Name: o.name, What: o.what, Beside: o.beside}
		if err := o.run(0); err != nil {
			results[i].Error = err.Error()
		} else {
			results[i].Allocs, results[i].Bytes = o.memory()
		}
	}
	for range turns {
		for i, o := range ops {
			if results[i].Error == "" {
				rates[i] = append(rates[i], o.rate(each/turns))
			}
		}
	}
	for i := range results {
		r := &results[i]
		if r.Error != "" {
			continue
		}
		r.Rate = median(rates[i])
		r.Micros = 1e6 / r.Rate
		if j, ok := at[r.Beside]; ok && len(rates[j]) == len(rates[i]) {
			var shares []float64
			for n := range rates[i] {
				shares = append(shares, rates[i][n]/rates[j][n])
			}
			r.Share = median(shares)
		}
	}
	return results
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// rate runs an operation for a while and returns how often it went in a second:
// of the processor's time, or of everybody's for one that takes all processors.
func (o operation) rate(d time.Duration) float64 {
	if o.every {
		return o.rateOnAll(d)
	}
	start, began := time.Now(), processorTime()
	n := 0
	for step := 1; ; {
		before := time.Now()
		for range step {
			o.run(n) // it went well before
			n++
		}
		used := processorTime() - began
		if used >= d || time.Since(start) >= patience*d {
			return float64(n) / max(used, time.Microsecond).Seconds()
		}
		if time.Since(before) < d/16 {
			step *= 2 // looking at the clock shall not count
		}
	}
}

// patience is how much longer than the processor's time a turn may take.
const patience = 8

func (o operation) rateOnAll(d time.Duration) float64 {
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	counts := make([]int, workers)
	start := time.Now()
	for w := range workers {
		wg.Go(func() {
			n := 0
			for n%16 != 0 || time.Since(start) < d {
				o.run(n*workers + w)
				n++
			}
			counts[w] = n
		})
	}
	wg.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / time.Since(start).Seconds()
}

// memory returns the allocations and bytes of one run, on average.
func (o operation) memory() (allocs, bytes float64) {
	const runs = 32
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for n := range runs {
		o.run(n)
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / runs, float64(after.TotalAlloc-before.TotalAlloc) / runs
}

func printSpeed(p *program, results []measurement) {
	fmt.Fprintf(p.out, "%s/%s, %d processors, %s\n\n", runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), runtime.Version())
	fmt.Fprintf(p.out, "%-14s %-42s %10s %9s %7s %8s\n", "", "", "a second", "us", "allocs", "bytes")
	for _, r := range results {
		if r.Error != "" {
			fmt.Fprintf(p.out, "%-14s %-42s failed: %s\n", r.Name, r.What, r.Error)
			continue
		}
		fmt.Fprintf(p.out, "%-14s %-42s %10s %9.2f %7.0f %8.0f", r.Name, r.What, thousands(r.Rate), r.Micros, r.Allocs, r.Bytes)
		if r.Share > 0 {
			fmt.Fprintf(p.out, "  %.2f of %s", r.Share, r.Beside)
		}
		fmt.Fprintln(p.out)
	}
}

// thousands writes a rate with spaces between thousands.
func thousands(r float64) string {
	s := fmt.Sprintf("%.0f", r)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}
