package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pratique/pratique/issue/audit"
)

// checkAccount checks the account of an issuing office, against an earlier one if
// there is one.
func checkAccount(p *program, name, since string, asJSON bool) error {
	var kept []audit.Head
	var before string
	if since != "" {
		office, head, err := readAccount(since)
		if err != nil {
			return err
		}
		kept, before = []audit.Head{head}, office
	}
	office, head, err := readAccount(name, kept...)
	switch {
	case err != nil:
		return err
	case since != "" && office != before:
		return failure("the two accounts are of two offices", "--since names an account of the same office that was kept")
	}
	if asJSON {
		p.out.Write(jsonLine(struct {
			Office  string    `json:"office"`
			Records uint64    `json:"records"`
			Head    string    `json:"head"`
			AsOf    time.Time `json:"as_of,omitzero"`
		}{office, head.N, fmt.Sprintf("%x", head.Hash), head.At}))
		return nil
	}
	fmt.Fprintf(p.out, "%-10s %s\n%-10s %d\n%-10s %x\n", "office", office, "records", head.N, "head", head.Hash)
	if !head.At.IsZero() {
		fmt.Fprintf(p.out, "%-10s %s\n", "as of", isoMoment(head.At))
	}
	if since != "" {
		fmt.Fprintf(p.out, "%-10s %d records, unchanged\n", "kept", kept[0].N)
	}
	return nil
}

func readAccount(name string, kept ...audit.Head) (string, audit.Head, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", audit.Head{}, failure("reading the account "+quote(name)+": "+cause(err), "name the text that the office has exported")
	}
	defer f.Close()
	office, head, err := audit.Check(f, kept...)
	if errors.Is(err, audit.ErrChanged) {
		return "", audit.Head{}, &fault{exitRed, "the account " + quote(name) + ": " + err.Error(), []string{"do not rely on it: keep it, and the earlier one, and ask the office who has changed it"}}
	}
	if err != nil {
		return "", audit.Head{}, failure("the account "+quote(name)+": "+err.Error(), "name the text that the office has exported, as it was")
	}
	return office, head, nil
}
