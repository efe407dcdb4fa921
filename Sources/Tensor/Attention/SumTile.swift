// What products of attention are computed in: tiles of sums, some vectors wide and some rows high.

// MARK: - Vectors beside each other

/// One or more vectors of 16 floats.
protocol VectorGroup {
    associatedtype Words: WordGroup
    static var count: Int { get }
    init()
    init(_ floats: UnsafePointer<Float>)
    /// Vectors of elements that lie `stride` bytes apart.
    init<Element: VectorElement>(_ elements: UnsafeRawPointer, stride: Int, of: Element.Type)
    /// What `value` makes of each vector of words.
    init(_ words: Words, _ value: (SIMD16<UInt32>) -> One)
    init(_ words: Words, _ others: Words, _ value: (SIMD16<UInt32>, SIMD16<UInt32>) -> One)
    /// The first of two vectors or both, whatever there is room for.
    init(first: One, second: One)
    mutating func add(_ other: Self, times factor: SIMD16<Float>)
    mutating func add(_ other: Self, times factors: Self)
    func store(to floats: UnsafeMutablePointer<Float>)
}

typealias One = SIMD16<Float>
typealias Two = Beside<One>
typealias Four = Beside<Two>

extension SIMD16<Float>: VectorGroup {
    typealias Words = SIMD16<UInt32>

    static var count: Int { 1 }

    @inline(__always)
    init(_ floats: UnsafePointer<Float>) { self = UnsafeRawPointer(floats).loadUnaligned(as: Self.self) }

    @inline(__always)
    init<Element: VectorElement>(_ elements: UnsafeRawPointer, stride: Int, of: Element.Type) {
        self = Element.load(elements)
    }

    @inline(__always)
    init(_ words: Words, _ value: (Words) -> One) { self = value(words) }

    @inline(__always)
    init(_ words: Words, _ others: Words, _ value: (Words, Words) -> One) { self = value(words, others) }

    @inline(__always)
    init(first: One, second: One) { self = first }

    @inline(__always)
    mutating func add(_ other: Self, times factor: SIMD16<Float>) { self = multiplyAdd(self, other, factor) }

    @inline(__always)
    func store(to floats: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(floats).storeBytes(of: self, as: Self.self)
    }
}

struct Beside<Half: VectorGroup>: VectorGroup {
    typealias Words = WordsBeside<Half.Words>

    private var left: Half
    private var right: Half

    static var count: Int { @inline(__always) get { 2 &* Half.count } }

    @inline(__always)
    init() {
        left = Half()
        right = Half()
    }

    @inline(__always)
    init(_ floats: UnsafePointer<Float>) {
        left = Half(floats)
        right = Half(floats + (16 &* Half.count))
    }

    @inline(__always)
    init<Element: VectorElement>(_ elements: UnsafeRawPointer, stride: Int, of: Element.Type) {
        left = Half(elements, stride: stride, of: Element.self)
        right = Half(elements + (Half.count &* stride), stride: stride, of: Element.self)
    }

    @inline(__always)
    init(_ words: Words, _ value: (SIMD16<UInt32>) -> One) {
        left = Half(words.left, value)
        right = Half(words.right, value)
    }

    @inline(__always)
    init(_ words: Words, _ others: Words, _ value: (SIMD16<UInt32>, SIMD16<UInt32>) -> One) {
        left = Half(words.left, others.left, value)
        right = Half(words.right, others.right, value)
    }

    @inline(__always)
    init(first: One, second: One) {
        left = Half(first: first, second: second)
        right = Half(first: second, second: second)
    }

    @inline(__always)
    mutating func add(_ other: Self, times factor: SIMD16<Float>) {
        left.add(other.left, times: factor)
        right.add(other.right, times: factor)
    }

    @inline(__always)
    mutating func add(_ other: Self, times factors: Self) {
        left.add(other.left, times: factors.left)
        right.add(other.right, times: factors.right)
    }

    @inline(__always)
    func store(to floats: UnsafeMutablePointer<Float>) {
        left.store(to: floats)
        right.store(to: floats + (16 &* Half.count))
    }
}

