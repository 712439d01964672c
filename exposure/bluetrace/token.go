package bluetrace

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// TokenLife is for how long a token is good.
const TokenLife = 2 * time.Hour

// tokenSkew is by how much the clocks of two servers of an authority may differ.
const tokenSkew = 5 * time.Minute

const codeSize = 6 // characters of an upload code

var (
	// ErrToken means that a text is no token of this authority.
	ErrToken = errors.New("not an upload token of this organisation")
	// ErrTokenExpired means that a token is older than TokenLife.
	ErrTokenExpired = errors.New("the upload token has expired")
)

type token struct {
	UID     string  `json:"uid"`
	Created float64 `json:"createdAt"` // seconds since 1970
	Upload  string  `json:"upload"`
}

// IssueToken makes a token for somebody to whom a health official gave a code.
// Whether the code is right is for the authority to know.
func (k *Keys) IssueToken(uid UID, code string, now time.Time, rand io.Reader) (string, error) {
	if len(code) != codeSize || !isText(code, codeSize) {
		return "", fmt.Errorf("issuing token: a code has %d characters", codeSize)
	}
	plain, err := json.Marshal(token{uid.String(), float64(now.UnixMilli()) / 1000, code})
	if err != nil {
		return "", fmt.Errorf("issuing token: %w", err)
	}
	text, err := k.seal(plain, rand)
	if err != nil {
		return "", fmt.Errorf("issuing token: %w", err)
	}
	return text, nil
}

// OpenToken says who uploads, and with which code.
func (k *Keys) OpenToken(text string, now time.Time) (UID, string, error) {
	plain, ok := k.open(text)
	var t token
	if !ok || json.Unmarshal(plain, &t) != nil || len(t.Upload) != codeSize {
		return UID{}, "", ErrToken
	}
	uid, err := ParseUID(t.UID)
	if err != nil || math.Abs(t.Created) > 1<<40 {
		return UID{}, "", ErrToken
	}
	created := time.UnixMilli(int64(t.Created * 1000))
	switch {
	case created.After(now.Add(tokenSkew)):
		return UID{}, "", ErrToken
	case now.Sub(created) > TokenLife:
		return UID{}, "", ErrTokenExpired
	}
	return uid, t.Upload, nil
}
