package wallet_test

import (
	"fmt"

	"github.com/pratique/pratique/wallet"
)

// A person puts in what they declare, and asks who could learn what from it.
func Example() {
	var f wallet.File
	f, added, err := f.Add("Anna", "pratique-history/1.0\nstay XA 2026-11-01 2026-11-20\nsymptom 2026-11-12 fever\n")
	if err != nil {
		panic(err)
	}
	fmt.Println(added.Kind, len(added.New))
	for _, i := range f.People[0].Items() {
		fmt.Println(wallet.Look(i).Title("en"))
		fmt.Println(" ", wallet.Learn(i).Say("en")[0])
	}
	text, err := f.Bytes()
	if err != nil {
		panic(err)
	}
	fmt.Print(string(text))
	// Output:
	// history 2
	// In Norland, 2026-11-01 to 2026-11-20
	//   Whoever scans this code reads where you say you were and when.
	// Symptom on 2026-11-12: fever
	//   Whoever scans this code reads your symptoms.
	// pratique-wallet/1.0
	// person Anna
	// stay XA 2026-11-01 2026-11-20
	// symptom 2026-11-12 fever
}
