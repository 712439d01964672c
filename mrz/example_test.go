package mrz_test

import (
	"fmt"

	"github.com/pratique/pratique/mrz"
)

// The officer scans the passport of a traveller whose certificate is at hand.
func Example() {
	doc, err := mrz.Parse("P<UTOMULLER<<JURGEN<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122M3204153<<<<<<<<<<<<<<04")
	if err != nil {
		fmt.Println(err)
		return
	}
	certificate := mrz.Name{Family: "Dr. Müller", Given: "Jürgen Karl"}
	c := mrz.Compare(doc, certificate, mrz.Date{Year: 1974, Month: 8, Day: 12})
	fmt.Println("name:", c.Name.Class, "birth:", c.Birth)
	for _, r := range c.Name.Reasons {
		fmt.Println(r.Code, r.Part, r.A, r.B)
	}
	// Output:
	// name: part_missing birth: equal
	// umlaut_plain family U Ü
	// umlaut_plain given U Ü
	// component_missing given  KARL
	// title family  DR
}

func ExampleNameField() {
	fmt.Println(mrz.NameField("Müller-Łuk", "Jürgen", 30))
	// Output: MUELLER<LUK<<JUERGEN<<<<<<<<<< false
}

func ExampleVariants() {
	fmt.Println(mrz.Variants("Юлия Мюллер"))
	// Output: [IULIIA<MIULLER YULIYA<MYULLER YULIA<MYULLER YULYIA<MIULLER]
}
