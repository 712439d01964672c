# Pratique: what one does with the tree. `make` prints this list.
#
#   make demo      the whole loop in the terminal; needs Go only
#   make tour      the whole loop in the browser; makes the pages if need be
#   make test      everything that is checked before a commit; calls deps
#   make deps      what the tests need, installed on Debian, named elsewhere
#   make fuzz      every fuzz target in turn                 FUZZTIME=20s JOBS=2
#   make bench     every benchmark
#   make compare   the rule language beside its reference engine (docs/performance.md)
#   make calibrate   the epidemic beside the Oxford study's (docs/oxford.md); minutes
#   make wasm      the verifier for pages, checked under Node
#   make pages     the pages, in web/dist; then: go build -tags pages ./cmd/pratique
#   make browse    the pages in a real browser; calls pages        ONLY=desk
#   make pictures  docs/pictures, taken of the pages as they are now
#   make release   static programs, checksums and bills of materials in dist/
#   make reproducible   two builds of this commit, in two places, compared
#
# make test: RACE=1 adds the race detector, NOSKIP=1 allows no test to be
# skipped, PRATIQUE_VECTORS=FOLDER judges the public test data in it too. It
# sets PRATIQUE_PEERS=1: comparisons with the Node packages that deps installed.

GO          ?= go
FUZZTIME    ?= 20s
JOBS        ?= $(shell nproc 2>/dev/null || echo 2)
TARGETS     ?= linux/amd64 linux/arm64 windows/amd64 windows/arm64 darwin/amd64 darwin/arm64
STATICCHECK := v0.8.2
PURE         = $(shell sed -n 's,^[0-4] *\([^ ]*\).*,./\1,p' docs/imports.txt)

.PHONY: help demo tour tour-program deps test format vet lint build unit hardware pure vulnerable wasm-program wasm pages browse pictures fuzz bench compare calibrate release reproducible clean

help:
	@sed -n '1,/^$$/s/^# \{0,1\}//p' Makefile

demo:
	@$(GO) run ./cmd/pratique demo

