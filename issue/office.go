package issue

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pratique/pratique/cert"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/trust"
)

// draws is how often a serial is drawn until one is new.
const draws = 4

// Issue serves an order. When it returns a certificate, the register has it for
// good; when it returns an error, nobody else has the certificate.
func (o *Office) Issue(ctx context.Context, order Order) (Issued, error) {
	answers, errs := o.IssueAll(ctx, []Order{order})
	return answers[0], errs[0]
}

// IssueAll serves orders, each for itself, and answers in their order. It signs
// with all processors and writes many entries at a time.
func (o *Office) IssueAll(ctx context.Context, orders []Order) ([]Issued, []error) {
	answers, errs := make([]Issued, len(orders)), make([]error, len(orders))
	for part := range slices.Chunk(indices(len(orders)), max(o.Batch, 1)) {
		o.issue(ctx, orders, part, answers, errs)
	}
	return answers, errs
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// issue serves those orders that have these numbers.
func (o *Office) issue(ctx context.Context, orders []Order, todo []int, answers []Issued, errs []error) {
	for draw := 1; len(todo) > 0; draw++ {
		at := o.Now().UTC().Truncate(time.Second)
		filings := make([]Filing, len(orders))
		o.each(todo, func(i int) {
			errs[i] = ctx.Err()
			if errs[i] == nil {
				answers[i], filings[i], errs[i] = o.write(ctx, orders[i], at)
			}
		})
		var written []int
		var batch []Filing
		for _, i := range todo {
			if errs[i] == nil {
				written, batch = append(written, i), append(batch, filings[i])
				continue
			}
			// What may not be issued any more may have been: a retry gets its answer
			// when the key has ended, the permit or the clerk's day.
			if again, err := o.again(ctx, orders[i]); err == nil {
				answers[i], errs[i] = again, nil
			}
		}
		answered := o.file(ctx, batch)
		todo = nil
		for n, i := range written {
			switch err := answered[n]; {
			case err == nil:
			case errors.Is(err, ErrRequested):
				answers[i], errs[i] = o.again(ctx, orders[i])
			case errors.Is(err, ErrSerial) && draw < draws && orders[i].Blind == nil:
				todo = append(todo, i)
			case errors.Is(err, ErrSerial) && orders[i].Blind != nil:
				answers[i], errs[i] = Issued{}, &Refusal{"serial", "conflict", "another certificate has it: draw a new one"}
			default:
				answers[i], errs[i] = Issued{}, err
			}
		}
	}
}

// each calls f for each number, with all processors.
func (o *Office) each(todo []int, f func(i int)) {
	if len(todo) == 1 {
		f(todo[0])
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(o.workers, len(todo)) {
		wg.Go(func() {
			for n := next.Add(1) - 1; int(n) < len(todo); n = next.Add(1) - 1 {
				f(todo[n])
			}
		})
	}
	wg.Wait()
}

// request is by what an order is known again.
func (o *Office) request(order Order) [32]byte {
	return sha256.Sum256([]byte(o.Authority + "\x00" + order.Laboratory + "\x00" + order.Key))
}

// write makes and signs the certificate of an order, and what shall be kept of it.
func (o *Office) write(ctx context.Context, order Order, at time.Time) (Issued, Filing, error) {
	kind, err := o.permitted(order, at)
	if err != nil {
		return Issued{}, Filing{}, err
	}
	e := Entry{Request: o.request(order), Format: order.Format, Kind: kind, Laboratory: order.Laboratory, Clerk: order.Clerk, Issued: at}
	var out Issued
	if order.Blind != nil {
		err = o.signBlind(ctx, order, &e)
	} else {
		out, err = o.signWhole(ctx, order, &e)
	}
	if err != nil {
		return Issued{}, Filing{}, err
	}
	f := Filing{ClerkLimit: order.Permit.Clerk, LabLimit: order.Permit.Laboratory}
	if o.Copies != nil && order.Blind == nil {
		if f.Copy, err = o.Copies.seal(out.Certificate); err != nil {
			return Issued{}, Filing{}, err
		}
		f.CopyUntil = at.Add(o.Copies.Keep)
	}
	out.Entry, f.Entry = e, e
	return out, f, nil
}

// signWhole makes the certificate.
func (o *Office) signWhole(ctx context.Context, order Order, e *Entry) (Issued, error) {
	k, err := o.next(ctx, e)
	if err != nil {
		return Issued{}, err
	}
	if e.Serial, err = NewSerial(e.Format, e.Country, o.Random); err != nil {
		return Issued{}, err
	}
	p, err := newPen(k)
	if err != nil {
		return Issued{}, err
	}
	out, err := o.build(order, *e, k, p)
	if err != nil {
		return Issued{}, err
	}
	e.Leaf, e.Signature, e.Until = p.leaf, p.signature, out.Certificate.Signed.Until.Truncate(time.Second)
	if e.Format == ICVP {
		e.Serial = signedSerial(p.signature, k.Algorithm() == keys.PS256)
	}
	return out, nil
}

// build makes the certificate of an entry, with a new signature or that of before.
func (o *Office) build(order Order, e Entry, k *keys.Key, p *pen) (Issued, error) {
	t := Terms{Format: e.Format, Serial: e.Serial, Issued: e.Issued, Until: order.Until.UTC().Truncate(time.Second), URL: o.URL}
	if order.Until.IsZero() {
		t.Until = time.Time{}
		if life := order.Permit.Life; e.Format == HC1 && life < k.Certificate.NotAfter.Sub(e.Issued) && e.Issued.Add(life).Before(e.Issued.AddDate(1, 0, 0)) {
			t.Until = e.Issued.Add(life)
		}
		if p.again {
			t.Until = e.Until // the permit may be another one today
		}
	}
	c, err := Complete(order.Certificate, t, k)
	if err != nil {
		return Issued{}, err
	}
	text, err := Build(c, t, k, p, o.Random)
	if err != nil {
		return Issued{}, err
	}
	return Issued{Text: text, Certificate: c}, nil
}

// signBlind signs what the sender has built.
func (o *Office) signBlind(ctx context.Context, order Order, e *Entry) error {
	b := order.Blind
	k, err := o.next(ctx, e)
	if err != nil {
		return err
	}
	if e.Signer != b.Signer {
		return &Refusal{"blind.signer", "unknown", "ask for the key that signs now, and build the certificate for it"}
	}
	e.Leaf, e.Serial = b.Leaf, b.Serial
	e.Issued, e.Until = b.Issued.UTC(), order.Until.UTC().Truncate(time.Second)
	if order.Until.IsZero() {
		e.Until = time.Time{}
	}
	public := k.Public()
	switch {
	case !public.InForce(e.Issued) || !e.Until.IsZero() && e.Format != ICVP && e.Until.After(public.NotAfter):
		return &Refusal{"blind.signer", "conflict", "issue within the life of the key"}
	case !public.Uses.Allows(trust.UseFor(e.Kind)):
		return &Refusal{"blind.signer", "conflict", "sign with a key that may sign this kind of certificate"}
	case e.Format == ICVP && b.Serial != "" || e.Format != ICVP && !isSerial(e.Format, e.Country, b.Serial):
		return &Refusal{"blind.serial", "pattern", "draw a serial of the form of this format"}
	case e.Format == HC1 && e.Until.IsZero():
		return &Refusal{"until", "missing", "say when the signature ends, as the content does"}
	}
	p, err := newPen(k)
	if err != nil {
		return err
	}
	if _, err := p.Sign(o.Random, b.Leaf[:], p.options()); err != nil {
		return err
	}
	e.Signature = p.signature
	if e.Format == ICVP {
		e.Serial = signedSerial(p.signature, k.Algorithm() == keys.PS256)
	}
	return nil
}

// next takes the key that signs now.
func (o *Office) next(ctx context.Context, e *Entry) (*keys.Key, error) {
	k, err := o.Keys.Next(ctx, Purpose{o.Authority, e.Format, e.Kind}, 1)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSigner, err)
	}
	e.Country, e.Signer = k.Country(), k.Fingerprint()
	return k, nil
}

