#if AVX2
    import _Builtin_intrinsics.intel

    /// Eight rows in registers of 256 bits.
    struct EightRows: PanelRows {
        let rows: UnsafePointer<UnsafeRawPointer>
        let next: UnsafeRawPointer

        /// Lane r of vector j: bytes 4j ..< 4j + 4 of row r. The halves of a register hold rows from 0 and from 4 on.
        @inline(__always)
        func load16(at offset: Int, prefetching bytes: Prefetch) -> Bytes16<SIMD8<UInt32>> {
            @inline(__always)
            func halves(_ row: Int) -> __m256i {
                bytes.fetch(next, rows: 8, step: row, of: 4)
                @inline(__always)
                func load(_ row: Int) -> SIMD4<UInt32> { (rows[row] + offset).loadUnaligned(as: SIMD4<UInt32>.self) }
                return unsafeBitCast(SIMD8(lowHalf: load(row), highHalf: load(row &+ 4)), to: __m256i.self)
            }
            let (r0, r1, r2, r3) = (halves(0), halves(1), halves(2), halves(3))
            let a = _mm256_unpacklo_epi32(r0, r1), b = _mm256_unpackhi_epi32(r0, r1)
            let c = _mm256_unpacklo_epi32(r2, r3), d = _mm256_unpackhi_epi32(r2, r3)
            return Bytes16(
                unsafeBitCast(_mm256_unpacklo_epi64(a, c), to: SIMD8<UInt32>.self),
                unsafeBitCast(_mm256_unpackhi_epi64(a, c), to: SIMD8<UInt32>.self),
                unsafeBitCast(_mm256_unpacklo_epi64(b, d), to: SIMD8<UInt32>.self),
                unsafeBitCast(_mm256_unpackhi_epi64(b, d), to: SIMD8<UInt32>.self))
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
            return _mm256_cvtph_ps(unsafeBitCast(halves, to: __m128i.self))
        }
    }

    extension SIMD8<UInt32>: PanelWords {
        @inline(__always)
        var floats: SIMD8<Float> { _mm256_cvtepi32_ps(unsafeBitCast(self, to: __m256i.self)) }

        @inline(__always)
        var halves: SIMD8<Float> {
            var halves = SIMD8<UInt16>()
            for lane in 0..<8 { halves[lane] = UInt16(truncatingIfNeeded: self[lane]) }
            return _mm256_cvtph_ps(unsafeBitCast(halves, to: __m128i.self))
        }

        @inline(__always)
        func entries(of table: SIMD16<Int8>) -> SIMD8<UInt32> {
            let table = _mm256_broadcastsi128_si256(unsafeBitCast(table, to: __m128i.self))
            return unsafeBitCast(
                _mm256_shuffle_epi8(table, unsafeBitCast(self, to: __m256i.self)), to: SIMD8<UInt32>.self)
        }

        @inline(__always)
        func mirrored(in sum: UInt8, where bits: SIMD8<UInt32>, from first: Int) -> SIMD8<UInt32> {
            // The byte with the bits in all four places of each lane.
            let byte = UInt32(truncatingIfNeeded: first / 8)
            let places = (SIMD8<UInt32>(0, 4, 8, 12, 0, 4, 8, 12) &+ SIMD8(repeating: byte)) &* 0x0101_0101
            let bytes = _mm256_shuffle_epi8(
                unsafeBitCast(bits, to: __m256i.self), unsafeBitCast(places, to: __m256i.self))
            let places8 = _mm256_set1_epi32(first % 8 == 0 ? 0x0804_0201 : Int32(bitPattern: 0x8040_2010))
            let isSet = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, places8), places8)
            let value = unsafeBitCast(self, to: __m256i.self)
            let mirrored = _mm256_sub_epi8(_mm256_set1_epi8(CChar(bitPattern: sum)), value)
            return unsafeBitCast(_mm256_blendv_epi8(value, mirrored, isSet), to: SIMD8<UInt32>.self)
        }

        @inline(__always)
        static func fusedSum(_ sum: SIMD8<Float>, _ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
            sum.addingProduct(a, b)
        }
    }
#endif
