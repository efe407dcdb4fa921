extension Text {
    /// Where `needle` first appears at or after `start`, ending at `end` at the latest. Takes time in proportion to the
    /// length of the text, whatever the needle is.
    func firstOffset(of needle: Text, from start: Int = 0, to end: Int? = nil) -> Int? {
        let end = end ?? count
        guard let first = needle.bytes.first else { return start <= end ? start : nil }
        return bytes.withUnsafeBufferPointer { bytes in
            needle.bytes.withUnsafeBufferPointer { needle in
                var at = start
                // Bytes compared in vain.
                var wasted = 0
                while at + needle.count <= end {
                    if bytes[at] == first {
                        let length = commonLength(bytes, at, needle)
                        if length == needle.count { return at }
                        wasted += length
                        if wasted > 256 + 4 * (at - start) { return morrisPratt(bytes, at, end, needle) }
                    }
                    at += 1
                }
                return nil
            }
        }
    }

    private func commonLength(_ bytes: UnsafeBufferPointer<UInt8>, _ at: Int, _ other: UnsafeBufferPointer<UInt8>)
        -> Int
    {
        var length = 0
        while length < other.count, bytes[at + length] == other[length] { length += 1 }
        return length
    }

    /// Searches without going back in the text, for needles that almost appear in many places.
    private func morrisPratt(
        _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ needle: UnsafeBufferPointer<UInt8>
    ) -> Int? {
        // For each length of a match: the length of the longest shorter one that ends at the same place.
        var shorter: [Int32] = [0, 0]
        shorter.reserveCapacity(needle.count + 1)
        var length = 0
        for byte in needle.dropFirst() {
            while length > 0, needle[length] != byte { length = Int(shorter[length]) }
            if needle[length] == byte { length += 1 }
            shorter.append(Int32(length))
        }
        length = 0
        var at = start
        while at < end {
            while length > 0, needle[length] != bytes[at] { length = Int(shorter[length]) }
            if needle[length] == bytes[at] { length += 1 }
            at += 1
            if length == needle.count { return at - length }
        }
        return nil
    }

    /// Takes time in proportion to the product of both lengths, at worst.
    func lastOffset(of needle: Text, from start: Int = 0, to end: Int? = nil) -> Int? {
        var at = (end ?? count) - needle.count
        return bytes.withUnsafeBufferPointer { bytes in
            needle.bytes.withUnsafeBufferPointer { needle in
                while at >= start {
                    if commonLength(bytes, at, needle) == needle.count { return at }
                    at -= 1
                }
                return nil
            }
        }
    }

    func hasPrefix(_ prefix: Text, at start: Int = 0) -> Bool {
        start >= 0 && start + prefix.count <= count
            && bytes.withUnsafeBufferPointer { bytes in
                prefix.bytes.withUnsafeBufferPointer { commonLength(bytes, start, $0) == $0.count }
            }
    }

    func hasSuffix(_ suffix: Text) -> Bool { hasPrefix(suffix, at: count - suffix.count) }

    /// The beginning, for messages.
    subscript(atMost byteCount: Int) -> String {
        var end = min(byteCount, count)
        while end < count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return end < count ? self[..<end].string + "…" : string
    }

    /// Without the scalars at both ends that `isStripped` names.
    func trimmed(
        start trimsStart: Bool = true, end trimsEnd: Bool = true, where isStripped: (Unicode.Scalar) -> Bool
    ) -> Text {
        var (start, end) = (0, count)
        while trimsStart, start < end {
            let length = scalarLength(at: start)
            guard isStripped(scalar(at: start)) else { break }
            start += length
        }
        while trimsEnd, end > start {
            var last = end - 1
            while bytes[last] & 0xC0 == 0x80 { last -= 1 }
            guard isStripped(scalar(at: last)) else { break }
            end = last
        }
        return self[start..<end]
    }

    func scalar(at offset: Int) -> Unicode.Scalar {
        let first = UInt32(bytes[offset])
        if first < 0x80 { return Unicode.Scalar(UInt8(first)) }
        let length = scalarLength(at: offset)
        var value = first & (0x7F >> UInt32(length))
        for index in 1..<length { value = value << 6 | UInt32(bytes[offset + index] & 0x3F) }
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }
}
