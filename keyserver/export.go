package keyserver

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/srv"
)

// Work makes the exports that are due and forgets what is too old. It is to be
// called every few minutes; of several processes one works. What fails is tried
// again by the next call.
func (s *Server) Work(ctx context.Context) error {
	at := s.o.Now().UTC()
	free, err := s.lease(ctx, at)
	if err != nil || free == nil {
		return err
	}
	var errs []error
	for i := range s.o.Exports {
		e := &s.o.Exports[i]
		if err := s.export(ctx, e, at); err != nil {
			errs = append(errs, fmt.Errorf("exporting %s: %w", e.Region, err))
		}
	}
	if err := s.o.Store.Forget(ctx, at.Add(-s.o.Retention).Truncate(hour)); err != nil {
		errs = append(errs, fmt.Errorf("forgetting keys: %w", err))
	}
	return errors.Join(append(errs, free())...)
}

// leaseFor is how long a process that was stopped in its work keeps others from it.
const leaseFor = 10 * time.Minute

// lease takes the work for this process; nil if another has it.
func (s *Server) lease(ctx context.Context, at time.Time) (free func() error, err error) {
	const name = "lease"
	have, err := s.o.Store.Load(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("taking the work: %w", err)
	}
	if until, err := time.Parse(time.RFC3339Nano, string(have)); err == nil && at.Before(until) && until.Sub(at) <= leaseFor {
		return nil, nil
	}
	mine := []byte(at.Add(leaseFor).Format(time.RFC3339Nano))
	err = s.o.Store.Replace(ctx, name, have, mine)
	if errors.Is(err, ErrChanged) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("taking the work: %w", err)
	}
	return func() error {
		if err := s.o.Store.Replace(ctx, name, mine, nil); err != nil && !errors.Is(err, ErrChanged) {
			return fmt.Errorf("giving up the work: %w", err)
		}
		return nil
	}, nil
}

