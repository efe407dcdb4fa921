/// A block format whose values are `scale * (code - bias)` or `scale * code + minimum` with codes of at most a byte, so that products
/// with byte activations add up integers.
///
/// A format says once, in terms of panels of rows, how its codes and scales are unpacked; every kernel inherits it.
package protocol IntegerFormat: BlockFormat {
    /// Signed codes have no bias of their own. Unsigned ones do not exceed 63.
    static var isSigned: Bool { get }
    /// What is taken off an unsigned code. For signed codes 128: what kernels that want unsigned bytes add to them.
    static var bias: Int32 { get }
    /// The largest magnitude of a code as it is unpacked.
    static var largestCode: Int { get }
    /// 1 if a group of 32 has one scale, 2 if its halves have their own.
    static var scalesPerGroup: Int { get }
    static var hasMinimum: Bool { get }
    /// The basis in which the codes approximate the weights. Activations are brought there before they are rounded.
    static var rotation: Rotation { get }

    /// Unpacks block `block` of each row, group after group.
    /// - Parameter body: takes the group's index in the row and what it holds.
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (_ group: Int, _ panel: PanelGroup<Rows.Words>) -> Void)

    /// Some rows of an integer product. Inherited, and a requirement so that the compiler specialises it.
    /// - Parameters:
    ///   - next: what the thread will read behind these rows, to be fetched meanwhile.
    ///   - scratch: `IntegerProduct.scratchCount` floats.
    static func multiply(
        _ task: IntegerTask, weightRows: Range<Int>, next: UnsafeRawPointer, scratch: UnsafeMutablePointer<Float>)

    /// Rows of a table by one token; `output[i]` belongs to `rows[i]`.
    static func multiply(
        _ task: IntegerTask, selected rows: UnsafeBufferPointer<Int32>, into output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>)
}

extension IntegerFormat {
    package static var isSigned: Bool { false }
    package static var scalesPerGroup: Int { 1 }
    package static var hasMinimum: Bool { false }
    package static var rotation: Rotation { .none }

    static var activationForm: ActivationForm {
        ActivationForm(bias: bias, scalesPerGroup: scalesPerGroup, rotation: rotation)
    }
}

/// An orthogonal change of basis of a row's values, which keeps inner products.
package enum Rotation: Sendable {
    case none
    /// `TurboQuant.rotate` of each 32.
    case hadamard
    /// `OrthogonalRotation` of each 128.
    case orthogonal
}

/// What integer products with weights of some format need to know of their activations.
struct ActivationForm: Equatable {
    let bias: Int32
    let scalesPerGroup: Int
    static let mostScalesPerGroup = 2
    let rotation: Rotation
}

/// Four neighbouring bytes of each of a panel's rows: lane r is row r.
///
/// Bits of all four bytes are picked at once, by masks that repeat in each byte.
package protocol PanelWords: SIMD where Scalar == UInt32 {
    associatedtype Floats: SIMD where Floats.Scalar == Float

    /// Each lane, as a signed integer.
    var floats: Floats { get }
    /// The lower half of each lane, as a half-precision float.
    var halves: Floats { get }
    /// For each byte, of which the upper half is zero, an entry of a table of signed bytes.
    func entries(of table: SIMD16<Int8>) -> Self
    static func fusedSum(_ sum: Floats, _ a: Floats, _ b: Floats) -> Floats
}

extension PanelWords {
    /// The bits of `mask` in each byte, shifted down by `shift` first.
    @inline(__always)
    func bits(_ mask: UInt8, downBy shift: UInt32 = 0) -> Self {
        (self &>> Self(repeating: shift)) & Self(repeating: UInt32(mask) &* 0x0101_0101)
    }

    /// `width` bits of each lane from bit `first` on.
    @inline(__always)
    func field(_ first: UInt32, width: UInt32) -> Self {
        (self &>> Self(repeating: first)) & Self(repeating: (1 &<< width) &- 1)
    }

    @inline(__always)
    func up(_ shift: UInt32) -> Self { self &<< Self(repeating: shift) }
}

