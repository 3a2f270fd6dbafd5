# The whole loop of a developer. `make` alone lists the targets.

# What is set on the command line or in the environment is data: neither make nor a shell runs it, whatever a tag or a
# directory is called. So it is taken word for word, before anything else, and recipes have it from the environment
# ("$$NAME"), defaults included. Settings named ..._FLAGS are different: they are pieces of a command, for the shell.
define data
ifneq ($(origin $(1)),undefined)
override $(1) := $$(value $(1))
export $(1)
endif
endef
$(foreach name,VERSION COMMIT IMAGE PLATFORM SOURCE GO_IMAGE DESTDIR PREFIX BINDIR DATADIR MANDIR TAG S3_BUCKET PLACE SMOKE FUZZTIME KILLS TWICE FILES SEED,$(eval $(call data,$(name))))
given = $(filter override,$(origin $(1)))

# Everything is built without cgo; the tag keeps go.podman.io/image off the C library gpgme.
TAGS        := containers_image_openpgp
# Override, because "make test GOFLAGS=-v" must not lose it.
export CGO_ENABLED := 0
override GOFLAGS   := $(GOFLAGS) -tags=$(TAGS)
export GOFLAGS

# Tools, installed on first use. The paths are relative: the names of make's targets have no spaces.
GOLANGCI_LINT_VERSION := v2.6.0
GOFUMPT_VERSION       := v0.12.0
GOVULNCHECK_VERSION   := v1.9.0
ACTIONLINT_VERSION    := v1.7.12
GOLANGCI_LINT := .tools/golangci-lint-$(GOLANGCI_LINT_VERSION)
GOFUMPT       := .tools/gofumpt-$(GOFUMPT_VERSION)
GOVULNCHECK   := .tools/govulncheck-$(GOVULNCHECK_VERSION)
ACTIONLINT    := .tools/actionlint-$(ACTIONLINT_VERSION)

# Clients of artifacts that are not this project's. Not every module proxy lists the versions of notation, which go install
# asks for: a module of its own locks it.
COSIGN_VERSION := v3.1.3
ORAS_VERSION   := v1.3.6
REGCTL_VERSION := v0.11.7
CRANE_VERSION  := v0.22.1
COSIGN   := .tools/cosign-$(COSIGN_VERSION)
ORAS     := .tools/oras-$(ORAS_VERSION)
REGCTL   := .tools/regctl-$(REGCTL_VERSION)
CRANE    := .tools/crane-$(CRANE_VERSION)
NOTATION := .tools/notation-$(shell sed -n 's,.*notaryproject/notation \(v[^ ]*\).*,\1,p' tools/notation/go.mod 2>/dev/null)

# What checks the infrastructure and the recipes, and clients of AWS that localstack is tried with: Python programs, each in
# an environment of its own, which has what the lock file beside its NAME.in names, and nothing else.
locked   = .tools/$(1)-$(shell sed -n 's/^$(2)==//p' tools/python/$(1).in 2>/dev/null)
CFN_LINT := $(call locked,cfn-lint,cfn-lint)
CHECKOV  := $(call locked,checkov,checkov)
MOTO     := $(call locked,moto,moto\[server\])
AWS      := $(call locked,aws,awscli)
RECIPES  := $(call locked,recipes,check-jsonschema)
UV       := $(call locked,uv,uv)
# CDK's command line: deploys what the app in infra/ describes. Needs Node.js.
CDK      := .tools/cdk/node_modules/.bin/cdk
# What deploy-template gives the AWS CLI besides (--tags KEY=VALUE).
DEPLOY_FLAGS ?=
# Settings for the targets below: make deploy CDK_FLAGS='-c schedule=off -c push=batch'
CDK_FLAGS ?=
SMOKE_FLAGS ?=
# Flags of localstack: make localstack LOCALSTACK_FLAGS="-registries 127.0.0.1:50001,127.0.0.1:50002"
LOCALSTACK_FLAGS ?=

# What programs and image say of themselves.
ifeq ($(call given,VERSION),)
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
endif
ifeq ($(call given,COMMIT),)
COMMIT := $(shell git rev-parse --verify HEAD 2>/dev/null)
endif
export VERSION COMMIT

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-17s %s\n", $$1, $$2}' Makefile

