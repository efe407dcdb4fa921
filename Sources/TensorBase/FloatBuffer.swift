package import Platform

/// Floats on the heap, 64-byte aligned, zero at first, freed with the last reference.
///
/// Sendable, because weights are shared by sessions and never written after loading. Buffers of activations belong to
/// one `Compute`, whose operations give each thread rows of its own.
package final class FloatBuffer: @unchecked Sendable {
    package let base: UnsafeMutablePointer<Float>
    package let count: Int

    private let memory: AlignedMemory

    /// - Parameter lengths: of the dimensions. Their product may exceed what an `Int` holds.
    /// - Throws: `TensorError.outOfMemory`.
    package init(count lengths: Int...) throws(TensorError) {
        memory = try .checked(lengths + [MemoryLayout<Float>.stride])
        count = memory.byteCount / MemoryLayout<Float>.stride
        base = memory.base.bindMemory(to: Float.self, capacity: count)
    }

    /// For sizes fixed in code. Never use it with a size derived from a file, a flag or a prompt: it ends the process
    /// if memory runs out, as Swift's arrays do.
    package convenience init(constantCount count: Int) {
        do {
            try self.init(count: count)
        } catch {
            fatalError("\(error)")
        }
    }

    /// - Throws: `TensorError.outOfMemory`.
    package convenience init(_ values: [Float]) throws(TensorError) {
        try self.init(count: values.count)
        for (index, value) in values.enumerated() { base[index] = value }
    }

    /// The float at `index`. Reading through the buffer keeps it alive.
    package subscript(index: Int) -> Float { base[index] }

    /// The buffer as rows of `width`, as many as fit.
    package func rows(width: Int) -> Rows { Rows(base: base, count: width == 0 ? 0 : count / width, width: width) }
}

extension AlignedMemory {
    /// Memory for these dimensions.
    /// - Throws: `TensorError.outOfMemory`.
    package static func checked(_ lengths: [Int]) throws(TensorError) -> AlignedMemory {
        do { return try AlignedMemory(lengths) } catch { throw .outOfMemory(bytes: error.bytes) }
    }
}
