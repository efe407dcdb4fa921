SWIFT_BUILD = swift build -c release
FIXTURES = $(firstword $(wildcard ../shared/fixtures) Tests/Fixtures)

.PHONY: setup run test check lint format clean

# OpenBLAS and LAPACKE, where they are missing.
setup:
	@Scripts/setup

# A story, told by the bundled model and its drafter.
run: setup
	@$(SWIFT_BUILD) --product gemma-generate
	@$$($(SWIFT_BUILD) --show-bin-path)/gemma-generate --temp 0.8 --top-k 40 -p "Once upon a time"

# Release builds, since kernels without optimisation take minutes for what takes seconds.
test: setup
	swift test -c release

# The engine against reference answers: all of them where they are, else those of the tests.
check: setup
	$(SWIFT_BUILD) --product gemma-check
	$$($(SWIFT_BUILD) --show-bin-path)/gemma-check pairs --exact $(FIXTURES)
	$$($(SWIFT_BUILD) --show-bin-path)/gemma-check pairs $(FIXTURES)
ifneq ($(wildcard ../shared/fixtures),)
	$$($(SWIFT_BUILD) --show-bin-path)/gemma-check text $(FIXTURES)/text --vocab ../shared/gemma4-vocab.gguf
	$$($(SWIFT_BUILD) --show-bin-path)/gemma-check quants $(FIXTURES)/quants
endif

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

format:
	swift format --in-place --recursive Package.swift Sources Tests

clean:
	rm -rf .build .build-*
