// Package doctest answers one question: do the documents say what the program
// really does?
//
// It holds tests only. They build the program once and read README.md,
// NEWS.md, CONTRIBUTING.md, SECURITY.md and docs/.
//
//   - A fenced block marked console is a session: a line that begins with "$ "
//     is typed into a shell (a line that ends with \ goes on in the next), what
//     follows is compared with what the shell prints, output and errors
//     together. A line of three dots stands for any number of lines. Outside of
//     a block the line "<!-- $ COMMAND -->", which readers do not see, types a
//     command that must succeed, whatever it prints. The sessions of a document
//     run in order, in one shell that begins in an empty folder. To write what
//     is really printed into the documents: go test ./internal/doctest -update
//   - A command in code spans (`pratique verify`) exists. On a line, or in a
//     row of a table, that says "not yet", the commands after those words do
//     not exist; when they do, the document is out of date.
//   - A relative link leads to a file.
package doctest
