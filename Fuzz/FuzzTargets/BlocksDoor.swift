internal import GGUF
import Platform
import Tensor

/// Computes with bytes in every block format. The first byte selects the format, the second the types of the cache. The
/// rest is used as blocks and as floats.
enum BlocksDoor {
    static func run(_ input: [UInt8]) throws {
        guard input.count > 2 else { return }
        let type = ElementFormats.all[Int(input[0]) % ElementFormats.all.count]
        let bytes = Array(input.dropFirst(2))
        let compute = Compute(threadCount: 1)
        try multiply(bytes, type, compute)
        let floats = bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
        try encode(floats, type)
        let types = CacheType.allCases
        try attend(
            floats, types[Int(input[1]) % types.count], types[Int(input[1]) / types.count % types.count], compute)
    }

    /// Decodes `bytes` as rows, and multiplies them by ones.
    private static func multiply(_ bytes: [UInt8], _ type: TensorType, _ compute: Compute) throws {
        let columns = max(type.blockSize, 32)
        let rowBytes = type.byteCount(of: columns)
        let rows = bytes.count / rowBytes
        guard rows > 0 else { return }
        let region = ByteRegion(Array(bytes.prefix(rows * rowBytes)))
        let matrix = Matrix(rows: rows, columns: columns, type: type, region: region)
        var byRow = [Float](repeating: 0, count: columns)
        var byBlock = byRow
        for row in 0..<rows {
            byRow.withUnsafeMutableBufferPointer { matrix.decode(row: row, into: $0.baseAddress!) }
            byBlock.withUnsafeMutableBufferPointer { values in
                Kernels.current.decodePlainly(
                    matrix.base + row * rowBytes, type.id, count: columns, into: values.baseAddress!)
            }
            guard zip(byRow, byBlock).allSatisfy(areClose) else {
                throw Violation("\(type.name): a row decodes to \(byRow), its blocks to \(byBlock)")
            }
        }
        let tokens = 3
        let input = try FloatBuffer([Float](repeating: 1, count: tokens * columns))
        let output = try FloatBuffer([Float](repeating: 0, count: tokens * rows))
        compute.multiply(input.rows(width: columns), by: matrix, into: output.rows(width: rows))
        withExtendedLifetime((region, input, output)) {}
    }

    /// Whether two values are equal except for rounding, which grows with the terms that cancel. NaN and infinity equal
    /// anything.
    private static func areClose(_ a: Float, _ b: Float) -> Bool {
        guard a.isFinite, b.isFinite else { return true }
        let largest = max(abs(a), abs(b))
        return abs(a - b) <= 1e-3 * largest || largest < 1e-3 || largest > 1e30
    }

    private static func encode(_ floats: [Float], _ type: TensorType) throws {
        guard ElementFormats.encodable.contains(type) else { return }
        let count = floats.count / type.blockSize * type.blockSize
        guard count > 0 else { return }
        var bytes = [UInt8](repeating: 0, count: type.byteCount(of: count))
        // Without importance, and with the same floats in reverse.
        for importance in [nil, floats.prefix(count).reversed().map(abs)] {
            bytes.withUnsafeMutableBytes { bytes in
                floats.withUnsafeBufferPointer {
                    Kernels.current.encode(
                        $0.baseAddress!, type.id, count: count, importance: importance, into: bytes.baseAddress!)
                }
            }
        }
    }

    /// Stores `floats` as keys and values, and attends to them.
    private static func attend(_ floats: [Float], _ keyType: CacheType, _ valueType: CacheType, _ compute: Compute)
        throws
    {
        let width = max(32, keyType.widthMultiple, valueType.widthMultiple)
        let count = min(floats.count / width, 24)
        guard count > 0 else { return }
        let cache = try AttentionCache(
            headCount: 1, width: width, positions: count, keyType: keyType, valueType: valueType)
        let (rows, output) = (try FloatBuffer(floats), try FloatBuffer(floats))
        let read = rows.rows(width: width).prefix(count)
        compute.store(keys: read, values: read, firstPosition: 0, in: cache)
        compute.attention(
            read, firstPosition: 0, cache: cache, mask: AttentionMask(window: nil, includesSelf: true),
            into: output.rows(width: width).prefix(count))
        withExtendedLifetime((rows, output, cache)) {}
    }

    /// For each format, two rows of bytes and a choice of cache types.
    static let seeds: [(name: String, bytes: [UInt8])] = ElementFormats.all.enumerated().map { index, type in
        let size = 2 * type.byteCount(of: max(type.blockSize, 32))
        let blocks = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ index) & 0x3b }
        return (type.name.lowercased(), [UInt8(index), UInt8(index * 3)] + blocks)
    }
}
