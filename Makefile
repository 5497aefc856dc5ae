# `make help` lists what there is. Only Go is needed, but for lint (installs its
# pinned tool into .tools/bin), race (a C compiler) and ci (Debian's etcd).

GO     ?= go
BIN    := bin/sigilform
COUNT  ?= 6
BENCH  ?= .
FUZZ_TIME ?= 30s
APPLIES ?= 2000
KEYS    ?= 2000
SEED    ?= 0
FOR     ?= 5m
PLAY    ?= Drawn|Crash|Watch
WORLD   ?= -1
OPEN    ?= false
WATCH_KEYS ?= 100000
WATCH_FOR  ?= 5m
MUTANTS ?= kv schema keys state

.DEFAULT_GOAL := help
.PHONY: help build test quick race fuzz crash mutants bench golden lint cover demo ci clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## bin/sigilform
	$(GO) build -trimpath -o $(BIN) ./cmd/sigilform

test: ## all tests, with the embedded server
	$(GO) test ./...

quick: ## what needs no server: less than half a minute, and nothing where nothing changed
	@$(GO) list -test -f '{{.ImportPath}} {{join .Deps " "}}' ./... | sed -n '/go\.etcd\.io\/etcd\/server/d; s/\.test .*//p' | xargs $(GO) test -short

race: ## the packages in which a goroutine starts, under the race detector
	.ci/run race

fuzz: ## search for inputs that break a parser; FUZZ_TIME=30s for each
	FUZZ_TIME=$(FUZZ_TIME) .ci/run fuzz

crash: ## worlds of faults, many faulted applies, and a watch through faults, checked offline; PLAY='Drawn|Crash|Watch' SEED=0 FOR=5m WORLD=-1 OPEN=false APPLIES=2000 KEYS=2000 WATCH_KEYS=100000 WATCH_FOR=5m
	$(GO) test ./internal/crash -run '^Test($(PLAY))$$' -count 1 -timeout 0 -v -args -crash.seed=$(SEED) \
		-drawn.for=$(FOR) -drawn.world=$(WORLD) -drawn.open=$(OPEN) -crash.applies=$(APPLIES) -crash.keys=$(KEYS) -watch.keys=$(WATCH_KEYS) -watch.for=$(WATCH_FOR)

mutants: ## change the code, one thing at a time, and see whether a test fails; MUTANTS="kv schema keys state acl plan"
	$(GO) run ./.ci/mutants $(MUTANTS)

bench: ## measure; BENCH=regexp, COUNT=6, benchstat reads the output
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) -timeout 60m ./...

golden: ## write the expected files of the tests anew, then look at the diff
	@set -e; for dir in $$(grep -rl --include='*_test.go' 'flag.Bool("update"' cmd internal | xargs -n1 dirname | sort -u); do \
		$(GO) test -count=1 ./$$dir -update; \
	done
	git diff --stat

lint: ## golangci-lint, zero findings
	.ci/run lint

cover: ## coverage.html, over all packages
	$(GO) test -coverpkg=./internal/... -coverprofile=coverage.out ./...
	$(GO) tool cover -html=coverage.out -o coverage.html
	@$(GO) tool cover -func=coverage.out | tail -n 1

demo: build ## plan and apply the example in a folder of its own, then ask for drift
	@set -e; dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
	cp examples/network.hcl "$$dir/"; \
	for words in "apply --auto-approve" plan drift status; do \
		printf '\n$$ sigilform %s\n' "$$words"; $(BIN) $$words "$$dir"; \
	done

ci: ## everything that .ci/run checks
	.ci/run

clean: ## what builds and tests left
	rm -rf bin coverage.out coverage.html
