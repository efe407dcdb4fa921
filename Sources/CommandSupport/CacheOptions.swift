public import ArgumentParser
public import Tensor

extension CacheType: ExpressibleByArgument {}

/// How the cache stores keys and values: llama.cpp's flags.
package struct CacheOptions: ParsableArguments {
    @Option(
        name: [.customLong("ctk", withSingleDash: true), .customLong("cache-type-k")],
        help:
            "How the cache stores keys: f32, f16 (the default) and bf16 exactly or nearly so, the others in 8, 4 or 3 bits."
    )
    package var keyType: CacheType?

    @Option(
        name: [.customLong("ctv", withSingleDash: true), .customLong("cache-type-v")],
        help: "How the cache stores values.")
    package var valueType: CacheType?

    package init() {}

    package var key: CacheType { keyType ?? .f16 }
    package var value: CacheType { valueType ?? .f16 }
}
