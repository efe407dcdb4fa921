/// Puts a text together, with the origin of each part.
struct TextBuilder {
    private(set) var bytes: [UInt8] = []
    private var ranges: [Range<Int>] = []

    var count: Int { bytes.count }

    mutating func append(_ text: Text) {
        switch text.origin {
        case .template: break
        case .context: mark(bytes.count..<bytes.count + text.count)
        case .mixed(let parts):
            for part in parts { mark(bytes.count + part.lowerBound..<bytes.count + part.upperBound) }
        }
        bytes.append(contentsOf: text.bytes)
    }

    /// Appends text of the template.
    mutating func append(_ string: StaticString) {
        string.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(_ string: String, isFromContext: Bool = false) {
        let start = bytes.count
        bytes.append(contentsOf: string.utf8)
        if isFromContext, bytes.count > start { mark(start..<bytes.count) }
    }

    mutating func append(repeating byte: UInt8, count: Int) {
        guard count > 0 else { return }
        bytes.append(contentsOf: repeatElement(byte, count: count))
    }

    private mutating func mark(_ range: Range<Int>) {
        if let last = ranges.last, last.upperBound == range.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
        } else {
            ranges.append(range)
        }
    }

    var text: Text { Text(bytes, Origin(ranges, count: bytes.count)) }

    var rendered: RenderedText {
        RenderedText(text: String(decoding: bytes, as: UTF8.self), contextRanges: ranges)
    }
}

extension Text {
    /// - Parameter times: not negative, and such that the result is not too long.
    func repeated(_ times: Int) -> Text {
        if case .mixed = origin {
            var builder = TextBuilder()
            for _ in 0..<times { builder.append(self) }
            return builder.text
        }
        guard count != 1 else { return Text(Array(repeating: bytes[0], count: times), origin) }
        var repeated: [UInt8] = []
        repeated.reserveCapacity(count * times)
        for _ in 0..<(isEmpty ? 0 : times) { repeated += bytes }
        return Text(repeated, origin)
    }
}
