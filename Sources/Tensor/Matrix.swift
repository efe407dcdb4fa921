public import GGUF
package import Platform

/// Why a tensor cannot serve as what it is asked for.
public enum TensorError: Error, Equatable, Sendable, CustomStringConvertible {
    case wrongShape(tensor: String, expected: [Int], found: [Int])
    case unsupportedType(tensor: String, type: TensorType, supported: [String])
    case outOfMemory(bytes: Int)
    /// NaN or infinity in a tensor's block, or in its element where a block is one.
    case notFinite(tensor: String, type: TensorType, row: Int, block: Int, isNaN: Bool)
    case unsupportedHeadWidth(Int, cacheType: String, multiple: Int)

    public var description: String {
        switch self {
        case .wrongShape(let tensor, let expected, let found):
            "tensor \(tensor) has the shape \(found); expected \(expected)"
        case .unsupportedType(let tensor, let type, let supported):
            "tensor \(tensor) is stored as \(type.name) (type \(type.id)), which this build cannot compute with; "
                + "it reads \(supported.joined(separator: ", "))"
        case .outOfMemory(let bytes):
            "the system refuses \(bytes) bytes of memory; close other programs, or take a shorter context (-c)"
        case .notFinite(let tensor, let type, let row, let block, let isNaN):
            "tensor \(tensor) (\(type.name)) holds \(isNaN ? "NaN" : "infinity") "
                + (type.blockSize == 1 ? "as element \(block)" : "as a scale of block \(block)")
                + " of row \(row); the file is damaged: download or convert it again"
        case .unsupportedHeadWidth(let width, let type, let multiple):
            "a cache of \(type) holds heads whose width is a multiple of \(multiple), and this model has heads of \(width); "
                + "choose f32, f16 or bf16 (-ctk, -ctv)"
        }
    }
}

/// A weight matrix `[rows, columns]`, row-major, in whatever format its file holds; it stays in the file's map.
package struct Matrix: Sendable {
    package let rows: Int
    package let columns: Int
    package let format: any BlockFormat.Type
    /// The format, if its products can take bytes for activations.
    let integerFormat: (any IntegerFormat.Type)?
    private let region: ByteRegion
    /// Whether it is some rows of another, such as one expert of all.
    let isSlice: Bool

    package init(rows: Int, columns: Int, format: any BlockFormat.Type, region: ByteRegion) {
        self.init(rows: rows, columns: columns, format: format, region: region, isSlice: false)
    }

    private init(rows: Int, columns: Int, format: any BlockFormat.Type, region: ByteRegion, isSlice: Bool) {
        self.rows = rows
        self.columns = columns
        self.format = format
        integerFormat = format as? any IntegerFormat.Type
        self.region = region
        self.isSlice = isSlice
    }

    package var rowBytes: Int { format.type.byteCount(of: columns) }
    package var base: UnsafeRawPointer { region.bytes.baseAddress! }
    package var byteCount: Int { rows * rowBytes }

    /// The rows of `range` as a matrix of their own.
    package subscript(range: Range<Int>) -> Matrix {
        let bytes = range.lowerBound * rowBytes..<range.upperBound * rowBytes
        return Matrix(rows: range.count, columns: columns, format: format, region: region.slice(bytes), isSlice: true)
    }

    /// Tells the system that single rows will be read and never the whole, so that it reads nothing ahead.
    package func adviseSingleRows() { region.adviseRandomAccess() }

    /// Row `index` decoded into `columns` floats.
    package func decode(row index: Int, into values: UnsafeMutablePointer<Float>) {
        format.decode(row: base + index * rowBytes, count: columns, into: values)
    }
}

extension GGUFFile {
    /// The tensor `name` as a matrix; further dimensions count as rows.
    /// - Parameter shape: row-major, `[rows, columns]` or `[count, rows, columns]`.
    package func matrix(_ name: String, shape: [Int]) throws -> Matrix {
        let info = try tensor(name, shape: shape)
        guard let format = ElementFormats.format(of: info.type) else {
            throw TensorError.unsupportedType(
                tensor: name, type: info.type, supported: ElementFormats.all.map { $0.type.name })
        }
        return Matrix(rows: info.rowCount, columns: info.rowLength, format: format, region: data(of: info))
    }

    /// The tensor `name` decoded to floats; for small ones such as norms.
    package func vector(_ name: String, count: Int) throws -> FloatBuffer {
        let matrix = try matrix(name, shape: [count])
        let buffer = try FloatBuffer(count: count)
        matrix.decode(row: 0, into: buffer.base)
        return buffer
    }

    /// The integers of tensor `name`.
    package func int32s(_ name: String, count: Int) throws -> [Int32] {
        let info = try tensor(name, shape: [count])
        guard info.type == .i32 else {
            throw TensorError.unsupportedType(tensor: name, type: info.type, supported: ["I32"])
        }
        let bytes = data(of: info).bytes
        return (0..<count).map { Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self)) }
    }

    private func tensor(_ name: String, shape: [Int]) throws -> TensorInfo {
        guard let info = tensor(name) else { throw GGUFError.missingTensor(name) }
        guard info.dimensions == shape.reversed() else {
            throw TensorError.wrongShape(tensor: name, expected: shape, found: info.dimensions.reversed())
        }
        return info
    }
}
