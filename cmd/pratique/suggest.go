package main

// nearest returns the word of the list that differs in the fewest letters from
// w, if these are few enough to be a slip; else none.
func nearest(w string, list []string) string {
	best, least := "", 3
	for _, l := range list {
		if d := distance(w, l); d < least && d < max(len(w), len(l))/2+1 {
			best, least = l, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with the next
// (optimal string alignment).
func distance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return 40
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			other := 1
			if a[i-1] == b[j-1] {
				other = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+other)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}
