package words

import "embed"

// drafts has no file: see [Learn].
var drafts embed.FS
