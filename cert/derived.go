package cert

import "time"

// Derivation says that a certificate was made from one of another issuer: a
// country that recognised a foreign certificate states under its own key what
// that one states, and never more. It names the original, so that whoever knows
// that its issuer has withdrawn it knows the same of this one. It holds nothing
// about the person.
//
// A Derivation without a country or without a hash names no original: it is
// what a reader gives that found one which it could not read.
type Derivation struct {
	Country string    `json:"country"`                // that answers for the key of the original
	Issuer  string    `json:"issuer,omitempty"`       // what the original's issuer calls itself: an address, an authority
	KeyID   string    `json:"key_id,omitempty"`       // of the original, base64
	Signer  string    `json:"signer_of,omitempty"`    // the authority that certified the signer of a seal: its key's identifier, base64
	Format  string    `json:"format"`                 // of the original: hc1, shc, vds, divoc
	Content string    `json:"content,omitempty"`      // dcc, icvp ...
	Hash    string    `json:"hash"`                   // lower-case hex SHA-256 of the bytes that were signed, as [Carrier.Hash]; the signature is not among them, for anybody can write one of ECDSA in two ways
	Issued  time.Time `json:"issued,omitzero"`        // of the original's signature
	Until   time.Time `json:"until,omitzero"`         // its end; what is derived ends no later. Zero: none
	Marks   []string  `json:"withdrawn_by,omitempty"` // what the original's issuer withdraws it by: "by-uci 00112233445566778899aabbccddeeff"
}

// Names reports whether the derivation names an original.
func (d *Derivation) Names() bool { return d != nil && d.Country != "" && len(d.Hash) == 64 }
