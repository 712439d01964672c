package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf16"

	"github.com/pratique/pratique/format"
)

// maxFile is the largest file with a code that is read: a photograph.
const maxFile = 32 << 20

// code is one code that was asked about, or why there is none.
type code struct {
	input   string // as answers name it: never the text of the code
	text    string
	trouble string // a reason of the catalogue, such as picture_none; empty: there is a text
}

// readEvery finds the codes of all arguments. One that cannot be opened is
// reported and does not keep the others from their answers.
func (p *program) readEvery(args []string) (codes []code, broken error) {
	for i, arg := range args {
		found, err := p.readCodes(arg, i+1)
		if err != nil {
			broken = silent(p.report(err))
		}
		codes = append(codes, found...)
	}
	return whole(codes), broken
}

// whole puts the codes of a health card in several together, wherever they came
// from: in the order given, each part goes to the last card of as many parts
// that lacks it.
func whole(codes []code) []code {
	type card struct {
		at   int // in out
		have map[int]string
	}
	var out []code
	open := map[int]*card{} // by the number of parts
	for _, c := range codes {
		n, of, ok := format.Part(c.text)
		if !ok || of == 1 {
			out = append(out, c)
			continue
		}
		k := open[of]
		if k != nil {
			if part, seen := k.have[n]; seen && part != c.text {
				k = nil // of another card: the open one stays as it is
			}
		}
		if k == nil {
			open[of] = &card{len(out), map[int]string{n: c.text}}
			out = append(out, c)
			continue
		}
		k.have[n] = c.text
		out[k.at].text += "\n" + c.text
		out[k.at].input += ", " + c.input
		if len(k.have) == of {
			delete(open, of)
		}
	}
	return out
}

// readCodes finds the codes that an argument means. A picture may show several.
func (p *program) readCodes(arg string, n int) ([]code, error) {
	if arg == "-" {
		data, err := readAll(p.in, maxFile)
		if err != nil {
			return nil, failure("reading standard input: "+cause(err), "give a picture or the text of one code; for many codes: `--lines`")
		}
		return codesIn("standard input", data), nil
	}
	if _, err := os.Stat(arg); err != nil && format.Identify(arg) != format.PlainText {
		return []code{{input: fmt.Sprintf("argument %d", n), text: arg}}, nil
	}
	data, err := readFile(arg, maxFile)
	if err != nil {
		return nil, failure("opening "+quote(arg)+": "+cause(err),
			"a code is a picture, a text file, or the text itself; a text begins with its format, such as HC1:")
	}
	return codesIn(arg, data), nil
}

// codesIn finds the codes in the content of a file.
func codesIn(name string, data []byte) []code {
	if !isPicture(data) {
		return numbered(name, "card", format.Codes(textOf(data)))
	}
	texts, trouble := scanPicture(data)
	if trouble != "" {
		return []code{{input: name, trouble: trouble}}
	}
	return numbered(name, "code", healthCodes(texts))
}

// numbered names several codes of one input by their number.
func numbered(name, what string, texts []string) []code {
	codes := make([]code, len(texts))
	for i, t := range texts {
		codes[i] = code{input: name, text: t}
		if len(texts) > 1 {
			codes[i].input = fmt.Sprintf("%s, %s %d", name, what, i+1)
		}
	}
	return codes
}

// healthCodes leaves out what else stands on a sheet with a health code: a web
// address, a payment. If there is none, the first of the others remains, so
// that the answer can name it.
func healthCodes(texts []string) []string {
	var health []string
	for _, t := range texts {
		if format.Identify(t).Health() {
			health = append(health, t)
		}
	}
	if len(health) == 0 {
		return texts[:1]
	}
	return health
}

// textOf returns the text of a file as its reader meant it: without byte-order
// mark, out of UTF-16 where that is what a system wrote.
func textOf(data []byte) string {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		return string(data[3:])
	case bytes.HasPrefix(data, []byte("\xFF\xFE")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xFE\xFF")):
		order = binary.BigEndian
	default:
		return string(data)
	}
	units := make([]uint16, len(data)/2-1)
	for i := range units {
		units[i] = order.Uint16(data[2*i+2:])
	}
	return string(utf16.Decode(units))
}

var errTooLarge = errors.New("too large")

// readFile reads a file of at most limit bytes.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, limit)
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", errTooLarge, limit)
	}
	return data, err
}

// writeNew writes a file that must not be there yet.
func writeNew(name string, data []byte, mode os.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		os.Remove(name)
	}
	return err
}

// readText reads a text of ours: rules, trust, a trip.
func readText(name string, limit int64) (string, error) {
	data, err := readFile(name, limit)
	if err != nil {
		return "", err
	}
	return strings.TrimPrefix(string(data), "\uFEFF"), nil
}
