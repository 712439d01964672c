package main

import (
	"encoding/json"
	"path/filepath"
	"testing"
)

func TestTheFilesForIssuersAndEnginesAreWhatThisToolWrites(t *testing.T) {
	i, r := issueFile(), rulesFile()
	for name, finish := range map[string]func() error{"issue": func() error { return finishIssue(i) }, "rules": func() error { return finishRules(r) }} {
		if err := finish(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := write(filepath.Join("..", "issue.json"), i, true); err != nil {
		t.Error(err)
	}
	if err := write(filepath.Join("..", "rules.json"), r, true); err != nil {
		t.Error(err)
	}
}

func TestFilesForIssuersAndEnginesThatBreakTheirOwnRulesAreRefused(t *testing.T) {
	i := issueFile()
	i.Cases[1].ID = i.Cases[0].ID
	if finishIssue(i) == nil {
		t.Error("an identifier twice was taken")
	}
	i = issueFile()
	i.Cases[0].Payload = json.RawMessage("{")
	if finishIssue(i) == nil {
		t.Error("a payload that is not JSON was taken")
	}
	r := rulesFile()
	r.Cases[0].Want = nil
	r.Cases[0].Error = false
	if finishRules(r) == nil {
		t.Error("a case without an answer was taken")
	}
	r = rulesFile()
	r.Cases[0].Flags = []string{"odd"}
	if finishRules(r) == nil {
		t.Error("a flag without a note was taken")
	}
}
