package main

import "github.com/pratique/pratique/vectors"

const ours = "our package history"

var historyNotes = map[string]vectors.Note{
	"coverage":    {What: "a window, and what stamps and declared stays leave open of it", Effect: "absence is believed without proof, or silence is held against a person", Source: ours},
	"transit":     {What: "the way between an exit and the next entry", Effect: "every journey has a gap, or a day of absence is proved that nobody saw", Source: ours},
	"day":         {What: "a date without a time", Effect: "a day is taken for its midnight, somewhere, and a stay ends a day too early or too late", Source: "RFC 3339, and our docs/architecture.md, Time"},
	"region":      {What: "a region of a country", Effect: "a stamp is taken for a proof of more than it says", Source: ours},
	"open":        {What: "a stay with a stamp at one end", Effect: "a country that stamps no exit makes all its visitors suspects, or all of them proved", Source: "common travel areas, and countries without exit controls"},
	"stay":        {What: "a declared stay that contradicts another, a stamp, or the clock", Effect: "one slip of a person spoils their whole history, or a wrong stay counts", Source: ours},
	"line":        {What: "a line that breaks the grammar", Effect: "one bad line loses a person all their evidence, or a guess at its meaning counts", Source: ours},
	"stamp":       {What: "stamps that do not make whole stays", Effect: "a lost stamp is held to be a lie, or covers what it does not", Source: ours},
	"chain":       {What: "the link from a stamp to the one before", Effect: "a stay is hidden by leaving out its two stamps", Source: ours},
	"clock":       {What: "clocks and offsets of two desks", Effect: "neighbours whose clocks differ tear a journey apart", Source: "five to fifteen minutes between desks at land borders"},
	"content":     {What: "what a stamp holds", Effect: "half a stamp counts, or a later form of it is refused", Source: "RFC 8392 for the claims, ours for the content"},
	"signer":      {What: "who signed", Effect: "a laboratory, a neighbour or a stranger stamps passports", Source: "RFC 9052, 4.4, and our package trust"},
	"order":       {What: "an order of a health authority", Effect: "a person is held without end, reason or appeal, or by somebody who may not", Source: ours},
	"release":     {What: "the release from an order", Effect: "a person is held after it, or anybody's letter frees them", Source: ours},
	"exposure":    {What: "a day of exposure that an authority signed", Effect: "an exposure of somebody else, of the future or of a stranger counts", Source: "BlueTrace: the authority alone can tell the day; ours for the form"},
	"correction":  {What: "a statement that replaces an earlier one", Effect: "an error of an authority stays with a person, or anybody can undo a day", Source: ours},
	"own-word":    {What: "what the person or their device says", Effect: "it is taken for signed, or thrown away because it is not", Source: "Exposure Notification evaluates on the device, where nobody signs"},
	"checked":     {What: "how far a device looked", Effect: "nobody looked is taken for no exposure", Source: ours},
	"areas":       {What: "what a list said of a place at the time", Effect: "a person is judged by what was learnt of a place after they had left it", Source: ours},
	"list-signer": {What: "who signed an area list", Effect: "anybody turns a neighbour's region red", Source: ours},
	"floor":       {What: "a unit with few people", Effect: "a list of areas becomes a list of people", Source: "45 CFR 164.514(b)(2)(i)(B)"},
	"list-form":   {What: "a list that is not as it must be, or not yet", Effect: "stale or misread figures count", Source: ours},
}
