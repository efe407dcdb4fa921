// Codes of 8 and of 3 bits that a cache may hold.

/// Q8_0: signed bytes, packed `[32, 16]`.
enum ByteCodes: CodedElement {
    typealias Coding = Q8_0
    static var packedBytes: Int { 512 }

    static func unpack(_ block: UnsafeRawPointer, into codes: UnsafeMutablePointer<UInt8>) {
        UnsafeMutableRawPointer(codes).copyMemory(from: block + 2, byteCount: 32)
    }

    static func pack(_ codes: UnsafePointer<UInt8>, lane: Int, into packed: UnsafeMutableRawPointer) {
        for index in 0..<32 { packed.storeBytes(of: codes[index], toByteOffset: 16 &* index &+ lane, as: UInt8.self) }
    }

    static func pack(_ codes: UnsafePointer<UInt8>, index: Int, into packed: UnsafeMutableRawPointer) {
        (packed + 16 &* index).copyMemory(from: codes, byteCount: 16)
    }

    @inline(__always)
    static func decodeKeys<Vectors: VectorGroup>(
        _ packed: UnsafeRawPointer, stride: Int, _: Vectors.Type, _ body: (Int, Vectors) -> Void
    ) {
        for index in 0..<32 { body(index, Vectors(packed + 16 &* index, stride: stride, of: Int8.self)) }
    }

    @inline(__always)
    static func decodeValues<Vectors: VectorGroup>(
        _ packed: UnsafeRawPointer, half: Int, _: Vectors.Type, _ body: (Int, Vectors) -> Void
    ) {
        for position in 0..<16 {
            let codes = packed + 16 &* (2 &* position &+ half)
            body(position, Vectors(codes, stride: 16, of: Int8.self))
        }
    }

    static func score(_ product: KeyProduct) { CodedKeyProduct<Self>(product: product).multiply() }
    static func sum(_ product: ValueProduct) { CodedValueProduct<Self>(product: product).multiply() }
}

extension Int8: VectorElement {
    @inline(__always)
    static func load(_ elements: UnsafeRawPointer) -> SIMD16<Float> {
        widened(elements.loadUnaligned(as: SIMD16<Int8>.self))
    }
}

/// TBQ3_0: codes of 3 bits in words `[3, 16]`. A word holds ten codes, the first in the lowest bits, and has two bits
/// left at the top. In the first word these are the two low bits of code 30, in the last word those of code 31, and in
/// the middle word the third bits of both.
enum TurboCodes3: CodedElement {
    typealias Coding = TBQ3_0
    static var packedBytes: Int { 192 }
    /// The codebook twice, so that the bit above a code does not matter.
    private static var table: CodeTable {
        @inline(__always) get {
            CodeTable(SIMD16(lowHalf: TurboQuant.codebook3, highHalf: TurboQuant.codebook3))
        }
    }

    /// Code i is at bits 3i ..< 3i + 3.
    static func unpack(_ block: UnsafeRawPointer, into codes: UnsafeMutablePointer<UInt8>) {
        ThreeBits.decode(block + 2, count: 32) { codes[$0] = $1 }
    }

    static func pack(_ codes: UnsafePointer<UInt8>, lane: Int, into packed: UnsafeMutableRawPointer) {
        let (next, last) = (UInt32(codes[30]), UInt32(codes[31]))
        let tops = (next & 3, next >> 2 | (last >> 2) << 1, last & 3)
        func store(_ top: UInt32, word: Int) {
            var bits = top << 30
            for place in 0..<10 { bits |= UInt32(codes[10 &* word &+ place]) &<< UInt32(3 &* place) }
            packed.storeBytes(of: bits, toByteOffset: 4 &* (16 &* word &+ lane), as: UInt32.self)
        }
        store(tops.0, word: 0)
        store(tops.1, word: 1)
        store(tops.2, word: 2)
    }

    static func pack(_ codes: UnsafePointer<UInt8>, index: Int, into packed: UnsafeMutableRawPointer) {
        guard index >= 30 else {
            return replaceBits(UInt32(3 &* (index % 10)), count: 3, by: codes, in: packed + 64 &* (index / 10))
        }
        let isLast = index == 31
        replaceBits(30, count: 2, by: codes, in: packed + (isLast ? 128 : 0))
        replaceBits(isLast ? 31 : 30, count: 1, by: codes, shiftedBy: 2, in: packed + 64)
    }

    @inline(__always)
    static func decodeKeys<Vectors: VectorGroup>(
        _ packed: UnsafeRawPointer, stride: Int, _: Vectors.Type, _ body: (Int, Vectors) -> Void
    ) {
        let table = table
        @inline(__always)
        func decodeTen(_ word: Int) -> Vectors.Words {
            var bits = Vectors.Words(packed + 64 &* word, stride: stride)
            for place in 0..<10 {
                body(10 &* word &+ place, Vectors(bits) { table.lookUp3($0) })
                bits.shiftRight(3)
            }
            return bits
        }
        let (next, tops, last) = (decodeTen(0), decodeTen(1), decodeTen(2))
        body(30, Vectors(next, tops) { table.lookUp3(code30($0, $1)) })
        body(31, Vectors(last, tops) { table.lookUp3(code31($0, $1)) })
    }

    @inline(__always)
    static func decodeValues<Vectors: VectorGroup>(
        _ packed: UnsafeRawPointer, half: Int, _: Vectors.Type, _ body: (Int, Vectors) -> Void
    ) {
        let table = table
        @inline(__always)
        func decodeFive(_ word: Int) -> SIMD16<UInt32> {
            var bits = (packed + 64 &* word).loadUnaligned(as: SIMD16<UInt32>.self)
            for place in 0..<5 {
                let (first, second) = (table.lookUp3(bits), table.lookUp3(bits &>> 3))
                let isSecond = Vectors.count == 1 && half == 1
                body(5 &* word &+ place, Vectors(first: isSecond ? second : first, second: second))
                bits &>>= 6
            }
            return bits
        }
        let (next, tops, last) = (decodeFive(0), decodeFive(1), decodeFive(2))
        let (first, second) = (table.lookUp3(code30(next, tops)), table.lookUp3(code31(last, tops)))
        body(15, Vectors(first: Vectors.count == 1 && half == 1 ? second : first, second: second))
    }

    /// Code 30, from the two spare bits of the first word and those of the middle one.
    @inline(__always)
    private static func code30(_ low: SIMD16<UInt32>, _ tops: SIMD16<UInt32>) -> SIMD16<UInt32> {
        low | (tops & 1) &<< 2
    }

    @inline(__always)
    private static func code31(_ low: SIMD16<UInt32>, _ tops: SIMD16<UInt32>) -> SIMD16<UInt32> {
        low | (tops & 2) &<< 1
    }

    static func score(_ product: KeyProduct) { CodedKeyProduct<Self>(product: product).multiply() }
    static func sum(_ product: ValueProduct) { CodedValueProduct<Self>(product: product).multiply() }
}
