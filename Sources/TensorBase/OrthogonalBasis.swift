import Foundation

/// The orthogonal matrix Q that TurboQuant's blocks of 256 values are rotated by, 128 values at a time.
///
/// Q comes from the QR decomposition of a matrix of Gaussians, with R's diagonal positive. It is computed once, when
/// first needed. Kernels read it; see `OrthogonalRotation`.
package enum OrthogonalBasis {
    /// Rows and columns of Q.
    package static let width = 128

    /// Q by columns, `[128, 128]`.
    package static var columns: UnsafePointer<Float> { UnsafePointer(matrix.columns.base) }
    /// Q by rows, `[128, 128]`.
    package static var rows: UnsafePointer<Float> { UnsafePointer(matrix.rows.base) }

    private static let matrix: (columns: FloatBuffer, rows: FloatBuffer) = {
        // In double precision, so that the only error left is that of the single-precision Q in the program that wrote
        // the file.
        var factor = gaussians(count: width * width).map(Double.init)
        orthogonalize(&factor)
        let (columns, rows) = (FloatBuffer(constantCount: width * width), FloatBuffer(constantCount: width * width))
        for row in 0..<width {
            for column in 0..<width {
                let value = Float(factor[column * width + row])
                columns.base[column * width + row] = value
                rows.base[row * width + column] = value
            }
        }
        return (columns, rows)
    }()

    /// Pairs by Box and Muller, from SplitMix64 with the format's seed.
    private static func gaussians(count: Int) -> [Float] {
        var state: UInt64 = 0x517c_c1b7_2722_0a95
        func uniform() -> Double {
            state &+= 0x9e37_79b9_7f4a_7c15
            var bits = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
            bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
            return (Double((bits ^ bits >> 31) >> 11) + 0.5) / 0x1p53
        }
        return (0..<count / 2).flatMap { _ in
            let radius = (-2 * log(uniform())).squareRoot()
            let angle = 2 * Double.pi * uniform()
            return [Float(radius * cos(angle)), Float(radius * sin(angle))]
        }
    }

    /// Replaces a matrix stored by columns with the orthogonal factor of its QR decomposition.
    private static func orthogonalize(_ matrix: inout [Double]) {
        var reflectors = [Double](repeating: 0, count: width)
        LAPACK.factor(&matrix, size: width, reflectors: &reflectors)
        let isNegative = (0..<width).map { matrix[$0 * width + $0] < 0 }  // R's diagonal
        LAPACK.formOrthogonalFactor(&matrix, size: width, reflectors: &reflectors)
        for column in 0..<width where isNegative[column] {
            for row in 0..<width { matrix[column * width + row].negate() }
        }
    }
}
