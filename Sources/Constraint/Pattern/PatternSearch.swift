/// A pattern whose anchors are where its alternatives begin and end: it can be written as an expression.
struct PatternSearch {
    /// A part of the alternatives, without anchors.
    private struct Piece {
        var syntax: PatternSyntax
        /// Whether anything may come before it, or behind it.
        var isOpenAtStart: Bool
        var isOpenAtEnd: Bool

        /// What may come before and behind is added.
        var whole: PatternSyntax {
            var parts = if case .sequence(let parts) = syntax { parts } else { [syntax] }
            let anything = PatternSyntax.repetition(.characters(.all), min: 0, max: nil)
            // Beside anything, what can be empty might as well be.
            if isOpenAtStart { parts = [anything] + parts.drop(while: \.matchesEmpty) }
            if isOpenAtEnd {
                while parts.count > (isOpenAtStart ? 1 : 0), parts.last?.matchesEmpty == true { parts.removeLast() }
                parts.append(anything)
            }
            return .joined(parts)
        }
    }

    /// What the whole text is, without anchors.
    private let syntax: PatternSyntax

    /// - Returns: nil if there are anchors elsewhere.
    init?(_ pattern: PatternSyntax, isWhole: Bool) {
        guard let starts = pattern.divided(by: .textStart) else { return nil }
        var pieces: [Piece] = []
        for (start, isOpenAtStart) in [(starts.anchored, false), (starts.free, true)] {
            guard let start else { continue }
            guard let ends = start.divided(by: .textEnd) else { return nil }
            for (end, isOpenAtEnd) in [(ends.anchored, false), (ends.free, true)] {
                guard let end else { continue }
                pieces.append(
                    Piece(
                        syntax: end, isOpenAtStart: isOpenAtStart && !isWhole, isOpenAtEnd: isOpenAtEnd && !isWhole))
            }
        }
        syntax = pieces.count == 1 ? pieces[0].whole : .choice(pieces.map(\.whole))
    }

    /// Of the texts, in characters; nil if there are none.
    var lengths: (shortest: Int, longest: Int?)? { syntax.lengths }

    /// Their class and length, if the texts are nothing but characters of one class.
    var run: (characters: CharacterClass, min: Int, max: Int?)? { syntax.run }

    func expression(writing: (CharacterClass) -> Expression) -> Expression { expression(syntax, writing) }

    private func expression(_ syntax: PatternSyntax, _ writing: (CharacterClass) -> Expression) -> Expression {
        switch syntax {
        case .characters(let characters): writing(characters)
        case .sequence(let parts): .sequence(parts.map { expression($0, writing) })
        case .choice(let parts): .choice(parts.map { expression($0, writing) })
        case .repetition(let part, let min, let max): .repetition(expression(part, writing), min: min, max: max)
        case .textStart, .textEnd: .empty  // There are none any more.
        }
    }
}

extension PatternSyntax {
    /// The texts that are matched behind an anchor at their start (or before one at their end), and those that are
    /// matched without, both without the anchor. nil for either if there are none.
    ///
    /// - Returns: nil if there are such anchors elsewhere.
    fileprivate func divided(by anchor: PatternSyntax) -> (anchored: PatternSyntax?, free: PatternSyntax?)? {
        guard contains(anchor) else { return (nil, self) }
        switch self {
        case anchor: return (.empty, nil)
        case .sequence(var parts):
            let edge = anchor == .textStart ? parts.removeFirst() : parts.removeLast()
            guard let divided = edge.divided(by: anchor), !parts.contains(where: { $0.contains(anchor) }) else {
                return nil
            }
            func joined(_ edge: PatternSyntax) -> PatternSyntax {
                .joined(anchor == .textStart ? [edge] + parts : parts + [edge])
            }
            return (divided.anchored.map(joined), divided.free.map(joined))
        case .choice(let parts):
            var (anchored, free): ([PatternSyntax], [PatternSyntax]) = ([], [])
            for part in parts {
                guard let divided = part.divided(by: anchor) else { return nil }
                if let part = divided.anchored { anchored.append(part) }
                if let part = divided.free { free.append(part) }
            }
            return (PatternSyntax.any(anchored), PatternSyntax.any(free))
        case .repetition(let part, min: 0, max: 1): return PatternSyntax.choice([part, .empty]).divided(by: anchor)
        default: return nil
        }
    }

    /// nil for no alternatives.
    private static func any(_ alternatives: [PatternSyntax]) -> PatternSyntax? {
        alternatives.count > 1 ? .choice(alternatives) : alternatives.first
    }

    private func contains(_ anchor: PatternSyntax) -> Bool {
        switch self {
        case .characters: false
        case .textStart, .textEnd: self == anchor
        case .sequence(let parts), .choice(let parts): parts.contains { $0.contains(anchor) }
        case .repetition(let part, _, _): part.contains(anchor)
        }
    }
}
