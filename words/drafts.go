//go:build !js

package words

import "embed"

// drafts are the files of [Drafts].
//
//go:embed ar.txt es.txt ru.txt zh.txt
var drafts embed.FS
