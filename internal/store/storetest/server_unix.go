//go:build unix

package storetest

import (
	"os"
	"os/exec"
	"syscall"
)

// nobody runs PostgreSQL, which refuses to run for root.
const nobody = 65534

// as sets who runs a command, in a group of its own.
func as(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
}

// give makes folders those of who runs commands.
func give(dirs ...string) error {
	if os.Getuid() != 0 {
		return nil
	}
	for _, dir := range dirs {
		if err := os.Chown(dir, nobody, nobody); err != nil {
			return err
		}
	}
	return nil
}

// kill ends a command and all that it began.
func kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
