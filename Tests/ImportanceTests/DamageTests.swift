import Foundation
import GGUF
import ImportanceMatrix
import Platform
import Testing

/// Whatever a file holds, it is read or refused.
@Suite struct DamageTests {
    private static let sums: [Float] = [1, 2, 3, 4]

    /// A file with the keys of a matrix, and what `change` makes of it.
    private func file(_ change: (inout GGUFWriter) throws -> Void) throws -> [UInt8] {
        var writer = GGUFWriter()
        writer.metadata.set("general.type", .string("imatrix"))
        writer.metadata.set("imatrix.chunk_count", .uint32(1))
        writer.metadata.set("imatrix.chunk_size", .uint32(512))
        try change(&writer)
        return writer.bytes()
    }

    private func add(
        _ writer: inout GGUFWriter, _ name: String, _ dimensions: [Int], _ values: [Float], type: TensorType = .f32
    ) throws {
        try writer.add(
            tensor: name, dimensions: dimensions, type: type,
            bytes: Array(values.withUnsafeBytes(Array.init).prefix(type.blockBytes * values.count)))
    }

    private func expect(_ error: ImportanceError, _ change: (inout GGUFWriter) throws -> Void) throws {
        let bytes = try file(change)
        #expect(throws: error) { try ImportanceMatrix(ByteRegion(bytes)) }
        #expect(!"\(error)".isEmpty)
    }

    @Test func whatAFileMustHave() throws {
        try expect(.noEntries) { _ in }
        try expect(.otherKind("model")) { $0.metadata.set("general.type", .string("model")) }
        try expect(.otherKind(nil)) { $0.metadata.remove("general.type") }
        try expect(.gguf(.missingKey("imatrix.chunk_count"))) { $0.metadata.remove("imatrix.chunk_count") }
        try expect(
            .gguf(.outOfRange(key: "imatrix.chunk_size", value: "0", expected: "1 to 4294967295"))
        ) { $0.metadata.set("imatrix.chunk_size", .uint32(0)) }
        try expect(.gguf(.wrongType(key: "imatrix.datasets", expected: "array of string", found: "uint32"))) {
            $0.metadata.set("imatrix.datasets", .uint32(0))
        }
        try expect(.incomplete(entry: "a", missing: "counts")) { try add(&$0, "a.in_sum2", [4], Self.sums) }
        try expect(.incomplete(entry: "a", missing: "in_sum2")) { try add(&$0, "a.counts", [1], [1]) }
    }

    @Test func whatSumsMustBe() throws {
        func pair(_ sums: [Float], _ counts: [Float], shape: [Int] = [4], countShape: [Int] = [1]) throws
            -> (inout GGUFWriter) throws -> Void
        {
            { writer in
                try add(&writer, "a.in_sum2", shape, sums)
                try add(&writer, "a.counts", countShape, counts)
            }
        }
        for value in [-1, -Float.infinity, .infinity] {
            try expect(.invalidValue(entry: "a", value: value), pair([1, 2, value, 4], [1]))
            try expect(.invalidValue(entry: "a", value: value), pair(Self.sums, [value]))
        }
        let bytes = try file(pair([1, 2, .nan, 4], [1]))
        #expect(throws: ImportanceError.self) { try ImportanceMatrix(ByteRegion(bytes)) }
        try expect(.shapes(entry: "a", sums: [4], counts: [2]), pair(Self.sums, [1, 1], countShape: [2]))
        try expect(
            .shapes(entry: "a", sums: [2, 2], counts: [1, 4]),
            pair(Self.sums, [1, 1, 1, 1], shape: [2, 2], countShape: [1, 4]))
        try expect(.shapes(entry: "a", sums: [0], counts: [1]), pair([], [1], shape: [0]))
        try expect(.wrongType(tensor: "a.in_sum2", type: "F16")) { writer in
            try add(&writer, "a.in_sum2", [4], Self.sums, type: .f16)
            try add(&writer, "a.counts", [1], [1])
        }
    }

