package import GGUF
internal import Platform
package import TensorBase

extension GGUFFile {
    /// The tensor `name` as a matrix; further dimensions count as rows.
    /// - Parameter shape: row-major, `[rows, columns]` or `[count, rows, columns]`.
    package func matrix(_ name: String, shape: [Int]) throws -> Matrix {
        let info = try tensor(name, shape: shape)
        guard ElementFormats.traits(of: info.type) != nil else {
            throw TensorError.unsupportedType(
                tensor: name, type: info.type, supported: ElementFormats.all.map(\.name))
        }
        return Matrix(rows: info.rowCount, columns: info.rowLength, type: info.type, region: data(of: info))
    }

    /// The tensor `name` decoded to floats; for small ones such as norms.
    package func vector(_ name: String, count: Int) throws -> FloatBuffer {
        let matrix = try matrix(name, shape: [count])
        let buffer = try FloatBuffer(count: count)
        matrix.decode(row: 0, into: buffer.base)
        return buffer
    }

    /// The `count` integers of tensor `name`, whatever its shape: I32, or I64 whose values fit.
    package func int32s(_ name: String, count: Int) throws -> [Int32] {
        guard let info = tensor(name) else { throw GGUFError.missingTensor(name) }
        guard info.elementCount == count else {
            throw TensorError.wrongShape(tensor: name, expected: [count], found: info.dimensions.reversed())
        }
        let bytes = data(of: info).bytes
        switch info.type.name {
        case TensorType.i32.name:
            return (0..<count).map { Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self)) }
        case "I64":
            return (0..<count).map {
                Int32(clamping: Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self)))
            }
        default: throw TensorError.unsupportedType(tensor: name, type: info.type, supported: ["I32", "I64"])
        }
    }

    private func tensor(_ name: String, shape: [Int]) throws -> TensorInfo {
        guard let info = tensor(name) else { throw GGUFError.missingTensor(name) }
        guard info.dimensions == shape.reversed() else {
            throw TensorError.wrongShape(tensor: name, expected: shape, found: info.dimensions.reversed())
        }
        return info
    }
}
