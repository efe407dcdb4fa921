#if AVX2
    import _Builtin_intrinsics.intel
#elseif arch(arm64)
    import _Builtin_intrinsics.arm.neon
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
        #elseif arch(arm64)
            lookUpBytes(codes & 15) { vqtbl4q_u8(unsafeBitCast(values, to: uint8x16x4_t.self), $0) }
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
        #elseif arch(arm64)
            lookUpBytes(codes & 7) { vqtbl2q_u8(unsafeBitCast(values.lowHalf, to: uint8x16x2_t.self), $0) }
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

    #if arch(arm64)
        /// Looks bytes up: those of the value of code c are bytes 4c to 4c + 3 of the table.
        @inline(__always)
        private func lookUpBytes(
            _ codes: SIMD16<UInt32>, _ lookUp: (SIMD16<UInt8>) -> SIMD16<UInt8>
        ) -> SIMD16<Float> {
            @inline(__always)
            func four(_ codes: SIMD4<UInt32>) -> SIMD4<Float> {
                let places = codes &* 0x0404_0404 &+ 0x0302_0100
                return unsafeBitCast(lookUp(unsafeBitCast(places, to: SIMD16<UInt8>.self)), to: SIMD4<Float>.self)
            }
            return SIMD16(
                lowHalf: SIMD8(lowHalf: four(codes.lowHalf.lowHalf), highHalf: four(codes.lowHalf.highHalf)),
                highHalf: SIMD8(lowHalf: four(codes.highHalf.lowHalf), highHalf: four(codes.highHalf.highHalf)))
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
