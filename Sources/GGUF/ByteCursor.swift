internal import Platform

/// Reads the little-endian values of a header one after another. Checks every length before reading.
struct ByteCursor {
    let region: ByteRegion
    private(set) var offset = 0

    var remaining: Int { region.bytes.count - offset }

    /// The longest header. Gemma 4's has 16 MB, with half a million merges.
    ///
    /// A parsed header takes up to nine times its size in memory (the worst case is millions of short keys and
    /// numbers), and a sparse file can claim any length without using disk space.
    static let maximumHeaderLength = 1 << 28

    init(_ region: ByteRegion) { self.region = region }

    mutating func integer<T: FixedWidthInteger>(_: T.Type, _ what: @autoclosure () -> String) throws(GGUFError) -> T {
        let at = try skip(UInt64(MemoryLayout<T>.size), what())
        return T(littleEndian: region.bytes.loadUnaligned(fromByteOffset: at, as: T.self))
    }

    /// A string: its length in 8 bytes, then UTF-8.
    /// - Parameter maximumLength: in bytes.
    mutating func string(
        _ what: @autoclosure () -> String, maximumLength: Int = .max
    ) throws(GGUFError) -> String {
        let length = try integer(UInt64.self, what())
        let at = try skip(length, what())
        guard offset - at <= maximumLength else {
            throw .stringTooLong(what: what(), offset: at, length: offset - at, limit: maximumLength)
        }
        guard let string = String(validating: region.bytes[at..<offset], as: UTF8.self) else {
            throw .invalidUTF8(what: what(), offset: at)
        }
        return string
    }

    /// Moves past `count` bytes and returns the offset of the first.
    @discardableResult
    mutating func skip(_ count: UInt64, _ what: @autoclosure () -> String) throws(GGUFError) -> Int {
        guard count <= UInt64(remaining) else {
            throw .truncated(what: what(), offset: offset, needed: count, available: remaining)
        }
        guard count <= UInt64(Self.maximumHeaderLength - offset) else {
            throw .headerTooLong(what: what(), limit: Self.maximumHeaderLength)
        }
        defer { offset += Int(count) }
        return offset
    }

    /// A number of elements, each at least `minimumBytes` long; an error if the rest of the file cannot hold them.
    mutating func count(_ what: @autoclosure () -> String, minimumBytes: Int) throws(GGUFError) -> Int {
        let count = try integer(UInt64.self, what())
        let limit = remaining / minimumBytes
        guard count <= UInt64(limit) else { throw .countExceedsFile(what: what(), count: count, limit: limit) }
        guard Int(count) <= (Self.maximumHeaderLength - offset) / minimumBytes else {
            throw .headerTooLong(what: what(), limit: Self.maximumHeaderLength)
        }
        return Int(count)
    }
}

extension ByteCursor {
    mutating func value(_ type: GGUFValueType, key: String) throws(GGUFError) -> GGUFValue {
        switch type {
        case .string:
            return .string(try string("the value of \(key)"))
        case .array:
            return .array(try array(key: key))
        default:
            let at = try skip(UInt64(type.byteCount ?? 0), "the value of \(key)")
            try checkBools(type, key, at..<offset)
            guard let value = GGUFValue(fixed: type, at: region.bytes.baseAddress! + at) else {
                throw .unknownValueType(key: key, id: type.rawValue)
            }
            return value
        }
    }

    private mutating func array(key: String) throws(GGUFError) -> GGUFArray {
        let typeID = try integer(UInt32.self, "the element type of \(key)")
        guard let type = GGUFValueType(rawValue: typeID) else { throw .unknownValueType(key: key, id: typeID) }
        guard type != .array else { throw .nestedArray(key: key) }
        // The shortest string is the 8 bytes of its length, so the offsets need no more memory than the file has bytes.
        let count = try count("the length of \(key)", minimumBytes: type.byteCount ?? 8)
        let start = offset
        var stringOffsets: [Int] = []
        if let size = type.byteCount {
            let at = try skip(UInt64(count * size), "the elements of \(key)")
            try checkBools(type, key, at..<offset)
        } else {
            stringOffsets.reserveCapacity(count)
            for index in 0..<count {
                let length = try integer(UInt64.self, "element \(index) of \(key)")
                let at = try skip(length, "element \(index) of \(key)")
                guard UnsafeRawBufferPointer(rebasing: region.bytes[at..<offset]).isUTF8 else {
                    throw .invalidUTF8(what: "element \(index) of \(key)", offset: at)
                }
                stringOffsets.append(at - start)
            }
        }
        return GGUFArray(
            elementType: type, count: count, region: region.slice(start..<offset), stringOffsets: stringOffsets)
    }

    private func checkBools(_ type: GGUFValueType, _ key: String, _ range: Range<Int>) throws(GGUFError) {
        guard type == .bool, let bad = region.bytes[range].first(where: { $0 > 1 }) else { return }
        throw .invalidBool(key: key, value: bad)
    }
}
