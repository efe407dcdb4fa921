/// How finely activations are rounded to bytes.
package enum ByteResolution: Int, Sendable {
    /// One byte each.
    case single = 1
    /// A second byte holds the rounding error of the first: as good as 16 bits, at the cost of a second row.
    case double = 2
}

/// Rows of activations as signed bytes with one scale per group of 32: the left side of integer products.
///
/// Groups of all rows are stored side by side. A kernel that holds one group of some weight rows reads on through
/// memory from row to row.
package struct QuantizedRows {
    /// Values that share a scale.
    package static let groupLength = 32

    package let codes: UnsafeMutablePointer<Int8>  // [groups, count, 32]
    package let scales: UnsafeMutablePointer<Float>  // [groups, count]
    /// −bias × Σ codes, per scale of the weights. Added to the integer dot product, it cancels the bias of unsigned
    /// weights.
    package let offsets: UnsafeMutablePointer<Int32>  // [groups, count, scalesPerGroup]
    /// The group's scale × Σ codes, per scale of the weights: the factor of a format's minimum.
    package let weightedSums: UnsafeMutablePointer<Float>  // [groups, count, scalesPerGroup]
    /// Rows: one per token, or two adjacent ones whose products add up to the token's.
    package let count: Int
    package let groups: Int
    package let resolution: ByteResolution
    /// What the weights require of the activations.
    package let form: ActivationForm

    @inlinable package init(
        codes: UnsafeMutablePointer<Int8>, scales: UnsafeMutablePointer<Float>,
        offsets: UnsafeMutablePointer<Int32>, weightedSums: UnsafeMutablePointer<Float>, count: Int, groups: Int,
        resolution: ByteResolution, form: ActivationForm
    ) {
        self.codes = codes
        self.scales = scales
        self.offsets = offsets
        self.weightedSums = weightedSums
        self.count = count
        self.groups = groups
        self.resolution = resolution
        self.form = form
    }

    @inlinable package var tokens: Int { count / resolution.rawValue }
}