/// One or more vectors of 16 words, which hold codes.
protocol WordGroup {
    static var count: Int { get }
    /// Vectors that lie `stride` bytes apart.
    init(_ words: UnsafeRawPointer, stride: Int)
    mutating func shiftRight(_ bits: UInt32)
}

extension SIMD16<UInt32>: WordGroup {
    static var count: Int { 1 }

    @inline(__always)
    init(_ words: UnsafeRawPointer, stride: Int) { self = words.loadUnaligned(as: Self.self) }

    @inline(__always)
    mutating func shiftRight(_ bits: UInt32) { self &>>= bits }
}

struct WordsBeside<Half: WordGroup>: WordGroup {
    fileprivate var left: Half
    fileprivate var right: Half

    static var count: Int { @inline(__always) get { 2 &* Half.count } }

    @inline(__always)
    init(_ words: UnsafeRawPointer, stride: Int) {
        left = Half(words, stride: stride)
        right = Half(words + Half.count &* stride, stride: stride)
    }

    @inline(__always)
    mutating func shiftRight(_ bits: UInt32) {
        left.shiftRight(bits)
        right.shiftRight(bits)
    }
}

// MARK: - Sums above each other

/// The sums of one or more rows, `stride` floats apart in memory.
protocol SumTile {
    associatedtype Vectors: VectorGroup
    static var rows: Int { get }
    init()
    init(_ floats: UnsafePointer<Float>, stride: Int)
    /// Adds `vectors` times a factor for each row.
    mutating func add(_ vectors: Vectors, times factors: UnsafePointer<Float>, stride: Int)
    /// Adds other sums, each times the factor of its place in a row.
    mutating func add(_ other: Self, times factors: Vectors)
    func store(to floats: UnsafeMutablePointer<Float>, stride: Int)
}

typealias SumsOf2<Vectors: VectorGroup> = Above<Sum<Vectors>>
typealias SumsOf4<Vectors: VectorGroup> = Above<SumsOf2<Vectors>>
typealias SumsOf8<Vectors: VectorGroup> = Above<SumsOf4<Vectors>>

struct Sum<Vectors: VectorGroup>: SumTile {
    private var value: Vectors

    static var rows: Int { 1 }

    @inline(__always)
    init() { value = Vectors() }

    @inline(__always)
    init(_ floats: UnsafePointer<Float>, stride: Int) { value = Vectors(floats) }

    @inline(__always)
    mutating func add(_ vectors: Vectors, times factors: UnsafePointer<Float>, stride: Int) {
        value.add(vectors, times: SIMD16(repeating: factors.pointee))
    }

    @inline(__always)
    mutating func add(_ other: Self, times factors: Vectors) { value.add(other.value, times: factors) }

    @inline(__always)
    func store(to floats: UnsafeMutablePointer<Float>, stride: Int) { value.store(to: floats) }
}

struct Above<Half: SumTile>: SumTile {
    private var upper: Half
    private var lower: Half

    static var rows: Int { @inline(__always) get { 2 &* Half.rows } }

    @inline(__always)
    init() {
        upper = Half()
        lower = Half()
    }

    @inline(__always)
    init(_ floats: UnsafePointer<Float>, stride: Int) {
        upper = Half(floats, stride: stride)
        lower = Half(floats + (Half.rows &* stride), stride: stride)
    }

    @inline(__always)
    mutating func add(_ vectors: Half.Vectors, times factors: UnsafePointer<Float>, stride: Int) {
        upper.add(vectors, times: factors, stride: stride)
        lower.add(vectors, times: factors + (Half.rows &* stride), stride: stride)
    }

    @inline(__always)
    mutating func add(_ other: Self, times factors: Half.Vectors) {
        upper.add(other.upper, times: factors)
        lower.add(other.lower, times: factors)
    }

    @inline(__always)
    func store(to floats: UnsafeMutablePointer<Float>, stride: Int) {
        upper.store(to: floats, stride: stride)
        lower.store(to: floats + (Half.rows &* stride), stride: stride)
    }
}
