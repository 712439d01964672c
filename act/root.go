package act

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pratique/pratique/internal/signed"
)

const rootName = "pratique-root"

// LongestRoot is how long a root document may hold.
const LongestRoot = 3 * 366 * day

// Root says who the keyholders of a network are, and how many of them, from how
// many regions, must agree. Nobody else admits a party.
//
//	root      = "pratique-root/1." minor LF
//	            "network " origin LF
//	            "version " number LF               ; from 1, without gaps
//	            ["previous " sha256-in-hex LF]     ; of the version before; not of version 1
//	            "issued " moment LF
//	            "until " moment LF                 ; at most LongestRoot later
//	            "threshold " number LF
//	            "regions " number LF               ; of that many the signers must come, at least
//	            1*keyholder
//	keyholder = LF "keyholder " id LF
//	            "  name " words LF
//	            "  region " id LF
//	            "  spki " base64 LF
//
// A root document is a text of internal/signed. Version 1 is signed by a quorum of
// its own keyholders; whoever relies on the network compares its [Root.Fingerprint]
// by another way, once. A later one is signed by a quorum of the keyholders before it
// and a quorum of its own, so that neither can shut out the other. A document
// that has ended is followed by a new one and by nothing else.
type Root struct {
	Minor     int
	Network   string
	Version   int64
	Previous  string // SHA-256 of the text of the version before, hex
	Issued    time.Time
	Until     time.Time
	Threshold int
	Regions   int
	Holders   []Holder
}

// Holder is a keyholder of the root.
type Holder struct {
	ID     string
	Name   string
	Region string
	Key    crypto.PublicKey
}

// ParseRoot reads a root document without its signatures.
func ParseRoot(text []byte) (Root, error) {
	f, err := signed.Parse(text)
	if err == nil && len(f.Signatures) > 0 {
		err = errors.New("the signatures do not belong to the text")
	}
	if err != nil {
		return Root{}, fmt.Errorf("reading root document: %w: %w", ErrFormat, err)
	}
	r, err := parseRoot(f)
	if err != nil {
		return Root{}, fmt.Errorf("reading root document: %w", err)
	}
	return r, nil
}

func parseRoot(f signed.File) (Root, error) {
	switch {
	case f.Name != rootName:
		return Root{}, fmt.Errorf("%w: it is a %s", ErrFormat, f.Name)
	case f.Major != 1:
		return Root{}, fmt.Errorf("%w: %s/%d.%d", ErrNewer, f.Name, f.Major, f.Minor)
	case len(f.Text) > MaxSize:
		return Root{}, fmt.Errorf("%w: more than %d bytes", ErrFormat, MaxSize)
	}
	blocks := strings.Split(strings.TrimSuffix(string(f.Body()), "\n"), "\n\n")
	if len(blocks) > 1+maxSigners {
		return Root{}, fmt.Errorf("%w: more than %d keyholders", ErrFormat, maxSigners)
	}
	h := newReader(blocks[0], "")
	d := Root{Minor: f.Minor, Network: h.one("network"), Version: h.number(h.one("version")), Previous: h.maybe("previous"),
		Issued: h.moment(h.one("issued")), Until: h.moment(h.one("until")), Threshold: int(h.number(h.one("threshold"))), Regions: int(h.number(h.one("regions")))}
	if err := h.done(); err != nil {
		return Root{}, err
	}
	var keys []crypto.PublicKey
	for _, b := range blocks[1:] {
		first, rest, _ := strings.Cut(b, "\n")
		id, ok := strings.CutPrefix(first, "keyholder ")
		if !ok {
			return Root{}, fmt.Errorf("%w: not a keyholder", ErrFormat)
		}
		r := newReader(rest, "  ")
		o := Holder{ID: r.word(id), Name: r.one("name"), Region: r.word(r.one("region")), Key: r.key(r.one("spki"))}
		if err := r.done(); err != nil {
			return Root{}, err
		}
		if slices.ContainsFunc(d.Holders, func(p Holder) bool { return p.ID == o.ID }) {
			return Root{}, fmt.Errorf("%w: a keyholder stands twice", ErrFormat)
		}
		d.Holders, keys = append(d.Holders, o), append(keys, o.Key)
	}
	h.signers(keys, d.Threshold)
	regions := d.regions(keys)
	switch {
	case h.err != nil:
		return Root{}, h.err
	case d.Version < 1 || (d.Version == 1) != (d.Previous == "") || d.Previous != "" && !isHash(d.Previous):
		return Root{}, fmt.Errorf("%w: version 1 follows nothing, and every other one the one before", ErrFormat)
	case d.Regions < 1 || d.Regions > regions || d.Regions > d.Threshold:
		return Root{}, fmt.Errorf("%w: regions are 1 to as many as there are, and no more than must sign", ErrFormat)
	case !d.Issued.Before(d.Until) || d.Until.Sub(d.Issued) > LongestRoot:
		return Root{}, fmt.Errorf("%w: a root document ends, after %d days at the latest", ErrFormat, LongestRoot/day)
	}
	if again, err := d.Bytes(); err != nil || !bytes.Equal(again, f.Text) {
		return Root{}, fmt.Errorf("%w: it is not written as root documents are written", ErrFormat)
	}
	return d, nil
}

