/// Four rows in plain SIMD types.
struct FourRows: PanelRows {
    let rows: UnsafePointer<UnsafeRawPointer>
    let next: UnsafeRawPointer

    /// Lane r of vector j: bytes 4j ..< 4j + 4 of row r.
    @inline(__always)
    func load16(at offset: Int, prefetching bytes: Prefetch) -> Bytes16<SIMD4<UInt32>> {
        bytes.fetch(next, rows: 4, step: 0, of: 1)
        @inline(__always)
        func load(_ row: Int) -> SIMD4<UInt32> { (rows[row] + offset).loadUnaligned(as: SIMD4<UInt32>.self) }
        let (even, odd) = (SIMD8(lowHalf: load(0), highHalf: load(2)), SIMD8(lowHalf: load(1), highHalf: load(3)))
        // Columns 0 and 2, then 1 and 3, of rows 0 and 2, then 1 and 3.
        let (a, b) = (
            SIMD8(lowHalf: even.evenHalf, highHalf: odd.evenHalf), SIMD8(lowHalf: even.oddHalf, highHalf: odd.oddHalf)
        )
        return Bytes16(inOrder(a.evenHalf), inOrder(b.evenHalf), inOrder(a.oddHalf), inOrder(b.oddHalf))
    }

    /// Rows 0, 2, 1, 3 in their order.
    @inline(__always)
    private func inOrder(_ words: SIMD4<UInt32>) -> SIMD4<UInt32> {
        SIMD4(words[0], words[2], words[1], words[3])
    }

    @inline(__always)
    func prefetch(_ bytes: Prefetch) { bytes.fetch(next, rows: 4, step: 0, of: 1) }

    @inline(__always)
    func load4(at offset: Int, prefetching bytes: Prefetch) -> SIMD4<UInt32> {
        bytes.fetch(next, rows: 4, step: 0, of: 1)
        var words = SIMD4<UInt32>()
        for row in 0..<4 { words[row] = (rows[row] + offset).loadUnaligned(as: UInt32.self) }
        return words
    }

    @inline(__always)
    func load32(at offset: Int, prefetching bytes: Prefetch) -> (Bytes16<SIMD4<UInt32>>, Bytes16<SIMD4<UInt32>>) {
        (load16(at: offset, prefetching: bytes), load16(at: offset &+ 16, prefetching: Prefetch(offset, 0)))
    }

    @inline(__always)
    func loadHalf(at offset: Int, prefetching bytes: Prefetch) -> SIMD4<Float> {
        bytes.fetch(next, rows: 4, step: 0, of: 1)
        var floats = SIMD4<Float>()
        for row in 0..<4 { floats[row] = Float(half: (rows[row] + offset).loadUnaligned(as: Float16.self)) }
        return floats
    }
}

extension SIMD4<UInt32>: PanelWords {
    @inline(__always)
    var floats: SIMD4<Float> {
        let integers = unsafeBitCast(self, to: SIMD4<Int32>.self)
        var floats = SIMD4<Float>()
        for lane in 0..<4 { floats[lane] = Float(integers[lane]) }
        return floats
    }

    @inline(__always)
    var halves: SIMD4<Float> {
        var floats = SIMD4<Float>()
        for lane in 0..<4 {
            floats[lane] = Float(half: Float16(bitPattern: UInt16(truncatingIfNeeded: self[lane])))
        }
        return floats
    }

    @inline(__always)
    func entries(of table: SIMD16<Int8>) -> SIMD4<UInt32> {
        var bytes = unsafeBitCast(self, to: SIMD16<Int8>.self)
        withUnsafeBytes(of: table) { table in
            for lane in 0..<16 { bytes[lane] = table.load(fromByteOffset: Int(bytes[lane]), as: Int8.self) }
        }
        return unsafeBitCast(bytes, to: SIMD4<UInt32>.self)
    }

    @inline(__always)
    static func fusedSum(_ sum: SIMD4<Float>, _ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> {
        // Without the instruction, a fused operation would be a library call per lane.
        Machine.hasFusedMultiplyAdd ? sum.addingProduct(a, b) : sum + a * b
    }
}
