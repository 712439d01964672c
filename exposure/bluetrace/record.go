package bluetrace

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pratique/pratique/internal/jcs"
)

var (
	// ErrMessage means that a text is no message of one phone to another.
	ErrMessage = errors.New("not a message of BlueTrace")
	// ErrUpload means that a file is no upload, as a whole.
	ErrUpload = errors.New("not an upload of BlueTrace")
)

// Finding says which record could not be read.
type Finding struct {
	Index int // from 0
}

// String says it in a line.
func (f Finding) String() string { return "record " + strconv.Itoa(f.Index) + ": unreadable" }

// Record is that a phone met another.
type Record struct {
	At             time.Time // whole seconds
	Msg            string    // what the other phone sent: a TempID
	Org            string    // of the other phone
	ModelC, ModelP string    // of the phone that asked (central), and of the one that answered
	RSSI           int       // dBm
	TxPower        int       // dBm, if HasTxPower
	HasTxPower     bool
}

// recordJSON is a record in an upload.
type recordJSON struct {
	At      float64  `json:"timestamp"`
	Msg     string   `json:"msg"`
	Org     string   `json:"org"`
	ModelC  string   `json:"modelC"`
	ModelP  string   `json:"modelP"`
	RSSI    float64  `json:"rssi"`
	TxPower *float64 `json:"txPower"`
}

const milliseconds = 1e10 // a time above is in these

// moment returns a time in seconds, or milliseconds, since 1970.
func moment(f float64) (time.Time, bool) {
	if f > milliseconds {
		f /= 1000
	}
	return time.Unix(int64(f), 0).UTC(), f > 0 && f < milliseconds
}

// decibel returns a strength as the phones state it.
func decibel(f float64) (int, bool) {
	n := int(math.Round(f))
	return n, !math.IsNaN(f) && n >= math.MinInt8 && n <= math.MaxInt8
}

func isText(s string, most int) bool {
	return len(s) <= most && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

func (j *recordJSON) record() (Record, bool) {
	at, dated := moment(j.At)
	rssi, heard := decibel(j.RSSI)
	r := Record{At: at, Msg: j.Msg, Org: j.Org, ModelC: j.ModelC, ModelP: j.ModelP, RSSI: rssi}
	if j.TxPower != nil {
		var ok bool
		r.TxPower, ok = decibel(*j.TxPower)
		r.HasTxPower, heard = true, heard && ok
	}
	return r, dated && heard && IsOrg(r.Org) && isText(r.Msg, MaxMessage) && isText(r.ModelC, maxModel) && isText(r.ModelP, maxModel)
}

// Upload is what somebody ill gives to their authority.
type Upload struct {
	Token   string
	Records []Record
}

// ParseUpload reads an upload. What it says of the phone itself (events) is not
// for here.
func ParseUpload(data []byte) (Upload, []Finding, error) {
	var f struct {
		Token   string `json:"token"`
		Records *list  `json:"records"`
	}
	if err := unmarshal(data, &f); err != nil {
		return Upload{}, nil, err
	}
	if f.Records == nil || len(f.Token) > MaxMessage {
		return Upload{}, nil, fmt.Errorf("%w: no records, or a long token", ErrUpload)
	}
	records, found := parse(*f.Records, (*recordJSON).record)
	return Upload{f.Token, records}, found, nil
}

func unmarshal(data []byte, to any) error {
	if len(data) > MaxUpload {
		return fmt.Errorf("%w: longer than %d bytes", ErrUpload, MaxUpload)
	}
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("%w: no JSON of its form, or more than %d records", ErrUpload, MaxRecords)
	}
	return nil
}

// list is a list of records that are not read yet, with an end to it.
type list []json.RawMessage

// UnmarshalJSON implements [json.Unmarshaler].
func (l *list) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return ErrUpload
	}
	for *l = (list{}); d.More(); {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil || len(*l) == MaxRecords {
			return ErrUpload
		}
		*l = append(*l, raw)
	}
	return nil
}

