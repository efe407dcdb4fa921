#if AVX512VNNI
    import _Builtin_intrinsics.intel

    /// Integer products with AVX-512 VNNI, whose `dpbusd` adds 64 products of an unsigned and a signed byte to 16 sums.
    ///
    /// Sixteen rows are transposed in registers: a vector then holds four columns of all of them, and a token's four
    /// codes serve them all. This takes 8 shuffles per 16 columns once, then 4 `dpbusd` per token. Signed weights
    /// become unsigned by adding 128, which the token's offset removes.
    enum VNNIKernel: IntegerKernel {
        static var panelRows: Int { 16 }

        @inline(__always)
        static func rows(
            _ rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer
        ) -> SixteenRows { SixteenRows(rows: rows, next: next) }

        @inline(__always)
        static func dot<Format: IntegerFormat>(
            _: Format.Type, _ weights: Bytes16<SIMD16<UInt32>>, _ codes: UnsafePointer<Int8>, offset: Int32
        ) -> SIMD16<UInt32> {
            let codes = UnsafeRawPointer(codes)
            @inline(__always)
            func add(_ weights: SIMD16<UInt32>, _ at: Int, to sum: __m512i) -> __m512i {
                let unsigned = Format.isSigned ? weights ^ SIMD16(repeating: 0x8080_8080) : weights
                return _mm512_dpbusd_epi32(
                    sum, unsafeBitCast(unsigned, to: __m512i.self),
                    _mm512_set1_epi32(codes.loadUnaligned(fromByteOffset: at, as: Int32.self)))
            }
            var sum = add(weights.a, 0, to: _mm512_set1_epi32(offset))
            sum = add(weights.b, 4, to: sum)
            sum = add(weights.c, 8, to: sum)
            sum = add(weights.d, 12, to: sum)
            return unsafeBitCast(sum, to: SIMD16<UInt32>.self)
        }
    }
#endif
