#if AVX2
    import _Builtin_intrinsics.intel

    /// Integer products with AVX2 and FMA, eight rows at a time, arranged as in `VNNIKernel`.
    ///
    /// `maddubs` multiplies unsigned by signed bytes, so the sign of a signed weight moves to the token's code. Two
    /// products of a magnitude and a code are at most 2 * 128 * 127, which fits the 16 bits that it saturates to. With
    /// smaller codes, more products fit.
    enum AVX2Kernel: IntegerKernel {
        static var panelRows: Int { 8 }

        @inline(__always)
        static func rows(
            _ rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer
        ) -> EightRows { EightRows(rows: rows, next: next) }

        @inline(__always)
        static func dot<Format: IntegerFormat>(
            _: Format.Type, _ weights: Bytes16<SIMD8<UInt32>>, _ codes: UnsafePointer<Int8>, offset: Int32
        ) -> SIMD8<UInt32> {
            let codes = UnsafeRawPointer(codes)
            @inline(__always)
            func pairs(_ weights: SIMD8<UInt32>, _ at: Int) -> __m256i {
                let weights = unsafeBitCast(weights, to: __m256i.self)
                let four = _mm256_set1_epi32(codes.loadUnaligned(fromByteOffset: at, as: Int32.self))
                return Format.isSigned
                    ? _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(four, weights))
                    : _mm256_maddubs_epi16(weights, four)
            }
            @inline(__always)
            func sums(_ pairs: __m256i) -> __m256i { _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)) }
            let (a, b, c, d) = (pairs(weights.a, 0), pairs(weights.b, 4), pairs(weights.c, 8), pairs(weights.d, 12))
            let all: __m256i
            if Format.largestCode &* 127 &* 8 <= Int(Int16.max) {
                all = sums(_mm256_add_epi16(_mm256_add_epi16(a, b), _mm256_add_epi16(c, d)))
            } else if Format.largestCode &* 127 &* 4 <= Int(Int16.max) {
                all = _mm256_add_epi32(sums(_mm256_add_epi16(a, b)), sums(_mm256_add_epi16(c, d)))
            } else {
                all = _mm256_add_epi32(_mm256_add_epi32(sums(a), sums(b)), _mm256_add_epi32(sums(c), sums(d)))
            }
            let result = unsafeBitCast(all, to: SIMD8<UInt32>.self)
            return Format.isSigned || Format.bias == 0
                ? result : result &+ SIMD8(repeating: UInt32(bitPattern: offset))
        }
    }
#endif
