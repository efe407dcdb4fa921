#if AVXVNNI
    import _Builtin_intrinsics.intel

    /// Integer products with AVX-VNNI, eight rows at a time: `dpbusd` of 256 bits, on processors without AVX-512.
    ///
    /// Arranged as in `VNNIKernel`: signed weights become unsigned by adding 128, which the token's offset removes.
    enum AVXVNNIKernel: IntegerKernel {
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
            func add(_ weights: SIMD8<UInt32>, _ at: Int, to sum: __m256i) -> __m256i {
                let unsigned = Format.isSigned ? weights ^ SIMD8(repeating: 0x8080_8080) : weights
                return _mm256_dpbusd_avx_epi32(
                    sum, unsafeBitCast(unsigned, to: __m256i.self),
                    _mm256_set1_epi32(codes.loadUnaligned(fromByteOffset: at, as: Int32.self)))
            }
            var sum = add(weights.a, 0, to: _mm256_set1_epi32(offset))
            sum = add(weights.b, 4, to: sum)
            sum = add(weights.c, 8, to: sum)
            sum = add(weights.d, 12, to: sum)
            return unsafeBitCast(sum, to: SIMD8<UInt32>.self)
        }
    }
#endif
