package main

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pratique/pratique/vectors"
)

func TestTheHistoriesAreWhatThisToolWrites(t *testing.T) {
	f := historyFile()
	if err := finishHistory(f); err != nil {
		t.Error(err)
	}
	if err := write(filepath.Join("..", "history.json"), f, true); err != nil {
		t.Error(err)
	}
}

func TestHistoriesThatBreakTheirOwnRulesAreRefused(t *testing.T) {
	good := historyFile()
	for comment, change := range map[string]func(f *vectors.HistoryFile){
		"an identifier twice":            func(f *vectors.HistoryFile) { f.Cases[1].ID = f.Cases[0].ID },
		"no identifier":                  func(f *vectors.HistoryFile) { f.Cases[0].ID = 0 },
		"no flag":                        func(f *vectors.HistoryFile) { f.Cases[0].Flags = nil },
		"a flag without note":            func(f *vectors.HistoryFile) { f.Cases[0].Flags = []string{"odd"} },
		"a note without case":            func(f *vectors.HistoryFile) { f.Notes["odd"] = vectors.Note{What: "odd"} },
		"a negation that wants the same": func(f *vectors.HistoryFile) { f.Cases[1].Want = f.Cases[0].Want },
		"a case that nothing negates": func(f *vectors.HistoryFile) {
			f.Cases = append(f.Cases, vectors.HistoryCase{ID: 9999, Flags: []string{"stay"}})
		},
		"a negation of a case that is no": func(f *vectors.HistoryFile) { f.Cases[1].Negates = 9999 },
	} {
		f := good
		f.Cases, f.Notes = slices.Clone(good.Cases), maps.Clone(good.Notes)
		if change(&f); finishHistory(f) == nil {
			t.Errorf("%s: was accepted", comment)
		}
	}
}

func TestTextsOfCasesThatAreNotUnderstoodStopTheTool(t *testing.T) {
	for comment, text := range map[string]string{
		"a word that there is not":     "case 1 comment\ncolour red",
		"a line before the first case": "stay XA 2026-11-01 -",
		"a case without comment":       "case 1",
		"like a case that is not":      "case 1 like 7 comment",
		"a question that is none":      "case 1 comment\nask XA 2026-11-01T00:00:00Z soon=1",
		"an identifier in words":       "case one comment",
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: was read", comment)
				}
			}()
			readCases("test", text, nil)
		}()
	}
	c := readCases("test", "case 1 a\nstay XA 2026-11-01 -\ncase 2 not 1 b\nchange 2 stay XB 2026-11-01 -\nat 2026-11-02T00:00:00Z", nil)
	if c[1].edits != 2 || c[0].edits != 1 || !strings.HasPrefix(c[1].lines[0], "stay XB") || !strings.HasPrefix(c[0].lines[0], "stay XA") {
		t.Errorf("got %+v and %+v", c[0], c[1])
	}
}
