//go:build pages

package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist/packed
var dist embed.FS

// Built are the pages that are built into this program.
func Built() (fs.FS, error) { return fs.Sub(dist, "dist/packed") }
