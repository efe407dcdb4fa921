import Tensor
import Testing

/// Conversions of 16 values at once against those of the standard library, one by one.
@Suite("Half precision")
struct HalfPrecisionTests {
    private typealias Wide = (SIMD16<UInt16>) -> SIMD16<Float>
    private typealias Narrow = (SIMD16<Float>) -> SIMD16<UInt16>

    @Test("Every half as a float, with and without instructions for it", arguments: [true, false])
    func widening(_ byArithmetic: Bool) {
        let convert: Wide = byArithmetic ? { widenedByArithmetic($0) } : { widened($0) }
        for start in stride(from: 0, to: 65536, by: 16) {
            let halves = SIMD16<UInt16>((0..<16).map { UInt16(start + $0) })
            let floats = convert(halves)
            for lane in 0..<16 {
                let expected = Float(Float16(bitPattern: halves[lane]))
                #expect(floats[lane].bitPattern == expected.bitPattern || floats[lane].isNaN && expected.isNaN)
            }
        }
    }

    @Test("Floats round to the nearest half, ties to even", arguments: [true, false])
    func narrowing(_ byArithmetic: Bool) {
        let convert: Narrow = byArithmetic ? { narrowedByArithmetic($0) } : { narrowed($0) }
        var floats: [Float] = [
            65504, 65519.99, 65520, 65536, 1e10, .infinity, .nan, 0, 0x1p-149, 0x1p-25, 0x1.000002p-25,
        ]
        for half in UInt16(0)..<0x7c00 {
            // The half itself, the tie above it, and the tie's neighbours.
            let value = Float(Float16(bitPattern: half))
            let tie = (value + Float(Float16(bitPattern: half).nextUp)) / 2
            floats += tie.isFinite ? [value, tie.nextDown, tie, tie.nextUp] : [value]
        }
        floats += floats.map { -$0 }
        floats += [Float](repeating: 1, count: 16 - floats.count % 16)
        var wrong: [Float] = []
        for start in stride(from: 0, to: floats.count, by: 16) {
            let halves = convert(SIMD16(floats[start..<start + 16]))
            for lane in 0..<16 {
                let (found, expected) = (Float16(bitPattern: halves[lane]), Float16(floats[start + lane]))
                guard found.bitPattern != expected.bitPattern, !(found.isNaN && expected.isNaN) else { continue }
                wrong.append(floats[start + lane])
            }
        }
        #expect(wrong.isEmpty)
    }
}
