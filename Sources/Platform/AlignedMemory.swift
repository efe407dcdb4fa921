import Foundation

/// The system refused memory.
package struct OutOfMemory: Error {
    package let bytes: Int
}

/// Bytes on the heap, 64-byte aligned, initially zero, freed with the last reference.
///
/// Sendable because the pointer and the size never change; who writes to the bytes synchronizes.
package final class AlignedMemory: @unchecked Sendable {
    package let base: UnsafeMutableRawPointer
    package let byteCount: Int

    private let allocation: UnsafeMutableRawPointer

    package static let alignment = 64

    /// - Parameter lengths: of the dimensions, including the size of an element. Their product may exceed what an `Int`
    ///   holds.
    /// - Throws: `OutOfMemory`. The system provides zero pages as they are touched, so a large buffer costs only what
    ///   is used of it.
    package init(_ lengths: [Int]) throws(OutOfMemory) {
        var bytes = 1
        var overflow = false
        for length in lengths {
            let product = bytes.multipliedReportingOverflow(by: length)
            bytes = product.partialValue
            overflow = overflow || product.overflow
        }
        guard !overflow, let allocation = calloc(bytes / Self.alignment + 2, Self.alignment) else {
            throw OutOfMemory(bytes: overflow ? .max : bytes)
        }
        byteCount = bytes
        self.allocation = allocation
        base = allocation.alignedUp(toMultipleOf: Self.alignment)
    }

    deinit { free(allocation) }
}
