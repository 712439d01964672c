package desk

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pratique/pratique/verify"
)

// Entry is what is kept of a decision.
type Entry struct {
	Hour     time.Time // with the offset of the place; what is finer than an hour is dropped
	Verdict  verify.Colour
	Outcome  verify.Outcome
	Override verify.Override
	Sentence string // code of a fixed sentence
}

const (
	countsName = "pratique-counts/1.0"
	hourForm   = "2006-01-02T15Z07:00"
	maxCounts  = 64 << 20 // bytes of a week's file
)

// Disk is the door to the folder in which counts are kept.
type Disk interface {
	// Names lists the files.
	Names() ([]string, error)
	// Read returns what a file holds; an error that is fs.ErrNotExist if there is none.
	Read(name string) ([]byte, error)
	// Append opens a file to write at its end, and makes it if need be.
	Append(name string) (File, error)
	// Sync returns once the names of new files are safe against a loss of power.
	Sync() error
}

// File is a file that is written at its end.
type File interface {
	io.Writer
	// Sync returns once what was written is safe against a loss of power.
	Sync() error
	Close() error
}

// Counts are the decisions of a desk, by hour. All methods may be called from
// several goroutines.
type Counts struct {
	disk Disk

	mu    sync.Mutex
	clean map[string]bool // files that end with a whole line
	last  time.Time
}

// OpenCounts opens the counts of a folder, and reads the newest week.
func OpenCounts(d Disk) (*Counts, error) {
	c := &Counts{disk: d, clean: map[string]bool{}}
	weeks, err := c.Weeks()
	if err != nil {
		return nil, err
	}
	if len(weeks) > 0 {
		r, err := c.Week(weeks[len(weeks)-1])
		if err != nil {
			return nil, err
		}
		c.last = r.Last
	}
	return c, nil
}

// Last is the latest hour of which there is a count; zero if there is none.
func (c *Counts) Last() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// Add counts decisions and returns once they are safe on the disk.
func (c *Counts) Add(entries ...Entry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, text := range lines(entries) {
		if err := c.append(name, text); err != nil {
			return fmt.Errorf("counting: %w", err)
		}
	}
	for _, e := range entries {
		if h := e.hour(); h.After(c.last) {
			c.last = h
		}
	}
	return nil
}

// lines are the lines of entries, by the file in which they go.
func lines(entries []Entry) map[string]string {
	out := map[string]string{}
	for _, e := range entries {
		out[weekOf(e.Hour)+".txt"] += e.line()
	}
	return out
}

