package bluetrace

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// COVIDSafe is the organisation of Australia's app.
const COVIDSafe = "AU_DTA"

// ErrBlob means that a text is no blob, or not for this key, or was changed.
var ErrBlob = errors.New("not a blob that was sealed for this server")

const (
	pointSize  = 33 // of a compressed key
	nonceSize  = 2
	macSize    = 16
	noncePad   = "\x0e\x0e\x0e\x0e\x0e\x0e\x0e\x0e\x0e\x0e\x0e\x0e\x0e\x0e"
	prefixSize = pointSize + nonceSize
)

// OpenBlob opens what a phone sealed for the server.
func OpenBlob(text string, key *ecdh.PrivateKey) ([]byte, error) {
	if len(text) > MaxMessage {
		return nil, ErrBlob
	}
	b, err := base64.StdEncoding.Strict().DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(text))
	if err != nil || len(b) < prefixSize+aes.BlockSize+macSize || (len(b)-prefixSize-macSize)%aes.BlockSize != 0 {
		return nil, ErrBlob
	}
	ephemeral, err := decompress(b[:pointSize])
	if err != nil {
		return nil, ErrBlob
	}
	s, err := newSeal(key, ephemeral)
	if err != nil {
		return nil, ErrBlob
	}
	signed, mac := b[:len(b)-macSize], b[len(b)-macSize:]
	if !hmac.Equal(mac, s.mac(signed)) {
		return nil, ErrBlob
	}
	plain := signed[prefixSize:]
	cipher.NewCBCDecrypter(s.block, s.iv(b[pointSize:prefixSize])).CryptBlocks(plain, plain)
	pad := int(plain[len(plain)-1]) // PKCS #7 (RFC 5652 section 6.3)
	if pad == 0 || pad > aes.BlockSize || !bytes.HasSuffix(plain, bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, ErrBlob
	}
	return plain[:len(plain)-pad], nil
}

// SealBlob seals a text for a server, as a phone does, with a key of its own.
func SealBlob(plain []byte, to *ecdh.PublicKey, rand io.Reader) (string, error) {
	ephemeral, err := ecdh.P256().GenerateKey(rand)
	if err != nil {
		return "", fmt.Errorf("sealing a blob: %w", err)
	}
	b := compress(ephemeral.PublicKey())
	b = append(b, make([]byte, nonceSize)...)
	if _, err := io.ReadFull(rand, b[pointSize:]); err != nil {
		return "", fmt.Errorf("sealing a blob: %w", err)
	}
	s, err := newSeal(ephemeral, to)
	if err != nil {
		return "", fmt.Errorf("sealing a blob: %w", err)
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	text := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(s.block, s.iv(b[pointSize:])).CryptBlocks(text, text)
	b = append(b, text...)
	return base64.StdEncoding.EncodeToString(append(b, s.mac(b)...)), nil
}

// seal has the two keys of a blob.
type seal struct {
	block cipher.Block
	auth  []byte
}

func newSeal(mine *ecdh.PrivateKey, theirs *ecdh.PublicKey) (seal, error) {
	secret, err := mine.ECDH(theirs)
	if err != nil {
		return seal{}, err
	}
	sum := sha256.Sum256(secret)
	block, err := aes.NewCipher(sum[:16])
	return seal{block, sum[16:]}, err
}

// iv is what a first block of the nonce would leave behind.
func (s seal) iv(nonce []byte) []byte {
	iv := append(bytes.Clone(nonce), noncePad...)
	s.block.Encrypt(iv, iv)
	return iv
}

func (s seal) mac(b []byte) []byte {
	h := hmac.New(sha256.New, s.auth)
	h.Write(b)
	return h.Sum(nil)[:macSize]
}

// decompress reads a key of 33 bytes (SEC 1 section 2.3.4).
func decompress(b []byte) (*ecdh.PublicKey, error) {
	x, y := elliptic.UnmarshalCompressed(elliptic.P256(), b)
	if x == nil {
		return nil, ErrBlob
	}
	var point [65]byte
	point[0] = 4
	x.FillBytes(point[1:33])
	y.FillBytes(point[33:])
	return ecdh.P256().NewPublicKey(point[:])
}

func compress(k *ecdh.PublicKey) []byte {
	b := k.Bytes() // 4, x, y
	return append([]byte{2 | b[64]&1}, b[1:33]...)
}

// SealedRecord is a record of COVIDSafe, as it is uploaded.
type SealedRecord struct {
	At            time.Time
	Org           string
	Local, Remote string // blobs; of another organisation, Remote is what its phone sent
}

type sealedJSON struct {
	At     float64 `json:"timestamp"`
	Org    string  `json:"org"`
	Local  string  `json:"localBlob"`
	Remote string  `json:"remoteBlob"`
}

// ParseSealed reads an upload of COVIDSafe.
func ParseSealed(data []byte) ([]SealedRecord, []Finding, error) {
	var f struct {
		Records *list `json:"records"`
	}
	if err := unmarshal(data, &f); err != nil {
		return nil, nil, err
	}
	if f.Records == nil {
		return nil, nil, fmt.Errorf("%w: no records", ErrUpload)
	}
	records, found := parse(*f.Records, func(j *sealedJSON) (SealedRecord, bool) {
		at, dated := moment(j.At)
		return SealedRecord{at, j.Org, j.Local, j.Remote}, dated && IsOrg(j.Org) && len(j.Local) <= MaxMessage && len(j.Remote) <= MaxMessage
	})
	return records, found, nil
}

// blobJSON is what a blob holds. Which members stand depends on who sent it.
type blobJSON struct {
	Msg     string   `json:"msg"`
	ModelC  string   `json:"modelC"`
	ModelP  string   `json:"modelP"`
	RSSI    *float64 `json:"rssi"`
	TxPower *float64 `json:"txPower"`
}

// Open opens a record with the server's key, or says that it cannot. The remote
// blob of another organisation stays as it is, for its own authority.
func (s SealedRecord) Open(key *ecdh.PrivateKey) (Record, error) {
	var local, remote blobJSON
	if err := local.open(s.Local, key); err != nil {
		return Record{}, err
	}
	if s.Org != COVIDSafe {
		remote.Msg = s.Remote
	} else if err := remote.open(s.Remote, key); err != nil {
		return Record{}, err
	}
	j := recordJSON{At: float64(s.At.Unix()), Msg: remote.Msg, Org: s.Org, ModelC: first(local.ModelC, remote.ModelC), ModelP: first(local.ModelP, remote.ModelP), TxPower: local.TxPower}
	for _, b := range []blobJSON{remote, local} { // what the uploader's own phone heard counts first
		if b.RSSI != nil {
			j.RSSI = *b.RSSI
		}
	}
	if j.TxPower == nil {
		j.TxPower = remote.TxPower
	}
	r, ok := j.record()
	if !ok {
		return Record{}, ErrBlob
	}
	return r, nil
}

// open opens a blob. An empty one holds nothing.
func (b *blobJSON) open(text string, key *ecdh.PrivateKey) error {
	if text == "" {
		return nil
	}
	plain, err := OpenBlob(text, key)
	if err != nil {
		return err
	}
	if json.Unmarshal(plain, b) != nil {
		return ErrBlob
	}
	return nil
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
