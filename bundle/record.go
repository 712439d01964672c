package bundle

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/cbor"
	"github.com/pratique/pratique/internal/pki"
	"github.com/pratique/pratique/trust"
	"github.com/pratique/pratique/trust/lists"
)

// Records are CBOR maps (RFC 8949) with integers as keys, ascending; what is
// empty is left out, moments are seconds since 1970, and nothing may stand there
// that is not written so.
//
//	key           1 id  2 country  3 authority  4 issuer  5 uses  6 demo (1)  7 domains
//	              8 from  9 until  10 source  11 SubjectPublicKeyInfo  12 certificate, in its place
//	recognition   1 by  2 of  3 uses  4 formats  5 diseases  6 methods  7 laboratories
//	              8 from  9 until  10 note
//	source        1 name  2 kind  3 jurisdiction  4 issued  5 until  6 digest  7 proof
//
// Of uses, the first is "any" where any kind of health certificate is meant.

// maxRecord is the longest record, in bytes.
const maxRecord = 96 << 10

var errRecord = errors.New("a record that is not written as it must be")

// writer writes the fields of a record.
type writer struct {
	n    int
	body []byte
}

func (w *writer) key(n int64) {
	w.n++
	w.body = cbor.AppendInt(w.body, n)
}

func (w *writer) text(n int64, s string) {
	if s != "" {
		w.key(n)
		w.body = cbor.AppendText(w.body, strings.ToValidUTF8(s, "?"))
	}
}

func (w *writer) bytes(n int64, b []byte) {
	if len(b) > 0 {
		w.key(n)
		w.body = cbor.AppendBytes(w.body, b)
	}
}

func (w *writer) moment(n int64, t time.Time) {
	if !t.IsZero() {
		w.key(n)
		w.body = cbor.AppendInt(w.body, t.Unix())
	}
}

func list[T ~string](w *writer, n int64, words []T) {
	if len(words) == 0 {
		return
	}
	w.key(n)
	w.body = cbor.AppendArray(w.body, len(words))
	for _, s := range words {
		w.body = cbor.AppendText(w.body, strings.ToValidUTF8(string(s), "?"))
	}
}

func (w *writer) uses(n int64, u trust.Uses) {
	words := u.Of
	if u.Any {
		words = append([]trust.Use{"any"}, words...)
	}
	list(w, n, words)
}

func (w *writer) record() []byte { return append(cbor.AppendMap(nil, w.n), w.body...) }

// fields gives the fields of a record.
func fields(record []byte, take func(n int64, v cbor.Value) bool) error {
	if len(record) > maxRecord {
		return errRecord
	}
	v, err := cbor.Read(string(record))
	if err != nil || v.Kind() != cbor.Map {
		return errRecord
	}
	for k, v := range v.Pairs {
		if k.IsText || !take(k.Int, v) {
			return errRecord
		}
	}
	return nil
}

func text(into *string, v cbor.Value) (ok bool) {
	*into, ok = v.Text()
	return ok
}

func octets(into *[]byte, v cbor.Value) bool {
	s, ok := v.Bytes()
	*into = []byte(s)
	return ok
}

func moment(into *time.Time, v cbor.Value) bool {
	n, ok := v.Int()
	*into = time.Unix(n, 0).UTC()
	return ok && into.Year() >= 1 && into.Year() <= 9999
}

func words[T ~string](into *[]T, v cbor.Value) bool {
	all := v.Kind() == cbor.Array
	for _, item := range v.Items {
		s, ok := item.Text()
		all = all && ok
		*into = append(*into, T(s))
	}
	return all
}

func uses(into *trust.Uses, v cbor.Value) bool {
	ok := words(&into.Of, v)
	if ok && len(into.Of) > 0 && into.Of[0] == "any" {
		into.Any, into.Of = true, slices.Clip(into.Of[1:])
	}
	return ok && !slices.Contains(into.Of, "any")
}

// keyRecord writes a key, with its certificate only where that is needed.
func keyRecord(k trust.Key, whole bool) ([]byte, error) {
	var w writer
	w.bytes(1, []byte(k.ID))
	w.text(2, k.Country)
	w.text(3, k.Authority)
	w.text(4, k.Issuer)
	w.uses(5, k.Uses)
	if k.Demo {
		w.key(6)
		w.body = cbor.AppendInt(w.body, 1)
	}
	list(&w, 7, k.Domains)
	w.moment(8, k.NotBefore)
	w.moment(9, k.NotAfter)
	w.text(10, k.Source)
	if whole && k.DER != nil {
		w.bytes(12, k.DER)
	} else {
		spki, err := pki.MarshalKey(k.Public)
		if err != nil {
			return nil, err
		}
		w.bytes(11, spki)
	}
	return w.record(), nil
}

