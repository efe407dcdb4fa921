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

    /// From the format's seed.
    private static func gaussians(count: Int) -> [Float] {
        var generator = SplitMix64(seed: 0x517c_c1b7_2722_0a95)
        return (0..<count / 2).flatMap { _ in
            let (first, second) = generator.gaussians()
            return [Float(first), Float(second)]
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
