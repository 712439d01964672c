//go:build !pages

package web

import "io/fs"

// Built are the pages that are built into this program: none.
func Built() (fs.FS, error) { return nil, ErrNone }