// export makes the exports of a region that are due.
func (s *Server) export(ctx context.Context, e *Export, at time.Time) error {
	name := "exported/" + e.Region
	noted, err := s.o.Store.Load(ctx, name)
	if err != nil {
		return err
	}
	from := at.Add(-s.o.Retention).Truncate(e.Period)
	if seconds, err := strconv.ParseInt(string(noted), 10, 64); err == nil {
		from = later(from, time.Unix(seconds, 0).UTC())
	}
	for until := from.Add(e.Period); !at.Before(until.Add(hold)); from, until = until, until.Add(e.Period) {
		if err := s.window(ctx, e, from, until, at); err != nil {
			return err
		}
		next := strconv.AppendInt(nil, until.Unix(), 10)
		if err := s.o.Store.Replace(ctx, name, noted, next); err != nil {
			return err
		}
		noted = next
	}
	s.done.Store(max(s.done.Load(), from.Unix()))
	return s.list(e, at)
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// window exports one window. If it is done again it comes to the same keys.
func (s *Server) window(ctx context.Context, e *Export, from, until, at time.Time) error {
	records, err := s.o.Store.Window(ctx, from, until)
	if err != nil {
		return err
	}
	var keys, revised []gaen.Key
	for i := range records {
		r := &records[i]
		if !e.publishes(r) {
			continue
		}
		if within(r.First.At, from, until) {
			keys = append(keys, r.key(r.First))
		}
		if within(r.Revised.At, from, until) {
			revised = append(revised, r.key(r.Revised))
		}
	}
	b := gaen.Batch{From: from, Until: until, Region: e.Region, Least: e.Least, Jitter: e.Jitter, Most: e.Most}
	exports, filling, found, err := b.Exports(keys, revised, at, s.o.Rand)
	if err != nil {
		return err
	}
	if err := s.keepFilling(ctx, e, filling, from); err != nil {
		return err
	}
	if len(records) > 0 {
		if err := s.o.Store.Settle(ctx, from, until); err != nil {
			return err
		}
	}
	for n, x := range exports {
		bin, sig, err := x.Sign(s.o.Rand, e.Signer, e.KeyID, e.KeyVersion)
		if err != nil {
			return err
		}
		archive, err := gaen.Pack(bin, sig)
		if err != nil {
			return err
		}
		if err := (srv.Files{Disk: e.Folder}).Replace(fileName(from, until, n), archive); err != nil {
			return err
		}
	}
	if len(keys)+len(revised) > 0 {
		s.o.Log.Info("exported", "region", e.Region, "until", until.Format(time.RFC3339), "files", len(exports), "left_out", len(found))
	}
	return nil
}

// publishes reports whether a record is for an export.
func (e *Export) publishes(r *Record) bool {
	return e.Travelers && r.Traveler || slices.ContainsFunc(r.Regions, func(x string) bool { return slices.Contains(e.Include, x) })
}

// keepFilling stores random keys before anybody sees them.
func (s *Server) keepFilling(ctx context.Context, e *Export, filling []gaen.Key, at time.Time) error {
	const some = 500
	for part := range slices.Chunk(filling, some) {
		var records []Record
		for _, k := range part {
			records = append(records, Record{Data: k.Data, Start: k.Start, Period: k.Period, Regions: e.Include[:1],
				First: Statement{At: at, Report: k.Report, Risk: int8(k.Risk), Onset: int8(k.Onset), HasOnset: k.HasOnset}})
		}
		if err := s.o.Store.Change(ctx, nil, func([]Record) ([]Record, error) { return records, nil }); err != nil {
			return err
		}
	}
	return nil
}

// fileName is that of Google's server: it tells the window, and sorts by it.
func fileName(from, until time.Time, n int) string {
	return fmt.Sprintf("%d-%d-%05d.zip", from.Unix(), until.Unix(), n+1)
}

// parseName returns the window of a file.
func parseName(name string) (from, until time.Time, n int, ok bool) {
	var a, b int64
	if _, err := fmt.Sscanf(name, "%d-%d-%d.zip", &a, &b, &n); err != nil || n < 1 {
		return time.Time{}, time.Time{}, 0, false
	}
	from, until = time.Unix(a, 0).UTC(), time.Unix(b, 0).UTC()
	return from, until, n, fileName(from, until, n-1) == name
}

const (
	indexName = "index.txt"
	listName  = "list.json"
)

// listed is an entry of a list of COCOA's form.
type listed struct {
	Region  string `json:"region"`
	URL     string `json:"url"`
	Created int64  `json:"created"` // milliseconds since 1970
}

// list writes the lists of a region, if they are not as they should be, and then
// removes what they name no more.
func (s *Server) list(e *Export, at time.Time) error {
	f := srv.Files{Disk: e.Folder}
	names, err := f.Names()
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(names, func(n string) bool { _, _, _, ok := parseName(n); return !ok })
	slices.SortFunc(names, func(a, b string) int {
		a1, _, a2, _ := parseName(a)
		b1, _, b2, _ := parseName(b)
		return cmp.Or(a1.Compare(b1), cmp.Compare(a2, b2))
	})
	var index gaen.Index
	list := []listed{}
	var old []string
	for _, name := range names {
		_, until, n, _ := parseName(name)
		if until.Before(at.Add(-s.o.Retention)) {
			old = append(old, name)
			continue
		}
		path := e.Region + "/" + name
		index = append(index, path)
		list = append(list, listed{e.Region, strings.TrimSuffix(e.URL, "/") + "/" + path, until.Add(time.Duration(n-1) * time.Second).UnixMilli()})
	}
	if len(index) > gaen.MaxListed {
		return fmt.Errorf("more than %d exports: choose a longer period", gaen.MaxListed)
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	if err := replaceChanged(f, indexName, []byte(index.String())); err != nil {
		return err
	}
	if err := replaceChanged(f, listName, append(text, '\n')); err != nil {
		return err
	}
	for _, name := range old {
		if err := e.Folder.Remove(name); err != nil {
			return err
		}
	}
	if len(old) > 0 {
		return e.Folder.Sync()
	}
	return nil
}

func replaceChanged(f srv.Files, name string, data []byte) error {
	have, err := f.Read(name)
	if err != nil || have != nil && string(have) == string(data) {
		return err
	}
	return f.Replace(name, data)
}

func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, e *Export) {
	name := r.PathValue("file")
	_, _, _, archive := parseName(name)
	kind := map[string]string{indexName: "text/plain; charset=us-ascii", listName: "application/json"}[name]
	if archive {
		kind = "application/zip"
	}
	if kind == "" {
		http.NotFound(w, r)
		return
	}
	data, err := e.Folder.Read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		http.NotFound(w, r)
		return
	case err != nil:
		s.o.Log.Error("reading an export failed", "error", err)
		http.Error(w, "the export cannot be read now", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", map[bool]string{true: "public, max-age=86400, immutable", false: "public, max-age=300"}[archive])
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data)
}