.PHONY: demo
demo: ## Mirror real images through localstack and check every digest (SOURCE=IMAGE adds one of yours)
	@go run ./demo $${SOURCE:+"-source=$$SOURCE"}

.PHONY: grants
grants: ## List what the service's roles may do that no test does
	@uses=$$(mktemp) && ECRMIRROR_USES="$$uses" go test -count=1 ./cmd/... ./localstack/server && \
		ECRMIRROR_USES="$$uses" go test -count=1 -run 'TestTheGrantsAreEnough' ./internal/conformance && \
		go run ./localstack/roles/unused "$$uses"; status=$$?; rm -f "$$uses"; exit $$status

# The race detector has each test's program sleep for a second before it ends, in case that another thread is about to
# tell of a race. A hundredth of it is enough, and there are more than a hundred. Some packages wait more than they
# compute, for programs that they start: one more than there are processors is tested at a time.
.PHONY: test
test: ## Run all tests, with the race detector where there is a C compiler
	@packages=$$(($$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1) + 1)); \
	if command -v $$(go env CC) >/dev/null; then \
		export GORACE="atexit_sleep_ms=10 $$GORACE"; \
		set -x; CGO_ENABLED=1 go test -race -p $$packages -timeout 30m $(GOTEST_FLAGS) ./...; \
	else \
		echo "no C compiler found: running the tests without the race detector"; \
		set -x; go test -p $$packages -timeout 30m $(GOTEST_FLAGS) ./...; \
	fi

# The linker would take what comes after a space for a flag of its own.
.PHONY: need-version
need-version:
	@case "$$VERSION$$COMMIT" in *[[:space:]]*) echo 'VERSION and COMMIT may have no spaces' >&2; exit 1 ;; esac

# lambda.norpc leaves out what Lambda's old runtimes needed, and with it half of the controller; grpcnotrace leaves out
# what draws web pages of traces, and with it a third of mirror.
.PHONY: build
build: need-version ## Build the programs into bin/
	go build -trimpath -tags=$(TAGS),lambda.norpc,grpcnotrace -ldflags="-s -w -X ecrmirror/internal/buildinfo.version=$$VERSION -X ecrmirror/internal/buildinfo.commit=$$COMMIT" -o bin/ ./cmd/...

# Where make install puts things, as https://www.gnu.org/prep/standards has it. DESTDIR comes before all of it.
DIRECTORIES = : "$${DESTDIR=}" "$${PREFIX=/usr/local}" "$${BINDIR=$$PREFIX/bin}" "$${DATADIR=$$PREFIX/share}" "$${MANDIR=$$DATADIR/man}"

.PHONY: extras
extras: build
	@env -u GOOS -u GOARCH go run ./release/extras -programs bin -o bin/share -version "$$VERSION"

# As root there may be no Go: then it is what make extras has built before.
.PHONY: install
install: ## Install the programs, manual pages and completions (PREFIX=/usr/local, DESTDIR=, VERSION=v1.2.3 outside of a checkout)
	@if command -v go >/dev/null; then $(MAKE) --no-print-directory extras; \
	elif [ ! -d bin/share ]; then echo 'go is not on the PATH: run make extras first, as who has it'; exit 1; fi
	@umask 022; set -e; $(DIRECTORIES); put() { mkdir -p -- "$$(dirname -- "$$DESTDIR$$3")"; install -m "$$1" -- "$$2" "$$DESTDIR$$3"; printf '%s\n' "$$DESTDIR$$3"; }; \
	for p in mirror controller; do \
		put 755 bin/$$p "$$BINDIR/$$p"; \
		put 644 bin/share/man/$$p.1 "$$MANDIR/man1/$$p.1"; \
		put 644 bin/share/completions/$$p.bash "$$DATADIR/bash-completion/completions/$$p"; \
		put 644 bin/share/completions/_$$p "$$DATADIR/zsh/site-functions/_$$p"; \
		put 644 bin/share/completions/$$p.fish "$$DATADIR/fish/vendor_completions.d/$$p.fish"; \
	done

.PHONY: uninstall
uninstall: ## Remove what make install has put there, with the same settings
	@$(DIRECTORIES); for p in mirror controller; do \
		rm -f -- "$$DESTDIR$$BINDIR/$$p" "$$DESTDIR$$MANDIR/man1/$$p.1" "$$DESTDIR$$DATADIR/bash-completion/completions/$$p" \
			"$$DESTDIR$$DATADIR/zsh/site-functions/_$$p" "$$DESTDIR$$DATADIR/fish/vendor_completions.d/$$p.fish"; \
	done

