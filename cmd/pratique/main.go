// Command pratique recognises, issues and explains health certificates.
//
// This file is the table of contents: the commands in the order in which help
// prints them, each in a file of its own. Everything that is decided about a
// certificate is decided by the packages; here flags, files, the clock and the
// terminal are turned into their arguments, and their answers into text.
package main

import (
	"bufio"
	"os"
	"time"

	"golang.org/x/term"
)

// commands are all commands, in the order of help.
func commands() []*command {
	return []*command{
		verifyCommand(),
		readCommand(),
		selfCommand(),
		walletCommand(),
		receiptCommand(),
		stampCommand(),
		noticeCommand(),
		exposureCommand(),
		areasCommand(),
		issueCommand(),
		printCommand(),
		convertCommand(),
		endorseCommand(),
		linkCommand(),
		revokeCommand(),
		keyCommand(),
		trustCommand(),
		networkCommand(),
		logCommand(),
		bundleCommand(),
		rulesCommand(),
		deskCommand(),
		serveCommand(),
		conformCommand(),
		demoCommand(),
		tourCommand(),
		simulateCommand(),
		borderCommand(),
		speedCommand(),
		helpCommand(),
		manCommand(),
		completionCommand(),
		versionCommand(),
	}
}

// testOnlyNow stands for the clock in tests; zero means the clock.
var testOnlyNow time.Time

func main() {
	p := &program{
		in:   os.Stdin,
		out:  bufio.NewWriterSize(os.Stdout, 64<<10),
		errs: os.Stderr,
		lang: language(os.Getenv),
		look: lookOf(os.Stdout, os.Getenv),
		now: func() time.Time {
			if !testOnlyNow.IsZero() {
				return testOnlyNow
			}
			return time.Now().Truncate(time.Second)
		},
	}
	p.progress.aloud = term.IsTerminal(int(os.Stderr.Fd())) && !p.look.terminal
	args := alone(os.Args[1:])
	code := p.run(args)
	if len(args) > len(os.Args[1:]) && code != exitGreen {
		p.wait() // else the window would be gone before anybody has read why
	}
	os.Exit(code)
}
