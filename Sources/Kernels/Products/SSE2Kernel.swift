#if arch(x86_64)
    import _Builtin_intrinsics.intel

    /// Integer products with SSE2, which every x86-64 processor has, four rows at a time.
    ///
    /// `madd` adds two products of 16 bits. Shifts widen bytes to 16 bits: the even ones of each word, then the odd
    /// ones. Weights and a token's codes are widened in the same order, so that each code meets its weight. The
    /// optimiser moves the widening of weights out of the loop over tokens.
    enum SSE2Kernel: IntegerKernel {
        static var panelRows: Int { 4 }

        @inline(__always)
        static func rows(
            _ rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer
        ) -> FourRows { FourRows(rows: rows, next: next) }

        @inline(__always)
        static func dot<Format: IntegerFormat>(
            _: Format.Type, _ weights: Bytes16<SIMD4<UInt32>>, _ codes: UnsafePointer<Int8>, offset: Int32
        ) -> SIMD4<UInt32> {
            let codes = UnsafeRawPointer(codes).loadUnaligned(as: SIMD4<UInt32>.self)
            let (even, odd) = (evenBytes(codes), oddBytes(codes))
            @inline(__always)
            func products(_ words: SIMD4<UInt32>, _ column: Int) -> SIMD4<UInt32> {
                let (weights, others) =
                    Format.isSigned
                    ? (evenBytes(words), oddBytes(words))
                    : (words & SIMD4(repeating: 0x00ff_00ff), unsignedOddBytes(words))
                return madd(weights, SIMD4(repeating: even[column])) &+ madd(others, SIMD4(repeating: odd[column]))
            }
            let sums =
                (products(weights.a, 0) &+ products(weights.b, 1)) &+ (products(weights.c, 2) &+ products(weights.d, 3))
            return Format.isSigned || Format.bias == 0 ? sums : sums &+ SIMD4(repeating: UInt32(bitPattern: offset))
        }

        /// Bytes 0 and 2 of each word in 16 bits each, with their signs.
        @inline(__always)
        private static func evenBytes(_ words: SIMD4<UInt32>) -> SIMD4<UInt32> {
            oddBytes(vector(_mm_slli_epi16(integer(words), 8)))
        }

        /// Bytes 1 and 3 of each word likewise.
        @inline(__always)
        private static func oddBytes(_ words: SIMD4<UInt32>) -> SIMD4<UInt32> {
            vector(_mm_srai_epi16(integer(words), 8))
        }

        @inline(__always)
        private static func unsignedOddBytes(_ words: SIMD4<UInt32>) -> SIMD4<UInt32> {
            vector(_mm_srli_epi16(integer(words), 8))
        }

        @inline(__always)
        private static func madd(_ a: SIMD4<UInt32>, _ b: SIMD4<UInt32>) -> SIMD4<UInt32> {
            vector(_mm_madd_epi16(integer(a), integer(b)))
        }

        @inline(__always)
        private static func integer(_ words: SIMD4<UInt32>) -> __m128i { unsafeBitCast(words, to: __m128i.self) }

        @inline(__always)
        private static func vector(_ integer: __m128i) -> SIMD4<UInt32> {
            unsafeBitCast(integer, to: SIMD4<UInt32>.self)
        }
    }
#endif
