package issue

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// waiting are filings that wait to be written.
type waiting struct {
	filings []Filing
	answers []error
	done    chan struct{} // closed once there are answers
	lead    chan struct{} // closed once it is this one's turn to write for all
}

// patience is how long the register is waited for.
const patience = time.Minute

// file writes filings and returns an answer for each. Those that come while others
// are being written are written together, in one transaction, by the first of them.
//
// What was begun is waited for, even if the sender has gone: else nobody would
// know what became of it.
func (o *Office) file(ctx context.Context, filings []Filing) []error {
	if len(filings) == 0 {
		return nil
	}
	w := &waiting{filings: filings, done: make(chan struct{}), lead: make(chan struct{})}
	o.mu.Lock()
	o.queue = append(o.queue, w)
	if !o.writing {
		o.writing = true
		close(w.lead)
	}
	o.mu.Unlock()
	select {
	case <-w.done:
		return w.answers
	case <-w.lead:
	}
	o.mu.Lock()
	n, size := 0, 0
	for n < len(o.queue) && (n == 0 || size+len(o.queue[n].filings) <= o.Batch) {
		size += len(o.queue[n].filings)
		n++
	}
	group := o.queue[:n:n]
	o.queue = append([]*waiting(nil), o.queue[n:]...)
	o.mu.Unlock()

	o.writeGroup(ctx, group, size)

	o.mu.Lock()
	if len(o.queue) > 0 {
		close(o.queue[0].lead)
	} else {
		o.writing = false
	}
	o.mu.Unlock()
	return w.answers
}

// writeGroup writes a group and answers to each of it but the first, who writes.
func (o *Office) writeGroup(ctx context.Context, group []*waiting, size int) {
	all := make([]Filing, 0, size)
	for _, w := range group {
		all = append(all, w.filings...)
	}
	answers, err := o.fileSafely(ctx, all)
	if err == nil && len(answers) != len(all) {
		err = errors.New("the register did not answer for all")
	}
	if err != nil {
		answers = make([]error, len(all))
		for i := range answers {
			answers[i] = fmt.Errorf("%w: %w", ErrNotKnown, err)
		}
	}
	for _, w := range group {
		n := len(w.filings)
		w.answers, answers = answers[:n:n], answers[n:]
		close(w.done)
	}
}

// fileSafely turns a panic of the register into an error: others wait.
func (o *Office) fileSafely(ctx context.Context, all []Filing) (answers []error, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	defer func() {
		if recover() != nil {
			answers, err = nil, errors.New("the register panicked")
		}
	}()
	return o.Register.File(ctx, o.Authority, o.Now(), all)
}
