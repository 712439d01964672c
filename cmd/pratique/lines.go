package main

import (
	"bufio"
	"errors"
	"io"
	"runtime"
)

// line is one line of an input.
type line struct {
	n      int    // from 1
	text   string // without its end; the first bytes alone if it is longer than allowed
	length int    // of the whole line
}

// batch is some lines and, once they are there, the answers to them.
type batch[T any] struct {
	lines   []line
	answers chan []T
}

const (
	batchLines = 64
	batchBytes = 256 << 10
)

// eachLine asks work about every line, on all processors, and hands the
// answers to emit in the order of the lines. Lines longer than limit are cut
// to it, however long they are. idle is called when all that was read has been
// answered: whoever waits at the other end shall see it.
func eachLine[T any](r io.Reader, limit int, work func(line) T, emit func(T) error, idle func() error) error {
	workers := runtime.GOMAXPROCS(0)
	todo := make(chan *batch[T])
	order := make(chan *batch[T], 4*workers)
	quit := make(chan struct{})
	defer close(quit)
	for range workers {
		go func() {
			for b := range todo {
				out := make([]T, len(b.lines))
				for i, l := range b.lines {
					out[i] = work(l)
				}
				b.answers <- out
			}
		}()
	}
	var failed error
	go func() {
		defer close(order)
		defer close(todo)
		failed = readLines(r, limit, func(ls []line) bool {
			b := &batch[T]{ls, make(chan []T, 1)}
			select {
			case order <- b:
			case <-quit:
				return false
			}
			select {
			case todo <- b:
			case <-quit:
				return false
			}
			return true
		})
	}()
	for b := range order {
		for _, a := range <-b.answers {
			if err := emit(a); err != nil {
				return err
			}
		}
		if len(order) == 0 {
			if err := idle(); err != nil {
				return err
			}
		}
	}
	return failed // written before order was closed
}

// readLines hands out the lines in batches, a smaller one rather than wait
// for input that may be long in coming. It ends when send says no.
func readLines(r io.Reader, limit int, send func([]line) bool) error {
	in := bufio.NewReaderSize(r, 64<<10)
	var ls []line
	bytes := 0
	for n := 1; ; n++ {
		if len(ls) > 0 && (len(ls) == batchLines || bytes >= batchBytes || in.Buffered() == 0) {
			if !send(ls) {
				return nil
			}
			ls, bytes = nil, 0
		}
		l, err := readLine(in, limit)
		if err == io.EOF {
			if len(ls) > 0 {
				send(ls)
			}
			return nil
		}
		if err != nil {
			if len(ls) > 0 {
				send(ls)
			}
			return err
		}
		l.n = n
		ls = append(ls, l)
		bytes += len(l.text)
	}
}

// readLine reads up to the end of the line and keeps its first limit bytes. A
// last line without end is one; nothing after the last end is none.
func readLine(in *bufio.Reader, limit int) (line, error) {
	var kept []byte
	length := 0
	last, before := byte(0), byte(0) // the last two bytes, wherever pieces end
	for {
		piece, err := in.ReadSlice('\n')
		length += len(piece)
		kept = append(kept, piece[:min(len(piece), limit-len(kept))]...)
		if n := len(piece); n > 1 {
			last, before = piece[n-1], piece[n-2]
		} else if n == 1 {
			last, before = piece[0], last
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == nil, err == io.EOF && length > 0:
		default:
			return line{}, err
		}
		if last == '\n' {
			length--
			if before == '\r' {
				length--
			}
		}
		return line{text: string(kept[:min(len(kept), length)]), length: length}, nil
	}
}
