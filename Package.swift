// swift-tools-version: 6.1

import Foundation
import PackageDescription

// MARK: - Processor

// SwiftPM refuses unsafe flags in a dependency that is asked for by version, so only the root package is compiled
// for this very processor; as a dependency it gets the baseline, which is correct and slower.
let isRootPackage = !Context.packageDirectory.contains("/checkouts/")

/// `portable` compiles for the architecture's baseline, `native` (the default) for the processor that builds.
let processor = Context.environment["GEMMA_CPU"] ?? "native"

let isNative = isRootPackage && processor != "portable"
let processorFlags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""

var kernelSettings: [SwiftSetting] = isNative ? [.unsafeFlags(["-Xcc", "-march=native"])] : []
if isNative && processorFlags.contains(" fma ") { kernelSettings.append(.define("FUSED_MULTIPLY_ADD")) }
if isNative && processorFlags.contains(" avx512_vnni ") { kernelSettings.append(.define("AVX512VNNI")) }

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
            swiftSettings: kernelSettings),
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
        .target(name: "CommandSupport", dependencies: [argumentParser, logging]),

        .executableTarget(
            name: "gemma-generate",
            dependencies: ["GGUF", "Gemma", "BundledModel", "CommandSupport", argumentParser, logging]),
        .executableTarget(
            name: "gemma-check",
            dependencies: ["GGUF", "Tensor", "ReferenceCheck", "CommandSupport", argumentParser, logging]),

        .testTarget(name: "GGUFTests", dependencies: ["GGUF"]),
        .testTarget(name: "TensorTests", dependencies: ["GGUF", "Tensor"]),
        .testTarget(name: "TokenizerTests", dependencies: ["GGUF", "Tokenizer"]),
        .testTarget(name: "SamplingTests", dependencies: ["GGUF", "Sampling"]),
        .testTarget(
            name: "ModelTests",
            dependencies: ["GGUF", "Tensor", "Gemma4", "Assistant", "ReferenceCheck", "BundledModel"]),
        .testTarget(
            name: "SpeculativeTests",
            dependencies: ["GGUF", "Tensor", "Gemma4", "Assistant", "Sampling", "Speculative", "BundledModel", logging]),
        .testTarget(name: "GemmaTests", dependencies: ["Gemma", "BundledModel"]),
        .testTarget(name: "CommandTests", dependencies: ["BundledModel", "gemma-generate", "gemma-check"]),
    ],
    swiftLanguageModes: [.v6]
)
