package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pratique/pratique/sim"
	"github.com/pratique/pratique/sim/chart"
)

// oneRun is a finished run as runs.jsonl has it.
type oneRun struct {
	V        int         `json:"v"`
	Model    string      `json:"model"`    // version of the model
	Scenario string      `json:"scenario"` // hash
	Changed  []string    `json:"changed,omitempty"`
	People   int         `json:"people"`
	Seed     uint64      `json:"seed"`
	Summary  sim.Summary `json:"summary"`
	Days     []sim.Day   `json:"days,omitempty"`
}

// simulate makes the runs that are not there yet, and says what came of all.
func (p *program) simulate(q *simulation, settings []setting) error {
	type id struct {
		hash string
		seed uint64
	}
	done := map[id]oneRun{}
	var file *os.File
	if q.output != "" {
		if err := os.MkdirAll(q.output, 0o755); err != nil {
			return failure("making "+quote(q.output)+": "+cause(err), "name another folder by -o")
		}
		found, f, err := openRuns(filepath.Join(q.output, "runs.jsonl"))
		if err != nil {
			return err
		}
		file = f
		defer file.Close()
		for _, r := range found {
			done[id{r.Scenario, r.Seed}] = r
		}
	}
	groups := make([][]oneRun, len(settings))
	n := 0
	for i, s := range settings {
		hash := s.scenario.Hash()
		for k := range q.seeds {
			n++
			seed := q.first + uint64(k)
			r, ok := done[id{hash, seed}]
			if !ok {
				p.running(n, len(settings)*q.seeds)
				result, err := sim.Run(s.scenario, seed, q.threads)
				if err != nil {
					return refusedScenario(err)
				}
				r = oneRun{1, sim.Version, hash, s.changed, result.People, seed, result.Summary, result.Days}
				if file != nil {
					if err := appendRun(file, r); err != nil {
						return failure("writing the runs: "+cause(err), "make room and call it again: the runs that are finished stay")
					}
				}
				done[id{hash, seed}] = r
			}
			r.Changed = s.changed // as this call names it
			groups[i] = append(groups[i], r)
			if q.asJSON {
				short := r
				short.Days = nil
				p.out.Write(jsonLine(short))
			}
		}
	}
	p.running(0, 0)
	if !q.asJSON {
		p.printRuns(settings, groups)
	}
	if q.output == "" {
		return nil
	}
	return p.writeResults(q, settings, groups)
}

// running says on a terminal which run it is.
func (p *program) running(n, of int) {
	switch {
	case !p.progress.aloud:
	case n == 0:
		fmt.Fprint(p.errs, "\r\x1b[K")
	default:
		fmt.Fprintf(p.errs, "\rrun %d of %d", n, of)
	}
}

// openRuns reads the finished runs of a file and opens it to append others. A
// last line that was not finished is cut off. Runs of another version of the
// model are not mixed with ours.
func openRuns(name string) ([]oneRun, *os.File, error) {
	data, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, failure("reading "+quote(name)+": "+cause(err), "name another folder by -o")
	}
	whole := bytes.LastIndexByte(data, '\n') + 1
	var found []oneRun
	line := 0
	for text := range bytes.Lines(data[:whole]) {
		line++
		var r oneRun
		if err := json.Unmarshal(text, &r); err != nil || r.V != 1 || len(r.Days) == 0 {
			return nil, nil, failure(fmt.Sprintf("%s: line %d is no run", quote(name), line), "name another folder by -o")
		}
		if r.Model != sim.Version {
			return nil, nil, failure(fmt.Sprintf("%s has runs of model %s, this is %s", quote(name), printable(r.Model), sim.Version), "name another folder by -o")
		}
		found = append(found, r)
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err == nil {
		if err = f.Truncate(int64(whole)); err == nil {
			_, err = f.Seek(int64(whole), 0)
		}
	}
	if err != nil {
		return nil, nil, failure("opening "+quote(name)+": "+cause(err), "name another folder by -o")
	}
	return found, f, nil
}

// appendRun returns only once the run is on the disk.
func appendRun(f *os.File, r oneRun) error {
	if _, err := f.Write(jsonLine(r)); err != nil {
		return err
	}
	return f.Sync()
}

// writeResults makes the other files of the folder anew.
func (p *program) writeResults(q *simulation, settings []setting, groups [][]oneRun) error {
	files := map[string][]byte{
		"scenario.txt": scenarioText(settings),
		"runs.csv":     runsTable(groups),
		"days.csv":     daysTable(groups),
	}
	if q.plot {
		for name, pic := range map[string]*chart.Picture{"days": daysPicture(settings, groups), "uptake": uptakePicture(settings, groups)} {
			if pic == nil {
				continue
			}
			dots, err := pic.PNG()
			if err != nil {
				return failure("drawing the "+name+": "+err.Error(), "leave --plot away")
			}
			files[name+".svg"], files[name+".png"] = pic.SVG(), dots
		}
	}
	for name, data := range files {
		path := filepath.Join(q.output, name)
		err := os.WriteFile(path+".new", data, 0o644)
		if err == nil {
			err = os.Rename(path+".new", path)
		}
		if err != nil {
			return failure("writing "+quote(path)+": "+cause(err), "make room and call it again: the runs that are finished stay")
		}
	}
	return nil
}

func scenarioText(settings []setting) []byte {
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	w.WriteString(settings[0].scenario.String())
	for _, s := range settings {
		if len(s.changed) > 0 {
			fmt.Fprintf(w, "# %s: %s\n", strings.Join(s.changed, " "), s.scenario.Hash())
		}
	}
	w.Flush()
	return b.Bytes()
}

func runsTable(groups [][]oneRun) []byte {
	var b bytes.Buffer
	b.WriteString("changed,scenario,seed,people,app_share,attack,attack_140,peak,peak_day,later_peak,deaths,peak_quarantined,quarantine_days,r0,r_after_app,doubling_days,locked_from,locked_to,tests\n")
	for _, g := range groups {
		for _, r := range g {
			s := r.Summary
			fmt.Fprintf(&b, "%s,%s,%d,%d,%.4f,%.5f,%.5f,%d,%d,%d,%d,%.5f,%.3f,%.3f,%.3f,%.2f,%d,%d,%d\n", strings.Join(r.Changed, " "), r.Scenario[:16], r.Seed, r.People,
				s.AppShare, s.Attack, s.Attack140, s.Peak, s.PeakDay, s.LaterPeak, s.Deaths, s.PeakQuarantined, s.QuarantineDays, s.R0, s.RAfterApp, s.DoublingDays, s.LockedFrom, s.LockedTo, s.Tests)
		}
	}
	return b.Bytes()
}

func daysTable(groups [][]oneRun) []byte {
	var b bytes.Buffer
	b.WriteString("changed,seed,day,new,infected,active,quarantined,hospital,deaths,tests,notified,lockdown,shielding,app\n")
	flag := map[bool]int{true: 1}
	for _, g := range groups {
		for _, r := range g {
			for _, d := range r.Days {
				fmt.Fprintf(&b, "%s,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d,%d\n", strings.Join(r.Changed, " "), r.Seed, d.Day, d.New, d.Infected, d.Active,
					d.Quarantined, d.Hospital, d.Deaths, d.Tests, d.Notified, flag[d.Locked], flag[d.Shielded], flag[d.App])
			}
		}
	}
	return b.Bytes()
}
