public import ArgumentParser
package import Gemma4
public import Tensor

extension CacheType: ExpressibleByArgument {}

/// How the cache stores keys and values: llama.cpp's flags.
package struct CacheOptions: ParsableArguments {
    @Option(
        name: [.customLong("ctk", withSingleDash: true), .customLong("cache-type-k")],
        help: ArgumentHelp(
            """
            How the cache stores keys. f32, f16 and bf16 keep them exactly or nearly so; the others use 8, 5, 4 or 3 \
            bits. Default: f16; gemma-imatrix: f32.
            """))
    package var keyType: CacheType?

    @Option(
        name: [.customLong("ctv", withSingleDash: true), .customLong("cache-type-v")],
        help: "How the cache stores values.")
    package var valueType: CacheType?

    package init() {}

    /// The types that were given, and those of `defaults` for the others.
    package func types(default defaults: CacheTypes = CacheTypes()) -> CacheTypes {
        CacheTypes(key: keyType ?? defaults.key, value: valueType ?? defaults.value)
    }
}
