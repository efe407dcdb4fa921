extension TurboQuant {
    /// Rotates each 32 of the `count` values of a row in place.
    static func rotate(row values: UnsafeMutablePointer<Float>, count: Int) {
        for start in stride(from: 0, to: count, by: width) { rotate(values + start) }
    }

    /// The inverse.
    static func rotateBack(row values: UnsafeMutablePointer<Float>, count: Int) {
        for start in stride(from: 0, to: count, by: width) { rotateBack(values + start) }
    }
}
