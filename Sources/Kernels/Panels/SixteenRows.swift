#if AVX512VNNI
    import _Builtin_intrinsics.intel

    /// Sixteen rows in registers of 512 bits.
    struct SixteenRows: PanelRows {
        let rows: UnsafePointer<UnsafeRawPointer>
        let next: UnsafeRawPointer

        /// Lane r of vector j: bytes 4j ..< 4j + 4 of row r. Quarter q of a register holds rows from 4q on.
        @inline(__always)
        func load16(at offset: Int, prefetching bytes: Prefetch) -> Bytes16<SIMD16<UInt32>> {
            @inline(__always)
            func quarters(_ row: Int) -> __m512i {
                bytes.fetch(next, rows: 16, step: row, of: 4)
                @inline(__always)
                func load(_ row: Int) -> SIMD4<UInt32> { (rows[row] + offset).loadUnaligned(as: SIMD4<UInt32>.self) }
                let low = SIMD8(lowHalf: load(row), highHalf: load(row &+ 4))
                let high = SIMD8(lowHalf: load(row &+ 8), highHalf: load(row &+ 12))
                return unsafeBitCast(SIMD16(lowHalf: low, highHalf: high), to: __m512i.self)
            }
            let (r0, r1, r2, r3) = (quarters(0), quarters(1), quarters(2), quarters(3))
            let a = _mm512_unpacklo_epi32(r0, r1), b = _mm512_unpackhi_epi32(r0, r1)
            let c = _mm512_unpacklo_epi32(r2, r3), d = _mm512_unpackhi_epi32(r2, r3)
            return Bytes16(
                unsafeBitCast(_mm512_unpacklo_epi64(a, c), to: SIMD16<UInt32>.self),
                unsafeBitCast(_mm512_unpackhi_epi64(a, c), to: SIMD16<UInt32>.self),
                unsafeBitCast(_mm512_unpacklo_epi64(b, d), to: SIMD16<UInt32>.self),
                unsafeBitCast(_mm512_unpackhi_epi64(b, d), to: SIMD16<UInt32>.self))
        }

        /// The same for 32 bytes, with half as many loads; quarters are combined last.
        @inline(__always)
        func load32(
            at offset: Int, prefetching bytes: Prefetch
        ) -> (Bytes16<SIMD16<UInt32>>, Bytes16<SIMD16<UInt32>>) {
            /// Rows `row` and `row + 4`.
            @inline(__always)
            func pair(_ row: Int, _ step: Int) -> __m512i {
                bytes.fetch(next, rows: 16, step: step, of: 8)
                @inline(__always)
                func load(_ row: Int) -> SIMD4<Int64> { (rows[row] + offset).loadUnaligned(as: SIMD4<Int64>.self) }
                return SIMD8(lowHalf: load(row), highHalf: load(row &+ 4))
            }
            let (r0, r1, r2, r3) = (pair(0, 0), pair(1, 1), pair(2, 2), pair(3, 3))
            let (r8, r9, r10, r11) = (pair(8, 4), pair(9, 5), pair(10, 6), pair(11, 7))
            let a = _mm512_unpacklo_epi32(r0, r1), b = _mm512_unpackhi_epi32(r0, r1)
            let c = _mm512_unpacklo_epi32(r2, r3), d = _mm512_unpackhi_epi32(r2, r3)
            let e = _mm512_unpacklo_epi32(r8, r9), f = _mm512_unpackhi_epi32(r8, r9)
            let g = _mm512_unpacklo_epi32(r10, r11), h = _mm512_unpackhi_epi32(r10, r11)
            // Rows 0 ..< 8, then 8 ..< 16; columns j and j + 16.
            let (low0, high0) = (_mm512_unpacklo_epi64(a, c), _mm512_unpacklo_epi64(e, g))
            let (low4, high4) = (_mm512_unpackhi_epi64(a, c), _mm512_unpackhi_epi64(e, g))
            let (low8, high8) = (_mm512_unpacklo_epi64(b, d), _mm512_unpacklo_epi64(f, h))
            let (low12, high12) = (_mm512_unpackhi_epi64(b, d), _mm512_unpackhi_epi64(f, h))
            @inline(__always)
            func together(_ low: __m512i, _ high: __m512i, _ quarters: SIMD8<Int64>) -> SIMD16<UInt32> {
                unsafeBitCast(_mm512_permutex2var_epi64(low, quarters, high), to: SIMD16<UInt32>.self)
            }
            let even = SIMD8<Int64>(0, 1, 4, 5, 8, 9, 12, 13)
            let odd = SIMD8<Int64>(2, 3, 6, 7, 10, 11, 14, 15)
            return (
                Bytes16(
                    together(low0, high0, even), together(low4, high4, even), together(low8, high8, even),
                    together(low12, high12, even)),
                Bytes16(
                    together(low0, high0, odd), together(low4, high4, odd), together(low8, high8, odd),
                    together(low12, high12, odd))
            )
        }

        @inline(__always)
        func prefetch(_ bytes: Prefetch) { bytes.fetch(next, rows: 16, step: 0, of: 1) }

        @inline(__always)
        func load4(at offset: Int, prefetching bytes: Prefetch) -> SIMD16<UInt32> {
            bytes.fetch(next, rows: 16, step: 0, of: 1)
            var words = SIMD16<UInt32>()
            for row in 0..<16 { words[row] = (rows[row] + offset).loadUnaligned(as: UInt32.self) }
            return words
        }

        @inline(__always)
        func loadHalf(at offset: Int, prefetching bytes: Prefetch) -> SIMD16<Float> {
            // Two registers are filled at once.
            var (low, high) = (SIMD8<UInt16>(), SIMD8<UInt16>())
            @inline(__always)
            func load(_ row: Int, _ low: inout SIMD8<UInt16>, _ high: inout SIMD8<UInt16>) {
                bytes.fetch(next, rows: 16, step: row, of: 8)
                low[row] = (rows[row] + offset).loadUnaligned(as: UInt16.self)
                high[row] = (rows[row &+ 8] + offset).loadUnaligned(as: UInt16.self)
            }
            load(0, &low, &high)
            load(1, &low, &high)
            load(2, &low, &high)
            load(3, &low, &high)
            load(4, &low, &high)
            load(5, &low, &high)
            load(6, &low, &high)
            load(7, &low, &high)
            return _mm512_cvtph_ps(unsafeBitCast(SIMD16(lowHalf: low, highHalf: high), to: __m256i.self))
        }
    }

    extension SIMD16<UInt32>: PanelWords {
        @inline(__always)
        var floats: SIMD16<Float> { _mm512_cvtepi32_ps(unsafeBitCast(self, to: __m512i.self)) }

        @inline(__always)
        var halves: SIMD16<Float> {
            _mm512_cvtph_ps(_mm512_cvtepi32_epi16(unsafeBitCast(self, to: __m512i.self)))
        }

        @inline(__always)
        func entries(of table: SIMD16<Int8>) -> SIMD16<UInt32> {
            let table = _mm512_broadcast_i32x4(unsafeBitCast(table, to: __m128i.self))
            return unsafeBitCast(
                _mm512_shuffle_epi8(table, unsafeBitCast(self, to: __m512i.self)), to: SIMD16<UInt32>.self)
        }

        @inline(__always)
        func entries(of table: UnsafePointer<UInt16>, count: Int) -> SIMD16<UInt32> {
            let entries = WideTable(table).entries(unsafeBitCast(self, to: __m512i.self), count: count)
            return unsafeBitCast(entries, to: SIMD16<UInt32>.self)
        }

        @inline(__always)
        func mirrored(in sum: UInt8, where bits: SIMD16<UInt32>, from first: Int) -> SIMD16<UInt32> {
            // The byte with the bits in all four places of each lane.
            let lanes = SIMD16<UInt32>(0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12)
            let places = (lanes &+ SIMD16(repeating: UInt32(truncatingIfNeeded: first / 8))) &* 0x0101_0101
            let bytes = _mm512_shuffle_epi8(
                unsafeBitCast(bits, to: __m512i.self), unsafeBitCast(places, to: __m512i.self))
            let isSet = _mm512_test_epi8_mask(
                bytes, _mm512_set1_epi32(first % 8 == 0 ? 0x0804_0201 : Int32(bitPattern: 0x8040_2010)))
            let value = unsafeBitCast(self, to: __m512i.self)
            let sums = _mm512_set1_epi8(CChar(bitPattern: sum))
            return unsafeBitCast(_mm512_mask_sub_epi8(value, isSet, sums, value), to: SIMD16<UInt32>.self)
        }

        @inline(__always)
        static func fusedSum(
            _ sum: SIMD16<Float>, _ a: SIMD16<Float>, _ b: SIMD16<Float>
        ) -> SIMD16<Float> { sum.addingProduct(a, b) }
    }

    /// A table of 16-bit entries, looked up in registers: an instruction has 64 entries in two of them.
    private struct WideTable {
        let table: UnsafeRawPointer

        @inline(__always)
        init(_ table: UnsafePointer<UInt16>) { self.table = UnsafeRawPointer(table) }

        /// - Parameters:
        ///   - indices: 32 of 16 bits.
        ///   - count: of the entries: 256, 512, 1024 or 2048.
        @inline(__always)
        func entries(_ indices: __m512i, count: Int) -> __m512i {
            switch count {
            case 256: entries256(0, indices)
            case 512: entries512(0, indices)
            case 1024: entries1024(0, indices)
            default: choice(entries1024(0, indices), entries1024(1024, indices), bit: 1024, indices)
            }
        }

        @inline(__always)
        private func entries1024(_ first: Int, _ indices: __m512i) -> __m512i {
            choice(entries512(first, indices), entries512(first &+ 512, indices), bit: 512, indices)
        }

        @inline(__always)
        private func entries512(_ first: Int, _ indices: __m512i) -> __m512i {
            choice(entries256(first, indices), entries256(first &+ 256, indices), bit: 256, indices)
        }

        @inline(__always)
        private func entries256(_ first: Int, _ indices: __m512i) -> __m512i {
            choice(
                choice(entries64(first, indices), entries64(first &+ 64, indices), bit: 64, indices),
                choice(entries64(first &+ 128, indices), entries64(first &+ 192, indices), bit: 64, indices),
                bit: 128, indices)
        }

        /// By the lowest six bits of the indices.
        @inline(__always)
        private func entries64(_ first: Int, _ indices: __m512i) -> __m512i {
            let low = (table + 2 &* first).loadUnaligned(as: __m512i.self)
            let high = (table + (2 &* first &+ 64)).loadUnaligned(as: __m512i.self)
            return _mm512_permutex2var_epi16(low, indices, high)
        }

        @inline(__always)
        private func choice(_ zero: __m512i, _ one: __m512i, bit: Int16, _ indices: __m512i) -> __m512i {
            _mm512_mask_blend_epi16(_mm512_test_epi16_mask(indices, _mm512_set1_epi16(bit)), zero, one)
        }
    }
#endif
