package desk_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/desk"
	"github.com/pratique/pratique/verify"
)

// platter is a disk that keeps only what was synced. What was written since is
// kept, torn or overwritten with rubbish when the power goes.
type platter struct {
	safe    map[string][]byte // contents that are on the disk
	written map[string][]byte // contents as programs see them
	named   map[string]bool   // names that are on the disk
	steps   int               // until the power goes; negative: never
	full    bool
}

var (
	errPower = errors.New("no power")
	errFull  = errors.New("no space left on device")
)

func newPlatter() *platter {
	return &platter{safe: map[string][]byte{}, written: map[string][]byte{}, named: map[string]bool{}, steps: -1}
}

func (p *platter) step() error {
	if p.steps == 0 {
		return errPower
	}
	p.steps--
	return nil
}

func (p *platter) Names() ([]string, error) {
	var names []string
	for n := range p.written {
		names = append(names, n)
	}
	return names, p.step()
}

func (p *platter) Read(name string) ([]byte, error) {
	if b, ok := p.written[name]; ok {
		return slices.Clone(b), nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (p *platter) Append(name string) (desk.File, error) {
	if err := p.step(); err != nil {
		return nil, err
	}
	if _, ok := p.written[name]; !ok {
		p.written[name] = nil
	}
	return &track{p, name}, nil
}

func (p *platter) Sync() error {
	if err := p.step(); err != nil {
		return err
	}
	for n := range p.written {
		p.named[n] = true
	}
	return nil
}

type track struct {
	p    *platter
	name string
}

func (t *track) Write(b []byte) (int, error) {
	if err := t.p.step(); err != nil {
		return 0, err
	}
	if t.p.full {
		n := len(b) / 2
		t.p.written[t.name] = append(t.p.written[t.name], b[:n]...)
		return n, errFull
	}
	t.p.written[t.name] = append(t.p.written[t.name], b...)
	return len(b), nil
}

func (t *track) Sync() error {
	if err := t.p.step(); err != nil {
		return err
	}
	t.p.safe[t.name] = slices.Clone(t.p.written[t.name])
	return nil
}

func (t *track) Close() error { return t.p.step() }

// cut is the disk after the power went: names that were not synced are gone, and
// so is what was not synced, but for a part that may be rubbish.
func (p *platter) cut(r *rand.Rand) *platter {
	q := newPlatter()
	for n := range p.named {
		b := slices.Clone(p.safe[n])
		tail := p.written[n][len(b):]
		tail = slices.Clone(tail[:r.IntN(len(tail)+1)])
		if len(tail) > 0 && r.IntN(2) == 0 {
			for i := range tail {
				tail[i] = []byte{0, 'x', '\n', 0xFF}[r.IntN(4)]
			}
		}
		q.written[n] = append(b, tail...)
		q.safe[n], q.named[n] = slices.Clone(q.written[n]), true
	}
	return q
}

func entry(n int) desk.Entry {
	at := time.Date(2026, 11, 28, 22, 10, 0, 0, time.FixedZone("", 8*3600)).Add(time.Duration(n) * 5 * time.Hour)
	return desk.Entry{Hour: at, Verdict: []verify.Colour{verify.Green, verify.Amber, verify.Grey}[n%3],
		Outcome: []verify.Outcome{verify.Admitted, verify.SecondDesk}[n%2], Override: verify.OtherEvidence, Sentence: fmt.Sprintf("n_%c", 'a'+n%20)}
}

// total is how many decisions of each sentence are counted, over all weeks.
func total(t *testing.T, c *desk.Counts) (sums map[string]int, damaged int) {
	t.Helper()
	weeks, err := c.Weeks()
	if err != nil {
		t.Fatal(err)
	}
	sums = map[string]int{}
	for _, w := range weeks {
		r, err := c.Week(w)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range r.Rows {
			sums[row.Sentence] += row.Count
		}
		damaged += r.Damaged
	}
	return sums, damaged
}

// At whichever step the power goes: what was acknowledged is counted, once, and
// nothing that nobody entered.
func TestWhatWasAcknowledgedSurvivesTheLossOfPower(t *testing.T) {
	cuts := 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := newPlatter()
		acknowledged, tried := map[string]int{}, map[string]int{}
		n := 0
		for range 3 { // three losses of power in a row
			p.steps = r.IntN(25)
			c, err := desk.OpenCounts(p)
			for err == nil {
				e := entry(n)
				n++
				tried[e.Sentence]++
				if err = c.Add(e); err == nil {
					acknowledged[e.Sentence]++
				}
			}
			if !errors.Is(err, errPower) {
				t.Fatal(err)
			}
			cuts++
			p = p.cut(r)
		}
		c, err := desk.OpenCounts(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Add(entry(0)); err != nil {
			t.Fatal(err)
		}
		acknowledged["n_a"]++
		tried["n_a"]++
		sums, _ := total(t, c)
		for s, want := range acknowledged {
			if sums[s] < want {
				t.Fatalf("seed %d: %s was acknowledged %d times and is counted %d times", seed, s, want, sums[s])
			}
		}
		for s, got := range sums {
			if got > tried[s] {
				t.Fatalf("seed %d: %s was entered %d times and is counted %d times", seed, s, tried[s], got)
			}
		}
	}
	if cuts != 1200 {
		t.Errorf("%d losses of power", cuts)
	}
}

func TestAFullDiskIsNoAcknowledgement(t *testing.T) {
	p := newPlatter()
	c, err := desk.OpenCounts(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Add(entry(0)); err != nil {
		t.Fatal(err)
	}
	p.full = true
	if err := c.Add(entry(0)); !errors.Is(err, errFull) {
		t.Errorf("a full disk gave %v", err)
	}
	p.full = false
	if err := c.Add(entry(0)); err != nil {
		t.Fatal(err)
	}
	sums, damaged := total(t, c)
	if sums["n_a"] != 2 || damaged != 1 {
		t.Errorf("%d are counted and %d lines damaged, want 2 and 1", sums["n_a"], damaged)
	}
}

func TestCountsAreKeptByHourInAFileAWeek(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "counts")
	c, err := desk.OpenCounts(desk.Folder(dir))
	if err != nil {
		t.Fatal(err)
	}
	if !c.Last().IsZero() {
		t.Error("no decision has an hour")
	}
	zone := time.FixedZone("", 5*3600+45*60) // an hour is that of the place
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, 12, day, hour, minute, 59, 7, zone)
	}
	for _, e := range []desk.Entry{
		{Hour: at(6, 23, 59), Verdict: verify.Green, Outcome: verify.Admitted},
		{Hour: at(6, 23, 1), Verdict: verify.Green, Outcome: verify.Admitted},
		{Hour: at(7, 0, 0), Verdict: verify.Green, Outcome: verify.Admitted},
		{Hour: at(7, 9, 30), Verdict: verify.Amber, Outcome: verify.Admitted, Override: verify.Humanitarian},
		{Hour: at(7, 9, 31), Verdict: verify.Grey, Outcome: verify.Admitted, Override: verify.OtherEvidence, Sentence: "paper_card"},
	} {
		if err := c.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "2026-W49.txt"))
	if err != nil {
		t.Fatal(err)
	}
	want := "pratique-counts/1.0\n2026-12-06T23+05:45 green admitted - - 6ba7a45d\n"
	if !strings.HasPrefix(string(b), want[:len(want)-9]) || bytes.Contains(b, []byte(":59")) {
		t.Errorf("the file of a week is\n%s", b)
	}
	again, err := desk.OpenCounts(desk.Folder(dir))
	if err != nil {
		t.Fatal(err)
	}
	if got := again.Last(); !got.Equal(at(7, 9, 0).Truncate(time.Second).Add(-59 * time.Second)) {
		t.Errorf("the last hour is %v", got)
	}
	r, err := again.Week("2026-W50")
	if err != nil {
		t.Fatal(err)
	}
	wantCSV := "desk,country,week,day,verdict,outcome,override,sentence,count\r\n" +
		"gate-2,XB,2026-W50,2026-12-07,amber,admitted,humanitarian,,1\r\n" +
		"gate-2,XB,2026-W50,2026-12-07,green,admitted,,,1\r\n" +
		"gate-2,XB,2026-W50,2026-12-07,grey,admitted,other_evidence,paper_card,1\r\n"
	if got := string(r.CSV("gate-2", "XB")); got != wantCSV {
		t.Errorf("the return is\n%s", got)
	}
	if r, err := again.Week("2026-W49"); err != nil || len(r.Rows) != 1 || r.Rows[0].Count != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := again.Week("2020-W01"); err != nil || len(r.Rows) != 0 {
		t.Errorf("a week without decisions: %+v, %v", r, err)
	}
}

// Whatever stands in a file, reading it counts no line that nobody wrote.
func FuzzWeek(f *testing.F) {
	f.Add([]byte("pratique-counts/1.0\n2026-12-06T23+05:45 green admitted - - 00000000\n"))
	f.Add([]byte("\x00\n\n 1\n - - - - - 12345678"))
	good := newPlatter()
	if c, err := desk.OpenCounts(good); err != nil || c.Add(entry(1)) != nil {
		f.Fatal("no seed")
	}
	for _, b := range good.written {
		f.Add(b)
		f.Add(bytes.Replace(b, []byte("amber"), []byte("green"), 1))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := newPlatter()
		p.written["2026-W48.txt"] = data
		c, err := desk.OpenCounts(p)
		if err != nil {
			t.Fatal(err)
		}
		before, _ := total(t, c)
		if err := c.Add(entry(1)); err != nil { // after a torn line too
			t.Fatal(err)
		}
		after, _ := total(t, c)
		if after["n_b"] != before["n_b"]+1 {
			t.Errorf("%d and then %d", before["n_b"], after["n_b"])
		}
	})
}
