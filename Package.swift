// swift-tools-version: 6.2

import CompilerPluginSupport
import PackageDescription

// MARK: - Kernels

/// The architecture that the package is built for: the host's, unless a cross build says otherwise.
let architecture: String = {
    #if arch(arm64)
        let host = "arm64"
    #else
        let host = "x86_64"
    #endif
    return Context.environment["GEMMA_TARGET_ARCH"] ?? host
}()

/// One instruction set that kernels are compiled for. `Sources/<name>` is a link to `Sources/Kernels`, because SwiftPM
/// refuses two targets with the same files. Which one runs is decided at run time; see `Kernels` in `Tensor`.
struct KernelForm {
    let name: String
    var path: String?
    /// Flags of the C importer, which Swift generates code by too. Instructions are named one by one, so that nothing
    /// comes along that `Processor` does not check for.
    var instructions: [String] = []
    var defines: [String] = []

    var target: Target {
        .target(
            name: name, dependencies: ["GGUF", "TensorBase"], path: path,
            swiftSettings: [
                .enableExperimentalFeature("BuiltinModule"),  // for prefetching
                .unsafeFlags(instructions.flatMap { ["-Xcc", $0] }),
            ] + defines.map { .define($0) })
    }
}

let avx2 = ["-mavx2", "-mfma", "-mf16c"]
let forms: [KernelForm] =
    [KernelForm(name: "KernelsBaseline", path: "Sources/Kernels", defines: ["BASELINE"])]
    + (architecture == "arm64"
        ? [
            KernelForm(
                name: "KernelsDotProduct", instructions: ["-march=armv8-a+dotprod"], defines: ["DOTPROD"]),
            KernelForm(
                name: "KernelsI8MM", instructions: ["-march=armv8-a+dotprod+i8mm"],
                defines: ["DOTPROD", "I8MM"]),
        ]
        : [
            KernelForm(name: "KernelsAVX2", instructions: avx2, defines: ["AVX2"]),
            KernelForm(
                name: "KernelsAVXVNNI", instructions: avx2 + ["-mavxvnni"], defines: ["AVX2", "AVXVNNI"]),
            KernelForm(
                name: "KernelsAVX512",
                instructions: avx2 + ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mavx512vnni"],
                defines: ["AVX2", "AVX512VNNI"]),
        ])

// MARK: - Targets

// Dependencies point down: Platform <- GGUF <- TensorBase <- Kernels... <- Tensor <- Gemma4 <- Assistant <- Speculative
// <- Gemma <- executables.
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let openBLAS = Target.Dependency.target(name: "COpenBLAS", condition: .when(platforms: [.linux]))
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }

