// swift-tools-version: 6.2

import Foundation
import PackageDescription

// MARK: - Processor

// SwiftPM refuses unsafe flags in a dependency that is asked for by version, so only the root package is compiled
// for this very processor; as a dependency it gets the baseline, which is correct and slower.
let isRootPackage = !Context.packageDirectory.contains("/checkouts/")

/// Which kernels are compiled: `portable` for the architecture's baseline, `avx2`, `avx512vnni`, or `native` (the
/// default), the best that the building processor has.
let processor = Context.environment["GEMMA_CPU"] ?? "native"
// The manifest itself is compiled for the machine that builds, so a build for another architecture names it.
let isCrossBuild = Context.environment["GEMMA_TARGET_ARCH"].map { $0 != "x86_64" } ?? false
let processorFlags = Set(
    isCrossBuild
        ? [] : ((try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "").split(whereSeparator: \.isWhitespace))
let hasAVX2 = processorFlags.isSuperset(of: ["avx2", "fma", "f16c"])
let hasVNNI = hasAVX2 && processorFlags.isSuperset(of: ["avx512_vnni", "avx512bw", "avx512vl"])

let kernelSettings: [SwiftSetting] =
    switch isRootPackage ? processor : "portable" {
    case "native" where hasVNNI:
        [.unsafeFlags(["-Xcc", "-march=native"]), .define("AVX512VNNI"), .define("AVX2")]
    case "native" where hasAVX2:
        [.unsafeFlags(["-Xcc", "-march=native"]), .define("AVX2")]
    case "avx512vnni":
        [.unsafeFlags(["-Xcc", "-march=icelake-server"]), .define("AVX512VNNI"), .define("AVX2")]
    case "avx2":
        [.unsafeFlags(["-Xcc", "-march=haswell"]), .define("AVX2")]
    case "native", "portable": []
    default: fatalError("GEMMA_CPU is \(processor); expected native, portable, avx2 or avx512vnni")
    }

// MARK: - Targets

// Dependencies point down: GGUF <- Tensor <- Gemma4 <- Assistant <- Speculative <- Gemma <- the executables.
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "swift-gemma",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Gemma", targets: ["Gemma"]),
        .executable(name: "gemma-generate", targets: ["gemma-generate"]),
        .executable(name: "gemma-check", targets: ["gemma-check"]),
        .executable(name: "gemma-quantize", targets: ["gemma-quantize"]),
        .executable(name: "gemma-bench", targets: ["gemma-bench"]),
        .executable(name: "gemma-perplexity", targets: ["gemma-perplexity"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        .systemLibrary(
            name: "COpenBLAS",
            pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),

        .target(name: "GGUF"),
        .target(
            name: "Tensor",
            dependencies: ["GGUF", .target(name: "COpenBLAS", condition: .when(platforms: [.linux]))],
            swiftSettings: kernelSettings + [.enableExperimentalFeature("BuiltinModule")]),  // for prefetching
        .target(name: "Tokenizer", dependencies: ["GGUF"]),
        .target(name: "Sampling", dependencies: ["GGUF", "Tensor"]),
        .target(name: "Gemma4", dependencies: ["GGUF", "Tensor"]),
        .target(name: "Assistant", dependencies: ["GGUF", "Tensor", "Gemma4"]),
        .target(name: "Speculative", dependencies: ["Tensor", "Gemma4", "Assistant", "Sampling", logging]),
        .target(
            name: "Gemma",
            dependencies: ["GGUF", "Tensor", "Gemma4", "Assistant", "Sampling", "Speculative", "Tokenizer"]),
        .target(name: "BundledModel", resources: [.copy("Models")]),
        .target(
            name: "ReferenceCheck",
            dependencies: ["GGUF", "Tensor", "Gemma4", "Assistant", "Sampling", "Speculative", "Tokenizer"]),
        .target(name: "Evaluation", dependencies: ["GGUF", "Tensor", "Gemma4"]),
        .target(name: "Quantization", dependencies: ["GGUF", "Tensor"]),
        .target(name: "CommandSupport", dependencies: ["GGUF", "Tensor", argumentParser, logging]),

        .executableTarget(
            name: "gemma-generate",
            dependencies: ["GGUF", "Gemma", "BundledModel", "CommandSupport", argumentParser, logging]),
        .executableTarget(
            name: "gemma-check",
            dependencies: ["GGUF", "Tensor", "ReferenceCheck", "CommandSupport", argumentParser, logging]),
        .executableTarget(
            name: "gemma-perplexity",
            dependencies: [
                "Tensor", "Gemma4", "Gemma", "Evaluation", "BundledModel", "CommandSupport", argumentParser, logging,
            ]),
        .executableTarget(
            name: "gemma-quantize",
            dependencies: ["GGUF", "Tensor", "Quantization", "CommandSupport", argumentParser, logging]),

        .target(name: "SyntheticModel", dependencies: ["GGUF"], path: "Benchmarks/SyntheticModel"),
        .target(
            name: "Benchmarking",
            dependencies: [
                "GGUF", "Tensor", "Tokenizer", "Gemma4", "Assistant", "Sampling", "Speculative", "CommandSupport",
            ],
            path: "Benchmarks/Benchmarking"),
        .executableTarget(
            name: "gemma-bench",
            dependencies: [
                "GGUF", "Tensor", "Benchmarking", "SyntheticModel", "CommandSupport", argumentParser, logging,
            ],
            path: "Benchmarks/gemma-bench"),

        .target(
            name: "FuzzTargets",
            dependencies: [
                "GGUF", "Tensor", "Tokenizer", "Sampling", "Gemma", "Evaluation", "ReferenceCheck", "SyntheticModel",
            ],
            path: "Fuzz/FuzzTargets"),
        .executableTarget(
            name: "gemma-sweep", dependencies: ["FuzzTargets", "CommandSupport", argumentParser],
            path: "Fuzz/gemma-sweep"),

        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"]),
        .testTarget(name: "GGUFTests", dependencies: ["GGUF"]),
        .testTarget(
            name: "QuantizationTests", dependencies: ["GGUF", "Tensor", "Quantization", "Gemma", "BundledModel"]),
        .testTarget(name: "TensorTests", dependencies: ["GGUF", "Tensor"], swiftSettings: kernelSettings),
        .testTarget(name: "TokenizerTests", dependencies: ["GGUF", "Tokenizer"]),
        .testTarget(name: "SamplingTests", dependencies: ["GGUF", "Sampling"]),
        .testTarget(
            name: "ModelTests",
            dependencies: ["GGUF", "Tensor", "Gemma4", "Assistant", "ReferenceCheck", "BundledModel"]),
        .testTarget(
            name: "SpeculativeTests",
            dependencies: ["GGUF", "Tensor", "Gemma4", "Assistant", "Sampling", "Speculative", "BundledModel", logging]),
        .testTarget(name: "GemmaTests", dependencies: ["GGUF", "Gemma", "BundledModel"]),
        .testTarget(
            name: "BenchmarkTests",
            dependencies: [
                "GGUF", "Tensor", "Gemma4", "Assistant", "Speculative", "CommandSupport", "Benchmarking",
                "SyntheticModel", "BundledModel",
            ]),
        .testTarget(
            name: "EvaluationTests",
            dependencies: ["GGUF", "Tensor", "Gemma4", "Tokenizer", "Evaluation", "BundledModel"]),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "GGUF", "BundledModel", "gemma-generate", "gemma-check", "gemma-quantize", "gemma-perplexity",
                "gemma-bench",
            ]),
    ],
    swiftLanguageModes: [.v6]
)

// The fuzzer links with libFuzzer, which only `--sanitize fuzzer` brings; see `make fuzz`.
if Context.environment["GEMMA_FUZZ"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "gemma-fuzz", dependencies: ["FuzzTargets"], path: "Fuzz/gemma-fuzz",
            // Its main function is libFuzzer's.
            swiftSettings: [.unsafeFlags(["-parse-as-library"]), .enableExperimentalFeature("Extern")]))
}
