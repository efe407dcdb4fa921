internal import ArgumentParser
internal import CommandSupport
internal import Foundation
public import Gemma
internal import Platform
internal import Tensor

/// How the statistics of a run are printed.
package enum StatisticsFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, none

    package func write(_ statistics: GenerationStatistics, of model: GemmaModel, _ options: SpeculationOptions) {
        switch self {
        case .none:
            break
        case .text:
            StandardError.write(
                "\n\n" + String(format: "loaded in %.2f s\n", model.loadTime.inSeconds) + "\(statistics)\n"
                    + (ResidentMemory.current.map { $0.text + "\n" } ?? "")
                    + "kernels: \(Kernels.current.form.rawValue)\n")
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            guard let data = try? encoder.encode(Report(statistics, of: model, options)) else { return }
            StandardError.write("\n" + String(decoding: data, as: UTF8.self) + "\n")
        }
    }
}

extension ResidentMemory {
    fileprivate var text: String {
        String(
            format: "memory: %.2f GB mapped, %.2f GB own, at most %.2f GB", Double(mapped) / 1e9, Double(own) / 1e9,
            Double(peak) / 1e9)
    }
}

/// The statistics for programs. Names are those of llama.cpp where it has them.
private struct Report: Encodable {
    let loadSeconds: Double
    let promptTokens: Int
    let promptTokensPerSecond: Double
    let generatedTokens: Int
    let generatedTokensPerSecond: Double
    let rounds: Int
    let draftN: Int
    let draftNAccepted: Int
    let draftNMax: DraftLength
    let draftNChosen: [Int]
    let forcedRounds: Int
    let forcedN: Int
    let forcedNAccepted: Int
    let acceptance: Double?
    let acceptanceByPosition: [Double]
    let draftEstimates: Estimates?
    let tokensPerTargetPass: Double
    let draftSeconds: Double
    let verifySeconds: Double
    let finishReason: FinishReason?
    let residentMappedBytes: Int?
    let residentOwnBytes: Int?
    let peakResidentBytes: Int?
    let kernels: String

    init(_ statistics: GenerationStatistics, of model: GemmaModel, _ options: SpeculationOptions) {
        let speculation = statistics.speculation
        loadSeconds = model.loadTime.inSeconds
        promptTokens = statistics.promptTokens
        promptTokensPerSecond = statistics.promptTokensPerSecond
        generatedTokens = statistics.generatedTokens
        generatedTokensPerSecond = statistics.generatedTokensPerSecond
        rounds = speculation.rounds
        draftN = speculation.drafted
        draftNAccepted = speculation.accepted
        draftNMax = options.draftLength
        draftNChosen = speculation.roundsByDraftLength
        forcedRounds = speculation.forcedRounds
        forcedN = speculation.forcedDrafted
        forcedNAccepted = speculation.forcedAccepted
        acceptance = speculation.acceptance
        acceptanceByPosition = speculation.acceptanceByPosition
        draftEstimates = statistics.draftEstimates.map(Estimates.init)
        tokensPerTargetPass = speculation.tokensPerTargetPass
        draftSeconds = speculation.draftTime.inSeconds
        verifySeconds = speculation.verifyTime.inSeconds
        finishReason = statistics.finishReason
        let memory = ResidentMemory.current
        residentMappedBytes = memory?.mapped
        residentOwnBytes = memory?.own
        peakResidentBytes = memory?.peak
        kernels = Kernels.current.form.rawValue
    }
}

/// What the automatic number of drafts was based on. Keys of the times are numbers of drafts and of rows.
private struct Estimates: Encodable {
    let acceptance: [Double]
    let draftSeconds: [Int: Double]
    let passSeconds: [Int: Double]

    init(_ estimates: DraftEstimates) {
        acceptance = estimates.acceptanceByPosition
        draftSeconds = estimates.draftTimes.mapValues(\.inSeconds)
        passSeconds = estimates.passTimes.mapValues(\.inSeconds)
    }
}

extension DraftLength: Encodable {
    /// A number or "auto", as on the command line.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .fixed(let count): try container.encode(count)
        case .automatic: try container.encode("auto")
        }
    }
}