let package = Package(
    name: "swift-gemma",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Gemma", targets: ["Gemma"]),
        .executable(name: "gemma-generate", targets: ["gemma-generate"]),
        .executable(name: "gemma-chat", targets: ["gemma-chat"]),
        .executable(name: "gemma-check", targets: ["gemma-check"]),
        .executable(name: "gemma-quantize", targets: ["gemma-quantize"]),
        .executable(name: "gemma-bench", targets: ["gemma-bench"]),
        .executable(name: "gemma-perplexity", targets: ["gemma-perplexity"]),
        .executable(name: "gemma-imatrix", targets: ["gemma-imatrix"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        // Only `Hub` needs these; what does not depend on it does not build them.
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.30.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.90.0"),
    ],
    targets: [
        .systemLibrary(
            name: "COpenBLAS",
            pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),

        .systemLibrary(name: "CEdit", providers: [.apt(["libedit-dev"])]),

        .target(name: "Checksum"),
        .target(name: "JSON"),
        .target(name: "ChatTemplate", dependencies: ["JSON"]),
        .target(name: "Chat", dependencies: ["JSON"]),
        .target(name: "Platform", swiftSettings: [.enableExperimentalFeature("BuiltinModule")]),  // for XGETBV
        .target(name: "GGUF", dependencies: ["Platform"]),
        .target(name: "TensorBase", dependencies: ["Platform", "GGUF", openBLAS]),
        .target(
            name: "Tensor",
            dependencies: ["Platform", "GGUF", "TensorBase", openBLAS] + forms.map { .target(name: $0.name) }),
        .target(name: "Tokenizer", dependencies: ["Platform", "GGUF"]),
        .target(name: "Constraint", dependencies: ["JSON", "Tokenizer"]),
        .target(name: "Sampling", dependencies: ["GGUF", "Tensor"]),
        .target(name: "Gemma4", dependencies: ["Platform", "GGUF", "Tensor", "Checksum"]),
        .target(name: "Assistant", dependencies: ["GGUF", "Tensor", "Gemma4"]),
        .target(
            name: "Speculative",
            dependencies: ["Tensor", "Tokenizer", "Constraint", "Gemma4", "Assistant", "Sampling", logging]),
        .target(
            name: "Gemma",
            dependencies: [
                "GGUF", "Tensor", "Gemma4", "Assistant", "Sampling", "Speculative", "Tokenizer", "JSON", "ChatTemplate",
                "Chat", "Constraint",
            ]),
        .target(name: "BundledModel", resources: [.copy("Models")]),
        .target(
            name: "ReferenceCheck",
            dependencies: [
                "GGUF", "Tensor", "Gemma4", "Assistant", "Sampling", "Speculative", "Tokenizer", "JSON", "ChatTemplate",
                "Chat", "Constraint",
            ]),
        .target(name: "Evaluation", dependencies: ["Platform", "Tensor", "Gemma4"]),
        .target(name: "ImportanceMatrix", dependencies: ["Platform", "GGUF", "Tensor"]),
        .target(name: "Quantization", dependencies: ["GGUF", "Tensor", "Gemma4", "Assistant", "ImportanceMatrix"]),
        .target(
            name: "CommandSupport",
            dependencies: [
                "Platform", "Tensor", "Gemma4", "Assistant", "Speculative", "Gemma", "Evaluation", argumentParser,
                logging,
            ]),
        .target(name: "HubFiles", dependencies: ["JSON"]),
        .target(
            name: "Hub",
            dependencies: ["HubFiles", "Platform", "Checksum", httpClient, nio("NIOCore"), nio("NIOPosix")]),
        .target(name: "HubCommand", dependencies: ["Hub", "CommandSupport", argumentParser]),

        // What the programs that write text have in common.
        .target(
            name: "GenerationCommand",
            dependencies: [
                "Platform", "Tensor", "Gemma", "BundledModel", "CommandSupport", "HubCommand", argumentParser, logging,
            ]),
        .target(name: "LineEditing", dependencies: ["Platform", "CEdit"]),
        .target(
            name: "ChatCommand",
            dependencies: [
                "Platform", "JSON", "Chat", "Gemma", "LineEditing", "CommandSupport", "GenerationCommand",
                argumentParser,
                subprocess,
            ]),

        .executableTarget(
            name: "gemma-generate",
            dependencies: [
                "Platform", "GGUF", "Tensor", "Gemma", "CommandSupport", "GenerationCommand", "ChatCommand",
                argumentParser,
                logging,
            ]),
        .executableTarget(
            name: "gemma-chat",
            dependencies: ["Gemma", "CommandSupport", "GenerationCommand", "ChatCommand", argumentParser, logging]),
        .executableTarget(
            name: "gemma-check",
            dependencies: ["GGUF", "Tensor", "Gemma", "ReferenceCheck", "CommandSupport", argumentParser, logging]),
        .executableTarget(
            name: "gemma-perplexity",
            dependencies: [
                "Tensor", "Gemma4", "Gemma", "Evaluation", "BundledModel", "CommandSupport", argumentParser, logging,
            ]),
        .executableTarget(
            name: "gemma-quantize",
            dependencies: [
                "GGUF", "Tensor", "ImportanceMatrix", "Quantization", "CommandSupport", argumentParser, logging,
            ]),
        .executableTarget(
            name: "gemma-imatrix",
            dependencies: [
                "GGUF", "Tensor", "Gemma4", "Gemma", "Evaluation", "ImportanceMatrix", "BundledModel",
                "CommandSupport", argumentParser, logging,
            ]),

        .target(name: "SyntheticModel", dependencies: ["GGUF", "TensorBase"], path: "Benchmarks/SyntheticModel"),
        .target(
            name: "ScriptedModel", dependencies: ["GGUF", "Tokenizer"], path: "Benchmarks/ScriptedModel"),
        .executableTarget(
            name: "gemma-scripted",
            dependencies: ["GGUF", "BundledModel", "ScriptedModel", "CommandSupport", argumentParser],
            path: "Benchmarks/gemma-scripted"),
        .target(
            name: "Benchmarking",
            dependencies: [
                "Platform", "GGUF", "Tensor", "Tokenizer", "Constraint", "Gemma4", "Assistant", "Sampling",
                "Speculative", "Gemma", "ReferenceCheck",
            ],
            path: "Benchmarks/Benchmarking"),
        .executableTarget(
            name: "gemma-bench",
            dependencies: [
                "Platform", "Tensor", "Gemma4", "Speculative", "Benchmarking", "SyntheticModel", "CommandSupport",
                argumentParser, logging,
            ],
            path: "Benchmarks/gemma-bench"),

        .target(
            name: "FuzzTargets",
            dependencies: [
                "Platform", "GGUF", "Tensor", "Tokenizer", "Checksum", "Gemma4", "Assistant", "Sampling", "Gemma",
                "Evaluation", "ImportanceMatrix", "ReferenceCheck", "SyntheticModel", "JSON", "ChatTemplate", "Chat",
                "HubFiles", "Constraint",
            ],
            path: "Fuzz/FuzzTargets"),
        .executableTarget(
            name: "gemma-sweep", dependencies: ["Platform", "FuzzTargets", "CommandSupport", argumentParser],
            path: "Fuzz/gemma-sweep"),

        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(name: "ChatTemplateTests", dependencies: ["JSON", "ChatTemplate"]),
        .testTarget(name: "ChatTests", dependencies: ["JSON", "Chat"]),
        .testTarget(name: "LineEditingTests", dependencies: ["Platform", "LineEditing"]),
        .testTarget(
            name: "ChatCommandTests",
            dependencies: ["JSON", "Chat", "Gemma", "LineEditing", "CommandSupport", "ChatCommand"]),
        .testTarget(name: "HubFilesTests", dependencies: ["HubFiles"]),
        .testTarget(
            name: "HubTests",
            dependencies: [
                "Hub", "HubFiles", "HubCommand", "Checksum", "CommandSupport", "JSON", nio("NIOCore"), nio("NIOPosix"),
                nio("NIOHTTP1"),
            ]),
        .testTarget(name: "PlatformTests", dependencies: ["Platform"]),
        .testTarget(name: "GGUFTests", dependencies: ["Platform", "GGUF"]),
        .testTarget(
            name: "QuantizationTests",
            dependencies: [
                "Platform", "GGUF", "Tensor", "Gemma4", "ImportanceMatrix", "Quantization", "Gemma", "BundledModel",
                "Checksum",
            ]),
        .testTarget(
            name: "ImportanceTests",
            dependencies: [
                "Platform", "GGUF", "Tensor", "Gemma4", "Tokenizer", "Evaluation", "ImportanceMatrix", "BundledModel",
            ]),
        .testTarget(
            name: "TensorTests", dependencies: ["Platform", "GGUF", "TensorBase", "KernelsBaseline", "Tensor"]),
        .testTarget(name: "ConstraintTests", dependencies: ["JSON", "Tokenizer", "Constraint", "Chat"]),
        .testTarget(name: "TokenizerTests", dependencies: ["Platform", "GGUF", "Tokenizer"]),
        .target(name: "PlainSampling", dependencies: ["Sampling"], path: "Tests/PlainSampling"),
        .testTarget(name: "SamplingTests", dependencies: ["GGUF", "Sampling", "PlainSampling"]),
        .testTarget(
            name: "ModelTests",
            dependencies: [
                "Platform", "GGUF", "Tensor", "Checksum", "Gemma4", "Assistant", "ReferenceCheck", "BundledModel",
            ]),
        .testTarget(
            name: "SpeculativeTests",
            dependencies: [
                "Platform", "GGUF", "Tensor", "Tokenizer", "Constraint", "Gemma4", "Assistant", "Sampling",
                "PlainSampling", "Speculative", "BundledModel", logging,
            ]),
        .testTarget(
            name: "GemmaTests",
            dependencies: [
                "Platform", "GGUF", "Tensor", "Tokenizer", "Constraint", "Gemma4", "Assistant", "Gemma", "BundledModel",
                "JSON", "Chat", "ScriptedModel",
            ]),
        .testTarget(
            name: "BenchmarkTests",
            dependencies: [
                "Platform", "GGUF", "Tensor", "Gemma4", "Assistant", "Speculative", "CommandSupport", "Benchmarking",
                "SyntheticModel", "BundledModel",
            ]),
        .testTarget(
            name: "EvaluationTests",
            dependencies: ["Platform", "GGUF", "Tensor", "Gemma4", "Tokenizer", "Evaluation", "BundledModel"]),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "GGUF", "Tensor", "Gemma", "ImportanceMatrix", "BundledModel", "CommandSupport", "gemma-generate",
                "gemma-chat",
                "gemma-check",
                "gemma-quantize", "gemma-perplexity", "gemma-imatrix", "gemma-bench",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
package.targets += forms.map(\.target)

// `@Generable`. A product of its own, so that programs that only use `Gemma` do not build swift-syntax, which takes
// minutes. GEMMA_MACROS=0 leaves it out of a build of this package, too. A test that depends on `GemmaMacrosPlugin`
// itself would have all tests built twice, so those are in Tests/MacroExpansion.
if Context.environment["GEMMA_MACROS"] != "0" {
    func syntax(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-syntax") }
    package.products.append(.library(name: "GemmaMacros", targets: ["GemmaMacros"]))
    // The versions that users' other macros are likely to need.
    package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-syntax", "600.0.0"..<"604.0.0"))
    package.targets += [
        .macro(
            name: "GemmaMacrosPlugin",
            dependencies: [
                syntax("SwiftCompilerPlugin"), syntax("SwiftSyntax"), syntax("SwiftSyntaxMacros"),
                syntax("SwiftDiagnostics"),
            ]),
        .target(name: "GemmaMacros", dependencies: ["Gemma", "GemmaMacrosPlugin"]),
        .testTarget(name: "MacroTests", dependencies: ["GemmaMacros", "BundledModel"]),
    ]
}

// The fuzzer links with libFuzzer, which only `--sanitize fuzzer` brings; see `make fuzz`.
if Context.environment["GEMMA_FUZZ"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "gemma-fuzz", dependencies: ["FuzzTargets"], path: "Fuzz/gemma-fuzz",
            // Its main function is libFuzzer's.
            swiftSettings: [.unsafeFlags(["-parse-as-library"]), .enableExperimentalFeature("Extern")]))
}
