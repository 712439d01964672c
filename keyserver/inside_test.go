package keyserver

// For tests: countries sign batches as they do.
var (
	SignDetached   = signDetached
	VerifyDetached = verifyDetached
)
