package import Platform

/// The type of a metadata value. Raw values are those of the file format.
public enum GGUFValueType: UInt32, Sendable, CaseIterable {
    case uint8 = 0
    case int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// Size of one value in bytes; nil for strings and arrays, whose length is in the file.
    var byteCount: Int? {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .string, .array: nil
        }
    }
}

/// A metadata value.
public enum GGUFValue: Sendable, Equatable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case uint64(UInt64)
    case int64(Int64)
    case float32(Float)
    case float64(Double)
    case bool(Bool)
    case string(String)
    /// Indirect, so that numbers, of which a file may have millions, take a third of the memory.
    indirect case array(GGUFArray)

    public var type: GGUFValueType {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .uint64: .uint64
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        case .bool: .bool
        case .string: .string
        case .array: .array
        }
    }

    /// The value as an integer; nil if it is not one or does not fit an `Int`.
    public var integer: Int? {
        switch self {
        case .uint8(let value): Int(value)
        case .int8(let value): Int(value)
        case .uint16(let value): Int(value)
        case .int16(let value): Int(value)
        case .uint32(let value): Int(value)
        case .int32(let value): Int(value)
        case .uint64(let value): Int(exactly: value)
        case .int64(let value): Int(value)
        default: nil
        }
    }

    /// The value as a number; nil if it is not one.
    public var number: Double? {
        switch self {
        case .float32(let value): Double(value)
        case .float64(let value): value
        default: integer.map(Double.init)
        }
    }

    /// The name of the type in error messages: `uint32`, `array of string`.
    var typeName: String {
        if case .array(let array) = self { "array of \(array.elementType)" } else { "\(type)" }
    }
}

/// An array of metadata values. The elements are not copied from the file.
public struct GGUFArray: Sendable, Equatable {
    public let elementType: GGUFValueType
    public let count: Int
    /// The elements as encoded in the file.
    package let region: ByteRegion
    /// For strings: where the bytes of each begin in `region`. The 8 bytes before hold its length. All strings are
    /// inside the region. Empty for other types.
    let stringOffsets: [Int]

    /// The integer at `index`; nil if the elements are not integers, or if it does not fit an `Int`.
    func integer(at index: Int) -> Int? { element(at: index)?.integer }

    /// The element at `index`; nil for strings, which do not have a fixed size.
    public func element(at index: Int) -> GGUFValue? {
        guard index >= 0, index < count, let size = elementType.byteCount else { return nil }
        return GGUFValue(fixed: elementType, at: region.bytes.baseAddress! + index * size)
    }

    /// The strings of an array of strings; nil for other types.
    public var strings: GGUFStrings? { elementType == .string ? GGUFStrings(array: self) : nil }

    public static func == (a: GGUFArray, b: GGUFArray) -> Bool {
        a.elementType == b.elementType && a.count == b.count && a.region.bytes.elementsEqual(b.region.bytes)
    }
}

extension GGUFArray {
    /// An array of strings to write to a file.
    public init(_ strings: [String]) {
        var bytes: [UInt8] = []
        var offsets: [Int] = []
        for string in strings {
            bytes.appendLittleEndian(UInt64(string.utf8.count))
            offsets.append(bytes.count)
            bytes.append(contentsOf: string.utf8)
        }
        self.init(elementType: .string, count: strings.count, region: ByteRegion(bytes), stringOffsets: offsets)
    }

    public init(_ values: [Int32]) {
        self.init(.int32, values.count) { bytes in values.forEach { bytes.appendLittleEndian($0) } }
    }

    public init(_ values: [UInt32]) {
        self.init(.uint32, values.count) { bytes in values.forEach { bytes.appendLittleEndian($0) } }
    }

    public init(_ values: [Float]) {
        self.init(.float32, values.count) { bytes in values.forEach { bytes.appendLittleEndian($0.bitPattern) } }
    }

    public init(_ values: [Bool]) {
        self.init(.bool, values.count) { bytes in values.forEach { bytes.append($0 ? 1 : 0) } }
    }

    private init(_ type: GGUFValueType, _ count: Int, encode: (inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        encode(&bytes)
        self.init(elementType: type, count: count, region: ByteRegion(bytes), stringOffsets: [])
    }
}

/// The strings of a metadata array, as UTF-8 bytes inside the file.
///
/// The bytes are valid while this value (or the file) lives.
public struct GGUFStrings: RandomAccessCollection, Sendable {
    let array: GGUFArray

    public var startIndex: Int { 0 }
    public var endIndex: Int { array.count }

    public subscript(position: Int) -> UnsafeRawBufferPointer {
        let offsets = array.stringOffsets
        // The length in the file is not used: another program may have changed it since it was checked.
        let end = position + 1 < offsets.count ? offsets[position + 1] - 8 : array.region.bytes.count
        return UnsafeRawBufferPointer(rebasing: array.region.bytes[offsets[position]..<end])
    }
}

extension GGUFValue {
    /// The little-endian value of a fixed-size type at `pointer`; a byte other than 0 and 1 counts as true.
    init?(fixed type: GGUFValueType, at pointer: UnsafeRawPointer) {
        func load<T: FixedWidthInteger>(_: T.Type) -> T { T(littleEndian: pointer.loadUnaligned(as: T.self)) }
        switch type {
        case .uint8: self = .uint8(load(UInt8.self))
        case .int8: self = .int8(load(Int8.self))
        case .uint16: self = .uint16(load(UInt16.self))
        case .int16: self = .int16(load(Int16.self))
        case .uint32: self = .uint32(load(UInt32.self))
        case .int32: self = .int32(load(Int32.self))
        case .uint64: self = .uint64(load(UInt64.self))
        case .int64: self = .int64(load(Int64.self))
        case .float32: self = .float32(Float(bitPattern: load(UInt32.self)))
        case .float64: self = .float64(Double(bitPattern: load(UInt64.self)))
        case .bool: self = .bool(load(UInt8.self) != 0)
        case .string, .array: return nil
        }
    }
}

extension [UInt8] {
    mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
