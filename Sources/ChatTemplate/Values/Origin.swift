/// Which bytes of a text came from the context: from messages, tools and variables, which strangers write.
///
/// The tokenizer matches special tokens only in bytes of the template. So `<turn|>` within a message stays text.
enum Origin: Sendable {
    case template
    case context
    /// Some of the bytes: ranges in order, neither empty nor touching one another.
    case mixed([Range<Int>])

    /// Whether any byte came from the context.
    var isTouched: Bool { if case .template = self { false } else { true } }

    /// The origin of a part, whose first byte is `part.lowerBound`.
    func of(_ part: Range<Int>) -> Origin {
        guard case .mixed(let ranges) = self else { return part.isEmpty ? .template : self }
        var kept: [Range<Int>] = []
        // The first range that ends within the part or after it.
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= part.lowerBound { low = middle + 1 } else { high = middle }
        }
        while low < ranges.count, ranges[low].lowerBound < part.upperBound {
            let range = ranges[low].clamped(to: part)
            kept.append(range.lowerBound - part.lowerBound..<range.upperBound - part.lowerBound)
            low += 1
        }
        return Origin(kept, count: part.count)
    }

    init(_ ranges: [Range<Int>], count: Int) {
        if ranges.isEmpty {
            self = .template
        } else if ranges[0] == 0..<count {
            self = .context
        } else {
            self = .mixed(ranges)
        }
    }
}