# What the pages are made of, newer than they are. A second tour makes nothing.
NEWER = find . \( -name node_modules -o -name dist -o -name .git -o -name bin -o -name docs -o -name test -o -name testdata \) -prune -o \
	-type f \( -name '*.go' -o -name '*.txt' -o -name '*.json' -o -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.html' -o -name '*.mjs' -o -name '*.svg' \) \
	! -name '*_test.go' -newer web/dist/made -print

tour-program:
	@if [ ! -e web/dist/made ] || [ -n "$$($(NEWER) | head -n 1)" ]; then $(MAKE) -s pages QUICK=1; fi
	@$(GO) build -tags pages -o bin/pratique-tour ./cmd/pratique

tour: tour-program
	@bin/pratique-tour tour $(TOUR)

deps:
	@STATICCHECK=$(STATICCHECK) .ci/deps

test: deps format vet lint build pure unit hardware wasm browse vulnerable
	@echo "make test: all is well"

format:
	@echo "== gofmt"
	@out=$$(gofmt -l .); [ -z "$$out" ] || { echo "not as gofmt writes it:"; echo "$$out"; exit 1; }

vet:
	@echo "== go vet"
	@$(GO) vet ./...
	@GOOS=js GOARCH=wasm $(GO) vet ./web/wasm
	@GOOS=js GOARCH=wasm $(GO) vet -tags desk ./web/wasm

lint:
	@echo "== staticcheck $(STATICCHECK)"
	@bin/staticcheck ./...

build:
	@echo "== go build"
	@$(GO) build ./...

# Floors 0 to 4 build for a page: no disk, no network, no clock of their own.
pure:
	@echo "== floors 0 to 4 for js/wasm"
	@GOOS=js GOARCH=wasm $(GO) build $(PURE)

unit:
	@echo "== go test$(if $(RACE), -race)"
	@PRATIQUE_PEERS=1 $(GO) run ./internal/judge $(if $(NOSKIP),-noskip) $(if $(RACE),-race) -timeout 20m ./...

# Keys in hardware (PKCS #11) are behind a tag, for they need a C compiler.
hardware:
	@echo "== keys in hardware, with SoftHSM"
	@$(GO) vet -tags pkcs11 ./keys ./cmd/pratique
	@bin/staticcheck -tags pkcs11 ./keys ./cmd/pratique
	@$(GO) run ./internal/judge $(if $(NOSKIP),-noskip) $(if $(RACE),-race) -tags pkcs11 ./keys
	@$(GO) run ./internal/judge $(if $(NOSKIP),-noskip) $(if $(RACE),-race) -tags pkcs11 -run TestHardware ./cmd/pratique

vulnerable:
	@.ci/vulnerable

# Functions are not inlined but where numbers are crunched: a fourteenth smaller
# in brotli, a tenth slower.
SMALL = -trimpath -buildvcs=false -ldflags='-s -w' -gcflags=all=-l -gcflags=crypto/...= -gcflags=math/...= -gcflags=runtime/...= -gcflags=internal/runtime/...=

# The pages' verifier, without symbols, beside the script of the same Go that
# starts it: for holders, and smaller for officers.
wasm-program:
	@mkdir -p web/wasm/dist
	@cp "$$($(GO) env GOROOT)/lib/wasm/wasm_exec.js" web/wasm/dist/
	@GOOS=js GOARCH=wasm GOFLAGS= $(GO) build $(SMALL) -o web/wasm/dist/pratique.wasm ./web/wasm
	@GOOS=js GOARCH=wasm GOFLAGS= $(GO) build -tags desk $(SMALL) -o web/wasm/dist/desk.wasm ./web/wasm

wasm: wasm-program
	@echo "== web/wasm"
	@GOOS= GOARCH= $(GO) build -o bin/pratique ./cmd/pratique
	@node --test web/wasm/verify.test.mjs

# The pages out of TypeScript, checked. QUICK=1 takes less care to make them small.
pages: wasm-program
	@echo "== pages"
	@.ci/deps pages
	@web/node_modules/.bin/tsc -p web && node web/build.mjs $(if $(QUICK),--quick) && touch web/dist/made

browse: pages
	@echo "== browser"
	@$(GO) build -o bin/pratique ./cmd/pratique
	@node --test --test-concurrency=1 --test-reporter=spec $(if $(ONLY),web/test/$(ONLY).test.mjs,web/test/*.test.mjs)

# Photographs of the screens, and the small pictures that are made of them.
pictures: pages
	@$(GO) build -o bin/pratique ./cmd/pratique
	@set -e; dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
	PICTURES="$$dir" node --test --test-reporter=spec web/test/pictures.test.mjs && $(GO) run ./internal/pictures "$$dir" docs/pictures

fuzz:
	@.ci/fuzz $(FUZZTIME) $(JOBS)

bench:
	@$(GO) test -run='^$$' -bench=. -benchmem ./...

compare: deps
	@node certlogic/testdata/bench/peer.mjs
	@$(GO) test -run='^$$' -bench=BenchmarkRules -benchmem -count=5 ./certlogic

calibrate:
	@$(GO) run ./internal/calibrate

# Nothing of the building machine goes in: no path, no C library, no build id.
# The version is that of the commit. The pages are built in.
release: pages
	@rm -rf dist && mkdir -p dist
	@set -e; for t in $(TARGETS); do \
		os=$${t%/*}; arch=$${t#*/}; out=dist/pratique-$$os-$$arch; [ $$os != windows ] || out=$$out.exe; \
		echo "$$out"; \
		env GOFLAGS= GOEXPERIMENT= GOAMD64=v1 GOARM64=v8.0 CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch \
			$(GO) build -tags pages -trimpath -buildvcs=true -ldflags='-s -w -buildid=' -o $$out ./cmd/pratique; \
	done
	@$(GO) run ./internal/release dist
	@cat dist/SHA256SUMS

# Two clones of this commit in folders of different names, the second with an
# empty build cache: the sums must be equal.
reproducible:
	@set -e; dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
	for n in one another-place; do \
		git clone -q . "$$dir/$$n"; \
		[ $$n = one ] || export GOCACHE="$$dir/cache"; \
		$(MAKE) -s -C "$$dir/$$n" release TARGETS="$(TARGETS)" >/dev/null; \
	done; \
	cmp "$$dir/one/dist/SHA256SUMS" "$$dir/another-place/dist/SHA256SUMS"; \
	echo "reproducible: $(TARGETS)"

clean:
	rm -rf bin dist web/dist web/wasm/dist pratique-demo certlogic/testdata/bench/node_modules internal/peers/node_modules
