package divoc

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strings"
	"unicode/utf8"

	"github.com/pratique/pratique/internal/deflate"
)

// member is the only member of an archive.
const member = "certificate.json"

const magic = "PK\x03\x04" // of a member

// unpack returns the JSON of a text in any of its forms.
func unpack(text string) (string, error) {
	switch {
	case len(text) > MaxText:
		return "", &Error{Step: StepText, Err: ErrTooLong}
	case strings.HasPrefix(text, "B64:"):
		b, err := base64.StdEncoding.Strict().DecodeString(text[len("B64:"):])
		if err != nil || strings.ContainsAny(text, "\r\n") { // which package base64 skips
			return "", &Error{Step: StepText, Err: ErrBase64}
		}
		return inflated(b)
	case strings.HasPrefix(text, magic):
		if b, ok := latin1(text); ok {
			s, err := inflated(b)
			if err == nil {
				return s, nil
			}
			if s, raw := inflated([]byte(text)); raw == nil {
				return s, nil
			}
			return "", err
		}
		return inflated([]byte(text))
	case strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{"):
		if len(text) > MaxContent {
			return "", &Error{Step: StepText, Err: ErrTooLong}
		}
		return text, nil
	}
	return "", &Error{Step: StepText, Err: ErrPrefix}
}

// Text returns a certificate that is the bytes of an archive, or the characters
// that stand for them, as text that can be kept and printed: "B64:" and the
// archive in base64. Any other text it returns as it is.
func Text(text string) string {
	if !strings.HasPrefix(text, magic) {
		return text
	}
	archive := []byte(text)
	if b, ok := latin1(text); ok {
		archive = b
	}
	return "B64:" + base64.StdEncoding.EncodeToString(archive)
}

func inflated(archive []byte) (string, error) {
	b, err := unzip(archive)
	if err != nil {
		return "", &Error{Step: StepZip, Err: err}
	}
	return string(b), nil
}

// latin1 returns the bytes for which the characters of a text stand, each below
// U+0100; false for any other text, and for one in which they are the same.
func latin1(text string) ([]byte, bool) {
	if !utf8.ValidString(text) {
		return nil, false
	}
	b := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			return nil, false
		}
		b = append(b, byte(r))
	}
	return b, len(b) < len(text)
}

// The fixed lengths of the parts of an archive (APPNOTE 4.3.7, 4.3.9, 4.3.12, 4.3.16).
const (
	lenLocal      = 30
	lenDescriptor = 12 // 16 with its signature
	lenCentral    = 46
	lenEnd        = 22
)

const (
	encrypted  = 1 << 0
	streamed   = 1 << 3       // lengths and check sum follow the data
	encrypted2 = 1<<6 | 1<<13 // strong encryption, masked headers
)

// entry is what a header says of a member.
type entry struct {
	flags, method     uint16
	sum, packed, size uint32
	name, extra       int
}

// entryOf reads the fields that both headers have, in the same order.
func entryOf(b []byte) entry {
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	return entry{u16(b[0:]), u16(b[2:]), u32(b[8:]), u32(b[12:]), u32(b[16:]), int(u16(b[20:])), int(u16(b[22:]))}
}

// unzip returns the one member of an archive. It accepts no byte that is not
// accounted for, so that nobody can hide a second member from one reader and
// show it to another.
func unzip(b []byte) ([]byte, error) {
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	if len(b) < lenLocal+lenCentral+lenEnd {
		return nil, ErrArchive
	}
	end := len(b) - lenEnd
	e := b[end:]
	if u32(e) != 0x06054b50 || u16(e[20:]) != 0 {
		return nil, ErrArchive
	}
	if here, all := u16(e[8:]), u16(e[10:]); here != 1 || all != 1 {
		return nil, ErrMembers
	}
	at := int(u32(e[16:]))
	if u16(e[4:]) != 0 || u16(e[6:]) != 0 || at < 0 || at > end-lenCentral || at+int(u32(e[12:])) != end || u32(b[at:]) != 0x02014b50 {
		return nil, ErrArchive
	}
	c := b[at:end]
	central := entryOf(c[8:])
	if lenCentral+central.name+central.extra+int(u16(c[32:])) != len(c) || u16(c[34:]) != 0 || u32(c[42:]) != 0 {
		return nil, ErrArchive
	}
	switch {
	case central.flags&(encrypted|encrypted2) != 0:
		return nil, ErrEncrypted
	case string(c[lenCentral:lenCentral+central.name]) != member:
		return nil, ErrName
	case central.size > MaxContent:
		return nil, ErrSize
	}
	return central.data(b[:at])
}

// data returns the content of the member, all before the central directory.
func (c entry) data(b []byte) ([]byte, error) {
	if len(b) < lenLocal || string(b[:4]) != magic {
		return nil, ErrArchive
	}
	local := entryOf(b[6:])
	begin := lenLocal + local.name + local.extra
	if begin > len(b) || int64(begin)+int64(c.packed) > int64(len(b)) || local.flags != c.flags || local.method != c.method ||
		string(b[lenLocal:lenLocal+local.name]) != member {
		return nil, ErrArchive
	}
	packed, rest := b[begin:begin+int(c.packed)], b[begin+int(c.packed):]
	if c.flags&streamed != 0 {
		if len(rest) == lenDescriptor+4 && string(rest[:4]) == "PK\x07\x08" {
			rest = rest[4:]
		}
		if len(rest) != lenDescriptor {
			return nil, ErrArchive
		}
		u32 := binary.LittleEndian.Uint32
		local.sum, local.packed, local.size = u32(rest), u32(rest[4:]), u32(rest[8:])
		rest = nil
	}
	switch {
	case len(rest) != 0:
		return nil, ErrArchive
	case local.sum != c.sum || local.packed != c.packed || local.size != c.size:
		return nil, ErrChecksum
	}
	out := packed
	switch c.method {
	case 0:
	case 8:
		var err error
		if out, err = deflate.DecodeRaw(nil, packed, int(c.size)); err != nil {
			return nil, err
		}
	default:
		return nil, ErrMethod
	}
	if len(out) != int(c.size) || crc32.ChecksumIEEE(out) != c.sum {
		return nil, ErrChecksum
	}
	return out, nil
}
