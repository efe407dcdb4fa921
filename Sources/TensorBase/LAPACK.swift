#if canImport(Accelerate)
    import Accelerate
#else
    import COpenBLAS
#endif

/// The QR decomposition of a square matrix stored by columns.
///
/// With work space of our own, calls fail only for wrong arguments, and no argument comes from a file.
enum LAPACK {
    /// Replaces `matrix` with R, and below its diagonal the reflectors of Q (geqrf).
    static func factor(_ matrix: UnsafeMutablePointer<Double>, size: Int, reflectors: UnsafeMutablePointer<Double>) {
        #if canImport(Accelerate)
            var (n, length, info) = (__CLPK_integer(size), __CLPK_integer(64 * size), __CLPK_integer(0))
            var (m, stride) = (n, n)
            var work = [Double](repeating: 0, count: 64 * size)
            dgeqrf_(&m, &n, matrix, &stride, reflectors, &work, &length, &info)
        #else
            openblas_set_num_threads(1)
            let n = Int32(size)
            var work = [Double](repeating: 0, count: 64 * size)
            let info = LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, n, n, matrix, n, reflectors, &work, 64 * n)
        #endif
        assert(info == 0)
    }

    /// Replaces what `factor` left with Q (orgqr).
    static func formOrthogonalFactor(
        _ matrix: UnsafeMutablePointer<Double>, size: Int, reflectors: UnsafeMutablePointer<Double>
    ) {
        #if canImport(Accelerate)
            var (n, length, info) = (__CLPK_integer(size), __CLPK_integer(64 * size), __CLPK_integer(0))
            var (m, k, stride) = (n, n, n)
            var work = [Double](repeating: 0, count: 64 * size)
            dorgqr_(&m, &n, &k, matrix, &stride, reflectors, &work, &length, &info)
        #else
            let n = Int32(size)
            var work = [Double](repeating: 0, count: 64 * size)
            let info = LAPACKE_dorgqr_work(LAPACK_COL_MAJOR, n, n, n, matrix, n, reflectors, &work, 64 * n)
        #endif
        assert(info == 0)
    }
}
