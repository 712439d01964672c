package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/pflag"
)

func versionCommand() *command {
	var asJSON bool
	return &command{
		use:   "version",
		short: "which build this is",
		long:  "Version prints the version of the program, the commit that it was built from, and the version of Go. Name it in a report of a fault.",
		example: `$ pratique version
$ pratique version --json`,
		flags: func(f *pflag.FlagSet) { f.BoolVar(&asJSON, "json", false, "print JSON") },
		run: func(p *program, args []string) error {
			if len(args) > 0 {
				return misuse("version takes no argument", "`pratique version`")
			}
			b := builtFrom()
			if asJSON {
				return json.NewEncoder(p.out).Encode(b)
			}
			fmt.Fprintf(p.out, "pratique %s", b.Version)
			if b.Commit != "" {
				fmt.Fprintf(p.out, " (%.12s, %s)", b.Commit, b.Time)
			}
			if b.Modified {
				fmt.Fprint(p.out, " with changes")
			}
			fmt.Fprintf(p.out, ", %s, %s\n", b.Go, b.Platform)
			return nil
		},
	}
}

// build says where the program comes from.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Time     string `json:"time,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func builtFrom() build {
	b := build{Version: "unknown", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" {
		b.Version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}