# Attestations would make an index of the image, which Lambda does not take.
.PHONY: image
image: need-version ## Build the container image with Docker (IMAGE=ecrmirror, PLATFORM=linux/arm64)
	DOCKER_BUILDKIT=1 BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker build $${PLATFORM:+"--platform=$$PLATFORM"} \
		--build-arg GOPROXY --build-arg GO_IMAGE --build-arg VERSION --build-arg COMMIT "--tag=$${IMAGE:-ecrmirror}" .

.PHONY: sbom
sbom: image ## Write the image's bills of materials to bin/sbom, in CycloneDX's form
	@mkdir -p bin/image bin/sbom
	@container=$$(docker create -- "$${IMAGE:-ecrmirror}" mirror) || exit 1; \
	docker cp -q "$$container:/usr/local/bin/." bin/image/; status=$$?; docker rm "$$container" >/dev/null; exit $$status
	@for program in mirror controller; do \
		go run ./sbom -version "$$VERSION" bin/image/$$program >bin/sbom/$$program.cdx.json || exit 1; \
		echo "bin/sbom/$$program.cdx.json"; \
	done

# Go and what it is set to are part of the bytes: it is the version of go.mod, without settings of this machine.
.PHONY: release
release: ## Write the programs for all platforms, their bills of materials, the image and checksums to dist/ (TAG=v1.2.3 where there are several)
	@env -u GOOS -u GOARCH -u GOEXPERIMENT GOFLAGS= GOWORK=off GOTOOLCHAIN="$$(sed -n 's/^toolchain //p' go.mod)" go run ./release -tag "$$TAG" $(RELEASE_FLAGS)

.PHONY: localstack
localstack: ## Run the AWS side on this machine until interrupted (LOCALSTACK_FLAGS=-h lists its flags)
	go run ./localstack $(LOCALSTACK_FLAGS)

.PHONY: lint
lint: $(GOLANGCI_LINT) $(GOFUMPT) ## Check style and formatting
	@unformatted=$$($(GOFUMPT) -l bench cmd demo docs infra internal localstack release reliability sbom testkit tools) || exit 1; \
	if [ -n "$$unformatted" ]; then echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi
	$(GOLANGCI_LINT) run ./...

.PHONY: fmt
fmt: $(GOFUMPT) ## Format the code
	$(GOFUMPT) -w bench cmd demo docs infra internal localstack release reliability sbom testkit tools

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (10s)
	@.ci/fuzz "$${FUZZTIME:-10s}"

.PHONY: fuzz-nightly
fuzz-nightly: ## The same for a minute each
	@$(MAKE) --no-print-directory fuzz FUZZTIME=60s

# Packages of tests alone, and of what tests are for, have no lines of their own to cover.
.PHONY: cover
cover: ## Measure what the tests cover of internal/, and list the functions that they cover least
	@profile=$$(mktemp); trap 'rm -f "$$profile"' EXIT; \
	go test "-coverprofile=$$profile" -coverpkg=./internal/... ./internal/... ./cmd/... | grep -v 'no test files' || true; \
	echo; echo 'The least covered functions:'; \
	go tool cover "-func=$$profile" | awk '$$1 != "total:" {sub("%", "", $$3); if ($$3 + 0 < 60) print $$3 "%\t" $$1 "\t" $$2}' | sort -n | head -40; \
	go tool cover "-func=$$profile" | tail -1

.PHONY: bench
bench: ## Measure mirror beside the peers that are installed (under 10 minutes; BENCH_FLAGS=-h explains)
	go run ./bench -progress $(BENCH_FLAGS)

.PHONY: bench-tags
bench-tags: ## The same for many tags of one repository (under 10 minutes)
	go run ./bench -progress -cases 'R*' -out bench/.out/tags $(BENCH_FLAGS)

.PHONY: bench-quick
bench-quick: ## The same in under 2 minutes: fewer rounds and peers, a smaller layer
	go run ./bench -quick -progress $(BENCH_FLAGS)

