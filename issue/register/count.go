package register

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/issue"
)

// usage is how many were issued of a day.
type usage map[counter]int

// counter is what is counted: of a laboratory as a whole the clerk is empty.
type counter struct{ day, laboratory, clerk, kind string }

func (c counter) whole() counter { return counter{day: c.day, laboratory: c.laboratory, kind: c.kind} }

func counterOf(e *issue.Entry) counter {
	return counter{day(e.Issued), e.Laboratory, e.Clerk, string(e.Kind)}
}

func (u usage) add(c counter, n int) {
	u[c] += n
	u[c.whole()] += n
}

// limit answers ErrLimit for those that are too many, in their order, and reports
// whether there are none. Those that were answered with another error do not count.
func (u usage) limit(filings []issue.Filing, answers []error) bool {
	now, all := usage{}, true
	for i := range filings {
		if answers[i] != nil && !errors.Is(answers[i], issue.ErrLimit) {
			continue
		}
		f := &filings[i]
		c := counterOf(&f.Entry)
		if u[c]+now[c] >= f.ClerkLimit || u[c.whole()]+now[c.whole()] >= f.LabLimit {
			answers[i], all = issue.ErrLimit, false
			continue
		}
		answers[i] = nil
		now.add(c, 1)
	}
	return all
}

// counted reads how many were issued by the laboratories of the filings.
func counted(ctx context.Context, tx *store.Tx, authority string, filings []issue.Filing) (usage, error) {
	laboratories := map[string]map[string]bool{}
	for i := range filings {
		d := day(filings[i].Issued)
		if laboratories[d] == nil {
			laboratories[d] = map[string]bool{}
		}
		laboratories[d][filings[i].Laboratory] = true
	}
	u := usage{}
	for d, names := range laboratories {
		args := []any{authority, d}
		for _, name := range sorted(names) {
			args = append(args, name)
		}
		rows, err := tx.Query(ctx, "SELECT laboratory, clerk, kind, n FROM issue_count WHERE authority = ? AND day = ? AND laboratory IN ("+marks(len(names))+")", args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			c := counter{day: d}
			var n int64
			if err := rows.Scan(&c.laboratory, &c.clerk, &c.kind, &n); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			u.add(c, int(n))
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return u, nil
}

func sorted(m map[string]bool) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, strings.Compare)
	return out
}

// count counts entries that were written.
func count(ctx context.Context, tx *store.Tx, authority string, written []issue.Entry) error {
	u := map[counter]int64{}
	var order []counter
	for i := range written {
		c := counterOf(&written[i])
		if u[c] == 0 {
			order = append(order, c)
		}
		u[c]++
	}
	var args []any
	for _, c := range order {
		args = append(args, authority, c.day, c.laboratory, c.clerk, c.kind, u[c])
	}
	_, err := tx.Insert(ctx, "INSERT INTO issue_count (authority, day, laboratory, clerk, kind, n)", 6, args,
		"ON CONFLICT (authority, day, laboratory, clerk, kind) DO UPDATE SET n = issue_count.n + excluded.n")
	return err
}
