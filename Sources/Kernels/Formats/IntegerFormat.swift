internal import TensorBase

/// A block format whose values are `scale * (code - bias)` or `scale * code + minimum` with codes of at most a byte, so
/// products with byte activations are sums of integers.
///
/// A format states once, in terms of panels of rows, how its codes and scales are unpacked. Every kernel inherits it.
protocol IntegerFormat: BlockFormat {
    /// Signed codes have no bias of their own. Unsigned ones are at most 127.
    static var isSigned: Bool { get }
    /// Subtracted from an unsigned code. For signed codes it is 128: what kernels add to make them unsigned.
    static var bias: Int32 { get }
    /// The largest magnitude of a code as it is unpacked.
    static var largestCode: Int { get }
    /// 1 if a group of 32 has one scale, 2 if its halves have their own.
    static var scalesPerGroup: Int { get }
    static var hasMinimum: Bool { get }
    /// The basis in which the codes approximate the weights. Activations are rotated into it before they are rounded.
    static var rotation: Rotation { get }

    /// Unpacks block `block` of each row, group after group.
    /// - Parameter body: takes the index of the group in the row, and its contents.
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (_ group: Int, _ panel: PanelGroup<Rows.Words>) -> Void)
}

extension IntegerFormat {
    static var isSigned: Bool { false }
    static var scalesPerGroup: Int { 1 }
    static var hasMinimum: Bool { false }
    static var rotation: Rotation { .none }

    static var activations: ActivationForm {
        ActivationForm(bias: bias, scalesPerGroup: scalesPerGroup, rotation: rotation)
    }
}
