public import ArgumentParser
public import Tensor

extension CacheType: ExpressibleByArgument {}

/// How the cache stores keys and values: llama.cpp's flags.
package struct CacheOptions: ParsableArguments {
    @Option(
        name: [.customLong("ctk", withSingleDash: true), .customLong("cache-type-k")],
        help: "How the cache stores keys: f32, f16 and bf16 exactly or nearly so, the others in 8, 4 or 3 bits.")
    package var key = CacheType.f16

    @Option(
        name: [.customLong("ctv", withSingleDash: true), .customLong("cache-type-v")],
        help: "How the cache stores values.")
    package var value = CacheType.f16

    package init() {}
}
