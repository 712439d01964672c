package demo

import (
	"fmt"
	"strings"

	"github.com/pratique/pratique/bundle"
	"github.com/pratique/pratique/keys"
	"github.com/pratique/pratique/rules"
	"github.com/pratique/pratique/trust"
)

// Bundle is what Sudmark's border has on the second day, as one signed file, and
// the identifier of the key that signed it. Everybody has that key.
func Bundle() (data []byte, signer string, err error) {
	if data, signer, err = starter(); err != nil {
		return nil, "", fmt.Errorf("making the demo's bundle: %w", err)
	}
	return data, signer, nil
}

func starter() ([]byte, string, error) {
	play, err := New()
	if err != nil {
		return nil, "", err
	}
	var files []bundle.File
	for _, f := range play.Files {
		if name, ok := strings.CutPrefix(f.Name, "sudmark/day2/"); ok {
			files = append(files, bundle.File{Name: name, Data: f.Data})
		}
	}
	for _, name := range []string{"norland", "sudmark"} {
		set, err := rules.Pack(name)
		if err != nil {
			return nil, "", err
		}
		files = append(files, bundle.File{Name: name + ".json", Data: set.Encode()})
	}
	s, err := bundle.Sort(files)
	if err != nil {
		return nil, "", err
	}
	c, _ := s.Contents(arrival)
	k, err := keys.NewDemo("sudmark bundle", keys.Options{Country: "XB", Uses: []trust.Use{trust.Bundle}, NotBefore: begun, NotAfter: ended})
	if err != nil {
		return nil, "", err
	}
	m := bundle.Manifest{Jurisdiction: "XB", Name: "demo", AsOf: begun, Soft: ended, Hard: ended, Demo: true, Note: "DEMO: Norland and Sudmark are invented; everybody has the key that signed this"}
	data, err := bundle.Build(m, c, nil, k.Signer)
	if err != nil {
		return nil, "", err
	}
	u, err := bundle.Parse(data)
	if err != nil {
		return nil, "", err
	}
	return data, u.Signers()[0], nil
}
