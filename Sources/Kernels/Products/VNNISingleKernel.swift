#if AVX512VNNI
    import _Builtin_intrinsics.intel

    /// Products with one row of activations: rows are not turned but multiplied as they are stored, and their partial
    /// sums are turned instead, which are fewer.
    enum VNNISingleKernel: PanelKernel {
        static var panelRows: Int { 16 }

        @inline(__always)
        static func rows(
            _ rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer
        ) -> SixteenStoredRows { SixteenStoredRows(turned: SixteenRows(rows: rows, next: next)) }

        @inline(__always)
        static func sums<Format: IntegerFormat>(
            _: Format.Type, _ panel: PanelGroup<SIMD16<UInt32>>, _ codes: UnsafePointer<Int8>,
            _ offsets: UnsafePointer<Int32>
        ) -> GroupSums<SIMD16<UInt32>> {
            let codes = UnsafeRawPointer(codes)
            @inline(__always)
            func offset(_ at: Int) -> SIMD16<UInt32> { SIMD16(repeating: UInt32(bitPattern: offsets[at])) }

            if Format.codeBytes == 16 {
                let (first, second) = (panel.first, panel.second)
                let low = _mm512_broadcast_i32x4(codes.loadUnaligned(as: __m128i.self))
                let high = _mm512_broadcast_i32x4((codes + 16).loadUnaligned(as: __m128i.self))
                @inline(__always)
                func both(_ first: SIMD16<UInt32>, _ second: SIMD16<UInt32>) -> __m512i {
                    add(Format.self, second, high, to: add(Format.self, first, low))
                }
                let sums = quarterSums(
                    both(first.a, second.a), both(first.b, second.b), both(first.c, second.c),
                    both(first.d, second.d))
                return GroupSums(first: sums &+ offset(0), second: .zero)
            }
            let both = _mm512_broadcast_i64x4(codes.loadUnaligned(as: __m256i.self))
            let (low, high) = halfSums(Format.self, panel, both)
            return Format.scalesPerGroup == 1
                ? GroupSums(first: low &+ high &+ offset(0), second: .zero)
                : GroupSums(first: low &+ offset(0), second: high &+ offset(1))
        }

        /// The sums of both halves of a group, where `SixteenStoredRows.twiceCodes` has read it.
        /// - Parameter codes: 32 for rows 0 ..< 8, and 32 for the others.
        @inline(__always)
        static func halfSums<Format: IntegerFormat>(
            _: Format.Type, _ panel: PanelGroup<SIMD16<UInt32>>, _ codes: __m512i
        ) -> (SIMD16<UInt32>, SIMD16<UInt32>) {
            @inline(__always)
            func rowSums(_ rows: FourWords<SIMD16<UInt32>>) -> __m512i {
                unsafeBitCast(
                    quarterSums(
                        add(Format.self, rows.a, codes), add(Format.self, rows.b, codes),
                        add(Format.self, rows.c, codes), add(Format.self, rows.d, codes)), to: __m512i.self)
            }
            // Rows 0 ..< 4 and 8 ..< 12, then 4 ..< 8 and 12 ..< 16: of each four, the first halves, then the second.
            let (even, odd) = (rowSums(panel.first), rowSums(panel.second))
            @inline(__always)
            func halves(_ quarters: SIMD8<Int64>) -> SIMD16<UInt32> {
                unsafeBitCast(_mm512_permutex2var_epi64(even, quarters, odd), to: SIMD16<UInt32>.self)
            }
            return (halves(SIMD8(0, 1, 8, 9, 4, 5, 12, 13)), halves(SIMD8(2, 3, 10, 11, 6, 7, 14, 15)))
        }

        @inline(__always)
        private static func add<Format: IntegerFormat>(
            _: Format.Type, _ weights: SIMD16<UInt32>, _ codes: __m512i, to sum: __m512i = _mm512_setzero_si512()
        ) -> __m512i {
            let unsigned = Format.isSigned ? weights ^ SIMD16(repeating: 0x8080_8080) : weights
            return _mm512_dpbusd_epi32(sum, unsafeBitCast(unsigned, to: __m512i.self), codes)
        }

        /// Lane 4q + j: the sum of quarter q of the j-th argument.
        @inline(__always)
        private static func quarterSums(_ a: __m512i, _ b: __m512i, _ c: __m512i, _ d: __m512i) -> SIMD16<UInt32> {
            let first = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b))
            let second = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d))
            return unsafeBitCast(
                _mm512_add_epi32(_mm512_unpacklo_epi64(first, second), _mm512_unpackhi_epi64(first, second)),
                to: SIMD16<UInt32>.self)
        }
    }
#endif
