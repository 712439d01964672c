// Package archtest answers one question: is the tree still the house that
// docs/architecture.md describes?
//
// It holds tests only. They read docs/imports.txt, the table of floors, and the
// syntax tree of every package, and fail where the two differ or where one of
// the nevers of docs/architecture.md is broken. Each check is itself tested on
// small sources that break it.
//
// # The table
//
// docs/imports.txt has one line a package:
//
//	FLOOR PACKAGE [PACKAGE...]
//
// FLOOR is a digit, or "tool" for programs and tests that serve the build and
// that tests alone import, and a tool whose line names it. A package imports
// packages of lower floors, and of its own floor only those that follow it on
// its line. A tool that serves tests has a name that ends in test. Below stand
// the modules that are not ours:
//
//	module PATH [PACKAGE...]
//
// with the packages whose own files may import them; a module that is followed
// by no package is for tests only. Text after # is a comment. Every package of
// the tree has its line and every line has its package.
package archtest
