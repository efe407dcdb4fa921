import Constraint
import ReferenceCheck
import TensorBase
import Tokenizer

/// Writes a text under a constraint, token for token at random, and checks the mask before each.
struct ConstrainedWalk {
    private let vocabulary: FuzzedVocabulary
    private let automaton: ConstraintAutomaton
    private var random: SplitMix64
    private var written: [TokenID] = []

    /// Where a text can be read in very many ways, each mask takes a while; the automaton limits one, not all of them.
    private static let longest = Duration.seconds(1)

    init(_ vocabulary: FuzzedVocabulary, _ automaton: ConstraintAutomaton, seed: UInt64) {
        (self.vocabulary, self.automaton) = (vocabulary, automaton)
        random = SplitMix64(seed: seed)
    }

    /// - Parameter limit: the most tokens, the end among them.
    /// - Returns: the text without the end; nil if it did not come to that.
    mutating func write(limit: Int) throws -> [TokenID]? {
        var text = ConstrainedText(automaton)
        let clock = ContinuousClock()
        let end = clock.now + Self.longest
        for _ in 0..<limit where clock.now < end {
            let mask = try text.mask()
            if let failure = try vocabulary.masks.failure(
                text, mask, sample: vocabulary.all, isThorough: true)
            {
                throw Violation("behind \(vocabulary.text(written).debugDescription): \(failure)")
            }
            let admitted = vocabulary.all.filter { mask.contains($0) }
            try checkForced(text, admitted)
            // Often enough that short texts end.
            let token =
                text.mayEnd && Int.random(in: 0..<4, using: &random) == 0
                ? vocabulary.eos : admitted.randomElement(using: &random) ?? vocabulary.eos
            guard try text.append(token) else { throw Violation("token \(token) is in the mask and does not fit") }
            if vocabulary.endTokens.contains(token) { return written }
            written.append(token)
        }
        return nil
    }

    /// Checks that what must follow does: every token that is admitted begins with it, and it fits byte by byte.
    private func checkForced(_ text: ConstrainedText, _ admitted: [TokenID]) throws {
        let forced = text.forcedBytes(limit: 64)
        guard !forced.isEmpty else { return }
        if text.mayEnd { throw Violation("a text that may end, and must go on with \(forced)") }
        for token in admitted {
            let bytes = vocabulary.bytes[Int(token)]
            guard !vocabulary.isSpecial(token), bytes.starts(with: forced.prefix(bytes.count)) else {
                throw Violation("the text must go on with \(forced), and may with token \(token)")
            }
        }
        var copy = text
        for (index, byte) in forced.enumerated() {
            guard try copy.append(vocabulary.byteToken(byte)) else {
                throw Violation("the text must go on with \(forced), and byte \(index) does not fit")
            }
        }
    }
}
