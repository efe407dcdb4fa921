import GGUF
import Platform
import Testing

/// No content traps the process: a damaged file opens or is refused with a `GGUFError`.
@Suite struct RobustnessTests {
    /// Opens `bytes` and reads everything. Returns nil if the file is refused.
    private func read(_ bytes: [UInt8]) throws(GGUFError) -> Int? {
        let file: GGUFFile
        do {
            file = try GGUFFile(ByteRegion(bytes))
        } catch {
            #expect(!error.description.isEmpty)
            return nil
        }
        var total = 0
        for key in file.metadata.keys {
            if case .array(let array) = file.metadata[key] {
                for index in 0..<array.count where array.element(at: index) != nil { total += 1 }
                array.strings?.texts.forEach { total += $0.utf8.count }
            }
        }
        for tensor in file.tensors {
            let data = file.bytes(of: tensor)
            #expect(data.count == tensor.byteCount)
            total = data.reduce(total) { $0 &+ Int($1) }
            #expect(file.tensor(tensor.name) == tensor)
        }
        // The writer accepts whatever the reader accepted.
        return try total + file.rewritten().count
    }

    @Test(arguments: [UInt32(2), 3]) func aFileCutAnywhereIsRefused(version: UInt32) throws {
        let bytes = RawFile.specimen(version: version).bytes
        for length in 0..<bytes.count {
            #expect(try read(Array(bytes[..<length])) == nil, "cut to \(length) of \(bytes.count) bytes")
        }
        #expect(try read(bytes) != nil)
    }

    @Test func nothingFollowsTheLastTensorOfTheSpecimen() throws {
        // Otherwise the test above would not cut through the last tensor.
        let file = try RawFile.specimen().open()
        #expect(file.tensors.map { $0.offset + $0.byteCount }.max() == RawFile.specimen().data.count)
    }

    @Test func anyBitOfTheHeaderMayFlip() throws {
        let raw = RawFile.specimen()
        let bytes = raw.bytes
        var refused = 0
        for bit in 0..<8 * raw.header.count {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            if try read(damaged) == nil { refused += 1 }
        }
        // Most bits are lengths, types and offsets. Flips in texts and values are not detected.
        #expect(refused > 2 * raw.header.count)
    }

    @Test func anyByteOfTheHeaderMayBeAnything() throws {
        let raw = RawFile.specimen()
        let bytes = raw.bytes
        for index in raw.header.indices {
            for value in [UInt8(0), 0x7f, 0x80, 0xff] {
                var damaged = bytes
                damaged[index] = value
                _ = try read(damaged)
            }
        }
    }

    @Test func anyBitOfAnEmptyTensorsLengthsMayFlip() throws {
        var raw = RawFile()
        raw.addTensor("a", [0, 4, 4])
        raw.addTensor("b", [4, 0, 4])
        let bytes = raw.bytes
        for bit in 8 * RawFile.prefixLength..<8 * raw.header.count {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            _ = try read(damaged)
        }
    }

    @Test func randomBytesAfterAValidBeginningAreRefused() throws {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        for _ in 0..<2000 {
            var raw = RawFile(tensorCount: 1, entryCount: 1)
            raw.entries = [
                (0..<200).map { _ in
                    state ^= state << 13
                    state ^= state >> 7
                    state ^= state << 17
                    return UInt8(truncatingIfNeeded: state >> 32)
                }
            ]
            #expect(try read(raw.bytes) == nil)
        }
    }
}
