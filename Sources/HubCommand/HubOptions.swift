internal import ArgumentParser
package import CommandSupport
package import Foundation
import Hub
import Synchronization

/// A model from the Hugging Face hub: llama.cpp's flags.
package struct HubOptions: ParsableArguments {
    @Option(
        name: [.customLong("hf", withSingleDash: true), .long], parsing: .unconditional,
        help: ArgumentHelp(
            """
            Download the model from this repository of the Hugging Face hub, with its drafter if there is one, unless \
            it is in the cache already. QUANT is a quantization such as Q8_0; default: Q4_K_M, Q8_0, or the first \
            model. HF_TOKEN is sent for repositories that need it.
            """, valueName: "owner/name[:quant]"))
    private var hfRepo: String?

    @Option(
        name: [.customLong("hff", withSingleDash: true), .long], parsing: .unconditional,
        help: ArgumentHelp("The file of the repository to take, instead of choosing by QUANT.", valueName: "path"))
    private var hfFile: String?

    @Option(
        name: [.customLong("hfd", withSingleDash: true), .long], parsing: .unconditional,
        help: ArgumentHelp("Download the drafter from this repository.", valueName: "owner/name[:quant]"))
    private var hfRepoDraft: String?

    @Option(
        name: [.customLong("hft", withSingleDash: true), .long], parsing: .unconditional,
        help: ArgumentHelp(
            "The hub's token. Others can see it in the list of processes; better set HF_TOKEN.", valueName: "token"))
    private var hfToken: String?

    @Flag(help: "Do not use the network: take what has been downloaded before.")
    private var offline = false

    package init() {}

    package func validate() throws {
        guard hfFile == nil || hfRepo != nil else {
            throw ValidationError("-hff names a file of a repository; give the repository with -hf")
        }
    }

    /// Whether the user names a model of the hub.
    package var namesModel: Bool { hfRepo != nil }

    /// The files of the model and its drafter, after downloading what is not in the cache. Without -hf and -hfd these
    /// are the files of `pair`.
    ///
    /// Ctrl-C ends the program; the same command continues the download.
    /// - Parameter wantsDrafter: whether a drafter is of any use.
    package func files(
        _ pair: PairOptions, wantsDrafter: Bool = true, progress: ProgressLine
    ) async throws -> (target: URL?, drafter: URL?) {
        guard hfRepo == nil || pair.target == nil else {
            throw ValidationError("-m and -hf both name a model; give one of them")
        }
        guard hfRepoDraft == nil || pair.drafter == nil else {
            throw ValidationError("-md and -hfd both name a drafter; give one of them")
        }
        var (target, drafter) = (pair.target, pair.drafter)
        if let hfRepo {
            let isDrafterMissing = wantsDrafter && drafter == nil && hfRepoDraft == nil
            let files = try await download(
                HubReference(hfRepo), file: hfFile, as: .model, with: isDrafterMissing ? [.drafter] : [], progress)
            target = files.model
            if isDrafterMissing { drafter = files.drafter }
        }
        if let hfRepoDraft, wantsDrafter {
            drafter = try await download(HubReference(hfRepoDraft), file: nil, as: .drafter, with: [], progress).model
        }
        return (target, drafter)
    }

    private func download(
        _ reference: HubReference, file: String?, as role: ModelRole, with companions: Set<ModelCompanion>,
        _ progress: ProgressLine
    ) async throws -> ModelFiles {
        var hub = try Hub.fromEnvironment()
        if let token = try HubSettings.checkedToken(hfToken) { hub.settings.token = token }
        if offline { hub.settings.isOffline = true }
        let report = DownloadReport(progress)
        let result = Result()
        let outcome = try await Interruptible.run { [hub] in
            let files = try await hub.files(for: reference, file: file, as: role, with: companions) { report.tell($0) }
            result.files.withLock { $0 = files }
        }
        progress.clear()
        guard outcome == .finished, let files = result.files.withLock(\.self) else {
            StandardError.write("notice: the same command continues the download\n")
            throw ExitCode(130)
        }
        return files
    }

    private final class Result: Sendable {
        let files = Mutex<ModelFiles?>(nil)
    }
}