func readKey(record []byte) (trust.Key, error) {
	var k trust.Key
	var id, spki []byte
	err := fields(record, func(n int64, v cbor.Value) bool {
		switch n {
		case 1:
			return octets(&id, v)
		case 2:
			return text(&k.Country, v)
		case 3:
			return text(&k.Authority, v)
		case 4:
			return text(&k.Issuer, v)
		case 5:
			return uses(&k.Uses, v)
		case 6:
			i, ok := v.Int()
			k.Demo = true
			return ok && i == 1
		case 7:
			return words(&k.Domains, v)
		case 8:
			return moment(&k.NotBefore, v)
		case 9:
			return moment(&k.NotAfter, v)
		case 10:
			return text(&k.Source, v)
		case 11:
			return octets(&spki, v)
		case 12:
			return octets(&k.DER, v)
		}
		return false
	})
	if err != nil || len(id) == 0 || (spki == nil) == (k.DER == nil) {
		return trust.Key{}, errRecord
	}
	k.ID = string(id)
	if spki != nil {
		if k.Public, err = pki.ParseKey(spki); err != nil {
			return trust.Key{}, errRecord
		}
	} else {
		c, err := pki.Parse(k.DER)
		if err != nil || c.NoKey != nil {
			return trust.Key{}, errRecord
		}
		k.Public = c.Public
	}
	if again, err := keyRecord(k, k.DER != nil); err != nil || !bytes.Equal(again, record) {
		return trust.Key{}, errRecord
	}
	return k, nil
}

func recognitionRecord(r trust.Recognition) []byte {
	var w writer
	w.text(1, r.By)
	w.text(2, r.Of)
	w.uses(3, r.Uses)
	list(&w, 4, r.Formats)
	list(&w, 5, r.Diseases)
	list(&w, 6, r.Methods)
	list(&w, 7, r.Laboratories)
	w.moment(8, r.From)
	w.moment(9, r.Until)
	w.text(10, r.Note)
	return w.record()
}

func readRecognition(record []byte) (trust.Recognition, error) {
	var r trust.Recognition
	err := fields(record, func(n int64, v cbor.Value) bool {
		switch n {
		case 1:
			return text(&r.By, v)
		case 2:
			return text(&r.Of, v)
		case 3:
			return uses(&r.Uses, v)
		case 4:
			return words(&r.Formats, v)
		case 5:
			return words(&r.Diseases, v)
		case 6:
			return words(&r.Methods, v)
		case 7:
			return words(&r.Laboratories, v)
		case 8:
			return moment(&r.From, v)
		case 9:
			return moment(&r.Until, v)
		case 10:
			return text(&r.Note, v)
		}
		return false
	})
	if err != nil || r.By == "" || r.Of == "" || r.Until.IsZero() || !bytes.Equal(recognitionRecord(r), record) {
		return trust.Recognition{}, errRecord
	}
	return r, nil
}

func sourceRecord(s Source) []byte {
	var w writer
	w.text(1, s.Name)
	w.text(2, string(s.Kind))
	w.text(3, s.Jurisdiction)
	w.moment(4, s.Issued)
	w.moment(5, s.Until)
	sum, err := hex.DecodeString(s.Digest)
	if err == nil {
		w.bytes(6, sum)
	}
	w.text(7, string(s.Proof))
	return w.record()
}

func readSource(record []byte) (Source, error) {
	var s Source
	var kind, proof string
	var sum []byte
	err := fields(record, func(n int64, v cbor.Value) bool {
		switch n {
		case 1:
			return text(&s.Name, v)
		case 2:
			return text(&kind, v)
		case 3:
			return text(&s.Jurisdiction, v)
		case 4:
			return moment(&s.Issued, v)
		case 5:
			return moment(&s.Until, v)
		case 6:
			return octets(&sum, v)
		case 7:
			return text(&proof, v)
		}
		return false
	})
	s.Kind, s.Proof, s.Digest = lists.Kind(kind), Proof(proof), hex.EncodeToString(sum)
	if err != nil || !bytes.Equal(sourceRecord(s), record) {
		return Source{}, errRecord
	}
	return s, nil
}
