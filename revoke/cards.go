package revoke

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/rdfc"
)

// Skipped is a part of a file that was not taken.
type Skipped struct {
	Entry string // where it stands
	Why   string // in plain words
}

// IsCards reports whether a JSON file has card revocation lists: one alone, or
// a snapshot of the VCI directory, which is a list of keys too.
func IsCards(data []byte) (alone, within bool) {
	doc, err := rdfc.Decode(data)
	if err != nil {
		return false, false
	}
	_, rids := doc["rids"]
	_, issuers := doc["issuerInfo"]
	return rids, issuers
}

// ReadCards reads the card revocation lists of a JSON file: one that an issuer
// publishes for a key, or those of a snapshot of the VCI directory, each of
// which is as of the moment when it was fetched. A list that cannot be taken as a whole is
// skipped and named: part of a list would let through what the rest withdraws.
func ReadCards(data []byte) ([]*List, []Skipped, error) {
	doc, err := rdfc.Decode(data)
	if err != nil {
		return nil, nil, fmt.Errorf("reading card revocation list: %w", err)
	}
	if _, alone := doc["rids"]; alone {
		l, err := cardList(doc)
		if err != nil {
			return nil, nil, fmt.Errorf("reading card revocation list: %w", err)
		}
		return []*List{l}, nil, nil
	}
	var out []*List
	var skipped []Skipped
	n := 0
	issuers, _ := doc["issuerInfo"].([]any)
	for i, v := range issuers {
		info, _ := v.(map[string]any)
		fetched, _ := info["lastRetrieved"].(string)
		at, _ := time.Parse(time.RFC3339, fetched)
		crls, _ := info["crls"].([]any)
		for j, v := range crls {
			crl, _ := v.(map[string]any)
			l, err := cardList(crl)
			if err != nil {
				skipped = append(skipped, Skipped{fmt.Sprintf("issuer %d list %d", i+1, j+1), err.Error()})
				continue
			}
			if n += len(l.entries); n > MaxEntries {
				return nil, nil, fmt.Errorf("reading card revocation lists: more than %d entries", MaxEntries)
			}
			l.AsOf = at
			out = append(out, l)
		}
	}
	return out, skipped, nil
}

// cardList reads one list.
func cardList(m map[string]any) (*List, error) {
	kid, _ := m["kid"].(string)
	key, err := base64.RawURLEncoding.Strict().DecodeString(kid)
	if err != nil || len(key) != 32 {
		return nil, errors.New("kid is no thumbprint of a key")
	}
	if method, _ := m["method"].(string); method != "rid" {
		return nil, errors.New("a method that is not known: want rid")
	}
	rids, ok := m["rids"].([]any)
	switch {
	case !ok:
		return nil, errors.New("rids is no array")
	case len(rids) > MaxEntries:
		return nil, fmt.Errorf("more than %d entries", MaxEntries)
	}
	l := NewList("", time.Time{}, time.Time{}, "")
	l.Key = string(key)
	for i, v := range rids {
		s, _ := v.(string)
		e, err := cardEntry(s)
		if err == nil {
			if _, twice := l.entries[e.Handle]; twice {
				err = errors.New("an identifier stands twice")
			}
		}
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		l.entries[e.Handle] = e
	}
	return l, nil
}

// maxRID is the length of the longest identifier that the framework allows.
const maxRID = 24

// cardEntry reads an identifier, with the moment before which cards were
// issued that it stands for, in seconds since 1970, after a full stop.
func cardEntry(s string) (Entry, error) {
	rid, before, timed := strings.Cut(s, ".")
	if rid == "" || len(rid) > maxRID || strings.Trim(rid, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
		return Entry{}, errors.New("not an identifier: want at most 24 characters of base64url")
	}
	e := Entry{Handle: CardHandle(rid), Reason: Unstated}
	if timed {
		n, err := strconv.ParseInt(before, 10, 64)
		if err != nil || n <= 0 || n > 253402300799 || strconv.FormatInt(n, 10) != before {
			return Entry{}, errors.New("not a moment after the identifier: want seconds since 1970")
		}
		e.Before = time.Unix(n, 0).UTC()
	}
	return e, nil
}
