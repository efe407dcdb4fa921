import Tensor

/// The basis of TBQ3_TCQ's codes. The reference decodes blocks to rows in that basis; the engine decodes them to
/// weights.
enum TrellisBasis {
    private static let width = 128

    /// s1 ∘ H(s2 ∘ y) of each 128 values, by the definition of Hadamard's transform in butterflies.
    static func rotatedBack(_ values: [Float]) -> [Float] {
        stride(from: 0, to: values.count / width * width, by: width).flatMap { start in
            var row = (0..<width).map { values[start + $0] * TrellisCodebook.signsAfter[$0] }
            var length = 1
            while length < width {
                for first in 0..<width where first & length == 0 {
                    (row[first], row[first + length]) = (
                        row[first] + row[first + length], row[first] - row[first + length]
                    )
                }
                length *= 2
            }
            return (0..<width).map { row[$0] * 0.088_388_347_648_318_45 * TrellisCodebook.signsBefore[$0] }
        }
    }
}
