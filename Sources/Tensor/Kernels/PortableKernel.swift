/// Integer products in plain SIMD types, for every processor.
package enum PortableKernel: IntegerKernel {
    package static let panelRows = 4

    @inline(__always)
    package static func multiply<Format: IntegerFormat>(
        _: Format.Type, rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer, by input: QuantizedRows,
        inputs: Range<Int>, addingTo sums: UnsafeMutablePointer<Float>
    ) {
        for group in 0..<input.groups {
            for row in 0..<panelRows {
                prefetch(next + (group &* panelRows &+ row) &* Format.groupBytes)
                let scale = Float(half: Format.scale(rows[row], group: group))
                let weights = withUnsafePointer(to: Format.codes(rows[row], group: group)) { WideCodes($0) }
                for index in inputs {
                    let at = group &* input.count &+ index
                    let integer = weights.dot(WideCodes(input.codes + at &* Group.count))
                    let sum = sums + ((index &- inputs.lowerBound) &* panelRows &+ row)
                    sum.pointee = multiplyAdd(sum.pointee, Float(integer), scale * input.scales[at])
                }
            }
        }
    }
}

/// 32 codes in 16 bits each. Eight lanes fill a baseline register, and the optimiser makes one conversion of a loop over
/// them; of wider vectors it makes calls.
private struct WideCodes {
    private let a, b, c, d: SIMD8<Int16>

    @inline(__always)
    init(_ codes: UnsafeRawPointer) {
        @inline(__always)
        func eight(_ offset: Int) -> SIMD8<Int16> {
            let bytes = codes.loadUnaligned(fromByteOffset: offset, as: SIMD8<Int8>.self)
            var result = SIMD8<Int16>()
            for lane in 0..<8 { result[lane] = Int16(bytes[lane]) }
            return result
        }
        a = eight(0)
        b = eight(8)
        c = eight(16)
        d = eight(24)
    }

    @inline(__always)
    func dot(_ other: WideCodes) -> Int32 {
        let low = Self.pairs(a, other.a) &+ Self.pairs(b, other.b)
        let high = Self.pairs(c, other.c) &+ Self.pairs(d, other.d)
        return (low &+ high).wrappedSum()
    }

    /// Products, the neighbours added up; on x86 one instruction, which the optimiser knows this shape of.
    @inline(__always)
    private static func pairs(_ a: SIMD8<Int16>, _ b: SIMD8<Int16>) -> SIMD4<Int32> {
        var (x, y) = (SIMD8<Int32>(), SIMD8<Int32>())
        for lane in 0..<8 { x[lane] = Int32(a[lane]) }
        for lane in 0..<8 { y[lane] = Int32(b[lane]) }
        let products = x &* y
        return products.evenHalf &+ products.oddHalf
    }
}
