#if AVX2
    import _Builtin_intrinsics.intel

    /// Products with one row of activations on processors with AVX2, with or without AVX-VNNI. Rows are multiplied as
    /// they are stored, for the reason that `VNNISingleKernel` gives.
    enum AVX2SingleKernel: PanelKernel {
        static var panelRows: Int { 8 }

        @inline(__always)
        static func rows(
            _ rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer
        ) -> EightStoredRows { EightStoredRows(turned: EightRows(rows: rows, next: next)) }

        @inline(__always)
        static func sums<Format: IntegerFormat>(
            _: Format.Type, _ panel: PanelGroup<SIMD8<UInt32>>, _ codes: UnsafePointer<Int8>,
            _ offsets: UnsafePointer<Int32>
        ) -> GroupSums<SIMD8<UInt32>> {
            let codes = UnsafeRawPointer(codes)
            let (first, second) = (panel.first, panel.second)
            if Format.codeBytes == 16 {
                let low = _mm256_broadcastsi128_si256(codes.loadUnaligned(as: __m128i.self))
                let high = _mm256_broadcastsi128_si256((codes + 16).loadUnaligned(as: __m128i.self))
                @inline(__always)
                func both(_ first: SIMD8<UInt32>, _ second: SIMD8<UInt32>) -> __m256i {
                    dot(Format.self, first, low, second, high)
                }
                let sums = halfSums(
                    both(first.a, second.a), both(first.b, second.b), both(first.c, second.c),
                    both(first.d, second.d))
                return GroupSums(first: sums &+ offset(Format.self, offsets[0]), second: .zero)
            }
            let both = codes.loadUnaligned(as: __m256i.self)
            @inline(__always)
            func rowSums(_ rows: FourWords<SIMD8<UInt32>>) -> SIMD8<UInt32> {
                halfSums(
                    dot(Format.self, rows.a, both), dot(Format.self, rows.b, both), dot(Format.self, rows.c, both),
                    dot(Format.self, rows.d, both))
            }
            // Rows 0 ..< 4, then 4 ..< 8: of each, the first half of the group and the second.
            let (rows0, rows4) = (rowSums(first), rowSums(second))
            let low = SIMD8(lowHalf: rows0.lowHalf, highHalf: rows4.lowHalf)
            let high = SIMD8(lowHalf: rows0.highHalf, highHalf: rows4.highHalf)
            return Format.scalesPerGroup == 1
                ? GroupSums(first: low &+ high &+ offset(Format.self, offsets[0]), second: .zero)
                : GroupSums(
                    first: low &+ offset(Format.self, offsets[0]), second: high &+ offset(Format.self, offsets[1]))
        }

        /// Lane 4h + j: the sum of half h of the j-th argument.
        @inline(__always)
        private static func halfSums(_ a: __m256i, _ b: __m256i, _ c: __m256i, _ d: __m256i) -> SIMD8<UInt32> {
            let first = _mm256_add_epi32(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b))
            let second = _mm256_add_epi32(_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d))
            return unsafeBitCast(
                _mm256_add_epi32(_mm256_unpacklo_epi64(first, second), _mm256_unpackhi_epi64(first, second)),
                to: SIMD8<UInt32>.self)
        }

        // MARK: What the instruction sets do differently

        #if AVXVNNI
            @inline(__always)
            private static func dot<Format: IntegerFormat>(
                _: Format.Type, _ weights: SIMD8<UInt32>, _ codes: __m256i, to sum: __m256i = _mm256_setzero_si256()
            ) -> __m256i {
                let unsigned = Format.isSigned ? weights ^ SIMD8(repeating: 0x8080_8080) : weights
                return _mm256_dpbusd_avx_epi32(sum, unsafeBitCast(unsigned, to: __m256i.self), codes)
            }

            @inline(__always)
            private static func dot<Format: IntegerFormat>(
                _: Format.Type, _ first: SIMD8<UInt32>, _ low: __m256i, _ second: SIMD8<UInt32>, _ high: __m256i
            ) -> __m256i { dot(Format.self, second, high, to: dot(Format.self, first, low)) }

            @inline(__always)
            private static func offset<Format: IntegerFormat>(_: Format.Type, _ offset: Int32) -> SIMD8<UInt32> {
                SIMD8(repeating: UInt32(bitPattern: offset))
            }
        #else
            @inline(__always)
            private static func dot<Format: IntegerFormat>(
                _: Format.Type, _ weights: SIMD8<UInt32>, _ codes: __m256i
            ) -> __m256i { AVX2Kernel.sums(AVX2Kernel.pairs(Format.self, weights, codes)) }

            @inline(__always)
            private static func dot<Format: IntegerFormat>(
                _: Format.Type, _ first: SIMD8<UInt32>, _ low: __m256i, _ second: SIMD8<UInt32>, _ high: __m256i
            ) -> __m256i {
                let pairs = (AVX2Kernel.pairs(Format.self, first, low), AVX2Kernel.pairs(Format.self, second, high))
                return Format.largestCode &* 127 &* 4 <= Int(Int16.max)
                    ? AVX2Kernel.sums(_mm256_add_epi16(pairs.0, pairs.1))
                    : _mm256_add_epi32(AVX2Kernel.sums(pairs.0), AVX2Kernel.sums(pairs.1))
            }

            /// Signed weights keep their sign here, so they have no bias.
            @inline(__always)
            private static func offset<Format: IntegerFormat>(_: Format.Type, _ offset: Int32) -> SIMD8<UInt32> {
                SIMD8(repeating: Format.isSigned ? 0 : UInt32(bitPattern: offset))
            }
        #endif
    }
#endif