.PHONY: bench-controller
bench-controller: ## Sweep 10,000 entries and 100 selections of 1,000 tags on this machine and hold that against what is promised (BENCH_FLAGS='-n 100000')
	go run ./bench/controller $(BENCH_FLAGS)

.PHONY: bench-fleet
bench-fleet: ## Simulate the jobs for 1,000 stale tags, grouped and one an image, and hold the times against what is promised (BENCH_FLAGS=-h explains)
	go run ./bench/fleet $(BENCH_FLAGS)

.PHONY: bench-sync
bench-sync: ## Mirror 40 tags with mirror sync, regsync and skopeo sync, first, again and with one tag moved (BENCH_FLAGS=-h explains)
	go run ./bench/sync -progress $(BENCH_FLAGS)

.PHONY: chaos
chaos: ## Copy images while everything goes wrong that can, beside the peers that are installed (under 10 minutes; CHAOS_FLAGS=-h explains)
	go run ./reliability/chaos -progress $(CHAOS_FLAGS)

.PHONY: bench-peers
bench-peers: ## Install the peers for bench into bench/.peers
	./bench/peers.sh

.PHONY: conformance-huge
conformance-huge: ## Copy an image with a layer of 3 GiB around (minutes; 30 GiB of disk)
	ECRMIRROR_HUGE=3221225472 go test -count=1 -timeout 60m -run AHuge -v ./internal/conformance

.PHONY: kill
kill: ## Kill jobs of one image and requests of many, each at 100 random points (KILLS=n, SEED=n), and have each completed by the next
	@out=$$(ECRMIRROR_KILLS="$${KILLS:-100}" ECRMIRROR_SEED="$$SEED" go test -count=1 -timeout 60m -parallel 6 -run "KilledAnywhere|DuringALongJob" -v ./internal/conformance); \
	status=$$?; echo "$$out" | grep -v -e '^=== ' -e '--- PASS: .*/kill'; exit $$status

.PHONY: twice
twice: ## Have two programs copy one image at the same time, 1,000 times (TWICE=n, SEED=n), while everything goes wrong that can
	@out=$$(ECRMIRROR_TWICE="$${TWICE:-1000}" ECRMIRROR_SEED="$$SEED" go test -count=1 -timeout 60m -run TwoPrograms -v ./internal/conformance); \
	status=$$?; echo "$$out" | grep -v -e '^=== '; exit $$status

.PHONY: agree
agree: ## Mirror 200 random files (FILES=n, SEED=n) by the table and its jobs, and by mirror sync, which must come to the same
	@out=$$(ECRMIRROR_FILES="$${FILES:-200}" ECRMIRROR_SEED="$$SEED" go test -count=1 -timeout 60m -run TestSyncAndTheTableAgree -v ./internal/conformance); \
	status=$$?; echo "$$out" | grep -v -e '^=== '; exit $$status

.PHONY: bounds
bounds: ## Copy the largest images that there may be, and forged ones, and sweep the worst tables, and hold memory, descriptors and goroutines against their bounds
	ECRMIRROR_BOUNDS=all go test -count=1 -timeout 60m -run 'What.*Takes|AnIndexOfLarge' -v ./internal/conformance

.PHONY: slow
slow: ## Copy an image to eight destinations of eight speeds, and see that none is held up (5 minutes; SLOW_FLAGS='-rates 0,20kB -min-rate 32KiB/1m')
	go run ./reliability/slow $(SLOW_FLAGS)

.PHONY: soak
soak: ## Mirror 1,000 images through one controller and 8 mirrors, in a process that must end where it began
	go run ./reliability/soak $(SOAK_FLAGS)

.PHONY: need-node
need-node:
	@command -v node >/dev/null || { echo 'node is not on the PATH: CDK needs Node.js 20 or newer (https://nodejs.org)'; exit 1; }

.PHONY: synth
synth: need-node ## Write the CloudFormation template to infra/cdk.out (CDK_FLAGS='-c NAME=VALUE' for settings)
	@cd infra && CDK_OUTDIR=cdk.out go run . $(CDK_FLAGS)

.PHONY: deploy-template
deploy-template: synth ## Deploy the template by the AWS CLI, without CDK's bootstrap (CDK_FLAGS='-c image=...', S3_BUCKET=NAME for a large one)
	go run ./infra/deploytemplate -bucket "$$S3_BUCKET" $(DEPLOY_FLAGS)

