#if DOTPROD
    import _Builtin_intrinsics.arm.neon

    /// Integer products with arm64's dot product instruction, eight rows at a time: `sdot` adds four products of signed
    /// bytes to each of four sums, and takes the token's four codes from any word of a register.
    ///
    /// Unsigned codes are below 64, so as signed bytes they are the same.
    enum DotProductKernel: IntegerKernel {
        static var panelRows: Int { 8 }

        @inline(__always)
        static func rows(
            _ rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer
        ) -> NEONRows { NEONRows(rows: rows, next: next) }

        @inline(__always)
        static func dot<Format: IntegerFormat>(
            _: Format.Type, _ weights: Bytes16<SIMD8<UInt32>>, _ codes: UnsafePointer<Int8>, offset: Int32
        ) -> SIMD8<UInt32> { add(weights, codes, to: start(Format.self, offset)) }

        @inline(__always)
        static func dot<Format: IntegerFormat>(
            _: Format.Type, _ panel: PanelGroup<SIMD8<UInt32>>, _ codes: UnsafePointer<Int8>, offset: Int32
        ) -> SIMD8<UInt32> {
            add(panel.second, codes + 16, to: add(panel.first, codes, to: start(Format.self, offset)))
        }

        @inline(__always)
        private static func start<Format: IntegerFormat>(_: Format.Type, _ offset: Int32) -> SIMD8<UInt32> {
            Format.isSigned || Format.bias == 0 ? .zero : SIMD8(repeating: UInt32(bitPattern: offset))
        }

        @inline(__always)
        private static func add(
            _ weights: Bytes16<SIMD8<UInt32>>, _ codes: UnsafePointer<Int8>, to sums: SIMD8<UInt32>
        ) -> SIMD8<UInt32> {
            let codes = UnsafeRawPointer(codes).loadUnaligned(as: SIMD4<UInt32>.self)
            @inline(__always)
            func add(_ weights: SIMD4<UInt32>, _ column: Int, to sum: SIMD4<UInt32>) -> SIMD4<UInt32> {
                let sum = vdotq_s32(
                    unsafeBitCast(sum, to: SIMD4<Int32>.self), unsafeBitCast(weights, to: SIMD16<Int8>.self),
                    unsafeBitCast(SIMD4(repeating: codes[column]), to: SIMD16<Int8>.self))
                return unsafeBitCast(sum, to: SIMD4<UInt32>.self)
            }
            @inline(__always)
            func add(_ weights: Bytes16<SIMD4<UInt32>>, to sum: SIMD4<UInt32>) -> SIMD4<UInt32> {
                add(weights.d, 3, to: add(weights.c, 2, to: add(weights.b, 1, to: add(weights.a, 0, to: sum))))
            }
            return SIMD8(
                lowHalf: add(weights.lowRows, to: sums.lowHalf),
                highHalf: add(weights.highRows, to: sums.highHalf))
        }
    }
#endif
