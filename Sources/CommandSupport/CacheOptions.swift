public import ArgumentParser
public import Tensor

extension CacheType: ExpressibleByArgument {}

/// How the cache stores keys and values: llama.cpp's flags.
package struct CacheOptions: ParsableArguments {
    @Option(
        name: [.customLong("ctk", withSingleDash: true), .customLong("cache-type-k")],
        help: "How the cache stores keys: f32 or f16. Half precision takes half the memory.")
    package var key = CacheType.f16

    @Option(
        name: [.customLong("ctv", withSingleDash: true), .customLong("cache-type-v")],
        help: "How the cache stores values: f32 or f16.")
    package var value = CacheType.f16

    package init() {}
}
