# The whole loop of a developer. `make` alone lists the targets.

# Everything is built without cgo; the tag keeps go.podman.io/image off the C library gpgme.
TAGS        := containers_image_openpgp
# Override, because "make test GOFLAGS=-v" must not lose it.
export CGO_ENABLED := 0
override GOFLAGS   := $(GOFLAGS) -tags=$(TAGS)
export GOFLAGS

# Tools, installed on first use. The paths are relative: the names of make's targets have no spaces.
GOLANGCI_LINT_VERSION := v2.6.0
GOFUMPT_VERSION       := v0.12.0
GOLANGCI_LINT := .tools/golangci-lint-$(GOLANGCI_LINT_VERSION)
GOFUMPT       := .tools/gofumpt-$(GOFUMPT_VERSION)

# A public image to mirror in the demo besides its own: make demo SOURCE=docker.io/library/alpine:3
SOURCE ?=

FUZZTIME ?= 10s

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## Mirror real images through localstack and check every digest (SOURCE=IMAGE adds one of yours)
	@go run ./localstack/demo $(if $(SOURCE),-source '$(SOURCE)')

.PHONY: test
test: ## Run all tests, with the race detector where there is a C compiler
	@if command -v $$(go env CC) >/dev/null; then \
		set -x; CGO_ENABLED=1 go test -race $(GOTEST_FLAGS) ./...; \
	else \
		echo "no C compiler found: running the tests without the race detector"; \
		set -x; go test $(GOTEST_FLAGS) ./...; \
	fi

.PHONY: build
build: ## Build the programs into bin/
	go build -trimpath -ldflags='-s -w' -o bin/ ./cmd/...

.PHONY: localstack
localstack: ## Run the AWS side on this machine until interrupted
	go run ./localstack

.PHONY: lint
lint: $(GOLANGCI_LINT) $(GOFUMPT) ## Check style, import rules and formatting
	@unformatted=$$($(GOFUMPT) -l bench cmd internal localstack) || exit 1; \
	if [ -n "$$unformatted" ]; then echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi
	$(GOLANGCI_LINT) run ./...

.PHONY: fmt
fmt: $(GOFUMPT) ## Format the code
	$(GOFUMPT) -w bench cmd internal localstack

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (10s)
	@for target in $$(grep -rlE '^func Fuzz' --include='*_test.go' cmd internal localstack); do \
		dir=./$$(dirname $$target); \
		for name in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' $$target); do \
			echo "$$dir $$name"; \
			go test -run='^$$' -fuzz="^$$name\$$" -fuzztime=$(FUZZTIME) $$dir || exit 1; \
		done; \
	done

.PHONY: bench
bench: ## Measure mirror beside the peers that are installed (under 10 minutes; BENCH_FLAGS=-h explains)
	go run ./bench -progress $(BENCH_FLAGS)

.PHONY: bench-quick
bench-quick: ## The same in under 2 minutes: fewer rounds and peers, a smaller layer
	go run ./bench -quick -progress $(BENCH_FLAGS)

.PHONY: bench-controller
bench-controller: ## Sweep 10,000 entries on this machine and hold that against what is promised (BENCH_FLAGS='-n 100000')
	go run ./bench/controller $(BENCH_FLAGS)

.PHONY: bench-peers
bench-peers: ## Install the peers for bench into bench/.peers
	./bench/peers.sh

.PHONY: conformance-huge
conformance-huge: ## Copy an image with a layer of 3 GiB around (minutes; 30 GiB of disk)
	ECRMIRROR_HUGE=3221225472 go test -count=1 -timeout 60m -run AHuge -v ./internal/conformance

.PHONY: tidy-check
tidy-check: ## Check that go.mod and go.sum are tidy
	go mod tidy -diff

.PHONY: ci
ci: lint tidy-check test fuzz demo ## Everything that must pass

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin .tools

$(GOLANGCI_LINT):
	GOBIN="$$PWD/.tools" GOFLAGS= go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv .tools/golangci-lint $@

$(GOFUMPT):
	GOBIN="$$PWD/.tools" GOFLAGS= go install mvdan.cc/gofumpt@$(GOFUMPT_VERSION)
	mv .tools/gofumpt $@
