package efgs

// Kind is what is known of the onset of symptoms.
type Kind int

// The kinds, with the numbers in which days since onset hold them (solution
// architecture of Germany's app; dp3t-sdk-backend, EfgsDsosFilter).
const (
	Date      Kind = iota // it is known: -14 to 14, days since it
	Range                 // within some days: 100 for each, and -14 to 14 since the last of them
	NoDate                // there were symptoms: 2000, and days since the keys were given
	NoSymptom             // there were none: 3000, and so
	NotKnown              // nobody knows, or says: 4000, and so
)

// Onset is what the field days_since_onset_of_symptoms says of the day of a key.
type Onset struct {
	Kind  Kind
	Days  int // from the onset, the end of the range, or the giving, to the day of the key
	Range int // of days, 1 to 19, of kind Range
}

const (
	maxDays  = 14
	perRange = 100
	maxRange = 19
	perKind  = 1000
)

// OnsetOf returns what a value says, and false if it says nothing.
func OnsetOf(v int32) (Onset, bool) {
	hundreds := (int(v) + maxDays) / perRange
	days := int(v) - hundreds*perRange
	if v < -maxDays || days > maxDays {
		return Onset{}, false
	}
	switch {
	case hundreds == 0:
		return Onset{Kind: Date, Days: days}, true
	case hundreds <= maxRange:
		return Onset{Kind: Range, Days: days, Range: hundreds}, true
	}
	if kind, known := map[int]Kind{20: NoDate, 30: NoSymptom, 40: NotKnown}[hundreds]; known {
		return Onset{Kind: kind, Days: days}, true
	}
	return Onset{}, false
}

// Value is the inverse of OnsetOf.
func (o Onset) Value() int32 {
	switch o.Kind {
	case Date:
		return int32(o.Days)
	case Range:
		return int32(o.Range*perRange + o.Days)
	}
	return int32(int(o.Kind)*perKind + o.Days)
}
