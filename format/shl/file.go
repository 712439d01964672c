package shl

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/pratique/pratique/internal/deflate"
	"github.com/pratique/pratique/internal/jcs"
)

// Limits of what stands behind a link.
const (
	MaxFile     = 16 << 20 // bytes of one file, encrypted or not
	MaxManifest = 32 << 20 // bytes, with the files that stand in it
	MaxFiles    = 100
)

// What can be wrong with what stands behind a link.
var (
	ErrManifest = errors.New("not the list of files of a health link")
	ErrSealed   = errors.New("not a file encrypted for a health link: JWE, alg dir, enc A256GCM")
	ErrOpen     = errors.New("the key of the link does not open the file")
	ErrInflate  = errors.New("the content is not DEFLATE, or larger than allowed")
)

// Status is what a manifest says of its files.
type Status string

// The statuses (framework, "manifest"); an empty one is not said.
const (
	Finalized Status = "finalized"
	Changing  Status = "can-change"
	Over      Status = "no-longer-valid"
)

// Manifest is the list of files behind a link.
type Manifest struct {
	Status Status
	Files  []Entry
}

// Entry is a file of a manifest: where it is, or the file itself, encrypted.
type Entry struct {
	Type     string // of its content
	Location string // https; good for a short time
	Embedded string // JWE
}

// ParseManifest reads what a server answers. Members that are not known are
// skipped; a file that is neither embedded nor somewhere is not a manifest's.
func ParseManifest(body string) (Manifest, error) {
	if len(body) > MaxManifest {
		return Manifest{}, ErrManifest
	}
	v, err := jcs.Parse(body)
	if err != nil || v.Kind() != jcs.Object {
		return Manifest{}, ErrManifest
	}
	m := Manifest{}
	m.Status = Status(text(v, "status"))
	files := v.Get("files")
	if files.Kind() != jcs.Array || files.Len() > MaxFiles {
		return Manifest{}, ErrManifest
	}
	for i := range files.Len() {
		f := files.Item(i)
		e := Entry{Type: text(f, "contentType"), Location: text(f, "location"), Embedded: text(f, "embedded")}
		if f.Kind() != jcs.Object || e.Embedded == "" && e.Location == "" || e.Location != "" && !strings.HasPrefix(e.Location, "https://") {
			return Manifest{}, ErrManifest
		}
		m.Files = append(m.Files, e)
	}
	return m, nil
}

func text(v jcs.Value, key string) string {
	s, _ := v.Get(key).Text()
	return s
}

// Decrypt opens a file behind the link: a JWE in compact form, with the link's
// own key (alg dir), AES-256-GCM, and raw DEFLATE inside if its head says zip.
// It returns the content and its type (cty), as the head has it.
//
// That it opens says that whoever made the link encrypted it, and nothing else:
// no issuer has signed it. A SMART Health Card within is a proof of its own.
func (l Link) Decrypt(jwe string) (content []byte, kind string, err error) {
	parts := strings.Split(strings.TrimSpace(jwe), ".")
	if len(jwe) > MaxFile || len(parts) != 5 || parts[1] != "" {
		return nil, "", ErrSealed
	}
	var raw [5][]byte
	for i, p := range parts {
		if raw[i], err = base64.RawURLEncoding.Strict().DecodeString(p); err != nil {
			return nil, "", ErrSealed
		}
	}
	head, err := jcs.Parse(string(raw[0]))
	if err != nil || head.Kind() != jcs.Object || text(head, "alg") != "dir" || text(head, "enc") != "A256GCM" || head.Get("crit").Kind() != jcs.None {
		return nil, "", ErrSealed
	}
	zip := text(head, "zip")
	if len(raw[2]) != 12 || len(raw[4]) != 16 || zip != "" && zip != "DEF" {
		return nil, "", ErrSealed
	}
	_, key := l.Secret()
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, "", ErrKey
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, "", ErrKey
	}
	content, err = gcm.Open(nil, raw[2], append(raw[3], raw[4]...), []byte(parts[0]))
	if err != nil {
		return nil, "", ErrOpen
	}
	if zip == "DEF" {
		if content, err = deflate.DecodeRaw(nil, content, MaxFile); err != nil {
			return nil, "", ErrInflate
		}
	}
	return content, text(head, "cty"), nil
}
