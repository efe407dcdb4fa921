#if AVX512VNNI
    internal import TensorBase
    import _Builtin_intrinsics.intel

    /// Products of long rows with one row of activations: eight rows at a time, two blocks of each. A panel of sixteen
    /// long rows and the next, which is fetched meanwhile, are more than the first-level cache holds.
    enum VNNIPairKernel: OneRowKernel {
        static var panelRows: Int { 8 }

        @inline(__always)
        static func multiply<Format: IntegerFormat>(
            _: Format.Type, rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer, by input: QuantizedRows,
            into sums: UnsafeMutablePointer<Float>
        ) {
            let blockBytes = Format.type.blockBytes
            withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: 16) { pairs in
                guard let pairs = pairs.baseAddress else { return }
                for row in 0..<8 { (pairs[row], pairs[row &+ 8]) = (rows[row], rows[row] + blockBytes) }
                var sum = SIMD8<Float>.zero
                for block in stride(from: 0, to: input.groups, by: 2) {
                    // As many bytes are fetched for the two blocks as these have; `unpack` counts from its block on.
                    let next = next - block / 2 &* blockBytes &* 16
                    Format.unpack(VNNISingleKernel.rows(pairs, next: next), block: block) { group, panel in
                        let codes = UnsafeRawPointer(input.codes + group &* Group.count)
                        let (low, high) = VNNISingleKernel.halfSums(
                            Format.self, panel, codes.loadUnaligned(as: __m512i.self))
                        let offsets = SIMD16(
                            lowHalf: SIMD8(repeating: UInt32(bitPattern: input.offsets[group])),
                            highHalf: SIMD8(repeating: UInt32(bitPattern: input.offsets[group &+ 1])))
                        let scales =
                            panel.firstScale
                            * SIMD16(
                                lowHalf: SIMD8(repeating: input.scales[group]),
                                highHalf: SIMD8(repeating: input.scales[group &+ 1]))
                        let integers = (low &+ high &+ offsets).floats
                        sum = SIMD8<UInt32>.fusedSum(sum, integers.lowHalf, scales.lowHalf)
                        sum = SIMD8<UInt32>.fusedSum(sum, integers.highHalf, scales.highHalf)
                    }
                }
                UnsafeMutableRawPointer(sums).storeBytes(of: sum, as: SIMD8<Float>.self)
            }
        }
    }
#endif
