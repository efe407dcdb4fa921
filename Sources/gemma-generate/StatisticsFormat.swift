import ArgumentParser
import CommandSupport
import Foundation
import Gemma

/// How the figures of a run are printed.
enum StatisticsFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, none

    func write(_ statistics: Statistics, of pair: Pair) {
        switch self {
        case .none:
            break
        case .text:
            StandardError.write(
                "\n\n" + String(format: "loaded in %.2f s\n", pair.loadTime.inSeconds) + "\(statistics)\n"
                    + (ResidentMemory.current.map { "\($0)\n" } ?? ""))
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            guard let data = try? encoder.encode(Report(statistics, of: pair)) else { return }
            StandardError.write("\n" + String(decoding: data, as: UTF8.self) + "\n")
        }
    }
}

/// The figures for machines, named as llama.cpp names them where it has them.
private struct Report: Encodable {
    let loadSeconds: Double
    let promptTokens: Int
    let promptTokensPerSecond: Double
    let generatedTokens: Int
    let generatedTokensPerSecond: Double
    let rounds: Int
    let draftN: Int
    let draftNAccepted: Int
    let acceptance: Double?
    let acceptanceByPosition: [Double]
    let tokensPerTargetPass: Double
    let draftSeconds: Double
    let verifySeconds: Double
    let finishReason: FinishReason?
    let residentMappedBytes: Int?
    let residentOwnBytes: Int?
    let peakResidentBytes: Int?

    init(_ statistics: Statistics, of pair: Pair) {
        let speculation = statistics.speculation
        loadSeconds = pair.loadTime.inSeconds
        promptTokens = statistics.promptTokens
        promptTokensPerSecond = statistics.promptTokensPerSecond
        generatedTokens = statistics.generatedTokens
        generatedTokensPerSecond = statistics.generatedTokensPerSecond
        rounds = speculation.rounds
        draftN = speculation.drafted
        draftNAccepted = speculation.accepted
        acceptance = speculation.acceptance
        acceptanceByPosition = speculation.acceptanceByPosition
        tokensPerTargetPass = speculation.tokensPerTargetPass
        draftSeconds = speculation.draftTime.inSeconds
        verifySeconds = speculation.verifyTime.inSeconds
        finishReason = statistics.finishReason
        let memory = ResidentMemory.current
        residentMappedBytes = memory?.mapped
        residentOwnBytes = memory?.own
        peakResidentBytes = memory?.peak
    }
}
