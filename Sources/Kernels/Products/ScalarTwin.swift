#if BASELINE
    internal import GGUF
    package import TensorBase

    /// Integer formats read byte by byte, by the same `unpack` that the kernels use. Tests compare kernels with it.
    package enum ScalarTwin {
        /// What a format says of its codes; nil if it is not an integer format.
        package static func codes(
            of format: FormatID
        ) -> (isSigned: Bool, largest: Int, haveMinimum: Bool)? {
            FormatTable.visitInteger(format, CodesOfFormat())
        }

        /// Unpacks a row of `count` values. Traps if the format reads past its end.
        /// - Parameters:
        ///   - codes: `[count]`, without the bias of unsigned codes.
        ///   - scales: `[count / 16]`, two per group of 32.
        ///   - minima: the same.
        package static func unpack(
            _ row: UnsafeRawPointer, _ format: FormatID, count: Int, codes: UnsafeMutablePointer<Int32>,
            scales: UnsafeMutablePointer<Float>, minima: UnsafeMutablePointer<Float>
        ) {
            FormatTable.visitInteger(
                format, RowUnpacking(row: row, count: count, codes: codes, scales: scales, minima: minima))
        }

        /// Adds one to the count of each byte of the next panel's row that unpacking block `block` prefetches.
        ///
        /// Kernels prefetch three cache lines at each of their steps, and no more. Bytes that some kernel would
        /// therefore not prefetch with such a load are not counted.
        /// - Parameter counts: `[blockCount * blockBytes]`, one for each byte of a row. Traps if others are prefetched.
        package static func countPrefetches(
            _ row: UnsafeRawPointer, _ format: FormatID, blockCount: Int, block: Int,
            into counts: UnsafeMutablePointer<Int32>
        ) {
            FormatTable.visitInteger(
                format, PrefetchCount(row: row, blockCount: blockCount, block: block, counts: counts))
        }
    }

    private struct CodesOfFormat: IntegerFormatVisitor {
        func visit<Format: IntegerFormat>(
            _: Format.Type
        ) -> (isSigned: Bool, largest: Int, haveMinimum: Bool) {
            (Format.isSigned, Format.largestCode, Format.hasMinimum)
        }
    }

    private struct RowUnpacking: IntegerFormatVisitor {
        let row: UnsafeRawPointer
        let count: Int
        let codes: UnsafeMutablePointer<Int32>
        let scales: UnsafeMutablePointer<Float>
        let minima: UnsafeMutablePointer<Float>

        func visit<Format: IntegerFormat>(_: Format.Type) {
            let rows = TwinRows(row: row, byteCount: Format.type.byteCount(of: count), prefetches: nil)
            var next = 0
            for block in 0..<count / Format.type.blockSize {
                Format.unpack(rows, block: block) { group, panel in
                    precondition(group == next, "groups come in their order")
                    next += 1
                    panel.first.storeBytes(of: Format.self, into: codes + group * 32)
                    panel.second.storeBytes(of: Format.self, into: codes + (group * 32 + 16))
                    (scales[2 * group], scales[2 * group + 1]) = (panel.firstScale[0], panel.secondScale[0])
                    (minima[2 * group], minima[2 * group + 1]) = (panel.firstMinimum[0], panel.secondMinimum[0])
                }
            }
            precondition(next == count / 32, "every group is unpacked")
        }
    }

    private struct PrefetchCount: IntegerFormatVisitor {
        let row: UnsafeRawPointer
        let blockCount: Int
        let block: Int
        let counts: UnsafeMutablePointer<Int32>

        func visit<Format: IntegerFormat>(_: Format.Type) {
            let rows = TwinRows(row: row, byteCount: blockCount * Format.type.blockBytes, prefetches: counts)
            Format.unpack(rows, block: block) { _, _ in }
        }
    }

    /// One row as a panel, the same in both lanes.
    private struct TwinRows: PanelRows {
        let row: UnsafeRawPointer
        let byteCount: Int
        let prefetches: UnsafeMutablePointer<Int32>?  // [byteCount]

        func load16(at offset: Int, prefetching bytes: Prefetch) -> Bytes16<SIMD2<UInt32>> {
            count(bytes, limit: 48)  // three lines of four rows
            return Bytes16(word(at: offset), word(at: offset + 4), word(at: offset + 8), word(at: offset + 12))
        }

        func load32(
            at offset: Int, prefetching bytes: Prefetch
        ) -> (Bytes16<SIMD2<UInt32>>, Bytes16<SIMD2<UInt32>>) {
            (load16(at: offset, prefetching: bytes), load16(at: offset + 16, prefetching: Prefetch(offset, 0)))
        }

        func load4(at offset: Int, prefetching bytes: Prefetch) -> SIMD2<UInt32> {
            count(bytes, limit: 12)  // three lines of 16 rows
            return word(at: offset)
        }

        func prefetch(_ bytes: Prefetch) { count(bytes, limit: 12) }

        func loadHalf(at offset: Int, prefetching bytes: Prefetch) -> SIMD2<Float> {
            count(bytes, limit: 24)  // three lines of eight rows; kernels of 16 have several steps
            return SIMD2(repeating: Float(Float16(bitPattern: UInt16(byte(offset)) | UInt16(byte(offset + 1)) << 8)))
        }

        private func word(at offset: Int) -> SIMD2<UInt32> {
            var word: UInt32 = 0
            for index in 0..<4 { word |= UInt32(byte(offset + index)) << (8 * UInt32(index)) }
            return SIMD2(repeating: word)
        }

        private func byte(_ offset: Int) -> UInt8 {
            precondition(offset >= 0 && offset < byteCount, "a byte outside the row is read")
            return row.load(fromByteOffset: offset, as: UInt8.self)
        }

        private func count(_ bytes: Prefetch, limit: Int) {
            guard let prefetches else { return }
            precondition(
                bytes.offset >= 0 && bytes.offset + bytes.count <= byteCount, "bytes outside the row are prefetched")
            for index in 0..<min(bytes.count, limit) { prefetches[bytes.offset + index] += 1 }
        }
    }

    extension SIMD2<UInt32>: PanelWords {
        var floats: SIMD2<Float> { SIMD2<Float>(Float(Int32(bitPattern: x)), Float(Int32(bitPattern: y))) }

        var halves: SIMD2<Float> {
            func half(_ word: UInt32) -> Float { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: word))) }
            return SIMD2<Float>(half(x), half(y))
        }

        func entries(of table: SIMD16<Int8>) -> SIMD2<UInt32> {
            var word: UInt32 = 0
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                word |= UInt32(UInt8(bitPattern: table[Int(x >> shift & 0xff)])) << shift
            }
            return SIMD2(repeating: word)
        }

        func entries(of table: UnsafePointer<UInt16>, count: Int) -> SIMD2<UInt32> {
            precondition(x & 0xffff < count && x >> 16 < count, "an index is outside the table")
            return SIMD2(repeating: UInt32(table[Int(x & 0xffff)]) | UInt32(table[Int(x >> 16)]) << 16)
        }

        func mirrored(in sum: UInt8, where bits: SIMD2<UInt32>, from first: Int) -> SIMD2<UInt32> {
            var word: UInt32 = 0
            for byte in 0..<4 {
                let value = UInt8(truncatingIfNeeded: x >> (8 * UInt32(byte)))
                precondition(value <= sum, "a byte is larger than the sum")
                word |= UInt32(bits.x >> UInt32(first + byte) & 1 == 1 ? sum - value : value) << (8 * UInt32(byte))
            }
            return SIMD2(repeating: word)
        }

        static func fusedSum(_ sum: SIMD2<Float>, _ a: SIMD2<Float>, _ b: SIMD2<Float>) -> SIMD2<Float> {
            SIMD2<Float>(multiplyAdd(sum.x, a.x, b.x), multiplyAdd(sum.y, a.y, b.y))
        }
    }

    extension Bytes16 where Words == SIMD2<UInt32> {
        /// The 16 bytes of a row as codes without their bias.
        fileprivate func storeBytes<Format: IntegerFormat>(
            of _: Format.Type, into codes: UnsafeMutablePointer<Int32>
        ) {
            func store(_ word: UInt32, at first: Int) {
                for index in 0..<4 {
                    let byte = UInt8(truncatingIfNeeded: word >> (8 * UInt32(index)))
                    codes[first + index] = Format.isSigned ? Int32(Int8(bitPattern: byte)) : Int32(byte) - Format.bias
                }
            }
            store(a[0], at: 0)
            store(b[0], at: 4)
            store(c[0], at: 8)
            store(d[0], at: 12)
        }
    }
#endif
