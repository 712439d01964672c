package efgs

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pratique/pratique/internal/jcs"
)

// reports are the names of the report types.
var reports = [...]string{"UNKNOWN", "CONFIRMED_TEST", "CONFIRMED_CLINICAL_DIAGNOSIS", "SELF_REPORT", "RECURSIVE", "REVOKED"}

// errKey means that a key in JSON is none, while the text goes on.
var errKey = errors.New("a value is not of the type of its member")

// ParseJSON reads a batch in JSON, as ParseBatch reads one.
func ParseJSON(body []byte) ([]Key, []Finding, error) {
	if len(body) > MaxBatch {
		return nil, nil, fmt.Errorf("%w: longer than %d bytes", ErrBatch, MaxBatch)
	}
	r := reader{d: json.NewDecoder(bytes.NewReader(body))}
	r.d.UseNumber()
	keys, found, err := r.batch()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrBatch, err)
	}
	return keys, found, nil
}

// reader reads JSON by its tokens, so that no member is read twice, or in
// another case of letters.
type reader struct{ d *json.Decoder }

func (r *reader) batch() (keys []Key, found []Finding, err error) {
	err = r.object(func(name string) error {
		if name != "keys" {
			return errors.New("a member that is not known")
		}
		for n := 0; ; n++ {
			if n == 0 {
				if err := r.delim('['); err != nil {
					return err
				}
			}
			if !r.d.More() {
				return r.delim(']')
			}
			if n == MaxKeys {
				return fmt.Errorf("more than %d keys", MaxKeys)
			}
			k, err := r.key()
			switch {
			case err == nil:
				keys = append(keys, k)
			case errors.Is(err, errKey):
				found = append(found, Finding{n, Malformed})
			default:
				return err
			}
		}
	})
	if err != nil {
		return nil, nil, err
	}
	if _, err := r.d.Token(); err != io.EOF {
		return nil, nil, errors.New("something follows the object")
	}
	return keys, found, nil
}

// object reads an object, of which member reads each value.
func (r *reader) object(member func(name string) error) error {
	if err := r.delim('{'); err != nil {
		return err
	}
	var seen []string
	for r.d.More() {
		t, err := r.d.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		if name == "daysSinceOnsetOfSymptoms" {
			name = "days_since_onset_of_symptoms"
		}
		if slices.Contains(seen, name) {
			return errors.New("a member stands twice")
		}
		seen = append(seen, name)
		if err := member(name); err != nil {
			return err
		}
	}
	return r.delim('}')
}

func (r *reader) delim(want json.Delim) error {
	t, err := r.d.Token()
	if err != nil {
		return err
	}
	if t != want {
		return fmt.Errorf("no %q where one stands", want.String())
	}
	return nil
}

func (r *reader) key() (Key, error) {
	var k Key
	good := true
	err := r.object(func(name string) error {
		var values []string
		t, err := r.d.Token()
		switch {
		case err != nil:
			return err
		case t == json.Delim('[') && name == "visitedCountries":
			if values, err = r.strings(&good); err != nil {
				return err
			}
		case t == json.Delim('[') || t == json.Delim('{'):
			return errors.New("nested too deeply")
		}
		ok, known := k.set(name, t, values)
		if !known {
			return errors.New("a member that is not known")
		}
		good = good && ok
		return nil
	})
	if err == nil && !good {
		err = errKey
	}
	return k, err
}

// strings reads the rest of a list of strings.
func (r *reader) strings(good *bool) (out []string, err error) {
	for r.d.More() {
		t, err := r.d.Token()
		if err != nil {
			return nil, err
		}
		if _, nested := t.(json.Delim); nested {
			return nil, errors.New("nested too deeply")
		}
		s, ok := t.(string)
		*good = *good && ok && len(s) <= maxCountry && len(out) < maxVisited
		if *good {
			out = append(out, s)
		}
	}
	return out, r.delim(']')
}

