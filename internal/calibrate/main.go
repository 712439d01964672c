// Calibrate compares package sim with the published study that it follows: it
// runs the study's configurations, prints our table beside that of the
// reference runs, and says which figures agree. `make calibrate` calls it.
//
//	calibrate [-o FOLDER] [-seeds N] [-people N]
//
// The folder gets runs.csv, one line a run, results.md, the tables, both with the
// command, the hash of each scenario and of the package's source, and
// uptake.svg, the curve.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"

	"github.com/pratique/pratique/sim"
)

func main() {
	out := flag.String("o", "docs/oxford", "the folder for the results")
	seeds := flag.Int("seeds", 20, "runs for each line, seeds 1 to this")
	people := flag.Int("people", 100000, "people in each run; other than 100000 is for a quick look")
	flag.Parse()
	if err := calibrate(*out, *seeds, *people); err != nil {
		fmt.Fprintln(os.Stderr, "calibrate:", err)
		os.Exit(1)
	}
}

func calibrate(folder string, seeds, people int) error {
	code, err := sourceHash("sim")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	command := fmt.Sprintf("go run ./internal/calibrate -seeds %d -people %d", seeds, people)
	var csv strings.Builder
	fmt.Fprintf(&csv, "# %s\n# %s/%s %s, sim %s\n%s\n", command, runtime.GOOS, runtime.GOARCH, runtime.Version(), code, columns)
	var done []line
	for _, c := range configurations() {
		s, err := c.build(people)
		if err != nil {
			return err
		}
		l := line{configuration: c, hash: s.Hash()}
		for seed := 1; seed <= seeds; seed++ {
			r, err := sim.Run(s, uint64(seed), 1)
			if err != nil {
				return err
			}
			l.runs = append(l.runs, r)
			csv.WriteString(row(c, s.Hash(), r))
		}
		l.judge()
		fmt.Println(l.say())
		done = append(done, l)
	}
	if err := os.WriteFile(filepath.Join(folder, "runs.csv"), []byte(csv.String()), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "uptake.svg"), picture(done), 0o644); err != nil {
		return err
	}
	text, ok := report(done, command, code)
	if err := os.WriteFile(filepath.Join(folder, "results.md"), []byte(text), 0o644); err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("not everything agrees: see %s", filepath.Join(folder, "results.md"))
	}
	return nil
}

const columns = "configuration,phones,seed,scenario,app_share,attack,attack140,peak,later_peak,r0,r_after_app,doubling_days,deaths,peak_quarantined,quarantine_days,tests,locked_from"

func row(c configuration, hash string, r sim.Result) string {
	s := r.Summary
	return fmt.Sprintf("%s,%g,%d,%s,%.4f,%.5f,%.5f,%d,%d,%.3f,%.3f,%.2f,%d,%.5f,%.3f,%d,%d\n", c.name, c.phones, r.Seed, hash[:16],
		s.AppShare, s.Attack, s.Attack140, s.Peak, s.LaterPeak, s.R0, s.RAfterApp, s.DoublingDays, s.Deaths, s.PeakQuarantined, s.QuarantineDays, s.Tests, s.LockedFrom)
}

// sourceHash is the hash of the package's source and scenarios, by name.
func sourceHash(folder string) (string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return "", err
	}
	texts, err := filepath.Glob(filepath.Join(folder, "scenarios", "*.txt"))
	if err != nil {
		return "", err
	}
	files = append(files, texts...)
	sort.Strings(files)
	h := sha256.New()
	n := 0
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", filepath.ToSlash(f), len(b))
		h.Write(b)
		n++
	}
	if n == 0 {
		return "", fmt.Errorf("no source in %s: run it in the root of the tree", folder)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
