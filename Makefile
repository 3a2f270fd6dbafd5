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

# What checks the infrastructure; Python programs, each in an environment of its own.
CFN_LINT := .tools/cfn-lint-1.58.0
CHECKOV  := .tools/checkov-3.3.30
MOTO     := .tools/moto-5.2.5
# CDK's command line: deploys what the app in infra/ describes. Needs Node.js.
CDK      := npx --yes aws-cdk@2.1148.1
# Settings for the four targets below: make deploy CDK_FLAGS='-c schedule=off -c push=batch'
CDK_FLAGS ?=

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

.PHONY: need-node
need-node:
	@command -v node >/dev/null || { echo 'node is not on the PATH: CDK needs Node.js 20 or newer (https://nodejs.org)'; exit 1; }

.PHONY: synth
synth: need-node ## Write the CloudFormation template to infra/cdk.out (CDK_FLAGS='-c NAME=VALUE' for settings)
	cd infra && CDK_OUTDIR=cdk.out go run . $(CDK_FLAGS)
	@echo 'infra/cdk.out/Mirror.template.json'

.PHONY: deploy
deploy: need-node ## Deploy the service to the AWS account of the environment, with an image built here by Docker
	cd infra && $(CDK) deploy $(CDK_FLAGS)

.PHONY: diff
diff: need-node ## Say what deploy would change
	cd infra && $(CDK) diff $(CDK_FLAGS)

.PHONY: destroy
destroy: need-node ## Remove the service from the account; the table of entries stays
	cd infra && $(CDK) destroy $(CDK_FLAGS)

.PHONY: infra-tools
infra-tools: $(CFN_LINT) $(CHECKOV) $(MOTO) ## Install cfn-lint, checkov and moto under .tools (Python 3.10 or newer)

.PHONY: lint-infra
lint-infra: need-node $(CFN_LINT) $(CHECKOV) ## Check the templates of all variants with cfn-lint, checkov and cdk-nag
	ECRMIRROR_REQUIRE_NODE=1 go test -count=1 -run '^Test(Templates|Stack)Pass' -v ./infra/mirrorstack

.PHONY: infra-moto
infra-moto: need-node $(MOTO) ## Create the stack in moto, an AWS emulator, and read it back
	ECRMIRROR_REQUIRE_NODE=1 go test -count=1 -run '^TestAnEmulatorCreatesTheStack$$' -v ./infra/mirrorstack

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

# A half-made environment would pass for a whole one.
$(CFN_LINT):
	python3 -m venv $@ && $@/bin/pip install -q --disable-pip-version-check cfn-lint==$(@:.tools/cfn-lint-%=%) || { rm -rf $@; exit 1; }

$(CHECKOV):
	python3 -m venv $@ && $@/bin/pip install -q --disable-pip-version-check checkov==$(@:.tools/checkov-%=%) || { rm -rf $@; exit 1; }

$(MOTO):
	python3 -m venv $@ && $@/bin/pip install -q --disable-pip-version-check 'moto[server]==$(@:.tools/moto-%=%)' || { rm -rf $@; exit 1; }
