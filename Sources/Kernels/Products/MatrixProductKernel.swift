#if I8MM
    import _Builtin_intrinsics.arm.neon

    /// Integer products with arm64's 8-bit matrix instruction: `smmla` adds the products of two rows by eight columns
    /// and two tokens by the same columns, 32 products, to four sums.
    ///
    /// Tokens come in pairs. A single token is left to `sdot`, which does not need more instructions then.
    enum MatrixProductKernel: IntegerKernel {
        static var panelRows: Int { 8 }
        static var takesPairs: Bool { true }

        @inline(__always)
        static func rows(
            _ rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer
        ) -> NEONRows { NEONRows(rows: rows, next: next) }

        @inline(__always)
        static func dot<Format: IntegerFormat>(
            _: Format.Type, _ weights: Bytes16<SIMD8<UInt32>>, _ codes: UnsafePointer<Int8>, offset: Int32
        ) -> SIMD8<UInt32> { DotProductKernel.dot(Format.self, weights, codes, offset: offset) }

        @inline(__always)
        static func dot<Format: IntegerFormat>(
            _: Format.Type, _ panel: PanelGroup<SIMD8<UInt32>>, _ codes: UnsafePointer<Int8>, offset: Int32
        ) -> SIMD8<UInt32> { DotProductKernel.dot(Format.self, panel, codes, offset: offset) }

        @inline(__always)
        static func dots<Format: IntegerFormat>(
            _: Format.Type, _ panel: PanelGroup<SIMD8<UInt32>>, _ codes: UnsafePointer<Int8>,
            offsets: UnsafePointer<Int32>
        ) -> (GroupSums<SIMD8<UInt32>>, GroupSums<SIMD8<UInt32>>) {
            let hasOffsets = !Format.isSigned && Format.bias != 0
            let offsets = UnsafeRawPointer(offsets)
            // The compiler moves the arrangement of the weights out of the loop over tokens.
            let (first, second) = (RowPairs(panel.first), RowPairs(panel.second))
            if Format.scalesPerGroup == 1 {
                // The offset of each token, for two rows.
                let start = hasOffsets ? SIMD2(repeating: offsets.loadUnaligned(as: UInt64.self)) : .zero
                var sums = PairSums(unsafeBitCast(start, to: SIMD4<Int32>.self))
                sums.add(first, TokenPair(codes))
                sums.add(second, TokenPair(codes + 16))
                return (
                    GroupSums(first: sums.firstToken, second: .zero), GroupSums(first: sums.secondToken, second: .zero)
                )
            }
            // The offsets of each token's halves.
            let starts = hasOffsets ? offsets.loadUnaligned(as: SIMD4<Int32>.self) : .zero
            var firstSums = PairSums(vuzp1q_s32(starts, starts))
            firstSums.add(first, TokenPair(codes))
            var secondSums = PairSums(vuzp2q_s32(starts, starts))
            secondSums.add(second, TokenPair(codes + 16))
            return (
                GroupSums(first: firstSums.firstToken, second: secondSums.firstToken),
                GroupSums(first: firstSums.secondToken, second: secondSums.secondToken)
            )
        }
    }

    /// Sixteen weights of eight rows: a register holds eight columns of two rows.
    private struct RowPairs {
        let low: (SIMD16<Int8>, SIMD16<Int8>, SIMD16<Int8>, SIMD16<Int8>)  // columns 0 ..< 8
        let high: (SIMD16<Int8>, SIMD16<Int8>, SIMD16<Int8>, SIMD16<Int8>)  // columns 8 ..< 16

        @inline(__always)
        init(_ weights: Bytes16<SIMD8<UInt32>>) {
            @inline(__always)
            func pairs(
                _ left: SIMD8<UInt32>, _ right: SIMD8<UInt32>
            ) -> (SIMD16<Int8>, SIMD16<Int8>, SIMD16<Int8>, SIMD16<Int8>) {
                (
                    bytes(vzip1q_u32(left.lowHalf, right.lowHalf)), bytes(vzip2q_u32(left.lowHalf, right.lowHalf)),
                    bytes(vzip1q_u32(left.highHalf, right.highHalf)), bytes(vzip2q_u32(left.highHalf, right.highHalf))
                )
            }
            low = pairs(weights.a, weights.b)
            high = pairs(weights.c, weights.d)
        }
    }

    /// Sixteen codes of two tokens: a register holds eight of each.
    private struct TokenPair {
        let low, high: SIMD16<Int8>

        /// - Parameter codes: the first token's; the other's come after the rest of the group.
        @inline(__always)
        init(_ codes: UnsafePointer<Int8>) {
            let first = UnsafeRawPointer(codes).loadUnaligned(as: SIMD4<UInt32>.self)
            let second = UnsafeRawPointer(codes + Group.count).loadUnaligned(as: SIMD4<UInt32>.self)
            (low, high) = (bytes(lowHalves(first, second)), bytes(highHalves(first, second)))
        }
    }

    /// Sums of two rows by two tokens in each register: lane 2r + t is row r by token t.
    private struct PairSums {
        var rows01, rows23, rows45, rows67: SIMD4<Int32>

        /// - Parameter start: what every two rows begin with.
        @inline(__always)
        init(_ start: SIMD4<Int32>) { (rows01, rows23, rows45, rows67) = (start, start, start, start) }

        @inline(__always)
        mutating func add(_ weights: RowPairs, _ tokens: TokenPair) {
            add(weights.low, tokens.low)
            add(weights.high, tokens.high)
        }

        @inline(__always)
        private mutating func add(
            _ weights: (SIMD16<Int8>, SIMD16<Int8>, SIMD16<Int8>, SIMD16<Int8>), _ tokens: SIMD16<Int8>
        ) {
            rows01 = vmmlaq_s32(rows01, weights.0, tokens)
            rows23 = vmmlaq_s32(rows23, weights.1, tokens)
            rows45 = vmmlaq_s32(rows45, weights.2, tokens)
            rows67 = vmmlaq_s32(rows67, weights.3, tokens)
        }

        var firstToken: SIMD8<UInt32> {
            @inline(__always) get { rows(vuzp1q_s32(rows01, rows23), vuzp1q_s32(rows45, rows67)) }
        }

        var secondToken: SIMD8<UInt32> {
            @inline(__always) get { rows(vuzp2q_s32(rows01, rows23), vuzp2q_s32(rows45, rows67)) }
        }

        @inline(__always)
        private func rows(_ low: SIMD4<Int32>, _ high: SIMD4<Int32>) -> SIMD8<UInt32> {
            SIMD8(
                lowHalf: unsafeBitCast(low, to: SIMD4<UInt32>.self),
                highHalf: unsafeBitCast(high, to: SIMD4<UInt32>.self))
        }
    }

    @inline(__always)
    private func bytes(_ words: SIMD4<UInt32>) -> SIMD16<Int8> { unsafeBitCast(words, to: SIMD16<Int8>.self) }
#endif
