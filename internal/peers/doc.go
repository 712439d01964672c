// Package peers answers one question: do independent implementations and this
// program understand each other?
//
// It holds tests only. They put the vectors to npm modules, each in a process of
// its own behind an adapter of some lines (*.mjs), by `pratique conform`: as
// verifiers of what our vectors' tool signed, as issuers of what this program
// then verifies, and as engines of the rule language. What a module does
// otherwise stands in exceptions.json with the reason; a disagreement that is
// not there fails the build, and so does an exception that no longer occurs.
//
// The modules come by the lock file, and are part of nothing that is released:
//
//	(cd internal/peers && npm ci) && PRATIQUE_PEERS=1 go test ./internal/peers
package peers