// Bytes writes the document without signatures.
func (d Root) Bytes() ([]byte, error) {
	w := new(writer)
	fmt.Fprintf(&w.b, "%s/1.%d\n", rootName, d.Minor)
	w.line("network " + d.Network)
	w.line("version " + strconv.FormatInt(d.Version, 10))
	if d.Previous != "" {
		w.line("previous " + d.Previous)
	}
	w.line("issued " + w.momentText(d.Issued))
	w.line("until " + w.momentText(d.Until))
	w.line("threshold " + strconv.Itoa(d.Threshold))
	w.line("regions " + strconv.Itoa(d.Regions))
	for _, h := range d.Holders {
		w.line("")
		w.line("keyholder " + h.ID)
		w.field("name", h.Name)
		w.field("region", h.Region)
		w.key("spki", h.Key)
	}
	if w.err != nil {
		return nil, fmt.Errorf("writing root document: %w", w.err)
	}
	return w.b.Bytes(), nil
}

// Fingerprint is the SHA-256 of the document without signatures, in hex.
func (d Root) Fingerprint() string {
	b, err := d.Bytes()
	if err != nil {
		return ""
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func (d Root) keys() []crypto.PublicKey {
	var ks []crypto.PublicKey
	for _, h := range d.Holders {
		ks = append(ks, h.Key)
	}
	return ks
}

// regions counts the regions of these keys.
func (d Root) regions(keys []crypto.PublicKey) int {
	seen := map[string]bool{}
	for _, h := range d.Holders {
		id, _ := Name(h.Key)
		for _, k := range keys {
			if k == nil {
				continue
			}
			if other, _ := Name(k); other == id {
				seen[h.Region] = true
			}
		}
	}
	return len(seen)
}

// signed returns which keyholders of the document have signed a file, and whether
// they are a quorum. A signature that names one of them and does not verify is an
// error.
func (d Root) signed(f signed.File) (by []Holder, quorum bool, err error) {
	ids, err := f.Verify(d.keys()...)
	if errors.Is(err, signed.ErrUnsigned) || errors.Is(err, signed.ErrUnknownSigner) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	var keys []crypto.PublicKey
	for _, h := range d.Holders {
		if id, _ := Name(h.Key); slices.Contains(ids, id) {
			by, keys = append(by, h), append(keys, h.Key)
		}
	}
	return by, d.Threshold > 0 && len(by) >= d.Threshold && d.regions(keys) >= d.Regions, nil
}

// OpenRoot reads a root document of version 1 that a quorum of its own keyholders
// has signed, or any that has this fingerprint: how one begins to rely on a network.
func OpenRoot(data []byte, fingerprint string) (Root, error) {
	d, f, err := openRoot(data)
	if err != nil {
		return Root{}, err
	}
	if fingerprint != "" && d.Fingerprint() != fingerprint {
		return Root{}, refuse(OtherRoot, "it is not the root document of this fingerprint")
	}
	if fingerprint == "" && d.Version != 1 {
		return Root{}, refuse(StaleVersion, "without the fingerprint of this document one begins at version 1")
	}
	if err := quorumOf(d, f, "its own keyholders"); err != nil {
		return Root{}, err
	}
	return d, nil
}

func openRoot(data []byte) (Root, signed.File, error) {
	if len(data) > MaxSize {
		return Root{}, signed.File{}, refuse(Malformed, "more than %d bytes", MaxSize)
	}
	f, err := signed.Parse(data)
	if err != nil {
		return Root{}, f, refuse(Malformed, "%v", err)
	}
	d, err := parseRoot(f)
	if errors.Is(err, ErrNewer) {
		return Root{}, f, refuse(Newer, "%v", err)
	}
	if err != nil {
		return Root{}, f, refuse(Malformed, "%v", err)
	}
	return d, f, nil
}

func quorumOf(d Root, f signed.File, whose string) error {
	by, ok, err := d.signed(f)
	switch {
	case err != nil:
		return refuse(BadSignature, "%v", err)
	case !ok:
		return refuse(Quorum, "signed by %d of %s; %d of %d regions are needed", len(by), whose, d.Threshold, d.Regions)
	}
	return nil
}

// Follow returns the root document that takes the place of this one: the next
// version, signed by a quorum of the keyholders of both.
func (d Root) Follow(data []byte) (Root, error) {
	next, f, err := openRoot(data)
	switch {
	case err != nil:
		return Root{}, err
	case next.Network != d.Network:
		return Root{}, refuse(OtherNetwork, "it is for the network %s", next.Network)
	case next.Version <= d.Version:
		return Root{}, refuse(StaleVersion, "version %d is not newer than version %d", next.Version, d.Version)
	case next.Version != d.Version+1 || next.Previous != d.Fingerprint():
		return Root{}, refuse(Gap, "it does not follow version %d", d.Version)
	case next.Issued.Before(d.Issued):
		return Root{}, refuse(Backdated, "issued before the version that it follows")
	}
	if err := quorumOf(d, f, "the keyholders before it"); err != nil {
		return Root{}, err
	}
	if err := quorumOf(next, f, "its own keyholders"); err != nil {
		return Root{}, err
	}
	return next, nil
}
