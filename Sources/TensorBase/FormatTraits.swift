/// ggml's number of a tensor type: `TensorType.id`. Kernels are told formats by number.
package typealias FormatID = UInt32

/// What callers of the kernels need to know about a block format. Decoding and multiplying are left to the kernels.
package struct FormatTraits: Sendable, Hashable {
    /// The floats stored in a block. If they are all finite, so is every decoded value.
    package let floats: StoredFloats
    /// What the encoder does with an importance matrix; nil if rows cannot be written in the format.
    package let importance: ImportanceUse?
    /// How activations are prepared for integer products; nil if products take floats only.
    package let activations: ActivationForm?

    package init(floats: StoredFloats, importance: ImportanceUse?, activations: ActivationForm?) {
        self.floats = floats
        self.importance = importance
        self.activations = activations
    }

    /// Whether rows can be written in the format.
    package var isEncodable: Bool { importance != nil }
}

/// What an encoder does with an importance matrix.
package enum ImportanceUse: Sendable {
    /// It has no choice to make by it.
    case ignored
    /// It gives other bytes with one.
    case optional
    /// Without one, the result is too poor to be written: the reference refuses, and so should a quantizer.
    case required
}

/// Where a block stores floats, and how.
package struct StoredFloats: Sendable, Hashable {
    package enum Encoding: Sendable {
        case single, half, brain
        /// A byte, the exponent of a power of two. From 253 on, the largest value of a block of MXFP4 is infinite; 255
        /// stands for NaN.
        case exponent
        /// The upper four bits of four words of 16 bits, which together are a half.
        case spreadHalf
    }

    package let encoding: Encoding
    /// Bytes from the beginning of the block to each float: none, one or two.
    package var offsets: [Int] { [offset, secondOffset].compactMap { $0 } }

    private let offset: Int?
    private let secondOffset: Int?

    package init(_ encoding: Encoding, at offset: Int, and secondOffset: Int? = nil) {
        self.init(encoding, offset, secondOffset)
    }

    private init(_ encoding: Encoding, _ offset: Int?, _ secondOffset: Int?) {
        self.encoding = encoding
        self.offset = offset
        self.secondOffset = secondOffset
    }

    /// No floats that could be NaN or infinite.
    package static var none: StoredFloats { StoredFloats(.single, nil, nil) }
}

/// What integer products with weights of a format require of their activations.
package struct ActivationForm: Sendable, Hashable {
    /// Subtracted from an unsigned code. For signed codes it is 128: what kernels add to make them unsigned.
    package let bias: Int32
    /// 1 if a group of 32 has one scale, 2 if its halves have their own.
    package let scalesPerGroup: Int
    package let rotation: Rotation

    package static let mostScalesPerGroup = 2

    @inlinable
    package init(bias: Int32, scalesPerGroup: Int, rotation: Rotation) {
        self.bias = bias
        self.scalesPerGroup = scalesPerGroup
        self.rotation = rotation
    }
}

/// An orthogonal change of basis of a row's values. It keeps inner products.
package enum Rotation: Sendable {
    case none
    /// `TurboQuant.rotate` of each 32 values.
    case hadamard
    /// `OrthogonalRotation` of each 128 values.
    case orthogonal
}
