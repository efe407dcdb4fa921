internal import Constraint
package import Foundation
internal import GGUF
internal import Platform
internal import ReferenceCheck
internal import TensorBase
import Tokenizer

/// What constraints cost on a vocabulary: the vocabulary's tree, compiling, a mask before each token of texts that obey
/// them, and the check of a token.
package struct ConstraintCost {
    private let tokenizer: BPETokenizer
    private let logits: FloatBuffer  // [vocabulary]
    private let clock = ContinuousClock()

    private var tree = StepTimes("tree of the vocabulary")
    private var compiling = StepTimes("compile")
    /// While a constraint's texts pass a new automaton.
    private var masks = StepTimes("mask")
    /// While the same texts pass the same automaton again.
    private var warmMasks = StepTimes("mask, again")
    /// Setting the logits that a mask excludes.
    private var excluding = StepTimes("exclude")
    private var fitting = StepTimes("append")
    private var unfitting = StepTimes("refuse")
    private var treeByteCount: Int?
    private var automataByteCount: Int?

    /// How many tokens are tried before each token of a text. Most do not fit.
    private static let triedCount = 8

    /// - Parameters:
    ///   - cases: a file of constraints and texts, as `gemma-check constraints` reads it.
    ///   - vocabulary: a GGUF file.
    ///   - repetitions: how often each automaton is compiled and used.
    package init(cases: URL, vocabulary: URL, repetitions: Int) throws {
        do {
            tokenizer = try BPETokenizer(GGUFFile(contentsOf: vocabulary))
        } catch {
            throw BenchmarkModel.LoadError(path: vocabulary.path, reason: error)
        }
        logits = try FloatBuffer(count: tokenizer.vocabulary.count)
        let cases = try ConstraintCase.all(at: cases).filter { $0.error == nil }
        // A model has one vocabulary, whose sets all constraints share; its automata are new each time.
        var kept: ConstraintVocabulary?
        for repetition in 0..<repetitions {
            restart()
            let start = ResidentMemory.current
            let vocabulary = kept ?? measureTree()
            kept = vocabulary
            let middle = ResidentMemory.current
            let automata = try cases.map { try measure($0, vocabulary) }
            if repetition == 0, let start, let middle, let end = ResidentMemory.current {
                (treeByteCount, automataByteCount) = (middle.own - start.own, end.own - middle.own)
            }
            withExtendedLifetime(automata) {}
        }
    }

    private mutating func restart() {
        tree.restart()
        compiling.restart()
        masks.restart()
        warmMasks.restart()
        excluding.restart()
        fitting.restart()
        unfitting.restart()
    }

    private mutating func measureTree() -> ConstraintVocabulary {
        let start = clock.now
        let vocabulary = ConstraintVocabulary(tokenizer)
        tree.add(clock.now - start, at: "")
        return vocabulary
    }

    /// Compiles a constraint, and follows its texts twice.
    private mutating func measure(
        _ item: ConstraintCase, _ vocabulary: ConstraintVocabulary
    ) throws -> ConstraintAutomaton {
        let start = clock.now
        let automaton = try ConstraintAutomaton(
            Grammar(item.constraint, vocabulary: tokenizer.vocabulary), vocabulary: vocabulary)
        compiling.add(clock.now - start, at: item.name)
        for isAgain in [false, true] {
            for (index, pieces) in item.accepted.enumerated() {
                guard let tokens = tokens(pieces) else { continue }
                try follow(tokens, automaton, isAgain: isAgain, "\(item.name), text \(index + 1)")
            }
        }
        return automaton
    }

    private mutating func follow(
        _ tokens: [TokenID], _ automaton: ConstraintAutomaton, isAgain: Bool, _ name: String
    ) throws {
        var text = ConstrainedText(automaton)
        for (index, token) in tokens.enumerated() {
            let place = "\(name), token \(index + 1)"
            let start = clock.now
            let mask = try text.mask()
            let end = clock.now
            if isAgain {
                warmMasks.add(end - start, at: place)
            } else {
                masks.add(end - start, at: place)
                try tryOthers(text, mask, place)
            }
            let beforeAppending = clock.now
            let fits = try text.append(token)
            if isAgain { fitting.add(clock.now - beforeAppending, at: place) }
            guard fits else { throw BenchmarkError.refusedToken(place: place) }
        }
    }

    /// Excludes what the mask excludes from logits, and tries tokens from anywhere in the vocabulary.
    private mutating func tryOthers(_ text: ConstrainedText, _ mask: TokenMask, _ place: String) throws {
        let start = clock.now
        mask.exclude(from: UnsafeMutableBufferPointer(start: logits.base, count: logits.count))
        excluding.add(clock.now - start, at: place)
        for index in 0..<Self.triedCount {
            let number = SplitMix64.number(UInt64(excluding.next * Self.triedCount + index), seed: 1)
            let token = TokenID(number % UInt64(tokenizer.vocabulary.count))
            var copy = text
            let start = clock.now
            let fits = try copy.append(token)
            let time = clock.now - start
            if !fits { unfitting.add(time, at: "\(place), \(token) instead") }
        }
    }

    /// The tokens of a text and the end; nil if the vocabulary lacks one of its special tokens.
    private func tokens(_ pieces: [ConstraintCase.Piece]) -> [TokenID]? {
        var tokens: [TokenID] = []
        for piece in pieces {
            switch piece {
            case .text(let text): tokens += tokenizer.encode(text, parseSpecial: false)
            case .special(let text):
                guard let id = tokenizer.vocabulary.id(of: text) else { return nil }
                tokens.append(id)
            }
        }
        return tokens + [tokenizer.eos]
    }

    // MARK: - Report

    package var records: [Record] {
        [tree, compiling, masks, warmMasks, excluding, fitting, unfitting].map { times in
            var record = times.record
            let byteCount: Int? =
                switch times.name {
                case tree.name: treeByteCount
                case compiling.name: automataByteCount
                default: nil
                }
            record.add("own_bytes", byteCount)
            return record
        }
    }

    /// A line for each constraint that was compiled and for each mask.
    package var steps: String { compiling.lines + masks.lines + warmMasks.lines }

    package static let columns: [TableColumn] = [
        TableColumn("step", isNumber: false) { $0["test"].text ?? "" },
        TableColumn("number") { $0["n"].formatted(0) },
        TableColumn("µs, mean") { $0["mean_ns"].formatted(2, scale: 1e-3) },
        TableColumn("median") { $0["median_ns"].formatted(2, scale: 1e-3) },
        TableColumn("99 %") { $0["p99_ns"].formatted(2, scale: 1e-3) },
        TableColumn("worst") { $0["worst_ns"].formatted(2, scale: 1e-3) },
        TableColumn("at", isNumber: false) { $0["worst_at"].text ?? "" },
        TableColumn("with noise: mean") { $0["raw_mean_ns"].formatted(2, scale: 1e-3) },
        TableColumn("99 %") { $0["raw_p99_ns"].formatted(2, scale: 1e-3) },
        TableColumn("worst") { $0["raw_worst_ns"].formatted(2, scale: 1e-3) },
        TableColumn("own MB") { $0["own_bytes"].formatted(1, scale: 1e-6) },
    ]
}
