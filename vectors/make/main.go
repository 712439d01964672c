// Command make writes the vectors: go run ./vectors/make (from the root of the
// project). With -check it writes nothing and fails if a file would change.
//
// It makes codes by its own small encoder and signer, wrong ones on purpose;
// what must be answered is written by hand in cases_*.go and history/*.txt, from
// the standards and the colour table, never copied from what the program says.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pratique/pratique/vectors"
)

func main() {
	check := flag.Bool("check", false, "fail if the files are not what would be written")
	dir := flag.String("C", "vectors", "folder of the files")
	flag.Parse()
	for _, f := range []struct {
		name string
		file vectors.File
	}{{"hc1", hc1File()}, {"verdict", verdictFile()}, {"formats", formatsFile()}} {
		if err := finish(filepath.Join(*dir, f.name+".json"), f.file, *check); err != nil {
			fmt.Fprintln(os.Stderr, "vectors/make:", err)
			os.Exit(1)
		}
		fmt.Printf("%s: %d cases, %d flags\n", f.name, len(f.file.Cases), len(f.file.Notes))
	}
	f := historyFile()
	err := finishHistory(f)
	if err == nil {
		err = write(filepath.Join(*dir, "history.json"), f, *check)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "vectors/make:", err)
		os.Exit(1)
	}
	fmt.Printf("history: %d cases, %d flags\n", len(f.Cases), len(f.Notes))
	r := receiptsFile()
	if err = finishReceipts(r); err == nil {
		err = write(filepath.Join(*dir, "receipts.json"), r, *check)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "vectors/make:", err)
		os.Exit(1)
	}
	fmt.Printf("receipts: %d cases, %d flags\n", len(r.Cases), len(r.Notes))
	own := selfFile()
	if err = finishSelf(own); err == nil {
		err = write(filepath.Join(*dir, "self.json"), own, *check)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "vectors/make:", err)
		os.Exit(1)
	}
	fmt.Printf("self: %d cases, %d flags\n", len(own.Cases), len(own.Notes))
	issue := issueFile()
	if err = finishIssue(issue); err == nil {
		err = write(filepath.Join(*dir, "issue.json"), issue, *check)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "vectors/make:", err)
		os.Exit(1)
	}
	fmt.Printf("issue: %d cases, %d flags\n", len(issue.Cases), len(issue.Notes))
	logic := rulesFile()
	if err = finishRules(logic); err == nil {
		err = write(filepath.Join(*dir, "rules.json"), logic, *check)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "vectors/make:", err)
		os.Exit(1)
	}
	fmt.Printf("rules: %d cases, %d flags\n", len(logic.Cases), len(logic.Notes))
	b := bundlesFile()
	if err = write(filepath.Join(*dir, "bundle.json"), b, *check); err != nil {
		fmt.Fprintln(os.Stderr, "vectors/make:", err)
		os.Exit(1)
	}
	fmt.Printf("bundle: %d cases, %d flags\n", len(b.Cases), len(b.Notes))
}

// finish numbers nothing and drops nothing: it refuses a file that breaks its
// own rules, then writes it.
func finish(path string, f vectors.File, check bool) error {
	seen := map[int]bool{}
	used := map[string]bool{}
	for _, c := range f.Cases {
		if c.ID == 0 || seen[c.ID] {
			return fmt.Errorf("case %d (%s): identifiers are positive and used once", c.ID, c.Comment)
		}
		seen[c.ID] = true
		if _, ok := f.Worlds[c.Question.World]; !ok {
			return fmt.Errorf("case %d: no world %q", c.ID, c.Question.World)
		}
		switch c.Result {
		case "valid", "invalid", "acceptable":
		default:
			return fmt.Errorf("case %d: result %q", c.ID, c.Result)
		}
		for _, flag := range c.Flags {
			used[flag] = true
			if _, ok := f.Notes[flag]; !ok {
				return fmt.Errorf("case %d: flag %q has no note", c.ID, flag)
			}
		}
	}
	for flag := range f.Notes {
		if !used[flag] {
			return fmt.Errorf("no case has the flag %q", flag)
		}
	}
	return write(path, f, check)
}

// write writes a file, or compares it with what is there.
func write(path string, f any, check bool) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(f); err != nil {
		return err
	}
	if check {
		have, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(have, b.Bytes()) {
			return fmt.Errorf("%s is not what would be written: run go run ./vectors/make", path)
		}
		return nil
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
