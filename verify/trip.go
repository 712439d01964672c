package verify

import "time"

// Trip is the way of a person from one jurisdiction to another.
type Trip struct {
	Legs      []Leg  `json:"legs"`                // in the order of travel; the last one is the destination
	Stays     []Stay `json:"stays,omitempty"`     // before the trip
	Residence string `json:"residence,omitempty"` // jurisdiction
	AllTold   bool   `json:"all_told,omitempty"`  // there are no other legs, and no other stays that matter
	Category  string `json:"category,omitempty"`  // resident, visitor, business, crew, pilgrim, diplomat, refugee
}

// Leg is one jurisdiction on the way.
type Leg struct {
	Jurisdiction string    `json:"jurisdiction"` // ISO 3166-1 alpha-2 or user-assigned
	Region       string    `json:"region,omitempty"`
	AirportOnly  bool      `json:"airport_only,omitempty"` // does not enter: changes planes
	Arrive       time.Time `json:"arrive,omitzero"`        // with the offset of the place; zero for where the trip begins
	Depart       time.Time `json:"depart,omitzero"`
}

// Stay is a time spent somewhere before the trip.
type Stay struct {
	Jurisdiction string    `json:"jurisdiction"`
	Region       string    `json:"region,omitempty"`
	From         time.Time `json:"from,omitzero"`
	Until        time.Time `json:"until,omitzero"`
}

// Direct is the short form of a trip: from one place, through others, to a
// destination, arriving at a moment. Any part but the destination may be empty.
func Direct(from string, via []string, to string, arrive time.Time) Trip {
	var t Trip
	if from != "" {
		t.Legs = append(t.Legs, Leg{Jurisdiction: from})
	}
	for _, v := range via {
		t.Legs = append(t.Legs, Leg{Jurisdiction: v, AirportOnly: true})
	}
	return Trip{Legs: append(t.Legs, Leg{Jurisdiction: to, Arrive: arrive})}
}

// Destination returns the last leg that has an arrival to judge, and whether
// there is one. A trip of one leg is its own destination.
func (t Trip) Destination() (Leg, bool) {
	if len(t.Legs) == 0 || t.Legs[len(t.Legs)-1].Jurisdiction == "" {
		return Leg{}, false
	}
	return t.Legs[len(t.Legs)-1], true
}

// Origin returns where the trip began, or an empty text if it is not known.
func (t Trip) Origin() string {
	if len(t.Legs) < 2 {
		return ""
	}
	return t.Legs[0].Jurisdiction
}

// Via returns the jurisdictions between origin and destination.
func (t Trip) Via() []Leg {
	if len(t.Legs) < 3 {
		return nil
	}
	return t.Legs[1 : len(t.Legs)-1]
}
