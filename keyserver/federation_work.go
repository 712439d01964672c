package keyserver

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/pratique/pratique/exposure/efgs"
	"github.com/pratique/pratique/exposure/gaen"
)

// Work offers the keys of the home country to the others, publishes theirs here,
// and forgets what is too old. It is to be called every few minutes; what fails is
// tried again by the next call.
func (g *Federation) Work(ctx context.Context) error {
	at := g.o.Now().UTC()
	return errors.Join(g.publish(ctx, at), g.offer(ctx, at), g.forget(ctx, at))
}

// publish makes records of the keys of partners that are none yet.
func (g *Federation) publish(ctx context.Context, at time.Time) error {
	if len(g.o.Regions) == 0 {
		return nil
	}
	for n := givenDays; n >= 0; n-- {
		date := dayOfTime(at).AddDate(0, 0, -n)
		note := "federation/published/" + date.Format(time.DateOnly)
		list, _, err := g.uploads(ctx, date)
		if err != nil {
			return err
		}
		old, err := g.o.Store.Load(ctx, note)
		if err != nil {
			return err
		}
		done, _ := strconv.Atoi(string(old))
		for ; done < len(list); done++ {
			b, err := g.batch(ctx, efgs.Tag{Day: date, Number: done + 1})
			if err != nil || b == nil {
				return errors.Join(err, fmt.Errorf("batch %d of %s is not there", done+1, date.Format(time.DateOnly)))
			}
			if g.o.Home == nil || b.Country != g.o.Home.Country() {
				if err := g.publishBatch(ctx, b, at); err != nil {
					return err
				}
			}
		}
		now := strconv.AppendInt(nil, int64(done), 10)
		if string(old) == string(now) || done == 0 {
			continue
		}
		if err := g.o.Store.Replace(ctx, note, old, now); err != nil && !errors.Is(err, ErrChanged) {
			return err
		}
	}
	return nil
}

func (g *Federation) publishBatch(ctx context.Context, b *batch, at time.Time) error {
	keys, _, err := efgs.ParseBatch(b.Keys)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(keys, 500) {
		var records []Record
		for i := range part {
			if k, ok := part[i].Key(); ok && k.Report != gaen.Revoked && k.Report != gaen.UnknownReport {
				records = append(records, Record{Data: k.Data, Start: k.Start, Period: k.Period, Regions: g.o.Regions,
					First: Statement{At: at.Truncate(hour), Report: k.Report, Risk: int8(k.Risk), Onset: int8(k.Onset), HasOnset: k.HasOnset && k.Onset >= -14 && k.Onset <= 14}})
			}
		}
		err := g.o.Store.Change(ctx, ids(records), func(have []Record) ([]Record, error) {
			out := slices.Clone(records) // those that are here stay as they are
			return slices.DeleteFunc(out, func(r Record) bool {
				return slices.ContainsFunc(have, func(h Record) bool { return h.Data == r.Data })
			}), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// offer makes batches of the keys that people gave here, once they are dead.
func (g *Federation) offer(ctx context.Context, at time.Time) error {
	h := g.o.Home
	if h == nil {
		return nil
	}
	const note = "federation/offered"
	old, err := g.o.Store.Load(ctx, note)
	if err != nil {
		return err
	}
	until := at.Add(-hold).Truncate(hour)
	from := until.Add(-day)
	if seconds, err := strconv.ParseInt(string(old), 10, 64); err == nil {
		from = time.Unix(seconds, 0).UTC()
	}
	if !from.Before(until) {
		return nil
	}
	records, err := g.o.Store.Window(ctx, from, until)
	if err != nil {
		return err
	}
	var keys []efgs.Key
	for i := range records {
		if r := &records[i]; r.Local && within(r.First.At, from, until) && r.Revised.Report != gaen.Revoked {
			keys = append(keys, efgs.FromKey(r.key(r.First), h.Country(), nil))
		}
	}
	n := 0
	for part := range slices.Chunk(keys, efgs.MaxKeys) {
		n++
		if err := g.offerPart(ctx, part, fmt.Sprintf("%s/%d-%d", h.Country(), from.Unix(), n), at); err != nil && !errors.Is(err, errTag) {
			return err
		}
	}
	err = g.o.Store.Replace(ctx, note, old, strconv.AppendInt(nil, until.Unix(), 10))
	if errors.Is(err, ErrChanged) { // another process offered the same, under the same names
		return nil
	}
	return err
}

func (g *Federation) offerPart(ctx context.Context, keys []efgs.Key, name string, at time.Time) error {
	h := g.o.Home
	if found := efgs.Check(keys, h.Country(), at); len(found) > 0 {
		keys = slices.Clone(keys)
		for _, f := range slices.Backward(found) {
			keys = slices.Delete(keys, f.Index, f.Index+1)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	cms, err := h.SignCMS(efgs.Signed(keys), true, g.o.Rand)
	if err != nil {
		return err
	}
	return g.keep(ctx, batch{Upload: efgs.Upload{Country: h.Country(), Uploaded: at.Format(time.RFC3339), Signature: base64.StdEncoding.EncodeToString(cms),
		Signing: pemOf(h.Certificate), SigningThumbprint: hexOf(h.Certificate), Uploader: pemOf(h.Certificate), UploaderThumbprint: hexOf(h.Certificate)}}, name, keys, at)
}

// forget removes batches, and what is known of their days.
func (g *Federation) forget(ctx context.Context, at time.Time) error {
	remove := func(name string) error {
		old, err := g.o.Store.Load(ctx, name)
		if err != nil || old == nil {
			return err
		}
		return g.o.Store.Replace(ctx, name, old, nil)
	}
	var errs []error
	for n := knownDays; n < knownDays+15; n++ {
		date := dayOfTime(at).AddDate(0, 0, -n)
		list, _, err := g.uploads(ctx, date)
		errs = append(errs, err)
		for i := range list {
			errs = append(errs, remove(batchNote(efgs.Tag{Day: date, Number: i + 1})))
		}
		errs = append(errs, remove("federation/published/"+date.Format(time.DateOnly)), remove(dayNote(date)))
	}
	return errors.Join(errs...)
}
