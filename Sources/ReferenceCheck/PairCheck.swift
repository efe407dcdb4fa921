import Assistant
package import Foundation
internal import GGUF
import Gemma4
import Sampling
import Speculative
import Tensor

/// Compares a pair with all answers of an expected.json.
package struct PairCheck {
    private let folder: URL
    private let name: String
    private let threads: Int
    private let isExact: Bool

    /// - Parameters:
    ///   - folder: contains expected.json, and the two model files unless expected.json names others.
    ///   - isExact: whether to compute with float activations throughout, and to expect the reference's texts.
    package init(folder: URL, name: String, threads: Int, isExact: Bool) {
        self.folder = folder
        self.name = name
        self.threads = threads
        self.isExact = isExact
    }

    /// Whether `folder` is to be checked as a pair. False only if its expected.json can be read and is of something
    /// else: reference answers for images or importance matrices share the file's name.
    package static func concerns(_ folder: URL) -> Bool {
        struct Kind: Decodable {
            let drafts: Ignored?
            let speculative: Ignored?
        }
        struct Ignored: Decodable {
            init(from _: any Decoder) {}
        }
        guard let json = try? read(folder.appendingPathComponent("expected.json")),
            let kind = try? JSONDecoder().decode(Kind.self, from: json)
        else { return true }
        return kind.drafts != nil || kind.speculative != nil
    }

    package struct Result: CheckResult {
        let name: String
        let logitsNMSE: Double
        let hiddenNMSE: Double
        /// The limit for both errors.
        let tolerance: Double
        let greedyText: Bool
        /// Whether the text is the same without a drafter and with each number of drafts.
        let isLossless: Bool
        let draftTokens: Bool
        /// Errors of the drafter's hidden states: after its first step, and the worst of all.
        let draftHidden: DraftErrors
        let speculativeText: Bool
        let speculativeRounds: Bool
        let accepted: Int
        let drafted: Int
        package let passed: Bool

        package var line: String {
            """
            \(passed ? "ok    " : "FAILED") \(name) logits \(short(logitsNMSE)) hidden \(short(hiddenNMSE)) \
            (<= \(short(tolerance))) text \(mark(greedyText)) drafts \(mark(draftTokens)) \
            draft hidden \(short(draftHidden.first)) then \(short(draftHidden.worst)) \
            lossless \(isLossless ? "yes" : "NO") \
            speculative text \(mark(speculativeText)) rounds \(mark(speculativeRounds)) accepted \(accepted)/\(drafted)
            """
        }
    }

    /// NMSE of the drafter's hidden states.
    ///
    /// Random weights amplify every rounding error from step to step. After four steps even the float32 reference
    /// differs from a computation in double precision, by up to 1e-3 of the norm (1e-6 as NMSE). The strict limit
    /// therefore applies to the first step only.
    struct DraftErrors: Encodable, Sendable {
        private(set) var first = 0.0
        private(set) var worst = 0.0

        var areWithinTolerance: Bool { first <= 1e-6 && worst <= 1e-3 }

        mutating func add(_ error: Double, isFirst: Bool) {
            if isFirst { first = max(first, error) }
            worst = max(worst, error)
        }
    }

    package func run() throws -> Result {
        let place = folder.appendingPathComponent("expected.json")
        let expected = try ExpectedPair(json: read(place), path: place.path)
        let file = try GGUFFile(contentsOf: folder.appendingPathComponent(expected.target ?? "target.gguf"))
        let drafterFile = try GGUFFile(
            contentsOf: folder.appendingPathComponent(expected.assistant ?? "assistant.gguf"))
        let engine = Engine(
            target: try PairError.recognizing { try Target(file) },
            drafter: try PairError.recognizing { try Drafter(drafterFile) },
            compute: Compute(threadCount: threads, precision: isExact ? .floats : .bytes))
        return try Self.compare(engine, expected, Tolerance(file, expected, isExact: isExact), name: name)
    }

    /// Compares a pair that is already loaded with the answers of an expected.json, in single precision.
    package static func run(_ json: Data, target: Target, drafter: Drafter) throws -> Result {
        let engine = Engine(
            target: target, drafter: drafter, compute: Compute(threadCount: 1, precision: .floats))
        return try compare(
            engine, ExpectedPair(json: json, path: "expected.json"), Tolerance(error: 1e-6, expectsTexts: true),
            name: "")
    }

    private static func compare(
        _ engine: Engine, _ expected: ExpectedPair, _ tolerance: Tolerance, name: String
    ) throws -> Result {
        let (logits, hidden) = try engine.promptErrors(expected)
        let longest = max(expected.greedy.count, expected.speculative.values.map(\.ids.count).max() ?? 0)
        let text = try engine.greedyText(expected.prompt, length: longest)
        let (draftTokens, draftHidden) = try engine.compareDrafts(expected)
        var (texts, rounds, isLossless) = (true, true, true)
        var (accepted, drafted) = (0, 0)
        for (drafts, speculation) in expected.speculative {
            let found = try engine.speculate(expected.prompt, length: speculation.ids.count, drafts: drafts)
            isLossless = isLossless && text.starts(with: found.ids)
            texts = texts && found.ids == speculation.ids
            rounds = rounds && found.rounds == speculation.rounds
            drafted += found.rounds.reduce(0) { $0 + $1[0] }
            accepted += found.rounds.reduce(0) { $0 + $1[1] }
        }
        let greedy = Array(text.prefix(expected.greedy.count)) == expected.greedy
        let hasReferenceTexts = greedy && draftTokens && draftHidden.areWithinTolerance && texts && rounds
        return Result(
            name: name, logitsNMSE: logits, hiddenNMSE: hidden, tolerance: tolerance.error, greedyText: greedy,
            isLossless: isLossless, draftTokens: draftTokens, draftHidden: draftHidden, speculativeText: texts,
            speculativeRounds: rounds, accepted: accepted, drafted: drafted,
            passed: logits <= tolerance.error && hidden <= tolerance.error && isLossless
                && (hasReferenceTexts || !tolerance.expectsTexts))
    }
}

