extension IQ4_NL: CodebookFormat {
    static func encode(
        _ values: UnsafePointer<Float>, weights: UnsafePointer<Float>, into block: UnsafeMutableRawPointer
    ) {
        let scale = CodebookSearch.scale(values, weights: weights)
        block.storeHalf(scale, at: 0)
        CodebookSearch.store(values, times: scale == 0 ? 0 : 1 / scale, into: block + 2)
    }
}