// parse reads each record by itself.
func parse[J, R any](l list, read func(*J) (R, bool)) ([]R, []Finding) {
	out := make([]R, 0, len(l))
	var found []Finding
	for i, raw := range l {
		var j J
		var r R
		ok := len(raw) <= maxRecord && json.Unmarshal(raw, &j) == nil
		if ok {
			r, ok = read(&j)
		}
		if !ok {
			found = append(found, Finding{i})
			continue
		}
		out = append(out, r)
	}
	return out, found
}

// appendTo appends a record as uploads have it, without what is empty.
func (r *Record) appendTo(dst []byte) []byte {
	dst = strconv.AppendInt(append(dst, `{"timestamp":`...), r.At.Unix(), 10)
	for _, m := range [...]struct{ name, text string }{{`,"msg":`, r.Msg}, {`,"org":`, r.Org}, {`,"modelC":`, r.ModelC}, {`,"modelP":`, r.ModelP}} {
		if m.text != "" {
			dst = jcs.AppendString(append(dst, m.name...), m.text)
		}
	}
	dst = strconv.AppendInt(append(dst, `,"rssi":`...), int64(r.RSSI), 10)
	if r.HasTxPower {
		dst = strconv.AppendInt(append(dst, `,"txPower":`...), int64(r.TxPower), 10)
	}
	return append(dst, '}')
}

// Append appends an upload.
func (u *Upload) Append(dst []byte) []byte {
	dst = jcs.AppendString(append(dst, `{"token":`...), u.Token)
	return append(appendRecords(append(dst, ','), u.Records), '}')
}

func appendRecords(dst []byte, records []Record) []byte {
	dst = append(dst, `"records":[`...)
	for i := range records {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = records[i].appendTo(dst)
	}
	return append(dst, ']')
}

func compareRecords(a, b Record) int {
	return cmp.Or(strings.Compare(a.Msg, b.Msg), a.At.Compare(b.At), cmp.Compare(a.RSSI, b.RSSI), strings.Compare(a.ModelC, b.ModelC), strings.Compare(a.ModelP, b.ModelP), cmp.Compare(a.TxPower, b.TxPower))
}

// Message is what one phone tells another.
type Message struct {
	ID      string // TempID
	Org     string
	Model   string // of the phone that sends
	RSSI    int    // at which the central heard the peripheral
	Central bool   // sent by the central
}

// version is that of the protocol.
const version = 2

// ParseMessage reads a message of version 2.
func ParseMessage(text []byte) (Message, error) {
	if len(text) > MaxMessage {
		return Message{}, ErrMessage
	}
	v, err := jcs.Parse(string(text))
	if err != nil {
		return Message{}, ErrMessage
	}
	var m Message
	id, named := v.Get("id").Text()
	org, _ := v.Get("o").Text()
	n, numbered := v.Get("v").Int()
	model, peripheral := v.Get("mp").Text()
	if !peripheral {
		model, m.Central = v.Get("mc").Text()
	}
	m.ID, m.Org, m.Model = id, org, model
	heard := !m.Central
	if m.Central {
		f, ok := v.Get("rs").Float()
		m.RSSI, heard = decibel(f)
		heard = heard && ok
	}
	if !named || !numbered || n != version || !IsOrg(org) || peripheral == m.Central || !heard || !isText(id, MaxMessage) || !isText(model, maxModel) {
		return Message{}, ErrMessage
	}
	return m, nil
}

// Append appends the message as phones write it.
func (m Message) Append(dst []byte) []byte {
	dst = jcs.AppendString(append(dst, `{"v":2,"id":`...), m.ID)
	dst = jcs.AppendString(append(dst, `,"o":`...), m.Org)
	if !m.Central {
		return append(jcs.AppendString(append(dst, `,"mp":`...), m.Model), '}')
	}
	dst = jcs.AppendString(append(dst, `,"mc":`...), m.Model)
	return append(strconv.AppendInt(append(dst, `,"rs":`...), int64(m.RSSI), 10), '}')
}
