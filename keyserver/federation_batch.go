package keyserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/exposure/efgs"
)

// errTag means that a tag was used before.
var errTag = errors.New("the tag was used before")

// What a gateway keeps are notes: a batch each under "federation/batch/" and its tag, and
// the tags of a day, of whose uploads they are in the order of their numbers, under
// "federation/day/". A batch that the note of its day does not know yet is none: the
// process that wrote it fell, and the next one adopts it.

func batchNote(t efgs.Tag) string     { return "federation/batch/" + t.String() }
func dayNote(at time.Time) string     { return "federation/day/" + at.Format(time.DateOnly) }
func dayOfTime(t time.Time) time.Time { return t.UTC().Truncate(day) }

// uploads are those of a day, by country and tag, in the order of batches.
func (g *Federation) uploads(ctx context.Context, at time.Time) (list []string, text []byte, err error) {
	if text, err = g.o.Store.Load(ctx, dayNote(at)); err != nil || text == nil {
		return nil, nil, err
	}
	return strings.Split(string(text), "\n"), text, nil
}

// keep makes a batch of an upload.
func (g *Federation) keep(ctx context.Context, u batch, name string, keys []efgs.Key, at time.Time) error {
	keys = slices.Clone(keys)
	slices.SortFunc(keys, func(a, b efgs.Key) int { return bytes.Compare(a.Data, b.Data) })
	u.Amount, u.Keys, u.Name = len(keys), efgs.AppendBatch(nil, keys), name
	text, err := json.Marshal(u)
	if err != nil {
		return err
	}
	today := dayOfTime(at)
	for n := range knownDays {
		list, _, err := g.uploads(ctx, today.AddDate(0, 0, -n))
		if err != nil {
			return err
		}
		if slices.Contains(list, name) {
			return errTag
		}
	}
	for range 100 { // others keep theirs at the same time
		list, old, err := g.uploads(ctx, today)
		if err != nil {
			return err
		}
		if slices.Contains(list, name) {
			return errTag
		}
		t := efgs.Tag{Day: today, Number: len(list) + 1}
		listed := name
		err = g.o.Store.Replace(ctx, batchNote(t), nil, text)
		if errors.Is(err, ErrChanged) { // somebody's, who did not come to listing it, or does now
			b, err := g.batch(ctx, t)
			if err != nil || b == nil {
				return errors.Join(err, ErrChanged)
			}
			listed = b.Name
		} else if err != nil {
			return err
		}
		err = g.o.Store.Replace(ctx, dayNote(today), old, []byte(strings.Join(append(list, listed), "\n")))
		if err != nil && !errors.Is(err, ErrChanged) {
			return err
		}
		if now, _, err := g.uploads(ctx, today); err != nil || slices.Contains(now, name) {
			return err
		}
	}
	return ErrChanged
}

// batch returns a batch, whether its day knows it or not; nil if there is none.
func (g *Federation) batch(ctx context.Context, t efgs.Tag) (*batch, error) {
	text, err := g.o.Store.Load(ctx, batchNote(t))
	if err != nil || text == nil {
		return nil, err
	}
	b := new(batch)
	return b, json.Unmarshal(text, b)
}

// here says which keys there are already.
func (g *Federation) here(ctx context.Context, keys []efgs.Key) (map[string]bool, error) {
	out := map[string]bool{}
	for part := range slices.Chunk(keys, 1000) {
		var asked []ID
		for i := range part {
			if k, ok := part[i].Key(); ok {
				asked = append(asked, k.Data)
			}
		}
		err := g.o.Store.Change(ctx, asked, func(have []Record) ([]Record, error) {
			for _, r := range have {
				out[string(r.Data[:])] = true
			}
			return nil, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// asked finds the batch of a request.
func (g *Federation) asked(w http.ResponseWriter, r *http.Request, tag string) (b *batch, t, next efgs.Tag) {
	date, err := time.Parse(time.DateOnly, r.PathValue("date"))
	if err != nil {
		refuse(w, http.StatusBadRequest, "Not a date")
		return nil, t, next
	}
	today := dayOfTime(g.o.Now())
	if date.Before(today.AddDate(0, 0, -givenDays)) {
		refuse(w, http.StatusGone, "Requested date is too old!")
		return nil, t, next
	}
	t = efgs.Tag{Day: date, Number: 1}
	if tag != "" {
		if t, err = efgs.ParseTag(tag); err != nil || t.Number == 0 {
			refuse(w, http.StatusNotFound, "Could not find batch with given BatchTag")
			return nil, t, next
		}
	}
	list, _, err := g.uploads(r.Context(), t.Day)
	if err == nil && t.Number <= len(list) {
		b, err = g.batch(r.Context(), t)
	}
	switch {
	case err != nil:
		g.broken(w, "reading a batch failed", err)
	case b == nil:
		refuse(w, http.StatusNotFound, "Could not find any batches for given date")
	case t.Day.Before(date):
		refuse(w, http.StatusBadRequest, "Given date does is not after or equals the requested batchTag")
		b = nil
	}
	if t.Number < len(list) {
		next = efgs.Tag{Day: t.Day, Number: t.Number + 1}
	}
	return b, t, next
}

func (g *Federation) download(w http.ResponseWriter, r *http.Request) {
	p := g.partner(w, r)
	if p == nil {
		return
	}
	accept := r.Header.Get("Accept")
	protobuf, ok := isProtobuf(accept)
	if accept == "" || accept == "*/*" {
		protobuf, ok = true, true
	}
	if !ok {
		refuse(w, http.StatusNotAcceptable, "There are application/protobuf; version=1.0 and application/json; version=1.0")
		return
	}
	b, t, next := g.asked(w, r, r.Header.Get("batchTag"))
	if b == nil {
		return
	}
	body, kind := []byte(nil), "application/protobuf; version=1.0"
	if b.Country != p.Country {
		body = b.Keys
	}
	if !protobuf {
		keys, _, err := efgs.ParseBatch(body)
		if err != nil {
			g.broken(w, "a batch that was kept is none", err)
			return
		}
		body, kind = efgs.AppendJSON(nil, keys), "application/json; version=1.0"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("batchTag", t.String())
	w.Header().Set("nextBatchTag", next.String())
	_, _ = w.Write(body)
}

func (g *Federation) audit(w http.ResponseWriter, r *http.Request) {
	if g.partner(w, r) == nil {
		return
	}
	b, t, _ := g.asked(w, r, r.PathValue("tag"))
	if b == nil {
		return
	}
	if t.Day.Format(time.DateOnly) != r.PathValue("date") {
		refuse(w, http.StatusNotFound, "Given date does not match the requested batch")
		return
	}
	b.Keys, b.Name = nil, ""
	text, err := json.Marshal([]*batch{b})
	if err != nil {
		g.broken(w, "writing an audit failed", err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}