// Signer returns the key that signs certificates of a kind now: for a page that
// builds them.
func (o *Office) Signer(ctx context.Context, format string, kind cert.Kind) (*keys.Key, error) {
	return o.Keys.Next(ctx, Purpose{o.Authority, format, kind}, 0)
}

// again answers an order that has been served before.
func (o *Office) again(ctx context.Context, order Order) (Issued, error) {
	e, err := o.Register.Requested(ctx, o.Authority, o.request(order))
	if err != nil {
		return Issued{}, fmt.Errorf("%w: %w", ErrNotKnown, err)
	}
	if e.Format != order.Format {
		return Issued{}, ErrConflict
	}
	if b := order.Blind; b != nil {
		if b.Leaf != e.Leaf || b.Signer != e.Signer || b.Kind != e.Kind || e.Format != ICVP && b.Serial != e.Serial {
			return Issued{}, ErrConflict
		}
		return Issued{Entry: e, Again: true}, nil
	}
	k, err := o.Keys.Find(ctx, o.Authority, e.Signer)
	if err != nil {
		return Issued{}, fmt.Errorf("%w: %w", ErrSigner, err)
	}
	out, err := o.build(order, e, k, oldPen(k, e))
	if err != nil {
		return Issued{}, err
	}
	out.Entry, out.Again = e, true
	return out, nil
}

