package import ArgumentParser
import BundledModel
package import CommandSupport
package import Foundation
package import Gemma
package import HubCommand
internal import Logging

/// Which model is loaded, and how.
package struct ModelOptions: ParsableArguments {
    @OptionGroup package var pair: PairOptions
    @OptionGroup package var hub: HubOptions

    @Option(
        name: [.customShort("c"), .customLong("ctx-size")], parsing: .unconditional,
        help: """
            Tokens of prompt and text together; 0 for the length the model was trained for. Default: 4096, or that \
            length if shorter.
            """)
    private var contextSize: Int?

    @OptionGroup package var threads: ThreadOptions
    @OptionGroup package var cache: CacheOptions

    @Flag(help: "Check all weights for NaN and infinity first, which reads the whole files.")
    package var checkTensors = false

    package init() {}

    package func validate() throws { try validateContextLength(contextSize) }

    /// - Returns: nil for the default.
    package func contextLength(of model: GemmaModel) -> Int? {
        contextSize == 0 ? model.trainedContextLength : contextSize
    }

    /// The files to load.
    package struct Files {
        package let target: URL
        /// Nil if there is none, or it is of no use.
        package let drafter: URL?
        /// Whether it is the model that comes with the programs.
        package let isBundled: Bool
    }

    /// Finds the files, and downloads what the user names of the hub.
    /// - Parameter wantsDrafter: whether a drafter is of any use.
    package func files(wantsDrafter: Bool, _ progress: ProgressLine) async throws -> Files {
        let (target, drafter) = try await hub.files(pair, wantsDrafter: wantsDrafter, progress: progress)
        if let target { return Files(target: target, drafter: wantsDrafter ? drafter : nil, isBundled: false) }
        guard let target = BundledModel.target, let bundled = BundledModel.assistant else {
            throw ValidationError.noBundledModel
        }
        return Files(target: target, drafter: wantsDrafter ? drafter ?? bundled : nil, isBundled: true)
    }

    /// The model, with a line of progress meanwhile.
    package func load(_ files: Files, _ progress: ProgressLine) throws -> GemmaModel {
        progress.show("loading \(files.target.lastPathComponent)")
        defer { progress.clear() }
        return try GemmaModel(
            contentsOf: files.target, drafter: files.drafter, threads: threads.count, checkTensors: checkTensors)
    }
}

extension GemmaModel {
    /// Warns of a context that is longer than what the model was trained for.
    package func checkLength(ofContext length: Int) {
        guard length > trainedContextLength else { return }
        Logger(label: "gemma").warning(
            "the context of \(length) is longer than the \(trainedContextLength) the model was trained for")
    }
}