// append writes at the end of a file. Before the first line of a new file goes
// its name, before one that follows a torn line an end of line.
func (c *Counts) append(name, text string) error {
	fresh := false
	if !c.clean[name] {
		have, err := c.disk.Read(name)
		if err != nil && !isMissing(err) {
			return err
		}
		fresh = err != nil
		switch {
		case len(have) == 0:
			text = countsName + "\n" + text
		case have[len(have)-1] != '\n':
			text = "\n" + text
		}
	}
	c.clean[name] = false
	f, err := c.disk.Append(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil && fresh {
		err = c.disk.Sync()
	}
	c.clean[name] = err == nil
	return err
}

// line is the entry as it stands in a file.
func (e Entry) line() string {
	s := fmt.Sprintf("%s %s %s %s %s", e.hour().Format(hourForm), e.Verdict, dash(string(e.Outcome)), dash(string(e.Override)), dash(e.Sentence))
	return fmt.Sprintf("%s %08x\n", s, crc32.ChecksumIEEE([]byte(s)))
}

func (e Entry) hour() time.Time {
	_, offset := e.Hour.Zone()
	local := e.Hour.Add(time.Duration(offset) * time.Second)
	return local.Truncate(time.Hour).Add(-time.Duration(offset) * time.Second).In(e.Hour.Location())
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// weekOf names the week of a moment, at its place.
func weekOf(t time.Time) string {
	y, w := t.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", y, w)
}

var weekForm = regexp.MustCompile(`^\d{4}-W\d{2}$`)

// IsWeek reports whether a text names a week.
func IsWeek(s string) bool { return weekForm.MatchString(s) }

// Weeks lists the weeks of which there are counts, in order.
func (c *Counts) Weeks() ([]string, error) {
	names, err := c.disk.Names()
	if err != nil {
		return nil, fmt.Errorf("listing counts: %w", err)
	}
	weeks := []string{}
	for _, n := range names {
		if w, ok := strings.CutSuffix(n, ".txt"); ok && IsWeek(w) {
			weeks = append(weeks, w)
		}
	}
	slices.Sort(weeks)
	return weeks, nil
}

// Return is what a desk reports of a week.
type Return struct {
	Week    string
	Rows    []Row // in the order of their fields
	Damaged int   // lines that a loss of power or a bad disk spoiled
	Last    time.Time
}

// Row is how often a decision was made on a day.
type Row struct {
	Day      string // 2026-12-03
	Verdict  string
	Outcome  string
	Override string
	Sentence string
	Count    int
}

// Week adds up a week. A week without counts has no rows.
func (c *Counts) Week(week string) (Return, error) {
	r := Return{Week: week}
	data, err := c.disk.Read(week + ".txt")
	if isMissing(err) {
		return r, nil
	}
	if err == nil && len(data) > maxCounts {
		err = fmt.Errorf("longer than %d bytes", maxCounts)
	}
	if err != nil {
		return r, fmt.Errorf("reading counts: %w", err)
	}
	sums := map[Row]int{}
	for line := range strings.Lines(string(data)) {
		if line == countsName+"\n" || line == "\n" {
			continue
		}
		e, hour, ok := parseLine(line)
		if !ok {
			r.Damaged++
			continue
		}
		sums[e]++
		if hour.After(r.Last) {
			r.Last = hour
		}
	}
	for row, n := range sums {
		row.Count = n
		r.Rows = append(r.Rows, row)
	}
	slices.SortFunc(r.Rows, func(a, b Row) int { return strings.Compare(a.key(), b.key()) })
	return r, nil
}

// parseLine reads a line that is whole: its sum says so. One that lacks nothing
// but its end counts, as it will when the next line gives it one.
func parseLine(line string) (Row, time.Time, bool) {
	line = strings.TrimSuffix(line, "\n")
	i := strings.LastIndexByte(line, ' ')
	if i < 0 {
		return Row{}, time.Time{}, false
	}
	sum, err := strconv.ParseUint(line[i+1:], 16, 32)
	if err != nil || len(line)-i-1 != 8 || uint32(sum) != crc32.ChecksumIEEE([]byte(line[:i])) {
		return Row{}, time.Time{}, false
	}
	f := strings.Split(line[:i], " ")
	if len(f) != 5 {
		return Row{}, time.Time{}, false
	}
	hour, err := time.Parse(hourForm, f[0])
	if err != nil {
		return Row{}, time.Time{}, false
	}
	for j := range f {
		if f[j] == "-" {
			f[j] = ""
		}
	}
	return Row{Day: hour.Format(time.DateOnly), Verdict: f[1], Outcome: f[2], Override: f[3], Sentence: f[4]}, hour, true
}

func (r Row) key() string {
	return strings.Join([]string{r.Day, r.Verdict, r.Outcome, r.Override, r.Sentence}, " ")
}

// CSV is the weekly return as a table (RFC 4180).
func (r Return) CSV(desk, country string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	w.Write([]string{"desk", "country", "week", "day", "verdict", "outcome", "override", "sentence", "count"})
	for _, row := range r.Rows {
		w.Write([]string{desk, country, r.Week, row.Day, row.Verdict, row.Outcome, row.Override, row.Sentence, strconv.Itoa(row.Count)})
	}
	if r.Damaged > 0 {
		w.Write([]string{desk, country, r.Week, "", "damaged lines", "", "", "", strconv.Itoa(r.Damaged)})
	}
	w.Flush()
	return b.Bytes()
}