// set sets a field of a key, from a token or, if that began one, a list. A null
// is a field that is not there.
func (k *Key) set(name string, t json.Token, list []string) (ok, known bool) {
	s, isString := t.(string)
	_, isList := t.(json.Delim)
	if i := slices.Index(reports[:], s); name == "reportType" && isString && i >= 0 {
		t = json.Number(strconv.Itoa(i))
	}
	n, isNumber := number(t)
	within := func(least, most int64) bool { return isNumber && n >= least && n <= most }
	switch name {
	case "keyData":
		k.Data, ok = decode(s)
		return ok && (isString || t == nil), true
	case "rollingStartIntervalNumber":
		k.Start = uint32(n)
		return within(0, math.MaxUint32), true
	case "rollingPeriod":
		k.Period = uint32(n)
		return within(0, math.MaxUint32), true
	case "transmissionRiskLevel":
		k.Risk = int32(n)
		return within(math.MinInt32, math.MaxInt32), true
	case "visitedCountries":
		k.Visited = list
		return isList || t == nil, true
	case "origin":
		k.Origin = s
		return (isString || t == nil) && len(s) <= maxCountry, true
	case "reportType":
		k.Report = int32(n)
		return within(math.MinInt32, math.MaxInt32), true
	case "days_since_onset_of_symptoms":
		k.Onset = int32(n)
		return within(math.MinInt32, math.MaxInt32), true
	}
	return false, false
}

// number returns an integer, in quotes or not. A null is 0.
func number(t json.Token) (int64, bool) {
	var s string
	switch t := t.(type) {
	case nil:
		return 0, true
	case json.Number:
		s = string(t)
	case string:
		s = t
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == s
}

// decode decodes base64 in either alphabet, with padding or without.
func decode(s string) ([]byte, bool) {
	s = strings.TrimRight(s, "=")
	if len(s) > 2*maxData || strings.ContainsAny(s, "\r\n") {
		return nil, false
	}
	b, err := base64.RawStdEncoding.Strict().DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(s))
	return b, err == nil && len(b) <= maxData
}

// AppendJSON appends a batch in JSON, without white space and without what is 0
// or empty.
func AppendJSON(dst []byte, keys []Key) []byte {
	dst = append(dst, `{"keys":[`...)
	for i := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = keys[i].appendJSON(dst)
	}
	return append(dst, "]}"...)
}

func (k *Key) appendJSON(dst []byte) []byte {
	begun := false
	member := func(name string) {
		dst = append(dst, map[bool]byte{false: '{', true: ','}[begun])
		dst = append(jcs.AppendString(dst, name), ':')
		begun = true
	}
	number := func(name string, n int64) {
		if n != 0 {
			member(name)
			dst = strconv.AppendInt(dst, n, 10)
		}
	}
	if len(k.Data) > 0 {
		member("keyData")
		dst = append(base64.StdEncoding.AppendEncode(append(dst, '"'), k.Data), '"')
	}
	number("rollingStartIntervalNumber", int64(k.Start))
	number("rollingPeriod", int64(k.Period))
	number("transmissionRiskLevel", int64(k.Risk))
	if len(k.Visited) > 0 {
		member("visitedCountries")
		for i, c := range k.Visited {
			dst = jcs.AppendString(append(dst, map[bool]byte{false: '[', true: ','}[i > 0]), c)
		}
		dst = append(dst, ']')
	}
	if k.Origin != "" {
		member("origin")
		dst = jcs.AppendString(dst, k.Origin)
	}
	if k.Report > 0 && int(k.Report) < len(reports) {
		member("reportType")
		dst = jcs.AppendString(dst, reports[k.Report])
	} else {
		number("reportType", int64(k.Report))
	}
	number("days_since_onset_of_symptoms", int64(k.Onset))
	if !begun {
		dst = append(dst, '{')
	}
	return append(dst, '}')
}
