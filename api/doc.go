// Package api answers one question: what does the verification API say to the
// program of an airline, a gate or a venue?
//
//	h, err := api.New(api.Options{World: ..., Signer: ..., Clients: ...})
//	http.Serve(listener, h)
//
// It is package verify behind HTTP, and decides nothing of its own. A program
// that can hold the data itself has no need of it: the same answer comes from
// the command line, from WebAssembly and from the packages, without a server.
//
// # Calls
//
//	POST /v1/verify          one person: one code, or several that count together
//	POST /v1/verify/batch    up to MaxItems people for one journey
//	GET  /v1/data            what the answers rest on, and how old it is
//	GET  /v1/openapi.json    all of this for programs: OpenAPI 3.1, made from the types of this package
//	GET  /healthz, /readyz   it runs; it has data that is not past its end
//
// Bodies are JSON of at most MaxBody bytes. A member that is not known is an
// error, since it could be the one that matters. A code that cannot be read is
// no error but a grey answer; in a batch every item has its answer, in order.
//
// # What it says, and what not
//
// An answer is minimal unless more is asked for: the colour, the reasons as a
// receipt has them (codes and words that tell nothing of a person's health), the
// obligations, and the receipt. With detail "desk" it is what an officer sees:
// every reason with its moments, name and birth date, until when; with "full"
// also what the certificate says. The names of a passport are compared and not
// repeated: the answer says how well they fit.
//
// # Receipts
//
// The receipt is the proof that the check was made: by which rules, at which
// moment, with which answer, and for which code, which it does not tell. It is
// signed if the service has a key of its country for the use "receipt". The
// decision in it is the one that follows from the colour (green: admitted, else
// a second desk), unless the request says what was decided.
//
// # What it keeps
//
// Nothing. There is no log of requests, no cache and no counter of anything but
// the cost that a client has used in this minute. A request has no effect, and
// can be sent again.
//
// # Limits
//
// A client has a budget of cost a minute; one code costs one. Who spends more is
// answered 429, with the seconds to wait. Clients name themselves with a token
// in the Authorization header; the service knows its SHA-256 alone. Clients
// without one share a budget by network address, if they are let in at all.
//
// # Errors
//
// {"error": {"code", "text", "hint"}} with a status of HTTP: bad_request (400),
// unauthorised (401), not_found (404), method (405), too_large (413), media_type
// (415), too_many (429), no_data (503). No error repeats anything of a request.
package api
