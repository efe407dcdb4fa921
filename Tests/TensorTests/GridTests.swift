import Foundation
import GGUF
import KernelsBaseline
import Tensor
import TensorBase
import Testing

/// Formats whose codes or scales are not those of other formats.
@Suite struct GridTests {
    /// A table of `iq_grids.bin`.
    private struct Table: Decodable {
        let name: String
        let offset, entries, values_per_entry, bits_per_value: Int
    }

    private struct Index: Decodable {
        let tables: [Table]
    }

    private let grids: [String: UnsafePointer<UInt16>] = [
        "iq1s_grid": Grids.iq1, "iq2xxs_grid": Grids.iq2_xxs, "iq2xs_grid": Grids.iq2_xs, "iq2s_grid": Grids.iq2_s,
        "iq3xxs_grid": Grids.iq3_xxs, "iq3s_grid": Grids.iq3_s,
    ]

    @Test func gridsHoldTheCodesOfTheReference() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/grids")
        let index = try JSONDecoder().decode(
            Index.self, from: Data(contentsOf: folder.appendingPathComponent("iq_grids.json")))
        let bytes = try [UInt8](Data(contentsOf: folder.appendingPathComponent("iq_grids.bin")))
        #expect(Set(index.tables.map(\.name)) == Set(grids.keys))
        for table in index.tables {
            let grid = try #require(grids[table.name])
            for entry in 0..<table.entries {
                let place = table.offset + 2 * entry
                let word = Int(bytes[place]) | Int(bytes[place + 1]) << 8
                let found = (0..<table.values_per_entry).map { index in
                    table.values_per_entry == 8
                        ? Grids.code2(index, of: grid[entry]) : Grids.code3(index, of: grid[entry])
                }
                let expected = (0..<table.values_per_entry).map { index in
                    word >> (index * table.bits_per_value) & (1 << table.bits_per_value - 1)
                }
                if found != expected { Issue.record("\(table.name), entry \(entry): \(found), not \(expected)") }
            }
        }
    }

    private func unpacked(_ format: Format, _ block: [UInt8]) -> [Float] {
        let count = format.type.blockSize
        var codes = [Int32](repeating: 0, count: count)
        var scales = [Float](repeating: .nan, count: count / 16)
        var minima = scales
        ScalarTwin.unpack(block, format.type.id, count: count, codes: &codes, scales: &scales, minima: &minima)
        return codes.enumerated().map { Float($1) * scales[$0 / 16] }
    }

    /// The subnormal ones too.
    @Test func everyExponentOfMXFP4IsUnpackedAsItIsDecoded() {
        let format = Format(.mxfp4)
        for exponent in UInt8.min...252 {
            let block = [exponent] + (0..<16).map { UInt8($0 * 17) }
            #expect(unpacked(format, block) == format.decoded(block))
        }
        #expect(format.decoded([0] + [UInt8](repeating: 1, count: 16))[0] == 0x1p-128)
    }

    /// The two that stand for zero, subnormal ones, and those with the unused bit.
    @Test func everyScaleOfNVFP4IsUnpackedAsItIsDecoded() {
        let format = Format(.nvfp4)
        for scale in UInt8.min ... .max {
            let block = [UInt8](repeating: scale, count: 4) + (0..<32).map { UInt8(truncatingIfNeeded: $0 * 41) }
            #expect(unpacked(format, block) == format.decoded(block))
            let isZero = scale & 0x7f == 0 || scale & 0x7f == 0x7f
            #expect(format.decoded(block).allSatisfy { $0 == 0 } == isZero)
        }
        let one = [UInt8](repeating: 0x38, count: 4) + [UInt8](repeating: 2, count: 32)
        #expect(format.decoded(one)[0] == 1)
    }
}
