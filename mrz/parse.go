package mrz

import "strings"

// MaxInput is the longest text that [Parse] looks at, in bytes.
const MaxInput = 512

// Parse reads passport lines. It does not mind lower case, blanks, line ends
// of any kind or none, the quotation marks that text recognition makes of
// fillers, and, if the lines are divided, too many or too few fillers at the
// end of the name. It corrects nothing else. All that is wrong is in the error,
// which is of type [Errors] once the layout is known; then there is no document.
func Parse(text string) (Document, error) {
	if len(text) > MaxInput {
		return Document{}, ErrTooLong
	}
	lines, err := normalise(text)
	if err != nil {
		return Document{}, err
	}
	kind, lines := divide(lines)
	if kind == NoKind {
		return Document{}, ErrLayout
	}
	return read(kind, lines)
}

// normalise gives the lines that are not blank, in the characters of the zone.
func normalise(text string) ([]string, error) {
	var lines []string
	var b strings.Builder
	end := func() {
		if b.Len() > 0 {
			lines = append(lines, b.String())
			b.Reset()
		}
	}
	for _, r := range text {
		switch {
		case r == '\n' || r == '\r' || r == 0x2028:
			end()
		case r == ' ' || r == '\t' || r == 0xa0 || r == 0x2009 || r == 0x202f || r == 0xfeff || r == 0x200b:
		case r >= 'a' && r <= 'z':
			b.WriteByte(byte(r - 'a' + 'A'))
		case r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '<':
			b.WriteByte(byte(r))
		case r == '«':
			b.WriteString("<<")
		case r == '‹' || r == 0xff1c:
			b.WriteByte('<')
		default:
			return nil, ErrCharacter
		}
	}
	end()
	return lines, nil
}

// divide finds the layout from the lengths and the first letter.
func divide(lines []string) (Kind, []string) {
	if len(lines) == 0 {
		return NoKind, nil
	}
	visa := lines[0][0] == 'V'
	all := strings.Join(lines, "")
	for k := TD1; k <= MRVB; k++ {
		lay := layouts[k]
		if visa != (k == MRVA || k == MRVB) {
			continue
		}
		if len(lines) == lay.lines {
			if fixed := fitName(k, lines); fixed != nil {
				return k, fixed
			}
		}
		if len(all) == lay.lines*lay.width {
			cut := make([]string, lay.lines)
			for i := range cut {
				cut[i] = all[i*lay.width : (i+1)*lay.width]
			}
			return k, cut
		}
	}
	return NoKind, nil
}

// fitName makes the line that ends with the name as long as it should be, if
// nothing but fillers at its end is too many or too few and at least one of
// them was written. Nil if the lines are still not of this kind.
func fitName(k Kind, lines []string) []string {
	lay := layouts[k]
	out := make([]string, len(lines))
	for i, s := range lines {
		if i == lay.name.line && len(s) != lay.width && strings.HasSuffix(s, "<") {
			s = strings.TrimRight(s, "<")
			s += fill(lay.width - len(s))
		}
		if len(s) != lay.width {
			return nil
		}
		out[i] = s
	}
	return out
}

// A reader collects what is wrong.
type reader struct {
	lay   layout
	lines []string
	errs  Errors
}

func read(k Kind, lines []string) (Document, error) {
	r := reader{lay: layouts[k], lines: lines}
	d := Document{Kind: k}
	d.Code = r.field(FieldCode, span{0, 0, 2}, alphanumeric)
	d.Issuer = r.field(FieldIssuer, span{0, 2, 5}, letters)
	d.Number, d.Optional = r.number(k)
	d.Nationality = r.field(FieldNationality, r.lay.nationality, letters)
	d.Birth = r.date(FieldBirth, r.lay.birth)
	d.Sex = r.field(FieldSex, r.lay.sex, sexes)
	d.Expiry = r.date(FieldExpiry, r.lay.expiry)
	if k == TD3 {
		d.FillerCheck = r.optionalCheck(d.Optional)
	}
	if k == TD1 {
		d.Optional2 = strings.TrimRight(r.get(r.lay.optional2), "<")
	}
	d.Name = r.field(FieldName, r.lay.name, name)
	if !codeAllowed(k, d.Code) {
		r.bad(FieldCode, span{0, 0, 2}, func(s string) bool { return alphanumeric(s) && codeAllowed(k, s) })
	}
	if r.lay.composite != nil {
		if want := CheckDigit(composite(r.lay, r.get)); r.get(r.lay.all)[0] != want {
			r.errs = append(r.errs, &CheckError{Field: FieldComposite})
		}
	}
	if len(r.errs) > 0 {
		return Document{}, r.errs
	}
	return d, nil
}

