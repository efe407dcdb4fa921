#if AVX2
    import _Builtin_intrinsics.intel
#endif

/// The values of 16 codes, looked up for 16 lanes at once.
struct CodeTable {
    private let values: SIMD16<Float>

    /// - Parameter values: of the codes 0 to 15.
    @inline(__always)
    init(_ values: SIMD16<Float>) { self.values = values }

    /// The values of the codes in the low four bits of each lane.
    @inline(__always)
    func lookUp4(_ codes: SIMD16<UInt32>) -> SIMD16<Float> {
        #if AVX512VNNI
            _mm512_permutexvar_ps(unsafeBitCast(codes, to: __m512i.self), values)
        #elseif AVX2
            SIMD16(lowHalf: lookUp4(codes.lowHalf), highHalf: lookUp4(codes.highHalf))
        #else
            lookUpEach(codes)
        #endif
    }

    /// The same for codes of three bits, where the table holds its eight values twice: the fourth bit may be anything.
    @inline(__always)
    func lookUp3(_ codes: SIMD16<UInt32>) -> SIMD16<Float> {
        #if AVX512VNNI
            lookUp4(codes)
        #elseif AVX2
            SIMD16(lowHalf: lookUp3(codes.lowHalf), highHalf: lookUp3(codes.highHalf))
        #else
            lookUpEach(codes)
        #endif
    }

    #if AVX2 && !AVX512VNNI
        @inline(__always)
        private func lookUp3(_ codes: SIMD8<UInt32>) -> SIMD8<Float> {
            _mm256_permutevar8x32_ps(values.lowHalf, unsafeBitCast(codes, to: __m256i.self))
        }

        /// The permutation looks at three bits; the fourth, moved to the sign's place, chooses the half of the table.
        @inline(__always)
        private func lookUp4(_ codes: SIMD8<UInt32>) -> SIMD8<Float> {
            let high = _mm256_permutevar8x32_ps(values.highHalf, unsafeBitCast(codes, to: __m256i.self))
            return _mm256_blendv_ps(lookUp3(codes), high, unsafeBitCast(codes &<< 28, to: __m256.self))
        }
    #endif

    @inline(__always)
    private func lookUpEach(_ codes: SIMD16<UInt32>) -> SIMD16<Float> {
        withUnsafeBytes(of: values) { table in
            var found = SIMD16<Float>()
            for lane in 0..<16 {
                found[lane] = table.load(fromByteOffset: Int(codes[lane] & 15) &* 4, as: Float.self)
            }
            return found
        }
    }
}
