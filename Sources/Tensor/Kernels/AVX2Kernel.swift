#if AVX2
    import _Builtin_intrinsics.intel

    /// Integer products with AVX2 and FMA, eight rows at a time, arranged as in `VNNIKernel`.
    ///
    /// `maddubs` multiplies unsigned by signed bytes, so weights give their sign to the token's codes. Two products of a
    /// magnitude and a code are at most 2 * 128 * 127, which fits the 16 bits that it saturates to.
    package enum AVX2Kernel: IntegerKernel {
        package static let panelRows = 8

        @inline(__always)
        package static func multiply<Format: IntegerFormat>(
            _: Format.Type, rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer, by input: QuantizedRows,
            inputs: Range<Int>, addingTo sums: UnsafeMutablePointer<Float>
        ) {
            let sums = UnsafeMutableRawPointer(sums)
            for group in 0..<input.groups {
                let scales = scales(Format.self, rows, group)
                let panel = EightRows(Format.self, rows, group, next: next)
                for index in inputs {
                    let at = group &* input.count &+ index
                    let integers = _mm256_cvtepi32_ps(panel.dot(input.codes + at &* Group.count))
                    let place = (index &- inputs.lowerBound) &* 32
                    let sum = sums.load(fromByteOffset: place, as: SIMD8<Float>.self)
                    sums.storeBytes(
                        of: sum.addingProduct(integers, scales * input.scales[at]), toByteOffset: place,
                        as: SIMD8<Float>.self)
                }
            }
        }

        @inline(__always)
        private static func scales<Format: IntegerFormat>(
            _: Format.Type, _ rows: UnsafePointer<UnsafeRawPointer>, _ group: Int
        ) -> SIMD8<Float> {
            var halves = SIMD8<UInt16>()
            for row in 0..<8 { halves[row] = Format.scale(rows[row], group: group).bitPattern }
            return _mm256_cvtph_ps(unsafeBitCast(halves, to: __m128i.self))
        }
    }

    /// One group of eight rows: lane r of vector j holds columns 4j ..< 4j + 4 of row r.
    private struct EightRows {
        let columns0, columns4, columns8, columns12, columns16, columns20, columns24, columns28: __m256i

        @inline(__always)
        init<Format: IntegerFormat>(
            _: Format.Type, _ rows: UnsafePointer<UnsafeRawPointer>, _ group: Int, next: UnsafeRawPointer
        ) {
            let bytes = AVX2Kernel.panelRows &* Format.groupBytes
            let ahead = next + group &* bytes

            @inline(__always)
            func row(_ index: Int) -> __m256i {
                if index &* 64 < bytes { prefetch(ahead + index &* 64) }  // spread out as in `VNNIKernel`
                return unsafeBitCast(Format.codes(rows[index], group: group), to: __m256i.self)
            }
            let (r0, r1, r2, r3, r4, r5, r6, r7) = (row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7))
            let a01 = _mm256_unpacklo_epi32(r0, r1), b01 = _mm256_unpackhi_epi32(r0, r1)
            let a23 = _mm256_unpacklo_epi32(r2, r3), b23 = _mm256_unpackhi_epi32(r2, r3)
            let a45 = _mm256_unpacklo_epi32(r4, r5), b45 = _mm256_unpackhi_epi32(r4, r5)
            let a67 = _mm256_unpacklo_epi32(r6, r7), b67 = _mm256_unpackhi_epi32(r6, r7)
            let s0 = _mm256_unpacklo_epi64(a01, a23), t0 = _mm256_unpacklo_epi64(a45, a67)
            let s1 = _mm256_unpackhi_epi64(a01, a23), t1 = _mm256_unpackhi_epi64(a45, a67)
            let s2 = _mm256_unpacklo_epi64(b01, b23), t2 = _mm256_unpacklo_epi64(b45, b67)
            let s3 = _mm256_unpackhi_epi64(b01, b23), t3 = _mm256_unpackhi_epi64(b45, b67)
            columns0 = __m256i(lowHalf: s0.lowHalf, highHalf: t0.lowHalf)
            columns4 = __m256i(lowHalf: s1.lowHalf, highHalf: t1.lowHalf)
            columns8 = __m256i(lowHalf: s2.lowHalf, highHalf: t2.lowHalf)
            columns12 = __m256i(lowHalf: s3.lowHalf, highHalf: t3.lowHalf)
            columns16 = __m256i(lowHalf: s0.highHalf, highHalf: t0.highHalf)
            columns20 = __m256i(lowHalf: s1.highHalf, highHalf: t1.highHalf)
            columns24 = __m256i(lowHalf: s2.highHalf, highHalf: t2.highHalf)
            columns28 = __m256i(lowHalf: s3.highHalf, highHalf: t3.highHalf)
        }

        /// The eight rows' sums of products with a token's 32 codes.
        @inline(__always)
        func dot(_ codes: UnsafePointer<Int8>) -> __m256i {
            let codes = UnsafeRawPointer(codes)
            let ones = _mm256_set1_epi16(1)
            @inline(__always)
            func products(_ weights: __m256i, _ at: Int) -> __m256i {
                let four = _mm256_set1_epi32(codes.loadUnaligned(fromByteOffset: at, as: Int32.self))
                let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(four, weights))
                return _mm256_madd_epi16(pairs, ones)
            }
            var a = _mm256_add_epi32(products(columns0, 0), products(columns8, 8))
            var b = _mm256_add_epi32(products(columns4, 4), products(columns12, 12))
            a = _mm256_add_epi32(a, _mm256_add_epi32(products(columns16, 16), products(columns24, 24)))
            b = _mm256_add_epi32(b, _mm256_add_epi32(products(columns20, 20), products(columns28, 28)))
            return _mm256_add_epi32(a, b)
        }
    }
#endif