// permitted checks all of an order that is not the certificate's content.
func (o *Office) permitted(order Order, at time.Time) (cert.Kind, error) {
	kind := cert.Kind("")
	switch b, c := order.Blind, order.Certificate; {
	case b != nil && c != nil:
		return "", &Refusal{"certificate", "conflict", "send the certificate or its hash, not both"}
	case b != nil:
		kind = b.Kind
	case c == nil || len(c.Events) == 0 || c.Events[0] == nil:
		return "", &Refusal{"certificate", "missing", "state what shall be certified"}
	default:
		kind = c.Events[0].Kind()
	}
	p := order.Permit
	permits := func(k cert.Kind) bool { return slices.Contains(p.Kinds, k) }
	switch {
	case !IsAccount(order.Laboratory):
		return "", &Refusal{"laboratory", "pattern", "name the laboratory by its account"}
	case !IsAccount(order.Clerk):
		return "", &Refusal{"clerk", "pattern", "name the clerk by an account"}
	case order.Key == "" || len(order.Key) > 128:
		return "", &Refusal{"key", "length", "give each order a key of its own, of 1 to 128 bytes"}
	case !slices.Contains(Formats, order.Format):
		return "", &Refusal{"format", "unknown", "there are hc1, icvp, shc and vds"}
	case order.Format == SHC && o.URL == "":
		return "", &Refusal{"format", "not_permitted", "this office has no address for SMART Health Cards"}
	case order.Format == VDS && !order.Until.IsZero():
		return "", &Refusal{"until", "conflict", "an ICAO seal has no end: leave it out"}
	case order.Format == ICVP && kind != cert.KindVaccination:
		return "", &Refusal{"certificate", "type", "a yellow card states one vaccination"}
	case !permits(kind):
		return "", &Refusal{"certificate", "not_permitted", "this account may not issue this kind of certificate"}
	case p.Clerk <= 0 || p.Laboratory <= 0:
		return "", ErrLimit
	case !order.Until.IsZero() && !order.Until.After(at):
		return "", &Refusal{"until", "conflict", "let the signature end after it is issued"}
	case !order.Until.IsZero() && order.Until.After(at.Add(p.Life)), order.Format == HC1 && p.Life <= 0:
		return "", &Refusal{"until", "not_permitted", "this account may not issue for so long"}
	}
	if b := order.Blind; b != nil {
		if b.Issued.After(at.Add(time.Second)) || b.Issued.Before(at.Add(-Patience)) || b.Issued.Nanosecond() != 0 {
			return "", &Refusal{"blind.issued", "conflict", "state the moment of now, in whole seconds"}
		}
		return kind, nil
	}
	for _, e := range order.Certificate.Events {
		if e == nil || !permits(e.Kind()) {
			return "", &Refusal{"certificate", "not_permitted", "this account may not issue this kind of certificate"}
		}
	}
	return kind, nil
}
