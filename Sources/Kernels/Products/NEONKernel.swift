#if arch(arm64)
    import _Builtin_intrinsics.arm.neon

    /// Integer products with NEON, which every arm64 processor has, eight rows at a time.
    ///
    /// `smull` multiplies eight pairs of signed bytes into lanes of 16 bits, and `smlal` adds eight more. The sum of
    /// two products of bytes is at most 2 * 128 * 127, which fits; of smaller codes more products fit. Then
    /// neighbouring lanes are added into lanes of 32 bits, of which each row has two.
    enum NEONKernel: IntegerKernel {
        static var panelRows: Int { 8 }

        @inline(__always)
        static func rows(
            _ rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer
        ) -> NEONRows { NEONRows(rows: rows, next: next) }

        @inline(__always)
        static func dot<Format: IntegerFormat>(
            _: Format.Type, _ weights: Bytes16<SIMD8<UInt32>>, _ codes: UnsafePointer<Int8>, offset: Int32
        ) -> SIMD8<UInt32> {
            let columns = Columns(codes)
            var low = PairSums(), high = PairSums()
            low.add(Format.self, weights.lowRows, columns)
            high.add(Format.self, weights.highRows, columns)
            return rows(Format.self, low, high, offset)
        }

        @inline(__always)
        static func dot<Format: IntegerFormat>(
            _: Format.Type, _ panel: PanelGroup<SIMD8<UInt32>>, _ codes: UnsafePointer<Int8>, offset: Int32
        ) -> SIMD8<UInt32> {
            let (first, second) = (Columns(codes), Columns(codes + 16))
            var low = PairSums(), high = PairSums()
            low.add(Format.self, panel.first.lowRows, first)
            low.add(Format.self, panel.second.lowRows, second)
            high.add(Format.self, panel.first.highRows, first)
            high.add(Format.self, panel.second.highRows, second)
            return rows(Format.self, low, high, offset)
        }

        @inline(__always)
        private static func rows<Format: IntegerFormat>(
            _: Format.Type, _ low: PairSums, _ high: PairSums, _ offset: Int32
        ) -> SIMD8<UInt32> {
            let rows = SIMD8(lowHalf: low.rows, highHalf: high.rows)
            return Format.isSigned || Format.bias == 0
                ? rows : rows &+ SIMD8(repeating: UInt32(bitPattern: offset))
        }
    }

    /// Sixteen codes of a token, four at a time in every lane.
    private struct Columns {
        let a, b, c, d: SIMD16<Int8>

        @inline(__always)
        init(_ codes: UnsafePointer<Int8>) {
            @inline(__always)
            func four(_ at: Int) -> SIMD16<Int8> {
                let four = UnsafeRawPointer(codes).loadUnaligned(fromByteOffset: at, as: UInt32.self)
                return unsafeBitCast(SIMD4(repeating: four), to: SIMD16<Int8>.self)
            }
            (a, b, c, d) = (four(0), four(4), four(8), four(12))
        }
    }

    /// Sums of four rows, two for each row: of columns 0 and 1, and of columns 2 and 3, of each word.
    private struct PairSums {
        var first = SIMD4<Int32>()  // rows 0 and 1
        var second = SIMD4<Int32>()  // rows 2 and 3

        @inline(__always)
        mutating func add<Format: IntegerFormat>(
            _: Format.Type, _ weights: Bytes16<SIMD4<UInt32>>, _ columns: Columns
        ) {
            var (low, high) = Self.products(weights.a, columns.a)
            Self.add(weights.b, columns.b, to: &low, &high)
            if Format.largestCode &* 127 &* 4 > Int(Int16.max) {
                add(low, high)
                (low, high) = Self.products(weights.c, columns.c)
            } else {
                Self.add(weights.c, columns.c, to: &low, &high)
            }
            Self.add(weights.d, columns.d, to: &low, &high)
            add(low, high)
        }

        @inline(__always)
        private mutating func add(_ low: SIMD8<Int16>, _ high: SIMD8<Int16>) {
            first = vpadalq_s16(first, low)
            second = vpadalq_s16(second, high)
        }

        @inline(__always)
        private static func products(
            _ words: SIMD4<UInt32>, _ codes: SIMD16<Int8>
        ) -> (SIMD8<Int16>, SIMD8<Int16>) {
            let weights = unsafeBitCast(words, to: SIMD16<Int8>.self)
            return (vmull_s8(weights.lowHalf, codes.lowHalf), vmull_high_s8(weights, codes))
        }

        @inline(__always)
        private static func add(
            _ words: SIMD4<UInt32>, _ codes: SIMD16<Int8>, to low: inout SIMD8<Int16>, _ high: inout SIMD8<Int16>
        ) {
            let weights = unsafeBitCast(words, to: SIMD16<Int8>.self)
            low = vmlal_s8(low, weights.lowHalf, codes.lowHalf)
            high = vmlal_high_s8(high, weights, codes)
        }

        var rows: SIMD4<UInt32> {
            @inline(__always) get { unsafeBitCast(vpaddq_s32(first, second), to: SIMD4<UInt32>.self) }
        }
    }
#endif
