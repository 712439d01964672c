package rdfc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

// Decode reads one JSON object: objects are map[string]any, arrays []any,
// numbers [json.Number]. It refuses a key that stands twice in one object,
// bytes that are not UTF-8, and nesting beyond [MaxDepth].
func Decode(data []byte) (map[string]any, error) {
	v, err := DecodeValue(data)
	if err != nil {
		return nil, err
	}
	doc, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%w: it is no object", ErrJSON)
	}
	return doc, nil
}

// DecodeValue is [Decode] for one JSON value of any kind.
func DecodeValue(data []byte) (any, error) {
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrJSON)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := decodeValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("%w: something follows it", ErrJSON)
	}
	return v, nil
}

func decodeValue(d *json.Decoder, depth int) (any, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("%w: nesting", ErrLimit)
	}
	t, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("%w: at byte %d", ErrJSON, d.InputOffset())
	}
	switch t {
	case json.Delim('{'):
		return decodeObject(d, depth)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := decodeValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, closing(d)
	}
	return t, nil
}

func decodeObject(d *json.Decoder, depth int) (any, error) {
	m := make(map[string]any)
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return nil, fmt.Errorf("%w: at byte %d", ErrJSON, d.InputOffset())
		}
		if _, twice := m[key]; twice {
			return nil, fmt.Errorf("%w: a key stands twice, at byte %d", ErrJSON, d.InputOffset())
		}
		if m[key], err = decodeValue(d, depth+1); err != nil {
			return nil, err
		}
	}
	return m, closing(d)
}

func closing(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("%w: at byte %d", ErrJSON, d.InputOffset())
	}
	return nil
}
