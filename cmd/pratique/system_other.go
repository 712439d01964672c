//go:build !windows

package main

import (
	"os"
	"syscall"
	"time"
)

// colours reports whether a terminal shows colours.
func colours(*os.File) bool { return true }

// processorTime is how long this program has kept a processor busy.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
