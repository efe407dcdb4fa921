/// A regular expression as a tree. Groups are gone: what they have captured does not matter to what matches.
indirect enum PatternSyntax: Sendable, Hashable {
    /// One character of a class.
    case characters(CharacterClass)
    case sequence([PatternSyntax])
    case choice([PatternSyntax])
    case repetition(PatternSyntax, min: Int, max: Int?)
    /// `^` and `$`: nothing, where the text begins or ends.
    case textStart, textEnd
}

extension PatternSyntax {
    static let empty = PatternSyntax.sequence([])

    /// `parts` one after the other, in the simplest form.
    static func joined(_ parts: [PatternSyntax]) -> PatternSyntax {
        var joined: [PatternSyntax] = []
        func append(_ part: PatternSyntax) {
            // `[a-z][a-z]*` is `[a-z]+`.
            if let last = joined.last?.run, let next = part.run, last.characters == next.characters,
                last.max != 1 || next.max != 1
            {
                let max: Int? = if let a = last.max, let b = next.max { a + b } else { nil }
                joined[joined.count - 1] = .repetition(
                    .characters(last.characters), min: last.min + next.min, max: max)
            } else {
                joined.append(part)
            }
        }
        for part in parts {
            if case .sequence(let inner) = part { inner.forEach(append) } else { append(part) }
        }
        return joined.count == 1 ? joined[0] : .sequence(joined)
    }

    static func repeated(_ part: PatternSyntax, min: Int, max: Int?) -> PatternSyntax {
        if max == 0 || part == .empty { return .empty }
        return min == 1 && max == 1 ? part : .repetition(part, min: min, max: max)
    }

    /// The class and the numbers if this is a repetition of one class, or a single character.
    var run: (characters: CharacterClass, min: Int, max: Int?)? {
        switch self {
        case .characters(let characters): (characters, 1, 1)
        case .repetition(.characters(let characters), let min, let max): (characters, min, max)
        default: nil
        }
    }

    /// How many symbols it has with all repetitions written out, at least.
    var expandedSize: Int {
        switch self {
        case .characters, .textStart, .textEnd: 1
        case .sequence(let parts), .choice(let parts): parts.reduce(1) { $0.addingSaturated($1.expandedSize) }
        case .repetition(let part, let min, let max):
            part.expandedSize.multipliedSaturated(by: Swift.max(max ?? min, 1))
        }
    }

    /// How many ranges its classes have.
    var rangeCount: Int {
        switch self {
        case .characters(let characters): characters.ranges.count
        case .textStart, .textEnd: 0
        case .sequence(let parts), .choice(let parts): parts.reduce(0) { $0 + $1.rangeCount }
        case .repetition(let part, _, _): part.rangeCount
        }
    }

    /// Whether the empty text is matched somewhere.
    var matchesEmpty: Bool {
        switch self {
        case .characters: false
        case .textStart, .textEnd: true
        case .sequence(let parts): parts.allSatisfy(\.matchesEmpty)
        case .choice(let parts): parts.contains(where: \.matchesEmpty)
        case .repetition(let part, let min, _): min == 0 || part.matchesEmpty
        }
    }

    /// The lengths of what is matched, in characters; nil if nothing is. Anchors are taken to hold.
    var lengths: (shortest: Int, longest: Int?)? {
        switch self {
        case .characters(let characters): return characters.isEmpty ? nil : (1, 1)
        case .textStart, .textEnd: return (0, 0)
        case .sequence(let parts):
            var (shortest, longest) = (0, Int?.some(0))
            for part in parts {
                guard let lengths = part.lengths else { return nil }
                shortest = shortest.addingSaturated(lengths.shortest)
                longest = if let longest, let other = lengths.longest { longest.addingSaturated(other) } else { nil }
            }
            return (shortest, longest)
        case .choice(let parts):
            let lengths = parts.compactMap(\.lengths)
            guard let shortest = lengths.map(\.shortest).min() else { return nil }
            let isBounded = lengths.allSatisfy { $0.longest != nil }
            return (shortest, isBounded ? lengths.compactMap(\.longest).max() : nil)
        case .repetition(let part, let min, let max):
            guard let lengths = part.lengths else { return min == 0 ? (0, 0) : nil }
            let longest: Int? =
                if lengths.longest == 0 { 0 } else if let longest = lengths.longest, let max {
                    longest.multipliedSaturated(by: max)
                } else { nil }
            return (lengths.shortest.multipliedSaturated(by: min), longest)
        }
    }
}
