import GGUF
import Platform
import Testing

@Suite struct AccessorTests {
    private static let all: KeyValuePairs<String, GGUFValue> = [
        "uint8": .uint8(200), "int8": .int8(-100), "uint16": .uint16(60_000), "int16": .int16(-30_000),
        "uint32": .uint32(4_000_000_000), "int32": .int32(-2_000_000_000), "uint64": .uint64(1 << 62),
        "int64": .int64(.min), "float32": .float32(0.5), "float64": .float64(0.1), "bool": .bool(true),
        "string": .string("text"), "array of bool": .array(GGUFArray([true, false])),
        "array of string": .array(GGUFArray(["", "é"])), "array of int32": .array(GGUFArray([Int32(-1), 1])),
        "array of uint32": .array(GGUFArray([UInt32(1), 4_000_000_000])),
        "array of float32": .array(GGUFArray([Float(0.5)])),
    ]

    private static let integers: [String: Int] = [
        "uint8": 200, "int8": -100, "uint16": 60_000, "int16": -30_000, "uint32": 4_000_000_000,
        "int32": -2_000_000_000, "uint64": 1 << 62, "int64": .min,
    ]

    /// An accessor, what it expects, and the keys of `all` that it accepts.
    private struct Accessor: Sendable, CustomTestStringConvertible {
        let expected: String
        let accepted: Set<String>
        let required: (@Sendable (GGUFMetadata, String) throws -> Void)?
        let optional: @Sendable (GGUFMetadata, String) throws -> Bool
        var testDescription: String { expected }
    }

    private static let accessors: [Accessor] = [
        Accessor(
            expected: "string", accepted: ["string"], required: { _ = try $0.string($1) },
            optional: { try $0.stringIfPresent($1) != nil }),
        Accessor(
            expected: "integer", accepted: Set(integers.keys), required: { _ = try $0.integer($1) },
            optional: { try $0.integerIfPresent($1) != nil }),
        Accessor(
            expected: "number", accepted: Set(integers.keys).union(["float32", "float64"]),
            required: { _ = try $0.number($1) }, optional: { try $0.numberIfPresent($1) != nil }),
        Accessor(
            expected: "array of integers", accepted: ["array of int32", "array of uint32"],
            required: { _ = try $0.integers($1) }, optional: { try $0.integersIfPresent($1) != nil }),
        Accessor(
            expected: "array of bool", accepted: ["array of bool"], required: nil,
            optional: { try $0.boolsIfPresent($1) != nil }),
        Accessor(
            expected: "array of string", accepted: ["array of string"], required: { _ = try $0.strings($1) },
            optional: { try $0.stringsIfPresent($1) != nil }),
    ]

    @Test(arguments: accessors) private func anAccessorTakesItsTypesAndNamesTheOthers(accessor: Accessor) throws {
        let metadata = try GGUFMetadata(Self.all)
        for key in metadata.keys {
            if accessor.accepted.contains(key) {
                #expect(throws: Never.self) { try accessor.required?(metadata, key) }
                #expect(try accessor.optional(metadata, key))
            } else {
                // The keys are the names of their types.
                let error = GGUFError.wrongType(key: key, expected: accessor.expected, found: key)
                #expect(throws: error) { _ = try accessor.optional(metadata, key) }
                if let required = accessor.required { #expect(throws: error) { try required(metadata, key) } }
            }
        }
    }

    @Test(arguments: accessors) private func aMissingKeyIsAnErrorOnlyWhereItIsRequired(accessor: Accessor) throws {
        let metadata = try GGUFMetadata(Self.all)
        #expect(try !accessor.optional(metadata, "no.key"))
        guard let required = accessor.required else { return }
        #expect(throws: GGUFError.missingKey("no.key")) { try required(metadata, "no.key") }
    }

    @Test func integersAreReadAtAnyWidth() throws {
        let metadata = try GGUFMetadata(Self.all)
        for (key, value) in Self.integers {
            #expect(try metadata.integer(key) == value)
            #expect(try metadata.number(key) == Double(value))
        }
    }

    @Test func numbersAreReadFromAnyFloat() throws {
        let metadata = try GGUFMetadata(Self.all)
        #expect(try metadata.number("float32") == 0.5)
        #expect(try metadata.number("float64") == 0.1)
    }

    @Test func anIntegerThatNoIntHoldsIsAnError() throws {
        let metadata = try GGUFMetadata(["big": .uint64(1 << 63)])
        #expect(throws: GGUFError.self) { try metadata.integer("big") }
        #expect(throws: GGUFError.self) { try metadata.number("big") }
    }

    @Test(
        arguments: [
            (GGUFValueType.uint8, [255, 0], [255, 0]), (.int8, [255, 127], [-1, 127]),
            (.uint16, [255, 255, 1, 0], [65_535, 1]), (.int16, [255, 255, 1, 0], [-1, 1]),
            (.uint64, [1, 0, 0, 0, 0, 0, 0, 64], [1 << 62 + 1]), (.int64, Array(repeating: 255, count: 8), [-1]),
        ] as [(GGUFValueType, [UInt8], [Int])])
    func arraysOfIntegersAreReadAtAnyWidth(type: GGUFValueType, bytes: [UInt8], values: [Int]) throws {
        var raw = RawFile()
        raw.addArray("key", typeID: type.rawValue, count: UInt64(values.count), bytes)
        #expect(try raw.open().metadata.integers("key") == values)
    }

    @Test func arraysAreReadAsWhatTheyHold() throws {
        let metadata = try GGUFMetadata(Self.all)
        #expect(try metadata.integers("array of int32") == [-1, 1])
        #expect(try metadata.integers("array of uint32") == [1, 4_000_000_000])
        #expect(try metadata.boolsIfPresent("array of bool") == [true, false])
        #expect(try metadata.strings("array of string").texts == ["", "é"])
        #expect(try metadata.string("string") == "text")
    }

    @Test func anErrorNamesKeyAndTypes() {
        let description = GGUFError.wrongType(key: "the.key", expected: "string", found: "array of int8").description
        for part in ["the.key", "string", "array of int8"] { #expect(description.contains(part)) }
    }

    @Test func aKeyIsTakenOnce() throws {
        var metadata = try GGUFMetadata(["key": .bool(true)])
        #expect(throws: GGUFError.duplicateKey("key")) { try metadata.add("key", .bool(false)) }
        #expect(metadata.keys == ["key"])
        #expect(metadata["key"] == .bool(true))
    }

    @Test func stringsAreNotCopiedFromTheFile() throws {
        let words = ["", "Grüße", "世界", "", "🦙"]
        var raw = RawFile()
        raw.addArray("words", typeID: GGUFValueType.string.rawValue, count: 5, words.flatMap { [UInt8].string($0) })
        let region = ByteRegion(raw.bytes)
        let file = try GGUFFile(region)
        let strings = try file.metadata.strings("words")
        #expect(strings.count == 5)
        #expect(strings.texts == words)
        #expect(strings.reversed().map { $0.count } == words.reversed().map { $0.utf8.count })

        let start = try #require(region.bytes.baseAddress)
        let addresses = try strings.map { try #require($0.baseAddress) }
        #expect(addresses.allSatisfy { (start..<start + region.bytes.count).contains($0) })
        // Each follows the one before and the 8 bytes of its own length.
        #expect(zip(zip(addresses, words), addresses.dropFirst()).allSatisfy { $0.0 + $0.1.utf8.count + 8 == $1 })
        withExtendedLifetime((region, file, strings)) {}
    }
}
