package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/pratique/pratique/web"
)

// A program of `go install` has no pages, and says how to get them.
func TestABuildWithoutPagesSaysHowToGetThem(t *testing.T) {
	_, err := (&deskFlags{}).handler()
	if _, none := web.Built(); none == nil {
		if err != nil {
			t.Fatalf("pages are built in, and are not served: %v", err)
		}
		return
	}
	f, ok := errors.AsType[*fault](err)
	if !ok || f.code != exitBroken || !strings.Contains(strings.Join(f.hints, "\n"), "make pages") {
		t.Errorf("%v", err)
	}
}

// Beside a folder data the program needs no arguments; elsewhere it is as before.
func TestWithoutADataFolderBesideItTheProgramIsNoDesk(t *testing.T) {
	if got := alone(nil); len(got) != 0 {
		t.Errorf("started as %v", got)
	}
	if got := alone([]string{"read"}); len(got) != 1 || got[0] != "read" {
		t.Errorf("started as %v", got)
	}
}

func TestTheSettingsOfADeskAreStrict(t *testing.T) {
	for _, line := range []string{"desk", "desk two words", "desk " + strings.Repeat("x", 33), "country Norland", "country xb", "sentence", "sentence code", "sentence Code 1", "sentence c0de text", "appeal", "Desk gate"} {
		var s settings
		if s.take(line) == "" {
			t.Errorf("%q was taken", line)
		}
	}
	var s settings
	for _, line := range []string{"desk gate-2", "country XB", "region XB-N", "appeal Office, https://x.example/", "appeal Ombudsman", "key k", "pin a.pem", "sentence a_b A text."} {
		if why := s.take(line); why != "" {
			t.Errorf("%q: %s", line, why)
		}
	}
	if s.desk != "gate-2" || len(s.appeal) != 2 || !s.keyNamed || s.sentences[0].Text != "A text." {
		t.Errorf("%+v", s)
	}
}
