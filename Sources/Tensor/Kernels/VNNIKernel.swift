#if AVX512VNNI
    import _Builtin_intrinsics.intel

    /// Integer products with AVX-512 VNNI, whose `dpbusd` adds 64 products of an unsigned and a signed byte to 16 sums.
    ///
    /// A group of 16 rows is turned in registers, so that a vector holds four columns of all 16 rows and a token's four
    /// codes serve them all: 24 shuffles once, then 8 `dpbusd` for each token. Weights become unsigned by adding 128, which
    /// the token's offset takes back.
    package enum VNNIKernel: IntegerKernel {
        package static let panelRows = 16

        @inline(__always)
        package static func multiply<Format: IntegerFormat>(
            _: Format.Type, rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer, by input: QuantizedRows,
            inputs: Range<Int>, addingTo sums: UnsafeMutablePointer<Float>
        ) {
            let sums = UnsafeMutableRawPointer(sums)
            for group in 0..<input.groups {
                let panel = Panel(Format.self, rows, group, next: next)
                for index in inputs {
                    let at = group &* input.count &+ index
                    let integers = panel.dot(input.codes + at &* Group.count, offset: input.offsets[at])
                    let place = (index &- inputs.lowerBound) &* 64
                    let sum = sums.load(fromByteOffset: place, as: SIMD16<Float>.self)
                    sums.storeBytes(
                        of: multiplyAdd(sum, _mm512_cvtepi32_ps(integers), panel.scales * input.scales[at]),
                        toByteOffset: place, as: SIMD16<Float>.self)
                }
            }
        }
    }

    /// One group of 16 rows: lane r of vector j holds columns 4j ..< 4j + 4 of row r, plus 128.
    private struct Panel {
        let columns0, columns4, columns8, columns12, columns16, columns20, columns24, columns28: __m512i
        let scales: SIMD16<Float>

        @inline(__always)
        init<Format: IntegerFormat>(
            _: Format.Type, _ rows: UnsafePointer<UnsafeRawPointer>, _ group: Int, next: UnsafeRawPointer
        ) {
            let bytes = VNNIKernel.panelRows &* Format.groupBytes
            let ahead = next + group &* bytes
            var halves = (SIMD8<UInt16>(), SIMD8<UInt16>())  // the scales of rows 0 ..< 8 and 8 ..< 16

            /// Rows `row` and `row + 4`, and their scales. Between the loads, one line of the next panel at a time: prefetches
            /// in a row fill the queue that loads need too.
            @inline(__always)
            func pair(_ row: Int, _ line: Int, _ halves: inout SIMD8<UInt16>) -> __m512i {
                if line &* 64 < bytes { prefetch(ahead + line &* 64) }
                let (first, second) = (rows[row], rows[row &+ 4])
                halves[row & 7] = Format.scale(first, group: group).bitPattern
                halves[(row & 7) &+ 4] = Format.scale(second, group: group).bitPattern
                let low = unsafeBitCast(Format.codes(first, group: group), to: SIMD4<Int64>.self)
                let high = unsafeBitCast(Format.codes(second, group: group), to: SIMD4<Int64>.self)
                let signs = SIMD8<Int64>(repeating: Int64(bitPattern: 0x8080_8080_8080_8080))
                return SIMD8<Int64>(lowHalf: low, highHalf: high) ^ signs
            }
            let (r0, r1) = (pair(0, 0, &halves.0), pair(1, 1, &halves.0))
            let (r2, r3) = (pair(2, 2, &halves.0), pair(3, 3, &halves.0))
            let (r8, r9) = (pair(8, 4, &halves.1), pair(9, 5, &halves.1))
            let (r10, r11) = (pair(10, 6, &halves.1), pair(11, 7, &halves.1))
            if bytes > 512 { prefetch(ahead + 512) }
            let both = SIMD16<UInt16>(lowHalf: halves.0, highHalf: halves.1)
            scales = _mm512_cvtph_ps(unsafeBitCast(both, to: __m256i.self))

            // Turns 4 x 4 words in each quarter, then puts quarters together: vectors s hold rows 0 ..< 8, t rows 8 ..< 16.
            let a01 = _mm512_unpacklo_epi32(r0, r1), b01 = _mm512_unpackhi_epi32(r0, r1)
            let a23 = _mm512_unpacklo_epi32(r2, r3), b23 = _mm512_unpackhi_epi32(r2, r3)
            let a89 = _mm512_unpacklo_epi32(r8, r9), b89 = _mm512_unpackhi_epi32(r8, r9)
            let a1011 = _mm512_unpacklo_epi32(r10, r11), b1011 = _mm512_unpackhi_epi32(r10, r11)
            let s0 = _mm512_unpacklo_epi64(a01, a23), t0 = _mm512_unpacklo_epi64(a89, a1011)
            let s1 = _mm512_unpackhi_epi64(a01, a23), t1 = _mm512_unpackhi_epi64(a89, a1011)
            let s2 = _mm512_unpacklo_epi64(b01, b23), t2 = _mm512_unpacklo_epi64(b89, b1011)
            let s3 = _mm512_unpackhi_epi64(b01, b23), t3 = _mm512_unpackhi_epi64(b89, b1011)
            let even = SIMD8<Int64>(0, 1, 4, 5, 8, 9, 12, 13)
            let odd = SIMD8<Int64>(2, 3, 6, 7, 10, 11, 14, 15)
            columns0 = _mm512_permutex2var_epi64(s0, even, t0)
            columns4 = _mm512_permutex2var_epi64(s1, even, t1)
            columns8 = _mm512_permutex2var_epi64(s2, even, t2)
            columns12 = _mm512_permutex2var_epi64(s3, even, t3)
            columns16 = _mm512_permutex2var_epi64(s0, odd, t0)
            columns20 = _mm512_permutex2var_epi64(s1, odd, t1)
            columns24 = _mm512_permutex2var_epi64(s2, odd, t2)
            columns28 = _mm512_permutex2var_epi64(s3, odd, t3)
        }

        /// The 16 rows' sums of products with a token's 32 codes, in two chains that the processor overlaps.
        @inline(__always)
        func dot(_ codes: UnsafePointer<Int8>, offset: Int32) -> __m512i {
            let codes = UnsafeRawPointer(codes)
            @inline(__always)
            func four(_ at: Int) -> __m512i {
                _mm512_set1_epi32(codes.loadUnaligned(fromByteOffset: at, as: Int32.self))
            }
            var a = _mm512_dpbusd_epi32(_mm512_set1_epi32(offset), columns0, four(0))
            var b = _mm512_dpbusd_epi32(_mm512_setzero_si512(), columns4, four(4))
            a = _mm512_dpbusd_epi32(a, columns8, four(8))
            b = _mm512_dpbusd_epi32(b, columns12, four(12))
            a = _mm512_dpbusd_epi32(a, columns16, four(16))
            b = _mm512_dpbusd_epi32(b, columns20, four(20))
            a = _mm512_dpbusd_epi32(a, columns24, four(24))
            b = _mm512_dpbusd_epi32(b, columns28, four(28))
            return _mm512_add_epi32(a, b)
        }
    }
#endif
