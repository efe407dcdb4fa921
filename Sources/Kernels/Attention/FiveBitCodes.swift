// Codes of 5 bits that a cache may hold.

/// Codes of 5 bits: the low four in `NibbleWords`, then `[16]` words with the fifth bit of code i at bit i.
protocol FiveBitElement: CodedElement {
    /// Subtracted from a code.
    static var bias: Float { get }
}

extension FiveBitElement {
    static var packedBytes: Int { 320 }
    /// Where the words of fifth bits begin.
    private static var fifthOffset: Int { 256 }

    static func unpack(_ block: UnsafeRawPointer, into codes: UnsafeMutablePointer<UInt8>) {
        FiveBits.decode(block + (hasMinimum ? 4 : 2)) { codes[$0] = $1 }
    }

    static func pack(_ codes: UnsafePointer<UInt8>, lane: Int, into packed: UnsafeMutableRawPointer) {
        NibbleWords.pack(codes, lane: lane, into: packed)
        var fifth: UInt32 = 0
        for index in 0..<32 { fifth |= UInt32(codes[index] >> 4) &<< UInt32(index) }
        packed.storeBytes(of: fifth, toByteOffset: fifthOffset &+ 4 &* lane, as: UInt32.self)
    }

    static func pack(_ codes: UnsafePointer<UInt8>, index: Int, into packed: UnsafeMutableRawPointer) {
        NibbleWords.pack(codes, index: index, into: packed)
        replaceBits(UInt32(index), count: 1, by: codes, shiftedBy: 4, in: packed + fifthOffset)
    }

    @inline(__always)
    static func decodeKeys<Vectors: VectorGroup>(
        _ packed: UnsafeRawPointer, stride: Int, _: Vectors.Type, _ body: (Int, Vectors) -> Void
    ) {
        for word in 0..<4 {
            var bits = Vectors.Words(packed + 64 &* word, stride: stride)
            var fifth = Vectors.Words(packed + fifthOffset, stride: stride)
            fifth.shiftRight(UInt32(8 &* word))
            for place in 0..<8 {
                body(8 &* word &+ place, Vectors(bits, fifth) { value($0, $1) })
                bits.shiftRight(4)
                fifth.shiftRight(1)
            }
        }
    }

    @inline(__always)
    static func decodeValues<Vectors: VectorGroup>(
        _ packed: UnsafeRawPointer, half: Int, _: Vectors.Type, _ body: (Int, Vectors) -> Void
    ) {
        for word in 0..<4 {
            var bits = (packed + 64 &* word).loadUnaligned(as: SIMD16<UInt32>.self)
            var fifth = (packed + fifthOffset).loadUnaligned(as: SIMD16<UInt32>.self) &>> UInt32(8 &* word)
            if Vectors.count == 1 {
                bits &>>= UInt32(4 &* half)
                fifth &>>= UInt32(half)
            }
            for place in 0..<4 {
                let first = value(bits, fifth)
                body(4 &* word &+ place, Vectors(first: first, second: value(bits &>> 4, fifth &>> 1)))
                bits &>>= 8
                fifth &>>= 2
            }
        }
    }

    /// The codes whose low bits are the lowest of `bits`, and whose fifth bit is the lowest of `fifth`.
    @inline(__always)
    private static func value(_ bits: SIMD16<UInt32>, _ fifth: SIMD16<UInt32>) -> SIMD16<Float> {
        // In the mantissa of 2^23 a code needs no conversion.
        let code = (bits & 15) | (fifth & 1) &<< 4 | 0x4b00_0000
        return unsafeBitCast(code, to: SIMD16<Float>.self) - (0x1p23 + bias)
    }
}

/// Q5_0: code - 16.
enum FiveBitCodes: FiveBitElement {
    typealias Coding = Q5_0
    static var bias: Float { 16 }

    static func score(_ product: KeyProduct) { CodedKeyProduct<Self>(product: product).multiply() }
    static func sum(_ product: ValueProduct) { CodedValueProduct<Self>(product: product).multiply() }
}

/// Q5_1: the code, and a minimum.
enum FiveBitCodesWithMinimum: FiveBitElement {
    typealias Coding = Q5_1
    static var hasMinimum: Bool { true }
    static var bias: Float { 0 }

    static func score(_ product: KeyProduct) { CodedKeyProduct<Self>(product: product).multiply() }
    static func sum(_ product: ValueProduct) { CodedValueProduct<Self>(product: product).multiply() }
}