/// How far the answers of a pair may differ from the reference.
private struct Tolerance {
    /// NMSE of logits and of hidden states.
    let error: Double
    /// Whether texts, drafts and rounds must equal the reference's.
    let expectsTexts: Bool
}

extension Tolerance {
    init(_ file: GGUFFile, _ expected: ExpectedPair, isExact: Bool) {
        let isQuantized = file.tensors.contains { $0.type.blockSize > 1 }
        let hasExperts = file.tensors.contains { $0.name.hasSuffix(".ffn_gate_inp.weight") }
        // Random weights amplify every rounding error. Their drafts are never accepted, which tells them from trained
        // ones.
        let isTrained = expected.speculative.values.contains { $0.rounds.contains { $0.last ?? 0 > 0 } }
        expectsTexts = isExact
        error =
            switch (isExact, isQuantized) {
            case (true, false): 1e-8
            case (true, true): 1e-6
            // The error of llama.cpp, which rounds activations to bytes, and keys and values to halves.
            case (false, false): 1.1e-5
            case (false, true): isTrained ? 8e-5 : hasExperts ? 6.1e-2 : 2.4e-2
            }
    }
}

/// A pair, and the comparisons to make with it.
private struct Engine {
    let target: Target
    let drafter: Drafter
    let compute: Compute

    func context(_ length: Int) throws -> TargetContext {
        // The references were computed with caches in single precision.
        try TargetContext(
            target, contextLength: length, cacheTypes: compute.precision == .floats ? .f32 : .init(), compute: compute)
    }

    /// A greedy decoder that has read `prompt` and chosen the next token.
    func decoder(_ prompt: [Int32], room: Int, drafter: Drafter?) throws -> SpeculativeDecoder {
        let context = try context(prompt.count + room)
        let decoder = try SpeculativeDecoder(
            target: context, drafter: try drafter.map { try DraftContext($0, context: context) },
            sampler: Sampler(.init(temperature: 0)))
        try decoder.appendPrompt(prompt)
        _ = try decoder.readPrompt()
        return decoder
    }

    func promptErrors(_ expected: ExpectedPair) throws -> (logits: Double, hidden: Double) {
        let context = try context(expected.prompt.count)
        defer { withExtendedLifetime(context) {} }  // the output is a view of its buffers
        let rows = max(expected.logits.count, expected.hidden.count)
        try context.read(expected.prompt.dropLast(rows))
        let count = min(rows, expected.prompt.count)
        let output = try context.forward(
            expected.prompt.suffix(rows), logits: count - expected.logits.count..<count,
            hidden: count - expected.hidden.count..<count)
        return (
            normalizedError(
                UnsafeBufferPointer(start: output.logits.base, count: output.logits.elementCount),
                expected.logits.flatMap { $0 }),
            normalizedError(
                UnsafeBufferPointer(start: output.hidden.base, count: output.hidden.elementCount),
                expected.hidden.flatMap { $0 })
        )
    }

    /// `prompt` and its greedy continuation, `length` tokens together.
    func greedyText(_ prompt: [Int32], length: Int) throws -> [Int32] {
        let decoder = try decoder(prompt, room: length - prompt.count + 1, drafter: nil)
        while decoder.tokens.count < length { _ = try decoder.round(draftCount: 0) }
        return decoder.tokens
    }

    func compareDrafts(_ expected: ExpectedPair) throws -> (tokens: Bool, hidden: PairCheck.DraftErrors) {
        var equal = true
        var errors = PairCheck.DraftErrors()
        for chain in expected.drafts {
            guard let token = chain.ids.last, chain.ids.count > 1 else { continue }
            let context = try context(chain.ids.count)
            defer { withExtendedLifetime(context) {} }
            let draftContext = try DraftContext(drafter, context: context)
            let read = chain.ids.dropLast()
            let output = try context.forward(read, logits: 0..<0, hidden: read.count - 1..<read.count)
            var steps = chain.steps.makeIterator()
            var isFirst = true
            try draftContext.draft(
                count: chain.steps.count, token: token, at: context.cache.count, hidden: output.hidden.base
            ) { step in
                guard let reference = steps.next() else { return nil }
                let best = argmax(UnsafeBufferPointer(step.logits))
                let choice = step.candidates?[best] ?? Int32(best)
                equal = equal && choice == reference.token
                errors.add(normalizedError(step.hidden, reference.hidden), isFirst: isFirst)
                isFirst = false
                return choice
            }
        }
        return (equal, errors)
    }

    func speculate(_ prompt: [Int32], length: Int, drafts: Int) throws -> (ids: [Int32], rounds: [[Int]]) {
        let decoder = try decoder(prompt, room: length - prompt.count + drafts + 2, drafter: drafter)
        var rounds: [[Int]] = []
        while decoder.tokens.count < length {
            let before = decoder.statistics
            _ = try decoder.round(draftCount: min(drafts, length - decoder.tokens.count))
            let after = decoder.statistics
            rounds.append([after.drafted - before.drafted, after.accepted - before.accepted])
        }
        return (Array(decoder.tokens.prefix(length)), rounds)
    }
}
