/// How a tensor's values are stored: the type number of ggml, and the size of a block.
public struct TensorType: Sendable, Hashable {
    /// The type number of ggml.
    public let id: UInt32
    /// The name that llama.cpp prints.
    public let name: String
    /// Values per block.
    public let blockSize: Int
    /// Bytes per block.
    public let blockBytes: Int

    @inlinable init(_ id: UInt32, _ name: String, _ blockSize: Int, _ blockBytes: Int) {
        self.id = id
        self.name = name
        self.blockSize = blockSize
        self.blockBytes = blockBytes
    }

    /// Whether other programs may use the number for other formats: from 42 on, numbers are not assigned by anyone.
    var isContested: Bool { id >= 42 }

    /// Bytes of a row of `count` values. The count must be a multiple of the block size.
    @inlinable public func byteCount(of count: Int) -> Int { count / blockSize * blockBytes }

    @inlinable public static var f32: TensorType { TensorType(0, "F32", 1, 4) }
    @inlinable public static var f16: TensorType { TensorType(1, "F16", 1, 2) }
    @inlinable public static var q4_0: TensorType { TensorType(2, "Q4_0", 32, 18) }
    @inlinable public static var q4_1: TensorType { TensorType(3, "Q4_1", 32, 20) }
    @inlinable public static var q5_0: TensorType { TensorType(6, "Q5_0", 32, 22) }
    @inlinable public static var q5_1: TensorType { TensorType(7, "Q5_1", 32, 24) }
    @inlinable public static var q8_0: TensorType { TensorType(8, "Q8_0", 32, 34) }
    @inlinable public static var q2_k: TensorType { TensorType(10, "Q2_K", 256, 84) }
    @inlinable public static var q3_k: TensorType { TensorType(11, "Q3_K", 256, 110) }
    @inlinable public static var q4_k: TensorType { TensorType(12, "Q4_K", 256, 144) }
    @inlinable public static var q5_k: TensorType { TensorType(13, "Q5_K", 256, 176) }
    @inlinable public static var q6_k: TensorType { TensorType(14, "Q6_K", 256, 210) }
    @inlinable public static var iq2_xxs: TensorType { TensorType(16, "IQ2_XXS", 256, 66) }
    @inlinable public static var iq2_xs: TensorType { TensorType(17, "IQ2_XS", 256, 74) }
    @inlinable public static var iq3_xxs: TensorType { TensorType(18, "IQ3_XXS", 256, 98) }
    @inlinable public static var iq1_s: TensorType { TensorType(19, "IQ1_S", 256, 50) }
    @inlinable public static var iq4_nl: TensorType { TensorType(20, "IQ4_NL", 32, 18) }
    @inlinable public static var iq3_s: TensorType { TensorType(21, "IQ3_S", 256, 110) }
    @inlinable public static var iq2_s: TensorType { TensorType(22, "IQ2_S", 256, 82) }
    @inlinable public static var iq4_xs: TensorType { TensorType(23, "IQ4_XS", 256, 136) }
    @inlinable public static var i32: TensorType { TensorType(26, "I32", 1, 4) }
    @inlinable public static var iq1_m: TensorType { TensorType(29, "IQ1_M", 256, 56) }
    @inlinable public static var bf16: TensorType { TensorType(30, "BF16", 1, 2) }
    @inlinable public static var tq1_0: TensorType { TensorType(34, "TQ1_0", 256, 54) }
    @inlinable public static var tq2_0: TensorType { TensorType(35, "TQ2_0", 256, 66) }
    @inlinable public static var mxfp4: TensorType { TensorType(39, "MXFP4", 32, 17) }
    @inlinable public static var nvfp4: TensorType { TensorType(40, "NVFP4", 64, 36) }
    @inlinable public static var q1_0: TensorType { TensorType(41, "Q1_0", 128, 18) }
    @inlinable public static var q2_0: TensorType { TensorType(42, "Q2_0", 64, 18) }
    @inlinable public static var tbq3_0: TensorType { TensorType(44, "TBQ3_0", 32, 14) }
    @inlinable public static var tbq4_0: TensorType { TensorType(45, "TBQ4_0", 32, 18) }
    @inlinable public static var tbq3_tcq: TensorType { TensorType(48, "TBQ3_TCQ", 128, 52) }
    @inlinable public static var tbq3_k: TensorType { TensorType(49, "TBQ3_K", 256, 98) }
    @inlinable public static var tbq4_k: TensorType { TensorType(50, "TBQ4_K", 256, 130) }

