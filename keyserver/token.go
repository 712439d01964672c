package keyserver

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/exposure/gaen"
	"github.com/pratique/pratique/internal/protowire"
)

// errToken means that a text is no revision token of this server and app.
var errToken = errors.New("not a revision token")

// bound is a key as a revision token binds it.
type bound struct {
	data   ID
	start  gaen.Interval
	period uint8
}

const (
	tokenStep = 30                 // the least number of keys in a token, whatever it holds
	tokenMost = 90                 // and the most
	tokenWeek = 7 * 24 * time.Hour // for which a key of tokens is used
	tokenLife = 4                  // weeks for which it is read
	maxToken  = 8 << 10            // bytes of a token
)

// tokens makes and reads revision tokens.
//
//	token = { 1: key id, 2: nonce AES-256-GCM }    ; as Google's server
//	key   = HKDF-SHA256(secret, info "pratique revision token" week)
//	keys  = { 1: repeated { 1: data, 2: start, 3: period } }    ; to 30, 60 or 90 with zeros
//
// A key id is the week and the first bytes of the hash of its key, so that
// several secrets are told apart. Nothing is stored.
type tokens struct {
	secrets [][]byte
	rand    io.Reader
}

func tokenKey(secret []byte, week int64) (id string, key []byte) {
	key, err := hkdf.Key(sha256.New, secret, nil, "pratique revision token "+strconv.FormatInt(week, 10), 32)
	if err != nil {
		panic("keyserver: " + err.Error()) // 32 bytes can be had of any secret
	}
	sum := sha256.Sum256(key)
	return strconv.FormatInt(week, 10) + "-" + hex.EncodeToString(sum[:4]), key
}

func aead(key []byte) cipher.AEAD {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic("keyserver: " + err.Error()) // 32 bytes are a key
	}
	g, err := cipher.NewGCM(b)
	if err != nil {
		panic("keyserver: " + err.Error())
	}
	return g
}

// make returns a token that lets who shows it for an app revise keys.
func (t *tokens) make(keys []bound, app string, at time.Time) (string, error) {
	keys = keys[:min(len(keys), tokenMost)]
	plain := []byte(nil)
	for i := range (max(len(keys), 1) + tokenStep - 1) / tokenStep * tokenStep {
		var k bound
		if i < len(keys) {
			k = keys[i]
		}
		// Numbers have one length, so that nothing is learned from that of the token.
		m := protowire.AppendBytes(nil, 1, k.data[:])
		m = protowire.AppendFixed64(m, 2, uint64(k.start))
		m = protowire.AppendFixed64(m, 3, uint64(k.period))
		plain = protowire.AppendBytes(plain, 1, m)
	}
	id, key := tokenKey(t.secrets[0], weekOf(at))
	g := aead(key)
	nonce := make([]byte, g.NonceSize())
	if _, err := io.ReadFull(t.rand, nonce); err != nil {
		return "", fmt.Errorf("making revision token: %w", err)
	}
	out := protowire.AppendBytes(nil, 1, id)
	out = protowire.AppendBytes(out, 2, g.Seal(nonce, nonce, plain, []byte(app)))
	return base64.StdEncoding.EncodeToString(out), nil
}

func weekOf(t time.Time) int64 { return t.Unix() / int64(tokenWeek/time.Second) }

// read returns the keys of a token. Those in use before and after now are of
// no matter: what it binds is compared with what is stored.
func (t *tokens) read(text, app string, at time.Time) ([]bound, error) {
	raw, err := decodeBase64(text)
	if err != nil || len(raw) > maxToken {
		return nil, errToken
	}
	var id string
	var sealed []byte
	m := protowire.Message(raw)
	for {
		f, ok := m.Next()
		if !ok {
			break
		}
		switch f.Number {
		case 1:
			id = string(m.Bytes(f))
		case 2:
			sealed = m.Bytes(f)
		}
	}
	if m.Err() != nil {
		return nil, errToken
	}
	word, _, _ := strings.Cut(id, "-")
	week, err := strconv.ParseInt(word, 10, 64)
	if now := weekOf(at); err != nil || week > now+1 || week < now-tokenLife {
		return nil, errToken
	}
	for _, secret := range t.secrets {
		name, key := tokenKey(secret, week)
		g := aead(key)
		if name != id || len(sealed) < g.NonceSize() {
			continue
		}
		plain, err := g.Open(nil, sealed[:g.NonceSize()], sealed[g.NonceSize():], []byte(app))
		if err != nil {
			return nil, errToken
		}
		return readBound(plain)
	}
	return nil, errToken
}

func readBound(plain []byte) ([]bound, error) {
	var out []bound
	m := protowire.Message(plain)
	for {
		f, ok := m.Next()
		if !ok {
			break
		}
		var k bound
		one := protowire.Message(m.Bytes(f))
		for {
			f, ok := one.Next()
			if !ok {
				break
			}
			switch f.Number {
			case 1:
				copy(k.data[:], one.Bytes(f))
			case 2:
				k.start = gaen.Interval(min(one.Fixed64(f), math.MaxInt32))
			case 3:
				k.period = uint8(min(one.Fixed64(f), math.MaxUint8))
			}
		}
		if one.Err() != nil || len(out) == tokenMost {
			return nil, errToken
		}
		if k.period > 0 {
			out = append(out, k)
		}
	}
	return out, m.Err()
}

// together are the keys that a new token binds: those of the old one that can
// still be revised, and the new ones, each once.
func together(old []bound, changed []Record, since gaen.Interval) []bound {
	var out []bound
	for _, k := range old {
		if k.start+gaen.Interval(k.period) >= since {
			out = append(out, k)
		}
	}
	for i := range changed {
		r := &changed[i]
		if !slices.ContainsFunc(out, func(k bound) bool { return k.data == r.Data }) {
			out = append(out, bound{r.Data, r.Start, r.Period})
		}
	}
	return out
}

// decodeBase64 decodes base64 in either alphabet, with padding or without, as
// apps write it.
func decodeBase64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, base64.CorruptInputError(0)
	}
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	return base64.RawStdEncoding.Strict().DecodeString(s)
}
