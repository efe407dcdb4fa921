import Foundation

/// Bytes on the heap, 64-byte aligned, zero at first, freed with the last reference.
package final class AlignedMemory: @unchecked Sendable {
    package let base: UnsafeMutableRawPointer
    package let byteCount: Int

    private let allocation: UnsafeMutableRawPointer

    package static let alignment = 64

    /// - Parameter lengths: of the dimensions, the size of an element among them; their product may be more than an `Int`
    ///   can hold.
    /// - Throws: `TensorError.outOfMemory`. Zero pages come from the system as they are touched, so that a large buffer
    ///   costs what is used of it.
    package init(_ lengths: [Int]) throws(TensorError) {
        var bytes = 1
        var overflow = false
        for length in lengths {
            let product = bytes.multipliedReportingOverflow(by: length)
            bytes = product.partialValue
            overflow = overflow || product.overflow
        }
        guard !overflow, let allocation = calloc(bytes / Self.alignment + 2, Self.alignment) else {
            throw .outOfMemory(bytes: overflow ? .max : bytes)
        }
        byteCount = bytes
        self.allocation = allocation
        base = allocation.alignedUp(toMultipleOf: Self.alignment)
    }

    deinit { free(allocation) }
}
