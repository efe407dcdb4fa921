internal import TensorBase

/// Something done with the keys or values of a cache whose type is known at run time only.
protocol CacheElementVisitor {
    associatedtype Result
    func visit<Element: CacheElement>(_: Element.Type) -> Result
}

/// How each cache type is stored.
enum CacheTable {
    @inline(__always)
    static func visit<Visitor: CacheElementVisitor>(_ type: CacheType, _ visitor: Visitor) -> Visitor.Result {
        switch type {
        case .f32: visitor.visit(Float.self)
        case .f16: visitor.visit(Half.self)
        case .bf16: visitor.visit(BFloat.self)
        case .q8_0: visitor.visit(ByteCodes.self)
        case .q5_1: visitor.visit(FiveBitCodesWithMinimum.self)
        case .q5_0: visitor.visit(FiveBitCodes.self)
        case .q4_1: visitor.visit(NibbleCodesWithMinimum.self)
        case .q4_0: visitor.visit(NibbleCodes.self)
        case .iq4_nl: visitor.visit(CodebookCodes.self)
        case .tbq4_0: visitor.visit(TurboCodes4.self)
        case .tbq3_0: visitor.visit(TurboCodes3.self)
        case .tbq3_tcq: visitor.visit(TrellisCodes.self)
        }
    }
}

// MARK: - What is done with them

/// Scores of a chunk.
struct Scoring: CacheElementVisitor {
    let product: KeyProduct

    @inline(never)
    func visit<Element: CacheElement>(_: Element.Type) { Element.score(product) }
}

/// Weighted values of a chunk.
struct Summing: CacheElementVisitor {
    let product: ValueProduct

    @inline(never)
    func visit<Element: CacheElement>(_: Element.Type) { Element.sum(product) }
}

struct KeyStorage: CacheElementVisitor {
    let rows: StoredRows
    let block: UnsafeMutableRawPointer

    @inline(never)
    func visit<Element: CacheElement>(_: Element.Type) { Element.store(rows, asKeys: block) }
}

struct ValueStorage: CacheElementVisitor {
    let rows: StoredRows
    let block: UnsafeMutableRawPointer

    @inline(never)
    func visit<Element: CacheElement>(_: Element.Type) { Element.store(rows, asValues: block) }
}

struct KeyBlockBytes: CacheElementVisitor {
    let width: Int

    @inline(__always)
    func visit<Element: CacheElement>(_: Element.Type) -> Int { Element.keyBlockBytes(width: width) }
}

struct ValueBlockBytes: CacheElementVisitor {
    let width: Int

    @inline(__always)
    func visit<Element: CacheElement>(_: Element.Type) -> Int { Element.valueBlockBytes(width: width) }
}