    /// Every type whose size is known. Those without a kernel are included so that files with them can be listed.
    package static let known: [UInt32: TensorType] = {
        let types = [
            f32, f16, q4_0, q4_1, q5_0, q5_1, q8_0, q2_k, q3_k, q4_k, q5_k, q6_k, iq4_nl, iq4_xs,
            TensorType(9, "Q8_1", 32, 36), TensorType(15, "Q8_K", 256, 292),
            iq2_xxs, iq2_xs, iq2_s, iq3_xxs, iq3_s, iq1_s, iq1_m, tq1_0, tq2_0, mxfp4, nvfp4, q1_0, q2_0,
            TensorType(24, "I8", 1, 1), TensorType(25, "I16", 1, 2), i32, TensorType(27, "I64", 1, 8),
            TensorType(28, "F64", 1, 8), bf16,
            tbq3_0, tbq4_0, tbq3_tcq, tbq3_k, tbq4_k,
        ]
        return Dictionary(uniqueKeysWithValues: types.map { ($0.id, $0) })
    }()

    /// The replacement if the row length is not a multiple of the block size: smaller blocks, and at least as many
    /// bits. llama-quantize's choice where it has one.
    package var ofSmallerBlocks: TensorType? {
        switch self {
        case .q2_k, .q3_k, .tq1_0, .tq2_0, .q2_0: .q4_0
        case .q4_k: .q5_0
        case .q5_k: .q5_1
        case .q6_k: .q8_0
        case .iq1_s, .iq1_m, .iq2_xxs, .iq2_xs, .iq2_s, .iq3_xxs, .iq3_s, .iq4_xs: .iq4_nl
        case .nvfp4: .mxfp4
        case .tbq3_k, .tbq3_tcq: .tbq3_0
        case .tbq4_k: .tbq4_0
        default: nil
        }
    }

    /// The type with the number `id`; nil if its size is not known.
    public init?(id: UInt32) {
        guard let type = Self.known[id] else { return nil }
        self = type
    }
}

/// Name, shape, type and location of a tensor.
public struct TensorInfo: Sendable, Hashable {
    public let name: String
    /// In the order of ggml: `dimensions[0]` is the length of a row, whose values are contiguous.
    public let dimensions: [Int]
    public let type: TensorType
    /// The first byte, relative to the start of the data section of its file.
    public let offset: Int
    /// The file of a split model that contains the tensor, counted from 0.
    package internal(set) var part = 0

    /// Values per row.
    public var rowLength: Int { dimensions[0] }
    /// Number of rows: the product of all other dimensions.
    public var rowCount: Int { dimensions.dropFirst().reduce(1, *) }
    public var elementCount: Int { rowLength * rowCount }
    public var byteCount: Int { type.byteCount(of: rowLength) * rowCount }
}

extension TensorInfo {
    /// Checks that every product of `lengths`, and the size in bytes, fits an `Int`, so that plain arithmetic on a
    /// `TensorInfo` is safe. A length of zero does not hide an overflow of the others: it counts as one here.
    static func checked(
        _ lengths: [UInt64], tensor: String, type: TensorType
    ) throws(GGUFError) -> [Int] {
        var bytes = type.blockBytes
        var dimensions: [Int] = []
        for length in lengths {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: Int(clamping: max(length, 1)))
            guard !overflow, let length = Int(exactly: length) else {
                throw .sizeOverflow(tensor: tensor, dimensions: lengths)
            }
            bytes = product
            dimensions.append(length)
        }
        guard dimensions[0].isMultiple(of: type.blockSize) else {
            throw .rowNotWholeBlocks(
                tensor: tensor, rowLength: dimensions[0], type: type.name, blockSize: type.blockSize)
        }
        return dimensions
    }
}
