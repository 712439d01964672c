package keyserver

// VerifyDetached is for tests: countries verify audits as the server verifies uploads.
var VerifyDetached = verifyDetached
