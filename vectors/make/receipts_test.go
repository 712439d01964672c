package main

import (
	"path/filepath"
	"testing"

	"github.com/pratique/pratique/vectors"
)

func TestTheReceiptsAreWhatThisToolWrites(t *testing.T) {
	f := receiptsFile()
	if err := finishReceipts(f); err != nil {
		t.Fatal(err)
	}
	if err := write(filepath.Join("..", "receipts.json"), f, true); err != nil {
		t.Error(err)
	}
}

func TestReceiptsThatBreakTheirOwnRulesAreRefused(t *testing.T) {
	for comment, change := range map[string]func(f *vectors.ReceiptFile){
		"an identifier twice":           func(f *vectors.ReceiptFile) { f.Cases[1].ID = f.Cases[0].ID },
		"a flag without note":           func(f *vectors.ReceiptFile) { f.Cases[0].Flags = []string{"odd"} },
		"a note without case":           func(f *vectors.ReceiptFile) { f.Notes = map[string]vectors.Note{"odd": {}} },
		"a world that is none":          func(f *vectors.ReceiptFile) { f.Cases[0].World = "moon" },
		"valid, and not to be believed": func(f *vectors.ReceiptFile) { f.Cases[0].Want.Opened = "signature" },
	} {
		f := receiptsFile()
		change(&f)
		if finishReceipts(f) == nil {
			t.Errorf("%s: was written", comment)
		}
	}
}
