internal import Constraint
package import Foundation
package import GGUF
import JSON
import Tensor
internal import Tokenizer

/// Compiles constraints, and follows texts that obey them and texts that do not, divided into tokens in several ways.
package struct ConstraintCheck {
    private let tokenizer: BPETokenizer
    private let vocabulary: ConstraintVocabulary
    private let divisions: TextDivisions
    private let masks: MaskCheck
    /// Tokens that every mask is asked about.
    private let odd: [TokenID]
    private let checksAllTokens: Bool

    private static let randomDivisionCount = 3
    /// How many tokens of text every mask is asked about.
    private static let sampleCount = 64

    /// - Parameter checksAllTokens: whether every mask is asked about every token, once for each text. Takes minutes.
    package init(vocabulary file: GGUFFile, checksAllTokens: Bool = false) throws {
        tokenizer = try BPETokenizer(file)
        vocabulary = ConstraintVocabulary(tokenizer)
        divisions = TextDivisions(tokenizer)
        masks = MaskCheck(tokenizer.vocabulary, endTokens: tokenizer.endOfGeneration)
        odd = (0..<TokenID(tokenizer.vocabulary.count)).filter { [tokenizer] in
            tokenizer.vocabulary.type(of: $0) != .normal
        }
        self.checksAllTokens = checksAllTokens
    }

    package func run(_ url: URL) throws -> CountedResult { try run(read(url), name: url.lastPathComponent) }

    /// Checks the cases of `json`, the content of a file called `name`.
    package func run(_ json: Data, name: String) throws -> CountedResult {
        let cases = try ConstraintCase.all(in: json, name: name)
        var result = CountedResult(name: name, cases: cases.count)
        for item in cases {
            let failure = failure(of: item)
            result.count("\(item.name): \(failure ?? "")", isExact: failure == nil)
        }
        return result
    }

    private func failure(of item: ConstraintCase) -> String? {
        let automaton: ConstraintAutomaton
        do throws(ConstraintError) {
            automaton = try ConstraintAutomaton(
                Grammar(item.constraint, vocabulary: tokenizer.vocabulary), vocabulary: vocabulary)
        } catch {
            guard let expected = item.error else { return error.description }
            let isNamed = expected.isEmpty || error.description.contains(expected)
            return isNamed ? nil : "\(expected) is not named: \(error)"
        }
        guard item.error == nil else { return "it compiled" }
        for text in item.accepted {
            if let failure = failure(of: text, automaton, isAccepted: true) { return "\(text): \(failure)" }
        }
        for text in item.refused {
            if let failure = failure(of: text, automaton, isAccepted: false) { return "\(text): \(failure)" }
        }
        return nil
    }

    private func failure(
        of text: [ConstraintCase.Piece], _ automaton: ConstraintAutomaton, isAccepted: Bool
    ) -> String? {
        guard let divided = divided(text) else { return "it has an unknown special token" }
        for (index, tokens) in divided.enumerated() {
            let failure: String?
            do throws(ConstraintError) {
                failure = try self.failure(of: tokens, automaton, isAccepted: isAccepted, isFirst: index == 0)
            } catch {
                failure = error.description
            }
            if let failure { return "divided as \(tokens): \(failure)" }
        }
        return nil
    }

    /// All divisions of a text; nil if the vocabulary lacks one of its special tokens.
    private func divided(_ text: [ConstraintCase.Piece]) -> [[TokenID]]? {
        var all: [[TokenID]] = [[]]
        for piece in text {
            let parts: [[TokenID]]
            switch piece {
            case .text(let text): parts = divisions.all(of: text, randomCount: Self.randomDivisionCount)
            case .special(let text):
                guard let id = tokenizer.vocabulary.id(of: text) else { return nil }
                parts = [[id]]
            }
            // Every division of this piece behind one of those before it.
            all = (0..<max(all.count, parts.count)).map {
                all[min($0, all.count - 1)] + parts[min($0, parts.count - 1)]
            }
        }
        return all
    }

    /// - Parameter isFirst: whether these are the text's usual tokens. Masks are then checked more thoroughly.
    private func failure(
        of tokens: [TokenID], _ automaton: ConstraintAutomaton, isAccepted: Bool, isFirst: Bool
    ) throws(ConstraintError) -> String? {
        var text = ConstrainedText(automaton)
        var random = SplitMix64(seed: UInt64(tokens.count))
        for index in 0...tokens.count {
            let mask = try text.mask()
            let failure =
                isFirst && checksAllTokens
                ? try masks.failure(text, mask, sample: 0..<TokenID(tokenizer.vocabulary.count), isThorough: true)
                : try masks.failure(text, mask, sample: sample(using: &random), isThorough: isFirst)
            if let failure { return "before token \(index): \(failure)" }
            if isAccepted, let failure = forcedFailure(text, tokens[index...]) {
                return "before token \(index): \(failure)"
            }
            guard index < tokens.count else { break }
            let isAdmitted = mask.contains(tokens[index])
            guard try text.append(tokens[index]) == isAdmitted else {
                return "the mask is wrong about token \(index)"
            }
            guard isAdmitted else { return isAccepted ? "token \(index) does not fit" : nil }
        }
        return text.mayEnd == isAccepted ? nil : text.mayEnd ? "it may end" : "it may not end"
    }

    private func sample(using random: inout SplitMix64) -> [TokenID] {
        odd + (0..<Self.sampleCount).map { _ in .random(in: 0..<TokenID(tokenizer.vocabulary.count), using: &random) }
    }

    /// Checks that a text goes on as it must.
    private func forcedFailure(_ text: ConstrainedText, _ rest: ArraySlice<TokenID>) -> String? {
        let forced = text.forcedBytes(limit: 256)
        var bytes: [UInt8] = []
        for token in rest where bytes.count < forced.count {
            tokenizer.appendText(of: token, special: true, to: &bytes)
        }
        return bytes.starts(with: forced)
            ? nil : "it must go on with \(String(decoding: forced, as: UTF8.self)), and does not"
    }
}
