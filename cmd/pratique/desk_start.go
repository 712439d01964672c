package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"runtime"
	"time"
)

// runs reports whether a desk of this name answers at the port already: it was
// started twice.
func (f *deskFlags) runs(name string) bool {
	c := http.Client{Timeout: 2 * time.Second}
	r, err := c.Get(fmt.Sprintf("http://localhost:%d/api/desk", f.port))
	if err != nil {
		return false
	}
	defer r.Body.Close()
	var s struct {
		Desk string `json:"desk"`
	}
	return json.NewDecoder(io.LimitReader(r.Body, 64<<10)).Decode(&s) == nil && s.Desk == name
}

// openBrowser opens an address in the browser of this computer, if that is wanted.
func openBrowser(p *program, wanted bool, address string) error {
	if !wanted {
		return nil
	}
	command := []string{"xdg-open"}
	switch runtime.GOOS {
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler"}
	case "darwin":
		command = []string{"open"}
	}
	if err := exec.Command(command[0], append(command[1:], address)...).Start(); err != nil {
		p.warn("no browser could be opened: open %s by hand", address)
	}
	return nil
}

// wait waits for the key Enter.
func (p *program) wait() {
	fmt.Fprint(p.errs, "\nPress Enter to close this window. ")
	bufio.NewReader(p.in).ReadString('\n')
}
