#if AVX2
    import _Builtin_intrinsics.intel

    /// Integer products with AVX2 and FMA, eight rows at a time, arranged as in `VNNIKernel`.
    ///
    /// `maddubs` multiplies unsigned by signed bytes, so the sign of a signed weight moves to the token's code. Two
    /// products of a magnitude and a code are at most 2 * 128 * 127, which fits the 16 bits that it saturates to. With
    /// smaller codes, more products fit.
    enum AVX2Kernel: IntegerKernel {
        typealias Single = AVX2SingleKernel

        static var panelRows: Int { 8 }

        @inline(__always)
        static func rows(
            _ rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer
        ) -> EightRows { EightRows(rows: rows, next: next) }

        @inline(__always)
        static func dot<Format: IntegerFormat>(
            _: Format.Type, _ weights: FourWords<SIMD8<UInt32>>, _ codes: UnsafePointer<Int8>, offset: Int32
        ) -> SIMD8<UInt32> {
            let codes = UnsafeRawPointer(codes)
            @inline(__always)
            func pairs(_ weights: SIMD8<UInt32>, _ at: Int) -> __m256i {
                self.pairs(
                    Format.self, weights, _mm256_set1_epi32(codes.loadUnaligned(fromByteOffset: at, as: Int32.self)))
            }
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

        /// The sums of two neighbouring products each, in 16 bits.
        @inline(__always)
        static func pairs<Format: IntegerFormat>(
            _: Format.Type, _ weights: SIMD8<UInt32>, _ codes: __m256i
        ) -> __m256i {
            let weights = unsafeBitCast(weights, to: __m256i.self)
            return Format.isSigned
                ? _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(codes, weights))
                : _mm256_maddubs_epi16(weights, codes)
        }

        /// The sums of two neighbouring pairs each, in 32 bits.
        @inline(__always)
        static func sums(_ pairs: __m256i) -> __m256i { _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)) }
    }

    struct EightRows: PanelRows {
        let rows: UnsafePointer<UnsafeRawPointer>
        let next: UnsafeRawPointer

        /// Lane r of vector j: bytes 4j ..< 4j + 4 of row r. The halves of a register hold rows from 0 and from 4 on.
        @inline(__always)
        func words(_ offset: Int, ahead: BytesAhead) -> FourWords<SIMD8<UInt32>> {
            @inline(__always)
            func halves(_ row: Int) -> __m256i {
                ahead.fetch(next, rows: 8, step: row, of: 4)
                return unsafeBitCast(self.halves(row, offset), to: __m256i.self)
            }
            let (r0, r1, r2, r3) = (halves(0), halves(1), halves(2), halves(3))
            let a = _mm256_unpacklo_epi32(r0, r1), b = _mm256_unpackhi_epi32(r0, r1)
            let c = _mm256_unpacklo_epi32(r2, r3), d = _mm256_unpackhi_epi32(r2, r3)
            return FourWords(
                unsafeBitCast(_mm256_unpacklo_epi64(a, c), to: SIMD8<UInt32>.self),
                unsafeBitCast(_mm256_unpackhi_epi64(a, c), to: SIMD8<UInt32>.self),
                unsafeBitCast(_mm256_unpacklo_epi64(b, d), to: SIMD8<UInt32>.self),
                unsafeBitCast(_mm256_unpackhi_epi64(b, d), to: SIMD8<UInt32>.self))
        }

        /// The 16 bytes at `offset` of rows `row` and `row + 4`.
        @inline(__always)
        func halves(_ row: Int, _ offset: Int) -> SIMD8<UInt32> {
            @inline(__always)
            func load(_ row: Int) -> SIMD4<UInt32> { (rows[row] + offset).loadUnaligned(as: SIMD4<UInt32>.self) }
            return SIMD8(lowHalf: load(row), highHalf: load(row &+ 4))
        }

        @inline(__always)
        func fetch(_ ahead: BytesAhead) { ahead.fetch(next, rows: 8, step: 0, of: 1) }

        @inline(__always)
        func word(_ offset: Int, ahead: BytesAhead) -> SIMD8<UInt32> {
            ahead.fetch(next, rows: 8, step: 0, of: 1)
            var words = SIMD8<UInt32>()
            for row in 0..<8 { words[row] = (rows[row] + offset).loadUnaligned(as: UInt32.self) }
            return words
        }

        @inline(__always)
        func twiceCodes(
            _ offset: Int, ahead: BytesAhead
        ) -> (FourWords<SIMD8<UInt32>>, FourWords<SIMD8<UInt32>>) {
            let half = ahead.count / 2
            return (
                words(offset, ahead: BytesAhead(ahead.offset, half)),
                words(offset &+ 16, ahead: BytesAhead(ahead.offset &+ half, ahead.count &- half))
            )
        }

        @inline(__always)
        func halves(_ offset: Int, ahead: BytesAhead) -> SIMD8<Float> {
            var halves = SIMD8<UInt16>()
            for row in 0..<8 {
                ahead.fetch(next, rows: 8, step: row, of: 8)
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
        static func fusedSum(_ sum: SIMD8<Float>, _ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> {
            sum.addingProduct(a, b)
        }
    }
#endif
