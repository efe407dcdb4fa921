import GGUF
import Platform
import Testing

/// A GGUF file written byte by byte, without the writer under test, so that a test can make any field wrong.
struct RawFile {
    var magic = Array("GGUF".utf8)
    var version: UInt32 = 3
    /// The counts in the header; nil for the actual ones.
    var tensorCount: UInt64?
    var entryCount: UInt64?
    var entries: [[UInt8]] = []
    var tensors: [[UInt8]] = []
    var alignment = 32
    var data: [UInt8] = []

    /// Bytes before the first entry.
    static let prefixLength = 24

    var header: [UInt8] {
        // Step by step: a chain of `+` takes Swift 6.2 too long to check.
        var header = magic
        header += [UInt8].littleEndian(version)
        header += [UInt8].littleEndian(tensorCount ?? UInt64(tensors.count))
        header += [UInt8].littleEndian(entryCount ?? UInt64(entries.count))
        header += entries.joined()
        header += tensors.joined()
        return header
    }

    var dataStart: Int { (header.count + alignment - 1) / alignment * alignment }

    var bytes: [UInt8] { header + Array(repeating: 0, count: dataStart - header.count) + data }

    func open() throws(GGUFError) -> GGUFFile { try GGUFFile(ByteRegion(bytes)) }

    // MARK: - Parts

    mutating func addEntry(_ key: String, _ type: GGUFValueType, _ value: [UInt8]) {
        addEntry(key, typeID: type.rawValue, value)
    }

    mutating func addEntry(_ key: String, typeID: UInt32, _ value: [UInt8]) {
        entries.append(.string(key) + .littleEndian(typeID) + value)
    }

    mutating func addArray(_ key: String, typeID: UInt32, count: UInt64, _ elements: [UInt8]) {
        addEntry(key, .array, .littleEndian(typeID) + .littleEndian(count) + elements)
    }

    mutating func addTensor(
        _ name: String, _ dimensions: [UInt64], typeID: UInt32 = TensorType.f32.id, offset: UInt64 = 0
    ) {
        tensors.append(
            .string(name) + .littleEndian(UInt32(dimensions.count)) + dimensions.flatMap { [UInt8].littleEndian($0) }
                + .littleEndian(typeID) + .littleEndian(offset))
    }

    /// A file with every kind of value, including strings and arrays, and four tensors, one of them empty.
    static func specimen(version: UInt32 = 3) -> RawFile {
        var raw = RawFile(version: version)
        raw.addEntry("general.architecture", .string, .string("gemma4"))
        raw.addEntry("general.alignment", .uint32, .littleEndian(UInt32(64)))
        raw.alignment = 64
        raw.addEntry("a.bool", .bool, [1])
        raw.addEntry("a.float", .float32, .littleEndian(Float(1.5).bitPattern))
        raw.addEntry("a.double", .float64, .littleEndian(Double.pi.bitPattern))
        raw.addEntry("a.byte", .int8, [0x80])
        raw.addEntry("a.long", .int64, .littleEndian(Int64.min))
        raw.addArray("an.array", typeID: GGUFValueType.int16.rawValue, count: 3, [1, 0, 255, 255, 0, 128])
        raw.addArray("some.bools", typeID: GGUFValueType.bool.rawValue, count: 3, [1, 0, 1])
        raw.addArray("no.strings", typeID: GGUFValueType.string.rawValue, count: 0, [])
        let words = ["", "Grüße", "🦙", "plain"]
        raw.addArray("strings", typeID: GGUFValueType.string.rawValue, count: 4, words.flatMap { [UInt8].string($0) })

        raw.addTensor("floats", [3, 2], offset: 0)
        raw.addTensor("blocks", [32, 2], typeID: TensorType.q8_0.id, offset: 64)
        raw.addTensor("nothing", [0], offset: 192)
        raw.addTensor("halves", [1, 2, 1, 2], typeID: TensorType.f16.id, offset: 192)
        raw.data = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        return raw
    }
}

extension [UInt8] {
    static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        Swift.withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static func string(_ text: String) -> [UInt8] { .string(utf8: Array(text.utf8)) }

    static func string(utf8: [UInt8]) -> [UInt8] { .littleEndian(UInt64(utf8.count)) + utf8 }
}

extension GGUFFile {
    func bytes(of tensor: TensorInfo) -> [UInt8] {
        let region = data(of: tensor)
        return withExtendedLifetime(region) { Array(region.bytes) }
    }

    /// Writes everything that was read.
    func rewritten() throws(GGUFError) -> [UInt8] {
        var writer = GGUFWriter(version: version)
        writer.metadata = metadata
        for tensor in tensors {
            try writer.add(
                tensor: tensor.name, dimensions: tensor.dimensions, type: tensor.type, region: data(of: tensor))
        }
        return writer.bytes()
    }
}

extension GGUFMetadata {
    init(_ values: KeyValuePairs<String, GGUFValue>) throws(GGUFError) {
        self.init()
        for (key, value) in values { try add(key, value) }
    }
}

extension GGUFStrings {
    /// Copies of the strings.
    var texts: [String] { withExtendedLifetime(self) { map { String(decoding: $0, as: UTF8.self) } } }
}
