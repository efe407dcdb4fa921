// The tiles of sums in which attention's products are computed: some vectors wide and some rows high.

// MARK: - Vectors beside each other

/// One or more vectors of 16 floats.
protocol VectorGroup {
    associatedtype Words: WordGroup
    static var count: Int { get }
    init()
    init(_ floats: UnsafePointer<Float>)
    /// Vectors of elements, `stride` bytes apart.
    init<Element: VectorElement>(_ elements: UnsafeRawPointer, stride: Int, of: Element.Type)
    /// `value` applied to each vector of words.
    init(_ words: Words, _ value: (SIMD16<UInt32>) -> One)
    init(_ words: Words, _ others: Words, _ value: (SIMD16<UInt32>, SIMD16<UInt32>) -> One)
    /// Both vectors, or only the first if this holds one.
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

struct Beside<Part: VectorGroup>: VectorGroup {
    typealias Words = WordsBeside<Part.Words>

    private var left: Part
    private var right: Part

    static var count: Int { @inline(__always) get { 2 &* Part.count } }

    @inline(__always)
    init() {
        left = Part()
        right = Part()
    }

    @inline(__always)
    init(_ floats: UnsafePointer<Float>) {
        left = Part(floats)
        right = Part(floats + (16 &* Part.count))
    }

    @inline(__always)
    init<Element: VectorElement>(_ elements: UnsafeRawPointer, stride: Int, of: Element.Type) {
        left = Part(elements, stride: stride, of: Element.self)
        right = Part(elements + (Part.count &* stride), stride: stride, of: Element.self)
    }

    @inline(__always)
    init(_ words: Words, _ value: (SIMD16<UInt32>) -> One) {
        left = Part(words.left, value)
        right = Part(words.right, value)
    }

    @inline(__always)
    init(_ words: Words, _ others: Words, _ value: (SIMD16<UInt32>, SIMD16<UInt32>) -> One) {
        left = Part(words.left, others.left, value)
        right = Part(words.right, others.right, value)
    }

    @inline(__always)
    init(first: One, second: One) {
        left = Part(first: first, second: second)
        right = Part(first: second, second: second)
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
        right.store(to: floats + (16 &* Part.count))
    }
}

/// One or more vectors of 16 words, which hold codes.
protocol WordGroup {
    static var count: Int { get }
    /// Vectors, `stride` bytes apart.
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

struct WordsBeside<Part: WordGroup>: WordGroup {
    fileprivate var left: Part
    fileprivate var right: Part

    static var count: Int { @inline(__always) get { 2 &* Part.count } }

    @inline(__always)
    init(_ words: UnsafeRawPointer, stride: Int) {
        left = Part(words, stride: stride)
        right = Part(words + Part.count &* stride, stride: stride)
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
    /// Adds `vectors`, whose lanes are pairs, times a pair of factors for each row.
    mutating func add(pairs vectors: Vectors, times factors: UnsafePointer<Float>, stride: Int)
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
    mutating func add(pairs vectors: Vectors, times factors: UnsafePointer<Float>, stride: Int) {
        let pair = UnsafeRawPointer(factors).loadUnaligned(as: UInt64.self)
        value.add(vectors, times: unsafeBitCast(SIMD8(repeating: pair), to: SIMD16<Float>.self))
    }

    @inline(__always)
    mutating func add(_ other: Self, times factors: Vectors) { value.add(other.value, times: factors) }

    @inline(__always)
    func store(to floats: UnsafeMutablePointer<Float>, stride: Int) { value.store(to: floats) }
}

struct Above<Part: SumTile>: SumTile {
    private var upper: Part
    private var lower: Part

    static var rows: Int { @inline(__always) get { 2 &* Part.rows } }

    @inline(__always)
    init() {
        upper = Part()
        lower = Part()
    }

    @inline(__always)
    init(_ floats: UnsafePointer<Float>, stride: Int) {
        upper = Part(floats, stride: stride)
        lower = Part(floats + (Part.rows &* stride), stride: stride)
    }

    @inline(__always)
    mutating func add(_ vectors: Part.Vectors, times factors: UnsafePointer<Float>, stride: Int) {
        upper.add(vectors, times: factors, stride: stride)
        lower.add(vectors, times: factors + (Part.rows &* stride), stride: stride)
    }

    @inline(__always)
    mutating func add(pairs vectors: Part.Vectors, times factors: UnsafePointer<Float>, stride: Int) {
        upper.add(pairs: vectors, times: factors, stride: stride)
        lower.add(pairs: vectors, times: factors + (Part.rows &* stride), stride: stride)
    }

    @inline(__always)
    mutating func add(_ other: Self, times factors: Part.Vectors) {
        upper.add(other.upper, times: factors)
        lower.add(other.lower, times: factors)
    }

    @inline(__always)
    func store(to floats: UnsafeMutablePointer<Float>, stride: Int) {
        upper.store(to: floats, stride: stride)
        lower.store(to: floats + (Part.rows &* stride), stride: stride)
    }
}
