/// A set of Unicode scalars, as ranges.
package struct CharacterClass: Sendable, Hashable {
    /// In rising order, without overlaps and with gaps between them.
    package let ranges: [ClosedRange<UInt32>]

    /// The largest code point.
    package static let last: UInt32 = 0x10FFFF
    /// Surrogates are code points that are not characters.
    private static let surrogates: ClosedRange<UInt32> = 0xD800...0xDFFF

    /// Every character.
    package static let all = CharacterClass([0...last])
    package static let none = CharacterClass([])

    /// - Parameter ranges: of code points up to `last`, in any order. Surrogates are left out.
    package init(_ ranges: [ClosedRange<UInt32>]) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.flatMap(Self.withoutSurrogates).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let previous = merged.last, range.lowerBound <= previous.upperBound + 1 {
                merged[merged.count - 1] = previous.lowerBound...max(previous.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    /// - Parameter ranges: as the property has them.
    private init(sorted ranges: [ClosedRange<UInt32>]) { self.ranges = ranges }

    package init(_ scalars: Unicode.Scalar...) { self.init(scalars.map { $0.value...$0.value }) }

    package init(_ range: ClosedRange<Unicode.Scalar>) { self.init([range.lowerBound.value...range.upperBound.value]) }

    private static func withoutSurrogates(_ range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
        let range = min(range.lowerBound, last)...min(range.upperBound, last)
        guard range.overlaps(surrogates) else { return [range] }
        var parts: [ClosedRange<UInt32>] = []
        if range.lowerBound < surrogates.lowerBound { parts.append(range.lowerBound...surrogates.lowerBound - 1) }
        if range.upperBound > surrogates.upperBound { parts.append(surrogates.upperBound + 1...range.upperBound) }
        return parts
    }
}

extension CharacterClass {
    package var isEmpty: Bool { ranges.isEmpty }

    package func contains(_ scalar: Unicode.Scalar) -> Bool { contains(scalar.value...scalar.value) }

    /// Whether all characters of `other` are in this class.
    package func contains(_ other: CharacterClass) -> Bool { other.ranges.allSatisfy(contains) }

    /// - Parameter range: holds no surrogates.
    private func contains(_ range: ClosedRange<UInt32>) -> Bool {
        // The first range that does not end before it. Ranges that surrogates divide are two.
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= range.lowerBound
            && range.upperBound <= ranges[low].upperBound
    }

    package func union(_ other: CharacterClass) -> CharacterClass { CharacterClass(ranges + other.ranges) }

    /// All characters that are not in it.
    package var inverted: CharacterClass {
        var gaps: [ClosedRange<UInt32>] = []
        var start: UInt32 = 0
        for range in ranges {
            if start < range.lowerBound { gaps.append(start...range.lowerBound - 1) }
            start = range.upperBound + 1
        }
        if start <= Self.last { gaps.append(start...Self.last) }
        return CharacterClass(gaps)
    }

    package func intersection(_ other: CharacterClass) -> CharacterClass {
        // Between ranges of both there are gaps of one of them, so what both have needs no joining.
        var common: [ClosedRange<UInt32>] = []
        var (a, b) = (0, 0)
        while a < ranges.count, b < other.ranges.count {
            let (range, otherRange) = (ranges[a], other.ranges[b])
            if range.overlaps(otherRange) { common.append(range.clamped(to: otherRange)) }
            if range.upperBound < otherRange.upperBound { a += 1 } else { b += 1 }
        }
        return CharacterClass(sorted: common)
    }

    package func subtracting(_ other: CharacterClass) -> CharacterClass { intersection(other.inverted) }
}
