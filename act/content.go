package act

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/internal/signed"
	"github.com/pratique/pratique/revoke"
	"github.com/pratique/pratique/rules"
)

// CheckContent says whether a file is the one that a document names, and is one
// that the party may publish. Whoever takes an act asks this before it becomes an
// entry, and whoever uses the file may ask it again: the answer is the same.
// What it refuses, it refuses with a [Refusal].
//
//	rules        pratique-rules; of the party, ending no later than the act, and
//	             without a rule that reads who a person is
//	areas        pratique-areas; of the party, and no area with too few people
//	withdrawals  pratique-withdrawals; of the party, complete up to the moment that
//	             the act states, with an appeal, and with as many entries for each
//	             reason as are counted; layers may stand for more of them
//
// Of the other classes hash and size are compared.
func CheckContent(by string, d Document, content []byte) error {
	if h := sha256.Sum256(content); int64(len(content)) != d.Size || hex.EncodeToString(h[:]) != d.Hash {
		return refuse(Content, "the file has another hash or size than the act states")
	}
	switch d.Class {
	case Rules:
		return checkRules(by, d, content)
	case Areas:
		return checkAreas(by, d, content)
	case Withdrawals:
		return checkWithdrawals(by, d, content)
	}
	return nil
}

func checkRules(by string, d Document, content []byte) error {
	f, err := rules.Decode(content)
	if err != nil {
		return refuse(Content, "%v", err)
	}
	for _, x := range rules.Check(f) {
		if x.Code == "reads_identity" {
			return refuse(Identity, "%s: %s", x.At, x.Detail)
		}
	}
	if _, err := rules.New(f); err != nil {
		return refuse(Content, "%v", err)
	}
	if f.Jurisdiction != by {
		return refuse(WrongCountry, "rules of %s published by %s", f.Jurisdiction, by)
	}
	if f.Until.IsZero() || f.Until.After(d.Until) {
		return refuse(OpenEnded, "the rules have no end, or one after that of the act")
	}
	return nil
}

func checkAreas(by string, d Document, content []byte) error {
	f, err := signed.Parse(content)
	if err != nil {
		return refuse(Content, "%v", err)
	}
	l, err := history.ParseAreas(f.Text)
	switch {
	case errors.Is(err, history.ErrFloor):
		return refuse(SmallArea, "%v", err)
	case err != nil:
		return refuse(Content, "%v", err)
	case l.Jurisdiction != by:
		return refuse(WrongCountry, "areas of %s published by %s", l.Jurisdiction, by)
	case l.Until.After(d.Until):
		return refuse(OpenEnded, "the list ends after the act")
	}
	return nil
}

func checkWithdrawals(by string, d Document, content []byte) error {
	l, err := revoke.Parse(string(content))
	switch {
	case err != nil:
		return refuse(Content, "%v", err)
	case l.Country != by:
		return refuse(WrongCountry, "withdrawals of %s published by %s", l.Country, by)
	case l.Until.After(d.Until):
		return refuse(OpenEnded, "the list ends after the act")
	case !l.AsOf.Equal(d.AsOf):
		return refuse(Content, "the list is complete up to %s, the act says %s", l.AsOf.Format(time.RFC3339), d.AsOf.Format(time.RFC3339))
	case l.Appeal == "":
		return refuse(Unexplained, "the list names nobody to appeal to")
	}
	entries := map[string]int64{}
	for _, e := range l.Entries() {
		entries[string(e.Reason)]++
	}
	layers, _ := l.Layers()
	for _, c := range d.Counts {
		if n := entries[c.Reason]; n > c.Count || n < c.Count && layers == 0 {
			return refuse(Content, "the list has %d entries for the reason %s, the act counts %d", n, c.Reason, c.Count)
		}
		delete(entries, c.Reason)
	}
	for reason, n := range entries {
		if !slices.Contains([]string{"error", "fraud", "key-lost"}, reason) {
			return refuse(Unexplained, "%d entries for the reason %q", n, reason)
		}
		return refuse(Content, "the list has %d entries for the reason %s, which the act does not count", n, reason)
	}
	return nil
}

// Describe makes the document of a file: its hash, size and, of withdrawals that
// are entries, their counts and coverage. Version, identifier and end are the
// caller's; of layers, which count nothing that can be read, the counts are, too.
func Describe(class Class, id string, version int64, until time.Time, content []byte) (Document, error) {
	h := sha256.Sum256(content)
	d := Document{Class: class, ID: id, Version: version, Hash: hex.EncodeToString(h[:]), Size: int64(len(content)), Until: until}
	if class != Withdrawals {
		return d, nil
	}
	l, err := revoke.Parse(string(content))
	if err != nil {
		return Document{}, err
	}
	d.AsOf = l.AsOf
	counts := map[revoke.Reason]int64{}
	for _, e := range l.Entries() {
		counts[e.Reason]++
	}
	for _, r := range []revoke.Reason{revoke.Error, revoke.Fraud, revoke.KeyLost} {
		d.Counts = append(d.Counts, Count{string(r), counts[r]})
		delete(counts, r)
	}
	if len(counts) > 0 {
		return Document{}, refuse(Unexplained, "entries for no reason that a person could appeal against")
	}
	return d, nil
}