    @Test func aNameWithoutATensorIsNoEntry() throws {
        try expect(.noEntries) { writer in
            try add(&writer, ".in_sum2", [4], Self.sums)
            try add(&writer, ".counts", [1], [1])
        }
    }

    // MARK: - The old format

    private func number(_ value: Int) -> [UInt8] { withUnsafeBytes(of: Int32(value).littleEndian, Array.init) }

    private func old(
        entries: Int = 1, nameLength: Int = 1, name: [UInt8] = [97], calls: Int = 1, count: Int = 4,
        values: [Float] = sums, end: [UInt8] = []
    ) -> [UInt8] {
        number(entries) + number(nameLength) + name + number(calls) + number(count)
            + values.withUnsafeBytes(Array.init) + end
    }

    @Test func whatTheOldFormatMustBe() throws {
        func expect(_ error: ImportanceError, _ bytes: [UInt8]) {
            #expect(throws: error) { try ImportanceMatrix(ByteRegion(bytes)) }
        }
        #expect(throws: Never.self) { try ImportanceMatrix(ByteRegion(old())) }
        expect(.notAMatrix, [])
        expect(.notAMatrix, [1, 0])
        expect(.notAMatrix, Array("Once upon a time there was a cat.".utf8))
        expect(.notAMatrix, old(entries: 0))
        expect(.notAMatrix, old(entries: -1))
        expect(
            .invalidNumber(what: "the length of a name", value: 56, expected: "1 to 55"),
            old(nameLength: 56, name: Array(repeating: 97, count: 56)))
        expect(.invalidName(offset: 8), old(name: [255]))
        expect(.invalidNumber(what: "the calls of a", value: 0, expected: "1 to 2147483647"), old(calls: 0))
        expect(.invalidNumber(what: "the values of a", value: -4, expected: "1 to 2147483647"), old(count: -4))
        expect(.truncated(what: "the values of a", offset: 17), old(count: 5))
        expect(
            .tooManyValues(count: Int(Int32.max), limit: ImportanceMatrix.maximumValues), old(count: Int(Int32.max)))
        expect(.invalidValue(entry: "a", value: .infinity), old(values: [1, 2, 3, .infinity]))
        expect(.extraBytes(offset: 41, count: 1), old(end: number(1) + number(0) + [0]))
        expect(.truncated(what: "the number of chunks", offset: 33), old(end: [1, 0, 0]))
        let twice = old(entries: 2) + old().dropFirst(4)
        expect(.duplicate(entry: "a"), twice)
    }

    // MARK: - Every byte

    @Test(arguments: ImportanceFormat.allCases) func aFileThatIsCutIsRefused(_ format: ImportanceFormat) throws {
        let bytes = try small(format)
        for length in 0..<bytes.count {
            guard let cut = try? ImportanceMatrix(ByteRegion(Array(bytes.prefix(length)))) else { continue }
            // Both formats have an end that may be missing: padding, or the number of chunks and the name of the text.
            #expect(cut.entries.count == 2 && bytes.count - length <= 29, "cut to \(length) of \(bytes.count) bytes")
        }
    }

    @Test(arguments: ImportanceFormat.allCases) func anyBitMayFlip(_ format: ImportanceFormat) throws {
        let bytes = try small(format)
        var refused = 0
        for bit in 0..<8 * bytes.count {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let matrix = try? ImportanceMatrix(ByteRegion(damaged)) else {
                refused += 1
                continue
            }
            let range = 0...ImportanceMatrix.largestWeight
            #expect(matrix.entries.values.allSatisfy { $0.weights.allSatisfy(range.contains) })
        }
        #expect(refused > bytes.count)
    }

    private func small(_ format: ImportanceFormat) throws -> [UInt8] {
        let matrix = try ImportanceMatrix(
            ByteRegion(
                file { writer in
                    try add(&writer, "a.weight.in_sum2", [4], Self.sums)
                    try add(&writer, "a.weight.counts", [1], [1])
                    try add(&writer, "e.weight.in_sum2", [2, 2], Self.sums)
                    try add(&writer, "e.weight.counts", [1, 2], [1, 2])
                }))
        return try matrix.bytes(as: format)
    }
}
