// Codes of 4 bits that a cache may hold.

/// Codes of 4 bits, packed in `NibbleWords`, with a table of their values.
protocol NibbleElement: CodedElement {
    static var table: CodeTable { get }
}

extension NibbleElement {
    static var packedBytes: Int { 256 }

    /// Byte i behind the scale and minimum has code i in its low half and code i + 16 in its high half.
    static func unpack(_ block: UnsafeRawPointer, into codes: UnsafeMutablePointer<UInt8>) {
        let bytes = block + (hasMinimum ? 4 : 2)
        for index in 0..<16 {
            let byte = bytes.byte(index)
            codes[index] = byte & 15
            codes[index &+ 16] = byte >> 4
        }
    }

    static func pack(_ codes: UnsafePointer<UInt8>, lane: Int, into packed: UnsafeMutableRawPointer) {
        NibbleWords.pack(codes, lane: lane, into: packed)
    }

    static func pack(_ codes: UnsafePointer<UInt8>, index: Int, into packed: UnsafeMutableRawPointer) {
        NibbleWords.pack(codes, index: index, into: packed)
    }

    @inline(__always)
    static func decodeKeys<Vectors: VectorGroup>(
        _ packed: UnsafeRawPointer, stride: Int, _: Vectors.Type, _ body: (Int, Vectors) -> Void
    ) {
        let table = table
        for word in 0..<4 {
            var bits = Vectors.Words(packed + 64 &* word, stride: stride)
            for place in 0..<8 {
                body(8 &* word &+ place, Vectors(bits) { table.lookUp4($0) })
                bits.shiftRight(4)
            }
        }
    }

    @inline(__always)
    static func decodeValues<Vectors: VectorGroup>(
        _ packed: UnsafeRawPointer, half: Int, _: Vectors.Type, _ body: (Int, Vectors) -> Void
    ) {
        let table = table
        for word in 0..<4 {
            var bits = (packed + 64 &* word).loadUnaligned(as: SIMD16<UInt32>.self)
            if Vectors.count == 1 { bits &>>= UInt32(4 &* half) }
            for place in 0..<4 {
                body(4 &* word &+ place, Vectors(first: table.lookUp4(bits), second: table.lookUp4(bits &>> 4)))
                bits &>>= 8
            }
        }
    }
}

/// Q4_0: code - 8.
enum NibbleCodes: NibbleElement {
    typealias Coding = Q4_0
    static var table: CodeTable {
        @inline(__always) get { CodeTable(SIMD16(-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7)) }
    }

    static func score(_ product: KeyProduct) { CodedKeyProduct<Self>(product: product).multiply() }
    static func sum(_ product: ValueProduct) { CodedValueProduct<Self>(product: product).multiply() }
}

/// Q4_1: the code, and a minimum.
enum NibbleCodesWithMinimum: NibbleElement {
    typealias Coding = Q4_1
    static var hasMinimum: Bool { true }
    static var table: CodeTable {
        @inline(__always) get { CodeTable(SIMD16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)) }
    }

    static func score(_ product: KeyProduct) { CodedKeyProduct<Self>(product: product).multiply() }
    static func sum(_ product: ValueProduct) { CodedValueProduct<Self>(product: product).multiply() }
}

/// IQ4_NL.
enum CodebookCodes: NibbleElement {
    typealias Coding = IQ4_NL
    static var table: CodeTable { @inline(__always) get { CodeTable(widened(IQ4_NL.codebook)) } }

    static func score(_ product: KeyProduct) { CodedKeyProduct<Self>(product: product).multiply() }
    static func sum(_ product: ValueProduct) { CodedValueProduct<Self>(product: product).multiply() }
}

/// TBQ4_0.
enum TurboCodes4: NibbleElement {
    typealias Coding = TBQ4_0
    static var table: CodeTable { @inline(__always) get { CodeTable(TurboQuant.codebook4) } }

    static func score(_ product: KeyProduct) { CodedKeyProduct<Self>(product: product).multiply() }
    static func sum(_ product: ValueProduct) { CodedValueProduct<Self>(product: product).multiply() }
}