/// Sixteen neighbouring bytes of each row of a panel.
package struct FourWords<Words: PanelWords> {
    package let a, b, c, d: Words

    @inline(__always)
    package init(_ a: Words, _ b: Words, _ c: Words, _ d: Words) {
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
    }

    @inline(__always)
    func map(_ transform: (Words) -> Words) -> FourWords {
        FourWords(transform(a), transform(b), transform(c), transform(d))
    }

    /// For each byte, of which the upper half is zero, an entry of a table of signed bytes.
    @inline(__always)
    func entries(of table: SIMD16<Int8>) -> FourWords { map { $0.entries(of: table) } }

    /// The bits of `mask` in each byte, shifted down by `shift` first.
    @inline(__always)
    func bits(_ mask: UInt8, downBy shift: UInt32 = 0) -> FourWords { map { $0.bits(mask, downBy: shift) } }

    @inline(__always)
    func up(_ shift: UInt32) -> FourWords { map { $0.up(shift) } }

    @inline(__always)
    static func | (left: FourWords, right: FourWords) -> FourWords {
        FourWords(left.a | right.a, left.b | right.b, left.c | right.c, left.d | right.d)
    }
}

/// A group of 32 codes of each row of a panel, with their scales.
package struct PanelGroup<Words: PanelWords> {
    /// Codes 0 ..< 16 and 16 ..< 32, in bytes.
    package let first, second: FourWords<Words>
    /// The scales of both halves; equal where the format has one.
    package let firstScale, secondScale: Words.Floats
    /// What is added to the values of each half; zeros where the format has no minimum.
    package let firstMinimum, secondMinimum: Words.Floats

    @inline(__always)
    init(_ first: FourWords<Words>, _ second: FourWords<Words>, scale: Words.Floats, minimum: Words.Floats = .zero) {
        (self.first, self.second) = (first, second)
        (firstScale, secondScale) = (scale, scale)
        (firstMinimum, secondMinimum) = (minimum, minimum)
    }

    @inline(__always)
    init(
        _ first: FourWords<Words>, _ second: FourWords<Words>, scales: (Words.Floats, Words.Floats),
        minima: (Words.Floats, Words.Floats) = (.zero, .zero)
    ) {
        (self.first, self.second) = (first, second)
        (firstScale, secondScale) = scales
        (firstMinimum, secondMinimum) = minima
    }
}

/// The rows of a panel as a kernel reads them: the same bytes of every row at once.
///
/// Meanwhile it fetches the next panel, whose bytes follow in memory: `ahead`, bytes of a row, says which of them with which load.
/// A format sees to it that each byte is fetched once, and evenly: prefetches in a burst fill the queue that loads need too.
package protocol PanelRows {
    associatedtype Words: PanelWords

    /// The 16 bytes at `offset` of each row.
    func words(_ offset: Int, ahead: BytesAhead) -> FourWords<Words>
    /// The 16 bytes at `offset` of each row, and those that follow.
    func twiceWords(_ offset: Int, ahead: BytesAhead) -> (FourWords<Words>, FourWords<Words>)
    /// The four bytes at `offset` of each row.
    func word(_ offset: Int, ahead: BytesAhead) -> Words
    /// The half-precision float at `offset` of each row.
    func halves(_ offset: Int, ahead: BytesAhead) -> Words.Floats
    /// Fetches and loads nothing: for blocks whose loads come all at once.
    func fetch(_ ahead: BytesAhead)
}

extension PanelRows {
    @inline(__always)
    func words(_ offset: Int) -> FourWords<Words> { words(offset, ahead: BytesAhead(offset, 16)) }

    @inline(__always)
    func twiceWords(_ offset: Int) -> (FourWords<Words>, FourWords<Words>) {
        twiceWords(offset, ahead: BytesAhead(offset, 32))
    }

    @inline(__always)
    func word(_ offset: Int) -> Words { word(offset, ahead: BytesAhead(offset, 4)) }

    @inline(__always)
    func halves(_ offset: Int) -> Words.Floats { halves(offset, ahead: BytesAhead(offset, 2)) }
}

/// Bytes of each row of the next panel. A constant count leaves no computation at run time.
package struct BytesAhead {
    package let offset: Int
    package let count: Int

    @inline(__always)
    init(_ offset: Int, _ count: Int) {
        self.offset = offset
        self.count = count
    }

    /// Fetches those of their lines that are the share of step `step` of `steps`, three at most.
    /// - Parameters:
    ///   - next: the next panel, of `rows` rows.
    @inline(__always)
    func fetch(_ next: UnsafeRawPointer, rows: Int, step: Int, of steps: Int) {
        let lines = (count &* rows &+ 63) / 64
        let (line, end) = (step &* lines / steps, (step &+ 1) &* lines / steps)
        let first = next + (offset &* rows &+ line &* 64)
        // No loop, which the optimiser would keep.
        if line < end { prefetch(first) }
        if line &+ 1 < end { prefetch(first + 64) }
        if line &+ 2 < end { prefetch(first + 128) }
    }
}
