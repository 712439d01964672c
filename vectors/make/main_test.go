package main

import (
	"path/filepath"
	"testing"

	"github.com/pratique/pratique/vectors"
)

func TestTheFilesAreWhatThisToolWrites(t *testing.T) {
	for name, file := range map[string]vectors.File{"hc1": hc1File(), "verdict": verdictFile(), "formats": formatsFile()} {
		if err := finish(filepath.Join("..", name+".json"), file, true); err != nil {
			t.Error(err)
		}
	}
}

func TestAFileThatBreaksItsOwnRulesIsRefused(t *testing.T) {
	good := hc1File()
	for comment, change := range map[string]func(f *vectors.File){
		"an identifier twice":  func(f *vectors.File) { f.Cases[1].ID = f.Cases[0].ID },
		"no identifier":        func(f *vectors.File) { f.Cases[0].ID = 0 },
		"a flag without note":  func(f *vectors.File) { f.Cases[0].Flags = []string{"odd"} },
		"a note without case":  func(f *vectors.File) { f.Notes["odd"] = vectors.Note{} },
		"a result of its own":  func(f *vectors.File) { f.Cases[0].Result = "maybe" },
		"a world that is none": func(f *vectors.File) { f.Cases[0].Question.World = "moon" },
	} {
		f := good
		f.Cases = append([]vectors.Case(nil), good.Cases...)
		f.Notes = map[string]vectors.Note{}
		for k, v := range good.Notes {
			f.Notes[k] = v
		}
		change(&f)
		if err := finish(filepath.Join(t.TempDir(), "x.json"), f, false); err == nil {
			t.Errorf("%s: was written", comment)
		}
	}
}