# What is read is the template of the same settings, so that no setting is known twice.
.PHONY: preflight
preflight: need-node ## Say whether deploy can work in the AWS account of the environment, and what to do before (reads only)
	@cd infra && CDK_OUTDIR=cdk.out go run . $(CDK_FLAGS)
	@go run ./infra/preflight

# The image that is tried must be given, here or as the setting image: the default is the name of what make image builds.
SMOKE_IMAGE = $(if $(call given,IMAGE),-c "image=$$IMAGE")

# A name of its own, which nothing else has: the stack is removed in the end.
.PHONY: smoke
smoke: ## Try the service in the AWS account: one throw-away stack, 20 minutes, a dollar (SMOKE=yes IMAGE=NAME; SMOKE_FLAGS=-h explains)
	@if [ "$$SMOKE" != yes ] || [ '$(SMOKE_FLAGS)' = -h ]; then go run ./infra/smoke $(SMOKE_FLAGS); exit; fi; \
	$(MAKE) --no-print-directory need-node || exit; \
	out=$$(mktemp -d) || exit; trap 'rm -rf "$$out"' EXIT; \
	name=ecrmirror-smoke-$$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n'); \
	(cd infra && CDK_OUTDIR="$$out" go run . $(CDK_FLAGS) -c "name=$$name" $(SMOKE_IMAGE)) && \
	go run ./infra/smoke -assembly "$$out" $(SMOKE_FLAGS)

.PHONY: bootstrap
bootstrap: need-node $(CDK) ## Make what deploy needs in an account and region, once (PLACE=aws://ACCOUNT/REGION)
	cd infra && ../$(CDK) bootstrap $(CDK_FLAGS) $${PLACE:+"$$PLACE"}

.PHONY: deploy
deploy: need-node $(CDK) ## Deploy the service to the AWS account of the environment, with an image built here by Docker
	cd infra && ../$(CDK) deploy $(CDK_FLAGS)

.PHONY: diff
diff: need-node $(CDK) ## Say what deploy would change
	cd infra && ../$(CDK) diff $(CDK_FLAGS)

.PHONY: destroy
destroy: need-node $(CDK) ## Remove the service from the account; the table of entries stays
	cd infra && ../$(CDK) destroy $(CDK_FLAGS)

.PHONY: renew-images
renew-images: ## Look up the digests of the images that builds and tests start from, and write them where they are used
	@go run ./tools/images Dockerfile localstack/Dockerfile testkit/dynamodblocal/dynamodblocal.go

.PHONY: renew-python
renew-python: $(UV) ## Lock what the Python programs under .tools need, the newest that goes with tools/python/*.in
	@cd tools/python && for name in *.in; do \
		UV_CUSTOM_COMPILE_COMMAND='make renew-python' ../../$(UV)/bin/uv pip compile --no-config -q --upgrade --universal --python-version 3.10 --generate-hashes \
			--only-binary :all: --no-emit-index-url --no-emit-find-links --no-annotate "$$name" -o "$${name%.in}.txt" || exit 1; \
	done

.PHONY: renew-cdk
renew-cdk: need-node ## Lock CDK's command line of tools/cdk/package.json
	cd tools/cdk && rm -f package-lock.json && npm install --package-lock-only --ignore-scripts --no-audit --no-fund

.PHONY: infra-tools
infra-tools: $(CFN_LINT) $(CHECKOV) $(MOTO) ## Install cfn-lint, checkov and moto under .tools (Python 3.10 or newer)

.PHONY: client-tools
client-tools: $(AWS) ## Install the AWS CLI and boto3 under .tools, for the tests of localstack (Python 3.10 or newer)

.PHONY: recipe-tools
recipe-tools: $(RECIPES) $(CFN_LINT) $(AWS) $(ACTIONLINT) ## Install what checks docs/recipes under .tools (Python 3.10 or newer)

.PHONY: artifact-tools
artifact-tools: $(COSIGN) $(ORAS) $(REGCTL) $(CRANE) $(NOTATION) ## Install cosign, oras, regctl, crane and notation under .tools, for the tests of artifacts (minutes)

.PHONY: lint-infra
lint-infra: need-node $(CFN_LINT) $(CHECKOV) ## Check the templates of all variants with cfn-lint, checkov and cdk-nag
	ECRMIRROR_REQUIRE_NODE=1 ECRMIRROR_VARIANTS=all go test -count=1 -run '^Test(Templates|Stack)Pass' -v ./infra/mirrorstack

