/// One matrix product with float activations: `output[t, r] = sum over c of input[t, c] * weights[r, c]`.
package struct ProductTask {
    package let format: FormatID
    package let weights: UnsafeRawPointer  // [rows, columns] in `format`
    package let rowBytes: Int
    package let columns: Int
    package let input: UnsafePointer<Float>  // [tokens, columns]
    package let tokens: Int
    package let output: UnsafeMutablePointer<Float>  // [tokens, outputStride]
    package let outputStride: Int

    @inlinable package init(
        format: FormatID, weights: UnsafeRawPointer, rowBytes: Int, columns: Int, input: UnsafePointer<Float>,
        tokens: Int, output: UnsafeMutablePointer<Float>, outputStride: Int
    ) {
        self.format = format
        self.weights = weights
        self.rowBytes = rowBytes
        self.columns = columns
        self.input = input
        self.tokens = tokens
        self.output = output
        self.outputStride = outputStride
    }

    @inlinable package func weightRow(_ row: Int) -> UnsafeRawPointer { weights + row &* rowBytes }
    @inlinable package func inputRow(_ token: Int) -> UnsafePointer<Float> { input + token &* columns }
}

/// One matrix product with activations in bytes: `output[t, r] = sum over c of input[t, c] * weights[r, c]`.
package struct IntegerTask {
    package let format: FormatID
    package let weights: UnsafeRawPointer  // [rows, groups * 32] in `format`
    package let rowBytes: Int
    package let input: QuantizedRows
    package let output: UnsafeMutablePointer<Float>  // [tokens, outputStride]
    package let outputStride: Int

    @inlinable package init(
        format: FormatID, weights: UnsafeRawPointer, rowBytes: Int, input: QuantizedRows,
        output: UnsafeMutablePointer<Float>, outputStride: Int
    ) {
        self.format = format
        self.weights = weights
        self.rowBytes = rowBytes
        self.input = input
        self.output = output
        self.outputStride = outputStride
    }

    @inlinable package func row(_ index: Int) -> UnsafeRawPointer { weights + index &* rowBytes }
}

/// Sizes that products of every kernel form share.
package enum ProductSizes {
    /// Rows of activations whose sums fit the first-level cache (16 KB). Each weight is unpacked once for all of them.
    package static let tileRows = 256
    /// The most weight rows that a kernel multiplies at once.
    package static let largestPanel = 16
    /// Floats of scratch memory that an integer product needs per thread.
    package static let integerScratchCount = tileRows * largestPanel
    /// Weight rows that a thread hands to BLAS at a time.
    package static let rowsForBLAS = 32
}
