package verify

// Printed reports whether a receipt says a reason, or its veil.
func Printed(code string) bool {
	_, a := printed[code]
	_, b := veiled[code]
	return a != b
}

// PrintableCodes are the codes that a receipt says of these.
func PrintableCodes(codes ...string) []string {
	var reasons []Reason
	for _, c := range codes {
		reasons = append(reasons, Reason{Code: c})
	}
	var out []string
	for _, r := range printable(reasons) {
		out = append(out, r.Code)
	}
	return out
}