.PHONY: infra-moto
infra-moto: need-node $(MOTO) ## Create the stack in moto, an AWS emulator, read it back, and try smoke there
	ECRMIRROR_REQUIRE_NODE=1 go test -count=1 -run '^TestAnEmulatorCreatesTheStack$$' -v ./infra/mirrorstack
	go test -count=1 -run '^TestMoto$$' -v ./infra/smoke

# By the Go that releases are made by, whose standard library is looked at as well.
.PHONY: vulncheck
vulncheck: $(GOVULNCHECK) ## Look for known vulnerabilities in what is used, with the database of tools/vulncheck/database.json
	@GOTOOLCHAIN="$$(sed -n 's/^toolchain //p' go.mod)" go run ./tools/vulncheck -govulncheck $(GOVULNCHECK)

.PHONY: renew-vulndb
renew-vulndb: ## Have vulncheck take the newest database that the Go module proxy has
	@go run ./tools/vulncheck -renew

.PHONY: tidy-check
tidy-check: ## Check that go.mod and go.sum are tidy
	go mod tidy -diff

.PHONY: ci
ci: lint tidy-check test fuzz demo ## Everything that must pass

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin dist .tools

$(GOLANGCI_LINT):
	GOBIN="$$PWD/.tools" GOFLAGS= go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv .tools/golangci-lint $@

$(GOFUMPT):
	GOBIN="$$PWD/.tools" GOFLAGS= go install mvdan.cc/gofumpt@$(GOFUMPT_VERSION)
	mv .tools/gofumpt $@

$(GOVULNCHECK):
	GOBIN="$$PWD/.tools" GOFLAGS= go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)
	mv .tools/govulncheck $@

$(ACTIONLINT):
	GOBIN="$$PWD/.tools" GOFLAGS= go install github.com/rhysd/actionlint/cmd/actionlint@$(ACTIONLINT_VERSION)
	mv .tools/actionlint $@

# Cosign is 1,600 packages, and takes minutes.
LEAN = -trimpath -ldflags='-s -w'

$(COSIGN):
	GOBIN="$$PWD/.tools" GOFLAGS= go install $(LEAN) github.com/sigstore/cosign/v3/cmd/cosign@$(COSIGN_VERSION)
	mv .tools/cosign $@

$(ORAS):
	GOBIN="$$PWD/.tools" GOFLAGS= go install $(LEAN) oras.land/oras/cmd/oras@$(ORAS_VERSION)
	mv .tools/oras $@

$(REGCTL):
	GOBIN="$$PWD/.tools" GOFLAGS= go install $(LEAN) github.com/regclient/regclient/cmd/regctl@$(REGCTL_VERSION)
	mv .tools/regctl $@

$(CRANE):
	GOBIN="$$PWD/.tools" GOFLAGS= go install $(LEAN) github.com/google/go-containerregistry/cmd/crane@$(CRANE_VERSION)
	mv .tools/crane $@

$(NOTATION): tools/notation/go.mod tools/notation/go.sum
	cd tools/notation && GOFLAGS= go build $(LEAN) -o ../../$@ github.com/notaryproject/notation/cmd/notation

# A half-made environment would pass for a whole one.
$(CFN_LINT): tools/python/cfn-lint.txt
$(CHECKOV): tools/python/checkov.txt
$(MOTO): tools/python/moto.txt
$(AWS): tools/python/aws.txt
$(RECIPES): tools/python/recipes.txt
$(UV): tools/python/uv.txt
$(CFN_LINT) $(CHECKOV) $(MOTO) $(AWS) $(RECIPES) $(UV):
	rm -rf $@ && python3 -m venv $@ && $@/bin/pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r $< && touch $@ || { rm -rf $@; exit 1; }

$(CDK): tools/cdk/package.json tools/cdk/package-lock.json
	rm -rf .tools/cdk && mkdir -p .tools/cdk && cp tools/cdk/package.json tools/cdk/package-lock.json .tools/cdk/
	cd .tools/cdk && npm ci --loglevel=error --ignore-scripts --no-audit --no-fund && touch ../../$@ || { rm -rf ../cdk; exit 1; }
