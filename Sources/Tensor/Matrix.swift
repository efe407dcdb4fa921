package import GGUF
package import Platform
package import TensorBase

/// A weight matrix `[rows, columns]`, row-major, in the format of its file. It stays in the file's map.
package struct Matrix: Sendable {
    package let rows: Int
    package let columns: Int
    package let type: TensorType
    /// How activations are prepared for integer products; nil if the format's products take floats only.
    let activations: ActivationForm?
    private let region: ByteRegion
    /// Whether it is some rows of another, such as one expert of all.
    let isSlice: Bool
    /// What every product with the matrix is multiplied by: the scale that some files store beside a tensor.
    package let scale: Float

    /// - Parameter type: one of `ElementFormats.all`.
    package init(rows: Int, columns: Int, type: TensorType, region: ByteRegion) {
        self.init(
            rows: rows, columns: columns, type: type, activations: ElementFormats.traits(of: type)?.activations,
            region: region, isSlice: false, scale: 1)
    }

    private init(
        rows: Int, columns: Int, type: TensorType, activations: ActivationForm?, region: ByteRegion, isSlice: Bool,
        scale: Float
    ) {
        self.rows = rows
        self.columns = columns
        self.type = type
        self.activations = activations
        self.region = region
        self.isSlice = isSlice
        self.scale = scale
    }

    package var rowBytes: Int { type.byteCount(of: columns) }
    package var base: UnsafeRawPointer { region.bytes.baseAddress! }
    package var byteCount: Int { rows * rowBytes }

    /// The rows of `range` as a matrix of their own.
    package subscript(range: Range<Int>) -> Matrix {
        let bytes = range.lowerBound * rowBytes..<range.upperBound * rowBytes
        return Matrix(
            rows: range.count, columns: columns, type: type, activations: activations, region: region.slice(bytes),
            isSlice: true, scale: scale)
    }

    /// The same matrix, with products multiplied by `factor` as well.
    package func scaled(by factor: Float) -> Matrix {
        Matrix(
            rows: rows, columns: columns, type: type, activations: activations, region: region, isSlice: isSlice,
            scale: scale * factor)
    }

    /// Tells the system that single rows will be read, never the whole, so it should not read ahead.
    package func adviseSingleRows() { region.adviseRandomAccess() }

    /// Row `index` decoded into `columns` floats, without the matrix's scale.
    package func decode(
        row index: Int, into values: UnsafeMutablePointer<Float>, kernels: any KernelSet.Type = Kernels.current
    ) {
        kernels.decode(base + index * rowBytes, type.id, count: columns, into: values)
    }
}
