SWIFT_BUILD = swift build -c release
FIXTURES = $(firstword $(wildcard ../shared/fixtures) Tests/Fixtures)

# What is built here leaves `@Generable` out, because swift-syntax takes minutes; `make macros` tests it.
export GEMMA_MACROS ?= 0

.PHONY: setup run test macros check fuzz sweep sanitize bench bench-busy docs lint format clean

SECONDS = 60

# Installs OpenBLAS, LAPACKE and libedit if they are missing.
setup:
	@Scripts/setup

# The bundled model: a chat at a terminal, a story elsewhere. A story has three drafts per round to show speculation at
# work. For such a small model, auto often finds that drafts cost as much as they save.
run: setup
	@if [ -t 0 ] && [ -t 1 ]; then \
		$(SWIFT_BUILD) --product gemma-chat && exec $$($(SWIFT_BUILD) --show-bin-path)/gemma-chat; \
	else \
		$(SWIFT_BUILD) --product gemma-generate && \
		exec $$($(SWIFT_BUILD) --show-bin-path)/gemma-generate --temp 0.8 --top-k 40 --spec-draft-n-max 3 \
			-p "Once upon a time"; \
	fi

# Release builds, since kernels are many times slower without optimisation.
# In two steps, because `swift test` would build everything again with flags that `swift build` does not use.
test: setup
	$(SWIFT_BUILD) --build-tests
	swift test -c release --skip-build

# The tests of `@Generable`: what it writes, and what can be done with it.
macros: setup
	swift test --package-path Tests/MacroExpansion --scratch-path .build/macro-expansion
	GEMMA_MACROS=1 $(SWIFT_BUILD) --build-tests
	GEMMA_MACROS=1 swift test -c release --skip-build --filter MacroTests

# Compares the engine with reference answers: all of them if they are available, otherwise those of the tests.
check: setup
	$(SWIFT_BUILD) --product gemma-check
	$$($(SWIFT_BUILD) --show-bin-path)/gemma-check pairs --exact $(FIXTURES)
	$$($(SWIFT_BUILD) --show-bin-path)/gemma-check pairs $(FIXTURES)
	$$($(SWIFT_BUILD) --show-bin-path)/gemma-check quants $(FIXTURES)/quants
ifneq ($(wildcard ../shared/fixtures),)
	$$($(SWIFT_BUILD) --show-bin-path)/gemma-check text $(FIXTURES)/text --vocab ../shared/gemma4-vocab.gguf
	$$($(SWIFT_BUILD) --show-bin-path)/gemma-check constraints $(FIXTURES)/constraints \
		--vocab ../shared/gemma4-vocab.gguf
endif

# Fuzzes every door of the engine for SECONDS each; see SECURITY.md.
fuzz: setup
	Scripts/fuzz $(SECONDS)

# Loads a small model cut at every byte, and with every bit of its header and metadata flipped.
sweep: setup
	$(SWIFT_BUILD) --product gemma-sweep
	$$($(SWIFT_BUILD) --show-bin-path)/gemma-sweep

# The tests under AddressSanitizer and ThreadSanitizer.
sanitize: setup
	Scripts/sanitize

# The figures of Documentation/Benchmarks.md, on random weights in the shapes of E2B. The machine should be idle. The
# model is written to the cache folder once (5 GB). BENCH takes more options, such as --profile or -o json.
bench: setup
	$(SWIFT_BUILD) --product gemma-bench
	bench=$$($(SWIFT_BUILD) --show-bin-path)/gemma-bench && \
	$$bench --synthetic e2b -p 512 -n 64 -b 1,2,4,8 --draft $(BENCH) && \
	$$bench --synthetic e2b -p 0 -n 64 -d 4096 $(BENCH) && \
	$$bench --synthetic e2b -p 0 -n 64 --spec-synth-rates 0.65,0.42,0.28 $(BENCH) && \
	$$bench --synthetic e2b -p 0 -n 64 --spec-synth-rates 0.65 $(BENCH) && \
	$$bench --synthetic e2b -p 0 -n 64 --spec-synth-rates 0.65,0.42,0.28 --spec-draft-n-max auto $(BENCH)

# Decoding while a busy loop occupies one of the cores (Linux), to compare with the first line of `make bench`.
bench-busy: setup
	$(SWIFT_BUILD) --product gemma-bench
	taskset -c 0 sh -c 'while :; do :; done' & busy=$$!; trap "kill $$busy" EXIT; \
	$$($(SWIFT_BUILD) --show-bin-path)/gemma-bench --synthetic e2b -p 0 -n 64 $(BENCH)

# The documentation of `import Gemma`, with a tutorial, in .build/documentation.
docs: setup
	Scripts/documentation

lint:
	swift format lint --strict --recursive Package.swift Sources Benchmarks Fuzz Tests Examples

format:
	swift format --in-place --recursive Package.swift Sources Benchmarks Fuzz Tests Examples

clean:
	rm -rf .build .build-*