// codeAllowed knows the first letters of each kind (Doc 9303-4, 4.4; -5 and
// -6, note k; -7). The second is at the discretion of the State but for V.
func codeAllowed(k Kind, code string) bool {
	if code == "" {
		return true // reported already
	}
	if len(code) == 2 && code[1] == '<' {
		return false
	}
	switch k {
	case TD1, TD2:
		return strings.IndexByte("ACI", code[0]) >= 0 && !strings.HasSuffix(code, "V")
	case TD3:
		return code[0] == 'P'
	}
	return code[0] == 'V'
}

func (r *reader) get(s span) string { return r.lines[s.line][s.from:s.to] }

// A class says whether a text without its trailing fillers may be a value.
type class func(s string) bool

func letters(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != ""
}

func alphanumeric(s string) bool {
	return s != "" && s[0] >= 'A' && s[0] <= 'Z'
}

func number(s string) bool { return s != "" }

func sexes(s string) bool { return s == "" || s == "M" || s == "F" }

func name(s string) bool {
	for i := range len(s) {
		if s[i] != '<' && (s[i] < 'A' || s[i] > 'Z') {
			return false
		}
	}
	return strings.Trim(s, "<") != ""
}

// field gives the value of a field, or reports it and gives nothing.
func (r *reader) field(f Field, s span, ok class) string {
	v := strings.TrimRight(r.get(s), "<")
	if !ok(v) {
		r.bad(f, s, ok)
		return ""
	}
	return v
}

// bad reports a field, with the lookalikes that would make it right.
func (r *reader) bad(f Field, s span, ok class) {
	r.errs = append(r.errs, &FieldError{Field: f, Maybe: r.maybe(s, func(v string) bool {
		return ok(strings.TrimRight(v, "<"))
	})})
}

// maybe tries each lookalike in a field.
func (r *reader) maybe(s span, ok func(string) bool) []Misread {
	var out []Misread
	v := []byte(r.get(s))
	for i, c := range v {
		for _, m := range []byte(lookalikes(c)) {
			v[i] = m
			if ok(string(v)) {
				out = append(out, Misread{Line: s.line + 1, Column: s.from + i + 1, Read: c, Maybe: m})
			}
			v[i] = c
		}
	}
	return out
}

// checked compares a field with the check digit after it.
func (r *reader) checked(f Field, s span, ok class) {
	whole := span{s.line, s.from, s.to + 1}
	right := func(v string) bool {
		last := len(v) - 1
		return CheckDigit(v[:last]) == v[last] && ok(strings.TrimRight(v[:last], "<"))
	}
	if v := r.get(whole); CheckDigit(v[:len(v)-1]) != v[len(v)-1] {
		r.errs = append(r.errs, &CheckError{Field: f, Maybe: r.maybe(whole, right)})
	}
}

func (r *reader) date(f Field, s span) ShortDate {
	v := ShortDate(r.get(s))
	valid := func(v string) bool {
		_, _, _, ok := ShortDate(v + fill(6-len(v))).parts()
		return ok
	}
	if !valid(string(v)) {
		r.bad(f, s, valid)
		return ""
	}
	r.checked(f, s, valid)
	return v
}

// number reads the document number and the optional data after it. In TD1 and
// TD2 a filler instead of the check digit says that the number goes on in the
// optional data, up to its check digit and a filler (parts 5 and 6, note j).
func (r *reader) number(k Kind) (num, optional string) {
	s := r.lay.number
	head, rest := r.get(s), r.get(r.lay.optional)
	optional = strings.TrimRight(rest, "<")
	if (k != TD1 && k != TD2) || r.lines[s.line][s.to] != '<' {
		num = r.field(FieldNumber, s, number)
		if num != "" {
			r.checked(FieldNumber, s, number)
		}
		return num, optional
	}
	tail, more, found := strings.Cut(rest, "<")
	if !found || len(tail) < 2 || strings.HasSuffix(head, "<") {
		r.errs = append(r.errs, &CheckError{Field: FieldNumber})
		return "", ""
	}
	last := len(tail) - 1
	num = head + tail[:last]
	if CheckDigit(num) != tail[last] {
		r.errs = append(r.errs, &CheckError{Field: FieldNumber})
	}
	return num, strings.TrimRight(more, "<")
}

// optionalCheck checks the personal number of TD3 and says whether its check
// digit is a filler.
func (r *reader) optionalCheck(v string) bool {
	s := r.lay.optional
	if v == "" && r.lines[s.line][s.to] == '<' {
		return true
	}
	r.checked(FieldOptional, s, func(string) bool { return true })
	return false
}
