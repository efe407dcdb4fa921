#if arch(arm64)
    import _Builtin_intrinsics.arm.neon

    /// Eight rows in pairs of NEON registers: the first holds rows 0 ..< 4, the second rows 4 ..< 8.
    struct NEONRows: PanelRows {
        let rows: UnsafePointer<UnsafeRawPointer>
        let next: UnsafeRawPointer

        /// Lane r of vector j: bytes 4j ..< 4j + 4 of row r.
        @inline(__always)
        func load16(at offset: Int, prefetching bytes: Prefetch) -> Bytes16<SIMD8<UInt32>> {
            let (low, high) = (columns(offset, 0, bytes), columns(offset, 4, bytes))
            return Bytes16(
                SIMD8(lowHalf: low.a, highHalf: high.a), SIMD8(lowHalf: low.b, highHalf: high.b),
                SIMD8(lowHalf: low.c, highHalf: high.c), SIMD8(lowHalf: low.d, highHalf: high.d))
        }

        /// The same of rows `first ..< first + 4`: a transposition of 4 by 4 words.
        @inline(__always)
        private func columns(_ offset: Int, _ first: Int, _ bytes: Prefetch) -> Bytes16<SIMD4<UInt32>> {
            @inline(__always)
            func load(_ row: Int) -> SIMD4<UInt32> {
                (rows[first &+ row] + offset).loadUnaligned(as: SIMD4<UInt32>.self)
            }
            bytes.fetch(next, rows: 8, step: first / 2, of: 4)
            let (r0, r1) = (load(0), load(1))
            bytes.fetch(next, rows: 8, step: first / 2 &+ 1, of: 4)
            let (r2, r3) = (load(2), load(3))
            let (even01, odd01) = (vtrn1q_u32(r0, r1), vtrn2q_u32(r0, r1))
            let (even23, odd23) = (vtrn1q_u32(r2, r3), vtrn2q_u32(r2, r3))
            return Bytes16(
                lowHalves(even01, even23), lowHalves(odd01, odd23), highHalves(even01, even23),
                highHalves(odd01, odd23))
        }

        @inline(__always)
        func prefetch(_ bytes: Prefetch) { bytes.fetch(next, rows: 8, step: 0, of: 1) }

        @inline(__always)
        func load4(at offset: Int, prefetching bytes: Prefetch) -> SIMD8<UInt32> {
            bytes.fetch(next, rows: 8, step: 0, of: 1)
            var words = SIMD8<UInt32>()
            for row in 0..<8 { words[row] = (rows[row] + offset).loadUnaligned(as: UInt32.self) }
            return words
        }

        @inline(__always)
        func load32(
            at offset: Int, prefetching bytes: Prefetch
        ) -> (Bytes16<SIMD8<UInt32>>, Bytes16<SIMD8<UInt32>>) {
            let half = bytes.count / 2
            return (
                load16(at: offset, prefetching: Prefetch(bytes.offset, half)),
                load16(at: offset &+ 16, prefetching: Prefetch(bytes.offset &+ half, bytes.count &- half))
            )
        }

        @inline(__always)
        func loadHalf(at offset: Int, prefetching bytes: Prefetch) -> SIMD8<Float> {
            var halves = SIMD8<UInt16>()
            for row in 0..<8 {
                bytes.fetch(next, rows: 8, step: row, of: 8)
                halves[row] = (rows[row] + offset).loadUnaligned(as: UInt16.self)
            }
            return widened(halves)
        }
    }

    extension SIMD8<UInt32>: PanelWords {
        @inline(__always)
        var floats: SIMD8<Float> {
            SIMD8<Float>(
                lowHalf: vcvtq_f32_s32(unsafeBitCast(lowHalf, to: SIMD4<Int32>.self)),
                highHalf: vcvtq_f32_s32(unsafeBitCast(highHalf, to: SIMD4<Int32>.self)))
        }

        @inline(__always)
        var halves: SIMD8<Float> {
            widened(SIMD8<UInt16>(lowHalf: vmovn_u32(lowHalf), highHalf: vmovn_u32(highHalf)))
        }

        @inline(__always)
        func entries(of table: SIMD16<Int8>) -> SIMD8<UInt32> {
            @inline(__always)
            func lookUp(_ words: SIMD4<UInt32>) -> SIMD4<UInt32> {
                let found = vqtbl1q_s8(table, unsafeBitCast(words, to: SIMD16<UInt8>.self))
                return unsafeBitCast(found, to: SIMD4<UInt32>.self)
            }
            return SIMD8(lowHalf: lookUp(lowHalf), highHalf: lookUp(highHalf))
        }

        @inline(__always)
        func mirrored(in sum: UInt8, where bits: SIMD8<UInt32>, from first: Int) -> SIMD8<UInt32> {
            // The byte with the bits in all four places of each lane.
            let byte = UInt32(truncatingIfNeeded: first / 8)
            let places = (SIMD4<UInt32>(0, 4, 8, 12) &+ SIMD4(repeating: byte)) &* 0x0101_0101
            let masks = SIMD4<UInt32>(repeating: first % 8 == 0 ? 0x0804_0201 : 0x8040_2010)
            @inline(__always)
            func bytes(_ words: SIMD4<UInt32>) -> SIMD16<UInt8> { unsafeBitCast(words, to: SIMD16<UInt8>.self) }
            @inline(__always)
            func mirrored(_ words: SIMD4<UInt32>, _ bits: SIMD4<UInt32>) -> SIMD4<UInt32> {
                let isSet = vtstq_u8(vqtbl1q_u8(bytes(bits), bytes(places)), bytes(masks))
                let value = bytes(words)
                return unsafeBitCast(
                    vbslq_u8(isSet, SIMD16(repeating: sum) &- value, value), to: SIMD4<UInt32>.self)
            }
            return SIMD8(lowHalf: mirrored(lowHalf, bits.lowHalf), highHalf: mirrored(highHalf, bits.highHalf))
        }

        @inline(__always)
        static func fusedSum(_ sum: SIMD8<Float>, _ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
            sum.addingProduct(a, b)
        }
    }

    extension Bytes16 where Words == SIMD8<UInt32> {
        /// Rows 0 ..< 4.
        var lowRows: Bytes16<SIMD4<UInt32>> {
            @inline(__always) get { Bytes16<SIMD4<UInt32>>(a.lowHalf, b.lowHalf, c.lowHalf, d.lowHalf) }
        }

        /// Rows 4 ..< 8.
        var highRows: Bytes16<SIMD4<UInt32>> {
            @inline(__always) get { Bytes16<SIMD4<UInt32>>(a.highHalf, b.highHalf, c.highHalf, d.highHalf) }
        }
    }

    /// The lower halves of two registers.
    @inline(__always)
    func lowHalves(_ a: SIMD4<UInt32>, _ b: SIMD4<UInt32>) -> SIMD4<UInt32> {
        let (a, b) = (unsafeBitCast(a, to: SIMD2<UInt64>.self), unsafeBitCast(b, to: SIMD2<UInt64>.self))
        return unsafeBitCast(vzip1q_u64(a, b), to: SIMD4<UInt32>.self)
    }

    /// The upper halves of two registers.
    @inline(__always)
    func highHalves(_ a: SIMD4<UInt32>, _ b: SIMD4<UInt32>) -> SIMD4<UInt32> {
        let (a, b) = (unsafeBitCast(a, to: SIMD2<UInt64>.self), unsafeBitCast(b, to: SIMD2<UInt64>.self))
        return unsafeBitCast(vzip2q_u64(a, b), to: SIMD4<UInt32>.self)
    }

    @inline(__always)
    private func widened(_ halves: SIMD8<UInt16>) -> SIMD8<Float> {
        @inline(__always)
        func widened(_ halves: SIMD4<UInt16>) -> SIMD4<Float> {
            let halves = unsafeBitCast(halves, to: SIMD4<Float16>.self)
            var floats = SIMD4<Float>()
            for lane in 0..<4 { floats[lane] = Float(halves[lane]) }
            return floats
        }
        return SIMD8(lowHalf: widened(halves.lowHalf), highHalf: widened(halves.highHalf))
    }
#endif
